//! A guest with the asymmetric functions as methods: it puts arguments into its memory, calls, and takes the results out.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test uses a part")]

mod encode;
#[path = "../support/hex.rs"]
mod hex;

use wasi_crypto_host::{
    Errno, GuestMemory, Hostcall, MAX_CORE_PARAMS, PublickeyEncoding, SignatureEncoding, WasiCryptoCtx,
    WasiCryptoCtxBuilder,
};

pub use encode::{der, pem};
pub use hex::hex;

/// The encodings of keys, as the interface numbers them.
pub const RAW: u32 = PublickeyEncoding::Raw as u32;
pub const PKCS8: u32 = PublickeyEncoding::Pkcs8 as u32;
pub const PEM: u32 = PublickeyEncoding::Pem as u32;
pub const SEC: u32 = PublickeyEncoding::Sec as u32;

/// The encodings of signatures; raw is [`RAW`].
pub const DER: u32 = SignatureEncoding::Der as u32;

pub const RSA: [&str; 12] = [
    "RSA_PKCS1_2048_SHA256",
    "RSA_PKCS1_2048_SHA384",
    "RSA_PKCS1_2048_SHA512",
    "RSA_PKCS1_3072_SHA384",
    "RSA_PKCS1_3072_SHA512",
    "RSA_PKCS1_4096_SHA512",
    "RSA_PSS_2048_SHA256",
    "RSA_PSS_2048_SHA384",
    "RSA_PSS_2048_SHA512",
    "RSA_PSS_3072_SHA384",
    "RSA_PSS_3072_SHA512",
    "RSA_PSS_4096_SHA512",
];
pub const ECDSA: [&str; 3] = ["ECDSA_P256_SHA256", "ECDSA_P384_SHA384", "ECDSA_K256_SHA256"];
pub const KEY_EXCHANGE: [&str; 3] = ["X25519", "P256-SHA256", "P384-SHA384"];
pub const KEMS: [&str; 4] = ["X-WING", "ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"];
pub const ML_DSA: [&str; 3] = ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"];

/// What a key handle is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Keypair,
    Public,
    Secret,
}

impl Part {
    /// The prefix of its functions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keypair => "keypair",
            Self::Public => "publickey",
            Self::Secret => "secretkey",
        }
    }
}

/// The `algorithm_type` of an algorithm.
pub fn type_of(algorithm: &str) -> u32 {
    if KEY_EXCHANGE.contains(&algorithm) || KEMS.contains(&algorithm) || algorithm == "X448" { 2 } else { 0 }
}

/// The row of the table with this name.
pub fn hostcall(name: &str) -> &'static Hostcall {
    Hostcall::find(name).unwrap_or_else(|| panic!("no function {name}"))
}

/// Where results go.
pub const SLOT: u32 = 8;
/// From here on, arguments are laid out anew for each call.
const DATA: u32 = 64;

pub struct Guest {
    pub ctx: WasiCryptoCtx,
    pub memory: Vec<u8>,
    next: u32,
}

impl Guest {
    /// A guest with default limits, and 2 MiB of memory.
    pub fn new() -> Self {
        Self::with(WasiCryptoCtx::builder(), 2 << 20)
    }

    pub fn with(builder: WasiCryptoCtxBuilder, memory_len: usize) -> Self {
        Self { ctx: builder.build().unwrap(), memory: vec![0; memory_len], next: DATA }
    }

    pub fn call(&mut self, name: &str, args: &[u32]) -> Result<(), Errno> {
        self.next = DATA;
        let mut wide = [0; MAX_CORE_PARAMS];
        for (wide, arg) in wide.iter_mut().zip(args) {
            *wide = u64::from(*arg);
        }
        match self.ctx.call(hostcall(name), GuestMemory::unshared(&mut self.memory), &wide[..args.len()]) {
            Errno::Success => Ok(()),
            errno => Err(errno),
        }
    }

    /// Calls, and returns the handle or size that comes through the last parameter.
    pub fn get(&mut self, name: &str, args: &[u32]) -> Result<u32, Errno> {
        self.call(name, &[args, &[SLOT]].concat())?;
        Ok(self.slot())
    }

    pub fn slot(&self) -> u32 {
        u32::from_le_bytes(self.memory[SLOT as usize..][..4].try_into().unwrap())
    }

    /// Puts bytes into memory for the next call.
    pub fn put(&mut self, bytes: &[u8]) -> [u32; 2] {
        let start = self.next;
        self.memory[start as usize..][..bytes.len()].copy_from_slice(bytes);
        self.next += bytes.len() as u32;
        [start, bytes.len() as u32]
    }

    pub fn pull(&mut self, output: u32) -> Vec<u8> {
        let len = self.get("array_output_len", &[output]).unwrap();
        if len > 0 {
            assert_eq!(self.get("array_output_pull", &[output, DATA, len]), Ok(len));
        }
        self.memory[DATA as usize..][..len as usize].to_vec()
    }

    pub fn generate(&mut self, algorithm: &str) -> u32 {
        let [name, name_len] = self.put(algorithm.as_bytes());
        let [no_options, _] = self.put(&[1; 8]);
        self.get("keypair_generate", &[type_of(algorithm), name, name_len, no_options]).unwrap()
    }

    pub fn import(&mut self, part: Part, algorithm: &str, encoded: &[u8], encoding: u32) -> Result<u32, Errno> {
        let ([name, name_len], [key, key_len]) = (self.put(algorithm.as_bytes()), self.put(encoded));
        let args = [type_of(algorithm), name, name_len, key, key_len, encoding];
        self.get(&format!("{}_import", part.name()), &args)
    }

    pub fn export(&mut self, part: Part, key: u32, encoding: u32) -> Result<Vec<u8>, Errno> {
        let output = self.get(&format!("{}_export", part.name()), &[key, encoding])?;
        Ok(self.pull(output))
    }

    pub fn close(&mut self, part: Part, key: u32) {
        self.call(&format!("{}_close", part.name()), &[key]).unwrap();
    }

    pub fn public(&mut self, keypair: u32) -> u32 {
        self.get("keypair_publickey", &[keypair]).unwrap()
    }

    pub fn secret(&mut self, keypair: u32) -> u32 {
        self.get("keypair_secretkey", &[keypair]).unwrap()
    }

    /// Opens a signature state, and feeds it the message in these pieces.
    pub fn signer(&mut self, keypair: u32, pieces: &[&[u8]]) -> u32 {
        let state = self.get("signature_state_open", &[keypair]).unwrap();
        self.update("signature_state_update", state, pieces);
        state
    }

    pub fn verifier(&mut self, public: u32, pieces: &[&[u8]]) -> u32 {
        let state = self.get("signature_verification_state_open", &[public]).unwrap();
        self.update("signature_verification_state_update", state, pieces);
        state
    }

    pub fn update(&mut self, name: &str, state: u32, pieces: &[&[u8]]) {
        for piece in pieces {
            let [piece, len] = self.put(piece);
            self.call(name, &[state, piece, len]).unwrap();
        }
    }

    /// Signs what a state has been fed, in an encoding.
    pub fn sign_state(&mut self, state: u32, encoding: u32) -> Result<Vec<u8>, Errno> {
        let signature = self.get("signature_state_sign", &[state])?;
        let output = self.get("signature_export", &[signature, encoding])?;
        self.call("signature_close", &[signature])?;
        Ok(self.pull(output))
    }

    pub fn verify_state(&mut self, state: u32, signature: u32) -> Result<(), Errno> {
        self.call("signature_verification_state_verify", &[state, signature])
    }

    pub fn signature(&mut self, algorithm: &str, encoded: &[u8], encoding: u32) -> Result<u32, Errno> {
        let ([name, name_len], [bytes, len]) = (self.put(algorithm.as_bytes()), self.put(encoded));
        self.get("signature_import", &[name, name_len, bytes, len, encoding])
    }

    /// The signature of a whole message.
    pub fn sign(&mut self, keypair: u32, message: &[u8], encoding: u32) -> Result<Vec<u8>, Errno> {
        let state = self.signer(keypair, &[message]);
        let signature = self.sign_state(state, encoding);
        self.call("signature_state_close", &[state])?;
        signature
    }

    /// Imports a signature of a whole message, and verifies it.
    pub fn verify(
        &mut self,
        public: u32,
        algorithm: &str,
        message: &[u8],
        signature: &[u8],
        encoding: u32,
    ) -> Result<(), Errno> {
        let signature = self.signature(algorithm, signature, encoding)?;
        let state = self.verifier(public, &[message]);
        let verified = self.verify_state(state, signature);
        self.call("signature_close", &[signature])?;
        self.call("signature_verification_state_close", &[state])?;
        verified
    }

    pub fn agree(&mut self, public: u32, secret: u32) -> Result<Vec<u8>, Errno> {
        let output = self.get("kx_dh", &[public, secret])?;
        Ok(self.pull(output))
    }

    /// A new secret, and its ciphertext.
    pub fn encapsulate(&mut self, public: u32) -> Result<(Vec<u8>, Vec<u8>), Errno> {
        self.call("kx_encapsulate", &[public, SLOT, SLOT + 4])?;
        let (secret, ciphertext) =
            (self.slot(), u32::from_le_bytes(self.memory[SLOT as usize + 4..][..4].try_into().unwrap()));
        Ok((self.pull(secret), self.pull(ciphertext)))
    }

    pub fn decapsulate(&mut self, secret: u32, ciphertext: &[u8]) -> Result<Vec<u8>, Errno> {
        let [ciphertext, len] = self.put(ciphertext);
        let output = self.get("kx_decapsulate", &[secret, ciphertext, len])?;
        Ok(self.pull(output))
    }
}

impl Guest {
    /// What a key is read as: its public key, in SubjectPublicKeyInfo.
    pub fn read(&mut self, part: Part, algorithm: &str, encoded: &[u8], encoding: u32) -> Result<Vec<u8>, Errno> {
        let key = self.import(part, algorithm, encoded, encoding)?;
        let public = match part {
            Part::Keypair => self.public(key),
            Part::Secret => self.get("publickey_from_secretkey", &[key]).unwrap(),
            Part::Public => key,
        };
        let exported = self.export(Part::Public, public, PKCS8).unwrap();
        self.close(Part::Public, public);
        if part != Part::Public {
            self.close(part, key);
        }
        Ok(exported)
    }

    /// A new key in PKCS#8, and its public key in SubjectPublicKeyInfo.
    pub fn generate_encoded(&mut self, algorithm: &str) -> (Vec<u8>, Vec<u8>) {
        let keypair = self.generate(algorithm);
        let public = self.public(keypair);
        (self.export(Part::Keypair, keypair, PKCS8).unwrap(), self.export(Part::Public, public, PKCS8).unwrap())
    }
}
