//! Sessions: every operation depends on all that came before it, in whatever order. Xoodyak.
//!
//! Each call of absorb is one piece of data, be it empty; each squeeze, tag and key is a new one, and each message is encrypted and authenticated
//! with all before it. With a key, the nonce may be left out: a key that a session gave begins another one. Without a key it is a hash
//! function, which absorbs and squeezes.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::backend::xoodyak::{KEY_LEN, NONCE_LEN, TAG_LEN, Xoodyak};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::{Account, Limits};
use crate::secret::{STACK_OF_WORK, Secret, in_wiped_frame, wipe};
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NonceLen, NoncePolicy, Sealing};
use crate::symmetric::traits::{Absorb, DeriveKey, Encrypt, Given, Key, Keyed, Keyless, Session, Squeeze, State};

const NAME: &str = "XOODYAK-128";

/// 4 to 6 ns for a byte on an Intel Xeon with AVX-512, nearly all of it in the permutation, which the library builds for any processor (with SSSE3
/// it would be 3 to 4). On an AMD Zen 5 it was 27.
const COST: usize = 18;

pub(super) static ALGORITHMS: &[Algorithm] = &[Algorithm {
    name: NAME,
    kind: Kind::Session(Sealing::Tag(TAG_LEN as u8)),
    key: KeyPolicy::Optional(KeyLen::exactly(KEY_LEN), &Sessions),
    nonce: NoncePolicy::Optional(NonceLen::Exactly(NONCE_LEN)),
    options: &[],
    cost: COST,
}];

struct Sessions;

impl Keyless for Sessions {
    /// `key_required` if there is a nonce.
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        if given.nonce.is_some() {
            return Err(Errno::KeyRequired);
        }
        Ok(State::Squeeze(Box::new(Hash(Xoodyak::hash()))))
    }
}

impl Keyed for Sessions {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        let raw = raw[..].try_into().map_err(|_| Errno::InvalidKey)?;
        Ok(Arc::new(SessionKey(Zeroizing::new(raw))))
    }
}

struct SessionKey(Zeroizing<[u8; KEY_LEN]>);

impl Key for SessionKey {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        let nonce = given.nonce.map(|_| given.nonce()).transpose()?;
        Ok(State::Session(Box::new(WithKey { session: Xoodyak::keyed(&self.0, nonce.as_ref()), nonce })))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}

/// `overflow` for more than one call may work on.
fn check_squeeze(len: usize, limits: &Limits) -> Result<(), Errno> {
    if len > limits.call_bytes / COST { Err(Errno::Overflow) } else { Ok(()) }
}

/// A session without a key.
#[derive(Clone)]
struct Hash(Xoodyak);

impl Absorb for Hash {
    fn admit(&mut self, _: usize, _: &mut Account<'_>) -> Result<(), Errno> {
        self.0.begin_absorbing();
        Ok(())
    }

    fn absorb(&mut self, data: &[u8]) {
        self.0.absorb(data);
    }

    fn to_state(&self) -> State {
        State::Squeeze(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + Xoodyak::HELD
    }
}

impl Squeeze for Hash {
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<(), Errno> {
        check_squeeze(len, limits)
    }

    fn squeeze_cost(&self, len: usize) -> usize {
        len.saturating_mul(COST)
    }

    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        self.0.squeeze(out);
        Ok(())
    }
}

/// A session with a key.
#[derive(Clone)]
struct WithKey {
    session: Xoodyak,
    nonce: Option<[u8; NONCE_LEN]>,
}

impl Absorb for WithKey {
    fn admit(&mut self, _: usize, _: &mut Account<'_>) -> Result<(), Errno> {
        self.session.begin_absorbing();
        Ok(())
    }

    fn absorb(&mut self, data: &[u8]) {
        self.session.absorb(data);
    }

    fn to_state(&self) -> State {
        State::Session(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + Xoodyak::HELD
    }
}

impl Squeeze for WithKey {
    fn check_squeeze(&self, len: usize, limits: &Limits) -> Result<(), Errno> {
        check_squeeze(len, limits)
    }

    fn squeeze_cost(&self, len: usize) -> usize {
        len.saturating_mul(COST)
    }

    fn squeeze(&mut self, out: &mut [u8]) -> Result<(), Errno> {
        self.session.squeeze(out);
        Ok(())
    }
}

impl DeriveKey for WithKey {
    fn target(&self) -> &'static str {
        NAME
    }

    fn derive_key(&mut self) -> Secret {
        let mut key = Secret::zeroed(KEY_LEN);
        self.session.squeeze_key(&mut key);
        key
    }
}

impl Encrypt for WithKey {
    /// Any number of messages: no two of them are encrypted alike.
    fn check_encrypt(&self, _: usize) -> Result<(), Errno> {
        Ok(())
    }

    fn begin_encrypt(&mut self, _: usize) -> Result<(), Errno> {
        Ok(())
    }

    fn encrypt(&mut self, buffer: &mut [u8], len: usize) -> Result<(), Errno> {
        let (message, tag) = buffer.split_at_mut(len);
        self.encrypt_detached(message, tag)
    }

    fn encrypt_detached(&mut self, message: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        self.session.encrypt(message, tag);
        Ok(())
    }

    /// A message that is not authentic leaves the session as it was.
    fn decrypt(&mut self, buffer: &mut [u8], len: usize, end: &[u8]) -> Result<usize, Errno> {
        // One that has absorbed nothing since it got its key leaves it on the stack.
        let before = in_wiped_frame::<STACK_OF_WORK, _>(|| self.session.clone());
        if self.session.decrypt(&mut buffer[..len], end) {
            return Ok(len);
        }
        self.session = before;
        wipe(buffer);
        Err(Errno::InvalidTag)
    }

    fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_ref().map(|nonce| &nonce[..])
    }
}

impl Session for WithKey {
    fn tag(&mut self) -> Secret {
        let mut tag = Secret::zeroed(TAG_LEN);
        self.session.squeeze(&mut tag);
        tag
    }

    fn ratchet(&mut self) {
        self.session.ratchet();
    }
}
