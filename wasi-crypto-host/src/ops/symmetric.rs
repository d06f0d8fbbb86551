//! Symmetric keys, states, tags.

use std::sync::Arc;

use crate::booking::{BookedSecret, Booking};
use crate::errno::Errno;
use crate::held::Held;
use crate::limits::{Account, Spare, Spent};
use crate::ops::export::Export;
use crate::ops::{Buffer, Bytes, Fed, Input, Load, Objects, Output};
use crate::options::{AlgorithmType, OptionSet, Options};
use crate::secret::Secret;
use crate::stop::StopHandle;
use crate::symmetric::algorithm::{Algorithm, MAX_TAG_LEN, Sealing};
use crate::symmetric::key::SymmetricKey;
use crate::symmetric::state::SymmetricState;
use crate::symmetric::tag::SymmetricTag;
use crate::symmetric::traits::{Derivation, Derived, Weight};

pub(crate) fn symmetric_key_generate(
    objects: &mut impl Objects,
    algorithm: &[u8],
    options: Option<u32>,
) -> Result<u32, Errno> {
    let algorithm = objects.algorithms().symmetric(algorithm)?;
    options_of(objects, options)?;
    objects.check_room(1)?;
    objects.insert(Held::<SymmetricKey>::by_guest(algorithm, SymmetricKey::generate(algorithm)?))
}

pub(crate) fn symmetric_key_import(
    objects: &mut impl Objects,
    algorithm: &[u8],
    raw: impl Bytes,
) -> Result<u32, Errno> {
    let algorithm = objects.algorithms().symmetric(algorithm)?;
    objects.check_room(1)?;
    // Before anything is copied or hashed.
    if raw.len() > objects.spare().limits.gathered_bytes {
        return Err(Errno::Overflow);
    }
    let booking = objects.reserve(BookedSecret::held(raw.len()))?;
    let copy = objects.reserve(raw.host_bytes())?;
    let key = SymmetricKey::import(algorithm, &raw.get(), booking)?;
    drop(copy);
    objects.insert(Held::<SymmetricKey>::by_guest(algorithm, key))
}

pub(crate) fn symmetric_key_export(objects: &mut impl Objects, key: u32) -> Result<Export, Errno> {
    objects.check_room(1)?;
    let Held { key, origin, .. } = objects.look(key, |key: &Held<SymmetricKey>, _| Ok(key.clone()))?;
    // Nothing is copied of one that must stay.
    let room = if origin.check_copy().is_ok() { objects.reserve(key.raw().len())? } else { Booking::default() };
    Ok(Export::new(origin, move || Ok(key.raw().clone())).with_room(room))
}

pub(crate) fn symmetric_key_close(objects: &mut impl Objects, key: u32) -> Result<(), Errno> {
    objects.close::<Held<SymmetricKey>>(key)
}

pub(crate) fn symmetric_state_open(
    objects: &mut impl Objects,
    algorithm: &[u8],
    key: Option<u32>,
    options: Option<u32>,
) -> Result<u32, Errno> {
    let algorithm = objects.algorithms().symmetric(algorithm)?;
    let options = options_of(objects, options)?;
    let state = match key {
        Some(key) => objects.look(key, |key: &Held<SymmetricKey>, _| {
            key.origin.check_use()?;
            SymmetricState::open(algorithm, Some(key), options)
        })?,
        None => SymmetricState::open(algorithm, None, options)?,
    };
    objects.insert(state)
}

pub(crate) fn algorithm_of_state(objects: &mut impl Objects, state: u32) -> Result<&'static Algorithm, Errno> {
    objects.look(state, |state: &SymmetricState, _| Ok(state.algorithm))
}

/// Hands the value of an option to `write`, which may refuse it for want of room, and returns its length.
pub(crate) fn symmetric_state_options_get(
    objects: &mut impl Objects,
    state: u32,
    name: &[u8],
    write: impl FnOnce(&[u8], Spare<'_>) -> Result<(), Errno>,
) -> Result<usize, Errno> {
    objects.look(state, |state: &SymmetricState, spare| {
        let value = state.option(name)?;
        write(value, spare)?;
        Ok(value.len())
    })
}

pub(crate) fn symmetric_state_options_get_u64(
    objects: &mut impl Objects,
    state: u32,
    name: &[u8],
) -> Result<u64, Errno> {
    objects.look(state, |state: &SymmetricState, _| state.option_u64(name))
}

pub(crate) fn symmetric_state_clone(objects: &mut impl Objects, state: u32) -> Result<u32, Errno> {
    objects.check_room(1)?;
    let (clone, booking) = objects.change(state, |state: &mut SymmetricState, account| {
        let booking = account.reserve(*account.held)?;
        Ok((state.copy(), booking))
    })?;
    objects.insert_booked(clone, booking)
}

pub(crate) fn symmetric_state_close(objects: &mut impl Objects, state: u32) -> Result<(), Errno> {
    objects.close::<SymmetricState>(state)
}

pub(crate) fn symmetric_state_absorb(objects: &mut impl Objects, state: u32, data: impl Input) -> Result<Fed, Errno> {
    let (len, is_start) = (data.len(), data.is_start());
    objects.work(
        state,
        |_| Load::of(len),
        #[inline(always)]
        |state: &mut SymmetricState, account| {
            if is_start { state.admit(len, account) } else { Ok(()) }
        },
        #[inline(always)]
        |state, ()| data.feed(|piece| state.absorb(piece)),
    )
}

/// Fills `output`; what takes long is handed back instead if `may_defer`, for the same output.
pub(crate) fn symmetric_state_squeeze<T: Output>(
    objects: &mut impl Objects,
    state: u32,
    output: T,
    may_defer: bool,
    stop: &StopHandle,
) -> Result<Derived<()>, Errno> {
    let (len, host_bytes) = (output.len(), output.host_bytes());
    objects.work(
        state,
        |_| Load::long(),
        |state: &mut SymmetricState, account| match state.check_squeeze(len, account.limits)? {
            Weight::Short => account.reserve_meanwhile(host_bytes).map(Squeezing::Here),
            Weight::Long if may_defer => state.derivation(len, &account).map(Squeezing::Elsewhere),
            Weight::Long => {
                // Where it runs elsewhere, the result waits in host memory; both ways have one answer.
                let scratch_len = state.scratch_len();
                account.check_spare(len.saturating_add(scratch_len))?;
                account.reserve_meanwhile(host_bytes.saturating_add(scratch_len)).map(Squeezing::Here)
            }
        },
        |state, squeezing| match squeezing {
            Squeezing::Elsewhere(derivation) => Ok(Derived::Later(derivation)),
            Squeezing::Here(_booking) => output.fill(|bytes| state.squeeze(bytes, stop)).map(Derived::Now),
        },
    )
}

/// Where an output is made.
enum Squeezing {
    /// With the memory booked that this takes up meanwhile.
    Here(Option<Booking>),
    Elsewhere(Derivation),
}

/// What [`symmetric_state_squeeze`] of so many bytes takes of what a call may take, or a tag if that is `None`; nothing where it is refused.
pub(crate) fn squeeze_cost(objects: &mut impl Objects, state: u32, len: Option<usize>) -> Spent {
    objects.look(state, |state: &SymmetricState, _| Ok(state.squeeze_cost(len))).unwrap_or_default()
}

/// What encryption or decryption of so many bytes takes of what a call may take.
pub(crate) fn message_cost(objects: &mut impl Objects, state: u32, buffer: &impl Buffer) -> Spent {
    let cost = objects.look(state, |state: &SymmetricState, _| Ok(state.message_cost(buffer.data_len())));
    Spent { bytes: cost.unwrap_or_default().saturating_add(buffer.host_bytes()), ..Spent::default() }
}

/// How many bytes a guest gets of a state that has no way to say.
#[cfg(feature = "component")]
pub(crate) fn usual_len(objects: &mut impl Objects, state: u32) -> Result<usize, Errno> {
    objects.look(state, |state: &SymmetricState, _| Ok(state.usual_len()))
}

/// Whether [`symmetric_state_squeeze`] of so many bytes takes long.
pub(crate) fn is_long_squeeze(objects: &mut impl Objects, state: u32, len: usize) -> bool {
    objects.look(state, |state: &SymmetricState, spare| state.check_squeeze(len, spare.limits)) == Ok(Weight::Long)
}

/// A tag over all data so far, as a handle; what takes long is handed back instead, for [`insert_derived_tag`].
pub(crate) fn symmetric_state_squeeze_tag(objects: &mut impl Objects, state: u32) -> Result<Derived<u32>, Errno> {
    objects.check_room(1)?;
    match objects.change(state, |state: &mut SymmetricState, account| state.squeeze_tag(&account))? {
        Some(Derived::Now(tag)) => insert_tag(objects, tag).map(Derived::Now),
        Some(Derived::Later(derivation)) => Ok(Derived::Later(derivation)),
        None => tag_of_session(objects, state).map(Derived::Now),
    }
}

/// A tag that is another one next time: its place is there before.
fn tag_of_session(objects: &mut impl Objects, state: u32) -> Result<u32, Errno> {
    let tag_len = objects.look(state, |state: &SymmetricState, _| state.sealing()?.tag_len())?;
    objects.insert_filled(SymmetricTag::new(Secret::zeroed(tag_len)), |objects, tag| {
        objects.change(state, |state: &mut SymmetricState, _| {
            *tag = SymmetricTag::new(state.session_tag()?);
            Ok(())
        })
    })
}

/// Takes in a tag that was derived elsewhere, where memory was booked for it.
pub(crate) fn insert_derived_tag(objects: &mut impl Objects, tag: BookedSecret) -> Result<u32, Errno> {
    let (tag, booking) = tag.into_parts();
    objects.insert_booked(SymmetricTag::new(tag), booking)
}

pub(crate) fn insert_tag(objects: &mut impl Objects, tag: Secret) -> Result<u32, Errno> {
    objects.insert(SymmetricTag::new(tag))
}

pub(crate) fn symmetric_state_squeeze_key(
    objects: &mut impl Objects,
    state: u32,
    algorithm: &[u8],
) -> Result<u32, Errno> {
    let target = objects.algorithms().symmetric(algorithm);
    objects.check_room(1)?;
    let (target, changes) =
        objects.look(state, |state: &SymmetricState, _| Ok((state.check_target(target)?, state.is_session())))?;
    let squeeze = |objects: &mut _, booking| {
        let run = |state: &mut SymmetricState, ()| state.squeeze_key(target, booking);
        Objects::work(objects, state, |_| Load::long(), |_: &mut SymmetricState, _| Ok(()), run)
    };
    // Derived, and so the guest's, whatever the key of the state was.
    if !changes {
        let key = squeeze(objects, Booking::default())?;
        return objects.insert(Held::<SymmetricKey>::by_guest(target, key));
    }
    // The next key is another one: the place of this is there before, with one like it.
    let placeholder = Held::<SymmetricKey>::by_guest(target, SymmetricKey::generate(target)?);
    objects.insert_filled(placeholder, |objects, held| {
        let booking = objects.reserve(held.booked().1)?;
        held.key = squeeze(objects, booking)?;
        Ok(())
    })
}

pub(crate) fn symmetric_state_max_tag_len(objects: &mut impl Objects, state: u32) -> Result<usize, Errno> {
    objects.look(state, |state: &SymmetricState, _| state.max_tag_len())
}

/// Encrypts into an output that has room for the sealed text: the message and the tag behind it and no more, or the message and its
/// padding and up to as much as padding can be. Returns the length of the sealed text.
#[inline(always)]
pub(crate) fn symmetric_state_encrypt(
    objects: &mut impl Objects,
    state: u32,
    buffer: impl Buffer,
) -> Result<usize, Errno> {
    let (data_len, output_len, host_bytes) = (buffer.data_len(), buffer.output_len(), buffer.host_bytes());
    objects.work(
        state,
        |state: &SymmetricState| Load::of(state.message_cost(data_len)),
        #[inline(always)]
        |state: &mut SymmetricState, account| {
            let sealing = state.sealing()?;
            let sealed_len = sealing.sealed_len(data_len);
            check_output(output_len, sealed_len, data_len.saturating_add(sealing.most_added()))?;
            let booking = admit_message(state, data_len, host_bytes, &account)?;
            state.cipher()?.begin_encrypt(data_len)?;
            Ok((sealed_len, booking))
        },
        #[inline(always)]
        |state, (sealed_len, _booking)| {
            buffer.transform(
                // Short messages feel one call more.
                #[inline(always)]
                |bytes| state.cipher()?.encrypt(bytes, data_len),
            )?;
            Ok(sealed_len)
        },
    )
}

/// Encrypts into an output as long as the message, and gives the tag as a handle.
pub(crate) fn symmetric_state_encrypt_detached(
    objects: &mut impl Objects,
    state: u32,
    buffer: impl Buffer,
) -> Result<u32, Errno> {
    let (data_len, output_len, host_bytes) = (buffer.data_len(), buffer.output_len(), buffer.host_bytes());
    objects.check_room(1)?;
    let tag_len = objects.change(state, |state: &mut SymmetricState, account| {
        let tag_len = state.sealing()?.tag_len()?;
        check_output(output_len, data_len, data_len)?;
        state.cipher()?.check_encrypt(data_len)?;
        admit_message(state, data_len, host_bytes, &account)?;
        Ok(tag_len)
    })?;
    // Before anything is written: a tag for which other threads had left no room by then would be lost, and the nonce with it.
    objects.insert_filled(SymmetricTag::new(Secret::zeroed(tag_len)), |objects, tag| {
        let mut bytes = Secret::zeroed(tag_len);
        objects.work(
            state,
            |state: &SymmetricState| Load::of(state.message_cost(data_len)),
            |state: &mut SymmetricState, account| {
                let booking = admit_message(state, data_len, host_bytes, &account)?;
                state.cipher()?.begin_encrypt(data_len)?;
                Ok(booking)
            },
            |state, _booking| buffer.transform(|message| state.cipher()?.encrypt_detached(message, &mut bytes)),
        )?;
        *tag = SymmetricTag::new(bytes);
        Ok(())
    })
}

/// Decrypts a sealed text: a message with its tag behind it into an output as long as the message alone; a padded one into an output
/// that may have room for all of it but need not have any for a padding of one whole block. Returns the length of the message; `has_begun`
/// is set when there is nothing more to refuse it for.
#[inline(always)]
pub(crate) fn symmetric_state_decrypt(
    objects: &mut impl Objects,
    state: u32,
    mut buffer: impl Buffer,
    has_begun: &mut bool,
) -> Result<usize, Errno> {
    let (sealed_len, output_len, host_bytes) = (buffer.data_len(), buffer.output_len(), buffer.host_bytes());
    objects.work(
        state,
        |state: &SymmetricState| Load::of(state.message_cost(sealed_len)),
        #[inline(always)]
        |state: &mut SymmetricState, account| {
            let sealing = state.sealing()?;
            let len = sealing.len_before_end(sealed_len)?;
            check_output(output_len, len, len + sealing.message_in_end())?;
            let booking = admit_message(state, len, host_bytes, &account)?;
            Ok((len, sealing, booking))
        },
        #[inline(always)]
        |state, (len, sealing, _booking)| {
            // The end may lie where the output goes. It is as short as its algorithm says, so the copy needs no allocation.
            let mut end = [0; MAX_TAG_LEN];
            let end = end.get_mut(..sealed_len - len).ok_or(Errno::InternalError)?;
            buffer.take_tail(end);
            if !matches!(sealing, Sealing::Tag(_)) {
                check_untagged(state, &buffer, end)?;
            }
            *has_begun = true;
            buffer.transform(|bytes| state.cipher()?.decrypt(bytes, len, end))
        },
    )
}

/// Whether what has no tag can be decrypted, before anything is written.
#[cold]
fn check_untagged(state: &mut SymmetricState, buffer: &impl Buffer, end: &[u8]) -> Result<(), Errno> {
    let len = buffer.data_len();
    let mut before = [0; MAX_TAG_LEN];
    let before = before.get_mut(..end.len().min(len)).ok_or(Errno::InternalError)?;
    buffer.read_tail(before);
    state.cipher()?.check_decrypt(len, before, end, buffer.output_len() - len)
}

/// Decrypts a message whose tag is apart into an output as long. `tag` is none if it is longer than [`MAX_TAG_LEN`]. `has_begun` is set when
/// there is nothing more to refuse it for.
pub(crate) fn symmetric_state_decrypt_detached(
    objects: &mut impl Objects,
    state: u32,
    buffer: impl Buffer,
    tag: Option<&[u8]>,
    has_begun: &mut bool,
) -> Result<usize, Errno> {
    let (data_len, output_len, host_bytes) = (buffer.data_len(), buffer.output_len(), buffer.host_bytes());
    objects.work(
        state,
        |state: &SymmetricState| Load::of(state.message_cost(data_len)),
        |state: &mut SymmetricState, account| {
            let tag_len = state.sealing()?.tag_len()?;
            let tag = tag.filter(|tag| tag.len() == tag_len).ok_or(Errno::InvalidTag)?;
            check_output(output_len, data_len, data_len)?;
            let booking = admit_message(state, data_len, host_bytes, &account)?;
            Ok((tag, booking))
        },
        |state, (tag, _booking)| {
            *has_begun = true;
            buffer.transform(|bytes| state.cipher()?.decrypt(bytes, data_len, tag))
        },
    )
}

pub(crate) fn symmetric_state_ratchet(objects: &mut impl Objects, state: u32) -> Result<(), Errno> {
    objects.change(state, |state: &mut SymmetricState, _| state.ratchet())
}

pub(crate) fn symmetric_tag_len(objects: &mut impl Objects, tag: u32) -> Result<usize, Errno> {
    objects.look(tag, |tag: &SymmetricTag, _| Ok(tag.bytes().len()))
}

/// Hands the tag to `write`, if `buffer_len` is its length, and closes its handle.
pub(crate) fn symmetric_tag_pull(
    objects: &mut impl Objects,
    tag: u32,
    buffer_len: usize,
    write: impl FnOnce(&[u8]),
) -> Result<(), Errno> {
    objects.look(tag, |tag: &SymmetricTag, _| {
        let len = tag.bytes().len();
        check_output(buffer_len, len, len)?;
        write(tag.bytes());
        Ok(())
    })?;
    // If another thread has done so first, that is as good.
    _ = objects.close::<SymmetricTag>(tag);
    Ok(())
}

/// The same for all of its bytes, which are not copied.
#[cfg(feature = "component")]
pub(crate) fn symmetric_tag_take(objects: &mut impl Objects, tag: u32) -> Result<Secret, Errno> {
    let bytes = objects.change(tag, |tag: &mut SymmetricTag, _| Ok(tag.take()))?;
    _ = objects.close::<SymmetricTag>(tag);
    Ok(bytes)
}

/// `invalid_tag` if the tag is another one.
pub(crate) fn symmetric_tag_verify(objects: &mut impl Objects, tag: u32, expected: impl Bytes) -> Result<(), Errno> {
    objects.look(tag, |tag: &SymmetricTag, spare| {
        // What has another length never verifies, and is not even looked at.
        if expected.len() != tag.bytes().len() {
            return Err(Errno::InvalidTag);
        }
        spare.check(expected.host_bytes())?;
        tag.verify(&expected.get())
    })
}

pub(crate) fn symmetric_tag_close(objects: &mut impl Objects, tag: u32) -> Result<(), Errno> {
    objects.close::<SymmetricTag>(tag)
}

/// `overflow` if the caller's buffer is too small for what it must have room for, `invalid_length` if it is larger than it may be.
#[inline(always)]
fn check_output(len: usize, least: usize, most: usize) -> Result<(), Errno> {
    if (least..=most).contains(&len) {
        return Ok(());
    }
    Err(if len < least { Errno::Overflow } else { Errno::InvalidLength })
}

/// Books the copy of a message that a shared memory takes. `overflow` if both, with associated data, are more than one call may work on, or
/// if the guest has no room for the copy.
#[inline(always)]
fn admit_message(
    state: &SymmetricState,
    len: usize,
    host_bytes: usize,
    account: &Account<'_>,
) -> Result<Option<Booking>, Errno> {
    if state.message_cost(len).saturating_add(host_bytes) > account.limits.call_bytes {
        return Err(Errno::Overflow);
    }
    account.reserve_meanwhile(host_bytes)
}

/// The values of an optional option set for symmetric algorithms.
fn options_of(objects: &mut impl Objects, options: Option<u32>) -> Result<Option<Arc<Options>>, Errno> {
    let Some(options) = options else { return Ok(None) };
    objects.look(options, |options: &OptionSet, _| match options.algorithm_type {
        AlgorithmType::Symmetric => Ok(Some(options.snapshot())),
        AlgorithmType::Signatures | AlgorithmType::KeyExchange => Err(Errno::InvalidHandle),
    })
}
