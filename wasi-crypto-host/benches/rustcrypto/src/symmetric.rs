//! A hash, and encryption to elsewhere, of 16 KiB.

use std::sync::LazyLock;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInOut, KeyInit, Nonce};
use chacha20poly1305::ChaCha20Poly1305;
use sha2::{Digest, Sha256};

use crate::buffers::{export, put};

const LEN: usize = 16 << 10;

const NONCE: [u8; 12] = [9; 12];

static AES_256_GCM: LazyLock<Aes256Gcm> = LazyLock::new(|| Aes256Gcm::new(&[7; 32].into()));
static CHACHA20_POLY1305: LazyLock<ChaCha20Poly1305> = LazyLock::new(|| ChaCha20Poly1305::new(&[7; 32].into()));

export! {
    fn sha_256_16_kib(input, output) {
        put(output, &Sha256::digest(input.get(..LEN)?))
    }
    fn aes_256_gcm_16_kib(input, output) {
        seal(&*AES_256_GCM, input, output)
    }
    fn chacha20_poly1305_16_kib(input, output) {
        seal(&*CHACHA20_POLY1305, input, output)
    }
}

/// The ciphertext, and the tag behind it.
fn seal<A: AeadInOut>(key: &A, input: &[u8], output: &mut [u8]) -> Option<()> {
    put(output, input.get(..LEN)?)?;
    let (message, tag) = output.split_at_mut_checked(LEN)?;
    let nonce = Nonce::<A>::try_from(&NONCE[..]).ok()?;
    let computed = key.encrypt_inout_detached(&nonce, &[], message.into()).ok()?;
    put(tag, &computed)
}
