//! The encodings of keys and signatures by name.

pub(crate) use wasi_crypto_interface::SignatureEncoding;
use wasi_crypto_interface::{KeypairEncoding, PublickeyEncoding};

use crate::errno::Errno;

/// How an algorithm reads and writes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// The bytes that the primitive defines.
    Raw,
    /// PKCS#8 `PrivateKeyInfo` (RFC 5208, 5958) or `SubjectPublicKeyInfo` (RFC 5280), in DER.
    Der,
    /// SEC 1: a point, or an `ECPrivateKey` (RFC 5915) or bare scalar.
    Sec,
}

/// The encoding that a guest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyEncoding {
    Plain(Form),
    /// [`Form::Der`] in PEM (RFC 7468).
    Pem,
}

/// Which of the two PEM labels a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    PrivateKey,
    PublicKey,
}

impl KeyEncoding {
    pub(crate) fn of_keypair(encoding: KeypairEncoding) -> Result<Self, Errno> {
        match encoding {
            KeypairEncoding::Raw => Ok(Self::Plain(Form::Raw)),
            KeypairEncoding::Pkcs8 => Ok(Self::Plain(Form::Der)),
            KeypairEncoding::Pem => Ok(Self::Pem),
            KeypairEncoding::Local => Err(Errno::UnsupportedEncoding),
        }
    }

    /// A `keypair_encoding`: it has no SEC 1.
    pub(crate) fn keypair_from_arg(arg: u32) -> Result<Self, Errno> {
        KeypairEncoding::from_number(arg).ok_or(Errno::UnsupportedEncoding).and_then(Self::of_keypair)
    }

    /// A `publickey_encoding` or `secretkey_encoding`, which have the same numbers.
    pub(crate) fn of_half(arg: u32) -> Result<Self, Errno> {
        match PublickeyEncoding::from_number(arg) {
            Some(PublickeyEncoding::Sec) => Ok(Self::Plain(Form::Sec)),
            Some(PublickeyEncoding::Local) | None => Err(Errno::UnsupportedEncoding),
            Some(_) => Self::keypair_from_arg(arg),
        }
    }
}

impl Label {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::PrivateKey => "PRIVATE KEY",
            Self::PublicKey => "PUBLIC KEY",
        }
    }
}
