//! Processes that use one store at once.

use wasi_crypto_host::secrets::{Identifier, Kind, NewRecord, SecretsError, TrailEnd, Version};

use crate::worker::{Folder, Worker, given, namespace, say};

#[test]
fn eight_processes_that_rotate_one_key_get_versions_of_their_own() {
    const TEST: &str = "processes::eight_processes_that_rotate_one_key_get_versions_of_their_own";
    rotate(TEST, || Folder::new("rotate"));
}

/// What the test of this name does, with a store in such a folder.
pub(crate) fn rotate(test: &str, folder: impl FnOnce() -> Folder) {
    if let Some((folder, work)) = given() {
        let (identifier, byte) = work.split_once(' ').unwrap();
        let (identifier, byte) = (identifier.parse().unwrap(), byte.parse().unwrap());
        let namespace = namespace(&folder);
        for _ in 0..ROTATIONS {
            say(&namespace.replace(&identifier, key(&[byte; 32])).unwrap().version.to_string());
        }
        return;
    }
    let folder = folder();
    let namespace = namespace(folder.path());
    let id = namespace.create(key(&[0; 32])).unwrap().identifier;
    let mut workers: Vec<(u8, Worker)> =
        (1..=8).map(|byte| (byte, Worker::start(test, folder.path(), &format!("{id} {byte}")))).collect();
    let mut versions = Vec::new();
    for (byte, worker) in &mut workers {
        while let Some(said) = worker.next() {
            versions.push((said.parse::<u64>().unwrap(), *byte));
        }
        worker.finish();
    }
    versions.sort_unstable();
    assert!(versions.iter().map(|(version, _)| *version).eq(2..2 + 8 * ROTATIONS));
    for (version, byte) in versions {
        let loaded = namespace.load(Kind::SymmetricKey, &id, Version::Number(version)).unwrap();
        assert_eq!(loaded.bytes(), [byte; 32]);
    }
}

#[test]
fn what_one_process_revokes_no_other_loads_again() {
    const TEST: &str = "processes::what_one_process_revokes_no_other_loads_again";
    if let Some((folder, id)) = given() {
        let id: Identifier = id.parse().unwrap();
        let versions = namespace(&folder).revoke(Kind::KEYS, &id, Version::Latest).unwrap();
        say(&versions[0].to_string());
        return;
    }
    let folder = Folder::new("revoke");
    let namespace = namespace(folder.path());
    let id = namespace.create(key(&[1; 32])).unwrap().identifier;
    namespace.replace(&id, key(&[2; 32])).unwrap();
    let load = |version| namespace.load(Kind::SymmetricKey, &id, version).map(|loaded| loaded.header().version);
    assert_eq!((load(Version::Latest).unwrap(), load(Version::Number(2)).unwrap()), (2, 2));

    let mut worker = Worker::start(TEST, folder.path(), &id.to_string());
    assert_eq!(worker.next().as_deref(), Some("2"));
    // It has said so before it has ended.
    assert!(matches!(load(Version::Number(2)), Err(SecretsError::NotFound)));
    assert_eq!(load(Version::Latest).unwrap(), 1);
    worker.finish();
}

/// Some of them rotate one key, and one gives the namespace new keys meanwhile.
#[test]
fn processes_go_on_while_another_renews_the_namespace() {
    const TEST: &str = "processes::processes_go_on_while_another_renews_the_namespace";
    if let Some((folder, work)) = given() {
        let namespace = namespace(&folder);
        let (what, id) = work.split_once(' ').unwrap();
        let id: Identifier = id.parse().unwrap();
        for _ in 0..ROTATIONS {
            if what == "renew" {
                say(&format!("k{}", namespace.renew().unwrap().newest_key));
            } else {
                let version = namespace.replace(&id, key(&[1; 32])).unwrap().version;
                assert_eq!(namespace.load(Kind::SymmetricKey, &id, Version::Number(version)).unwrap().bytes(), [1; 32]);
                say(&version.to_string());
            }
        }
        return;
    }
    let folder = Folder::new("renew");
    let namespace = namespace(folder.path());
    let id = namespace.create(key(&[1; 32])).unwrap().identifier;
    let works = ["rotate", "rotate", "renew", "rotate"].map(|what| format!("{what} {id}"));
    let mut workers = works.map(|work| Worker::start(TEST, folder.path(), &work));
    let mut said: Vec<String> = Vec::new();
    for worker in &mut workers {
        said.extend(std::iter::from_fn(|| worker.next()));
        worker.finish();
    }
    let mut versions: Vec<u64> = said.iter().filter_map(|said| said.parse().ok()).collect();
    versions.sort_unstable();
    assert!(versions.into_iter().eq(2..2 + 3 * ROTATIONS));
    assert_eq!(said.iter().filter(|said| said.starts_with('k')).count() as u64, ROTATIONS);
    let check = namespace.check().unwrap();
    assert_eq!((check.sound, check.damaged.len()), (1 + 3 * ROTATIONS, 0));
    assert!(namespace.show(&id).unwrap().iter().all(|entry| u64::from(entry.sealed_by) == 1 + ROTATIONS));
    // A renewal has two entries.
    assert_eq!(namespace.verify_trail(TrailEnd::default(), |_| ()).unwrap().entries, 1 + 5 * ROTATIONS);
}

pub(crate) fn key(bytes: &[u8]) -> NewRecord<'_> {
    NewRecord::symmetric_key("AES-256-GCM", bytes)
}

const ROTATIONS: u64 = 20;
