//! Managed keys, and the algorithms of tokens that they are for.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::secrets::{Identifier, Managed, SecretsManager, Version};
use wasi_crypto_bindings::signature::{EcdsaP256Sha256, Ed25519, SigningKey};

use crate::failure::Failure;

/// An algorithm of RFC 7518 or RFC 8037.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Algorithm {
    EdDsa,
    Es256,
}

impl Algorithm {
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::EdDsa, Self::Es256].into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
        }
    }
}

/// A key of either algorithm.
pub(crate) enum Key {
    EdDsa(Managed<SigningKey<Ed25519>>),
    Es256(Managed<SigningKey<EcdsaP256Sha256>>),
}

impl Key {
    pub(crate) fn generate(manager: &SecretsManager, algorithm: Algorithm) -> Result<Self, Failure> {
        Ok(match algorithm {
            Algorithm::EdDsa => Self::EdDsa(manager.generate()?),
            Algorithm::Es256 => Self::Es256(manager.generate()?),
        })
    }

    /// The latest version of a key.
    pub(crate) fn load(manager: &SecretsManager, identifier: &Identifier) -> Result<Self, Failure> {
        match manager.load(identifier, Version::LATEST) {
            Ok(key) => Ok(Self::EdDsa(key)),
            Err(Error::InvalidKey) => manager.load(identifier, Version::LATEST).map(Self::Es256),
            Err(error) => Err(error),
        }
        .map_err(Failure::about(identifier))
    }

    /// A new version of this key.
    pub(crate) fn rotate(&self, manager: &SecretsManager) -> Result<Self, Failure> {
        let identifier = self.identifier();
        match self {
            Self::EdDsa(_) => manager.replace(identifier, SigningKey::generate()?).map(Self::EdDsa),
            Self::Es256(_) => manager.replace(identifier, SigningKey::generate()?).map(Self::Es256),
        }
        .map_err(Failure::about(identifier))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Self::EdDsa(key) => key.try_sign(message)?.into(),
            // RFC 7518 section 3.4 has r and s one behind the other, as the signature's raw bytes are.
            Self::Es256(key) => key.try_sign(message)?.into(),
        })
    }

    pub(crate) fn public_pem(&self) -> Result<String, Error> {
        match self {
            Self::EdDsa(key) => key.try_verifying_key()?.to_pem(),
            Self::Es256(key) => key.try_verifying_key()?.to_pem(),
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::EdDsa(_) => Algorithm::EdDsa,
            Self::Es256(_) => Algorithm::Es256,
        }
    }

    pub(crate) fn identifier(&self) -> &Identifier {
        match self {
            Self::EdDsa(key) => key.identifier(),
            Self::Es256(key) => key.identifier(),
        }
    }

    pub(crate) fn version(&self) -> Version {
        match self {
            Self::EdDsa(key) => key.version(),
            Self::Es256(key) => key.version(),
        }
    }
}
