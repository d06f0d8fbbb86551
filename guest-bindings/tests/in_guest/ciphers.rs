//! Ciphers: test cases 4 and 16 of "The Galois/Counter Mode of Operation" (McGrew and Viega), which NIST SP 800-38D is
//! validated with, RFC 8439 section 2.8.2, draft-irtf-cfrg-xchacha-03 appendix A.3.1.

use wasi_crypto_bindings::aead::TAG_LEN;
use wasi_crypto_bindings::{Aes128Gcm, Aes256Gcm, ChaCha20Poly1305, Error, XChaCha20Poly1305};

use crate::hex;

const SUNSCREEN: &[u8] = b"Ladies and Gentlemen of the class of '99: \
                           If I could offer you only one tip for the future, sunscreen would be it.";
const GCM_NONCE: [u8; 12] = [0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88];

fn gcm_message() -> Vec<u8> {
    hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72\
         1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
}

fn gcm_associated_data() -> Vec<u8> {
    hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
}

fn chacha_associated_data() -> Vec<u8> {
    hex("50515253c0c1c2c3c4c5c6c7")
}

/// The tests of one cipher: a vector in all forms, then everything that must not open.
macro_rules! cipher_tests {
    ($module:ident, $cipher:ident, $key:expr, $nonce:expr, $associated_data:expr, $message:expr, $sealed:expr) => {
        mod $module {
            use super::*;

            fn vector() -> ($cipher, [u8; $cipher::NONCE_LEN], Vec<u8>, Vec<u8>, Vec<u8>) {
                let cipher = $cipher::import(&$key).unwrap();
                (cipher, $nonce, $associated_data, $message.to_vec(), hex($sealed))
            }

            #[test]
            fn seals_and_opens_the_published_vector_in_every_form() {
                let (cipher, nonce, ad, message, sealed) = vector();
                assert_eq!(cipher.seal(&nonce, &ad, &message).unwrap(), sealed);
                assert_eq!(cipher.open(&nonce, &ad, &sealed).unwrap(), message);

                let mut buffer = message.clone();
                cipher.seal_in_place(&nonce, &ad, &mut buffer).unwrap();
                assert_eq!(buffer, sealed);
                cipher.open_in_place(&nonce, &ad, &mut buffer).unwrap();
                assert_eq!(buffer, message);

                let tag = cipher.seal_in_place_detached(&nonce, &ad, &mut buffer).unwrap();
                assert_eq!([&buffer[..], &tag].concat(), sealed);
                cipher.open_in_place_detached(&nonce, &ad, &mut buffer, &tag).unwrap();
                assert_eq!(buffer, message);
            }

            #[test]
            fn nothing_opens_that_was_changed() {
                let (cipher, nonce, ad, _, sealed) = vector();
                for i in 0..sealed.len() {
                    let mut changed = sealed.clone();
                    changed[i] ^= 0x80;
                    assert_eq!(cipher.open(&nonce, &ad, &changed), Err(Error::InvalidTag), "byte {i}");
                }
                for len in [0, 1, TAG_LEN - 1, TAG_LEN, sealed.len() - 1] {
                    assert_eq!(cipher.open(&nonce, &ad, &sealed[..len]), Err(Error::InvalidTag), "{len} bytes");
                    let mut cut = sealed[..len].to_vec();
                    assert_eq!(cipher.open_in_place(&nonce, &ad, &mut cut), Err(Error::InvalidTag), "{len} bytes");
                }
                let mut other_nonce = nonce;
                other_nonce[0] ^= 1;
                assert_eq!(cipher.open(&other_nonce, &ad, &sealed), Err(Error::InvalidTag));
                assert_eq!(cipher.open(&nonce, b"", &sealed), Err(Error::InvalidTag));
                let other_key = $cipher::generate().unwrap();
                assert_eq!(other_key.open(&nonce, &ad, &sealed), Err(Error::InvalidTag));
            }

            #[test]
            fn a_buffer_that_does_not_open_is_wiped() {
                let (cipher, nonce, ad, message, sealed) = vector();
                let mut buffer = sealed.clone();
                buffer[0] ^= 1;
                assert_eq!(cipher.open_in_place(&nonce, &ad, &mut buffer), Err(Error::InvalidTag));
                assert!(buffer.iter().all(|byte| *byte == 0));

                let (ciphertext, tag) = sealed.split_at(message.len());
                for wrong_tag in [&tag[..15], &[], &[0; 16], &[tag, &[0]].concat()] {
                    let mut buffer = ciphertext.to_vec();
                    let opened = cipher.open_in_place_detached(&nonce, &ad, &mut buffer, wrong_tag);
                    assert_eq!(opened, Err(Error::InvalidTag));
                    assert!(buffer.iter().all(|byte| *byte == 0));
                }
            }

            #[test]
            fn empty_and_long_messages_come_back() {
                let cipher = $cipher::generate().unwrap();
                for len in [0, 1, 15, 16, 17, 65_536, 1_000_003] {
                    let message: Vec<u8> = (0..len).map(|i| i as u8).collect();
                    let mut nonce = $nonce;
                    nonce[..4].copy_from_slice(&(len as u32).to_le_bytes());
                    let sealed = cipher.seal(&nonce, b"", &message).unwrap();
                    assert_eq!(sealed.len(), len + TAG_LEN);
                    assert_eq!(cipher.open(&nonce, b"", &sealed).unwrap(), message);
                }
            }

            #[test]
            fn random_nonces_do_not_repeat() {
                let cipher = $cipher::generate().unwrap();
                let sealed = [(); 100].map(|()| cipher.seal_with_random_nonce(b"ad", b"message").unwrap());
                for (i, (nonce, sealed_message)) in sealed.iter().enumerate() {
                    assert_eq!(cipher.open(nonce, b"ad", sealed_message).unwrap(), b"message");
                    assert!(sealed[..i].iter().all(|(earlier, _)| earlier != nonce));
                }
            }

            #[test]
            fn keys_have_one_size_and_can_be_exported() {
                for len in [0, $cipher::KEY_LEN - 1, $cipher::KEY_LEN + 1, 64] {
                    assert_eq!($cipher::import(&vec![1; len]).err(), Some(Error::InvalidKey), "{len} bytes");
                }
                let cipher = $cipher::generate().unwrap();
                let key = cipher.export().unwrap();
                assert_eq!(key.len(), $cipher::KEY_LEN);
                let sealed = cipher.seal(&$nonce, b"ad", b"message").unwrap();
                assert_eq!($cipher::import(&key).unwrap().open(&$nonce, b"ad", &sealed).unwrap(), b"message");
                assert_ne!($cipher::generate().unwrap().export().unwrap(), key, "generated keys differ");
            }
        }
    };
}

cipher_tests!(
    aes_128_gcm,
    Aes128Gcm,
    hex("feffe9928665731c6d6a8f9467308308"),
    GCM_NONCE,
    gcm_associated_data(),
    gcm_message(),
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
     21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47"
);

cipher_tests!(
    aes_256_gcm,
    Aes256Gcm,
    hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
    GCM_NONCE,
    gcm_associated_data(),
    gcm_message(),
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
     8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
);

cipher_tests!(
    chacha20_poly1305,
    ChaCha20Poly1305,
    hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
    [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47],
    chacha_associated_data(),
    SUNSCREEN,
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6\
     3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36\
     92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
     3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
);

cipher_tests!(
    xchacha20_poly1305,
    XChaCha20Poly1305,
    hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
    core::array::from_fn(|i| 0x40 + i as u8),
    chacha_associated_data(),
    SUNSCREEN,
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb\
     731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452\
     2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9\
     21f9664c97637da9768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"
);
