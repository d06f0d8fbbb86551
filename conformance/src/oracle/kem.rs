//! Decapsulates: ML-KEM by RustCrypto; X-Wing put together here from that, ed25519-compact and SHA-3.

use ed25519_compact::x25519;
use ml_kem::kem::{Decapsulate, KeyExport, KeyInit};
use sha3::{Digest, Sha3_256};
use shake::Shake256;
use shake::digest::{ExtendableOutput, Update, XofReader};

/// Whether `encapsulated` carries `secret` to the owner of the key with this seed.
pub(crate) fn check(algorithm: &str, seed: &[u8], encapsulated: &[u8], secret: &[u8]) -> Result<(), String> {
    let found = match algorithm {
        "X-WING" => XWing::new(seed).and_then(|key| key.decapsulate(encapsulated)),
        _ => ml_kem(algorithm, seed, encapsulated),
    };
    match found {
        Some(found) if found == secret => Ok(()),
        Some(_) => Err("an independent implementation decapsulates another secret".into()),
        None => Err("an independent implementation refuses the encapsulated secret".into()),
    }
}

fn ml_kem(algorithm: &str, seed: &[u8], encapsulated: &[u8]) -> Option<Vec<u8>> {
    macro_rules! decapsulate {
        ($set:ident) => {{
            let key = ml_kem::$set::DecapsulationKey::new_from_slice(seed).ok()?;
            Some(key.decapsulate_slice(encapsulated).ok()?.to_vec())
        }};
    }
    match algorithm {
        "ML-KEM-512" => decapsulate!(ml_kem_512),
        "ML-KEM-768" => decapsulate!(ml_kem_768),
        "ML-KEM-1024" => decapsulate!(ml_kem_1024),
        _ => None,
    }
}

/// A key of X-Wing (draft-connolly-cfrg-xwing-kem, section 5).
pub(crate) struct XWing {
    ml_kem_seed: [u8; 64],
    x25519: x25519::SecretKey,
    pub(crate) public: Vec<u8>,
}

const ML_KEM_CIPHERTEXT_LEN: usize = 1088;
const ML_KEM_PUBLIC_LEN: usize = 1184;
const LABEL: &[u8] = br"\.//^\";

impl XWing {
    pub(crate) fn new(seed: &[u8]) -> Option<Self> {
        if seed.len() != 32 {
            return None;
        }
        let mut expanded = [0; 96];
        let mut hasher = Shake256::default();
        hasher.update(seed);
        hasher.finalize_xof().read(&mut expanded);
        let (ml_kem_seed, scalar) = expanded.split_at(64);
        let x25519 = x25519::SecretKey::from_slice(scalar).ok()?;
        let ml_kem = ml_kem::ml_kem_768::DecapsulationKey::new_from_slice(ml_kem_seed).ok()?;
        let public = [&ml_kem.encapsulation_key().to_bytes()[..], &x25519.recover_public_key().ok()?[..]].concat();
        Some(Self { ml_kem_seed: ml_kem_seed.try_into().ok()?, x25519, public })
    }

    fn decapsulate(&self, encapsulated: &[u8]) -> Option<Vec<u8>> {
        let (ml_kem_ciphertext, ephemeral) = encapsulated.split_at_checked(ML_KEM_CIPHERTEXT_LEN)?;
        let ml_kem_secret = ml_kem("ML-KEM-768", &self.ml_kem_seed, ml_kem_ciphertext)?;
        let x25519_secret = x25519::PublicKey::from_slice(ephemeral).ok()?.dh(&self.x25519).ok()?;
        let x25519_public = &self.public[ML_KEM_PUBLIC_LEN..];
        let transcript = [&ml_kem_secret, &x25519_secret[..], ephemeral, x25519_public, LABEL].concat();
        Some(Sha3_256::digest(transcript).to_vec())
    }
}
