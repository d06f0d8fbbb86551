//! Chaining mode block by block, as RustCrypto has it.

use cipher::array::Array;
use cipher::block::{BlockModeDecBackend, BlockModeDecClosure, BlockModeEncBackend, BlockModeEncClosure};
use cipher::common::{BlockSizeUser, InnerUser, IvSizeUser, ParBlocks, ParBlocksSizeUser};
use cipher::consts::{U16, U128};
use cipher::inout::{InOut, InOutBuf};
use cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, Iv, IvState};
use zeroize::Zeroizing;

use crate::cipher::{BLOCK_LEN, sealed};
use crate::error::{Error, expect};

/// Encryption of whole blocks in chaining mode, without padding: `KeyIvInit`, `InnerIvInit`, `BlockModeEncrypt`, `IvState`.
///
/// The host pads every message. What it adds is cut off here, and costs a block for each 2 KiB: where the padding of PKCS#7 is wanted,
/// [`Aes128Cbc::encrypt`](crate::cipher::Aes128Cbc::encrypt) does with one call.
///
/// # Panics
///
/// If the host refuses, as do all methods of RustCrypto's traits that cannot report an error.
#[derive(Clone, Debug)]
pub struct CbcEncryptor<C>(Chain<C>);

/// Decryption of whole blocks in chaining mode, without looking for padding: `KeyIvInit`, `InnerIvInit`, `BlockModeDecrypt`, `IvState`.
///
/// The host takes no message whose padding is not right. So it is asked for a block of padding that fits behind the blocks, by a call of its own for
/// each 2 KiB: where a message has the padding of PKCS#7, [`Aes128Cbc::decrypt`](crate::cipher::Aes128Cbc::decrypt) does with one call.
///
/// # Panics
///
/// As for [`CbcEncryptor`].
#[derive(Clone, Debug)]
pub struct CbcDecryptor<C>(Chain<C>);

#[derive(Clone, Debug)]
struct Chain<C> {
    cipher: C,
    /// The last block of ciphertext, or the initialization vector.
    last: [u8; BLOCK_LEN],
}

impl<C: sealed::ChainingMode> Chain<C> {
    /// Whole blocks, and at least one.
    fn encrypt(&mut self, blocks: &mut [u8]) -> Result<(), Error> {
        let ciphertext = self.cipher.encrypt_padded(&self.last, blocks)?;
        blocks.copy_from_slice(ciphertext.get(..blocks.len()).ok_or(Error::InternalError)?);
        self.last = last_of(blocks)?;
        Ok(())
    }

    /// Whole blocks, and at least one.
    fn decrypt(&mut self, blocks: &mut [u8]) -> Result<(), Error> {
        let last = last_of(blocks)?;
        // Behind them nothing but padding, chained to the last of them.
        let ciphertext = [&*blocks, &self.cipher.encrypt_padded(&last, &[])?].concat();
        let message = Zeroizing::new(self.cipher.decrypt_padded(&self.last, &ciphertext)?);
        blocks.copy_from_slice(message.get(..blocks.len()).ok_or(Error::InternalError)?);
        self.last = last;
        Ok(())
    }
}

fn last_of(blocks: &[u8]) -> Result<[u8; BLOCK_LEN], Error> {
    blocks.last_chunk().copied().ok_or(Error::InternalError)
}

macro_rules! mode {
    ($name:ident: $mode:ident, $with_backend:ident, $closure:ident, $backend:ident, $block:ident, $par_blocks:ident, $tail_blocks:ident, $run:ident) => {
        impl<C> InnerUser for $name<C> {
            type Inner = C;
        }

        impl<C> IvSizeUser for $name<C> {
            type IvSize = U16;
        }

        impl<C> InnerIvInit for $name<C> {
            fn inner_iv_init(cipher: C, iv: &Iv<Self>) -> Self {
                Self(Chain { cipher, last: (*iv).into() })
            }
        }

        impl<C> IvState for $name<C> {
            fn iv_state(&self) -> Iv<Self> {
                self.0.last.into()
            }
        }

        impl<C> BlockSizeUser for $name<C> {
            type BlockSize = U16;
        }

        impl<C: sealed::ChainingMode> $mode for $name<C> {
            fn $with_backend(&mut self, f: impl $closure<BlockSize = U16>) {
                f.call(&mut self.0);
            }
        }

        impl<C: sealed::ChainingMode> $backend for Chain<C> {
            fn $block(&mut self, block: InOut<'_, '_, Block<Self>>) {
                expect(self.$run(block.into_out_with_copied_in()));
            }

            fn $par_blocks(&mut self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
                expect(self.$run(Array::slice_as_flattened_mut(blocks.into_out_with_copied_in())));
            }

            fn $tail_blocks(&mut self, blocks: InOutBuf<'_, '_, Block<Self>>) {
                if !blocks.is_empty() {
                    expect(self.$run(Array::slice_as_flattened_mut(blocks.into_out_with_copied_in())));
                }
            }
        }
    };
}

mode! {
    CbcEncryptor: BlockModeEncrypt, encrypt_with_backend, BlockModeEncClosure, BlockModeEncBackend,
    encrypt_block, encrypt_par_blocks, encrypt_tail_blocks, encrypt
}
mode! {
    CbcDecryptor: BlockModeDecrypt, decrypt_with_backend, BlockModeDecClosure, BlockModeDecBackend,
    decrypt_block, decrypt_par_blocks, decrypt_tail_blocks, decrypt
}

impl<C> BlockSizeUser for Chain<C> {
    type BlockSize = U16;
}

/// The host gets so many blocks with one call.
impl<C> ParBlocksSizeUser for Chain<C> {
    type ParBlocksSize = U128;
}
