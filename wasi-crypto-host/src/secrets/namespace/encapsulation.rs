//! External secrets that the host seals and the guest keeps.

use crate::secret::Secret;
use crate::secrets::{Action, Namespace, SecretsError};

/// A secret that was opened. Wiped when it is dropped. It has no `Debug`.
pub struct OpenedSecret(Secret);

impl OpenedSecret {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0[EXPIRY_LEN..]
    }
}

impl Namespace {
    /// Seals a secret, with the time from which on it is expired, in seconds since 1970, so that this namespace alone
    /// can open it. Nothing is stored but the keys of the namespace. The result is 49 bytes longer than the secret:
    /// the number of the key, nonce, the expiry and the secret encrypted, tag (requirement EXT-ENC-018).
    pub fn encapsulate(&self, secret: &[u8], expires: u64) -> Result<Vec<u8>, SecretsError> {
        self.told(Action::Encapsulate, None, None, self.now(), self.try_encapsulate(secret, expires))
    }

    /// Opens what [`encapsulate`](Self::encapsulate) sealed. `VerificationFailed` if it was not sealed in this
    /// namespace, or was changed; else `Expired` if its time is over.
    pub fn decapsulate(&self, sealed: &[u8]) -> Result<OpenedSecret, SecretsError> {
        let now = self.now();
        self.told(Action::Decapsulate, None, None, now, self.try_decapsulate(sealed, now))
    }

    fn try_encapsulate(&self, secret: &[u8], expires: u64) -> Result<Vec<u8>, SecretsError> {
        let mut text = Secret::zeroed(EXPIRY_LEN + secret.len());
        let (expiry, rest) = text.split_at_mut(EXPIRY_LEN);
        expiry.copy_from_slice(&expires.to_le_bytes());
        rest.copy_from_slice(secret);
        let known = match self.shared.newest_keys() {
            // Keys are never taken away: what is known here will do while the store cannot be asked.
            Err(error @ SecretsError::Store(_)) => self.shared.ring.get().ok_or(error)?,
            known => known?,
        };
        let ring = known.ring;
        let number = u8::try_from(ring.newest_number()).map_err(|_| SecretsError::Internal("number of a key"))?;
        let sealed = ring.newest().encapsulation.seal(&self.header(), &text)?;
        Ok([&[number][..], &sealed].concat())
    }

    fn try_decapsulate(&self, sealed: &[u8], now: u64) -> Result<OpenedSecret, SecretsError> {
        let (number, sealed) = sealed.split_first().ok_or(SecretsError::VerificationFailed)?;
        let ring = self.shared.keys_with(u32::from(*number))?;
        let keys = ring.as_ref().and_then(|ring| ring.get(u32::from(*number)));
        let keys = keys.ok_or(SecretsError::VerificationFailed)?;
        let text = keys.encapsulation.open(&self.header(), sealed)?.ok_or(SecretsError::VerificationFailed)?;
        let (expires, _) = text.split_first_chunk().ok_or(SecretsError::VerificationFailed)?;
        if u64::from_le_bytes(*expires) <= now {
            return Err(SecretsError::Expired);
        }
        Ok(OpenedSecret(text))
    }

    fn header(&self) -> Vec<u8> {
        [b"wasi-crypto encapsulated secret ", &[FORMAT][..], self.name().as_bytes()].concat()
    }
}

/// The way in which secrets are sealed; it is part of what is sealed.
const FORMAT: u8 = 1;

/// The size of the expiry in front of the secret, in bytes.
const EXPIRY_LEN: usize = size_of::<u64>();

#[cfg(test)]
mod tests {
    use crate::secrets::{MemoryStore, RootKey, SecretsManager};

    /// What guests keep outlives versions of this library.
    #[test]
    fn a_secret_is_sealed_to_the_name_of_its_namespace() {
        let builder = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
        let namespace = builder.build().unwrap().namespace("tenant");
        let sealed = namespace.encapsulate(b"token", 2_000).unwrap();
        let ring = namespace.shared.newest_keys().unwrap().ring;
        let open = |header: &[u8]| ring.newest().encapsulation.open(header, &sealed[1..]).unwrap();
        let text = open(b"wasi-crypto encapsulated secret \x01tenant").unwrap();
        assert_eq!(text[..], [&2_000_u64.to_le_bytes()[..], b"token"].concat());
        for header in [&b"wasi-crypto encapsulated secret \x01another"[..], b""] {
            assert!(open(header).is_none());
        }
    }
}
