//! A guest to drive the host with: it puts arguments into its memory, calls, and takes the results out.
//!
//! How a call reaches the host is a [`Transport`], so that the same steps run natively and through engines.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

pub mod encode;
pub mod forwarder;
pub mod hex;
pub mod keys;
pub mod transcript;

use wasi_crypto_host::{
    Errno, GuestMemory, Hostcall, MAX_CORE_PARAMS, Progress, SharedWasiCryptoCtx, WasiCryptoCtx, WasiCryptoCtxBuilder,
};

/// The way from the guest to the host.
pub trait Transport {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno;
    fn read(&mut self, start: u32, into: &mut [u8]);
    fn write(&mut self, start: u32, from: &[u8]);
}

/// A context with a vector as the guest's memory.
pub struct Native<C = WasiCryptoCtx> {
    pub ctx: C,
    pub memory: Vec<u8>,
}

/// A context, owned or shared.
pub trait Context {
    fn call(&mut self, hostcall: &'static Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno;
}

impl Context for WasiCryptoCtx {
    fn call(&mut self, hostcall: &'static Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        WasiCryptoCtx::call(self, hostcall, memory, args)
    }
}

impl Context for SharedWasiCryptoCtx {
    fn call(&mut self, hostcall: &'static Hostcall, memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        SharedWasiCryptoCtx::call(self, hostcall, memory, args)
    }
}

impl Native {
    pub fn new(builder: WasiCryptoCtxBuilder, memory_len: usize) -> Self {
        Self { ctx: builder.build().unwrap(), memory: vec![0; memory_len] }
    }
}

impl<C: Context> Transport for Native<C> {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        self.ctx.call(hostcall, GuestMemory::unshared(&mut self.memory), args)
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        into.copy_from_slice(&self.memory[start as usize..][..into.len()]);
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        self.memory[start as usize..][..from.len()].copy_from_slice(from);
    }
}

impl<T: Transport> Transport for &mut T {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        T::call(self, hostcall, args)
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        T::read(self, start, into);
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        T::write(self, start, from);
    }
}

/// A call as an executor makes it that must not be held up: in parts, and with its long work apart.
pub fn call_in_parts(ctx: &mut WasiCryptoCtx, memory: &mut [u8], hostcall: &Hostcall, args: &[u64]) -> Errno {
    let mut progress = ctx.begin_call(hostcall, GuestMemory::unshared(memory), args);
    loop {
        progress = match progress {
            Progress::Done(errno) => return errno,
            Progress::Paused(paused) => ctx.continue_call(paused, hostcall, GuestMemory::unshared(memory), args),
            Progress::Pending(work) => ctx.finish_call(work.run(), GuestMemory::unshared(memory), args),
        }
    }
}

/// The row of the table with this name.
pub fn hostcall(name: &str) -> &'static Hostcall {
    Hostcall::find(name).unwrap_or_else(|| panic!("no function {name}"))
}

/// Where results go.
pub const SLOT: u32 = 8;
/// From here on, arguments are laid out anew for each call.
pub const DATA: u32 = 64;

/// The AEADs of the host, with the sizes of their keys and nonces. Their tags have 16 bytes.
pub const AEADS: [(&str, usize, usize); 13] = [
    ("AES-128-GCM", 16, 12),
    ("AES-256-GCM", 32, 12),
    ("CHACHA20-POLY1305", 32, 12),
    ("XCHACHA20-POLY1305", 32, 24),
    ("AES-128-GCM-SIV", 16, 12),
    ("AES-256-GCM-SIV", 32, 12),
    ("AEGIS-128L", 16, 16),
    ("AEGIS-128X2", 16, 16),
    ("AEGIS-128X4", 16, 16),
    ("AEGIS-256", 32, 32),
    ("AEGIS-256X2", 32, 32),
    ("AEGIS-256X4", 32, 32),
    ("ASCON-AEAD", 16, 16),
];

/// One page is enough for a guest whose messages are short.
pub const PAGE: usize = 1 << 16;

/// A guest with the functions of the interface as methods. Each lays out its arguments from [`DATA`] on.
pub struct Guest<T = Native> {
    pub transport: T,
    next: u32,
}

impl Guest<Native> {
    /// A guest with default limits and one page.
    pub fn native() -> Self {
        Self::with_limits(WasiCryptoCtx::builder())
    }

    pub fn with_limits(builder: WasiCryptoCtxBuilder) -> Self {
        Self::new(Native::new(builder, PAGE))
    }

    /// Open handles and held bytes.
    pub fn accounts(&self) -> (usize, usize) {
        (self.transport.ctx.open_handles(), self.transport.ctx.held_bytes())
    }
}

impl<T: Transport> Guest<T> {
    pub fn new(transport: T) -> Self {
        Self { transport, next: DATA }
    }

    /// Calls with raw arguments. Allocates nothing itself.
    pub fn call(&mut self, name: &str, args: &[u32]) -> Result<(), Errno> {
        let mut wide = [0; MAX_CORE_PARAMS];
        for (wide, arg) in wide.iter_mut().zip(args) {
            *wide = u64::from(*arg);
        }
        self.call_u64(name, &wide[..args.len()])
    }

    pub fn call_u64(&mut self, name: &str, args: &[u64]) -> Result<(), Errno> {
        self.next = DATA;
        match self.transport.call(hostcall(name), args) {
            Errno::Success => Ok(()),
            errno => Err(errno),
        }
    }

    /// Calls, and returns the `u32` that comes through the last parameter.
    pub fn call_for_u32(&mut self, name: &str, args: &[u32]) -> Result<u32, Errno> {
        self.call(name, &[args, &[SLOT]].concat())?;
        Ok(self.slot())
    }

    /// What the last call wrote to [`SLOT`].
    pub fn slot(&mut self) -> u32 {
        u32::from_le_bytes(self.bytes(SLOT))
    }

    /// Puts bytes into memory for the next call.
    pub fn put(&mut self, bytes: &[u8]) -> [u32; 2] {
        let [start, len] = self.room(bytes.len());
        self.transport.write(start, bytes);
        [start, len]
    }

    /// Room in memory for the next call.
    pub fn room(&mut self, len: usize) -> [u32; 2] {
        let start = self.next;
        self.next += len as u32;
        [start, len as u32]
    }

    pub fn put_optional(&mut self, handle: Option<u32>) -> u32 {
        let mut bytes = [0xff; 8];
        bytes[0] = u8::from(handle.is_none());
        if let Some(handle) = handle {
            bytes[4..].copy_from_slice(&handle.to_le_bytes());
        }
        self.put(&bytes)[0]
    }

    pub fn bytes<const N: usize>(&mut self, start: u32) -> [u8; N] {
        let mut bytes = [0; N];
        self.transport.read(start, &mut bytes);
        bytes
    }

    pub fn bytes_at(&mut self, [start, len]: [u32; 2]) -> Vec<u8> {
        let mut bytes = vec![0; len as usize];
        self.transport.read(start, &mut bytes);
        bytes
    }

    pub fn options_open(&mut self) -> u32 {
        self.call_for_u32("options_open", &[1]).unwrap()
    }

    pub fn options_set(&mut self, options: u32, name: &str, value: &[u8]) -> Result<(), Errno> {
        let ([name, name_len], [value, value_len]) = (self.put(name.as_bytes()), self.put(value));
        self.call("options_set", &[options, name, name_len, value, value_len])
    }

    pub fn options_set_u64(&mut self, options: u32, name: &str, value: u64) -> Result<(), Errno> {
        let [name, name_len] = self.put(name.as_bytes()).map(u64::from);
        self.call_u64("options_set_u64", &[options.into(), name, name_len, value])
    }

    /// A set with one option, a nonce.
    pub fn nonce(&mut self, nonce: &[u8]) -> u32 {
        let options = self.options_open();
        self.options_set(options, "nonce", nonce).unwrap();
        options
    }

    pub fn import(&mut self, algorithm: &str, raw: &[u8]) -> Result<u32, Errno> {
        let ([name, name_len], [raw, raw_len]) = (self.put(algorithm.as_bytes()), self.put(raw));
        self.call_for_u32("symmetric_key_import", &[name, name_len, raw, raw_len])
    }

    pub fn generate(&mut self, algorithm: &str) -> Result<u32, Errno> {
        let [name, name_len] = self.put(algorithm.as_bytes());
        let none = self.put_optional(None);
        self.call_for_u32("symmetric_key_generate", &[name, name_len, none])
    }

    /// The raw bytes of a key.
    pub fn export(&mut self, key: u32) -> Result<Vec<u8>, Errno> {
        let output = self.call_for_u32("symmetric_key_export", &[key])?;
        self.pull_array(output)
    }

    pub fn pull_array(&mut self, output: u32) -> Result<Vec<u8>, Errno> {
        let len = self.call_for_u32("array_output_len", &[output])?;
        let buffer = self.room(len as usize);
        assert_eq!(self.call_for_u32("array_output_pull", &[output, buffer[0], buffer[1]])?, len);
        Ok(self.bytes_at(buffer))
    }

    pub fn open(&mut self, algorithm: &str, key: Option<u32>, options: Option<u32>) -> Result<u32, Errno> {
        let [name, name_len] = self.put(algorithm.as_bytes());
        let (key, options) = (self.put_optional(key), self.put_optional(options));
        self.call_for_u32("symmetric_state_open", &[name, name_len, key, options])
    }

    /// A state of a cipher under this key and nonce, with nothing else left open.
    pub fn cipher(&mut self, algorithm: &str, key: &[u8], nonce: &[u8]) -> u32 {
        let (key, options) = (self.import(algorithm, key).unwrap(), self.nonce(nonce));
        let state = self.open(algorithm, Some(key), Some(options)).unwrap();
        self.call("symmetric_key_close", &[key]).unwrap();
        self.call("options_close", &[options]).unwrap();
        state
    }

    pub fn close(&mut self, state: u32) -> Result<(), Errno> {
        self.call("symmetric_state_close", &[state])
    }

    pub fn option(&mut self, state: u32, name: &str, max_len: usize) -> Result<Vec<u8>, Errno> {
        let ([name, name_len], [value, value_len]) = (self.put(name.as_bytes()), self.room(max_len));
        let len = self.call_for_u32("symmetric_state_options_get", &[state, name, name_len, value, value_len])?;
        Ok(self.bytes_at([value, len]))
    }

    pub fn clone_state(&mut self, state: u32) -> Result<u32, Errno> {
        self.call_for_u32("symmetric_state_clone", &[state])
    }

    pub fn absorb(&mut self, state: u32, data: &[u8]) -> Result<(), Errno> {
        let [data, len] = self.put(data);
        self.call("symmetric_state_absorb", &[state, data, len])
    }

    pub fn squeeze(&mut self, state: u32, len: usize) -> Result<Vec<u8>, Errno> {
        let out = self.room(len);
        self.call("symmetric_state_squeeze", &[state, out[0], out[1]])?;
        Ok(self.bytes_at(out))
    }

    pub fn squeeze_key(&mut self, state: u32, algorithm: &str) -> Result<u32, Errno> {
        let [name, name_len] = self.put(algorithm.as_bytes());
        self.call_for_u32("symmetric_state_squeeze_key", &[state, name, name_len])
    }

    pub fn squeeze_tag(&mut self, state: u32) -> Result<u32, Errno> {
        self.call_for_u32("symmetric_state_squeeze_tag", &[state])
    }

    pub fn pull_tag(&mut self, tag: u32) -> Result<Vec<u8>, Errno> {
        let len = self.call_for_u32("symmetric_tag_len", &[tag])?;
        let buffer = self.room(len as usize);
        assert_eq!(self.call_for_u32("symmetric_tag_pull", &[tag, buffer[0], buffer[1]])?, len);
        Ok(self.bytes_at(buffer))
    }

    pub fn verify(&mut self, tag: u32, expected: &[u8]) -> Result<(), Errno> {
        let [expected, len] = self.put(expected);
        self.call("symmetric_tag_verify", &[tag, expected, len])
    }

    /// The message, encrypted, and its tag after it.
    pub fn encrypt(&mut self, state: u32, message: &[u8]) -> Result<Vec<u8>, Errno> {
        let tag_len = self.call_for_u32("symmetric_state_max_tag_len", &[state])? as usize;
        let ([data, len], out) = (self.put(message), self.room(message.len() + tag_len));
        let written = self.call_for_u32("symmetric_state_encrypt", &[state, out[0], out[1], data, len])?;
        Ok(self.bytes_at([out[0], written]))
    }

    /// The message, encrypted, and its tag.
    pub fn encrypt_detached(&mut self, state: u32, message: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Errno> {
        let ([data, len], out) = (self.put(message), self.room(message.len()));
        let tag = self.call_for_u32("symmetric_state_encrypt_detached", &[state, out[0], out[1], data, len])?;
        let ciphertext = self.bytes_at(out);
        Ok((ciphertext, self.pull_tag(tag)?))
    }

    pub fn decrypt(&mut self, state: u32, ciphertext: &[u8]) -> Result<Vec<u8>, Errno> {
        let tag_len = self.call_for_u32("symmetric_state_max_tag_len", &[state])? as usize;
        let ([data, len], out) = (self.put(ciphertext), self.room(ciphertext.len().saturating_sub(tag_len)));
        let written = self.call_for_u32("symmetric_state_decrypt", &[state, out[0], out[1], data, len])?;
        Ok(self.bytes_at([out[0], written]))
    }

    pub fn decrypt_detached(&mut self, state: u32, ciphertext: &[u8], tag: &[u8]) -> Result<Vec<u8>, Errno> {
        let ([data, len], [tag, tag_len]) = (self.put(ciphertext), self.put(tag));
        let out = self.room(ciphertext.len());
        let args = [state, out[0], out[1], data, len, tag, tag_len];
        let written = self.call_for_u32("symmetric_state_decrypt_detached", &args)?;
        Ok(self.bytes_at([out[0], written]))
    }
}

/// Key pairs, their halves, signatures.
impl<T: Transport> Guest<T> {
    /// A new key pair; types are 0 for signatures and 2 for key exchange.
    pub fn keypair(&mut self, algorithm_type: u32, algorithm: &str) -> u32 {
        let [name, name_len] = self.put(algorithm.as_bytes());
        let none = self.put_optional(None);
        self.call_for_u32("keypair_generate", &[algorithm_type, name, name_len, none]).unwrap()
    }

    /// `keypair_export`, `publickey_export`, `secretkey_export` or `signature_export`.
    pub fn export_as(&mut self, function: &str, handle: u32, encoding: u32) -> Result<Vec<u8>, Errno> {
        let output = self.call_for_u32(function, &[handle, encoding])?;
        self.pull_array(output)
    }
}

/// A deterministic source of numbers (SplitMix64), so that a failure can be had again.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
