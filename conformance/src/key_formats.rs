//! How a key can be written, and one way of writing made of another: for hosts that do not read them all.

use crate::calls::{Encoding, KeyKind};
use crate::oracle::der::{BIT_STRING, INTEGER, OCTET_STRING, Reader, SEQUENCE};
use crate::test_keys::{Family, TestKey};

/// A way of writing a key: an encoding as the specification has it, or what hosts are known to have in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Pkcs8,
    Pem,
    Raw,
    Sec,
    /// `RSAPrivateKey` or `RSAPublicKey` (RFC 8017) under the number of `pkcs8`.
    Pkcs1AsPkcs8,
    /// The same as PEM.
    Pkcs1AsPem,
    /// `ECPrivateKey` (RFC 5915) under the number of `pkcs8`.
    Sec1AsPkcs8,
    /// The uncompressed point under the number of `raw`.
    PointAsRaw,
}

impl Format {
    /// Those of the specification first.
    pub(crate) const ALL: [Self; 8] = [
        Self::Pkcs8,
        Self::Pem,
        Self::Raw,
        Self::Sec,
        Self::Pkcs1AsPkcs8,
        Self::Pkcs1AsPem,
        Self::Sec1AsPkcs8,
        Self::PointAsRaw,
    ];

    /// What the specification means by an encoding; `local` is each host's own.
    pub(crate) fn of(encoding: Encoding) -> Option<Self> {
        match encoding {
            Encoding::Raw => Some(Self::Raw),
            Encoding::Pkcs8 => Some(Self::Pkcs8),
            Encoding::Pem => Some(Self::Pem),
            Encoding::Sec => Some(Self::Sec),
            Encoding::Local => None,
        }
    }

    /// Under whose number it goes to the host.
    pub(crate) fn encoding(self) -> Encoding {
        match self {
            Self::Pkcs8 | Self::Pkcs1AsPkcs8 | Self::Sec1AsPkcs8 => Encoding::Pkcs8,
            Self::Pem | Self::Pkcs1AsPem => Encoding::Pem,
            Self::Raw | Self::PointAsRaw => Encoding::Raw,
            Self::Sec => Encoding::Sec,
        }
    }

    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pkcs1AsPkcs8 => "PKCS#1 in the place of pkcs8",
            Self::Pkcs1AsPem => "PEM of PKCS#1",
            Self::Sec1AsPkcs8 => "SEC 1 in the place of pkcs8",
            Self::PointAsRaw => "an uncompressed point in the place of raw",
            _ => self.encoding().name(),
        }
    }
}

/// A key of this algorithm, not necessarily the test key, written in another way; `None` if that cannot be done.
/// A secret key can be written as a pair where the pair's encoding needs no public key.
pub(crate) fn rewrite(
    key: &TestKey,
    (kind, encoding, bytes): (KeyKind, Encoding, &[u8]),
    (to_kind, to): (KeyKind, Format),
) -> Option<Vec<u8>> {
    if key.form(kind, encoding) == Some(bytes)
        && Some(to) == Format::of(to.encoding())
        && let Some(form) = known_form(key, to_kind, to.encoding())
    {
        return Some(form.to_vec());
    }
    if (kind == KeyKind::Publickey) != (to_kind == KeyKind::Publickey) {
        return None;
    }
    let core = core(key, kind, encoding, bytes)?;
    write(key, to_kind, &core, to)
}

fn known_form(key: &TestKey, kind: KeyKind, encoding: Encoding) -> Option<&[u8]> {
    kind.encodings().contains(&encoding).then(|| key.form(kind, encoding)).flatten()
}

/// What all encodings hold: PKCS#1 for RSA; a scalar or an uncompressed point; else the raw half.
fn core(key: &TestKey, kind: KeyKind, encoding: Encoding, bytes: &[u8]) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Pem => core(key, kind, Encoding::Pkcs8, &pem_rfc7468::decode_vec(bytes).ok()?.1),
        Encoding::Pkcs8 => {
            let inner = unwrap(kind, bytes)?;
            match (key.family, kind) {
                (family, KeyKind::Keypair | KeyKind::Secretkey) if family.is_ec() => scalar(&inner),
                (family, _) if family.is_rsa() || family.is_ec() => Some(inner),
                // Some wrap the secret once more, all of one length alike.
                _ => {
                    let prefix = plain_prefix(key, kind)?;
                    let rest = bytes.strip_prefix(&*prefix)?;
                    Some(rest.to_vec())
                }
            }
        }
        Encoding::Sec if kind == KeyKind::Publickey => (bytes.first() == Some(&4)).then(|| bytes.to_vec()),
        Encoding::Sec => scalar(bytes),
        // A compressed point needs arithmetic, and a pair has two halves.
        Encoding::Raw if key.family.is_ec() => (kind != KeyKind::Publickey).then(|| bytes.to_vec()),
        Encoding::Raw => match (key.family, kind) {
            (Family::Ed25519, KeyKind::Keypair) => Some(bytes.get(..32)?.to_vec()),
            (Family::X25519, KeyKind::Keypair) => Some(bytes.get(32..)?.to_vec()),
            _ => Some(bytes.to_vec()),
        },
        Encoding::Local => None,
    }
}

fn write(key: &TestKey, kind: KeyKind, core: &[u8], to: Format) -> Option<Vec<u8>> {
    let family = key.family;
    let ec_private_key = || tlv(SEQUENCE, &[tlv(INTEGER, &[1]), tlv(OCTET_STRING, core)].concat());
    let is_public = kind == KeyKind::Publickey;
    match to {
        Format::Pkcs8 if family.is_rsa() || (family.is_ec() && is_public) => wrap(key, kind, core),
        Format::Pkcs8 if family.is_ec() => wrap(key, kind, &ec_private_key()),
        Format::Pkcs8 => Some([&*plain_prefix(key, kind)?, core].concat()),
        Format::Pem => {
            let label = if is_public { "PUBLIC KEY" } else { "PRIVATE KEY" };
            pem(label, &write(key, kind, core, Format::Pkcs8)?)
        }
        Format::Pkcs1AsPkcs8 => family.is_rsa().then(|| core.to_vec()),
        Format::Pkcs1AsPem if family.is_rsa() => {
            pem(if is_public { "RSA PUBLIC KEY" } else { "RSA PRIVATE KEY" }, core)
        }
        Format::Pkcs1AsPem => None,
        Format::Sec1AsPkcs8 => {
            if !family.is_ec() || is_public {
                return None;
            }
            // As OpenSSL writes it, with the name of the curve.
            let identifier = identifier(key, kind)?;
            let mut reader = Reader::new(&identifier);
            reader.take(0x06).ok()?;
            let curve = tlv(0xa0, &tlv(0x06, reader.take(0x06).ok()?));
            Some(tlv(SEQUENCE, &[tlv(INTEGER, &[1]), tlv(OCTET_STRING, core), curve].concat()))
        }
        Format::PointAsRaw => (family.is_ec() && is_public).then(|| core.to_vec()),
        Format::Raw if family.is_rsa() => None,
        Format::Raw if family.is_ec() && is_public => {
            let (last, half) = (core.last()?, core.len() / 2);
            Some([&[2 | (last & 1)], core.get(1..=half)?].concat())
        }
        Format::Raw if kind == KeyKind::Keypair && matches!(family, Family::Ed25519 | Family::X25519) => None,
        Format::Raw => Some(core.to_vec()),
        Format::Sec if !family.is_ec() || kind == KeyKind::Keypair => None,
        Format::Sec if is_public => Some(core.to_vec()),
        Format::Sec => Some(ec_private_key()),
    }
}

/// What a `SubjectPublicKeyInfo` or a `PrivateKeyInfo` holds.
fn unwrap(kind: KeyKind, der: &[u8]) -> Option<Vec<u8>> {
    let mut info = Reader::inside(der, SEQUENCE).ok()?;
    if kind == KeyKind::Publickey {
        info.take(SEQUENCE).ok()?;
        return info.take(BIT_STRING).ok()?.strip_prefix(&[0]).map(<[u8]>::to_vec);
    }
    info.take(INTEGER).ok()?;
    info.take(SEQUENCE).ok()?;
    info.take(OCTET_STRING).ok().map(<[u8]>::to_vec)
}

fn wrap(key: &TestKey, kind: KeyKind, inner: &[u8]) -> Option<Vec<u8>> {
    let identifier = tlv(SEQUENCE, &identifier(key, kind)?);
    let content = if kind == KeyKind::Publickey {
        [identifier, tlv(BIT_STRING, &[&[0], inner].concat())].concat()
    } else {
        [tlv(INTEGER, &[0]), identifier, tlv(OCTET_STRING, inner)].concat()
    };
    Some(tlv(SEQUENCE, &content))
}

/// The content of the `AlgorithmIdentifier` of the algorithm's keys.
fn identifier(key: &TestKey, kind: KeyKind) -> Option<Vec<u8>> {
    let mut info = Reader::inside(key.form(kind, Encoding::Pkcs8)?, SEQUENCE).ok()?;
    if kind != KeyKind::Publickey {
        info.take(INTEGER).ok()?;
    }
    info.take(SEQUENCE).ok().map(<[u8]>::to_vec)
}

/// What stands before the raw half in PKCS#8, the same for all keys of such an algorithm.
fn plain_prefix(key: &TestKey, kind: KeyKind) -> Option<Vec<u8>> {
    let half = if kind == KeyKind::Publickey { KeyKind::Publickey } else { KeyKind::Secretkey };
    let (wrapped, raw) = (key.form(kind, Encoding::Pkcs8)?, key.form(half, Encoding::Raw)?);
    wrapped.strip_suffix(raw).map(<[u8]>::to_vec)
}

/// The scalar in an `ECPrivateKey`.
fn scalar(der: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::inside(der, SEQUENCE).ok()?;
    reader.take(INTEGER).ok()?;
    reader.take(OCTET_STRING).ok().map(<[u8]>::to_vec)
}

fn pem(label: &str, der: &[u8]) -> Option<Vec<u8>> {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der).ok().map(String::into_bytes)
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let header = match len {
        0..0x80 => vec![tag, len as u8],
        0x80..0x100 => vec![tag, 0x81, len as u8],
        _ => vec![tag, 0x82, (len >> 8) as u8, len as u8],
    };
    [&header, content].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle;
    use crate::test_keys;

    /// OpenSSL has written the test keys in all encodings; the oracle judges where a standard allows several.
    #[test]
    fn a_key_is_the_same_however_it_is_rewritten() {
        let mut count = 0;
        for key in test_keys::all() {
            for kind in KeyKind::ALL {
                for &from in kind.encodings() {
                    let Some(form) = key.form(kind, from) else { continue };
                    let Some(core) = core(key, kind, from, form) else { continue };
                    for to in Format::ALL.into_iter().filter(|to| kind.encodings().contains(&to.encoding())) {
                        let Some(written) = write(key, kind, &core, to) else { continue };
                        if Some(to) == Format::of(to.encoding()) {
                            let good = oracle::encoding::check(key, kind, to.encoding(), &written);
                            good.unwrap_or_else(|e| panic!("{} {kind:?} {from:?} {to:?}: {e}", key.algorithm));
                            count += 1;
                        }
                    }
                }
            }
        }
        assert!(count > 400, "{count}");
    }

    #[test]
    fn an_rsa_key_is_known_by_its_pkcs_1_form() {
        let key = test_keys::of("RSA_PSS_2048_SHA256");
        for kind in [KeyKind::Publickey, KeyKind::Keypair] {
            let spki = key.form(kind, Encoding::Pkcs8).unwrap();
            let pkcs1 = rewrite(key, (kind, Encoding::Pkcs8, spki), (kind, Format::Pkcs1AsPkcs8)).unwrap();
            // SEQUENCE { modulus … }, or { version 0, modulus … }, RFC 8017 appendix A.1.
            let mut reader = Reader::inside(&pkcs1, SEQUENCE).unwrap();
            if kind == KeyKind::Keypair {
                assert_eq!(reader.take(INTEGER).unwrap(), [0]);
            }
            assert_eq!(reader.take(INTEGER).unwrap().len(), 257);
        }
    }

    #[test]
    fn what_cannot_be_written_is_not() {
        let (ec, ed) = (test_keys::of("ECDSA_P256_SHA256"), test_keys::of("Ed25519"));
        let compressed = ec.other();
        assert!(compressed.starts_with(&[4]));
        let no_point = [&[2][..], &[1; 32]].concat();
        let raw = |key, kind, bytes: &[u8], to| rewrite(key, (kind, Encoding::Raw, bytes), (kind, to));
        assert_eq!(raw(ec, KeyKind::Publickey, &no_point, Format::Sec), None);
        assert_eq!(raw(ed, KeyKind::Secretkey, &[1; 32], Format::Sec), None);
        let to_pair = (KeyKind::Keypair, Format::Raw);
        assert_eq!(rewrite(ed, (KeyKind::Secretkey, Encoding::Raw, &[1; 32]), to_pair), None);
    }
}
