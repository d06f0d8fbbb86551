//! What comes out, according to RustCrypto, or to the suite itself where this project's host stands on it; and bytes to put in.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha384, Sha512, Sha512_256};

use crate::oracle::keccak::{STRENGTH_128, STRENGTH_256};
use crate::oracle::{aegis, aes, ascon, blake2b, blake3, keccak, xoodyak};

/// Runs an expression with a type for each hash.
macro_rules! with_hash {
    ($name:expr, $hash:ident => $body:expr) => {
        match $name.rsplit_once("SHA-").map(|(_, name)| name) {
            Some("256") => {
                type $hash = Sha256;
                $body
            }
            Some("384") => {
                type $hash = Sha384;
                $body
            }
            Some("512") => {
                type $hash = Sha512;
                $body
            }
            _ => panic!("the oracle has no {}", $name),
        }
    };
}

pub(crate) fn hash(algorithm: &str, data: &[u8]) -> Vec<u8> {
    match algorithm {
        "SHA-512/256" => Sha512_256::digest(data).to_vec(),
        "BLAKE2B-512" => blake2b::hash(b"", b"", data, 64),
        "BLAKE2B-256" => blake2b::hash(b"", b"", data, 32),
        "BLAKE3" | "CSHAKE-128" | "CSHAKE-256" | "TURBOSHAKE-128" | "TURBOSHAKE-256" | "KT128" | "KT256" => {
            xof(algorithm, None, b"", data, 32)
        }
        "ASCON-HASH" => ascon::hash256(data),
        "XOODYAK-128" => {
            let mut hash = xoodyak::Cyclist::hash();
            hash.absorb(data);
            hash.squeeze(32)
        }
        _ => with_hash!(algorithm, H => H::digest(data).to_vec()),
    }
}

pub(crate) fn mac(algorithm: &str, key: &[u8], data: &[u8]) -> Vec<u8> {
    if algorithm.ends_with("-CMAC") {
        return aes::cmac(key, data).to_vec();
    }
    if algorithm.starts_with("KMAC") {
        return kmac(algorithm, key, b"", data);
    }
    with_hash!(algorithm, H => {
        let mut mac = <Hmac<H> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any size");
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    })
}

pub(super) fn kmac(algorithm: &str, key: &[u8], customization: &[u8], data: &[u8]) -> Vec<u8> {
    match algorithm {
        "KMAC-128" => keccak::kmac(STRENGTH_128, key, customization, data, 32),
        _ => keccak::kmac(STRENGTH_256, key, customization, data, 64),
    }
}

/// The first bytes of an output without end.
pub(crate) fn xof(algorithm: &str, key: Option<&[u8]>, context: &[u8], data: &[u8], len: usize) -> Vec<u8> {
    let strength = if algorithm.ends_with("128") { STRENGTH_128 } else { STRENGTH_256 };
    match algorithm {
        "BLAKE3" => blake3::hash(key, data, len),
        "CSHAKE-128" | "CSHAKE-256" => keccak::cshake(strength, context, data, len),
        "TURBOSHAKE-128" | "TURBOSHAKE-256" => keccak::turboshake(strength, data, len),
        "KT128" | "KT256" => keccak::kt(strength, context, data, len),
        _ => panic!("the oracle has no {algorithm}"),
    }
}

/// The pseudo-random key.
pub(crate) fn hkdf_extract(hash: &str, salt: &[u8], ikm: &[u8]) -> Vec<u8> {
    with_hash!(hash, H => Hkdf::<H>::extract(Some(salt), ikm).0.to_vec())
}

pub(crate) fn hkdf_expand(hash: &str, prk: &[u8], info: &[u8], len: u32) -> Vec<u8> {
    let mut out = vec![0; len as usize];
    with_hash!(hash, H => {
        let hkdf = Hkdf::<H>::from_prk(prk).expect("the key is at least one hash long");
        hkdf.expand(info, &mut out).expect("the output is at most 255 hashes long");
    });
    out
}

pub(super) fn pbkdf2(algorithm: &str, password: &[u8], salt: &[u8], iterations: u32, len: u32) -> Vec<u8> {
    let mut out = vec![0; len as usize];
    with_hash!(algorithm, H => pbkdf2::pbkdf2_hmac::<H>(password, salt, iterations, &mut out));
    out
}

/// The PHC string, with as many bytes as the hash has. The salt has 8 to 48 bytes, the iterations are 1000 at least.
pub(super) fn pbkdf2_string(algorithm: &str, password: &[u8], salt: &[u8], iterations: u32) -> Vec<u8> {
    use pbkdf2::password_hash::CustomizedPasswordHasher;
    use pbkdf2::{Algorithm, Params, Pbkdf2};
    let (prf, len) = match algorithm {
        "PBKDF2-SHA-256" => (Algorithm::Pbkdf2Sha256, 32),
        "PBKDF2-SHA-512" => (Algorithm::Pbkdf2Sha512, 64),
        _ => panic!("the oracle has no {algorithm}"),
    };
    let params = Params::new_with_output_len(iterations, len).expect("enough iterations");
    let hasher = Pbkdf2::new(prf, params);
    let hash = hasher.hash_password_customized(password, salt, None, None, params).expect("a salt of usual length");
    hash.to_string().into_bytes()
}

/// The ciphertext and the tag.
pub(crate) fn seal(algorithm: &str, key: &[u8], nonce: &[u8], ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    fn seal<A: Aead + KeyInit>(key: &[u8], nonce: &[u8], payload: Payload<'_, '_>) -> Vec<u8> {
        let cipher = A::new_from_slice(key).expect("the key has the right size");
        cipher.encrypt(nonce.try_into().expect("the nonce has the right size"), payload).expect("the message is short")
    }
    match algorithm {
        "AEGIS-128L" => return aegis::aegis_128(1, key, nonce, ad, message),
        "AEGIS-128X2" => return aegis::aegis_128(2, key, nonce, ad, message),
        "AEGIS-128X4" => return aegis::aegis_128(4, key, nonce, ad, message),
        "AEGIS-256" => return aegis::aegis_256(1, key, nonce, ad, message),
        "AEGIS-256X2" => return aegis::aegis_256(2, key, nonce, ad, message),
        "AEGIS-256X4" => return aegis::aegis_256(4, key, nonce, ad, message),
        "AES-128-GCM-SIV" | "AES-256-GCM-SIV" => return aes::gcm_siv(key, nonce, ad, message),
        // Nothing that is absorbed is no component, here and in the cases.
        "AES-128-SIV" | "AES-256-SIV" if ad.is_empty() => return aes::siv(key, &[nonce], message),
        "AES-128-SIV" | "AES-256-SIV" => return aes::siv(key, &[ad, nonce], message),
        "ASCON-AEAD" => return ascon::aead128(key, nonce, ad, message),
        _ => {}
    }
    let payload = Payload { msg: message, aad: ad };
    let mut out = match algorithm {
        "AES-128-GCM" => seal::<Aes128Gcm>(key, nonce, payload),
        "AES-256-GCM" => seal::<Aes256Gcm>(key, nonce, payload),
        "CHACHA20-POLY1305" => seal::<ChaCha20Poly1305>(key, nonce, payload),
        "XCHACHA20-POLY1305" => seal::<XChaCha20Poly1305>(key, nonce, payload),
        _ => panic!("the oracle has no {algorithm}"),
    };
    let tag = out.split_off(message.len());
    (out, tag)
}

/// Bytes without a pattern, the same for the same seed; shorter ones are the beginning of longer ones.
pub(crate) fn bytes(seed: &str, len: u32) -> Vec<u8> {
    let mut random = Random::new(seed);
    (0..len).map(|_| random.next() as u8).collect()
}

/// SplitMix64: small, and the same numbers for ever.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: &str) -> Self {
        Self(
            seed.bytes()
                .fold(0x9e37_79b9_7f4a_7c15, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)),
        )
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) >> 8
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        (self.next() % u64::from(bound)) as u32
    }
}
