//! States, of which a component gets as many bytes at a time as the host likes.
//!
//! Of most algorithms less than those may be wanted: a hash has its digest, and what is longer begins with what is shorter. Others are remembered
//! with their state.

use alloc::vec::Vec;
use core::cell::UnsafeCell;

use wasi_crypto_interface::Errno;
use zeroize::Zeroizing;

use super::answer::{Answer, handle_of, is_some};
use super::imports;
use super::lists::List;
use crate::raw::types::{Handle, OptHandle};

/// A state whose algorithm is one of those.
#[derive(Clone)]
struct Special {
    state: Handle,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// An output without end, with what has come of it and was not wanted yet.
    Stream(Zeroizing<Vec<u8>>),
    /// As many bytes as the host gives, or others than the guest would have got.
    Exactly(usize),
}

struct Specials(UnsafeCell<Vec<Special>>);

// SAFETY: components have one thread.
unsafe impl Sync for Specials {}

static SPECIALS: Specials = Specials(UnsafeCell::new(Vec::new()));

/// Works on the list.
fn with<R>(run: impl FnOnce(&mut Vec<Special>) -> R) -> R {
    // SAFETY: there is one thread, and `run` is never called again while it runs: no function here has another called but the host's.
    run(unsafe { &mut *SPECIALS.0.get() })
}

impl Kind {
    /// That of an algorithm, if it is special.
    fn of(name: &[u8]) -> Option<Self> {
        let begins = |with: &&[u8]| name.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
        if STREAMS.iter().any(&begins) {
            return Some(Self::Stream(Zeroizing::default()));
        }
        EXACT.iter().find(|(with, _)| begins(with)).map(|(_, len)| Self::Exactly(*len))
    }
}

const STREAMS: [&[u8]; 5] = [b"BLAKE3", b"CSHAKE", b"TURBOSHAKE", b"KT128", b"KT256"];

/// With what this project's host gives of them.
const EXACT: [(&[u8], usize); 2] = [(b"XOODYAK", 64), (b"ARGON2", 32)];

pub unsafe fn symmetric_state_open(
    algorithm: *const u8,
    algorithm_len: usize,
    key: *const OptHandle,
    options: *const OptHandle,
    symmetric_state: *mut Handle,
) -> i32 {
    let mut answer = Answer::default();
    // SAFETY: the caller's pointers are valid for what the function reads, and for a handle; the host writes an answer at most.
    unsafe {
        let (key, options) = ([is_some(key), handle_of(key)], [is_some(options), handle_of(options)]);
        imports::symmetric_state_open(algorithm, algorithm_len, key[0], key[1], options[0], options[1], &mut answer);
        let status = answer.give(symmetric_state);
        if status == 0
            && algorithm_len > 0
            && let Some(kind) = Kind::of(core::slice::from_raw_parts(algorithm, algorithm_len))
        {
            with(|specials| specials.push(Special { state: answer.word(1), kind }));
        }
        status
    }
}

pub unsafe fn symmetric_state_clone(handle: Handle, symmetric_state: *mut Handle) -> i32 {
    let mut answer = Answer::default();
    // SAFETY: the host writes an answer at most; the caller's pointer is valid for a handle.
    let status = unsafe {
        imports::symmetric_state_clone(handle, &mut answer);
        answer.give(symmetric_state)
    };
    if status == 0 {
        with(|specials| {
            let kind = specials.iter().find(|special| special.state == handle).map(|special| special.kind.clone());
            specials.extend(kind.map(|kind| Special { state: answer.word(1), kind }));
        });
    }
    status
}

pub unsafe fn symmetric_state_close(handle: Handle) -> i32 {
    let mut answer = Answer::default();
    with(|specials| specials.retain(|special| special.state != handle));
    // SAFETY: the host writes an answer at most.
    unsafe { imports::symmetric_state_close(handle, &mut answer) };
    answer.status()
}

pub unsafe fn symmetric_state_squeeze(handle: Handle, out: *mut u8, out_len: usize) -> i32 {
    // SAFETY: the caller's pointer is valid for as many bytes; an empty buffer may have any.
    let out = if out_len == 0 { &mut [] } else { unsafe { core::slice::from_raw_parts_mut(out, out_len) } };
    with(|specials| {
        match specials.iter_mut().find(|special| special.state == handle).map(|special| &mut special.kind) {
            Some(Kind::Stream(rest)) => go_on(handle, rest, out),
            Some(Kind::Exactly(len)) if *len != out.len() => Errno::UnsupportedFeature as i32,
            _ => beginning(handle, out),
        }
    })
}

/// The next bytes of an output without end.
fn go_on(handle: Handle, rest: &mut Zeroizing<Vec<u8>>, out: &mut [u8]) -> i32 {
    let mut filled = rest.len().min(out.len());
    out[..filled].copy_from_slice(&rest[..filled]);
    *rest = Zeroizing::new(rest[filled..].to_vec());
    while filled < out.len() {
        let mut list = match squeeze(handle) {
            Ok(list) => list,
            Err(status) => return status,
        };
        let bytes = list.bytes();
        let count = bytes.len().min(out.len() - filled);
        if count == 0 {
            return Errno::InvalidLength as i32;
        }
        out[filled..filled + count].copy_from_slice(&bytes[..count]);
        *rest = Zeroizing::new(bytes[count..].to_vec());
        filled += count;
        list.wipe();
    }
    0
}

/// The first bytes of what a state gives.
fn beginning(handle: Handle, out: &mut [u8]) -> i32 {
    let mut list = match squeeze(handle) {
        Ok(list) => list,
        Err(status) => return status,
    };
    let status = match list.bytes().get(..out.len()) {
        Some(bytes) => {
            out.copy_from_slice(bytes);
            0
        }
        None => Errno::InvalidLength as i32,
    };
    list.wipe();
    status
}

fn squeeze(handle: Handle) -> Result<List, i32> {
    let mut answer = Answer::default();
    // SAFETY: the host writes an answer at most; the list is taken once.
    unsafe {
        imports::symmetric_state_squeeze(handle, &mut answer);
        match answer.status_of_words() {
            0 => Ok(List::of(&answer, 1)),
            status => Err(status),
        }
    }
}
