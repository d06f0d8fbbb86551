//! The functions of `wasi_ephemeral_crypto_asymmetric_common` and `wasi_ephemeral_crypto_symmetric` that are about
//! managed keys.

use crate::abi::asymmetric_common;
use crate::abi::call::{Call, Place, Step};
use crate::abi::data::GuestBytes;
use crate::abi::memory::Slot;
use crate::asymmetric::key::Keypair;
use crate::errno::Errno;
use crate::handle::Object;
use crate::held::Held;
use crate::managed::Manageable;
use crate::objects::AnyHandle;
use crate::ops::Objects;
use crate::ops::managed_keys::{Generation, Loading, Replacement, Storage, key_id};
use crate::secrets::Loaded;
use crate::stop::StopHandle;
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
    let commit = move |call: &mut Call<'_, O>, kept: Result<(Generation<K>, Held<K>), Errno>| {
        let (generation, held) = kept?;
        match generation.commit(call.objects, held) {
            Ok(handle) => {
                call.memory.put(slot, handle.to_le_bytes());
                Ok(Step::Done)
            }
            Err((errno, generation, origin)) => {
                call.run_apart(move |_| generation.revoke(&origin), move |_, ()| Err(errno))
            }
        }
    };
    if !generation.is_slow() {
        let run = move |stop: &StopHandle| {
            let key = generation.generate(stop)?;
            generation.keep(key).map(|held| (generation, held))
        };
        return call.step_apart(run, commit);
    }
    // First it computes, for as long as the processor is there for that, and only then it waits for the store.
    let generate = move |stop: &StopHandle| generation.generate(stop).map(|key| (generation, key));
    let keep = move |call: &mut Call<'_, O>, generated: Result<(Generation<K>, K::Key), Errno>| {
        let (generation, key) = generated?;
        call.step_apart(move |_| generation.keep(key).map(|held| (generation, held)), commit)
    };
    Ok(Step::work_at(Place::Processor, generate, keep))
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
    load(call, loading, Loading::run::<K>, O::insert, slot)
}

/// Loads something and hands it to the guest. Of what is longer than most, first only the size is found out.
pub(super) fn load<T: Send + 'static, O: Objects + 'static>(
    call: &mut Call<'_, O>,
    loading: Loading,
    run: fn(&Loading) -> Result<Loaded<T>, Errno>,
    insert: fn(&mut O, T) -> Result<u32, Errno>,
    slot: Slot<4>,
) -> Result<Step<O>, Errno> {
    call.step_apart(
        move |_| run(&loading).map(|loaded| (loading, loaded)),
        move |call, loaded| match loaded? {
            (loading, Loaded::Longer(len)) => {
                let loading = loading.of_longer(call.objects, len)?;
                load(call, loading, run, insert, slot)
            }
            (loading, Loaded::Is(loaded)) => {
                let handle = loading.commit(|| insert(call.objects, loaded))?;
                call.memory.put(slot, handle.to_le_bytes());
                Ok(Step::Done)
            }
        },
    )
}
