//! Secrets managers: opening, closing.

use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{Closed, InvalidHandle, Success, UnsupportedOption};
use wasi_crypto_interface::version::LATEST;

use crate::args;
use crate::calls::{Managed, close_function};
use crate::capability::Capability;
use crate::case::{Case, Expect, Kind};
use crate::cases::fixture::CREATABLE;
use crate::cases::secrets::{algorithm, generated, is_known, known_key};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![options(), empty_options(), close(), other_functions()];
    for kind in Managed::ALL {
        cases.extend([keys_outlive_the_manager(kind), closing_is_not_needed(kind)]);
    }
    cases
}

/// Which options there are, is the host's own choice: none that the suite could know.
fn options() -> Case {
    let mut c = case("options", &["SM-OPEN-002"]);
    let options = c.options_open(AlgorithmType::Symmetric);
    c.options_set_u64(options, "parallelism", 1u64);
    let expect = Expect::only(UnsupportedOption).or_info([Success]).or_info_any_error();
    c.expect(expect).open("secrets_manager_open", args![Some(options)]);
    c
}

fn empty_options() -> Case {
    let mut c = case("empty-options", &["SM-OPEN-002"]);
    for ty in AlgorithmType::ALL {
        let options = c.options_open(ty);
        let expect = Expect::only(Success).or_info_any_error();
        c.expect(expect).open("secrets_manager_open", args![Some(options)]);
    }
    c
}

fn close() -> Case {
    let mut c = case("close", &["SM-CLOSE-005", "HANDLE-CLOSED-006", "ERR-CLOSED-015"]);
    let (manager, other) = (c.secrets_manager(), c.secrets_manager());
    c.close(manager);
    // C4: the text has both.
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(manager);
    c.expect(InvalidHandle).invalidate_key(manager, "id", LATEST);
    c.close(other);
    c
}

/// What closes other objects does not take a manager.
fn other_functions() -> Case {
    let mut c = case("other-functions", &["HANDLE-TYPE-008", "ERR-INVHANDLE-016"]).kind(Kind::Robustness);
    let manager = c.secrets_manager();
    for function in CREATABLE.into_iter().filter_map(close_function) {
        // C4: hosts call a handle closed that they never gave out.
        c.expect(Expect::only(InvalidHandle).or_info([Closed])).call(function, args![manager]);
    }
    c.expect(InvalidHandle).array_len(manager);
    c.close(manager);
    c
}

/// Keys work on without the handle of their manager, and what was stored is found by another one.
fn keys_outlive_the_manager(kind: Managed) -> Case {
    let ids = ["SM-CLOSE-005", "SM-CLOSE-006"];
    let mut c = generated(kind, "outlives-the-manager", &["STORE-003"], &ids).needs(Capability::Store(kind));
    let manager = c.secrets_manager();
    let key = known_key(&mut c, kind);
    let _ = c.store_managed(kind, manager, key, crate::calls::IDENTIFIER_ROOM);
    let (identifier, version) = c.key_id(kind, key);
    c.close(manager);
    is_known(&mut c, kind, key);
    c.expect(InvalidHandle).key_from_id(kind, manager, identifier, version);
    let manager = c.secrets_manager();
    let loaded = c.key_from_id(kind, manager, identifier, version);
    c.close(manager);
    c.close(key);
    is_known(&mut c, kind, loaded);
    c
}

/// What one manager has made is there for another one at once, and for the next one when both are closed.
fn closing_is_not_needed(kind: Managed) -> Case {
    let mut c =
        generated(kind, "seen-by-another-manager", &["GEN-001"], &["SM-CLOSE-005", "SM-CLOSE-006", "KP-CLOSE-022"]);
    let (first, second) = (c.secrets_manager(), c.secrets_manager());
    let key = c.generate_managed(kind, first, algorithm(kind));
    let (identifier, version) = c.key_id(kind, key);
    let loaded = c.key_from_id(kind, second, identifier, version);
    let (same, _) = c.key_id(kind, loaded);
    c.same(same, identifier);
    c.close(first);
    c.close(second);
    for key in [key, loaded] {
        let (same, _) = c.key_id(kind, key);
        c.same(same, identifier);
    }
    c.close(key);
    c.close(loaded);
    let third = c.secrets_manager();
    c.key_from_id(kind, third, identifier, version);
    c
}

fn case(behaviour: &str, requirements: &[&str]) -> Case {
    Case::new(format!("secrets-manager/{behaviour}"), requirements).needs(Capability::Manager)
}
