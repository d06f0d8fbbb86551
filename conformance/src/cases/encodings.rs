//! Encodings of keys (requirements ENC-*): each cell of kind of key, encoding, and direction, for each algorithm.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{GuestError, InvalidKey, Success, UnsupportedAlgorithm, UnsupportedEncoding};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Handle, Kind};
use crate::oracle;
use crate::test_keys::{self, Family, TestKey};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![symmetric_keys_are_raw()];
    for key in test_keys::all() {
        for kind in KeyKind::ALL {
            for &encoding in kind.encodings() {
                match key.form(kind, encoding) {
                    Some(form) => {
                        cases.push(imports(key, kind, encoding, form));
                        cases.push(exports(key, kind, encoding, form));
                    }
                    None if encoding == Encoding::Local => cases.push(local(key, kind)),
                    None => {
                        cases.push(import_is_unsupported(key, kind, encoding));
                        cases.push(export_is_unsupported(key, kind, encoding));
                    }
                }
            }
            cases.push(undefined_numbers(key, kind));
        }
        cases.push(imports_agree(key));
        if key.family.is_ec() {
            cases.push(small_scalars(key));
        }
    }
    cases
}

/// What the text asks of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Must,
    /// One passage asks for it and another does not (C6, C7).
    Contradicted,
    May,
}

pub(crate) fn need(key: &TestKey, kind: KeyKind, encoding: Encoding) -> Need {
    let key_exchange = key.ty == AlgorithmType::KeyExchange;
    match (key.family, kind, encoding) {
        (Family::RsaPkcs1 | Family::RsaPss, ..) => Need::Must,
        // ENC-KX-027
        (_, KeyKind::Keypair, _) if key_exchange => Need::May,
        (family, KeyKind::Secretkey, Encoding::Raw | Encoding::Sec) if family.is_ec() => Need::Contradicted,
        // C8
        (family, KeyKind::Publickey, Encoding::Raw) if family.is_ec() => Need::May,
        (family, ..) if family.is_ec() => Need::Must,
        (Family::Ed25519 | Family::X25519, _, Encoding::Raw) => Need::Must,
        // ENC-PK-019
        (Family::XWing | Family::MlKem | Family::MlDsa, KeyKind::Publickey, Encoding::Raw) => Need::Must,
        _ => Need::May,
    }
}

/// The requirements that a cell is about.
pub(crate) fn requirements(key: &TestKey, kind: KeyKind, encoding: Encoding) -> Vec<String> {
    let mut ids = vec!["ENC-DEF-002", "ENC-CONST-008"];
    let family = key.family;
    ids.extend(match encoding {
        Encoding::Raw => ["ENC-RAW-003"],
        Encoding::Pkcs8 => ["ENC-PKCS8-004"],
        Encoding::Pem => ["ENC-PEM-005"],
        Encoding::Sec => ["ENC-SEC-006"],
        Encoding::Local => ["ENC-LOCAL-007"],
    });
    match (kind, encoding) {
        (KeyKind::Publickey, Encoding::Raw) => {
            ids.push("ENC-PK-019");
            ids.extend((family == Family::X25519).then_some("ENC-PK-020"));
            ids.extend((family == Family::Ed25519).then_some("ENC-PK-021"));
        }
        (KeyKind::Publickey, Encoding::Sec) => ids.extend(["ENC-PK-022", "ENC-PK-024"]),
        (KeyKind::Publickey, Encoding::Local) => ids.push("ENC-PK-025"),
        (_, Encoding::Local) => ids.push("ENC-SK-018"),
        (_, Encoding::Pem) => ids.push("ENC-SK-016"),
        (_, Encoding::Sec) => ids.push("ENC-SK-017"),
        (_, Encoding::Pkcs8) => ids.extend(family.is_rsa().then_some("ENC-SK-014")),
        (_, Encoding::Raw) => {
            ids.extend((kind == KeyKind::Secretkey).then_some("ENC-SK-011"));
            ids.extend(family.is_ec().then_some("ENC-SK-012"));
            ids.extend(matches!(family, Family::Ed25519 | Family::X25519).then_some("ENC-SK-013"));
        }
    }
    match kind {
        KeyKind::Keypair if key.ty == AlgorithmType::KeyExchange => ids.push("ENC-KX-027"),
        KeyKind::Keypair if family == Family::Ed25519 => ids.push("ENC-EDKP-032"),
        _ => {}
    }
    let part = ["KP", "PK", "SK"][kind as usize];
    let row = family.table_row().map(|row| format!("ENC-REQ-{row}-{part}"));
    ids.into_iter().map(str::to_owned).chain(row).collect()
}

/// An empty case for a cell.
fn cell(key: &TestKey, kind: KeyKind, encoding: Encoding, direction: &str, more: &[&str]) -> Case {
    let ids = requirements(key, kind, encoding);
    let ids: Vec<&str> = ids.iter().map(String::as_str).chain(more.iter().copied()).collect();
    key.case("encodings", &format!("{}/{}/{direction}", kind.name(), encoding.name()), &ids)
}

/// Adds the steps of a cell, or what a host does that is without it.
fn if_supported(c: &mut Case, need: Need, supported: impl FnOnce(&mut Case), refused: impl FnOnce(&mut Case, Expect)) {
    if need == Need::Must {
        return supported(c);
    }
    c.alternative("supported", supported);
    c.alternative("unsupported encoding", |c| {
        let open = Expect::only(UnsupportedEncoding);
        refused(c, if need == Need::May { open } else { Expect::only(Success).or_warn([UnsupportedEncoding]) });
    });
}

/// A key comes in, and it is this key.
fn imports(key: &'static TestKey, kind: KeyKind, encoding: Encoding, form: &'static [u8]) -> Case {
    let import_id = ["KP-IMPORT-001", "PK-IMPORT-001", "SK-IMPORT-001"][kind as usize];
    let mut c = cell(key, kind, encoding, "import", &[import_id]).exact_keys();
    let supported = |c: &mut Case| {
        let handle = c.import(kind, key.ty, key.algorithm, form, encoding);
        let public = public_half(c, kind, handle);
        key.is_public_key(c, public);
        c.close(handle);
    };
    let refused = |c: &mut Case, expect| {
        c.expect(expect).import(kind, key.ty, key.algorithm, form, encoding);
    };
    if_supported(&mut c, need(key, kind, encoding), supported, refused);
    c
}

/// A key goes out; an independent reader finds it to be this key, and it comes in again.
fn exports(key: &'static TestKey, kind: KeyKind, encoding: Encoding, form: &'static [u8]) -> Case {
    let export_id = ["KP-EXPORT-014", "PK-EXPORT-011", "SK-EXPORT-006"][kind as usize];
    let mut c = cell(key, kind, encoding, "export", &[export_id]);
    // Room for an expanded key where the reference is a seed.
    let max_len = 2 * form.len() as u32 + if matches!(key.family, Family::MlKem | Family::MlDsa) { 8192 } else { 256 };
    let supported = |c: &mut Case| {
        let handle = key.import(c, kind);
        let exported = c.export_bytes(handle, encoding, max_len);
        c.dump(exported.clone());
        let again = c.import(kind, key.ty, key.algorithm, exported, encoding);
        let public = public_half(c, kind, again);
        key.is_public_key(c, public);
    };
    let refused = |c: &mut Case, expect| {
        let handle = key.import(c, kind);
        c.expect(expect).export(handle, encoding);
    };
    if_supported(&mut c, need(key, kind, encoding), supported, refused);
    c.oracle(move |dumps| match dumps {
        [exported] => oracle::encoding::check(key, kind, encoding, exported),
        // The host is without this encoding.
        _ => Ok(()),
    })
}

/// The same key, whatever the encoding it came in.
fn imports_agree(key: &'static TestKey) -> Case {
    let ids = ["ENC-SIGKP-029", "ENC-SIGKP-030", "ENC-PK-023"];
    let mut c = key.case("encodings", "forms-of-one-key-agree", &ids).exact_keys();
    for kind in KeyKind::ALL {
        for &encoding in kind.encodings().iter().filter(|encoding| need(key, kind, **encoding) == Need::Must) {
            let Some(form) = key.form(kind, encoding) else { continue };
            let handle = c.import(kind, key.ty, key.algorithm, form, encoding);
            let public = public_half(&mut c, kind, handle);
            key.is_public_key(&mut c, public);
        }
    }
    if key.family.is_ec() {
        // SEC 1 in: both forms; out: uncompressed.
        let compressed = key.form(KeyKind::Publickey, Encoding::Raw).expect("EC keys have a compressed form");
        let public = c.import(KeyKind::Publickey, key.ty, key.algorithm, compressed, Encoding::Sec);
        key.is_public_key(&mut c, public);
    }
    c
}

/// Scalars with leading zeros keep them, in raw and inside DER.
fn small_scalars(key: &'static TestKey) -> Case {
    let ids = ["ENC-SK-012", "ENC-SK-011", "KP-IMPORT-001", "SK-EXPORT-006"];
    let mut c = key.case("encodings", "scalars-with-leading-zeros", &ids).exact_keys();
    let len = key.form(KeyKind::Secretkey, Encoding::Raw).expect("EC keys have a scalar").len();
    for digits in [&[1][..], &[0xff], &[1, 0, 0], &[0x80, 0, 0, 0, 0]] {
        let scalar = [vec![0; len - digits.len()], digits.to_vec()].concat();
        for kind in [KeyKind::Keypair, KeyKind::Secretkey] {
            let handle = c.import(kind, key.ty, key.algorithm, &scalar, Encoding::Raw);
            c.export_eq(handle, Encoding::Raw, &scalar);
            let der = c.export_bytes(handle, Encoding::Pkcs8, 256);
            let again = c.import(kind, key.ty, key.algorithm, der, Encoding::Pkcs8);
            c.export_eq(again, Encoding::Raw, &scalar);
        }
    }
    c
}

fn import_is_unsupported(key: &'static TestKey, kind: KeyKind, encoding: Encoding) -> Case {
    let mut c = cell(key, kind, encoding, "import-is-unsupported", &import_unsupported_ids(kind));
    // A key of another algorithm: well-formed on the outside, if the encoding has an outside.
    let foreign = test_keys::of("Ed25519");
    let form = foreign.form(kind, encoding).unwrap_or(key.usual_form(kind));
    c.expect(unsupported_import(kind)).import(kind, key.ty, key.algorithm, form, encoding);
    c
}

fn import_unsupported_ids(kind: KeyKind) -> [&'static str; 1] {
    [["KP-IMPORT-002", "PK-IMPORT-002", "SK-IMPORT-002"][kind as usize]]
}

/// `unsupported_encoding`; a host that has the encoding finds the key malformed in it. C3 for key pairs.
fn unsupported_import(kind: KeyKind) -> Expect {
    let expect = Expect::only(UnsupportedEncoding).or_info([InvalidKey]);
    if kind == KeyKind::Keypair { expect.or_info([UnsupportedAlgorithm]) } else { expect }
}

fn export_is_unsupported(key: &'static TestKey, kind: KeyKind, encoding: Encoding) -> Case {
    let export_id = ["KP-EXPORT-014", "PK-EXPORT-011", "SK-EXPORT-007"][kind as usize];
    let mut c = cell(key, kind, encoding, "export-is-unsupported", &[export_id]);
    let handle = key.import(&mut c, kind);
    c.expect(Expect::only(UnsupportedEncoding).or_info([Success])).export(handle, encoding);
    c
}

/// `local` is the host's own: what it writes it reads, or it does not have it.
fn local(key: &'static TestKey, kind: KeyKind) -> Case {
    let mut c = cell(key, kind, Encoding::Local, "round-trip-or-unsupported", &[]);
    let handle = key.import(&mut c, kind);
    c.alternative("unsupported encoding", |c| {
        c.expect(UnsupportedEncoding).export(handle, Encoding::Local);
        c.expect(unsupported_import(kind));
        c.import(kind, key.ty, key.algorithm, key.usual_form(kind), Encoding::Local);
    });
    c.alternative("round trip", |c| {
        let exported = c.export_bytes(handle, Encoding::Local, 16_384);
        let again = c.import(kind, key.ty, key.algorithm, exported, Encoding::Local);
        let public = public_half(c, kind, again);
        key.is_public_key(c, public);
    });
    c
}

/// Numbers that stand for no encoding, with all 32 bits looked at.
fn undefined_numbers(key: &'static TestKey, kind: KeyKind) -> Case {
    let behaviour = format!("{}/undefined-encodings-are-refused", kind.name());
    let mut c = key.case("encodings", &behaviour, &["ENC-DEF-002", "ENC-CONST-008"]).kind(Kind::Robustness).may_trap();
    let handle = key.import(&mut c, kind);
    let refused = Expect::only(UnsupportedEncoding).or_info([GuestError, UnsupportedAlgorithm]);
    let (usual, form) = (key.usual(kind).number(kind), key.usual_form(kind));
    for number in [kind.encodings().len() as u32, 255, 0x100 + usual, 0x1_0000 + usual, 0x8000_0000, u32::MAX] {
        c.expect(refused).import_numbered(kind, key.ty, key.algorithm, form, number);
        c.expect(refused).export_numbered(handle, number);
    }
    c
}

/// Symmetric keys are what they are: raw bytes.
fn symmetric_keys_are_raw() -> Case {
    let mut c = Case::new("encodings/symmetric/raw-bytes", &["ENC-SYM-009", "ENC-SYM-010", "ENC-RAW-003"])
        .algorithm("AES-128-GCM");
    let raw = *b"\x00\x80\xffsixteen bytes";
    let key = c.key_import("AES-128-GCM", raw);
    let exported = c.key_export(key);
    c.pull_eq(exported, raw);
    c
}

/// The public key of any key object.
pub(super) fn public_half(c: &mut Case, kind: KeyKind, handle: Handle) -> Handle {
    match kind {
        KeyKind::Keypair => c.keypair_publickey(handle),
        KeyKind::Publickey => handle,
        KeyKind::Secretkey => c.publickey_of(handle),
    }
}
