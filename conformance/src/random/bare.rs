//! Ciphers of the model that do not authenticate: AES in counter mode, and AES-CBC, which pads.

use std::cell::Cell;
use std::rc::Rc;

use wasi_crypto_interface::Errno::{
    InvalidLength, InvalidNonce, InvalidOperation, InvalidTag, KeyRequired, NonceRequired, Overflow, VerificationFailed,
};

use super::World;
use crate::args;
use crate::case::{Expect, Handle};
use crate::cases::symmetric::{CBCS, CTRS, bad_tag, not_defined, oracle::Random};
use crate::oracle::aes;

const BLOCK: u32 = 16;

/// A state of a cipher without a tag.
#[derive(Clone)]
pub(super) struct Bare {
    pub(super) handle: Handle,
    key: Vec<u8>,
    nonce: Vec<u8>,
    pads: bool,
    /// Whether the nonce is used up: of the state and all its clones.
    used: Rc<Cell<bool>>,
}

impl Bare {
    fn encrypted(&self, message: &[u8]) -> Vec<u8> {
        if self.pads { aes::cbc(&self.key, &self.nonce, message) } else { aes::ctr(&self.key, &self.nonce, message) }
    }

    /// Of the output for so many bytes of a message.
    fn room(&self, len: u32) -> u32 {
        if self.pads { len + BLOCK } else { len }
    }
}

impl World {
    /// Opens a state, or does something with one.
    pub(super) fn bare(&mut self) {
        if self.bare.is_empty() || self.one_in(4) {
            return self.open_bare();
        }
        let at = self.below(self.bare.len());
        let bare = self.bare[at].clone();
        match self.random.below(8) {
            0 | 1 => self.encrypt_bare(&bare),
            2 | 3 => self.decrypt_bare(&bare),
            4 => self.with_wrong_room(&bare),
            5 => self.undefined_of_bare(&bare),
            6 if bare.pads => self.decrypt_wrongly(at),
            _ => {
                self.c.options_get_eq(bare.handle, "nonce", &bare.nonce);
                self.about("SYM-CLONE-012");
                let handle = self.c.state_clone(bare.handle);
                self.bare.push(Bare { handle, ..bare });
            }
        }
    }

    fn open_bare(&mut self) {
        let counters = CTRS.map(|(name, key_len)| (name, key_len, false));
        let padded = CBCS.map(|cbc| (cbc.name, cbc.key_len, true));
        let all = counters.into_iter().chain(padded);
        let Some((name, key_len, pads)) = self.some_of(all, |(name, ..)| *name) else { return };
        let key = self.key_of(name, key_len);
        self.needs(name);
        let slot = match self.random.below(12) {
            0 => {
                self.about("SYM-STATE-OPEN-005");
                let options = self.c.nonce([1; BLOCK as usize]);
                self.c.expect(KeyRequired).state_open(name, None, Some(options))
            }
            1 => {
                self.about("SYM-NONCE-010");
                self.c.expect(NonceRequired).state_open(name, Some(key.handle), None)
            }
            2 => {
                let len = self.random.below(40);
                let nonce = self.bytes(if len == BLOCK { 0 } else { len });
                let options = self.c.nonce(nonce);
                self.about("SYM-AEAD-008");
                self.c.expect(InvalidNonce).state_open(name, Some(key.handle), Some(options))
            }
            _ => {
                let nonce = self.bytes(BLOCK);
                let options = self.c.nonce(&nonce);
                let handle = self.c.state_open(name, Some(key.handle), Some(options));
                return self.bare.push(Bare { handle, key: key.raw, nonce, pads, used: Rc::default() });
            }
        };
        self.c.untouched(slot);
    }

    fn encrypt_bare(&mut self, bare: &Bare) {
        let len = self.some_len();
        let (message, room) = (self.bytes(len), bare.room(len));
        if bare.used.replace(true) {
            self.about("SYM-ENC-042");
            let expect = Expect::only(NonceRequired).or_info([InvalidOperation]);
            let (out, _) = self.c.expect(expect).encrypt(bare.handle, message, room);
            return self.c.untouched(out);
        }
        let encrypted = bare.encrypted(&message);
        self.about("SYM-ENC-034");
        self.about(if bare.pads { "SYM-ENC-035" } else { "SYM-ENC-030" });
        let ((input, out), size) = (self.overlapping(&message, room), self.c.size_slot());
        self.c.call("symmetric_state_encrypt", args![bare.handle, out, input, size.at()]);
        self.c.equal(size, encrypted.len() as u32);
        self.c.same(out.slice(0, encrypted.len() as u32), encrypted);
    }

    fn decrypt_bare(&mut self, bare: &Bare) {
        let len = self.some_len();
        let message = self.bytes(len);
        let encrypted = bare.encrypted(&message);
        self.about(if bare.pads { "SYM-DEC-002" } else { "SYM-DEC-001" });
        let (input, out) = self.overlapping(&encrypted, encrypted.len() as u32);
        let size = self.c.size_slot();
        self.c.call("symmetric_state_decrypt", args![bare.handle, out, input, size.at()]);
        self.c.equal(size, len);
        self.c.same(out.slice(0, len), message);
    }

    /// Less than comes out, or more than can.
    fn with_wrong_room(&mut self, bare: &Bare) {
        let len = self.some_len();
        let message = self.bytes(len);
        let encrypted = bare.encrypted(&message);
        let encrypts = !bare.used.get() && self.one_in(2);
        // Of a ciphertext with padding nobody but the host knows how much is the message: a block less is too little in any case.
        let (most, too_little) = match encrypts {
            true => (bare.room(len), encrypted.len() as u32),
            false if bare.pads => (encrypted.len() as u32, encrypted.len() as u32 - BLOCK),
            false => (len, len),
        };
        let (room, error) = match self.one_in(2) && too_little > 0 {
            true => (self.random.below(too_little), Overflow),
            false => (most + 1 + self.random.below(40), InvalidLength),
        };
        let (out, _) = match encrypts {
            true => {
                self.about("SYM-ENC-038");
                self.about("SYM-ENC-039");
                self.c.expect(error).encrypt(bare.handle, message, room)
            }
            false => {
                self.about("SYM-DEC-007");
                self.about("SYM-DEC-008");
                self.c.expect(error).decrypt(bare.handle, encrypted, room)
            }
        };
        self.c.untouched(out);
    }

    /// Nothing goes in, no tag comes out.
    fn undefined_of_bare(&mut self, bare: &Bare) {
        let c = &mut self.c;
        match self.random.below(4) {
            0 => c.expect(not_defined()).absorb(bare.handle, "data"),
            1 => drop(c.expect(not_defined()).squeeze_tag(bare.handle)),
            2 => c.expect(not_defined()).ratchet(bare.handle),
            _ => {
                let (out, slot) = c.expect(not_defined()).encrypt_detached(bare.handle, "message", 7);
                c.untouched(out);
                c.untouched(slot);
            }
        }
    }

    /// A padding that is none, or a part of a block. The text does not say that the state can be used after that.
    fn decrypt_wrongly(&mut self, at: usize) {
        let Bare { handle, key, nonce, .. } = self.bare.remove(at);
        let len = BLOCK * (1 + self.random.below(4));
        let mut blocks = self.bytes(len);
        spoil(&mut self.random, &mut blocks);
        let encrypted = aes::cbc_unpadded(&key, &nonce, &blocks);
        if self.one_in(3) {
            let part = self.random.below(BLOCK - 1) + 1;
            self.about("SYM-DEC-011");
            let expect = Expect::only(InvalidTag).or_info([InvalidLength, Overflow, VerificationFailed]);
            let _ = self.c.expect(expect).decrypt(handle, &encrypted[..(len - part) as usize], len - part);
        } else {
            self.about("SYM-DEC-003");
            self.about("SYM-AEAD-006");
            let (out, _) = self.c.expect(bad_tag()).decrypt(handle, encrypted, len);
            self.c.should().filled(out, 0);
        }
        self.c.close(handle);
        self.closed.push(handle);
    }
}

/// Makes a padding that is none: of no bytes, of more than a block, or with one byte that is another.
fn spoil(random: &mut Random, blocks: &mut [u8]) {
    let last = blocks.len() - 1;
    match random.below(3) {
        0 => blocks[last] = 0,
        1 => blocks[last] = 17 + random.below(239) as u8,
        _ => {
            let padding = 2 + random.below(15) as usize;
            blocks[last + 1 - padding..].fill(padding as u8);
            blocks[last - 1 - random.below(padding as u32 - 1) as usize] ^= 1 << random.below(8);
        }
    }
}
