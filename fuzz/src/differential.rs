//! Target `differential`: one guest on several hosts, each called in another way. All answer alike.
//!
//! What comes from random numbers is another on each host. Which objects and bytes of memory that are is followed here, so that all
//! others can be compared; what is random is compared by its use, in [`exchange`].

use wasi_crypto_host::{Errno, HandleType, Hostcall, ResultType};

use crate::batch::{Batch, Entry};
use crate::bytes::Bytes;
use crate::calls::{MAX_STEPS, bounds};
use crate::checked::{Checked, MEMORY, Range, buffers, handles, inputs, optional_handle, optional_records, results};
use crate::exchange::exchange;
use crate::step::{History, SLOTS, Step};
use crate::transcript;
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
    transcript::end();
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
    habit: Habit,
}

/// What a guest does otherwise, besides that its host is called in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Habit {
    None,
    /// Passes data in pieces, and the entries of a list one by one.
    Splits,
    /// Makes no call that fails. That nothing after it differs says that a call that fails changes nothing.
    NeverFails,
}

impl Comparison {
    fn new(bounds: Bounds) -> Self {
        let guest = |way, habit| Guest { checked: Checked::new(way, bounds), habit };
        let mut guests: Vec<Guest> = Way::ALL.map(|way| guest(way, Habit::None)).into();
        guests.push(guest(Way::Whole, Habit::NeverFails));
        // What comes in pieces may be kept in another form, and meets narrow limits elsewhere.
        if bounds == Bounds::WIDE {
            guests.push(guest(Way::Whole, Habit::Splits));
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
        for range in &steps[0].written_handles {
            self.mask[range.indices()].fill(0xff);
        }
        let Step { hostcall, args, is_left_out, .. } = &steps[0];
        if *is_left_out || self.leads_anywhere(&steps[0]) {
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
        if self.lists_met_limits(&steps) {
            return false;
        }
        if answer == Errno::Success {
            let is_random = is_random || makes_random(hostcall) || self.has_its_own_nonce(hostcall);
            self.note(&steps, is_random);
        }
        self.write_down(hostcall, answer);
        self.compare(hostcall)
    }

    /// For other builds of the host to compare with, until something is random: later calls may be given that. What has narrow limits
    /// depends on how much a backend holds.
    fn write_down(&self, hostcall: &Hostcall, answer: Errno) {
        if self.bounds == Bounds::WIDE && !self.met_random && transcript::is_kept() {
            let memory = self.guests[0].checked.memory.iter().zip(&self.mask);
            let known: Vec<u8> = memory.map(|(byte, mask)| byte & !mask).collect();
            transcript::note((hostcall.name(), answer.number(), known));
        }
    }

    fn is_masked(&self, range: Range) -> bool {
        self.mask.get(range.indices()).is_some_and(|bytes| bytes.contains(&0xff))
    }

    /// Whether what is random may decide what is read or written where: it is in a list that the step has not written,
    /// or goes into one, or a part of a handle is overwritten there.
    fn leads_anywhere(&self, step: &Step) -> bool {
        step.batch.as_ref().is_some_and(|batch| {
            let is_unknown = !step.written.contains(&batch.list) && self.is_masked(batch.list);
            is_unknown || batch.cuts_handles() || (batch.rewrites_itself() && self.is_random(step))
        })
    }

    /// Whether the first entries that answer differently do so over limits: those of one call hold for all entries of a list together,
    /// and for each of them where it comes alone. What a guest may hold depends on chance, and on copies of a shared memory, which are
    /// booked before they are made.
    fn lists_met_limits(&self, steps: &[Step]) -> bool {
        let answers = |index: usize| {
            let guest: &Guest = &self.guests[index];
            steps[index].batch.as_ref().map(|batch| batch.errnos(&guest.checked.memory)).unwrap_or_default()
        };
        let first = answers(0);
        (1..steps.len()).any(|index| {
            let (other, guest) = (answers(index), &self.guests[index]);
            let Some((one, other)) = first.iter().zip(&other).find(|(one, other)| one != other) else { return false };
            let is_copied = guest.checked.way() == Way::SharedMemory;
            let is_held = self.bounds != Bounds::WIDE && (self.met_random || is_copied);
            let is_taken = guest.habit == Habit::Splits;
            (is_held && [one, other].contains(&&Some(Errno::Overflow)))
                || (is_taken && [Some(Errno::Overflow), Some(Errno::ProhibitedOperation)].contains(one))
        })
    }

    /// Whether the call works on something that is another on each host.
    fn is_random(&self, Step { hostcall, args, written, batch, .. }: &Step) -> bool {
        let is_masked = |range: Range| self.is_masked(range);
        let guest = &self.guests[0].checked;
        // The record that the step has written names the same object on each host; any other is what it happens to be.
        let is_random_record = |record: Range| match optional_handle(record, &guest.memory) {
            Some(handle) if written.contains(&record) => guest.is_random(handle),
            _ => is_masked(record) && !written.contains(&record),
        };
        let mut entries = batch.iter().flat_map(|batch| &batch.entries);
        let is_random_entry =
            |entry: &Entry| entry.inputs().any(is_masked) || entry.handles().any(|(_, handle)| guest.is_random(handle));
        entries.any(is_random_entry)
            || inputs(hostcall, args).into_iter().any(is_masked)
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
        for (guest, Step { args, batch, .. }) in self.guests.iter_mut().zip(steps) {
            if let Some(batch) = batch {
                note_batch(guest, batch, is_random, makes_random(hostcall), &mut self.mask);
                continue;
            }
            let made = hostcall.results().iter().filter(|result| matches!(result, ResultType::Handle(_))).count();
            let open = guest.checked.open_mut();
            let at = open.len() - made;
            open[at..].iter_mut().for_each(|open| open.is_random = is_random);
            let manages = hostcall.name().ends_with("_managed");
            let may_change = |ty| is_changed(ty) || (manages && ty != HandleType::SecretsManager);
            for (ty, at) in handles(hostcall).filter(|(ty, _)| is_random && may_change(*ty)) {
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
        self.history.note(&steps[0], &self.guests[0].checked.memory);
    }

    /// Whether two memories are the same but for what is masked.
    fn is_alike(&self, one: &[u8], other: &[u8]) -> bool {
        // As a whole where that will do: byte by byte, this would take most of a fuzzer's time.
        let chunks = one.chunks(CHUNK).zip(other.chunks(CHUNK)).zip(self.mask.chunks(CHUNK));
        chunks.filter(|((one, other), _)| one != other).all(|((one, other), mask)| {
            one.iter().zip(other).zip(mask).all(|((one, other), mask)| (one ^ other) & !mask == 0)
        })
    }

    /// Where two memories are not the same, but for what is masked.
    fn first_difference(&self, one: &[u8], other: &[u8]) -> usize {
        let differs = |((one, other), mask): ((&u8, &u8), &u8)| (one ^ other) & !mask != 0;
        one.iter().zip(other).zip(&self.mask).position(differs).unwrap_or(one.len())
    }

    /// Compares all that the guests can see. Whether they go on alike.
    fn compare(&self, hostcall: &Hostcall) -> bool {
        let [first, others @ ..] = self.guests.as_slice() else { return false };
        for other in others {
            let way = other.checked.way();
            let is_alike = self.is_alike(&first.checked.memory, &other.checked.memory);
            let habit = other.habit;
            assert!(
                is_alike,
                "{way:?} ({habit:?}) differs in memory at {:#x} after {}",
                self.first_difference(&first.checked.memory, &other.checked.memory),
                hostcall.name()
            );
            if !self.met_random && habit != Habit::Splits {
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
        // A forgery leaves zeros in the output, so that it is made by all.
        if self.habit == Habit::NeverFails && !matches!(expected, Errno::Success | Errno::InvalidTag) {
            return expected;
        }
        let splits = self.habit == Habit::Splits;
        let len = match Batch::of(hostcall, args, &self.checked.memory) {
            Some(batch) if splits && expected == Errno::Success => batch.entries.len(),
            _ => return self.call_whole_list(hostcall, args, expected),
        };
        for at in 0..len {
            // As it is now: an entry may have written over those behind it.
            let batch = Batch::of(hostcall, args, &self.checked.memory).expect("it was one before");
            let (single, args) = batch.entries[at].single(hostcall);
            let errno = self.checked.checked_call(single, &args);
            batch.entries[at].put_answer(errno, &mut self.checked.memory);
        }
        Errno::Success
    }

    fn call_whole_list(&mut self, hostcall: &'static Hostcall, args: &[u64], expected: Errno) -> Errno {
        let takes_pieces = matches!(
            hostcall.name(),
            "symmetric_state_absorb" | "signature_state_update" | "signature_verification_state_update"
        );
        let splits = self.habit == Habit::Splits;
        let (true, true, Errno::Success, [handle, start, len]) = (splits, takes_pieces, expected, args) else {
            return self.checked.checked_call(hostcall, args);
        };
        // Each absorb is a piece of its own for these, so that others give others.
        let counts_pieces = ["AES-128-SIV", "AES-256-SIV", "XOODYAK-128"];
        if self.checked.algorithm_of_call(hostcall, args).is_some_and(|name| counts_pieces.contains(&name)) {
            return self.checked.checked_call(hostcall, args);
        }
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

/// Follows what is random after a batch that succeeded, for one of the guests.
fn note_batch(guest: &mut Guest, batch: &Batch, is_random: bool, always_succeeds_alike: bool, mask: &mut [u8]) {
    let mut fill = |range: Range, random: bool| mask[range.indices()].fill(if random { 0xff } else { 0 });
    if is_random {
        for fields in batch.entries.iter().map(Entry::result_fields) {
            for (index, range) in fields.iter().enumerate() {
                fill(*range, index == 0 || !always_succeeds_alike);
            }
        }
        let outputs = batch.entries.iter().filter_map(Entry::output);
        outputs.filter(|output| output.is_inside() && output.len > 0).for_each(|output| fill(output, true));
    } else {
        for entry in batch.successes(&guest.checked.memory) {
            if let Some(output) = entry.output() {
                // What lies behind the bytes that were written is still what it was.
                let len = entry.size(&guest.checked.memory).unwrap_or(output.len).min(output.len);
                // Nothing may be written anywhere.
                if len > 0 {
                    fill(Range { len, ..output }, false);
                }
            }
        }
        for fields in batch.entries.iter().map(Entry::result_fields) {
            for (index, range) in fields.iter().enumerate() {
                fill(*range, fields.len() == 2 && index == 0 && batch.entries[0].makes_handle());
            }
        }
    }
    let used: Vec<u32> = batch
        .entries
        .iter()
        .flat_map(Entry::handles)
        .filter(|(ty, _)| is_changed(*ty))
        .map(|(_, handle)| handle)
        .collect();
    let made = batch.made_handles(&guest.checked.memory);
    for open in guest.checked.open_mut() {
        if made.contains(&(open.ty, open.handle)) {
            open.is_random = is_random;
        } else if is_random && used.contains(&open.handle) {
            open.is_random = true;
        }
    }
}

/// Whether a call gives another result each time, as identifiers are.
fn makes_random(hostcall: &Hostcall) -> bool {
    matches!(
        hostcall.name(),
        "keypair_generate"
            | "keypair_generate_managed"
            | "keypair_store_managed"
            | "keypair_id"
            | "symmetric_key_generate"
            | "symmetric_key_generate_managed"
            | "symmetric_key_store_managed"
            | "symmetric_key_id"
            | "external_secret_store"
            | "external_secret_encapsulate"
            | "signature_state_sign"
            | "batch_signature_state_sign"
            | "kx_encapsulate"
    )
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
