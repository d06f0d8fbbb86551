//! Authenticated encryption: AES-GCM, ChaCha20-Poly1305.
//!
//! Absorb adds associated data. A state encrypts once; it may decrypt any number of times.

use std::sync::Arc;

use crate::backend::aead;
use crate::backend::traits::Aead;
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::{Secret, wipe};
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy, Sealing};
use crate::symmetric::nonce_use::NonceUse;
use crate::symmetric::traits::{Absorb, Encrypt, Given, Key, Keyed, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    row("AES-128-GCM", 16, NoncePolicy::Given(12), &Ready(aead::Key::aes_128_gcm)),
    row("AES-256-GCM", 32, NoncePolicy::Given(12), &Ready(aead::Key::aes_256_gcm)),
    row("CHACHA20-POLY1305", 32, NoncePolicy::Given(12), &Ready(aead::Key::chacha20_poly1305)),
];

pub(super) const fn row(
    name: &'static str,
    key_len: usize,
    nonce: NoncePolicy,
    keyed: &'static dyn Keyed,
) -> Algorithm {
    let key = KeyPolicy::Required(KeyLen::exactly(key_len), keyed);
    Algorithm { name, kind: Kind::Cipher(Sealing::Tag(16)), key, nonce, options: &[], cost: 1 }
}

/// An algorithm whose keys can be made ready before there is a nonce; this is how.
pub(super) struct Ready<K>(pub(super) fn(&[u8]) -> Result<K, Errno>);

impl<K: Aead> Keyed for Ready<K> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(ReadyKey(self.0(raw)?)))
    }
}

struct ReadyKey<K>(K);

impl<K: Aead> Key for ReadyKey<K> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Cipher::open(self.0.clone(), given)
    }

    fn leaves_pieces(&self) -> bool {
        K::LEAVES_PIECES
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + self.0.held()
    }
}

/// The state of a cipher.
#[derive(Clone)]
pub(super) struct Cipher<K: Aead> {
    key: K,
    nonce: K::Nonce,
    associated_data: Secret,
    /// Whether encryption or decryption has begun; associated data cannot be added any more.
    started: bool,
    nonce_use: NonceUse,
}

impl<K: Aead> Cipher<K> {
    pub(super) fn open(key: K, given: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Encrypt(Box::new(Self {
            key,
            nonce: given.nonce()?,
            associated_data: Secret::default(),
            started: false,
            nonce_use: NonceUse::default(),
        })))
    }
}

impl<K: Aead> Absorb for Cipher<K> {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        if self.started {
            return Err(Errno::InvalidOperation);
        }
        account.gather(&mut self.associated_data, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        self.associated_data.extend_from_slice(data);
    }

    fn to_state(&self) -> State {
        State::Encrypt(Box::new(self.clone()))
    }

    /// The schedule is counted with each state that keeps it, since it is as small as a state.
    fn held(&self) -> usize {
        let shared = self.key.held() + NonceUse::HELD;
        size_of::<Self>() + ALLOCATION + shared + self.associated_data.capacity() + ALLOCATION
    }
}

impl<K: Aead> Encrypt for Cipher<K> {
    fn associated_data_len(&self) -> usize {
        self.associated_data.len()
    }

    fn check_encrypt(&self, _: usize) -> Result<(), Errno> {
        self.nonce_use.check()
    }

    fn begin_encrypt(&mut self, _: usize) -> Result<(), Errno> {
        self.nonce_use.end()?;
        self.started = true;
        Ok(())
    }

    fn encrypt(&mut self, buffer: &mut [u8], len: usize) -> Result<(), Errno> {
        let (message, tag) = buffer.split_at_mut(len);
        self.encrypt_detached(message, tag)
    }

    fn encrypt_detached(&mut self, message: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        self.key.seal(&self.nonce, &self.associated_data, message, tag)
    }

    fn decrypt(&mut self, buffer: &mut [u8], len: usize, end: &[u8]) -> Result<usize, Errno> {
        self.started = true;
        match self.key.open(&self.nonce, &self.associated_data, &mut buffer[..len], end) {
            Ok(()) => Ok(len),
            Err(errno) => {
                wipe(buffer);
                Err(errno)
            }
        }
    }

    fn nonce(&self) -> Option<&[u8]> {
        Some(self.nonce.as_ref())
    }
}
