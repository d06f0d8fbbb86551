//! Key exchange (requirements KX-*): Diffie-Hellman and key encapsulation.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{
    IncompatibleKeys, InvalidHandle, InvalidKey, InvalidOperation, UnsupportedFeature, VerificationFailed,
};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Handle, Kind};
use crate::oracle;
use crate::test_keys::{self, Family, TestKey, requirement_of};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for key in test_keys::exchanging() {
        cases.push(wrong_handles(key));
        if key.family.is_kem() {
            cases.extend([
                encapsulate(key),
                encapsulated_for_generated(key),
                implicit_rejection(key),
                ciphertext_lengths(key),
                no_agreement(key),
                result_slots_on_failure(key),
            ]);
        } else {
            cases.extend([agree(key), agreed_secret_is_a_key(key), agree_with_oneself(key), no_encapsulation(key)]);
            cases.push(keys_of_other_algorithms(key));
        }
    }
    cases.push(signature_keys());
    cases
}

/// C1: the operation is not defined for the algorithm.
fn undefined() -> Expect {
    Expect::only(InvalidOperation).or_info([UnsupportedFeature])
}

fn ids(key: &TestKey, more: &[&'static str]) -> Vec<&'static str> {
    more.iter().copied().chain(["KX-MIN-001", requirement_of(key.algorithm)]).collect()
}

/// The test key with a generated one: both sides have the same secret, whenever they work it out.
fn agree(key: &'static TestKey) -> Case {
    let ids = ids(key, &["KX-DH-002", "KX-DH-004", "SK-REUSE-005", "ENC-KX-026"]);
    let mut c = key.case("key-exchange", "both-sides-agree", &ids);
    let pair = c.keypair_generate(key.ty, key.algorithm);
    let (their_public, their_secret) = (c.keypair_publickey(pair), c.keypair_secretkey(pair));
    c.close(pair);
    let (our_public, our_secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let len = shared_len(key);
    let mut shared = Vec::new();
    for (public, secret) in [(their_public, our_secret), (our_public, their_secret), (their_public, our_secret)] {
        let array = c.dh(public, secret);
        let total = c.array_len(array);
        c.equal(total, len);
        let (bytes, count) = c.pull(array, len);
        c.equal(count, len);
        shared.push(bytes);
    }
    c.same(shared[0], shared[1]);
    c.same(shared[0], shared[2]);
    // Another key, another secret.
    let other = key.import_other(&mut c);
    let array = c.dh(other, our_secret);
    let (bytes, _) = c.pull(array, len);
    c.differ(bytes, shared[0]);
    c
}

fn shared_len(key: &TestKey) -> u32 {
    if key.family == Family::P384 { 48 } else { 32 }
}

/// What comes out can be the key of an HKDF.
fn agreed_secret_is_a_key(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "secret-is-a-key-for-hkdf", &["KX-DH-008"]).algorithm("HKDF-EXTRACT/SHA-256");
    let (public, secret) = (key.import_other(&mut c), key.import(&mut c, KeyKind::Secretkey));
    let array = c.dh(public, secret);
    let (shared, count) = c.pull(array, 64);
    let hkdf = c.key_import("HKDF-EXTRACT/SHA-256", (shared.start(), count));
    let exported = c.key_export(hkdf);
    let (again, size) = c.pull(exported, shared_len(key));
    c.equal(size, count);
    c.same(again, shared.slice(0, shared_len(key)));
    c
}

/// A key with its own public half: nothing forbids it, and nothing breaks.
fn agree_with_oneself(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "with-oneself", &["KX-DH-002", "KX-DH-004"]);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let public = c.publickey_of(secret);
    let (first, second) = (c.dh(public, secret), c.dh(public, secret));
    let (first, _) = c.pull(first, shared_len(key));
    let (second, _) = c.pull(second, shared_len(key));
    c.same(first, second);
    c
}

fn no_encapsulation(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "no-encapsulation", &["KX-KEM-011", "KX-DEC-014", "ERR-INVOP-023"]);
    let (public, secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let (shared, encapsulated) = c.expect(undefined()).encapsulate(public);
    c.untouched(shared);
    c.untouched(encapsulated);
    for ciphertext in [&[][..], &[0; 32], &[0; 1088]] {
        c.expect(undefined()).decapsulate(secret, ciphertext);
    }
    c
}

/// Keys of two algorithms do not go together, even on one curve.
fn keys_of_other_algorithms(key: &'static TestKey) -> Case {
    let foreign = if key.algorithm == "X25519" { "P256-SHA256" } else { "X25519" };
    let ids = ["KX-DH-006", "ERR-INCOMPAT-030", "ASYM-ALG-001"];
    let mut c = key.case("key-exchange", "keys-of-two-algorithms", &ids).algorithm(foreign);
    let foreign = test_keys::of(foreign);
    let (public, secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let (foreign_public, foreign_secret) =
        (foreign.import(&mut c, KeyKind::Publickey), foreign.import(&mut c, KeyKind::Secretkey));
    for (public, secret) in [(foreign_public, secret), (public, foreign_secret)] {
        let array = c.expect(IncompatibleKeys).dh(public, secret);
        c.untouched(array);
    }
    c
}

/// Two secrets for one key: of the right sizes, not the same, and its owner has them. The oracle is another owner.
fn encapsulate(key: &'static TestKey) -> Case {
    let ids = ids(key, &["KX-KEM-009", "KX-KEM-010", "KX-DEC-012"]);
    let mut c = key.case("key-exchange", "encapsulate-and-decapsulate", &ids);
    let (public, secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let mut made = Vec::new();
    for _ in 0..2 {
        let (shared, encapsulated) = c.encapsulate(public);
        let (shared, encapsulated) = (pull_all(&mut c, shared, 32), pull_all(&mut c, encapsulated, key.ciphertext_len));
        c.dump(encapsulated);
        c.dump(shared);
        let opened = c.decapsulate(secret, encapsulated);
        let opened = pull_all(&mut c, opened, 32);
        c.same(opened, shared);
        made.push((shared, encapsulated));
    }
    c.differ(made[0].0, made[1].0);
    c.differ(made[0].1, made[1].1);
    c.oracle(move |dumps| {
        let (pairs, _) = dumps.as_chunks::<2>();
        let seed = key.usual_form(KeyKind::Secretkey);
        pairs
            .iter()
            .try_for_each(|[encapsulated, secret]| oracle::kem::check(key.algorithm, seed, encapsulated, secret))
    })
}

/// A whole array output, which has this length.
fn pull_all(c: &mut Case, array: Handle, len: u32) -> crate::case::Buffer {
    let total = c.array_len(array);
    c.equal(total, len);
    let (bytes, count) = c.pull(array, len);
    c.equal(count, len);
    bytes
}

fn encapsulated_for_generated(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "for-a-generated-key", &["KX-KEM-009", "KX-DEC-012", "KP-GEN-008"]);
    let pair = c.keypair_generate(key.ty, key.algorithm);
    let (public, secret) = (c.keypair_publickey(pair), c.keypair_secretkey(pair));
    let (shared, encapsulated) = c.encapsulate(public);
    let (shared, encapsulated) = (pull_all(&mut c, shared, 32), pull_all(&mut c, encapsulated, key.ciphertext_len));
    let opened = c.decapsulate(secret, encapsulated);
    let opened = pull_all(&mut c, opened, 32);
    c.same(opened, shared);
    // Who has another key gets another secret, and no error.
    let stranger = key.import(&mut c, KeyKind::Secretkey);
    let opened = c.decapsulate(stranger, encapsulated);
    let opened = pull_all(&mut c, opened, 32);
    c.differ(opened, shared);
    c
}

/// A ciphertext that nobody made gives a secret that nobody has, the same each time (C20).
fn implicit_rejection(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "implicit-rejection", &["KX-DEC-013", "KX-DEC-012"]);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let public = c.publickey_of(secret);
    let (shared, encapsulated) = c.encapsulate(public);
    let (shared, encapsulated) = (pull_all(&mut c, shared, 32), pull_all(&mut c, encapsulated, key.ciphertext_len));
    let mangled = c.buffer(key.ciphertext_len);
    c.copy(mangled.start(), encapsulated);
    c.fill(mangled.slice(100, 4), 0);
    let first = c.decapsulate(secret, mangled);
    let first = pull_all(&mut c, first, 32);
    let second = c.decapsulate(secret, mangled);
    let second = pull_all(&mut c, second, 32);
    c.same(first, second);
    c.differ(first, shared);
    c
}

fn ciphertext_lengths(key: &'static TestKey) -> Case {
    let ids = ["KX-DEC-013", "ERR-VERFAIL-011"];
    let mut c = key.case("key-exchange", "ciphertext-of-a-wrong-length", &ids).kind(Kind::Robustness);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let len = key.ciphertext_len as usize;
    for wrong in [0, 1, 32, len - 1, len + 1, 2 * len] {
        let array = c.expect(VerificationFailed).decapsulate(secret, vec![7; wrong]);
        c.untouched(array);
    }
    c
}

fn no_agreement(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "no-agreement", &["KX-DH-007", "ERR-INVOP-023"]);
    let (public, secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let array = c.expect(undefined()).dh(public, secret);
    c.untouched(array);
    c
}

fn result_slots_on_failure(key: &'static TestKey) -> Case {
    let ids = ["KX-KEM-010", "ERR-INVHANDLE-016"];
    let mut c = key.case("key-exchange", "slots-are-untouched-on-failure", &ids).kind(Kind::Memory);
    let secret = key.import(&mut c, KeyKind::Secretkey);
    let (shared, encapsulated) = c.expect(InvalidHandle).encapsulate(secret);
    c.untouched(shared);
    c.untouched(encapsulated);
    c
}

fn wrong_handles(key: &'static TestKey) -> Case {
    let mut c = key.case("key-exchange", "wrong-handles", &["HANDLE-TYPE-008", "ERR-INVHANDLE-016"]);
    let pair = key.import(&mut c, KeyKind::Keypair);
    let (public, secret) = (c.keypair_publickey(pair), c.keypair_secretkey(pair));
    for (public, secret) in [(secret, public), (pair, secret), (public, pair), (public, public), (secret, secret)] {
        let array = c.expect(InvalidHandle).dh(public, secret);
        c.untouched(array);
    }
    for wrong in [pair, secret] {
        c.expect(InvalidHandle).encapsulate(wrong);
    }
    for wrong in [pair, public] {
        c.expect(InvalidHandle).decapsulate(wrong, vec![7; key.ciphertext_len as usize]);
    }
    c.close(secret);
    c.expect(InvalidHandle).dh(public, secret);
    c.expect(InvalidHandle).decapsulate(secret, [0; 32]);
    c
}

/// Keys that sign do not agree, even on a curve that could.
fn signature_keys() -> Case {
    let ids = ["ASYM-ALG-001", "ERR-INVKEY-009", "KX-DH-006", "KX-DH-007"];
    let mut c = Case::new("key-exchange/signature-keys", &ids)
        .algorithm("ECDSA_P256_SHA256")
        .algorithm("Ed25519")
        .algorithm("P256-SHA256");
    let exchanging = test_keys::of("P256-SHA256").import(&mut c, KeyKind::Secretkey);
    let refused = Expect::only(InvalidKey).or_info([IncompatibleKeys, InvalidOperation, InvalidHandle]);
    for algorithm in ["ECDSA_P256_SHA256", "Ed25519"] {
        let key = test_keys::of(algorithm);
        assert_eq!(key.ty, AlgorithmType::Signatures);
        let secret = c.import(KeyKind::Secretkey, key.ty, algorithm, key.usual_form(KeyKind::Secretkey), Encoding::Raw);
        let public = c.publickey_of(secret);
        c.expect(refused).dh(public, secret);
        c.expect(refused).dh(public, exchanging);
        c.expect(refused).encapsulate(public);
        c.expect(refused).decapsulate(secret, [0; 32]);
    }
    c
}
