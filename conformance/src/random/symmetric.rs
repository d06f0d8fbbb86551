//! Hashes, outputs without end, MACs and key derivation of the model.

use wasi_crypto_interface::Errno::{
    InvalidHandle, InvalidKey, InvalidOperation, KeyNotSupported, KeyRequired, UnsupportedAlgorithm, UnsupportedFeature,
};

use super::World;
use super::objects::{Key, Tag, mac_key_len};
use crate::case::{Case, Expect, Handle};
use crate::cases::symmetric::{HASHES, HKDFS, MACS, XOFS, keyless, oracle};

/// A state that is no cipher.
#[derive(Clone)]
pub(super) struct State {
    pub(super) handle: Handle,
    kind: Kind,
    absorbed: Vec<u8>,
}

#[derive(Clone)]
enum Kind {
    Hash(&'static str, u32),
    /// So many bytes were squeezed; none before the first squeeze, which may be of 0.
    Xof(&'static str, Option<usize>),
    Mac(String, Vec<u8>),
    Extract(&'static str, Vec<u8>),
    Expand(&'static str, u32, Vec<u8>),
}

impl World {
    pub(super) fn open_state(&mut self) {
        let Some((kind, key)) = self.some_kind() else { return };
        let name = key.as_ref().map_or_else(|| hash_name(&kind).to_owned(), |key| key.algorithm.clone());
        let handle = self.c.state_open(&name, key.map(|key| key.handle), None);
        self.states.push(State { handle, kind, absorbed: Vec::new() });
    }

    /// With the key for it, if it takes one.
    fn some_kind(&mut self) -> Option<(Kind, Option<Key>)> {
        Some(match self.random.below(5) {
            0 => {
                let (name, len) = self.some_of(HASHES, |(name, _)| *name)?;
                self.needs(name);
                (Kind::Hash(name, len), None)
            }
            1 => {
                let name = self.some_mac()?;
                let key = self.key_of(name, mac_key_len(name).unwrap_or(40));
                (Kind::Mac(name.to_owned(), key.raw.clone()), Some(key))
            }
            2 => {
                let (hash, len) = self.some_hkdf()?;
                let key = self.key_of(&format!("HKDF-EXTRACT/{hash}"), len);
                (Kind::Extract(hash, key.raw.clone()), Some(key))
            }
            3 => {
                let name = self.some_of(XOFS, |name| *name)?;
                self.needs(name);
                (Kind::Xof(name, None), None)
            }
            _ => {
                let (hash, len) = self.some_hkdf()?;
                let key = self.key_of(&format!("HKDF-EXPAND/{hash}"), len);
                (Kind::Expand(hash, len, key.raw.clone()), Some(key))
            }
        })
    }

    pub(super) fn some_mac(&mut self) -> Option<&'static str> {
        self.some_of(MACS, |(name, _)| *name).map(|(name, _)| name)
    }

    /// A hash, by which extraction and expansion go, and its length.
    pub(super) fn some_hkdf(&mut self) -> Option<(&'static str, u32)> {
        self.some_of(HKDFS, |(hash, _)| format!("HKDF-EXPAND/{hash}"))
    }

    /// A key of the algorithm, one that is there if possible.
    pub(super) fn key_of(&mut self, algorithm: &str, len: u32) -> Key {
        match self.keys.iter().find(|key| key.algorithm == algorithm).cloned() {
            Some(key) => key,
            None => self.key_for(algorithm, len),
        }
    }

    /// Without a key, with one that the algorithm does not take, with one of another algorithm, with one that is closed.
    pub(super) fn open_wrongly(&mut self) {
        let slot = match self.random.below(4) {
            0 => {
                let Some(name) = self.some_mac() else { return };
                self.needs(name);
                self.about("SYM-STATE-OPEN-005");
                self.c.expect(KeyRequired).state_open(name, None, None)
            }
            1 => {
                let Some(key) = self.some_key() else { return };
                let Some(name) = self.some_of(keyless(), |name| *name) else { return };
                self.needs(name);
                self.about("SYM-STATE-OPEN-004");
                let expect = Expect::only(KeyNotSupported).or_info([InvalidKey]);
                self.c.expect(expect).state_open(name, Some(key.handle), None)
            }
            2 => {
                let Some(key) = self.some_key() else { return };
                let Some(name) = self.some_mac() else { return };
                if key.algorithm == name {
                    return;
                }
                self.needs(name);
                self.about("SYM-STATE-OPEN-008");
                self.c.expect(InvalidKey).state_open(name, Some(key.handle), None)
            }
            _ => {
                let Some(handle) = self.closed.last().copied() else { return };
                let Some(name) = self.some_mac() else { return };
                self.needs(name);
                self.about("SYM-KEY-CLOSE-016");
                self.c.expect(InvalidHandle).state_open(name, Some(handle), None)
            }
        };
        self.c.untouched(slot);
    }

    pub(super) fn absorb(&mut self) {
        let Some(at) = self.some_state() else { return };
        // C19: the text does not say what an output that was begun makes of more input.
        if matches!(self.states[at].kind, Kind::Xof(_, Some(_))) {
            return;
        }
        let len = self.some_len();
        let data = self.bytes(len);
        self.about("SYM-STATE-002");
        self.c.absorb(self.states[at].handle, &data);
        self.states[at].absorbed.extend(data);
    }

    pub(super) fn squeeze(&mut self) {
        let Some(at) = self.some_state() else { return };
        if self.one_in(4) { self.squeeze_wrongly(at) } else { self.squeeze_of(at) }
    }

    /// What the state is for.
    pub(super) fn squeeze_of(&mut self, at: usize) {
        let State { handle, kind, absorbed } = self.states[at].clone();
        match kind {
            Kind::Hash(name, most) => {
                let len = if self.one_in(2) { most } else { self.random.below(most + 1) };
                self.about("SYM-HASH-004");
                self.c.squeeze_eq(handle, &oracle::hash(name, &absorbed)[..len as usize]);
            }
            Kind::Xof(name, read) => {
                let (read, len) = (read.unwrap_or(0), self.some_len() as usize);
                self.about("SYM-XOF-002");
                self.c.squeeze_eq(handle, &oracle::xof(name, None, b"", &absorbed, read + len)[read..]);
                self.states[at].kind = Kind::Xof(name, Some(read + len));
            }
            Kind::Mac(name, key) => {
                let bytes = oracle::mac(&name, &key, &absorbed);
                self.about("SYM-MAC-002");
                let tag = self.c.squeeze_tag(handle);
                self.tags.push(Tag { handle: tag, bytes });
            }
            Kind::Extract(hash, ikm) => {
                let algorithm = format!("HKDF-EXPAND/{hash}");
                self.needs(&algorithm);
                self.about("SYM-HKDF-004");
                let raw = oracle::hkdf_extract(hash, &absorbed, &ikm);
                let key = self.c.squeeze_key(handle, &algorithm);
                self.keys.push(Key { handle: key, algorithm, raw });
            }
            Kind::Expand(hash, len, key) => {
                let len = self.random.below(4 * len);
                self.about("SYM-HKDF-002");
                self.c.squeeze_eq(handle, oracle::hkdf_expand(hash, &key, &absorbed, len));
            }
        }
    }

    /// What it is not for, and too much of what it is for.
    fn squeeze_wrongly(&mut self, at: usize) {
        let State { handle, kind, .. } = self.states[at].clone();
        let most = match kind {
            Kind::Hash(_, len) => Some(len),
            Kind::Expand(_, len, _) => Some(255 * len),
            _ => None,
        };
        match (self.random.below(4), most) {
            (0, Some(most)) => {
                let out = self.c.expect(Self::too_long()).squeeze(handle, most + 1);
                self.c.untouched(out);
            }
            // There is nothing that is too much.
            (0, None) if matches!(kind, Kind::Xof(..)) => (),
            (0, None) => drop(undefined(&mut self.c).squeeze(handle, 16)),
            (1, _) if !matches!(kind, Kind::Mac(..)) => drop(undefined(&mut self.c).squeeze_tag(handle)),
            (2, _) if matches!(kind, Kind::Extract(..)) => {
                self.c.expect(UnsupportedAlgorithm).squeeze_key(handle, "HKDF-EXPAND/SHA-257");
            }
            (2, _) => drop(undefined(&mut self.c).squeeze_key(handle, "HMAC/SHA-256")),
            _ => {
                let (out, _) = undefined(&mut self.c).encrypt(handle, "message", 7);
                self.c.untouched(out);
            }
        }
    }

    pub(super) fn clone_state(&mut self) {
        let Some(at) = self.some_state() else { return };
        let state = self.states[at].clone();
        self.about("SYM-CLONE-012");
        let handle = self.c.state_clone(state.handle);
        self.states.push(State { handle, ..state });
    }

    fn some_state(&mut self) -> Option<usize> {
        (!self.states.is_empty()).then(|| self.below(self.states.len()))
    }
}

impl State {
    /// Whether a call that fails may change what comes out next.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self.kind, Kind::Xof(..))
    }
}

/// C1.
pub(super) fn undefined(c: &mut Case) -> &mut Case {
    c.expect(Expect::only(InvalidOperation).or_info([UnsupportedFeature]))
}

fn hash_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Hash(name, _) | Kind::Xof(name, _) => name,
        Kind::Mac(..) | Kind::Extract(..) | Kind::Expand(..) => panic!("only a hash has no key"),
    }
}
