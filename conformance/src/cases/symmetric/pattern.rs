//! The matrix of algorithms and functions: what an algorithm does not have is refused, whatever the state
//! (SYM-PATTERN-001; C1 is about the answer).

use wasi_crypto_interface::AlgorithmType;

use super::memory_hard::{self, MEMORY_HARD};
use super::{AEADS, Aead, BLAKE3, HASHES, HKDFS, MACS, PASSWORD_HASHES, TAG_LEN, XOFS, mac_key, not_defined, oracle};
use crate::case::{Case, Handle};
use crate::oracle::password::MemoryHard;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for algorithm in algorithms() {
        for function in Function::ALL {
            if !algorithm.has(function) {
                cases.push(not_there(&algorithm, function));
            }
        }
        cases.push(all_together(&algorithm));
    }
    cases
}

#[derive(Clone, Copy, PartialEq)]
enum Function {
    Squeeze,
    SqueezeTag,
    SqueezeKey,
    MaxTagLen,
    Encrypt,
    EncryptDetached,
    Decrypt,
    DecryptDetached,
    Ratchet,
}

impl Function {
    const ALL: [Self; 9] = [
        Self::Squeeze,
        Self::SqueezeTag,
        Self::SqueezeKey,
        Self::MaxTagLen,
        Self::Encrypt,
        Self::EncryptDetached,
        Self::Decrypt,
        Self::DecryptDetached,
        Self::Ratchet,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Squeeze => "squeeze",
            Self::SqueezeTag => "squeeze-tag",
            Self::SqueezeKey => "squeeze-key",
            Self::MaxTagLen => "max-tag-len",
            Self::Encrypt => "encrypt",
            Self::EncryptDetached => "encrypt-detached",
            Self::Decrypt => "decrypt",
            Self::DecryptDetached => "decrypt-detached",
            Self::Ratchet => "ratchet",
        }
    }

    fn requirement(self) -> &'static str {
        match self {
            Self::Squeeze => "SYM-SQUEEZE-016",
            Self::SqueezeTag => "SYM-STAG-021",
            Self::SqueezeKey => "SYM-SKEY-026",
            Self::MaxTagLen => "SYM-MAXTAG-003",
            Self::Encrypt => "SYM-ENC-040",
            Self::EncryptDetached => "SYM-ENCD-009",
            Self::Decrypt => "SYM-DEC-005",
            Self::DecryptDetached => "SYM-DECD-011",
            Self::Ratchet => "SYM-RATCHET-029",
        }
    }

    /// Calls it with arguments that would do for an algorithm that has it. Nothing may be written.
    fn refuse(self, c: &mut Case, state: Handle) {
        c.expect(not_defined());
        match self {
            Self::Squeeze => {
                let out = c.squeeze(state, 16);
                c.untouched(out);
            }
            Self::SqueezeTag => {
                let slot = c.squeeze_tag(state);
                c.untouched(slot);
            }
            Self::SqueezeKey => {
                let slot = c.squeeze_key(state, "HKDF-EXPAND/SHA-256");
                c.untouched(slot);
            }
            Self::MaxTagLen => {
                let slot = c.max_tag_len(state);
                c.untouched(slot);
            }
            Self::Encrypt => {
                let (out, size) = c.encrypt(state, [1; 20], 20 + TAG_LEN);
                c.untouched(out);
                c.untouched(size);
            }
            Self::EncryptDetached => {
                let (out, slot) = c.encrypt_detached(state, [1; 20], 20);
                c.untouched(out);
                c.untouched(slot);
            }
            Self::Decrypt => {
                let (out, size) = c.decrypt(state, [1; 36], 20);
                c.untouched(out);
                c.untouched(size);
            }
            Self::DecryptDetached => {
                let (out, size) = c.decrypt_detached(state, [1; 20], [1; 16], 20);
                c.untouched(out);
                c.untouched(size);
            }
            Self::Ratchet => c.ratchet(state),
        }
    }
}

/// An algorithm with what is needed to open and to check a state.
enum Algorithm {
    Hash(&'static str),
    Mac(&'static str),
    Extract(&'static str, String),
    Expand(&'static str, String),
    Password(&'static str),
    MemoryHard(MemoryHard<'static>),
    Aead(Aead),
}

fn algorithms() -> Vec<Algorithm> {
    let mut all: Vec<Algorithm> = HASHES.map(|(name, _)| Algorithm::Hash(name)).into();
    all.extend(XOFS.into_iter().chain([BLAKE3]).map(Algorithm::Hash));
    all.extend(MACS.map(|(name, _)| Algorithm::Mac(name)));
    all.extend(HKDFS.map(|(hash, _)| Algorithm::Extract(hash, format!("HKDF-EXTRACT/{hash}"))));
    all.extend(HKDFS.map(|(hash, _)| Algorithm::Expand(hash, format!("HKDF-EXPAND/{hash}"))));
    all.extend(PASSWORD_HASHES.map(Algorithm::Password));
    all.extend(MEMORY_HARD.map(Algorithm::MemoryHard));
    all.extend(AEADS.map(Algorithm::Aead));
    all
}

impl Algorithm {
    fn name(&self) -> &str {
        match self {
            Self::Hash(name) | Self::Mac(name) | Self::Password(name) => name,
            Self::Extract(_, name) | Self::Expand(_, name) => name,
            Self::MemoryHard(function) => function.algorithm,
            Self::Aead(aead) => aead.name,
        }
    }

    /// Whether the text or its silence lets the algorithm have the function.
    fn has(&self, function: Function) -> bool {
        match self {
            Self::Hash(_) | Self::Expand(..) => function == Function::Squeeze,
            // That of a MAC may have a length; a password hash may give a string.
            Self::Mac(_) => [Function::SqueezeTag, Function::MaxTagLen].contains(&function),
            Self::Password(_) | Self::MemoryHard(_) => {
                [Function::Squeeze, Function::SqueezeTag, Function::MaxTagLen].contains(&function)
            }
            Self::Extract(..) => function == Function::SqueezeKey,
            Self::Aead(_) => {
                ![Function::Squeeze, Function::SqueezeTag, Function::SqueezeKey, Function::Ratchet].contains(&function)
            }
        }
    }

    fn open(&self, c: &mut Case) -> Handle {
        match self {
            Self::Hash(name) => c.state_open(name, None, None),
            Self::Mac(_) | Self::Extract(..) | Self::Expand(..) => {
                let key = c.key_import(self.name(), self.key());
                c.state_open(self.name(), Some(key), None)
            }
            Self::Password(name) => {
                let options = c.options_open(AlgorithmType::Symmetric);
                c.options_set(options, "salt", "salt");
                c.options_set_u64(options, "ops_limit", 2u32);
                c.state_open(name, None, Some(options))
            }
            Self::MemoryHard(function) => memory_hard::open(c, *function, b"salt of 16 bytes"),
            Self::Aead(aead) => aead.open(c, b""),
        }
    }

    fn key(&self) -> Vec<u8> {
        if let Self::Mac(name) = self { mac_key(name) } else { oracle::bytes("key", 64) }
    }

    /// The state works, having absorbed "abc".
    fn works(&self, c: &mut Case, state: Handle) {
        let key = self.key();
        match self {
            Self::Hash(name) => c.squeeze_eq(state, oracle::hash(name, b"abc")),
            Self::Mac(name) => c.squeeze_tag_eq(state, oracle::mac(name, &key, b"abc")),
            Self::Extract(hash, _) => {
                let prk = c.squeeze_key(state, &format!("HKDF-EXPAND/{hash}"));
                let expansion = c.state_open(&format!("HKDF-EXPAND/{hash}"), Some(prk), None);
                let prk = oracle::hkdf_extract(hash, b"abc", &key);
                c.squeeze_eq(expansion, oracle::hkdf_expand(hash, &prk, b"", 40));
            }
            Self::Expand(hash, _) => c.squeeze_eq(state, oracle::hkdf_expand(hash, &key, b"abc", 40)),
            Self::Password(name) => c.squeeze_eq(state, oracle::pbkdf2(name, b"abc", b"salt", 2, 40)),
            Self::MemoryHard(function) => c.squeeze_eq(state, function.hash(b"abc", b"salt of 16 bytes", 40)),
            Self::Aead(aead) => {
                let (ciphertext, tag) = aead.seal(b"abc", b"message");
                c.encrypt_detached_eq(state, "message", ciphertext, tag);
            }
        }
    }
}

fn not_there(algorithm: &Algorithm, function: Function) -> Case {
    let id = format!("symmetric/pattern/{}/{}", algorithm.name(), function.name());
    let mut c = Case::new(id, &["SYM-PATTERN-001", function.requirement()]).algorithm(algorithm.name());
    let state = algorithm.open(&mut c);
    function.refuse(&mut c, state);
    c.absorb(state, "abc");
    function.refuse(&mut c, state);
    algorithm.works(&mut c, state);
    // AEADs have encrypted by now.
    function.refuse(&mut c, state);
    c
}

/// All that is refused leaves the state as it was.
fn all_together(algorithm: &Algorithm) -> Case {
    let id = format!("symmetric/pattern/{}/refusals-change-nothing", algorithm.name());
    let mut c = Case::new(id, &["SYM-PATTERN-001", "SYM-STATE-002"]).algorithm(algorithm.name());
    let state = algorithm.open(&mut c);
    for part in ["a", "b", "c"] {
        for function in Function::ALL.into_iter().filter(|function| !algorithm.has(*function)) {
            function.refuse(&mut c, state);
        }
        c.absorb(state, part);
    }
    algorithm.works(&mut c, state);
    c
}
