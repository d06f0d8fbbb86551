//! X-Wing (draft-connolly-cfrg-xwing-kem-06), put together from ML-KEM-768, X25519, SHAKE256 and SHA3-256.

use pkcs8::ObjectIdentifier;
use sha3::{Digest, Sha3_256};
use shake::{ExtendableOutput, Shake256};
use zeroize::Zeroizing;

use crate::backend::kem::Kem;
use crate::backend::ml_kem::MlKem768;
use crate::backend::{curve25519, random, x25519};
use crate::errno::Errno;
use crate::secret::{Secret, wipe};

/// Ends what the combiner hashes (section 5.3).
const LABEL: &[u8; 6] = br"\.//^\";

pub(crate) struct XWing;

pub(crate) struct DecapsulationKey {
    seed: Secret,
    ml_kem: <MlKem768 as Kem>::Secret,
    x25519: x25519::SecretKey,
    x25519_public: [u8; x25519::KEY_LEN],
}

pub(crate) struct EncapsulationKey {
    ml_kem: <MlKem768 as Kem>::Public,
    x25519: [u8; x25519::KEY_LEN],
}

impl Kem for XWing {
    type Secret = DecapsulationKey;
    type Public = EncapsulationKey;

    /// The draft has a provisional identifier only.
    const OID: Option<ObjectIdentifier> = None;
    const SEED_LEN: usize = 32;
    const PUBLIC_LEN: usize = <MlKem768 as Kem>::PUBLIC_LEN + x25519::KEY_LEN;

    /// Section 5.2, `expandDecapsulationKey`.
    fn secret_from_seed(seed: &[u8]) -> Result<DecapsulationKey, Errno> {
        if seed.len() != Self::SEED_LEN {
            return Err(Errno::InvalidKey);
        }
        let mut expanded = Secret::zeroed(<MlKem768 as Kem>::SEED_LEN + x25519::KEY_LEN);
        Shake256::digest_xof(seed, &mut expanded);
        let (ml_kem, x25519) = expanded.split_last_chunk().ok_or(Errno::InternalError)?;
        let x25519 = x25519::SecretKey::new(x25519);
        Ok(DecapsulationKey {
            seed: Secret::from(seed),
            ml_kem: MlKem768::secret_from_seed(ml_kem)?,
            x25519_public: x25519.public(),
            x25519,
        })
    }

    fn seed_of(secret: &DecapsulationKey) -> Option<Secret> {
        Some(secret.seed.clone())
    }

    fn secret_from_expanded(_: &[u8]) -> Result<DecapsulationKey, Errno> {
        Err(Errno::InvalidKey)
    }

    fn expanded_of(_: &DecapsulationKey) -> Option<Secret> {
        None
    }

    fn public_of(secret: &DecapsulationKey) -> EncapsulationKey {
        EncapsulationKey { ml_kem: MlKem768::public_of(&secret.ml_kem), x25519: secret.x25519_public }
    }

    /// Makes the checks of FIPS 203 section 7.2 on the ML-KEM key.
    fn public_from_raw(raw: &[u8]) -> Result<EncapsulationKey, Errno> {
        let (ml_kem, x25519) = raw.split_last_chunk().ok_or(Errno::InvalidKey)?;
        Ok(EncapsulationKey { ml_kem: MlKem768::public_from_raw(ml_kem)?, x25519: *x25519 })
    }

    fn public_to_raw(public: &EncapsulationKey) -> Vec<u8> {
        let mut raw = MlKem768::public_to_raw(&public.ml_kem);
        raw.extend_from_slice(&public.x25519);
        raw
    }

    /// Checks the X25519 key; import has checked the other.
    fn is_sound(public: &EncapsulationKey) -> bool {
        curve25519::is_sound_x25519(&public.x25519)
    }

    /// Section 5.4.
    fn encapsulate(public: &EncapsulationKey) -> Result<(Secret, Vec<u8>), Errno> {
        let (ml_kem_shared, mut ciphertext) = MlKem768::encapsulate(&public.ml_kem)?;
        let mut randomness = Zeroizing::new([0; x25519::KEY_LEN]);
        random::fill(&mut *randomness)?;
        let ephemeral = x25519::SecretKey::new(&randomness);
        let ephemeral_public = ephemeral.public();
        let x25519_shared = agree_with_any(&ephemeral, &public.x25519);
        ciphertext.extend_from_slice(&ephemeral_public);
        Ok((combine(&ml_kem_shared, &x25519_shared, &ephemeral_public, &public.x25519), ciphertext))
    }

    /// Section 5.5.
    fn decapsulate(secret: &DecapsulationKey, ciphertext: &[u8]) -> Result<Secret, Errno> {
        let (ml_kem, ephemeral_public) = ciphertext.split_last_chunk().ok_or(Errno::VerificationFailed)?;
        let ml_kem_shared = MlKem768::decapsulate(&secret.ml_kem, ml_kem)?;
        let x25519_shared = agree_with_any(&secret.x25519, ephemeral_public);
        Ok(combine(&ml_kem_shared, &x25519_shared, ephemeral_public, &secret.x25519_public))
    }
}

/// X25519 as section 5 has it: with any public key, zero with those of low order.
fn agree_with_any(secret: &x25519::SecretKey, public: &[u8; x25519::KEY_LEN]) -> Secret {
    // Computed, in case the library had another reason to refuse.
    secret.agree(public).unwrap_or_else(|| curve25519::x25519_with_any(secret.raw(), public))
}

/// Section 5.3, `Combiner`.
fn combine(ml_kem: &[u8], x25519: &[u8], ephemeral_public: &[u8; 32], public: &[u8; 32]) -> Secret {
    let hash = Sha3_256::new().chain_update(ml_kem).chain_update(x25519);
    let mut shared = hash.chain_update(ephemeral_public).chain_update(public).chain_update(LABEL).finalize();
    let secret = Secret::from(&shared[..]);
    wipe(&mut shared);
    secret
}
