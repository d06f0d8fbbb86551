//! Secrets in memory that was freed: those that guests bring, looked for in each block that the host gives back during a call.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use crate::keys::{DER, Part, RAW};
use crate::known::known;

/// A secret is found by so many of its bytes.
const PIECE: usize = 8;

/// What is looked for; only set where an allocator shows what is freed.
static PIECES: OnceLock<Pieces> = OnceLock::new();

/// Whether the host is at work, in whichever thread.
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// The size of the last block that was freed with a secret in it; 0 if there was none.
static FOUND: AtomicUsize = AtomicUsize::new(0);

/// The first bytes of the secret that all keys and secrets are made of which an input does not spell out. Small enough for the scalar of
/// every curve.
pub fn secret(len: usize) -> Vec<u8> {
    let mut state = 0x5ec3_e75e_c3e7_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    (0..len).map(|at| if at == 0 { 1 } else { next() }).collect()
}

/// Looks for secrets in what calls free from now on. [`look`] has to be shown it.
pub fn watch_freed() {
    PIECES.get_or_init(Pieces::of_known_secrets);
}

/// Looks at a block that is about to be freed.
pub fn look(block: &[u8]) {
    if !IS_WATCHED.load(Relaxed) {
        return;
    }
    if PIECES.get().is_some_and(|pieces| pieces.are_in(block)) {
        FOUND.store(block.len(), Relaxed);
    }
}

/// Does the work of the host. The size of a block that it freed with a secret in it, if it did.
pub(crate) fn watched<R>(work: impl FnOnce() -> R) -> (R, Option<usize>) {
    let is_looked_for = PIECES.get().is_some();
    if is_looked_for {
        clear_stack();
    }
    FOUND.store(0, Relaxed);
    IS_WATCHED.store(is_looked_for, Relaxed);
    let result = work();
    IS_WATCHED.store(false, Relaxed);
    (result, Some(FOUND.load(Relaxed)).filter(|len| *len > 0))
}

/// Overwrites what this crate has left on the stack where it brought secrets: it would come to lie between the fields of what the host
/// puts together there.
#[inline(never)]
fn clear_stack() {
    // Not in one expression, which would be a constant.
    let zeros = [0_u8; 64 << 10];
    std::hint::black_box(&zeros);
}

/// Whether there is a piece of a secret.
pub(crate) fn is_in(bytes: &[u8]) -> bool {
    PIECES.get().is_some_and(|pieces| pieces.are_in(bytes))
}

struct Pieces {
    /// In order.
    all: Vec<u64>,
    /// One bit for each value of [`short`] that one of them has.
    shorts: Box<[u64; 1024]>,
}

impl Pieces {
    fn of_known_secrets() -> Self {
        let mut all = Vec::new();
        let mut add = |secret: &[u8], in_words: bool| {
            for piece in secret.as_chunks::<PIECE>().0 {
                all.push(u64::from_be_bytes(*piece));
                // As words of a number, the lowest byte first.
                all.extend(in_words.then_some(u64::from_le_bytes(*piece)));
            }
        };
        add(&secret(256), true);
        for known in known() {
            match (known.form(Part::Secretkey, RAW), known.form(Part::Secretkey, DER)) {
                (Some(raw), _) => add(raw, true),
                // The second half of an RSA key is nothing but factors and exponents. Their words are out of reach: libraries do not wipe
                // them (`backend/rsa.rs` of the host says which).
                (None, Some(der)) => add(&der[der.len() / 2..], false),
                (None, None) => {}
            }
        }
        all.sort_unstable();
        all.dedup();
        let mut shorts = Box::new([0; 1024]);
        for piece in &all {
            shorts[short(*piece) / 64] |= 1 << (short(*piece) % 64);
        }
        Self { all, shorts }
    }

    fn are_in(&self, bytes: &[u8]) -> bool {
        let mut window = 0;
        bytes.iter().enumerate().any(|(at, byte)| {
            window = window << 8 | u64::from(*byte);
            let is_likely = self.shorts[short(window) / 64] >> (short(window) % 64) & 1 == 1;
            is_likely && at + 1 >= PIECE && self.all.binary_search(&window).is_ok()
        })
    }
}

/// 16 bits that depend on all of a piece.
fn short(piece: u64) -> usize {
    (piece.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    // Not by `watched`: other tests make calls at the same time.
    #[test]
    fn a_piece_of_a_secret_is_found_wherever_it_lies() {
        let pieces = Pieces::of_known_secrets();
        let kept = [&[0; 100][..], &secret(32)[8..16], &[0]].concat();
        assert!(pieces.are_in(&kept) && !pieces.are_in(&kept[..107]));
        let mut turned = secret(32);
        turned.reverse();
        assert!(pieces.are_in(&turned) && !pieces.are_in(&[0; 64]));
    }
}
