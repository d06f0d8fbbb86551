//! The functions of `wasi_ephemeral_crypto_common` that are about the secrets manager.

use crate::abi::call::{Call, Step};
use crate::abi::data::GuestBytes;
use crate::errno::Errno;
use crate::ops::Objects;
use crate::ops::secrets_manager::{self as ops, Revocation};
use crate::secrets::Kind;

pub(crate) fn secrets_manager_open<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [options, manager] = call.args();
    call.for_handle(manager, |call| ops::secrets_manager_open(call.objects, call.memory.optional_handle(options)?))
}

pub(crate) fn secrets_manager_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [manager] = call.args();
    ops::secrets_manager_close(call.objects, manager)
}

pub(crate) fn secrets_manager_invalidate<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    invalidate(call, Kind::KEYS)
}

/// Revokes versions of what is of one of these kinds.
pub(super) fn invalidate<O: Objects + 'static>(
    call: &mut Call<'_, O>,
    kinds: &'static [Kind],
) -> Result<Step<O>, Errno> {
    let [manager, identifier, identifier_len, _] = call.args();
    let version = call.arg_u64(3);
    let identifier = GuestBytes::new(&call.memory, identifier, identifier_len)?;
    let revocation = Revocation::admit(call.objects, manager, kinds, identifier, version)?;
    call.run_apart(move |_| revocation.run(), |_, revoked| revoked)
}
