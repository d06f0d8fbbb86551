//! Counter mode as a stream cipher of RustCrypto's.

use cipher::common::{InnerUser, IvSizeUser};
use cipher::consts::U16;
use cipher::inout::InOutBuf;
use cipher::stream::{OverflowError, SeekNum, StreamCipherError};
use cipher::{InnerIvInit, Iv, StreamCipher, StreamCipherSeek};
use zeroize::Zeroizing;

use crate::cipher::{BLOCK_LEN, sealed};
use crate::error::expect;

/// A message of any number of pieces in counter mode: `KeyIvInit`, `InnerIvInit`, `StreamCipher`, `StreamCipherSeek`.
///
/// ```no_run
/// use cipher::{InnerIvInit, StreamCipher};
/// use wasi_crypto_bindings::cipher::{Aes256Ctr, Keystream};
///
/// let key = Aes256Ctr::generate()?;
/// let mut keystream = Keystream::inner_iv_init(key, &[7; 16].into());
/// let (mut first, mut second) = (*b"a message in ", *b"two pieces");
/// keystream.apply_keystream(&mut first);
/// keystream.apply_keystream(&mut second);
/// # Ok::<(), wasi_crypto_bindings::Error>(())
/// ```
///
/// A state of the host encrypts once, so each call opens one; the guest keeps the position, and of a block that was begun the rest. A call with whole
/// blocks at the end of whole blocks is one of the host's, any other takes two at most.
///
/// # Panics
///
/// If the host refuses, as do all methods of RustCrypto's traits that cannot report an error: those that are called unchecked also at the end of the
/// keystream, since the host does not begin again at 0.
#[derive(Clone, Debug)]
pub struct Keystream<C> {
    cipher: C,
    /// The first block of the counter, a big-endian number.
    first: u128,
    /// Bytes since then.
    position: u128,
    /// The block of the keystream that the position is in, if it is inside one.
    block: Zeroizing<[u8; BLOCK_LEN]>,
}

/// A block in bytes, as positions are counted.
const BLOCK: u128 = BLOCK_LEN as u128;

impl<C: sealed::CounterMode> Keystream<C> {
    /// Where the position is in its block.
    fn within(&self) -> usize {
        (self.position % BLOCK) as usize
    }

    /// Whether `blocks` from the first on are there.
    fn has_blocks(&self, blocks: u128) -> bool {
        self.first.checked_add(blocks.saturating_sub(1)).is_some()
    }

    fn apply(&mut self, data: &mut [u8]) {
        let within = self.within();
        let started = if within == 0 { 0 } else { data.len().min(BLOCK_LEN - within) };
        let (data, rest) = data.split_at_mut(started);
        xor(data, &self.block[within..]);
        self.position += started as u128;

        let (blocks, end) = rest.split_at_mut(rest.len() / BLOCK_LEN * BLOCK_LEN);
        if !blocks.is_empty() {
            expect(self.cipher.apply(&self.counter(), blocks));
            self.position += blocks.len() as u128;
        }
        if !end.is_empty() {
            self.fill_block();
            xor(end, &*self.block);
            self.position += end.len() as u128;
        }
    }

    /// The block of the counter that the position is in.
    fn counter(&self) -> [u8; BLOCK_LEN] {
        self.first.wrapping_add(self.position / BLOCK).to_be_bytes()
    }

    fn fill_block(&mut self) {
        self.block.fill(0);
        let counter = self.counter();
        expect(self.cipher.apply(&counter, &mut *self.block));
    }
}

fn xor(data: &mut [u8], keystream: &[u8]) {
    data.iter_mut().zip(keystream).for_each(|(byte, key)| *byte ^= key);
}

impl<C> InnerUser for Keystream<C> {
    type Inner = C;
}

impl<C> IvSizeUser for Keystream<C> {
    type IvSize = U16;
}

impl<C> InnerIvInit for Keystream<C> {
    fn inner_iv_init(cipher: C, iv: &Iv<Self>) -> Self {
        let first = u128::from_be_bytes((*iv).into());
        Self { cipher, first, position: 0, block: Zeroizing::new([0; BLOCK_LEN]) }
    }
}

impl<C: sealed::CounterMode> StreamCipher for Keystream<C> {
    /// The last block of the counter is one of the keystream, too.
    fn check_remaining(&self, data_len: usize) -> Result<(), StreamCipherError> {
        let end = self.position.checked_add(data_len as u128).ok_or(StreamCipherError)?;
        if self.has_blocks(end.div_ceil(BLOCK)) { Ok(()) } else { Err(StreamCipherError) }
    }

    fn unchecked_apply_keystream_inout(&mut self, buf: InOutBuf<'_, '_, u8>) {
        self.apply(buf.into_out_with_copied_in());
    }

    fn unchecked_write_keystream(&mut self, buf: &mut [u8]) {
        buf.fill(0);
        self.apply(buf);
    }
}

impl<C: sealed::CounterMode> StreamCipherSeek for Keystream<C> {
    fn try_current_pos<T: SeekNum>(&self) -> Result<T, OverflowError> {
        // As `SeekNum` counts: the block that comes next, and how much of the one before it is used up.
        match self.within() as u8 {
            0 => T::from_block_byte(self.position / BLOCK, BLOCK_LEN as u8, BLOCK_LEN as u8),
            within => T::from_block_byte(self.position / BLOCK + 1, within, BLOCK_LEN as u8),
        }
    }

    fn try_seek<T: SeekNum>(&mut self, pos: T) -> Result<(), StreamCipherError> {
        let (block, within) = pos.into_block_byte::<u128>(BLOCK_LEN as u8)?;
        let position = block.checked_mul(BLOCK).and_then(|start| start.checked_add(within.into()));
        let position = position.ok_or(StreamCipherError)?;
        if !self.has_blocks(position.div_ceil(BLOCK)) {
            return Err(StreamCipherError);
        }
        self.position = position;
        if within != 0 {
            self.fill_block();
        }
        Ok(())
    }
}
