//! `wasi-ephemeral-crypto-symmetric`: keys, states, tags.

use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::asymmetric_common::export;
use super::link::{Begun, Links, Parts, own};
use super::managed_keys;
use super::name::Name;
use super::resources::{ArrayOutput, Options, SymmetricKey, SymmetricState, SymmetricTag};
use crate::errno::Errno;
use crate::ops::symmetric;
use crate::symmetric::algorithm::{Kind, MAX_TAG_LEN};
use crate::symmetric::traits::Derived;
use crate::wit::{FIRST, Frame, List, NewBuffer, NewList, PacedList, pair};

pub(super) fn link(links: &mut impl Links) -> Result<()> {
    link_keys(links)?;
    link_states(links)?;
    link_ciphers(links)?;
    link_tags(links)
}

fn link_keys(links: &mut impl Links) -> Result<()> {
    links.short::<(Name, Option<Resource<Options>>), Resource<SymmetricKey>>(
        "symmetric_key_generate",
        |parts, (algorithm, options)| {
            own(symmetric::symmetric_key_generate(parts.objects, algorithm.as_bytes(), options))
        },
    )?;
    links
        .short::<(Name, WasmList<u8>), Resource<SymmetricKey>>("symmetric_key_import", |parts, (algorithm, raw)| {
            own(symmetric::symmetric_key_import(parts.objects, algorithm.as_bytes(), List(raw)))
        })?;
    links.long::<(Resource<SymmetricKey>,), Resource<ArrayOutput>>("symmetric_key_export", |parts, (key,)| {
        let admitted = symmetric::symmetric_key_export(parts.objects, key)?;
        export(parts, admitted, &[key.into(), FIRST])
    })?;
    links.short::<(Resource<SymmetricKey>,), ()>("symmetric_key_close", |parts, (key,)| {
        symmetric::symmetric_key_close(parts.objects, key)
    })?;
    managed_keys::link_symmetric_keys(links)
}

fn link_states(links: &mut impl Links) -> Result<()> {
    links.short::<(Name, Option<Resource<SymmetricKey>>, Option<Resource<Options>>), Resource<SymmetricState>>(
        "symmetric_state_open",
        |parts, (algorithm, key, options)| {
            own(symmetric::symmetric_state_open(parts.objects, algorithm.as_bytes(), key, options))
        },
    )?;
    links.short::<(Resource<SymmetricState>, Name), NewList>(
        "symmetric_state_options_get",
        |parts, (state, name)| {
            let mut list = NewList::default();
            symmetric::symmetric_state_options_get(parts.objects, state, name.as_bytes(), |value, spare| {
                spare.check(value.len())?;
                list = NewList::copy(value);
                Ok(())
            })?;
            Ok(list)
        },
    )?;
    links
        .short::<(Resource<SymmetricState>, Name), u64>("symmetric_state_options_get_u64", |parts, (state, name)| {
            symmetric::symmetric_state_options_get_u64(parts.objects, state, name.as_bytes())
        })?;
    links.short::<(Resource<SymmetricState>,), Resource<SymmetricState>>(
        "symmetric_state_clone",
        |parts, (state,)| own(symmetric::symmetric_state_clone(parts.objects, state)),
    )?;
    links.short::<(Resource<SymmetricState>,), ()>("symmetric_state_close", |parts, (state,)| {
        symmetric::symmetric_state_close(parts.objects, state)
    })?;
    links.data::<(Resource<SymmetricState>, WasmList<u8>)>(
        "symmetric_state_absorb",
        |objects, (state, bytes), pace| symmetric::symmetric_state_absorb(objects, state, PacedList { bytes, pace }),
    )?;
    links.long::<(Resource<SymmetricState>,), NewList>("symmetric_state_squeeze", squeeze)?;
    links.long::<(Resource<SymmetricState>,), Resource<SymmetricTag>>("symmetric_state_squeeze_tag", squeeze_tag)?;
    links.short::<(Resource<SymmetricState>, Name), Resource<SymmetricKey>>(
        "symmetric_state_squeeze_key",
        |parts, (state, algorithm)| {
            own(symmetric::symmetric_state_squeeze_key(parts.objects, state, algorithm.as_bytes()))
        },
    )?;
    links.short::<(Resource<SymmetricState>,), u32>("symmetric_state_max_tag_len", |parts, (state,)| {
        symmetric::symmetric_state_max_tag_len(parts.objects, state).map(|len| len as u32)
    })?;
    links.short::<(Resource<SymmetricState>,), ()>("symmetric_state_ratchet", |parts, (state,)| {
        symmetric::symmetric_state_ratchet(parts.objects, state)
    })
}

fn link_ciphers(links: &mut impl Links) -> Result<()> {
    links.short::<(Resource<SymmetricState>, WasmList<u8>), NewList>(
        "symmetric_state_encrypt",
        |parts, (state, data)| {
            let added = symmetric::symmetric_state_max_tag_len(parts.objects, state)?;
            let mut list = NewList::default();
            let buffer = NewBuffer { data, output_len: data.len().saturating_add(added), list: &mut list };
            let len = symmetric::symmetric_state_encrypt(parts.objects, state, buffer)?;
            Ok(list.cut(len))
        },
    )?;
    links.short::<(Resource<SymmetricState>, WasmList<u8>), (NewList, Resource<SymmetricTag>)>(
        "symmetric_state_encrypt_detached",
        |parts, (state, data)| {
            let mut list = NewList::default();
            let buffer = NewBuffer { data, output_len: data.len(), list: &mut list };
            let tag = symmetric::symmetric_state_encrypt_detached(parts.objects, state, buffer)?;
            Ok((list, Resource::new_own(tag)))
        },
    )?;
    links.short::<(Resource<SymmetricState>, WasmList<u8>, u32), NewList>(
        "symmetric_state_decrypt",
        |parts, (state, data, output_len)| {
            let mut list = NewList::default();
            let buffer = NewBuffer { data, output_len: output_len as usize, list: &mut list };
            let len = symmetric::symmetric_state_decrypt(parts.objects, state, buffer, &mut false)?;
            Ok(list.cut(len))
        },
    )?;
    links.short::<(Resource<SymmetricState>, WasmList<u8>, WasmList<u8>), NewList>(
        "symmetric_state_decrypt_detached",
        |parts, (state, data, tag)| {
            let mut list = NewList::default();
            let buffer = NewBuffer { data, output_len: data.len(), list: &mut list };
            let tag = (tag.len() <= MAX_TAG_LEN).then_some(tag);
            let len = symmetric::symmetric_state_decrypt_detached(parts.objects, state, buffer, tag, &mut false)?;
            Ok(list.cut(len))
        },
    )
}

fn link_tags(links: &mut impl Links) -> Result<()> {
    links.short::<(Resource<SymmetricTag>,), u32>("symmetric_tag_len", |parts, (tag,)| {
        symmetric::symmetric_tag_len(parts.objects, tag).map(|len| len as u32)
    })?;
    links.short::<(Resource<SymmetricTag>,), NewList>("symmetric_tag_pull", |parts, (tag,)| {
        symmetric::symmetric_tag_take(parts.objects, tag).map(NewList::new)
    })?;
    links.short::<(Resource<SymmetricTag>, WasmList<u8>), ()>("symmetric_tag_verify", |parts, (tag, expected)| {
        symmetric::symmetric_tag_verify(parts.objects, tag, List(expected))
    })?;
    links.short::<(Resource<SymmetricTag>,), ()>("symmetric_tag_close", |parts, (tag,)| {
        symmetric::symmetric_tag_close(parts.objects, tag)
    })
}

/// As many bytes as the state usually gives.
fn squeeze(parts: Parts<'_>, (state,): (u32,)) -> Result<Begun<NewList>, Errno> {
    let len = symmetric::usual_len(parts.objects, state)?;
    if parts.may_yield && symmetric::is_long_squeeze(parts.objects, state, len) {
        let mut frame = Frame::new(parts.objects, len)?;
        let output = frame.put_zeros(len);
        let [start, len] = pair(&output);
        return Begun::call(frame.with_args(&[state.into(), start, len]), move |_, frame| {
            Ok(NewList::copy(frame.bytes(output)))
        });
    }
    let mut list = NewList::default();
    match symmetric::symmetric_state_squeeze(parts.objects, state, list.output(len), false, parts.stop)? {
        Derived::Now(()) => Ok(Begun::Done(list)),
        Derived::Later(_) => Err(Errno::InternalError),
    }
}

fn squeeze_tag(parts: Parts<'_>, (state,): (u32,)) -> Result<Begun<Resource<SymmetricTag>>, Errno> {
    if symmetric::algorithm_of_state(parts.objects, state)?.kind == Kind::Stretch {
        let frame = Frame::new(parts.objects, 0)?.with_args(&[state.into(), FIRST]);
        return Begun::call(frame, |_, frame| own(Ok(frame.first())));
    }
    match symmetric::symmetric_state_squeeze_tag(parts.objects, state)? {
        Derived::Now(tag) => Ok(Begun::Done(Resource::new_own(tag))),
        Derived::Later(_) => Err(Errno::InternalError),
    }
}
