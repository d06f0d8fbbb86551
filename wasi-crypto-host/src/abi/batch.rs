//! `wasi_ephemeral_crypto_symmetric_batch` and `wasi_ephemeral_crypto_signatures_batch`: one operation for each entry of a list.
//!
//! What the entries answer is what calls would, one after the other. `witx/README.md` has the layout of lists.

mod entries;

use crate::abi::batch::entries::{After, Batch, Entry, Record};
use crate::abi::call::{Call, Step};
use crate::abi::data::{GuestBuffer, GuestOutput};
use crate::errno::Errno;
use crate::limits::Spent;
use crate::ops::{Objects, signatures, symmetric};
use crate::symmetric::algorithm::MAX_TAG_LEN;
use crate::symmetric::traits::Derived;

pub(crate) fn batch_symmetric_state_squeeze<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<3>::of(call, Record::Errno)?;
    batch.check_symmetric(call)?;
    // What takes long is put aside, to be done together with others of its kind.
    let may_defer = call.pace.may_yield || call.objects.threads() > 1;
    batch.run(call, |call, [state, data, data_len], others_wait| {
        let range = call.memory.range(data, data_len)?;
        if others_wait && !symmetric::is_long_squeeze(call.objects, state, range.len()) {
            return Ok(Entry::Waits);
        }
        let cost = symmetric::squeeze_cost(call.objects, state, Some(range.len()));
        let output = GuestOutput::new(&mut call.memory, range.clone());
        let stop = call.pace.stop;
        let squeezed = symmetric::symmetric_state_squeeze(call.objects, state, output, may_defer, stop);
        Ok(match charge(call, cost, squeezed)? {
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
    let may_defer = call.pace.may_yield || call.objects.threads() > 1;
    batch.run(call, |call, [state], _| {
        let cost = symmetric::squeeze_cost(call.objects, state, None);
        let squeezed = symmetric::symmetric_state_squeeze_tag(call.objects, state);
        Ok(match charge(call, cost, squeezed)? {
            Derived::Now(tag) => Entry::Done(tag),
            Derived::Later(derivation) if may_defer => Entry::Later(derivation, After::InsertTag),
            Derived::Later(derivation) => {
                let tag = derivation(call.pace.stop)?;
                Entry::Done(symmetric::insert_derived_tag(call.objects, tag)?)
            }
        })
    })
}

pub(crate) fn batch_symmetric_state_encrypt<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<5>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len], _| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        let cost = symmetric::message_cost(call.objects, state, &buffer);
        let sealed = symmetric::symmetric_state_encrypt(call.objects, state, buffer);
        charge(call, cost, sealed).map(|len| Entry::Done(len as u32))
    })
}

pub(crate) fn batch_symmetric_state_encrypt_detached<O: Objects + 'static>(
    call: &mut Call<'_, O>,
) -> Result<Step<O>, Errno> {
    let batch = Batch::<5>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len], _| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        let cost = symmetric::message_cost(call.objects, state, &buffer);
        let tag = symmetric::symmetric_state_encrypt_detached(call.objects, state, buffer);
        charge(call, cost, tag).map(Entry::Done)
    })
}

pub(crate) fn batch_symmetric_state_decrypt<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<5>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len], _| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        let cost = symmetric::message_cost(call.objects, state, &buffer);
        let mut has_begun = false;
        let opened = symmetric::symmetric_state_decrypt(call.objects, state, buffer, &mut has_begun);
        charge_if(has_begun, call, cost);
        opened.map(|len| Entry::Done(len as u32))
    })
}

pub(crate) fn batch_symmetric_state_decrypt_detached<O: Objects + 'static>(
    call: &mut Call<'_, O>,
) -> Result<Step<O>, Errno> {
    let batch = Batch::<7>::of(call, Record::ValueAndErrno)?;
    batch.check_symmetric(call)?;
    batch.run(call, |call, [state, output, output_len, data, data_len, raw_tag, raw_tag_len], _| {
        let (output, data) = (call.memory.range(output, output_len)?, call.memory.range(data, data_len)?);
        let mut copy = [0; MAX_TAG_LEN];
        let tag = call.memory.tag(raw_tag, raw_tag_len, &mut copy)?;
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        let cost = symmetric::message_cost(call.objects, state, &buffer);
        let mut has_begun = false;
        let opened = symmetric::symmetric_state_decrypt_detached(call.objects, state, buffer, tag, &mut has_begun);
        charge_if(has_begun, call, cost);
        opened.map(|len| Entry::Done(len as u32))
    })
}

pub(crate) fn batch_signature_state_sign<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<1>::of(call, Record::ValueAndErrno)?;
    batch.check(call, |objects, [state]| signatures::algorithm_of_signer(objects, state))?;
    batch.run_side_by_side(
        call,
        |objects, [state]| signatures::signature_state_sign(objects, state),
        |objects, entries, turn| {
            signatures::signature_states_sign(objects, entries.into_iter().map(|[state]| state), turn)
        },
    )
}

pub(crate) fn batch_signature_state_verify<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let batch = Batch::<2>::of(call, Record::Errno)?;
    batch.check(call, |objects, [state, _]| signatures::algorithm_of_verifier(objects, state))?;
    batch.run_side_by_side(
        call,
        |objects, [state, signature]| {
            signatures::signature_verification_state_verify(objects, state, signature).map(|()| 0)
        },
        |objects, entries, turn| {
            let verified = signatures::signature_verification_states_verify(objects, entries.into_iter(), turn);
            verified.into_iter().map(|verified| verified.map(|()| 0)).collect()
        },
    )
}

/// Counts what an entry took of what the call may take, unless it was refused before anything was done.
fn charge<O, T>(call: &mut Call<'_, O>, cost: Spent, result: Result<T, Errno>) -> Result<T, Errno> {
    charge_if(result.is_ok(), call, cost);
    result
}

/// The same of decryption, which may find a forgery when all is done.
fn charge_if<O>(has_begun: bool, call: &mut Call<'_, O>, cost: Spent) {
    if has_begun {
        call.pace.spent.add(cost);
    }
}
