//! Key pairs (requirements KP-*, ASYM-*): generation, assembly, their parts, closing.

use wasi_crypto_interface::AlgorithmType::{self, KeyExchange, Signatures, Symmetric};
use wasi_crypto_interface::Errno::{
    Closed, GuestError, IncompatibleKeys, InvalidHandle, InvalidKey, NotImplemented, Success, UnsupportedAlgorithm,
    UnsupportedFeature,
};
use wasi_crypto_interface::HandleType;

use crate::args;
use crate::calls::{Encoding, KeyKind, SignatureEncoding};
use crate::case::{Case, Expect, Handle, Kind};
use crate::oracle;
use crate::test_keys::{self, TestKey};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![unknown_algorithms(), types_of_algorithms(), spelling()];
    for key in test_keys::all() {
        cases.extend([
            generate(key),
            generate_with_options(key),
            parts(key),
            parts_outlive_the_pair(key),
            assembled(key),
            mismatched_halves(key),
            halves_of_other_algorithms(key),
            close(key),
            wrong_handles(key),
            repeated_import(key),
        ]);
    }
    cases
}

/// Two generated pairs: sound, whole, and not the same. The oracle works the public key out of the secret one.
fn generate(key: &'static TestKey) -> Case {
    let ids = ["KP-GEN-008", "KP-GEN-009", "KP-GEN-010", "KP-GEN-012", "PK-VERIFY-006", "ASYM-KP-002"];
    let ids: Vec<&str> = ids.into_iter().chain([test_keys::requirement_of(key.algorithm)]).collect();
    let mut c = key.case("keypairs", "generate", &ids);
    // A pair of 3072 or 4096 bits takes seconds.
    let pairs = if key.signature_len > 256 && key.family.is_rsa() { 1 } else { 2 };
    let (secret_encoding, public_encoding) = (key.usual(KeyKind::Secretkey), key.usual(KeyKind::Publickey));
    c.alternative("supported", |c| {
        let mut publics = Vec::new();
        for _ in 0..pairs {
            let pair = c.keypair_generate(key.ty, key.algorithm);
            let (public, secret) = (c.keypair_publickey(pair), c.keypair_secretkey(pair));
            c.expect(Expect::only(Success).or_info([NotImplemented])).publickey_verify(public);
            let secret = c.export_bytes(secret, secret_encoding, 8192);
            c.dump(secret);
            let len = key.usual_form(KeyKind::Publickey).len() as u32;
            let array = c.export(public, public_encoding);
            let (bytes, count) = c.pull(array, len);
            c.equal(count, len);
            c.dump(bytes);
            publics.push(bytes);
        }
        if let [first, second] = publics[..] {
            c.differ(first, second);
        }
    });
    c.alternative("cannot generate", |c| {
        c.expect(UnsupportedFeature).keypair_generate(key.ty, key.algorithm);
    });
    c.oracle(move |dumps| {
        let (pairs, _) = dumps.as_chunks::<2>();
        pairs.iter().try_for_each(|[secret, public]| oracle::key::check_pair(key, secret, public))
    })
}

/// An empty option set of the right type is as good as none, one of another type is not.
fn generate_with_options(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "generate-with-options", &["KP-GEN-008", "ERR-INVHANDLE-016"]);
    let other = if key.ty == Signatures { KeyExchange } else { Signatures };
    for wrong in [Symmetric, other] {
        let options = c.options_open(wrong);
        let refused = Expect::only(InvalidHandle).or_warn_any_error();
        let pair = c.expect(refused).open("keypair_generate", args![key.ty as u32, key.algorithm, Some(options)]);
        c.untouched(pair);
    }
    // To generate an RSA key takes too long to do it for this.
    if !key.family.is_rsa() {
        let options = c.options_open(key.ty);
        c.open("keypair_generate", args![key.ty as u32, key.algorithm, Some(options)]);
    }
    c
}

/// The halves of a pair are those of the test key.
fn parts(key: &'static TestKey) -> Case {
    let ids = ["KP-PUB-015", "KP-SEC-016", "ASYM-KP-002", "ENC-KX-026", "ENC-SIGKP-029", "PK-FROMSK-009"];
    let mut c = key.case("keypairs", "parts", &ids);
    let pair = key.import(&mut c, KeyKind::Keypair);
    for _ in 0..2 {
        let public = c.keypair_publickey(pair);
        key.is_public_key(&mut c, public);
        let secret = c.keypair_secretkey(pair);
        let of_secret = c.publickey_of(secret);
        key.is_public_key(&mut c, of_secret);
        if let Some(raw) = key.form(KeyKind::Secretkey, Encoding::Raw) {
            c.export_eq(secret, Encoding::Raw, raw);
        }
    }
    c
}

fn parts_outlive_the_pair(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "parts-outlive-the-pair", &["KP-CLOSE-020", "HANDLE-REF-005"]);
    let pair = key.import(&mut c, KeyKind::Keypair);
    let (public, secret) = (c.keypair_publickey(pair), c.keypair_secretkey(pair));
    c.close(pair);
    key.is_public_key(&mut c, public);
    let of_secret = c.publickey_of(secret);
    c.close(secret);
    c.close(public);
    key.is_public_key(&mut c, of_secret);
    c
}

/// A pair put together of its halves does what an imported one does, also after the halves are closed.
fn assembled(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "from-public-and-secret-key", &["KP-FROM-005", "ENC-SIGKP-030", "KP-CLOSE-020"]);
    let (public, secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let pair = c.keypair_from_halves(public, secret);
    c.close(public);
    c.close(secret);
    let again = c.keypair_publickey(pair);
    key.is_public_key(&mut c, again);
    let secret = c.keypair_secretkey(pair);
    let of_secret = c.publickey_of(secret);
    key.is_public_key(&mut c, of_secret);
    if key.ty == Signatures {
        c.for_each_given(|c, given| {
            let state = c.signature_state_open(pair);
            c.signature_update(state, b"a message");
            let bytes = c.sign_raw(state, given, key.signature_len);
            c.dump(bytes);
            let signature = c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
            let verifying = c.verification_state_open(again);
            c.verification_update(verifying, b"a message");
            c.verify(verifying, signature);
        });
        return crate::cases::signatures::judged(c, key, &[b"a message"]);
    }
    c
}

/// Halves of two pairs: a key that signs under another public key gives itself away.
fn mismatched_halves(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "halves-of-two-pairs", &["KP-FROM-007"]);
    let (other, secret) = (key.import_other(&mut c), key.import(&mut c, KeyKind::Secretkey));
    c.expect(Expect::only(InvalidKey).or_info([Success, IncompatibleKeys])).keypair_from_halves(other, secret);
    // The right half is still good.
    let public = key.import(&mut c, KeyKind::Publickey);
    c.keypair_from_halves(public, secret);
    c
}

fn halves_of_other_algorithms(key: &'static TestKey) -> Case {
    let foreign = match key.algorithm {
        "Ed25519" => "ECDSA_P256_SHA256",
        "ECDSA_P256_SHA256" => "P256-SHA256",
        "ECDSA_P384_SHA384" => "ECDSA_P256_SHA256",
        "RSA_PKCS1_2048_SHA384" => "RSA_PKCS1_2048_SHA256",
        "RSA_PSS_2048_SHA256" => "RSA_PKCS1_2048_SHA256",
        _ => "Ed25519",
    };
    let ids = ["KP-FROM-006", "ERR-INCOMPAT-030", "ASYM-ALG-001"];
    let mut c = key.case("keypairs", "halves-of-two-algorithms", &ids).algorithm(foreign);
    let foreign = test_keys::of(foreign);
    let (public, secret) = (key.import(&mut c, KeyKind::Publickey), key.import(&mut c, KeyKind::Secretkey));
    let (foreign_public, foreign_secret) =
        (foreign.import(&mut c, KeyKind::Publickey), foreign.import(&mut c, KeyKind::Secretkey));
    for (public, secret) in [(foreign_public, secret), (public, foreign_secret)] {
        let pair = c.expect(IncompatibleKeys).keypair_from_halves(public, secret);
        c.untouched(pair);
    }
    c
}

fn close(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "close", &["KP-CLOSE-019", "ERR-CLOSED-015", "HANDLE-CLOSED-006"]);
    let pair = key.import(&mut c, KeyKind::Keypair);
    c.close(pair);
    c.expect(InvalidHandle).export(pair, key.usual(KeyKind::Keypair));
    c.expect(InvalidHandle).keypair_publickey(pair);
    c.expect(InvalidHandle).keypair_secretkey(pair);
    if key.ty == Signatures {
        c.expect(InvalidHandle).signature_state_open(pair);
    }
    // C4
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(pair);
    c
}

/// A public or secret key where a pair belongs, and a pair where a half belongs.
fn wrong_handles(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "halves-are-no-pairs", &["HANDLE-TYPE-008", "ERR-INVHANDLE-016"]);
    let pair = key.import(&mut c, KeyKind::Keypair);
    let (public, secret) = (c.keypair_publickey(pair), c.keypair_secretkey(pair));
    for half in [public, secret] {
        let as_pair = Handle { ty: HandleType::Keypair, ..half };
        c.expect(InvalidHandle).keypair_publickey(half);
        c.expect(InvalidHandle).keypair_secretkey(half);
        c.expect(InvalidHandle).export(as_pair, key.usual(KeyKind::Keypair));
        c.expect(InvalidHandle).close(as_pair);
    }
    c.expect(InvalidHandle).publickey_of(pair);
    c.expect(InvalidHandle).publickey_of(public);
    c.expect(InvalidHandle).publickey_verify(pair);
    c.expect(InvalidHandle).publickey_verify(secret);
    for (public, secret) in [(secret, public), (pair, secret), (public, pair)] {
        c.expect(InvalidHandle).keypair_from_halves(public, secret);
    }
    for ty in [HandleType::Publickey, HandleType::Secretkey] {
        c.expect(InvalidHandle).close(Handle { ty, ..pair });
    }
    // None of this did any harm.
    c.keypair_from_halves(public, secret);
    c
}

/// Guests import a key again for each signature; the objects are apart.
fn repeated_import(key: &'static TestKey) -> Case {
    let mut c = key.case("keypairs", "import-again-and-again", &["KP-IMPORT-001", "HANDLE-NOREUSE-009"]);
    let kept = key.import(&mut c, KeyKind::Keypair);
    for _ in 0..3 {
        let pair = key.import(&mut c, KeyKind::Keypair);
        c.close(pair);
    }
    let public = c.keypair_publickey(kept);
    key.is_public_key(&mut c, public);
    c
}

fn unknown_algorithms() -> Case {
    let ids = ["KP-GEN-011", "KP-IMPORT-004", "PK-IMPORT-004", "SK-IMPORT-004", "ERR-UNSUPALG-007", "ALG-STR-001"];
    let mut c = Case::new("keypairs/unknown-algorithms", &ids);
    let names: [&[u8]; 9] = [
        b"",
        b"NO-SUCH-ALGORITHM",
        b"Ed2551",
        b"Ed255199",
        b"Ed25519\0",
        b" Ed25519",
        b"RSA_PKCS1_1024_SHA256",
        b"ECDSA_P256_SHA384",
        b"\xff\xfe\x80",
    ];
    for ty in [Signatures, KeyExchange] {
        for name in names {
            let pair = c.expect(UnsupportedAlgorithm).open("keypair_generate", args![ty as u32, name, None::<Handle>]);
            c.untouched(pair);
            for kind in KeyKind::ALL {
                let function = format!("{}_import", kind.name());
                let key = c.expect(UnsupportedAlgorithm).open(&function, args![ty as u32, name, [1; 32], 0]);
                c.untouched(key);
            }
        }
    }
    c
}

/// An algorithm belongs to one type.
fn types_of_algorithms() -> Case {
    let ids = ["ALG-TYPE-007", "ENC-REQ-X25519-KP", "ERR-UNSUPALG-007"];
    let mut c = Case::new("keypairs/algorithms-of-another-type", &ids).kind(Kind::Robustness).may_trap();
    let unsupported = Expect::only(UnsupportedAlgorithm).or_info([InvalidKey, GuestError]);
    let generate = |c: &mut Case, ty: u32, name: &str| {
        let pair = c.expect(unsupported).open("keypair_generate", args![ty, name, None::<Handle>]);
        c.untouched(pair);
        for kind in KeyKind::ALL {
            c.expect(unsupported).open(&format!("{}_import", kind.name()), args![ty, name, [9; 32], 0]);
        }
    };
    for key in test_keys::all() {
        let other: AlgorithmType = if key.ty == Signatures { KeyExchange } else { Signatures };
        generate(&mut c, other as u32, key.algorithm);
        generate(&mut c, Symmetric as u32, key.algorithm);
    }
    for name in ["SHA-256", "AES-128-GCM", "HMAC/SHA-256"] {
        for ty in [Signatures, Symmetric, KeyExchange] {
            generate(&mut c, ty as u32, name);
        }
    }
    for ty in [3, 0xffff, 0x1_0000, u32::MAX] {
        generate(&mut c, ty, "Ed25519");
    }
    c
}

/// The tables' spelling is the one that counts; other cases of the letters are the host's choice.
fn spelling() -> Case {
    let mut c = Case::new("keypairs/spelling", &["ALG-STR-001", "ALG-REQ-003"]).algorithm("Ed25519");
    let key = test_keys::of("Ed25519");
    for name in ["Ed25519", "ED25519", "ed25519"] {
        let canonical = Expect::only(Success);
        c.expect(if name == "Ed25519" { canonical } else { canonical.or_info([UnsupportedAlgorithm]) });
        c.import(KeyKind::Keypair, key.ty, name, key.usual_form(KeyKind::Keypair), Encoding::Raw);
    }
    c
}
