//! HKDF (RFC 5869) in its two steps. Extract: the key is the input keying material, absorb adds the salt,
//! `squeeze_key` gives the pseudo-random key. Expand: absorb adds the info, squeeze gives the output.

use std::sync::Arc;

use crate::backend::hkdf::{self, HKDF_SHA256, HKDF_SHA384, HKDF_SHA512, Prk};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::secret::{STACK_OF_WORK, Secret, in_wiped_frame};
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy};
use crate::symmetric::traits::{Absorb, DeriveKey, Given, Key, Keyed, Squeeze, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    extract("HKDF-EXTRACT/SHA-256", 32, &Extract { hkdf: HKDF_SHA256, expand: "HKDF-EXPAND/SHA-256" }),
    extract("HKDF-EXTRACT/SHA-384", 48, &Extract { hkdf: HKDF_SHA384, expand: "HKDF-EXPAND/SHA-384" }),
    extract("HKDF-EXTRACT/SHA-512", 64, &Extract { hkdf: HKDF_SHA512, expand: "HKDF-EXPAND/SHA-512" }),
    expand("HKDF-EXPAND/SHA-256", 32, &Expand(HKDF_SHA256)),
    expand("HKDF-EXPAND/SHA-384", 48, &Expand(HKDF_SHA384)),
    expand("HKDF-EXPAND/SHA-512", 64, &Expand(HKDF_SHA512)),
];

const fn extract(name: &'static str, hash_len: usize, keyed: &'static dyn Keyed) -> Algorithm {
    let key = KeyPolicy::Required(KeyLen::any(hash_len), keyed);
    Algorithm { name, kind: Kind::DeriveKey, key, nonce: NoncePolicy::None, options: &[], cost: 1 }
}

/// Keys have at least as many bytes as the hash (RFC 5869 section 2.3).
const fn expand(name: &'static str, hash_len: usize, keyed: &'static dyn Keyed) -> Algorithm {
    let key = KeyPolicy::Required(KeyLen::at_least(hash_len), keyed);
    Algorithm { name, kind: Kind::Squeeze, key, nonce: NoncePolicy::None, options: &[], cost: 1 }
}

#[derive(Clone, Copy)]
struct Extract {
    hkdf: hkdf::Algorithm,
    /// The only algorithm that the result is for.
    expand: &'static str,
}

impl Keyed for Extract {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(ExtractKey { algorithm: *self, ikm: Arc::clone(raw) }))
    }
}

struct ExtractKey {
    algorithm: Extract,
    /// The raw bytes of the key, which its states keep alive.
    ikm: Arc<BookedSecret>,
}

impl Key for ExtractKey {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        let ikm = Arc::clone(&self.ikm);
        Ok(State::DeriveKey(Box::new(Extraction { algorithm: self.algorithm, ikm, salt: Secret::default() })))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}

#[derive(Clone)]
struct Extraction {
    algorithm: Extract,
    ikm: Arc<BookedSecret>,
    salt: Secret,
}

impl Absorb for Extraction {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.salt, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        self.salt.extend_from_slice(data);
    }

    fn to_state(&self) -> State {
        State::DeriveKey(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + self.salt.capacity() + ALLOCATION
    }
}

impl DeriveKey for Extraction {
    fn target(&self) -> &'static str {
        self.algorithm.expand
    }

    fn derive_key(&mut self) -> Secret {
        hkdf::extract(self.algorithm.hkdf, &self.salt, &self.ikm)
    }
}

struct Expand(hkdf::Algorithm);

impl Keyed for Expand {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(ExpandKey { prk: Arc::new(Prk::new(self.0, raw)), hash_len: hkdf::hash_len(self.0) }))
    }
}

/// The most blocks of output (RFC 5869 section 2.3).
const MAX_BLOCKS: usize = 255;

/// Bytes to book for a pseudo-random key, with each that keeps it.
const PRK_HELD: usize = size_of::<Prk>() + COUNTS + ALLOCATION + Prk::HELD;

struct ExpandKey {
    prk: Arc<Prk>,
    hash_len: usize,
}

impl Key for ExpandKey {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        let Self { prk, hash_len } = self;
        Ok(State::Squeeze(Box::new(Expansion { prk: Arc::clone(prk), hash_len: *hash_len, info: Secret::default() })))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + PRK_HELD
    }
}

#[derive(Clone)]
struct Expansion {
    prk: Arc<Prk>,
    hash_len: usize,
    info: Secret,
}

impl Absorb for Expansion {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.info, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        self.info.extend_from_slice(data);
    }

    fn to_state(&self) -> State {
        State::Squeeze(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + PRK_HELD + self.info.capacity() + ALLOCATION
    }
}

impl Squeeze for Expansion {
    /// `overflow` if the info, which each block of output hashes again, comes to more than one call may work on.
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<(), Errno> {
        if len > MAX_BLOCKS * self.hash_len {
            return Err(Errno::InvalidLength);
        }
        // Hashing takes twice as long as most encryption.
        let hashed = len.div_ceil(self.hash_len).saturating_mul(self.info.len());
        if hashed > limits.call_bytes / 2 { Err(Errno::Overflow) } else { Ok(()) }
    }

    fn squeeze_cost(&self, len: usize) -> usize {
        len.div_ceil(self.hash_len).saturating_mul(self.info.len()).saturating_mul(2)
    }

    #[cfg(feature = "component")]
    fn usual_len(&self) -> usize {
        self.hash_len
    }

    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        // For no output, a backend may hash the info all the same.
        if out.is_empty() {
            return Ok(());
        }
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.prk.expand(&self.info, out))
    }
}
