//! `wasi_ephemeral_crypto_common`: options, array outputs.

use crate::abi::call::{Call, algorithm_type_of};
use crate::abi::data::GuestBytes;
use crate::errno::Errno;
use crate::ops::{Objects, common};

pub(crate) fn options_open<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [algorithm_type, handle] = call.args();
    call.for_handle(handle, |call| common::options_open(call.objects, algorithm_type_of(algorithm_type)?))
}

pub(crate) fn options_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [handle] = call.args();
    common::options_close(call.objects, handle)
}

pub(crate) fn options_set<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [handle, name, name_len, value, value_len] = call.args();
    let name = call.memory.name(name, name_len)?;
    let value = GuestBytes::new(&call.memory, value, value_len)?;
    common::options_set(call.objects, handle, &name, value)
}

pub(crate) fn options_set_u64<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [handle, name, name_len, _] = call.args();
    let value = call.arg_u64(3);
    let name = call.memory.name(name, name_len)?;
    common::options_set_u64(call.objects, handle, &name, value)
}

pub(crate) fn options_set_guest_buffer<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [handle, name, name_len, buffer, buffer_len] = call.args();
    let name = call.memory.name(name, name_len)?;
    call.memory.range(buffer, buffer_len)?;
    common::options_set_guest_buffer(call.objects, handle, &name, buffer, buffer_len)
}

pub(crate) fn array_output_len<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [array_output, len] = call.args();
    call.for_size(len, |call| common::array_output_len(call.objects, array_output))
}

pub(crate) fn array_output_pull<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [array_output, buf, buf_len, pulled] = call.args();
    let buffer = call.memory.range(buf, buf_len)?;
    call.for_size(pulled, |call| {
        let write = |bytes: &[u8]| call.memory.write(&buffer, bytes);
        common::array_output_pull(call.objects, array_output, buffer.len(), write)
    })
}

pub(crate) fn secrets_manager_open<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [options, manager] = call.args();
    call.for_handle(manager, |call| common::secrets_manager_open(call.objects, call.memory.optional_handle(options)?))
}
