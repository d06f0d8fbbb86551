//! `wasi_ephemeral_crypto_kx`: Diffie-Hellman and key encapsulation.

use crate::abi::call::Call;
use crate::abi::common::open_array_output;
use crate::array_output::ArrayOutput;
use crate::asymmetric::key::{PublicKeyObject, SecretKeyObject};
use crate::errno::Errno;
use crate::handle::SLOT;
use crate::options::AlgorithmType;
use crate::secret::Secret;

pub(crate) fn kx_dh(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public, secret, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let public = call.ctx.table.get::<PublicKeyObject>(public)?;
    let secret = call.ctx.table.get::<SecretKeyObject>(secret)?;
    public.algorithm.check_type(AlgorithmType::KeyExchange)?;
    secret.algorithm.check_type(AlgorithmType::KeyExchange)?;
    if !std::ptr::eq(public.algorithm, secret.algorithm) {
        return Err(Errno::IncompatibleKeys);
    }
    let shared = secret.key.agree(&*public.key)?;
    open_array_output(call, shared).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn kx_encapsulate(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public, secret_handle, encapsulated_handle] = call.args();
    let (secret_slot, encapsulated_slot) = (call.memory.slot(secret_handle)?, call.memory.slot(encapsulated_handle)?);
    call.ctx.table.check_room(2)?;
    let public = call.ctx.table.get::<PublicKeyObject>(public)?;
    public.algorithm.check_type(AlgorithmType::KeyExchange)?;
    let (secret, encapsulated) = public.key.encapsulate()?;
    let (secret, encapsulated) = (ArrayOutput::new(secret), ArrayOutput::new(Secret::from_vec(encapsulated)));
    call.ctx.table.check_bytes(2 * SLOT + secret.held() + encapsulated.held())?;
    let secret = call.ctx.table.insert(secret)?.to_le_bytes();
    let encapsulated = call.ctx.table.insert(encapsulated)?.to_le_bytes();
    call.memory.put(secret_slot, secret);
    call.memory.put(encapsulated_slot, encapsulated);
    Ok(())
}

pub(crate) fn kx_decapsulate(call: &mut Call<'_>) -> Result<(), Errno> {
    let [secret, encapsulated, encapsulated_len, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let secret = call.ctx.table.get::<SecretKeyObject>(secret)?;
    secret.algorithm.check_type(AlgorithmType::KeyExchange)?;
    let shared = secret.key.decapsulate(&call.memory.input(encapsulated, encapsulated_len)?)?;
    open_array_output(call, shared).map(|handle| call.memory.put(slot, handle))
}
