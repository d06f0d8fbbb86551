//! Managed keys and external secrets, on a host that has them.

use std::time::{SystemTime, UNIX_EPOCH};

use wasi_crypto_bindings::asymmetric::{AlgorithmType, KeyPair, KeyPairEncoding, SecretKeyEncoding};
use wasi_crypto_bindings::kx::{self, MlKem768, P256, X25519, XWing};
use wasi_crypto_bindings::secrets::{Identifier, Managed, NEVER, SecretsManager, Typed, Version};
use wasi_crypto_bindings::signature::{
    EcdsaP256Sha256, Ed25519, MlDsa44, RsaPkcs1_2048Sha256, RsaPss2048Sha256, SigningKey,
};
use wasi_crypto_bindings::symmetric::{self, State};
use wasi_crypto_bindings::{
    Aes128Gcm, Aes256Gcm, ChaCha20Poly1305, Error, Hkdf, Hmac, HmacKey, Sha256, Sha512, XChaCha20Poly1305,
};

fn manager() -> SecretsManager {
    SecretsManager::open().unwrap()
}

/// A new key, and the same one loaded through another manager.
fn generate_and_load<K: Typed>() -> [Managed<K>; 2] {
    let made = manager().generate::<K>().unwrap();
    assert_eq!(made.version(), Version::from(1));
    let loaded = manager().load::<K>(made.identifier(), Version::LATEST).unwrap();
    assert_eq!((loaded.identifier(), loaded.version()), (made.identifier(), made.version()));
    [made, loaded]
}

#[test]
fn signing_keys_are_found_again_and_stay_in_the_host() {
    fn found<A: wasi_crypto_bindings::signature::Algorithm>() {
        let [made, loaded] = generate_and_load::<SigningKey<A>>();
        let signature = loaded.try_sign(b"message").unwrap();
        made.try_verifying_key().unwrap().verify(b"message", &signature).unwrap();
        assert_eq!(loaded.export(KeyPairEncoding::Pkcs8), Err(Error::ProhibitedOperation));
    }
    found::<Ed25519>();
    found::<EcdsaP256Sha256>();
    found::<MlDsa44>();
}

#[test]
fn secret_keys_are_found_again_and_stay_in_the_host() {
    fn found<A: kx::DiffieHellman>() {
        let [made, loaded] = generate_and_load::<kx::SecretKey<A>>();
        let other = kx::SecretKey::<A>::generate().unwrap();
        let secret = loaded.diffie_hellman(&other.public_key().unwrap()).unwrap();
        assert_eq!(other.diffie_hellman(&made.public_key().unwrap()).unwrap(), secret);
        assert_eq!(loaded.export(SecretKeyEncoding::Raw), Err(Error::ProhibitedOperation));
    }
    fn encapsulated<A: kx::Kem>() {
        let [made, loaded] = generate_and_load::<kx::SecretKey<A>>();
        let (encapsulation, secret) = made.public_key().unwrap().encapsulate().unwrap();
        assert_eq!(loaded.decapsulate(&encapsulation).unwrap(), secret);
    }
    found::<X25519>();
    found::<P256>();
    encapsulated::<MlKem768>();
    encapsulated::<XWing>();
}

#[test]
fn symmetric_keys_are_found_again_and_stay_in_the_host() {
    macro_rules! ciphers {
        ($($cipher:ty),*) => {$({
            let [made, loaded] = generate_and_load::<$cipher>();
            let nonce = [7; <$cipher>::NONCE_LEN];
            let sealed = made.seal(&nonce, b"header", b"message").unwrap();
            assert_eq!(loaded.open(&nonce, b"header", &sealed).unwrap(), b"message");
            assert_eq!(loaded.export(), Err(Error::ProhibitedOperation));
        })*};
    }
    ciphers!(Aes128Gcm, Aes256Gcm, ChaCha20Poly1305, XChaCha20Poly1305);

    let [made, loaded] = generate_and_load::<HmacKey<Sha512>>();
    let tag = Hmac::with_key(&made).unwrap().try_chain_update(b"message").unwrap().try_finalize().unwrap();
    Hmac::with_key(&loaded).unwrap().try_chain_update(b"message").unwrap().try_verify(&tag).unwrap();

    let [made, loaded] = generate_and_load::<Hkdf<Sha256>>();
    let (mut one, mut other) = ([0; 32], [0; 32]);
    made.expand(b"info", &mut one).unwrap();
    loaded.expand(b"info", &mut other).unwrap();
    assert_eq!(one, other);
    assert_eq!(loaded.export(), Err(Error::ProhibitedOperation));
}

#[test]
fn keys_of_the_guest_are_stored_and_then_managed() {
    let manager = manager();
    // RFC 8032 section 7.1, test 2, whose signature there is but one of.
    let seed = super::hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let signature = super::hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    let key = SigningKey::<Ed25519>::import_secret(&seed, SecretKeyEncoding::Raw).unwrap();
    let clone = key.clone();
    let stored = manager.store(key).unwrap();
    let loaded = manager.load::<SigningKey<Ed25519>>(stored.identifier(), 1.into()).unwrap();
    assert_eq!(loaded.try_sign(&[0x72]).unwrap().as_bytes(), signature);
    assert_eq!(clone.export(KeyPairEncoding::Raw), Err(Error::ProhibitedOperation));
    assert_eq!(manager.store(stored.into_key()).unwrap_err(), Error::ProhibitedOperation);

    // RFC 7748 section 6.1.
    let alice = super::hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let bob = super::hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let bob = kx::PublicKey::<X25519>::import(&bob, wasi_crypto_bindings::asymmetric::PublicKeyEncoding::Raw).unwrap();
    let key = kx::SecretKey::<X25519>::import(&alice, SecretKeyEncoding::Raw).unwrap();
    let stored = manager.store(key).unwrap();
    let loaded = manager.load::<kx::SecretKey<X25519>>(stored.identifier(), Version::LATEST).unwrap();
    let secret = super::hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    assert_eq!(*loaded.diffie_hellman(&bob).unwrap(), secret);
    assert_eq!(*stored.diffie_hellman(&bob).unwrap(), secret);
    assert_eq!(stored.export(SecretKeyEncoding::Raw), Err(Error::ProhibitedOperation));

    // RFC 4231 section 4.2.
    let stored = manager.store(HmacKey::<Sha256>::import(&[0x0b; 20]).unwrap()).unwrap();
    let loaded = manager.load::<HmacKey<Sha256>>(stored.identifier(), Version::LATEST).unwrap();
    let tag = super::hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    Hmac::with_key(&loaded).unwrap().try_chain_update(b"Hi There").unwrap().try_verify(&tag).unwrap();
}

#[test]
fn a_key_is_replaced_and_its_versions_are_revoked() {
    let manager = manager();
    let first = manager.generate::<SigningKey<Ed25519>>().unwrap();
    let identifier = *first.identifier();
    let second = manager.replace(&identifier, SigningKey::<Ed25519>::generate().unwrap()).unwrap();
    assert_eq!((second.identifier(), second.version()), (&identifier, 2.into()));

    // Ed25519 signs alike each time (RFC 8032).
    let sign = |key: &SigningKey<Ed25519>| key.try_sign(b"message").unwrap();
    let load = |version| manager.load::<SigningKey<Ed25519>>(&identifier, version);
    assert_eq!(sign(&load(1.into()).unwrap()), sign(&first));
    assert_eq!(sign(&load(2.into()).unwrap()), sign(&second));
    assert_eq!(load(Version::LATEST).unwrap().version(), second.version());
    assert_ne!(sign(&first), sign(&second));

    let other = SigningKey::<EcdsaP256Sha256>::generate().unwrap();
    assert_eq!(manager.replace(&identifier, other).unwrap_err(), Error::IncompatibleKeys);
    manager.invalidate(&identifier, Version::LATEST).unwrap();
    assert_eq!(load(2.into()).unwrap_err(), Error::NotFound);
    assert_eq!(load(Version::LATEST).unwrap().version(), first.version());
    manager.invalidate(&identifier, Version::ALL).unwrap();
    assert_eq!(load(Version::LATEST).unwrap_err(), Error::NotFound);
    assert_eq!(manager.invalidate(&identifier, Version::ALL), Err(Error::NotFound));
    let new = SigningKey::<Ed25519>::generate().unwrap();
    assert_eq!(manager.replace(&identifier, new).unwrap_err(), Error::NotFound);

    let first = manager.generate::<Aes256Gcm>().unwrap();
    let second = manager.replace(first.identifier(), Aes256Gcm::generate().unwrap()).unwrap();
    let (nonce, sealed) = second.seal_with_random_nonce(b"", b"message").unwrap();
    assert_eq!(first.open(&nonce, b"", &sealed), Err(Error::InvalidTag));
    let latest = manager.load::<Aes256Gcm>(first.identifier(), Version::LATEST).unwrap();
    assert_eq!(latest.open(&nonce, b"", &sealed).unwrap(), b"message");

    let first = manager.generate::<kx::SecretKey<X25519>>().unwrap();
    let second = manager.replace(first.identifier(), kx::SecretKey::<X25519>::generate().unwrap()).unwrap();
    assert_eq!(second.version(), 2.into());
    assert_eq!(second.export(SecretKeyEncoding::Raw), Err(Error::ProhibitedOperation));
}

#[test]
fn a_key_of_another_type_is_not_taken_for_one() {
    let manager = manager();
    let key = manager.generate::<SigningKey<EcdsaP256Sha256>>().unwrap();
    let load = manager.load::<SigningKey<Ed25519>>(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::InvalidKey);
    let load = manager.load::<kx::SecretKey<P256>>(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::InvalidKey);
    let load = manager.load::<Aes256Gcm>(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::NotFound);
    let load = manager.secret(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::NotFound);

    let key = manager.generate::<kx::SecretKey<XWing>>().unwrap();
    let load = manager.load::<kx::SecretKey<X25519>>(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::InvalidKey);
    let load = manager.load::<SigningKey<Ed25519>>(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::InvalidKey);

    let key = manager.generate::<Aes256Gcm>().unwrap();
    let other = manager.load::<ChaCha20Poly1305>(key.identifier(), Version::LATEST).unwrap();
    assert_eq!(other.seal(&[0; 12], b"", b"message"), Err(Error::InvalidKey));
}

/// Their keys have one encoding.
#[test]
fn paddings_of_rsa_are_told_apart() {
    let manager = manager();
    let key = manager.generate::<SigningKey<RsaPss2048Sha256>>().unwrap();
    let load = manager.load::<SigningKey<RsaPkcs1_2048Sha256>>(key.identifier(), Version::LATEST);
    assert_eq!(load.unwrap_err(), Error::InvalidKey);
    manager.load::<SigningKey<RsaPss2048Sha256>>(key.identifier(), Version::LATEST).unwrap();
}

#[test]
fn keys_of_any_algorithm_by_its_name() {
    let manager = manager();
    let pair = manager.generate_key_pair(AlgorithmType::Signatures, "Ed25519").unwrap();
    let loaded = manager.load::<KeyPair>(pair.identifier(), Version::LATEST).unwrap();
    assert_eq!(pair.public_key().unwrap().to_pem(), loaded.public_key().unwrap().to_pem());
    let stored = manager.store(KeyPair::generate(AlgorithmType::KeyExchange, "X25519").unwrap()).unwrap();
    manager.load::<kx::SecretKey<X25519>>(stored.identifier(), Version::LATEST).unwrap();

    let key = manager.generate_key("HMAC/SHA-256").unwrap();
    let loaded = manager.load::<symmetric::Key>(key.identifier(), Version::LATEST).unwrap();
    let tag = |key| State::open("HMAC/SHA-256", Some(key), None).unwrap().squeeze_tag().unwrap().pull().unwrap();
    assert_eq!(tag(&key), tag(&loaded));

    assert_eq!(manager.generate_key("ROT13").unwrap_err(), Error::UnsupportedAlgorithm);
    assert_eq!(manager.generate_key("SHA-256").unwrap_err(), Error::KeyNotSupported);
    let generate = manager.generate_key_pair(AlgorithmType::KeyExchange, "Ed25519");
    assert_eq!(generate.unwrap_err(), Error::UnsupportedAlgorithm);
}

#[test]
#[cfg_attr(any(target_env = "p2", wasi_crypto_component), ignore = "components cannot say which secret to replace")]
fn secrets_are_kept_until_they_are_revoked_or_expire() {
    let manager = manager();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let identifier = manager.store_secret(b"first", NEVER).unwrap();
    assert_eq!(manager.replace_secret(&identifier, b"second", now + 60), Ok(2.into()));
    let secret = |version| self::manager().secret(&identifier, version).map(|secret| secret.to_vec());
    assert_eq!(secret(1.into()), Ok(b"first".to_vec()));
    assert_eq!(secret(Version::LATEST), Ok(b"second".to_vec()));
    assert_eq!(manager.replace_secret(&identifier, b"third", now - 1), Ok(3.into()));
    assert_eq!(secret(Version::LATEST), Err(Error::Expired));
    manager.invalidate_secret(&identifier, Version::LATEST).unwrap();
    assert_eq!(secret(Version::LATEST), Ok(b"second".to_vec()));
    manager.invalidate_secret(&identifier, Version::ALL).unwrap();
    assert_eq!(secret(Version::LATEST), Err(Error::NotFound));
    let unknown = Identifier::from([0; 32]);
    assert_eq!(manager.secret(&unknown, Version::LATEST), Err(Error::NotFound));
    assert_eq!(manager.replace_secret(&unknown, b"", NEVER), Err(Error::NotFound));
}

#[test]
fn secrets_are_sealed_for_the_guest_to_keep() {
    let manager = manager();
    for secret in [&b"token"[..], b"", &[7; 10_000]] {
        let mut sealed = manager.encapsulate_secret(secret, NEVER).unwrap();
        assert_eq!(*manager.decapsulate_secret(&sealed).unwrap(), secret);
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(manager.decapsulate_secret(&sealed), Err(Error::VerificationFailed));
    }
    let sealed = manager.encapsulate_secret(b"token", 1).unwrap();
    assert_eq!(manager.decapsulate_secret(&sealed), Err(Error::Expired));
}

/// More rounds than `run_guests` lets this guest have handles.
#[test]
fn everything_closes_when_dropped() {
    let first = manager();
    let (pair, cipher) = (first.generate::<SigningKey<Ed25519>>().unwrap(), first.generate::<Aes256Gcm>().unwrap());
    let (secret_key, secret) =
        (first.generate::<kx::SecretKey<X25519>>().unwrap(), first.store_secret(b"token", NEVER).unwrap());
    for i in 0..2_000 {
        let manager = SecretsManager::open().unwrap_or_else(|error| panic!("round {i}: {error}"));
        let _pair = manager.load::<SigningKey<Ed25519>>(pair.identifier(), Version::LATEST).unwrap();
        let _cipher = manager.load::<Aes256Gcm>(cipher.identifier(), Version::LATEST).unwrap();
        let _key = manager.load::<kx::SecretKey<X25519>>(secret_key.identifier(), Version::LATEST).unwrap();
        let _secret = manager.secret(&secret, Version::LATEST).unwrap();
        let other = SigningKey::<EcdsaP256Sha256>::generate().unwrap();
        assert_eq!(manager.replace(pair.identifier(), other).unwrap_err(), Error::IncompatibleKeys);
    }
}
