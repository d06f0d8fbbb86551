//! `wasi_ephemeral_crypto_signatures`: signatures, and the states that make and verify them.

use crate::abi::call::Call;
use crate::abi::common::open_array_output;
use crate::asymmetric::algorithm::Algorithm;
use crate::asymmetric::encoding::SignatureEncoding;
use crate::asymmetric::key::{Keypair, PublicKeyObject};
use crate::errno::Errno;
use crate::options::AlgorithmType;
use crate::secret::Secret;
use crate::signatures::state::{Signature, SignatureState, VerificationState};

pub(crate) fn signature_export(call: &mut Call<'_>) -> Result<(), Errno> {
    let [signature, encoding, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let encoding = SignatureEncoding::from_arg(encoding)?;
    let signature = call.ctx.table.get::<Signature>(signature)?;
    let exported = signature.algorithm.signature_format()?.export(&signature.raw, encoding)?;
    open_array_output(call, Secret::from_vec(exported)).map(|handle| call.memory.put(slot, handle))
}

pub(crate) fn signature_import(call: &mut Call<'_>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, encoded, encoded_len, encoding, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let algorithm = Algorithm::find(AlgorithmType::Signatures, &call.memory.input(algorithm, algorithm_len)?)?;
    let encoding = SignatureEncoding::from_arg(encoding)?;
    let raw = algorithm.signature_format()?.import(&call.memory.input(encoded, encoded_len)?, encoding)?;
    let handle = insert_signature(call, algorithm, raw)?;
    call.memory.put(slot, handle);
    Ok(())
}

pub(crate) fn signature_state_open(call: &mut Call<'_>) -> Result<(), Errno> {
    let [keypair, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let keypair = call.ctx.table.get::<Keypair>(keypair)?;
    keypair.algorithm.check_type(AlgorithmType::Signatures)?;
    let state = SignatureState::open(keypair)?;
    let handle = call.ctx.table.insert(state)?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}

pub(crate) fn signature_state_update(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, input, input_len] = call.args();
    let input = call.memory.input(input, input_len)?;
    let (state, mut account) = call.ctx.table.get_with_account::<SignatureState>(state)?;
    state.signer.update(&input, &mut account)
}

pub(crate) fn signature_state_sign(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    call.ctx.table.check_room(1)?;
    let state = call.ctx.table.get_mut::<SignatureState>(state)?;
    let (algorithm, raw) = (state.algorithm, state.signer.sign()?);
    let handle = insert_signature(call, algorithm, raw)?;
    call.memory.put(slot, handle);
    Ok(())
}

pub(crate) fn signature_state_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state] = call.args();
    call.ctx.table.close::<SignatureState>(state)
}

pub(crate) fn signature_verification_state_open(call: &mut Call<'_>) -> Result<(), Errno> {
    let [public, handle] = call.args();
    let slot = call.memory.slot(handle)?;
    let public = call.ctx.table.get::<PublicKeyObject>(public)?;
    public.algorithm.check_type(AlgorithmType::Signatures)?;
    let state = VerificationState::open(public)?;
    let handle = call.ctx.table.insert(state)?;
    call.memory.put(slot, handle.to_le_bytes());
    Ok(())
}

pub(crate) fn signature_verification_state_update(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, input, input_len] = call.args();
    let input = call.memory.input(input, input_len)?;
    let (state, mut account) = call.ctx.table.get_with_account::<VerificationState>(state)?;
    state.verifier.update(&input, &mut account)
}

pub(crate) fn signature_verification_state_verify(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state, signature] = call.args();
    call.ctx
        .table
        .with_two(state, signature, |state: &mut VerificationState, signature: &Signature| state.verify(signature))?
}

pub(crate) fn signature_verification_state_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [state] = call.args();
    call.ctx.table.close::<VerificationState>(state)
}

pub(crate) fn signature_close(call: &mut Call<'_>) -> Result<(), Errno> {
    let [signature] = call.args();
    call.ctx.table.close::<Signature>(signature)
}

fn insert_signature(call: &mut Call<'_>, algorithm: &'static Algorithm, raw: Vec<u8>) -> Result<[u8; 4], Errno> {
    Ok(call.ctx.table.insert(Signature { algorithm, raw })?.to_le_bytes())
}
