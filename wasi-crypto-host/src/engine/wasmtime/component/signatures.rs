//! `wasi-ephemeral-crypto-signatures`: signatures, and the states that make and verify them.

use wasi_crypto_interface::AlgorithmType;
use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Links, own};
use super::name::Name;
use super::resources::{ArrayOutput, Keypair, Publickey, Signature, SignatureState, SignatureVerificationState};
use super::types;
use crate::ops::signatures;
use crate::wit::{List, PacedList};

pub(super) fn link(links: &mut impl Links) -> Result<()> {
    links.short::<(Resource<Signature>, types::SignatureEncoding), Resource<ArrayOutput>>(
        "signature_export",
        |parts, (signature, encoding)| own(signatures::signature_export(parts.objects, signature, encoding)),
    )?;
    links.short::<(Name, WasmList<u8>, types::SignatureEncoding), Resource<Signature>>(
        "signature_import",
        |parts, (algorithm, encoded, encoding)| {
            let algorithms = parts.objects.algorithms();
            let algorithm = algorithms.asymmetric(AlgorithmType::Signatures, algorithm.as_bytes())?;
            own(signatures::signature_import(parts.objects, algorithm, List(encoded), encoding))
        },
    )?;
    links.short::<(Resource<Keypair>,), Resource<SignatureState>>("signature_state_open", |parts, (keypair,)| {
        own(signatures::signature_state_open(parts.objects, keypair))
    })?;
    links.data::<(Resource<SignatureState>, WasmList<u8>)>(
        "signature_state_update",
        |objects, (state, bytes), pace| signatures::signature_state_update(objects, state, PacedList { bytes, pace }),
    )?;
    links.short::<(Resource<SignatureState>,), Resource<Signature>>("signature_state_sign", |parts, (state,)| {
        own(signatures::signature_state_sign(parts.objects, state))
    })?;
    links.short::<(Resource<SignatureState>,), ()>("signature_state_close", |parts, (state,)| {
        signatures::signature_state_close(parts.objects, state)
    })?;
    links.short::<(Resource<Publickey>,), Resource<SignatureVerificationState>>(
        "signature_verification_state_open",
        |parts, (public,)| own(signatures::signature_verification_state_open(parts.objects, public)),
    )?;
    links.data::<(Resource<SignatureVerificationState>, WasmList<u8>)>(
        "signature_verification_state_update",
        |objects, (state, bytes), pace| {
            signatures::signature_verification_state_update(objects, state, PacedList { bytes, pace })
        },
    )?;
    links.short::<(Resource<SignatureVerificationState>, Resource<Signature>), ()>(
        "signature_verification_state_verify",
        |parts, (state, signature)| signatures::signature_verification_state_verify(parts.objects, state, signature),
    )?;
    links.short::<(Resource<SignatureVerificationState>,), ()>(
        "signature_verification_state_close",
        |parts, (state,)| signatures::signature_verification_state_close(parts.objects, state),
    )?;
    links.short::<(Resource<Signature>,), ()>("signature_close", |parts, (signature,)| {
        signatures::signature_close(parts.objects, signature)
    })
}
