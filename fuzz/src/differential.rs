//! Target `differential`: one guest on several hosts, each called in another way. All answer alike.
//!
//! What comes from random numbers is another on each host. Which objects and bytes of memory that are is followed here, so that all
//! others can be compared; what is random is compared by its use, in [`exchange`].

use wasi_crypto_host::{Errno, HandleType, Hostcall, ResultType};

use crate::bytes::Bytes;
use crate::calls::{MAX_STEPS, bounds};
use crate::checked::{Checked, MEMORY, Range, buffers, handles, inputs, optional_handle, optional_records, results};
use crate::exchange::exchange;
use crate::step::{History, SLOTS, Step};
use crate::ways::{Bounds, Way};

/// Compares the ways of calling.
///
/// # Panics
///
/// If they differ, or one does what must not be.
pub fn differential(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    if bytes.byte().is_multiple_of(2) {
        Comparison::new(bounds(&mut bytes)).run(bytes);
    } else {
        exchange(bytes);
    }
}

/// Most memories differ in a few pieces of this size, in bytes.
const CHUNK: usize = 256;

struct Comparison {
    bounds: Bounds,
    guests: Vec<Guest>,
    history: History,
    /// 0xff for bytes that are others on each host.
    mask: Vec<u8>,
    /// Whether there ever was a random object: such may differ in size, and so in what is left of the limits.
    met_random: bool,
}

struct Guest {
    checked: Checked,
    /// Passes data in pieces.
    splits: bool,
}

impl Comparison {
    fn new(bounds: Bounds) -> Self {
        let guest = |way, splits| Guest { checked: Checked::new(way, bounds), splits };
        let mut guests: Vec<Guest> = Way::ALL.map(|way| guest(way, false)).into();
        // What comes in pieces may be kept in another form, and meets narrow limits elsewhere.
        if bounds == Bounds::WIDE {
            guests.push(guest(Way::Whole, true));
        }
        Self { bounds, guests, history: History::default(), mask: vec![0; MEMORY], met_random: false }
    }

    fn run(mut self, mut bytes: Bytes<'_>) {
        for _ in 0..MAX_STEPS {
            if bytes.is_empty() || !self.step(&mut bytes) {
                break;
            }
        }
        for guest in self.guests {
            guest.checked.end();
        }
    }

    /// One step of all guests. Whether there can be another.
    fn step(&mut self, bytes: &mut Bytes<'_>) -> bool {
        let start = *bytes;
        let read = |guest: &mut Guest| {
            *bytes = start;
            Step::read(bytes, &mut guest.checked, &self.history)
        };
        let steps: Vec<Step> = self.guests.iter_mut().map(read).collect();
        for range in &steps[0].written {
            self.mask[range.indices()].fill(0);
        }
        self.mask[..SLOTS as usize].fill(0xff);
        let Step { hostcall, args, is_left_out, .. } = &steps[0];
        if *is_left_out {
            return true;
        }
        let is_random = self.is_random(&steps[0]);

        let answer = self.guests[0].checked.checked_call(hostcall, args);
        for (guest, Step { args, .. }) in self.guests.iter_mut().zip(&steps).skip(1) {
            let other = guest.call(hostcall, args, answer);
            let depends_on_chance = is_random
                || (self.met_random && self.bounds != Bounds::WIDE && [answer, other].contains(&Errno::Overflow));
            // A copy of a shared memory is booked before it is made, and so meets narrow limits first.
            let has_no_room_to_copy =
                self.bounds != Bounds::WIDE && guest.checked.way() == Way::SharedMemory && other == Errno::Overflow;
            if other != answer && (depends_on_chance || has_no_room_to_copy) {
                return false;
            }
            assert_eq!(other, answer, "{:?} differs in {}{args:x?}", guest.checked.way(), hostcall.name());
        }
        if answer == Errno::Success {
            let is_random = is_random || makes_random(hostcall) || self.has_its_own_nonce(hostcall);
            self.note(&steps, is_random);
        }
        self.compare(hostcall)
    }

    /// Whether the call works on something that is another on each host.
    fn is_random(&self, Step { hostcall, args, written, .. }: &Step) -> bool {
        let is_masked = |range: Range| self.mask.get(range.indices()).is_some_and(|bytes| bytes.contains(&0xff));
        let guest = &self.guests[0].checked;
        // The record that the step has written names the same object on each host; any other is what it happens to be.
        let is_random_record = |record: Range| match optional_handle(record, &guest.memory) {
            Some(handle) if written.contains(&record) => guest.is_random(handle),
            _ => is_masked(record) && !written.contains(&record),
        };
        inputs(hostcall, args).into_iter().any(is_masked)
            || handles(hostcall).any(|(_, at)| guest.is_random(args[at] as u32))
            || optional_records(hostcall, args).into_iter().any(is_random_record)
    }

    /// A symmetric state whose nonce the host chose.
    fn has_its_own_nonce(&mut self, hostcall: &Hostcall) -> bool {
        if hostcall.name() != "symmetric_state_open" {
            return false;
        }
        let mut nonces = self.guests.iter_mut().map(|Guest { checked, .. }| {
            let state = checked.open().last().map_or(0, |open| open.handle);
            checked.nonce(state)
        });
        let first = nonces.next();
        nonces.any(|nonce| Some(nonce) != first)
    }

    /// Follows what is random after a call that succeeded.
    fn note(&mut self, steps: &[Step], is_random: bool) {
        let hostcall = steps[0].hostcall;
        self.met_random |= is_random;
        for (guest, Step { args, .. }) in self.guests.iter_mut().zip(steps) {
            let made = hostcall.results().iter().filter(|result| matches!(result, ResultType::Handle(_))).count();
            let open = guest.checked.open_mut();
            let at = open.len() - made;
            open[at..].iter_mut().for_each(|open| open.is_random = is_random);
            for (ty, at) in handles(hostcall).filter(|(ty, _)| is_random && is_changed(*ty)) {
                let handle = args[at] as u32;
                open.iter_mut().filter(|open| (open.ty, open.handle) == (ty, handle)).for_each(|o| o.is_random = true);
            }
            let mut fill = |range: Range, random: bool| {
                self.mask[range.indices()].fill(if random { 0xff } else { 0 });
            };
            let written = guest.checked.size_result(hostcall, args);
            for Range { start, len } in buffers(hostcall, args) {
                // What lies behind the bytes that were written is still what it was.
                let len = if is_random { len } else { written.unwrap_or(len).min(len) };
                if len > 0 {
                    fill(Range { start, len }, is_random);
                }
            }
            for (result, range) in hostcall.results().iter().zip(results(hostcall, args)) {
                fill(range, is_random || matches!(result, ResultType::Handle(_)));
            }
        }
        self.history.note(hostcall, &steps[0].args);
    }

    /// Whether two memories are the same but for what is masked.
    fn is_alike(&self, one: &[u8], other: &[u8]) -> bool {
        // As a whole where that will do: byte by byte, this would take most of a fuzzer's time.
        let chunks = one.chunks(CHUNK).zip(other.chunks(CHUNK)).zip(self.mask.chunks(CHUNK));
        chunks.filter(|((one, other), _)| one != other).all(|((one, other), mask)| {
            one.iter().zip(other).zip(mask).all(|((one, other), mask)| (one ^ other) & !mask == 0)
        })
    }

    /// Compares all that the guests can see. Whether they go on alike.
    fn compare(&self, hostcall: &Hostcall) -> bool {
        let [first, others @ ..] = self.guests.as_slice() else { return false };
        for other in others {
            let way = other.checked.way();
            let is_alike = self.is_alike(&first.checked.memory, &other.checked.memory);
            assert!(is_alike, "{way:?} (split: {}) differs in memory after {}", other.splits, hostcall.name());
            if !self.met_random && !other.splits {
                let held = (first.checked.held_bytes(), other.checked.held_bytes());
                assert_eq!(held.0, held.1, "{way:?} books other bytes after {}", hostcall.name());
            }
            // A random output may be longer on one host, and not yet empty.
            if first.checked.open().len() != other.checked.open().len() {
                assert!(self.met_random, "{way:?} has other handles after {}", hostcall.name());
                return false;
            }
        }
        true
    }
}

impl Guest {
    /// Makes a call; in pieces, if that is how this guest passes data, and the call will succeed.
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64], expected: Errno) -> Errno {
        let takes_pieces = matches!(
            hostcall.name(),
            "symmetric_state_absorb" | "signature_state_update" | "signature_verification_state_update"
        );
        let (true, true, Errno::Success, [handle, start, len]) = (self.splits, takes_pieces, expected, args) else {
            return self.checked.checked_call(hostcall, args);
        };
        // One byte, an empty piece, and two halves of the rest.
        let mut from = 0;
        for to in [(*len).min(1), (*len).min(1), len.div_ceil(2), *len] {
            let to = to.max(from);
            let errno = self.checked.checked_call(hostcall, &[*handle, start + from, to - from]);
            if errno != Errno::Success {
                return errno;
            }
            from = to;
        }
        Errno::Success
    }
}

/// Whether a call gives another result each time.
fn makes_random(hostcall: &Hostcall) -> bool {
    matches!(hostcall.name(), "keypair_generate" | "symmetric_key_generate" | "signature_state_sign" | "kx_encapsulate")
}

/// Whether calls change objects of this type.
fn is_changed(ty: HandleType) -> bool {
    matches!(
        ty,
        HandleType::Options
            | HandleType::SymmetricState
            | HandleType::SignatureState
            | HandleType::SignatureVerificationState
    )
}
