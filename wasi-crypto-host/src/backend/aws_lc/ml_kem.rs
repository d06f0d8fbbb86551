//! ML-KEM (FIPS 203) of AWS-LC, with keys that libcrux expands and checks: aws-lc-rs neither makes a key from a seed, nor checks an
//! expanded one.

use std::sync::Arc;

use aws_lc_rs::kem::{self, Algorithm, Ciphertext, EncapsulationKey, ML_KEM_512, ML_KEM_768, ML_KEM_1024};
use pkcs8::ObjectIdentifier;

use crate::backend::kem::Kem;
use crate::backend::libcrux::ml_kem as libcrux;
use crate::errno::Errno;
use crate::secret::Secret;

pub(crate) struct MlKem512;
pub(crate) struct MlKem768;
pub(crate) struct MlKem1024;

/// AWS-LC wipes what it frees.
pub(crate) struct DecapsulationKey {
    seed: Option<Secret>,
    key: kem::DecapsulationKey,
    public: Arc<EncapsulationKey>,
}

macro_rules! ml_kem {
    ($name:ident, $algorithm:ident) => {
        impl Kem for $name {
            type Secret = DecapsulationKey;
            type Public = Arc<EncapsulationKey>;

            const OID: Option<ObjectIdentifier> = libcrux::$name::OID;
            const SEED_LEN: usize = <libcrux::$name as Kem>::SEED_LEN;
            const PUBLIC_LEN: usize = <libcrux::$name as Kem>::PUBLIC_LEN;

            fn secret_from_seed(seed: &[u8]) -> Result<DecapsulationKey, Errno> {
                prepare::<libcrux::$name>(&$algorithm, libcrux::$name::secret_from_seed(seed)?)
            }

            fn seed_of(secret: &DecapsulationKey) -> Option<Secret> {
                secret.seed.clone()
            }

            fn secret_from_expanded(expanded: &[u8]) -> Result<DecapsulationKey, Errno> {
                prepare::<libcrux::$name>(&$algorithm, libcrux::$name::secret_from_expanded(expanded)?)
            }

            fn expanded_of(secret: &DecapsulationKey) -> Option<Secret> {
                secret.key.key_bytes().ok().map(|bytes| Secret::from(bytes.as_ref()))
            }

            fn public_of(secret: &DecapsulationKey) -> Arc<EncapsulationKey> {
                Arc::clone(&secret.public)
            }

            fn public_from_raw(raw: &[u8]) -> Result<Arc<EncapsulationKey>, Errno> {
                // AWS-LC makes the checks of FIPS 203 section 7.2 only when it encapsulates.
                libcrux::$name::public_from_raw(raw)?;
                EncapsulationKey::new(&$algorithm, raw).map(Arc::new).map_err(|_| Errno::InternalError)
            }

            fn public_to_raw(public: &Arc<EncapsulationKey>) -> Vec<u8> {
                public.key_bytes().expect("AWS-LC keeps the key as its bytes").as_ref().to_vec()
            }

            fn is_sound(_: &Arc<EncapsulationKey>) -> bool {
                true
            }

            fn encapsulate(public: &Arc<EncapsulationKey>) -> Result<(Secret, Vec<u8>), Errno> {
                let (ciphertext, shared) = public.encapsulate().map_err(|_| Errno::AlgorithmFailure)?;
                Ok((Secret::from(shared.as_ref()), ciphertext.as_ref().to_vec()))
            }

            fn decapsulate(secret: &DecapsulationKey, ciphertext: &[u8]) -> Result<Secret, Errno> {
                // Refused for its length only.
                let shared = secret.key.decapsulate(Ciphertext::from(ciphertext));
                shared.map(|shared| Secret::from(shared.as_ref())).map_err(|_| Errno::VerificationFailed)
            }
        }
    };
}

ml_kem!(MlKem512, ML_KEM_512);
ml_kem!(MlKem768, ML_KEM_768);
ml_kem!(MlKem1024, ML_KEM_1024);

/// Takes over a key of libcrux's.
fn prepare<L: Kem>(algorithm: &'static Algorithm, secret: L::Secret) -> Result<DecapsulationKey, Errno> {
    let expanded = L::expanded_of(&secret).ok_or(Errno::InternalError)?;
    let public = L::public_to_raw(&L::public_of(&secret));
    Ok(DecapsulationKey {
        seed: L::seed_of(&secret),
        key: kem::DecapsulationKey::new(algorithm, &expanded).map_err(|_| Errno::InternalError)?,
        public: Arc::new(EncapsulationKey::new(algorithm, &public).map_err(|_| Errno::InternalError)?),
    })
}
