//! What guests do with managed keys and secrets leaves nothing behind.

use wasi_crypto_host::secrets::{MemoryStore, Policy, RootKey, SecretsManager};

use super::managed::{Kind, LATEST, Managed};
use super::*;

#[test]
fn managed_keys_and_secrets_leave_nothing() {
    let mut random = Random(0x5ec2e7);
    for defers in [false, true] {
        let secret = random.bytes(PIECE * MOST);
        let mut guest = guest_of_a_namespace(&secret, defers);
        let manager = guest.manager();
        let key = guest.import("HMAC/SHA-256", &secret).unwrap();
        let id = guest.store(manager, Kind::SymmetricKey, key).unwrap();
        let loaded = guest.from_id(manager, Kind::SymmetricKey, &id, LATEST).unwrap();
        let new = guest.import("HMAC/SHA-256", &secret).unwrap();
        guest.replace(manager, Kind::SymmetricKey, key, new).unwrap();
        assert_eq!(guest.fingerprint(Kind::SymmetricKey, loaded), guest.fingerprint(Kind::SymmetricKey, new));
        let id = guest.store_secret(manager, &secret, u64::MAX).unwrap();
        guest.replace_secret(manager, &id, &secret, u64::MAX).unwrap();
        assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), secret);
        let sealed = guest.encapsulate(manager, &secret, u64::MAX).unwrap();
        assert_eq!(guest.decapsulate(manager, &sealed).unwrap(), secret);
        for key in [loaded, new] {
            guest.close_key(Kind::SymmetricKey, key).unwrap();
        }
        drop_context(guest);

        // The secret scalar of a key pair.
        let secret = random.bytes(32);
        let mut guest = guest_of_a_namespace(&secret, defers);
        let manager = guest.manager();
        let ([name, name_len], [raw, raw_len]) = (guest.put(b"ECDSA_P256_SHA256"), guest.put(&secret));
        let pair = guest.call_for_u32("keypair_import", &[0, name, name_len, raw, raw_len, 0]).unwrap();
        let id = guest.store(manager, Kind::Keypair, pair).unwrap();
        let loaded = guest.from_id(manager, Kind::Keypair, &id, LATEST).unwrap();
        guest.fingerprint(Kind::Keypair, loaded);
        guest.invalidate(manager, &id, LATEST).unwrap();
        for key in [pair, loaded] {
            guest.close_key(Kind::Keypair, key).unwrap();
        }
        drop_context(guest);
    }
}

#[test]
fn managed_keys_and_secrets_that_are_refused_leave_nothing() {
    const ALGORITHM: &str = "HMAC/SHA-256";
    let mut random = Random(0x5ec2e8);
    for defers in [false, true] {
        // Neither is there room in the store, nor may there be a second version.
        for (policy, expected) in [
            (Policy::default().max_bytes(0), Errno::Overflow),
            (Policy::default().import(false), Errno::ProhibitedOperation),
            (Policy::default().max_versions(1), Errno::Overflow),
        ] {
            let secret = random.bytes(PIECE * MOST);
            let mut guest = guest_under(policy.clone(), &secret, defers);
            let manager = guest.manager();
            let own = guest.import(ALGORITHM, &secret).unwrap();
            if policy == Policy::default().max_versions(1) {
                let old = guest.generate_managed(manager, Kind::SymmetricKey, ALGORITHM).unwrap();
                assert_eq!(guest.replace(manager, Kind::SymmetricKey, old, own), Err(expected));
                guest.close_key(Kind::SymmetricKey, old).unwrap();
                let id = guest.store_secret(manager, b"another", u64::MAX).unwrap();
                assert_eq!(guest.replace_secret(manager, &id, &secret, u64::MAX), Err(expected));
            } else {
                assert_eq!(guest.store(manager, Kind::SymmetricKey, own), Err(expected));
            }
            guest.close_key(Kind::SymmetricKey, own).unwrap();

            let mut sealed = guest.encapsulate(manager, &secret, 1).unwrap();
            assert_eq!(guest.decapsulate(manager, &sealed), Err(Errno::Expired));
            *sealed.last_mut().unwrap() ^= 1;
            assert_eq!(guest.decapsulate(manager, &sealed), Err(Errno::VerificationFailed));
            drop_context(guest);
        }
    }
}

/// A guest of a namespace that is gone with it.
fn guest_of_a_namespace(secret: &[u8], defers: bool) -> Guest<Watched> {
    guest_under(Policy::default(), secret, defers)
}

fn guest_under(policy: Policy, secret: &[u8], defers: bool) -> Guest<Watched> {
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
    let namespace = manager.namespace("tenant").policy(policy);
    let native = Native::new(WasiCryptoCtx::builder().secrets(namespace), 1 << 17);
    Guest::new(Watched { native, secret: secret.to_vec(), defers })
}
