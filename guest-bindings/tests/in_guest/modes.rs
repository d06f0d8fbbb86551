//! What is neither a plain AEAD nor a hash: AES-SIV (RFC 5297 appendix A), AES in counter and chaining mode (NIST SP 800-38A appendix F), sessions
//! of Xoodyak (the self test of the Keccak team's XKCP), keyed hashes, Ed448.

use aead::{AeadInOut, Payload};
use cipher::{BlockModeDecrypt, BlockModeEncrypt, IvState, KeyIvInit, StreamCipher, StreamCipherSeek};
use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::aead::Xoodyak128;
use wasi_crypto_bindings::asymmetric::SecretKeyEncoding;
use wasi_crypto_bindings::cipher::{Aes128Cbc, Aes128Ctr, Aes256Cbc, Aes256Ctr, CbcDecryptor, CbcEncryptor, Keystream};
use wasi_crypto_bindings::hash::Blake2b256;
use wasi_crypto_bindings::kx::{SecretKey, X448};
use wasi_crypto_bindings::signature::{Ed448, SigningKey};
use wasi_crypto_bindings::siv::{Aes128Siv, Aes256Siv};
use wasi_crypto_bindings::xof::Blake3;
use wasi_crypto_bindings::xoodyak::Session;

use crate::hex;

#[test]
fn siv_gives_the_published_texts() {
    let cipher = Aes128Siv::import(&hex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")).unwrap();
    let header = hex("101112131415161718191a1b1c1d1e1f2021222324252627");
    let message = hex("112233445566778899aabbccddee");
    let sealed = hex("85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c");
    assert_eq!(cipher.seal(&[&header], &message).unwrap(), sealed);
    assert_eq!(cipher.open(&[&header], &sealed).unwrap(), message);

    let cipher = Aes128Siv::import(&hex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f")).unwrap();
    let components = [
        &hex("00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100")[..],
        &hex("102030405060708090a0"),
        &hex("09f911029d74e35bd84156c5635688c0"),
    ];
    let sealed =
        hex("7bdb6e3b432667eb06f4d14bff2fbd0fcb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829\
                      ea64ad544a272e9c485b62a3fd5c0d");
    assert_eq!(cipher.open(&components, &sealed).unwrap(), b"this is some plaintext to encrypt using SIV-AES");
    // Components are not one text.
    let joined = [components[0], components[1]].concat();
    assert_eq!(cipher.open(&[&joined, components[2]], &sealed), Err(Error::InvalidTag));
    assert_eq!(cipher.open(&components, &sealed[..15]), Err(Error::InvalidTag));
    assert!(matches!(Aes256Siv::import(&[7; 32]), Err(Error::InvalidKey)));
}

/// As an AEAD: nonce and associated data are components, the tag comes first.
#[test]
fn siv_is_an_aead() {
    let cipher = Aes256Siv::generate().unwrap();
    let nonce = aead::Nonce::<Aes256Siv>::from([9; 16]);
    let sealed = aead::Aead::encrypt(&cipher, &nonce, Payload { msg: b"message", aad: b"ad" }).unwrap();
    assert_eq!(sealed, cipher.seal(&[b"ad", &nonce], b"message").unwrap());
    assert_eq!(aead::Aead::decrypt(&cipher, &nonce, Payload { msg: &sealed, aad: b"ad" }).unwrap(), b"message");
    assert!(aead::Aead::decrypt(&cipher, &nonce, &sealed[..]).is_err());
    let mut buffer = b"message".to_vec();
    cipher.encrypt_in_place(&nonce, b"", &mut buffer).unwrap();
    assert_eq!(buffer, cipher.seal(&[b"", &nonce], b"message").unwrap());
    cipher.decrypt_in_place(&nonce, b"", &mut buffer).unwrap();
    assert_eq!(buffer, b"message");
}

const MESSAGE: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
/// Appendix F has one message.
const FOUR_BLOCKS: &str = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
                           30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
const FOUR_BLOCKS_CTR_128: &str = "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff\
                                   5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee";
const FOUR_BLOCKS_CBC_128: &str = "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2\
                                   73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7";
const KEY_128: &str = "2b7e151628aed2a6abf7158809cf4f3c";
const KEY_256: &str = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

#[test]
fn counter_mode_gives_the_published_texts() {
    let counter = core::array::from_fn(|i| 0xf0 + i as u8);
    let ciphertext = "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff";
    let mut text = hex(MESSAGE);
    let cipher = Aes128Ctr::import(&hex(KEY_128)).unwrap();
    cipher.apply_keystream(&counter, &mut text).unwrap();
    assert_eq!(text, hex(ciphertext));
    cipher.apply_keystream(&counter, &mut text).unwrap();
    assert_eq!(text, hex(MESSAGE));
    let ciphertext = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5";
    <Aes256Ctr as aead::KeyInit>::new_from_slice(&hex(KEY_256)).unwrap().apply_keystream(&counter, &mut text).unwrap();
    assert_eq!(text, hex(ciphertext));
    // The last block that there is, and one more.
    assert_eq!(cipher.apply_keystream(&[0xff; 16], &mut text[..16]), Ok(()));
    assert_eq!(cipher.apply_keystream(&[0xff; 16], &mut text[..17]), Err(Error::Overflow));
}

/// NIST SP 800-38A, F.5.1: all four blocks, in pieces of every length, and from every place.
#[test]
fn counter_mode_is_a_stream_cipher() {
    let counter: [u8; 16] = core::array::from_fn(|i| 0xf0 + i as u8);
    let (message, ciphertext) = (hex(FOUR_BLOCKS), hex(FOUR_BLOCKS_CTR_128));
    let begin = || Keystream::<Aes128Ctr>::new_from_slices(&hex(KEY_128), &counter).unwrap();
    for len in 1..=message.len() {
        let (mut keystream, mut text) = (begin(), message.clone());
        text.chunks_mut(len).for_each(|piece| keystream.apply_keystream(piece));
        assert_eq!(text, ciphertext, "{len}");
        assert_eq!(keystream.current_pos::<u64>(), 64);
    }
    let mut keystream = begin();
    for start in (0..message.len()).rev() {
        keystream.seek(start);
        assert_eq!(keystream.current_pos::<usize>(), start);
        let mut text = vec![0; message.len() - start];
        keystream.apply_keystream_b2b(&message[start..], &mut text);
        assert_eq!(text, ciphertext[start..], "{start}");
    }
    let mut text = vec![1; message.len()];
    keystream.seek(0);
    keystream.write_keystream(&mut text);
    assert!(text.iter().zip(&message).map(|(key, byte)| key ^ byte).eq(ciphertext));
}

/// The last block is the one whose counter is all ones.
#[test]
fn a_stream_ends_with_the_counter() {
    let mut counter = [0xff; 16];
    counter[15] = 0xfe;
    let mut keystream = Keystream::<Aes256Ctr>::new_from_slices(&hex(KEY_256), &counter).unwrap();
    let mut text = [0; 33];
    assert!(keystream.try_apply_keystream(&mut text).is_err());
    assert_eq!(text, [0; 33]);
    keystream.try_apply_keystream(&mut text[..32]).unwrap();
    assert!(keystream.try_apply_keystream(&mut text[32..]).is_err());
    assert!(keystream.try_seek(33).is_err());
    keystream.seek(17);
    let mut again = [0; 15];
    keystream.try_apply_keystream(&mut again).unwrap();
    assert_eq!(again, text[17..32]);
}

#[test]
fn chaining_mode_gives_the_published_texts() {
    let iv = core::array::from_fn(|i| i as u8);
    let cipher = Aes128Cbc::import(&hex(KEY_128)).unwrap();
    let ciphertext = cipher.encrypt(&iv, &hex(MESSAGE)).unwrap();
    let published = "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2";
    assert_eq!((&ciphertext[..32], ciphertext.len()), (&hex(published)[..], 48));
    assert_eq!(cipher.decrypt(&iv, &ciphertext).unwrap(), hex(MESSAGE));
    assert_eq!(cipher.decrypt(&iv, &ciphertext[..32]), Err(Error::InvalidTag), "no padding");
    assert_eq!(cipher.decrypt(&iv, &ciphertext[..31]), Err(Error::InvalidTag));
    let cipher = Aes256Cbc::import(&hex(KEY_256)).unwrap();
    for len in [0, 1, 15, 16, 17, 100] {
        let ciphertext = cipher.encrypt(&iv, &vec![7; len]).unwrap();
        assert_eq!(cipher.decrypt(&iv, &ciphertext).unwrap(), vec![7; len]);
    }
}

/// NIST SP 800-38A, F.2.1 and F.2.2: whole blocks without padding, in pieces.
#[test]
fn chaining_mode_is_a_block_mode() {
    let iv: [u8; 16] = core::array::from_fn(|i| i as u8);
    let (message, ciphertext) = (hex(FOUR_BLOCKS), hex(FOUR_BLOCKS_CBC_128));
    for blocks in 1..=4 {
        let mut encryptor = CbcEncryptor::<Aes128Cbc>::new_from_slices(&hex(KEY_128), &iv).unwrap();
        let mut decryptor = CbcDecryptor::<Aes128Cbc>::new_from_slices(&hex(KEY_128), &iv).unwrap();
        let mut text: Vec<cipher::Array<u8, _>> = message.chunks(16).map(|block| block.try_into().unwrap()).collect();
        text.chunks_mut(blocks).for_each(|piece| encryptor.encrypt_blocks(piece));
        assert_eq!(text.concat(), ciphertext, "{blocks}");
        assert_eq!(encryptor.iv_state()[..], ciphertext[48..]);
        text.chunks_mut(blocks).for_each(|piece| decryptor.decrypt_blocks(piece));
        assert_eq!(text.concat(), message, "{blocks}");
        assert_eq!(decryptor.iv_state()[..], ciphertext[48..]);
    }
    // More blocks than the host gets with one call; what pads is what the host does.
    let cipher = Aes256Cbc::generate().unwrap();
    let message: Vec<u8> = (0..300 * 16).map(|i| (i % 251) as u8).collect();
    let padded = cipher.encrypt(&iv, &message).unwrap();
    let mut text: Vec<cipher::Array<u8, _>> = message.chunks(16).map(|block| block.try_into().unwrap()).collect();
    <CbcEncryptor<Aes256Cbc> as cipher::InnerIvInit>::inner_iv_init(cipher.clone(), &iv.into())
        .encrypt_blocks(&mut text);
    assert_eq!(text.concat(), padded[..message.len()]);
    <CbcDecryptor<Aes256Cbc> as cipher::InnerIvInit>::inner_iv_init(cipher, &iv.into()).decrypt_blocks(&mut text);
    assert_eq!(text.concat(), message);
}

#[test]
#[cfg_attr(
    any(target_env = "p2", wasi_crypto_component),
    ignore = "of components, the host says how many bytes it gives"
)]
fn xoodyak_gives_the_published_texts() {
    let key = hex("5a4b3c2d1e0f00f1e2d3c4b5a6978879").try_into().unwrap();
    let nonce = hex("6b4c2d0eefd0b19272533415f6d7b899").try_into().unwrap();
    let (header, message) = (hex("32f3b47535f6"), hex("e465e566e667e7"));
    let sealed = hex("6e68081c7eacbf72e2a677a60e442748d7a86e788eb9d4");
    let mut session = Session::keyed(&key, Some(&nonce)).unwrap();
    session.absorb(&header).unwrap();
    let mut other = session.try_clone().unwrap();
    assert_eq!(session.seal(&message).unwrap(), sealed);
    assert_eq!(other.open(&sealed[1..]), Err(Error::InvalidTag));
    assert_eq!(other.open(&sealed).unwrap(), message);
    // Both go on alike.
    session.ratchet().unwrap();
    other.ratchet().unwrap();
    assert_eq!(session.squeeze_tag().unwrap(), other.squeeze_tag().unwrap());
    let (mut one, mut two) = (session.squeeze_session().unwrap(), other.squeeze_session().unwrap());
    assert_eq!(two.open(&one.seal(b"message").unwrap()).unwrap(), b"message");

    let cipher = Xoodyak128::import(&key).unwrap();
    assert_eq!(cipher.seal(&nonce, &header, &message).unwrap(), sealed);
    assert_eq!(cipher.open(&nonce, &header, &sealed).unwrap(), message);
    // An empty header is one.
    let mut session = Session::keyed(&key, Some(&nonce)).unwrap();
    session.absorb(b"").unwrap();
    assert_eq!(cipher.seal(&nonce, b"", b"message").unwrap(), session.seal(b"message").unwrap());

    let mut hash = Session::hash().unwrap();
    assert_eq!(hash.seal(b"message"), Err(Error::InvalidOperation));
    // The first known answer of Xoodyak's hash.
    let mut digest = [0; 32];
    hash.absorb(b"").unwrap();
    hash.squeeze(&mut digest).unwrap();
    assert_eq!(digest[..], hex("ea152f2b47bce24efb66c479d4adf17bd324d806e85ff75ee369ee50dc8f8bd1"));
}

/// Of the crate `blake3`'s `test_vectors.json` and of Python's `hashlib`.
#[test]
fn hashes_take_keys_and_salts() {
    let mut digest = [0; 32];
    let hash = Blake3::try_new_keyed(b"whats the Elvish word for friend").unwrap();
    hash.try_finalize_xof().unwrap().try_read(&mut digest).unwrap();
    assert_eq!(digest[..], hex("92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"));
    assert!(<Blake3 as digest::KeyInit>::new_from_slice(&[0; 31]).is_err());

    let key: Vec<u8> = (0..16).collect();
    let digest = |hash: Blake2b256| hash.try_chain_update(b"abc").unwrap().try_finalize().unwrap().to_vec();
    let keyed = hex("d3f4de870f29afa71692338993b12d8564c3a17e492571baada48d771badc138");
    assert_eq!(digest(Blake2b256::try_new_keyed(Some(&key), b"salt").unwrap()), keyed);
    assert_eq!(digest(Blake2b256::try_new_keyed(None, b"").unwrap()), Blake2b256::try_digest(b"abc").unwrap());
    assert!(matches!(Blake2b256::try_new_keyed(Some(&[0; 65]), b""), Err(Error::InvalidKey)));
    assert!(matches!(Blake2b256::try_new_keyed(None, &[0; 17]), Err(Error::InvalidLength)));
}

/// Few hosts have them. RFC 8032 section 7.4, the first test.
#[test]
fn curve_448_is_there_or_unsupported() {
    let seed = hex("6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f\
                    032e7549a20098f95b");
    match SigningKey::<Ed448>::import_secret(&seed, SecretKeyEncoding::Raw) {
        Err(error) => assert_eq!(error, Error::UnsupportedAlgorithm),
        Ok(key) => {
            let signature = "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281\
                             f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b41\
                             04852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600";
            assert_eq!(key.try_sign(b"").unwrap().as_bytes(), hex(signature));
        }
    }
    match SecretKey::<X448>::generate() {
        Err(error) => assert_eq!(error, Error::UnsupportedAlgorithm),
        Ok(alice) => {
            let bob = SecretKey::<X448>::generate().unwrap();
            let secret = alice.diffie_hellman(&bob.public_key().unwrap()).unwrap();
            assert_eq!(secret, bob.diffie_hellman(&alice.public_key().unwrap()).unwrap());
        }
    }
}
