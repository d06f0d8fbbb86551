//! Root keys: what wraps the keys of namespaces, and where it comes from.

mod command;
mod file;
#[cfg(feature = "pkcs11")]
mod token;
mod variable;

pub use command::RootKeyCommand;
pub use file::RootKeyFile;
#[cfg(feature = "pkcs11")]
pub use token::RootKeyToken;
pub use variable::RootKeyVariable;

use std::fmt;

use base64ct::{Base64, Encoding};
use zeroize::Zeroizing;

use crate::backend::hkdf::Prk;
use crate::secret::{Secret, wipe};
use crate::secrets::SecretsError;
use crate::secrets::cipher::{SealingKey, derivable, derive, random_key};

/// Where a root key comes from. It is asked once for each manager that is built.
pub trait RootKeyProvider: Send + Sync {
    /// The root key.
    fn root_key(&self) -> Result<RootKey, RootKeyError>;
}

/// The key that wraps the keys of namespaces: 32 bytes, written in base64 with its padding, 44 characters, as
/// `openssl rand -base64 32` does it, and wiped when it is dropped; or a key that stays in a token, and works there.
pub struct RootKey {
    id: RootKeyId,
    place: Place,
}

enum Place {
    Here {
        wrapping: SealingKey,
        bytes: Secret,
    },
    #[cfg(feature = "pkcs11")]
    Token(std::sync::Arc<token::TokenKey>),
}

impl RootKey {
    /// A new one.
    pub fn generate() -> Result<Self, RootKeyError> {
        let bytes =
            random_key().map_err(|_| RootKeyError::new("a new root key", "the system gives no random bytes"))?;
        Self::from_bytes(bytes).map_err(|what| RootKeyError::new("a new root key", what))
    }

    /// The root key that a text has, but for white space around it. `from` says where it comes from, for people.
    pub fn parse(text: &[u8], from: &str) -> Result<Self, RootKeyError> {
        let wrong = || {
            RootKeyError::new(
                from,
                "is not 32 bytes in base64: 44 characters, as `openssl rand -base64 32` writes them",
            )
        };
        let mut bytes = Secret::zeroed(SealingKey::LEN + 1);
        let len = Base64::decode(text.trim_ascii(), &mut bytes).map_err(|_| wrong())?.len();
        if len != SealingKey::LEN {
            return Err(wrong());
        }
        Self::from_bytes(Secret::from(&bytes[..len])).map_err(|what| RootKeyError::new(from, what))
    }

    /// The text to keep it as, wiped when it is dropped. One that stays in a token has none.
    pub fn to_text(&self) -> Result<Zeroizing<String>, RootKeyError> {
        let bytes = match &self.place {
            Place::Here { bytes, .. } => bytes,
            #[cfg(feature = "pkcs11")]
            Place::Token(_) => return Err(RootKeyError::new("the root key", "stays in its token")),
        };
        let mut text = Secret::zeroed(TEXT_LEN);
        let written = Base64::encode(bytes, &mut text);
        let written = written.map_err(|_| RootKeyError::new("the root key", "cannot be written in base64"))?;
        Ok(Zeroizing::new(written.to_owned()))
    }

    /// Which one it is: what anybody may know of it.
    pub fn id(&self) -> RootKeyId {
        self.id
    }

    /// Seals the key of a namespace under a header.
    pub(crate) fn wrap(&self, header: &[u8], key: &Secret) -> Result<Vec<u8>, SecretsError> {
        match &self.place {
            Place::Here { wrapping, .. } => wrapping.seal(header, key),
            #[cfg(feature = "pkcs11")]
            Place::Token(token) => token.wrap(header, key),
        }
    }

    /// The key of a namespace; none if it was not wrapped by this one under this header.
    pub(crate) fn unwrap(&self, header: &[u8], wrapped: &[u8]) -> Result<Option<Secret>, SecretsError> {
        match &self.place {
            Place::Here { wrapping, .. } => wrapping.open(header, wrapped),
            #[cfg(feature = "pkcs11")]
            Place::Token(token) => token.unwrap(header, wrapped),
        }
    }

    /// The same key once more.
    fn copied(&self) -> Result<Self, RootKeyError> {
        match &self.place {
            Place::Here { bytes, .. } => {
                Self::from_bytes(bytes.clone()).map_err(|what| RootKeyError::new("the root key", what))
            }
            #[cfg(feature = "pkcs11")]
            Place::Token(token) => Ok(Self { id: self.id, place: Place::Token(token.clone()) }),
        }
    }

    fn from_bytes(bytes: Secret) -> Result<Self, &'static str> {
        let purposes = derivable(&bytes);
        let id = id(&purposes).map_err(|_| "has no id")?;
        let wrapping = SealingKey::derived(&purposes, "wasi-crypto root key: wrapping").map_err(|_| "cannot wrap")?;
        Ok(Self { id, place: Place::Here { wrapping, bytes } })
    }
}

impl RootKeyProvider for RootKey {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        self.copied()
    }
}

fn id(purposes: &Prk) -> Result<RootKeyId, SecretsError> {
    let derived = derive(purposes, "wasi-crypto root key: id")?;
    let first = derived.first_chunk().ok_or(SecretsError::Internal("size of a derived key"))?;
    Ok(RootKeyId(*first))
}

/// Which root key wraps the key of a namespace: 8 bytes that follow from the key and do not tell it, written as 16
/// hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RootKeyId([u8; RootKeyId::LEN]);

impl RootKeyId {
    /// Its size in bytes.
    pub const LEN: usize = 8;

    /// The id with these bytes; none if they are not 8.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for RootKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RootKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why there is no root key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootKeyError {
    from: String,
    what: String,
}

impl RootKeyError {
    /// `from` says where the root key should have come from, such as `the root key file /etc/root.key`; `what` is the
    /// rest of the sentence.
    pub fn new(from: impl Into<String>, what: impl Into<String>) -> Self {
        Self { from: from.into(), what: what.into() }
    }
}

impl fmt::Display for RootKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.from, self.what)
    }
}

impl std::error::Error for RootKeyError {}

/// Text that a root key may be in, wiped when it is dropped, wherever reading it ends.
pub(crate) struct KeyText {
    bytes: [u8; KeyText::MAX],
    len: usize,
}

impl KeyText {
    /// More than a root key with any sensible white space.
    const MAX: usize = 256;

    /// Reads to the end; none if that is too far.
    pub(crate) fn read(mut source: impl std::io::Read) -> std::io::Result<Option<Box<Self>>> {
        let mut text = Box::new(Self { bytes: [0; Self::MAX], len: 0 });
        loop {
            let Self { bytes, len } = &mut *text;
            match source.read(&mut bytes[*len..]) {
                Ok(0) => return Ok((*len < Self::MAX).then_some(text)),
                Ok(more) => *len += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl Drop for KeyText {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

/// The length of a root key in base64.
const TEXT_LEN: usize = 44;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_key_is_read_as_it_is_written() {
        let key = RootKey::generate().unwrap();
        let text = key.to_text().unwrap();
        assert_eq!(text.len(), 44);
        assert_eq!(RootKey::parse(format!(" {}\r\n", *text).as_bytes(), "").unwrap().id(), key.id());
    }

    #[test]
    fn what_openssl_writes_is_a_root_key() {
        // openssl rand -base64 32
        let text = b"U5eUxIGWB2pz8CiR4s5PPN3Zf2cNmKbVn3cRyZgcWbg=\n";
        assert_ne!(RootKey::parse(text, "").unwrap().id(), RootKey::generate().unwrap().id());
    }

    #[test]
    fn what_is_no_root_key_is_refused_in_a_sentence() {
        let longer = "A".repeat(44);
        for text in ["", "AAAA", "U5eUxIGWB2pz8CiR4s5PPN3Zf2cNmKbVn3cRyZgcWb", &longer, &"0".repeat(64)] {
            let error = RootKey::parse(text.as_bytes(), "the file x").map(|_| ()).unwrap_err().to_string();
            assert!(error.starts_with("the file x is not 32 bytes in base64"), "{error}");
        }
    }
}
