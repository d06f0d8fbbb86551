//! The functions for key pairs, public and secret keys, signatures and key exchange as steps.

pub use wasi_crypto_interface::SignatureEncoding;
use wasi_crypto_interface::{AlgorithmType, HandleType, KeypairEncoding, PublickeyEncoding, SecretkeyEncoding};

use crate::args;
use crate::arguments::Data;
use crate::case::{Buffer, Case, Handle, Value};

/// The three kinds of key objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// `keypair`
    Keypair,
    /// `publickey`
    Publickey,
    /// `secretkey`
    Secretkey,
}

impl KeyKind {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Keypair, Self::Publickey, Self::Secretkey];

    /// The name in the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keypair => "keypair",
            Self::Publickey => "publickey",
            Self::Secretkey => "secretkey",
        }
    }

    /// The encodings that the interface defines for such keys, in the order of their numbers (ENC-CONST-008).
    pub fn encodings(self) -> &'static [Encoding] {
        use Encoding::{Local, Pem, Pkcs8, Raw, Sec};
        match self {
            Self::Keypair => &[Raw, Pkcs8, Pem, Local],
            Self::Publickey | Self::Secretkey => &[Raw, Pkcs8, Pem, Sec, Local],
        }
    }

    fn of(handle: Handle) -> Option<Self> {
        match handle.ty {
            HandleType::Keypair => Some(Self::Keypair),
            HandleType::Publickey => Some(Self::Publickey),
            HandleType::Secretkey => Some(Self::Secretkey),
            _ => None,
        }
    }
}

/// The encodings of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are those of the interface")]
pub enum Encoding {
    Raw,
    Pkcs8,
    Pem,
    Sec,
    Local,
}

impl Encoding {
    /// The name in the interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Pkcs8 => "pkcs8",
            Self::Pem => "pem",
            Self::Sec => "sec",
            Self::Local => "local",
        }
    }

    /// The number of this encoding for keys of a kind.
    ///
    /// # Panics
    ///
    /// For `sec` and key pairs, which the interface does not have (C5).
    pub fn number(self, kind: KeyKind) -> u32 {
        match (kind, self) {
            (KeyKind::Keypair, Self::Raw) => KeypairEncoding::Raw as u32,
            (KeyKind::Keypair, Self::Pkcs8) => KeypairEncoding::Pkcs8 as u32,
            (KeyKind::Keypair, Self::Pem) => KeypairEncoding::Pem as u32,
            (KeyKind::Keypair, Self::Sec) => panic!("a keypair has no encoding sec"),
            (KeyKind::Keypair, Self::Local) => KeypairEncoding::Local as u32,
            (KeyKind::Publickey, Self::Raw) => PublickeyEncoding::Raw as u32,
            (KeyKind::Publickey, Self::Pkcs8) => PublickeyEncoding::Pkcs8 as u32,
            (KeyKind::Publickey, Self::Pem) => PublickeyEncoding::Pem as u32,
            (KeyKind::Publickey, Self::Sec) => PublickeyEncoding::Sec as u32,
            (KeyKind::Publickey, Self::Local) => PublickeyEncoding::Local as u32,
            (KeyKind::Secretkey, Self::Raw) => SecretkeyEncoding::Raw as u32,
            (KeyKind::Secretkey, Self::Pkcs8) => SecretkeyEncoding::Pkcs8 as u32,
            (KeyKind::Secretkey, Self::Pem) => SecretkeyEncoding::Pem as u32,
            (KeyKind::Secretkey, Self::Sec) => SecretkeyEncoding::Sec as u32,
            (KeyKind::Secretkey, Self::Local) => SecretkeyEncoding::Local as u32,
        }
    }
}

/// What `signature_state_sign` gives: the text says both (C22).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// A signature, for `signature_export`.
    Signature,
    /// An array output that holds the raw signature.
    ArrayOutput,
}

/// Keys.
impl Case {
    /// `keypair_generate` without options
    pub fn keypair_generate(&mut self, ty: AlgorithmType, algorithm: &str) -> Handle {
        self.open("keypair_generate", args![ty as u32, algorithm, None::<Handle>])
    }

    /// `keypair_import`, `publickey_import` or `secretkey_import`, with any number for the encoding
    pub fn import_numbered(
        &mut self,
        kind: KeyKind,
        ty: AlgorithmType,
        algorithm: &str,
        encoded: impl Into<Data>,
        encoding: u32,
    ) -> Handle {
        let function = format!("{}_import", kind.name());
        self.open(&function, args![ty as u32, algorithm, encoded.into(), encoding])
    }

    /// `keypair_import`, `publickey_import` or `secretkey_import`
    pub fn import(
        &mut self,
        kind: KeyKind,
        ty: AlgorithmType,
        algorithm: &str,
        encoded: impl Into<Data>,
        encoding: Encoding,
    ) -> Handle {
        self.import_numbered(kind, ty, algorithm, encoded, encoding.number(kind))
    }

    /// `keypair_export`, `publickey_export` or `secretkey_export`, with any number for the encoding: an array output
    pub fn export_numbered(&mut self, key: Handle, encoding: u32) -> Handle {
        let kind = KeyKind::of(key).expect("only keys can be exported");
        self.open(&format!("{}_export", kind.name()), args![key, encoding])
    }

    /// `keypair_export`, `publickey_export` or `secretkey_export`: an array output
    pub fn export(&mut self, key: Handle, encoding: Encoding) -> Handle {
        let kind = KeyKind::of(key).expect("only keys can be exported");
        self.export_numbered(key, encoding.number(kind))
    }

    /// `…_export`, and the output is exactly `expected`.
    pub fn export_eq(&mut self, key: Handle, encoding: Encoding, expected: impl AsRef<[u8]>) {
        let array = self.export(key, encoding);
        self.pull_eq(array, expected);
    }

    /// `…_export` of at most `max_len` bytes: as many as there are.
    pub fn export_bytes(&mut self, key: Handle, encoding: Encoding, max_len: u32) -> Data {
        let array = self.export(key, encoding);
        let (bytes, count) = self.pull(array, max_len);
        Data::from((bytes.start(), count))
    }

    /// `keypair_publickey`
    pub fn keypair_publickey(&mut self, keypair: impl Into<Value>) -> Handle {
        self.open("keypair_publickey", args![keypair.into()])
    }

    /// `keypair_secretkey`
    pub fn keypair_secretkey(&mut self, keypair: impl Into<Value>) -> Handle {
        self.open("keypair_secretkey", args![keypair.into()])
    }

    /// `keypair_from_pk_and_sk`
    pub fn keypair_from_halves(&mut self, public: impl Into<Value>, secret: impl Into<Value>) -> Handle {
        self.open("keypair_from_pk_and_sk", args![public.into(), secret.into()])
    }

    /// `publickey_from_secretkey`
    pub fn publickey_of(&mut self, secret: impl Into<Value>) -> Handle {
        self.open("publickey_from_secretkey", args![secret.into()])
    }

    /// `publickey_verify`
    pub fn publickey_verify(&mut self, public: impl Into<Value>) {
        self.call("publickey_verify", args![public.into()]);
    }
}

/// Signatures.
impl Case {
    /// `signature_import`
    pub fn signature_import(
        &mut self,
        algorithm: &str,
        encoded: impl Into<Data>,
        encoding: SignatureEncoding,
    ) -> Handle {
        self.open("signature_import", args![algorithm, encoded.into(), encoding as u32])
    }

    /// `signature_export`: an array output
    pub fn signature_export(&mut self, signature: impl Into<Value>, encoding: SignatureEncoding) -> Handle {
        self.open("signature_export", args![signature.into(), encoding as u32])
    }

    /// `signature_state_open`
    pub fn signature_state_open(&mut self, keypair: impl Into<Value>) -> Handle {
        self.open("signature_state_open", args![keypair.into()])
    }

    /// `signature_state_update`
    pub fn signature_update(&mut self, state: impl Into<Value>, data: impl Into<Data>) {
        self.call("signature_state_update", args![state.into(), data.into()]);
    }

    /// `signature_state_sign`, which gives a signature or an array output.
    pub fn sign(&mut self, state: impl Into<Value>, given: Given) -> Handle {
        let handle = self.open("signature_state_sign", args![state.into()]);
        match given {
            Given::Signature => Handle { ty: HandleType::Signature, ..handle },
            Given::ArrayOutput => Handle { ty: HandleType::ArrayOutput, ..handle },
        }
    }

    /// `signature_state_sign`, and the raw signature's `len` bytes.
    pub fn sign_raw(&mut self, state: impl Into<Value>, given: Given, len: u32) -> Buffer {
        let signed = self.sign(state, given);
        self.signature_bytes(signed, given, len)
    }

    /// The `len` bytes of what signing gave.
    pub fn signature_bytes(&mut self, signed: Handle, given: Given, len: u32) -> Buffer {
        let array = match given {
            Given::Signature => self.signature_export(signed, SignatureEncoding::Raw),
            Given::ArrayOutput => signed,
        };
        let total = self.array_len(array);
        self.equal(total, len);
        let (bytes, count) = self.pull(array, len);
        self.equal(count, len);
        if given == Given::Signature {
            self.close(Handle { ty: HandleType::Signature, ..signed });
        }
        bytes
    }

    /// The rest of the case, once for each thing that `signature_state_sign` may give.
    pub fn for_each_given(&mut self, rest: impl Fn(&mut Self, Given)) {
        self.alternative("sign gives a signature", |c| rest(c, Given::Signature));
        self.alternative("sign gives an array output", |c| rest(c, Given::ArrayOutput));
    }

    /// `signature_verification_state_open`
    pub fn verification_state_open(&mut self, public: impl Into<Value>) -> Handle {
        self.open("signature_verification_state_open", args![public.into()])
    }

    /// `signature_verification_state_update`
    pub fn verification_update(&mut self, state: impl Into<Value>, data: impl Into<Data>) {
        self.call("signature_verification_state_update", args![state.into(), data.into()]);
    }

    /// `signature_verification_state_verify`
    pub fn verify(&mut self, state: impl Into<Value>, signature: impl Into<Value>) {
        self.call("signature_verification_state_verify", args![state.into(), signature.into()]);
    }
}

/// Key exchange.
impl Case {
    /// `kx_dh`: an array output
    pub fn dh(&mut self, public: impl Into<Value>, secret: impl Into<Value>) -> Handle {
        self.open("kx_dh", args![public.into(), secret.into()])
    }

    /// `kx_encapsulate`: array outputs with the secret and with the encapsulated secret
    pub fn encapsulate(&mut self, public: impl Into<Value>) -> (Handle, Handle) {
        let secret = self.handle_slot(HandleType::ArrayOutput);
        let encapsulated = self.handle_slot(HandleType::ArrayOutput);
        self.call("kx_encapsulate", args![public.into(), secret.at(), encapsulated.at()]);
        (secret, encapsulated)
    }

    /// `kx_decapsulate`: an array output
    pub fn decapsulate(&mut self, secret: impl Into<Value>, encapsulated: impl Into<Data>) -> Handle {
        self.open("kx_decapsulate", args![secret.into(), encapsulated.into()])
    }
}
