//! `wasi-ephemeral-crypto-symmetric-batch` and `wasi-ephemeral-crypto-signatures-batch`: many operations at once.
//!
//! A batch is called as modules do. Each result that is a resource is there in any case, and so there must be room for all of them; those of
//! entries that failed have no bytes.

use std::ops::Range;

use wasmtime::Result;
use wasmtime::component::{Resource, WasmList};

use super::link::{Begun, Links, Parts};
use super::resources::{
    ArrayOutput, Signature, SignatureState, SignatureVerificationState, SymmetricState, SymmetricTag,
};
use super::types::CryptoErrno;
use crate::array_output::ArrayOutput as ArrayOutputObject;
use crate::booking::Booking;
use crate::errno::Errno;
use crate::handle::SLOT;
use crate::objects::Table;
use crate::ops::{Objects, signatures, symmetric};
use crate::secret::Secret;
use crate::symmetric::tag::SymmetricTag as SymmetricTagObject;
use crate::wit::{Frame, NewList};

pub(super) fn link_symmetric(links: &mut impl Links) -> Result<()> {
    links.batch::<Resource<SymmetricState>, Vec<(NewList, CryptoErrno)>>(
        "batch_symmetric_state_squeeze",
        |parts, states| {
            let len_of = |state: &u32| symmetric::usual_len(parts.objects, *state).unwrap_or(0);
            let lens: Vec<usize> = states.iter().map(len_of).collect();
            let bytes = lens.iter().sum();
            let mut frame = frame(parts.objects, states.len(), 3, ERRNO_LEN, bytes, bytes)?;
            let outputs: Vec<_> = lens.into_iter().map(|len| frame.put_zeros(len)).collect();
            let entries = states.iter().zip(&outputs).flat_map(|(state, output)| with(&[*state], &[output]));
            let (frame, results) = entered(frame, entries.collect(), states.len(), ERRNO_LEN);
            Begun::call(frame, move |_, frame| {
                let one = |(at, output): (usize, Range<usize>)| {
                    let errno = errno_at(frame, results + at * ERRNO_LEN);
                    (list(frame, output, errno), errno.into())
                };
                Ok(outputs.into_iter().enumerate().map(one).collect())
            })
        },
    )?;
    links.batch::<Resource<SymmetricState>, Vec<(Resource<SymmetricTag>, CryptoErrno)>>(
        "batch_symmetric_state_squeeze_tag",
        |parts, states| {
            let room = room_for_empty(parts.objects, states.len())?;
            let frame = frame(parts.objects, states.len(), 1, VALUE_LEN, 0, 0)?;
            let (len, entries) = (states.len(), states);
            let (frame, results) = entered(frame, entries, len, VALUE_LEN);
            Begun::call(frame, move |objects, frame| {
                drop(room);
                let errnos = errnos(frame, results, len);
                Ok(tags(objects, frame, results, len)?.into_iter().zip(errnos).collect())
            })
        },
    )?;
    links.batch::<(Resource<SymmetricState>, WasmList<u8>), Vec<(NewList, CryptoErrno)>>(
        "batch_symmetric_state_encrypt",
        |parts, entries| {
            let added =
                |objects: &mut Table, state| symmetric::symmetric_state_max_tag_len(objects, state).unwrap_or(0);
            crypt(parts, entries, |objects, state, len| len.saturating_add(added(objects, state)))
        },
    )?;
    links.batch::<(Resource<SymmetricState>, WasmList<u8>), Vec<(NewList, Resource<SymmetricTag>, CryptoErrno)>>(
        "batch_symmetric_state_encrypt_detached",
        |parts, entries| {
            let room = room_for_empty(parts.objects, entries.len())?;
            let (frame, outputs, results) = lay_out(parts.objects, entries, |_, _, len| len)?;
            Begun::call(frame, move |objects, frame| {
                drop(room);
                let tags = tags(objects, frame, results, outputs.len())?;
                let one = |((at, output), tag): ((usize, Range<usize>), _)| {
                    let (_, errno) = value_at(frame, results + at * VALUE_LEN);
                    (list(frame, output, errno), tag, errno.into())
                };
                Ok(outputs.into_iter().enumerate().zip(tags).map(one).collect())
            })
        },
    )?;
    links.batch::<(Resource<SymmetricState>, WasmList<u8>), Vec<(NewList, CryptoErrno)>>(
        "batch_symmetric_state_decrypt",
        // Of a padded text, the output may be as long as all of it.
        |parts, entries| crypt(parts, entries, message_room),
    )?;
    links.batch::<(Resource<SymmetricState>, WasmList<u8>, WasmList<u8>), Vec<(NewList, CryptoErrno)>>(
        "batch_symmetric_state_decrypt_detached",
        |parts, entries| {
            let tag_bytes: usize = entries.iter().map(|(_, _, tag)| tag.len()).sum();
            let bytes = entries.iter().map(|(_, data, _)| data.len()).sum();
            let mut frame = frame(parts.objects, entries.len(), 7, VALUE_LEN, tag_bytes + bytes, bytes)?;
            let (mut numbers, mut outputs) = (Vec::new(), Vec::new());
            let len = entries.len();
            for (state, data, tag) in entries {
                let (data, tag) = (frame.put(data), frame.put(tag));
                numbers.extend(with(&[state], &[&data, &data, &tag]));
                outputs.push(data);
            }
            let (frame, results) = entered(frame, numbers, len, VALUE_LEN);
            Begun::call(frame, move |_, frame| Ok(lists(frame, outputs, results)))
        },
    )
}

pub(super) fn link_signatures(links: &mut impl Links) -> Result<()> {
    links.batch::<Resource<SignatureState>, Vec<(Resource<ArrayOutput>, CryptoErrno)>>(
        "batch_signature_state_sign",
        |parts, states| {
            let room = room_for_empty(parts.objects, states.len())?;
            let len = states.len();
            let frame = frame(parts.objects, len, 1, VALUE_LEN, 0, 0)?;
            let (frame, results) = entered(frame, states, len, VALUE_LEN);
            Begun::call(frame, move |objects, frame| {
                drop(room);
                let given = values(frame, results, len);
                let one = |objects: &mut Table, signature| match signature {
                    Some(signature) => signatures::signature_to_output(objects, signature),
                    None => Objects::insert(objects, ArrayOutputObject::new(Secret::default())),
                };
                let outputs =
                    one_each(objects, &given, one, signatures::signature_close, Objects::close::<ArrayOutputObject>)?;
                Ok(outputs.into_iter().zip(errnos(frame, results, len)).collect())
            })
        },
    )?;
    links.batch::<(Resource<SignatureVerificationState>, Resource<Signature>), Vec<CryptoErrno>>(
        "batch_signature_state_verify",
        |parts, pairs| {
            let len = pairs.len();
            let frame = frame(parts.objects, len, 2, ERRNO_LEN, 0, 0)?;
            let entries = pairs.into_iter().flat_map(|(state, signature)| [state, signature]).collect();
            let (frame, results) = entered(frame, entries, len, ERRNO_LEN);
            Begun::call(frame, move |_, frame| {
                Ok((0..len).map(|at| errno_at(frame, results + at * ERRNO_LEN).into()).collect())
            })
        },
    )
}

/// A batch that encrypts or decrypts into outputs as long as `room` says.
fn crypt(
    parts: Parts<'_>,
    entries: Vec<(u32, &[u8])>,
    room: impl Fn(&mut Table, u32, usize) -> usize,
) -> Result<Begun<Vec<(NewList, CryptoErrno)>>, Errno> {
    let (frame, outputs, results) = lay_out(parts.objects, entries, room)?;
    Begun::call(frame, move |_, frame| Ok(lists(frame, outputs, results)))
}

/// Puts each message where its output goes, which is as long as `room` says, or as the message is if that is longer: all of it is worked on in
/// place.
fn lay_out(
    objects: &mut Table,
    entries: Vec<(u32, &[u8])>,
    room: impl Fn(&mut Table, u32, usize) -> usize,
) -> Result<(Frame, Vec<Range<usize>>, usize), Errno> {
    let rooms: Vec<usize> = entries.iter().map(|(state, data)| room(objects, *state, data.len())).collect();
    let bytes =
        entries.iter().zip(&rooms).fold(0usize, |sum, ((_, data), room)| sum.saturating_add(data.len().max(*room)));
    let (len, lists) = (entries.len(), rooms.iter().fold(0, |sum: usize, room| sum.saturating_add(*room)));
    let mut frame = frame(objects, len, 5, VALUE_LEN, bytes, lists)?;
    let (mut numbers, mut outputs) = (Vec::with_capacity(len * 5), Vec::with_capacity(len));
    for ((state, data), room) in entries.into_iter().zip(rooms) {
        let data = frame.put(data);
        frame.put_zeros(room.saturating_sub(data.len()));
        let output = data.start..data.start + room;
        numbers.extend(with(&[state], &[&output, &data]));
        outputs.push(output);
    }
    let (frame, results) = entered(frame, numbers, len, VALUE_LEN);
    Ok((frame, outputs, results))
}

/// How long the message in a sealed text may be.
fn message_room(objects: &mut Table, state: u32, len: usize) -> usize {
    let sealing = symmetric::algorithm_of_state(objects, state).and_then(|algorithm| algorithm.sealing());
    sealing.map_or(0, |sealing| (len + sealing.message_in_end()).saturating_sub(sealing.most_added()))
}

/// A frame for a batch of `len` entries of so many numbers and results of so many bytes, and so many bytes besides; `lists` of these at most go to
/// the guest.
fn frame(
    objects: &mut Table,
    len: usize,
    numbers: usize,
    result_len: usize,
    bytes: usize,
    lists: usize,
) -> Result<Frame, Errno> {
    Frame::with_lists(objects, bytes.saturating_add(len * (numbers * 4 + result_len)), lists)
}

/// The frame with its entries and room for results, and where these are.
fn entered(mut frame: Frame, entries: Vec<u32>, len: usize, result_len: usize) -> (Frame, usize) {
    let list = frame.put_numbers(&entries).start;
    let results = frame.put_zeros(len * result_len).start;
    (frame.with_args(&[list as u64, len as u64, results as u64]), results)
}

/// An entry: handles, then where things are and their lengths.
fn with(handles: &[u32], ranges: &[&Range<usize>]) -> Vec<u32> {
    let pairs = ranges.iter().flat_map(|range| [range.start as u32, range.len() as u32]);
    handles.iter().copied().chain(pairs).collect()
}

fn lists(frame: &Frame, outputs: Vec<Range<usize>>, results: usize) -> Vec<(NewList, CryptoErrno)> {
    let one = |(at, output): (usize, Range<usize>)| {
        let (len, errno) = value_at(frame, results + at * VALUE_LEN);
        let start = output.start;
        (list(frame, start..start + len as usize, errno), errno.into())
    };
    outputs.into_iter().enumerate().map(one).collect()
}

/// The bytes of an entry that succeeded.
fn list(frame: &Frame, output: Range<usize>, errno: Errno) -> NewList {
    if errno == Errno::Success { NewList::copy(frame.bytes(output)) } else { NewList::default() }
}

/// The tags of entries; those that failed get one without bytes.
fn tags(objects: &mut Table, frame: &Frame, results: usize, len: usize) -> Result<Vec<Resource<SymmetricTag>>, Errno> {
    let one = |objects: &mut Table, tag: Option<u32>| {
        tag.map_or_else(|| symmetric::insert_tag(objects, Secret::default()), Ok)
    };
    let close = symmetric::symmetric_tag_close;
    one_each(objects, &values(frame, results, len), one, close, close)
}

/// Makes a resource for each entry, or none: of what it was `given`, and of nothing where that failed. If one finds no room, all are
/// closed, and what was given with them: the guest would not learn how to name them.
fn one_each<M: 'static>(
    objects: &mut Table,
    given: &[Option<u32>],
    mut one: impl FnMut(&mut Table, Option<u32>) -> Result<u32, Errno>,
    close_given: fn(&mut Table, u32) -> Result<(), Errno>,
    close: fn(&mut Table, u32) -> Result<(), Errno>,
) -> Result<Vec<Resource<M>>, Errno> {
    let mut made = Vec::with_capacity(given.len());
    for value in given {
        match one(objects, *value) {
            Ok(handle) => made.push(handle),
            Err(errno) => {
                // Some may be closed by now.
                made.into_iter().for_each(|handle| _ = close(objects, handle));
                given.iter().flatten().for_each(|handle| _ = close_given(objects, *handle));
                return Err(errno);
            }
        }
    }
    Ok(made.into_iter().map(Resource::new_own).collect())
}

/// Books room for so many resources without bytes, and looks whether there may be so many, before anything is done. It is given back when
/// they are made, after the call has made those that have bytes.
fn room_for_empty(objects: &mut Table, len: usize) -> Result<Booking, Errno> {
    objects.check_room(len)?;
    let tag = SLOT + SymmetricTagObject::new(Secret::default()).held();
    let output = SLOT + ArrayOutputObject::new(Secret::default()).held();
    Objects::reserve(objects, len.saturating_mul(tag.max(output)))
}

/// What the entries that succeeded gave.
fn values(frame: &Frame, results: usize, len: usize) -> Vec<Option<u32>> {
    let one = |at| match value_at(frame, results + at * VALUE_LEN) {
        (value, Errno::Success) => Some(value),
        _ => None,
    };
    (0..len).map(one).collect()
}

fn errnos(frame: &Frame, results: usize, len: usize) -> impl Iterator<Item = CryptoErrno> {
    (0..len).map(move |at| value_at(frame, results + at * VALUE_LEN).1.into())
}

fn value_at(frame: &Frame, at: usize) -> (u32, Errno) {
    (frame.number(at), errno_at(frame, at + 4))
}

fn errno_at(frame: &Frame, at: usize) -> Errno {
    let [low, high] = *frame.bytes(at..at + ERRNO_LEN).first_chunk().unwrap_or(&[0; 2]);
    Errno::from_number(u16::from_le_bytes([low, high]).into()).unwrap_or(Errno::InternalError)
}

/// A status in memory.
const ERRNO_LEN: usize = 2;

/// A handle or size, and a status, in memory.
const VALUE_LEN: usize = 8;
