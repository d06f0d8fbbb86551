//! The symmetric part of the interface (requirements SYM-*, and ALG-* of its algorithms), and its published vectors.
//!
//! Results are compared with those of RustCrypto (`oracle.rs`), which is not the backend of this project's host.

mod absorb;
mod clone;
mod decrypt;
mod encrypt;
mod hash;
mod hkdf;
mod key;
mod mac;
mod model;
mod names;
mod nonce;
mod optional;
mod oracle;
mod overlap;
mod password;
mod pattern;
mod sizes;
mod state;
mod tag;

use wasi_crypto_interface::Errno::{
    AlgorithmFailure, InvalidLength, InvalidOperation, InvalidTag, Overflow, UnsupportedFeature, VerificationFailed,
};

use crate::case::{Case, Expect, Handle};

pub(super) fn cases() -> Vec<Case> {
    let areas = [
        absorb::cases(),
        clone::cases(),
        decrypt::cases(),
        encrypt::cases(),
        hash::cases(),
        hkdf::cases(),
        key::cases(),
        mac::cases(),
        model::cases(),
        names::cases(),
        nonce::cases(),
        optional::cases(),
        overlap::cases(),
        password::cases(),
        pattern::cases(),
        sizes::cases(),
        state::cases(),
        tag::cases(),
        crate::vectors::symmetric(),
    ];
    areas.into_iter().flatten().collect()
}

const HASHES: [(&str, u32); 4] = [("SHA-256", 32), ("SHA-384", 48), ("SHA-512", 64), ("SHA-512/256", 32)];

const MACS: [(&str, u32); 3] = [("HMAC/SHA-256", 32), ("HMAC/SHA-384", 48), ("HMAC/SHA-512", 64)];

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

const AEADS: [Aead; 4] = [
    Aead { name: "AES-128-GCM", key_len: 16, nonce_len: 12 },
    Aead { name: "AES-256-GCM", key_len: 32, nonce_len: 12 },
    Aead { name: "CHACHA20-POLY1305", key_len: 32, nonce_len: 12 },
    Aead { name: "XCHACHA20-POLY1305", key_len: 32, nonce_len: 24 },
];

const TAG_LEN: u32 = 16;

impl Aead {
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
}

#[derive(Clone, Copy, PartialEq)]
enum Sizes {
    Exactly(u32),
    AtLeast(u32),
}

fn keyed() -> Vec<Keyed> {
    let any = |(name, len): (&str, u32)| Keyed { name: name.into(), generated_len: len, sizes: Sizes::AtLeast(0) };
    let extract = |(hash, len): (&str, u32)| any((&format!("HKDF-EXTRACT/{hash}"), len));
    let expand = |(hash, len): (&str, u32)| Keyed {
        name: format!("HKDF-EXPAND/{hash}"),
        generated_len: len,
        sizes: Sizes::AtLeast(len),
    };
    let aead =
        |aead: Aead| Keyed { name: aead.name.into(), generated_len: aead.key_len, sizes: Sizes::Exactly(aead.key_len) };
    let hkdf = HKDFS.into_iter().flat_map(|hash| [extract(hash), expand(hash)]);
    MACS.into_iter().map(any).chain(hkdf).chain(AEADS.into_iter().map(aead)).collect()
}

impl Keyed {
    fn key(&self) -> Vec<u8> {
        oracle::bytes("key", self.generated_len)
    }

    fn aead(&self) -> Option<Aead> {
        AEADS.into_iter().find(|aead| aead.name == self.name)
    }

    /// The option set that a state needs.
    fn options(&self, c: &mut Case) -> Option<Handle> {
        self.aead().map(|aead| c.nonce(aead.nonce()))
    }
}

/// A case about one algorithm.
fn case(area: &str, algorithm: &str, behaviour: &str, requirements: &[&str]) -> Case {
    Case::new(format!("symmetric/{area}/{algorithm}/{behaviour}"), requirements).algorithm(algorithm)
}

/// The requirement by which a host has the algorithm, if the specification knows it.
pub(crate) fn asked_for(algorithm: &str) -> Option<&'static str> {
    Some(match algorithm {
        "SHA-256" => "ALG-REQ-SHA-256",
        "SHA-512" => "ALG-REQ-SHA-512",
        "SHA-512/256" => "ALG-REQ-SHA-512_256",
        "HMAC/SHA-256" => "ALG-REQ-HMAC_SHA-256",
        "HMAC/SHA-512" => "ALG-REQ-HMAC_SHA-512",
        "HKDF-EXTRACT/SHA-256" => "ALG-REQ-HKDF-EXTRACT_SHA-256",
        "HKDF-EXTRACT/SHA-512" => "ALG-REQ-HKDF-EXTRACT_SHA-512",
        "HKDF-EXPAND/SHA-256" => "ALG-REQ-HKDF-EXPAND_SHA-256",
        "HKDF-EXPAND/SHA-512" => "ALG-REQ-HKDF-EXPAND_SHA-512",
        "AES-128-GCM" => "ALG-REQ-AES-128-GCM",
        "AES-256-GCM" => "ALG-REQ-AES-256-GCM",
        "CHACHA20-POLY1305" => "ALG-REC-CHACHA20-POLY1305",
        "XCHACHA20-POLY1305" => "ALG-OPT-XCHACHA20-POLY1305",
        _ => return None,
    })
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
