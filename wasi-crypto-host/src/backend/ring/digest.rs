//! SHA-2 (FIPS 180-4).

use ring::digest;

use crate::backend::traits::Hash;
use crate::booking::ALLOCATION;
#[cfg(feature = "aws-lc-rs")]
use crate::errno::Errno;
use crate::secret::Wiped;

pub(crate) use ring::digest::{Algorithm, Digest, SHA256, SHA384, SHA512, SHA512_256};

/// A hash under way. What was hashed may be a secret, so it is wiped.
#[derive(Clone)]
pub(crate) struct Context(Box<Wiped<digest::Context>>);

impl Context {
    /// Bytes to book for what a context allocates.
    pub(crate) const HELD: usize = size_of::<digest::Context>() + ALLOCATION;

    pub(crate) fn new(algorithm: &'static Algorithm) -> Self {
        Self(Wiped::boxed(digest::Context::new(algorithm)))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The hash of all data so far; more can follow.
    pub(crate) fn finish(&self) -> Digest {
        digest::Context::clone(&self.0).finish()
    }
}

/// The same for an owner that is in a box, where it is to stay. That saves a box.
#[derive(Clone)]
pub(crate) struct Unboxed(Wiped<digest::Context>);

impl Unboxed {
    pub(crate) fn new(algorithm: &'static Algorithm) -> Self {
        Self(Wiped::new(digest::Context::new(algorithm)))
    }
}

impl Hash for Unboxed {
    const HELD: usize = 0;

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn output_len(&self) -> usize {
        self.0.algorithm().output_len()
    }

    fn finish_into(&self, out: &mut [u8]) {
        let hash = digest::Context::clone(&self.0).finish();
        out.copy_from_slice(&hash.as_ref()[..out.len()]);
    }
}

/// A hash as AWS-LC takes it.
#[cfg(feature = "aws-lc-rs")]
pub(crate) fn for_aws_lc(hash: &Digest) -> Result<aws_lc_rs::digest::Digest, Errno> {
    use aws_lc_rs::digest;
    let algorithm = match hash.algorithm() {
        it if *it == SHA256 => &digest::SHA256,
        it if *it == SHA384 => &digest::SHA384,
        it if *it == SHA512 => &digest::SHA512,
        _ => return Err(Errno::InternalError),
    };
    digest::Digest::import_less_safe(hash.as_ref(), algorithm).map_err(|_| Errno::InternalError)
}
