//! Target `oracle`: operations that are valid, and what independent implementations make of them: RustCrypto, and ed25519-compact where the
//! host stands on RustCrypto itself.
//!
//! Data comes in pieces as the input says, so that the pieces and their bounds are compared, too.

use ed25519_compact::x25519;
use hmac::Mac;
use p256::ecdsa::signature::{Signer, Verifier};
use sha2::{Digest, Sha256, Sha384, Sha512, Sha512_256};

use crate::bytes::Bytes;
use crate::checked::Checked;
use crate::keys::{KeyFunctions, Part, RAW};
use crate::known::{Known, find};
use crate::support;
use crate::ways::{Bounds, Way};
use cipher::seal;

mod cipher;

type Guest = support::Guest<Checked>;

/// A guest of these targets has no room for more, in bytes.
const MAX_DATA: usize = 6 << 10;

/// What is compared: an algorithm, and how.
const TRIALS: [(&str, Trial); 23] = [
    ("SHA-256", hash),
    ("SHA-384", hash),
    ("SHA-512", hash),
    ("SHA-512/256", hash),
    ("HMAC/SHA-256", mac),
    ("HMAC/SHA-384", mac),
    ("HMAC/SHA-512", mac),
    ("HKDF-EXTRACT/SHA-256", derivation),
    ("HKDF-EXTRACT/SHA-384", derivation),
    ("HKDF-EXTRACT/SHA-512", derivation),
    ("PBKDF2-SHA-256", password),
    ("PBKDF2-SHA-512", password),
    ("AES-128-GCM", encryption),
    ("AES-256-GCM", encryption),
    ("CHACHA20-POLY1305", encryption),
    ("XCHACHA20-POLY1305", encryption),
    ("ECDSA_P256_SHA256", signature),
    ("ECDSA_P384_SHA384", signature),
    ("Ed25519", signature),
    ("X25519", agreement),
    ("ML-KEM-512", encapsulation),
    ("ML-KEM-768", encapsulation),
    ("ML-KEM-1024", encapsulation),
];

type Trial = fn(&mut Guest, &str, Bytes<'_>);

/// The number of algorithms that are compared, for seeds.
pub const ALGORITHMS: usize = TRIALS.len();

/// Does with an algorithm what the input says, here and there.
///
/// # Panics
///
/// If the answers differ.
pub fn oracle(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let (name, trial) = bytes.pick(&TRIALS);
    let way = bytes.pick(&Way::ALL);
    let mut guest = Guest::new(Checked::new(way, Bounds::WIDE));
    trial(&mut guest, name, bytes);
    guest.transport.end();
}

/// Runs an expression with a type for each hash that keys can have.
macro_rules! with_hash {
    ($name:expr, $hash:ident => $body:expr) => {
        if $name.ends_with("384") {
            type $hash = Sha384;
            $body
        } else if $name.ends_with("512") {
            type $hash = Sha512;
            $body
        } else {
            type $hash = Sha256;
            $body
        }
    };
}

fn hash(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let cuts = cuts(&mut bytes);
    let data = rest(bytes);
    let state = guest.open(name, None, None).unwrap();
    absorb(guest, state, data, cuts);
    let expected = match name {
        "SHA-512/256" => Sha512_256::digest(data).to_vec(),
        _ => with_hash!(name, H => H::digest(data).to_vec()),
    };
    assert_eq!(guest.squeeze(state, expected.len()).unwrap(), expected);
}

fn mac(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let cuts = cuts(&mut bytes);
    let key = bytes.take(200);
    let data = rest(bytes);
    let expected = with_hash!(name, H => {
        let mut mac = <hmac::Hmac<H> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any size");
        mac.update(data);
        mac.finalize().into_bytes().to_vec()
    });
    // Short keys are refused.
    let Ok(key) = guest.import(name, key) else { return };
    let state = guest.open(name, Some(key), None).unwrap();
    absorb(guest, state, data, cuts);
    let tag = guest.squeeze_tag(state).unwrap();
    assert_eq!(guest.verify(tag, &expected), Ok(()));
    assert_eq!(guest.pull_tag(tag).unwrap(), expected);
}

/// HKDF, both halves.
fn derivation(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let expand = name.replace("EXTRACT", "EXPAND");
    let (cuts, len) = (cuts(&mut bytes), usize::from(bytes.u16()) % 1_000 + 1);
    let (input, salt) = (bytes.short(), bytes.short());
    let info = rest(bytes);
    let Ok(key) = guest.import(name, input) else { return };
    let state = guest.open(name, Some(key), None).unwrap();
    absorb(guest, state, salt, cuts);
    let key = guest.squeeze_key(state, &expand).unwrap();
    let state = guest.open(&expand, Some(key), None).unwrap();
    absorb(guest, state, info, cuts);
    let found = guest.squeeze(state, len).unwrap();
    let expected = with_hash!(name, H => {
        let mut out = vec![0; len];
        hkdf::Hkdf::<H>::new(Some(salt), input).expand(info, &mut out).expect("it is no more than 255 hashes long");
        out
    });
    assert_eq!(found, expected);
}

fn password(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let (iterations, len) = (u32::from(bytes.byte()) % 50 + 1, usize::from(bytes.byte()) % 150 + 1);
    let salt = bytes.short();
    let password = rest(bytes);
    let options = guest.options_open();
    guest.options_set_u64(options, "ops_limit", iterations.into()).unwrap();
    // Short salts, and few iterations, may be refused.
    if guest.options_set(options, "salt", salt).is_err() {
        return;
    }
    let Ok(state) = guest.open(name, None, Some(options)) else { return };
    guest.absorb(state, password).unwrap();
    let Ok(found) = guest.squeeze(state, len) else { return };
    let mut expected = vec![0; len];
    with_hash!(name, H => pbkdf2::pbkdf2_hmac::<H>(password, salt, iterations, &mut expected));
    assert_eq!(found, expected);
}

fn encryption(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let known = known(name);
    let cuts = cuts(&mut bytes);
    let key = exactly(&mut bytes, known.key_len());
    let nonce = exactly(&mut bytes, known.info.nonce_len.unwrap_or_default());
    let associated_data = bytes.short();
    let message = rest(bytes);
    let expected = seal(name, &key, &nonce, associated_data, message);
    let state = guest.cipher(name, &key, &nonce);
    let opening = guest.clone_state(state).unwrap();
    absorb(guest, state, associated_data, cuts);
    guest.absorb(opening, associated_data).unwrap();
    assert_eq!(guest.encrypt(state, message).unwrap(), expected);
    assert_eq!(guest.decrypt(opening, &expected).unwrap(), message);
    let state = guest.cipher(name, &key, &nonce);
    absorb(guest, state, associated_data, cuts);
    let (ciphertext, tag) = guest.encrypt_detached(state, message).unwrap();
    assert_eq!([ciphertext, tag].concat(), expected);
}

/// Either verifies what the other has signed.
fn signature(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let cut = bytes.byte();
    let secret = exactly(&mut bytes, if name.contains("384") { 48 } else { 32 });
    let message = rest(bytes);
    let info = &known(name).info;
    // Not every number is a scalar.
    let Ok(handle) = guest.import_part(Part::Secretkey, info, &secret, RAW) else { return };
    let public = guest.follow("publickey_from_secretkey", handle).unwrap();
    let pair = guest.call_for_u32("keypair_from_pk_and_sk", &[public, handle]).unwrap();
    let (first, second) = message.split_at(message.len() * usize::from(cut) / 255);
    let signature = guest.sign(pair, &[first, second]).unwrap();
    let raw = guest.export_part(Part::Signature, signature, RAW).unwrap();
    let point = guest.export_part(Part::Publickey, public, RAW).unwrap();
    let (is_right, other) = match name {
        "ECDSA_P256_SHA256" => {
            let key = p256::ecdsa::SigningKey::from_slice(&secret).unwrap();
            assert_eq!(point, key.verifying_key().to_sec1_point(true).as_bytes());
            let signature = p256::ecdsa::Signature::from_slice(&raw).unwrap();
            let other: p256::ecdsa::Signature = key.sign(message);
            (key.verifying_key().verify(message, &signature).is_ok(), other.to_bytes().to_vec())
        }
        "ECDSA_P384_SHA384" => {
            let key = p384::ecdsa::SigningKey::from_slice(&secret).unwrap();
            assert_eq!(point, key.verifying_key().to_sec1_point(true).as_bytes());
            let signature = p384::ecdsa::Signature::from_slice(&raw).unwrap();
            let other: p384::ecdsa::Signature = key.sign(message);
            (key.verifying_key().verify(message, &signature).is_ok(), other.to_bytes().to_vec())
        }
        _ => {
            let seed = ed25519_compact::Seed::from_slice(&secret).unwrap();
            // It takes a seed of zeros for a mistake, and refuses it.
            let Ok(key) = ed25519_compact::KeyPair::try_from_seed(seed) else { return };
            assert_eq!(point, key.pk.to_vec());
            let other = key.sk.sign(message, None).to_vec();
            assert_eq!(raw, other, "Ed25519 has one signature of a message");
            (key.pk.verify(message, &ed25519_compact::Signature::from_slice(&raw).unwrap()).is_ok(), other)
        }
    };
    assert!(is_right, "an independent implementation refuses the signature");
    let other = guest.import_part(Part::Signature, info, &other, RAW).unwrap();
    assert_eq!(guest.check_signature(public, &[message], other), Ok(()));
}

fn agreement(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    let info = &known(name).info;
    let [one, other] = [(); 2].map(|()| exactly(&mut bytes, 32));
    let secret = guest.import_part(Part::Secretkey, info, &one, RAW).unwrap();
    let theirs = x25519::SecretKey::from_slice(&other).unwrap();
    let Ok(point) = theirs.recover_public_key() else { return };
    let public = guest.import_part(Part::Publickey, info, &point[..], RAW).unwrap();
    let own = guest.follow("publickey_from_secretkey", secret).unwrap();
    let own = x25519::PublicKey::from_slice(&guest.export_part(Part::Publickey, own, RAW).unwrap()).unwrap();
    let expected = own.dh(&theirs).unwrap();
    assert_eq!(guest.agree(public, secret).unwrap(), &expected[..]);
}

/// What is encapsulated here is found there.
fn encapsulation(guest: &mut Guest, name: &str, mut bytes: Bytes<'_>) {
    use ml_kem::kem::{Decapsulate, KeyExport, KeyInit};
    let seed = exactly(&mut bytes, 64);
    let secret = guest.import_part(Part::Secretkey, &known(name).info, &seed, RAW).unwrap();
    let public = guest.follow("publickey_from_secretkey", secret).unwrap();
    let encoded = guest.export_part(Part::Publickey, public, RAW).unwrap();
    let (shared, ciphertext) = guest.encapsulate(public).unwrap();
    macro_rules! check {
        ($set:ident) => {{
            let key = ml_kem::$set::DecapsulationKey::new_from_slice(&seed).unwrap();
            assert_eq!(encoded, key.encapsulation_key().to_bytes().as_slice());
            assert_eq!(shared, key.decapsulate_slice(&ciphertext).unwrap().as_slice());
        }};
    }
    match name {
        "ML-KEM-512" => check!(ml_kem_512),
        "ML-KEM-768" => check!(ml_kem_768),
        _ => check!(ml_kem_1024),
    }
}

fn known(name: &str) -> &'static Known {
    find(name.as_bytes()).expect("every build of the fuzzer has it")
}

/// Where data is cut, in 255ths of its length.
fn cuts(bytes: &mut Bytes<'_>) -> [usize; 2] {
    [bytes.byte().into(), bytes.byte().into()]
}

fn absorb(guest: &mut Guest, state: u32, data: &[u8], cuts: [usize; 2]) {
    let mut cuts = cuts.map(|cut| data.len() * cut / 255);
    cuts.sort_unstable();
    for piece in [&data[..cuts[0]], &data[cuts[0]..cuts[1]], &data[cuts[1]..]] {
        guest.absorb(state, piece).unwrap();
    }
}

fn rest<'a>(bytes: Bytes<'a>) -> &'a [u8] {
    let rest = bytes.rest();
    &rest[..rest.len().min(MAX_DATA)]
}

/// So many bytes, with zeros behind the end of the input.
fn exactly(bytes: &mut Bytes<'_>, len: usize) -> Vec<u8> {
    (0..len).map(|_| bytes.byte()).collect()
}
