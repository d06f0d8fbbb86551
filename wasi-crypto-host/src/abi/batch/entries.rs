//! The entries of a batch, one after the other or side by side.

use std::time::{Duration, Instant};

use crate::abi::call::{Call, Step};
use crate::abi::memory::Range;
use crate::booking::BookedSecret;
use crate::errno::Errno;
use crate::jobs::WORTH;
use crate::ops::{Objects, Turn, symmetric};
use crate::stop::StopHandle;
use crate::symmetric::traits::Derivation;

/// After so long, an asynchronous caller may do other things.
const SLICE: Duration = Duration::from_micros(300);

/// So many entries are worked on side by side before anything is written.
const MOST_AT_ONCE: usize = 64;

/// A list whose entries are `N` numbers of 32 bits, and an array with a result for each.
#[derive(Clone)]
pub(super) struct Batch<const N: usize> {
    entries: Range,
    results: Range,
    record: Record,
    len: usize,
}

/// What a result looks like.
#[derive(Clone, Copy)]
pub(super) enum Record {
    /// 2 bytes.
    Errno,
    /// A handle or a size in 4 bytes, the errno in 2, and 2 that are left alone.
    ValueAndErrno,
}

/// What became of an entry.
pub(super) enum Entry {
    /// A handle, a size or nothing to tell.
    Done(u32),
    /// It takes long, and can be done together with others.
    Later(Derivation, After),
    /// Nothing was done: it is to be asked again when those before it are done.
    Waits,
}

/// What is done with what was derived.
pub(super) enum After {
    Write(Range),
    InsertTag,
}

/// What takes long of some entries in a row.
#[derive(Default)]
struct Group {
    derivations: Vec<Derivation>,
    /// For each its entry, and what is done with its result.
    then: Vec<(usize, After)>,
}

impl<const N: usize> Batch<N> {
    /// Checks where the list and the results lie. `guest_error` if that is not all inside the memory, `overflow` if the list has more entries than
    /// the guest may have handles.
    pub(super) fn of<O: Objects>(call: &mut Call<'_, O>, record: Record) -> Result<Self, Errno> {
        let [list, len, results] = call.args();
        let entries = call.memory.list(list, len, N * 4)?;
        let results = call.memory.list(results, len, record.len())?;
        if len as usize > call.objects.spare().limits.handles {
            return Err(Errno::Overflow);
        }
        Ok(Self { entries, results, record, len: len as usize })
    }

    /// `unsupported_feature` if two entries have states of different algorithms. Done before the first entry is worked on.
    pub(super) fn check<O: Objects, A: 'static>(
        &self,
        call: &mut Call<'_, O>,
        algorithm_of: impl Fn(&mut O, [u32; N]) -> Result<&'static A, Errno>,
    ) -> Result<(), Errno> {
        if call.pace.done > 0 {
            return Ok(());
        }
        let mut first = None;
        for at in 0..self.len {
            let entry = self.entry(call, at);
            // An entry whose state is not there fails by itself.
            let Ok(algorithm) = algorithm_of(call.objects, entry) else { continue };
            if !std::ptr::eq(*first.get_or_insert(algorithm), algorithm) {
                return Err(Errno::UnsupportedFeature);
            }
        }
        Ok(())
    }

    pub(super) fn check_symmetric<O: Objects>(&self, call: &mut Call<'_, O>) -> Result<(), Errno> {
        self.check(call, |objects, entry| symmetric::algorithm_of_state(objects, entry[0]))
    }

    /// Works on one entry after the other, from where an earlier part of the call ended. What takes long in a row is done side by side.
    /// `work` is told whether something before the entry is not done yet; it counts what the entry takes of what the call may take.
    pub(super) fn run<O: Objects + 'static>(
        self,
        call: &mut Call<'_, O>,
        work: impl Fn(&mut Call<'_, O>, [u32; N], bool) -> Result<Entry, Errno>,
    ) -> Result<Step<O>, Errno> {
        let limits = *call.objects.limits_mut();
        let step = self.run_within(call, |call, entry, others_wait| {
            *call.objects.limits_mut() = limits.without(&call.pace.spent);
            work(call, entry, others_wait)
        });
        *call.objects.limits_mut() = limits;
        step
    }

    fn run_within<O: Objects + 'static>(
        self,
        call: &mut Call<'_, O>,
        work: impl Fn(&mut Call<'_, O>, [u32; N], bool) -> Result<Entry, Errno>,
    ) -> Result<Step<O>, Errno> {
        let started = call.pace.may_yield.then(Instant::now);
        let together = if self.is_apart_from(&self.results) { call.objects.threads() } else { 1 };
        let mut group = Group::default();
        let mut at = call.pace.done;
        while at < self.len || !group.then.is_empty() {
            if call.pace.stop.is_stopped() {
                return Err(Errno::InProgress);
            }
            let others_wait = !group.then.is_empty();
            if !others_wait && started.is_some_and(|started| started.elapsed() > SLICE) {
                return call.pause(at).map(|()| Step::Done);
            }
            let mut is_full = at == self.len;
            if !is_full {
                let (entry, spent) = (self.entry(call, at), call.pace.spent);
                match work(call, entry, others_wait) {
                    Ok(Entry::Later(derivation, after)) => {
                        // The list could be another one behind what is written to it.
                        let rewrites = matches!(&after, After::Write(range) if !self.is_apart_from(range));
                        group.derivations.push(derivation);
                        group.then.push((at, after));
                        is_full = rewrites || group.then.len() >= together;
                        at += 1;
                    }
                    Ok(Entry::Done(value)) => {
                        self.put(call, at, Ok(value));
                        at += 1;
                    }
                    // A call that is stopped has no results.
                    Err(Errno::InProgress) => return Err(Errno::InProgress),
                    // There may be room for it when those before it are done, or none any more.
                    Ok(Entry::Waits) | Err(_) if others_wait => {
                        call.pace.spent = spent;
                        is_full = true;
                    }
                    Ok(Entry::Waits) => return Err(Errno::InternalError),
                    Err(errno) => {
                        self.put(call, at, Err(errno));
                        at += 1;
                    }
                }
            }
            if is_full {
                let Group { derivations, then } = std::mem::take(&mut group);
                let jobs = call.objects.jobs().clone();
                let derive = move |stop: &StopHandle| {
                    let stop = stop.clone();
                    jobs.side_by_side(derivations, move |derivation| derivation(&stop))
                };
                if call.pace.may_yield {
                    let spent = call.pace.spent;
                    return Ok(Step::work(derive, move |call, derived| {
                        self.finish(call, then, derived)?;
                        call.pace.spent = spent;
                        if at == self.len { Ok(()) } else { call.pause(at) }
                    }));
                }
                let derived = derive(call.pace.stop);
                self.finish(call, then, derived)?;
            }
        }
        Ok(Step::Done)
    }

    /// Ends entries whose long work is done, in their order.
    fn finish<O: Objects>(
        &self,
        call: &mut Call<'_, O>,
        then: Vec<(usize, After)>,
        derived: Vec<Option<Result<BookedSecret, Errno>>>,
    ) -> Result<(), Errno> {
        for ((at, after), derived) in then.into_iter().zip(derived) {
            let result = derived.unwrap_or(Err(Errno::InternalError)).and_then(|derived| match after {
                After::Write(range) => {
                    call.memory.write(&range, &derived);
                    Ok(0)
                }
                After::InsertTag => symmetric::insert_derived_tag(call.objects, derived),
            });
            if result == Err(Errno::InProgress) {
                return Err(Errno::InProgress);
            }
            self.put(call, at, result);
        }
        Ok(())
    }

    /// Works on one entry after the other, and measures; where what is left is worth it, on many side by side. `many` answers what `one`
    /// would, in order; when its turn is over, only the first of them, at least one: an entry may take longer than the last did.
    pub(super) fn run_side_by_side<O: Objects + 'static>(
        self,
        call: &mut Call<'_, O>,
        one: impl Fn(&mut O, [u32; N]) -> Result<u32, Errno>,
        many: impl Fn(&mut O, Vec<[u32; N]>, Turn<'_>) -> Vec<Result<u32, Errno>>,
    ) -> Result<Step<O>, Errno> {
        let started = call.pace.may_yield.then(Instant::now);
        let threads = if self.is_apart_from(&self.results) { call.objects.threads() } else { 1 };
        let mut of_last = Duration::ZERO;
        let mut at = call.pace.done;
        while at < self.len {
            if call.pace.stop.is_stopped() {
                return Err(Errno::InProgress);
            }
            if started.is_some_and(|started| started.elapsed() > SLICE) {
                return call.pause(at).map(|()| Step::Done);
            }
            let together = if threads > 1 { at_once(of_last, self.len - at, threads) } else { 1 };
            // Where there is no room for the results, it is found out without work for all of them.
            if together > 1 && call.objects.check_room(together).is_ok() {
                let entries = (at..at + together).map(|at| self.entry(call, at)).collect();
                let turn = Turn { stop: call.pace.stop, until: started.map(|started| started + SLICE) };
                for result in many(call.objects, entries, turn) {
                    if result == Err(Errno::InProgress) {
                        return Err(Errno::InProgress);
                    }
                    self.put(call, at, result);
                    at += 1;
                }
                continue;
            }
            let entry = self.entry(call, at);
            let began = (threads > 1).then(Instant::now);
            let result = one(call.objects, entry);
            if result == Err(Errno::InProgress) {
                return Err(Errno::InProgress);
            }
            of_last = began.map_or(Duration::ZERO, |began| began.elapsed());
            self.put(call, at, result);
            at += 1;
        }
        Ok(Step::Done)
    }

    /// Whether nothing that is written there changes an entry.
    fn is_apart_from(&self, range: &Range) -> bool {
        !self.entries.overlaps(range)
    }

    fn entry<O>(&self, call: &Call<'_, O>, at: usize) -> [u32; N] {
        std::array::from_fn(|i| {
            let mut number = [0; 4];
            call.memory.read(&self.entries.slice((at * N + i) * 4, 4), &mut number);
            u32::from_le_bytes(number)
        })
    }

    fn put<O>(&self, call: &mut Call<'_, O>, at: usize, result: Result<u32, Errno>) {
        let (value, errno) = match result {
            Ok(value) => (value, Errno::Success),
            Err(errno) => (0, errno),
        };
        let result = self.results.slice(at * self.record.len(), self.record.len());
        let errno = errno.number().to_le_bytes();
        match self.record {
            Record::Errno => call.memory.write(&result, &errno),
            Record::ValueAndErrno => {
                call.memory.write(&result, &value.to_le_bytes());
                call.memory.write(&result.slice(4, 2), &errno);
            }
        }
    }
}

/// How many of the entries that are left are to be worked on side by side, by how long the last one took: one if that is not worth it, else as
/// many as take one slice.
fn at_once(of_last: Duration, left: usize, threads: usize) -> usize {
    if of_last.saturating_mul(left as u32) < WORTH {
        return 1;
    }
    let in_slice = SLICE.as_nanos() * threads as u128 / of_last.as_nanos().max(1);
    (in_slice as usize).clamp(threads, MOST_AT_ONCE.max(threads)).min(left)
}

impl Record {
    /// In bytes.
    fn len(self) -> usize {
        match self {
            Self::Errno => 2,
            Self::ValueAndErrno => 8,
        }
    }
}
