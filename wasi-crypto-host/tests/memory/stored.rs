//! Managed keys and secrets.

use std::sync::LazyLock;

use wasi_crypto_host::secrets::{MemoryStore, Namespace, Policy, RootKey, SecretsManager};
use wasi_crypto_host::{AlgorithmType, Errno, algorithms};

use crate::allocator::Mark;
use crate::managed::{Kind, LATEST, Managed};
use crate::support::SLOT;
use crate::{Hoarder, KIB, MIB, OUTPUT, ROOM, alone, fill};

/// What all guests of this test keep is in one store, which is the operator's.
pub(crate) fn namespace() -> Namespace {
    static MANAGER: LazyLock<SecretsManager> = LazyLock::new(|| {
        let root_key = RootKey::generate().unwrap();
        SecretsManager::builder(MemoryStore::new()).root_key(root_key).build().unwrap()
    });
    static TENANT: LazyLock<Namespace> = LazyLock::new(|| MANAGER.namespace("tenant").policy(Policy::unrestricted()));
    TENANT.clone()
}

impl Hoarder {
    /// What `*_from_id` loads of a key or secret.
    fn load(&mut self, function: &str, id: &[u8], close: &'static str) -> Result<u32, Errno> {
        let none = self.guest.put_optional(None);
        let manager = self.get("secrets_manager_open", &[none], "secrets_manager_close")?;
        let [id, len] = self.guest.put(id).map(u64::from);
        let slot = SLOT;
        let loaded = self.guest.call_u64(function, &[manager.into(), id, len, LATEST, slot.into()]);
        let loaded = loaded.map(|()| u32::from_le_bytes(self.guest.bytes(slot)));
        self.close(manager);
        self.keep(close, loaded)
    }
}

#[test]
fn managed_keys() {
    let _turn = alone();
    let mut operator = Hoarder::new().guest;
    let manager = operator.manager();
    for info in algorithms().filter(|info| !info.name.contains("_3072_") && !info.name.contains("_4096_")) {
        let kind = if info.algorithm_type == AlgorithmType::Symmetric { Kind::SymmetricKey } else { Kind::Keypair };
        let Ok(key) = operator.generate_managed(manager, kind, info.name) else { continue };
        let (id, _) = operator.id(kind, key).unwrap();
        let (function, close, state) = match kind {
            Kind::Keypair => ("keypair_from_id", "keypair_close", "signature_state_open"),
            Kind::SymmetricKey => ("symmetric_key_from_id", "symmetric_key_close", ""),
        };
        fill(&format!("{} managed keys", info.name), ROOM, |hoarder| {
            let key = hoarder.load(function, &id, close)?;
            if info.algorithm_type == AlgorithmType::Signatures {
                hoarder.get(state, &[key], "signature_state_close")?;
            }
            Ok(())
        });
        fill(&format!("{} managed secret keys", info.name), ROOM, |hoarder| {
            if kind == Kind::SymmetricKey {
                return Err(Errno::InvalidKey);
            }
            let key = hoarder.load(function, &id, close)?;
            hoarder.get("keypair_secretkey", &[key], "secretkey_close")?;
            hoarder.close(key);
            Ok(())
        });
    }
    let key = operator.import("HMAC/SHA-256", &vec![7; 8 * MIB]).unwrap();
    let id = operator.store(manager, Kind::SymmetricKey, key).unwrap();
    fill("managed keys of 8 MiB", 30 * MIB, |hoarder| {
        hoarder.load("symmetric_key_from_id", &id, "symmetric_key_close").map(drop)
    });
}

/// What is revoked, nobody needs any more.
#[test]
fn what_is_revoked_is_not_read() {
    let _turn = alone();
    let mut operator = Hoarder::new().guest;
    let manager = operator.manager();
    let id = operator.store_secret(manager, &vec![7; 8 * MIB], u64::MAX).unwrap();
    let mark = Mark::set();
    operator.invalidate_secret(manager, &id, LATEST).unwrap();
    assert!(mark.peak() <= 64 * KIB, "{} KiB", mark.peak() / KIB);
}

#[test]
fn secrets_that_are_loaded_or_sealed() {
    let _turn = alone();
    let mut operator = Hoarder::new().guest;
    let manager = operator.manager();
    for (len, room) in [(0, ROOM), (10, ROOM), (100 * KIB, 30 * MIB), (8 * MIB, 40 * MIB)] {
        let id = operator.store_secret(manager, &vec![7; len], u64::MAX).unwrap();
        fill(&format!("secrets of {len} bytes"), room, |hoarder| {
            hoarder.load("external_secret_from_id", &id, OUTPUT).map(drop)
        });
        fill(&format!("sealed secrets of {len} bytes"), room, |hoarder| {
            let none = hoarder.guest.put_optional(None);
            let manager = hoarder.get("secrets_manager_open", &[none], "secrets_manager_close")?;
            let args = [manager, KIB as u32, len as u32].map(u64::from);
            let args = [&args[..], &[u64::MAX, SLOT.into()]].concat();
            let sealed = hoarder.guest.call_u64("external_secret_encapsulate", &args);
            let sealed = sealed.map(|()| u32::from_le_bytes(hoarder.guest.bytes(SLOT)));
            hoarder.close(manager);
            hoarder.keep(OUTPUT, sealed).map(drop)
        });
    }
}
