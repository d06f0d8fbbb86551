//! `wasi_ephemeral_crypto_asymmetric_common`: key pairs, public keys, secret keys.

use crate::abi::call::{Call, Step, algorithm_type_of};
use crate::abi::data::GuestBytes;
use crate::asymmetric::algorithm::Algorithm;
use crate::asymmetric::encoding::KeyEncoding;
use crate::errno::Errno;
use crate::ops::Objects;
use crate::ops::asymmetric_common::{self as ops, Generation};
use crate::ops::export::{Export, Exported};

pub(crate) fn keypair_generate<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [algorithm_type, algorithm, algorithm_len, options, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let algorithm = find(call, algorithm_type, algorithm, algorithm_len)?;
    let generation = Generation::admit(call.objects, algorithm, call.memory.optional_handle(options)?)?;
    let commit = move |call: &mut Call<'_, O>, generated| {
        let handle = generation.commit(call.objects, generated?)?;
        call.memory.put(slot, handle.to_le_bytes());
        Ok(())
    };
    if call.pace.may_yield && generation.is_slow() {
        return Ok(Step::work(move |stop| generation.run(stop), commit));
    }
    let generated = generation.run(call.pace.stop);
    commit(call, generated).map(|()| Step::Done)
}

pub(crate) fn keypair_import<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    import(call, KeyEncoding::keypair_from_arg, |objects, algorithm, encoded, encoding| {
        ops::keypair_import(objects, algorithm, encoded, encoding)
    })
}

pub(crate) fn keypair_from_pk_and_sk<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public, secret, handle] = call.args();
    call.for_handle(handle, |call| ops::keypair_from_pk_and_sk(call.objects, public, secret))
}

pub(crate) fn keypair_export<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [keypair, encoding, handle] = call.args();
    export(call, handle, |objects| ops::keypair_export(objects, keypair, KeyEncoding::keypair_from_arg(encoding)?))
}

pub(crate) fn keypair_publickey<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [keypair, handle] = call.args();
    call.for_handle(handle, |call| ops::keypair_publickey(call.objects, keypair))
}

pub(crate) fn keypair_secretkey<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [keypair, handle] = call.args();
    call.for_handle(handle, |call| ops::keypair_secretkey(call.objects, keypair))
}

pub(crate) fn keypair_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [keypair] = call.args();
    ops::keypair_close(call.objects, keypair)
}

pub(crate) fn publickey_import<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    import(call, KeyEncoding::of_half, |objects, algorithm, encoded, encoding| {
        ops::publickey_import(objects, algorithm, encoded, encoding)
    })
}

pub(crate) fn publickey_export<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public, encoding, handle] = call.args();
    call.for_handle(handle, |call| ops::publickey_export(call.objects, public, KeyEncoding::of_half(encoding)?))
}

pub(crate) fn publickey_verify<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public] = call.args();
    ops::publickey_verify(call.objects, public)
}

pub(crate) fn publickey_from_secretkey<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [secret, handle] = call.args();
    call.for_handle(handle, |call| ops::publickey_from_secretkey(call.objects, secret))
}

pub(crate) fn publickey_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public] = call.args();
    ops::publickey_close(call.objects, public)
}

pub(crate) fn secretkey_import<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    import(call, KeyEncoding::of_half, |objects, algorithm, encoded, encoding| {
        ops::secretkey_import(objects, algorithm, encoded, encoding)
    })
}

pub(crate) fn secretkey_export<O: Objects + 'static>(call: &mut Call<'_, O>) -> Result<Step<O>, Errno> {
    let [secret, encoding, handle] = call.args();
    export(call, handle, |objects| ops::secretkey_export(objects, secret, KeyEncoding::of_half(encoding)?))
}

pub(crate) fn secretkey_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [secret] = call.args();
    ops::secretkey_close(call.objects, secret)
}

/// What the three imports share: their arguments, which differ in nothing but the encodings and what is read.
fn import<O: Objects>(
    call: &mut Call<'_, O>,
    encoding_of: fn(u32) -> Result<KeyEncoding, Errno>,
    import: impl FnOnce(&mut O, &'static Algorithm, GuestBytes<'_, '_>, KeyEncoding) -> Result<u32, Errno>,
) -> Result<(), Errno> {
    let [algorithm_type, algorithm, algorithm_len, encoded, encoded_len, encoding, handle] = call.args();
    call.for_handle(handle, |call| {
        let algorithm = find(call, algorithm_type, algorithm, algorithm_len)?;
        let encoding = encoding_of(encoding)?;
        let encoded = GuestBytes::new(&call.memory, encoded, encoded_len)?;
        import(call.objects, algorithm, encoded, encoding)
    })
}

/// Lets a secret key leave as an array output, whose handle goes to `handle`. Where a store has a say in that, it is
/// asked elsewhere.
pub(super) fn export<O: Objects + 'static>(
    call: &mut Call<'_, O>,
    handle: u32,
    admit: impl FnOnce(&mut O) -> Result<Export, Errno>,
) -> Result<Step<O>, Errno> {
    let slot = call.memory.slot(handle)?;
    let export = admit(call.objects)?;
    let finish = move |call: &mut Call<'_, O>, exported: Result<Exported, Errno>| {
        let handle = exported?.commit(call.objects)?;
        call.memory.put(slot, handle.to_le_bytes());
        Ok(())
    };
    if export.asks_store() {
        return call.run_apart(move |_| export.run(), finish);
    }
    let exported = export.run();
    finish(call, exported).map(|()| Step::Done)
}

/// The algorithm of this type and name, if the guest may have it; symmetric ones have no key pairs.
pub(super) fn find<O: Objects>(
    call: &Call<'_, O>,
    algorithm_type: u32,
    name: u32,
    name_len: u32,
) -> Result<&'static Algorithm, Errno> {
    let name = call.memory.name(name, name_len)?;
    call.objects.algorithms().asymmetric(algorithm_type_of(algorithm_type)?, &name)
}
