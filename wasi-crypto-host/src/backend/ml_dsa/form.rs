//! Which bytes are a signature of ML-DSA at all: what FIPS 204 algorithm 3 refuses before it looks at the message.
//!
//! The library would tell by decoding, which takes 9 µs for nothing, since the signature is decoded again when it is verified.

use ml_dsa::common::typenum::Unsigned;

use crate::backend::ml_dsa::{Parameters, signature_len};

/// The coefficients of a polynomial.
const N: usize = 256;

/// Whether a signature with the right length has a response within its bounds and a well-encoded hint.
pub(crate) fn is_signature<P: Parameters>(raw: &[u8]) -> bool {
    let response_len = P::L::USIZE * N * coefficient_bits::<P>() / 8;
    let hint_len = P::Omega::USIZE + P::K::USIZE;
    let Some(commitment_len) = raw.len().checked_sub(response_len + hint_len) else { return false };
    if raw.len() != signature_len::<P>() {
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

    #[test]
    fn the_form_of_a_signature_is_what_the_library_decodes() {
        decides_as_the_library::<MlDsa44>();
        decides_as_the_library::<MlDsa65>();
        decides_as_the_library::<MlDsa87>();
    }
}
