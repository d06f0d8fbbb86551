//! What a build offers, for people and programs that ask.

use crate::asymmetric::algorithm as asymmetric;
use crate::context::WasiCryptoCtx;
use crate::options::AlgorithmType;
use crate::symmetric::algorithm::{Algorithm, KeyPolicy};
use crate::symmetric::registry;
use crate::threads::SharedWasiCryptoCtx;

/// An algorithm of this build.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlgorithmInfo {
    /// The name by which guests ask for it, in its canonical spelling.
    pub name: &'static str,
    /// The type under which guests find it.
    pub algorithm_type: AlgorithmType,
    /// The size of a generated key in bytes; none if a symmetric algorithm takes no key, and for asymmetric algorithms.
    pub key_len: Option<usize>,
    /// Whether a symmetric algorithm that takes a key works without one, too.
    pub key_optional: bool,
    /// The size of the nonce in bytes; none if there is no nonce or no fixed size.
    pub nonce_len: Option<usize>,
    /// Whether the guest may give no nonce: the host chooses a random one then, or the algorithm works without.
    pub nonce_optional: bool,
    /// The size of an authentication tag in bytes; none if there is no tag. Padding is none.
    pub tag_len: Option<usize>,
}

/// All algorithms of this build, type by type. [`WasiCryptoCtx::algorithms`] has those that one guest may have.
///
/// ```
/// let aes = wasi_crypto_host::algorithms().find(|info| info.name == "AES-256-GCM").unwrap();
/// assert_eq!((aes.key_len, aes.nonce_len, aes.tag_len), (Some(32), Some(12), Some(16)));
/// ```
pub fn algorithms() -> impl Iterator<Item = AlgorithmInfo> {
    registry::all().map(symmetric).chain(asymmetric::Algorithm::all().map(|algorithm| AlgorithmInfo {
        name: algorithm.name,
        algorithm_type: algorithm.algorithm_type(),
        key_len: None,
        key_optional: false,
        nonce_len: None,
        nonce_optional: false,
        tag_len: None,
    }))
}

impl WasiCryptoCtx {
    /// The algorithms that the guest may have, as [`algorithms`] lists them.
    pub fn algorithms(&self) -> impl Iterator<Item = AlgorithmInfo> {
        let allowed = self.table.algorithms().clone();
        algorithms().filter(move |info| allowed.allows(info.name))
    }
}

impl SharedWasiCryptoCtx {
    /// The algorithms that the guest may have, as [`algorithms`] lists them.
    pub fn algorithms(&self) -> impl Iterator<Item = AlgorithmInfo> {
        let allowed = self.allowed_algorithms();
        algorithms().filter(move |info| allowed.allows(info.name))
    }
}

fn symmetric(algorithm: &Algorithm) -> AlgorithmInfo {
    AlgorithmInfo {
        name: algorithm.name,
        algorithm_type: AlgorithmType::Symmetric,
        key_len: algorithm.key.generated_len(),
        key_optional: matches!(algorithm.key, KeyPolicy::Optional(..)),
        nonce_len: algorithm.nonce.len(),
        nonce_optional: algorithm.nonce.is_optional(),
        tag_len: algorithm.tag_len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registered_algorithm_is_listed_with_the_sizes_of_its_standard() {
        let sizes = |name| {
            let info = algorithms().find(|info| info.name == name).unwrap();
            (info.key_len, info.nonce_len, info.nonce_optional, info.tag_len)
        };
        assert_eq!(
            algorithms().filter(|info| info.algorithm_type == AlgorithmType::Symmetric).count(),
            registry::all().count()
        );
        assert_eq!(sizes("AES-128-GCM"), (Some(16), Some(12), false, Some(16)));
        assert_eq!(sizes("CHACHA20-POLY1305"), (Some(32), Some(12), false, Some(16)));
        assert_eq!(sizes("XCHACHA20-POLY1305"), (Some(32), Some(24), true, Some(16)));
        assert_eq!(sizes("HMAC/SHA-384"), (Some(48), None, false, Some(48)));
        assert_eq!(sizes("HKDF-EXPAND/SHA-256"), (Some(32), None, false, None));
        assert_eq!(sizes("SHA-512/256"), (None, None, false, None));
        assert_eq!(sizes("BLAKE2B-512"), (Some(64), None, false, None));
        assert_eq!(sizes("BLAKE3"), (Some(32), None, false, None));
        assert_eq!(sizes("AES-128-CMAC"), (Some(16), None, false, Some(16)));
        assert_eq!(sizes("AES-256-CBC"), (Some(32), Some(16), false, None));
        assert_eq!(sizes("AEGIS-256"), (Some(32), Some(32), true, Some(16)));
        assert_eq!(sizes("ASCON-AEAD"), (Some(16), Some(16), false, Some(16)));
        assert_eq!(sizes("AES-256-SIV"), (Some(64), None, true, Some(16)));
        assert_eq!(sizes("AES-128-CTR"), (Some(16), Some(16), false, None));
        assert_eq!(sizes("KMAC-256"), (Some(32), None, false, Some(64)));
        assert_eq!(sizes("XOODYAK-128"), (Some(16), Some(16), true, Some(16)));
        let optional: Vec<_> = algorithms().filter(|info| info.key_optional).map(|info| info.name).collect();
        assert_eq!(optional, ["BLAKE2B-512", "BLAKE2B-256", "BLAKE3", "XOODYAK-128"]);
    }
}
