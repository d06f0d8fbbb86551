//! The registry of symmetric algorithms. It knows the families; none of them knows it.

use std::sync::LazyLock;

use crate::errno::Errno;
use crate::symmetric::algorithm::Algorithm;
use crate::symmetric::{aead, hash, hkdf, mac, password};

/// What every build has. Names are looked for in it first.
static ALGORITHMS: &[&[Algorithm]] =
    &[aead::ALGORITHMS, hash::ALGORITHMS, mac::ALGORITHMS, hkdf::ALGORITHMS, password::pbkdf2::ALGORITHMS];

#[cfg(feature = "optional-algorithms")]
use crate::symmetric::optional::ALGORITHMS as OPTIONAL;
#[cfg(not(feature = "optional-algorithms"))]
static OPTIONAL: &[&[Algorithm]] = &[];

/// The algorithm of this name, in any ASCII case. `unsupported_algorithm` if there is none.
pub(crate) fn find(name: &[u8]) -> Result<&'static Algorithm, Errno> {
    let is_it = |algorithm: &&Algorithm| algorithm.name.as_bytes().eq_ignore_ascii_case(name);
    let required = ALGORITHMS.iter().copied().flatten().find(is_it);
    required.or_else(|| optional(name)).ok_or(Errno::UnsupportedAlgorithm)
}

pub(crate) fn all() -> impl Iterator<Item = &'static Algorithm> {
    ALGORITHMS.iter().chain(OPTIONAL).copied().flatten()
}

/// The one of this name among the optional ones. To go through all of their rows takes up to 75 ns.
#[inline(never)]
fn optional(name: &[u8]) -> Option<&'static Algorithm> {
    let mut at = place(name);
    while let Some(algorithm) = BY_PLACE[at] {
        if algorithm.name.as_bytes().eq_ignore_ascii_case(name) {
            return Some(algorithm);
        }
        at = (at + 1) % PLACES;
    }
    None
}

/// Each optional row at the [`place`] of its name, or the next that was free.
static BY_PLACE: LazyLock<[Option<&Algorithm>; PLACES]> = LazyLock::new(|| {
    let mut by_place = [None; PLACES];
    for algorithm in OPTIONAL.iter().copied().flatten() {
        let mut at = place(algorithm.name.as_bytes());
        while by_place[at].is_some() {
            at = (at + 1) % PLACES;
        }
        by_place[at] = Some(algorithm);
    }
    by_place
});

/// Many more than there are algorithms, so that most places are free. One for each byte.
const PLACES: usize = 1 << u8::BITS;

/// A number that few names share, in any case.
fn place(name: &[u8]) -> usize {
    // What these bits are without makes small letters capital.
    const UPPER: u32 = 0xdfdf_dfdf;
    // 2^32 divided by the golden ratio.
    const SPREAD: u32 = 0x9e37_79b1;

    let [first, .., fourth, _, _, last] = name else { return 0 };
    let bytes = u32::from_le_bytes([*last, *fourth, name[name.len() / 2], *first]) & UPPER;
    usize::from((bytes ^ name.len() as u32).wrapping_mul(SPREAD).to_be_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetric::algorithm::{KeyPolicy, Kind, MAX_NONCE_LEN, MAX_TAG_LEN};
    use crate::symmetric::key::SymmetricKey;
    use crate::symmetric::traits::{Given, State};

    #[test]
    fn names_are_unique_and_found_in_any_case() {
        for (i, algorithm) in all().enumerate() {
            let found = find(algorithm.name.to_ascii_lowercase().as_bytes()).ok().unwrap();
            assert!(std::ptr::eq(found, algorithm), "{} twice", algorithm.name);
            assert!(all().take(i).all(|other| other.name != algorithm.name));
        }
        assert_eq!(find(b"SHA-256 ").err(), Some(Errno::UnsupportedAlgorithm));
        assert_eq!(find(b"").err(), Some(Errno::UnsupportedAlgorithm));
    }

    /// A name that no algorithm has is looked for until a place is free.
    #[test]
    fn names_are_near_their_places() {
        assert!(all().count() <= PLACES / 2);
        for start in 0..PLACES {
            let next_to_it = (0..PLACES).position(|by| BY_PLACE[(start + by) % PLACES].is_none());
            assert!(next_to_it.is_some_and(|taken| taken <= 8), "{next_to_it:?} places in a row are taken");
        }
    }

    /// A row whose kind were not that of its states would have operations check buffers by the wrong sizes.
    #[test]
    fn states_are_of_the_kind_that_the_row_says() {
        let nonce = [7; MAX_NONCE_LEN];
        for algorithm in all() {
            let nonce = algorithm.nonce.len().map(|len| &nonce[..len]);
            let given = Given { nonce, options: &crate::options::tests::for_any_algorithm() };
            let keyed = SymmetricKey::generate(algorithm).ok().map(|key| key.prepared.open(&given));
            let given = Given { nonce: None, ..given };
            let unkeyed = match algorithm.key {
                KeyPolicy::None(keyless) => Some(keyless.open(&given)),
                KeyPolicy::Optional(_, either) => Some(either.open(&given)),
                KeyPolicy::Required(..) => None,
            };
            for state in [keyed, unkeyed].into_iter().flatten() {
                let state = state.unwrap_or_else(|errno| panic!("{}: {errno:?}", algorithm.name));
                let fits = match (&state, algorithm.kind) {
                    (State::Squeeze(_), Kind::Squeeze) | (State::DeriveKey(_), Kind::DeriveKey) => true,
                    (State::Authenticate(state), Kind::Mac(len)) => len <= MAX_TAG_LEN && state.tag().len() == len,
                    (State::Stretch(_), Kind::Stretch) => true,
                    (State::Encrypt(state), Kind::Cipher(sealing)) => {
                        state.nonce() == nonce && sealing.most_added() <= MAX_TAG_LEN
                    }
                    (State::Session(state), Kind::Session(sealing)) => {
                        state.nonce() == nonce && sealing.most_added() <= MAX_TAG_LEN
                    }
                    // Without a key.
                    (State::Squeeze(_), Kind::Session(_)) => true,
                    _ => false,
                };
                assert!(fits, "{} is no {:?}", algorithm.name, algorithm.kind);
            }
        }
    }
}
