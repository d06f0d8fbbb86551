//! The identifiers and versions of managed keys: what they are, and what is found by them.

use sha2::{Digest, Sha256, Sha512};
use wasi_crypto_interface::Errno::{NotFound, Overflow, UnsupportedFeature};
use wasi_crypto_interface::version::{ALL, LATEST, UNSPECIFIED};

use crate::arguments::Data;
use crate::calls::{IDENTIFIER_ROOM, Managed};
use crate::capability::Capability;
use crate::case::{Case, Expect};
use crate::cases::fixture::ED25519_KEYPAIR;
use crate::cases::secrets::{HMAC_KEY, LARGEST, algorithm, case, generated, known_key};

pub(super) fn cases() -> Vec<Case> {
    let each = |kind| {
        [
            unique(kind),
            not_deterministic(kind),
            no_hash(kind),
            of_an_unmanaged_key(kind),
            within_little_room(kind),
            special_versions(kind),
            unknown(kind),
            of_another_length(kind),
            of_another_kind(kind),
        ]
    };
    Managed::ALL.into_iter().flat_map(each).collect()
}

fn unique(kind: Managed) -> Case {
    let mut c = generated(kind, "id-is-unique", &["GEN-001"], &["KID-UNIQ-001", "KID-DET-002"]);
    let manager = c.secrets_manager();
    let mut before: Vec<Data> = Vec::new();
    for _ in 0..4 {
        let key = c.generate_managed(kind, manager, algorithm(kind));
        let (identifier, _) = c.key_id(kind, key);
        for other in &before {
            c.differ(identifier, other.clone());
        }
        before.push(identifier.into());
    }
    c
}

/// One key, stored twice, has two identifiers.
fn not_deterministic(kind: Managed) -> Case {
    let mut c = case(kind, "id-is-not-deterministic", &["STORE-003"], &["KID-DET-002", "KID-UNIQ-001"])
        .needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let keys = [known_key(&mut c, kind), known_key(&mut c, kind)];
    for key in keys {
        let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    }
    let [(first, _), (second, _)] = keys.map(|key| c.key_id(kind, key));
    c.differ(first, second);
    c
}

/// No hash that is easy to think of; none at all, if the one before holds.
fn no_hash(kind: Managed) -> Case {
    let mut c =
        case(kind, "id-is-no-hash", &["STORE-003"], &["KID-HASH-003", "KID-DET-002"]).needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    let (identifier, _) = c.key_id(kind, key);
    c.dump(identifier);
    c.oracle(move |dumps| {
        let parts: &[&[u8]] = match kind {
            Managed::Keypair => &[&ED25519_KEYPAIR, &ED25519_KEYPAIR[..32], &ED25519_KEYPAIR[32..]],
            Managed::SymmetricKey => &[&HMAC_KEY],
        };
        for part in parts {
            for image in [part.to_vec(), Sha256::digest(part).to_vec(), Sha512::digest(part).to_vec()] {
                let len = image.len().min(dumps[0].len());
                if len >= 8 && image[..len] == dumps[0][..len] {
                    return Err("the identifier follows from the key".to_owned());
                }
            }
        }
        Ok(())
    })
}

/// C32: the text has both.
fn of_an_unmanaged_key(kind: Managed) -> Case {
    let area = if kind == Managed::Keypair { "MF-KP" } else { "MF-SYMK" };
    let ids = [format!("{area}-ID-011"), format!("{area}-ID-012")];
    let mut c = Case::new(format!("managed/{}/id-of-an-unmanaged-key", kind.name()), &ids.each_ref().map(|id| &**id))
        .algorithm(algorithm(kind));
    let key = known_key(&mut c, kind);
    c.alternative("the version is unspecified", |c| {
        let (identifier, version) = c.key_id(kind, key);
        c.equal(version, UNSPECIFIED);
        c.observe().equal(identifier.len, 0);
        let (_, version) = c.key_id_within(kind, key, 0);
        c.equal(version, UNSPECIFIED);
    });
    c.alternative("refused", |c| {
        let (_, version) = c.expect(UnsupportedFeature).key_id(kind, key);
        c.untouched(version);
    });
    c
}

fn within_little_room(kind: Managed) -> Case {
    let mut c = generated(kind, "id-within-little-room", &["ID-013", "ID-010"], &["ABI-OUT-007"]);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, version) = c.key_id(kind, key);
    for room in [0.into(), identifier.len_plus(u32::MAX)] {
        let (nothing, no_version) = c.expect(Overflow).key_id_within(kind, key, room);
        c.observe().untouched(nothing.bytes);
        c.observe().untouched(no_version);
    }
    let (exactly, same_version) = c.key_id_within(kind, key, identifier.len);
    c.same(exactly, identifier);
    c.equal(same_version, version);
    c
}

/// `latest` apart, no version stands for another one.
fn special_versions(kind: Managed) -> Case {
    let mut c = generated(kind, "from-id-of-special-versions", &["FROM-014"], &["KID-VER-005"]);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, _) = c.key_id(kind, key);
    for version in [ALL, UNSPECIFIED, ALL + 1, u64::MAX] {
        let expect = Expect::only(NotFound).or_info_any_error();
        let nothing = c.expect(expect).key_from_id(kind, manager, identifier, version);
        c.untouched(nothing);
    }
    c
}

fn unknown(kind: Managed) -> Case {
    let mut c =
        generated(kind, "from-id-of-nothing", &["FROM-015"], &["KID-NF-010", "KID-INV-009", "ERR-NOTFOUND-027"])
            .needs(Capability::Revoke);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, _) = c.key_id(kind, key);
    // A version that is not there.
    c.expect(NotFound).key_from_id(kind, manager, identifier, LARGEST);
    c.expect(NotFound).invalidate_key(manager, identifier, LARGEST);
    // An identifier that is not there.
    let other = c.buffer_with([0x5a; IDENTIFIER_ROOM as usize]);
    for version in [0, 1, LATEST] {
        let other = (other.start(), identifier.len);
        c.expect(NotFound).key_from_id(kind, manager, other, version);
        c.expect(NotFound).invalidate_key(manager, other, version);
    }
    let _ = c.key_from_id(kind, manager, identifier, LATEST);
    c
}

fn of_another_length(kind: Managed) -> Case {
    let mut c = generated(kind, "from-id-of-another-length", &["FROM-015"], &["KID-NF-010", "KID-INV-009"])
        .needs(Capability::Revoke);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, _) = c.key_id(kind, key);
    for len in [0.into(), 1.into(), identifier.len_plus(u32::MAX), identifier.len_plus(1), IDENTIFIER_ROOM.into()] {
        // The text has no other error for what finds nothing, and could not mind one.
        let expect = Expect::only(NotFound).or_info_any_error();
        c.expect(expect).key_from_id(kind, manager, identifier.of_len(len), LATEST);
        c.expect(expect).invalidate_key(manager, identifier.of_len(len), ALL);
    }
    let _ = c.key_from_id(kind, manager, identifier, LATEST);
    c
}

/// A key is not found as one of the other kind.
fn of_another_kind(kind: Managed) -> Case {
    let other = if kind == Managed::Keypair { Managed::SymmetricKey } else { Managed::Keypair };
    let mut c = generated(kind, "from-id-of-another-kind", &["FROM-015"], &["KID-NF-010", "SEC-TYPE-001"]);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, version) = c.key_id(kind, key);
    for version in [version.into(), crate::case::Value::from(LATEST)] {
        let expect = Expect::only(NotFound).or_info_any_error();
        let nothing = c.expect(expect).key_from_id(other, manager, identifier, version);
        c.untouched(nothing);
    }
    c
}
