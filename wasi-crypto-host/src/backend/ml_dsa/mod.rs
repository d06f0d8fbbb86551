//! ML-DSA (FIPS 204), with RustCrypto's `ml-dsa`, which wipes its secret keys, and what `whole` has for whole messages.
//!
//! Keys are expanded when they are first used: that takes up to a hundred kilobytes, and a third of the time of a signature.

mod form;
pub(crate) mod whole;

use std::sync::{Arc, OnceLock};

use ml_dsa::common::typenum::Unsigned;
use ml_dsa::signature::rand_core::{TryCryptoRng, TryRng};
use ml_dsa::{EncodedSignature, EncodedVerifyingKey, ExpandedSigningKey, MlDsaParams, Signature};
use pkcs8::ObjectIdentifier;
use shake::{ExtendableOutput, Shake256, Update};
use zeroize::Zeroizing;

use crate::backend::random;
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{Secret, wipe};

pub(crate) use form::{is_expanded_key, is_half_of, is_signature};
pub(crate) use ml_dsa::{MlDsa44, MlDsa65, MlDsa87};

/// The size of a seed in bytes.
pub(crate) const SEED_LEN: usize = 32;

/// The size of a polynomial in memory.
const POLYNOMIAL: usize = 256 * size_of::<u32>();

/// A parameter set, and what its keys are called in DER.
pub(crate) trait Parameters: MlDsaParams + Send + Sync + 'static {
    const OID: ObjectIdentifier;
}

impl Parameters for MlDsa44 {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17");
}

impl Parameters for MlDsa65 {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18");
}

impl Parameters for MlDsa87 {
    const OID: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19");
}

pub(crate) struct SigningKey<P: Parameters> {
    seed: Zeroizing<[u8; SEED_LEN]>,
    expanded: OnceLock<Expanded<P>>,
    whole: OnceLock<Option<whole::SigningKey<P>>>,
}

struct Expanded<P: Parameters> {
    key: Box<ExpandedSigningKey<P>>,
    public: Arc<VerifyingKey<P>>,
}

impl<P: Parameters> SigningKey<P> {
    /// Bytes that a key takes up at most, with all that is prepared when it is first asked for: the vectors, the matrix, and the public half.
    pub(crate) const HELD: usize = size_of::<Self>()
        + size_of::<ExpandedSigningKey<P>>()
        + (P::L::USIZE * POLYNOMIAL + ALLOCATION) * P::K::USIZE
        + size_of::<VerifyingKey<P>>()
        + whole::SigningKey::<P>::HELD
        + VerifyingKey::<P>::HELD;

    pub(crate) fn from_seed(seed: [u8; SEED_LEN]) -> Self {
        Self { seed: Zeroizing::new(seed), expanded: OnceLock::new(), whole: OnceLock::new() }
    }

    pub(crate) fn seed(&self) -> &[u8; SEED_LEN] {
        &self.seed
    }

    pub(crate) fn public(&self) -> &Arc<VerifyingKey<P>> {
        self.whole().map_or_else(|| &self.expanded().public, |key| key.public())
    }

    /// The secret key as FIPS 204 encodes it (algorithm 24).
    #[expect(deprecated, reason = "only to check encodings that repeat the seed in this form")]
    pub(crate) fn to_expanded(&self) -> Secret {
        let mut bytes = self.expanded().key.to_expanded();
        let secret = Secret::from(&bytes[..]);
        wipe(&mut bytes);
        secret
    }

    /// For whole messages, if there is such a library.
    pub(crate) fn whole(&self) -> Option<&whole::SigningKey<P>> {
        self.whole.get_or_init(|| whole::SigningKey::from_seed(&self.seed)).as_ref()
    }

    /// Signs with fresh randomness.
    pub(crate) fn sign(&self, representative: &Representative) -> Result<Vec<u8>, Errno> {
        // The other cause of errors, that thousands of attempts yield no signature, is too improbable to happen.
        let signature = self.expanded().key.sign_mu_randomized(&representative.finish().into(), &mut SystemRng);
        Ok(signature.map_err(|_| Errno::RngError)?.encode().to_vec())
    }

    fn expanded(&self) -> &Expanded<P> {
        self.expanded.get_or_init(|| {
            let key = ml_dsa::SigningKey::<P>::from_seed((&*self.seed).into());
            let public = Arc::new(VerifyingKey::new(AsRef::<ml_dsa::VerifyingKey<P>>::as_ref(&key).encode()));
            Expanded { key: Box::new(key.expanded_key().clone()), public }
        })
    }
}

pub(crate) struct VerifyingKey<P: Parameters> {
    raw: EncodedVerifyingKey<P>,
    /// What every representative starts from, when first asked for.
    start: OnceLock<Representative>,
    expanded: OnceLock<ml_dsa::VerifyingKey<P>>,
    whole: OnceLock<Option<whole::VerifyingKey>>,
}

impl<P: Parameters> VerifyingKey<P> {
    /// Bytes that a key takes up at most: the matrix, two vectors and what is not expanded.
    pub(crate) const HELD: usize = ((P::L::USIZE + 2) * POLYNOMIAL + ALLOCATION) * P::K::USIZE
        + size_of::<Self>()
        + whole::VerifyingKey::held::<P>();

    /// A key from its bytes, every combination of which is a key. `None` if their number is wrong.
    pub(crate) fn from_raw(raw: &[u8]) -> Option<Self> {
        raw.try_into().ok().map(Self::new)
    }

    fn new(raw: EncodedVerifyingKey<P>) -> Self {
        Self { raw, start: OnceLock::new(), expanded: OnceLock::new(), whole: OnceLock::new() }
    }

    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Whether the key has a vector other than zero, for which anybody could sign.
    pub(crate) fn is_sound(&self) -> bool {
        let (_seed_of_matrix, vector) = self.raw.split_at(32);
        vector.iter().any(|byte| *byte != 0)
    }

    /// That of the empty message, to begin with.
    pub(crate) fn representative(&self) -> Representative {
        self.start.get_or_init(|| Representative::new(&self.raw)).clone()
    }

    /// For whole messages, if there is such a library.
    pub(crate) fn whole(&self) -> Option<&whole::VerifyingKey> {
        self.whole.get_or_init(|| whole::VerifyingKey::from_raw::<P>(&self.raw)).as_ref()
    }

    pub(crate) fn verify(&self, representative: &Representative, signature: &[u8]) -> Result<(), Errno> {
        let signature = decode::<P>(signature).ok_or(Errno::InvalidSignature)?;
        let key = self.expanded.get_or_init(|| ml_dsa::VerifyingKey::decode(&self.raw));
        let verified = key.verify_mu(&representative.finish().into(), &signature);
        if verified { Ok(()) } else { Err(Errno::VerificationFailed) }
    }
}

/// The size of a signature in bytes.
pub(crate) const fn signature_len<P: Parameters>() -> usize {
    size_of::<EncodedSignature<P>>()
}

fn decode<P: Parameters>(raw: &[u8]) -> Option<Signature<P>> {
    Signature::decode(raw.try_into().ok()?)
}

/// A message for one key, hashed as it comes: the representative μ of FIPS 204 sections 5.2 and 6.2, with an empty context.
#[derive(Clone)]
pub(crate) struct Representative(Shake256);

impl Representative {
    fn new(public_key: &[u8]) -> Self {
        let mut hash_of_key = [0; 64];
        Shake256::digest_xof(public_key, &mut hash_of_key);
        let mut representative = Self(Shake256::default());
        representative.update(&hash_of_key);
        // Not pre-hashed; a context of no bytes.
        representative.update(&[0, 0]);
        representative
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finish(&self) -> [u8; 64] {
        let mut finished = [0; 64];
        self.0.clone().finalize_xof_into(&mut finished);
        finished
    }
}

/// The system's randomness, as the library asks for it.
struct SystemRng;

impl TryRng for SystemRng {
    type Error = Errno;

    fn try_next_u32(&mut self) -> Result<u32, Errno> {
        let mut bytes = [0; 4];
        random::fill(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Errno> {
        let mut bytes = [0; 8];
        random::fill(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Errno> {
        random::fill(bytes)
    }
}

impl TryCryptoRng for SystemRng {}
