//! Memory of guests with threads.
#![allow(unsafe_code, reason = "a word is accessed atomically where the engine gives out bytes")]

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use ::wasmtime::SharedMemory as WasmSharedMemory;

use crate::abi::SharedMemory;

impl SharedMemory for WasmSharedMemory {
    /// Whole words only, which all memories have whose pages are not of a size of their own.
    fn len(&self) -> usize {
        self.data().len() / WORD * WORD
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        for_words(self, offset, into.len(), |word, of_word, of_bytes| {
            into[of_bytes].copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[of_word]);
        });
    }

    fn write(&self, offset: usize, from: &[u8]) {
        for_words(self, offset, from.len(), |word, of_word, of_bytes| {
            let bytes = &from[of_bytes];
            if let Ok(whole) = bytes.try_into() {
                return word.store(u64::from_ne_bytes(whole), Ordering::Relaxed);
            }
            // The other bytes of the word stay as they are, whoever writes them meanwhile.
            let mut old = word.load(Ordering::Relaxed);
            loop {
                let mut new = old.to_ne_bytes();
                new[of_word.clone()].copy_from_slice(bytes);
                match word.compare_exchange_weak(old, u64::from_ne_bytes(new), Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => break,
                    Err(now) => old = now,
                }
            }
        });
    }
}

const WORD: usize = size_of::<u64>();

/// Visits the aligned words that hold the bytes from `offset` on: each with the range of its bytes that are meant, and the range of all
/// bytes that those are. Every access to a shared memory goes this way, so that all are atomic and of one size.
#[inline(always)]
fn for_words(
    memory: &WasmSharedMemory,
    offset: usize,
    len: usize,
    mut visit: impl FnMut(&AtomicU64, Range<usize>, Range<usize>),
) {
    let cells = memory.data();
    let mut done = 0;
    while done < len {
        let at = offset + done;
        let in_word = at % WORD;
        let count = (WORD - in_word).min(len - done);
        let cells = &cells[at - in_word..][..WORD];
        // SAFETY: the pointer is to the cells of one whole word, which are valid as long as `memory` is borrowed. It is aligned, since a memory
        // begins at the start of a page. The host touches it by words alone, atomically; what guests do to it is outside of Rust,
        // and WebAssembly's accesses to a shared memory do not tear into undefined behaviour.
        let word = unsafe { AtomicU64::from_ptr(cells.as_ptr().cast_mut().cast()) };
        visit(word, in_word..in_word + count, done..done + count);
        done += count;
    }
}
