//! What a build offers, for people and programs that ask.

use std::sync::Arc;

use crate::asymmetric::algorithm as asymmetric;
use crate::booking::{BookedSecret, Booking, Ledger};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::options::{AlgorithmType, BytesOption, OptionSet, Options};
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, Key, Kind, State};

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
    /// The size of the nonce in bytes; none if there is no nonce or no fixed size.
    pub nonce_len: Option<usize>,
    /// Whether the host chooses a random nonce if the guest gives none.
    pub nonce_optional: bool,
    /// The size of an authentication tag in bytes; none if there is no tag.
    pub tag_len: Option<usize>,
}

/// All algorithms of this build, type by type.
///
/// ```
/// let aes = wasi_crypto_host::algorithms().find(|info| info.name == "AES-256-GCM").unwrap();
/// assert_eq!((aes.key_len, aes.nonce_len, aes.tag_len), (Some(32), Some(12), Some(16)));
/// ```
pub fn algorithms() -> impl Iterator<Item = AlgorithmInfo> {
    Algorithm::all().map(symmetric).chain(asymmetric::Algorithm::all().map(|algorithm| AlgorithmInfo {
        name: algorithm.name,
        algorithm_type: algorithm.algorithm_type(),
        key_len: None,
        nonce_len: None,
        nonce_optional: false,
        tag_len: None,
    }))
}

/// Asks the algorithm itself for its sizes, so that they are those which guests meet.
fn symmetric(algorithm: &'static Algorithm) -> AlgorithmInfo {
    let mut info = AlgorithmInfo {
        name: algorithm.name,
        algorithm_type: AlgorithmType::Symmetric,
        key_len: None,
        nonce_len: None,
        nonce_optional: false,
        tag_len: None,
    };
    if let Kind::Keyed(keyed) = algorithm.kind {
        let key_len = keyed.generated_len();
        info.key_len = Some(key_len);
        let key = keyed.prepare(&Arc::new(BookedSecret::new(Secret::zeroed(key_len), Booking::default()))).ok();
        if let Some((state, nonce_len)) = key.and_then(open) {
            let chosen = state.option(BytesOption::Nonce).map(<[u8]>::len);
            info.nonce_len = nonce_len.or(chosen);
            info.nonce_optional = nonce_len.is_none() && chosen.is_some();
            info.tag_len = state.max_tag_len().ok();
        }
    }
    info
}

/// Opens a state, with a nonce only if there must be one, and says which size that must have.
fn open(key: Arc<dyn Key>) -> Option<(Box<dyn State>, Option<usize>)> {
    match Arc::clone(&key).open(&Options::DEFAULT) {
        Ok(state) => Some((state, None)),
        Err(Errno::NonceRequired) => (1..=MAX_NONCE_LEN).find_map(|len| {
            let state = Arc::clone(&key).open(&*with_nonce(len)?).ok()?;
            Some((state, Some(len)))
        }),
        Err(_) => None,
    }
}

/// The longest nonce that is tried; the longest of any algorithm in the specification has 32 bytes.
const MAX_NONCE_LEN: usize = 64;

fn with_nonce(len: usize) -> Option<Arc<Options>> {
    let mut set = OptionSet::new(AlgorithmType::Symmetric);
    let (ledger, limits) = (Ledger::default(), Limits::default());
    let account = Account { held: &mut 0, total: &mut 0, ledger: &ledger, limits: &limits };
    set.set(b"nonce", &vec![0; len], &account).ok()?;
    Some(set.snapshot())
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
            Algorithm::all().count()
        );
        assert_eq!(sizes("AES-128-GCM"), (Some(16), Some(12), false, Some(16)));
        assert_eq!(sizes("CHACHA20-POLY1305"), (Some(32), Some(12), false, Some(16)));
        assert_eq!(sizes("XCHACHA20-POLY1305"), (Some(32), Some(24), true, Some(16)));
        assert_eq!(sizes("HMAC/SHA-384"), (Some(48), None, false, Some(48)));
        assert_eq!(sizes("HKDF-EXPAND/SHA-256"), (Some(32), None, false, None));
        assert_eq!(sizes("SHA-512/256"), (None, None, false, None));
    }
}
