//! Keys, option sets, tags and array outputs of the model.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    InvalidHandle, InvalidKey, InvalidLength, InvalidTag, KeyNotSupported, Overflow, Success, UnsupportedAlgorithm,
    UnsupportedOption, VerificationFailed,
};

use super::World;
use crate::case::{Expect, Handle};
use crate::cases::symmetric::keyless;

/// A symmetric key.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) handle: Handle,
    pub(super) algorithm: String,
    pub(super) raw: Vec<u8>,
}

/// An option set.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) handle: Handle,
    pub(super) ty: AlgorithmType,
    pub(super) nonce: Option<Vec<u8>>,
}

/// A tag that nobody has pulled yet.
#[derive(Clone)]
pub(super) struct Tag {
    pub(super) handle: Handle,
    pub(super) bytes: Vec<u8>,
}

/// An array output, of which `read` bytes were pulled.
#[derive(Clone)]
pub(super) struct Array {
    pub(super) handle: Handle,
    pub(super) bytes: Vec<u8>,
    pub(super) read: usize,
}

impl World {
    /// An algorithm with keys, and the size of a key that it takes.
    fn keyed(&mut self) -> Option<(String, u32)> {
        Some(match self.random.below(4) {
            0 => {
                let name = self.some_mac()?;
                (name.to_owned(), mac_key_len(name).unwrap_or(self.random.below(200)))
            }
            1 => (format!("HKDF-EXTRACT/{}", self.some_hkdf()?.0), self.random.below(100)),
            2 => {
                let (hash, len) = self.some_hkdf()?;
                (format!("HKDF-EXPAND/{hash}"), len + self.random.below(20))
            }
            _ => {
                let aead = self.some_aead()?;
                (aead.name.to_owned(), aead.key_len)
            }
        })
    }

    pub(super) fn import_key(&mut self) {
        if let Some((algorithm, len)) = self.keyed() {
            self.key_for(&algorithm, len);
        }
    }

    pub(super) fn key_for(&mut self, algorithm: &str, len: u32) -> Key {
        self.needs(algorithm);
        self.about("SYM-KEY-IMPORT-003");
        let raw = self.bytes(len);
        let handle = self.c.key_import(algorithm, &raw);
        let key = Key { handle, algorithm: algorithm.to_owned(), raw };
        self.keys.push(key.clone());
        key
    }

    /// A size that does not fit, an algorithm without keys, or none.
    pub(super) fn import_wrong_key(&mut self) {
        let slot = match self.random.below(4) {
            0 => {
                let Some(hash) = self.some_of(keyless(), |hash| *hash) else { return };
                self.needs(hash);
                // C12.
                let expect = Expect::only(KeyNotSupported).or_info_any_error().or_info([Success]);
                self.c.expect(expect).key_import(hash, [1; 32]);
                return;
            }
            1 => self.c.expect(UnsupportedAlgorithm).key_import("AES-512-GCM", [1; 64]),
            2 => {
                let Some((hash, len)) = self.some_hkdf() else { return };
                let algorithm = format!("HKDF-EXPAND/{hash}");
                self.needs(&algorithm);
                let raw = self.random.below(len);
                let raw = self.bytes(raw);
                self.c.expect(InvalidKey).key_import(&algorithm, raw)
            }
            _ => {
                let Some(aead) = self.some_aead() else { return };
                self.needs(aead.name);
                let len = self.random.below(80);
                let len = if len == aead.key_len { len + 1 } else { len };
                let raw = self.bytes(len);
                self.about("SYM-KEY-IMPORT-005");
                self.c.expect(InvalidKey).key_import(aead.name, raw)
            }
        };
        self.c.untouched(slot);
    }

    pub(super) fn export_key(&mut self) {
        let Some(key) = self.some_key() else { return };
        self.about("SYM-KEY-EXPORT-008");
        let handle = self.c.key_export(key.handle);
        self.arrays.push(Array { handle, bytes: key.raw, read: 0 });
    }

    pub(super) fn some_key(&mut self) -> Option<Key> {
        let at = self.random.below(self.keys.len().max(1) as u32);
        self.keys.get(at as usize).cloned()
    }

    /// A new set, or a new value in one.
    pub(super) fn make_options(&mut self) {
        if self.options.is_empty() || self.one_in(3) {
            let ty = if self.one_in(6) { AlgorithmType::Signatures } else { AlgorithmType::Symmetric };
            let handle = self.c.options_open(ty);
            self.options.push(Options { handle, ty, nonce: None });
            return;
        }
        let at = self.below(self.options.len());
        let set = self.options[at].clone();
        if set.ty != AlgorithmType::Symmetric || self.one_in(8) {
            let expect = Expect::only(UnsupportedOption).or_info([Success]);
            self.c.expect(expect).options_set(set.handle, "no-such-option", "value");
            return;
        }
        let len = [12, 12, 24, 16, 32, self.random.below(40)][self.below(6)];
        let nonce = self.bytes(len);
        self.about("OPT-OVERWRITE-007");
        self.c.options_set(set.handle, "nonce", &nonce);
        self.options[at].nonce = Some(nonce);
    }

    pub(super) fn use_tag(&mut self) {
        if self.tags.is_empty() {
            return;
        }
        let at = self.below(self.tags.len());
        let Tag { handle, bytes } = self.tags[at].clone();
        let wrong = Expect::only(InvalidTag).or_warn([VerificationFailed]);
        match self.random.below(6) {
            0 => {
                let len = self.c.tag_len(handle);
                self.c.equal(len, bytes.len() as u32);
            }
            1 => self.c.tag_verify(handle, &bytes),
            2 => {
                let mut other = bytes;
                let bit = self.below(8 * other.len());
                other[bit / 8] ^= 1 << (bit % 8);
                self.about("SYM-TAG-VERIFY-002");
                self.c.expect(wrong).tag_verify(handle, other);
            }
            3 => {
                let other = if self.one_in(2) {
                    [&bytes[..], &[0]].concat()
                } else {
                    bytes[..self.below(bytes.len())].to_vec()
                };
                self.c.expect(wrong).tag_verify(handle, other);
            }
            4 => {
                let len = self.random.below(bytes.len() as u32);
                self.about("SYM-TAG-PULL-006");
                let (out, _) = self.c.expect(Overflow).tag_pull(handle, len);
                self.c.untouched(out);
            }
            _ => {
                self.about("SYM-TAG-PULL-005");
                self.c.tag_pull_eq(handle, &bytes);
                self.tags.remove(at);
                self.c.expect(InvalidHandle).tag_len(handle);
            }
        }
    }

    pub(super) fn use_array(&mut self) {
        if !self.arrays.is_empty() {
            let at = self.below(self.arrays.len());
            self.read_array(at);
        }
    }

    /// Pulls some bytes, or all.
    pub(super) fn read_array(&mut self, at: usize) {
        let Array { handle, bytes, read } = self.arrays[at].clone();
        let rest = bytes[read..].to_vec();
        self.about("ARRAY-PULL-005");
        if self.one_in(3) {
            let len = self.c.array_len(handle);
            self.c.observe().equal(len, bytes.len() as u32);
        }
        let room = if self.one_in(2) { rest.len() as u32 + self.random.below(9) } else { self.random.below(40) };
        let (buffer, count) = self.c.pull(handle, room);
        let expected = &rest[..rest.len().min(room as usize)];
        self.c.equal(count, expected.len() as u32);
        self.c.same(buffer.slice(0, expected.len() as u32), expected);
        self.c.untouched(buffer.slice(expected.len() as u32, room - expected.len() as u32));
        self.arrays[at].read += expected.len();
        // An empty one is at its end when that was seen.
        if self.arrays[at].read == bytes.len() {
            self.arrays.remove(at);
            // C11.
            let slot = self.c.size_slot();
            let (buffer, slot) = (self.c.buffer(8), slot.at());
            self.c.expect(Expect::only(InvalidHandle).or_info([Success]));
            self.c.call("array_output_pull", crate::args![handle, buffer, slot]);
            self.c.untouched(buffer);
        }
    }

    /// What no hash gives.
    pub(super) fn too_long() -> Expect {
        Expect::only(InvalidLength)
    }
}

/// The one size of a key that a MAC takes, if there is one.
pub(super) fn mac_key_len(algorithm: &str) -> Option<u32> {
    match algorithm {
        "AES-128-CMAC" => Some(16),
        "AES-256-CMAC" => Some(32),
        _ => None,
    }
}
