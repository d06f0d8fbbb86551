//! Message authentication: absorb data, squeeze a tag over all data so far. HMAC (RFC 2104).

use std::sync::Arc;

use crate::backend::hmac::{self, HMAC_SHA256, HMAC_SHA384, HMAC_SHA512, Key as HmacKey};
use crate::backend::traits::{Mac, MacKey};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy};
use crate::symmetric::traits::{Absorb, Authenticate, Given, Key, Keyed, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("HMAC/SHA-256", 32, KeyLen::any(32), &Hmac(HMAC_SHA256)),
    row("HMAC/SHA-384", 48, KeyLen::any(48), &Hmac(HMAC_SHA384)),
    row("HMAC/SHA-512", 64, KeyLen::any(64), &Hmac(HMAC_SHA512)),
];

pub(super) const fn row(name: &'static str, tag_len: usize, key_len: KeyLen, keyed: &'static dyn Keyed) -> Algorithm {
    let key = KeyPolicy::Required(key_len, keyed);
    Algorithm { name, kind: Kind::Mac(tag_len), key, nonce: NoncePolicy::None, options: &[], cost: 1 }
}

struct Hmac(hmac::Algorithm);

impl Keyed for Hmac {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(ReadyKey(HmacKey::new(self.0, raw))))
    }
}

/// A key that was made ready.
pub(super) struct ReadyKey<K>(pub(super) K);

impl<K: MacKey> Key for ReadyKey<K> {
    fn open(&self, _: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Authenticate(Box::new(Authentication(self.0.begin()))))
    }

    fn leaves_pieces(&self) -> bool {
        K::LEAVES_PIECES
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + K::HELD
    }
}

/// A MAC under way.
#[derive(Clone)]
pub(super) struct Authentication<M>(pub(super) M);

impl<M: Mac> Absorb for Authentication<M> {
    fn asks_before_absorbing(&self) -> bool {
        false
    }

    fn absorb(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn to_state(&self) -> State {
        State::Authenticate(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + M::HELD
    }
}

impl<M: Mac> Authenticate for Authentication<M> {
    fn tag(&self) -> Secret {
        self.0.tag()
    }
}
