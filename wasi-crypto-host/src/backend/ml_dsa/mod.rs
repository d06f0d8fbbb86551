//! ML-DSA (FIPS 204): keys, whatever library works with them.
//!
//! libcrux or AWS-LC signs and verifies whole messages. RustCrypto's `ml-dsa` is several times slower, but takes the representatives of
//! messages that are too long to keep.

mod well_formed;

use std::sync::{Arc, OnceLock};

use ml_dsa::{EncodedSignature, EncodedVerifyingKey};
use zeroize::Zeroizing;

use crate::backend::{ml_dsa_messages as messages, ml_dsa_representatives as representatives};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{Secret, Wiped, in_frame_wiped_by};

pub(crate) use messages::Provided;
pub(crate) use representatives::{MlDsa44, MlDsa65, MlDsa87, Parameters, Representative};
pub(crate) use well_formed::{is_expanded_key, is_half_of, is_signature};

/// The size of a seed in bytes.
pub(crate) const SEED_LEN: usize = 32;

/// A secret key, of which the rest is worked out when first asked for. Nothing of that is left on the stack, nor of a signature's secrets.
pub(crate) struct SigningKey<P: Provided> {
    seed: Zeroizing<[u8; SEED_LEN]>,
    messages: OnceLock<Option<messages::SigningKey<P>>>,
    representatives: OnceLock<representatives::SigningKey<P>>,
    public: OnceLock<Arc<Wiped<VerifyingKey<P>>>>,
}

impl<P: Provided> SigningKey<P> {
    /// Bytes that a key takes up at most, with all that is prepared.
    pub(crate) const HELD: usize = size_of::<Self>()
        + messages::SigningKey::<P>::HELD
        + representatives::SigningKey::<P>::HELD
        + size_of::<VerifyingKey<P>>()
        + VerifyingKey::<P>::HELD;

    pub(crate) fn from_seed(seed: [u8; SEED_LEN]) -> Self {
        Self {
            seed: Zeroizing::new(seed),
            messages: OnceLock::new(),
            representatives: OnceLock::new(),
            public: OnceLock::new(),
        }
    }

    pub(crate) fn seed(&self) -> &[u8; SEED_LEN] {
        &self.seed
    }

    pub(crate) fn public(&self) -> Result<&Arc<Wiped<VerifyingKey<P>>>, Errno> {
        if let Some(public) = self.public.get() {
            return Ok(public);
        }
        let messages = in_frame_wiped_by(P::wipe_stack, || self.messages())?;
        let public = VerifyingKey::from_raw(messages.public()).ok_or(Errno::InternalError)?;
        Ok(self.public.get_or_init(|| Wiped::shared(public)))
    }

    /// The secret key as FIPS 204 encodes it (algorithm 24), only to check encodings that repeat the seed in this form.
    pub(crate) fn to_expanded(&self) -> Option<Secret> {
        in_frame_wiped_by(P::wipe_stack, || messages::expanded::<P>(&self.seed))
    }

    /// Signs with fresh randomness.
    pub(crate) fn sign_message(&self, message: &[u8]) -> Result<Vec<u8>, Errno> {
        in_frame_wiped_by(P::wipe_stack, || self.messages()?.sign(message))
    }

    /// As [`sign_message`](Self::sign_message).
    pub(crate) fn sign(&self, representative: &Representative) -> Result<Vec<u8>, Errno> {
        let prepare = || representatives::SigningKey::from_seed(&self.seed);
        in_frame_wiped_by(P::wipe_stack, || self.representatives.get_or_init(prepare).sign(representative))
    }

    fn messages(&self) -> Result<&messages::SigningKey<P>, Errno> {
        let prepare = || messages::SigningKey::from_seed(&self.seed);
        self.messages.get_or_init(prepare).as_ref().ok_or(Errno::InternalError)
    }
}

pub(crate) struct VerifyingKey<P: Provided> {
    raw: EncodedVerifyingKey<P>,
    /// What every representative starts from, when first asked for.
    start: OnceLock<Representative>,
    messages: OnceLock<Option<messages::VerifyingKey<P>>>,
    representatives: OnceLock<representatives::VerifyingKey<P>>,
}

impl<P: Provided> VerifyingKey<P> {
    /// Bytes that a key takes up at most, with all that is prepared.
    pub(crate) const HELD: usize =
        size_of::<Self>() + messages::VerifyingKey::<P>::HELD + representatives::VerifyingKey::<P>::HELD + ALLOCATION;

    /// A key from its bytes, every combination of which is a key. `None` if their number is wrong.
    pub(crate) fn from_raw(raw: &[u8]) -> Option<Self> {
        Some(Self {
            raw: raw.try_into().ok()?,
            start: OnceLock::new(),
            messages: OnceLock::new(),
            representatives: OnceLock::new(),
        })
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

    /// `verification_failed`, also for a signature that is not [well-formed](is_signature).
    pub(crate) fn verify_message(&self, message: &[u8], signature: &[u8]) -> Result<(), Errno> {
        let prepare = || messages::VerifyingKey::from_raw(&self.raw);
        self.messages.get_or_init(prepare).as_ref().ok_or(Errno::InternalError)?.verify(message, signature)
    }

    pub(crate) fn verify(&self, representative: &Representative, signature: &[u8]) -> Result<(), Errno> {
        let key = self.representatives.get_or_init(|| representatives::VerifyingKey::from_raw(&self.raw));
        key.verify(representative, signature)
    }
}

/// The size of a signature in bytes.
pub(crate) const fn signature_len<P: Parameters>() -> usize {
    size_of::<EncodedSignature<P>>()
}
