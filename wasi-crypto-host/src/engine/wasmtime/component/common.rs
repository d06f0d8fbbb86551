//! `wasi-ephemeral-crypto-common`: options, array outputs, the secrets manager.

use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Begun, Links, own};
use super::name::Name;
use super::resources::{
    ArrayOutput, Keypair, Options, Publickey, Secretkey, SecretsManager, Signature, SignatureState,
    SignatureVerificationState, SymmetricKey, SymmetricState, SymmetricTag,
};
use super::types;
use crate::ops::{asymmetric_common, common, secrets_manager, signatures, symmetric};
use crate::wit::{Frame, List, NewList, pair};

pub(super) fn link(links: &mut impl Links) -> Result<()> {
    links.resource::<ArrayOutput>("array-output", |objects, handle| {
        crate::ops::Objects::close::<crate::array_output::ArrayOutput>(objects, handle)
    })?;
    links.resource::<Options>("options", common::options_close)?;
    links.resource::<SecretsManager>("secrets-manager", secrets_manager::secrets_manager_close)?;
    links.resource::<Keypair>("keypair", asymmetric_common::keypair_close)?;
    links.resource::<SignatureState>("signature-state", signatures::signature_state_close)?;
    links.resource::<Signature>("signature", signatures::signature_close)?;
    links.resource::<Publickey>("publickey", asymmetric_common::publickey_close)?;
    links.resource::<Secretkey>("secretkey", asymmetric_common::secretkey_close)?;
    links.resource::<SignatureVerificationState>(
        "signature-verification-state",
        signatures::signature_verification_state_close,
    )?;
    links.resource::<SymmetricState>("symmetric-state", symmetric::symmetric_state_close)?;
    links.resource::<SymmetricKey>("symmetric-key", symmetric::symmetric_key_close)?;
    links.resource::<SymmetricTag>("symmetric-tag", symmetric::symmetric_tag_close)?;

    links.short::<(types::AlgorithmType,), Resource<Options>>("options_open", |parts, (algorithm_type,)| {
        own(common::options_open(parts.objects, algorithm_type))
    })?;
    links.short::<(Resource<Options>,), ()>("options_close", |parts, (options,)| {
        common::options_close(parts.objects, options)
    })?;
    links.short::<(Resource<Options>, Name, WasmList<u8>), ()>("options_set", |parts, (options, name, value)| {
        common::options_set(parts.objects, options, name.as_bytes(), List(value))
    })?;
    links.short::<(Resource<Options>, Name, u64), ()>("options_set_u64", |parts, (options, name, value)| {
        common::options_set_u64(parts.objects, options, name.as_bytes(), value)
    })?;
    links.short::<(Resource<Options>, Name, WasmList<u8>), ()>(
        "options_set_guest_buffer",
        // Nothing reads it; where it lies is nobody's business, and it is gone after the call.
        |parts, (options, name, buffer)| {
            common::options_set_guest_buffer(parts.objects, options, name.as_bytes(), 0, buffer.len() as u32)
        },
    )?;
    links.short::<(Resource<ArrayOutput>,), u32>("array_output_len", |parts, (output,)| {
        common::array_output_len(parts.objects, output).map(|len| len as u32)
    })?;
    links.short::<(Resource<ArrayOutput>,), NewList>("array_output_pull", |parts, (output,)| {
        common::array_output_take(parts.objects, output).map(NewList::new)
    })?;
    links.short::<(Option<Resource<Options>>,), Resource<SecretsManager>>(
        "secrets_manager_open",
        |parts, (options,)| own(secrets_manager::secrets_manager_open(parts.objects, options)),
    )?;
    links.short::<(Resource<SecretsManager>,), ()>("secrets_manager_close", |parts, (manager,)| {
        secrets_manager::secrets_manager_close(parts.objects, manager)
    })?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>, types::Version), ()>(
        "secrets_manager_invalidate",
        |parts, (manager, identifier, version)| {
            let mut frame = Frame::new(parts.objects, identifier.len())?;
            let [start, len] = pair(&frame.put(identifier));
            Begun::call(frame.with_args(&[manager.into(), start, len, version]), |_, _| Ok(()))
        },
    )
}
