//! Secret keys of ML-KEM and ML-DSA as others may write them: with the key that is expanded from the seed, beside the seed or alone
//! (RFC 9935 section 6, RFC 9881 section 6). The host writes neither.

#![allow(deprecated, reason = "what others have written with these functions is still there")]

use ml_dsa::{MlDsa44, MlDsa65, SigningKey};
use ml_kem::ExpandedKeyEncoding;

/// The same key in DER, if the algorithm has such, from DER with its seed alone. Those of ML-DSA-87 are longer than an input may be.
pub fn forms(algorithm: &str, der: &[u8]) -> Vec<Vec<u8>> {
    let Some((seed, expanded)) = expand(algorithm, der) else { return Vec::new() };
    // What stands before the seed: a version and an algorithm identifier, within a sequence that is short, and the headers of two strings.
    let identifier = &der[2..der.len() - seed.len() - 4];
    let alone = value(OCTET_STRING, &expanded);
    let both = value(SEQUENCE, &[value(OCTET_STRING, seed), alone.clone()].concat());
    let whole = |choice: Vec<u8>| value(SEQUENCE, &[identifier, &value(OCTET_STRING, &choice)].concat());
    vec![whole(both), whole(alone)]
}

fn expand<'a>(algorithm: &str, der: &'a [u8]) -> Option<(&'a [u8], Vec<u8>)> {
    macro_rules! kem {
        ($set:ident) => {{
            let seed: &[u8; 64] = der.last_chunk()?;
            let key = ml_kem::kem::KeyInit::new_from_slice(seed).ok()?;
            (&seed[..], ml_kem::$set::DecapsulationKey::to_expanded_bytes(&key).to_vec())
        }};
    }
    macro_rules! signature {
        ($set:ident) => {{
            let seed: &[u8; 32] = der.last_chunk()?;
            let key = SigningKey::<$set>::from_seed(&(*seed).into());
            (&seed[..], key.expanded_key().to_expanded().to_vec())
        }};
    }
    Some(match algorithm {
        "ML-KEM-512" => kem!(ml_kem_512),
        "ML-KEM-768" => kem!(ml_kem_768),
        "ML-KEM-1024" => kem!(ml_kem_1024),
        "ML-DSA-44" => signature!(MlDsa44),
        "ML-DSA-65" => signature!(MlDsa65),
        _ => return None,
    })
}

const OCTET_STRING: u8 = 4;
const SEQUENCE: u8 = 0x30;

/// A value of DER, shorter than 64 KiB.
fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = (content.len() as u16).to_be_bytes();
    let length = match content.len() {
        0..0x80 => vec![low],
        0x80..0x100 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [&[tag], &length[..], content].concat()
}

#[cfg(test)]
mod tests {
    use wasi_crypto_host::AlgorithmType;

    use crate::checked::Checked;
    use crate::keys::{DER, KeyFunctions, Part};
    use crate::known::known;
    use crate::support::Guest;
    use crate::ways::{Bounds, Way};

    #[test]
    fn the_host_takes_them() {
        let mut guest = Guest::new(Checked::new(Way::Whole, Bounds::WIDE));
        let mut taken = Vec::new();
        for known in known().iter().filter(|known| known.info.algorithm_type != AlgorithmType::Symmetric) {
            let of_secrets = known.forms.iter().filter(|form| (form.0, form.1) == (Part::Secretkey, DER));
            for (_, _, form) in of_secrets.skip(1) {
                taken.push((known.info.name, guest.import_part(Part::Secretkey, &known.info, form, DER).is_ok()));
            }
        }
        // An expanded key of ML-DSA alone does not give its public key.
        let expected = [("ML-DSA-44", [true, false]), ("ML-DSA-65", [true, false])].into_iter();
        let kems = ["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024"].map(|name| (name, [true, true]));
        let each = |(name, both): (&'static str, [bool; 2])| both.map(|is_taken| (name, is_taken));
        assert_eq!(taken, expected.chain(kems).flat_map(each).collect::<Vec<_>>());
    }
}
