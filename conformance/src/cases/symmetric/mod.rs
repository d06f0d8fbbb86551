//! The symmetric part of the interface (requirements SYM-*, and ALG-* of its algorithms).
//!
//! Results are compared with those of RustCrypto (`oracle.rs`), and with the suite's own where RustCrypto, or whoever else it would be, is the backend of
//! this project's host.

mod absorb;
mod cbc;
mod clone;
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
mod sizes;
mod state;
mod tag;
mod xof;

use wasi_crypto_interface::Errno::{
    AlgorithmFailure, InvalidLength, InvalidOperation, InvalidTag, Overflow, UnsupportedFeature, VerificationFailed,
};

use crate::case::{Case, Expect, Handle};

pub(super) fn cases() -> Vec<Case> {
    let areas = [
        absorb::cases(),
        cbc::cases(),
        clone::cases(),
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
        sizes::cases(),
        state::cases(),
        tag::cases(),
        xof::cases(),
    ];
    areas.into_iter().flatten().collect()
}

/// They take no key.
const SHA_2: [(&str, u32); 4] = [("SHA-256", 32), ("SHA-384", 48), ("SHA-512", 64), ("SHA-512/256", 32)];

/// All of them work without a key.
const HASHES: [(&str, u32); 5] = [SHA_2[0], SHA_2[1], SHA_2[2], SHA_2[3], ("BLAKE2B-512", 64)];

/// Takes a key or none. Its output does not end.
const BLAKE3: &str = "BLAKE3";

const MACS: [(&str, u32); 4] = [("HMAC/SHA-256", 32), ("HMAC/SHA-384", 48), ("HMAC/SHA-512", 64), ("AES-128-CMAC", 16)];

/// The size of a key that every MAC takes.
const MAC_KEY_LEN: u32 = 16;

/// The hashes of HKDF.
const HKDFS: [(&str, u32); 3] = [("SHA-256", 32), ("SHA-384", 48), ("SHA-512", 64)];

const PASSWORD_HASHES: [&str; 2] = ["PBKDF2-SHA-256", "PBKDF2-SHA-512"];

/// A cipher with associated data.
#[derive(Clone, Copy)]
struct Aead {
    name: &'static str,
    key_len: u32,
    nonce_len: u32,
}

const AEADS: [Aead; 6] = [
    Aead { name: "AES-128-GCM", key_len: 16, nonce_len: 12 },
    Aead { name: "AES-256-GCM", key_len: 32, nonce_len: 12 },
    Aead { name: "CHACHA20-POLY1305", key_len: 32, nonce_len: 12 },
    Aead { name: "XCHACHA20-POLY1305", key_len: 32, nonce_len: 24 },
    Aead { name: "AEGIS-256", key_len: 32, nonce_len: 32 },
    Aead { name: "ASCON-AEAD", key_len: 16, nonce_len: 16 },
];

/// A cipher that pads, and has no tag.
const CBC: &str = "AES-256-CBC";

const TAG_LEN: u32 = 16;

impl Aead {
    /// Nonces of this size can be chosen at random (C24).
    fn may_generate_nonce(self) -> bool {
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
        _ => any(name, len),
    };
    let hkdf = HKDFS.into_iter().flat_map(|(hash, len)| {
        let expand = with(&format!("HKDF-EXPAND/{hash}"), len, Sizes::AtLeast(len));
        [any(&format!("HKDF-EXTRACT/{hash}"), len), expand]
    });
    let aead =
        |Aead { name, key_len, nonce_len }: Aead| Keyed { nonce_len, ..with(name, key_len, Sizes::Exactly(key_len)) };
    let others = [
        Keyed { is_required: false, ..with("BLAKE2B-512", 64, Sizes::Between(1, 64)) },
        Keyed { is_required: false, ..with(BLAKE3, 32, Sizes::Exactly(32)) },
        Keyed { nonce_len: 16, absorbs: false, ..with(CBC, 32, Sizes::Exactly(32)) },
    ];
    MACS.into_iter().map(mac).chain(hkdf).chain(AEADS.into_iter().map(aead)).chain(others).collect()
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
    keyed().into_iter().map(|keyed| keyed.name).chain(SHA_2.map(|(name, _)| name.to_owned())).collect()
}

/// A case about one algorithm.
fn case(area: &str, algorithm: &str, behaviour: &str, requirements: &[&str]) -> Case {
    Case::new(format!("symmetric/{area}/{algorithm}/{behaviour}"), requirements).algorithm(algorithm)
}

/// The size in bytes of the nonces of an algorithm.
pub(crate) fn nonce_len(algorithm: &str) -> usize {
    AEADS.iter().find(|aead| aead.name == algorithm).map_or(0, |aead| aead.nonce_len as usize)
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
fn not_defined() -> Expect {
    Expect::only(InvalidOperation).or_info([UnsupportedFeature])
}
