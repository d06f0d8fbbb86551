//! HMAC: absorb data, squeeze a tag over all data so far (RFC 2104).

use std::sync::Arc;

use crate::backend::hmac::{self, Context, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::Account;
use crate::options::Options;
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, Derived, Key, Keyed, Kind, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "HMAC/SHA-256", kind: Kind::Keyed(&Hmac(HMAC_SHA256)) },
    Algorithm { name: "HMAC/SHA-384", kind: Kind::Keyed(&Hmac(HMAC_SHA384)) },
    Algorithm { name: "HMAC/SHA-512", kind: Kind::Keyed(&Hmac(HMAC_SHA512)) },
];

struct Hmac(hmac::Algorithm);

impl Keyed for Hmac {
    fn generated_len(&self) -> usize {
        hmac::tag_len(self.0)
    }

    /// Any length will do, none included.
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(HmacKey { key: hmac::Key::new(self.0, raw), tag_len: hmac::tag_len(self.0) }))
    }
}

struct HmacKey {
    key: hmac::Key,
    tag_len: usize,
}

impl Key for HmacKey {
    fn open(self: Arc<Self>, _: &Options) -> Result<Box<dyn State>, Errno> {
        Ok(Box::new(Mac { context: self.key.begin(), tag_len: self.tag_len }))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + hmac::Key::HELD
    }
}

#[derive(Clone)]
struct Mac {
    context: Context,
    tag_len: usize,
}

impl State for Mac {
    fn asks_before_absorbing(&self) -> bool {
        false
    }

    fn absorb(&mut self, data: &[u8]) {
        self.context.update(data);
    }

    fn squeeze_tag(&mut self, _: &Account<'_>) -> Result<Derived<Secret>, Errno> {
        Ok(Derived::Now(Secret::from(self.context.finish().as_ref())))
    }

    fn max_tag_len(&self) -> Result<usize, Errno> {
        Ok(self.tag_len)
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + Context::HELD
    }
}
