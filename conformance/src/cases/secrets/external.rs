//! External secrets: kept by the host, or encrypted for the guest to keep.

use wasi_crypto_interface::Errno::{Expired, NotFound, Overflow, Success, VerificationFailed};
use wasi_crypto_interface::version::{ALL, LATEST, UNSPECIFIED};

use crate::args;
use crate::calls::{IDENTIFIER_ROOM, Identifier, Managed};
use crate::capability::Capability;
use crate::case::{Buffer, Case, Expect, Handle, Kind, Relation, Size, Value, Wide};
use crate::cases::secrets::{LARGEST, NEVER, algorithm, is_later};

pub(super) fn cases() -> Vec<Case> {
    vec![
        store(),
        store_within_little_room(),
        unique(),
        empty(),
        expired(),
        replace(),
        many_versions(),
        special_versions(),
        unknown(),
        of_another_length(),
        not_a_key(),
        invalidate_version(),
        invalidate_latest(),
        invalidate_all(),
        seal(),
        sealed_twice(),
        sealed_and_expired(),
        changed_bytes(),
        spliced(),
        not_sealed(),
    ]
}

/// A time that has passed: the second one of 1970.
const PAST: u64 = 1;

fn store() -> Case {
    let mut c = stored("store", &["EXT-STORE-003", "EXT-STORE-006", "EXT-FROM-010", "EXT-STORE-007"]);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "a token", NEVER);
    c.number(identifier.len, Relation::AtLeast, 1);
    c.number(identifier.len, Relation::AtMost, IDENTIFIER_ROOM);
    let other = c.secrets_manager();
    // A copy, as often as it is asked for.
    for manager in [manager, manager, other] {
        let secret = c.secret_from_id(manager, identifier, LATEST);
        c.pull_eq(secret, "a token");
    }
    c
}

fn store_within_little_room() -> Case {
    let mut c = stored("store-within-little-room", &["EXT-STORE-006", "ABI-OUT-007"]);
    let manager = c.secrets_manager();
    let nothing = c.expect(Overflow).secret_store(manager, "a token", NEVER, 0);
    c.untouched(nothing);
    let identifier = c.stored_secret(manager, "a token", NEVER);
    let nothing = c.expect(Overflow).secret_store(manager, "a token", NEVER, identifier.len_plus(u32::MAX));
    c.observe().untouched(nothing);
    c
}

fn unique() -> Case {
    let mut c = stored("id-is-unique", &["EXT-STORE-003", "EXT-STORE-004"]);
    let manager = c.secrets_manager();
    let secrets = [(); 3].map(|()| c.secret_store(manager, "a token", NEVER, IDENTIFIER_ROOM));
    let [first, second, third] = secrets;
    c.differ(first, second);
    c.differ(second, third);
    c.differ(first, third);
    c
}

/// The text asks for no bytes in a secret.
fn empty() -> Case {
    let mut c = stored("empty", &["EXT-STORE-003", "EXT-FROM-010"]);
    let manager = c.secrets_manager();
    c.alternative("kept", |c| {
        let identifier = c.stored_secret(manager, "", NEVER);
        let secret = c.secret_from_id(manager, identifier, LATEST);
        c.pull_eq(secret, "");
    });
    c.alternative("refused", |c| {
        c.expect(Expect::any_error()).secret_store(manager, "", NEVER, IDENTIFIER_ROOM);
    });
    c
}

/// Without an end in the future, a secret is of no use; whether it is taken at all, the text leaves open.
fn expired() -> Case {
    let ids = ["EXT-STORE-007", "EXT-FROM-011", "EXT-FROM-012", "MK-EXPIRED-007"];
    let mut c = stored("expired", &ids);
    let manager = c.secrets_manager();
    c.alternative("stored", |c| {
        for expires in [PAST, 0] {
            let identifier = c.stored_secret(manager, "a token", expires);
            // It may be deleted at once.
            let expect = Expect::any_of([Expired, NotFound]);
            let nothing = c.expect(expect).secret_from_id(manager, identifier, LATEST);
            c.untouched(nothing);
        }
    });
    c.alternative("refused", |c| {
        c.expect(Expect::any_error()).secret_store(manager, "a token", PAST, IDENTIFIER_ROOM);
    });
    c
}

fn replace() -> Case {
    let mut c = replaced("replace", &["EXT-REPL-009", "EXT-STORE-005", "EXT-FROM-010"]);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "the first", NEVER);
    let second = c.secret_replace(manager, "the second one", NEVER, identifier);
    let third = c.secret_replace(manager, "the third", NEVER, identifier);
    is_later(&mut c, third, second);
    c.number(third, Relation::AtMost, LARGEST);
    for (version, secret) in [(second.into(), "the second one"), (third.into(), "the third"), (latest(), "the third")] {
        let array = c.secret_from_id(manager, identifier, version);
        c.pull_eq(array, secret);
    }
    c
}

/// Versions until there are too many; a limit is a choice of the host.
fn many_versions() -> Case {
    const MANY: u32 = 2000;
    let ids = ["EXT-LIM-016", "EXT-LIM-017", "EXT-STORE-005"];
    let mut c = replaced("many-versions", &ids).needs(Capability::RevokeSecrets).kind(Kind::Stress);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "a token", NEVER);
    let (secret, version) = (c.data("another token"), c.wide_slot());
    c.repeat(MANY, |c| {
        c.stop_at(Overflow);
        c.call("external_secret_replace", args![manager, secret, NEVER, identifier, version.at()]);
    });
    c.number(Value::Round, Relation::AtLeast, 1);
    c.observe().number(Value::Round, Relation::AtMost, MANY - 1);
    let array = c.secret_from_id(manager, identifier, version);
    c.pull_eq(array, "another token");
    let _ = c.stored_secret(manager, "a token", NEVER);
    c.secret_invalidate(manager, identifier, ALL);
    c
}

fn special_versions() -> Case {
    let mut c = stored("from-id-of-special-versions", &["EXT-STORE-005", "EXT-FROM-011"]);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "a token", NEVER);
    for version in [ALL, UNSPECIFIED, ALL + 1, u64::MAX] {
        let expect = Expect::only(NotFound).or_info_any_error();
        let nothing = c.expect(expect).secret_from_id(manager, identifier, version);
        c.untouched(nothing);
    }
    c
}

fn unknown() -> Case {
    let mut c = replaced("from-id-of-nothing", &["EXT-NF-015", "EXT-FROM-011"]).needs(Capability::RevokeSecrets);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "a token", NEVER);
    c.expect(NotFound).secret_from_id(manager, identifier, LARGEST);
    c.expect(NotFound).secret_invalidate(manager, identifier, LARGEST);
    let other = c.buffer_with([0x5a; IDENTIFIER_ROOM as usize]);
    let other = (other.start(), identifier.len);
    for version in [0, 1, LATEST] {
        c.expect(NotFound).secret_from_id(manager, other, version);
        c.expect(NotFound).secret_invalidate(manager, other, version);
    }
    let version = c.expect(NotFound).secret_replace(manager, "a token", NEVER, other);
    c.untouched(version);
    c
}

fn of_another_length() -> Case {
    let mut c = replaced("from-id-of-another-length", &["EXT-NF-015"]).needs(Capability::RevokeSecrets);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "a token", NEVER);
    for len in [0.into(), 1.into(), identifier.len_plus(u32::MAX), identifier.len_plus(1), IDENTIFIER_ROOM.into()] {
        // The text has no other error for what finds nothing, and could not mind one.
        let expect = Expect::only(NotFound).or_info_any_error();
        let other = identifier.of_len(len);
        c.expect(expect).secret_from_id(manager, other.clone(), LATEST);
        c.expect(expect).secret_invalidate(manager, other.clone(), ALL);
        c.expect(expect).secret_replace(manager, "a token", NEVER, other);
    }
    let secret = c.secret_from_id(manager, identifier, LATEST);
    c.pull_eq(secret, "a token");
    c
}

/// Secrets are not found as keys, nor keys as secrets.
fn not_a_key() -> Case {
    let kind = Managed::SymmetricKey;
    let mut c = replaced("not-a-key", &["EXT-NF-015", "KID-NF-010", "SEC-TYPE-001", "MK-PROHIB-005"])
        .algorithm(algorithm(kind))
        .needs(Capability::Generate(kind))
        .needs(Capability::Revoke)
        .needs(Capability::RevokeSecrets);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "a token", NEVER);
    let expect = Expect::only(NotFound).or_info_any_error();
    for kind in Managed::ALL {
        c.expect(expect).key_from_id(kind, manager, identifier, LATEST);
    }
    // Whether one function revokes both, the text leaves open.
    c.expect(expect.or_info([Success])).invalidate_key(manager, identifier, ALL);
    let key = c.generate_managed(kind, manager, algorithm(kind));
    let (identifier, version) = c.key_id(kind, key);
    let nothing = c.expect(expect).secret_from_id(manager, identifier, version);
    c.untouched(nothing);
    c.expect(expect).secret_replace(manager, "a token", NEVER, identifier);
    c.expect(expect.or_info([Success])).secret_invalidate(manager, identifier, ALL);
    c
}

fn invalidate_version() -> Case {
    let (mut c, Secret { manager, identifier, second, third }) = revocable("invalidate-a-version");
    c.secret_invalidate(manager, identifier, second);
    c.expect(NotFound).secret_from_id(manager, identifier, second);
    c.expect(NotFound).secret_invalidate(manager, identifier, second);
    for version in [third.into(), latest()] {
        let array = c.secret_from_id(manager, identifier, version);
        c.pull_eq(array, "the third");
    }
    c
}

fn invalidate_latest() -> Case {
    let (mut c, Secret { manager, identifier, second, third }) = revocable("invalidate-latest");
    c.secret_invalidate(manager, identifier, LATEST);
    c.expect(NotFound).secret_from_id(manager, identifier, third);
    let array = c.secret_from_id(manager, identifier, second);
    c.pull_eq(array, "the second");
    // What is the latest now, the text leaves open.
    c.alternative("the version before is the latest", |c| {
        for secret in ["the second", "the first"] {
            let array = c.secret_from_id(manager, identifier, LATEST);
            c.pull_eq(array, secret);
            c.secret_invalidate(manager, identifier, LATEST);
        }
        c.expect(NotFound).secret_from_id(manager, identifier, LATEST);
        c.expect(NotFound).secret_invalidate(manager, identifier, LATEST);
    });
    c.alternative("there is no latest", |c| {
        c.expect(NotFound).secret_from_id(manager, identifier, LATEST);
    });
    c
}

fn invalidate_all() -> Case {
    let (mut c, Secret { manager, identifier, second, third }) = revocable("invalidate-all");
    c.secret_invalidate(manager, identifier, ALL);
    for version in [second.into(), third.into(), latest(), ALL.into()] {
        c.expect(NotFound).secret_from_id(manager, identifier, version);
        c.expect(NotFound).secret_invalidate(manager, identifier, version);
    }
    c
}

/// A stored secret of three versions. The number of the first one nobody tells.
struct Secret {
    manager: Handle,
    identifier: Identifier,
    second: Wide,
    third: Wide,
}

fn revocable(behaviour: &str) -> (Case, Secret) {
    let mut c = replaced(behaviour, &["EXT-INV-014", "EXT-NF-015"]).needs(Capability::RevokeSecrets);
    let manager = c.secrets_manager();
    let identifier = c.stored_secret(manager, "the first", NEVER);
    let second = c.secret_replace(manager, "the second", NEVER, identifier);
    let third = c.secret_replace(manager, "the third", NEVER, identifier);
    (c, Secret { manager, identifier, second, third })
}

// ---- encrypted for the guest to keep ----

/// Room for what any host makes of a short secret.
const SEALED_ROOM: u32 = 4096;

fn seal() -> Case {
    let mut c = sealing("seal", &["EXT-DEC-026"]);
    let (manager, other) = (c.secrets_manager(), c.secrets_manager());
    for secret in [&b"a token"[..], &[], &[0x5a; 1000]] {
        let sealed = sealed(&mut c, manager, secret, NEVER);
        for manager in [manager, other] {
            let array = c.secret_unseal(manager, sealed);
            c.pull_eq(array, secret);
        }
    }
    c
}

fn sealed_twice() -> Case {
    let mut c = sealing("sealed-twice", &["EXT-ENC-023", "EXT-ENC-025"]);
    let manager = c.secrets_manager();
    let (first, len) = c.secret_seal(manager, "a token", NEVER, SEALED_ROOM);
    let (second, _) = c.secret_seal(manager, "a token", NEVER, SEALED_ROOM);
    c.differ((first.start(), len), (second.start(), len));
    c
}

fn sealed_and_expired() -> Case {
    let mut c = sealing("sealed-and-expired", &["EXT-DEC-027", "EXT-STORE-007", "ERR-EXPIRED-031"]);
    let manager = c.secrets_manager();
    c.alternative("sealed", |c| {
        for expires in [PAST, 0] {
            let (bytes, len) = c.secret_seal(manager, "a token", expires, SEALED_ROOM);
            let nothing = c.expect(Expired).secret_unseal(manager, (bytes.start(), len));
            c.untouched(nothing);
            // What is cut is not what it was, whatever is said in it of its end.
            let cut = Value::U32At(len.at(), u32::MAX);
            c.expect(Expect::only(VerificationFailed).or_info([Expired])).secret_unseal(manager, (bytes.start(), cut));
        }
    });
    c.alternative("refused", |c| {
        let secret = args![manager, "a token", PAST];
        c.expect(Expect::any_error()).open("external_secret_encapsulate", secret);
    });
    c
}

/// Each byte changed: those up to the fourth, then all others by the topmost byte of a number.
fn changed_bytes() -> Case {
    let mut c = sealing("changed-bytes", &["EXT-ENC-021", "EXT-DEC-028"]);
    let manager = c.secrets_manager();
    let (sealed, len) = c.secret_seal(manager, "a token", NEVER, SEALED_ROOM);
    let (changed, slot) = (c.buffer(SEALED_ROOM), c.size_slot());
    c.number(len, Relation::AtLeast, 4);
    for added in [1, 0x100, 0x1_0000] {
        c.copy(changed.start(), (sealed.start(), len));
        c.store_u32(changed.start(), Value::U32At(sealed.start(), added));
        c.expect(VerificationFailed).secret_unseal(manager, (changed.start(), len));
    }
    c.repeat(Value::U32At(len.at(), 3u32.wrapping_neg()), |c| {
        c.copy(changed.start(), (sealed.start(), len));
        c.store_u32(changed.start().each(1), Value::U32At(sealed.start().each(1), 0x100_0000));
        let changed = (changed.start(), len);
        c.expect(VerificationFailed).call("external_secret_decapsulate", args![manager, changed, slot.at()]);
    });
    c.untouched(slot);
    let array = c.secret_unseal(manager, (sealed.start(), len));
    c.pull_eq(array, "a token");
    c
}

/// The beginning of one with the end of another, which expires at another time.
fn spliced() -> Case {
    let mut c = sealing("spliced", &["EXT-ENC-021", "EXT-DEC-028"]);
    let manager = c.secrets_manager();
    let (first, len) = c.secret_seal(manager, "one token", NEVER, SEALED_ROOM);
    let (second, second_len) = c.secret_seal(manager, "a token 2", NEVER + 1, SEALED_ROOM);
    let spliced = c.buffer(SEALED_ROOM);
    c.equal(second_len, len);
    // Ends that hold an authenticator, and more.
    for end in [8, 12, 16, 24, 32u32] {
        for (head, tail) in [(first, second), (second, first)] {
            c.copy(spliced.start(), (tail.start(), len));
            c.copy(spliced.start(), (head.start(), Value::U32At(len.at(), end.wrapping_neg())));
            c.expect(VerificationFailed).secret_unseal(manager, (spliced.start(), len));
        }
    }
    c
}

/// Nothing, too little, too much, garbage.
fn not_sealed() -> Case {
    let mut c = sealing("not-sealed", &["EXT-DEC-028"]);
    let manager = c.secrets_manager();
    for garbage in [&[][..], &[0], &[0xff; 31], &[0; 64], &[0x5a; 1000]] {
        let nothing = c.expect(VerificationFailed).secret_unseal(manager, garbage);
        c.untouched(nothing);
    }
    let (sealed, len) = c.secret_seal(manager, "a token", NEVER, SEALED_ROOM);
    for more in [u32::MAX, 8u32.wrapping_neg(), 16u32.wrapping_neg(), 1, 16] {
        let cut = (sealed.start(), Value::U32At(len.at(), more));
        c.expect(VerificationFailed).secret_unseal(manager, cut);
    }
    c
}

fn sealed(c: &mut Case, manager: Handle, secret: &[u8], expires: u64) -> (crate::case::Pointer, Size) {
    let (bytes, len): (Buffer, Size) = c.secret_seal(manager, secret, expires, SEALED_ROOM);
    (bytes.start(), len)
}

fn latest() -> Value {
    LATEST.into()
}

fn case(behaviour: &str, requirements: &[&str]) -> Case {
    Case::new(format!("external-secrets/{behaviour}"), requirements).needs(Capability::Manager)
}

fn stored(behaviour: &str, requirements: &[&str]) -> Case {
    case(behaviour, requirements).needs(Capability::StoreSecrets)
}

fn replaced(behaviour: &str, requirements: &[&str]) -> Case {
    stored(behaviour, requirements).needs(Capability::ReplaceSecrets)
}

fn sealing(behaviour: &str, requirements: &[&str]) -> Case {
    case(behaviour, requirements).needs(Capability::SealSecrets)
}
