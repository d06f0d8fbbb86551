//! What a guest may hold, and the account of what it holds.

use std::sync::Arc;

use crate::booking::{BookedSecret, Booking, Ledger};
use crate::errno::Errno;
use crate::secret::Secret;

/// So many bits of a handle are the index of a slot.
pub(crate) const INDEX_BITS: u32 = 20;

/// From here on data is worth it to let others have their turn meanwhile, in bytes: AES-GCM takes half a microsecond for it, the second
/// lock of a shared table some ten nanoseconds.
pub(crate) const BULK: usize = 4 << 10;

/// The most handles that a guest can have open.
pub(crate) const MAX_HANDLES: usize = 1 << INDEX_BITS;

/// Bytes of stack that there must be where the host is called; with less, a guest can end the process.
///
/// The most that was measured are 326 KiB, for work with a secret key of ML-DSA-87, and 80 KiB for all but ML-DSA: see `tests/stack_use.rs`. That
/// is of builds in which this crate and its libraries are optimized; those without any optimization take 714 KiB. Stores of secrets in a database
/// were not measured.
///
/// Threads of Rust have 2 MiB; those that a C library begins may have 128 KiB. wasmtime leaves to the host what its
/// `Config::async_stack_size` is larger than its `Config::max_wasm_stack`, 1.5 MiB unless told otherwise, and does not look whether that is
/// enough.
pub const STACK_BYTES: usize = 384 << 10;

/// Bounds on what one guest can make its host hold or do.
///
/// The defaults suit a server with many guests: none of them makes the process grow by more than 54 MiB (1.25 × [`bytes`](Self::bytes)
/// and 4 MiB for the table of handles and work in passing), whatever it opens and in whatever order; a test measures it for each kind of
/// object of each algorithm. What is said of a call holds for all entries of a batch together: those for which nothing is left answer as one
/// that is too large by itself. Between any two of them, and in those that take long, a batch heeds a [`StopHandle`](crate::StopHandle); a
/// synchronous embedder should have one, with a deadline. Set others through [`WasiCryptoCtxBuilder`](crate::WasiCryptoCtxBuilder).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Open handles of all types, at most 1,048,576. Above it: `too_many_handles`. Default: 65,536.
    pub handles: usize,
    /// Bytes of memory held for the guest: what each object takes up with its handle, at least 144; keys with all that is prepared when they are
    /// first used, up to 185 KB for a key pair of ML-DSA-87; option values, outputs not yet pulled, and data that an algorithm must gather before it
    /// can work (associated data, salts, passwords, messages of Ed25519). What several objects share, such as a key and the
    /// states opened with it, counts once, until the last of them is closed. Above it: `overflow`, before anything is copied. Default: 40 MiB.
    pub bytes: usize,
    /// Bytes of any one thing whose length the guest chooses: the data gathered in a state, a symmetric key, the value of an option.
    /// Above it: `overflow`. Default: 8 MiB, since one call, or each entry of a batch of signatures, hashes all of it, twice for Ed25519: 23 ms at the 0.74 GB/s that SHA-512 has on
    /// an AMD Zen 5.
    pub gathered_bytes: usize,
    /// Bytes that one call works on in one piece: a message to encrypt or decrypt with its associated data, twice for Ascon and AES-SIV, 18 times
    /// for Xoodyak, and once more where it is copied out of a shared memory, or into a list of a component; the info of HKDF twice for each block
    /// of output; an output without end four times, that of Xoodyak 18 times. Above it: `overflow`. Hashing, which goes on piece by piece, has no
    /// such limit. Default: 32 MiB, which take no algorithm more than 50 ms.
    pub call_bytes: usize,
    /// PBKDF2 iterations of one call, over all its output blocks; hashing the salt for each block, and the password,
    /// counts as what it costs. Above it: `prohibited_operation`.
    /// Default: 10,000,000 (one to four seconds).
    pub password_iterations: u64,
    /// Bytes of memory that one call of Argon2 or scrypt goes over: for Argon2 as many as it takes up, in each pass; for scrypt twice as many for
    /// each of its parallel parts; hashing what goes in and out counts as what it costs. Above it: `prohibited_operation`. How much it takes up is
    /// for [`bytes`](Self::bytes) to bound. scrypt can be stopped, Argon2 cannot, so that this is what bounds it. Default: 1 GiB
    /// (one to three seconds; Argon2 takes 300 to 600 ms on a current server, whatever its memory, passes and lanes).
    pub password_memory_work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            handles: 1 << 16,
            bytes: 40 << 20,
            gathered_bytes: 8 << 20,
            call_bytes: 32 << 20,
            password_iterations: 10_000_000,
            password_memory_work: 1 << 30,
        }
    }
}

/// What the entries of a batch have taken so far of what one call may take.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    /// Of [`Limits::call_bytes`].
    pub(crate) bytes: usize,
    /// Of [`Limits::password_iterations`].
    pub(crate) iterations: u64,
    /// Of [`Limits::password_memory_work`].
    pub(crate) memory_work: u64,
}

impl Spent {
    /// Adds what was taken besides.
    pub(crate) fn add(&mut self, more: Self) {
        self.bytes = self.bytes.saturating_add(more.bytes);
        self.iterations = self.iterations.saturating_add(more.iterations);
        self.memory_work = self.memory_work.saturating_add(more.memory_work);
    }
}

impl Limits {
    /// What is left of them.
    pub(crate) fn without(self, spent: &Spent) -> Self {
        Self {
            call_bytes: self.call_bytes.saturating_sub(spent.bytes),
            password_iterations: self.password_iterations.saturating_sub(spent.iterations),
            password_memory_work: self.password_memory_work.saturating_sub(spent.memory_work),
            ..self
        }
    }
}

/// The bytes that one object holds, as part of all that its guest holds.
pub(crate) struct Account<'a> {
    /// By this object alone.
    pub(crate) held: &'a mut usize,
    /// By all objects, each alone.
    pub(crate) total: &'a mut usize,
    /// What objects share.
    pub(crate) ledger: &'a Ledger,
    pub(crate) limits: &'a Limits,
}

impl Account<'_> {
    /// Books what an object will gather, and sets its memory aside. `overflow` above either limit, with nothing changed.
    pub(crate) fn gather(&mut self, gathered: &mut Secret, len: usize) -> Result<(), Errno> {
        let capacity = self.capacity(gathered, gathered.capacity(), len)?;
        let more = capacity.saturating_sub(gathered.capacity());
        *self.held += more;
        *self.total += more;
        gathered.grow_to(capacity);
        Ok(())
    }

    /// The same for what clones and work elsewhere may have, too: then it is copied, and both are booked.
    pub(crate) fn gather_shared(&self, gathered: &mut Arc<BookedSecret>, len: usize) -> Result<(), Errno> {
        let booked = Arc::get_mut(gathered).map_or(0, |own| own.capacity());
        let capacity = self.capacity(gathered, booked, len)?;
        Arc::make_mut(gathered).grow_to(capacity, self.ledger);
        Ok(())
    }

    /// How many bytes to set aside for what will have `len` more, if so many are booked for it already.
    fn capacity(&self, gathered: &Secret, booked: usize, len: usize) -> Result<usize, Errno> {
        let most = self.limits.gathered_bytes;
        let needed = gathered.len().checked_add(len).filter(|needed| *needed <= most).ok_or(Errno::Overflow)?;
        // Less in advance where the guest has little left.
        let wanted = [gathered.capacity_with(len), needed + needed / 16, needed];
        let fits = |capacity: &usize| self.check_spare(capacity.saturating_sub(booked)).is_ok();
        wanted.map(|capacity| capacity.min(most).max(needed)).into_iter().find(fits).ok_or(Errno::Overflow)
    }

    /// Gives up what an object has gathered.
    pub(crate) fn release(&mut self, gathered: &mut Secret) {
        let bytes = std::mem::take(gathered).capacity();
        *self.held -= bytes;
        *self.total -= bytes;
    }

    /// Books what work takes up that may go on when others have their turn, until the booking is dropped. `overflow` if it is too much.
    pub(crate) fn reserve(&self, bytes: usize) -> Result<Booking, Errno> {
        self.check_spare(bytes)?;
        Ok(Booking::of(bytes, self.ledger))
    }

    /// Books the memory of the host that an operation takes up meanwhile. `overflow` if it is too much. Nothing is booked of what is so little
    /// that nobody else has their turn before it is done.
    #[inline(always)]
    pub(crate) fn reserve_meanwhile(&self, bytes: usize) -> Result<Option<Booking>, Errno> {
        if bytes < BULK { self.check_spare(bytes).map(|()| None) } else { self.reserve(bytes).map(Some) }
    }

    /// `overflow` if `bytes` more would be too many.
    pub(crate) fn check_spare(&self, bytes: usize) -> Result<(), Errno> {
        if bytes > self.limits.bytes.saturating_sub(*self.total + self.ledger.total()) {
            return Err(Errno::Overflow);
        }
        Ok(())
    }
}

/// What a guest has room for besides what it holds.
#[derive(Clone, Copy)]
pub(crate) struct Spare<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) bytes: usize,
}

impl Spare<'_> {
    /// `overflow` if `bytes` more would be too many; for use before something so large is made.
    pub(crate) fn check(&self, bytes: usize) -> Result<(), Errno> {
        if bytes > self.bytes { Err(Errno::Overflow) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs something with the account of an object that holds nothing, of a guest that holds `total`.
    fn with_account<R>(limits: Limits, total: usize, run: impl FnOnce(&mut Account<'_>) -> R) -> (R, usize, usize) {
        let (mut held, mut total, ledger) = (0, total, Ledger::default());
        let mut account = Account { held: &mut held, total: &mut total, ledger: &ledger, limits: &limits };
        let result = run(&mut account);
        (result, held, total)
    }

    fn limits(bytes: usize, gathered_bytes: usize) -> Limits {
        Limits { bytes, gathered_bytes, ..Limits::default() }
    }

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let Limits { handles, bytes, gathered_bytes, call_bytes, password_iterations, password_memory_work } =
            Limits::default();
        assert_eq!((handles, bytes, gathered_bytes, call_bytes), (65_536, 41_943_040, 8_388_608, 33_554_432));
        assert_eq!((password_iterations, password_memory_work), (10_000_000, 1_073_741_824));
        assert_eq!(MAX_HANDLES, 1_048_576);
    }

    #[test]
    fn what_is_spent_adds_up_and_is_taken_off_and_never_wraps() {
        let mut spent = Spent::default();
        spent.add(Spent { bytes: 1, iterations: 2, memory_work: 3 });
        spent.add(Spent { bytes: 10, iterations: 20, memory_work: 30 });
        assert_eq!((spent.bytes, spent.iterations, spent.memory_work), (11, 22, 33));
        let before = Limits { call_bytes: 100, password_iterations: 100, password_memory_work: 100, ..limits(7, 8) };
        let left = Limits { call_bytes: 89, password_iterations: 78, password_memory_work: 67, ..before };
        assert_eq!(before.without(&spent), left);
        spent.add(Spent { bytes: usize::MAX, iterations: u64::MAX, memory_work: u64::MAX });
        let left = Limits { call_bytes: 0, password_iterations: 0, password_memory_work: 0, ..before };
        assert_eq!(before.without(&spent), left);
    }

    /// Half as many bytes again are set aside, or a sixteenth, or none, as there is room.
    #[test]
    fn less_is_set_aside_where_little_is_left() {
        for (spare, capacity) in [(1000, Some(240)), (80, Some(240)), (79, Some(171)), (11, Some(171)), (10, Some(161))]
            .into_iter()
            .chain([(1, Some(161)), (0, None)])
        {
            let mut gathered = Secret::zeroed(160);
            let (result, held, total) =
                with_account(limits(500 + spare, 300), 500, |account| account.gather(&mut gathered, 1));
            assert_eq!(result.ok().map(|()| gathered.capacity()), capacity, "{spare} bytes are left");
            let more = capacity.map_or(0, |capacity| capacity - 160);
            assert_eq!((held, total), (more, 500 + more), "{spare} bytes are left");
        }
    }

    #[test]
    fn no_more_is_gathered_than_may_be() {
        let mut gathered = Secret::zeroed(160);
        let (result, ..) = with_account(limits(1000, 200), 0, |account| account.gather(&mut gathered, 1));
        assert_eq!((result, gathered.capacity()), (Ok(()), 200));
        for len in [41, usize::MAX] {
            let (result, held, _) = with_account(limits(1000, 200), 0, |account| account.gather(&mut gathered, len));
            assert_eq!((result, held), (Err(Errno::Overflow), 0));
        }
        let (result, ..) = with_account(limits(1000, 200), 0, |account| account.gather(&mut gathered, 40));
        assert_eq!((result, gathered.capacity()), (Ok(()), 200));
    }

    #[test]
    fn what_is_released_is_given_back() {
        let mut gathered = Secret::default();
        let ((), held, total) = with_account(limits(1000, 200), 5, |account| {
            account.gather(&mut gathered, 100).unwrap();
            assert_eq!((*account.held, *account.total), (100, 105));
            account.release(&mut gathered);
        });
        assert_eq!((held, total, gathered.capacity()), (0, 5, 0));
    }

    #[test]
    fn what_is_shared_is_booked_once_and_counts() {
        let mut gathered = Arc::new(BookedSecret::default());
        let (booked, held, total) = with_account(limits(1000, 600), 100, |account| {
            account.gather_shared(&mut gathered, 500).unwrap();
            account.gather_shared(&mut gathered, 500).unwrap();
            // A copy of its own for who shares it: there is no room for both.
            let other = Arc::clone(&gathered);
            assert_eq!(account.gather_shared(&mut gathered, 500), Err(Errno::Overflow));
            assert!(Arc::ptr_eq(&gathered, &other));
            account.ledger.total()
        });
        assert!((500..=600).contains(&booked), "{booked}");
        assert_eq!((held, total), (0, 100));
    }

    #[test]
    fn the_last_byte_can_be_had_and_no_more() {
        with_account(limits(100, 100), 60, |account| {
            assert_eq!((account.check_spare(40), account.check_spare(41)), (Ok(()), Err(Errno::Overflow)));
            let booking = account.reserve(30).unwrap();
            assert!(booking.is_made());
            assert_eq!((account.check_spare(10), account.check_spare(11)), (Ok(()), Err(Errno::Overflow)));
            assert!(account.reserve(11).is_err());
            drop(booking);
            assert_eq!(account.check_spare(40), Ok(()));
        });
        let limits = Limits::default();
        let spare = Spare { limits: &limits, bytes: 5 };
        assert_eq!((spare.check(5), spare.check(6)), (Ok(()), Err(Errno::Overflow)));
    }
}
