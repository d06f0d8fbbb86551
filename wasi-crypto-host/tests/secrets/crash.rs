//! Processes that are killed while they work: what they had said is done is done, once, and opens.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use wasi_crypto_host::secrets::{
    Action, Identifier, Kind, Namespace, SecretsError, State, TrailEnd, TrailEntry, Version,
};

use crate::processes::key;
use crate::worker::{Folder, Worker, given, namespace, say};

/// A few kills. `cargo xtask crash` does a thousand.
#[test]
fn what_was_acknowledged_survives_a_kill() {
    const TEST: &str = "crash::what_was_acknowledged_survives_a_kill";
    survives(TEST, kills("WASI_CRYPTO_KILLS", 20), |_| Folder::new("crash"), |_, random| at_any_time(random));
}

/// How often to kill, unless a variable says otherwise.
pub(crate) fn kills(variable: &str, kills: u64) -> u64 {
    std::env::var(variable).map_or(kills, |kills| kills.parse().unwrap())
}

/// Some time in the next few changes.
pub(crate) fn at_any_time(random: &mut Random) -> Vec<String> {
    thread::sleep(Duration::from_micros(random.below(20_000)));
    Vec::new()
}

/// Kills processes that do what the test of this name does, with a store in such a folder, of which there are several.
/// Each time something is done before, which returns what the process has said meanwhile.
pub(crate) fn survives(
    test: &str,
    kills: u64,
    folder: impl Fn(u64) -> Folder,
    mut before: impl FnMut(&mut Worker, &mut Random) -> Vec<String>,
) {
    if let Some((folder, seed)) = given() {
        work(&namespace(&folder), seed.parse().unwrap());
    }
    let mut random = Random(1);
    let mut acknowledged = 0;
    for from in (0..kills).step_by(KILLS_OF_ONE_STORE) {
        let folder = folder(from);
        let mut expected = Expected::default();
        for kill in from..kills.min(from + KILLS_OF_ONE_STORE as u64) {
            let mut worker = Worker::start(test, folder.path(), &(kill + 1).to_string());
            // When it has done some things.
            let done = 1 + random.below(5);
            let mut said: Vec<String> = (0..=done).map(|_| worker.next().expect("the worker goes on")).collect();
            said.extend(before(&mut worker, &mut random));
            worker.kill();
            for said in said.into_iter().chain(std::iter::from_fn(|| worker.next())) {
                acknowledged += expected.acknowledge(&said);
            }
            expected.check(&namespace(folder.path()));
        }
    }
    println!("{kills} kills, {acknowledged} changes acknowledged");
    assert!(acknowledged >= kills);
}

/// Creates, rotates, revokes, and renews the namespace's key, until it is killed.
fn work(namespace: &Namespace, seed: u64) -> ! {
    let mut random = Random(seed);
    // Some of those of processes before this one.
    let listed = namespace.list(None, 1_000).unwrap();
    let mut ids: Vec<Identifier> = listed.iter().map(|entry| entry.header.identifier).collect();
    ids.dedup();
    say("begin");
    loop {
        let pick = random.below(20);
        let one = ids.get(random.below(ids.len() as u64) as usize).copied();
        match (pick, one) {
            // Seldom, as a namespace can have 255 keys.
            (0, Some(_)) => say(&format!("renewed {}", namespace.renew().unwrap().newest_key)),
            (0..4, _) | (_, None) => {
                let made = namespace.create(key(&[0xcc; 32])).unwrap();
                say(&format!("created {}", made.identifier));
                ids.push(made.identifier);
            }
            (4..14, Some(id)) => {
                let made = namespace.replace(&id, key(&[0xee; 32])).unwrap();
                say(&format!("rotated {id} {}", made.version));
            }
            (_, Some(id)) => match namespace.revoke(Kind::KEYS, &id, Version::Latest) {
                Ok(versions) => say(&format!("revoked {id} {}", versions[0])),
                Err(SecretsError::NotFound) => {}
                Err(error) => panic!("{error}"),
            },
        }
    }
}

/// What is known to be done.
#[derive(Default)]
struct Expected {
    versions: BTreeMap<Identifier, BTreeMap<u64, State>>,
    newest_key: u64,
    /// The key before which no records open any more.
    oldest_of_records: u64,
}

impl Expected {
    /// Returns how many changes that were.
    fn acknowledge(&mut self, said: &str) -> u64 {
        let mut words = said.split(' ');
        let what = words.next().unwrap();
        match what {
            "begin" => return 0,
            "renewed" => {
                let newest = words.next().unwrap().parse().unwrap();
                assert!(newest > self.newest_key, "{said}");
                (self.newest_key, self.oldest_of_records) = (newest, newest);
                return 1;
            }
            _ => {}
        }
        let id = words.next().unwrap().parse().unwrap();
        let version = words.next().map_or(1, |version| version.parse().unwrap());
        let versions = self.versions.entry(id).or_default();
        let old = versions.insert(version, if what == "revoked" { State::Revoked } else { State::Active });
        assert_eq!(old.is_some(), what == "revoked", "{said}: a version is given once");
        1
    }

    /// Everything acknowledged is there and opens, and of each process at most one change more: the one that it was
    /// killed in.
    fn check(&mut self, namespace: &Namespace) {
        let check = namespace.check().unwrap();
        assert!(check.damaged.is_empty(), "{:?}", check.damaged);
        let mut there: BTreeMap<Identifier, BTreeMap<u64, State>> = BTreeMap::new();
        let mut behind = None;
        loop {
            let page = namespace.list(behind, 1_000).unwrap();
            let Some(last) = page.last() else { break };
            behind = Some((last.header.identifier, last.header.version));
            for entry in page {
                let versions = there.entry(entry.header.identifier).or_default();
                assert!(versions.insert(entry.header.version, entry.state).is_none());
            }
        }
        let mut more = 0;
        for (id, versions) in &there {
            let known = self.versions.get(id);
            for (version, state) in versions {
                more += u32::from(known.and_then(|known| known.get(version)) != Some(state));
                let loaded = namespace.load(Kind::SymmetricKey, id, Version::Number(*version));
                assert_eq!(loaded.is_ok(), *state == State::Active, "{id} {version}");
            }
            let highest = versions.keys().max().copied().unwrap();
            assert!(versions.keys().copied().eq(1..=highest), "{id}: {versions:?}");
        }
        for (id, versions) in &self.versions {
            for (version, state) in versions {
                let now = there.get(id).and_then(|versions| versions.get(version));
                let as_said = now == Some(state) || (*state == State::Active && now == Some(&State::Revoked));
                assert!(as_said, "{id} {version} was acknowledged as {state:?} and is {now:?}");
            }
        }
        let usage = namespace.usage().unwrap();
        let keys = there.values().filter(|versions| versions.values().any(|state| *state == State::Active)).count();
        let revoked = there.values().flat_map(BTreeMap::values).filter(|state| **state == State::Revoked).count();
        assert_eq!((usage.keys, usage.revoked), (keys as u64, revoked as u64));
        assert!(revoked < 1_000, "above it, the store would forget that versions were there");
        // Each change is in the audit trail, and nothing else.
        let (mut renewed, mut ends, mut oldest_of_records) = (0, 0, 0);
        let count = |entry: TrailEntry| match entry.action {
            Action::Renew => renewed += 1,
            Action::Retire => (ends, oldest_of_records) = (ends + 1, entry.version.unwrap()),
            _ => {}
        };
        let end = namespace.verify_trail(TrailEnd::default(), count).unwrap();
        let versions = there.values().map(BTreeMap::len).sum::<usize>();
        assert_eq!(end.entries, (versions + revoked) as u64 + renewed + ends);
        assert!(ends <= renewed && oldest_of_records >= self.oldest_of_records, "the end of a renewal is missing");
        more +=
            (1 + renewed).checked_sub(self.newest_key.max(1)).expect("what was acknowledged is in the trail") as u32;
        assert!(more <= 1, "{more} changes that nobody acknowledged");
        *self = Self { versions: there, newest_key: 1 + renewed, oldest_of_records };
    }
}

/// Then a new store, as one forgets the oldest of more than 1,000 revoked versions.
const KILLS_OF_ONE_STORE: usize = 100;

/// A xorshift generator: the same work with the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        for (shift, left) in [(13, true), (7, false), (17, true)] {
            self.0 ^= if left { self.0 << shift } else { self.0 >> shift };
        }
        self.0.checked_rem(end).unwrap_or(0)
    }
}
