//! The functions of the interface as steps, so that a case reads like a guest program.
//!
//! Each method is one call (those in `…_eq` one call and its checks) with fresh buffers and result slots. What a
//! method returns is where the host writes; it is usable by later steps, also to look at after an expected error.

mod asymmetric;
mod batch;
mod secrets;

use wasi_crypto_interface::{AlgorithmType, HandleType};

use crate::args;
use crate::arguments::Data;
use crate::case::{Buffer, Case, Handle, Size, Value, Wide};

pub(crate) use crate::capability::Managed;
pub use asymmetric::{Encoding, Given, KeyKind, SignatureEncoding};
pub use batch::BatchResults;
pub(crate) use secrets::{IDENTIFIER_ROOM, Identifier};

/// Options.
impl Case {
    /// `options_open`
    pub fn options_open(&mut self, algorithm_type: AlgorithmType) -> Handle {
        self.open("options_open", args![algorithm_type as u32])
    }

    /// `options_set`
    pub fn options_set(&mut self, options: impl Into<Value>, name: &str, value: impl Into<Data>) {
        self.call("options_set", args![options.into(), name, value.into()]);
    }

    /// `options_set_u64`
    pub fn options_set_u64(&mut self, options: impl Into<Value>, name: &str, value: impl Into<Value>) {
        self.call("options_set_u64", args![options.into(), name, value.into()]);
    }

    /// An option set for symmetric algorithms that holds a nonce.
    pub fn nonce(&mut self, nonce: impl Into<Data>) -> Handle {
        let options = self.options_open(AlgorithmType::Symmetric);
        self.options_set(options, "nonce", nonce);
        options
    }
}

/// Array outputs.
impl Case {
    /// `array_output_len`
    pub fn array_len(&mut self, array: impl Into<Value>) -> Size {
        let len = self.size_slot();
        self.call("array_output_len", args![array.into(), len.at()]);
        len
    }

    /// `array_output_pull` into a buffer of `len` bytes: the buffer, and how many bytes came.
    pub fn pull(&mut self, array: impl Into<Value>, len: u32) -> (Buffer, Size) {
        let (buffer, count) = (self.buffer(len), self.size_slot());
        self.call("array_output_pull", args![array.into(), buffer, count.at()]);
        (buffer, count)
    }

    /// `array_output_len` and `array_output_pull` give exactly `expected`.
    pub fn pull_eq(&mut self, array: impl Into<Value> + Copy, expected: impl AsRef<[u8]>) {
        let expected = self.data(expected);
        let len = self.array_len(array);
        self.equal(len, expected.len());
        let (bytes, count) = self.pull(array, expected.len());
        self.equal(count, expected.len());
        self.same(bytes, expected);
    }
}

/// Symmetric keys.
impl Case {
    /// `symmetric_key_generate` without options
    pub fn key_generate(&mut self, algorithm: &str) -> Handle {
        self.open("symmetric_key_generate", args![algorithm, None::<Handle>])
    }

    /// `symmetric_key_import`
    pub fn key_import(&mut self, algorithm: &str, raw: impl Into<Data>) -> Handle {
        self.open("symmetric_key_import", args![algorithm, raw.into()])
    }

    /// `symmetric_key_export`: an array output
    pub fn key_export(&mut self, key: impl Into<Value>) -> Handle {
        self.open("symmetric_key_export", args![key.into()])
    }
}

/// Symmetric states.
impl Case {
    /// `symmetric_state_open`
    pub fn state_open(&mut self, algorithm: &str, key: Option<Handle>, options: Option<Handle>) -> Handle {
        self.open("symmetric_state_open", args![algorithm, key, options])
    }

    /// `symmetric_state_open` with a key and a nonce, both imported for it.
    pub fn aead_open(&mut self, algorithm: &str, key: impl Into<Data>, nonce: impl Into<Data>) -> Handle {
        let key = self.key_import(algorithm, key);
        let options = self.nonce(nonce);
        self.state_open(algorithm, Some(key), Some(options))
    }

    /// `symmetric_state_options_get` into a buffer of `len` bytes: the buffer, and the size of the value.
    pub fn options_get(&mut self, state: impl Into<Value>, name: &str, len: u32) -> (Buffer, Size) {
        let (buffer, size) = (self.buffer(len), self.size_slot());
        self.call("symmetric_state_options_get", args![state.into(), name, buffer, size.at()]);
        (buffer, size)
    }

    /// `symmetric_state_options_get` gives exactly `expected`.
    pub fn options_get_eq(&mut self, state: impl Into<Value>, name: &str, expected: impl AsRef<[u8]>) {
        let expected = self.data(expected);
        let (value, size) = self.options_get(state, name, expected.len());
        self.equal(size, expected.len());
        self.same(value, expected);
    }

    /// `symmetric_state_options_get_u64`
    pub fn options_get_u64(&mut self, state: impl Into<Value>, name: &str) -> Wide {
        let value = self.wide_slot();
        self.call("symmetric_state_options_get_u64", args![state.into(), name, value.at()]);
        value
    }

    /// `symmetric_state_clone`
    pub fn state_clone(&mut self, state: impl Into<Value>) -> Handle {
        self.open("symmetric_state_clone", args![state.into()])
    }

    /// `symmetric_state_absorb`
    pub fn absorb(&mut self, state: impl Into<Value>, data: impl Into<Data>) {
        self.call("symmetric_state_absorb", args![state.into(), data.into()]);
    }

    /// `symmetric_state_squeeze` of `len` bytes
    pub fn squeeze(&mut self, state: impl Into<Value>, len: u32) -> Buffer {
        let out = self.buffer(len);
        self.call("symmetric_state_squeeze", args![state.into(), out]);
        out
    }

    /// `symmetric_state_squeeze` gives `expected`.
    pub fn squeeze_eq(&mut self, state: impl Into<Value>, expected: impl AsRef<[u8]>) {
        let expected = self.data(expected);
        let out = self.squeeze(state, expected.len());
        self.same(out, expected);
    }

    /// `symmetric_state_squeeze_tag`
    pub fn squeeze_tag(&mut self, state: impl Into<Value>) -> Handle {
        self.open("symmetric_state_squeeze_tag", args![state.into()])
    }

    /// `symmetric_state_squeeze_tag` and `symmetric_tag_pull` give `expected`.
    pub fn squeeze_tag_eq(&mut self, state: impl Into<Value>, expected: impl AsRef<[u8]>) {
        let tag = self.squeeze_tag(state);
        self.tag_pull_eq(tag, expected);
    }

    /// `symmetric_state_squeeze_key` for another algorithm
    pub fn squeeze_key(&mut self, state: impl Into<Value>, algorithm: &str) -> Handle {
        self.open("symmetric_state_squeeze_key", args![state.into(), algorithm])
    }

    /// `symmetric_state_max_tag_len`
    pub fn max_tag_len(&mut self, state: impl Into<Value>) -> Size {
        let len = self.size_slot();
        self.call("symmetric_state_max_tag_len", args![state.into(), len.at()]);
        len
    }

    /// `symmetric_state_encrypt` into a buffer of `out_len` bytes: the buffer, and how many bytes it got.
    pub fn encrypt(&mut self, state: impl Into<Value>, message: impl Into<Data>, out_len: u32) -> (Buffer, Size) {
        let (out, size) = (self.buffer(out_len), self.size_slot());
        self.call("symmetric_state_encrypt", args![state.into(), out, message.into(), size.at()]);
        (out, size)
    }

    /// `symmetric_state_encrypt` gives `expected`, the ciphertext with the tag.
    pub fn encrypt_eq(&mut self, state: impl Into<Value>, message: impl Into<Data>, expected: impl AsRef<[u8]>) {
        let expected = self.data(expected);
        let (out, size) = self.encrypt(state, message, expected.len());
        self.equal(size, expected.len());
        self.same(out, expected);
    }

    /// `symmetric_state_encrypt_detached` into a buffer of `out_len` bytes: the buffer, and the tag.
    pub fn encrypt_detached(
        &mut self,
        state: impl Into<Value>,
        message: impl Into<Data>,
        out_len: u32,
    ) -> (Buffer, Handle) {
        let out = self.buffer(out_len);
        let tag = self.open("symmetric_state_encrypt_detached", args![state.into(), out, message.into()]);
        (out, tag)
    }

    /// `symmetric_state_encrypt_detached` and `symmetric_tag_pull` give a ciphertext and a tag.
    pub fn encrypt_detached_eq(
        &mut self,
        state: impl Into<Value>,
        message: impl Into<Data>,
        ciphertext: impl AsRef<[u8]>,
        tag: impl AsRef<[u8]>,
    ) {
        let ciphertext = self.data(ciphertext);
        let (out, handle) = self.encrypt_detached(state, message, ciphertext.len());
        self.same(out, ciphertext);
        self.tag_pull_eq(handle, tag);
    }

    /// `symmetric_state_decrypt` into a buffer of `out_len` bytes: the buffer, and how many bytes it got.
    pub fn decrypt(&mut self, state: impl Into<Value>, ciphertext: impl Into<Data>, out_len: u32) -> (Buffer, Size) {
        let (out, size) = (self.buffer(out_len), self.size_slot());
        self.call("symmetric_state_decrypt", args![state.into(), out, ciphertext.into(), size.at()]);
        (out, size)
    }

    /// `symmetric_state_decrypt` gives `expected`.
    pub fn decrypt_eq(&mut self, state: impl Into<Value>, ciphertext: impl Into<Data>, expected: impl AsRef<[u8]>) {
        let expected = self.data(expected);
        let (out, size) = self.decrypt(state, ciphertext, expected.len());
        self.equal(size, expected.len());
        self.same(out, expected);
    }

    /// `symmetric_state_decrypt_detached` into a buffer of `out_len` bytes: the buffer, and how many bytes it got.
    pub fn decrypt_detached(
        &mut self,
        state: impl Into<Value>,
        ciphertext: impl Into<Data>,
        tag: impl Into<Data>,
        out_len: u32,
    ) -> (Buffer, Size) {
        let (out, size) = (self.buffer(out_len), self.size_slot());
        let arguments = args![state.into(), out, ciphertext.into(), tag.into(), size.at()];
        self.call("symmetric_state_decrypt_detached", arguments);
        (out, size)
    }

    /// `symmetric_state_decrypt_detached` gives `expected`.
    pub fn decrypt_detached_eq(
        &mut self,
        state: impl Into<Value>,
        ciphertext: impl Into<Data>,
        tag: impl Into<Data>,
        expected: impl AsRef<[u8]>,
    ) {
        let expected = self.data(expected);
        let (out, size) = self.decrypt_detached(state, ciphertext, tag, expected.len());
        self.equal(size, expected.len());
        self.same(out, expected);
    }

    /// `symmetric_state_ratchet`
    pub fn ratchet(&mut self, state: impl Into<Value>) {
        self.call("symmetric_state_ratchet", args![state.into()]);
    }
}

/// Tags.
impl Case {
    /// `symmetric_tag_len`
    pub fn tag_len(&mut self, tag: impl Into<Value>) -> Size {
        let len = self.size_slot();
        self.call("symmetric_tag_len", args![tag.into(), len.at()]);
        len
    }

    /// `symmetric_tag_pull` into a buffer of `len` bytes: the buffer, and how many bytes came.
    pub fn tag_pull(&mut self, tag: impl Into<Value>, len: u32) -> (Buffer, Size) {
        let (buffer, size) = (self.buffer(len), self.size_slot());
        self.call("symmetric_tag_pull", args![tag.into(), buffer, size.at()]);
        (buffer, size)
    }

    /// `symmetric_tag_pull` gives `expected`.
    pub fn tag_pull_eq(&mut self, tag: impl Into<Value>, expected: impl AsRef<[u8]>) {
        let expected = self.data(expected);
        let (bytes, size) = self.tag_pull(tag, expected.len());
        self.equal(size, expected.len());
        self.same(bytes, expected);
    }

    /// `symmetric_tag_verify`
    pub fn tag_verify(&mut self, tag: impl Into<Value>, expected: impl Into<Data>) {
        self.call("symmetric_tag_verify", args![tag.into(), expected.into()]);
    }
}

/// Closing.
impl Case {
    /// Calls the function that closes handles of this type. Array outputs have none: they close when they are read.
    pub fn close(&mut self, handle: Handle) {
        let function = close_function(handle.ty).expect("array outputs close when they are read");
        self.call(function, args![handle]);
    }
}

/// The function that closes handles of a type.
pub fn close_function(ty: HandleType) -> Option<&'static str> {
    Some(match ty {
        HandleType::Options => "options_close",
        HandleType::ArrayOutput => return None,
        HandleType::SecretsManager => "secrets_manager_close",
        HandleType::Keypair => "keypair_close",
        HandleType::Publickey => "publickey_close",
        HandleType::Secretkey => "secretkey_close",
        HandleType::Signature => "signature_close",
        HandleType::SignatureState => "signature_state_close",
        HandleType::SignatureVerificationState => "signature_verification_state_close",
        HandleType::SymmetricKey => "symmetric_key_close",
        HandleType::SymmetricState => "symmetric_state_close",
        HandleType::SymmetricTag => "symmetric_tag_close",
    })
}
