//! The algorithms that hosts may have. Published values: RFC 7693 appendix A, NIST SP 800-232's known answers, NIST's samples of SP 800-185, RFC
//! 9861 section 5, RFC 4493 section 4, RFC 8452 appendix C.

use digest::{CustomizedInit, ExtendableOutput, Mac, Update, XofReader};
use wasi_crypto_bindings::aead::{
    Aegis128L, Aegis128X2, Aegis128X4, Aegis256, Aegis256X2, Aegis256X4, Aes128GcmSiv, Aes256GcmSiv, AsconAead128,
};
use wasi_crypto_bindings::hash::{AsconHash256, Blake2b256, Blake2b512};
use wasi_crypto_bindings::mac::{Aes128Cmac, Aes256Cmac, Kmac128, Kmac256};
use wasi_crypto_bindings::xof::{Blake3, CShake128, CShake256, Kt128, Kt256, TurboShake128, TurboShake256};
use wasi_crypto_bindings::{Digest, Error};

use crate::hex;

#[test]
fn hashes_give_the_published_digests() {
    let digest = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
                  7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";
    assert_eq!(Blake2b512::try_digest(b"abc").unwrap()[..], hex(digest));
    assert_eq!(Blake2b512::digest(b"abc")[..], hex(digest));
    // Python's hashlib.
    let digest = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";
    assert_eq!(Blake2b256::digest(b"abc")[..], hex(digest));
    let digest = "0b3be5850f2f6b98caf29f8fdea89b64a1fa70aa249b8f839bd53baa304d92b2";
    assert_eq!(AsconHash256::digest(b"")[..], hex(digest));
}

/// The same for code that knows the traits only.
fn first_bytes<X: ExtendableOutput + Default + Update + Clone>(message: &[u8]) -> [u8; 32] {
    let mut hasher = X::default();
    hasher.update(message);
    let mut reader = hasher.clone().finalize_xof();
    let (mut whole, mut parts) = ([0; 32], [0; 32]);
    reader.read(&mut parts[..7]);
    reader.read(&mut parts[7..]);
    hasher.finalize_xof_into(&mut whole);
    assert_eq!(whole, parts);
    whole
}

#[test]
fn outputs_of_any_length_are_the_published_ones() {
    let empty = "1ac2d450fc3b4205d19da7bfca1b37513c0803577ac7167f06fe2ce1f0ef39e5";
    assert_eq!(Kt128::try_digest::<32>(b"").unwrap()[..], hex(empty));
    assert_eq!(first_bytes::<Kt128>(b"")[..], hex(empty));
    let empty = "b23d2e9cea9f4904e02bec06817fc10ce38ce8e93ef4c89e6537076af8646404";
    assert_eq!(first_bytes::<Kt256>(b"")[..], hex(empty));
    let empty = "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c";
    assert_eq!(first_bytes::<TurboShake128>(b"")[..], hex(empty));
    let empty = "367a329dafea871c7802ec67f905ae13c57695dc2c6663c61035f59a18f8e7db";
    assert_eq!(first_bytes::<TurboShake256>(b"")[..], hex(empty));
    // SHAKE, FIPS 202.
    let empty = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26";
    assert_eq!(first_bytes::<CShake128>(b"")[..], hex(empty));
    let empty = "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f";
    assert_eq!(first_bytes::<CShake256>(b"")[..], hex(empty));
    let empty = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    assert_eq!(first_bytes::<Blake3>(b"")[..], hex(empty));

    let mut hasher = CShake128::new_customized(b"Email Signature");
    hasher.update(&[0, 1, 2, 3]);
    let sample = "c1c36925b6409a04f1b504fcbca9d82b4017277cb5ed2b2065fc1d3814d5aaf5";
    let mut output = [0; 32];
    hasher.finalize_xof_into(&mut output);
    assert_eq!(output[..], hex(sample));
}

#[test]
fn macs_give_the_published_tags() {
    let key: Vec<u8> = (0x40..0x60).collect();
    let tag = hex("e5780b0d3ea6f7d3a429c5706aa43a00fadbd7d49628839e3187243f456ee14e");
    let mac = || Kmac128::try_new(&key).unwrap().try_chain_update([0, 1, 2, 3]).unwrap();
    assert_eq!(mac().try_finalize().unwrap()[..], tag);
    mac().try_verify(&tag).unwrap();
    assert_eq!(mac().try_verify(&tag[1..]), Err(Error::InvalidTag));
    assert_eq!(
        <Kmac128 as digest::KeyInit>::new_from_slice(&key).unwrap().chain_update([0, 1, 2, 3]).finalize().into_bytes()
            [..],
        tag
    );
    let mac = Kmac256::try_new_customized(&key, b"My Tagged Application").unwrap();
    let tag = "20c570c31346f703c9ac36c61c03cb64c3970d0cfc787e9b79599d273a68d2f7\
               f69d4cc3de9d104a351689f27cf6f5951f0103f33f4f24871024d9c27773a8dd";
    assert_eq!(mac.try_chain_update([0, 1, 2, 3]).unwrap().try_finalize().unwrap()[..], hex(tag));

    let mac = Aes128Cmac::try_new(&hex("2b7e151628aed2a6abf7158809cf4f3c")).unwrap();
    assert_eq!(mac.try_finalize().unwrap()[..], hex("bb1d6929e95937287fa37d129b756746"));
    assert!(<Aes256Cmac as digest::KeyInit>::new_from_slice(&[0; 16]).is_err());
    let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let mac = <Aes256Cmac as digest::KeyInit>::new_from_slice(&key).unwrap();
    assert_eq!(mac.finalize().into_bytes()[..], hex("028962f61b7bf89efc6b551f4667d983"));
}

#[test]
fn ciphers_give_the_published_texts() {
    let mut key = [0; 16];
    key[0] = 1;
    let mut nonce = [0; 12];
    nonce[0] = 3;
    let sealed = Aes128GcmSiv::import(&key).unwrap().seal(&nonce, b"", &[1, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    assert_eq!(sealed, hex("b5d839330ac7b786578782fff6013b815b287c22493a364c"));
}

macro_rules! round_trips {
    ($($cipher:ident)*) => {$({
        let cipher = $cipher::generate().unwrap();
        let nonce = [7; $cipher::NONCE_LEN];
        let mut sealed = cipher.seal(&nonce, b"ad", b"message").unwrap();
        assert_eq!(cipher.open(&nonce, b"ad", &sealed).unwrap(), b"message");
        sealed[0] ^= 1;
        assert_eq!(cipher.open(&nonce, b"ad", &sealed), Err(Error::InvalidTag));
    })*};
}

#[test]
fn ciphers_open_what_they_sealed() {
    round_trips! {
        Aes128GcmSiv Aes256GcmSiv Aegis128L Aegis128X2 Aegis128X4 Aegis256 Aegis256X2 Aegis256X4 AsconAead128
    }
    let cipher = Aegis256X2::generate().unwrap();
    let (nonce, sealed) = cipher.seal_with_random_nonce(b"ad", b"message").unwrap();
    assert_eq!(cipher.open(&nonce, b"ad", &sealed).unwrap(), b"message");
}
