//! Signature objects: import, export, encodings, and signatures that belong to another algorithm.

use wasi_crypto_interface::Errno::{
    Closed, GuestError, IncompatibleKeys, InvalidHandle, InvalidKey, InvalidSignature, Success, UnsupportedAlgorithm,
    UnsupportedEncoding, VerificationFailed,
};

use crate::args;
use crate::calls::{Given, SignatureEncoding};
use crate::case::{Case, Expect, Kind};
use crate::cases::signatures::{signed, signing_state, verifying_state};
use crate::hex;
use crate::test_keys::{self, Family, TestKey, plausible_signature};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for key in test_keys::signing() {
        cases.extend([
            raw_round_trip(key),
            raw_lengths(key),
            undefined_encodings(key),
            close(key),
            export_leaves_it_open(key),
            other_algorithm(key),
        ]);
        if key.family.is_ec() {
            cases.extend([der_round_trip(key), der_of_a_signature(key)]);
            cases.extend(malformed_der(key));
            cases.extend(out_of_range(key));
        } else {
            cases.push(no_der(key));
        }
    }
    cases.push(unknown_algorithms());
    cases
}

fn signature_case(key: &TestKey, behaviour: &str, ids: &[&str]) -> Case {
    key.case("signatures", &format!("encoding/{behaviour}"), ids)
}

fn raw_round_trip(key: &'static TestKey) -> Case {
    let mut c =
        signature_case(key, "raw-round-trip", &["SIG-ENC-001", "SIG-EXPORT-008", "ENC-SIG-035", "SIG-IMPORT-007"]);
    c.for_each_given(|c, given| {
        let bytes = signed(c, key, given, b"a message");
        let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        let array = c.signature_export(signature, SignatureEncoding::Raw);
        let len = c.array_len(array);
        c.equal(len, key.signature_len);
        let (again, _) = c.pull(array, key.signature_len);
        c.same(again, bytes);
    });
    c
}

/// Raw signatures have one length.
fn raw_lengths(key: &'static TestKey) -> Case {
    let ids = ["SIG-ENC-001", "SIG-IMPORT-006", "ERR-INVSIG-014"];
    let mut c = signature_case(key, "raw-of-a-wrong-length", &ids).kind(Kind::Robustness);
    let len = key.signature_len as usize;
    let mut long = plausible_signature(key);
    long.resize(2 * len + 8, 1);
    let state = verifying_state(&mut c, key);
    for wrong in [0, 1, len / 2, len - 1, len + 1, 2 * len, long.len()] {
        let expect = Expect::only(InvalidSignature).or_info([Success]);
        let signature = c.expect(expect).signature_import(key.algorithm, &long[..wrong], SignatureEncoding::Raw);
        // What import has let pass must not verify.
        c.expect(Expect::any_of([InvalidHandle, InvalidSignature, VerificationFailed])).verify(state, signature);
    }
    c
}

fn undefined_encodings(key: &'static TestKey) -> Case {
    let ids = ["SIG-ENC-002", "SIG-EXPORT-008", "ENC-DEF-002", "ENC-CONST-008"];
    let mut c = signature_case(key, "undefined-encodings-are-refused", &ids).kind(Kind::Robustness).may_trap();
    let signature = c.signature_import(key.algorithm, plausible_signature(key), SignatureEncoding::Raw);
    for number in [2u32, 255, 0x100, 0x1_0000, u32::MAX] {
        let refused = Expect::only(UnsupportedEncoding).or_info([GuestError]);
        c.expect(refused).open("signature_import", args![key.algorithm, plausible_signature(key), number]);
        c.expect(refused).open("signature_export", args![signature, number]);
    }
    c
}

fn close(key: &'static TestKey) -> Case {
    let mut c = signature_case(key, "close", &["SIG-CLOSE-009", "ERR-CLOSED-015"]);
    let signature = c.signature_import(key.algorithm, plausible_signature(key), SignatureEncoding::Raw);
    c.close(signature);
    c.expect(InvalidHandle).signature_export(signature, SignatureEncoding::Raw);
    let state = verifying_state(&mut c, key);
    c.expect(InvalidHandle).verify(state, signature);
    // C4
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(signature);
    c
}

fn export_leaves_it_open(key: &'static TestKey) -> Case {
    let mut c = signature_case(key, "export-twice", &["SIG-EXPORT-008", "SIG-VER-004", "HANDLE-REUSE-004"]);
    let raw = plausible_signature(key);
    let signature = c.signature_import(key.algorithm, &raw, SignatureEncoding::Raw);
    for _ in 0..2 {
        let array = c.signature_export(signature, SignatureEncoding::Raw);
        c.pull_eq(array, &raw);
    }
    c
}

/// A signature of another algorithm never verifies, even if its bytes would.
fn other_algorithm(key: &'static TestKey) -> Case {
    let ids = ["SIG-ALG-010", "ASYM-ALG-001", "ERR-INVSIG-014", "KP-PARAM-013"];
    let other = if key.algorithm == "Ed25519" { "ECDSA_P256_SHA256" } else { "Ed25519" };
    let relative = match key.algorithm {
        "RSA_PKCS1_2048_SHA256" => "RSA_PKCS1_2048_SHA384",
        "RSA_PSS_2048_SHA256" => "RSA_PKCS1_2048_SHA256",
        "ECDSA_P256_SHA256" => "ECDSA_K256_SHA256",
        _ => other,
    };
    let mut c = signature_case(key, "of-another-algorithm", &ids).algorithm(relative);
    let never = Expect::only(InvalidSignature).or_info([VerificationFailed, InvalidKey, IncompatibleKeys]);
    c.for_each_given(|c, given| {
        let foreign = test_keys::of(relative);
        let bytes = signed(c, foreign, given, b"a message");
        let signature = c.signature_import(relative, bytes, SignatureEncoding::Raw);
        let state = verifying_state(c, key);
        c.verification_update(state, b"a message");
        c.expect(never).verify(state, signature);
        if key.signature_len == foreign.signature_len {
            // A true signature of this key under the other's name.
            let bytes = signed(c, key, given, b"a message");
            let import = Expect::any_of([Success, InvalidSignature]);
            let renamed = c.expect(import).signature_import(relative, bytes, SignatureEncoding::Raw);
            // `invalid_handle` if the import has refused it: then the slot holds poison.
            c.expect(Expect::any_of([InvalidSignature, InvalidHandle]).or_info([
                VerificationFailed,
                InvalidKey,
                IncompatibleKeys,
            ]))
            .verify(state, renamed);
        }
    });
    c
}

/// r ‖ s with small numbers, whose DER has short integers, comes out at full width again, and the other way round.
fn der_round_trip(key: &'static TestKey) -> Case {
    let mut c = signature_case(key, "der-round-trip", &["SIG-ENC-002", "ENC-SIG-036", "SIG-EXPORT-008"]);
    let half = key.signature_len as usize / 2;
    let with_ends = |r: &[u8], s: &[u8]| {
        let mut raw = vec![0; 2 * half];
        raw[half - r.len()..half].copy_from_slice(r);
        raw[2 * half - s.len()..].copy_from_slice(s);
        raw
    };
    let pairs = [
        (with_ends(&[1], &[2]), vec![0x30, 6, 2, 1, 1, 2, 1, 2]),
        (with_ends(&[0x80], &[0x7f, 0xff]), vec![0x30, 8, 2, 2, 0, 0x80, 2, 2, 0x7f, 0xff]),
        (with_ends(&[1, 0, 0], &[0xff]), vec![0x30, 9, 2, 3, 1, 0, 0, 2, 2, 0, 0xff]),
    ];
    c.alternative("supported", |c| {
        for (raw, der) in &pairs {
            let from_raw = c.signature_import(key.algorithm, raw, SignatureEncoding::Raw);
            let array = c.signature_export(from_raw, SignatureEncoding::Der);
            c.pull_eq(array, der);
            let from_der = c.signature_import(key.algorithm, der, SignatureEncoding::Der);
            let array = c.signature_export(from_der, SignatureEncoding::Raw);
            c.pull_eq(array, raw);
        }
    });
    c.alternative("unsupported encoding", |c| {
        let (raw, der) = &pairs[0];
        c.expect(UnsupportedEncoding).signature_import(key.algorithm, der, SignatureEncoding::Der);
        let from_raw = c.signature_import(key.algorithm, raw, SignatureEncoding::Raw);
        c.expect(UnsupportedEncoding).signature_export(from_raw, SignatureEncoding::Der);
    });
    c
}

/// What a host signs goes out as DER, nothing behind it, and comes in again and verifies.
fn der_of_a_signature(key: &'static TestKey) -> Case {
    let mut c = signature_case(key, "der-of-a-signature", &["SIG-ENC-002", "ENC-SIG-036"]);
    let state = signing_state(&mut c, key);
    c.signature_update(state, b"a message");
    let supported = |c: &mut Case, given: Given| {
        let raw = c.sign_raw(state, given, key.signature_len);
        let signature = c.signature_import(key.algorithm, raw, SignatureEncoding::Raw);
        let array = c.signature_export(signature, SignatureEncoding::Der);
        let (der, count) = c.pull(array, key.signature_len + 16);
        c.dump((der.start(), count));
        let again = c.signature_import(key.algorithm, (der.start(), count), SignatureEncoding::Der);
        let verifying = verifying_state(c, key);
        c.verification_update(verifying, b"a message");
        c.verify(verifying, again);
        let array = c.signature_export(again, SignatureEncoding::Raw);
        let (raw_again, _) = c.pull(array, key.signature_len);
        c.same(raw_again, raw);
        c.dump(raw);
    };
    c.alternative("supported", |c| supported(c, Given::Signature));
    c.alternative("supported, sign gives an array output", |c| supported(c, Given::ArrayOutput));
    c.alternative("unsupported encoding", |c| {
        let signature = c.sign(state, Given::Signature);
        c.expect(UnsupportedEncoding).signature_export(signature, SignatureEncoding::Der);
    });
    c.oracle(move |dumps| match dumps {
        [der, raw] => {
            let half = raw.len() / 2;
            let integer = |bytes: &[u8]| {
                let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
                let sign = (bytes[start] >= 0x80).then_some(0);
                let content: Vec<u8> = sign.into_iter().chain(bytes[start..].iter().copied()).collect();
                [vec![2, content.len() as u8], content].concat()
            };
            let numbers = [integer(&raw[..half]), integer(&raw[half..])].concat();
            let wanted = [vec![0x30, numbers.len() as u8], numbers].concat();
            if *der == wanted { Ok(()) } else { Err("the DER is not that of the raw signature".into()) }
        }
        _ => Ok(()),
    })
}

/// Whatever is no strict DER `ECDSA-Sig-Value` is refused, at the latest when it is to verify.
fn malformed_der(key: &'static TestKey) -> Vec<Case> {
    let malformed: [(&str, &[u8]); 16] = [
        ("empty", &[]),
        ("garbage", &[0xff; 70]),
        ("no-integers", &[0x30, 0]),
        ("one-integer", &[0x30, 3, 2, 1, 1]),
        ("three-integers", &[0x30, 9, 2, 1, 1, 2, 1, 1, 2, 1, 1]),
        ("cut", &[0x30, 6, 2, 1, 1, 2, 1]),
        ("trailing-byte", &[0x30, 6, 2, 1, 1, 2, 1, 1, 0]),
        ("trailing-inside", &[0x30, 7, 2, 1, 1, 2, 1, 1, 0]),
        ("long-length", &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 1]),
        ("indefinite-length", &[0x30, 0x80, 2, 1, 1, 2, 1, 1, 0, 0]),
        ("huge-length", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1, 1, 2, 1, 1]),
        ("leading-zero", &[0x30, 7, 2, 2, 0, 1, 2, 1, 1]),
        ("negative", &[0x30, 6, 2, 1, 0x81, 2, 1, 1]),
        ("empty-integer", &[0x30, 5, 2, 0, 2, 1, 1]),
        ("wrong-tags", &[0x31, 6, 4, 1, 1, 4, 1, 1]),
        ("zeros", &[0x30, 6, 2, 1, 0, 2, 1, 0]),
    ];
    let case = |(name, der): (&str, &'static [u8])| {
        let ids = ["SIG-IMPORT-006", "SIG-ENC-002", "ERR-INVSIG-014"];
        let mut c = signature_case(key, &format!("malformed-der/{name}"), &ids).kind(Kind::Robustness);
        refused(&mut c, key, der, SignatureEncoding::Der);
        c
    };
    malformed.into_iter().map(case).collect()
}

/// r and s lie between 0 and the order, both ends excluded.
fn out_of_range(key: &'static TestKey) -> Vec<Case> {
    let order = order(key);
    let len = order.len();
    let (zero, mut one) = (vec![0; len], vec![0; len]);
    one[len - 1] = 1;
    let numbers = [
        ("r-is-zero", &zero, &one),
        ("s-is-zero", &one, &zero),
        ("r-is-the-order", &order, &one),
        ("s-is-the-order", &one, &order),
    ];
    let case = |(name, r, s): (&str, &Vec<u8>, &Vec<u8>)| {
        let ids = ["SIG-IMPORT-006", "SIG-ENC-001", "ERR-INVSIG-014"];
        let mut c = signature_case(key, &format!("out-of-range/{name}"), &ids).kind(Kind::Robustness);
        refused(&mut c, key, &[&r[..], s].concat(), SignatureEncoding::Raw);
        c
    };
    numbers.into_iter().map(case).collect()
}

/// The order of the curve's group (SEC 2), big-endian.
pub(super) fn order(key: &TestKey) -> Vec<u8> {
    hex::decode(match key.family {
        Family::P256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        Family::P384 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        }
        Family::Secp256k1 => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        other => panic!("{other:?} is no elliptic curve of prime order"),
    })
}

/// Import refuses it; or lets it pass, and it does not verify.
fn refused(c: &mut Case, key: &TestKey, encoded: &[u8], encoding: SignatureEncoding) {
    let state = verifying_state(c, key);
    c.alternative("refused at import", |c| {
        c.expect(InvalidSignature).signature_import(key.algorithm, encoded, encoding);
    });
    c.alternative("refused when verifying", |c| {
        let signature = c.signature_import(key.algorithm, encoded, encoding);
        c.expect(Expect::any_of([InvalidSignature, VerificationFailed])).verify(state, signature);
    });
    if encoding == SignatureEncoding::Der {
        c.alternative("unsupported encoding", |c| {
            c.expect(UnsupportedEncoding).signature_import(key.algorithm, encoded, encoding);
        });
    }
}

fn no_der(key: &'static TestKey) -> Case {
    let mut c = signature_case(key, "no-der", &["SIG-ENC-002", "SIG-IMPORT-006", "ENC-SIG-036"]);
    let raw = plausible_signature(key);
    let refused = Expect::only(UnsupportedEncoding).or_info([InvalidSignature, Success]);
    c.expect(refused).signature_import(key.algorithm, &raw, SignatureEncoding::Der);
    let signature = c.signature_import(key.algorithm, &raw, SignatureEncoding::Raw);
    c.expect(Expect::only(UnsupportedEncoding).or_info([Success])).signature_export(signature, SignatureEncoding::Der);
    c
}

fn unknown_algorithms() -> Case {
    let ids = ["SIG-IMPORT-006", "ERR-UNSUPALG-007", "ALG-TYPE-007"];
    let mut c = Case::new("signatures/import-under-unknown-algorithms", &ids);
    for name in ["", "NO-SUCH-ALGORITHM", "ECDSA_P256_SHA25", "ECDSA_P256_SHA256\0", "SHA-256", "X25519"] {
        let expect = Expect::only(UnsupportedAlgorithm);
        let signature = c.expect(expect).signature_import(name, [1; 64], SignatureEncoding::Raw);
        c.untouched(signature);
    }
    c
}
