//! Managed keys: how they come to be, and get new versions.

use wasi_crypto_interface::Errno::{
    IncompatibleKeys, InvalidHandle, Overflow, ProhibitedOperation, UnsupportedAlgorithm, UnsupportedFeature,
};
use wasi_crypto_interface::version::{ALL, LATEST};

use crate::args;
use crate::calls::{IDENTIFIER_ROOM, Managed};
use crate::capability::Capability;
use crate::case::{Case, Expect, Kind, Relation, Value};
use crate::cases::secrets::{
    LARGEST, algorithm, case, generated, is_another, is_known, is_later, key_of, known_key, new_key, other_algorithm,
    rotate,
};

pub(super) fn cases() -> Vec<Case> {
    let each = |kind| {
        [
            generate(kind),
            generate_unknown(kind),
            store(kind),
            store_within_little_room(kind),
            store_again(kind),
            replace(kind),
            replaced_keys_are_told_apart(kind),
            replace_by_another_algorithm(kind),
            replace_what_is_not_managed(kind),
            many_versions(kind),
        ]
    };
    Managed::ALL.into_iter().flat_map(each).collect()
}

fn generate(kind: Managed) -> Case {
    let ids = ["KID-ASSIGN-013", "KID-VER-005", "MK-OPAQUE-001", "KID-LIM-011"];
    let mut c = generated(kind, "generate", &["GEN-001", "ID-010", "FROM-014"], &ids);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, version) = c.key_id(kind, key);
    c.number(identifier.len, Relation::AtLeast, 1);
    c.number(version, Relation::AtMost, LARGEST);
    for asked in [version.into(), Value::from(LATEST)] {
        let loaded = c.key_from_id(kind, manager, identifier, asked);
        let (same, same_version) = c.key_id(kind, loaded);
        c.equal(same.len, identifier.len);
        c.same(same, identifier);
        c.equal(same_version, version);
    }
    c
}

fn generate_unknown(kind: Managed) -> Case {
    let mut c = generated(kind, "generate-unknown-algorithm", &["GEN-002"], &[]);
    let manager = c.secrets_manager();
    for name in ["NOTHING/LIKE/IT", ""] {
        let key = c.expect(UnsupportedAlgorithm).generate_managed(kind, manager, name);
        c.untouched(key);
    }
    c
}

fn store(kind: Managed) -> Case {
    let mut c = stored(kind, "store", &["STORE-003", "STORE-004", "ID-010"], &["KID-ASSIGN-013", "KID-VER-005"]);
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let written = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    // The handle is that of the managed key now.
    let (identifier, version) = c.key_id(kind, key);
    c.number(identifier.len, Relation::AtLeast, 1);
    c.same(identifier, (written.start(), identifier.len));
    c.number(version, Relation::AtMost, LARGEST);
    is_known(&mut c, kind, key);
    let loaded = c.key_from_id(kind, manager, identifier, version);
    is_known(&mut c, kind, loaded);
    c
}

fn store_within_little_room(kind: Managed) -> Case {
    let mut c = stored(kind, "store-within-little-room", &["STORE-004"], &["ABI-OUT-007"]);
    let manager = c.secrets_manager();
    let (first, second) = (known_key(&mut c, kind), new_key(&mut c, kind));
    let nothing = c.expect(Overflow).store_managed(kind, manager, first, 0);
    c.untouched(nothing);
    let _ = c.store_managed(kind, manager, first, IDENTIFIER_ROOM);
    let (identifier, _) = c.key_id(kind, first);
    // C31: identifiers of one host could differ in length; one that is longer does not fit either.
    let nothing = c.expect(Overflow).store_managed(kind, manager, second, identifier.len_plus(u32::MAX));
    c.observe().untouched(nothing);
    let _ = c.store_managed(kind, manager, second, IDENTIFIER_ROOM);
    c
}

/// What is managed may be stored once more, or not: the text has nothing about it.
fn store_again(kind: Managed) -> Case {
    let mut c = stored(kind, "store-again", &["STORE-003"], &["MK-REFUSE-004"]);
    let manager = c.secrets_manager();
    let key = new_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    let (identifier, version) = c.key_id(kind, key);
    let expect = Expect::only(ProhibitedOperation).or_info_any_error();
    c.alternative("refused", |c| {
        c.expect(expect).store_managed(kind, manager, key, IDENTIFIER_ROOM);
        let (same, same_version) = c.key_id(kind, key);
        c.same(same, identifier);
        c.equal(same_version, version);
    });
    c.alternative("stored as another key", |c| {
        let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
        let _ = c.key_from_id(kind, manager, identifier, version);
    });
    c
}

fn replace(kind: Managed) -> Case {
    let of_kind = ["REPL-005", "REPL-006", "REPL-008", "FROM-014"];
    let mut c = replaced(kind, "replace", &of_kind, &["KID-VER-004", "KID-VER-005"]);
    let manager = c.secrets_manager();
    let first = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, first_version) = c.key_id(kind, first);
    let (mut old, mut version) = (first, first_version);
    let mut versions = vec![version];
    for _ in 0..3 {
        let (new, new_version) = rotate(&mut c, kind, manager, old);
        is_later(&mut c, new_version, version);
        c.number(new_version, Relation::AtMost, LARGEST);
        let (same, same_version) = c.key_id(kind, new);
        c.same(same, identifier);
        c.equal(same_version, new_version);
        let latest = c.key_from_id(kind, manager, identifier, LATEST);
        let (_, latest) = c.key_id(kind, latest);
        c.equal(latest, new_version);
        c.expect(InvalidHandle).key_id(kind, old);
        (old, version) = (new, new_version);
        versions.push(version);
    }
    for version in versions {
        let loaded = c.key_from_id(kind, manager, identifier, version);
        let (_, same) = c.key_id(kind, loaded);
        c.equal(same, version);
    }
    c
}

fn replaced_keys_are_told_apart(kind: Managed) -> Case {
    let mut c = replaced(kind, "replaced-keys-are-told-apart", &["REPL-005", "REPL-006"], &["KID-ASSIGN-013"])
        .needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let known = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, known, IDENTIFIER_ROOM);
    let (identifier, version) = c.key_id(kind, known);
    let (new, _) = rotate(&mut c, kind, manager, known);
    is_another(&mut c, kind, new);
    let latest = c.key_from_id(kind, manager, identifier, LATEST);
    is_another(&mut c, kind, latest);
    let old = c.key_from_id(kind, manager, identifier, version);
    is_known(&mut c, kind, old);
    // And back: the same key may be a version twice.
    let known = known_key(&mut c, kind);
    let back = c.replace_managed(kind, manager, new, known);
    is_later(&mut c, back, version);
    let latest = c.key_from_id(kind, manager, identifier, LATEST);
    is_known(&mut c, kind, latest);
    c
}

fn replace_by_another_algorithm(kind: Managed) -> Case {
    let mut c = replaced(kind, "replace-by-another-algorithm", &["REPL-007"], &["ABI-OUT-007"])
        .algorithm(other_algorithm(kind));
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let other = key_of(&mut c, kind, other_algorithm(kind));
    let version = c.expect(IncompatibleKeys).replace_managed(kind, manager, key, other);
    c.untouched(version);
    // Both handles stay.
    let (identifier, version) = c.key_id(kind, key);
    let latest = c.key_from_id(kind, manager, identifier, LATEST);
    let (_, latest) = c.key_id(kind, latest);
    c.equal(latest, version);
    c.close(other);
    c
}

/// Without a managed key there is nothing to replace.
fn replace_what_is_not_managed(kind: Managed) -> Case {
    let mut c = replaced(kind, "replace-what-is-not-managed", &["REPL-009"], &[]);
    let manager = c.secrets_manager();
    let (old, new) = (known_key(&mut c, kind), new_key(&mut c, kind));
    let version =
        c.expect(Expect::only(UnsupportedFeature).or_info_any_error()).replace_managed(kind, manager, old, new);
    c.untouched(version);
    is_known(&mut c, kind, old);
    c
}

/// Versions until there are too many; a limit is a choice of the host.
fn many_versions(kind: Managed) -> Case {
    const MANY: u32 = 2000;
    let ids = ["KID-LIM-011", "KID-LIM-012"];
    let mut c = replaced(kind, "many-versions", &[], &ids).needs(Capability::Revoke).kind(Kind::Stress);
    let manager = c.secrets_manager();
    let (key, new) = (c.generate_managed(kind, manager, algorithm(kind)), c.size_slot());
    let (identifier, _) = c.key_id(kind, key);
    let (version, name, none) = (c.wide_slot(), c.data(algorithm(kind)), c.optional(None));
    c.repeat(MANY, |c| {
        match kind {
            Managed::Keypair => c.call("keypair_generate", args![0, name, none, new.at()]),
            Managed::SymmetricKey => c.call("symmetric_key_generate", args![name, none, new.at()]),
        }
        let function = format!("{}_replace_managed", kind.name());
        c.stop_at(Overflow).call(&function, args![manager, key, new, version.at()]);
        c.copy(key.at(), (new.at(), 4));
    });
    c.number(Value::Round, Relation::AtLeast, 1);
    c.observe().number(Value::Round, Relation::AtMost, MANY - 1);
    // What is there still works, and nothing else is in the way.
    let latest = c.key_from_id(kind, manager, identifier, LATEST);
    let (_, latest) = c.key_id(kind, latest);
    c.equal(latest, version);
    let _ = c.generate_managed(kind, manager, algorithm(kind));
    c.invalidate_key(manager, identifier, ALL);
    c
}

/// A case with keys from outside.
fn stored(kind: Managed, behaviour: &str, of_kind: &[&str], others: &[&str]) -> Case {
    case(kind, behaviour, of_kind, others).needs(Capability::Store(kind))
}

/// A case with keys that get new versions.
fn replaced(kind: Managed, behaviour: &str, of_kind: &[&str], others: &[&str]) -> Case {
    generated(kind, behaviour, of_kind, others).needs(Capability::Replace(kind))
}
