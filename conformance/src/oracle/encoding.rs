//! Judges an exported key by its structure, against the same key as OpenSSL encoded it.

use crate::calls::{Encoding, KeyKind};
use crate::oracle::der::{BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE, unsigned};
use crate::test_keys::{Family, TestKey};

/// Whether `bytes` is an encoding of the key, in any of the ways that the standards allow.
pub(crate) fn check(key: &TestKey, kind: KeyKind, encoding: Encoding, bytes: &[u8]) -> Result<(), String> {
    match (encoding, kind) {
        (Encoding::Raw | Encoding::Local, _) | (Encoding::Sec, KeyKind::Publickey | KeyKind::Keypair) => {
            let same = key.form(kind, encoding) == Some(bytes);
            if same { Ok(()) } else { Err(format!("another {} key came out", encoding.name())) }
        }
        (Encoding::Sec, KeyKind::Secretkey) => ec_private_key(key, bytes),
        (Encoding::Pkcs8, KeyKind::Publickey) => public_key_info(key, bytes),
        (Encoding::Pkcs8, _) => private_key_info(key, bytes),
        (Encoding::Pem, _) => check(key, kind, Encoding::Pkcs8, &unpem(kind, bytes)?),
    }
}

/// RFC 7468: the right label, lines of at most 64 characters, one object and nothing else.
fn unpem(kind: KeyKind, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = str::from_utf8(bytes).map_err(|_| "the PEM is no text")?;
    let wanted = if kind == KeyKind::Publickey { "PUBLIC KEY" } else { "PRIVATE KEY" };
    let lines: Vec<&str> = text.lines().collect();
    let framed = lines.first().is_some_and(|line| *line == format!("-----BEGIN {wanted}-----"))
        && lines.last().is_some_and(|line| *line == format!("-----END {wanted}-----"));
    if !framed {
        return Err(format!("the PEM does not begin and end with the label {wanted}"));
    }
    if lines.iter().any(|line| line.len() > 64) {
        return Err("a line of the PEM is longer than 64 characters".into());
    }
    pem_rfc7468::decode_vec(bytes).map(|(_, der)| der).map_err(|error| format!("the PEM is malformed: {error}"))
}

/// `SubjectPublicKeyInfo`, RFC 5280.
fn public_key_info(key: &TestKey, bytes: &[u8]) -> Result<(), String> {
    let reference = key.form(KeyKind::Publickey, Encoding::Pkcs8).ok_or("no such encoding is known")?;
    let parse = |der| {
        let mut info = Reader::inside(der, SEQUENCE)?;
        let (identifier, public) = (info.take(SEQUENCE)?, info.take(BIT_STRING)?);
        info.end()?;
        Ok::<_, String>((identifier, public))
    };
    let ((identifier, public), (wanted_identifier, wanted_public)) = (parse(bytes)?, parse(reference)?);
    if identifier != wanted_identifier {
        return Err("the SubjectPublicKeyInfo names another algorithm".into());
    }
    let compressed = key.family.is_ec()
        && public
            .split_first()
            .is_some_and(|(unused, point)| *unused == 0 && key.form(KeyKind::Publickey, Encoding::Raw) == Some(point));
    if public == wanted_public || compressed { Ok(()) } else { Err("another public key came out".into()) }
}

/// `PrivateKeyInfo` (RFC 5208) or `OneAsymmetricKey` (RFC 5958).
fn private_key_info(key: &TestKey, bytes: &[u8]) -> Result<(), String> {
    let reference = key.form(KeyKind::Secretkey, Encoding::Pkcs8).ok_or("no such encoding is known")?;
    let mut wanted = Reader::inside(reference, SEQUENCE)?;
    let (_, wanted_identifier, wanted_inner) =
        (wanted.take(INTEGER)?, wanted.take(SEQUENCE)?, wanted.take(OCTET_STRING)?);

    let mut info = Reader::inside(bytes, SEQUENCE)?;
    let version = info.take(INTEGER)?;
    if info.take(SEQUENCE)? != wanted_identifier {
        return Err("the PrivateKeyInfo names another algorithm".into());
    }
    let inner = info.take(OCTET_STRING)?;
    match (version, info.peek()) {
        ([0], None) => {}
        ([1], Some(0x81)) => {
            let public = info.take(0x81)?;
            info.end()?;
            let known = [Encoding::Raw, Encoding::Sec].map(|encoding| key.form(KeyKind::Publickey, encoding));
            if !known.contains(&public.get(1..)) {
                return Err("the PrivateKeyInfo holds another public key".into());
            }
        }
        ([1], None) => return Err("the PrivateKeyInfo is of version 2 but has no public key".into()),
        _ => return Err("the PrivateKeyInfo is of a wrong version, or something follows the key".into()),
    }
    match key.family {
        Family::RsaPkcs1 | Family::RsaPss => rsa_private_key(inner, wanted_inner),
        Family::P256 | Family::P384 | Family::Secp256k1 => ec_private_key(key, inner),
        Family::MlDsa | Family::MlKem => seed_or_expanded(inner, wanted_inner),
        Family::Ed25519 | Family::X25519 | Family::XWing if inner == wanted_inner => Ok(()),
        _ => Err("another secret key came out".into()),
    }
}

/// `RSAPrivateKey`, RFC 8017: the same modulus and public exponent, and nine numbers in all.
fn rsa_private_key(bytes: &[u8], reference: &[u8]) -> Result<(), String> {
    let parse = |der| {
        let mut key = Reader::inside(der, SEQUENCE)?;
        let mut numbers = Vec::new();
        while key.peek().is_some() {
            numbers.push(unsigned(key.take(INTEGER)?)?);
        }
        if numbers.len() == 9 { Ok(numbers) } else { Err("an RSAPrivateKey of two primes has nine numbers".to_owned()) }
    };
    if parse(bytes)?[..3] == parse(reference)?[..3] { Ok(()) } else { Err("another RSA key came out".into()) }
}

/// `ECPrivateKey`, RFC 5915: the right scalar, and the right public key if there is one.
fn ec_private_key(key: &TestKey, bytes: &[u8]) -> Result<(), String> {
    let mut reader = Reader::inside(bytes, SEQUENCE)?;
    if reader.take(INTEGER)? != [1] {
        return Err("the ECPrivateKey is not of version 1".into());
    }
    if Some(reader.take(OCTET_STRING)?) != key.form(KeyKind::Secretkey, Encoding::Raw) {
        return Err("another scalar came out".into());
    }
    if reader.peek() == Some(0xa0) {
        Reader::new(reader.take(0xa0)?).take(OBJECT_IDENTIFIER)?;
    }
    if reader.peek() == Some(0xa1) {
        let mut public = Reader::new(reader.take(0xa1)?);
        let point = public.take(BIT_STRING)?;
        public.end()?;
        let known = [Encoding::Raw, Encoding::Sec].map(|encoding| key.form(KeyKind::Publickey, encoding));
        if !known.contains(&point.get(1..)) {
            return Err("the ECPrivateKey holds another public key".into());
        }
    }
    reader.end()
}

/// RFC 9881 and RFC 9935: the seed, or the expanded key, or both.
fn seed_or_expanded(bytes: &[u8], seed: &[u8]) -> Result<(), String> {
    // The reference holds the seed alone: a tag and a length before it.
    let seed = &seed[2..];
    let mut reader = Reader::new(bytes);
    match reader.peek() {
        Some(0x80) if reader.take(0x80)? != seed => Err("another seed came out".into()),
        Some(0x80) => reader.end(),
        Some(OCTET_STRING) => reader.take(OCTET_STRING).and_then(|_| reader.end()),
        _ => {
            let mut both = Reader::inside(bytes, SEQUENCE)?;
            if both.take(OCTET_STRING)? != seed {
                return Err("another seed came out".into());
            }
            both.take(OCTET_STRING)?;
            both.end()
        }
    }
}
