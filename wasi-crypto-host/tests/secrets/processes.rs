//! Processes that use one store at once.

use wasi_crypto_host::secrets::{Identifier, Kind, NewRecord, SecretsError, Version};

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

pub(crate) fn key(bytes: &[u8]) -> NewRecord<'_> {
    NewRecord::symmetric_key("AES-256-GCM", bytes)
}

const ROTATIONS: u64 = 20;
