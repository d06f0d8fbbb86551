//! Authenticated encryption: AES-GCM, ChaCha20-Poly1305, XChaCha20-Poly1305.
//!
//! Absorb adds associated data. A state encrypts once; it may decrypt any number of times.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use zeroize::Zeroizing;

use crate::backend::aead::{self, AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305, NONCE_LEN, TAG_LEN};
use crate::backend::random;
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::Account;
use crate::options::{BytesOption, Options};
use crate::secret::{Secret, wipe};
use crate::symmetric::algorithm::{Aead, Algorithm, Key, Keyed, Kind, State};

pub(crate) static ALGORITHMS: &[Algorithm] = &[
    Algorithm { name: "AES-128-GCM", kind: Kind::Keyed(&Plain(&AES_128_GCM)) },
    Algorithm { name: "AES-256-GCM", kind: Kind::Keyed(&Plain(&AES_256_GCM)) },
    Algorithm { name: "CHACHA20-POLY1305", kind: Kind::Keyed(&Plain(&CHACHA20_POLY1305)) },
    Algorithm { name: "XCHACHA20-POLY1305", kind: Kind::Keyed(&XChaCha) },
];

/// An algorithm that the backend has under a 12-byte nonce, which the guest must choose.
struct Plain(&'static aead::Algorithm);

impl Keyed for Plain {
    fn generated_len(&self) -> usize {
        self.0.key_len()
    }

    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(PlainKey(aead::Key::new(self.0, raw)?)))
    }
}

struct PlainKey(aead::Key);

impl Key for PlainKey {
    fn open(self: Arc<Self>, options: &Options) -> Result<Box<dyn State>, Errno> {
        let nonce = options.get(BytesOption::Nonce).ok_or(Errno::NonceRequired)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().map_err(|_| Errno::InvalidNonce)?;
        Ok(Box::new(Cipher::new(self.0.clone(), nonce, Nonce::Short(nonce))))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + self.0.held()
    }
}

/// XChaCha20-Poly1305: its 24-byte nonce may be random, so the host chooses one if the guest does not.
struct XChaCha;

const XCHACHA_KEY_LEN: usize = 32;
const XCHACHA_NONCE_LEN: usize = 24;

impl Keyed for XChaCha {
    fn generated_len(&self) -> usize {
        XCHACHA_KEY_LEN
    }

    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        let raw: [u8; XCHACHA_KEY_LEN] = raw[..].try_into().map_err(|_| Errno::InvalidKey)?;
        Ok(Arc::new(XChaChaKey(Zeroizing::new(raw))))
    }
}

struct XChaChaKey(Zeroizing<[u8; XCHACHA_KEY_LEN]>);

impl Key for XChaChaKey {
    fn open(self: Arc<Self>, options: &Options) -> Result<Box<dyn State>, Errno> {
        let nonce: [u8; XCHACHA_NONCE_LEN] = match options.get(BytesOption::Nonce) {
            Some(nonce) => nonce.try_into().map_err(|_| Errno::InvalidNonce)?,
            None => {
                let mut nonce = [0; XCHACHA_NONCE_LEN];
                random::fill(&mut nonce)?;
                nonce
            }
        };
        let (key, inner_nonce) = aead::xchacha20(&self.0, &nonce)?;
        Ok(Box::new(Cipher::new(key, inner_nonce, Nonce::Long(nonce))))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}

#[derive(Clone)]
struct Cipher {
    key: aead::Key,
    /// The nonce of the primitive.
    inner_nonce: [u8; NONCE_LEN],
    /// The nonce as the guest knows it.
    nonce: Nonce,
    associated_data: Secret,
    /// Whether encryption or decryption has begun; associated data cannot be added any more.
    started: bool,
    nonce_use: NonceUse,
}

/// Whether a state or a clone of it has encrypted under its nonce. Most states are never cloned and share nothing.
#[derive(Default)]
struct NonceUse {
    own: bool,
    /// Takes the place of `own` from the first clone on.
    shared: OnceLock<Arc<AtomicBool>>,
}

impl NonceUse {
    /// `nonce_required` if it is over.
    fn check(&self) -> Result<(), Errno> {
        let is_over = self.shared.get().map_or(self.own, |shared| shared.load(Ordering::Relaxed));
        if is_over { Err(Errno::NonceRequired) } else { Ok(()) }
    }

    /// Ends it. `nonce_required` if it was over.
    fn end(&mut self) -> Result<(), Errno> {
        let was_over = match self.shared.get() {
            Some(shared) => shared.swap(true, Ordering::Relaxed),
            None => std::mem::replace(&mut self.own, true),
        };
        if was_over { Err(Errno::NonceRequired) } else { Ok(()) }
    }
}

impl Clone for NonceUse {
    fn clone(&self) -> Self {
        let shared = self.shared.get_or_init(|| Arc::new(AtomicBool::new(self.own)));
        Self { own: false, shared: OnceLock::from(Arc::clone(shared)) }
    }
}

#[derive(Clone, Copy)]
enum Nonce {
    Short([u8; NONCE_LEN]),
    Long([u8; XCHACHA_NONCE_LEN]),
}

impl Cipher {
    fn new(key: aead::Key, inner_nonce: [u8; NONCE_LEN], nonce: Nonce) -> Self {
        Self {
            key,
            inner_nonce,
            nonce,
            associated_data: Secret::default(),
            started: false,
            nonce_use: NonceUse::default(),
        }
    }
}

impl State for Cipher {
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        if self.started {
            return Err(Errno::InvalidOperation);
        }
        account.gather(&mut self.associated_data, len)
    }

    fn absorb(&mut self, data: &[u8]) {
        self.associated_data.extend_from_slice(data);
    }

    fn max_tag_len(&self) -> Result<usize, Errno> {
        Ok(TAG_LEN)
    }

    fn aead(&self) -> Result<Aead, Errno> {
        Ok(Aead { tag_len: TAG_LEN as u8, may_encrypt: self.nonce_use.check() })
    }

    fn encrypt(&mut self, buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        self.nonce_use.end()?;
        self.started = true;
        self.key.seal(self.inner_nonce, &self.associated_data, buffer, tag)
    }

    fn decrypt(&mut self, buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        self.started = true;
        self.key.open(self.inner_nonce, &self.associated_data, buffer, tag).inspect_err(|_| wipe(buffer))
    }

    fn option(&self, option: BytesOption) -> Option<&[u8]> {
        match (option, &self.nonce) {
            (BytesOption::Nonce, Nonce::Short(nonce)) => Some(nonce),
            (BytesOption::Nonce, Nonce::Long(nonce)) => Some(nonce),
            _ => None,
        }
    }

    fn boxed_clone(&self) -> Box<dyn State> {
        Box::new(self.clone())
    }

    /// The schedule is counted with each state that keeps it, since it is as small as a state.
    fn held(&self) -> usize {
        let shared = self.key.held() + COUNTS + size_of::<AtomicBool>() + ALLOCATION;
        size_of::<Self>() + ALLOCATION + shared + self.associated_data.capacity() + ALLOCATION
    }
}
