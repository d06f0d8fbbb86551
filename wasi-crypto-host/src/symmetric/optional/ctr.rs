//! AES in counter mode: the nonce is the first block of the counter, a big-endian number of 128 bits.
//!
//! Nothing is authenticated, and nothing added to the message. A state encrypts once; it may decrypt any number of times.

use std::sync::Arc;

use crate::backend::aes_ctr::{self, Aes128, Aes256};
use crate::backend::traits::{BLOCK, CounterMode};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy, Sealing};
use crate::symmetric::nonce_use::NonceUse;
use crate::symmetric::traits::{Absorb, Encrypt, Given, Key, Keyed, State};

pub(super) static ALGORITHMS: &[Algorithm] = &[
    row("AES-128-CTR", 16, &Ctr(aes_ctr::Key::<Aes128>::new)),
    row("AES-256-CTR", 32, &Ctr(aes_ctr::Key::<Aes256>::new)),
];

const fn row(name: &'static str, key_len: usize, keyed: &'static dyn Keyed) -> Algorithm {
    Algorithm {
        name,
        kind: Kind::Cipher(Sealing::Nothing),
        key: KeyPolicy::Required(KeyLen::exactly(key_len), keyed),
        nonce: NoncePolicy::Given(BLOCK),
        options: &[],
        cost: 1,
    }
}

struct Ctr<M>(fn(&[u8]) -> Result<M, Errno>);

impl<M: CounterMode> Keyed for Ctr<M> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(CtrKey(self.0(raw)?)))
    }
}

struct CtrKey<M>(M);

impl<M: CounterMode> Key for CtrKey<M> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        let (key, counter) = (self.0.clone(), given.nonce()?);
        Ok(State::Encrypt(Box::new(Cipher { key, counter, nonce_use: NonceUse::default() })))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + self.0.held()
    }
}

#[derive(Clone)]
struct Cipher<M> {
    key: M,
    /// The first.
    counter: [u8; BLOCK],
    nonce_use: NonceUse,
}

impl<M: CounterMode> Cipher<M> {
    /// `overflow` if the counter would begin again at 0, and so give blocks that belong to another nonce.
    fn check_len(&self, len: usize) -> Result<(), Errno> {
        let more = (len.div_ceil(BLOCK) as u128).saturating_sub(1);
        u128::from_be_bytes(self.counter).checked_add(more).map(|_| ()).ok_or(Errno::Overflow)
    }
}

/// It takes nothing in.
impl<M: CounterMode> Absorb for Cipher<M> {
    fn to_state(&self) -> State {
        State::Encrypt(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + self.key.held() + NonceUse::HELD
    }
}

impl<M: CounterMode> Encrypt for Cipher<M> {
    fn check_encrypt(&self, len: usize) -> Result<(), Errno> {
        self.nonce_use.check()?;
        self.check_len(len)
    }

    fn begin_encrypt(&mut self, len: usize) -> Result<(), Errno> {
        self.check_encrypt(len)?;
        self.nonce_use.end()
    }

    fn encrypt(&mut self, buffer: &mut [u8], len: usize) -> Result<(), Errno> {
        self.key.apply(&self.counter, &mut buffer[..len]);
        Ok(())
    }

    fn encrypt_detached(&mut self, _: &mut [u8], _: &mut [u8]) -> Result<(), Errno> {
        Err(Errno::InvalidOperation)
    }

    fn check_decrypt(&self, len: usize, _: &[u8], _: &[u8], _: usize) -> Result<(), Errno> {
        self.check_len(len)
    }

    fn decrypt(&mut self, buffer: &mut [u8], len: usize, _: &[u8]) -> Result<usize, Errno> {
        self.key.apply(&self.counter, &mut buffer[..len]);
        Ok(len)
    }

    fn nonce(&self) -> Option<&[u8]> {
        Some(&self.counter)
    }
}
