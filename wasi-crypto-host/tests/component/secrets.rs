//! Managed keys and external secrets.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager};
use wasmtime::component::Val;

use crate::guest::{Guest, bytes, case, list, optional, text};

fn guest() -> (Guest, Val) {
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
    let mut guest = Guest::with(WasiCryptoCtx::builder().secrets(manager.namespace("guest")));
    let manager = guest.call("secrets-manager-open", &[optional(None)]).unwrap();
    (guest, manager)
}

fn version(number: u64) -> Val {
    Val::Variant("specified".to_owned(), Some(Box::new(Val::U64(number))))
}

fn latest() -> Val {
    Val::Variant("latest".to_owned(), None)
}

#[test]
fn a_managed_key_is_found_by_its_identifier_and_does_not_leave() {
    let (mut guest, manager) = guest();
    let generate = [manager.clone(), case("signatures"), text("Ed25519"), optional(None)];
    let keypair = guest.call("keypair-generate-managed", &generate).unwrap();
    let Val::Tuple(id) = guest.call("keypair-id", std::slice::from_ref(&keypair)).unwrap() else { panic!() };
    assert_eq!((bytes(id[0].clone()).len(), &id[1]), (32, &version(1)));
    let exported = guest.call("keypair-export", &[keypair.clone(), case("pkcs8")]);
    assert_eq!(exported, Err("prohibited-operation".to_owned()));
    let found = guest.call("keypair-from-id", &[manager.clone(), id[0].clone(), latest()]).unwrap();
    let publics = [keypair.clone(), found].map(|keypair| {
        let public = guest.call("keypair-publickey", &[keypair]).unwrap();
        let output = guest.call("publickey-export", &[public, case("raw")]).unwrap();
        guest.pull(output)
    });
    assert_eq!(publics[0], publics[1]);

    let new = guest.call("keypair-generate", &[case("signatures"), text("Ed25519"), optional(None)]).unwrap();
    let replaced = guest.call("keypair-replace-managed", &[manager.clone(), keypair, new.clone()]);
    assert_eq!(replaced, Ok(version(2)));
    let reserved = [manager.clone(), id[0].clone(), version(u64::MAX)];
    assert_eq!(guest.call("keypair-from-id", &reserved), Err("not-found".to_owned()), "no version has this number");
    let all = Val::Variant("all".to_owned(), None);
    guest.call("secrets-manager-invalidate", &[manager.clone(), id[0].clone(), all]).unwrap();
    let gone = guest.call("keypair-from-id", &[manager, id[0].clone(), latest()]);
    assert_eq!(gone, Err("not-found".to_owned()));
}

#[test]
fn a_key_to_be_replaced_is_gone_whatever_the_answer() {
    let (mut guest, manager) = guest();
    let mut key = || guest.call("symmetric-key-generate", &[text("AES-128-GCM"), optional(None)]).unwrap();
    let (old, new) = (key(), key());
    let open = guest.open_handles();
    let replace = [manager, old, new];
    assert_eq!(guest.call("symmetric-key-replace-managed", &replace), Err("unsupported-feature".to_owned()));
    assert_eq!(guest.open_handles(), open - 1);
}

#[test]
fn a_symmetric_key_is_stored() {
    let (mut guest, manager) = guest();
    let key = guest.call("symmetric-key-import", &[text("HMAC/SHA-256"), list("key")]).unwrap();
    let nothing = Val::Tuple(vec![list([]), Val::Variant("unspecified".to_owned(), None)]);
    assert_eq!(guest.call("symmetric-key-id", std::slice::from_ref(&key)), Ok(nothing));
    let id = guest.call("symmetric-key-store-managed", &[manager.clone(), key.clone()]).unwrap();
    let found = guest.call("symmetric-key-from-id", &[manager, id, version(1)]).unwrap();
    let tags = [key, found].map(|key| {
        let state = guest.state("HMAC/SHA-256", Some(key)).unwrap();
        let tag = guest.call("symmetric-state-squeeze-tag", &[state]).unwrap();
        bytes(guest.call("symmetric-tag-pull", &[tag]).unwrap())
    });
    assert_eq!(tags[0], tags[1]);
}

#[test]
fn external_secrets_are_kept_and_sealed() {
    let (mut guest, manager) = guest();
    let late = Val::U64(u64::MAX);
    let store = [manager.clone(), list("secret"), late];
    let id = guest.call("external-secret-store", &store).unwrap();
    let found = guest.call("external-secret-from-id", &[manager.clone(), id.clone(), latest()]).unwrap();
    assert_eq!(guest.pull(found), b"secret");
    let sealed = guest.call("external-secret-encapsulate", &store).unwrap();
    let sealed = guest.pull(sealed);
    let opened = guest.call("external-secret-decapsulate", &[manager.clone(), list(&sealed)]).unwrap();
    assert_eq!(guest.pull(opened), b"secret");
    assert_eq!(guest.call("external-secret-replace", &store), Err("unsupported-feature".to_owned()), "of which one?");
    guest.call("external-secret-invalidate", &[manager.clone(), id.clone(), latest()]).unwrap();
    assert_eq!(guest.call("external-secret-from-id", &[manager, id, latest()]), Err("not-found".to_owned()));
}
