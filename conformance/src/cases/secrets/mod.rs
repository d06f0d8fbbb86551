//! Managed keys and external secrets (requirements SM-*, MK-*, KID-*, MF-*, EXT-*).
//!
//! Guests may find in the namespace what others left there, and leave there what they made: no case depends on it.

mod asking;
mod durable;
mod external;
mod identifiers;
mod managed_keys;
mod managed_use;
mod manager;
mod misuse;
mod revocation;

pub(crate) use asking::ask;

use wasi_crypto_interface::AlgorithmType;

use crate::calls::{Encoding, KeyKind, Managed};
use crate::capability::Capability;
use crate::case::{Case, Handle, Relation, Value, Wide};
use crate::cases::fixture::ED25519_KEYPAIR;

pub(super) fn cases() -> Vec<Case> {
    let areas = [
        manager::cases(),
        managed_keys::cases(),
        identifiers::cases(),
        revocation::cases(),
        managed_use::cases(),
        external::cases(),
        misuse::cases(),
        durable::cases(),
    ];
    areas.into_iter().flatten().collect()
}

/// When secrets expire that shall not: the year 2100.
pub(crate) const NEVER: u64 = 4_102_444_800;

/// The largest version that is not reserved.
const LARGEST: u64 = 0xfeff_ffff_ffff_ffff;

/// The algorithm of the keys that are managed.
pub(crate) fn algorithm(kind: Managed) -> &'static str {
    match kind {
        Managed::Keypair => "Ed25519",
        Managed::SymmetricKey => "HMAC/SHA-256",
    }
}

/// Another algorithm of the same kind.
fn other_algorithm(kind: Managed) -> &'static str {
    match kind {
        Managed::Keypair => "ECDSA_P256_SHA256",
        Managed::SymmetricKey => "HMAC/SHA-512",
    }
}

/// The key of RFC 4231, section 4.2, the data, and their tag.
const HMAC_KEY: [u8; 20] = [0x0b; 20];
const HMAC_DATA: &str = "Hi There";
const HMAC_TAG: [u8; 32] = [
    0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b, 0xf1, 0x2b, 0x88, 0x1d, 0xc2,
    0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c, 0x2e, 0x32, 0xcf, 0xf7,
];

/// A case about a kind of managed keys; the requirements are named without what they begin with for one kind.
fn case(kind: Managed, behaviour: &str, of_kind: &[&str], others: &[&str]) -> Case {
    let area = match kind {
        Managed::Keypair => "MF-KP",
        Managed::SymmetricKey => "MF-SYMK",
    };
    let of_kind: Vec<String> = of_kind.iter().map(|id| format!("{area}-{id}")).collect();
    let ids: Vec<&str> = of_kind.iter().map(String::as_str).chain(others.iter().copied()).collect();
    Case::new(format!("managed/{}/{behaviour}", kind.name()), &ids)
        .algorithm(algorithm(kind))
        .needs(Capability::Manager)
}

/// The same, with keys that the host makes.
fn generated(kind: Managed, behaviour: &str, of_kind: &[&str], others: &[&str]) -> Case {
    case(kind, behaviour, of_kind, others).needs(Capability::Generate(kind))
}

/// A key that is not managed, and that is known.
pub(crate) fn known_key(c: &mut Case, kind: Managed) -> Handle {
    match kind {
        Managed::Keypair => {
            c.import(KeyKind::Keypair, AlgorithmType::Signatures, algorithm(kind), ED25519_KEYPAIR, Encoding::Raw)
        }
        Managed::SymmetricKey => c.key_import(algorithm(kind), HMAC_KEY),
    }
}

/// A random key that is not managed.
pub(crate) fn new_key(c: &mut Case, kind: Managed) -> Handle {
    key_of(c, kind, algorithm(kind))
}

fn key_of(c: &mut Case, kind: Managed, algorithm: &str) -> Handle {
    match kind {
        Managed::Keypair => c.keypair_generate(AlgorithmType::Signatures, algorithm),
        Managed::SymmetricKey => c.key_generate(algorithm),
    }
}

/// Checks that a key works as the known one does.
fn is_known(c: &mut Case, kind: Managed, key: Handle) {
    match kind {
        Managed::Keypair => {
            let public = c.keypair_publickey(key);
            c.export_eq(public, Encoding::Raw, &ED25519_KEYPAIR[32..]);
        }
        Managed::SymmetricKey => {
            let state = c.state_open(algorithm(kind), Some(key), None);
            c.absorb(state, HMAC_DATA);
            c.squeeze_tag_eq(state, HMAC_TAG);
        }
    }
}

/// Checks that a key does not work as the known one does.
fn is_another(c: &mut Case, kind: Managed, key: Handle) {
    let (bytes, known) = match kind {
        Managed::Keypair => {
            let public = c.keypair_publickey(key);
            let array = c.export(public, Encoding::Raw);
            (c.pull(array, 32).0, &ED25519_KEYPAIR[32..])
        }
        Managed::SymmetricKey => {
            let state = c.state_open(algorithm(kind), Some(key), None);
            c.absorb(state, HMAC_DATA);
            let tag = c.squeeze_tag(state);
            (c.tag_pull(tag, 32).0, &HMAC_TAG[..])
        }
    };
    c.differ(bytes, known);
}

/// Replaces a key by a new one: the handle of that, and its version.
fn rotate(c: &mut Case, kind: Managed, manager: Handle, old: Handle) -> (Handle, Wide) {
    let new = new_key(c, kind);
    let version = c.replace_managed(kind, manager, old, new);
    (new, version)
}

/// Checks that one version comes after another one.
fn is_later(c: &mut Case, later: impl Into<Value>, earlier: impl Into<Value>) {
    let (later, earlier) = (later.into(), earlier.into());
    c.number(later, Relation::AtLeast, earlier);
    c.number(later, Relation::NotEqual, earlier);
}
