//! The symmetric algorithms that ring serves against an independent implementation (RustCrypto), with random lengths, pieces and parameters.
//!
//! Those that come from RustCrypto itself, and published vectors, are the conformance suite's part. These runs find what vectors seldom have: odd pieces, long data, empty data.

mod support;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256, Sha384, Sha512, Sha512_256};
use support::{Guest, Native, Random};
use wasi_crypto_host::{Errno, WasiCryptoCtx};

const ROUNDS: u64 = 60;

#[test]
fn sha2() {
    hash("SHA-256", |data| Sha256::digest(data).to_vec());
    hash("SHA-384", |data| Sha384::digest(data).to_vec());
    hash("SHA-512", |data| Sha512::digest(data).to_vec());
    hash("SHA-512/256", |data| Sha512_256::digest(data).to_vec());
}

#[test]
fn hmac() {
    mac("HMAC/SHA-256", |key, data| {
        Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(data).finalize().into_bytes().to_vec()
    });
    mac("HMAC/SHA-384", |key, data| {
        Hmac::<Sha384>::new_from_slice(key).unwrap().chain_update(data).finalize().into_bytes().to_vec()
    });
    mac("HMAC/SHA-512", |key, data| {
        Hmac::<Sha512>::new_from_slice(key).unwrap().chain_update(data).finalize().into_bytes().to_vec()
    });
}

#[test]
fn hkdf() {
    macro_rules! check {
        ($name:literal, $hash:ty, $hash_len:literal) => {
            derive($name, $hash_len, |salt, ikm, info, out| {
                let (prk, hkdf) = Hkdf::<$hash>::extract(Some(salt), ikm);
                hkdf.expand(info, out).unwrap();
                prk.to_vec()
            })
        };
    }
    check!("SHA-256", Sha256, 32);
    check!("SHA-384", Sha384, 48);
    check!("SHA-512", Sha512, 64);
}

#[test]
fn pbkdf2() {
    password("PBKDF2-SHA-256", pbkdf2::pbkdf2_hmac::<Sha256>);
    password("PBKDF2-SHA-512", pbkdf2::pbkdf2_hmac::<Sha512>);
}

#[test]
fn pbkdf2_strings_verify() {
    use pbkdf2::password_hash::{PasswordVerifier, phc::PasswordHash};
    for name in ["PBKDF2-SHA-256", "PBKDF2-SHA-512"] {
        let (mut guest, mut random) = guest(6);
        for round in 0..ROUNDS {
            let (password, salt) = (some_bytes(&mut random, 300), random.bytes(8 + round as usize % 40));
            let options = guest.options_open();
            guest.options_set(options, "salt", &salt).unwrap();
            guest.options_set_u64(options, "ops_limit", 1000 + round).unwrap();
            let state = guest.open(name, None, Some(options)).unwrap();
            absorb_in_pieces(&mut guest, &mut random, state, &password);
            let [tag, again] = [(); 2].map(|()| guest.squeeze_tag(state).unwrap());
            let string = guest.pull_tag(tag).unwrap();
            let hash = PasswordHash::new(std::str::from_utf8(&string).unwrap()).unwrap();
            pbkdf2::Pbkdf2::default().verify_password(&password, &hash).unwrap();
            assert_eq!(hash.params.get_decimal("i"), Some(1000 + round as u32));
            assert_eq!(hash.salt.unwrap().as_ref(), salt);
            guest.verify(again, &string).expect("the state makes the same string again");
            guest.close(state).unwrap();
        }
    }
}

#[test]
fn aead() {
    macro_rules! check {
        ($name:literal, $cipher:ty, $key_len:literal, $nonce_len:literal) => {
            cipher($name, $key_len, $nonce_len, |key, nonce, payload| {
                <$cipher>::new_from_slice(key).unwrap().encrypt(nonce.try_into().unwrap(), payload).unwrap()
            })
        };
    }
    check!("AES-128-GCM", Aes128Gcm, 16, 12);
    check!("AES-256-GCM", Aes256Gcm, 32, 12);
    check!("CHACHA20-POLY1305", ChaCha20Poly1305, 32, 12);
    check!("XCHACHA20-POLY1305", XChaCha20Poly1305, 32, 24);
}

fn hash(name: &str, expected: impl Fn(&[u8]) -> Vec<u8>) {
    let (mut guest, mut random) = guest(1);
    for round in 0..ROUNDS {
        let data = some_bytes(&mut random, 5000);
        let state = guest.open(name, None, None).unwrap();
        absorb_in_pieces(&mut guest, &mut random, state, &data);
        let expected = expected(&data);
        let len = random.below(expected.len() + 1);
        assert_eq!(guest.squeeze(state, len).unwrap(), expected[..len], "{name}, round {round}");
        assert_eq!(guest.squeeze(state, expected.len()).unwrap(), expected, "{name}, round {round}");
        guest.close(state).unwrap();
    }
}

fn mac(name: &str, expected: impl Fn(&[u8], &[u8]) -> Vec<u8>) {
    let (mut guest, mut random) = guest(2);
    for round in 0..ROUNDS {
        // Longer than a block, too, so that the key is hashed first.
        let (raw, data) = (some_bytes(&mut random, 300), some_bytes(&mut random, 5000));
        let key = guest.import(name, &raw).unwrap();
        let state = guest.open(name, Some(key), None).unwrap();
        absorb_in_pieces(&mut guest, &mut random, state, &data);
        let tag = guest.squeeze_tag(state).unwrap();
        let mut expected = expected(&raw, &data);
        assert_eq!(guest.verify(tag, &expected), Ok(()), "{name}, round {round}");
        let wrong = random.below(expected.len());
        expected[wrong] ^= 1 << random.below(8);
        assert_eq!(guest.verify(tag, &expected), Err(Errno::InvalidTag), "{name}, round {round}");
        guest.call("symmetric_tag_close", &[tag]).unwrap();
        guest.close(state).unwrap();
        guest.call("symmetric_key_close", &[key]).unwrap();
    }
}

fn derive(hash: &str, hash_len: usize, expected: impl Fn(&[u8], &[u8], &[u8], &mut [u8]) -> Vec<u8>) {
    let (mut guest, mut random) = guest(3);
    let (extract, expand) = (format!("HKDF-EXTRACT/{hash}"), format!("HKDF-EXPAND/{hash}"));
    for round in 0..ROUNDS {
        let [ikm, salt, info] = [(); 3].map(|()| some_bytes(&mut random, 300));
        let mut out = vec![0; random.below(255 * hash_len + 1)];
        let prk = expected(&salt, &ikm, &info, &mut out);

        let ikm = guest.import(&extract, &ikm).unwrap();
        let extraction = guest.open(&extract, Some(ikm), None).unwrap();
        absorb_in_pieces(&mut guest, &mut random, extraction, &salt);
        let key = guest.squeeze_key(extraction, &expand).unwrap();
        assert_eq!(guest.export(key).unwrap(), prk, "{extract}, round {round}");
        let expansion = guest.open(&expand, Some(key), None).unwrap();
        absorb_in_pieces(&mut guest, &mut random, expansion, &info);
        assert_eq!(guest.squeeze(expansion, out.len()).unwrap(), out, "{expand}, round {round}");
        for state in [extraction, expansion] {
            guest.close(state).unwrap();
        }
        for key in [ikm, key] {
            guest.call("symmetric_key_close", &[key]).unwrap();
        }
    }
}

fn password(name: &str, expected: fn(&[u8], &[u8], u32, &mut [u8])) {
    let (mut guest, mut random) = guest(4);
    for round in 0..ROUNDS {
        let [password, salt] = [(); 2].map(|()| some_bytes(&mut random, 200));
        let iterations = 1 + random.below(100) as u32;
        let mut out = vec![0; random.below(200)];
        expected(&password, &salt, iterations, &mut out);

        let options = guest.options_open();
        guest.options_set(options, "salt", &salt).unwrap();
        guest.options_set_u64(options, "ops_limit", iterations.into()).unwrap();
        let state = guest.open(name, None, Some(options)).unwrap();
        absorb_in_pieces(&mut guest, &mut random, state, &password);
        assert_eq!(guest.squeeze(state, out.len()).unwrap(), out, "{name}, round {round}");
        guest.close(state).unwrap();
        guest.call("options_close", &[options]).unwrap();
    }
}

fn cipher(name: &str, key_len: usize, nonce_len: usize, seal: impl Fn(&[u8], &[u8], Payload<'_, '_>) -> Vec<u8>) {
    let (mut guest, mut random) = guest(5);
    for round in 0..ROUNDS {
        let (key, nonce) = (random.bytes(key_len), random.bytes(nonce_len));
        let (message, ad) = (some_bytes(&mut random, 5000), some_bytes(&mut random, 500));
        let sealed = seal(&key, &nonce, Payload { msg: &message, aad: &ad });
        let (ciphertext, tag) = sealed.split_at(message.len());
        let case = format!("{name}, round {round}");

        let mut open = |guest: &mut Guest<Native>| {
            let state = guest.cipher(name, &key, &nonce);
            absorb_in_pieces(guest, &mut random, state, &ad);
            state
        };
        let (attached, detached) = (open(&mut guest), open(&mut guest));
        assert_eq!(guest.encrypt(attached, &message).unwrap(), sealed, "{case}");
        assert_eq!(guest.encrypt_detached(detached, &message).unwrap(), (ciphertext.to_vec(), tag.to_vec()), "{case}");
        assert_eq!(guest.decrypt(detached, &sealed).unwrap(), message, "{case}");
        assert_eq!(guest.decrypt_detached(attached, ciphertext, tag).unwrap(), message, "{case}");

        let mut forged = sealed.clone();
        let wrong = random.below(forged.len());
        forged[wrong] ^= 1 << random.below(8);
        assert_eq!(guest.decrypt(attached, &forged), Err(Errno::InvalidTag), "{case}");
        for state in [attached, detached] {
            guest.close(state).unwrap();
        }
    }
}

fn guest(seed: u64) -> (Guest<Native>, Random) {
    (Guest::new(Native::new(WasiCryptoCtx::builder(), 1 << 17)), Random(seed))
}

/// Often short or none at all, seldom long.
fn some_bytes(random: &mut Random, max: usize) -> Vec<u8> {
    let bound = match random.below(4) {
        0 => return Vec::new(),
        1 => 20,
        2 => 200,
        _ => max,
    };
    let len = random.below(bound.min(max)) + 1;
    random.bytes(len)
}

fn absorb_in_pieces(guest: &mut Guest<Native>, random: &mut Random, state: u32, mut data: &[u8]) {
    loop {
        let (piece, rest) = data.split_at(random.below(data.len() + 1));
        guest.absorb(state, piece).unwrap();
        data = rest;
        if data.len() < 2 || random.below(8) == 0 {
            return guest.absorb(state, data).unwrap();
        }
    }
}
