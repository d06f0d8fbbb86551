//! The layer below signatures and key exchange: any algorithm by its name, handles.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{
    AlgorithmType, KeyPair, KeyPairEncoding, PublicKey, PublicKeyEncoding, SecretKey, SecretKeyEncoding, Signature,
    SignatureEncoding, SignatureState, VerificationState,
};
use wasi_crypto_bindings::pem::Found;

const SIGNATURES: AlgorithmType = AlgorithmType::Signatures;
const KEY_EXCHANGE: AlgorithmType = AlgorithmType::KeyExchange;

#[test]
fn states_sign_and_verify_by_name() {
    let key = KeyPair::generate(SIGNATURES, "ECDSA_P256_SHA256").unwrap();
    let mut state = SignatureState::open(&key).unwrap();
    state.update(b"message").unwrap();
    let signature = state.sign().unwrap();
    let (raw, der) =
        (signature.export(SignatureEncoding::Raw).unwrap(), signature.export(SignatureEncoding::Der).unwrap());
    assert_eq!((raw.len(), der[0]), (64, 0x30));

    let mut state = VerificationState::open(&key.public_key().unwrap()).unwrap();
    state.update(b"message").unwrap();
    state.verify(&signature).unwrap();
    state.verify(&Signature::import("ECDSA_P256_SHA256", &raw, SignatureEncoding::Raw).unwrap()).unwrap();
    state.verify(&Signature::import("ECDSA_P256_SHA256", &der, SignatureEncoding::Der).unwrap()).unwrap();
    let other = Signature::import("ECDSA_K256_SHA256", &raw, SignatureEncoding::Raw).unwrap();
    assert_eq!(state.verify(&other), Err(Error::InvalidSignature));
    state.update(b"").unwrap();
    state.verify(&signature).unwrap();
}

#[test]
fn halves_join_again_if_they_belong_together() {
    for (ty, algorithm) in [(SIGNATURES, "Ed25519"), (SIGNATURES, "ML-DSA-44"), (KEY_EXCHANGE, "X25519")] {
        let (pair, other) = (KeyPair::generate(ty, algorithm).unwrap(), KeyPair::generate(ty, algorithm).unwrap());
        let (public, secret) = (pair.public_key().unwrap(), pair.secret_key().unwrap());
        let joined = KeyPair::from_halves(&public, &secret).unwrap();
        assert_eq!(joined.export(KeyPairEncoding::Raw).unwrap(), pair.export(KeyPairEncoding::Raw).unwrap());
        let raw = |key: &PublicKey| key.export(PublicKeyEncoding::Raw).unwrap();
        assert_eq!(raw(&secret.public_key().unwrap()), raw(&public));

        let stranger = other.secret_key().unwrap();
        assert_eq!(KeyPair::from_halves(&public, &stranger).unwrap_err(), Error::InvalidKey);
        let foreign = KeyPair::generate(SIGNATURES, "ECDSA_K256_SHA256").unwrap().secret_key().unwrap();
        assert_eq!(KeyPair::from_halves(&public, &foreign).unwrap_err(), Error::IncompatibleKeys);
    }
}

#[test]
fn every_encoding_reads_what_it_wrote() {
    let algorithm = "ECDSA_P384_SHA384";
    let pair = KeyPair::generate(SIGNATURES, algorithm).unwrap();
    for encoding in [KeyPairEncoding::Raw, KeyPairEncoding::Pkcs8, KeyPairEncoding::Pem] {
        let encoded = pair.export(encoding).unwrap();
        let read = KeyPair::import(SIGNATURES, algorithm, &encoded, encoding).unwrap();
        assert_eq!(read.export(encoding).unwrap(), encoded);
    }
    let secret = pair.secret_key().unwrap();
    for encoding in [SecretKeyEncoding::Raw, SecretKeyEncoding::Pkcs8, SecretKeyEncoding::Pem, SecretKeyEncoding::Sec] {
        let encoded = secret.export(encoding).unwrap();
        let read = SecretKey::import(SIGNATURES, algorithm, &encoded, encoding).unwrap();
        assert_eq!(read.export(encoding).unwrap(), encoded);
    }
    let public = pair.public_key().unwrap();
    for encoding in [PublicKeyEncoding::Raw, PublicKeyEncoding::Pkcs8, PublicKeyEncoding::Pem, PublicKeyEncoding::Sec] {
        let encoded = public.export(encoding).unwrap();
        let read = PublicKey::import(SIGNATURES, algorithm, &encoded, encoding).unwrap();
        assert_eq!(read.export(encoding).unwrap(), encoded);
    }
    assert!(pair.to_pem().unwrap().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert_eq!(secret.to_pem().unwrap(), pair.to_pem().unwrap());
    let pem = public.to_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    PublicKey::from_pem(SIGNATURES, algorithm, &pem).unwrap().validate().unwrap();
    let Err(Error::Pem(problem)) = SecretKey::from_pem(SIGNATURES, algorithm, &pem) else {
        panic!("that is no secret key")
    };
    assert_eq!(problem.found(), Found::PublicKey);
}

#[test]
fn pem_may_have_anything_around_it() {
    let (algorithm, pair) = ("Ed25519", KeyPair::generate(SIGNATURES, "Ed25519").unwrap());
    let (private, public) = (pair.to_pem().unwrap(), pair.public_key().unwrap().to_pem().unwrap());
    // A friendly name in Latin-1, as `openssl pkcs12` copies it, and the other half.
    let file = [&b"    friendlyName: Schl\xfcssel\r\n"[..], public.as_bytes(), private.as_bytes(), b"\xff\n"].concat();
    let read = KeyPair::from_pem(SIGNATURES, algorithm, &file).unwrap();
    assert_eq!(read.to_pem().unwrap(), private);
    assert_eq!(SecretKey::from_pem(SIGNATURES, algorithm, &file).unwrap().to_pem().unwrap(), private);
    assert_eq!(PublicKey::from_pem(SIGNATURES, algorithm, &file).unwrap().to_pem().unwrap(), public);
    // The key itself is the host's to judge.
    assert_eq!(KeyPair::from_pem(SIGNATURES, "ECDSA_P256_SHA256", &file).unwrap_err(), Error::InvalidKey);
}

#[test]
fn names_types_and_operations_must_fit() {
    assert_eq!(KeyPair::generate(SIGNATURES, "RSA_ROT13").unwrap_err(), Error::UnsupportedAlgorithm);
    assert_eq!(KeyPair::generate(KEY_EXCHANGE, "Ed25519").unwrap_err(), Error::UnsupportedAlgorithm);
    let import = Signature::import("Ed25519", &[0; 64], SignatureEncoding::Der);
    assert_eq!(import.unwrap_err(), Error::UnsupportedEncoding);
    let import = Signature::import("Ed25519", &[0; 63], SignatureEncoding::Raw);
    assert_eq!(import.unwrap_err(), Error::InvalidSignature);

    let dh = KeyPair::generate(KEY_EXCHANGE, "X25519").unwrap();
    let kem = KeyPair::generate(KEY_EXCHANGE, "ML-KEM-512").unwrap();
    assert_eq!(SignatureState::open(&dh).unwrap_err(), Error::InvalidKey);
    assert_eq!(VerificationState::open(&kem.public_key().unwrap()).unwrap_err(), Error::InvalidKey);
    let (dh_secret, kem_secret) = (dh.secret_key().unwrap(), kem.secret_key().unwrap());
    let (dh_public, kem_public) = (dh.public_key().unwrap(), kem.public_key().unwrap());
    assert_eq!(dh_public.encapsulate().unwrap_err(), Error::InvalidOperation);
    assert_eq!(dh_secret.decapsulate(&[0; 32]).unwrap_err(), Error::InvalidOperation);
    assert_eq!(kem_secret.diffie_hellman(&kem_public).unwrap_err(), Error::InvalidOperation);
    assert_eq!(dh_secret.diffie_hellman(&kem_public).unwrap_err(), Error::IncompatibleKeys);
}

/// More rounds than the host has handles for one guest.
#[test]
fn everything_closes_when_dropped() {
    let pair = KeyPair::generate(SIGNATURES, "Ed25519").unwrap();
    let (public, secret) = (pair.public_key().unwrap(), pair.secret_key().unwrap());
    for i in 0..70_000 {
        let halves = pair.public_key().and_then(|public| Ok((public, pair.secret_key()?)));
        let (_public, _secret) = halves.unwrap_or_else(|error| panic!("round {i}: {error}"));
        let _states = (SignatureState::open(&pair).unwrap(), VerificationState::open(&public).unwrap());
        let _signature = Signature::import("Ed25519", &[0; 64], SignatureEncoding::Raw).unwrap();
        let _pair = KeyPair::from_halves(&public, &secret).unwrap();
        drop((secret.export(SecretKeyEncoding::Raw).unwrap(), public.export(PublicKeyEncoding::Raw).unwrap()));
    }
}
