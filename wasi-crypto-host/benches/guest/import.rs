//! Reading keys, and beside it what a signature with the key costs: what a guest wins that keeps a key in its handle.

use std::hint::black_box;

use pkcs8::{DecodePrivateKey, DecodePublicKey};

use crate::handles::{Handles, PKCS8, RAW, SIGNATURES};
use crate::keys::key_files;
use crate::native::{Library, Native, aws_lc, ring};
use crate::operation::{Operation, Operations, Sequence};
use crate::summary::Column;

/// The contenders.
pub(crate) const COLUMNS: &[Column] = &[
    Column::compared("native, ring"),
    Column::compared("native, RustCrypto"),
    Column::compared("native, AWS-LC"),
    Column::compared("guest"),
    Column::alone(AND_SIGNATURE),
    Column::alone(SIGNATURE_ALONE),
];

const AND_SIGNATURE: &str = "guest, import and signature";
const SIGNATURE_ALONE: &str = "guest, signature alone";

pub(crate) fn operations(all: &mut Operations<'_>) {
    let ring_or_aws_lc = Library::Ring.or_aws_lc();

    for (name, algorithm, key) in [
        ("RSA-2048 PKCS#8", "RSA_PKCS1_2048_SHA256", key_files!("rsa2048")),
        ("RSA-3072 PKCS#8", "RSA_PKCS1_3072_SHA512", key_files!("rsa3072")),
        ("RSA-4096 PKCS#8", "RSA_PKCS1_4096_SHA512", key_files!("rsa4096")),
    ] {
        let natives = vec![ring::import_rsa(&key.secret), aws_lc::import_rsa(&key.secret)];
        keypair(all, name, algorithm, &key.secret, PKCS8, ring_or_aws_lc, natives);
    }

    let key = key_files!("p256");
    let natives = vec![
        reads(Library::RustCrypto, || p256::SecretKey::from_pkcs8_der(black_box(&key.secret))),
        ring::import_p256(&key.secret),
        aws_lc::import_p256(&key.secret),
    ];
    keypair(all, "ECDSA P-256 PKCS#8", "ECDSA_P256_SHA256", &key.secret, PKCS8, ring_or_aws_lc, natives);

    let scalar = p256::SecretKey::from_pkcs8_der(&key.secret).expect("a secret key").to_bytes();
    let natives = vec![reads(Library::RustCrypto, || p256::SecretKey::from_slice(black_box(&scalar)))];
    keypair(all, "ECDSA P-256 raw", "ECDSA_P256_SHA256", &scalar, RAW, Library::RustCrypto, natives);

    let key = key_files!("ed25519");
    let (seed, public) = (key.raw_secret::<32>(), key.raw_public::<32>());
    let natives = vec![ring::import_ed25519(seed, public), aws_lc::import_ed25519(seed, public)];
    keypair(all, "Ed25519 raw", "Ed25519", &[*seed, *public].concat(), RAW, ring_or_aws_lc, natives);

    let key = key_files!("p256");
    let natives = vec![
        reads(Library::RustCrypto, || p256::PublicKey::from_public_key_der(black_box(&key.public))),
        aws_lc::import_public_p256(&key.public),
    ];
    publickey(all, "ECDSA P-256 SPKI", "ECDSA_P256_SHA256", &key.public, Library::RustCrypto, natives);

    let key = key_files!("rsa2048");
    let natives = vec![
        reads(Library::RustCrypto, || rsa::PublicKey::from_public_key_der(black_box(&key.public))),
        aws_lc::import_public_rsa(&key.public),
    ];
    publickey(all, "RSA-2048 SPKI", "RSA_PKCS1_2048_SHA256", &key.public, Library::RustCrypto, natives);
}

fn reads<'a, K, E: std::fmt::Debug>(library: Library, read: impl Fn() -> Result<K, E> + 'a) -> Native<'a> {
    Native::new(library, move |_| {
        black_box(read().expect("the test keys can be read"));
    })
}

fn keypair(
    all: &mut Operations<'_>,
    name: &str,
    algorithm: &str,
    encoded: &[u8],
    encoding: u32,
    host: Library,
    natives: Vec<Native<'_>>,
) {
    let handles = Handles::import(all.guest(), SIGNATURES, algorithm, encoded, encoding);
    all.measure(Operation {
        name: &format!("{name} import"),
        host,
        natives,
        guest: Sequence {
            calls: "import_keypair",
            algorithm,
            encoded,
            settings: &[("algorithm_type", SIGNATURES), ("encoding", encoding), ("key", handles.keypair)],
        },
        beside: &[(AND_SIGNATURE, "import_and_sign"), (SIGNATURE_ALONE, "sign")],
        check: &|_| (),
        times: 1,
    });
}

fn publickey(
    all: &mut Operations<'_>,
    name: &str,
    algorithm: &str,
    encoded: &[u8],
    host: Library,
    natives: Vec<Native<'_>>,
) {
    all.measure(Operation {
        name: &format!("{name} import"),
        host,
        natives,
        guest: Sequence {
            calls: "import_publickey",
            algorithm,
            encoded,
            settings: &[("algorithm_type", SIGNATURES), ("encoding", PKCS8)],
        },
        beside: &[],
        check: &|_| (),
        times: 1,
    });
}
