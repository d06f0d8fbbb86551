//! Making and verifying signatures (requirements SIG-*), for each signature algorithm.

use wasi_crypto_interface::Errno::{
    InvalidHandle, InvalidKey, InvalidOperation, InvalidSignature, Overflow, Success, UnsupportedFeature,
    VerificationFailed,
};
use wasi_crypto_interface::{Errno, HandleType};

use crate::calls::{Given, KeyKind, SignatureEncoding};
use crate::case::{Buffer, Case, Expect, Handle, Kind, Relation, Value};
use crate::oracle;
use crate::test_keys::{self, Family, TestKey};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![no_message_is_too_long_to_refuse()];
    cases.extend(test_keys::signing().filter(|key| key.family.is_ec()).map(widths_are_fixed));
    for key in test_keys::signing() {
        cases.extend([
            sign_and_verify(key),
            empty_message(key),
            sign_again(key),
            sign_update_sign(key),
            splits_agree(key),
            splits_verify(key),
            long_messages(key),
            state_outlives_keys(key),
            keys_outlive_states(key),
            one_key_many_states(key),
            verification_goes_on(key),
            other_message_fails(key),
            other_key_fails(key),
            mangled_fails(key),
            zeros_fail(key),
            wrong_state_handles(key),
            key_pairs_only(key),
        ]);
    }
    cases
}

/// A well-formed signature that is not of this message by this key (C2).
const NOT_VALID: [Errno; 2] = [VerificationFailed, InvalidSignature];

/// A well-formed signature fails.
fn fails() -> Expect {
    Expect::only(VerificationFailed).or_info([InvalidSignature])
}

/// A state that signs with the test key.
pub(super) fn signing_state(c: &mut Case, key: &TestKey) -> Handle {
    let keypair = key.import(c, KeyKind::Keypair);
    c.signature_state_open(keypair)
}

/// A state that verifies with the test key's public half.
pub(super) fn verifying_state(c: &mut Case, key: &TestKey) -> Handle {
    let public = key.import(c, KeyKind::Publickey);
    c.verification_state_open(public)
}

/// The raw signature of a message by the test key.
pub(super) fn signed(c: &mut Case, key: &TestKey, given: Given, message: &[u8]) -> Buffer {
    let state = signing_state(c, key);
    c.signature_update(state, message);
    c.sign_raw(state, given, key.signature_len)
}

/// A raw signature is one of the message, says the host.
fn verifies(c: &mut Case, key: &TestKey, message: &[u8], signature: Buffer) {
    let state = verifying_state(c, key);
    c.verification_update(state, message);
    let signature = c.signature_import(key.algorithm, signature, SignatureEncoding::Raw);
    c.verify(state, signature);
}

/// Lets the oracle verify all dumps of the case, each as a signature of the message at the same place.
pub(super) fn judged(c: Case, key: &'static TestKey, messages: &'static [&'static [u8]]) -> Case {
    c.oracle(move |dumps| {
        if dumps.len() != messages.len() {
            return Err(format!("{} signatures came out instead of {}", dumps.len(), messages.len()));
        }
        let public = key.usual_form(KeyKind::Publickey);
        messages
            .iter()
            .zip(dumps)
            .try_for_each(|(message, signature)| oracle::signature::verify(key.algorithm, public, message, signature))
    })
}

fn sign_and_verify(key: &'static TestKey) -> Case {
    let ids = ["SIG-CREATE-004", "SIG-ENC-001", "SIG-SIGN-009", "SIG-SIGN-012", "SIG-SIGN-013", "SIG-VER-001"];
    let ids = ids.iter().chain(&["ENC-SIGKP-028", "ENC-SIGKP-031", "KP-IMPORT-001", "ENC-SIG-035"]);
    let ids: Vec<&str> = ids.copied().chain([test_keys::requirement_of(key.algorithm)]).collect();
    let mut c = key.case("signatures", "sign-and-verify", &ids);
    c.for_each_given(|c, given| {
        let signature = signed(c, key, given, b"a message");
        c.dump(signature);
        verifies(c, key, b"a message", signature);
    });
    judged(c, key, &[b"a message"])
}

/// No update at all, and an update of nothing: the empty message.
fn empty_message(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "no-update-is-the-empty-message", &["SIG-EMPTY-014"]);
    c.for_each_given(|c, given| {
        let state = signing_state(c, key);
        let none = c.sign_raw(state, given, key.signature_len);
        let state = signing_state(c, key);
        c.signature_update(state, b"");
        let nothing = c.sign_raw(state, given, key.signature_len);
        c.dump(none);
        c.dump(nothing);
        verifies(c, key, b"", none);
        let state = verifying_state(c, key);
        let nothing = c.signature_import(key.algorithm, nothing, SignatureEncoding::Raw);
        c.verify(state, nothing);
    });
    judged(c, key, &[b"", b""])
}

/// Of 1000 signatures some eight have an r or s with a leading zero byte; all have one width, and verify.
fn widths_are_fixed(key: &'static TestKey) -> Case {
    let ids = ["SIG-ENC-001", "SIG-SIGN-010", "ENC-SIG-035"];
    let mut c = key.case("signatures", "1000-signatures-of-one-width", &ids).kind(Kind::Stress);
    let (keypair, public) = (key.import(&mut c, KeyKind::Keypair), key.import(&mut c, KeyKind::Publickey));
    let message = c.buffer(4);
    c.for_each_given(|c, given| {
        c.repeat(1000, |c| {
            c.store_u32(message.start(), Value::Round);
            let state = c.signature_state_open(keypair);
            c.signature_update(state, message);
            let bytes = c.sign_raw(state, given, key.signature_len);
            c.close(state);
            let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
            let state = c.verification_state_open(public);
            c.verification_update(state, message);
            c.verify(state, signature);
            c.close(state);
            c.close(signature);
        });
    });
    c
}

/// The state stays as it is: a second signature is of the same message.
fn sign_again(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "sign-twice", &["SIG-SIGN-010", "SIG-DET-017"]);
    c.for_each_given(|c, given| {
        let state = signing_state(c, key);
        c.signature_update(state, b"a message");
        let first = c.sign_raw(state, given, key.signature_len);
        let second = c.sign_raw(state, given, key.signature_len);
        c.dump(first);
        c.dump(second);
        match key.family {
            family if family.signs_deterministically() => c.should().same(first, second),
            // A salt of 32 bytes or more is never the same.
            Family::RsaPss => c.differ(first, second),
            // Hedged, though the text does not ask for it.
            Family::MlDsa => c.observe().differ(first, second),
            // With a random nonce or that of RFC 6979.
            _ => {}
        }
    });
    judged(c, key, &[b"a message", b"a message"])
}

/// The second signature is of everything so far, under a nonce of its own: two signatures of different messages with
/// one nonce give the key away.
fn sign_update_sign(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "sign-update-sign", &["SIG-SIGN-010", "SIG-SIGN-011", "SIG-SIGN-009"]);
    c.for_each_given(|c, given| {
        let state = signing_state(c, key);
        c.signature_update(state, b"first");
        let first = c.sign_raw(state, given, key.signature_len);
        c.signature_update(state, b", then second");
        let second = c.sign_raw(state, given, key.signature_len);
        c.dump(first);
        c.dump(second);
        // What comes of the nonce: r, R, or the challenge, in the first part of the signature.
        let nonce_part = match key.family {
            Family::MlDsa => 32,
            Family::RsaPkcs1 | Family::RsaPss => key.signature_len,
            _ => key.signature_len / 2,
        };
        c.differ(first.slice(0, nonce_part), second.slice(0, nonce_part));
        if key.family.signs_deterministically() {
            let whole = signed(c, key, given, b"first, then second");
            c.should().same(second, whole);
        }
        verifies(c, key, b"first, then second", second);
        verifies(c, key, b"first", first);
    });
    judged(c, key, &[b"first", b"first, then second"])
}

/// However the message is cut into updates, the signature is of the whole message.
fn splits_agree(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "updates-are-joined-when-signing", &["SIG-CREATE-005", "SIG-UPDATE-006"]);
    // Signing is slow for some, so not every position.
    const CUTS: [&[&[u8]]; 3] = [&[b"", b"abcdefgh"], &[b"a", b"bcd", b"efgh"], &[b"abcdefgh", b"", b""]];
    c.for_each_given(|c, given| {
        for cut in CUTS {
            let state = signing_state(c, key);
            for part in cut {
                c.expect(Expect::only(Success).or_warn([UnsupportedFeature])).signature_update(state, *part);
            }
            let signature = c.sign_raw(state, given, key.signature_len);
            c.dump(signature);
        }
    });
    judged(c, key, &[b"abcdefgh", b"abcdefgh", b"abcdefgh"])
}

/// A signature verifies however the message is cut, at every position.
fn splits_verify(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "updates-are-joined-when-verifying", &["SIG-CREATE-005", "SIG-VER-001"]);
    let message = b"abcdefgh";
    c.for_each_given(|c, given| {
        let bytes = signed(c, key, given, message);
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        let public = key.import(c, KeyKind::Publickey);
        for cut in 0..=message.len() {
            let state = c.verification_state_open(public);
            c.verification_update(state, &message[..cut]);
            c.expect(Expect::only(Success).or_warn([UnsupportedFeature])).verification_update(state, &message[cut..]);
            c.verify(state, signature);
            c.close(state);
        }
    });
    c
}

/// A message of some 200 KB, in updates of odd sizes.
fn long_messages(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "long-message", &["SIG-CREATE-005", "SIG-SIGN-009"]).kind(Kind::Stress);
    let block = c.scratch(9_973);
    c.for_each_given(|c, given| {
        c.fill(block, 0x5a);
        let (signing, verifying) = (signing_state(c, key), verifying_state(c, key));
        c.repeat(20, |c| {
            c.signature_update(signing, block);
            c.verification_update(verifying, block);
        });
        let bytes = c.sign_raw(signing, given, key.signature_len);
        c.dump(bytes);
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        c.verify(verifying, signature);
        c.verification_update(verifying, b"Z");
        c.expect(fails()).verify(verifying, signature);
    });
    c.oracle(move |dumps| {
        let [signature] = dumps else { return Err("no signature came out".into()) };
        let message = vec![0x5a; 20 * 9_973];
        oracle::signature::verify(key.algorithm, key.usual_form(KeyKind::Publickey), &message, signature)
    })
}

/// 64 MiB: the host takes them or answers `overflow`, and is well afterwards. Ed25519 needs the whole message twice.
fn no_message_is_too_long_to_refuse() -> Case {
    let key = test_keys::of("Ed25519");
    let ids = ["SIG-LIMIT-007", "ERR-OVERFLOW-017"];
    let mut c = key.case("signatures", "64-mib-or-overflow", &ids).kind(Kind::Stress);
    let block = c.scratch(1 << 20);
    let (signing, verifying) = (signing_state(&mut c, key), verifying_state(&mut c, key));
    let open_ended = Expect::any_of([Success, Overflow]);
    c.repeat(64, |c| c.stop_at(Overflow).expect(open_ended).signature_update(signing, block));
    c.observe().number(Value::Round, Relation::AtMost, 63);
    c.close(signing);
    c.repeat(64, |c| c.stop_at(Overflow).expect(open_ended).verification_update(verifying, block));
    c.observe().number(Value::Round, Relation::AtMost, 63);
    c.close(verifying);
    let state = signing_state(&mut c, key);
    c.signature_update(state, b"still here");
    c
}

fn state_outlives_keys(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "states-outlive-their-keys", &["KP-CLOSE-019", "KP-REUSE-017", "PK-CLOSE-012"]);
    c.for_each_given(|c, given| {
        let keypair = key.import(c, KeyKind::Keypair);
        let signing = c.signature_state_open(keypair);
        c.close(keypair);
        c.signature_update(signing, b"a message");
        let bytes = c.sign_raw(signing, given, key.signature_len);
        let public = key.import(c, KeyKind::Publickey);
        let verifying = c.verification_state_open(public);
        c.close(public);
        c.verification_update(verifying, b"a message");
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        c.verify(verifying, signature);
    });
    c
}

fn keys_outlive_states(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "keys-outlive-their-states", &["SIG-CLOSE-016", "KP-REUSE-017"]);
    let keypair = key.import(&mut c, KeyKind::Keypair);
    let public = key.import(&mut c, KeyKind::Publickey);
    for _ in 0..2 {
        let signing = c.signature_state_open(keypair);
        c.signature_update(signing, b"a message");
        c.close(signing);
        c.expect(InvalidHandle).signature_update(signing, b"more");
        let verifying = c.verification_state_open(public);
        c.verification_update(verifying, b"a message");
        c.close(verifying);
        c.expect(InvalidHandle).verification_update(verifying, b"more");
    }
    key.is_public_key(&mut c, public);
    c
}

/// Two states of one key do not know of each other.
fn one_key_many_states(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "states-of-one-key-are-apart", &["KP-REUSE-017", "SIG-VER-004"]);
    c.for_each_given(|c, given| {
        let keypair = key.import(c, KeyKind::Keypair);
        let (one, two) = (c.signature_state_open(keypair), c.signature_state_open(keypair));
        c.signature_update(one, b"one");
        c.signature_update(two, b"two");
        let (of_one, of_two) = (c.sign_raw(one, given, key.signature_len), c.sign_raw(two, given, key.signature_len));
        c.dump(of_one);
        c.dump(of_two);
        let signature = c.signature_import(key.algorithm, of_one, SignatureEncoding::Raw);
        let public = c.keypair_publickey(keypair);
        for _ in 0..2 {
            let state = c.verification_state_open(public);
            c.verification_update(state, b"one");
            c.verify(state, signature);
            c.verify(state, signature);
        }
    });
    judged(c, key, &[b"one", b"two"])
}

/// Verifying does not end a state: it can take more, and then the first signature fails and that of all verifies.
fn verification_goes_on(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "verify-update-verify", &["SIG-VER-001", "SIG-VER-003"]);
    c.for_each_given(|c, given| {
        let (of_a, of_ab) = (signed(c, key, given, b"a"), signed(c, key, given, b"ab"));
        let of_a = c.signature_import(key.algorithm, of_a, SignatureEncoding::Raw);
        let of_ab = c.signature_import(key.algorithm, of_ab, SignatureEncoding::Raw);
        let state = verifying_state(c, key);
        c.verification_update(state, b"a");
        c.expect(fails()).verify(state, of_ab);
        c.verify(state, of_a);
        c.verification_update(state, b"b");
        c.expect(fails()).verify(state, of_a);
        c.verify(state, of_ab);
    });
    c
}

fn other_message_fails(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "other-message-fails", &["SIG-VER-005", "ERR-VERFAIL-011"]);
    c.for_each_given(|c, given| {
        let bytes = signed(c, key, given, b"a message");
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        for message in [&b"a Message"[..], b"a messag", b"a messages", b""] {
            let state = verifying_state(c, key);
            c.verification_update(state, message);
            c.expect(fails()).verify(state, signature);
        }
    });
    c
}

fn other_key_fails(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "other-key-fails", &["SIG-VER-005"]);
    c.for_each_given(|c, given| {
        let bytes = signed(c, key, given, b"a message");
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        let other = key.import_other(c);
        let state = c.verification_state_open(other);
        c.verification_update(state, b"a message");
        // An RSA signature can be a number above the other key's modulus.
        let never = Expect::only(VerificationFailed).or_info([InvalidSignature]);
        c.expect(if key.family.is_rsa() { Expect::any_of(NOT_VALID) } else { never }).verify(state, signature);
    });
    c
}

/// Four bytes of the signature are overwritten, here and there.
fn mangled_fails(key: &'static TestKey) -> Case {
    let mut c = key.case("signatures", "mangled-signature-fails", &["SIG-VER-005"]);
    c.for_each_given(|c, given| {
        let bytes = signed(c, key, given, b"a message");
        let quarter = key.signature_len / 4;
        for at in [4, quarter, 2 * quarter + 4, 3 * quarter] {
            let copy = c.buffer(key.signature_len);
            c.copy(copy.start(), bytes);
            c.fill(copy.slice(at, 4), 0);
            let state = verifying_state(c, key);
            c.verification_update(state, b"a message");
            rejected(c, key, copy, state);
        }
    });
    c
}

/// Zeros and ones are no signature of anything: r = s = 0, R = S = 0, and numbers above every order.
fn zeros_fail(key: &'static TestKey) -> Case {
    let ids = ["SIG-VER-005", "SIG-IMPORT-006", "ERR-INVSIG-014"];
    let mut c = key.case("signatures", "zeros-and-ones-fail", &ids).kind(Kind::Robustness);
    for byte in [0, 0xff] {
        let signature = c.data(vec![byte; key.signature_len as usize]);
        let state = verifying_state(&mut c, key);
        rejected(&mut c, key, signature, state);
    }
    c
}

/// The signature does not verify: the host sees it at import, or when it verifies.
fn rejected(c: &mut Case, key: &TestKey, signature: Buffer, state: Handle) {
    let refused = Expect::any_of([Success, InvalidSignature]);
    let handle = c.expect(refused).signature_import(key.algorithm, signature, SignatureEncoding::Raw);
    // If import has refused it, the slot holds poison.
    c.expect(Expect::any_of([VerificationFailed, InvalidSignature, InvalidHandle])).verify(state, handle);
}

/// Functions for one kind of state refuse the other, and other handles (SIG-VER-002).
fn wrong_state_handles(key: &'static TestKey) -> Case {
    let ids = ["SIG-VER-002", "HANDLE-TYPE-008", "ERR-INVHANDLE-016"];
    let mut c = key.case("signatures", "states-of-the-other-kind", &ids);
    let (signing, verifying) = (signing_state(&mut c, key), verifying_state(&mut c, key));
    c.for_each_given(|c, given| {
        c.expect(InvalidHandle).signature_update(verifying, b"a");
        c.expect(InvalidHandle).verification_update(signing, b"a");
        let nothing = c.expect(InvalidHandle).sign(verifying, given);
        c.untouched(nothing);
        let bytes = c.sign_raw(signing, given, key.signature_len);
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        c.expect(InvalidHandle).verify(signing, signature);
        c.expect(InvalidHandle).verify(verifying, verifying);
        c.expect(InvalidHandle).close(Handle { ty: HandleType::SignatureState, ..verifying });
        c.expect(InvalidHandle).close(Handle { ty: HandleType::SignatureVerificationState, ..signing });
        // None of this did any harm.
        c.verify(verifying, signature);
    });
    c
}

/// States open on key pairs and public keys, and on nothing else.
fn key_pairs_only(key: &'static TestKey) -> Case {
    let ids = ["SIG-OPEN-015", "KP-TYPE-018", "ASYM-ALG-001", "ERR-INVKEY-009"];
    let mut c = key.case("signatures", "states-open-on-signature-keys-only", &ids).algorithm("X25519");
    let keypair = key.import(&mut c, KeyKind::Keypair);
    let (public, secret) = (c.keypair_publickey(keypair), c.keypair_secretkey(keypair));
    for wrong in [public, secret] {
        let state = c.expect(InvalidHandle).signature_state_open(wrong);
        c.untouched(state);
    }
    for wrong in [keypair, secret] {
        let state = c.expect(InvalidHandle).verification_state_open(wrong);
        c.untouched(state);
    }
    // C9
    let of_another_kind = Expect::only(InvalidKey).or_info([InvalidHandle, InvalidOperation]);
    let exchange = test_keys::of("X25519").import(&mut c, KeyKind::Secretkey);
    let exchange_public = c.publickey_of(exchange);
    let exchange_pair = c.keypair_from_halves(exchange_public, exchange);
    c.expect(of_another_kind).signature_state_open(exchange_pair);
    c.expect(of_another_kind).verification_state_open(exchange_public);
    c
}
