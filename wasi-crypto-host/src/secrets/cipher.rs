//! Sealing: XChaCha20-Poly1305 with a random nonce, so that one key seals any number of records.

use crate::backend::hkdf::{HKDF_SHA256, Prk};
use crate::backend::traits::Aead;
use crate::backend::{aead, hchacha, random};
use crate::errno::Errno;
use crate::secret::Secret;
use crate::secrets::SecretsError;

/// The size of the nonce in front of what is sealed, in bytes.
pub(crate) const NONCE_LEN: usize = 24;

/// The size of the tag behind it, in bytes.
const TAG_LEN: usize = 16;

/// How much longer than its text something sealed is, in bytes.
pub(crate) const OVERHEAD: usize = NONCE_LEN + TAG_LEN;

/// A key that seals.
pub(crate) struct SealingKey(Secret);

impl SealingKey {
    /// The size of a key, in bytes.
    pub(crate) const LEN: usize = 32;

    #[cfg(test)]
    pub(crate) fn new(bytes: Secret) -> Self {
        Self(bytes)
    }

    /// The key for one purpose that follows from another one.
    pub(crate) fn derived(from: &Prk, purpose: &str) -> Result<Self, SecretsError> {
        derive(from, purpose).map(Self)
    }

    /// The nonce, the ciphertext and the tag, one after the other.
    pub(crate) fn seal(&self, header: &[u8], text: &[u8]) -> Result<Vec<u8>, SecretsError> {
        let mut sealed = Vec::with_capacity(text.len() + OVERHEAD);
        let mut nonce = [0; NONCE_LEN];
        random::fill(&mut nonce).map_err(|_| SecretsError::Random)?;
        sealed.extend_from_slice(&nonce);
        // Never moved, as all is allocated: the text is nowhere else when it has become ciphertext.
        sealed.extend_from_slice(text);
        sealed.resize(text.len() + OVERHEAD, 0);
        let (buffer, tag) = sealed[NONCE_LEN..].split_at_mut(text.len());
        let (key, nonce) = self.under(&nonce)?;
        match key.seal(&nonce, header, buffer, tag) {
            Ok(()) => Ok(sealed),
            Err(_) => {
                drop(Secret::from_vec(sealed));
                Err(SecretsError::Limit("bytes in one record"))
            }
        }
    }

    /// The text; none if it was not sealed with this key and header.
    pub(crate) fn open(&self, header: &[u8], sealed: &[u8]) -> Result<Option<Secret>, SecretsError> {
        let Some((nonce, rest)) = sealed.split_first_chunk::<NONCE_LEN>() else { return Ok(None) };
        let Some((text, tag)) = rest.split_last_chunk::<TAG_LEN>() else { return Ok(None) };
        let mut text = Secret::from(text);
        let (key, nonce) = self.under(nonce)?;
        Ok(key.open(&nonce, header, &mut text, tag).is_ok().then_some(text))
    }

    /// The key and the nonce of ChaCha20-Poly1305 that this key makes with a nonce.
    fn under(&self, nonce: &[u8; NONCE_LEN]) -> Result<(aead::Key, <aead::Key as Aead>::Nonce), SecretsError> {
        const SIZE: SecretsError = SecretsError::Internal("size of a key");
        let (subkey, nonce) = hchacha::derive((&*self.0).try_into().map_err(|_| SIZE)?, nonce);
        Ok((aead::Key::chacha20_poly1305(&*subkey).map_err(|_| SIZE)?, nonce))
    }
}

/// 32 bytes for one purpose, by HKDF-Expand with SHA-256 (RFC 5869 section 2.3).
pub(crate) fn derive(from: &Prk, purpose: &str) -> Result<Secret, SecretsError> {
    let mut derived = Secret::zeroed(SealingKey::LEN);
    from.expand(purpose.as_bytes(), &mut derived).map_err(|_| SecretsError::Internal("derivation of a key"))?;
    Ok(derived)
}

/// What keys are derived from.
pub(crate) fn derivable(key: &Secret) -> Prk {
    Prk::new(HKDF_SHA256, key)
}

/// A new key.
pub(crate) fn random_key() -> Result<Secret, SecretsError> {
    let mut key = Secret::zeroed(SealingKey::LEN);
    match random::fill(&mut key) {
        Ok(()) => Ok(key),
        Err(Errno::RngError) => Err(SecretsError::Random),
        Err(_) => Err(SecretsError::Internal("random bytes")),
    }
}

#[cfg(test)]
mod tests {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use chacha20poly1305::{XChaCha20Poly1305, XNonce};

    use super::*;

    #[test]
    fn an_independent_implementation_opens_what_is_sealed() {
        let key = [7; 32];
        let sealed = SealingKey::new(Secret::from(&key[..])).seal(b"header", b"a key").unwrap();
        let nonce: &XNonce = sealed[..NONCE_LEN].try_into().unwrap();
        let other = XChaCha20Poly1305::new(&key.into());
        let opened = other.decrypt(nonce, Payload { msg: &sealed[NONCE_LEN..], aad: b"header" }).unwrap();
        assert_eq!(opened, b"a key");
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let key = SealingKey::new(random_key().unwrap());
        let sealed = key.seal(b"header", b"a key").unwrap();
        assert_eq!(&*key.open(b"header", &sealed).unwrap().unwrap(), b"a key");
        assert!(key.open(b"Header", &sealed).unwrap().is_none());
        for bit in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(b"header", &changed).unwrap().is_none(), "bit {bit}");
        }
        for len in 0..sealed.len() {
            assert!(key.open(b"header", &sealed[..len]).unwrap().is_none(), "{len} bytes");
        }
    }

    #[test]
    fn the_same_text_is_never_sealed_alike() {
        let key = SealingKey::new(random_key().unwrap());
        assert_ne!(key.seal(b"", b"text").unwrap(), key.seal(b"", b"text").unwrap());
    }
}
