//! `wasi_ephemeral_crypto_signatures`: signatures, and the states that make and verify them.

use crate::abi::call::Call;
use crate::abi::data::{GuestBytes, GuestInput};
use crate::asymmetric::encoding::SignatureEncoding;
use crate::errno::Errno;
use crate::ops::{Objects, signatures};
use crate::options::AlgorithmType;

pub(crate) fn signature_export<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [signature, encoding, handle] = call.args();
    call.for_handle(handle, |call| signatures::signature_export(call.objects, signature, encoding_of(encoding)?))
}

pub(crate) fn signature_import<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [algorithm, algorithm_len, encoded, encoded_len, encoding, handle] = call.args();
    call.for_handle(handle, |call| {
        let name = call.memory.name(algorithm, algorithm_len)?;
        let encoded = GuestBytes::new(&call.memory, encoded, encoded_len)?;
        let algorithm = call.objects.algorithms().asymmetric(AlgorithmType::Signatures, &name)?;
        signatures::signature_import(call.objects, algorithm, encoded, encoding_of(encoding)?)
    })
}

pub(crate) fn signature_state_open<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [keypair, handle] = call.args();
    call.for_handle(handle, |call| signatures::signature_state_open(call.objects, keypair))
}

pub(crate) fn signature_state_update<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, input, input_len] = call.args();
    let input = GuestInput::new(&call.memory, call.memory.range(input, input_len)?, call.pace);
    let fed = signatures::signature_state_update(call.objects, state, input)?;
    call.took(fed)
}

pub(crate) fn signature_state_sign<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, handle] = call.args();
    call.for_handle(handle, |call| signatures::signature_state_sign(call.objects, state))
}

pub(crate) fn signature_state_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state] = call.args();
    signatures::signature_state_close(call.objects, state)
}

pub(crate) fn signature_verification_state_open<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [public, handle] = call.args();
    call.for_handle(handle, |call| signatures::signature_verification_state_open(call.objects, public))
}

pub(crate) fn signature_verification_state_update<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, input, input_len] = call.args();
    let input = GuestInput::new(&call.memory, call.memory.range(input, input_len)?, call.pace);
    let fed = signatures::signature_verification_state_update(call.objects, state, input)?;
    call.took(fed)
}

pub(crate) fn signature_verification_state_verify<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state, signature] = call.args();
    signatures::signature_verification_state_verify(call.objects, state, signature)
}

pub(crate) fn signature_verification_state_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [state] = call.args();
    signatures::signature_verification_state_close(call.objects, state)
}

pub(crate) fn signature_close<O: Objects>(call: &mut Call<'_, O>) -> Result<(), Errno> {
    let [signature] = call.args();
    signatures::signature_close(call.objects, signature)
}

fn encoding_of(arg: u32) -> Result<SignatureEncoding, Errno> {
    SignatureEncoding::from_number(arg).ok_or(Errno::UnsupportedEncoding)
}
