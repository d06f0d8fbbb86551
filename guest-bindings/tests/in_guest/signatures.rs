//! Signatures: RFC 8032 section 7.1, and one vector of Wycheproof for each family (`vectors/`).

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{KeyPairEncoding, PublicKeyEncoding, SecretKeyEncoding};
use wasi_crypto_bindings::pem::Found;
use wasi_crypto_bindings::signature::{
    Algorithm, Ecdsa, EcdsaK256Sha256, EcdsaP256Sha256, EcdsaP384Sha384, Ed25519, MlDsa44, MlDsa65, MlDsa87,
    RsaPkcs1_2048Sha256, RsaPkcs1_2048Sha384, RsaPkcs1_3072Sha384, RsaPss2048Sha256, RsaPss2048Sha512, Signature,
    SigningKey, VerifyingKey,
};

use crate::{field, hex};

/// Secret key, public key, message, signature: tests 1, 2 and 3.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn ed25519_gives_the_signatures_of_rfc_8032() {
    for [secret, public, message, signature] in RFC_8032.map(|vector| vector.map(hex)) {
        let key = SigningKey::<Ed25519>::import_secret(&secret, SecretKeyEncoding::Raw).unwrap();
        let both = SigningKey::<Ed25519>::import(&[&secret[..], &public].concat(), KeyPairEncoding::Raw).unwrap();
        assert_eq!(key.try_verifying_key().unwrap().export(PublicKeyEncoding::Raw).unwrap(), public);
        assert_eq!(key.try_sign(&message).unwrap().as_bytes(), signature);
        assert_eq!(both.try_sign(&message).unwrap().as_bytes(), signature);
        assert_eq!(both.export(KeyPairEncoding::Raw).unwrap()[..], [secret, public].concat());
    }
}

/// Checks a published signature, and that changes of it or of the message are noticed.
fn verifies<A: Algorithm>(public: &[u8], encoding: PublicKeyEncoding, message: &[u8], signature: &[u8]) {
    let key = VerifyingKey::<A>::import(public, encoding).unwrap();
    key.validate().unwrap();
    let parsed = Signature::from_bytes(signature).unwrap();
    key.verify(message, &parsed).unwrap();

    let mut state = key.begin().unwrap();
    message.chunks(3).for_each(|piece| state.update(piece).unwrap());
    state.verify(&parsed).unwrap();
    state.update(b"more").unwrap();
    assert_eq!(state.verify(&parsed), Err(Error::VerificationFailed));

    let mut changed = signature.to_vec();
    changed[signature.len() / 2] ^= 1;
    assert_eq!(key.verify(message, &Signature::from_bytes(changed).unwrap()), Err(Error::VerificationFailed));
    for len in [0, signature.len() - 1] {
        assert_eq!(Signature::<A>::from_bytes(&signature[..len]), Err(Error::InvalidSignature));
    }
}

/// [`verifies`] with a file of vectors; the same signature and key in DER.
fn ecdsa_verifies<A: Ecdsa>(vectors: &str) {
    let field = |name| field(vectors, name);
    verifies::<A>(&field("public_key"), PublicKeyEncoding::Pkcs8, &field("message"), &field("signature"));

    let key = VerifyingKey::<A>::import(&field("der_public_key"), PublicKeyEncoding::Pkcs8).unwrap();
    let (message, der) = (field("der_message"), field("der_signature"));
    let signature = Signature::<A>::from_der(&der).unwrap();
    key.verify(&message, &signature).unwrap();
    assert_eq!(signature.to_der().unwrap(), der);
    let mut state = key.begin().unwrap();
    state.update(&message).unwrap();
    state.verify_der(&der).unwrap();

    // An integer that is longer than it needs to be, and something behind the end.
    let mut long = der.clone();
    long.splice(3..4, [der[3] + 1, 0]);
    long[1] += 1;
    for malformed in [long, [&der[..], &[0]].concat(), der[1..].to_vec()] {
        assert_eq!(Signature::<A>::from_der(&malformed), Err(Error::InvalidSignature));
        assert_eq!(state.verify_der(&malformed), Err(Error::InvalidSignature));
    }
    let zeros = Signature::<A>::from_bytes(vec![0; A::SIGNATURE_LEN]).unwrap();
    assert_eq!(key.verify(&message, &zeros), Err(Error::InvalidSignature));
}

#[test]
fn ecdsa_verifies_the_published_signatures() {
    ecdsa_verifies::<EcdsaP256Sha256>(include_str!("vectors/ecdsa_p256_sha256.txt"));
    ecdsa_verifies::<EcdsaP384Sha384>(include_str!("vectors/ecdsa_p384_sha384.txt"));
    ecdsa_verifies::<EcdsaK256Sha256>(include_str!("vectors/ecdsa_k256_sha256.txt"));
}

#[test]
fn the_other_families_verify_the_published_signatures() {
    fn check<A: Algorithm>(vectors: &str, encoding: PublicKeyEncoding) {
        let field = |name| field(vectors, name);
        verifies::<A>(&field("public_key"), encoding, &field("message"), &field("signature"));
    }
    check::<RsaPkcs1_2048Sha256>(include_str!("vectors/rsa_pkcs1_2048_sha256.txt"), PublicKeyEncoding::Pkcs8);
    check::<RsaPss2048Sha256>(include_str!("vectors/rsa_pss_2048_sha256.txt"), PublicKeyEncoding::Pkcs8);
    check::<MlDsa44>(include_str!("vectors/ml_dsa_44.txt"), PublicKeyEncoding::Raw);
    let [_, public, message, signature] = RFC_8032[2].map(hex);
    verifies::<Ed25519>(&public, PublicKeyEncoding::Raw, &message, &signature);
}

/// What is signed verifies, with the same key after export and import, and with no other.
fn round_trip<A: Algorithm>(key: &SigningKey<A>) {
    let public = key.try_verifying_key().unwrap();
    public.validate().unwrap();
    let signature = key.try_sign(b"a message").unwrap();
    assert_eq!(signature.as_bytes().len(), A::SIGNATURE_LEN);
    public.verify(b"a message", &signature).unwrap();
    assert_eq!(public.verify(b"another", &signature), Err(Error::VerificationFailed));

    let mut state = key.begin().unwrap();
    state.update("a mess").unwrap();
    let early = state.sign().unwrap();
    state.update("age").unwrap();
    public.multipart_verify(&[b"a ", b"mess"], &early).unwrap();
    public.verify(b"a message", &state.sign().unwrap()).unwrap();

    let public = VerifyingKey::<A>::from_pem(public.to_pem().unwrap()).unwrap();
    public.verify(b"a message", &signature).unwrap();
    let imported = SigningKey::<A>::from_pem(key.to_pem().unwrap()).unwrap();
    public.verify(b"", &imported.clone().try_sign(b"").unwrap()).unwrap();
    let encoded = key.export(KeyPairEncoding::Pkcs8).unwrap();
    let imported = SigningKey::<A>::import_secret(&encoded, SecretKeyEncoding::Pkcs8).unwrap();
    public.verify(b"", &imported.try_sign(b"").unwrap()).unwrap();
    assert_eq!(SigningKey::<A>::import(&encoded[1..], KeyPairEncoding::Pkcs8).unwrap_err(), Error::InvalidKey);
}

#[test]
fn what_is_signed_verifies() {
    fn with_new_keys<A: Algorithm>() {
        let (key, other) = (SigningKey::<A>::generate().unwrap(), SigningKey::<A>::generate().unwrap());
        round_trip(&key);
        let signature = other.try_sign(b"a message").unwrap();
        let public = key.try_verifying_key().unwrap();
        assert_eq!(public.verify(b"a message", &signature), Err(Error::VerificationFailed));
    }
    with_new_keys::<Ed25519>();
    with_new_keys::<EcdsaP256Sha256>();
    with_new_keys::<EcdsaP384Sha384>();
    with_new_keys::<EcdsaK256Sha256>();
    with_new_keys::<MlDsa44>();
    with_new_keys::<MlDsa65>();
    with_new_keys::<MlDsa87>();
}

/// One generated key serves all algorithms of its size, because generating takes long.
#[test]
fn what_is_signed_with_rsa_verifies() {
    let key = SigningKey::<RsaPkcs1_2048Sha256>::generate().unwrap();
    round_trip(&key);
    let pem = key.to_pem().unwrap();
    round_trip(&SigningKey::<RsaPkcs1_2048Sha384>::from_pem(&pem).unwrap());
    round_trip(&SigningKey::<RsaPss2048Sha256>::from_pem(&pem).unwrap());
    round_trip(&SigningKey::<RsaPss2048Sha512>::from_pem(&pem).unwrap());
    assert_eq!(SigningKey::<RsaPkcs1_3072Sha384>::from_pem(&pem).unwrap_err(), Error::InvalidKey);
    assert_eq!(key.export(KeyPairEncoding::Raw).unwrap_err(), Error::UnsupportedEncoding);
}

#[test]
fn keys_of_another_algorithm_are_refused() {
    let pem = SigningKey::<EcdsaP256Sha256>::generate().unwrap().to_pem().unwrap();
    assert_eq!(SigningKey::<EcdsaK256Sha256>::from_pem(&pem).unwrap_err(), Error::InvalidKey);
    assert_eq!(SigningKey::<EcdsaP384Sha384>::from_pem(&pem).unwrap_err(), Error::InvalidKey);
    assert_eq!(SigningKey::<Ed25519>::from_pem(&pem).unwrap_err(), Error::InvalidKey);
    assert_eq!(SigningKey::<RsaPkcs1_2048Sha256>::from_pem(&pem).unwrap_err(), Error::InvalidKey);
    let Err(Error::Pem(problem)) = SigningKey::<MlDsa44>::from_pem("no PEM at all") else { panic!("that is no key") };
    assert_eq!(problem.found(), Found::Nothing);
    // The neutral element: small, but a point.
    let neutral = [&[1][..], &[0; 31]].concat();
    let refused = VerifyingKey::<Ed25519>::import(&neutral, PublicKeyEncoding::Raw).and_then(|key| key.validate());
    assert_eq!(refused, Err(Error::InvalidKey));
}

#[test]
fn the_halves_of_a_pair_must_belong_together() {
    let [[one, ..], [_, other, ..], _] = RFC_8032.map(|vector| vector.map(hex));
    let mixed = SigningKey::<Ed25519>::import(&[one, other].concat(), KeyPairEncoding::Raw);
    assert_eq!(mixed.unwrap_err(), Error::InvalidKey);
}

#[test]
fn debug_shows_no_key() {
    let key = SigningKey::<Ed25519>::import_secret(&[0xa5; 32], SecretKeyEncoding::Raw).unwrap();
    let shown = format!("{key:?} {:?}", key.begin().unwrap());
    assert!(shown.starts_with("SigningKey(Ed25519, ") && !shown.contains("a5a5"), "{shown}");
    let signature = Signature::<Ed25519>::from_bytes([0xa5; 64]).unwrap();
    assert_eq!(format!("{signature:?}"), format!("Signature(Ed25519, {})", "a5".repeat(64)));
}
