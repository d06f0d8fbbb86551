//! The encodings of keys and signatures by name.

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

/// The encodings of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureEncoding {
    Raw,
    Der,
}

/// Which of the two PEM labels a key has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    PrivateKey,
    PublicKey,
}

impl KeyEncoding {
    /// A `keypair_encoding`: it has no SEC 1.
    pub(crate) fn of_keypair(arg: u32) -> Result<Self, Errno> {
        match arg {
            0 => Ok(Self::Plain(Form::Raw)),
            1 => Ok(Self::Plain(Form::Der)),
            2 => Ok(Self::Pem),
            _ => Err(Errno::UnsupportedEncoding),
        }
    }

    /// A `publickey_encoding` or `secretkey_encoding`, which have the same numbers.
    pub(crate) fn of_half(arg: u32) -> Result<Self, Errno> {
        if arg == 3 { Ok(Self::Plain(Form::Sec)) } else { Self::of_keypair(arg) }
    }
}

impl SignatureEncoding {
    pub(crate) fn from_arg(arg: u32) -> Result<Self, Errno> {
        match arg {
            0 => Ok(Self::Raw),
            1 => Ok(Self::Der),
            _ => Err(Errno::UnsupportedEncoding),
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
