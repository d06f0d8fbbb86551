//! ML-DSA (FIPS 204): hedged signatures with an empty context. A secret key is its seed.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::asymmetric::algorithm::{
    Algorithm, FixedLength, Keys, PublicKey, SecretKey, SignatureFormat, Signer, Usage, Verifier,
};
use crate::asymmetric::der;
use crate::asymmetric::encoding::{Form, SignatureEncoding};
use crate::asymmetric::private_key_choice::{self, Material};
use crate::asymmetric::signatures::message::{LONGEST, LONGEST_TO_SIGN, Message};
use crate::backend::ml_dsa::{
    MlDsa44, MlDsa65, MlDsa87, Provided, Representative, SEED_LEN, SigningKey, VerifyingKey, is_expanded_key,
    is_half_of, is_signature, signature_len,
};
use crate::backend::random;
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::Secret;
use crate::stop::StopHandle;

pub(crate) static ALGORITHMS: &[Algorithm] =
    &[algorithm::<MlDsa44>("ML-DSA-44"), algorithm::<MlDsa65>("ML-DSA-65"), algorithm::<MlDsa87>("ML-DSA-87")];

const fn algorithm<P: Provided>(name: &'static str) -> Algorithm {
    Algorithm { name, keys: &MlDsa::<P>(PhantomData), usage: Usage::Signatures(&MlDsa::<P>(PhantomData)) }
}

struct MlDsa<P>(PhantomData<fn() -> P>);

impl<P: Provided> Keys for MlDsa<P> {
    fn generate(&self, _: &StopHandle) -> Result<Arc<dyn SecretKey>, Errno> {
        let mut seed = Secret::zeroed(SEED_LEN);
        random::fill(&mut seed)?;
        Ok(Arc::new(MlDsaSecret(secret_from_seed::<P>(&seed)?)))
    }

    /// Raw: the seed. DER without the seed is `unsupported_encoding`: the library cannot check such keys, and panics over some.
    fn import_secret(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn SecretKey>, Errno> {
        let key = match form {
            Form::Raw => secret_from_seed::<P>(encoded)?,
            Form::Der => secret_from_der::<P>(encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        Ok(Arc::new(MlDsaSecret(key)))
    }

    fn import_public(&self, encoded: &[u8], form: Form) -> Result<Arc<dyn PublicKey>, Errno> {
        let raw = match form {
            Form::Raw => encoded,
            Form::Der => der::read_public_as(P::OID, encoded)?,
            Form::Sec => return Err(Errno::UnsupportedEncoding),
        };
        let key = VerifyingKey::<P>::from_raw(raw).ok_or(Errno::InvalidKey)?;
        Ok(Arc::new(MlDsaPublic(Arc::new(key))))
    }
}

fn secret_from_seed<P: Provided>(seed: &[u8]) -> Result<Arc<SigningKey<P>>, Errno> {
    let seed = seed.try_into().map_err(|_| Errno::InvalidKey)?;
    Ok(Arc::new(SigningKey::from_seed(seed)))
}

fn secret_from_der<P: Provided>(encoded: &[u8]) -> Result<Arc<SigningKey<P>>, Errno> {
    let encoded = private_key_choice::read(P::OID, encoded)?;
    let key = match encoded.material {
        Material::Seed(seed) | Material::Both { seed, .. } => secret_from_seed::<P>(seed)?,
        Material::Expanded(expanded) => {
            let belongs = |public| is_half_of::<P>(expanded, public);
            let is_key = is_expanded_key::<P>(expanded) && encoded.public.is_none_or(belongs);
            return Err(if is_key { Errno::UnsupportedEncoding } else { Errno::InvalidKey });
        }
    };
    let public = key.public()?.raw();
    encoded.check(|| key.to_expanded(), || public.to_vec())?;
    Ok(key)
}

impl<P: Provided> SignatureFormat for MlDsa<P> {
    fn import(&self, encoded: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        let raw = FixedLength(signature_len::<P>()).import(encoded, encoding)?;
        if is_signature::<P>(&raw) { Ok(raw) } else { Err(Errno::InvalidSignature) }
    }

    fn export(&self, raw: &[u8], encoding: SignatureEncoding) -> Result<Vec<u8>, Errno> {
        FixedLength(signature_len::<P>()).export(raw, encoding)
    }
}

struct MlDsaSecret<P: Provided>(Arc<SigningKey<P>>);

impl<P: Provided> SecretKey for MlDsaSecret<P> {
    fn export(&self, form: Form) -> Result<Secret, Errno> {
        match form {
            Form::Raw => Ok(Secret::from(&self.0.seed()[..])),
            Form::Der => private_key_choice::write_seed(P::OID, self.0.seed()),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn public_key(&self) -> Result<Arc<dyn PublicKey>, Errno> {
        Ok(Arc::new(MlDsaPublic(Arc::clone(self.0.public()?))))
    }

    fn signer(self: Arc<Self>) -> Result<Box<dyn Signer>, Errno> {
        // The public half is what a long message is hashed with.
        let public = Arc::clone(self.0.public()?);
        Ok(Box::new(MlDsaSigner { message: Message::whole(), key: Arc::clone(&self.0), public }))
    }

    fn held(&self) -> usize {
        SigningKey::<P>::HELD
    }
}

struct MlDsaPublic<P: Provided>(Arc<VerifyingKey<P>>);

impl<P: Provided> PublicKey for MlDsaPublic<P> {
    fn export(&self, form: Form) -> Result<Vec<u8>, Errno> {
        match form {
            Form::Raw => Ok(self.0.raw().to_vec()),
            Form::Der => der::write_public(der::without_parameters(P::OID), self.0.raw()),
            Form::Sec => Err(Errno::UnsupportedEncoding),
        }
    }

    fn check(&self) -> Result<(), Errno> {
        if self.0.is_sound() { Ok(()) } else { Err(Errno::InvalidKey) }
    }

    fn verifier(self: Arc<Self>) -> Result<Box<dyn Verifier>, Errno> {
        Ok(Box::new(MlDsaVerifier { message: Message::whole(), key: Arc::clone(&self.0) }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn held(&self) -> usize {
        VerifyingKey::<P>::HELD
    }
}

struct MlDsaSigner<P: Provided> {
    key: Arc<SigningKey<P>>,
    public: Arc<VerifyingKey<P>>,
    message: Message<Representative>,
}

impl<P: Provided> Signer for MlDsaSigner<P> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST_TO_SIGN, || self.public.representative(), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn sign(&mut self) -> Result<Vec<u8>, Errno> {
        match &self.message {
            Message::Whole(message) => self.key.sign_message(message),
            Message::Hashed(representative) => self.key.sign(representative),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}

struct MlDsaVerifier<P: Provided> {
    key: Arc<VerifyingKey<P>>,
    message: Message<Representative>,
}

impl<P: Provided> Verifier for MlDsaVerifier<P> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        self.message.admit(len, LONGEST, || self.key.representative(), account);
        Ok(())
    }

    fn update(&mut self, data: &[u8]) {
        self.message.update(data);
    }

    fn verify(&mut self, signature: &[u8]) -> Result<(), Errno> {
        match &self.message {
            Message::Whole(message) => self.key.verify_message(message, signature),
            Message::Hashed(representative) => self.key.verify(representative, signature),
        }
    }

    fn held(&self) -> usize {
        size_of::<Self>() + self.message.held()
    }
}
