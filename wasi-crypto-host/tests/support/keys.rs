//! Keys, signatures, agreements and encapsulation as methods of the guest.

use wasi_crypto_host::{Errno, PublickeyEncoding, SignatureEncoding, WasiCryptoCtx, WasiCryptoCtxBuilder};

use super::{Guest, Native, SLOT, Transport};

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

impl Guest<Native> {
    /// A guest with default limits, and 2 MiB of memory.
    pub fn large() -> Self {
        Self::with_memory(WasiCryptoCtx::builder(), 2 << 20)
    }

    pub fn with_memory(builder: WasiCryptoCtxBuilder, len: usize) -> Self {
        Self::new(Native::new(builder, len))
    }
}

impl<T: Transport> Guest<T> {
    pub fn generate_keypair(&mut self, algorithm: &str) -> u32 {
        let [name, name_len] = self.put(algorithm.as_bytes());
        let no_options = self.put_optional(None);
        self.call_for_u32("keypair_generate", &[type_of(algorithm), name, name_len, no_options]).unwrap()
    }

    pub fn import_key_as(&mut self, part: Part, algorithm: &str, encoded: &[u8], encoding: u32) -> Result<u32, Errno> {
        let ([name, name_len], [key, key_len]) = (self.put(algorithm.as_bytes()), self.put(encoded));
        let args = [type_of(algorithm), name, name_len, key, key_len, encoding];
        self.call_for_u32(&format!("{}_import", part.name()), &args)
    }

    pub fn export_key_as(&mut self, part: Part, key: u32, encoding: u32) -> Result<Vec<u8>, Errno> {
        let output = self.call_for_u32(&format!("{}_export", part.name()), &[key, encoding])?;
        self.pull_array(output)
    }

    pub fn close_key_of(&mut self, part: Part, key: u32) {
        self.call(&format!("{}_close", part.name()), &[key]).unwrap();
    }

    pub fn public_of(&mut self, keypair: u32) -> u32 {
        self.call_for_u32("keypair_publickey", &[keypair]).unwrap()
    }

    pub fn secret_of(&mut self, keypair: u32) -> u32 {
        self.call_for_u32("keypair_secretkey", &[keypair]).unwrap()
    }

    /// Opens a signature state, and feeds it the message in these pieces.
    pub fn signer(&mut self, keypair: u32, pieces: &[&[u8]]) -> u32 {
        let state = self.call_for_u32("signature_state_open", &[keypair]).unwrap();
        self.update("signature_state_update", state, pieces);
        state
    }

    pub fn verifier(&mut self, public: u32, pieces: &[&[u8]]) -> u32 {
        let state = self.call_for_u32("signature_verification_state_open", &[public]).unwrap();
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
        let signature = self.call_for_u32("signature_state_sign", &[state])?;
        let output = self.call_for_u32("signature_export", &[signature, encoding])?;
        self.call("signature_close", &[signature])?;
        self.pull_array(output)
    }

    pub fn verify_state(&mut self, state: u32, signature: u32) -> Result<(), Errno> {
        self.call("signature_verification_state_verify", &[state, signature])
    }

    pub fn signature(&mut self, algorithm: &str, encoded: &[u8], encoding: u32) -> Result<u32, Errno> {
        let ([name, name_len], [bytes, len]) = (self.put(algorithm.as_bytes()), self.put(encoded));
        self.call_for_u32("signature_import", &[name, name_len, bytes, len, encoding])
    }

    /// The signature of a whole message.
    pub fn sign_message(&mut self, keypair: u32, message: &[u8], encoding: u32) -> Result<Vec<u8>, Errno> {
        let state = self.signer(keypair, &[message]);
        let signature = self.sign_state(state, encoding);
        self.call("signature_state_close", &[state])?;
        signature
    }

    /// Imports a signature of a whole message, and verifies it.
    pub fn verify_message(
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
        let output = self.call_for_u32("kx_dh", &[public, secret])?;
        self.pull_array(output)
    }

    /// A new secret, and its ciphertext.
    pub fn kem_encapsulate(&mut self, public: u32) -> Result<(Vec<u8>, Vec<u8>), Errno> {
        self.call("kx_encapsulate", &[public, SLOT, SLOT + 4])?;
        let (secret, ciphertext) = (self.slot(), u32::from_le_bytes(self.bytes(SLOT + 4)));
        Ok((self.pull_array(secret)?, self.pull_array(ciphertext)?))
    }

    pub fn kem_decapsulate(&mut self, secret: u32, ciphertext: &[u8]) -> Result<Vec<u8>, Errno> {
        let [ciphertext, len] = self.put(ciphertext);
        let output = self.call_for_u32("kx_decapsulate", &[secret, ciphertext, len])?;
        self.pull_array(output)
    }
}

impl<T: Transport> Guest<T> {
    /// What a key is read as: its public key, in SubjectPublicKeyInfo.
    pub fn read(&mut self, part: Part, algorithm: &str, encoded: &[u8], encoding: u32) -> Result<Vec<u8>, Errno> {
        let key = self.import_key_as(part, algorithm, encoded, encoding)?;
        let public = match part {
            Part::Keypair => self.public_of(key),
            Part::Secret => self.call_for_u32("publickey_from_secretkey", &[key]).unwrap(),
            Part::Public => key,
        };
        let exported = self.export_key_as(Part::Public, public, PKCS8).unwrap();
        self.close_key_of(Part::Public, public);
        if part != Part::Public {
            self.close_key_of(part, key);
        }
        Ok(exported)
    }

    /// A new key in PKCS#8, and its public key in SubjectPublicKeyInfo.
    pub fn generate_encoded(&mut self, algorithm: &str) -> (Vec<u8>, Vec<u8>) {
        let keypair = self.generate_keypair(algorithm);
        let public = self.public_of(keypair);
        (
            self.export_key_as(Part::Keypair, keypair, PKCS8).unwrap(),
            self.export_key_as(Part::Public, public, PKCS8).unwrap(),
        )
    }
}
