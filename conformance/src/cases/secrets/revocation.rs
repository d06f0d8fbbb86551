//! Managed keys that are revoked.

use wasi_crypto_interface::Errno::NotFound;
use wasi_crypto_interface::version::{ALL, LATEST, UNSPECIFIED};

use crate::calls::{Identifier, Managed};
use crate::capability::Capability;
use crate::case::{Case, Expect, Handle, Wide};
use crate::cases::secrets::{algorithm, generated, is_later, rotate};

pub(super) fn cases() -> Vec<Case> {
    let each = |kind| {
        [
            one_version(kind),
            through_another_manager(kind),
            latest(kind),
            all(kind),
            versions_do_not_come_back(kind),
            unspecified(kind),
        ]
    };
    Managed::ALL.into_iter().flat_map(each).collect()
}

fn one_version(kind: Managed) -> Case {
    let (mut c, Key { manager, identifier, versions: [first, second, third], .. }) = key(kind, "invalidate-a-version");
    c.invalidate_key(manager, identifier, second);
    c.expect(NotFound).key_from_id(kind, manager, identifier, second);
    c.expect(NotFound).invalidate_key(manager, identifier, second);
    for version in [first, third] {
        let _ = c.key_from_id(kind, manager, identifier, version);
    }
    latest_is(&mut c, kind, manager, identifier, third);
    c
}

/// What is revoked through one manager, no other finds.
fn through_another_manager(kind: Managed) -> Case {
    let (mut c, Key { manager, identifier, versions: [first, second, third], .. }) =
        key(kind, "invalidate-through-another-manager");
    let other = c.secrets_manager();
    let _ = c.key_from_id(kind, other, identifier, second);
    c.invalidate_key(manager, identifier, second);
    c.expect(NotFound).key_from_id(kind, other, identifier, second);
    for version in [first, third] {
        let _ = c.key_from_id(kind, other, identifier, version);
    }
    c
}

fn latest(kind: Managed) -> Case {
    let (mut c, Key { manager, identifier, versions: [first, second, third], .. }) = key(kind, "invalidate-latest");
    c.invalidate_key(manager, identifier, LATEST);
    c.expect(NotFound).key_from_id(kind, manager, identifier, third);
    for version in [first, second] {
        let _ = c.key_from_id(kind, manager, identifier, version);
    }
    // What is the latest now, the text leaves open.
    c.alternative("the version before is the latest", |c| {
        latest_is(c, kind, manager, identifier, second);
        c.invalidate_key(manager, identifier, LATEST);
        latest_is(c, kind, manager, identifier, first);
        c.invalidate_key(manager, identifier, LATEST);
        c.expect(NotFound).key_from_id(kind, manager, identifier, LATEST);
        c.expect(NotFound).invalidate_key(manager, identifier, LATEST);
    });
    c.alternative("there is no latest", |c| {
        c.expect(NotFound).key_from_id(kind, manager, identifier, LATEST);
    });
    c
}

fn all(kind: Managed) -> Case {
    let (mut c, Key { manager, identifier, versions, .. }) = key(kind, "invalidate-all");
    c.invalidate_key(manager, identifier, ALL);
    for version in versions {
        c.expect(NotFound).key_from_id(kind, manager, identifier, version);
        c.expect(NotFound).invalidate_key(manager, identifier, version);
    }
    for version in [LATEST, ALL] {
        c.expect(NotFound).key_from_id(kind, manager, identifier, version);
        c.expect(NotFound).invalidate_key(manager, identifier, version);
    }
    c
}

/// The number of a revoked version is not given a second time.
fn versions_do_not_come_back(kind: Managed) -> Case {
    let (mut c, Key { manager, identifier, versions: [.., third], handle }) = key(kind, "invalidated-is-not-reused");
    c.invalidate_key(manager, identifier, LATEST);
    let (_, fourth) = rotate(&mut c, kind, manager, handle);
    is_later(&mut c, fourth, third);
    c.expect(NotFound).key_from_id(kind, manager, identifier, third);
    latest_is(&mut c, kind, manager, identifier, fourth);
    c
}

fn unspecified(kind: Managed) -> Case {
    let (mut c, Key { manager, identifier, versions, .. }) = key(kind, "invalidate-unspecified");
    let expect = Expect::only(NotFound).or_info_any_error();
    for version in [UNSPECIFIED, u64::MAX] {
        c.expect(expect).invalidate_key(manager, identifier, version);
    }
    for version in versions {
        let _ = c.key_from_id(kind, manager, identifier, version);
    }
    c
}

/// A managed key of three versions.
struct Key {
    manager: Handle,
    identifier: Identifier,
    versions: [Wide; 3],
    /// Of the newest version.
    handle: Handle,
}

fn key(kind: Managed, behaviour: &str) -> (Case, Key) {
    let ids = ["KID-INV-006", "KID-INV-008", "KID-INV-009", "KID-NF-010"];
    let mut c =
        generated(kind, behaviour, &["FROM-015"], &ids).needs(Capability::Replace(kind)).needs(Capability::Revoke);
    let manager = c.secrets_manager();
    let first = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, first_version) = c.key_id(kind, first);
    let (second, second_version) = rotate(&mut c, kind, manager, first);
    let (handle, third_version) = rotate(&mut c, kind, manager, second);
    (c, Key { manager, identifier, versions: [first_version, second_version, third_version], handle })
}

fn latest_is(c: &mut Case, kind: Managed, manager: Handle, identifier: Identifier, version: Wide) {
    let latest = c.key_from_id(kind, manager, identifier, LATEST);
    let (_, latest) = c.key_id(kind, latest);
    c.equal(latest, version);
}
