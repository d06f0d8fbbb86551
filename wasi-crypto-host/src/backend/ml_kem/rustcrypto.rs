//! RustCrypto's `ml-kem`, which wipes its secret keys.

use ml_kem::array::Array;
use ml_kem::kem::{Decapsulate, KeyExport, KeyInit, TryKeyInit};
use pkcs8::ObjectIdentifier;
use subtle::ConstantTimeEq;

use crate::backend::kem::Kem;
use crate::backend::random;
use crate::errno::Errno;
use crate::secret::{Secret, wipe};

pub(crate) struct MlKem512;
pub(crate) struct MlKem768;
pub(crate) struct MlKem1024;

macro_rules! ml_kem {
    ($name:ident, $module:ident, $oid:literal, $public_len:literal) => {
        impl Kem for $name {
            type Secret = ml_kem::$module::DecapsulationKey;
            type Public = ml_kem::$module::EncapsulationKey;

            const OID: Option<ObjectIdentifier> = Some(ObjectIdentifier::new_unwrap($oid));
            const SEED_LEN: usize = 64;
            const PUBLIC_LEN: usize = $public_len;

            fn secret_from_seed(seed: &[u8]) -> Result<Self::Secret, Errno> {
                Self::Secret::new_from_slice(seed).map_err(|_| Errno::InvalidKey)
            }

            fn seed_of(secret: &Self::Secret) -> Option<Secret> {
                secret.to_seed().map(taken)
            }

            /// Makes the checks of FIPS 203 section 7.3, and that no coefficient is above the modulus, and that the halves
            /// belong together, which no check of the standard finds out.
            #[expect(deprecated, reason = "keys without a seed are in use; the library only advises against them")]
            fn secret_from_expanded(expanded: &[u8]) -> Result<Self::Secret, Errno> {
                let array = expanded.try_into().map_err(|_| Errno::InvalidKey)?;
                let secret = Self::Secret::from_expanded(array).map_err(|_| Errno::InvalidKey)?;
                let again = Self::expanded_of(&secret).ok_or(Errno::InternalError)?;
                let (shared, ciphertext) = Self::encapsulate(secret.encapsulation_key())?;
                let found = Self::decapsulate(&secret, &ciphertext)?;
                if bool::from(again.ct_eq(expanded) & found.ct_eq(&shared)) {
                    Ok(secret)
                } else {
                    Err(Errno::InvalidKey)
                }
            }

            #[expect(deprecated, reason = "as in `secret_from_expanded`")]
            fn expanded_of(secret: &Self::Secret) -> Option<Secret> {
                Some(taken(ml_kem::ExpandedKeyEncoding::to_expanded_bytes(secret)))
            }

            fn public_of(secret: &Self::Secret) -> Self::Public {
                secret.encapsulation_key().clone()
            }

            /// Makes the checks of FIPS 203 section 7.2.
            fn public_from_raw(raw: &[u8]) -> Result<Self::Public, Errno> {
                Self::Public::new_from_slice(raw).map_err(|_| Errno::InvalidKey)
            }

            fn public_to_raw(public: &Self::Public) -> Vec<u8> {
                public.to_bytes().to_vec()
            }

            fn is_sound(_: &Self::Public) -> bool {
                true
            }

            fn encapsulate(public: &Self::Public) -> Result<(Secret, Vec<u8>), Errno> {
                // The library would draw the randomness itself, but panic if there were none.
                let mut randomness = Array([0; 32]);
                random::fill(&mut randomness)?;
                let (ciphertext, shared) = public.encapsulate_deterministic(&randomness);
                wipe(&mut randomness);
                Ok((taken(shared), ciphertext.to_vec()))
            }

            fn decapsulate(secret: &Self::Secret, ciphertext: &[u8]) -> Result<Secret, Errno> {
                secret.decapsulate_slice(ciphertext).map(taken).map_err(|_| Errno::VerificationFailed)
            }
        }
    };
}

ml_kem!(MlKem512, ml_kem_512, "2.16.840.1.101.3.4.4.1", 800);
ml_kem!(MlKem768, ml_kem_768, "2.16.840.1.101.3.4.4.2", 1184);
ml_kem!(MlKem1024, ml_kem_1024, "2.16.840.1.101.3.4.4.3", 1568);

/// Moves secret bytes of the library into memory that is wiped.
fn taken(mut bytes: impl AsMut<[u8]>) -> Secret {
    let bytes = bytes.as_mut();
    let secret = Secret::from(&*bytes);
    wipe(bytes);
    secret
}
