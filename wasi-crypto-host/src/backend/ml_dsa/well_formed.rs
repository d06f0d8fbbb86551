//! Which bytes are a signature of ML-DSA at all: what FIPS 204 algorithm 3 refuses before it looks at the message. And which
//! are a secret key without its seed.
//!
//! The library would tell by decoding, which takes 9 µs for nothing, since the signature is decoded again when it is verified;
//! and over some keys it panics.

use ml_dsa::common::typenum::Unsigned;
use ml_dsa::{EncodedSignature, EncodedVerifyingKey};
use shake::{ExtendableOutput, Shake256};

use crate::backend::ml_dsa_representatives::Parameters;

/// The coefficients of a polynomial.
const N: usize = 256;

/// The bits of a coefficient that a public key goes without (d), and a secret key has.
const DROPPED_BITS: usize = 13;

/// What a secret key begins with: the seed of the matrix, which a public key begins with, too; another, and the hash of the
/// public key.
const SEEDS_AND_HASH_LEN: usize = SEED_OF_MATRIX_LEN + 32 + 64;
const SEED_OF_MATRIX_LEN: usize = 32;

/// Whether a signature with the right length has a response within its bounds and a well-encoded hint.
pub(crate) fn is_signature<P: Parameters>(raw: &[u8]) -> bool {
    let response_len = P::L::USIZE * N * coefficient_bits::<P>() / 8;
    let hint_len = P::Omega::USIZE + P::K::USIZE;
    let Some(commitment_len) = raw.len().checked_sub(response_len + hint_len) else { return false };
    if raw.len() != size_of::<EncodedSignature<P>>() {
        return false;
    }
    let (response, hint) = raw[commitment_len..].split_at(response_len);
    is_response::<P>(response) && is_hint::<P>(hint)
}

/// Bits of a coefficient of the response.
fn coefficient_bits<P: Parameters>() -> usize {
    P::Gamma1::U32.ilog2() as usize + 1
}

/// Whether each coefficient z of the response has |z| < γ₁ − β. It is encoded as γ₁ − z (algorithm 19).
fn is_response<P: Parameters>(response: &[u8]) -> bool {
    let bits = coefficient_bits::<P>();
    let within = P::BETA + 1..2 * P::Gamma1::U32 - P::BETA;
    // Four coefficients fill whole bytes.
    response.chunks_exact(bits / 2).all(|chunk| {
        let four = chunk.iter().rev().fold(0, |bits, byte| bits << 8 | u128::from(*byte));
        (0..4).all(|i| within.contains(&((four >> (i * bits)) as u32 & ((1 << bits) - 1))))
    })
}

/// Whether an expanded secret key (algorithm 24) has the right length, and its short vectors no coefficient above η.
pub(crate) fn is_expanded_key<P: Parameters>(raw: &[u8]) -> bool {
    let bits = (2 * P::Eta::USIZE).ilog2() as usize + 1;
    let short_len = (P::L::USIZE + P::K::USIZE) * N * bits / 8;
    let rest_len = P::K::USIZE * N * DROPPED_BITS / 8;
    if raw.len() != SEEDS_AND_HASH_LEN + short_len + rest_len {
        return false;
    }
    // Eight coefficients fill whole bytes. All are looked at, since they are secret.
    raw[SEEDS_AND_HASH_LEN..][..short_len].chunks_exact(bits).fold(true, |all_fit, chunk| {
        let eight = chunk.iter().rev().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        (0..8).fold(all_fit, |all_fit, i| all_fit & ((eight >> (i * bits)) & ((1 << bits) - 1) <= 2 * P::Eta::U32))
    })
}

/// Whether the expanded secret key is one of this public key: it begins with the same seed, and has the hash of all of it.
pub(crate) fn is_half_of<P: Parameters>(expanded: &[u8], public: &[u8]) -> bool {
    let mut hash = [0; 64];
    Shake256::digest_xof(public, &mut hash);
    public.len() == size_of::<EncodedVerifyingKey<P>>()
        && expanded.starts_with(&public[..SEED_OF_MATRIX_LEN])
        && expanded[SEEDS_AND_HASH_LEN - hash.len()..].starts_with(&hash)
}

/// Algorithm 21, without its result.
fn is_hint<P: Parameters>(hint: &[u8]) -> bool {
    let (positions, ends) = hint.split_at(P::Omega::USIZE);
    let mut start = 0;
    for end in ends.iter().map(|end| usize::from(*end)) {
        let Some(of_polynomial) = positions.get(start..end) else { return false };
        if !of_polynomial.is_sorted_by(|one, next| one < next) {
            return false;
        }
        start = end;
    }
    positions[start..].iter().all(|unused| *unused == 0)
}

#[cfg(test)]
mod tests {
    use ml_dsa::signature::Keypair;
    use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, Signature, SigningKey};

    use super::*;

    /// The library's decoder decides as well.
    fn agrees<P: Parameters>(raw: &[u8]) -> bool {
        let decoded = raw.try_into().ok().and_then(|raw| Signature::<P>::decode(raw)).is_some();
        assert_eq!(is_signature::<P>(raw), decoded, "{raw:x?}");
        decoded
    }

    fn decides_as_the_library<P: Parameters>() {
        let key = SigningKey::<P>::from_seed(&[7; 32].into());
        _ = key.verifying_key();
        let raw = key.expanded_key().sign_internal(&[b"message"], &[0; 32].into()).encode().to_vec();
        assert!(agrees::<P>(&raw));
        let hint = raw.len() - P::Omega::USIZE - P::K::USIZE;
        let response = hint - P::L::USIZE * N * coefficient_bits::<P>() / 8;
        let (mut refused, mut taken) = (0, 0);
        let mut count = |decoded: bool| if decoded { taken += 1 } else { refused += 1 };
        // Other values at every place of the hint, and at both ends of the response.
        for at in (hint..raw.len()).chain(response..response + 20).chain(hint - 20..hint) {
            for value in (0..=u8::MAX).step_by(7) {
                let mut changed = raw.clone();
                changed[at] = value;
                count(agrees::<P>(&changed));
            }
        }
        // The bounds of a coefficient.
        let gamma1 = P::Gamma1::U32;
        for (encoded, is_within) in [
            (0, false),
            (P::BETA, false),
            (P::BETA + 1, true),
            (gamma1, true),
            (2 * gamma1 - P::BETA - 1, true),
            (2 * gamma1 - P::BETA, false),
            (2 * gamma1 - 1, false),
        ] {
            let mut changed = raw.clone();
            let mask = 2 * gamma1 - 1;
            let word = u32::from_le_bytes(changed[response..response + 4].try_into().unwrap());
            changed[response..response + 4].copy_from_slice(&((word & !mask) | encoded).to_le_bytes());
            assert_eq!(agrees::<P>(&changed), is_within, "a coefficient encoded as {encoded}");
        }
        for len in [0, 1, hint, raw.len() - 1] {
            assert!(!agrees::<P>(&raw[..len]));
        }
        assert!(!agrees::<P>(&[&raw[..], &[0]].concat()));
        assert!(refused > 100 && taken > 100, "{refused} refused, {taken} taken");
    }

    fn decides_as_algorithm_24_encodes<P: Parameters>() {
        let key = SigningKey::<P>::from_seed(&[7; 32].into());
        #[expect(deprecated, reason = "the form that this is about")]
        let expanded = key.expanded_key().to_expanded();
        let public = key.verifying_key().encode();
        assert!(is_expanded_key::<P>(&expanded) && is_half_of::<P>(&expanded, &public));
        // Both seeds of other keys, their hashes, and the vector of 13 bits can be anything.
        for at in (0..SEEDS_AND_HASH_LEN).chain(expanded.len() - 100..expanded.len()) {
            let mut changed = expanded.to_vec();
            changed[at] ^= 0xff;
            assert!(is_expanded_key::<P>(&changed), "byte {at}");
            let of_public = at < 32 || (64..SEEDS_AND_HASH_LEN).contains(&at);
            assert_eq!(is_half_of::<P>(&changed, &public), !of_public, "byte {at}");
        }
        // No coefficient of the others is encoded as ones.
        for at in (SEEDS_AND_HASH_LEN..SEEDS_AND_HASH_LEN + 400).step_by(13) {
            let mut changed = expanded.to_vec();
            changed[at] = 0xff;
            assert!(!is_expanded_key::<P>(&changed), "byte {at}");
        }
        assert!(!is_expanded_key::<P>(&expanded[1..]) && !is_expanded_key::<P>(&[&expanded[..], &[0]].concat()));
        assert!(!is_half_of::<P>(&expanded, &public[1..]) && !is_half_of::<P>(&expanded, b""));
    }

    #[test]
    fn the_form_of_an_expanded_key_is_what_the_standard_encodes() {
        decides_as_algorithm_24_encodes::<MlDsa44>();
        decides_as_algorithm_24_encodes::<MlDsa65>();
        decides_as_algorithm_24_encodes::<MlDsa87>();
    }

    #[test]
    fn the_form_of_a_signature_is_what_the_library_decodes() {
        decides_as_the_library::<MlDsa44>();
        decides_as_the_library::<MlDsa65>();
        decides_as_the_library::<MlDsa87>();
    }
}
