//! Secret keys on their way to the guest.

use crate::array_output::ArrayOutput;
use crate::booking::Booking;
use crate::errno::Errno;
use crate::ops::Objects;
use crate::origin::Origin;
use crate::secret::Secret;

/// A secret key that is to leave the host, if its origin allows that.
pub(crate) struct Export {
    origin: Origin,
    encode: Box<dyn FnOnce() -> Result<Secret, Errno> + Send>,
    /// For what is encoded, where that may be large.
    room: Booking,
}

impl Export {
    pub(super) fn new(origin: Origin, encode: impl FnOnce() -> Result<Secret, Errno> + Send + 'static) -> Self {
        Self { origin, encode: Box::new(encode), room: Booking::default() }
    }

    /// The same with memory that was booked for what is encoded.
    pub(super) fn with_room(self, room: Booking) -> Self {
        Self { room, ..self }
    }

    /// Whether a store has a say in it.
    pub(crate) fn asks_store(&self) -> bool {
        self.origin.managed().is_some()
    }

    /// `prohibited_operation` if the key must stay.
    pub(crate) fn run(self) -> Result<Exported, Errno> {
        let Self { origin, encode, room } = self;
        origin.export(encode).map(|bytes| Exported { bytes, room })
    }
}

/// A secret key, encoded.
pub(crate) struct Exported {
    bytes: Secret,
    room: Booking,
}

impl Exported {
    /// An array output with it.
    pub(crate) fn commit(self, objects: &mut impl Objects) -> Result<u32, Errno> {
        objects.insert_booked(ArrayOutput::new(self.bytes), self.room)
    }
}
