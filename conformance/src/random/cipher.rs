//! Authenticated encryption of the model: with buffers that overlap, tags apart, clones, and nonces that are used up, or
//! that a cipher works without.

use std::cell::Cell;
use std::rc::Rc;

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    InvalidHandle, InvalidLength, InvalidNonce, InvalidOperation, InvalidTag, KeyRequired, NonceRequired, OptionNotSet,
    Overflow, VerificationFailed,
};

use super::World;
use super::objects::Tag;
use super::symmetric::undefined;
use crate::args;
use crate::case::{Buffer, Expect, Handle};
use crate::cases::symmetric::{Aead, SIVS, TAG_LEN, oracle, sealing};
use crate::oracle::aes;

/// A state of a cipher.
#[derive(Clone)]
pub(super) struct Cipher {
    pub(super) handle: Handle,
    aead: Aead,
    key: Vec<u8>,
    /// AES-SIV alone can be without.
    nonce: Option<Vec<u8>>,
    ad: Vec<u8>,
    /// Whether it has encrypted or decrypted anything. Unknown after a decryption that failed: the text does not say whether
    /// associated data may follow on one.
    started: Option<bool>,
    /// Whether the nonce is used up: of the state and all its clones.
    used: Rc<Cell<bool>>,
}

impl Cipher {
    fn seal(&self, message: &[u8]) -> (Vec<u8>, Vec<u8>) {
        match &self.nonce {
            Some(nonce) => oracle::seal(self.aead.name, &self.key, nonce, &self.ad, message),
            None if self.ad.is_empty() => aes::siv(&self.key, &[], message),
            None => aes::siv(&self.key, &[&self.ad], message),
        }
    }

    /// Where each piece of associated data counts for itself, the text does not say how, nor what an empty one is.
    fn absorbs(&self, data: &[u8]) -> bool {
        !is_siv(self.aead) || (self.ad.is_empty() && !data.is_empty())
    }
}

/// Whether a cipher works without a nonce, and takes associated data in pieces.
fn is_siv(aead: Aead) -> bool {
    SIVS.iter().any(|siv| siv.name == aead.name)
}

impl World {
    pub(super) fn some_aead(&mut self) -> Option<Aead> {
        self.some_of(sealing(), |aead| aead.name)
    }

    pub(super) fn open_cipher(&mut self) {
        let Some(aead) = self.some_aead() else { return };
        if self.one_in(5) {
            return self.open_cipher_wrongly(aead);
        }
        let key = self.key_of(aead.name, aead.key_len);
        self.needs(aead.name);
        let fits = |set: &&super::Options| set.nonce.as_ref().is_some_and(|n| n.len() as u32 == aead.nonce_len);
        let (options, nonce) = match self.options.iter().find(fits).cloned() {
            _ if is_siv(aead) && self.one_in(2) => (None, None),
            Some(super::Options { handle, nonce: Some(nonce), .. }) => (Some(handle), Some(nonce)),
            _ => {
                let nonce = self.bytes(aead.nonce_len);
                (Some(self.c.nonce(&nonce)), Some(nonce))
            }
        };
        self.about("OPT-REUSE-005");
        let handle = self.c.state_open(aead.name, Some(key.handle), options);
        let used = Rc::default();
        self.ciphers.push(Cipher { handle, aead, key: key.raw, nonce, ad: Vec::new(), started: Some(false), used });
    }

    fn open_cipher_wrongly(&mut self, aead: Aead) {
        let key = self.key_of(aead.name, aead.key_len);
        self.needs(aead.name);
        let slot = match self.random.below(4) {
            0 => {
                self.about("SYM-STATE-OPEN-005");
                let options = self.c.nonce(vec![1; aead.nonce_len as usize]);
                self.c.expect(KeyRequired).state_open(aead.name, None, Some(options))
            }
            // C29: an example leaves out the nonce of AES-256-GCM-SIV.
            1 if !aead.may_generate_nonce() && !is_siv(aead) && aead.name != "AES-256-GCM-SIV" => {
                self.about("SYM-AEAD-011");
                self.c.expect(NonceRequired).state_open(aead.name, Some(key.handle), None)
            }
            2 => {
                let options = self.c.options_open(AlgorithmType::KeyExchange);
                self.about("OPT-TYPE-004");
                self.c.expect(InvalidHandle).state_open(aead.name, Some(key.handle), Some(options))
            }
            // AES-SIV takes nonces of any size.
            _ if is_siv(aead) => return,
            _ => {
                let len = self.random.below(40);
                let nonce = self.bytes(if len == aead.nonce_len { len + 1 } else { len });
                let options = self.c.nonce(nonce);
                self.about("SYM-AEAD-008");
                self.c.expect(InvalidNonce).state_open(aead.name, Some(key.handle), Some(options))
            }
        };
        self.c.untouched(slot);
    }

    pub(super) fn absorb_cipher(&mut self) {
        let Some(at) = self.some_cipher() else { return };
        let cipher = self.ciphers[at].clone();
        let Cipher { handle, started, .. } = cipher;
        if self.one_in(4) {
            match (self.random.below(3), cipher.nonce) {
                (_, None) => drop(self.c.expect(OptionNotSet).options_get(handle, "nonce", 16)),
                (0, Some(nonce)) => {
                    let len = self.random.below(nonce.len() as u32);
                    let (out, _) = self.c.expect(Overflow).options_get(handle, "nonce", len);
                    self.c.untouched(out);
                }
                (1, _) => drop(self.c.expect(OptionNotSet).options_get(handle, "salt", 16)),
                (_, Some(nonce)) => self.c.options_get_eq(handle, "nonce", nonce),
            }
            return;
        }
        let Some(started) = started else { return };
        let len = self.some_len();
        let data = self.bytes(len);
        if started {
            self.about("SYM-ABSORB-010");
            // C26: the text does not say, and a host may go on without it.
            self.c.expect(Expect::only(InvalidOperation).or_info_any_error()).absorb(handle, data);
            return;
        }
        if !cipher.absorbs(&data) {
            return;
        }
        self.about("SYM-AEAD-003");
        // In one call or in two.
        let cut = if is_siv(cipher.aead) { len } else { self.random.below(len + 1) };
        let (first, second) = data.split_at(cut as usize);
        self.c.absorb(handle, first);
        if !second.is_empty() {
            self.c.absorb(handle, second);
        }
        self.ciphers[at].ad.extend(data);
    }

    pub(super) fn encrypt(&mut self) {
        let Some(at) = self.some_cipher() else { return };
        let cipher = self.ciphers[at].clone();
        let len = self.some_len();
        let message = self.bytes(len);
        let (handle, detached) = (cipher.handle, self.one_in(2));
        let room = if detached { len } else { len + TAG_LEN };
        if cipher.used.get() {
            self.about("SYM-ENC-042");
            let expect = Expect::only(NonceRequired).or_info([InvalidOperation]);
            let out = match detached {
                true => self.c.expect(expect).encrypt_detached(handle, message, room).0,
                false => self.c.expect(expect).encrypt(handle, message, room).0,
            };
            return self.c.untouched(out);
        }
        if self.one_in(4) {
            let (wrong, error) = match self.one_in(2) && room > 0 {
                true => (self.random.below(room), Overflow),
                false => (room + 1 + self.random.below(40), InvalidLength),
            };
            self.about("SYM-ENC-038");
            self.about("SYM-ENC-039");
            let out = match detached {
                true => self.c.expect(error).encrypt_detached(handle, message, wrong).0,
                false => self.c.expect(error).encrypt(handle, message, wrong).0,
            };
            return self.c.untouched(out);
        }
        let (ciphertext, tag) = cipher.seal(&message);
        self.about("SYM-ENC-034");
        let (input, out) = self.overlapping(&message, room);
        if detached {
            let given = self.c.open("symmetric_state_encrypt_detached", args![handle, out, input]);
            self.c.same(out, &ciphertext);
            self.tags.push(Tag { handle: given, bytes: tag });
        } else {
            let size = self.c.size_slot();
            self.c.call("symmetric_state_encrypt", args![handle, out, input, size.at()]);
            self.c.equal(size, room);
            self.c.same(out, [ciphertext, tag].concat());
        }
        cipher.used.set(cipher.nonce.is_some());
        self.ciphers[at].started = Some(true);
    }

    pub(super) fn decrypt(&mut self) {
        let Some(at) = self.some_cipher() else { return };
        let cipher = self.ciphers[at].clone();
        let (handle, len) = (cipher.handle, self.some_len());
        let message = self.bytes(len);
        let (mut ciphertext, mut tag) = cipher.seal(&message);
        let fails = self.random.below(6);
        if fails > 3 {
            self.ciphers[at].started = Some(true);
        } else if cipher.started == Some(false) {
            self.ciphers[at].started = None;
        }
        match fails {
            0 => {
                let bit = self.below(8 * (len + TAG_LEN) as usize);
                let byte = bit / 8;
                match byte.checked_sub(ciphertext.len()) {
                    Some(byte) => tag[byte] ^= 1 << (bit % 8),
                    None => ciphertext[byte] ^= 1 << (bit % 8),
                }
                self.about("SYM-DEC-003");
                self.about("SYM-AEAD-006");
                let forged = Expect::only(InvalidTag).or_warn([VerificationFailed]);
                let out = match self.one_in(2) {
                    true => self.c.expect(forged).decrypt_detached(handle, ciphertext, tag, len).0,
                    false => self.c.expect(forged).decrypt(handle, [ciphertext, tag].concat(), len).0,
                };
                self.c.should().filled(out, 0);
            }
            1 => {
                let short = self.random.below(TAG_LEN);
                self.about("SYM-DEC-011");
                let expect = Expect::only(InvalidTag).or_info_any_error();
                let _ = self.c.expect(expect).decrypt(handle, &tag[..short as usize], 0);
            }
            2 => {
                let short = self.random.below(TAG_LEN) as usize;
                self.about("SYM-DECD-007");
                let expect = Expect::only(InvalidTag).or_info_any_error();
                let _ = self.c.expect(expect).decrypt_detached(handle, ciphertext, &tag[..short], len);
            }
            3 => {
                self.about("SYM-DEC-008");
                let (out, _) = self.c.expect(InvalidLength).decrypt(handle, [ciphertext, tag].concat(), len + 1);
                self.c.untouched(out);
            }
            _ => {
                self.about("SYM-DEC-002");
                let detached = self.one_in(2);
                let sealed = if detached { ciphertext } else { [ciphertext, tag.clone()].concat() };
                let (input, out) = self.overlapping(&sealed, len);
                let size = self.c.size_slot();
                if detached {
                    let tag = self.c.data(tag);
                    let args = args![handle, out, input, tag, size.at()];
                    self.c.call("symmetric_state_decrypt_detached", args);
                } else {
                    self.c.call("symmetric_state_decrypt", args![handle, out, input, size.at()]);
                }
                self.c.equal(size, len);
                self.c.same(out, message);
            }
        }
    }

    pub(super) fn clone_cipher(&mut self) {
        let Some(at) = self.some_cipher() else { return };
        let cipher = self.ciphers[at].clone();
        if self.one_in(3) {
            undefined(&mut self.c).squeeze(cipher.handle, 16);
            return;
        }
        // C13: a clone of a cipher duplicates its nonce, which may be refused.
        self.about("SYM-CLONE-013");
        let handle = self.c.state_clone(cipher.handle);
        self.ciphers.push(Cipher { handle, ..cipher });
    }

    /// Input that holds these bytes, and an output of `room` bytes: apart, the same, or overlapping either way.
    pub(super) fn overlapping(&mut self, input: &[u8], room: u32) -> (Buffer, Buffer) {
        let len = input.len() as u32;
        if self.one_in(2) {
            return (self.c.data(input), self.c.buffer(room));
        }
        let shift = self.random.below(len.max(room) + 1);
        let (from, to) = match self.random.below(3) {
            0 => (0, 0),
            1 => (0, shift),
            _ => (shift, 0),
        };
        let mut bytes = vec![0x77; (from + len).max(to + room) as usize];
        bytes[from as usize..][..len as usize].copy_from_slice(input);
        let buffer = self.c.buffer_with(bytes);
        (buffer.slice(from, len), buffer.slice(to, room))
    }

    fn some_cipher(&mut self) -> Option<usize> {
        (!self.ciphers.is_empty()).then(|| self.below(self.ciphers.len()))
    }
}
