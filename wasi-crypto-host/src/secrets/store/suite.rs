//! What every store must do: one suite, run over each.

mod bounds;
mod life;
mod renewal;
mod sealing;
mod whole;

pub(crate) use bounds::*;
pub(crate) use life::*;
pub(crate) use renewal::*;
pub(crate) use sealing::*;
pub(crate) use whole::*;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::secrets::{Identifier, Kind, Namespace, NewRecord, RootKey, SecretsManager, SecretsStore, Trail, Version};

/// A manager over a store, with a clock that stands still until it is set.
pub(crate) struct Bench {
    pub(crate) manager: SecretsManager,
    time: Arc<AtomicU64>,
}

impl Bench {
    pub(crate) fn new(store: impl SecretsStore + 'static) -> Self {
        Self::with(store, &RootKey::generate().unwrap(), Trail::Off)
    }

    pub(crate) fn with(store: impl SecretsStore + 'static, root_key: &RootKey, trail: Trail) -> Self {
        let time = Arc::new(AtomicU64::new(NOW));
        let clock = {
            let time = time.clone();
            move || time.load(Ordering::Relaxed)
        };
        let root_key = RootKey::parse(root_key.to_text().unwrap().as_bytes(), "").unwrap();
        let builder = SecretsManager::builder(store).root_key(root_key).clock(clock).trail(trail);
        Self { manager: builder.build().unwrap(), time }
    }

    pub(crate) fn namespace(&self) -> Namespace {
        self.manager.namespace("tenant")
    }

    pub(crate) fn set_time(&self, time: u64) {
        self.time.store(time, Ordering::Relaxed);
    }
}

/// Runs the suite over the stores that a function makes, each of them empty; none where they cannot be had.
macro_rules! suite {
    (maybe $make:ident) => {
        $crate::secrets::store::suite::suite!($make;
            a_key_is_loaded_as_it_was_put_in
            what_is_of_another_identifier_kind_version_or_namespace_is_not_found
            versions_rise_and_old_ones_stay
            the_latest_version_is_the_newest_that_is_not_revoked
            versions_are_never_given_twice
            all_versions_are_revoked_at_once
            what_was_revoked_stays_known_for_a_while
            revoked_versions_do_not_pile_up
            all_versions_of_a_key_are_shown
            all_that_need_not_be_kept_is_forgotten_when_asked_for
            a_key_expires_and_is_forgotten
            the_expiry_can_be_set_later
            a_secret_may_have_expired_before_it_is_stored
            limits_hold_and_nothing_is_stored_above_them
            stricter_limits_leave_what_is_there
            what_policy_forbids_is_not_done
            threads_together_stay_within_limits
            no_versions_at_all_are_no_keys_at_all
            a_clock_that_goes_backwards_gives_no_version_twice
            a_change_that_fails_leaves_nothing
            what_there_is_can_be_listed
            threads_that_rotate_one_key_get_versions_of_their_own
            the_first_users_of_a_namespace_agree_on_its_key
            root_keys_are_changed_without_touching_records
            a_namespace_that_does_not_open_stops_no_other_from_being_rewrapped
            another_root_key_opens_nothing
            a_sealed_secret_opens_in_its_namespace_until_it_expires
            a_new_key_seals_all_and_old_ones_open_what_guests_keep
            what_another_manager_has_renewed_is_taken_up
            who_lacks_the_root_key_of_a_renewed_namespace_is_told
            the_audit_trail_goes_on_under_the_new_key
            a_row_from_half_way_is_noticed_by_the_audit_trail
            the_audit_trail_is_checked_while_the_namespace_is_renewed
            who_lacks_the_root_key_is_not_told_that_a_row_was_put_back
            writers_go_on_while_a_namespace_is_renewed
            a_record_of_an_older_key_does_not_open_once_all_are_sealed_again
            an_older_key_opens_nothing_where_the_keys_cannot_be_unwrapped_any_more
            an_older_row_of_a_renewed_namespace_is_damaged
            a_namespace_that_was_put_back_and_renewed_is_damaged_for_who_knew_its_keys
            the_audit_trail_has_what_was_done
            names_of_namespaces_are_checked
            nothing_need_be_loaded_before_something_is_changed
            a_namespace_comes_into_being_when_something_is_put_in
        );
    };
    ($make:expr) => {
        fn make(folder: &$crate::secrets::scratch::Folder) -> Option<impl $crate::secrets::SecretsStore + 'static> {
            Some($make(folder))
        }
        $crate::secrets::store::suite::suite!(maybe make);
    };
    ($make:ident; $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let folder = $crate::secrets::scratch::Folder::new(concat!(module_path!(), "-", stringify!($name)));
                if let Some(store) = $make(&folder) {
                    $crate::secrets::store::suite::$name(store);
                }
            }
        )*
    };
}

pub(crate) use suite;

fn another(namespace: &Namespace) -> Namespace {
    namespace.reopened()
}

pub(crate) fn load(namespace: &Namespace, id: &Identifier, version: Version) -> Result<(u64, Vec<u8>), &'static str> {
    match namespace.load(Kind::KeyPair, id, version) {
        Ok(opened) => Ok((opened.header().version, opened.bytes().to_vec())),
        Err(error) => Err(error.errno().name()),
    }
}

pub(crate) fn key(byte: u8) -> NewRecord<'static> {
    NewRecord::key_pair("ED25519", &KEYS[usize::from(byte)])
}

static KEYS: [[u8; 32]; 10] =
    [[0; 32], [1; 32], [2; 32], [3; 32], [4; 32], [5; 32], [6; 32], [7; 32], [8; 32], [9; 32]];

/// The time at which tests begin.
pub(crate) const NOW: u64 = 2_000_000_000;
