//! Keys and signatures of a guest, in the encodings of the interface.

use wasi_crypto_host::{AlgorithmInfo, AlgorithmType, Errno, HandleType, PublickeyEncoding};

use crate::checked::Checked;
use crate::support::{Guest, SLOT};

/// The encodings of keys; pairs have all but the last. A signature has the first two.
pub const ENCODINGS: [u32; 4] = [RAW, DER, PEM, SEC];
/// The bytes that the primitive defines.
pub const RAW: u32 = PublickeyEncoding::Raw as u32;
/// PKCS#8 or `SubjectPublicKeyInfo`; of a signature, what the algorithm has.
pub const DER: u32 = PublickeyEncoding::Pkcs8 as u32;
/// The same in PEM.
pub const PEM: u32 = PublickeyEncoding::Pem as u32;
/// SEC 1.
pub const SEC: u32 = PublickeyEncoding::Sec as u32;

/// What is imported and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the specification's resources")]
pub enum Part {
    Keypair,
    Publickey,
    Secretkey,
    Signature,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Keypair, Self::Publickey, Self::Secretkey, Self::Signature];

    /// What its functions begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keypair => HandleType::Keypair.name(),
            Self::Publickey => HandleType::Publickey.name(),
            Self::Secretkey => HandleType::Secretkey.name(),
            Self::Signature => HandleType::Signature.name(),
        }
    }

    /// What a function imports or exports.
    pub fn of_function(name: &str) -> Option<Self> {
        let suffix = |rest: &str| matches!(rest, "_import" | "_export");
        Self::ALL.into_iter().find(|part| name.strip_prefix(part.name()).is_some_and(suffix))
    }
}

/// The functions of keys and signatures. Each closes nothing but what it opened for itself.
pub trait KeyFunctions {
    /// `keypair_import`, `publickey_import`, `secretkey_import` or `signature_import`.
    fn import_part(&mut self, part: Part, info: &AlgorithmInfo, encoded: &[u8], encoding: u32) -> Result<u32, Errno>;

    /// The function that exports such a thing, and a pull.
    fn export_part(&mut self, part: Part, handle: u32, encoding: u32) -> Result<Vec<u8>, Errno>;

    /// The function that closes such a thing.
    fn close_part(&mut self, part: Part, handle: u32);

    /// A key pair that the host makes.
    fn generate_pair(&mut self, info: &AlgorithmInfo) -> Result<u32, Errno>;

    /// A call whose one argument is a handle and whose one result is another.
    fn follow(&mut self, function: &str, handle: u32) -> Result<u32, Errno>;

    /// A signature of a message that comes in pieces.
    fn sign(&mut self, keypair: u32, pieces: &[&[u8]]) -> Result<u32, Errno>;

    /// Whether a signature is right.
    fn check_signature(&mut self, public: u32, pieces: &[&[u8]], signature: u32) -> Result<(), Errno>;

    /// A new secret, and its ciphertext.
    fn encapsulate(&mut self, public: u32) -> Result<(Vec<u8>, Vec<u8>), Errno>;

    /// The secret in a ciphertext.
    fn decapsulate(&mut self, secret: u32, ciphertext: &[u8]) -> Result<Vec<u8>, Errno>;
}

impl KeyFunctions for Guest<Checked> {
    fn import_part(&mut self, part: Part, info: &AlgorithmInfo, encoded: &[u8], encoding: u32) -> Result<u32, Errno> {
        let ([name, name_len], [key, key_len]) = (self.put(info.name.as_bytes()), self.put(encoded));
        let args = [info.algorithm_type as u32, name, name_len, key, key_len, encoding];
        // The functions of signatures need no type.
        let args = if part == Part::Signature { &args[1..] } else { &args };
        self.call_for_u32(&format!("{}_import", part.name()), args)
    }

    fn export_part(&mut self, part: Part, handle: u32, encoding: u32) -> Result<Vec<u8>, Errno> {
        self.export_as(&format!("{}_export", part.name()), handle, encoding)
    }

    fn close_part(&mut self, part: Part, handle: u32) {
        self.call(&format!("{}_close", part.name()), &[handle]).expect("it is open");
    }

    fn generate_pair(&mut self, info: &AlgorithmInfo) -> Result<u32, Errno> {
        let [name, name_len] = self.put(info.name.as_bytes());
        let none = self.put_optional(None);
        self.call_for_u32("keypair_generate", &[info.algorithm_type as u32, name, name_len, none])
    }

    fn follow(&mut self, function: &str, handle: u32) -> Result<u32, Errno> {
        self.call_for_u32(function, &[handle])
    }

    fn sign(&mut self, keypair: u32, pieces: &[&[u8]]) -> Result<u32, Errno> {
        let state = self.follow("signature_state_open", keypair)?;
        for piece in pieces {
            let [start, len] = self.put(piece);
            self.call("signature_state_update", &[state, start, len])?;
        }
        let signature = self.follow("signature_state_sign", state);
        self.call("signature_state_close", &[state])?;
        signature
    }

    fn check_signature(&mut self, public: u32, pieces: &[&[u8]], signature: u32) -> Result<(), Errno> {
        let state = self.follow("signature_verification_state_open", public)?;
        for piece in pieces {
            let [start, len] = self.put(piece);
            self.call("signature_verification_state_update", &[state, start, len])?;
        }
        let checked = self.call("signature_verification_state_verify", &[state, signature]);
        self.call("signature_verification_state_close", &[state])?;
        checked
    }

    fn encapsulate(&mut self, public: u32) -> Result<(Vec<u8>, Vec<u8>), Errno> {
        self.call("kx_encapsulate", &[public, SLOT, SLOT + 4])?;
        let outputs = [SLOT, SLOT + 4].map(|slot| u32::from_le_bytes(self.bytes(slot)));
        Ok((self.pull_array(outputs[0])?, self.pull_array(outputs[1])?))
    }

    fn decapsulate(&mut self, secret: u32, ciphertext: &[u8]) -> Result<Vec<u8>, Errno> {
        let [ciphertext, len] = self.put(ciphertext);
        let output = self.call_for_u32("kx_decapsulate", &[secret, ciphertext, len])?;
        self.pull_array(output)
    }
}

/// Whether the algorithm has keys of these kinds, or signatures.
pub fn has(info: &AlgorithmInfo, part: Part) -> bool {
    match info.algorithm_type {
        AlgorithmType::Symmetric => false,
        AlgorithmType::Signatures => true,
        AlgorithmType::KeyExchange => part != Part::Signature,
    }
}
