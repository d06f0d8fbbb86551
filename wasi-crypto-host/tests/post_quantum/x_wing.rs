//! X-Wing (draft-connolly-cfrg-xwing-kem-06).

use ::x_wing::{Decapsulate, DecapsulationKey, Decapsulator, KeyExport};
use ml_kem::array::Array;
use sha3::{Digest, Sha3_256};
use shake::{ExtendableOutput, Shake256};
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

use super::*;

/// The fields of `x_wing.txt`: secret key, randomness of the encapsulation, shared secret, public key, ciphertext.
type Vector = [Vec<u8>; 5];

fn vectors() -> Vec<Vector> {
    let lines = include_str!("x_wing.txt").lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in lines {
        match (line.split_once(" = "), fields.last_mut()) {
            (Some((name, digits)), _) => fields.push((name, digits.to_owned())),
            (None, Some((_, digits))) => digits.push_str(line.trim()),
            (None, None) => panic!("the file begins in the middle of a field"),
        }
    }
    let blocks = fields.chunks_exact(5);
    blocks
        .map(|block| {
            assert_eq!(std::array::from_fn(|i| block[i].0), ["sk", "eseed", "ss", "pk", "ct"]);
            std::array::from_fn(|i| hex(&block[i].1))
        })
        .collect()
}

/// X-Wing as the draft puts it together, on RustCrypto's ML-KEM.
struct Reference {
    ml_kem: oracle::Pair,
    x25519_secret: [u8; 32],
    x25519_public: [u8; 32],
}

const ML_KEM: oracle::Kem = oracle::KEMS[1];
const ML_KEM_CIPHERTEXT: usize = 1088;

impl Reference {
    fn new(seed: &[u8]) -> Self {
        let mut expanded = [0; 96];
        Shake256::digest_xof(seed, &mut expanded);
        let x25519_secret = *expanded.last_chunk().unwrap();
        Self {
            ml_kem: (ML_KEM.generate)(*expanded.first_chunk().unwrap()),
            x25519_secret,
            x25519_public: x25519(x25519_secret, X25519_BASEPOINT_BYTES),
        }
    }

    fn public(&self) -> Vec<u8> {
        [&self.ml_kem.public[..], &self.x25519_public].concat()
    }

    fn encapsulate(&self, randomness: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (secret, ciphertext) = (ML_KEM.encapsulate)(&self.ml_kem.public, *randomness.first_chunk().unwrap());
        let ephemeral = *randomness.last_chunk().unwrap();
        let ephemeral_public = x25519(ephemeral, X25519_BASEPOINT_BYTES);
        let combined = self.combine(&secret, x25519(ephemeral, self.x25519_public), ephemeral_public);
        (combined, [&ciphertext[..], &ephemeral_public].concat())
    }

    fn decapsulate(&self, ciphertext: &[u8]) -> Vec<u8> {
        let (ml_kem, ephemeral_public) = ciphertext.split_at(ML_KEM_CIPHERTEXT);
        let ephemeral_public = ephemeral_public.try_into().unwrap();
        let secret = (ML_KEM.decapsulate)(&self.ml_kem.secret, ml_kem);
        self.combine(&secret, x25519(self.x25519_secret, ephemeral_public), ephemeral_public)
    }

    fn combine(&self, ml_kem: &[u8], x25519: [u8; 32], ephemeral_public: [u8; 32]) -> Vec<u8> {
        let parts = [ml_kem, &x25519, &ephemeral_public, &self.x25519_public, br"\.//^\"];
        Sha3_256::digest(parts.concat()).to_vec()
    }
}

#[test]
fn the_vectors_of_the_draft() {
    let mut guest = Guest::large();
    let vectors = vectors();
    assert_eq!(vectors.len(), 3);
    for [secret_key, randomness, shared_secret, public_key, ciphertext] in vectors {
        let key = guest.import_key_as(Part::Secret, "X-WING", &secret_key, RAW).unwrap();
        assert!(guest.raw_public_of(key) == public_key);
        assert_eq!(guest.kem_decapsulate(key, &ciphertext), Ok(shared_secret.clone()));
        assert_eq!(guest.export_key_as(Part::Secret, key, RAW), Ok(secret_key.clone()));
        // The guest cannot choose the randomness; that the reference agrees is what makes it one.
        let (found, made) = Reference::new(&secret_key).encapsulate(&randomness);
        assert_eq!(found, shared_secret);
        assert!(made == ciphertext);
    }
}

#[test]
fn the_reference_and_the_host_decapsulate_what_the_other_encapsulated() {
    let mut guest = Guest::large();
    for round in 0..10 {
        let keypair = guest.generate_keypair("X-WING");
        let (secret_key, public_key) = (guest.secret_of(keypair), guest.public_of(keypair));
        let reference = Reference::new(&guest.export_key_as(Part::Secret, secret_key, RAW).unwrap());
        assert!(guest.raw_public_of(secret_key) == reference.public());

        let (secret, ciphertext) = guest.kem_encapsulate(public_key).unwrap();
        assert_eq!(reference.decapsulate(&ciphertext), secret);

        let (secret, ciphertext) = reference.encapsulate(&[round; 64]);
        assert_eq!(guest.kem_decapsulate(secret_key, &ciphertext), Ok(secret));

        for at in [0, ML_KEM_CIPHERTEXT - 1, ML_KEM_CIPHERTEXT, ciphertext.len() - 1] {
            let changed = with_flip(&ciphertext, at, 1 << (round % 8));
            let rejected = reference.decapsulate(&changed);
            assert_eq!(guest.kem_decapsulate(secret_key, &changed), Ok(rejected), "byte {at}");
        }
    }
}

#[test]
fn rustcrypto_and_the_host_decapsulate_what_the_other_encapsulated() {
    let mut guest = Guest::large();
    for round in 0..10 {
        let keypair = guest.generate_keypair("X-WING");
        let (secret_key, public_key) = (guest.secret_of(keypair), guest.public_of(keypair));
        let seed = guest.export_key_as(Part::Secret, secret_key, RAW).unwrap();
        let theirs = DecapsulationKey::from(<[u8; 32]>::try_from(seed).unwrap());
        assert!(guest.raw_public_of(secret_key) == theirs.encapsulation_key().to_bytes()[..]);

        let (secret, ciphertext) = guest.kem_encapsulate(public_key).unwrap();
        assert_eq!(theirs.decapsulate_slice(&ciphertext).unwrap()[..], secret);

        let (ciphertext, secret) = theirs.encapsulation_key().encapsulate_deterministic(&Array([round; 64]));
        assert_eq!(guest.kem_decapsulate(secret_key, &ciphertext), Ok(secret.to_vec()));
    }
}

/// Draft 06 does not refuse the zero that X25519 gives then: the ciphertext is part of the secret.
#[test]
fn a_ciphertext_of_low_order_decapsulates() {
    let mut guest = Guest::large();
    let reference = Reference::new(&[5; 32]);
    let key = guest.import_key_as(Part::Secret, "X-WING", &[5; 32], RAW).unwrap();
    let (_, mut ciphertext) = reference.encapsulate(&[6; 64]);
    ciphertext[ML_KEM_CIPHERTEXT..].fill(0);
    assert_eq!(guest.kem_decapsulate(key, &ciphertext), Ok(reference.decapsulate(&ciphertext)));
}

/// Nor does it when a public key has low order.
#[test]
fn a_public_key_of_low_order_encapsulates() {
    let mut guest = Guest::large();
    let reference = Reference { x25519_public: [0; 32], ..Reference::new(&[5; 32]) };
    let key = guest.import_key_as(Part::Public, "X-WING", &reference.public(), RAW).unwrap();
    let (secret, ciphertext) = guest.kem_encapsulate(key).unwrap();
    let (ml_kem, ephemeral_public) = ciphertext.split_at(ML_KEM_CIPHERTEXT);
    let ml_kem = (ML_KEM.decapsulate)(&reference.ml_kem.secret, ml_kem);
    assert_eq!(reference.combine(&ml_kem, [0; 32], ephemeral_public.try_into().unwrap()), secret);
}

#[test]
fn both_parts_of_a_public_key_are_checked() {
    let mut guest = Guest::large();
    let public = Reference::new(&[8; 32]).public();

    let mut overflow = public.clone();
    overflow[..3].fill(0xff);
    assert_eq!(guest.import_key_as(Part::Public, "X-WING", &overflow, RAW), Err(Errno::InvalidKey));

    let sound = guest.import_key_as(Part::Public, "X-WING", &public, RAW).unwrap();
    assert_eq!(guest.check(sound), Ok(()));
    for x25519_key in [[0; 32], std::array::from_fn(|i| u8::from(i == 0))] {
        let low_order = [&public[..1184], &x25519_key].concat();
        let key = guest.import_key_as(Part::Public, "X-WING", &low_order, RAW).unwrap();
        assert_eq!(guest.check(key), Err(Errno::InvalidKey));
    }
}

#[test]
fn pem_is_unsupported_whatever_the_bytes_are() {
    let mut guest = Guest::large();
    for bytes in [&[5; 32][..], b"", b"-----BEGIN PRIVATE KEY-----\n"] {
        for part in [Part::Keypair, Part::Secret, Part::Public] {
            assert_eq!(guest.import_key_as(part, "X-WING", bytes, PEM), Err(Errno::UnsupportedEncoding), "{part:?}");
        }
    }
}
