//! Batches: published vectors (RFC 8439 section 2.8.2, RFC 4231, RFC 8032 section 7.1) among entries that fail, and
//! the answers of single calls.

use wasi_crypto_bindings::asymmetric::SecretKeyEncoding;
use wasi_crypto_bindings::batch::{self, AT_ONCE, Message};
use wasi_crypto_bindings::raw::{
    self, CryptEntry, DecryptDetachedEntry, OptHandle, SignatureResult, SizeResult, TagResult,
};
use wasi_crypto_bindings::signature::{EcdsaP256Sha256, Ed25519, Signature, SigningKey};
use wasi_crypto_bindings::{Aes256Gcm, ChaCha20Poly1305, Error, HmacKey, Sha256, Sha512, XChaCha20Poly1305};

use crate::hex;

const SUNSCREEN: &[u8] = b"Ladies and Gentlemen of the class of '99: \
                           If I could offer you only one tip for the future, sunscreen would be it.";
const SEALED: &str = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6\
                      3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36\
                      92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                      3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691";

#[test]
fn the_vector_of_rfc_8439_is_sealed_and_opened_among_others() {
    let key: Vec<u8> = (0x80..0xa0).collect();
    let cipher = ChaCha20Poly1305::import(&key).unwrap();
    let nonce = [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
    let associated_data = hex("50515253c0c1c2c3c4c5c6c7");
    let message = |bytes| Message { nonce: &nonce, associated_data: &associated_data, bytes };
    let sealed = cipher.seal_batch(&[message(b""), message(SUNSCREEN)]);
    assert_eq!(sealed[1], Ok(hex(SEALED)));
    assert_eq!(sealed[0], cipher.seal(&nonce, &associated_data, b""));

    let good = hex(SEALED);
    let mut changed = good.clone();
    changed[40] ^= 1;
    let opened = cipher.open_batch(&[
        message(&changed),
        message(&good),
        message(&good[..15]),
        message(&good[1..]),
        message(&good),
    ]);
    let opened_well = Ok(SUNSCREEN.to_vec());
    let refused = Err(Error::InvalidTag);
    assert_eq!(opened, [refused.clone(), opened_well.clone(), refused.clone(), refused, opened_well]);
}

/// More messages than the host gets at a time, of all sizes.
fn messages() -> Vec<Vec<u8>> {
    (0..2 * AT_ONCE + 3).map(|len| (0..len).map(|at| at as u8).collect()).collect()
}

macro_rules! is_as_single_calls {
    ($($name:ident: $cipher:ident;)*) => {$(
        #[test]
        fn $name() {
            let (cipher, messages) = ($cipher::generate().unwrap(), messages());
            let nonce = |at: usize| {
                let mut nonce = [0; $cipher::NONCE_LEN];
                nonce[0] = at as u8;
                nonce
            };
            let nonces: Vec<_> = (0..messages.len()).map(nonce).collect();
            let entries = |bytes: &[Vec<u8>]| {
                let all = nonces.iter().zip(bytes).map(|(nonce, bytes)| (*nonce, bytes.clone()));
                all.collect::<Vec<_>>()
            };
            let plain = entries(&messages);
            let of = |all: &'_ [([u8; $cipher::NONCE_LEN], Vec<u8>)]| -> Vec<Result<Vec<u8>, Error>> {
                all.iter().map(|(nonce, bytes)| cipher.seal(nonce, b"header", bytes)).collect()
            };
            let list: Vec<_> =
                plain.iter().map(|(nonce, bytes)| Message { nonce, associated_data: b"header", bytes }).collect();
            let sealed = cipher.seal_batch(&list);
            assert_eq!(sealed, of(&plain));

            let sealed: Vec<_> = sealed.into_iter().map(Result::unwrap).collect();
            let sealed = entries(&sealed);
            let list: Vec<_> =
                sealed.iter().map(|(nonce, bytes)| Message { nonce, associated_data: b"header", bytes }).collect();
            let opened: Vec<_> = cipher.open_batch(&list).into_iter().map(Result::unwrap).collect();
            assert_eq!(opened, messages);
        }
    )*};
}

is_as_single_calls! {
    aes_256_gcm_is_as_single_calls: Aes256Gcm;
    xchacha20_poly1305_is_as_single_calls: XChaCha20Poly1305;
}

#[test]
fn tags_are_those_of_rfc_4231() {
    let key = HmacKey::<Sha256>::import(b"Jefe").unwrap();
    let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    let tags = key.tag_batch(&[&b"what do ya want for nothing?"[..], b"", b"what do ya want for nothing?"]);
    assert_eq!(tags[0].unwrap(), expected[..]);
    assert_eq!(tags[2].unwrap(), expected[..]);

    let key = HmacKey::<Sha512>::import(b"Jefe").unwrap();
    let expected = hex(
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    );
    let tags = key.tag_batch(&vec![b"what do ya want for nothing?"; 3 * AT_ONCE]);
    assert_eq!(tags.len(), 3 * AT_ONCE);
    tags.into_iter().for_each(|tag| assert_eq!(tag.unwrap(), expected[..]));
}

#[test]
fn signatures_are_those_of_rfc_8032_and_a_wrong_one_fails_alone() {
    let secret = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let key = SigningKey::<Ed25519>::import_secret(&secret, SecretKeyEncoding::Raw).unwrap();
    let expected = hex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    let messages: [&[u8]; 3] = [b"other", &[0x72], b""];
    let signatures: Vec<_> = key.sign_batch(&messages).into_iter().map(Result::unwrap).collect();
    assert_eq!(signatures[1].as_bytes(), expected);
    for (message, signature) in messages.iter().zip(&signatures) {
        assert_eq!(key.try_sign(message).unwrap(), *signature);
    }

    let (ours, others) =
        (key.try_verifying_key().unwrap(), SigningKey::generate().unwrap().try_verifying_key().unwrap());
    // No point and no scalar have bytes like these.
    let invalid = Signature::<Ed25519>::from_bytes([0xff; 64]).unwrap();
    let answers = batch::verify(&[
        (&ours, messages[0], &signatures[0]),
        (&ours, messages[0], &signatures[1]),
        (&others, messages[1], &signatures[1]),
        (&ours, messages[1], &invalid),
        (&ours, messages[2], &signatures[2]),
    ]);
    assert_eq!([answers[0], answers[4]], [Ok(()); 2]);
    assert_eq!(answers[1..3], [Err(Error::VerificationFailed); 2]);
    assert_eq!(answers[3], ours.verify(messages[1], &invalid));
    assert!(answers[3].is_err());
}

#[test]
fn what_ecdsa_signs_in_a_batch_is_verified_one_by_one() {
    let (key, messages) = (SigningKey::<EcdsaP256Sha256>::generate().unwrap(), messages());
    let public = key.try_verifying_key().unwrap();
    for (message, signature) in messages.iter().zip(key.sign_batch(&messages)) {
        public.verify(message, &signature.unwrap()).unwrap();
    }
}

#[test]
fn nothing_gives_nothing() {
    assert_eq!(Aes256Gcm::generate().unwrap().seal_batch(&[]), []);
    assert!(HmacKey::<Sha256>::generate().unwrap().tag_batch(&[[0; 0]; 0]).is_empty());
    assert_eq!(batch::verify::<Ed25519>(&[]), []);
}

/// The raw functions that the safe ones do without.
#[test]
fn the_vector_of_rfc_8439_is_sealed_and_opened_with_detached_tags() {
    let good = hex(SEALED);
    let (ciphertext, tag) = good.split_at(SUNSCREEN.len());
    let mut outputs = [[0; 114]; 2];
    let [first, second] = &mut outputs;
    let entry = |output: &mut [u8; 114]| CryptEntry {
        state: sunscreen_state(),
        output: output.as_mut_ptr(),
        output_len: output.len(),
        data: SUNSCREEN.as_ptr(),
        data_len: SUNSCREEN.len(),
    };
    let batch = [entry(first), entry(second)];
    let mut results = [TagResult { tag: 0, errno: 77 }; 2];
    // SAFETY: the entries name slices of their lengths, and there are two results.
    let status = unsafe { raw::batch_symmetric_state_encrypt_detached(batch.as_ptr(), 2, results.as_mut_ptr()) };
    assert_eq!((status, results.map(|result| result.errno)), (0, [0, 0]));
    assert_eq!(outputs, [ciphertext, ciphertext]);
    for result in results {
        // SAFETY: the tag is read only.
        unsafe { assert_eq!(raw::symmetric_tag_verify(result.tag, tag.as_ptr(), tag.len()), 0) };
        // SAFETY: no pointers.
        unsafe { assert_eq!(raw::symmetric_tag_close(result.tag), 0) };
    }

    let mut outputs = [[0; 114]; 2];
    let [first, second] = &mut outputs;
    let entry = |output: &mut [u8; 114], raw_tag: &[u8]| DecryptDetachedEntry {
        state: sunscreen_state(),
        output: output.as_mut_ptr(),
        output_len: output.len(),
        data: ciphertext.as_ptr(),
        data_len: ciphertext.len(),
        raw_tag: raw_tag.as_ptr(),
        raw_tag_len: raw_tag.len(),
    };
    let batch = [entry(first, &[0; 16]), entry(second, tag)];
    let mut results = [SizeResult { size: 0, errno: 77 }; 2];
    // SAFETY: the entries name slices of their lengths, and there are two results.
    let status = unsafe { raw::batch_symmetric_state_decrypt_detached(batch.as_ptr(), 2, results.as_mut_ptr()) };
    let errnos = results.map(|result| Error::from_errno(result.errno.into()));
    assert_eq!((status, errnos, results[1].size), (0, [Some(Error::InvalidTag), None], 114));
    assert_eq!((&outputs[0], &outputs[1][..]), (&[0; 114], SUNSCREEN));
}

/// A state with the key, the nonce and the associated data of the vector.
fn sunscreen_state() -> raw::Handle {
    const NAME: &str = "ChaCha20-Poly1305";
    let key: Vec<u8> = (0x80..0xa0).collect();
    let nonce = [7, 0, 0, 0, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47];
    let associated_data = hex("50515253c0c1c2c3c4c5c6c7");
    let (mut key_handle, mut options, mut state) = (0, 0, 0);
    // SAFETY: all pointers are those of slices and local variables.
    let statuses = unsafe {
        let set = |options| raw::options_set(options, "nonce".as_ptr(), 5, nonce.as_ptr(), nonce.len());
        [
            raw::symmetric_key_import(NAME.as_ptr(), NAME.len(), key.as_ptr(), key.len(), &mut key_handle),
            raw::options_open(1, &mut options),
            set(options),
            raw::symmetric_state_open(
                NAME.as_ptr(),
                NAME.len(),
                &OptHandle::some(key_handle),
                &OptHandle::some(options),
                &mut state,
            ),
            raw::symmetric_state_absorb(state, associated_data.as_ptr(), associated_data.len()),
        ]
    };
    assert_eq!(statuses, [0; 5]);
    state
}

/// The safe functions would make single calls if it did not.
#[test]
fn the_host_takes_batches_of_tags_and_signatures() {
    const NAME: &str = "Ed25519";
    let (mut pair, mut states, mut tags) = (0, [0; 2], [TagResult { tag: 0, errno: 77 }; 2]);
    let mut signatures = [SignatureResult { signature: 0, errno: 77 }; 2];
    // SAFETY: all pointers are those of arrays of two and of local variables.
    let statuses = unsafe {
        [
            raw::keypair_generate(0, NAME.as_ptr(), NAME.len(), &OptHandle::NONE, &mut pair),
            raw::signature_state_open(pair, &mut states[0]),
            raw::signature_state_open(pair, &mut states[1]),
            raw::batch_signature_state_sign(states.as_ptr(), 2, signatures.as_mut_ptr()),
            raw::batch_symmetric_state_squeeze_tag([hmac_state(), hmac_state()].as_ptr(), 2, tags.as_mut_ptr()),
        ]
    };
    assert_eq!(statuses, [0; 5]);
    assert_eq!((signatures.map(|result| result.errno), tags.map(|result| result.errno)), ([0; 2], [0; 2]));
    let tag = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // SAFETY: the host reads the tag only.
    let verified = tags.map(|result| unsafe { raw::symmetric_tag_verify(result.tag, tag.as_ptr(), tag.len()) });
    assert_eq!(verified, [0; 2]);
}

/// Test case 2 of RFC 4231.
fn hmac_state() -> raw::Handle {
    const NAME: &str = "HMAC/SHA-256";
    let (key, message) = ("Jefe", "what do ya want for nothing?");
    let (mut key_handle, mut state, none) = (0, 0, OptHandle::NONE);
    // SAFETY: all pointers are those of slices and local variables.
    let statuses = unsafe {
        [
            raw::symmetric_key_import(NAME.as_ptr(), NAME.len(), key.as_ptr(), key.len(), &mut key_handle),
            raw::symmetric_state_open(NAME.as_ptr(), NAME.len(), &OptHandle::some(key_handle), &none, &mut state),
            raw::symmetric_state_absorb(state, message.as_ptr(), message.len()),
        ]
    };
    assert_eq!(statuses, [0; 3]);
    state
}
