//! The symmetric part of the interface (requirements SYM-*, and ALG-* of its algorithms).
//!
//! Results are compared with those of RustCrypto (`oracle.rs`), and with the suite's own where RustCrypto, or whoever else it would be, is the backend of
//! this project's host.

mod absorb;
mod cbc;
mod clone;
mod ctr;
mod decrypt;
mod encrypt;
mod hash;
mod hkdf;
mod key;
mod mac;
mod memory_hard;
mod model;
mod names;
mod nonce;
mod optional;
mod options;
pub(crate) mod oracle;
mod overlap;
mod password;
mod pattern;
mod refused;
mod session;
mod siv;
mod sizes;
mod state;
mod tag;
mod xof;

use wasi_crypto_interface::Errno::{
    AlgorithmFailure, InvalidLength, InvalidOperation, InvalidTag, Overflow, UnsupportedFeature, VerificationFailed,
};

use crate::case::{Case, Expect, Handle};

pub(crate) fn cases() -> Vec<Case> {
    let areas = [
        absorb::cases(),
        cbc::cases(),
        clone::cases(),
        ctr::cases(),
        decrypt::cases(),
        encrypt::cases(),
        hash::cases(),
        hkdf::cases(),
        key::cases(),
        mac::cases(),
        memory_hard::cases(),
        model::cases(),
        names::cases(),
        nonce::cases(),
        optional::cases(),
        options::cases(),
        overlap::cases(),
        password::cases(),
        pattern::cases(),
        refused::cases(),
        session::cases(),
        siv::cases(),
        sizes::cases(),
        state::cases(),
        tag::cases(),
        xof::cases(),
    ];
    areas.into_iter().flatten().collect()
}

/// All of them work without a key.
pub(crate) const HASHES: [(&str, u32); 7] = [
    ("SHA-256", 32),
    ("SHA-384", 48),
    ("SHA-512", 64),
    ("SHA-512/256", 32),
    ("ASCON-HASH", 32),
    BLAKE2BS[0],
    BLAKE2BS[1],
];

/// They take a key or none.
const BLAKE2BS: [(&str, u32); 2] = [("BLAKE2B-512", 64), ("BLAKE2B-256", 32)];

/// Takes a key or none. Its output does not end.
const BLAKE3: &str = "BLAKE3";

/// Nor does the output of these, which take no key.
pub(crate) const XOFS: [&str; 6] = ["CSHAKE-128", "CSHAKE-256", "TURBOSHAKE-128", "TURBOSHAKE-256", "KT128", "KT256"];

/// Whether the option `context` customizes an algorithm.
fn is_customized(algorithm: &str) -> bool {
    ["CSHAKE", "KT", "KMAC"].iter().any(|family| algorithm.starts_with(family))
}

pub(crate) const MACS: [(&str, u32); 7] = [
    ("HMAC/SHA-256", 32),
    ("HMAC/SHA-384", 48),
    ("HMAC/SHA-512", 64),
    ("AES-128-CMAC", 16),
    ("AES-256-CMAC", 16),
    ("KMAC-128", 32),
    ("KMAC-256", 64),
];

/// Algorithms that differ in sizes and results alone, so that each is to be in the same matrices as the others of its kind.
#[cfg(test)]
pub(crate) fn kinds() -> Vec<Vec<String>> {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let with_len = |algorithms: &[(&str, u32)]| algorithms.iter().map(|(name, _)| (*name).to_owned()).collect();
    let aeads = |aeads: &[Aead]| aeads.iter().map(|aead| aead.name.to_owned()).collect();
    vec![
        with_len(&HASHES),
        with_len(&BLAKE2BS),
        names(&[BLAKE3]),
        names(&XOFS),
        with_len(&MACS),
        HKDFS.iter().map(|(hash, _)| format!("HKDF-EXTRACT/{hash}")).collect(),
        HKDFS.iter().map(|(hash, _)| format!("HKDF-EXPAND/{hash}")).collect(),
        names(&PASSWORD_HASHES),
        names(&memory_hard::MEMORY_HARD.map(|function| function.algorithm)),
        aeads(&AEADS),
        aeads(&SIVS),
        aeads(&[XOODYAK]),
        with_len(&CTRS),
        CBCS.iter().map(|cbc| cbc.name.to_owned()).collect(),
    ]
}

/// A key that a MAC takes.
fn mac_key(algorithm: &str) -> Vec<u8> {
    oracle::bytes("key", if algorithm == "AES-256-CMAC" { 32 } else { 16 })
}

/// The hashes of HKDF.
pub(crate) const HKDFS: [(&str, u32); 3] = [("SHA-256", 32), ("SHA-384", 48), ("SHA-512", 64)];

const PASSWORD_HASHES: [&str; 2] = ["PBKDF2-SHA-256", "PBKDF2-SHA-512"];

/// A cipher with associated data.
#[derive(Clone, Copy)]
pub(crate) struct Aead {
    pub(crate) name: &'static str,
    pub(crate) key_len: u32,
    pub(crate) nonce_len: u32,
}

/// What several calls of absorb add is one piece of associated data.
const AEADS: [Aead; 13] = [
    Aead { name: "AES-128-GCM", key_len: 16, nonce_len: 12 },
    Aead { name: "AES-256-GCM", key_len: 32, nonce_len: 12 },
    Aead { name: "CHACHA20-POLY1305", key_len: 32, nonce_len: 12 },
    Aead { name: "XCHACHA20-POLY1305", key_len: 32, nonce_len: 24 },
    Aead { name: "AES-128-GCM-SIV", key_len: 16, nonce_len: 12 },
    Aead { name: "AES-256-GCM-SIV", key_len: 32, nonce_len: 12 },
    Aead { name: "AEGIS-128L", key_len: 16, nonce_len: 16 },
    Aead { name: "AEGIS-128X2", key_len: 16, nonce_len: 16 },
    Aead { name: "AEGIS-128X4", key_len: 16, nonce_len: 16 },
    Aead { name: "AEGIS-256", key_len: 32, nonce_len: 32 },
    Aead { name: "AEGIS-256X2", key_len: 32, nonce_len: 32 },
    Aead { name: "AEGIS-256X4", key_len: 32, nonce_len: 32 },
    Aead { name: "ASCON-AEAD", key_len: 16, nonce_len: 16 },
];

/// Each call of absorb adds a component of the associated data. A nonce has any size, and may be absent.
pub(crate) const SIVS: [Aead; 2] = [
    Aead { name: "AES-128-SIV", key_len: 32, nonce_len: 16 },
    Aead { name: "AES-256-SIV", key_len: 64, nonce_len: 16 },
];

/// All that seals with associated data, given at once, and a nonce.
pub(crate) fn sealing() -> impl Iterator<Item = Aead> {
    AEADS.into_iter().chain(SIVS)
}

/// Is a hash without a key, and a session with one.
const XOODYAK: Aead = Aead { name: "XOODYAK-128", key_len: 16, nonce_len: 16 };

/// Ciphers that add nothing to a message.
pub(crate) const CTRS: [(&str, u32); 2] = [("AES-128-CTR", 16), ("AES-256-CTR", 32)];

/// A cipher that pads, and has no tag.
#[derive(Clone, Copy)]
pub(crate) struct Cbc {
    pub(crate) name: &'static str,
    pub(crate) key_len: u32,
}

pub(crate) const CBCS: [Cbc; 2] = [Cbc { name: "AES-128-CBC", key_len: 16 }, Cbc { name: "AES-256-CBC", key_len: 32 }];

pub(crate) const TAG_LEN: u32 = 16;

impl Aead {
    /// Nonces of this size can be chosen at random (C24).
    pub(crate) fn may_generate_nonce(self) -> bool {
        self.nonce_len >= 24
    }

    fn key(self) -> Vec<u8> {
        oracle::bytes("key", self.key_len)
    }

    fn nonce(self) -> Vec<u8> {
        oracle::bytes("nonce", self.nonce_len)
    }

    /// A state with this key and nonce that has absorbed `ad`.
    fn open(self, c: &mut Case, ad: &[u8]) -> Handle {
        let state = c.aead_open(self.name, self.key(), self.nonce());
        if !ad.is_empty() {
            c.absorb(state, ad);
        }
        state
    }

    /// The ciphertext and the tag under this key and nonce.
    fn seal(self, ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
        oracle::seal(self.name, &self.key(), &self.nonce(), ad, message)
    }
}

/// An algorithm that takes a key, whatever its kind.
#[derive(Clone)]
struct Keyed {
    name: String,
    /// The size of a generated key, as recommended or fixed.
    generated_len: u32,
    sizes: Sizes,
    /// Whether it does not work without a key.
    is_required: bool,
    /// 0 for none.
    nonce_len: u32,
    /// Whether states take data in.
    absorbs: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Sizes {
    Exactly(u32),
    AtLeast(u32),
    Between(u32, u32),
}

fn keyed() -> Vec<Keyed> {
    let with = |name: &str, generated_len: u32, sizes: Sizes| Keyed {
        name: name.to_owned(),
        generated_len,
        sizes,
        is_required: true,
        nonce_len: 0,
        absorbs: true,
    };
    let any = |name: &str, len: u32| with(name, len, Sizes::AtLeast(0));
    let mac = |(name, len): (&str, u32)| match name {
        "AES-128-CMAC" => with(name, 16, Sizes::Exactly(16)),
        "AES-256-CMAC" => with(name, 32, Sizes::Exactly(32)),
        "KMAC-128" => any(name, 16),
        "KMAC-256" => any(name, 32),
        _ => any(name, len),
    };
    let hkdf = HKDFS.into_iter().flat_map(|(hash, len)| {
        let expand = with(&format!("HKDF-EXPAND/{hash}"), len, Sizes::AtLeast(len));
        [any(&format!("HKDF-EXTRACT/{hash}"), len), expand]
    });
    let aead =
        |Aead { name, key_len, nonce_len }: Aead| Keyed { nonce_len, ..with(name, key_len, Sizes::Exactly(key_len)) };
    let blake2b = |(name, _)| Keyed { is_required: false, ..with(name, 64, Sizes::Between(1, 64)) };
    let blake3 = Keyed { is_required: false, ..with(BLAKE3, 32, Sizes::Exactly(32)) };
    let cbc = |Cbc { name, key_len }: Cbc| Keyed {
        nonce_len: 16,
        absorbs: false,
        ..with(name, key_len, Sizes::Exactly(key_len))
    };
    let ctr = |(name, key_len)| cbc(Cbc { name, key_len });
    let session = Keyed { is_required: false, ..aead(XOODYAK) };
    let unauthenticated = CBCS.into_iter().map(cbc).chain(CTRS.into_iter().map(ctr));
    let ciphers = sealing().map(aead).chain(unauthenticated).chain([session]);
    let hashes = BLAKE2BS.into_iter().map(blake2b).chain([blake3]);
    MACS.into_iter().map(mac).chain(hkdf).chain(hashes).chain(ciphers).collect()
}

impl Keyed {
    fn key(&self) -> Vec<u8> {
        oracle::bytes("key", self.generated_len)
    }

    /// The option set that a state needs.
    fn options(&self, c: &mut Case) -> Option<Handle> {
        (self.nonce_len > 0).then(|| c.nonce(oracle::bytes("nonce", self.nonce_len)))
    }
}

/// Every algorithm of the suite, but the password hashes.
fn names() -> Vec<String> {
    keyed().into_iter().map(|keyed| keyed.name).chain(keyless().map(str::to_owned)).collect()
}

/// Every hash function that takes no key.
pub(crate) fn keyless() -> impl Iterator<Item = &'static str> {
    HASHES.into_iter().filter(|hash| !BLAKE2BS.contains(hash)).map(|(name, _)| name).chain(XOFS)
}

/// A case about one algorithm.
fn case(area: &str, algorithm: &str, behaviour: &str, requirements: &[&str]) -> Case {
    Case::new(format!("symmetric/{area}/{algorithm}/{behaviour}"), requirements).algorithm(algorithm)
}

/// Whether the nonces of an algorithm can have so many bytes.
pub(crate) fn takes_nonce(algorithm: &str, len: usize) -> bool {
    let aead = AEADS.iter().find(|aead| aead.name == algorithm);
    aead.is_none_or(|aead| aead.nonce_len as usize == len)
}

/// A tag that is not right (C2).
pub(crate) fn bad_tag() -> Expect {
    Expect::only(InvalidTag).or_warn([VerificationFailed])
}

/// More output than the algorithm has.
pub(crate) fn too_long() -> Expect {
    Expect::only(InvalidLength).or_info([Overflow, AlgorithmFailure])
}

/// An operation that the algorithm does not have (C1).
pub(crate) fn not_defined() -> Expect {
    Expect::only(InvalidOperation).or_info([UnsupportedFeature])
}
