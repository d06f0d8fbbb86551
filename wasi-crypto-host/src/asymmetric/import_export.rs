//! Reading and writing keys in the encoding that a guest names. PEM is taken off and put on here, so that the algorithms know raw, DER and
//! SEC 1 only.

use crate::asymmetric::algorithm::{Keys, Traditional};
use crate::asymmetric::encoding::{Form, KeyEncoding, Label};
use crate::asymmetric::{der, pem};
use crate::errno::Errno;
use crate::secret::{STACK_OF_SECRET_KEY, Secret, in_wiped_frame};

impl KeyEncoding {
    /// Lets `read` read one of `keys` that is encoded like this. `invalid_key` if it is not;
    /// `unsupported_encoding`, whatever the bytes, if the keys have no such encoding.
    pub(crate) fn import<T>(
        self,
        keys: &dyn Keys,
        label: Label,
        encoded: &[u8],
        read: impl FnOnce(&dyn Keys, &[u8], Form) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let read = || self.take_off(keys, label, encoded, read);
        match label {
            Label::PrivateKey => in_wiped_frame::<STACK_OF_SECRET_KEY, _>(read),
            Label::PublicKey => read(),
        }
    }

    fn take_off<T>(
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
        let write = || match self {
            Self::Plain(form) => export(form),
            Self::Pem => pem::write(label.text(), &export(Form::Der)?),
        };
        match label {
            Label::PrivateKey => in_wiped_frame::<STACK_OF_SECRET_KEY, _>(write),
            Label::PublicKey => write(),
        }
    }
}

impl Label {
    /// Puts a key into PKCS#8 or `SubjectPublicKeyInfo`.
    fn wrap(self, form: &Traditional, key: &[u8]) -> Result<Secret, Errno> {
        match self {
            Self::PrivateKey => der::write_private(form.algorithm, key),
            Self::PublicKey => der::write_public(form.algorithm, key).map(Secret::from_vec),
        }
    }
}
