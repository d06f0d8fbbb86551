//! The registry of symmetric algorithms. It knows the families; none of them knows it.

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
    all().find(|algorithm| algorithm.name.as_bytes().eq_ignore_ascii_case(name)).ok_or(Errno::UnsupportedAlgorithm)
}

pub(crate) fn all() -> impl Iterator<Item = &'static Algorithm> {
    ALGORITHMS.iter().chain(OPTIONAL).copied().flatten()
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
