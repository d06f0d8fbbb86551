//! `wasi_ephemeral_crypto_kx`: Diffie-Hellman and key encapsulation.

use crate::abi::call::Call;
use crate::abi::data::GuestBytes;
use crate::errno::Errno;
use crate::ops::{Objects, kx};

pub(crate) fn kx_dh<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public, secret, handle] = call.args();
    call.for_handle(handle, |call| kx::kx_dh(call.objects, public, secret))
}

pub(crate) fn kx_encapsulate<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public, secret_handle, encapsulated_handle] = call.args();
    let slots = [call.memory.slot(secret_handle)?, call.memory.slot(encapsulated_handle)?];
    let handles = kx::kx_encapsulate(call.objects, public)?;
    for (slot, handle) in slots.into_iter().zip(handles) {
        call.memory.put(slot, handle.to_le_bytes());
    }
    Ok(())
}

pub(crate) fn kx_decapsulate<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [secret, encapsulated, encapsulated_len, handle] = call.args();
    call.for_handle(handle, |call| {
        let encapsulated = GuestBytes::new(&call.memory, encapsulated, encapsulated_len)?;
        kx::kx_decapsulate(call.objects, secret, encapsulated)
    })
}
