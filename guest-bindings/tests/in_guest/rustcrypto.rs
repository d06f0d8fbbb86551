//! The types behind RustCrypto's traits, used by code that knows the traits only.

use aead_stream::{DecryptorBE32, EncryptorBE32};
use wasi_crypto_bindings::signature::{EcdsaK256Sha256, Ed25519, MlDsa44, Signature, SigningKey};
use wasi_crypto_bindings::{
    Aes128Gcm, Aes256Gcm, ChaCha20Poly1305, Hmac, Sha256, Sha384, Sha512, Sha512_256, XChaCha20Poly1305,
};

use aead::{Aead, AeadCore, AeadInOut, KeySizeUser, Payload};
use digest::{Digest, DynDigest, FixedOutputReset, KeyInit, Mac, Reset};
use signature::{Keypair, MultipartSigner, MultipartVerifier, SignatureEncoding, Signer, Verifier};

use crate::hex;

fn digest_three_ways<D: Digest + FixedOutputReset + Reset + Clone>(abc: &str) {
    let abc = hex(abc);
    assert_eq!(D::digest(b"abc")[..], abc);
    assert_eq!(<D as Digest>::output_size(), abc.len());

    let mut hasher = D::new_with_prefix(b"a");
    let fork = hasher.clone();
    Digest::update(&mut hasher, b"x");
    assert_eq!(fork.chain_update(b"bc").finalize()[..], abc);
    Digest::reset(&mut hasher);
    Digest::update(&mut hasher, b"abc");
    assert_eq!(hasher.finalize_reset()[..], abc);
    assert_eq!(hasher.chain_update(b"abc").finalize()[..], abc, "starts anew after finalize_reset");
}

#[test]
fn hashes_are_digests() {
    digest_three_ways::<Sha256>("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_three_ways::<Sha384>(
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    );
    digest_three_ways::<Sha512>(
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
         2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    );
    digest_three_ways::<Sha512_256>("53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");

    let mut boxed: Box<dyn DynDigest> = Box::new(Sha256::default());
    boxed.update(b"abc");
    assert_eq!(boxed.output_size(), 32);
}

#[test]
fn hmac_is_a_mac() {
    // RFC 4231 section 4.3
    let tag = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(b"Jefe").unwrap();
    Mac::update(&mut mac, b"what do ya want ");
    let mut fork = mac.clone();
    assert_eq!(mac.chain_update(b"for nothing?").finalize().into_bytes()[..], tag);
    Mac::update(&mut fork, b"for nothing?");
    fork.verify_slice_reset(&tag).unwrap();
    assert!(fork.clone().verify_slice(&tag).is_err(), "starts anew after verify_slice_reset");
    Mac::update(&mut fork, b"what do ya want for nothing?");
    assert!(fork.clone().verify_slice(&tag[..31]).is_err());
    fork.clone().verify_truncated_left(&tag[..16]).unwrap();
    Mac::reset(&mut fork);
    assert!(fork.verify_slice(&tag).is_err());

    // Section 4.2: a key filled up with zeros to a block is the same key.
    let mut key = digest::Key::<Hmac<Sha256>>::default();
    key[..20].fill(0x0b);
    let mac = <Hmac<Sha256> as KeyInit>::new(&key).chain_update(b"Hi There");
    let expected = hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_eq!(mac.finalize().into_bytes()[..], expected);
}

fn round_trip<A: Aead + AeadInOut + aead::KeyInit>() {
    let key = aead::Key::<A>::default();
    let cipher = A::new(&key);
    let nonce = aead::Nonce::<A>::default();
    let sealed = cipher.encrypt(&nonce, Payload { msg: b"message", aad: b"ad" }).unwrap();
    assert_eq!(cipher.decrypt(&nonce, Payload { msg: &sealed, aad: b"ad" }).unwrap(), b"message");
    assert!(cipher.decrypt(&nonce, &sealed[..]).is_err());

    let mut buffer = b"message".to_vec();
    cipher.encrypt_in_place(&nonce, b"ad", &mut buffer).unwrap();
    assert_eq!(buffer, sealed);
    cipher.decrypt_in_place(&nonce, b"ad", &mut buffer).unwrap();
    assert_eq!(buffer, b"message");

    // From one buffer to another.
    let mut out = [0; 7];
    let pair = aead::inout::InOutBuf::new(b"message", &mut out).unwrap();
    let tag = cipher.encrypt_inout_detached(&nonce, b"ad", pair).unwrap();
    assert_eq!([&out[..], &tag].concat(), sealed);

    assert!(A::new_from_slice(&vec![0; A::key_size() + 1]).is_err());
    assert!(A::new_from_slice(&vec![0; A::key_size()]).is_ok());
}

#[test]
fn ciphers_are_aeads() {
    round_trip::<Aes128Gcm>();
    round_trip::<Aes256Gcm>();
    round_trip::<ChaCha20Poly1305>();
    round_trip::<XChaCha20Poly1305>();
    assert_eq!(<Aes128Gcm as KeySizeUser>::key_size(), Aes128Gcm::KEY_LEN);
    assert_eq!(aead::Nonce::<XChaCha20Poly1305>::default().len(), XChaCha20Poly1305::NONCE_LEN);
    assert_eq!(aead::Tag::<Aes256Gcm>::default().len(), wasi_crypto_bindings::aead::TAG_LEN);
    assert!(matches!(Aes256Gcm::TAG_POSITION, aead::TagPosition::Postfix));
}

#[test]
fn crates_on_top_of_the_traits_work() {
    let key = aead::Key::<Aes256Gcm>::default();
    let mut encryptor = EncryptorBE32::<Aes256Gcm>::new(&key, &[7; 7].into());
    let first = encryptor.encrypt_next(&b"first"[..]).unwrap();
    let last = encryptor.encrypt_last(&b"last"[..]).unwrap();

    let mut decryptor = DecryptorBE32::<Aes256Gcm>::new(&key, &[7; 7].into());
    assert_eq!(decryptor.decrypt_next(&first[..]).unwrap(), b"first");
    assert_eq!(decryptor.decrypt_last(&last[..]).unwrap(), b"last");
}

fn sign_and_verify<S: SignatureEncoding, K>(key: &K)
where
    K: Signer<S> + MultipartSigner<S> + Keypair<VerifyingKey: Verifier<S> + MultipartVerifier<S>>,
{
    let public = key.verifying_key();
    let signature = key.sign(b"message");
    public.verify(b"message", &signature).unwrap();
    public.multipart_verify(&[b"mess", b"age"], &key.multipart_sign(&[b"message", b""])).unwrap();
    assert!(public.verify(b"another", &signature).is_err());

    let bytes = signature.to_bytes();
    assert_eq!(signature.encoded_len(), bytes.as_ref().len());
    public.clone().verify(b"message", &S::try_from(bytes.as_ref()).ok().unwrap()).unwrap();
    assert!(S::try_from(&bytes.as_ref()[1..]).is_err());
}

#[test]
fn keys_sign_and_verify() {
    sign_and_verify::<Signature<_>, _>(&SigningKey::<Ed25519>::generate().unwrap());
    sign_and_verify::<Signature<_>, _>(&SigningKey::<EcdsaK256Sha256>::generate().unwrap());
    sign_and_verify::<Signature<_>, _>(&SigningKey::<MlDsa44>::generate().unwrap());
}
