//! `wasi_ephemeral_crypto_symmetric`: keys, states, tags.

use std::sync::Arc;

use crate::abi::call::{Call, Finish, Step};
use crate::abi::common::open_array_output;
use crate::abi::memory::{GuestMemory, Output, Slot};
use crate::errno::Errno;
use crate::handle::SLOT;
use crate::options::{AlgorithmType, OptionSet, Options};
use crate::secret::Secret;
use crate::symmetric::algorithm::{Algorithm, MAX_TAG_LEN, Squeezed};
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::state::SymmetricState;
use crate::symmetric::tag::SymmetricTag;

pub(crate) fn symmetric_key_generate(call: &mut Call<'_>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, options, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let algorithm = Algorithm::find(&call.memory.input(algorithm, algorithm_len)?)?;
    optional_options(call, options)?;
    call.ctx.table.check_room(1)?;
    let key = SymmetricKey::generate(algorithm)?;
    insert_key(call, key).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn symmetric_key_import(call: &mut Call<'_>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, raw, raw_len, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let algorithm = Algorithm::find(&call.memory.input(algorithm, algorithm_len)?)?;
    let raw = call.memory.input(raw, raw_len)?;
    // Before the copy, and before the key is hashed.
    if raw.len() > call.ctx.table.limits().gathered_bytes {
        return Err(Errno::Overflow);
    }
    call.ctx.table.check_room(1)?;
    call.ctx.table.check_bytes(raw.len())?;
    let key = SymmetricKey::import(algorithm, &raw)?;
    drop(raw);
    insert_key(call, key).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn symmetric_key_export(call: &mut Call<'_>) -> Result<(), Errno> {
    let [key, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let raw = call.ctx.table.get::<SymmetricKey>(key)?.raw();
    call.ctx.table.check_room(1)?;
    call.ctx.table.check_bytes(raw.len())?;
    let raw = raw.clone();
    open_array_output(call, raw).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn symmetric_key_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [key] = call.args();
    call.ctx.table.close::<SymmetricKey>(key)
}

pub(crate) fn symmetric_state_open(call: &mut Call<'_>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, key, options, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let algorithm = Algorithm::find(&call.memory.input(algorithm, algorithm_len)?)?;
    let options = optional_options(call, options)?;
    let key = match call.memory.optional_handle(key)? {
        Some(key) => Some(call.ctx.table.get::<SymmetricKey>(key)?),
        None => None,
    };
    let state = SymmetricState::open(algorithm, key, options)?;
    let handle = call.ctx.table.insert(state)?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_options_get(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, name, name_len, value, value_max_len, size] = call.args();
    let slot = call.memory.slot(size)?;
    let buffer = call.memory.output(value, value_max_len)?;
    let value = call.ctx.table.get::<SymmetricState>(state)?.option(&call.memory.input(name, name_len)?)?;
    if value.len() > buffer.len() {
        return Err(Errno::Overflow);
    }
    call.memory.write(&buffer, value);
    call.memory.put(slot, (value.len() as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_options_get_u64(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, name, name_len, value] = call.args();
    let slot = call.memory.slot(value)?;
    let name = call.memory.input(name, name_len)?;
    let value = call.ctx.table.get::<SymmetricState>(state)?.option_u64(&name)?;
    drop(name);
    call.memory.put(slot, value.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_clone(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    call.ctx.table.check_room(1)?;
    let held = call.ctx.table.held::<SymmetricState>(state)?;
    call.ctx.table.check_bytes(held)?;
    let clone = call.ctx.table.get::<SymmetricState>(state)?.clone();
    let handle = call.ctx.table.insert(clone)?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state] = call.args();
    call.ctx.table.close::<SymmetricState>(state)
}

pub(crate) fn symmetric_state_absorb(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, data, data_len] = call.args();
    let data = call.memory.input(data, data_len)?;
    let (state, mut account) = call.ctx.table.get_with_account::<SymmetricState>(state)?;
    state.inner.absorb(&data, &mut account)
}

pub(crate) fn symmetric_state_squeeze(call: &mut Call<'_>) -> Result<Step, Errno> {
    let [state, out, out_len] = call.args();
    let output = call.memory.output(out, out_len)?;
    let may_defer = call.may_defer();
    let (state, account) = call.ctx.table.get_with_account::<SymmetricState>(state)?;
    state.inner.check_squeeze(output.len(), account.limits)?;
    if may_defer && let Some(work) = state.inner.long_squeeze(output.len()) {
        // The result waits in host memory.
        account.check_spare(output.len())?;
        return Ok(Step::Work(Box::new(move || {
            let derived = work();
            Box::new(move |call: &mut Call<'_>| derived.map(|bytes| call.memory.write(&output, &bytes))) as Finish
        })));
    }
    call.memory.with_output(output, |bytes| state.inner.squeeze(bytes)).map(|()| Step::Done)
}

pub(crate) fn symmetric_state_squeeze_tag(call: &mut Call<'_>) -> Result<Step, Errno> {
    let [state, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    call.ctx.table.check_room(1)?;
    let (state, account) = call.ctx.table.get_with_account::<SymmetricState>(state)?;
    let insert = move |call: &mut Call<'_>, tag: SymmetricTag| {
        let handle = call.ctx.table.insert(tag)?;
        call.memory.put(slot, handle.to_le_bytes());
        Ok(())
    };
    match state.inner.squeeze_tag(&account)? {
        Squeezed::Tag(tag) => insert(call, tag).map(|()| Step::Done),
        Squeezed::Later(work) => Ok(Step::Work(Box::new(move || {
            let derived = work();
            Box::new(move |call: &mut Call<'_>| insert(call, SymmetricTag::new(derived?))) as Finish
        }))),
    }
}

pub(crate) fn symmetric_state_squeeze_key(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, algorithm, algorithm_len, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let target = Algorithm::find(&call.memory.input(algorithm, algorithm_len)?);
    call.ctx.table.check_room(1)?;
    let key = call.ctx.table.get_mut::<SymmetricState>(state)?.inner.squeeze_key(target)?;
    insert_key(call, key).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn symmetric_state_max_tag_len(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, len] = call.args();
    let slot = call.memory.slot(len)?;
    let len = call.ctx.table.get::<SymmetricState>(state)?.inner.max_tag_len()?;
    call.memory.put(slot, (len as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_encrypt(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, size] = call.args();
    let (output, data) = (call.memory.output(out, out_len)?, call.memory.output(data, data_len)?);
    let slot = call.memory.slot(size)?;
    let state = call.ctx.table.get_mut::<SymmetricState>(state)?;
    let aead = state.inner.aead()?;
    let message_len = data.len();
    check_output(&output, message_len + usize::from(aead.tag_len))?;
    aead.may_encrypt?;
    call.memory.transform(
        output,
        data,
        // Short messages feel one call more.
        #[inline(always)]
        |bytes| {
            let (message, tag) = bytes.split_at_mut(message_len);
            state.inner.encrypt(message, tag)
        },
    )?;
    call.memory.put(slot, out_len.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_encrypt_detached(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, handle] = call.args();
    let (output, data) = (call.memory.output(out, out_len)?, call.memory.output(data, data_len)?);
    let slot = call.memory.slot(handle)?;
    call.ctx.table.check_room(1)?;
    // For the tag, before anything is written.
    call.ctx.table.check_bytes(SLOT + SymmetricTag::MOST_HELD)?;
    let state = call.ctx.table.get_mut::<SymmetricState>(state)?;
    let aead = state.inner.aead()?;
    check_output(&output, data.len())?;
    aead.may_encrypt?;
    let mut tag = Secret::zeroed(aead.tag_len.into());
    call.memory.transform(output, data, |bytes| state.inner.encrypt(bytes, &mut tag))?;
    let handle = call.ctx.table.insert(SymmetricTag::new(tag))?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_state_decrypt(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, size] = call.args();
    let (output, data) = (call.memory.output(out, out_len)?, call.memory.output(data, data_len)?);
    let slot = call.memory.slot(size)?;
    let state = call.ctx.table.get_mut::<SymmetricState>(state)?;
    let (ciphertext, tag) = data.split_tail(state.inner.aead()?.tag_len.into()).ok_or(Errno::InvalidTag)?;
    decrypt(state, &mut call.memory, output, ciphertext, &tag, slot)
}

pub(crate) fn symmetric_state_decrypt_detached(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, out, out_len, data, data_len, raw_tag, raw_tag_len, size] = call.args();
    let (output, data) = (call.memory.output(out, out_len)?, call.memory.output(data, data_len)?);
    let tag = call.memory.output(raw_tag, raw_tag_len)?;
    let slot = call.memory.slot(size)?;
    let state = call.ctx.table.get_mut::<SymmetricState>(state)?;
    if tag.len() != usize::from(state.inner.aead()?.tag_len) {
        return Err(Errno::InvalidTag);
    }
    decrypt(state, &mut call.memory, output, data, &tag, slot)
}

pub(crate) fn symmetric_state_ratchet(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state] = call.args();
    call.ctx.table.get_mut::<SymmetricState>(state)?.inner.ratchet()
}

pub(crate) fn symmetric_tag_len(call: &mut Call<'_>) -> Result<(), Errno> {
    let [tag, len] = call.args();
    let slot = call.memory.slot(len)?;
    let len = call.ctx.table.get::<SymmetricTag>(tag)?.bytes().len();
    call.memory.put(slot, (len as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn symmetric_tag_pull(call: &mut Call<'_>) -> Result<(), Errno> {
    let [tag, buf, buf_len, size] = call.args();
    let buffer = call.memory.output(buf, buf_len)?;
    let slot = call.memory.slot(size)?;
    let bytes = call.ctx.table.get::<SymmetricTag>(tag)?.bytes();
    check_output(&buffer, bytes.len())?;
    call.memory.write(&buffer, bytes);
    call.memory.put(slot, buf_len.to_le_bytes());
    call.ctx.table.close::<SymmetricTag>(tag)
}

pub(crate) fn symmetric_tag_verify(call: &mut Call<'_>) -> Result<(), Errno> {
    let [tag, expected, expected_len] = call.args();
    let expected = call.memory.input(expected, expected_len)?;
    call.ctx.table.get::<SymmetricTag>(tag)?.verify(&expected)
}

pub(crate) fn symmetric_tag_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [tag] = call.args();
    call.ctx.table.close::<SymmetricTag>(tag)
}

fn decrypt(
    state: &mut SymmetricState,
    memory: &mut GuestMemory<'_>,
    output: Output,
    data: Output,
    tag: &Output,
    slot: Slot<4>,
) -> Result<(), Errno> {
    check_output(&output, data.len())?;
    let len = data.len() as u32;
    // The tag may lie where the output goes. It is as short as its algorithm says, so the copy needs no allocation.
    let mut copy = [0; MAX_TAG_LEN];
    let copy = copy.get_mut(..tag.len()).ok_or(Errno::InternalError)?;
    memory.read(tag, copy);
    memory.transform(output, data, |bytes| state.inner.decrypt(bytes, copy))?;
    memory.put(slot, len.to_le_bytes());
    Ok(())
}

/// `overflow` if the guest's buffer is too small for `len` bytes, `invalid_length` if it is larger.
fn check_output(output: &Output, len: usize) -> Result<(), Errno> {
    if output.len() == len {
        return Ok(());
    }
    Err(if output.len() < len { Errno::Overflow } else { Errno::InvalidLength })
}

/// The values of an optional option set for symmetric algorithms.
fn optional_options(call: &Call<'_>, start: u32) -> Result<Option<Arc<Options>>, Errno> {
    let Some(handle) = call.memory.optional_handle(start)? else { return Ok(None) };
    let options = call.ctx.table.get::<OptionSet>(handle)?;
    match options.algorithm_type {
        AlgorithmType::Symmetric => Ok(Some(options.snapshot())),
        AlgorithmType::Signatures | AlgorithmType::KeyExchange => Err(Errno::InvalidHandle),
    }
}

fn insert_key(call: &mut Call<'_>, key: SymmetricKey) -> Result<[u8; 4], Errno> {
    Ok(call.ctx.table.insert(key)?.to_le_bytes())
}
