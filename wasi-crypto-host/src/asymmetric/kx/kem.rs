//! Key encapsulation: ML-KEM (FIPS 203) and X-Wing. The secret has 32 bytes.
//!
//! A ciphertext of the right length always decapsulates; if it was not made for the key, to a secret that nobody has.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::asymmetric::algorithm::{Algorithm, Keys, PublicKey, SecretKey, Usage};
use crate::asymmetric::der;
use crate::asymmetric::encoding::Form;
use crate::asymmetric::private_key_choice::{self, Material};
use crate::backend::kem::Kem;
use crate::backend::ml_kem::{MlKem512, MlKem768, MlKem1024};
use crate::backend::random;
use crate::backend::x_wing::XWing;
use crate::errno::Errno;
use crate::secret::{STACK_OF_NEW_KEY, Secret, Wiped, in_wiped_frame};
use crate::stop::StopHandle;

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    algorithm::<XWing>("X-WING"),
    algorithm::<MlKem512>("ML-KEM-512"),
    algorithm::<MlKem768>("ML-KEM-768"),
    algorithm::<MlKem1024>("ML-KEM-1024"),
];

const fn algorithm<K: Kem>(name: &'static str) -> Algorithm {
    Algorithm { name, keys: &KemKeys::<K>(PhantomData), usage: Usage::KeyExchange }
}

/// Makes and reads the keys of the mechanism `K`.
struct KemKeys<K>(PhantomData<fn() -> K>);

impl<K: Kem> Keys for KemKeys<K> {
    fn has_der(&self) -> bool {
        K::OID.is_some()
    }

    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut seed = Secret::zeroed(K::SEED_LEN);
        random::fill(&mut seed)?;
        Ok(KemSecret::<K>::shared(K::secret_from_seed(&seed)?))
    }

    /// Raw: the seed, or for ML-KEM the expanded key, whose length is another.
    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        in_wiped_frame::<STACK_OF_NEW_KEY, _>(|| {
            Ok(KemSecret::<K>::shared(match form {
                Form::Raw if encoded.len() == K::SEED_LEN => K::secret_from_seed(encoded)?,
                Form::Raw => K::secret_from_expanded(encoded)?,
                Form::Der => secret_from_der::<K>(encoded)?,
                Form::Sec => return Err(Errno::UnsupportedEncoding),
            }))
        })
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let raw = match form {
            Form::Raw => encoded,
            Form::Der => der::read_public_as(K::OID.ok_or(Errno::UnsupportedEncoding)?, encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        Ok(Arc::new(KemPublic::<K>(K::public_from_raw(raw)?)))
    }
}

fn secret_from_der<K: Kem>(encoded: &[u8]) -> Result<K::Secret, Errno> {
    let key = private_key_choice::read(K::OID.ok_or(Errno::UnsupportedEncoding)?, encoded)?;
    let secret = match key.material {
        Material::Seed(seed) | Material::Both { seed, .. } => K::secret_from_seed(seed)?,
        Material::Expanded(expanded) => K::secret_from_expanded(expanded)?,
    };
    key.check(|| K::expanded_of(&secret), || K::public_to_raw(&K::public_of(&secret)))?;
    Ok(secret)
}

/// Wiped as a whole: what an option does not have, or a library does not use, has what was on the stack where the key was put together.
struct KemSecret<K: Kem>(Box<Wiped<K::Secret>>);

impl<K: Kem> KemSecret<K> {
    fn shared(secret: K::Secret) -> Arc<dyn SecretKey> {
        Arc::new(Self(Wiped::boxed(secret)))
    }
}

impl<K: Kem> SecretKey for KemSecret<K> {
    /// The seed; the expanded key if that is all there is.
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        let (seed, expanded) = (K::seed_of(&self.0), || K::expanded_of(&self.0).ok_or(Errno::InternalError));
        match (form, K::OID) {
            (Form::Raw, _) => seed.map_or_else(expanded, Ok),
            (Form::Der, Some(oid)) => match seed {
                Some(seed) => private_key_choice::write_seed(oid, &seed),
                None => private_key_choice::write_expanded(oid, &expanded()?),
            },
            (Form::Der, None) | (Form::Sec, _) => Err(Errno::UnsupportedEncoding),
        }
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(KemPublic::<K>(K::public_of(&self.0))))
    }

    fn decapsulate(&self, ciphertext: &[u8]) -> Result<Secret, Errno> {
        K::decapsulate(&self.0, ciphertext)
    }

    /// The public key's coefficients and as many secret ones, which take up a third more than encoded.
    fn held(&self) -> usize {
        3 * K::PUBLIC_LEN + 512
    }
}

struct KemPublic<K: Kem>(K::Public);

impl<K: Kem> PublicKey for KemPublic<K> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match (form, K::OID) {
            (Form::Raw, _) => Ok(K::public_to_raw(&self.0)),
            (Form::Der, Some(oid)) => der::write_public(der::without_parameters(oid), &K::public_to_raw(&self.0)),
            (Form::Der, None) | (Form::Sec, _) => Err(Errno::UnsupportedEncoding),
        }
    }

    fn check(&self) -> Result<(), Errno> {
        if K::is_sound(&self.0) { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn encapsulate(&self) -> Result<(Secret, Vec<u8>), Errno> {
        K::encapsulate(&self.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    /// The coefficients take up a third more than encoded.
    fn held(&self) -> usize {
        2 * K::PUBLIC_LEN
    }
}
