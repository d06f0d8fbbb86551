//! The layer below: any algorithm by its name, options, handles.

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::symmetric::{Key, Options, State};

use crate::hex;

#[test]
fn states_hash_authenticate_and_encrypt_by_name() {
    let mut hash = State::open("SHA-256", None, None).unwrap();
    hash.absorb(b"abc").unwrap();
    let mut digest = [0; 32];
    hash.squeeze(&mut digest).unwrap();
    assert_eq!(digest[..], hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));

    let key = Key::import("HMAC/SHA-256", b"Jefe").unwrap();
    let mut mac = State::open("HMAC/SHA-256", Some(&key), None).unwrap();
    mac.absorb(b"what do ya want for nothing?").unwrap();
    let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(mac.max_tag_len(), Ok(32));
    let tag = mac.squeeze_tag().unwrap();
    assert_eq!(tag.len(), Ok(32));
    assert_eq!(tag.verify(&expected), Ok(()));
    assert_eq!(tag.verify(&expected[1..]), Err(Error::InvalidTag));
    assert_eq!(tag.pull().unwrap(), expected);

    let key = Key::generate("AES-128-GCM").unwrap();
    let options = Options::new().unwrap().nonce(&[9; 12]).unwrap();
    let begin = || State::open("AES-128-GCM", Some(&key), Some(&options)).unwrap();
    let (mut sealed, mut message) = ([0; 7 + 16], [0; 7]);
    assert_eq!(begin().encrypt(&mut sealed, b"message"), Ok(23));
    assert_eq!(begin().decrypt(&mut message, &sealed), Ok(7));
    assert_eq!(&message, b"message");
    let tag = begin().encrypt_detached(&mut message, b"message").unwrap().pull().unwrap();
    assert_eq!([&message[..], &tag].concat(), sealed);
    let mut opened = [0; 7];
    assert_eq!(begin().decrypt_detached(&mut opened, &message, &tag), Ok(7));
    assert_eq!(&opened, b"message");
}

#[test]
fn one_state_encrypts_once_and_decrypts_often() {
    let key = Key::generate("CHACHA20-POLY1305").unwrap();
    let options = Options::new().unwrap().nonce(&[1; 12]).unwrap();
    let mut state = State::open("CHACHA20-POLY1305", Some(&key), Some(&options)).unwrap();
    let mut sealed = [0; 17];
    state.encrypt(&mut sealed, b"x").unwrap();
    assert_eq!(state.encrypt(&mut [0; 17], b"y"), Err(Error::NonceRequired));
    assert_eq!(state.clone().encrypt(&mut [0; 17], b"y"), Err(Error::NonceRequired), "nor does a clone");
    for _ in 0..3 {
        let mut message = [0; 1];
        assert_eq!(state.decrypt(&mut message, &sealed), Ok(1));
        assert_eq!(&message, b"x");
    }
    assert_eq!(state.absorb(b"too late"), Err(Error::InvalidOperation));
}

#[test]
fn outputs_must_fit() {
    let key = Key::generate("AES-256-GCM").unwrap();
    let options = Options::new().unwrap().nonce(&[1; 12]).unwrap();
    let mut state = State::open("AES-256-GCM", Some(&key), Some(&options)).unwrap();
    assert_eq!(state.encrypt(&mut [0; 19], b"four"), Err(Error::Overflow));
    assert_eq!(state.encrypt(&mut [0; 21], b"four"), Err(Error::InvalidLength));
    assert_eq!(state.encrypt(&mut [0; 20], b"four"), Ok(20));

    let mut hash = State::open("SHA-512", None, None).unwrap();
    assert_eq!(hash.squeeze(&mut [0; 65]), Err(Error::InvalidLength));

    let key = Key::generate("HMAC/SHA-384").unwrap();
    let mut mac = State::open("HMAC/SHA-384", Some(&key), None).unwrap();
    assert_eq!(mac.squeeze_tag().unwrap().pull_into(&mut [0; 47]), Err(Error::Overflow));
    assert_eq!(mac.squeeze_tag().unwrap().pull_into(&mut [0; 49]), Err(Error::InvalidLength));
}

#[test]
fn what_is_missing_or_unknown_is_told_apart() {
    assert_eq!(State::open("SHA-1024", None, None).err(), Some(Error::UnsupportedAlgorithm));
    assert_eq!(Key::generate("SHA-1024").err(), Some(Error::UnsupportedAlgorithm));
    assert_eq!(Key::generate("SHA-256").err(), Some(Error::KeyNotSupported));
    assert_eq!(Key::import("SHA-256", b"key").err(), Some(Error::KeyNotSupported));
    assert_eq!(State::open("HMAC/SHA-256", None, None).err(), Some(Error::KeyRequired));

    let key = Key::generate("AES-128-GCM").unwrap();
    assert_eq!(State::open("SHA-256", Some(&key), None).err(), Some(Error::KeyNotSupported));
    assert_eq!(State::open("HMAC/SHA-256", Some(&key), None).err(), Some(Error::InvalidKey));
    assert_eq!(State::open("AES-128-GCM", Some(&key), None).err(), Some(Error::NonceRequired));
    let options = Options::new().unwrap().nonce(&[0; 13]).unwrap();
    assert_eq!(State::open("AES-128-GCM", Some(&key), Some(&options)).err(), Some(Error::InvalidNonce));
    assert_eq!(State::open("PBKDF2-SHA-256", None, Some(&options)).err(), Some(Error::ParametersMissing));

    let mut hash = State::open("SHA-256", None, None).unwrap();
    assert_eq!(hash.encrypt(&mut [0; 16], b""), Err(Error::InvalidOperation));
    assert_eq!(hash.squeeze_tag().err(), Some(Error::InvalidOperation));
    assert_eq!(hash.squeeze_key("HKDF-EXPAND/SHA-256").err(), Some(Error::InvalidOperation));
    assert_eq!(hash.max_tag_len(), Err(Error::InvalidOperation));
    assert_eq!(hash.ratchet(), Err(Error::InvalidOperation));
}

#[test]
fn options_are_read_back_from_the_state() {
    let options = Options::new().unwrap().salt(&[5; 300]).unwrap().ops_limit(7).unwrap();
    let state = State::open("PBKDF2-SHA-512", None, Some(&options)).unwrap();
    drop(options);
    assert_eq!(state.option("salt").unwrap(), [5; 300]);
    assert_eq!(state.option_u64("ops_limit"), Ok(7));
    assert_eq!(state.option("nonce"), Err(Error::OptionNotSet));
    assert_eq!(state.option_u64("parallelism"), Err(Error::OptionNotSet));
    assert_eq!(state.option("colour"), Err(Error::UnsupportedOption));

    assert_eq!(Options::new().unwrap().bytes("colour", b"red").err(), Some(Error::UnsupportedOption));
    let all = Options::new().unwrap().context(b"c").unwrap().memory_limit(1).unwrap().parallelism(1).unwrap();
    assert_eq!(all.number("salt", 1).err(), Some(Error::UnsupportedOption));
}

/// More than any host lets a guest hold.
const MANY: usize = 1 << 21;

#[test]
fn everything_closes_itself() {
    let nonce = [0; 12];
    let cipher = wasi_crypto_bindings::Aes128Gcm::generate().unwrap();
    let mac_key = Key::generate("HMAC/SHA-256").unwrap();
    for i in 0..100_000 {
        let _ = cipher.seal(&nonce, b"", b"").unwrap_or_else(|error| panic!("round {i}: {error}"));
        let mut mac = State::open("HMAC/SHA-256", Some(&mac_key), None).unwrap();
        let (unused, pulled) = (mac.squeeze_tag().unwrap(), mac.squeeze_tag().unwrap());
        pulled.pull().unwrap();
        drop(unused);
        drop(mac_key.export().unwrap());
    }
}

#[test]
fn too_many_handles_are_refused_until_some_are_dropped() {
    let mut held = Vec::new();
    let error = (0..MANY).find_map(|_| match State::open("SHA-256", None, None) {
        Ok(state) => {
            held.push(state);
            None
        }
        Err(error) => Some(error),
    });
    assert_eq!(error, Some(Error::TooManyHandles));
    assert_eq!(held[0].try_clone().err(), Some(Error::TooManyHandles));
    held.pop();
    assert!(State::open("SHA-256", None, None).is_ok());
}
