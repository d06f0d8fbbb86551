//! Bytes that several objects of one guest share: booked once, from when the first of them comes to the guest until the last of them
//! lets go, on whatever thread that is.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::secret::Secret;

/// What an allocation takes up besides its bytes: the allocator's header, and what it rounds up to.
pub(crate) const ALLOCATION: usize = 16;

/// What an `Arc` keeps beside its value: two counts.
pub(crate) const COUNTS: usize = 2 * size_of::<usize>();

/// The sum of all bookings of one guest.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<AtomicUsize>);

impl Ledger {
    /// Bytes booked now. Other threads may make it less, but only the table's owner makes it more.
    pub(crate) fn total(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The booking of one thing that objects share. It lies in the thing, or each of the objects keeps it beside.
#[derive(Default)]
pub(crate) struct Booking(OnceLock<Entry>);

struct Entry {
    bytes: usize,
    ledger: Ledger,
}

impl Booking {
    pub(crate) fn is_made(&self) -> bool {
        self.0.get().is_some()
    }

    /// A booking of so many bytes.
    pub(crate) fn of(bytes: usize, ledger: &Ledger) -> Self {
        let booking = Self::default();
        booking.make(bytes, ledger);
        booking
    }

    /// Books so many bytes, unless that has been done. They come back when the booking is dropped.
    pub(crate) fn make(&self, bytes: usize, ledger: &Ledger) {
        self.0.get_or_init(|| {
            ledger.0.fetch_add(bytes, Ordering::Relaxed);
            Entry { bytes, ledger: ledger.clone() }
        });
    }

    /// Books so many bytes more.
    fn grow(&mut self, bytes: usize, ledger: &Ledger) {
        self.make(0, ledger);
        if let Some(entry) = self.0.get_mut() {
            entry.bytes += bytes;
            ledger.0.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.ledger.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A secret and its booking. Objects may share it, and so may work that is done elsewhere.
#[derive(Default)]
pub(crate) struct BookedSecret {
    bytes: Secret,
    pub(crate) booking: Booking,
}

impl BookedSecret {
    pub(crate) fn new(bytes: Secret, booking: Booking) -> Self {
        Self { bytes, booking }
    }

    pub(crate) fn into_parts(self) -> (Secret, Booking) {
        (self.bytes, self.booking)
    }

    /// Sets memory aside for a secret that will grow, and books it.
    pub(crate) fn grow_to(&mut self, capacity: usize, ledger: &Ledger) {
        self.booking.grow(capacity.saturating_sub(self.bytes.capacity()), ledger);
        self.bytes.grow_to(capacity);
    }

    /// Adds bytes for which memory was set aside.
    pub(crate) fn extend_from_slice(&mut self, more: &[u8]) {
        self.bytes.extend_from_slice(more);
    }

    /// Bytes to book for a secret of `len` bytes.
    pub(crate) const fn held(len: usize) -> usize {
        len + ALLOCATION + COUNTS + size_of::<Self>() + ALLOCATION
    }
}

/// A copy is booked as such.
impl Clone for BookedSecret {
    fn clone(&self) -> Self {
        let bytes = self.bytes.clone();
        let booking = self.booking.0.get().map(|entry| Booking::of(bytes.capacity(), &entry.ledger));
        Self { bytes, booking: booking.unwrap_or_default() }
    }
}

impl Deref for BookedSecret {
    type Target = Secret;

    fn deref(&self) -> &Secret {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_is_made_once_and_comes_back_with_the_last_owner() {
        let ledger = Ledger::default();
        let booking = Arc::new(Booking::default());
        let other = Arc::clone(&booking);
        booking.make(100, &ledger);
        other.make(100, &ledger);
        assert_eq!(ledger.total(), 100);
        drop(booking);
        assert_eq!(ledger.total(), 100);
        std::thread::spawn(|| drop(other)).join().unwrap();
        assert_eq!(ledger.total(), 0);
    }

    #[test]
    fn a_growing_secret_is_booked_as_it_grows() {
        let ledger = Ledger::default();
        let mut secret = BookedSecret::default();
        for capacity in [0, 10, 10, 25, 7] {
            secret.grow_to(capacity, &ledger);
            assert_eq!(ledger.total(), secret.capacity());
        }
        let copy = secret.clone();
        assert_eq!(ledger.total(), secret.capacity() + copy.capacity());
        drop((secret, copy));
        assert_eq!(ledger.total(), 0);
    }
}
