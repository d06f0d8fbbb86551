//! `wasi_ephemeral_crypto_symmetric`: keys, states, tags.

use crate::abi::asymmetric_common;
use crate::abi::call::{Call, Step};
use crate::abi::data::{GuestBuffer, GuestBytes, GuestInput, GuestOutput};
use crate::errno::Errno;
use crate::ops::{Objects, symmetric};
use crate::symmetric::algorithm::MAX_TAG_LEN;
use crate::symmetric::traits::Derived;

pub(crate) fn symmetric_key_generate<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, options, handle] = call.args();
    call.for_handle(handle, |call| {
        let algorithm = call.memory.name(algorithm, algorithm_len)?;
        let options = call.memory.optional_handle(options)?;
        symmetric::symmetric_key_generate(call.objects, &algorithm, options)
    })
}

pub(crate) fn symmetric_key_import<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, raw, raw_len, handle] = call.args();
    call.for_handle(handle, |call| {
        let algorithm = call.memory.name(algorithm, algorithm_len)?;
        let raw = GuestBytes::new(&call.memory, raw, raw_len)?;
        symmetric::symmetric_key_import(call.objects, &algorithm, raw)
    })
}

pub(crate) fn symmetric_key_export<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [key, handle] = call.args();
    asymmetric_common::export(call, handle, |objects| symmetric::symmetric_key_export(objects, key))
}

pub(crate) fn symmetric_key_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [key] = call.args();
    symmetric::symmetric_key_close(call.objects, key)
}

pub(crate) fn symmetric_state_open<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, key, options, handle] = call.args();
    call.for_handle(handle, |call| {
        let algorithm = call.memory.name(algorithm, algorithm_len)?;
        let (key, options) = (call.memory.optional_handle(key)?, call.memory.optional_handle(options)?);
        symmetric::symmetric_state_open(call.objects, &algorithm, key, options)
    })
}

pub(crate) fn symmetric_state_options_get<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, name, name_len, value, value_max_len, size] = call.args();
    call.for_size(size, |call| {
        let buffer = call.memory.range(value, value_max_len)?;
        // Copied, as the value may go to where the name is.
        let name = call.memory.name(name, name_len)?.to_vec();
        symmetric::symmetric_state_options_get(call.objects, state, &name, |value, _| {
            if value.len() > buffer.len() {
                return Err(Errno::Overflow);
            }
            call.memory.write(&buffer, value);
            Ok(())
        })
    })
}

pub(crate) fn symmetric_state_options_get_u64<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, name, name_len, value] = call.args();
    let slot = call.memory.slot(value)?;
    let value = symmetric::symmetric_state_options_get_u64(call.objects, state, &call.memory.name(name, name_len)?)?;
    call.memory.put(slot, value.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_clone<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, handle] = call.args();
    call.for_handle(handle, |call| symmetric::symmetric_state_clone(call.objects, state))
}

pub(crate) fn symmetric_state_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state] = call.args();
    symmetric::symmetric_state_close(call.objects, state)
}

pub(crate) fn symmetric_state_absorb<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, data, data_len] = call.args();
    let data = GuestInput::new(&call.memory, call.memory.range(data, data_len)?, &call.pace);
    let fed = symmetric::symmetric_state_absorb(call.objects, state, data)?;
    call.took(fed)
}

pub(crate) fn symmetric_state_squeeze<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [state, out, out_len] = call.args();
    let range = call.memory.range(out, out_len)?;
    let output = GuestOutput::new(&mut call.memory, range.clone());
    let (may_defer, stop) = (call.pace.may_yield, call.pace.stop);
    match symmetric::symmetric_state_squeeze(call.objects, state, output, may_defer, stop)? {
        Derived::Now(()) => Ok(Step::Done),
        Derived::Later(derivation) => Ok(Step::work(derivation, move |call, derived| {
            call.memory.write(&range, &derived?);
            Ok(())
        })),
    }
}

pub(crate) fn symmetric_state_squeeze_tag<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [state, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    match symmetric::symmetric_state_squeeze_tag(call.objects, state)? {
        Derived::Now(handle) => {
            call.memory.put(slot, handle.to_le_bytes());
            Ok(Step::Done)
        }
        Derived::Later(derivation) => Ok(Step::work(derivation, move |call, derived| {
            let handle = symmetric::insert_derived_tag(call.objects, derived?)?;
            call.memory.put(slot, handle.to_le_bytes());
            Ok(())
        })),
    }
}

pub(crate) fn symmetric_state_squeeze_key<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, algorithm, algorithm_len, handle] = call.args();
    call.for_handle(handle, |call| {
        let algorithm = call.memory.name(algorithm, algorithm_len)?;
        symmetric::symmetric_state_squeeze_key(call.objects, state, &algorithm)
    })
}

pub(crate) fn symmetric_state_max_tag_len<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, len] = call.args();
    call.for_size(len, |call| symmetric::symmetric_state_max_tag_len(call.objects, state))
}

pub(crate) fn symmetric_state_encrypt<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, size] = call.args();
    let (output, data) = (call.memory.range(out, out_len)?, call.memory.range(data, data_len)?);
    let slot = call.memory.slot(size)?;
    let buffer = GuestBuffer::new(&mut call.memory, output, data);
    let len = symmetric::symmetric_state_encrypt(call.objects, state, buffer)?;
    call.memory.put(slot, (len as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_encrypt_detached<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, handle] = call.args();
    let (output, data) = (call.memory.range(out, out_len)?, call.memory.range(data, data_len)?);
    call.for_handle(handle, |call| {
        let buffer = GuestBuffer::new(&mut call.memory, output, data);
        symmetric::symmetric_state_encrypt_detached(call.objects, state, buffer)
    })
}

pub(crate) fn symmetric_state_decrypt<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, size] = call.args();
    let (output, data) = (call.memory.range(out, out_len)?, call.memory.range(data, data_len)?);
    let slot = call.memory.slot(size)?;
    let buffer = GuestBuffer::new(&mut call.memory, output, data);
    let len = symmetric::symmetric_state_decrypt(call.objects, state, buffer, &mut false)?;
    call.memory.put(slot, (len as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_decrypt_detached<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, raw_tag, raw_tag_len, size] = call.args();
    let (output, data) = (call.memory.range(out, out_len)?, call.memory.range(data, data_len)?);
    let mut copy = [0; MAX_TAG_LEN];
    let tag = call.memory.tag(raw_tag, raw_tag_len, &mut copy)?;
    let slot = call.memory.slot(size)?;
    let buffer = GuestBuffer::new(&mut call.memory, output, data);
    let len = symmetric::symmetric_state_decrypt_detached(call.objects, state, buffer, tag, &mut false)?;
    call.memory.put(slot, (len as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_ratchet<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state] = call.args();
    symmetric::symmetric_state_ratchet(call.objects, state)
}

pub(crate) fn symmetric_tag_len<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [tag, len] = call.args();
    call.for_size(len, |call| symmetric::symmetric_tag_len(call.objects, tag))
}

pub(crate) fn symmetric_tag_pull<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [tag, buf, buf_len, size] = call.args();
    let buffer = call.memory.range(buf, buf_len)?;
    let slot = call.memory.slot(size)?;
    symmetric::symmetric_tag_pull(call.objects, tag, buffer.len(), |bytes| call.memory.write(&buffer, bytes))?;
    call.memory.put(slot, buf_len.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_tag_verify<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [tag, expected, expected_len] = call.args();
    let expected = GuestBytes::new(&call.memory, expected, expected_len)?;
    symmetric::symmetric_tag_verify(call.objects, tag, expected)
}

pub(crate) fn symmetric_tag_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [tag] = call.args();
    symmetric::symmetric_tag_close(call.objects, tag)
}
