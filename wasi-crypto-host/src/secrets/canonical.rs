//! Keys on their way into a store and out of it, outside of any guest: generated here, or read from what other programs write.

use wasi_crypto_interface::{AlgorithmType, KeypairEncoding, PublickeyEncoding};
use zeroize::Zeroizing;

use crate::asymmetric;
use crate::asymmetric::encoding::{KeyEncoding, Label};
use crate::asymmetric::key::Keypair;
use crate::booking::Booking;
use crate::errno::Errno;
use crate::held::Held;
use crate::origin::Origin;
use crate::secret::Secret;
use crate::secrets::{Kind, NewRecord, Opened};
use crate::stop::StopHandle;
use crate::symmetric;
use crate::symmetric::key::SymmetricKey;

/// A key as records keep it: of an algorithm of this build, in the canonical encoding of that. Wiped when it is dropped. It has no `Debug`.
///
/// ```
/// use wasi_crypto_host::{KeypairEncoding, PublickeyEncoding};
/// use wasi_crypto_host::secrets::{CanonicalKey, Kind, MemoryStore, Policy, RootKey, SecretsManager, Version};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate()?).build()?;
/// let operator = manager.namespace("tenant-42").policy(Policy::unrestricted()).who("operator");
///
/// // As `openssl genpkey -algorithm ed25519` writes it; this one is from RFC 8410.
/// let pem = b"-----BEGIN PRIVATE KEY-----\n\
///     MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
///     -----END PRIVATE KEY-----\n";
/// let key = CanonicalKey::import_keypair("Ed25519", pem, KeypairEncoding::Pem)?;
/// let header = operator.create(key.record().imported())?;
///
/// // The guest gets the identifier, the world the public half.
/// let opened = operator.load(Kind::KeyPair, &header.identifier, Version::Latest)?;
/// let public = CanonicalKey::of(&opened)?.export_publickey(PublickeyEncoding::Pem)?;
/// assert!(public.ends_with(b"MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"));
/// # Ok(())
/// # }
/// ```
pub struct CanonicalKey {
    algorithm: Algorithm,
    bytes: Secret,
}

enum Algorithm {
    KeyPair(&'static asymmetric::algorithm::Algorithm),
    Symmetric(&'static symmetric::algorithm::Algorithm),
}

impl CanonicalKey {
    /// A new key of this algorithm, whatever its type; the name in any ASCII case. [`Errno::UnsupportedAlgorithm`],
    /// [`Errno::KeyNotSupported`] if it takes no key, [`Errno::RngError`]. A key for RSA takes seconds.
    pub fn generate(algorithm: &str) -> Result<Self, Errno> {
        match Algorithm::find(algorithm)? {
            Algorithm::KeyPair(algorithm) => {
                let secret = algorithm.generate(&StopHandle::new())?;
                Self::of_keypair(&Held::<Keypair>::by_guest(algorithm, secret))
            }
            Algorithm::Symmetric(algorithm) => {
                let key = SymmetricKey::generate(algorithm)?;
                Ok(Self::of_symmetric_key(&Held::<SymmetricKey>::by_guest(algorithm, key)))
            }
        }
    }

    /// Reads a key pair. [`Errno::UnsupportedAlgorithm`] if there is no such algorithm with key pairs,
    /// [`Errno::UnsupportedEncoding`], [`Errno::InvalidKey`].
    pub fn import_keypair(algorithm: &str, encoded: &[u8], encoding: KeypairEncoding) -> Result<Self, Errno> {
        let Algorithm::KeyPair(algorithm) = Algorithm::find(algorithm)? else {
            return Err(Errno::UnsupportedAlgorithm);
        };
        let encoding = KeyEncoding::of_keypair(encoding)?;
        let secret = encoding.import(algorithm.keys, Label::PrivateKey, encoded, |keys, encoded, form| {
            keys.import_keypair(encoded, form)
        })?;
        Self::of_keypair(&Held::<Keypair>::by_guest(algorithm, secret))
    }

    /// Reads a symmetric key from its bytes. [`Errno::UnsupportedAlgorithm`] if there is no such symmetric algorithm,
    /// [`Errno::KeyNotSupported`] if it takes no key, [`Errno::InvalidKey`] for a wrong size.
    pub fn import_symmetric_key(algorithm: &str, raw: &[u8]) -> Result<Self, Errno> {
        let Algorithm::Symmetric(algorithm) = Algorithm::find(algorithm)? else {
            return Err(Errno::UnsupportedAlgorithm);
        };
        let key = SymmetricKey::import(algorithm, raw, Booking::default())?;
        Ok(Self::of_symmetric_key(&Held::<SymmetricKey>::by_guest(algorithm, key)))
    }

    /// The key in a record that was opened. [`Errno::InvalidKey`] if it is a secret or no key of its algorithm,
    /// [`Errno::UnsupportedAlgorithm`] if this build does not have that.
    pub fn of(opened: &Opened) -> Result<Self, Errno> {
        let header = opened.header();
        match (header.kind, Algorithm::find(&header.algorithm)) {
            (Kind::Secret, _) => Err(Errno::InvalidKey),
            (Kind::KeyPair, Ok(Algorithm::KeyPair(algorithm))) => {
                Self::of_keypair(&Held::<Keypair>::from_canonical(algorithm, opened.bytes(), Origin::Guest)?)
            }
            (Kind::SymmetricKey, Ok(Algorithm::Symmetric(_))) => {
                Self::import_symmetric_key(&header.algorithm, opened.bytes())
            }
            (_, found) => found.and(Err(Errno::InvalidKey)),
        }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        match self.algorithm {
            Algorithm::KeyPair(_) => Kind::KeyPair,
            Algorithm::Symmetric(_) => Kind::SymmetricKey,
        }
    }

    /// The canonical name of its algorithm.
    pub fn algorithm(&self) -> &'static str {
        match self.algorithm {
            Algorithm::KeyPair(algorithm) => algorithm.name,
            Algorithm::Symmetric(algorithm) => algorithm.name,
        }
    }

    /// The record to put it in as, as one that was generated here; see [`NewRecord::imported`].
    pub fn record(&self) -> NewRecord<'_> {
        match self.kind() {
            Kind::KeyPair => NewRecord::key_pair(self.algorithm(), &self.bytes),
            _ => NewRecord::symmetric_key(self.algorithm(), &self.bytes),
        }
    }

    /// Writes a key pair, the secret half too: ask [`Namespace::check_export`](crate::secrets::Namespace::check_export) before.
    /// [`Errno::UnsupportedEncoding`]; [`Errno::InvalidOperation`] if it is a symmetric key.
    pub fn export_keypair(&self, encoding: KeypairEncoding) -> Result<Zeroizing<Vec<u8>>, Errno> {
        let key = self.keypair()?.key;
        let written = KeyEncoding::of_keypair(encoding)?.export(Label::PrivateKey, |form| key.export_keypair(form))?;
        Ok(Zeroizing::new(written.to_vec()))
    }

    /// The bytes of a symmetric key: ask [`Namespace::check_export`](crate::secrets::Namespace::check_export) before.
    /// [`Errno::InvalidOperation`] if it is a key pair.
    pub fn export_symmetric_key(&self) -> Result<Zeroizing<Vec<u8>>, Errno> {
        match self.algorithm {
            Algorithm::KeyPair(_) => Err(Errno::InvalidOperation),
            Algorithm::Symmetric(_) => Ok(Zeroizing::new(self.bytes.to_vec())),
        }
    }

    /// Writes the public half of a key pair, which is for everybody. [`Errno::UnsupportedEncoding`]; [`Errno::InvalidOperation`] if it is
    /// a symmetric key.
    pub fn export_publickey(&self, encoding: PublickeyEncoding) -> Result<Vec<u8>, Errno> {
        let public = self.keypair()?.public_half()?.key;
        let encoding = KeyEncoding::of_half(encoding.number().into())?;
        let written = encoding.export(Label::PublicKey, |form| public.export(form).map(Secret::from_vec))?;
        Ok(written.to_vec())
    }

    fn keypair(&self) -> Result<Held<Keypair>, Errno> {
        match self.algorithm {
            Algorithm::KeyPair(algorithm) => Held::<Keypair>::from_canonical(algorithm, &self.bytes, Origin::Guest),
            Algorithm::Symmetric(_) => Err(Errno::InvalidOperation),
        }
    }

    fn of_keypair(key: &Held<Keypair>) -> Result<Self, Errno> {
        Ok(Self { algorithm: Algorithm::KeyPair(key.algorithm), bytes: key.to_canonical()? })
    }

    fn of_symmetric_key(key: &Held<SymmetricKey>) -> Self {
        Self { algorithm: Algorithm::Symmetric(key.algorithm), bytes: key.to_canonical() }
    }
}

impl Algorithm {
    /// The algorithm of this name: no two types have one of the same name.
    fn find(name: &str) -> Result<Self, Errno> {
        let of_type = |ty| asymmetric::algorithm::Algorithm::find(ty, name.as_bytes());
        of_type(AlgorithmType::Signatures)
            .or_else(|_| of_type(AlgorithmType::KeyExchange))
            .map(Self::KeyPair)
            .or_else(|_| symmetric::registry::find(name.as_bytes()).map(Self::Symmetric))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithms;
    use crate::secrets::{MemoryStore, Policy, RootKey, SecretsManager, Version};

    #[test]
    fn a_name_is_that_of_one_algorithm() {
        for (i, info) in algorithms().enumerate() {
            assert!(algorithms().take(i).all(|other| !other.name.eq_ignore_ascii_case(info.name)), "{}", info.name);
        }
    }

    #[test]
    fn every_key_that_is_put_in_comes_out_as_it_was() {
        let manager =
            SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
        let namespace = manager.namespace("a").policy(Policy::unrestricted());
        // Of the keys for RSA, the smallest take long enough.
        for info in algorithms().filter(|info| !info.name.contains("_3072_") && !info.name.contains("_4096_")) {
            let key = match CanonicalKey::generate(&info.name.to_ascii_lowercase()) {
                Ok(key) => key,
                Err(errno) => {
                    assert_eq!(errno, Errno::KeyNotSupported, "{}", info.name);
                    continue;
                }
            };
            assert_eq!(key.algorithm(), info.name);
            let header = namespace.create(key.record()).unwrap();
            let opened = namespace.load(key.kind(), &header.identifier, Version::Latest).unwrap();
            let again = CanonicalKey::of(&opened).unwrap();
            assert_eq!(*again.bytes, *key.bytes, "{}", info.name);

            if info.algorithm_type == AlgorithmType::Symmetric {
                let raw = again.export_symmetric_key().unwrap();
                assert_eq!(*CanonicalKey::import_symmetric_key(info.name, &raw).unwrap().bytes, *key.bytes);
                assert_eq!(again.export_publickey(PublickeyEncoding::Raw).err(), Some(Errno::InvalidOperation));
                assert_eq!(again.export_keypair(KeypairEncoding::Raw).err(), Some(Errno::InvalidOperation));
            } else {
                assert_eq!(again.export_symmetric_key().err(), Some(Errno::InvalidOperation));
                for encoding in [KeypairEncoding::Raw, KeypairEncoding::Pkcs8, KeypairEncoding::Pem] {
                    let Ok(written) = again.export_keypair(encoding) else { continue };
                    let read = CanonicalKey::import_keypair(info.name, &written, encoding).unwrap();
                    assert_eq!(*read.bytes, *key.bytes, "{}", info.name);
                }
            }
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let refused = |key: Result<CanonicalKey, Errno>| key.err();
        assert_eq!(refused(CanonicalKey::generate("ROT13")), Some(Errno::UnsupportedAlgorithm));
        assert_eq!(refused(CanonicalKey::generate("SHA-256")), Some(Errno::KeyNotSupported));
        let pem = KeypairEncoding::Pem;
        assert_eq!(refused(CanonicalKey::import_keypair("AES-256-GCM", b"", pem)), Some(Errno::UnsupportedAlgorithm));
        assert_eq!(refused(CanonicalKey::import_keypair("Ed25519", b"key", pem)), Some(Errno::InvalidKey));
        assert_eq!(refused(CanonicalKey::import_symmetric_key("Ed25519", &[0; 32])), Some(Errno::UnsupportedAlgorithm));
        assert_eq!(refused(CanonicalKey::import_symmetric_key("AES-256-GCM", &[0; 31])), Some(Errno::InvalidKey));
    }

    #[test]
    fn a_record_that_is_no_key_of_its_algorithm_is_refused() {
        let manager =
            SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
        let namespace = manager.namespace("a");
        let key = |new: NewRecord<'_>, kind| {
            let header = namespace.create(new).unwrap();
            CanonicalKey::of(&namespace.load(kind, &header.identifier, Version::Latest).unwrap()).err()
        };
        assert_eq!(key(NewRecord::secret(b"token", u64::MAX), Kind::Secret), Some(Errno::InvalidKey));
        assert_eq!(key(NewRecord::key_pair("Ed25519", b"seed"), Kind::KeyPair), Some(Errno::InvalidKey));
        assert_eq!(key(NewRecord::key_pair("AES-256-GCM", &[0; 32]), Kind::KeyPair), Some(Errno::InvalidKey));
        assert_eq!(key(NewRecord::key_pair("ROT13", b""), Kind::KeyPair), Some(Errno::UnsupportedAlgorithm));
    }
}
