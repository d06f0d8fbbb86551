//! Managed keys, external secrets and root keys are wiped, whatever is done with them.

use std::sync::Arc;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use chacha20poly1305::XChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use hkdf::Hkdf;
use sha2::Sha256;
use wasi_crypto_host::secrets::{
    Export, Kind, MemoryStore, NamespaceRow, NewRecord, Policy, RootKey, RootKeyFile, RootKeyId, RootKeyProvider,
    SecretsManager, SecretsStore, Trail, TrailEnd, Version,
};

use super::*;

fn clean<R>(secret: &[u8], what: &str, work: impl FnOnce() -> R) -> R {
    let (result, found) = freed_with(secret, work);
    assert_eq!(found, None, "{what} freed a block of so many bytes with a secret in it");
    result
}

#[test]
fn managed_keys_are_wiped() {
    let secret = key(64);
    let builder = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
    // Room for one record, so that another drives it out.
    let manager = builder.trail(Trail::Everything).cached_records(1).build().unwrap();
    let policy = Policy::default().max_versions(3).export(Export::Always).retention(Duration::ZERO);
    let namespace = manager.namespace("tenant").policy(policy);
    let new = || NewRecord::symmetric_key("HMAC/SHA-256", &secret);

    let id = clean(&secret, "create", || namespace.create(new()).unwrap().identifier);
    clean(&secret, "load", || drop(namespace.load(Kind::SymmetricKey, &id, Version::Latest).unwrap()));
    clean(&secret, "replace", || {
        namespace.replace(&id, new()).unwrap();
        namespace.replace(&id, new()).unwrap();
        namespace.replace(&id, new()).unwrap_err();
    });
    clean(&secret, "loads that drive one another out", || {
        for version in 1..=3 {
            let loaded = namespace.load(Kind::SymmetricKey, &id, Version::Number(version)).unwrap();
            namespace.check_export(loaded.header()).unwrap();
        }
    });
    clean(&secret, "expire", || {
        namespace.expire(Kind::KEYS, &id, Version::Number(1), Some(1)).unwrap();
        assert!(namespace.load(Kind::SymmetricKey, &id, Version::Number(1)).is_err());
    });
    clean(&secret, "check", || namespace.check().unwrap());
    clean(&secret, "revoke", || namespace.revoke(Kind::KEYS, &id, Version::Latest).unwrap());
    let large = secret.repeat(1 << 19);
    clean(&secret, "a refusal", || namespace.create(NewRecord::secret(&large, 0)).unwrap_err());
    clean(&secret, "dropping all", || {
        drop(namespace);
        drop(manager);
    });
}

#[test]
fn sealed_secrets_are_wiped() {
    let secret = key(64);
    let builder = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
    let namespace = builder.build().unwrap().namespace("tenant");
    clean(&secret, "a secret", || {
        let sealed = namespace.encapsulate(&secret, u64::MAX).unwrap();
        assert_eq!(namespace.decapsulate(&sealed).unwrap().bytes(), secret);
        assert!(namespace.decapsulate(&namespace.encapsulate(&secret, 1).unwrap()).is_err());
        let mut changed = sealed.clone();
        changed[40] ^= 1;
        assert!(namespace.decapsulate(&changed).is_err());
    });
}

/// Those of the namespace itself: what its row has, and what follows from it.
#[test]
fn keys_of_namespaces_are_wiped() {
    let raw = key(32);
    let store = Arc::new(MemoryStore::new());
    let open = || {
        let root_key = RootKey::parse(Base64::encode_string(&raw).as_bytes(), "").unwrap();
        let builder = SecretsManager::builder(store.clone()).root_key(root_key);
        builder.trail(Trail::Everything).build().unwrap()
    };
    let new = || NewRecord::symmetric_key("HMAC/SHA-256", &[7; 32]);
    let id = open().namespace("tenant").create(new()).unwrap().identifier;
    for keys in 1..4 {
        let text = unwrapped(&raw, &store.namespace("tenant").unwrap().unwrap());
        let (ring, oldest) = text.split_at(32 * keys);
        // The oldest whose records are opened, which is not said of the first.
        let expected = if keys == 1 { vec![] } else { (keys as u32).to_le_bytes().to_vec() };
        assert_eq!(oldest, expected);
        let newest = &ring[32 * (keys - 1)..];
        let derived = ["records", "encapsulation", "audit trail"]
            .map(|purpose| expanded(newest, &format!("wasi-crypto namespace key: {purpose}")).to_vec());
        for secret in derived.iter().map(Vec::as_slice).chain([&ring[..32], newest]) {
            clean(secret, "what is done in a namespace", || {
                let manager = open();
                let namespace = manager.namespace("tenant");
                namespace.load(Kind::SymmetricKey, &id, Version::Latest).unwrap();
                namespace.replace(&id, new()).unwrap();
                let sealed = namespace.encapsulate(b"token", u64::MAX).unwrap();
                namespace.decapsulate(&sealed).unwrap();
                namespace.check().unwrap();
                namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap();
                manager.rewrap().unwrap();
            });
        }
        let older = ring.to_vec();
        clean(newest, "a namespace that is renewed", || open().namespace("tenant").renew().unwrap());
        let ring = unwrapped(&raw, &store.namespace("tenant").unwrap().unwrap());
        assert_eq!(ring[..older.len()], older);
    }
}

/// The keys in the row of the namespace `tenant`, by an independent implementation.
pub(crate) fn unwrapped(root_key: &[u8], row: &NamespaceRow) -> Vec<u8> {
    let id = &expanded(root_key, "wasi-crypto root key: id")[..RootKeyId::LEN];
    assert_eq!(row.wrapped_by.as_bytes(), id);
    let header = [b"wasi-crypto namespace key \x01", id, b"tenant"].concat();
    let cipher = XChaCha20Poly1305::new(&expanded(root_key, "wasi-crypto root key: wrapping").into());
    let (nonce, sealed) = row.wrapped_key.split_first_chunk::<24>().unwrap();
    cipher.decrypt(nonce.into(), Payload { msg: sealed, aad: &header }).unwrap()
}

pub(crate) fn expanded(key: &[u8], purpose: &str) -> [u8; 32] {
    let mut expanded = [0; 32];
    Hkdf::<Sha256>::from_prk(key).unwrap().expand(purpose.as_bytes(), &mut expanded).unwrap();
    expanded
}

#[test]
fn root_keys_are_wiped() {
    let raw = key(32);
    let mut text = [0; 44];
    let text = Base64::encode(&raw, &mut text).unwrap();
    for secret in [&raw[..], text.as_bytes()] {
        let folder = std::env::temp_dir().join(format!("wasi-crypto-root-key-wiping-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("root.key");
        drop(RootKeyFile::create(&path));
        std::fs::write(&path, format!("{text}\n")).unwrap();
        clean(secret, "a root key", || {
            let file = RootKeyFile::new(&path);
            let key = file.root_key().unwrap();
            drop(key.root_key().unwrap());
            let text = key.to_text().unwrap();
            assert!(RootKey::parse(&text.as_bytes()[1..], "x").is_err());
            let manager = SecretsManager::builder(MemoryStore::new()).root_key(file).old_root_key(key).build().unwrap();
            manager.namespace("tenant").create(NewRecord::secret(b"", 0)).unwrap();
        });
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
