//! ML-KEM (FIPS 203) of libcrux, which is formally verified. It works on encoded keys, so nothing is prepared; it wipes nothing.

use libcrux_ml_kem::{MlKemCiphertext, mlkem512, mlkem768, mlkem1024};
use pkcs8::ObjectIdentifier;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::backend::kem::Kem;
use crate::backend::random;
use crate::errno::Errno;
use crate::secret::{Secret, wipe};

pub(crate) struct MlKem512;
pub(crate) struct MlKem768;
pub(crate) struct MlKem1024;

/// A secret key of so many bytes. For its owner to wipe.
pub(crate) struct DecapsulationKey<const LEN: usize> {
    seed: Option<Secret>,
    expanded: libcrux_ml_kem::MlKemPrivateKey<LEN>,
}

const SEED_LEN: usize = 64;

/// The modulus q.
const MODULUS: u16 = 3329;

/// What is encoded of a polynomial: 256 coefficients of 12 bits.
const POLYNOMIAL_LEN: usize = 384;

macro_rules! ml_kem {
    ($name:ident, $module:ident, $oid:literal, $rank:literal) => {
        impl Kem for $name {
            type Secret = DecapsulationKey<{ $name::EXPANDED_LEN }>;
            type Public = libcrux_ml_kem::MlKemPublicKey<{ $name::PUBLIC_LEN }>;

            const OID: Option<ObjectIdentifier> = Some(ObjectIdentifier::new_unwrap($oid));
            const SEED_LEN: usize = SEED_LEN;
            const PUBLIC_LEN: usize = $name::PUBLIC_LEN;

            fn secret_from_seed(seed: &[u8]) -> Result<Self::Secret, Errno> {
                let array = Zeroizing::new(<[u8; SEED_LEN]>::try_from(seed).map_err(|_| Errno::InvalidKey)?);
                let (expanded, _) = $module::generate_key_pair(*array).into_parts();
                Ok(DecapsulationKey { seed: Some(Secret::from(seed)), expanded })
            }

            fn seed_of(secret: &Self::Secret) -> Option<Secret> {
                secret.seed.clone()
            }

            /// Makes the checks of FIPS 203 section 7.3, and that no coefficient is above the modulus, and that the halves
            /// belong together, which no check of the standard finds out.
            fn secret_from_expanded(expanded: &[u8]) -> Result<Self::Secret, Errno> {
                let key =
                    DecapsulationKey { seed: None, expanded: expanded.try_into().map_err(|_| Errno::InvalidKey)? };
                let public = Self::public_of(&key);
                let is_whole = has_coefficients(&expanded[..$rank * POLYNOMIAL_LEN])
                    && $module::validate_public_key(&public)
                    && $module::validate_private_key(&key.expanded, &MlKemCiphertext::default());
                let (shared, ciphertext) = Self::encapsulate(&public)?;
                let found = Self::decapsulate(&key, &ciphertext)?;
                if is_whole && found.ct_eq(&shared).into() { Ok(key) } else { Err(Errno::InvalidKey) }
            }

            fn expanded_of(secret: &Self::Secret) -> Option<Secret> {
                Some(Secret::from(secret.expanded.as_ref()))
            }

            fn public_of(secret: &Self::Secret) -> Self::Public {
                let (_, rest) = secret.expanded.as_slice().split_at($rank * POLYNOMIAL_LEN);
                rest.first_chunk().expect("an expanded key has its public half in it").into()
            }

            /// Makes the checks of FIPS 203 section 7.2.
            fn public_from_raw(raw: &[u8]) -> Result<Self::Public, Errno> {
                let public = raw.try_into().map_err(|_| Errno::InvalidKey)?;
                if $module::validate_public_key(&public) { Ok(public) } else { Err(Errno::InvalidKey) }
            }

            fn public_to_raw(public: &Self::Public) -> Vec<u8> {
                public.as_slice().to_vec()
            }

            fn is_sound(_: &Self::Public) -> bool {
                true
            }

            fn encapsulate(public: &Self::Public) -> Result<(Secret, Vec<u8>), Errno> {
                let mut randomness = Zeroizing::new([0; 32]);
                random::fill(&mut *randomness)?;
                let (ciphertext, shared) = $module::encapsulate(public, *randomness);
                Ok((taken(shared), ciphertext.as_slice().to_vec()))
            }

            fn decapsulate(secret: &Self::Secret, ciphertext: &[u8]) -> Result<Secret, Errno> {
                let ciphertext = ciphertext.try_into().map_err(|_| Errno::VerificationFailed)?;
                Ok(taken($module::decapsulate(&secret.expanded, &ciphertext)))
            }
        }

        impl $name {
            const PUBLIC_LEN: usize = $rank * POLYNOMIAL_LEN + 32;
            const EXPANDED_LEN: usize = $rank * POLYNOMIAL_LEN + Self::PUBLIC_LEN + 64;
        }
    };
}

ml_kem!(MlKem512, mlkem512, "2.16.840.1.101.3.4.4.1", 2);
ml_kem!(MlKem768, mlkem768, "2.16.840.1.101.3.4.4.2", 3);
ml_kem!(MlKem1024, mlkem1024, "2.16.840.1.101.3.4.4.3", 4);

/// Whether all of the encoded coefficients are below the modulus. All are looked at, since they are secret.
fn has_coefficients(encoded: &[u8]) -> bool {
    encoded.chunks_exact(3).fold(true, |all_fit, chunk| {
        let two = u32::from(chunk[0]) | u32::from(chunk[1]) << 8 | u32::from(chunk[2]) << 16;
        all_fit & ((two & 0xfff) < u32::from(MODULUS)) & ((two >> 12) < u32::from(MODULUS))
    })
}

/// Moves secret bytes of the library into memory that is wiped.
fn taken(mut bytes: [u8; 32]) -> Secret {
    let secret = Secret::from(&bytes[..]);
    wipe(&mut bytes);
    secret
}
