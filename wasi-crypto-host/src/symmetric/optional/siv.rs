//! AES-SIV (RFC 5297): authenticated encryption that gives away no more than which messages are the same, when a nonce comes twice or is
//! left out.
//!
//! What each call of absorb adds, be it nothing, is one component of the associated data; a nonce is the last. A state with a nonce encrypts
//! once, one without any number of times; both may decrypt any number of times.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::backend::aes_siv::{Key128, Key256, MAX_COMPONENTS, Siv, SivKey, TAG_LEN};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::Account;
use crate::options::{BytesOption, Value};
use crate::secret::{Secret, wipe};
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NonceLen, NoncePolicy, Sealing};
use crate::symmetric::nonce_use::NonceUse;
use crate::symmetric::traits::{Absorb, Encrypt, Given, Key, Keyed, State};

pub(super) static ALGORITHMS: &[Algorithm] =
    &[row("AES-128-SIV", &AesSiv::<Key128>(PhantomData)), row("AES-256-SIV", &AesSiv::<Key256>(PhantomData))];

const fn row<K: SivKey>(name: &'static str, keyed: &'static AesSiv<K>) -> Algorithm {
    Algorithm {
        name,
        kind: Kind::Cipher(Sealing::Tag(TAG_LEN as u8)),
        key: KeyPolicy::Required(KeyLen::exactly(K::LEN), keyed),
        nonce: NoncePolicy::Optional(NonceLen::Any),
        options: &[],
        // CMAC goes from block to block.
        cost: 2,
    }
}

struct AesSiv<K>(PhantomData<fn() -> K>);

impl<K: SivKey> Keyed for AesSiv<K> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(Prepared(Arc::new(K::new(raw)?))))
    }
}

/// Each state has schedules of its own, since they change with use.
struct Prepared<K>(Arc<K>);

impl<K: SivKey> Key for Prepared<K> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Encrypt(Box::new(Cipher {
            siv: self.0.begin(),
            key: Arc::clone(&self.0),
            components: Components::default(),
            started: false,
            nonce: given.nonce.and_then(|_| given.options.value(BytesOption::Nonce)).cloned(),
            nonce_use: NonceUse::default(),
        })))
    }

    fn leaves_pieces(&self) -> bool {
        true
    }

    fn held(&self) -> usize {
        size_of::<Self>() + size_of::<K>() + 2 * (COUNTS + ALLOCATION)
    }
}

struct Cipher<K: SivKey> {
    siv: K::Schedules,
    key: Arc<K>,
    components: Components,
    /// Whether encryption or decryption has begun; associated data cannot be added any more.
    started: bool,
    nonce: Option<Value>,
    nonce_use: NonceUse,
}

/// Components of associated data, one after the other.
#[derive(Clone)]
struct Components {
    bytes: Secret,
    /// Where so many of them end.
    ends: [usize; MAX_COMPONENTS],
    number: usize,
}

impl Default for Components {
    fn default() -> Self {
        Self { bytes: Secret::default(), ends: [0; MAX_COMPONENTS], number: 0 }
    }
}

impl Components {
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let ends = &self.ends[..self.number];
        let starts = [0].into_iter().chain(ends.iter().copied());
        starts.zip(ends).map(|(start, end)| &self.bytes[start..*end])
    }
}

impl<K: SivKey> Cipher<K> {
    /// The schedules, and what they are to work on besides a message.
    fn split(&mut self) -> (&mut K::Schedules, impl Iterator<Item = &[u8]>) {
        (&mut self.siv, self.components.iter().chain(self.nonce.as_deref()))
    }
}

impl<K: SivKey> Absorb for Cipher<K> {
    /// Begins a component. `overflow` if there are too many.
    fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        if self.started {
            return Err(Errno::InvalidOperation);
        }
        let Components { bytes, ends, number } = &mut self.components;
        if *number + usize::from(self.nonce.is_some()) == MAX_COMPONENTS {
            return Err(Errno::Overflow);
        }
        account.gather(bytes, len)?;
        ends[*number] = bytes.len();
        *number += 1;
        Ok(())
    }

    fn absorb(&mut self, data: &[u8]) {
        let Components { bytes, ends, number } = &mut self.components;
        bytes.extend_from_slice(data);
        if let Some(last) = ends[..*number].last_mut() {
            *last = bytes.len();
        }
    }

    fn to_state(&self) -> State {
        State::Encrypt(Box::new(Self {
            siv: self.key.begin(),
            key: Arc::clone(&self.key),
            components: self.components.clone(),
            started: self.started,
            nonce: self.nonce.clone(),
            nonce_use: self.nonce_use.clone(),
        }))
    }

    fn held(&self) -> usize {
        let allocated = K::Schedules::HELD
            + size_of::<K>()
            + COUNTS
            + ALLOCATION
            + NonceUse::HELD
            + self.components.bytes.capacity()
            + ALLOCATION;
        size_of::<Self>() + ALLOCATION + allocated
    }
}

impl<K: SivKey> Encrypt for Cipher<K> {
    /// The nonce is hashed as one of them, and may be as long.
    fn associated_data_len(&self) -> usize {
        self.components.bytes.len() + self.nonce.as_deref().map_or(0, <[u8]>::len)
    }

    fn check_encrypt(&self, _: usize) -> Result<(), Errno> {
        if self.nonce.is_some() { self.nonce_use.check() } else { Ok(()) }
    }

    fn begin_encrypt(&mut self, _: usize) -> Result<(), Errno> {
        if self.nonce.is_some() {
            self.nonce_use.end()?;
        }
        self.started = true;
        Ok(())
    }

    fn encrypt(&mut self, buffer: &mut [u8], len: usize) -> Result<(), Errno> {
        let (message, tag) = buffer.split_at_mut(len);
        self.encrypt_detached(message, tag)
    }

    fn encrypt_detached(&mut self, message: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
        let (siv, components) = self.split();
        tag.copy_from_slice(&siv.seal(components, message)?);
        Ok(())
    }

    fn decrypt(&mut self, buffer: &mut [u8], len: usize, end: &[u8]) -> Result<usize, Errno> {
        self.started = true;
        let (siv, components) = self.split();
        let tag = end.try_into().map_err(|_| Errno::InvalidTag);
        match tag.and_then(|tag| siv.open(components, &mut buffer[..len], tag)) {
            Ok(()) => Ok(len),
            Err(errno) => {
                wipe(buffer);
                Err(errno)
            }
        }
    }

    fn nonce(&self) -> Option<&[u8]> {
        self.nonce.as_deref()
    }
}
