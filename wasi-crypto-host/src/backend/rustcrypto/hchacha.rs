//! The key derivation of XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha section 2.3).

use chacha20::R20;
use zeroize::Zeroizing;

/// Derives the ChaCha20-Poly1305 key and nonce that stand for an XChaCha20-Poly1305 key and nonce.
pub(crate) fn derive(key: &[u8; 32], nonce: &[u8; 24]) -> (Zeroizing<[u8; 32]>, [u8; 12]) {
    let mut start = [0; 16];
    start.copy_from_slice(&nonce[..16]);
    let subkey = Zeroizing::new(<[u8; 32]>::from(chacha20::hchacha::<R20>(key.into(), &start.into())));
    let mut inner_nonce = [0; 12];
    inner_nonce[4..].copy_from_slice(&nonce[16..]);
    (subkey, inner_nonce)
}
