//! AES in cipher block chaining mode, with the padding of PKCS#7 (RFC 5652 section 6.3). The nonce is the initialization vector.
//!
//! Nothing is authenticated. A state encrypts once; it may decrypt any number of times.

use std::sync::Arc;

use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};

use crate::backend::aes_cbc::{self, Aes128, Aes256};
use crate::backend::traits::{BLOCK, BlockMode};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::secret::wipe;
use crate::symmetric::algorithm::{Algorithm, KeyLen, KeyPolicy, Kind, NoncePolicy, Sealing};
use crate::symmetric::nonce_use::NonceUse;
use crate::symmetric::traits::{Absorb, Encrypt, Given, Key, Keyed, State};

pub(super) static ALGORITHMS: &[Algorithm] = &[
    row("AES-128-CBC", 16, &Cbc(aes_cbc::Key::<Aes128>::new)),
    row("AES-256-CBC", 32, &Cbc(aes_cbc::Key::<Aes256>::new)),
];

const fn row(name: &'static str, key_len: usize, keyed: &'static dyn Keyed) -> Algorithm {
    Algorithm {
        name,
        kind: Kind::Cipher(Sealing::Padding(BLOCK as u8)),
        key: KeyPolicy::Required(KeyLen::exactly(key_len), keyed),
        nonce: NoncePolicy::Given(BLOCK),
        options: &[],
        cost: 1,
    }
}

struct Cbc<M>(fn(&[u8]) -> Result<M, Errno>);

impl<M: BlockMode> Keyed for Cbc<M> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(CbcKey(self.0(raw)?)))
    }
}

struct CbcKey<M>(M);

impl<M: BlockMode> Key for CbcKey<M> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Ok(State::Encrypt(Box::new(Cipher { key: self.0.clone(), iv: given.nonce()?, nonce_use: NonceUse::default() })))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION + self.0.held()
    }
}

#[derive(Clone)]
struct Cipher<M> {
    key: M,
    iv: [u8; BLOCK],
    nonce_use: NonceUse,
}

/// It takes nothing in.
impl<M: BlockMode> Absorb for Cipher<M> {
    fn to_state(&self) -> State {
        State::Encrypt(Box::new(self.clone()))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + ALLOCATION + self.key.held() + NonceUse::HELD
    }
}

impl<M: BlockMode> Encrypt for Cipher<M> {
    fn check_encrypt(&self, _: usize) -> Result<(), Errno> {
        self.nonce_use.check()
    }

    fn begin_encrypt(&mut self, _: usize) -> Result<(), Errno> {
        self.nonce_use.end()
    }

    /// What is behind the sealed text, zeros.
    fn encrypt(&mut self, buffer: &mut [u8], len: usize) -> Result<(), Errno> {
        let padding = BLOCK - len % BLOCK;
        let (sealed, rest) = buffer.split_at_mut_checked(len + padding).ok_or(Errno::InternalError)?;
        rest.fill(0);
        sealed[len..].fill(padding as u8);
        self.key.encrypt(&self.iv, sealed.as_chunks_mut().0);
        Ok(())
    }

    fn encrypt_detached(&mut self, _: &mut [u8], _: &mut [u8]) -> Result<(), Errno> {
        Err(Errno::InvalidOperation)
    }

    fn check_decrypt(&self, _: usize, before: &[u8], end: &[u8], room: usize) -> Result<(), Errno> {
        if room >= BLOCK {
            return Ok(());
        }
        let mut last: [u8; BLOCK] = end.try_into().map_err(|_| Errno::InvalidTag)?;
        self.key.decrypt(before.try_into().unwrap_or(&self.iv), &mut [], &mut last);
        let message = message_in(&last);
        wipe(&mut last);
        if message.is_ok_and(|len| len > room) { Err(Errno::Overflow) } else { Ok(()) }
    }

    /// `overflow` if the buffer has no room for the message after all, as a shared memory has changed; then it is wiped, too. What is behind
    /// the message, zeros.
    fn decrypt(&mut self, buffer: &mut [u8], len: usize, end: &[u8]) -> Result<usize, Errno> {
        let mut last: [u8; BLOCK] = end.try_into().map_err(|_| Errno::InvalidTag)?;
        self.key.decrypt(&self.iv, buffer[..len].as_chunks_mut().0, &mut last);
        let message = message_in(&last).and_then(|rest| {
            let room = buffer.get_mut(len..len + rest).ok_or(Errno::Overflow)?;
            room.copy_from_slice(&last[..rest]);
            Ok(len + rest)
        });
        wipe(&mut last);
        wipe(&mut buffer[message.unwrap_or(0)..]);
        message
    }

    fn nonce(&self) -> Option<&[u8]> {
        Some(&self.iv)
    }
}

/// How many bytes of the last block belong to the message. `invalid_tag` if its padding is not right; how long it took does not tell what
/// was wrong with it.
fn message_in(last: &[u8; BLOCK]) -> Result<usize, Errno> {
    let padding = last[BLOCK - 1];
    let mut is_right = !padding.ct_eq(&0) & !padding.ct_gt(&(BLOCK as u8));
    for (from_end, byte) in (1..=BLOCK as u8).zip(last.iter().rev()) {
        let is_padding: Choice = !from_end.ct_gt(&padding);
        is_right &= !is_padding | byte.ct_eq(&padding);
    }
    if bool::from(is_right) { Ok(BLOCK - usize::from(padding)) } else { Err(Errno::InvalidTag) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_so_many_bytes_of_their_number() {
        for padding in 1..=BLOCK {
            let mut block = [0xaa; BLOCK];
            block[BLOCK - padding..].fill(padding as u8);
            assert_eq!(message_in(&block), Ok(BLOCK - padding));
            for at in BLOCK - padding..BLOCK {
                for wrong in [0, 17, 0x80, 0xff, block[at] ^ 0x40] {
                    let mut block = block;
                    block[at] = wrong;
                    assert_eq!(message_in(&block), Err(Errno::InvalidTag), "{padding}: {wrong} at {at}");
                }
            }
        }
    }
}
