//! Keys: one that is always the same against others.

use wasi_crypto_host::Errno;

use crate::leak::Random;
use crate::{Guest, INPUT, Measured, OUTPUT, SLOT, hostcall};

/// Fewer than of other calls: these take microseconds.
const SAMPLES: usize = 30_000;

pub(crate) const RAW: u32 = 0;
const PEM: u32 = 2;

pub(crate) const SIGNATURES: u32 = 0;
pub(crate) const KEY_EXCHANGE: u32 = 2;

/// Imports of a key, which are closed when the next is put in place. `answer` is what all of them get.
pub(crate) fn import(
    (import, close): (&str, &str),
    (kind, algorithm, encoding): (u32, &str, u32),
    (fixed, others): (Vec<u8>, Vec<Vec<u8>>),
    answer: Errno,
) -> Measured {
    assert!(others.iter().all(|other| other.len() == fixed.len()), "keys of one size");
    let mut guest = Guest::new();
    let [at, name_len] = guest.put(OUTPUT, algorithm.as_bytes());
    let args = vec![kind, at, name_len, INPUT as u32, fixed.len() as u32, encoding, SLOT as u32];
    Measured {
        guest,
        hostcall: hostcall(import),
        args,
        answer,
        fixed,
        others,
        close: Some(hostcall(close)),
        open: None,
    }
}

pub(crate) const SECRET: (&str, &str) = ("secretkey_import", "secretkey_close");
const PAIR: (&str, &str) = ("keypair_import", "keypair_close");

/// Not ML-KEM and ML-DSA, whose public matrix is sampled until it is there, nor RSA, whose primes are looked at.
#[test]
#[ignore = "long, and wants a machine that does nothing else: cargo xtask constant-time"]
fn the_time_of_an_import_does_not_tell_a_scalar_or_a_seed() {
    for algorithm in ALGORITHMS {
        scalars(algorithm).check(&format!("{}, scalar or seed", algorithm.1), SAMPLES);
    }
}

/// Whose keys are scalars or seeds of so many bytes.
pub(crate) const ALGORITHMS: [(u32, &str, usize); 5] = [
    (SIGNATURES, "ECDSA_P256_SHA256", 32),
    (SIGNATURES, "ECDSA_P384_SHA384", 48),
    (SIGNATURES, "ECDSA_K256_SHA256", 32),
    (SIGNATURES, "Ed25519", 32),
    (KEY_EXCHANGE, "X25519", 32),
];

/// A key of zeroes but for a two at its end, against others.
pub(crate) fn scalars((kind, algorithm, len): (u32, &str, usize)) -> Measured {
    let mut small = vec![0; len];
    small[len - 1] = 2;
    import(SECRET, (kind, algorithm, RAW), (small, random_scalars(len)), Errno::Success)
}

#[test]
#[ignore = "long, and wants a machine that does nothing else: cargo xtask constant-time"]
fn the_time_of_reading_base64_does_not_tell_its_characters() {
    for algorithm in TEXTS {
        texts(algorithm).check(&format!("{}, PEM", algorithm.1), SAMPLES);
    }
}

/// Whose keys are read from PEM, with what is before the key in its PKCS#8.
pub(crate) const TEXTS: [(u32, &str, &[u8]); 2] =
    [(SIGNATURES, "Ed25519", &ED25519), (KEY_EXCHANGE, "X25519", &X25519)];

/// The PEM of a key of zeroes, against others.
pub(crate) fn texts((kind, algorithm, prefix): (u32, &str, &[u8])) -> Measured {
    const LEN: usize = 32;
    let pem = |key: &[u8]| {
        let der = [prefix, key].concat();
        pem_rfc7468::encode_string("PRIVATE KEY", Default::default(), &der).unwrap().into_bytes()
    };
    let keys = (pem(&[0; LEN]), random_scalars(LEN).iter().map(|key| pem(key)).collect());
    import(SECRET, (kind, algorithm, PEM), keys, Errno::Success)
}

/// PKCS#8 up to the key (RFC 8410 section 7).
const ED25519: [u8; 16] = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 34, 4, 32];
const X25519: [u8; 16] = [0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 34, 4, 32];

#[test]
#[ignore = "long, and wants a machine that does nothing else: cargo xtask constant-time"]
fn the_time_of_an_import_does_not_tell_where_a_public_key_is_another() {
    // RFC 8032 section 7.1, test 1, with a public key that is that of test 2, and one that ends like the right one.
    let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let right = hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let wrong = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    // Half of all numbers are a coordinate of a point: the next one that is differs in one byte.
    let near = (1..=255).map(|by: u8| {
        let mut public = right.clone();
        public[0] = public[0].wrapping_add(by);
        public
    });
    let near = near.filter(|public| is_point(public)).take(1).collect::<Vec<_>>();
    let keys = ([&seed[..], &wrong].concat(), near.iter().map(|public| [&seed[..], public].concat()).collect());
    import(PAIR, (SIGNATURES, "Ed25519", RAW), keys, Errno::InvalidKey).check("Ed25519, another public key", SAMPLES);
}

fn is_point(public: &[u8]) -> bool {
    let mut guest = Guest::new();
    let [name, name_len] = guest.put(OUTPUT, b"Ed25519");
    let [key, key_len] = guest.put(INPUT, public);
    guest.call(hostcall("publickey_import"), &[SIGNATURES, name, name_len, key, key_len, RAW, SLOT as u32])
        == Errno::Success
}

/// Below the order of every group here.
pub(crate) fn random_scalars(len: usize) -> Vec<Vec<u8>> {
    let mut random = Random(2);
    let scalars = (0..64).map(|_| {
        let mut scalar = random.bytes::<48>()[..len].to_vec();
        scalar[0] &= 0x7f;
        scalar
    });
    scalars.collect()
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
