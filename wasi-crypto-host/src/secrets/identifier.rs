//! How keys and secrets are named: an identifier and a version.

use std::fmt;
use std::str::FromStr;

use crate::backend::random;
use crate::errno::Errno;

/// The name of a key or secret with all its versions: 32 random bytes, which neither follow from the key nor from one
/// another (requirements KID-UNIQ-001, KID-DET-002). Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier([u8; Identifier::LEN]);

impl Identifier {
    /// The size of every identifier, in bytes.
    pub const LEN: usize = 32;

    /// The first in order.
    pub(crate) const MIN: Self = Self([0; Self::LEN]);

    /// A new one. `rng_error` if the system gives no random bytes.
    pub(crate) fn random() -> Result<Self, Errno> {
        let mut bytes = [0; Self::LEN];
        random::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The identifier with these bytes; none if they are not 32.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Identifier {
    type Err = NotAnIdentifier;

    fn from_str(text: &str) -> Result<Self, NotAnIdentifier> {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok();
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(|pair| byte(pair.get(..2)?)).collect();
        bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or(NotAnIdentifier)
    }
}

/// A text that should be an identifier is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnIdentifier;

impl fmt::Display for NotAnIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier has 64 hexadecimal digits, as `wasi-crypto keys list` prints it")
    }
}

impl std::error::Error for NotAnIdentifier {}

/// Which versions of a key or secret are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one with this number. The first has 1, each next one more than was ever given for its identifier.
    Number(u64),
    /// The newest that is not revoked.
    Latest,
    /// All of them: where something is revoked or set to expire. Nothing is loaded by it.
    All,
}

impl Version {
    /// The largest number of a version (requirement KID-VER-005).
    pub const MAX: u64 = 0xfeff_ffff_ffff_ffff;

    /// The number by which the interface says that a key has no version.
    pub const UNSPECIFIED: u64 = 0xff00_0000_0000_0000;

    /// What the interface means by a number. Other reserved numbers are those of versions that there never are.
    pub fn from_interface(number: u64) -> Self {
        match number {
            0xff00_0000_0000_0001 => Self::Latest,
            0xff00_0000_0000_0002 => Self::All,
            number => Self::Number(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_as_it_is_written() {
        let identifier = Identifier::random().unwrap();
        assert_eq!(identifier.to_string().parse(), Ok(identifier));
        assert_eq!(identifier.to_string().to_uppercase().parse(), Ok(identifier));
        for wrong in ["", "0", "zz", &"0".repeat(63), &"0".repeat(66), &"é".repeat(32), &"+1".repeat(32)] {
            assert_eq!(wrong.parse::<Identifier>(), Err(NotAnIdentifier), "{wrong}");
        }
    }
}
