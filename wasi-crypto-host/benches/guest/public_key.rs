//! Signatures and key exchange: all that a guest calls for one, with the key in a handle, against one native call.

use std::hint::black_box;

use ml_kem::ml_kem_768;
use x_wing::{Decapsulate, Decapsulator, KeyExport, KeyInit};

use crate::handles::{Handles, KEY_EXCHANGE, PKCS8, RAW, SIGNATURES, import_signature};
use crate::keys::{KeyFiles, key_files};
use crate::native::{Library, MESSAGE, Native, Output, SignatureKey, aws_lc, dalek, libcrux, ring, rustcrypto};
use crate::operation::{CALL, Operation, Operations, Sequence};
use crate::sequences::SECRET_LEN;

/// Rejection sampling takes anything from one attempt to dozens, so only many signatures have an average.
const ML_DSA_SIGNATURES: u32 = 32;

pub(crate) fn operations(all: &mut Operations<'_>) {
    signatures(all);
    agreements(all);
    encapsulations(all);
    generations(all);
}

fn signatures(all: &mut Operations<'_>) {
    let ring_or_aws_lc = Library::Ring.or_aws_lc();

    let key = key_files!("ed25519");
    let seed = key.raw_secret::<32>();
    let natives = [dalek::ed25519(seed), ring::ed25519(seed), aws_lc::ed25519(seed)];
    signature(all, "Ed25519", "Ed25519", &key, Library::Dalek.or_aws_lc(), &natives);

    let key = key_files!("p256");
    let natives = [ring::ecdsa_p256(&key.secret), aws_lc::ecdsa_p256(&key.secret)];
    signature(all, "ECDSA P-256", "ECDSA_P256_SHA256", &key, ring_or_aws_lc, &natives);

    let key = key_files!("p384");
    let natives = [ring::ecdsa_p384(&key.secret), aws_lc::ecdsa_p384(&key.secret)];
    signature(all, "ECDSA P-384", "ECDSA_P384_SHA384", &key, ring_or_aws_lc, &natives);

    let key = key_files!("secp256k1");
    let natives = [rustcrypto::ecdsa_k256(&key.secret), aws_lc::ecdsa_k256(&key.secret)];
    signature(all, "ECDSA K-256", "ECDSA_K256_SHA256", &key, Library::RustCrypto, &natives);

    let key = key_files!("rsa2048");
    let natives = [ring::rsa_pkcs1_sha256(&key.secret), aws_lc::rsa_pkcs1_sha256(&key.secret)];
    signature(all, "RSA-2048 PKCS1", "RSA_PKCS1_2048_SHA256", &key, ring_or_aws_lc, &natives);
    let natives = [ring::rsa_pss_sha256(&key.secret), aws_lc::rsa_pss_sha256(&key.secret)];
    signature(all, "RSA-2048 PSS", "RSA_PSS_2048_SHA256", &key, ring_or_aws_lc, &natives);

    let key = key_files!("rsa3072");
    let natives = [ring::rsa_pkcs1_sha512(&key.secret), aws_lc::rsa_pkcs1_sha512(&key.secret)];
    signature(all, "RSA-3072 PKCS1", "RSA_PKCS1_3072_SHA512", &key, ring_or_aws_lc, &natives);

    let key = key_files!("rsa4096");
    let natives = [ring::rsa_pkcs1_sha512(&key.secret), aws_lc::rsa_pkcs1_sha512(&key.secret)];
    signature(all, "RSA-4096 PKCS1", "RSA_PKCS1_4096_SHA512", &key, ring_or_aws_lc, &natives);

    let key = key_files!("ml_dsa_65");
    let seed = key.raw_secret::<32>();
    let natives = [libcrux::ml_dsa_65(seed), rustcrypto::ml_dsa_65(seed), aws_lc::ml_dsa_65(seed)];
    signature(all, "ML-DSA-65", "ML-DSA-65", &key, Library::Libcrux.or_aws_lc(), &natives);
}

/// To sign, and to verify.
fn signature(
    all: &mut Operations<'_>,
    name: &str,
    algorithm: &str,
    key: &KeyFiles,
    host: Library,
    natives: &[SignatureKey],
) {
    let handles = Handles::import(all.guest(), SIGNATURES, algorithm, &key.secret, PKCS8);
    let signing = handles.signing(all.guest(), &MESSAGE);
    let check = |signature: &Output| natives.iter().for_each(|key| verify(key, signature));
    all.measure(Operation {
        name: &format!("{name} sign"),
        host,
        natives: natives.iter().map(|key| Native::new(key.library, |out| (key.sign)(out))).collect(),
        guest: Sequence {
            calls: "sign",
            algorithm,
            settings: &[("key", handles.keypair), ("open_state", signing)],
            ..Sequence::default()
        },
        beside: &[(CALL, "sign_call")],
        check: &check,
        times: if name.starts_with("ML-DSA") { ML_DSA_SIGNATURES } else { 1 },
    });
    let mut signature = Output::default();
    (natives[0].sign)(&mut signature);
    let signature = &signature;
    let verifying = handles.verifying(all.guest(), &MESSAGE);
    let known_signature = import_signature(all.guest(), algorithm, signature.bytes());
    all.measure(Operation {
        name: &format!("{name} verify"),
        // The host has dalek for signatures only.
        host: if host == Library::Dalek { Library::Ring } else { host },
        natives: natives.iter().map(|key| Native::new(key.library, |_| verify(key, signature))).collect(),
        guest: Sequence {
            calls: "verify",
            algorithm,
            encoded: signature.bytes(),
            settings: &[("key", handles.publickey), ("open_state", verifying), ("known_signature", known_signature)],
        },
        beside: &[(CALL, "verify_call")],
        check: &|_| (),
        times: 1,
    });
}

fn verify(key: &SignatureKey, signature: &Output) {
    assert!((key.verify)(black_box(signature)), "a signature does not verify with {}", key.library);
}

fn agreements(all: &mut Operations<'_>) {
    let key = key_files!("x25519");
    let (secret, public) = (key.raw_secret(), key.raw_public());
    let natives = vec![rustcrypto::x25519(secret, public), aws_lc::x25519(secret, public)];
    agreement(all, "X25519", "X25519", &key, Library::RustCrypto.or_aws_lc(), natives);

    let key = key_files!("p256");
    let public = key.raw_public::<65>();
    let natives = vec![rustcrypto::ecdh_p256(&key.secret, public), aws_lc::ecdh_p256(&key.secret, public)];
    agreement(all, "ECDH P-256", "P256-SHA256", &key, Library::RustCrypto.or_aws_lc(), natives);

    let key = key_files!("p384");
    let public = key.raw_public::<97>();
    let natives = vec![rustcrypto::ecdh_p384(&key.secret, public), aws_lc::ecdh_p384(&key.secret, public)];
    agreement(all, "ECDH P-384", "P384-SHA384", &key, Library::RustCrypto.or_aws_lc(), natives);
}

/// A key with itself, which costs what one with another does.
fn agreement(
    all: &mut Operations<'_>,
    name: &str,
    algorithm: &str,
    key: &KeyFiles,
    host: Library,
    mut natives: Vec<Native<'_>>,
) {
    let handles = Handles::import(all.guest(), KEY_EXCHANGE, algorithm, &key.secret, PKCS8);
    let mut expected = Output::default();
    (natives[0].run)(&mut expected);
    all.measure(Operation {
        name,
        host,
        natives,
        guest: Sequence {
            calls: "agree",
            algorithm,
            settings: &[("key", handles.secretkey), ("peer", handles.publickey)],
            ..Sequence::default()
        },
        beside: &[],
        check: &|shared| assert_eq!(shared.bytes(), expected.bytes(), "another shared secret: {name}"),
        times: 1,
    });
}

fn encapsulations(all: &mut Operations<'_>) {
    let key = key_files!("ml_kem_768");
    let secret = ml_kem_768::DecapsulationKey::new_from_slice(key.raw_secret::<64>()).expect("a seed of 64 bytes");
    #[expect(deprecated, reason = "the only form that AWS-LC takes")]
    let expanded = ml_kem::ExpandedKeyEncoding::to_expanded_bytes(&secret);
    let public = key.raw_public::<1184>();
    encapsulation(
        all,
        "ML-KEM-768",
        (&key.secret, PKCS8),
        Library::Libcrux.or_aws_lc(),
        vec![
            libcrux::encapsulate_ml_kem_768(public),
            rustcrypto::encapsulate_ml_kem_768(public),
            aws_lc::encapsulate_ml_kem_768(public),
        ],
        |ciphertext| {
            vec![
                libcrux::decapsulate_ml_kem_768(key.raw_secret::<64>(), ciphertext),
                rustcrypto::decapsulate_ml_kem_768(key.raw_secret::<64>(), ciphertext.to_vec()),
                aws_lc::decapsulate_ml_kem_768(&expanded, ciphertext.to_vec()),
            ]
        },
        |ciphertext| secret.decapsulate_slice(ciphertext).expect("a ciphertext").to_vec(),
    );

    let seed = [7; 32];
    let secret = x_wing::DecapsulationKey::from(seed);
    encapsulation(
        all,
        "X-Wing",
        (&seed, RAW),
        Library::RustCrypto,
        vec![rustcrypto::encapsulate_x_wing(&secret.encapsulation_key().to_bytes())],
        |ciphertext| vec![rustcrypto::decapsulate_x_wing(&seed, ciphertext.to_vec())],
        |ciphertext| secret.decapsulate_slice(ciphertext).expect("a ciphertext").to_vec(),
    );
}

/// To make a secret for a key, and to find it with the key. Results are the secret, and the ciphertext behind it.
fn encapsulation(
    all: &mut Operations<'_>,
    name: &str,
    (secret, encoding): (&[u8], u32),
    host: Library,
    mut encapsulate: Vec<Native<'_>>,
    decapsulate: impl Fn(&[u8]) -> Vec<Native<'static>>,
    secret_of: impl Fn(&[u8]) -> Vec<u8>,
) {
    let handles = Handles::import(all.guest(), KEY_EXCHANGE, name, secret, encoding);
    let mut output = Output::default();
    (encapsulate[0].run)(&mut output);
    let (expected, ciphertext) = output.bytes().split_at(SECRET_LEN as usize);
    all.measure(Operation {
        name: &format!("{name} encapsulate"),
        host,
        natives: encapsulate,
        guest: Sequence {
            calls: "encapsulate",
            algorithm: name,
            settings: &[("key", handles.publickey)],
            ..Sequence::default()
        },
        beside: &[],
        check: &|output| {
            let (secret, ciphertext) = output.bytes().split_at(SECRET_LEN as usize);
            assert_eq!(secret_of(ciphertext), secret, "another secret: {name}");
        },
        times: 1,
    });
    all.measure(Operation {
        name: &format!("{name} decapsulate"),
        host,
        natives: decapsulate(ciphertext),
        guest: Sequence {
            calls: "decapsulate",
            algorithm: name,
            encoded: ciphertext,
            settings: &[("key", handles.secretkey)],
        },
        beside: &[],
        check: &|secret| assert_eq!(secret.bytes(), expected, "another secret: {name}"),
        times: 1,
    });
}

/// Key pairs, down to the public key. RSA's take from a tenth of a second to seconds, as chance has it.
fn generations(all: &mut Operations<'_>) {
    let natives = vec![dalek::generate_ed25519(), ring::generate_ed25519(), aws_lc::generate_ed25519()];
    generation(all, "Ed25519", SIGNATURES, "Ed25519", Library::Dalek.or_aws_lc(), natives);

    let natives = vec![rustcrypto::generate_p256(), aws_lc::generate_p256()];
    generation(all, "ECDSA P-256", SIGNATURES, "ECDSA_P256_SHA256", Library::RustCrypto.or_aws_lc(), natives);

    let natives = vec![rustcrypto::generate_x25519(), aws_lc::generate_x25519()];
    generation(all, "X25519", KEY_EXCHANGE, "X25519", Library::RustCrypto.or_aws_lc(), natives);

    let natives =
        vec![libcrux::generate_ml_kem_768(), rustcrypto::generate_ml_kem_768(), aws_lc::generate_ml_kem_768()];
    generation(all, "ML-KEM-768", KEY_EXCHANGE, "ML-KEM-768", Library::Libcrux, natives);

    let natives = vec![libcrux::generate_ml_dsa_65(), rustcrypto::generate_ml_dsa_65(), aws_lc::generate_ml_dsa_65()];
    generation(all, "ML-DSA-65", SIGNATURES, "ML-DSA-65", Library::Libcrux.or_aws_lc(), natives);
}

fn generation(
    all: &mut Operations<'_>,
    name: &str,
    kind: u32,
    algorithm: &str,
    host: Library,
    natives: Vec<Native<'_>>,
) {
    all.measure(Operation {
        name: &format!("{name} key pair"),
        host,
        natives,
        guest: Sequence { calls: "generate", algorithm, settings: &[("algorithm_type", kind)], ..Sequence::default() },
        beside: &[],
        check: &|_| (),
        times: 1,
    });
}
