//! Key exchange: RFC 7748 section 6.1, Wycheproof (`vectors/`), draft-connolly-cfrg-xwing-kem-06.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{PublicKeyEncoding, SecretKeyEncoding};
use wasi_crypto_bindings::kx::{
    Algorithm, DiffieHellman, Kem, MlKem512, MlKem768, MlKem1024, P256, P384, PublicKey, SecretKey, X25519, XWing,
};

use crate::{field, hex};

fn secret<A: Algorithm>(raw: &[u8]) -> SecretKey<A> {
    SecretKey::import(raw, SecretKeyEncoding::Raw).unwrap()
}

fn public<A: Algorithm>(raw: &[u8]) -> PublicKey<A> {
    PublicKey::import(raw, PublicKeyEncoding::Raw).unwrap()
}

#[test]
fn x25519_gives_the_secret_of_rfc_7748() {
    let alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let alice_public = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let bob = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    let bob_public = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");

    let (alice, bob) = (secret::<X25519>(&alice), secret::<X25519>(&bob));
    assert_eq!(alice.public_key().unwrap().export(PublicKeyEncoding::Raw).unwrap(), alice_public);
    assert_eq!(alice.diffie_hellman(&public(&bob_public)).unwrap()[..], shared);
    assert_eq!(bob.diffie_hellman(&public(&alice_public)).unwrap()[..], shared);
}

#[test]
fn nist_curves_give_the_published_secrets() {
    fn check<A: DiffieHellman>(vectors: &str) {
        let public = PublicKey::<A>::import(&field(vectors, "public_key"), PublicKeyEncoding::Pkcs8).unwrap();
        let secret = secret::<A>(&field(vectors, "secret_key"));
        assert_eq!(secret.diffie_hellman(&public).unwrap()[..], field(vectors, "shared"));
    }
    check::<P256>(include_str!("vectors/ecdh_p256.txt"));
    check::<P384>(include_str!("vectors/ecdh_p384.txt"));
}

#[test]
fn both_parties_agree() {
    fn check<A: DiffieHellman>(secret_len: usize) {
        let (ours, theirs) = (SecretKey::<A>::generate().unwrap(), SecretKey::<A>::generate().unwrap());
        let secret = ours.diffie_hellman(&theirs.public_key().unwrap()).unwrap();
        assert_eq!(secret.len(), secret_len);
        assert_eq!(theirs.diffie_hellman(&ours.public_key().unwrap()).unwrap(), secret);

        let ours = SecretKey::<A>::from_pem(ours.to_pem().unwrap()).unwrap();
        let public = PublicKey::<A>::from_pem(theirs.public_key().unwrap().to_pem().unwrap()).unwrap();
        public.validate().unwrap();
        assert_eq!(ours.clone().diffie_hellman(&public.clone()).unwrap(), secret);
    }
    check::<X25519>(32);
    check::<P256>(32);
    check::<P384>(48);
}

#[test]
fn keys_of_small_order_agree_on_nothing() {
    let key = SecretKey::<X25519>::generate().unwrap();
    for small in [0, 1] {
        let small = public::<X25519>(&[&[small][..], &[0; 31]].concat());
        assert_eq!(key.diffie_hellman(&small).unwrap_err(), Error::InvalidKey);
        assert_eq!(small.validate(), Err(Error::InvalidKey));
    }
}

#[test]
fn encapsulations_of_published_keys_open() {
    fn check<A: Kem>(vectors: &str, [seed, public, encapsulation, shared]: [&str; 4]) {
        let field = |name| field(vectors, name);
        let secret = secret::<A>(&field(seed));
        assert_eq!(secret.public_key().unwrap().export(PublicKeyEncoding::Raw).unwrap(), field(public));
        assert_eq!(secret.export(SecretKeyEncoding::Raw).unwrap()[..], field(seed));
        assert_eq!(secret.decapsulate(&field(encapsulation)).unwrap()[..], field(shared));
    }
    check::<MlKem512>(include_str!("vectors/ml_kem_512.txt"), ["seed", "public_key", "encapsulation", "secret"]);
    check::<XWing>(include_str!("../../../wasi-crypto-host/tests/post_quantum/x_wing.txt"), ["sk", "pk", "ct", "ss"]);
}

#[test]
fn what_is_encapsulated_opens_for_its_owner_alone() {
    fn check<A: Kem>() {
        let (key, other) = (SecretKey::<A>::generate().unwrap(), SecretKey::<A>::generate().unwrap());
        let public = key.public_key().unwrap();
        public.validate().unwrap();
        let (encapsulation, secret) = public.encapsulate().unwrap();
        assert_eq!((encapsulation.len(), secret.len()), (A::ENCAPSULATION_LEN, 32));
        assert_eq!(key.decapsulate(&encapsulation).unwrap(), secret);
        assert_ne!(public.encapsulate().unwrap(), (encapsulation.clone(), secret.clone()));

        // Implicit rejection: a secret, but another one.
        assert_ne!(other.decapsulate(&encapsulation).unwrap(), secret);
        let mut changed = encapsulation.clone();
        changed[0] ^= 1;
        assert_ne!(key.decapsulate(&changed).unwrap(), secret);
        for wrong in [&encapsulation[1..], &[], &[&encapsulation[..], &[0]].concat()] {
            assert_eq!(key.decapsulate(wrong).unwrap_err(), Error::VerificationFailed);
        }

        let seed = key.export(SecretKeyEncoding::Raw).unwrap();
        assert_eq!(self::secret::<A>(&seed).decapsulate(&encapsulation).unwrap(), secret);
        let raw = public.export(PublicKeyEncoding::Raw).unwrap();
        let (encapsulation, secret) = self::public::<A>(&raw).encapsulate().unwrap();
        assert_eq!(key.decapsulate(&encapsulation).unwrap(), secret);
    }
    check::<MlKem512>();
    check::<MlKem768>();
    check::<MlKem1024>();
    check::<XWing>();
}

#[test]
fn keys_of_another_algorithm_or_encoding_are_refused() {
    let x25519 = SecretKey::<X25519>::generate().unwrap().to_pem().unwrap();
    assert_eq!(SecretKey::<P256>::from_pem(&x25519).unwrap_err(), Error::InvalidKey);
    assert_eq!(SecretKey::<MlKem768>::from_pem(&x25519).unwrap_err(), Error::InvalidKey);
    let ml_kem = SecretKey::<MlKem512>::generate().unwrap().public_key().unwrap().to_pem().unwrap();
    assert_eq!(PublicKey::<MlKem768>::from_pem(&ml_kem).unwrap_err(), Error::InvalidKey);
    assert_eq!(SecretKey::<XWing>::generate().unwrap().to_pem().unwrap_err(), Error::UnsupportedEncoding);
    assert_eq!(SecretKey::<P384>::import(&[0; 48], SecretKeyEncoding::Raw).unwrap_err(), Error::InvalidKey);
    assert_eq!(SecretKey::<P384>::import(&[1; 47], SecretKeyEncoding::Raw).unwrap_err(), Error::InvalidKey);
    let sec = SecretKey::<P256>::import(&[1; 32], SecretKeyEncoding::Sec).unwrap();
    assert_eq!(sec.export(SecretKeyEncoding::Raw).unwrap()[..], [1; 32]);
}
