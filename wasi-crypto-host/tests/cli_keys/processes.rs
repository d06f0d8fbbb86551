//! Several processes at a time.

use crate::place::{Finished, Place};

#[test]
fn processes_that_rotate_one_key_at_once_make_different_versions() {
    let place = Place::new("processes");
    let key = place.generate("AES-256-GCM");
    let processes: Vec<_> = (0..6).map(|_| place.start("rotate", &[&key])).collect();
    let mut versions: Vec<u64> = processes
        .into_iter()
        .map(|process| Finished(process.wait_with_output().unwrap()).exits(0).stdout().trim_end().parse().unwrap())
        .collect();
    versions.sort_unstable();
    assert_eq!(versions, [2, 3, 4, 5, 6, 7]);
    place.keys(["check"]).exits(0).prints("tenant: 7 versions open\n");
}

#[test]
fn processes_that_make_a_namespace_at_once_make_one() {
    let place = Place::new("processes-new");
    let processes: Vec<_> = (0..4).map(|_| place.start("generate", &["AES-256-GCM"])).collect();
    for process in processes {
        Finished(process.wait_with_output().unwrap()).exits(0);
    }
    place.keys(["check"]).exits(0).prints("tenant: 4 versions open\n");
}
