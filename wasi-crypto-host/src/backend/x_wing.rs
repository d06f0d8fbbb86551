//! X-Wing (draft-connolly-cfrg-xwing-kem-06), with RustCrypto's `x-wing`, which wipes its secret keys.

use ml_kem::array::Array;
use pkcs8::ObjectIdentifier;
use x_wing::{Decapsulate, DecapsulationKey, Decapsulator, EncapsulationKey, KeyExport, KeyInit, TryKeyInit};

use crate::backend::kem::Kem;
use crate::backend::ml_kem::taken;
use crate::backend::{random, x25519};
use crate::errno::Errno;
use crate::secret::{Secret, wipe};

pub(crate) struct XWing;

impl Kem for XWing {
    type Secret = DecapsulationKey;
    type Public = EncapsulationKey;

    /// The draft has a provisional identifier only.
    const OID: Option<ObjectIdentifier> = None;
    const SEED_LEN: usize = 32;
    const PUBLIC_LEN: usize = 1216;

    fn secret_from_seed(seed: &[u8]) -> Result<DecapsulationKey, Errno> {
        DecapsulationKey::new_from_slice(seed).map_err(|_| Errno::InvalidKey)
    }

    fn seed_of(secret: &DecapsulationKey) -> Option<Secret> {
        Some(Secret::from(&secret.as_bytes()[..]))
    }

    fn secret_from_expanded(_: &[u8]) -> Result<DecapsulationKey, Errno> {
        Err(Errno::InvalidKey)
    }

    fn expanded_of(_: &DecapsulationKey) -> Option<Secret> {
        None
    }

    fn public_of(secret: &DecapsulationKey) -> EncapsulationKey {
        secret.encapsulation_key().clone()
    }

    /// Makes the checks of FIPS 203 section 7.2 on the ML-KEM key.
    fn public_from_raw(raw: &[u8]) -> Result<EncapsulationKey, Errno> {
        EncapsulationKey::new_from_slice(raw).map_err(|_| Errno::InvalidKey)
    }

    fn public_to_raw(public: &EncapsulationKey) -> Vec<u8> {
        public.to_bytes().to_vec()
    }

    /// Checks the X25519 key; import has checked the other.
    fn is_sound(public: &EncapsulationKey) -> bool {
        public.to_bytes().last_chunk().is_some_and(x25519::is_sound)
    }

    fn encapsulate(public: &EncapsulationKey) -> Result<(Secret, Vec<u8>), Errno> {
        // As for ML-KEM, the library would panic without randomness.
        let mut randomness = Array([0; 64]);
        random::fill(&mut randomness)?;
        let (ciphertext, shared) = public.encapsulate_deterministic(&randomness);
        wipe(&mut randomness);
        Ok((taken(shared), ciphertext.to_vec()))
    }

    fn decapsulate(secret: &DecapsulationKey, ciphertext: &[u8]) -> Result<Secret, Errno> {
        secret.decapsulate_slice(ciphertext).map(taken).map_err(|_| Errno::VerificationFailed)
    }
}
