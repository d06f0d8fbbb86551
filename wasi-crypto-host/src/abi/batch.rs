//! `wasi_ephemeral_crypto_symmetric_batch` and `wasi_ephemeral_crypto_signatures_batch`: one operation for each entry of a list.
//!
//! Entries are worked on in their order, as if each were a call. `witx/README.md` has the layout of lists.

use std::time::{Duration, Instant};

use crate::abi::call::{Call, Step};
use crate::abi::data::{GuestBuffer, GuestOutput};
use crate::abi::memory::Range;
use crate::errno::Errno;
use crate::ops::{Objects, signatures, symmetric};
use crate::symmetric::algorithm::MAX_TAG_LEN;
use crate::symmetric::traits::{Derivation, Derived};

pub(crate) fn batch_symmetric_state_squeeze<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<3>::of(call, Record::Errno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, data, data_len]| {
        let range = call.memory.range(data, data_len)?;
        let output = GuestOutput::new(&mut call.memory, range.clone());
        let (may_defer, stop) = (call.pace.may_yield, call.pace.stop);
        Ok(match symmetric::symmetric_state_squeeze(call.objects, state, output, may_defer, stop)? {
            Derived::Now(()) => Entry::Done(0),
            Derived::Later(derivation) => Entry::Later(derivation, After::Write(range)),
        })
    })
}

pub(crate) fn batch_symmetric_state_squeeze_tag<O: Objects + 'static>(
    call: &mut Call<'_, O>,
) -> Result<Step<O>, Errno> {
    let batch = Batch::<1>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state]| {
        Ok(match symmetric::symmetric_state_squeeze_tag(call.objects, state)? {
            Derived::Now(tag) => Entry::Done(tag),
            Derived::Later(derivation) if call.pace.may_yield => Entry::Later(derivation, After::InsertTag),
            Derived::Later(derivation) => {
                let tag = derivation(call.pace.stop)?.into_bytes();
                Entry::Done(symmetric::insert_tag(call.objects, tag)?)
            }
        })
    })
}

pub(crate) fn batch_symmetric_state_encrypt<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<5>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len]| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        symmetric::symmetric_state_encrypt(call.objects, state, buffer).map(|len| Entry::Done(len as u32))
    })
}

pub(crate) fn batch_symmetric_state_encrypt_detached<O: Objects + 'static>(
    call: &mut Call<'_, O>,
) -> Result<Step<O>, Errno> {
    let batch = Batch::<5>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len]| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        symmetric::symmetric_state_encrypt_detached(call.objects, state, buffer).map(Entry::Done)
    })
}

pub(crate) fn batch_symmetric_state_decrypt<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<5>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len]| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        symmetric::symmetric_state_decrypt(call.objects, state, buffer).map(|len| Entry::Done(len as u32))
    })
}

pub(crate) fn batch_symmetric_state_decrypt_detached<O: Objects + 'static>(
    call: &mut Call<'_, O>,
) -> Result<Step<O>, Errno> {
    let batch = Batch::<7>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len, raw_tag, raw_tag_len]| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let mut copy = [0; MAX_TAG_LEN];
        let tag = call.memory.tag(raw_tag, raw_tag_len, &mut copy)?;
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        symmetric::symmetric_state_decrypt_detached(call.objects, state, buffer, tag).map(|len| Entry::Done(len as u32))
    })
}

pub(crate) fn batch_signature_state_sign<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<1>::of(call, Record::ValueAndErrno)?;
    batch.check(call, |objects, [state]| signatures::algorithm_of_signer(objects, state))?;
    batch.run(call, |call, [state]| signatures::signature_state_sign(call.objects, state).map(Entry::Done))
}

pub(crate) fn batch_signature_state_verify<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<2>::of(call, Record::Errno)?;
    batch.check(call, |objects, [state, _]| signatures::algorithm_of_verifier(objects, state))?;
    batch.run(call, |call, [state, signature]| {
        signatures::signature_verification_state_verify(call.objects, state, signature).map(|()| Entry::Done(0))
    })
}

/// After so long, an asynchronous caller may do other things.
const SLICE: Duration = Duration::from_micros(300);

/// A list whose entries are `N` numbers of 32 bits, and an array with a result for each.
#[derive(Clone)]
struct Batch<const N: usize> {
    entries: Range,
    results: Range,
    record: Record,
    len: usize,
}

/// What a result looks like.
#[derive(Clone, Copy)]
enum Record {
    /// 2 bytes.
    Errno,
    /// A handle or a size in 4 bytes, the errno in 2, and 2 that are left alone.
    ValueAndErrno,
}

/// What became of an entry.
enum Entry {
    /// A handle, a size or nothing to tell.
    Done(u32),
    /// It takes long, and is to be run elsewhere.
    Later(Derivation, After),
}

/// What is done with what was derived.
enum After {
    Write(Range),
    InsertTag,
}

impl<const N: usize> Batch<N> {
    /// Checks where the list and the results lie. `guest_error` if that is not all inside the memory, `overflow` if the list has more entries than
    /// the guest may have handles.
    fn of<O: Objects>(call: &mut Call<'_, O>, record: Record) -> Result<Self, Errno> {
        let [list, len, results] = call.args();
        let entries = call.memory.list(list, len, N * 4)?;
        let results = call.memory.list(results, len, record.len())?;
        if len as usize > call.objects.spare().limits.handles {
            return Err(Errno::Overflow);
        }
        Ok(Self { entries, results, record, len: len as usize })
    }

    /// `unsupported_feature` if two entries have states of different algorithms. Done before the first entry is worked on.
    fn check<O: Objects, A: 'static>(
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

    fn check_symmetric<O: Objects>(&self, call: &mut Call<'_, O>) -> Result<(), Errno> {
        self.check(call, |objects, entry| symmetric::algorithm_of_state(objects, entry[0]))
    }

    /// Works on one entry after the other, from where an earlier part of the call ended.
    fn run<O: Objects + 'static>(
        self,
        call: &mut Call<'_, O>,
        work: impl Fn(&mut Call<'_, O>, [u32; N]) -> Result<Entry, Errno>,
    ) -> Result<Step<O>, Errno> {
        let started = call.pace.may_yield.then(Instant::now);
        for at in call.pace.done..self.len {
            if call.pace.stop.is_stopped() {
                return Err(Errno::InProgress);
            }
            if started.is_some_and(|started| started.elapsed() > SLICE) {
                return call.pause(at).map(|()| Step::Done);
            }
            let entry = self.entry(call, at);
            match work(call, entry) {
                Ok(Entry::Done(value)) => self.put(call, at, Ok(value)),
                // A call that is stopped has no results.
                Err(Errno::InProgress) => return Err(Errno::InProgress),
                Err(errno) => self.put(call, at, Err(errno)),
                Ok(Entry::Later(derivation, after)) => {
                    return Ok(Step::work(derivation, move |call, derived| {
                        let result = derived.and_then(|derived| match after {
                            After::Write(range) => {
                                call.memory.write(&range, &derived);
                                Ok(0)
                            }
                            After::InsertTag => symmetric::insert_tag(call.objects, derived.into_bytes()),
                        });
                        if result == Err(Errno::InProgress) {
                            return Err(Errno::InProgress);
                        }
                        self.put(call, at, result);
                        if at + 1 == self.len { Ok(()) } else { call.pause(at + 1) }
                    }));
                }
            }
        }
        Ok(Step::Done)
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

impl Record {
    /// In bytes.
    fn len(self) -> usize {
        match self {
            Self::Errno => 2,
            Self::ValueAndErrno => 8,
        }
    }
}
