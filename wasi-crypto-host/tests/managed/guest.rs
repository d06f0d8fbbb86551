//! What a guest does with managed keys and external secrets, and an operator around it.
#![allow(dead_code, unreachable_pub, reason = "as in `support`")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wasi_crypto_host::secrets::{MemoryStore, Namespace, Policy, RootKey, SecretsManager};
use wasi_crypto_host::{Errno, WasiCryptoCtx};

use crate::support::{Guest, Native, SLOT, Transport};

/// The reserved versions, as the interface numbers them.
pub const UNSPECIFIED: u64 = 0xff00_0000_0000_0000;
pub const LATEST: u64 = 0xff00_0000_0000_0001;
pub const ALL: u64 = 0xff00_0000_0000_0002;

/// When each test begins, in seconds since 1970.
pub const NOW: u64 = 1_800_000_000;

/// A manager over a store in memory, by a clock that the test sets.
pub struct Operator {
    pub manager: SecretsManager,
    clock: Arc<AtomicU64>,
}

impl Operator {
    pub fn new() -> Self {
        let clock = Arc::new(AtomicU64::new(NOW));
        let hands = clock.clone();
        let manager = SecretsManager::builder(MemoryStore::new())
            .root_key(RootKey::generate().unwrap())
            .clock(move || hands.load(Ordering::Relaxed))
            .build()
            .unwrap();
        Self { manager, clock }
    }

    pub fn set_clock(&self, now: u64) {
        self.clock.store(now, Ordering::Relaxed);
    }

    pub fn namespace(&self, policy: Policy) -> Namespace {
        self.manager.namespace("tenant").policy(policy)
    }

    /// A guest in the namespace, and its open secrets manager.
    pub fn guest(&self, policy: Policy) -> (Guest<Native>, u32) {
        guest_of(self.namespace(policy))
    }
}

/// A guest of a namespace, and its open secrets manager.
pub fn guest_of(namespace: Namespace) -> (Guest<Native>, u32) {
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(namespace));
    let manager = guest.manager();
    (guest, manager)
}

/// A kind of managed keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Keypair,
    SymmetricKey,
}

pub const KINDS: [Kind; 2] = [Kind::Keypair, Kind::SymmetricKey];

impl Kind {
    /// The prefix of its functions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keypair => "keypair",
            Self::SymmetricKey => "symmetric_key",
        }
    }

    /// An algorithm of this kind, and another one.
    pub fn algorithms(self) -> [&'static str; 2] {
        match self {
            Self::Keypair => ["Ed25519", "ECDSA_P256_SHA256"],
            Self::SymmetricKey => ["HMAC/SHA-256", "AES-256-GCM"],
        }
    }

    fn function(self, rest: &str) -> String {
        format!("{}_{rest}", self.name())
    }
}

/// The `algorithm_type` of an algorithm of key pairs.
fn type_of(algorithm: &str) -> u32 {
    let exchanges = ["X25519", "X448", "P256-SHA256", "P384-SHA384", "X-WING"];
    if exchanges.contains(&algorithm) || algorithm.starts_with("ML-KEM") { 2 } else { 0 }
}

pub trait Managed {
    fn manager(&mut self) -> u32;

    /// A key of the guest's own.
    fn own(&mut self, kind: Kind, algorithm: &str) -> u32;

    fn generate_managed(&mut self, manager: u32, kind: Kind, algorithm: &str) -> Result<u32, Errno>;

    fn store(&mut self, manager: u32, kind: Kind, key: u32) -> Result<Vec<u8>, Errno>;

    /// The new version.
    fn replace(&mut self, manager: u32, kind: Kind, old: u32, new: u32) -> Result<u64, Errno>;

    /// The identifier and the version.
    fn id(&mut self, kind: Kind, key: u32) -> Result<(Vec<u8>, u64), Errno>;

    #[allow(clippy::wrong_self_convention, reason = "as the function is called")]
    fn from_id(&mut self, manager: u32, kind: Kind, id: &[u8], version: u64) -> Result<u32, Errno>;

    fn invalidate(&mut self, manager: u32, id: &[u8], version: u64) -> Result<(), Errno>;

    /// `keypair_export` or `symmetric_key_export`.
    fn export_key(&mut self, kind: Kind, key: u32) -> Result<Vec<u8>, Errno>;

    fn close_key(&mut self, kind: Kind, key: u32) -> Result<(), Errno>;

    /// Opens a state with the key: a signature state, or the MAC or cipher of the key's algorithm.
    fn use_key(&mut self, kind: Kind, algorithm: &str, key: u32) -> Result<u32, Errno>;

    /// What only the key can make, by an algorithm that makes the same each time.
    fn fingerprint(&mut self, kind: Kind, key: u32) -> Vec<u8>;

    fn store_secret(&mut self, manager: u32, secret: &[u8], expires: u64) -> Result<Vec<u8>, Errno>;

    fn replace_secret(&mut self, manager: u32, id: &[u8], secret: &[u8], expires: u64) -> Result<u64, Errno>;

    fn secret(&mut self, manager: u32, id: &[u8], version: u64) -> Result<Vec<u8>, Errno>;

    fn invalidate_secret(&mut self, manager: u32, id: &[u8], version: u64) -> Result<(), Errno>;

    fn encapsulate(&mut self, manager: u32, secret: &[u8], expires: u64) -> Result<Vec<u8>, Errno>;

    fn decapsulate(&mut self, manager: u32, sealed: &[u8]) -> Result<Vec<u8>, Errno>;
}

/// The size of an identifier, in bytes (ANSWERS.md, Secrets).
pub const ID: usize = 32;

impl<T: Transport> Managed for Guest<T> {
    fn manager(&mut self) -> u32 {
        let none = self.put_optional(None);
        self.call_for_u32("secrets_manager_open", &[none]).unwrap()
    }

    fn own(&mut self, kind: Kind, algorithm: &str) -> u32 {
        match kind {
            Kind::Keypair => self.keypair(type_of(algorithm), algorithm),
            Kind::SymmetricKey => self.generate(algorithm).unwrap(),
        }
    }

    fn generate_managed(&mut self, manager: u32, kind: Kind, algorithm: &str) -> Result<u32, Errno> {
        let [name, name_len] = self.put(algorithm.as_bytes());
        let none = self.put_optional(None);
        let args = match kind {
            Kind::Keypair => vec![manager, type_of(algorithm), name, name_len, none],
            Kind::SymmetricKey => vec![manager, name, name_len, none],
        };
        self.call_for_u32(&kind.function("generate_managed"), &args)
    }

    fn store(&mut self, manager: u32, kind: Kind, key: u32) -> Result<Vec<u8>, Errno> {
        let id = self.room(ID);
        self.call(&kind.function("store_managed"), &[manager, key, id[0], id[1]])?;
        Ok(self.bytes_at(id))
    }

    fn replace(&mut self, manager: u32, kind: Kind, old: u32, new: u32) -> Result<u64, Errno> {
        self.call(&kind.function("replace_managed"), &[manager, old, new, SLOT])?;
        Ok(u64::from_le_bytes(self.bytes(SLOT)))
    }

    fn id(&mut self, kind: Kind, key: u32) -> Result<(Vec<u8>, u64), Errno> {
        let id = self.room(ID);
        self.call(&kind.function("id"), &[key, id[0], id[1], SLOT, SLOT + 8])?;
        let len = u32::from_le_bytes(self.bytes(SLOT));
        Ok((self.bytes_at([id[0], len]), u64::from_le_bytes(self.bytes(SLOT + 8))))
    }

    fn from_id(&mut self, manager: u32, kind: Kind, id: &[u8], version: u64) -> Result<u32, Errno> {
        by_id(self, &kind.function("from_id"), manager, id, version)
    }

    fn invalidate(&mut self, manager: u32, id: &[u8], version: u64) -> Result<(), Errno> {
        let [id, len] = self.put(id).map(u64::from);
        self.call_u64("secrets_manager_invalidate", &[manager.into(), id, len, version])
    }

    fn export_key(&mut self, kind: Kind, key: u32) -> Result<Vec<u8>, Errno> {
        match kind {
            Kind::Keypair => self.export_as("keypair_export", key, 1),
            Kind::SymmetricKey => self.export(key),
        }
    }

    fn close_key(&mut self, kind: Kind, key: u32) -> Result<(), Errno> {
        self.call(&kind.function("close"), &[key])
    }

    fn use_key(&mut self, kind: Kind, algorithm: &str, key: u32) -> Result<u32, Errno> {
        if kind == Kind::Keypair {
            return self.call_for_u32("signature_state_open", &[key]);
        }
        let nonce = self.nonce(&[7; 12]);
        self.open(algorithm, Some(key), Some(nonce))
    }

    fn fingerprint(&mut self, kind: Kind, key: u32) -> Vec<u8> {
        let state = self.use_key(kind, kind.algorithms()[0], key).unwrap();
        match kind {
            Kind::Keypair => {
                let signature = self.call_for_u32("signature_state_sign", &[state]).unwrap();
                self.export_as("signature_export", signature, 0).unwrap()
            }
            Kind::SymmetricKey => {
                let tag = self.squeeze_tag(state).unwrap();
                self.pull_tag(tag).unwrap()
            }
        }
    }

    fn store_secret(&mut self, manager: u32, secret: &[u8], expires: u64) -> Result<Vec<u8>, Errno> {
        let ([secret, len], id) = (self.put(secret), self.room(ID));
        let args = [manager, secret, len].map(u64::from);
        self.call_u64("external_secret_store", &[&args[..], &[expires, id[0].into(), id[1].into()]].concat())?;
        Ok(self.bytes_at(id))
    }

    fn replace_secret(&mut self, manager: u32, id: &[u8], secret: &[u8], expires: u64) -> Result<u64, Errno> {
        let ([secret, len], [id, id_len]) = (self.put(secret), self.put(id));
        let args = [manager, secret, len].map(u64::from);
        let rest = [expires, id.into(), id_len.into(), SLOT.into()];
        self.call_u64("external_secret_replace", &[&args[..], &rest].concat())?;
        Ok(u64::from_le_bytes(self.bytes(SLOT)))
    }

    fn secret(&mut self, manager: u32, id: &[u8], version: u64) -> Result<Vec<u8>, Errno> {
        let output = by_id(self, "external_secret_from_id", manager, id, version)?;
        self.pull_array(output)
    }

    fn invalidate_secret(&mut self, manager: u32, id: &[u8], version: u64) -> Result<(), Errno> {
        let [id, len] = self.put(id).map(u64::from);
        self.call_u64("external_secret_invalidate", &[manager.into(), id, len, version])
    }

    fn encapsulate(&mut self, manager: u32, secret: &[u8], expires: u64) -> Result<Vec<u8>, Errno> {
        let [secret, len] = self.put(secret).map(u64::from);
        self.call_u64("external_secret_encapsulate", &[manager.into(), secret, len, expires, SLOT.into()])?;
        let output = u32::from_le_bytes(self.bytes(SLOT));
        self.pull_array(output)
    }

    fn decapsulate(&mut self, manager: u32, sealed: &[u8]) -> Result<Vec<u8>, Errno> {
        let [sealed, len] = self.put(sealed);
        let output = self.call_for_u32("external_secret_decapsulate", &[manager, sealed, len])?;
        self.pull_array(output)
    }
}

/// What `*_from_id` gives.
fn by_id<T: Transport>(
    guest: &mut Guest<T>,
    function: &str,
    manager: u32,
    id: &[u8],
    version: u64,
) -> Result<u32, Errno> {
    let [id, len] = guest.put(id).map(u64::from);
    guest.call_u64(function, &[manager.into(), id, len, version, SLOT.into()])?;
    Ok(u32::from_le_bytes(guest.bytes(SLOT)))
}
