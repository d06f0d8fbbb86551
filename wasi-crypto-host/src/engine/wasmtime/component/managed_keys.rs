//! The functions of `wasi-ephemeral-crypto-asymmetric-common` and `wasi-ephemeral-crypto-symmetric` that are about managed keys.

use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Begun, Links, Parts, own};
use super::name::Name;
use super::resources::{Keypair, Options, SecretsManager, SymmetricKey};
use super::types::{self, Version};
use crate::asymmetric::key;
use crate::errno::Errno;
use crate::handle::Object;
use crate::held::Held;
use crate::managed::Manageable;
use crate::objects::{AnyHandle, Table};
use crate::ops::managed_keys::key_id;
use crate::ops::{asymmetric_common, symmetric};
use crate::secrets::Identifier;
use crate::wit::{FIRST, Frame, NewList, pair};

pub(super) fn link_keypairs(links: &mut impl Links) -> Result<()> {
    links
        .long::<(Resource<SecretsManager>, types::AlgorithmType, Name, Option<Resource<Options>>), Resource<Keypair>>(
            "keypair_generate_managed",
            |parts, (manager, algorithm_type, algorithm, options)| {
                let mut frame = Frame::new(parts.objects, algorithm.len())?;
                let [name, name_len] = pair(&frame.put(algorithm.as_bytes()));
                let options = frame.put_optional(options);
                let args = [manager.into(), algorithm_type.number().into(), name, name_len, options, FIRST];
                Begun::call(frame.with_args(&args), |_, frame| own(Ok(frame.first())))
            },
        )?;
    links.long::<(Resource<SecretsManager>, Resource<Keypair>), NewList>("keypair_store_managed", store)?;
    links.long::<(Resource<SecretsManager>, Resource<Keypair>, Resource<Keypair>), Version>(
        "keypair_replace_managed",
        |parts, keys| replace(parts, keys, asymmetric_common::keypair_close),
    )?;
    links.short::<(Resource<Keypair>,), (NewList, Version)>("keypair_id", |parts, (keypair,)| {
        id::<key::Keypair>(parts, keypair)
    })?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>, Version), Resource<Keypair>>("keypair_from_id", from_id)
}

pub(super) fn link_symmetric_keys(links: &mut impl Links) -> Result<()> {
    links.long::<(Resource<SecretsManager>, Name, Option<Resource<Options>>), Resource<SymmetricKey>>(
        "symmetric_key_generate_managed",
        |parts, (manager, algorithm, options)| {
            let mut frame = Frame::new(parts.objects, algorithm.len())?;
            let [name, name_len] = pair(&frame.put(algorithm.as_bytes()));
            let options = frame.put_optional(options);
            let args = [manager.into(), name, name_len, options, FIRST];
            Begun::call(frame.with_args(&args), |_, frame| own(Ok(frame.first())))
        },
    )?;
    links.long::<(Resource<SecretsManager>, Resource<SymmetricKey>), NewList>("symmetric_key_store_managed", store)?;
    links.long::<(Resource<SecretsManager>, Resource<SymmetricKey>, Resource<SymmetricKey>), Version>(
        "symmetric_key_replace_managed",
        |parts, keys| replace(parts, keys, symmetric::symmetric_key_close),
    )?;
    links.short::<(Resource<SymmetricKey>,), (NewList, Version)>("symmetric_key_id", |parts, (key,)| {
        id::<crate::symmetric::key::SymmetricKey>(parts, key)
    })?;
    links.long::<(Resource<SecretsManager>, WasmList<u8>, Version), Resource<SymmetricKey>>(
        "symmetric_key_from_id",
        from_id,
    )
}

fn store(parts: Parts<'_>, (manager, key): (u32, u32)) -> Result<Begun<NewList>, Errno> {
    let mut frame = Frame::new(parts.objects, Identifier::LEN)?;
    let identifier = frame.put_zeros(Identifier::LEN);
    let [start, len] = pair(&identifier);
    Begun::call(frame.with_args(&[manager.into(), key.into(), start, len]), move |_, frame| {
        Ok(NewList::copy(frame.bytes(identifier)))
    })
}

/// The old key is the host's by now, and closed whatever the answer: the guest has no way to name it any more.
fn replace(
    parts: Parts<'_>,
    (manager, old, new): (u32, u32, u32),
    close: fn(&mut Table, u32) -> Result<(), Errno>,
) -> Result<Begun<Version>, Errno> {
    let frame = match Frame::new(parts.objects, 0) {
        Ok(frame) => frame.with_args(&[manager.into(), old.into(), new.into(), FIRST]),
        Err(errno) => {
            close(parts.objects, old)?;
            return Err(errno);
        }
    };
    Ok(Begun::Call(
        frame,
        Box::new(move |objects, frame, replaced| {
            // Where it was replaced, that has been done.
            _ = close(objects, old);
            replaced.map(|()| Version::of(frame.first_u64()))
        }),
    ))
}

fn id<K: Manageable>(parts: Parts<'_>, key: u32) -> Result<(NewList, Version), Errno>
where
    Held<K>: Object<AnyHandle>,
{
    let (identifier, version) = key_id::<K>(parts.objects, key)?;
    let identifier = identifier.as_ref().map_or(&[][..], |identifier| identifier.as_bytes());
    Ok((NewList::copy(identifier), Version::of(version)))
}

fn from_id<M: 'static>(
    parts: Parts<'_>,
    (manager, identifier, version): (u32, &[u8], u64),
) -> Result<Begun<Resource<M>>, Errno> {
    let mut frame = Frame::new(parts.objects, identifier.len())?;
    let [start, len] = pair(&frame.put(identifier));
    let args = [manager.into(), start, len, version, FIRST];
    Begun::call(frame.with_args(&args), |_, frame| own(Ok(frame.first())))
}
