//! What loading and changing managed keys costs by how much else is in the store.
//!
//! In each line some keys are loaded from a namespace that has so many others: cold without anything in memory, so that the
//! record is read and opened; warm when the same key was loaded before, where the store is only asked whether it is still
//! what it was. The last line is of a thousand namespaces, each with one key: cold is with the key of the namespace
//! unwrapped, too.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{
    Entry, Header, Identifier, Item, Kind, Namespace, NewRecord, Policy, Record, RootKey, SecretsStore, State, Version,
};

use crate::{best, manager, text};

pub(crate) fn measure(kinds: &[crate::Kind<'_>], most: u32) {
    println!("{:<36}{:>12}{:>12}{:>12}{:>14}", "by what else there is", "create", "cold", "warm", "warm, number");
    for crate::Kind { name, make } in kinds {
        for others in [0, 1_000, 100_000, 1_000_000].into_iter().filter(|others| *others <= most) {
            let store = make(&format!("keys-{others}"));
            fill(&*store, others);
            in_one_namespace(&store).print(&format!("{name}, {others} other keys"));
        }
        in_many_namespaces(&make("namespaces")).print(&format!("{name}, {NAMESPACES} namespaces"));
    }
}

/// For one key each.
struct Times {
    create: Duration,
    cold: Duration,
    warm: Duration,
    warm_by_number: Duration,
}

impl Times {
    fn print(&self, what: &str) {
        let [create, cold, warm, number] = [self.create, self.cold, self.warm, self.warm_by_number].map(text);
        println!("{what:<36}{create:>12}{cold:>12}{warm:>12}{number:>14}");
    }
}

fn in_one_namespace(store: &Arc<dyn SecretsStore>) -> Times {
    let (root_key, policy) = (RootKey::generate().unwrap(), Policy::unrestricted());
    let cold = manager(store, &root_key, 0).namespace("tenant").policy(policy.clone());
    let warm = manager(store, &root_key, 1_000).namespace("tenant").policy(policy);
    let start = Instant::now();
    let ids: Vec<Identifier> = (0..KEYS).map(|_| create(&warm)).collect();
    let create = start.elapsed() / KEYS;
    let each = |namespace: &Namespace, version| ids.iter().for_each(|id| load(namespace, id, version));
    let [cold, warm, warm_by_number] =
        best([&mut || each(&cold, Version::Latest), &mut || each(&warm, Version::Latest), &mut || {
            each(&warm, Version::Number(1))
        }])
        .map(|time| time / KEYS);
    Times { create, cold, warm, warm_by_number }
}

fn in_many_namespaces(store: &Arc<dyn SecretsStore>) -> Times {
    let root_key = RootKey::generate().unwrap();
    let open = |records| {
        let manager = manager(store, &root_key, records);
        (0..NAMESPACES).map(|number| manager.namespace(&format!("tenant-{number}"))).collect::<Vec<_>>()
    };
    let namespaces = open(16);
    let start = Instant::now();
    let ids: Vec<Identifier> = namespaces.iter().map(create).collect();
    let create = start.elapsed() / NAMESPACES;
    let each = |namespaces: &[Namespace], version| {
        namespaces.iter().zip(&ids).for_each(|(namespace, id)| load(namespace, id, version));
    };
    let fresh = open(0);
    let start = Instant::now();
    each(&fresh, Version::Latest);
    let cold = start.elapsed() / NAMESPACES;
    let [warm, warm_by_number] =
        best([&mut || each(&namespaces, Version::Latest), &mut || each(&namespaces, Version::Number(1))])
            .map(|time| time / NAMESPACES);
    Times { create, cold, warm, warm_by_number }
}

fn create(namespace: &Namespace) -> Identifier {
    namespace.create(NewRecord::symmetric_key("AES-256-GCM", &[1; 32])).unwrap().identifier
}

fn load(namespace: &Namespace, id: &Identifier, version: Version) {
    drop(black_box(namespace.load(Kind::SymmetricKey, id, version).unwrap()));
}

/// Puts in keys that nobody can open, many in each change.
fn fill(store: &dyn SecretsStore, keys: u32) {
    let mut random: u64 = 7;
    for from in (0..keys).step_by(10_000) {
        let change = store.change("tenant", &mut |to| {
            for _ in from..keys.min(from + 10_000) {
                let bytes: Vec<u8> = (0..4).flat_map(|_| next(&mut random).to_le_bytes()).collect();
                let identifier = Identifier::from_bytes(&bytes).unwrap();
                let (kind, algorithm) = (Kind::SymmetricKey, "AES-256-GCM".to_owned());
                let item = Item { kind, algorithm: algorithm.clone(), highest: 1, latest: Some(1) };
                to.put_item(&identifier, &item)?;
                let header =
                    Header { identifier, version: 1, kind, algorithm, imported: false, created: 0, expires: None };
                let entry = Entry { header, state: State::Active, keep_until: None, sealed_len: 72, sealed_by: 1 };
                to.put(&Record { entry, sealed: vec![1; 72] })?;
            }
            Ok(())
        });
        change.unwrap();
    }
}

/// A xorshift generator.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// So many are loaded in a round: less than a thread is let run at a time, with the stores that are quick.
const KEYS: u32 = 50;
const NAMESPACES: u32 = 1_000;
