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

    /// Books so many bytes, unless that has been done. They come back when the booking is dropped.
    pub(crate) fn make(&self, bytes: usize, ledger: &Ledger) {
        self.0.get_or_init(|| {
            ledger.0.fetch_add(bytes, Ordering::Relaxed);
            Entry { bytes, ledger: ledger.clone() }
        });
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.ledger.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A secret that several objects may have, and its booking.
pub(crate) struct SharedSecret {
    bytes: Secret,
    pub(crate) booking: Booking,
}

impl SharedSecret {
    pub(crate) fn new(bytes: Secret) -> Self {
        Self { bytes, booking: Booking::default() }
    }

    /// Bytes to book for a secret of `len` bytes.
    pub(crate) const fn held(len: usize) -> usize {
        len + ALLOCATION + COUNTS + size_of::<Self>() + ALLOCATION
    }
}

impl Deref for SharedSecret {
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
}
