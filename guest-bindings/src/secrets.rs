//! Keys and secrets that the host keeps from one run to the next, and that an operator can see to: managed keys,
//! external secrets.
//!
//! A managed key is used like any other, by an [`Identifier`] that means nothing outside of what the host gives to
//! this guest. Its bytes are not given out, unless the operator's policy allows that. It has versions: when a key is
//! replaced, the old version stays, so that what it signed or encrypted can still be read.
//!
//! ```no_run
//! use wasi_crypto_bindings::secrets::{Identifier, SecretsManager, Version};
//! use wasi_crypto_bindings::signature::{Ed25519, SigningKey};
//!
//! let manager = SecretsManager::open()?;
//! let key = manager.generate::<SigningKey<Ed25519>>()?;
//! let identifier = key.identifier().to_string();
//!
//! // In another run, on another machine: whatever version is the latest by then.
//! let identifier: Identifier = identifier.parse()?;
//! let key = manager.load::<SigningKey<Ed25519>>(&identifier, Version::LATEST)?;
//! let signature = key.try_sign(b"attack at dawn")?;
//!
//! // A new version, and an end of the old one.
//! let (old, new) = (key.version(), manager.replace(&identifier, SigningKey::<Ed25519>::generate()?)?);
//! assert!(new.version() > old);
//! manager.invalidate(&identifier, old)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! An external secret is one that means nothing to the host, such as a password or a token of some service. The host
//! keeps it, or seals it for the guest to keep:
//!
//! ```no_run
//! use wasi_crypto_bindings::secrets::{SecretsManager, Version};
//!
//! let manager = SecretsManager::open()?;
//! # let (token, expires) = (b"", 0);
//! let identifier = manager.store_secret(token, expires)?;
//! let token = manager.secret(&identifier, Version::LATEST)?;
//!
//! let sealed = manager.encapsulate_secret(&token, expires)?;
//! assert_eq!(manager.decapsulate_secret(&sealed)?, token);
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! # Errors
//!
//! Every function that asks the host's store can end so:
//!
//! | | |
//! |---|---|
//! | [`NotFound`](Error::NotFound) | there is nothing of this identifier, version and kind for this guest, or it was revoked |
//! | [`Expired`](Error::Expired) | it is too old to be used |
//! | [`ProhibitedOperation`](Error::ProhibitedOperation) | the operator's policy forbids it |
//! | [`Overflow`](Error::Overflow) | the guest has as many keys, versions, secrets or bytes as it may |
//! | [`AlgorithmFailure`](Error::AlgorithmFailure) | the store cannot be reached, or is damaged; nothing was changed, and the operator's log says more |
//! | [`TooManyHandles`](Error::TooManyHandles) | the guest has as many handles open as it may |

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::mem;
use core::ops::Deref;
use core::str::FromStr;

use wasi_crypto_interface::version;
use zeroize::Zeroizing;

use crate::asymmetric::{self, AlgorithmType, KeyPair, PublicKeyEncoding};
use crate::error::Error;
use crate::hkdf::Hkdf;
use crate::hmac::{HmacHash, HmacKey};
use crate::host;
use crate::public_key::Named;
use crate::raw::Handle;
use crate::secrets::sealed::Held as _;
use crate::symmetric::Key;
use crate::{aead, cipher, kx, signature, siv};

/// The way to what the host keeps for this guest. Keys that were loaded go on working after it is dropped.
#[derive(Debug)]
pub struct SecretsManager(Handle);

impl SecretsManager {
    /// Opens the manager.
    ///
    /// # Errors
    ///
    /// [`UnsupportedFeature`](Error::UnsupportedFeature) if the host keeps nothing for this guest,
    /// [`NotImplemented`](Error::NotImplemented) if it does so for none, [`TooManyHandles`](Error::TooManyHandles).
    pub fn open() -> Result<Self, Error> {
        host::secrets_manager_open().map(Self)
    }

    /// A new random key, which is kept before this returns. RSA may take seconds.
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors), and [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm).
    pub fn generate<K: Typed>(&self) -> Result<Managed<K>, Error> {
        Managed::of(K::generate_managed(self)?)
    }

    /// A new random key pair of any algorithm by its name, as [`generate`](Self::generate) has them of types.
    ///
    /// # Errors
    ///
    /// As for [`generate`](Self::generate).
    pub fn generate_key_pair(&self, algorithm_type: AlgorithmType, algorithm: &str) -> Result<Managed<KeyPair>, Error> {
        Managed::of(host::keypair_generate_managed(self.0, algorithm_type as u32, algorithm).map(KeyPair)?)
    }

    /// A new random symmetric key of any algorithm by its name, as [`generate`](Self::generate) has them of types.
    ///
    /// # Errors
    ///
    /// As for [`generate`](Self::generate), and [`KeyNotSupported`](Error::KeyNotSupported) if the algorithm has no
    /// keys.
    pub fn generate_key(&self, algorithm: &str) -> Result<Managed<Key>, Error> {
        Managed::of(host::symmetric_key_generate_managed(self.0, algorithm).map(Key)?)
    }

    /// Has the host keep a key of the guest's own, as version 1 of a new identifier. Wherever the guest has the bytes
    /// of the key, it should forget them. Clones that were made before are managed, too, but those of a
    /// [`kx::SecretKey`] stay as they were. After an error the key is closed, unless there is a clone.
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors). A key that is managed already is a
    /// [`ProhibitedOperation`](Error::ProhibitedOperation), unless it may be exported.
    pub fn store<K: Manageable>(&self, key: K) -> Result<Managed<K>, Error> {
        let held = key.into_held()?;
        let identifier = held.store(self)?;
        let (stored, version) = held.id()?;
        if stored != identifier {
            return Err(Error::InternalError);
        }
        Ok(Managed { key: K::from_held(held)?, identifier, version })
    }

    /// Makes a key the next version of a managed one, and so the latest. The versions before stay until they are
    /// revoked or expire; objects that have them go on working.
    ///
    /// # Errors
    ///
    /// As for [`load`](Self::load) of the latest version, since there must be one, and for [`store`](Self::store);
    /// [`IncompatibleKeys`](Error::IncompatibleKeys) if the new key is of another algorithm.
    pub fn replace<K: Manageable>(&self, identifier: &Identifier, new: K) -> Result<Managed<K>, Error> {
        // The host closes the object of the old version, which must not be one that the program still has.
        let old = K::Held::from_id(self, identifier, Version::LATEST)?;
        let new = new.into_held()?;
        let version = new.replace(self, old)?;
        Ok(Managed { key: K::from_held(new)?, identifier: *identifier, version })
    }

    /// The key of this identifier: the version of a number, or [`Version::LATEST`].
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors). A key pair of another algorithm than `K` is an
    /// [`InvalidKey`](Error::InvalidKey); with a symmetric key everything that it is used for ends so.
    pub fn load<K: Manageable>(&self, identifier: &Identifier, version: Version) -> Result<Managed<K>, Error> {
        let held = K::Held::from_id(self, identifier, version)?;
        K::check(&held)?;
        Managed::of(held)
    }

    /// Revokes a key: the version of a number, the latest, or [`Version::ALL`] of them. If the latest is revoked, the
    /// one before is the latest again. What has the key open may go on working for a while, but not for this guest.
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors).
    pub fn invalidate(&self, identifier: &Identifier, version: Version) -> Result<(), Error> {
        host::secrets_manager_invalidate(self.0, identifier.as_bytes(), version.0)
    }

    /// Has the host keep a secret until it expires, in seconds since 1970-01-01 UTC ([`NEVER`] for no end).
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors).
    pub fn store_secret(&self, secret: &[u8], expires: u64) -> Result<Identifier, Error> {
        let mut identifier = [0; Identifier::LEN];
        host::external_secret_store(self.0, secret, expires, &mut identifier)?;
        Ok(Identifier(identifier))
    }

    /// Keeps a new version of a secret, which expires at a time of its own. The versions before stay until they are
    /// revoked or expire; there need be none left.
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors).
    pub fn replace_secret(&self, identifier: &Identifier, secret: &[u8], expires: u64) -> Result<Version, Error> {
        host::external_secret_replace(self.0, secret, expires, identifier.as_bytes()).map(Version)
    }

    /// The bytes of a secret, wiped when dropped: the version of a number, or [`Version::LATEST`].
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors).
    pub fn secret(&self, identifier: &Identifier, version: Version) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::external_secret_from_id(self.0, identifier.as_bytes(), version.0)
    }

    /// Revokes a secret, as [`invalidate`](Self::invalidate) does a key.
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors).
    pub fn invalidate_secret(&self, identifier: &Identifier, version: Version) -> Result<(), Error> {
        host::external_secret_invalidate(self.0, identifier.as_bytes(), version.0)
    }

    /// Seals a secret so that only this host, or one that shares its keys, can open it, for this guest, until it
    /// expires, in seconds since 1970-01-01 UTC. The host keeps nothing: the guest keeps what this returns, wherever
    /// it likes.
    ///
    /// # Errors
    ///
    /// Those of [the module](self#errors).
    pub fn encapsulate_secret(&self, secret: &[u8], expires: u64) -> Result<Vec<u8>, Error> {
        host::external_secret_encapsulate(self.0, secret, expires)
    }

    /// Opens what [`encapsulate_secret`](Self::encapsulate_secret) sealed. The bytes are wiped when dropped.
    ///
    /// # Errors
    ///
    /// [`VerificationFailed`](Error::VerificationFailed) if it was changed, or sealed for another guest or by another
    /// host; those of [the module](self#errors).
    pub fn decapsulate_secret(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        host::external_secret_decapsulate(self.0, sealed)
    }
}

impl Drop for SecretsManager {
    fn drop(&mut self) {
        host::secrets_manager_close(self.0);
    }
}

/// The time, in seconds since 1970, of secrets that do not expire by themselves.
pub const NEVER: u64 = u64::MAX;

/// A managed key: a key of the type `K`, which this dereferences to, and where the host has it.
#[derive(Clone, Debug)]
pub struct Managed<K> {
    key: K,
    identifier: Identifier,
    version: Version,
}

impl<K> Managed<K> {
    /// By what the key is found again.
    pub fn identifier(&self) -> &Identifier {
        &self.identifier
    }

    /// The number of its version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The key by itself. The host goes on keeping it.
    pub fn into_key(self) -> K {
        self.key
    }
}

impl<K: Manageable> Managed<K> {
    fn of(held: K::Held) -> Result<Self, Error> {
        let (identifier, version) = held.id()?;
        Ok(Self { key: K::from_held(Arc::new(held))?, identifier, version })
    }
}

impl<K> Deref for Managed<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.key
    }
}

/// By what a managed key or a secret is found again: 32 random bytes. No secret: it means nothing outside of what the
/// host gives to this guest.
///
/// As text it is 64 hexadecimal digits; what is no such text is [`NotFound`](Error::NotFound).
///
/// ```
/// use wasi_crypto_bindings::Error;
/// use wasi_crypto_bindings::secrets::Identifier;
///
/// let identifier = Identifier::from([0xa5; 32]);
/// assert_eq!(identifier.to_string().parse(), Ok(identifier));
/// assert_eq!("a5".parse::<Identifier>(), Err(Error::NotFound));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier([u8; Self::LEN]);

impl Identifier {
    /// The size in bytes.
    pub const LEN: usize = 32;

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl From<[u8; Self::LEN]> for Identifier {
    fn from(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Identifier {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut bytes = [0; Self::LEN];
        if text.len() != 2 * Self::LEN {
            return Err(Error::NotFound);
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            for digit in digits {
                let value = char::from(*digit).to_digit(16).ok_or(Error::NotFound)?;
                *byte = *byte << 4 | value as u8;
            }
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({self})")
    }
}

/// A version of a managed key or a secret: a number, which the host gives, or what stands for one.
///
/// ```
/// use wasi_crypto_bindings::secrets::Version;
///
/// assert_eq!(Version::from(3).to_string(), "3");
/// assert_eq!(Version::LATEST.to_string(), "latest");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u64);

impl Version {
    /// The newest version that is not revoked.
    pub const LATEST: Self = Self(version::LATEST);
    /// Every version: to revoke, not to load.
    pub const ALL: Self = Self(version::ALL);

    /// The number, as the interface has it.
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl From<u64> for Version {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            version::LATEST => f.write_str("latest"),
            version::ALL => f.write_str("all"),
            version::UNSPECIFIED => f.write_str("unspecified"),
            number => write!(f, "{number}"),
        }
    }
}

/// A type of keys that the host can keep. Only this crate has some:
///
/// | | |
/// |---|---|
/// | [`SigningKey`](signature::SigningKey) | of all algorithms |
/// | [`kx::SecretKey`] | of all algorithms |
/// | [`HmacKey`], [`Hkdf`] | of all hash functions |
/// | the ciphers of [`mod@aead`] | |
/// | [`asymmetric::KeyPair`], [`symmetric::Key`](Key) | of any algorithm; nobody checks which when it is loaded |
pub trait Manageable: sealed::Manageable {}

impl<K: sealed::Manageable> Manageable for K {}

/// A [`Manageable`] type of keys that says what algorithm they are of.
pub trait Typed: Manageable + sealed::Typed {}

impl<K: sealed::Manageable + sealed::Typed> Typed for K {}

mod sealed {
    use alloc::sync::Arc;

    use super::{Identifier, SecretsManager, Version};
    use crate::error::Error;

    pub trait Manageable: Sized {
        /// The object of the host that is kept.
        type Held: Held;

        fn into_held(self) -> Result<Arc<Self::Held>, Error>;

        /// A key of an object of which is known that it is of this type.
        fn from_held(held: Arc<Self::Held>) -> Result<Self, Error>;

        /// Whether an object can be a key of this type; `invalid_key` if not.
        fn check(held: &Self::Held) -> Result<(), Error>;
    }

    pub trait Typed: Manageable {
        fn generate_managed(manager: &SecretsManager) -> Result<Self::Held, Error>;
    }

    pub trait Held: Sized {
        fn store(&self, manager: &SecretsManager) -> Result<Identifier, Error>;

        /// Makes this the next version of the old key.
        fn replace(&self, manager: &SecretsManager, old: Self) -> Result<Version, Error>;

        fn id(&self) -> Result<(Identifier, Version), Error>;

        fn from_id(manager: &SecretsManager, identifier: &Identifier, version: Version) -> Result<Self, Error>;
    }
}

macro_rules! held {
    ($($held:ident: $store:ident, $replace:ident, $id:ident, $from_id:ident;)*) => {$(
        impl sealed::Held for $held {
            fn store(&self, manager: &SecretsManager) -> Result<Identifier, Error> {
                let mut identifier = [0; Identifier::LEN];
                host::$store(manager.0, self.0, &mut identifier)?;
                Ok(Identifier(identifier))
            }

            fn replace(&self, manager: &SecretsManager, old: Self) -> Result<Version, Error> {
                let version = host::$replace(manager.0, old.0, self.0)?;
                // The host has closed it.
                mem::forget(old);
                Ok(Version(version))
            }

            fn id(&self) -> Result<(Identifier, Version), Error> {
                let mut identifier = [0; Identifier::LEN];
                match host::$id(self.0, &mut identifier)? {
                    (Identifier::LEN, version) => Ok((Identifier(identifier), Version(version))),
                    // A managed key without an identifier would be a fault of the host.
                    _ => Err(Error::InternalError),
                }
            }

            fn from_id(manager: &SecretsManager, identifier: &Identifier, version: Version) -> Result<Self, Error> {
                host::$from_id(manager.0, identifier.as_bytes(), version.0).map(Self)
            }
        }

        impl sealed::Manageable for $held {
            type Held = Self;

            fn into_held(self) -> Result<Arc<Self>, Error> {
                Ok(Arc::new(self))
            }

            fn from_held(held: Arc<Self>) -> Result<Self, Error> {
                // Nobody else has seen it.
                Arc::try_unwrap(held).map_err(|_| Error::InternalError)
            }

            fn check(_: &Self) -> Result<(), Error> {
                Ok(())
            }
        }
    )*};
}

held! {
    KeyPair: keypair_store_managed, keypair_replace_managed, keypair_id, keypair_from_id;
    Key: symmetric_key_store_managed, symmetric_key_replace_managed, symmetric_key_id, symmetric_key_from_id;
}

impl<A: signature::Algorithm> sealed::Manageable for signature::SigningKey<A> {
    type Held = KeyPair;

    fn into_held(self) -> Result<Arc<KeyPair>, Error> {
        Ok(self.pair)
    }

    fn from_held(pair: Arc<KeyPair>) -> Result<Self, Error> {
        Ok(Self::from(pair))
    }

    fn check(pair: &KeyPair) -> Result<(), Error> {
        // RSA has no other encoding.
        check_algorithm::<A>(pair, PublicKeyEncoding::Pkcs8)
    }
}

impl<A: signature::Algorithm> sealed::Typed for signature::SigningKey<A> {
    fn generate_managed(manager: &SecretsManager) -> Result<KeyPair, Error> {
        host::keypair_generate_managed(manager.0, A::TYPE as u32, A::NAME).map(KeyPair)
    }
}

impl<A: kx::Algorithm> sealed::Manageable for kx::SecretKey<A> {
    type Held = KeyPair;

    fn into_held(self) -> Result<Arc<KeyPair>, Error> {
        KeyPair::from_halves(&self.key.public_key()?, &self.key).map(Arc::new)
    }

    fn from_held(pair: Arc<KeyPair>) -> Result<Self, Error> {
        pair.secret_key().map(Self::from)
    }

    fn check(pair: &KeyPair) -> Result<(), Error> {
        // X-Wing has no other encoding.
        check_algorithm::<A>(pair, PublicKeyEncoding::Raw)
    }
}

impl<A: kx::Algorithm> sealed::Typed for kx::SecretKey<A> {
    fn generate_managed(manager: &SecretsManager) -> Result<KeyPair, Error> {
        host::keypair_generate_managed(manager.0, A::TYPE as u32, A::NAME).map(KeyPair)
    }
}

/// Whether a key pair is of the algorithm `A`, which the host does not say: its public half, read again as one of `A`,
/// then belongs to its secret half.
fn check_algorithm<A: Named>(pair: &KeyPair, encoding: PublicKeyEncoding) -> Result<(), Error> {
    let other = |error| match error {
        Error::UnsupportedEncoding | Error::IncompatibleKeys => Error::InvalidKey,
        error => error,
    };
    let public = pair.public_key()?.export(encoding).map_err(other)?;
    let public = asymmetric::PublicKey::import(A::TYPE, A::NAME, &public, encoding).map_err(other)?;
    KeyPair::from_halves(&public, &pair.secret_key()?).map(|_| ()).map_err(other)
}

macro_rules! symmetric {
    ($([$($param:tt)*] $key:ty: $algorithm:expr;)*) => {$(
        impl<$($param)*> sealed::Manageable for $key {
            type Held = Key;

            fn into_held(self) -> Result<Arc<Key>, Error> {
                Ok(self.into_key())
            }

            fn from_held(key: Arc<Key>) -> Result<Self, Error> {
                Ok(Self::from_key(key))
            }

            fn check(_: &Key) -> Result<(), Error> {
                // The host does, whenever a state is opened with the key.
                Ok(())
            }
        }

        impl<$($param)*> sealed::Typed for $key {
            fn generate_managed(manager: &SecretsManager) -> Result<Key, Error> {
                host::symmetric_key_generate_managed(manager.0, $algorithm).map(Key)
            }
        }
    )*};
}

symmetric! {
    [H: HmacHash] HmacKey<H>: H::HMAC;
    [H: HmacHash] Hkdf<H>: H::HKDF_EXPAND;
}

macro_rules! ciphers {
    ($($module:ident: $($cipher:ident)*;)*) => { symmetric! { $($([] $module::$cipher: $module::$cipher::NAME;)*)* } };
}

ciphers! {
    aead: Aes128Gcm Aes256Gcm ChaCha20Poly1305 XChaCha20Poly1305 Aes128GcmSiv Aes256GcmSiv Aegis128L Aegis128X2 Aegis128X4
        Aegis256 Aegis256X2 Aegis256X4 AsconAead128 Xoodyak128;
    siv: Aes128Siv Aes256Siv;
    cipher: Aes128Ctr Aes256Ctr Aes128Cbc Aes256Cbc;
}
