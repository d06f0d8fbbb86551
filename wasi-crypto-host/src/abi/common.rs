//! `wasi_ephemeral_crypto_common`: options, array outputs.

use crate::abi::call::Call;
use crate::array_output::ArrayOutput;
use crate::errno::Errno;
use crate::options::{AlgorithmType, OptionSet};
use crate::secret::Secret;

pub(crate) fn options_open(call: &mut Call<'_>) -> Result<(), Errno> {
    let [algorithm_type, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let options = OptionSet::new(AlgorithmType::from_arg(algorithm_type)?);
    let handle = call.ctx.table.insert(options)?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}

pub(crate) fn options_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [handle] = call.args();
    call.ctx.table.close::<OptionSet>(handle)
}

pub(crate) fn options_set(call: &mut Call<'_>) -> Result<(), Errno> {
    let [handle, name, name_len, value, value_len] = call.args();
    let name = call.memory.input(name, name_len)?;
    let value = call.memory.input(value, value_len)?;
    let (options, account) = call.ctx.table.get_with_account::<OptionSet>(handle)?;
    options.set(&name, &value, &account)
}

pub(crate) fn options_set_u64(call: &mut Call<'_>) -> Result<(), Errno> {
    let [handle, name, name_len, _] = call.args();
    let value = call.arg_u64(3);
    let name = call.memory.input(name, name_len)?;
    call.ctx.table.get_mut::<OptionSet>(handle)?.set_u64(&name, value)
}

pub(crate) fn options_set_guest_buffer(call: &mut Call<'_>) -> Result<(), Errno> {
    let [handle, name, name_len, buffer, buffer_len] = call.args();
    let name = call.memory.input(name, name_len)?;
    call.memory.output(buffer, buffer_len)?;
    call.ctx.table.get_mut::<OptionSet>(handle)?.set_guest_buffer(&name, buffer, buffer_len)
}

pub(crate) fn array_output_len(call: &mut Call<'_>) -> Result<(), Errno> {
    let [array_output, len] = call.args();
    let slot = call.memory.slot(len)?;
    let len = call.ctx.table.get::<ArrayOutput>(array_output)?.len();
    call.memory.put(slot, (len as u32).to_le_bytes());
    Ok(())
}

pub(crate) fn array_output_pull(call: &mut Call<'_>) -> Result<(), Errno> {
    let [array_output, buf, buf_len, pulled] = call.args();
    let buffer = call.memory.output(buf, buf_len)?;
    let slot = call.memory.slot(pulled)?;
    let output = call.ctx.table.get_mut::<ArrayOutput>(array_output)?;
    let bytes = output.next(buffer.len());
    let count = bytes.len();
    call.memory.write(&buffer, bytes);
    call.memory.put(slot, (count as u32).to_le_bytes());
    if output.advance(count) {
        call.ctx.table.close::<ArrayOutput>(array_output)?;
    }
    Ok(())
}

/// Answers for a host that was given no secrets manager, as this one always is for now.
pub(crate) fn secrets_manager_open(call: &mut Call<'_>) -> Result<(), Errno> {
    let [options, manager] = call.args();
    call.memory.slot::<4>(manager)?;
    if let Some(options) = call.memory.optional_handle(options)? {
        call.ctx.table.get::<OptionSet>(options)?;
    }
    Err(Errno::UnsupportedFeature)
}

/// Gives bytes to the guest as a new `array_output`, whose handle goes into `slot`.
pub(crate) fn open_array_output(call: &mut Call<'_>, bytes: Secret) -> Result<[u8; 4], Errno> {
    Ok(call.ctx.table.insert(ArrayOutput::new(bytes))?.to_le_bytes())
}
