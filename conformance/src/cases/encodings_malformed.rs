//! Keys that are malformed, of the wrong size, out of range, or not what they are said to be: refused, and the host goes on.

use wasi_crypto_interface::Errno::{InvalidKey, NotImplemented, Success, UnsupportedEncoding};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Kind};
use crate::cases::signatures_encodings::order;
use crate::oracle::der::{BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE};
use crate::test_keys::{self, Family, TestKey, der};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for key in test_keys::all() {
        for kind in KeyKind::ALL {
            for &encoding in kind.encodings() {
                let Some(form) = key.form(kind, encoding) else { continue };
                cases.push(oversized(key, kind, encoding));
                let malformed = match encoding {
                    Encoding::Pem => pem(key, kind, form),
                    Encoding::Pkcs8 => pkcs8(key, kind, form),
                    _ => octets(key, kind, encoding, form),
                };
                cases.extend(malformed.into_iter().map(|input| input.case(key, kind, encoding)));
            }
        }
    }
    cases
}

/// Something that looks like a key.
struct Input {
    name: String,
    bytes: Vec<u8>,
    answer: Answer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// Import refuses it.
    Refused,
    /// Import of a public key refuses it, or its check does (PK-SAFE-005).
    RefusedOrFoundOut,
    /// The text leaves it open whether a host takes it.
    Open,
    /// A host may be without this form of the encoding.
    Optional,
}

fn refused(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Input {
    Input { name: name.into(), bytes: bytes.into(), answer: Answer::Refused }
}

fn unsound(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Input {
    Input { answer: Answer::RefusedOrFoundOut, ..refused(name, bytes) }
}

fn open(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Input {
    Input { answer: Answer::Open, ..refused(name, bytes) }
}

impl Input {
    fn case(self, key: &'static TestKey, kind: KeyKind, encoding: Encoding) -> Case {
        let behaviour = format!("malformed/{}/{}/{}", kind.name(), encoding.name(), self.name);
        let mut ids = vec!["ERR-INVKEY-009"];
        ids.push(["KP-IMPORT-003", "PK-IMPORT-003", "SK-IMPORT-003"][kind as usize]);
        ids.extend((self.answer == Answer::RefusedOrFoundOut).then_some("PK-SAFE-005"));
        ids.extend(match self.name.as_str() {
            "seed-alone" => Some("ENC-EDKP-033"),
            "halves-do-not-belong-together" => Some("ENC-EDKP-034"),
            "encrypted" => Some(if kind == KeyKind::Secretkey { "ENC-SK-015" } else { "ENC-PKCS8-004" }),
            _ => None,
        });
        let mut c = key.case("encodings", &behaviour, &ids).kind(Kind::Robustness);
        let import =
            |c: &mut Case, expect: Expect| c.expect(expect).import(kind, key.ty, key.algorithm, &*self.bytes, encoding);
        let invalid = Expect::only(InvalidKey);
        match self.answer {
            Answer::Refused => {
                let handle = import(&mut c, invalid.or_info_any_error());
                c.untouched(handle);
            }
            Answer::Open => {
                import(&mut c, invalid.or_info([Success, UnsupportedEncoding]));
            }
            Answer::Optional => {
                import(&mut c, Expect::only(Success).or_info([InvalidKey]));
            }
            Answer::RefusedOrFoundOut => {
                c.alternative("import refuses it", |c| {
                    import(c, invalid);
                });
                c.alternative("the check refuses it", |c| {
                    let public = import(c, Expect::only(Success));
                    c.expect(Expect::only(InvalidKey).or_info([NotImplemented])).publickey_verify(public);
                });
                return c;
            }
        }
        // The host is well: the good key still comes in.
        key.import(&mut c, kind);
        c
    }
}

/// 4 MiB, which no key has: refused without much work.
fn oversized(key: &'static TestKey, kind: KeyKind, encoding: Encoding) -> Case {
    let behaviour = format!("malformed/{}/{}/4-mib", kind.name(), encoding.name());
    let mut c = key.case("encodings", &behaviour, &["ERR-INVKEY-009"]).kind(Kind::Stress);
    let input = c.scratch(4 << 20);
    for byte in [0x30, b'-', b'A'] {
        c.fill(input, byte);
        let expect = Expect::only(InvalidKey).or_info_any_error();
        c.expect(expect).import(kind, key.ty, key.algorithm, input, encoding);
    }
    c
}

/// Raw and SEC 1.
fn octets(key: &TestKey, kind: KeyKind, encoding: Encoding, form: &[u8]) -> Vec<Input> {
    let len = form.len();
    let longer = [form, form].concat();
    let mut inputs = vec![
        refused("empty", []),
        refused("one-byte", [form[0]]),
        refused("one-byte-short", &form[..len - 1]),
        refused("first-byte-missing", &form[1..]),
        refused("one-byte-long", &longer[..len + 1]),
        refused("leading-zero", [&[0], form].concat()),
        refused("twice", &*longer),
    ];
    match (key.family, kind) {
        (family, KeyKind::Publickey) if family.is_ec() => inputs.extend(points(key, form)),
        (family, _) if family.is_ec() && encoding == Encoding::Raw => inputs.extend(scalars(key)),
        (family, _) if family.is_ec() => inputs.extend(sec1(key, form)),
        (Family::Ed25519 | Family::X25519, KeyKind::Keypair) => {
            let (first, second) = form.split_at(32);
            let other = key.form(KeyKind::Publickey, Encoding::Raw).expect("these keys are raw").to_vec();
            let mut wrong = other;
            wrong[0] ^= 1;
            let mismatch = match key.family {
                Family::Ed25519 => [first, &wrong].concat(),
                _ => [&*wrong, second].concat(),
            };
            inputs.extend([
                refused("seed-alone", if key.family == Family::Ed25519 { first } else { second }),
                open("halves-do-not-belong-together", mismatch),
                open("halves-are-swapped", [second, first].concat()),
            ]);
        }
        (Family::MlKem, KeyKind::Publickey) => {
            // Coefficients of 12 bits above the modulus (FIPS 203 section 7.2).
            inputs.push(unsound("coefficients-above-the-modulus", vec![0xff; len]));
            inputs
                .push(unsound("one-coefficient-is-the-modulus", [&[0x01, form[1] & 0xf0 | 0x0d], &form[2..]].concat()));
        }
        _ => {}
    }
    inputs
}

/// Scalars that are none.
fn scalars(key: &TestKey) -> Vec<Input> {
    let order = order(key);
    let mut above = order.clone();
    *above.last_mut().expect("orders have bytes") += 1;
    vec![
        refused("scalar/zero", vec![0; order.len()]),
        refused("scalar/order", &*order),
        refused("scalar/order-plus-1", above),
        refused("scalar/ones", vec![0xff; order.len()]),
    ]
}

/// Points that are none, and encodings that SEC 1 defines and the text does not name.
fn points(key: &TestKey, form: &[u8]) -> Vec<Input> {
    let field_len = order(key).len();
    let uncompressed = key.form(KeyKind::Publickey, Encoding::Sec).expect("EC keys are SEC 1");
    let with_tag = |tag: u8, point: &[u8]| [&[tag], &point[1..]].concat();
    let mut off_curve = uncompressed.to_vec();
    off_curve[2 * field_len] ^= 1;
    let hybrid = 6 | (uncompressed[2 * field_len] & 1);
    let other_curve = match key.family {
        Family::P256 => "ECDSA_P384_SHA384",
        _ => "ECDSA_P256_SHA256",
    };
    let other_curve = test_keys::of(other_curve).usual_form(KeyKind::Publickey);
    let twist = if key.family == Family::Secp256k1 { "ECDSA_P256_SHA256" } else { "ECDSA_K256_SHA256" };
    let twist = test_keys::of(twist).form(KeyKind::Publickey, Encoding::Sec).expect("EC keys are SEC 1");
    let mut inputs = vec![
        unsound("point/identity", [0]),
        unsound("point/identity-padded", vec![0; form.len()]),
        unsound("point/off-the-curve", off_curve),
        unsound("point/zeros", with_tag(4, &vec![0; 2 * field_len + 1])),
        unsound("point/x-is-above-the-prime", with_tag(2, &vec![0xff; field_len + 1])),
        refused("point/no-tag", &uncompressed[1..]),
        refused("point/tag-1", with_tag(1, form)),
        refused("point/tag-5", with_tag(5, uncompressed)),
        refused("point/compressed-tag-uncompressed-length", with_tag(2, uncompressed)),
        refused("point/uncompressed-tag-compressed-length", with_tag(4, &uncompressed[..=field_len])),
        open("point/hybrid", with_tag(hybrid, uncompressed)),
        unsound("point/hybrid-with-the-wrong-parity", with_tag(hybrid ^ 1, uncompressed)),
        refused("point/of-a-curve-of-another-size", other_curve),
    ];
    if twist.len() == uncompressed.len() {
        inputs.push(unsound("point/of-another-curve", twist));
    }
    inputs
}

/// `ECPrivateKey`.
fn sec1(key: &TestKey, form: &[u8]) -> Vec<Input> {
    let scalar = key.form(KeyKind::Secretkey, Encoding::Raw).expect("EC keys have a scalar");
    let mut inputs: Vec<Input> = scalars(key)
        .into_iter()
        .flat_map(|input| {
            let inside = replaced(form, scalar, &input.bytes);
            [refused(format!("in-der/{}", input.name), inside), input]
        })
        .collect();
    inputs.push(Input { answer: Answer::Optional, ..refused("bare-scalar", scalar) });
    inputs.push(refused("short-bare-scalar", &scalar[1..]));
    inputs.push(refused("pkcs8", key.form(KeyKind::Secretkey, Encoding::Pkcs8).expect("EC keys are PKCS#8")));
    inputs.push(open("public-key-of-another-pair", with_other_public(key, form)));
    inputs.extend(ber(form));
    inputs
}

/// `PrivateKeyInfo` and `SubjectPublicKeyInfo`.
fn pkcs8(key: &TestKey, kind: KeyKind, form: &[u8]) -> Vec<Input> {
    let len = form.len();
    let foreign = if key.family == Family::Ed25519 { "ECDSA_P256_SHA256" } else { "Ed25519" };
    let foreign = test_keys::of(foreign).form(kind, Encoding::Pkcs8).expect("both have DER");
    let other_kind = if kind == KeyKind::Publickey { KeyKind::Secretkey } else { KeyKind::Publickey };
    let mut inputs = vec![
        refused("empty", []),
        refused("garbage", [0xff; 100]),
        refused("zeros", vec![0; len]),
        refused("one-byte-short", &form[..len - 1]),
        refused("half", &form[..len / 2]),
        refused("header-alone", &form[..4]),
        refused("one-byte-long", [form, &[0]].concat()),
        refused("twice", [form, form].concat()),
        refused("of-another-algorithm", foreign),
        refused("of-another-kind", key.form(other_kind, Encoding::Pkcs8).expect("both halves have DER")),
        refused("pem", key.form(kind, Encoding::Pem).expect("what has DER has PEM")),
    ];
    inputs.extend(ber(form));
    if let Some(raw) = key.form(kind, Encoding::Raw) {
        inputs.push(refused("raw", raw));
    }
    match (key.family, kind) {
        (family, _) if family.is_rsa() => inputs.extend(rsa(key, kind, form)),
        (family, KeyKind::Publickey) if family.is_ec() => {
            let point = key.form(kind, Encoding::Sec).expect("EC keys are SEC 1");
            let same_length = points(key, point).into_iter().filter(|input| input.bytes.len() == point.len());
            inputs.extend(same_length.map(|input| Input {
                name: format!("in-der/{}", input.name),
                bytes: replaced(form, point, &input.bytes),
                ..input
            }));
            // An x coordinate alone, which has two points: a host that takes it, picks one.
            let identifier = Reader::new(content(form)).take(SEQUENCE).expect("the test keys are valid DER");
            let compact = [&[0, 5], &point[1..=point.len() / 2]].concat();
            let info = [value(SEQUENCE, identifier), value(BIT_STRING, &compact)].concat();
            inputs.push(refused("in-der/point/compact", value(SEQUENCE, &info)));
        }
        (family, _) if family.is_ec() => {
            let scalar = key.form(KeyKind::Secretkey, Encoding::Raw).expect("EC keys have a scalar");
            let inside = |input: Input| {
                let bytes = replaced(form, scalar, &input.bytes);
                refused(format!("in-der/{}", input.name), bytes)
            };
            inputs.extend(scalars(key).into_iter().map(inside));
            let sec1 = key.form(KeyKind::Secretkey, Encoding::Sec).expect("EC keys are SEC 1");
            inputs.push(open("ec-private-key", sec1));
            inputs.push(open("public-key-of-another-pair", with_other_public(key, form)));
        }
        (Family::Ed25519 | Family::X25519, KeyKind::Keypair | KeyKind::Secretkey) => {
            let mut public = key.form(KeyKind::Publickey, Encoding::Raw).expect("these keys are raw").to_vec();
            let mut two = with_public(form, &public);
            inputs.push(Input { answer: Answer::Optional, ..refused("with-public-key", &*two) });
            public[0] ^= 1;
            two = with_public(form, &public);
            inputs.push(open("public-key-of-another-pair", two));
        }
        (Family::MlDsa, KeyKind::Keypair | KeyKind::Secretkey) => {
            // An expanded key (RFC 9881 section 6) of no length that one has.
            let identifier = Reader::new(&content(form)[3..]).take(SEQUENCE).expect("the test keys are valid DER");
            let expanded = value(OCTET_STRING, &value(OCTET_STRING, &[0; 100]));
            let info = [value(INTEGER, &[0]), value(SEQUENCE, identifier), expanded].concat();
            inputs.push(refused("short-expanded-key", value(SEQUENCE, &info)));
        }
        _ => {}
    }
    if kind != KeyKind::Publickey {
        for version in [2, 0xff] {
            let later = [&[INTEGER, 1, version], &content(form)[3..]].concat();
            inputs.push(refused(format!("version-field-{version}"), value(SEQUENCE, &later)));
        }
    }
    if kind != KeyKind::Publickey && key.family == Family::P256 {
        let encrypted = der(include_str!("../../test-keys/p256.encrypted.pem"));
        inputs.push(open("encrypted", encrypted));
    }
    inputs
}

/// The same content in encodings that BER allows and DER does not.
fn ber(form: &[u8]) -> Vec<Input> {
    let content = content(form);
    let len = content.len() as u32;
    vec![
        refused("length-in-four-bytes", [&[form[0], 0x84][..], &len.to_be_bytes(), content].concat()),
        refused("indefinite-length", [&[form[0], 0x80], content, &[0, 0]].concat()),
        refused("huge-length", [&[form[0], 0x84, 0xff, 0xff, 0xff, 0xff], content].concat()),
        refused("wrong-tag", [&[0x31], &form[1..]].concat()),
    ]
}

/// PEM.
fn pem(key: &TestKey, kind: KeyKind, form: &[u8]) -> Vec<Input> {
    let text = str::from_utf8(form).expect("PEM is text");
    let label = if kind == KeyKind::Publickey { "PUBLIC KEY" } else { "PRIVATE KEY" };
    let other_kind = if kind == KeyKind::Publickey { KeyKind::Secretkey } else { KeyKind::Publickey };
    let (begin, rest) = text.split_once('\n').expect("PEM has lines");
    let body = rest.rsplit_once("-----END").expect("PEM has an end").0;
    let mut inputs = vec![
        refused("empty", []),
        refused("der", key.form(kind, Encoding::Pkcs8).expect("what has PEM has DER")),
        refused("no-begin", rest),
        refused("no-end", format!("{begin}\n{body}")),
        refused("cut", &form[..form.len() / 2]),
        refused("empty-body", format!("{begin}\n-----END {label}-----\n")),
        refused("other-label", text.replace(label, "CERTIFICATE")),
        refused("labels-differ", text.replace(&format!("END {label}"), "END CERTIFICATE")),
        refused("not-base64", text.replacen("\nM", "\n*", 1)),
        refused("label-of-another-kind", swap_label(text, label)),
        refused("of-another-kind", key.form(other_kind, Encoding::Pem).expect("both halves have PEM")),
        refused("nul", text.replacen('\n', "\0", 1)),
        refused("not-text", [&[0xff, 0xfe], form].concat()),
        Input { answer: Answer::Optional, ..refused("crlf", text.replace('\n', "\r\n")) },
        open("two-objects", [form, form].concat()),
    ];
    if kind != KeyKind::Publickey && key.family.is_ec() {
        let sec1 = match key.family {
            Family::P256 => include_str!("../../test-keys/p256.sec1.pem"),
            Family::P384 => include_str!("../../test-keys/p384.sec1.pem"),
            _ => include_str!("../../test-keys/secp256k1.sec1.pem"),
        };
        inputs.push(Input { answer: Answer::Optional, ..refused("ec-private-key", sec1) });
        inputs.push(open("encrypted", include_str!("../../test-keys/p256.encrypted.pem")));
    }
    inputs
}

fn swap_label(text: &str, label: &str) -> String {
    text.replace(label, if label == "PUBLIC KEY" { "PRIVATE KEY" } else { "PUBLIC KEY" })
}

/// Keys of another size under this name, and numbers that RSA does not allow.
fn rsa(key: &TestKey, kind: KeyKind, form: &[u8]) -> Vec<Input> {
    let other_size = |name: &str| test_keys::of(name).usual_form(kind);
    let mut inputs = Vec::new();
    for (size, name) in
        [(2048, "RSA_PKCS1_2048_SHA256"), (3072, "RSA_PKCS1_3072_SHA384"), (4096, "RSA_PKCS1_4096_SHA512")]
    {
        if key.signature_len * 8 != size {
            inputs.push(refused(format!("of-{size}-bits"), other_size(name)));
        }
    }
    let parsed = if kind == KeyKind::Publickey { rsa_public(form) } else { rsa_secret(form) };
    inputs.extend(parsed.expect("the test keys are valid DER"));
    inputs
}

fn rsa_public(form: &[u8]) -> Result<Vec<Input>, String> {
    let mut info = Reader::inside(form, SEQUENCE)?;
    let (identifier, bits) = (info.take(SEQUENCE)?, info.take(BIT_STRING)?);
    let mut numbers = Reader::inside(&bits[1..], SEQUENCE)?;
    let (modulus, exponent) = (numbers.take(INTEGER)?, numbers.take(INTEGER)?);
    let with_identifier = |identifier: &[u8], modulus: &[u8], exponent: &[u8]| {
        let numbers = value(SEQUENCE, &[value(INTEGER, modulus), value(INTEGER, exponent)].concat());
        let bits = value(BIT_STRING, &[vec![0], numbers].concat());
        value(SEQUENCE, &[value(SEQUENCE, identifier), bits].concat())
    };
    let with = |modulus: &[u8], exponent: &[u8]| with_identifier(identifier, modulus, exponent);
    let mut even = modulus.to_vec();
    *even.last_mut().expect("a modulus has bytes") &= 0xfe;
    // OBJECT IDENTIFIER rsaEncryption without NULL; and id-RSASSA-PSS (RFC 4055), whose last arc is 10.
    let without_null = &identifier[..identifier.len() - 2];
    let mut pss = without_null.to_vec();
    *pss.last_mut().expect("an identifier has bytes") = 10;
    let small = der(include_str!("../../test-keys/rsa1024.public.pem"));
    Ok(vec![
        refused("of-1024-bits", small),
        refused("of-16384-bits", with(&[&[0, 0x80][..], &[1; 2047]].concat(), exponent)),
        refused("pkcs1", value(SEQUENCE, &[value(INTEGER, modulus), value(INTEGER, exponent)].concat())),
        unsound("even-modulus", with(&even, exponent)),
        refused("negative-modulus", with(&modulus[1..], exponent)),
        refused("modulus-with-two-zeros", with(&[&[0], modulus].concat(), exponent)),
        refused("modulus-one-bit-short", with(&[&[modulus[1] >> 1], &modulus[2..]].concat(), exponent)),
        refused("modulus-zero", with(&[0], exponent)),
        unsound("exponent-zero", with(modulus, &[0])),
        unsound("exponent-one", with(modulus, &[1])),
        unsound("exponent-two", with(modulus, &[2])),
        unsound("exponent-65536", with(modulus, &[1, 0, 0])),
        refused("negative-exponent", with(modulus, &[0x81])),
        refused("empty-exponent", with(modulus, &[])),
        open("exponent-as-long-as-the-modulus", with(modulus, modulus)),
        Input { answer: Answer::Optional, ..refused("exponent-3", with(modulus, &[3])) },
        open("no-null-parameters", with_identifier(without_null, modulus, exponent)),
        open("identifier-of-pss", with_identifier(&pss, modulus, exponent)),
        refused("another-identifier", with_identifier(&identifier[..identifier.len() - 3], modulus, exponent)),
        refused("exponent-missing", {
            let bits = value(BIT_STRING, &[vec![0], value(SEQUENCE, &value(INTEGER, modulus))].concat());
            value(SEQUENCE, &[value(SEQUENCE, identifier), bits].concat())
        }),
    ])
}

fn rsa_secret(form: &[u8]) -> Result<Vec<Input>, String> {
    let mut info = Reader::inside(form, SEQUENCE)?;
    let (version, identifier, inner) = (info.take(INTEGER)?, info.take(SEQUENCE)?, info.take(OCTET_STRING)?);
    let mut reader = Reader::inside(inner, SEQUENCE)?;
    let mut numbers = Vec::new();
    while reader.peek().is_some() {
        numbers.push(reader.take(INTEGER)?);
    }
    let with_numbers = |numbers: &[Vec<u8>]| {
        let numbers: Vec<u8> = numbers.iter().flat_map(|number| value(INTEGER, number)).collect();
        let inner = value(OCTET_STRING, &value(SEQUENCE, &numbers));
        value(SEQUENCE, &[value(INTEGER, version), value(SEQUENCE, identifier), inner].concat())
    };
    let mut inputs = vec![refused("pkcs1", inner)];
    let names =
        ["version", "modulus", "public-exponent", "private-exponent", "prime-1", "prime-2", "dp", "dq", "coefficient"];
    for (i, name) in names.iter().enumerate() {
        let mut changed: Vec<Vec<u8>> = numbers.iter().map(|number| number.to_vec()).collect();
        // An odd number stays odd, and of the same length.
        *changed[i].last_mut().expect("an integer has bytes") ^= 2;
        // That the numbers belong together can be found out when signing, at the latest.
        inputs.push(open(format!("another-{name}"), with_numbers(&changed)));
        changed[i] = vec![0];
        inputs.push(if i == 0 {
            refused("eight-numbers", with_numbers(&changed[..8]))
        } else {
            open(format!("{name}-is-zero"), with_numbers(&changed))
        });
    }
    Ok(inputs)
}

/// A DER value.
pub(super) fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let header = match len {
        0..0x80 => vec![tag, len as u8],
        0x80..0x100 => vec![tag, 0x81, len as u8],
        _ => vec![tag, 0x82, (len >> 8) as u8, len as u8],
    };
    [&header, content].concat()
}

/// The content of the DER value.
pub(super) fn content(form: &[u8]) -> &[u8] {
    Reader::new(form).take(form[0]).expect("the test keys are valid DER")
}

/// The first occurrence of `old` replaced by something as long.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let at = bytes.windows(old.len()).position(|window| window == old).expect("the encoding holds the bytes");
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// The key's encoding with the public key of another pair.
fn with_other_public(key: &TestKey, form: &[u8]) -> Vec<u8> {
    let own = key.form(KeyKind::Publickey, Encoding::Sec).expect("EC keys are SEC 1");
    replaced(form, own, key.other())
}

/// Version 2 of the key's encoding (RFC 5958), with a public key.
fn with_public(form: &[u8], public: &[u8]) -> Vec<u8> {
    let mut content = content(form).to_vec();
    // INTEGER 0 becomes INTEGER 1.
    content[2] = 1;
    content.extend(value(0x81, &[&[0], public].concat()));
    value(SEQUENCE, &content)
}
