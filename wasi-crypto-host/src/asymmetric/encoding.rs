//! Encodings of keys and signatures. PEM is taken off and put on here, so that the algorithms know raw, DER and SEC 1 only.

pub(crate) use wasi_crypto_interface::SignatureEncoding;
use wasi_crypto_interface::{KeypairEncoding, PublickeyEncoding};

use crate::asymmetric::algorithm::{Keys, Traditional};
use crate::asymmetric::{der, pem};
use crate::errno::Errno;
use crate::secret::Secret;

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

    /// Lets `read` read one of `keys` that is encoded like this. `invalid_key` if it is not;
    /// `unsupported_encoding`, whatever the bytes, if the keys have no such encoding.
    pub(crate) fn import<T>(
        self,
        keys: &dyn Keys,
        label: Label,
        encoded: &[u8],
        read: impl FnOnce(&dyn Keys, &[u8], Form) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        match self {
            Self::Plain(form) => read(keys, encoded, form),
            Self::Pem if !keys.has_der() => Err(Errno::UnsupportedEncoding),
            Self::Pem => {
                let traditional = keys.traditional(label);
                let labels = [label.text(), traditional.as_ref().map_or(label.text(), |form| form.label)];
                let (found, content) = pem::read(encoded, &labels)?;
                match traditional {
                    Some(form) if form.label == found => read(keys, &label.wrap(&form, &content)?, Form::Der),
                    _ => read(keys, &content, Form::Der),
                }
            }
        }
    }

    /// Encodes what `export` writes.
    pub(crate) fn export(
        self,
        label: Label,
        export: impl FnOnce(Form) -> Result<Secret, Errno>,
    ) -> Result<Secret, Errno> {
        match self {
            Self::Plain(form) => export(form),
            Self::Pem => pem::write(label.text(), &export(Form::Der)?),
        }
    }
}

impl Label {
    fn text(self) -> &'static str {
        match self {
            Self::PrivateKey => "PRIVATE KEY",
            Self::PublicKey => "PUBLIC KEY",
        }
    }

    /// Puts a key into PKCS#8 or `SubjectPublicKeyInfo`.
    fn wrap(self, form: &Traditional, key: &[u8]) -> Result<Secret, Errno> {
        match self {
            Self::PrivateKey => der::write_private(form.algorithm, key),
            Self::PublicKey => der::write_public(form.algorithm, key).map(Secret::from_vec),
        }
    }
}
