//! Secrets that mean nothing to the host: it keeps them, or seals them for the guest to keep.
//!
//! As in `managed_keys`, what asks the store is admitted, run without the guest's objects, and committed.

use std::sync::Arc;

use crate::array_output::ArrayOutput;
use crate::booking::{BookedSecret, Booking};
use crate::errno::Errno;
use crate::managed::ManagedKeys;
use crate::ops::common::open_array_output;
use crate::ops::managed_keys::Loading;
use crate::ops::secrets_manager::{identifier_of, keys_of};
use crate::ops::{Bytes, Objects};
use crate::secret::Secret;
use crate::secrets::{Identifier, Kind, Loaded, NewRecord, Opened, OpenedSecret, SecretsError};

/// A secret that is to be kept until it expires.
pub(crate) struct Storage {
    keys: Arc<ManagedKeys>,
    secret: BookedSecret,
    expires: u64,
}

impl Storage {
    /// `overflow` if the secret is longer than anything that the guest may choose the length of.
    pub(crate) fn admit(
        objects: &mut impl Objects,
        manager: u32,
        secret: impl Bytes,
        expires: u64,
    ) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        let most = objects.spare().limits.gathered_bytes;
        Ok(Self { keys, secret: copy(objects, secret, most)?, expires })
    }

    /// Its new identifier.
    pub(crate) fn store(self) -> Result<Identifier, Errno> {
        self.keys.namespace.create(self.record()).map(|header| header.identifier).map_err(errno)
    }

    /// The number of a new version of the secret with this identifier.
    pub(crate) fn replace(self, identifier: Identifier) -> Result<u64, Errno> {
        self.keys.namespace.replace(&identifier, self.record()).map(|header| header.version).map_err(errno)
    }

    /// The secret sealed, for the guest to keep.
    pub(crate) fn encapsulate(self) -> Result<BookedSecret, Errno> {
        let Self { keys, secret, expires } = self;
        let sealed = keys.namespace.encapsulate(&secret, expires).map_err(errno)?;
        let (_, booking) = secret.into_parts();
        Ok(BookedSecret::new(Secret::from_vec(sealed), booking))
    }

    fn record(&self) -> NewRecord<'_> {
        NewRecord::secret(&self.secret, self.expires)
    }
}

/// `overflow` if an identifier does not fit into `room` bytes.
pub(crate) fn check_room_for_identifier(room: usize) -> Result<(), Errno> {
    if room < Identifier::LEN { Err(Errno::Overflow) } else { Ok(()) }
}

/// `not_found` for what is no identifier.
pub(crate) fn secret_identifier(bytes: impl Bytes) -> Result<Identifier, Errno> {
    identifier_of(bytes)
}

impl Loading {
    /// Loads a secret.
    pub(crate) fn run_for_secret(&self) -> Result<Loaded<Arc<Opened>>, Errno> {
        self.keys.namespace.load_within(Kind::Secret, &self.identifier, self.version, self.most).map_err(errno)
    }
}

/// A sealed secret that is to be opened.
pub(crate) struct Decapsulation {
    keys: Arc<ManagedKeys>,
    sealed: BookedSecret,
    /// For what is opened, of which the guest then gets a copy.
    opened: Booking,
}

impl Decapsulation {
    pub(crate) fn admit(objects: &mut impl Objects, manager: u32, sealed: impl Bytes) -> Result<Self, Errno> {
        let keys = keys_of(objects, manager)?;
        objects.check_room(1)?;
        let most = objects.spare().limits.gathered_bytes.saturating_add(MOST_ADDED);
        let len = sealed.len();
        Ok(Self { keys, sealed: copy(objects, sealed, most)?, opened: objects.reserve(len)? })
    }

    pub(crate) fn run(&self) -> Result<OpenedSecret, Errno> {
        self.keys.namespace.decapsulate(&self.sealed).map_err(errno)
    }

    /// Gives a copy of what was opened to the guest.
    pub(crate) fn commit(self, objects: &mut impl Objects, opened: &OpenedSecret) -> Result<u32, Errno> {
        let Self { sealed, opened: _opened, .. } = self;
        drop(sealed);
        open_secret(objects, opened.bytes())
    }
}

/// Gives a copy of a secret to the guest as an array output.
pub(crate) fn open_secret(objects: &mut impl Objects, secret: &[u8]) -> Result<u32, Errno> {
    objects.spare().check(secret.len())?;
    open_array_output(objects, Secret::from(secret))
}

/// Gives what was sealed to the guest as an array output.
pub(crate) fn open_sealed(objects: &mut impl Objects, sealed: BookedSecret) -> Result<u32, Errno> {
    let (sealed, booking) = sealed.into_parts();
    objects.insert_booked(ArrayOutput::new(sealed), booking)
}

/// Takes bytes out of the guest's memory, with room for the copies that are made of them. `overflow` if there are more
/// than `most`.
fn copy(objects: &mut impl Objects, bytes: impl Bytes, most: usize) -> Result<BookedSecret, Errno> {
    if bytes.len() > most {
        return Err(Errno::Overflow);
    }
    let booking = objects.reserve(COPIES * bytes.len() + bytes.host_bytes())?;
    let copy = Secret::from(&*bytes.get());
    Ok(BookedSecret::new(copy, booking))
}

/// A secret is in memory so often meanwhile: as it was given, with its expiry, sealed, and sealed with what is in front
/// of it.
const COPIES: usize = 4;

/// What is sealed is longer by no more than so many bytes.
const MOST_ADDED: usize = 64;

/// What the guest is told. The namespace has told its observer more.
fn errno(error: SecretsError) -> Errno {
    error.errno()
}
