//! `wasi_ephemeral_crypto_external_secrets`: secrets that the host keeps, or seals for the guest to keep.

use std::sync::Arc;

use crate::abi::call::{Call, Step};
use crate::abi::data::GuestBytes;
use crate::abi::managed_keys::load;
use crate::abi::secrets_manager::invalidate;
use crate::errno::Errno;
use crate::ops::Objects;
use crate::ops::external_secrets::{
    Decapsulation, Storage, check_room_for_identifier, open_sealed, open_secret, secret_identifier,
};
use crate::ops::managed_keys::Loading;
use crate::secrets::{Kind, Opened};

pub(crate) fn external_secret_store<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, secret, secret_len, _, identifier, identifier_max_len] = call.args();
    let expires = call.arg_u64(3);
    let output = call.memory.range(identifier, identifier_max_len)?;
    let secret = GuestBytes::new(&call.memory, secret, secret_len)?;
    let storage = Storage::admit(call.objects, manager, secret, expires)?;
    check_room_for_identifier(output.len())?;
    call.run_apart(
        move |_| storage.store(),
        move |call, stored| {
            call.memory.write(&output, stored?.as_bytes());
            Ok(())
        },
    )
}

pub(crate) fn external_secret_replace<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, secret, secret_len, _, identifier, identifier_len, version] = call.args();
    let (expires, slot) = (call.arg_u64(3), call.memory.slot(version)?);
    let identifier = GuestBytes::new(&call.memory, identifier, identifier_len)?;
    let secret = GuestBytes::new(&call.memory, secret, secret_len)?;
    let storage = Storage::admit(call.objects, manager, secret, expires)?;
    let identifier = secret_identifier(identifier)?;
    call.run_apart(
        move |_| storage.replace(identifier),
        move |call, replaced| {
            call.memory.put(slot, replaced?.to_le_bytes());
            Ok(())
        },
    )
}

pub(crate) fn external_secret_from_id<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, identifier, identifier_len, _, handle] = call.args();
    let (version, slot) = (call.arg_u64(3), call.memory.slot(handle)?);
    let identifier = GuestBytes::new(&call.memory, identifier, identifier_len)?;
    let loading = Loading::admit(call.objects, manager, identifier, version)?;
    let insert = |objects: &mut O, secret: Arc<Opened>| open_secret(objects, secret.bytes());
    load(call, loading, Loading::run_for_secret, insert, slot)
}

pub(crate) fn external_secret_invalidate<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    invalidate(call, &[Kind::Secret])
}

pub(crate) fn external_secret_encapsulate<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, secret, secret_len, _, handle] = call.args();
    let (expires, slot) = (call.arg_u64(3), call.memory.slot(handle)?);
    let secret = GuestBytes::new(&call.memory, secret, secret_len)?;
    let storage = Storage::admit(call.objects, manager, secret, expires)?;
    call.objects.check_room(1)?;
    call.run_apart(
        move |_| storage.encapsulate(),
        move |call, sealed| {
            let handle = open_sealed(call.objects, sealed?)?;
            call.memory.put(slot, handle.to_le_bytes());
            Ok(())
        },
    )
}

pub(crate) fn external_secret_decapsulate<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, sealed, sealed_len, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let sealed = GuestBytes::new(&call.memory, sealed, sealed_len)?;
    let decapsulation = Decapsulation::admit(call.objects, manager, sealed)?;
    call.run_apart(
        move |_| decapsulation.run().map(|opened| (decapsulation, opened)),
        move |call, opened| {
            let (decapsulation, opened) = opened?;
            let handle = decapsulation.commit(call.objects, &opened)?;
            call.memory.put(slot, handle.to_le_bytes());
            Ok(())
        },
    )
}
