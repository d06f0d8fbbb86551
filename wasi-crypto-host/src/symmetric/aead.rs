//! Authenticated encryption: AES-GCM, ChaCha20-Poly1305, XChaCha20-Poly1305.
//!
//! Absorb adds associated data. A state encrypts once; it may decrypt any number of times.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use zeroize::Zeroizing;

use crate::backend::aead::{self, AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305, NONCE_LEN, TAG_LEN};
use crate::backend::random;
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

    fn prepare(&self, raw: &[u8]) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(PlainKey(Arc::new(aead::Key::new(self.0, raw)?))))
    }
}

struct PlainKey(Arc<aead::Key>);

impl Key for PlainKey {
    fn open(self: Arc<Self>, options: &Options) -> Result<Box<dyn State>, Errno> {
        let nonce = options.get(BytesOption::Nonce).ok_or(Errno::NonceRequired)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().map_err(|_| Errno::InvalidNonce)?;
        Ok(Box::new(Cipher::new(Arc::clone(&self.0), nonce, Nonce::Short(nonce))))
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

    fn prepare(&self, raw: &[u8]) -> Result<Arc<dyn Key>, Errno> {
        let raw: [u8; XCHACHA_KEY_LEN] = raw.try_into().map_err(|_| Errno::InvalidKey)?;
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
        Ok(Box::new(Cipher::new(Arc::new(key), inner_nonce, Nonce::Long(nonce))))
    }
}

#[derive(Clone)]
struct Cipher {
    key: Arc<aead::Key>,
    /// The nonce of the primitive.
    inner_nonce: [u8; NONCE_LEN],
    /// The nonce as the guest knows it.
    nonce: Nonce,
    associated_data: Secret,
    /// Whether encryption or decryption has begun; associated data cannot be added any more.
    started: bool,
    /// Whether this state or a clone has encrypted under its nonce.
    encrypted: Arc<AtomicBool>,
}

#[derive(Clone, Copy)]
enum Nonce {
    Short([u8; NONCE_LEN]),
    Long([u8; XCHACHA_NONCE_LEN]),
}

impl Cipher {
    fn new(key: Arc<aead::Key>, inner_nonce: [u8; NONCE_LEN], nonce: Nonce) -> Self {
        Self { key, inner_nonce, nonce, associated_data: Secret::default(), started: false, encrypted: Arc::default() }
    }
}

impl State for Cipher {
    fn absorb(&mut self, data: &[u8], account: &mut Account<'_>) -> Result<(), Errno> {
        if self.started {
            return Err(Errno::InvalidOperation);
        }
        account.gather(data.len())?;
        self.associated_data.extend_from_slice(data);
        Ok(())
    }

    fn max_tag_len(&self) -> Result<usize, Errno> {
        Ok(TAG_LEN)
    }

    fn aead(&mut self) -> Result<&mut dyn Aead, Errno> {
        Ok(self)
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
}

impl Aead for Cipher {
    fn tag_len(&self) -> usize {
        TAG_LEN
    }

    fn check_encrypt(&self) -> Result<(), Errno> {
        if self.encrypted.load(Ordering::Relaxed) { Err(Errno::NonceRequired) } else { Ok(()) }
    }

    fn encrypt(&mut self, buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        // Not one atomic step: clones live in one context, which runs one call at a time.
        self.check_encrypt()?;
        self.encrypted.store(true, Ordering::Relaxed);
        self.started = true;
        self.key.seal(self.inner_nonce, &self.associated_data, buffer, tag)
    }

    fn decrypt(&mut self, buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
        self.started = true;
        self.key.open(self.inner_nonce, &self.associated_data, buffer, tag).inspect_err(|_| wipe(buffer))
    }
}
