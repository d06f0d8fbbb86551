//! Signatures, and the states that make and verify them.

use crate::asymmetric::algorithm::Algorithm;
use crate::asymmetric::encoding::SignatureEncoding;
use crate::asymmetric::key::{Keypair, PublicKeyObject};
use crate::asymmetric::signatures::state::{Signature, SignatureState, VerificationState};
use crate::errno::Errno;
use crate::held::Held;
use crate::ops::common::open_array_output;
use crate::ops::{Bytes, Fed, Input, Load, Objects, Turn};
use crate::options::AlgorithmType;
use crate::secret::Secret;

pub(crate) fn signature_export(
    objects: &mut impl Objects,
    signature: u32,
    encoding: SignatureEncoding,
) -> Result<u32, Errno> {
    let exported = objects.look(signature, |signature: &Signature, _| {
        signature.algorithm.signature_format()?.export(&signature.raw, encoding)
    })?;
    open_array_output(objects, Secret::from_vec(exported))
}

pub(crate) fn signature_import(
    objects: &mut impl Objects,
    algorithm: &'static Algorithm,
    encoded: impl Bytes,
    encoding: SignatureEncoding,
) -> Result<u32, Errno> {
    let raw = algorithm.signature_format()?.import(&encoded.get_at_most(MAX_SIGNATURE), encoding)?;
    insert_signature(objects, algorithm, raw)
}

pub(crate) fn signature_state_open(objects: &mut impl Objects, keypair: u32) -> Result<u32, Errno> {
    let state = objects.look(keypair, |keypair: &Held<Keypair>, _| {
        keypair.algorithm.check_type(AlgorithmType::Signatures)?;
        keypair.origin.check_use()?;
        SignatureState::open(keypair)
    })?;
    objects.insert(state)
}

pub(crate) fn signature_state_update(objects: &mut impl Objects, state: u32, input: impl Input) -> Result<Fed, Errno> {
    let (len, is_start) = (input.len(), input.is_start());
    objects.work(
        state,
        |_| Load::of(len),
        |state: &mut SignatureState, mut account| {
            if is_start { state.signer.admit(len, &mut account) } else { Ok(()) }
        },
        |state, ()| input.feed(|piece| state.signer.update(piece)),
    )
}

pub(crate) fn algorithm_of_signer(objects: &mut impl Objects, state: u32) -> Result<&'static Algorithm, Errno> {
    objects.look(state, |state: &SignatureState, _| Ok(state.algorithm))
}

/// Signs all data so far; more can follow.
pub(crate) fn signature_state_sign(objects: &mut impl Objects, state: u32) -> Result<u32, Errno> {
    objects.check_room(1)?;
    let (algorithm, raw) = objects.work(
        state,
        |_| Load::long(),
        |_: &mut SignatureState, _| Ok(()),
        |state, ()| Ok((state.algorithm, state.sign()?)),
    )?;
    insert_signature(objects, algorithm, raw)
}

/// Signs with many states of one algorithm, side by side; what each answers is what [`signature_state_sign`] would, one after the other. Fewer
/// answers than states, at least one, where the turn is over.
pub(crate) fn signature_states_sign(
    objects: &mut impl Objects,
    states: impl Iterator<Item = u32>,
    turn: Turn<'_>,
) -> Vec<Result<u32, Errno>> {
    let jobs = states.map(|state| (state, ())).collect();
    let sign = |state: &mut SignatureState, ()| Ok((state.algorithm, state.sign()?));
    let signed = objects.work_on_many(jobs, turn, sign);
    let commit = |signed: Result<(&'static Algorithm, Vec<u8>), Errno>| {
        objects.check_room(1)?;
        let (algorithm, raw) = signed?;
        insert_signature(objects, algorithm, raw)
    };
    signed.into_iter().map(commit).collect()
}

pub(crate) fn signature_state_close(objects: &mut impl Objects, state: u32) -> Result<(), Errno> {
    objects.close::<SignatureState>(state)
}

pub(crate) fn signature_verification_state_open(objects: &mut impl Objects, public: u32) -> Result<u32, Errno> {
    let state = objects.look(public, |public: &Held<PublicKeyObject>, _| {
        public.algorithm.check_type(AlgorithmType::Signatures)?;
        VerificationState::open(public)
    })?;
    objects.insert(state)
}

pub(crate) fn algorithm_of_verifier(objects: &mut impl Objects, state: u32) -> Result<&'static Algorithm, Errno> {
    objects.look(state, |state: &VerificationState, _| Ok(state.algorithm))
}

pub(crate) fn signature_verification_state_update(
    objects: &mut impl Objects,
    state: u32,
    input: impl Input,
) -> Result<Fed, Errno> {
    let (len, is_start) = (input.len(), input.is_start());
    objects.work(
        state,
        |_| Load::of(len),
        |state: &mut VerificationState, mut account| {
            if is_start { state.verifier.admit(len, &mut account) } else { Ok(()) }
        },
        |state, ()| input.feed(|piece| state.verifier.update(piece)),
    )
}

/// `verification_failed`; or `invalid_signature`, also for a signature of another algorithm.
pub(crate) fn signature_verification_state_verify(
    objects: &mut impl Objects,
    state: u32,
    signature: u32,
) -> Result<(), Errno> {
    objects.work_with(state, signature, |state: &mut VerificationState, signature: &Signature| state.verify(signature))
}

/// Verifies signatures, each by a state, side by side; what each answers is what [`signature_verification_state_verify`] would. Fewer answers than
/// pairs, at least one, where the turn is over.
pub(crate) fn signature_verification_states_verify(
    objects: &mut impl Objects,
    pairs: impl Iterator<Item = [u32; 2]>,
    turn: Turn<'_>,
) -> Vec<Result<(), Errno>> {
    let mut signature_of = |signature| objects.look(signature, |signature: &Signature, _| Ok(signature.clone()));
    let jobs = pairs.map(|[state, signature]| (state, signature_of(signature))).collect();
    objects.work_on_many(jobs, turn, |state: &mut VerificationState, signature: Result<Signature, Errno>| {
        state.verify(&signature?)
    })
}

pub(crate) fn signature_verification_state_close(objects: &mut impl Objects, state: u32) -> Result<(), Errno> {
    objects.close::<VerificationState>(state)
}

/// Puts an array output with the raw bytes of a signature in its place.
#[cfg(feature = "component")]
pub(crate) fn signature_to_output(objects: &mut impl Objects, signature: u32) -> Result<u32, Errno> {
    let raw = objects.look(signature, |signature: &Signature, _| Ok(signature.raw.clone()))?;
    signature_close(objects, signature)?;
    open_array_output(objects, Secret::from_vec(raw))
}

pub(crate) fn signature_close(objects: &mut impl Objects, signature: u32) -> Result<(), Errno> {
    objects.close::<Signature>(signature)
}

/// No signature of any algorithm is longer, in bytes and in any encoding.
const MAX_SIGNATURE: usize = 64 << 10;

fn insert_signature(objects: &mut impl Objects, algorithm: &'static Algorithm, raw: Vec<u8>) -> Result<u32, Errno> {
    objects.insert(Signature { algorithm, raw })
}
