//! One key pair of each asymmetric algorithm in every encoding, from the folder `test-keys`.

pub(crate) mod x_wing;

use std::sync::LazyLock;

use wasi_crypto_interface::AlgorithmType;

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Handle};
use crate::catalogue;
use crate::oracle::der::{INTEGER, OCTET_STRING, Reader, SEQUENCE};

/// A key pair and what is to be known of its algorithm.
pub(crate) struct TestKey {
    pub(crate) algorithm: &'static str,
    pub(crate) ty: AlgorithmType,
    pub(crate) family: Family,
    /// The size of a raw signature, or 0.
    pub(crate) signature_len: u32,
    /// The size of an encapsulated secret, or 0.
    pub(crate) ciphertext_len: u32,
    forms: Vec<(KeyKind, Encoding, Vec<u8>)>,
    /// The public key of another pair, in the usual encoding.
    other: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    RsaPkcs1,
    RsaPss,
    P256,
    P384,
    Secp256k1,
    Ed25519,
    X25519,
    XWing,
    MlKem,
    MlDsa,
}

impl Family {
    pub(crate) fn is_rsa(self) -> bool {
        matches!(self, Self::RsaPkcs1 | Self::RsaPss)
    }

    /// On a curve whose keys SEC 1 encodes.
    pub(crate) fn is_ec(self) -> bool {
        matches!(self, Self::P256 | Self::P384 | Self::Secp256k1)
    }

    pub(crate) fn is_kem(self) -> bool {
        matches!(self, Self::XWing | Self::MlKem)
    }

    /// Whether one key gives one message one signature.
    pub(crate) fn signs_deterministically(self) -> bool {
        matches!(self, Self::RsaPkcs1 | Self::Ed25519)
    }

    /// What the specification calls the keys of this family in its table of required encodings.
    pub(crate) fn table_row(self) -> Option<&'static str> {
        match self {
            Self::RsaPkcs1 | Self::RsaPss => Some("RSA"),
            Self::P256 => Some("P256"),
            Self::P384 => Some("P384"),
            Self::Secp256k1 => Some("SECP256K1"),
            Self::Ed25519 => Some("ED25519"),
            Self::X25519 => Some("X25519"),
            Self::XWing | Self::MlKem | Self::MlDsa => None,
        }
    }
}

impl TestKey {
    /// The key in an encoding, if its algorithm has it.
    pub(crate) fn form(&self, kind: KeyKind, encoding: Encoding) -> Option<&[u8]> {
        let form = self.forms.iter().find(|(k, e, _)| (*k, *e) == (kind, encoding));
        form.map(|(_, _, bytes)| bytes.as_slice())
    }

    /// The encoding that a host with this algorithm is least likely to be without.
    pub(crate) fn usual(&self, kind: KeyKind) -> Encoding {
        match self.family {
            Family::RsaPkcs1 | Family::RsaPss => Encoding::Pkcs8,
            Family::P256 | Family::P384 | Family::Secp256k1 if kind == KeyKind::Publickey => Encoding::Sec,
            _ => Encoding::Raw,
        }
    }

    /// The key in its usual encoding.
    pub(crate) fn usual_form(&self, kind: KeyKind) -> &[u8] {
        self.form(kind, self.usual(kind)).expect("every test key has its usual encoding")
    }

    /// Imports the key in its usual encoding.
    pub(crate) fn import(&self, c: &mut Case, kind: KeyKind) -> Handle {
        c.import(kind, self.ty, self.algorithm, self.usual_form(kind), self.usual(kind))
    }

    /// Imports the public key of another pair.
    pub(crate) fn import_other(&self, c: &mut Case) -> Handle {
        c.import(KeyKind::Publickey, self.ty, self.algorithm, &*self.other, self.usual(KeyKind::Publickey))
    }

    /// The public key of another pair, in the usual encoding.
    pub(crate) fn other(&self) -> &[u8] {
        &self.other
    }

    /// The key exports as the public key of this pair.
    pub(crate) fn is_public_key(&self, c: &mut Case, public: Handle) {
        c.export_eq(public, self.usual(KeyKind::Publickey), self.usual_form(KeyKind::Publickey));
    }

    /// A case about this key's algorithm.
    pub(crate) fn case(&self, area: &str, behaviour: &str, requirements: &[&str]) -> Case {
        Case::new(format!("{area}/{}/{behaviour}", self.algorithm), requirements).algorithm(self.algorithm)
    }
}

/// The test keys of all algorithms.
pub(crate) fn all() -> &'static [TestKey] {
    static KEYS: LazyLock<Vec<TestKey>> = LazyLock::new(make);
    &KEYS
}

/// The test keys of the signature algorithms.
pub(crate) fn signing() -> impl Iterator<Item = &'static TestKey> {
    all().iter().filter(|key| key.ty == AlgorithmType::Signatures)
}

/// The test keys for key exchange.
pub(crate) fn exchanging() -> impl Iterator<Item = &'static TestKey> {
    all().iter().filter(|key| key.ty == AlgorithmType::KeyExchange)
}

/// The test key of an algorithm.
pub(crate) fn of(algorithm: &str) -> &'static TestKey {
    let found = all().iter().find(|key| key.algorithm == algorithm);
    found.unwrap_or_else(|| panic!("there is no test key for {algorithm}"))
}

/// The requirement that asks for the algorithm.
///
/// # Panics
///
/// If the specification does not have it.
pub(crate) fn requirement_of(algorithm: &str) -> &'static str {
    catalogue::requirement_of(algorithm).unwrap_or_else(|| panic!("no requirement asks for {algorithm}"))
}

/// The content of a PEM file.
pub(crate) fn der(pem: &str) -> Vec<u8> {
    pem_rfc7468::decode_vec(pem.as_bytes()).expect("the test keys are valid PEM").1
}

macro_rules! pem {
    ($name:literal, $part:literal) => {
        include_str!(concat!("../test-keys/", $name, ".", $part, ".pem"))
    };
}

/// A signature that could be one: for ML-DSA one of "a message" by the test key, made by OpenSSL; for the others numbers
/// below every order, big-endian and little-endian.
pub(crate) fn plausible_signature(key: &TestKey) -> Vec<u8> {
    let len = key.signature_len as usize;
    match key.algorithm {
        "ML-DSA-44" => include_bytes!("../test-keys/ml_dsa_44.signature").to_vec(),
        "ML-DSA-65" => include_bytes!("../test-keys/ml_dsa_65.signature").to_vec(),
        "ML-DSA-87" => include_bytes!("../test-keys/ml_dsa_87.signature").to_vec(),
        _ => (0..len).map(|i| if (8..16).contains(&(i % (len / 2))) { i as u8 | 1 } else { 0 }).collect(),
    }
}

/// The files of one key.
struct Files {
    secret: &'static str,
    public: &'static str,
    other: &'static str,
    sec1: &'static str,
}

macro_rules! files {
    ($name:literal) => {
        Files { secret: pem!($name, "secret"), public: pem!($name, "public"), other: pem!($name, "other"), sec1: "" }
    };
    ($name:literal, sec1) => {
        Files { sec1: pem!($name, "sec1"), ..files!($name) }
    };
}

fn make() -> Vec<TestKey> {
    use AlgorithmType::{KeyExchange, Signatures};
    vec![
        rsa("RSA_PKCS1_2048_SHA256", Family::RsaPkcs1, files!("rsa2048"), 256),
        rsa("RSA_PKCS1_2048_SHA384", Family::RsaPkcs1, files!("rsa2048"), 256),
        rsa("RSA_PKCS1_2048_SHA512", Family::RsaPkcs1, files!("rsa2048"), 256),
        rsa("RSA_PKCS1_3072_SHA384", Family::RsaPkcs1, files!("rsa3072"), 384),
        rsa("RSA_PKCS1_3072_SHA512", Family::RsaPkcs1, files!("rsa3072"), 384),
        rsa("RSA_PKCS1_4096_SHA512", Family::RsaPkcs1, files!("rsa4096"), 512),
        rsa("RSA_PSS_2048_SHA256", Family::RsaPss, files!("rsa2048"), 256),
        rsa("RSA_PSS_2048_SHA384", Family::RsaPss, files!("rsa2048"), 256),
        rsa("RSA_PSS_2048_SHA512", Family::RsaPss, files!("rsa2048"), 256),
        rsa("RSA_PSS_3072_SHA384", Family::RsaPss, files!("rsa3072"), 384),
        rsa("RSA_PSS_3072_SHA512", Family::RsaPss, files!("rsa3072"), 384),
        rsa("RSA_PSS_4096_SHA512", Family::RsaPss, files!("rsa4096"), 512),
        ec("ECDSA_P256_SHA256", Signatures, Family::P256, files!("p256", sec1), 32),
        ec("ECDSA_P384_SHA384", Signatures, Family::P384, files!("p384", sec1), 48),
        ec("ECDSA_K256_SHA256", Signatures, Family::Secp256k1, files!("secp256k1", sec1), 32),
        ed25519(),
        post_quantum("ML-DSA-44", Family::MlDsa, files!("ml_dsa_44"), 1312, (2420, 0)),
        post_quantum("ML-DSA-65", Family::MlDsa, files!("ml_dsa_65"), 1952, (3309, 0)),
        post_quantum("ML-DSA-87", Family::MlDsa, files!("ml_dsa_87"), 2592, (4627, 0)),
        ec("P256-SHA256", KeyExchange, Family::P256, files!("p256", sec1), 32),
        ec("P384-SHA384", KeyExchange, Family::P384, files!("p384", sec1), 48),
        x25519(),
        x_wing(),
        post_quantum("ML-KEM-512", Family::MlKem, files!("ml_kem_512"), 800, (0, 768)),
        post_quantum("ML-KEM-768", Family::MlKem, files!("ml_kem_768"), 1184, (0, 1088)),
        post_quantum("ML-KEM-1024", Family::MlKem, files!("ml_kem_1024"), 1568, (0, 1568)),
    ]
}

fn rsa(algorithm: &'static str, family: Family, files: Files, signature_len: u32) -> TestKey {
    TestKey {
        algorithm,
        ty: AlgorithmType::Signatures,
        family,
        signature_len,
        ciphertext_len: 0,
        forms: der_forms(&files),
        other: der(files.other),
    }
}

fn ec(algorithm: &'static str, ty: AlgorithmType, family: Family, files: Files, field_len: usize) -> TestKey {
    let sec1 = der(files.sec1);
    let scalar = scalar(&sec1).expect("the test keys are valid DER");
    let spki = der(files.public);
    let uncompressed = last(&spki, 2 * field_len + 1);
    let mut compressed = uncompressed[..=field_len].to_vec();
    compressed[0] = 2 | (uncompressed[2 * field_len] & 1);
    let mut forms = der_forms(&files);
    forms.extend([
        (KeyKind::Keypair, Encoding::Raw, scalar.to_vec()),
        (KeyKind::Secretkey, Encoding::Raw, scalar.to_vec()),
        (KeyKind::Secretkey, Encoding::Sec, sec1.clone()),
        (KeyKind::Publickey, Encoding::Raw, compressed),
        (KeyKind::Publickey, Encoding::Sec, uncompressed),
    ]);
    let signature_len = if ty == AlgorithmType::Signatures { 2 * field_len as u32 } else { 0 };
    let other = last(&der(files.other), 2 * field_len + 1);
    TestKey { algorithm, ty, family, signature_len, ciphertext_len: 0, forms, other }
}

/// The scalar in an `ECPrivateKey`.
fn scalar(sec1: &[u8]) -> Result<&[u8], String> {
    let mut key = Reader::inside(sec1, SEQUENCE)?;
    key.take(INTEGER)?;
    key.take(OCTET_STRING)
}

fn ed25519() -> TestKey {
    let files = files!("ed25519");
    let (seed, public) = (last(&der(files.secret), 32), last(&der(files.public), 32));
    let mut forms = der_forms(&files);
    forms.push((KeyKind::Keypair, Encoding::Raw, [&*seed, &public].concat()));
    raw_halves(&mut forms, seed, public);
    let other = last(&der(files.other), 32);
    let (ty, family) = (AlgorithmType::Signatures, Family::Ed25519);
    TestKey { algorithm: "Ed25519", ty, family, signature_len: 64, ciphertext_len: 0, forms, other }
}

fn x25519() -> TestKey {
    let files = files!("x25519");
    let (scalar, public) = (last(&der(files.secret), 32), last(&der(files.public), 32));
    let mut forms = der_forms(&files);
    forms.push((KeyKind::Keypair, Encoding::Raw, [&*public, &scalar].concat()));
    raw_halves(&mut forms, scalar, public);
    let other = last(&der(files.other), 32);
    let (ty, family) = (AlgorithmType::KeyExchange, Family::X25519);
    TestKey { algorithm: "X25519", ty, family, signature_len: 0, ciphertext_len: 0, forms, other }
}

fn x_wing() -> TestKey {
    let [first, second, ..] = &x_wing::vectors()[..] else { unreachable!("the draft has three vectors") };
    let mut forms = vec![(KeyKind::Keypair, Encoding::Raw, first.seed.clone())];
    raw_halves(&mut forms, first.seed.clone(), first.public.clone());
    let (ty, family, other) = (AlgorithmType::KeyExchange, Family::XWing, second.public.clone());
    TestKey { algorithm: "X-WING", ty, family, signature_len: 0, ciphertext_len: 1120, forms, other }
}

fn post_quantum(
    algorithm: &'static str,
    family: Family,
    files: Files,
    public_len: usize,
    (signature_len, ciphertext_len): (u32, u32),
) -> TestKey {
    let (ty, seed_len) = match family {
        Family::MlDsa => (AlgorithmType::Signatures, 32),
        _ => (AlgorithmType::KeyExchange, 64),
    };
    let (seed, public) = (last(&der(files.secret), seed_len), last(&der(files.public), public_len));
    let mut forms = der_forms(&files);
    forms.push((KeyKind::Keypair, Encoding::Raw, seed.clone()));
    raw_halves(&mut forms, seed, public);
    TestKey { algorithm, ty, family, signature_len, ciphertext_len, forms, other: last(&der(files.other), public_len) }
}

fn der_forms(files: &Files) -> Vec<(KeyKind, Encoding, Vec<u8>)> {
    let kinds =
        [(KeyKind::Keypair, files.secret), (KeyKind::Secretkey, files.secret), (KeyKind::Publickey, files.public)];
    let both = |(kind, pem)| [(kind, Encoding::Pkcs8, der(pem)), (kind, Encoding::Pem, str::as_bytes(pem).to_vec())];
    kinds.into_iter().flat_map(both).collect()
}

fn raw_halves(forms: &mut Vec<(KeyKind, Encoding, Vec<u8>)>, secret: Vec<u8>, public: Vec<u8>) {
    forms.push((KeyKind::Secretkey, Encoding::Raw, secret));
    forms.push((KeyKind::Publickey, Encoding::Raw, public));
}

fn last(bytes: &[u8], len: usize) -> Vec<u8> {
    bytes[bytes.len() - len..].to_vec()
}
