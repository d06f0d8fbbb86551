//! A component that signs for others: it imports `wasi:crypto` and exports `demo:signing/signer`.

wit_bindgen::generate!({ path: "../wit", world: "service" });

use exports::demo::signing::signer;
use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::secrets::{Identifier, Managed, SecretsManager, Version};
use wasi_crypto_bindings::signature::{Ed25519, SigningKey};

struct Service;

export!(Service);

impl signer::Guest for Service {
    type Key = Key;
}

/// A key that the host keeps.
struct Key(Managed<SigningKey<Ed25519>>);

impl signer::GuestKey for Key {
    fn generate() -> Result<signer::Key, String> {
        let key = SecretsManager::open().and_then(|manager| manager.generate()).map_err(sentence)?;
        Ok(signer::Key::new(Self(key)))
    }

    fn load(identifier: String) -> Result<signer::Key, String> {
        let identifier: Identifier = identifier.parse().map_err(|_| "an identifier has 64 hexadecimal digits")?;
        let load = |manager: SecretsManager| manager.load(&identifier, Version::LATEST);
        Ok(signer::Key::new(Self(SecretsManager::open().and_then(load).map_err(sentence)?)))
    }

    fn identifier(&self) -> String {
        self.0.identifier().to_string()
    }

    fn public_key(&self) -> Result<String, String> {
        self.0.try_verifying_key().and_then(|key| key.to_pem()).map_err(sentence)
    }

    fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, String> {
        self.0.try_sign(&message).map(|signature| signature.as_bytes().to_vec()).map_err(sentence)
    }
}

fn sentence(error: Error) -> String {
    match error {
        Error::UnsupportedFeature => "the host keeps no keys for this program".into(),
        Error::NotFound => "there is no such key".into(),
        error => error.to_string(),
    }
}
