//! Judges what a host made up: keys, signatures, encapsulated secrets, encodings.
//!
//! By implementations that no backend of this project's host uses for the same. They are small, need at most a C
//! compiler for one file, and build in seconds; one big library for all (AWS-LC) would take longer than the suite itself, and
//! is a backend of the host.

pub(crate) use wasi_crypto_conformance_primitives::{aegis, aes, ascon, blake2b, blake3, keccak, xoodyak};

pub(crate) mod der;
pub(crate) mod encoding;
pub(crate) mod kem;
pub(crate) mod key;
pub(crate) mod password;
pub(crate) mod signature;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::KeyKind;
    use crate::test_keys;
    use crate::test_keys::x_wing;

    #[test]
    fn halves_of_one_pair_belong_together_and_those_of_two_do_not() {
        for key in test_keys::all() {
            let (secret, public) = (key.usual_form(KeyKind::Secretkey), key.usual_form(KeyKind::Publickey));
            assert_eq!(key::check_pair(key, secret, public), Ok(()), "{}", key.algorithm);
            assert!(key::check_pair(key, secret, key.other()).is_err(), "{}", key.algorithm);
            assert!(key::check_pair(key, &secret[1..], public).is_err(), "{}", key.algorithm);
        }
    }

    #[test]
    fn signatures_are_of_one_message_by_one_key() {
        for algorithm in ["ML-DSA-44", "ML-DSA-65", "ML-DSA-87"] {
            let key = test_keys::of(algorithm);
            let (public, mut signature) = (key.usual_form(KeyKind::Publickey), test_keys::plausible_signature(key));
            assert_eq!(signature::verify(algorithm, public, b"a message", &signature), Ok(()));
            assert!(signature::verify(algorithm, public, b"another", &signature).is_err());
            assert!(signature::verify(algorithm, key.other(), b"a message", &signature).is_err());
            signature[0] ^= 1;
            assert!(signature::verify(algorithm, public, b"a message", &signature).is_err());
        }
        for key in test_keys::signing() {
            let public = key.usual_form(KeyKind::Publickey);
            let zeros = vec![0; key.signature_len as usize];
            assert!(signature::verify(key.algorithm, public, b"a message", &zeros).is_err(), "{}", key.algorithm);
        }
    }

    #[test]
    fn x_wing_gives_the_secrets_of_the_draft() {
        for vector in x_wing::vectors() {
            let x_wing::Vector { seed, ciphertext, secret, .. } = &vector;
            assert_eq!(kem::check("X-WING", seed, ciphertext, secret), Ok(()));
            assert!(kem::check("X-WING", seed, ciphertext, &[0; 32]).is_err());
            assert!(kem::check("X-WING", seed, &ciphertext[1..], secret).is_err());
        }
    }

    #[test]
    fn encodings_are_those_of_the_key_and_nothing_more() {
        for key in test_keys::all() {
            for kind in KeyKind::ALL {
                for &encoding in kind.encodings() {
                    let Some(form) = key.form(kind, encoding) else { continue };
                    let place = format!("{} {} {}", key.algorithm, kind.name(), encoding.name());
                    assert_eq!(encoding::check(key, kind, encoding, form), Ok(()), "{place}");
                    assert!(encoding::check(key, kind, encoding, &form[..form.len() - 2]).is_err(), "{place}");
                    assert!(encoding::check(key, kind, encoding, &[form, &[0]].concat()).is_err(), "{place}");
                }
            }
        }
    }

    /// What is written here from the standards gives what the standards say; the rest of the vectors is in `vectors/`.
    #[test]
    fn symmetric_algorithms_give_published_results() {
        let hex = crate::hex::decode;
        let counted = |len: u8| -> Vec<u8> { (0..len).collect() };
        let abc = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
                   7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
        assert_eq!(blake2b::hash(b"", b"", b"abc", 64), hex(abc));
        let empty = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(blake3::hash(None, b"", 32), hex(empty));
        let key = hex("2b7e151628aed2a6abf7158809cf4f3c");
        assert_eq!(aes::cmac(&key, b"").to_vec(), hex("bb1d6929e95937287fa37d129b756746"));
        // Of NIST's known answers, the first; of the draft, test vector 2.
        let sealed = ascon::aead128(&counted(16), &counted(32)[16..], b"", b"");
        assert_eq!(sealed, (vec![], hex("4f9c278211bec9316bf68f46ee8b2ec6")));
        let (mut key, mut nonce) = ([0; 32], [0; 32]);
        key[..2].copy_from_slice(&[0x10, 1]);
        nonce[..3].copy_from_slice(&[0x10, 0, 2]);
        let sealed = aegis::aegis_256(1, &key, &nonce, b"", b"");
        assert_eq!(sealed, (vec![], hex("e3def978a0f054afd1e761d7553afba3")));
    }

    #[test]
    fn der_is_read_strictly() {
        use der::{INTEGER, Reader, unsigned};
        assert_eq!(Reader::new(&[2, 1, 5, 9]).take(INTEGER), Ok(&[5][..]));
        for bad in
            [&[][..], &[2], &[2, 2, 5], &[2, 0x81, 1, 5], &[2, 0x80, 5, 0, 0], &[4, 1, 5], &[2, 0x85, 0, 0, 0, 0, 1]]
        {
            assert!(Reader::new(bad).take(INTEGER).is_err(), "{bad:x?}");
        }
        assert_eq!(unsigned(&[0, 0x80]), Ok(&[0x80][..]));
        for bad in [&[][..], &[0, 1], &[0x80]] {
            assert!(unsigned(bad).is_err(), "{bad:x?}");
        }
    }
}
