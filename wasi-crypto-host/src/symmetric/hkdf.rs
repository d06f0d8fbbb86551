//! HKDF (RFC 5869) in its two steps. Extract: the key is the input keying material, absorb adds the salt,
//! `squeeze_key` gives the pseudo-random key. Expand: absorb adds the info, squeeze gives the output.

use std::sync::Arc;

use crate::backend::hkdf::{self, HKDF_SHA256, HKDF_SHA384, HKDF_SHA512, Prk};
use crate::backend::hmac;
use crate::booking::{ALLOCATION, BookedSecret, Booking, COUNTS};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::options::Options;
use crate::secret::Secret;
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, Key, Keyed, Kind, State, Weight};
use crate::symmetric::key::SymmetricKey;

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm {
        name: "HKDF-EXTRACT/SHA-256",
        kind: Kind::Keyed(&Extract { hkdf: HKDF_SHA256, expand: "HKDF-EXPAND/SHA-256" }),
    },
    Algorithm {
        name: "HKDF-EXTRACT/SHA-384",
        kind: Kind::Keyed(&Extract { hkdf: HKDF_SHA384, expand: "HKDF-EXPAND/SHA-384" }),
    },
    Algorithm {
        name: "HKDF-EXTRACT/SHA-512",
        kind: Kind::Keyed(&Extract { hkdf: HKDF_SHA512, expand: "HKDF-EXPAND/SHA-512" }),
    },
    Algorithm { name: "HKDF-EXPAND/SHA-256", kind: Kind::Keyed(&Expand(HKDF_SHA256)) },
    Algorithm { name: "HKDF-EXPAND/SHA-384", kind: Kind::Keyed(&Expand(HKDF_SHA384)) },
    Algorithm { name: "HKDF-EXPAND/SHA-512", kind: Kind::Keyed(&Expand(HKDF_SHA512)) },
];

#[derive(Clone, Copy)]
struct Extract {
    hkdf: hkdf::Algorithm,
    /// The only algorithm that the result is for.
    expand: &'static str,
}

impl Keyed for Extract {
    fn generated_len(&self) -> usize {
        hkdf::hash_len(self.hkdf)
    }

    /// Any length will do, none included.
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
    fn open(self: Arc<Self>, _: &Options) -> Result<Box<dyn State>, Errno> {
        Ok(Box::new(Extraction { key: self, salt: Secret::default() }))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}

#[derive(Clone)]
struct Extraction {
    key: Arc<ExtractKey>,
    salt: Secret,
}

impl State for Extraction {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.salt, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        self.salt.extend_from_slice(data);
    }

    /// PRK = HMAC(salt, IKM), RFC 5869 section 2.2; no salt is the same as one of zeros.
    fn squeeze_key(&mut self, target: Result<&'static Algorithm, Errno>) -> Result<SymmetricKey, Errno> {
        let (target, extract) = (target?, &self.key.algorithm);
        if target.name != extract.expand {
            return Err(Errno::InvalidOperation);
        }
        let salt = hmac::Key::new(extract.hkdf.hmac_algorithm(), &self.salt);
        SymmetricKey::import(target, salt.sign(&self.key.ikm).as_ref(), Booking::default())
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + self.key.held() + self.salt.capacity() + ALLOCATION
    }
}

struct Expand(hkdf::Algorithm);

impl Keyed for Expand {
    fn generated_len(&self) -> usize {
        hkdf::hash_len(self.0)
    }

    /// At least one hash long (RFC 5869 section 2.3).
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        let hash_len = hkdf::hash_len(self.0);
        if raw.len() < hash_len {
            return Err(Errno::InvalidKey);
        }
        Ok(Arc::new(ExpandKey { prk: Prk::new(self.0, raw), hash_len }))
    }
}

/// The most blocks of output (RFC 5869 section 2.3).
const MAX_BLOCKS: usize = 255;

struct ExpandKey {
    prk: Prk,
    hash_len: usize,
}

impl Key for ExpandKey {
    fn open(self: Arc<Self>, _: &Options) -> Result<Box<dyn State>, Errno> {
        Ok(Box::new(Expansion { key: self, info: Secret::default() }))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + Prk::HELD
    }
}

#[derive(Clone)]
struct Expansion {
    key: Arc<ExpandKey>,
    info: Secret,
}

impl State for Expansion {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        account.gather(&mut self.info, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        self.info.extend_from_slice(data);
    }

    /// `overflow` if the info, which each block of output hashes again, comes to more than one call may work on.
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<Weight, Errno> {
        let ExpandKey { hash_len, .. } = *self.key;
        if len > MAX_BLOCKS * hash_len {
            return Err(Errno::InvalidLength);
        }
        // Hashing takes twice as long as the slowest encryption.
        let hashed = len.div_ceil(hash_len).saturating_mul(self.info.len());
        if hashed > limits.call_bytes / 2 { Err(Errno::Overflow) } else { Ok(Weight::Short) }
    }

    fn squeeze(&mut self, out: &mut [u8], _: &StopHandle) -> Result<(), Errno> {
        self.key.prk.expand(&self.info, out)
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + self.key.held() + self.info.capacity() + ALLOCATION
    }
}
