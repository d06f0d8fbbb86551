//! `wasi-ephemeral-crypto-external-secrets`: secrets that the host keeps, or seals for the guest to keep.

use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Begun, Links, own};
use super::resources::{ArrayOutput, SecretsManager};
use super::types::Version;
use crate::errno::Errno;
use crate::objects::Table;
use crate::secrets::Identifier;
use crate::wit::{FIRST, Frame, NewList, pair};

pub(super) fn link(links: &mut impl Links) -> Result<()> {
    links.long::<(Resource<SecretsManager>, WasmList<u8>, u64), NewList>(
        "external_secret_store",
        |parts, (manager, secret, expires)| {
            let mut frame = Frame::new(parts.objects, secret.len().saturating_add(Identifier::LEN))?;
            let [start, len] = pair(&frame.put(secret));
            let identifier = frame.put_zeros(Identifier::LEN);
            let [to, to_len] = pair(&identifier);
            Begun::call(frame.with_args(&[manager.into(), start, len, expires, to, to_len]), move |_, frame| {
                Ok(NewList::copy(frame.bytes(identifier)))
            })
        },
    )?;
    links.short::<(Resource<SecretsManager>, WasmList<u8>, u64), (NewList, Version)>(
        "external_secret_replace",
        // It does not say which.
        |_, _| Err(Errno::UnsupportedFeature),
    )?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>, Version), Resource<ArrayOutput>>(
        "external_secret_from_id",
        |parts, (manager, identifier, version)| {
            call_with_bytes(parts.objects, identifier, |start, len| [manager.into(), start, len, version, FIRST])
        },
    )?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>, Version), ()>(
        "external_secret_invalidate",
        |parts, (manager, identifier, version)| {
            let mut frame = Frame::new(parts.objects, identifier.len())?;
            let [start, len] = pair(&frame.put(identifier));
            Begun::call(frame.with_args(&[manager.into(), start, len, version]), |_, _| Ok(()))
        },
    )?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>, u64), Resource<ArrayOutput>>(
        "external_secret_encapsulate",
        |parts, (manager, secret, expires)| {
            call_with_bytes(parts.objects, secret, |start, len| [manager.into(), start, len, expires, FIRST])
        },
    )?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>), Resource<ArrayOutput>>(
        "external_secret_decapsulate",
        |parts, (manager, sealed)| {
            call_with_bytes(parts.objects, sealed, |start, len| [manager.into(), start, len, FIRST])
        },
    )
}

/// A call that takes bytes and gives an output. `args` are its arguments, for where the bytes are and how many.
fn call_with_bytes<const N: usize>(
    objects: &mut Table,
    bytes: &[u8],
    args: impl FnOnce(u64, u64) -> [u64; N],
) -> Result<Begun<Resource<ArrayOutput>>, Errno> {
    let mut frame = Frame::new(objects, bytes.len())?;
    let [start, len] = pair(&frame.put(bytes));
    Begun::call(frame.with_args(&args(start, len)), |_, frame| own(Ok(frame.first())))
}
