//! Keys as other tools write them: other layouts of the same content, which the text does not speak of.

use wasi_crypto_interface::Errno::{InvalidKey, UnsupportedEncoding};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Kind};
use crate::cases::encodings_malformed::{content, value};
use crate::oracle::der::{BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE};
use crate::test_keys::{self, Family, TestKey};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for key in test_keys::all() {
        for kind in KeyKind::ALL {
            let mut add = |encoding: Encoding, name: &str, bytes: Vec<u8>| {
                cases.push(is_read(key, kind, encoding, name, &bytes));
            };
            let Some(der) = key.form(kind, Encoding::Pkcs8) else { continue };
            let pem = key.form(kind, Encoding::Pem).expect("what has DER has PEM");
            for (name, text) in pem_layouts(str::from_utf8(pem).expect("PEM is text")) {
                add(Encoding::Pem, name, text.into_bytes());
            }
            if let Some((label, inner)) = traditional(key, kind, der) {
                add(Encoding::Pem, "traditional", block(label, &base64(&inner), 64).into_bytes());
            }
            if kind != KeyKind::Publickey {
                for (name, der) in private_key_infos(key, der) {
                    add(Encoding::Pkcs8, name, der);
                }
            }
        }
    }
    cases
}

/// Import takes the bytes as the test key, or refuses them.
fn is_read(key: &TestKey, kind: KeyKind, encoding: Encoding, name: &str, bytes: &[u8]) -> Case {
    let behaviour = format!("of-tools/{}/{}/{name}", kind.name(), encoding.name());
    let id = ["KP-IMPORT-001", "PK-IMPORT-001", "SK-IMPORT-001"][kind as usize];
    let mut c = key.case("encodings", &behaviour, &[id]).kind(Kind::Robustness);
    c.alternative("it is read as the key that it is", |c| {
        let handle = c.import(kind, key.ty, key.algorithm, bytes, encoding);
        let public = match kind {
            KeyKind::Keypair => c.keypair_publickey(handle),
            KeyKind::Secretkey => c.publickey_of(handle),
            KeyKind::Publickey => handle,
        };
        key.is_public_key(c, public);
    });
    c.alternative("it is refused", |c| {
        let refusal = Expect::only(InvalidKey).or_info([UnsupportedEncoding]);
        c.expect(refusal).import(kind, key.ty, key.algorithm, bytes, encoding);
    });
    c
}

/// What OpenSSL, and most others, read.
fn pem_layouts(text: &str) -> Vec<(&'static str, String)> {
    let (begin, rest) = text.split_once('\n').expect("PEM has lines");
    let body: String = rest.lines().take_while(|line| !line.starts_with('-')).collect();
    let label = begin.trim_matches('-').trim_start_matches("BEGIN ");
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    vec![
        ("blank-line-at-the-end", format!("{text}\n")),
        ("no-line-break-at-the-end", text.trim_end().to_owned()),
        ("blanks-at-line-ends", text.replace('\n', " \n")),
        ("tabs-and-crlf", text.replace('\n', "\t\r\n")),
        ("60-columns", block(label, &body, 60)),
        ("76-columns", block(label, &body, 76)),
        ("one-line", block(label, &body, body.len())),
        ("byte-order-mark", format!("\u{feff}{text}")),
        ("text-before", format!("Bag Attributes\n    friendlyName: key\n{text}")),
        ("text-behind", format!("{text}The end.\n")),
        ("certificate-before", format!("{certificate}{text}")),
        ("certificate-behind", format!("{text}{certificate}")),
    ]
}

fn block(label: &str, body: &str, columns: usize) -> String {
    let lines: Vec<_> = body.as_bytes().chunks(columns).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// In one line.
fn base64(der: &[u8]) -> String {
    let text = pem_rfc7468::encode_string("KEY", pem_rfc7468::LineEnding::LF, der).expect("keys are short");
    text.lines().filter(|line| !line.starts_with('-')).collect()
}

/// The label and the content of what OpenSSL writes without PKCS#8: PKCS#1 (RFC 8017) and `ECPrivateKey` (RFC 5915).
fn traditional(key: &TestKey, kind: KeyKind, der: &[u8]) -> Option<(&'static str, Vec<u8>)> {
    let mut info = Reader::inside(der, SEQUENCE).expect("the test keys are valid DER");
    let mut take = |tag| info.take(tag).expect("the test keys are valid DER");
    if kind == KeyKind::Publickey {
        take(SEQUENCE);
        return key.family.is_rsa().then(|| ("RSA PUBLIC KEY", take(BIT_STRING)[1..].to_vec()));
    }
    take(INTEGER);
    take(SEQUENCE);
    let inner = take(OCTET_STRING).to_vec();
    match key.family {
        family if family.is_rsa() => Some(("RSA PRIVATE KEY", inner)),
        family if family.is_ec() => Some(("EC PRIVATE KEY", inner)),
        _ => None,
    }
}

/// `PrivateKeyInfo` in the ways that it is written.
fn private_key_infos(key: &TestKey, der: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let fields = content(der);
    // INTEGER 0, of three bytes, comes first.
    let with = |version: u8, more: &[u8]| value(SEQUENCE, &[&[INTEGER, 1, version], &fields[3..], more].concat());
    // As python-ecdsa writes it; and with the attribute `localKeyID` (PKCS#9) of one byte.
    let attribute = b"\xa0\x12\x30\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x15\x31\x03\x04\x01\x07";
    let mut infos = vec![("version-2-without-public-key", with(1, b"")), ("attributes", with(0, attribute))];
    if key.family == Family::Ed25519 {
        let public = key.form(KeyKind::Publickey, Encoding::Raw).expect("these keys are raw");
        // As ring writes it up to version 0.16.
        infos.push(("explicit-public-key", with(1, &value(0xa1, &value(BIT_STRING, &[&[0], public].concat())))));
    }
    if key.family.is_ec() {
        let scalar = key.form(KeyKind::Secretkey, Encoding::Raw).expect("EC keys have a scalar");
        // As GnuTLS writes it, for half of all keys.
        for (name, scalar) in [
            ("scalar-with-a-leading-zero", [&[0], scalar].concat()),
            ("scalar-with-many-leading-zeros", [&[0; 100], scalar].concat()),
        ] {
            let identifier = Reader::new(&fields[3..]).take(SEQUENCE).expect("the test keys are valid DER");
            let inner = [value(INTEGER, &[1]), value(OCTET_STRING, &scalar)].concat();
            let inner = value(OCTET_STRING, &value(SEQUENCE, &inner));
            let info = [value(INTEGER, &[0]), value(SEQUENCE, identifier), inner].concat();
            infos.push((name, value(SEQUENCE, &info)));
        }
    }
    infos
}
