//! Which algorithms a guest, or a namespace of managed keys, may have.

use std::sync::Arc;

use crate::asymmetric;
use crate::errno::Errno;
use crate::options::AlgorithmType;
use crate::symmetric;

/// A list of algorithms that are allowed, or all of them, which is the default.
///
/// Given to a context ([`WasiCryptoCtxBuilder::algorithms`](crate::WasiCryptoCtxBuilder::algorithms)), it is as if the build had no others.
///
/// ```
/// use wasi_crypto_host::AllowedAlgorithms;
///
/// let allowed = AllowedAlgorithms::only(["Ed25519", "AES-256-GCM"]);
/// assert!(allowed.allows("ED25519") && !allowed.allows("AES-128-GCM"));
/// assert!(AllowedAlgorithms::all().allows("AES-128-GCM"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedAlgorithms {
    /// In upper case and in order; `None` for all.
    names: Option<Arc<[String]>>,
}

impl AllowedAlgorithms {
    /// All algorithms of the build.
    pub fn all() -> Self {
        Self::default()
    }

    /// Those with these names, of whatever type; case does not matter. A symmetric cipher, its MAC and its key derivation are
    /// algorithms of their own: `HKDF-EXTRACT/SHA-256` is of little use without `HKDF-EXPAND/SHA-256`.
    pub fn only<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_ascii_uppercase()).collect();
        names.sort_unstable();
        names.dedup();
        Self { names: Some(names.into()) }
    }

    /// Whether an algorithm of this name is allowed, be it in the build or not.
    pub fn allows(&self, name: &str) -> bool {
        let upper = || name.bytes().map(|byte| byte.to_ascii_uppercase());
        match &self.names {
            Some(names) => names.binary_search_by(|allowed| allowed.bytes().cmp(upper())).is_ok(),
            None => true,
        }
    }

    /// The first name in the list that no algorithm of this build has.
    pub(crate) fn unknown(&self) -> Option<&str> {
        let is_known = |name: &str| {
            let mut symmetric = symmetric::registry::all().map(|algorithm| algorithm.name);
            let mut asymmetric = asymmetric::algorithm::Algorithm::all().map(|algorithm| algorithm.name);
            symmetric.any(|known| known.eq_ignore_ascii_case(name))
                || asymmetric.any(|known| known.eq_ignore_ascii_case(name))
        };
        self.names.iter().flat_map(|names| names.iter()).map(String::as_str).find(|name| !is_known(name))
    }

    /// The symmetric algorithm of this name. `unsupported_algorithm` if there is none, or if it is not allowed.
    pub(crate) fn symmetric(&self, name: &[u8]) -> Result<&'static symmetric::algorithm::Algorithm, Errno> {
        let algorithm = symmetric::registry::find(name)?;
        if self.allows(algorithm.name) { Ok(algorithm) } else { Err(Errno::UnsupportedAlgorithm) }
    }

    /// The same for an asymmetric one, which also has a type.
    pub(crate) fn asymmetric(
        &self,
        algorithm_type: AlgorithmType,
        name: &[u8],
    ) -> Result<&'static asymmetric::algorithm::Algorithm, Errno> {
        let algorithm = asymmetric::algorithm::Algorithm::find(algorithm_type, name)?;
        if self.allows(algorithm.name) { Ok(algorithm) } else { Err(Errno::UnsupportedAlgorithm) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_the_list_is_allowed_in_any_case_and_nothing_else() {
        let allowed = AllowedAlgorithms::only(["sha-256", "Ed25519", "ED25519", "AES-256-GCM"]);
        for name in ["SHA-256", "sHa-256", "ed25519", "AES-256-GCM"] {
            assert!(allowed.allows(name), "{name}");
        }
        for name in ["", "SHA-25", "SHA-2566", "SHA-512", "AES-256-GCM "] {
            assert!(!allowed.allows(name), "{name}");
        }
        assert!(allowed.symmetric(b"sha-256").is_ok());
        assert_eq!(allowed.symmetric(b"SHA-512").err(), Some(Errno::UnsupportedAlgorithm));
        assert!(allowed.asymmetric(AlgorithmType::Signatures, b"ed25519").is_ok());
        assert_eq!(allowed.asymmetric(AlgorithmType::KeyExchange, b"X25519").err(), Some(Errno::UnsupportedAlgorithm));
        assert!(!AllowedAlgorithms::only::<&str>([]).allows("SHA-256"), "an empty list allows nothing");
    }

    #[test]
    fn a_name_that_no_algorithm_has_is_found() {
        assert_eq!(AllowedAlgorithms::only(["x25519", "SHA-256"]).unknown(), None);
        assert_eq!(AllowedAlgorithms::only(["SHA-256", "rot13"]).unknown(), Some("ROT13"));
        assert_eq!(AllowedAlgorithms::all().unknown(), None);
    }
}
