//! `wasi-ephemeral-crypto-asymmetric-common`: key pairs, public keys, secret keys.

use wasi_crypto_interface::AlgorithmType;
use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Begun, Links, Parts, own};
use super::managed_keys;
use super::name::Name;
use super::resources::{ArrayOutput, Keypair, Options, Publickey, Secretkey};
use super::types;
use crate::asymmetric::algorithm::Algorithm;
use crate::asymmetric::encoding::KeyEncoding;
use crate::errno::Errno;
use crate::objects::Table;
use crate::ops::Objects;
use crate::ops::asymmetric_common as ops;
use crate::ops::export::Export;
use crate::wit::{FIRST, Frame, List, pair};

pub(super) fn link(links: &mut impl Links) -> Result<()> {
    links.long::<(types::AlgorithmType, Name, Option<Resource<Options>>), Resource<Keypair>>(
        "keypair_generate",
        |parts, (algorithm_type, algorithm, options)| {
            let mut frame = Frame::new(parts.objects, algorithm.len())?;
            let [name, name_len] = pair(&frame.put(algorithm.as_bytes()));
            let options = frame.put_optional(options);
            let args = [algorithm_type.number().into(), name, name_len, options, FIRST];
            Begun::call(frame.with_args(&args), |_, frame| own(Ok(frame.first())))
        },
    )?;
    links.short::<(types::AlgorithmType, Name, WasmList<u8>, types::KeypairEncoding), Resource<Keypair>>(
        "keypair_import",
        |parts, (algorithm_type, algorithm, encoded, encoding)| {
            let algorithm = find(parts.objects, algorithm_type, &algorithm)?;
            let encoding = KeyEncoding::of_keypair(encoding)?;
            own(ops::keypair_import(parts.objects, algorithm, List(encoded), encoding))
        },
    )?;
    managed_keys::link_keypairs(links)?;
    links.short::<(Resource<Publickey>, Resource<Secretkey>), Resource<Keypair>>(
        "keypair_from_pk_and_sk",
        |parts, (public, secret)| own(ops::keypair_from_pk_and_sk(parts.objects, public, secret)),
    )?;
    links.long::<(Resource<Keypair>, types::KeypairEncoding), Resource<ArrayOutput>>(
        "keypair_export",
        |parts, (keypair, encoding)| {
            let admitted = ops::keypair_export(parts.objects, keypair, KeyEncoding::of_keypair(encoding)?)?;
            export(parts, admitted, &[keypair.into(), encoding.number().into(), FIRST])
        },
    )?;
    links.short::<(Resource<Keypair>,), Resource<Publickey>>("keypair_publickey", |parts, (keypair,)| {
        own(ops::keypair_publickey(parts.objects, keypair))
    })?;
    links.short::<(Resource<Keypair>,), Resource<Secretkey>>("keypair_secretkey", |parts, (keypair,)| {
        own(ops::keypair_secretkey(parts.objects, keypair))
    })?;
    links.short::<(Resource<Keypair>,), ()>("keypair_close", |parts, (keypair,)| {
        ops::keypair_close(parts.objects, keypair)
    })?;
    links.short::<(types::AlgorithmType, Name, WasmList<u8>, types::PublickeyEncoding), Resource<Publickey>>(
        "publickey_import",
        |parts, (algorithm_type, algorithm, encoded, encoding)| {
            let algorithm = find(parts.objects, algorithm_type, &algorithm)?;
            let encoding = KeyEncoding::of_half(encoding.number().into())?;
            own(ops::publickey_import(parts.objects, algorithm, List(encoded), encoding))
        },
    )?;
    links.short::<(Resource<Publickey>, types::PublickeyEncoding), Resource<ArrayOutput>>(
        "publickey_export",
        |parts, (public, encoding)| {
            own(ops::publickey_export(parts.objects, public, KeyEncoding::of_half(encoding.number().into())?))
        },
    )?;
    links.short::<(Resource<Publickey>,), ()>("publickey_verify", |parts, (public,)| {
        ops::publickey_verify(parts.objects, public)
    })?;
    links.short::<(Resource<Secretkey>,), Resource<Publickey>>("publickey_from_secretkey", |parts, (secret,)| {
        own(ops::publickey_from_secretkey(parts.objects, secret))
    })?;
    links.short::<(Resource<Publickey>,), ()>("publickey_close", |parts, (public,)| {
        ops::publickey_close(parts.objects, public)
    })?;
    links.short::<(types::AlgorithmType, Name, WasmList<u8>, types::SecretkeyEncoding), Resource<Secretkey>>(
        "secretkey_import",
        |parts, (algorithm_type, algorithm, encoded, encoding)| {
            let algorithm = find(parts.objects, algorithm_type, &algorithm)?;
            let encoding = KeyEncoding::of_half(encoding.number().into())?;
            own(ops::secretkey_import(parts.objects, algorithm, List(encoded), encoding))
        },
    )?;
    links.long::<(Resource<Secretkey>, types::SecretkeyEncoding), Resource<ArrayOutput>>(
        "secretkey_export",
        |parts, (secret, encoding)| {
            let admitted =
                ops::secretkey_export(parts.objects, secret, KeyEncoding::of_half(encoding.number().into())?)?;
            export(parts, admitted, &[secret.into(), encoding.number().into(), FIRST])
        },
    )?;
    links.short::<(Resource<Secretkey>,), ()>("secretkey_close", |parts, (secret,)| {
        ops::secretkey_close(parts.objects, secret)
    })
}

/// Lets a secret key leave. Where a store has a say in that, the function is called with these arguments.
pub(super) fn export(parts: Parts<'_>, admitted: Export, args: &[u64]) -> Result<Begun<Resource<ArrayOutput>>, Errno> {
    if !admitted.asks_store() {
        return own(admitted.run()?.commit(parts.objects)).map(Begun::Done);
    }
    Begun::call(Frame::new(parts.objects, 0)?.with_args(args), |_, frame| own(Ok(frame.first())))
}

/// The algorithm of this type and name, if the guest may have it; symmetric ones have no key pairs.
fn find(objects: &mut Table, algorithm_type: AlgorithmType, name: &str) -> Result<&'static Algorithm, Errno> {
    Objects::algorithms(objects).asymmetric(algorithm_type, name.as_bytes())
}
