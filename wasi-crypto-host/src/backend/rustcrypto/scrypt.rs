//! scrypt (RFC 7914): the mixing around Salsa20/8, which is the library's, and *ring*'s PBKDF2.
//!
//! The mixing is here and not in a library, as those neither wipe the memory that it fills, whose first bytes tell a password to whoever tries
//! PBKDF2 with one iteration, nor have a way to end one that takes too long.

use std::num::NonZeroU32;

use salsa20::SalsaCore;
use salsa20::cipher::StreamCipherCore;
use salsa20::cipher::typenum::U4;
use zeroize::Zeroizing;

use crate::backend::ring::pbkdf2::{self, HMAC_SHA256};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::stop::StopHandle;

/// What is mixed has r of these: two blocks of Salsa20, in bytes.
pub(crate) const UNIT_LEN: usize = 128;

/// The costs of RFC 7914 section 2.
#[derive(Clone, Copy)]
pub(crate) struct Costs {
    log_n: u32,
    r: u32,
    p: u32,
}

impl Costs {
    /// `None` for zeros, and for sizes that the standard, or the address space, does not have.
    pub(crate) fn new(log_n: u32, r: u64, p: u64) -> Option<Self> {
        let costs = Self { log_n, r: u32::try_from(r).ok()?, p: u32::try_from(p).ok()? };
        let is_standard = log_n > 0 && r > 0 && p > 0 && r.checked_mul(p)? < 1 << 30;
        let unit_len = (UNIT_LEN as u64).checked_mul(r)?;
        let table_len = 1u64.checked_shl(log_n)?.checked_mul(unit_len)?;
        let all = table_len.checked_add(unit_len.checked_mul(p + 2)?)?;
        (is_standard && isize::try_from(all).is_ok()).then_some(costs)
    }

    pub(crate) fn log_n(&self) -> u32 {
        self.log_n
    }

    pub(crate) fn r(&self) -> u32 {
        self.r
    }

    pub(crate) fn p(&self) -> u32 {
        self.p
    }

    /// Bytes of what PBKDF2 makes of the password, and of the password's half of the result.
    pub(crate) fn parts_len(&self) -> usize {
        self.part_len() * self.p as usize
    }

    /// Bytes of the table that is filled and read for each part.
    pub(crate) fn table_len(&self) -> usize {
        self.part_len() << self.log_n
    }

    /// The bytes of memory that all of it takes up.
    pub(crate) fn memory_len(&self) -> usize {
        self.table_len() + self.parts_len() + 2 * self.part_len()
    }

    fn part_len(&self) -> usize {
        UNIT_LEN * self.r as usize
    }
}

/// Fills `out` from a password. `in_progress` if it was stopped; `overflow` if the system has no memory for it.
pub(crate) fn derive(
    costs: &Costs,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
    stop: &StopHandle,
) -> Result<(), Errno> {
    let mut parts = Secret::zeroed(costs.parts_len());
    pbkdf2::derive(HMAC_SHA256, NonZeroU32::MIN, salt, password, &mut parts, stop)?;
    let mut mixer = Mixer::new(costs)?;
    for part in parts.chunks_exact_mut(costs.part_len()) {
        mixer.mix(part, stop)?;
    }
    pbkdf2::derive(HMAC_SHA256, NonZeroU32::MIN, &parts, password, out, stop)
}

/// The words of a block of Salsa20.
const WORDS: usize = 16;

/// How many bytes are mixed between two looks at the clock: some milliseconds.
const SLICE: usize = 1 << 20;

/// The memory of scryptROMix (RFC 7914 section 5), one part after the other.
struct Mixer {
    table: Zeroizing<Vec<[u32; WORDS]>>,
    part: Zeroizing<Vec<[u32; WORDS]>>,
    mixed: Zeroizing<Vec<[u32; WORDS]>>,
}

impl Mixer {
    fn new(costs: &Costs) -> Result<Self, Errno> {
        let blocks = |len: usize| {
            let mut blocks = Zeroizing::new(Vec::new());
            blocks.try_reserve_exact(len / size_of::<[u32; WORDS]>()).map_err(|_| Errno::Overflow)?;
            blocks.resize(len / size_of::<[u32; WORDS]>(), [0; WORDS]);
            Ok(blocks)
        };
        Ok(Self {
            table: blocks(costs.table_len())?,
            part: blocks(costs.part_len())?,
            mixed: blocks(costs.part_len())?,
        })
    }

    /// scryptROMix.
    fn mix(&mut self, bytes: &mut [u8], stop: &StopHandle) -> Result<(), Errno> {
        let Self { table, part, mixed } = self;
        let len = part.len();
        let words = part.iter_mut().flatten();
        words.zip(bytes.chunks_exact(4)).for_each(|(word, bytes)| *word = u32::from_le_bytes(word_bytes(bytes)));
        let per_slice = (SLICE / size_of_val(part.as_slice())).max(1);

        for entries in table.chunks_mut(len * per_slice) {
            check(stop)?;
            for entry in entries.chunks_exact_mut(len) {
                entry.copy_from_slice(part);
                block_mix(entry, part);
            }
        }
        let n = table.len() / len;
        for round in 0..n {
            if round % per_slice == 0 {
                check(stop)?;
            }
            let last = &part[len - 1];
            let chosen = (u64::from(last[0]) | u64::from(last[1]) << 32) as usize & (n - 1);
            let entry = &table[chosen * len..][..len];
            for ((mixed, block), of_entry) in mixed.iter_mut().zip(part.iter()).zip(entry) {
                *mixed = *block;
                xor(mixed, of_entry);
            }
            block_mix(mixed, part);
        }

        let words = part.iter().flatten();
        bytes.chunks_exact_mut(4).zip(words).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
        Ok(())
    }
}

fn word_bytes(bytes: &[u8]) -> [u8; 4] {
    [bytes[0], bytes[1], bytes[2], bytes[3]]
}

fn check(stop: &StopHandle) -> Result<(), Errno> {
    if stop.is_stopped() { Err(Errno::InProgress) } else { Ok(()) }
}

/// scryptBlockMix (RFC 7914 section 4).
fn block_mix(input: &[[u32; WORDS]], output: &mut [[u32; WORDS]]) {
    let (even, odd) = output.split_at_mut(input.len() / 2);
    let mut x = input[input.len() - 1];
    for ((pair, even), odd) in input.chunks_exact(2).zip(even).zip(odd) {
        xor(&mut x, &pair[0]);
        salsa20_8(&mut x);
        *even = x;
        xor(&mut x, &pair[1]);
        salsa20_8(&mut x);
        *odd = x;
    }
}

fn xor(block: &mut [u32; WORDS], other: &[u32; WORDS]) {
    block.iter_mut().zip(other).for_each(|(word, other)| *word ^= other);
}

fn salsa20_8(block: &mut [u32; WORDS]) {
    let mut bytes = [0; size_of::<[u32; WORDS]>()];
    SalsaCore::<U4>::from_raw_state(*block).write_keystream_block((&mut bytes).into());
    block.iter_mut().zip(bytes.chunks_exact(4)).for_each(|(word, bytes)| *word = u32::from_le_bytes(word_bytes(bytes)));
}
