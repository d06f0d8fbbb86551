//! Guest memory that other threads may change at any time, as an engine in C hands it over.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use wasi_crypto_host::SharedMemory;

/// A memory that is accessed by aligned words, each atomically, so that no access races with another in the sense of Rust.
pub struct SharedBytes<'a> {
    start: *mut u8,
    len: usize,
    lives: PhantomData<&'a ()>,
}

impl SharedBytes<'_> {
    /// The alignment that a memory must have, in bytes.
    pub const ALIGNMENT: usize = WORD;

    /// A memory of `len` bytes, which is rounded down to whole words; WebAssembly's memories are made of pages.
    ///
    /// # Safety
    ///
    /// `start` is aligned to [`ALIGNMENT`](Self::ALIGNMENT); `len` bytes from there on can be read and written as long as this value lives, and
    /// nothing in Rust refers to them.
    pub unsafe fn new(start: *mut u8, len: usize) -> Self {
        Self { start, len: len / WORD * WORD, lives: PhantomData }
    }

    /// Visits the aligned words that hold the bytes from `offset` on: each with the range of its bytes that are meant, and the range of all
    /// bytes that those are.
    #[inline(always)]
    fn for_words(&self, offset: usize, len: usize, mut visit: impl FnMut(&AtomicU64, Range<usize>, Range<usize>)) {
        assert!(offset <= self.len && len <= self.len - offset, "the host asks for what is inside only");
        let mut done = 0;
        while done < len {
            let at = offset + done;
            let in_word = at % WORD;
            let count = (WORD - in_word).min(len - done);
            // SAFETY: `at - in_word` is a multiple of a word and below `self.len`, which is one, too: the whole word is inside, and aligned
            // as `start` is. `new` was promised that it is valid, and that nothing in Rust touches it in another way; what the guest
            // does to it is outside of Rust.
            let word = unsafe { AtomicU64::from_ptr(self.start.add(at - in_word).cast()) };
            visit(word, in_word..in_word + count, done..done + count);
            done += count;
        }
    }
}

impl SharedMemory for SharedBytes<'_> {
    fn len(&self) -> usize {
        self.len
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        self.for_words(offset, into.len(), |word, of_word, of_bytes| {
            into[of_bytes].copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[of_word]);
        });
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.for_words(offset, from.len(), |word, of_word, of_bytes| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_and_go_at_any_offset_and_their_neighbours_stay() {
        for offset in 0..20 {
            for len in 0..30 {
                let mut words = [u64::from_ne_bytes([0xa5; 8]); 8];
                // SAFETY: aligned as words are, and nothing else refers to them while `memory` lives.
                let memory = unsafe { SharedBytes::new(words.as_mut_ptr().cast(), size_of_val(&words) + 7) };
                assert_eq!(memory.len(), 64, "whole words only");
                let written: Vec<u8> = (1..=len).collect();
                memory.write(offset, &written);
                let mut all = [0; 64];
                memory.read(0, &mut all);
                let mut expected = [0xa5; 64];
                expected[offset..offset + written.len()].copy_from_slice(&written);
                assert_eq!(all, expected);
                let mut back = vec![0; written.len()];
                memory.read(offset, &mut back);
                assert_eq!(back, written);
            }
        }
    }

    #[test]
    fn threads_write_bytes_of_one_word_and_lose_none() {
        const BYTES: usize = 3;
        let words = [const { AtomicU64::new(0) }; 2];
        let words = &words;
        std::thread::scope(|scope| {
            // The last of them writes to both words.
            for (offset, byte) in [(0, 1), (3, 2), (6, 3)] {
                scope.spawn(move || {
                    // SAFETY: aligned as words are, and all threads access them as atomic words.
                    let memory = unsafe { SharedBytes::new(words.as_ptr().cast_mut().cast(), size_of_val(words)) };
                    for round in 0..4 {
                        memory.write(offset, &[byte + round; BYTES]);
                        let mut back = [0; BYTES];
                        memory.read(offset, &mut back);
                        assert_eq!(back, [byte + round; BYTES]);
                    }
                });
            }
        });
        let bytes = words.each_ref().map(|word| word.load(Ordering::Relaxed).to_ne_bytes()).concat();
        assert_eq!(bytes, [4, 4, 4, 5, 5, 5, 6, 6, 6, 0, 0, 0, 0, 0, 0, 0]);
    }
}
