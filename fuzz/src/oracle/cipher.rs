//! Authenticated encryption by RustCrypto.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, XChaCha20Poly1305};

/// The ciphertext with its tag.
pub fn seal(name: &str, key: &[u8], nonce: &[u8], associated_data: &[u8], message: &[u8]) -> Vec<u8> {
    let payload = Payload { msg: message, aad: associated_data };
    macro_rules! encrypt {
        ($cipher:ident) => {
            $cipher::new_from_slice(key)
                .expect("the key has the right length")
                .encrypt(nonce.try_into().expect("the nonce has the right length"), payload)
        };
    }
    let sealed = match name {
        "AES-128-GCM" => encrypt!(Aes128Gcm),
        "AES-256-GCM" => encrypt!(Aes256Gcm),
        "CHACHA20-POLY1305" => encrypt!(ChaCha20Poly1305),
        _ => encrypt!(XChaCha20Poly1305),
    };
    sealed.expect("the message is short")
}
