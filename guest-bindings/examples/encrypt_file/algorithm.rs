//! The algorithms, their keys and key files, and how each carries a secret from one side to the other.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{
    AlgorithmType, KeyPair, PublicKey, PublicKeyEncoding, SecretKey, SecretKeyEncoding,
};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::key_file;

pub(crate) static X25519: Algorithm =
    Algorithm { name: "X25519", number: 1, encapsulation_len: 32, kind: Kind::DiffieHellman, raw_lens: None };
static ML_KEM_768: Algorithm =
    Algorithm { name: "ML-KEM-768", number: 2, encapsulation_len: 1088, kind: Kind::Kem, raw_lens: None };
static X_WING: Algorithm =
    Algorithm { name: "X-Wing", number: 3, encapsulation_len: 1120, kind: Kind::Kem, raw_lens: Some([32, 1216]) };

static ALGORITHMS: [&Algorithm; 3] = [&X25519, &ML_KEM_768, &X_WING];

pub(crate) struct Algorithm {
    pub(crate) name: &'static str,
    /// In the header of a file.
    pub(crate) number: u8,
    pub(crate) encapsulation_len: usize,
    kind: Kind,
    /// The sizes of secret and public keys, if they are written as their bare bytes, because there is no PEM of them.
    raw_lens: Option<[usize; 2]>,
}

enum Kind {
    DiffieHellman,
    Kem,
}

/// A key pair as files have it.
pub(crate) struct Generated {
    pub(crate) private: Zeroizing<Vec<u8>>,
    pub(crate) public: Vec<u8>,
}

impl Algorithm {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ALGORITHMS.into_iter().find(|algorithm| algorithm.name.eq_ignore_ascii_case(name))
    }

    pub(crate) fn numbered(number: u8) -> Option<&'static Self> {
        ALGORITHMS.into_iter().find(|algorithm| algorithm.number == number)
    }

    pub(crate) fn generate(&self) -> Result<Generated, Error> {
        let pair = KeyPair::generate(AlgorithmType::KeyExchange, self.name)?;
        let (private, public) = match self.raw_lens {
            None => (SecretKeyEncoding::Pem, PublicKeyEncoding::Pem),
            Some(_) => (SecretKeyEncoding::Raw, PublicKeyEncoding::Raw),
        };
        Ok(Generated { private: pair.secret_key()?.export(private)?, public: pair.public_key()?.export(public)? })
    }
}

/// The key to encrypt to.
pub(crate) struct Public {
    pub(crate) algorithm: &'static Algorithm,
    /// The bytes of the key.
    pub(crate) raw: Vec<u8>,
    key: PublicKey,
}

impl Public {
    /// Reads a key file and checks the key in full.
    pub(crate) fn read(path: &str) -> Result<Self, Failure> {
        let (algorithm, key) = read(path, true, |algorithm, encoded, is_pem| {
            let key = if is_pem {
                PublicKey::from_pem(AlgorithmType::KeyExchange, algorithm, encoded)?
            } else {
                PublicKey::import(AlgorithmType::KeyExchange, algorithm, encoded, PublicKeyEncoding::Raw)?
            };
            key.validate()?;
            Ok(key)
        })?;
        Ok(Self { algorithm, raw: key.export(PublicKeyEncoding::Raw)?, key })
    }

    /// A new secret, and before it what carries it to the owner of the key.
    pub(crate) fn encapsulate(&self) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Error> {
        match self.algorithm.kind {
            Kind::Kem => self.key.encapsulate(),
            Kind::DiffieHellman => {
                let ephemeral = KeyPair::generate(AlgorithmType::KeyExchange, self.algorithm.name)?;
                let secret = ephemeral.secret_key()?.diffie_hellman(&self.key)?;
                Ok((ephemeral.public_key()?.export(PublicKeyEncoding::Raw)?, secret))
            }
        }
    }
}

/// The key to decrypt with.
pub(crate) struct Private {
    pub(crate) algorithm: &'static Algorithm,
    /// The bytes of the public key.
    pub(crate) public: Vec<u8>,
    key: SecretKey,
}

impl Private {
    /// Reads a key file.
    pub(crate) fn read(path: &str) -> Result<Self, Failure> {
        let (algorithm, key) = read(path, false, |algorithm, encoded, is_pem| {
            if is_pem {
                SecretKey::from_pem(AlgorithmType::KeyExchange, algorithm, encoded)
            } else {
                SecretKey::import(AlgorithmType::KeyExchange, algorithm, encoded, SecretKeyEncoding::Raw)
            }
        })?;
        Ok(Self { algorithm, public: key.public_key()?.export(PublicKeyEncoding::Raw)?, key })
    }

    /// The secret in an encapsulation; `InvalidKey` if it could not be one. Others give a secret that nobody has.
    pub(crate) fn decapsulate(&self, encapsulation: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self.algorithm.kind {
            Kind::Kem => self.key.decapsulate(encapsulation),
            Kind::DiffieHellman => {
                let ephemeral = PublicKey::import(
                    AlgorithmType::KeyExchange,
                    self.algorithm.name,
                    encapsulation,
                    PublicKeyEncoding::Raw,
                )?;
                self.key.diffie_hellman(&ephemeral)
            }
        }
    }
}

/// Tries the algorithms until one takes the key. `is_public` says which half it is.
fn read<K>(
    path: &str,
    is_public: bool,
    import: impl Fn(&'static str, &[u8], bool) -> Result<K, Error>,
) -> Result<(&'static Algorithm, K), Failure> {
    let bytes = key_file::read(path)?;
    let has_size = |lens: [usize; 2]| bytes.len() == lens[usize::from(is_public)];
    let bare = ALGORITHMS.into_iter().find(|algorithm| algorithm.raw_lens.is_some_and(has_size));
    let candidates = bare.as_ref().map_or(&ALGORITHMS[..], std::slice::from_ref);
    let kinds = "not one for X25519, ML-KEM-768 or X-Wing";
    key_file::import(path, candidates, kinds, |algorithm| import(algorithm.name, &bytes, bare.is_none()))
}
