//! What outlives the process that stored it. Each case goes on in a process that has never seen the keys.

use wasi_crypto_interface::Errno::NotFound;
use wasi_crypto_interface::version::LATEST;

use crate::arguments::Data;
use crate::calls::{Encoding, IDENTIFIER_ROOM, Managed};
use crate::capability::Capability;
use crate::case::{Case, Handle, Value, Wide};
use crate::cases::secrets::{
    HMAC_DATA, NEVER, algorithm, case, generated, is_another, is_known, is_later, known_key, rotate,
};

pub(super) fn cases() -> Vec<Case> {
    let each =
        |kind| [generated_key(kind), stored_key(kind), new_version(kind), another_rotates(kind), another_revokes(kind)];
    let mut cases: Vec<Case> = Managed::ALL.into_iter().flat_map(each).collect();
    cases.extend([kept_secret(), new_secret(), another_revokes_the_secret(), sealed_secret()]);
    cases
}

/// Nothing is closed before the process ends.
fn generated_key(kind: Managed) -> Case {
    let mut c = generated(kind, "next-process/generated", &["GEN-001", "FROM-014"], &["SM-CLOSE-006"]);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    dump_id(&mut c, kind, key);
    let works = how_it_works(&mut c, kind, key);
    c.dump(works);
    c.then(move |said| {
        let [id, version, works] = said else { return lost(kind) };
        let mut c = Case::new("generated", &[]);
        let manager = c.secrets_manager();
        for version in [number(version), LATEST] {
            let key = c.key_from_id(kind, manager, id.as_slice(), version);
            works_like(&mut c, kind, key, works);
        }
        c
    })
}

fn stored_key(kind: Managed) -> Case {
    let mut c =
        case(kind, "next-process/stored", &["STORE-003", "FROM-014"], &["SM-CLOSE-006"]).needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    dump_id(&mut c, kind, key);
    c.close(manager);
    c.then(move |said| {
        let [id, version] = said else { return lost(kind) };
        let mut c = Case::new("stored", &[]);
        let manager = c.secrets_manager();
        let key = c.key_from_id(kind, manager, id.as_slice(), number(version));
        is_known(&mut c, kind, key);
        c
    })
}

/// The new version is there, and so is the one before.
fn new_version(kind: Managed) -> Case {
    let mut c = case(kind, "next-process/replaced", &["REPL-005", "REPL-006"], &["KID-VER-004"])
        .needs(Capability::Store(kind))
        .needs(Capability::Replace(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, IDENTIFIER_ROOM);
    dump_id(&mut c, kind, key);
    let (_, second) = rotate(&mut c, kind, manager, key);
    dump_version(&mut c, second);
    c.then(move |said| {
        let [id, first, second] = said else { return lost(kind) };
        let mut c = Case::new("replaced", &[]);
        let manager = c.secrets_manager();
        let key = c.key_from_id(kind, manager, id.as_slice(), number(first));
        is_known(&mut c, kind, key);
        for version in [number(second), LATEST] {
            let key = c.key_from_id(kind, manager, id.as_slice(), version);
            is_another(&mut c, kind, key);
            let (_, version) = c.key_id(kind, key);
            c.equal(version, number(second));
        }
        c
    })
}

/// Versions that one process gives are not given again by the next, and a third one has all of them.
fn another_rotates(kind: Managed) -> Case {
    let mut c = generated(kind, "next-process/rotated-by-each", &["REPL-005", "REPL-006"], &["KID-VER-004"])
        .needs(Capability::Replace(kind));
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    dump_id(&mut c, kind, key);
    let (_, second) = rotate(&mut c, kind, manager, key);
    dump_version(&mut c, second);
    c.then(move |said| {
        let [id, first, second] = said else { return lost(kind) };
        let mut c = Case::new("rotated", &[]);
        let manager = c.secrets_manager();
        let old = c.key_from_id(kind, manager, id.as_slice(), LATEST);
        let (_, third) = rotate(&mut c, kind, manager, old);
        is_later(&mut c, third, number(second));
        dump_version(&mut c, third);
        let (id, first, second) = (id.clone(), number(first), number(second));
        c.then(move |said| {
            let [third] = said else { return lost(kind) };
            let mut c = Case::new("rotated", &[]);
            let manager = c.secrets_manager();
            for version in [first, second, number(third)] {
                let key = c.key_from_id(kind, manager, id.as_slice(), version);
                let (_, same) = c.key_id(kind, key);
                c.equal(same, version);
            }
            let latest = c.key_from_id(kind, manager, id.as_slice(), LATEST);
            let (_, latest) = c.key_id(kind, latest);
            c.equal(latest, number(third));
            c
        })
    })
}

/// What the second process revokes, the third does not find.
fn another_revokes(kind: Managed) -> Case {
    let mut c = generated(kind, "next-process/revoked", &["FROM-015"], &["KID-INV-006", "KID-INV-008", "KID-NF-010"])
        .needs(Capability::Replace(kind))
        .needs(Capability::Revoke);
    let manager = c.secrets_manager();
    let key = c.generate_managed(kind, manager, algorithm(kind));
    dump_id(&mut c, kind, key);
    let (_, second) = rotate(&mut c, kind, manager, key);
    dump_version(&mut c, second);
    c.then(move |said| {
        let [id, first, second] = said else { return lost(kind) };
        let mut c = Case::new("revoked", &[]);
        let manager = c.secrets_manager();
        c.invalidate_key(manager, id.as_slice(), number(second));
        let (id, first, second) = (id.clone(), number(first), number(second));
        c.then(move |_| {
            let mut c = Case::new("revoked", &[]);
            let manager = c.secrets_manager();
            c.expect(NotFound).key_from_id(kind, manager, id.as_slice(), second);
            let key = c.key_from_id(kind, manager, id.as_slice(), first);
            let (_, third) = rotate(&mut c, kind, manager, key);
            is_later(&mut c, third, second);
            c
        })
    })
}

fn kept_secret() -> Case {
    let mut c = secret("stored", &["EXT-STORE-003", "EXT-FROM-010"]);
    let manager = c.secrets_manager();
    let id = c.stored_secret(manager, "a token", NEVER);
    c.dump(id);
    c.then(|said| {
        let mut c = Case::new("stored", &[]);
        let manager = c.secrets_manager();
        let secret = c.secret_from_id(manager, said.concat().as_slice(), LATEST);
        c.pull_eq(secret, "a token");
        c
    })
}

fn new_secret() -> Case {
    let mut c =
        secret("replaced", &["EXT-REPL-009", "EXT-STORE-005", "EXT-FROM-010"]).needs(Capability::ReplaceSecrets);
    let manager = c.secrets_manager();
    let id = c.stored_secret(manager, "a token", NEVER);
    c.dump(id);
    let second = c.secret_replace(manager, "another token", NEVER, id);
    dump_version(&mut c, second);
    c.then(|said| {
        let [id, second] = said else { return lost(Managed::Keypair) };
        let mut c = Case::new("replaced", &[]);
        let manager = c.secrets_manager();
        for version in [LATEST, number(second)] {
            let secret = c.secret_from_id(manager, id.as_slice(), version);
            c.pull_eq(secret, "another token");
        }
        let third = c.secret_replace(manager, "a third", NEVER, id.as_slice());
        is_later(&mut c, third, number(second));
        c
    })
}

fn another_revokes_the_secret() -> Case {
    let mut c = secret("revoked", &["EXT-INV-014", "EXT-NF-015"]).needs(Capability::RevokeSecrets);
    let manager = c.secrets_manager();
    let id = c.stored_secret(manager, "a token", NEVER);
    c.dump(id);
    c.then(|said| {
        let id = said.concat();
        let mut c = Case::new("revoked", &[]);
        let manager = c.secrets_manager();
        c.secret_invalidate(manager, id.as_slice(), LATEST);
        c.then(move |_| {
            let mut c = Case::new("revoked", &[]);
            let manager = c.secrets_manager();
            c.expect(NotFound).secret_from_id(manager, id.as_slice(), LATEST);
            c
        })
    })
}

/// What the guest keeps itself is opened by whoever has its namespace.
fn sealed_secret() -> Case {
    let mut c = Case::new("external-secrets/next-process/sealed", &["EXT-ENC-023", "EXT-DEC-026"])
        .needs(Capability::Manager)
        .needs(Capability::SealSecrets);
    let manager = c.secrets_manager();
    let (sealed, len) = c.secret_seal(manager, "a token", NEVER, 512);
    c.dump((sealed.start(), Value::from(len)));
    c.then(|said| {
        let mut c = Case::new("sealed", &[]);
        let manager = c.secrets_manager();
        let secret = c.secret_unseal(manager, said.concat().as_slice());
        c.pull_eq(secret, "a token");
        c
    })
}

fn secret(behaviour: &str, ids: &[&str]) -> Case {
    Case::new(format!("external-secrets/next-process/{behaviour}"), ids)
        .needs(Capability::Manager)
        .needs(Capability::StoreSecrets)
}

/// Dumps a key's identifier, and its version.
fn dump_id(c: &mut Case, kind: Managed, key: Handle) {
    let (id, version) = c.key_id(kind, key);
    c.dump(id);
    dump_version(c, version);
}

fn dump_version(c: &mut Case, version: Wide) {
    c.dump((version.at(), Value::from(8u32)));
}

/// The public half of a pair, or the tag that a key gives.
fn how_it_works(c: &mut Case, kind: Managed, key: Handle) -> Data {
    let bytes = match kind {
        Managed::Keypair => {
            let public = c.keypair_publickey(key);
            let array = c.export(public, Encoding::Raw);
            c.pull(array, 32).0
        }
        Managed::SymmetricKey => {
            let state = c.state_open(algorithm(kind), Some(key), None);
            c.absorb(state, HMAC_DATA);
            let tag = c.squeeze_tag(state);
            c.tag_pull(tag, 32).0
        }
    };
    bytes.into()
}

fn works_like(c: &mut Case, kind: Managed, key: Handle, works: &[u8]) {
    let now = how_it_works(c, kind, key);
    c.same(now, works);
}

/// A version that was dumped.
fn number(version: &[u8]) -> u64 {
    version.first_chunk().map_or(u64::MAX, |bytes| u64::from_le_bytes(*bytes))
}

/// Fails: the process before has not said what it should have.
fn lost(kind: Managed) -> Case {
    let mut c = Case::new("lost", &[]);
    let manager = c.secrets_manager();
    let _ = c.key_from_id(kind, manager, [0u8], LATEST);
    c
}
