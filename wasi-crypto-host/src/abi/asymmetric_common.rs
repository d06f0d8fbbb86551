//! `wasi_ephemeral_crypto_asymmetric_common`: key pairs, public keys, secret keys.

use crate::abi::call::{Call, Finish, Step};
use crate::abi::common::open_array_output;
use crate::asymmetric::algorithm::{Algorithm, Keys};
use crate::asymmetric::encoding::{Form, KeyEncoding, Label};
use crate::asymmetric::key::{Keypair, PublicKeyObject, SecretKeyObject};
use crate::errno::Errno;
use crate::options::{AlgorithmType, OptionSet};
use crate::secret::Secret;

pub(crate) fn keypair_generate(call: &mut Call<'_>) -> Result<Step, Errno> {
    let [algorithm_type, algorithm, algorithm_len, options, handle] = call.args();
    call.memory.slot::<4>(handle)?;
    let algorithm = find(call, algorithm_type, algorithm, algorithm_len)?;
    check_options(call, options, algorithm.algorithm_type())?;
    call.ctx.table.check_room(1)?;
    if call.may_defer() && algorithm.keys.generates_slowly() {
        return Ok(Step::Work(Box::new(move || {
            let generated = algorithm.keys.generate();
            Box::new(move |call: &mut Call<'_>| insert_keypair(call, Keypair::new(algorithm, generated?), handle))
                as Finish
        })));
    }
    let secret = algorithm.keys.generate()?;
    insert_keypair(call, Keypair::new(algorithm, secret), handle).map(|()| Step::Done)
}

pub(crate) fn keypair_import(call: &mut Call<'_>) -> Result<(), Errno> {
    let read = |keys: &dyn Keys, encoded: &[u8], form| keys.import_keypair(encoded, form);
    let (algorithm, key, handle) = import(call, KeyEncoding::of_keypair, Label::PrivateKey, read)?;
    insert_keypair(call, Keypair::new(algorithm, key), handle)
}

pub(crate) fn keypair_from_pk_and_sk(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public, secret, handle] = call.args();
    call.memory.slot::<4>(handle)?;
    let table = &call.ctx.table;
    let keypair = Keypair::from_halves(table.get::<PublicKeyObject>(public)?, table.get::<SecretKeyObject>(secret)?)?;
    insert_keypair(call, keypair, handle)
}

pub(crate) fn keypair_export(call: &mut Call<'_>) -> Result<(), Errno> {
    let [keypair, encoding, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let encoding = KeyEncoding::of_keypair(encoding)?;
    let keypair = call.ctx.table.get::<Keypair>(keypair)?;
    let exported = encoding.export(Label::PrivateKey, |form| keypair.secret.export_keypair(form))?;
    open_array_output(call, exported).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn keypair_publickey(call: &mut Call<'_>) -> Result<(), Errno> {
    let [keypair, handle] = call.args();
    call.memory.slot::<4>(handle)?;
    let keypair = call.ctx.table.get::<Keypair>(keypair)?;
    let public = PublicKeyObject::new(keypair.algorithm, keypair.secret.public_key()?);
    insert_public(call, public, handle)
}

pub(crate) fn keypair_secretkey(call: &mut Call<'_>) -> Result<(), Errno> {
    let [keypair, handle] = call.args();
    call.memory.slot::<4>(handle)?;
    let secret = call.ctx.table.get::<Keypair>(keypair)?.secret_half();
    insert_secret(call, secret, handle)
}

pub(crate) fn keypair_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [keypair] = call.args();
    call.ctx.table.close::<Keypair>(keypair)
}

pub(crate) fn publickey_import(call: &mut Call<'_>) -> Result<(), Errno> {
    let read = |keys: &dyn Keys, encoded: &[u8], form| keys.import_public(encoded, form);
    let (algorithm, key, handle) = import(call, KeyEncoding::of_half, Label::PublicKey, read)?;
    insert_public(call, PublicKeyObject::new(algorithm, key), handle)
}

pub(crate) fn publickey_export(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public, encoding, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let encoding = KeyEncoding::of_half(encoding)?;
    let public = call.ctx.table.get::<PublicKeyObject>(public)?;
    let exported = encoding.export(Label::PublicKey, |form| public.key.export(form).map(Secret::from_vec))?;
    open_array_output(call, exported).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn publickey_verify(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public] = call.args();
    call.ctx.table.get::<PublicKeyObject>(public)?.key.check()
}

pub(crate) fn publickey_from_secretkey(call: &mut Call<'_>) -> Result<(), Errno> {
    let [secret, handle] = call.args();
    call.memory.slot::<4>(handle)?;
    let secret = call.ctx.table.get::<SecretKeyObject>(secret)?;
    let public = PublicKeyObject::new(secret.algorithm, secret.key.public_key()?);
    insert_public(call, public, handle)
}

pub(crate) fn publickey_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public] = call.args();
    call.ctx.table.close::<PublicKeyObject>(public)
}

pub(crate) fn secretkey_import(call: &mut Call<'_>) -> Result<(), Errno> {
    let read = |keys: &dyn Keys, encoded: &[u8], form| keys.import_secret(encoded, form);
    let (algorithm, key, handle) = import(call, KeyEncoding::of_half, Label::PrivateKey, read)?;
    insert_secret(call, SecretKeyObject::new(algorithm, key), handle)
}

pub(crate) fn secretkey_export(call: &mut Call<'_>) -> Result<(), Errno> {
    let [secret, encoding, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let encoding = KeyEncoding::of_half(encoding)?;
    let secret = call.ctx.table.get::<SecretKeyObject>(secret)?;
    let exported = encoding.export(Label::PrivateKey, |form| secret.key.export(form))?;
    open_array_output(call, exported).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn secretkey_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [secret] = call.args();
    call.ctx.table.close::<SecretKeyObject>(secret)
}

/// What the three imports share: their arguments, which differ in nothing but the encodings and what is read.
/// Returns the algorithm, what was read, and where the handle goes.
fn import<K>(
    call: &Call<'_>,
    encoding_of: fn(u32) -> Result<KeyEncoding, Errno>,
    label: Label,
    read: impl FnOnce(&dyn Keys, &[u8], Form) -> Result<K, Errno>,
) -> Result<(&'static Algorithm, K, u32), Errno> {
    let [algorithm_type, algorithm, algorithm_len, encoded, encoded_len, encoding, handle] = call.args();
    call.memory.slot::<4>(handle)?;
    let algorithm = find(call, algorithm_type, algorithm, algorithm_len)?;
    let encoding = encoding_of(encoding)?;
    let encoded = call.memory.input(encoded, encoded_len)?;
    call.ctx.table.check_room(1)?;
    let key = encoding.import(&encoded, label, algorithm.keys, |encoded, form| read(algorithm.keys, encoded, form))?;
    Ok((algorithm, key, handle))
}

/// The algorithm of this type and name; symmetric ones have no key pairs.
fn find(call: &Call<'_>, algorithm_type: u32, name: u32, name_len: u32) -> Result<&'static Algorithm, Errno> {
    let name = call.memory.input(name, name_len)?;
    Algorithm::find(AlgorithmType::from_arg(algorithm_type)?, &name)
}

/// `invalid_handle` if the option set is for another type of algorithm. The asymmetric ones have no options to read.
fn check_options(call: &Call<'_>, start: u32, algorithm_type: AlgorithmType) -> Result<(), Errno> {
    match call.memory.optional_handle(start)? {
        Some(handle) if call.ctx.table.get::<OptionSet>(handle)?.algorithm_type != algorithm_type => {
            Err(Errno::InvalidHandle)
        }
        _ => Ok(()),
    }
}

fn insert_keypair(call: &mut Call<'_>, keypair: Keypair, handle: u32) -> Result<(), Errno> {
    put_handle(call, handle, |call| call.ctx.table.insert(keypair))
}

fn insert_public(call: &mut Call<'_>, public: PublicKeyObject, handle: u32) -> Result<(), Errno> {
    put_handle(call, handle, |call| call.ctx.table.insert(public))
}

fn insert_secret(call: &mut Call<'_>, secret: SecretKeyObject, handle: u32) -> Result<(), Errno> {
    put_handle(call, handle, |call| call.ctx.table.insert(secret))
}

fn put_handle(
    call: &mut Call<'_>,
    handle: u32,
    insert: impl FnOnce(&mut Call<'_>) -> Result<u32, Errno>,
) -> Result<(), Errno> {
    let slot = call.memory.slot(handle)?;
    let handle = insert(call)?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}
