//! The functions of `wasi_ephemeral_crypto_asymmetric_common` and `wasi_ephemeral_crypto_symmetric` that are about
//! managed keys.

use crate::abi::asymmetric_common;
use crate::abi::call::{Call, Step};
use crate::abi::data::GuestBytes;
use crate::asymmetric::key::Keypair;
use crate::errno::Errno;
use crate::handle::Object;
use crate::held::Held;
use crate::managed::Manageable;
use crate::objects::AnyHandle;
use crate::ops::Objects;
use crate::ops::managed_keys::{Generation, Loading, Replacement, Storage, key_id};
use crate::symmetric::key::SymmetricKey;

pub(crate) fn keypair_generate_managed<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, algorithm_type, algorithm, algorithm_len, options, handle] = call.args();
    let algorithm = asymmetric_common::find(call, algorithm_type, algorithm, algorithm_len);
    generate::<Keypair, O>(call, manager, algorithm, options, handle)
}

pub(crate) fn keypair_store_managed<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    store::<Keypair, O>(call)
}

pub(crate) fn keypair_replace_managed<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    replace::<Keypair, O>(call)
}

pub(crate) fn keypair_id<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    id::<Keypair, O>(call)
}

pub(crate) fn keypair_from_id<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    from_id::<Keypair, O>(call)
}

pub(crate) fn symmetric_key_generate_managed<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [manager, algorithm, algorithm_len, options, handle] = call.args();
    let name = call.memory.name(algorithm, algorithm_len)?;
    let algorithm = call.objects.algorithms().symmetric(&name);
    generate::<SymmetricKey, O>(call, manager, algorithm, options, handle)
}

pub(crate) fn symmetric_key_store_managed<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    store::<SymmetricKey, O>(call)
}

pub(crate) fn symmetric_key_replace_managed<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    replace::<SymmetricKey, O>(call)
}

pub(crate) fn symmetric_key_id<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    id::<SymmetricKey, O>(call)
}

pub(crate) fn symmetric_key_from_id<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    from_id::<SymmetricKey, O>(call)
}

/// `algorithm` is what the guest named, or why there is none.
fn generate<K, O>(
    call: &mut Call<'_, O>,
    manager: u32,
    algorithm: Result<&'static K::Algorithm, Errno>,
    options: u32,
    handle: u32,
) -> Result<Step<O>, Errno>
where
    K: Manageable<Algorithm: Send + Sync, Key: Clone + Send> + 'static,
    Held<K>: Object<AnyHandle>,
    O: Objects + 'static,
{
    let slot = call.memory.slot(handle)?;
    let options = call.memory.optional_handle(options)?;
    let generation = Generation::<K>::admit(call.objects, manager, algorithm?, options)?;
    call.run_apart(
        move |stop| generation.run(stop).map(|held| (generation, held)),
        move |call, generated| {
            let (generation, held) = generated?;
            let handle = generation.commit(call.objects, held)?;
            call.memory.put(slot, handle.to_le_bytes());
            Ok(())
        },
    )
}

fn store<K, O>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno>
where
    K: Manageable<Algorithm: Send + Sync, Key: Clone + Send> + 'static,
    Held<K>: Object<AnyHandle>,
    O: Objects + 'static,
{
    let [manager, key, identifier, identifier_max_len] = call.args();
    let output = call.memory.range(identifier, identifier_max_len)?;
    let storage = Storage::<K>::admit(call.objects, manager, key, output.len())?;
    call.run_apart(
        move |_| storage.run().map(|origin| (storage, origin)),
        move |call, stored| {
            let (storage, origin) = stored?;
            let identifier = storage.commit(call.objects, origin)?;
            call.memory.write(&output, identifier.as_bytes());
            Ok(())
        },
    )
}

fn replace<K, O>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno>
where
    K: Manageable<Algorithm: Send + Sync, Key: Clone + Send> + 'static,
    Held<K>: Object<AnyHandle>,
    O: Objects + 'static,
{
    let [manager, old, new, version] = call.args();
    let slot = call.memory.slot(version)?;
    let replacement = Replacement::<K>::admit(call.objects, manager, old, new)?;
    call.run_apart(
        move |_| replacement.run().map(|origin| (replacement, origin)),
        move |call, replaced| {
            let (replacement, origin) = replaced?;
            let version = replacement.commit(call.objects, origin)?;
            call.memory.put(slot, version.to_le_bytes());
            Ok(())
        },
    )
}

fn id<K, O>(call: &mut Call<'_, O>) -> Result<(), Errno>
where
    K: Manageable,
    Held<K>: Object<AnyHandle>,
    O: Objects,
{
    let [key, identifier, identifier_max_len, size, version] = call.args();
    let output = call.memory.range(identifier, identifier_max_len)?;
    let (size_slot, version_slot) = (call.memory.slot(size)?, call.memory.slot(version)?);
    let (identifier, version) = key_id::<K>(call.objects, key)?;
    let identifier = identifier.as_ref().map_or(&[][..], |identifier| identifier.as_bytes());
    if identifier.len() > output.len() {
        return Err(Errno::Overflow);
    }
    call.memory.write(&output, identifier);
    call.memory.put(size_slot, (identifier.len() as u32).to_le_bytes());
    call.memory.put(version_slot, version.to_le_bytes());
    Ok(())
}

fn from_id<K, O>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno>
where
    K: Manageable<Algorithm: Send + Sync, Key: Clone + Send> + 'static,
    Held<K>: Object<AnyHandle>,
    O: Objects + 'static,
{
    let [manager, identifier, identifier_len, _, handle] = call.args();
    let (version, slot) = (call.arg_u64(3), call.memory.slot(handle)?);
    let identifier = GuestBytes::new(&call.memory, identifier, identifier_len)?;
    let loading = Loading::admit(call.objects, manager, identifier, version)?;
    call.run_apart(
        move |_| loading.run::<K>(),
        move |call, loaded| {
            let handle = call.objects.insert(loaded?)?;
            call.memory.put(slot, handle.to_le_bytes());
            Ok(())
        },
    )
}
