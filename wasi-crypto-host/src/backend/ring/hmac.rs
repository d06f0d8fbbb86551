//! HMAC (RFC 2104, FIPS 198-1).

use ring::hmac;

use crate::backend::traits::{Mac, MacKey};
use crate::booking::ALLOCATION;
use crate::secret::{Secret, Wiped};

pub(crate) use ring::hmac::{Algorithm, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512};

/// A key with its pads worked out.
pub(crate) struct Key(Box<Wiped<hmac::Key>>);

impl Key {
    /// A key of any length, none included.
    pub(crate) fn new(algorithm: Algorithm, raw: &[u8]) -> Self {
        Self(Wiped::boxed(hmac::Key::new(algorithm, raw)))
    }

    /// The tag of one message.
    pub(crate) fn sign(&self, data: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0, data)
    }
}

impl MacKey for Key {
    type Context = Context;

    const HELD: usize = size_of::<hmac::Key>() + ALLOCATION;

    fn begin(&self) -> Context {
        Context(Wiped::new(hmac::Context::with_key(&self.0)))
    }
}

/// A MAC under way, which is to stay where it is.
#[derive(Clone)]
pub(crate) struct Context(Wiped<hmac::Context>);

impl Context {
    /// Takes over how far another MAC is, without new memory.
    pub(crate) fn go_on_from(&mut self, other: &Self) {
        *self.0 = hmac::Context::clone(&other.0);
    }

    /// The tag of all data so far; more can follow.
    pub(crate) fn finish(&self) -> hmac::Tag {
        hmac::Context::clone(&self.0).sign()
    }
}

impl Mac for Context {
    const HELD: usize = 0;

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn tag(&self) -> Secret {
        Secret::from(self.finish().as_ref())
    }
}

/// The size of the tag, which is that of the hash, in bytes.
pub(crate) fn tag_len(algorithm: Algorithm) -> usize {
    algorithm.digest_algorithm().output_len()
}
