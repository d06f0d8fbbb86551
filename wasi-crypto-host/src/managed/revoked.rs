//! The versions of a key that a guest has revoked while it had handles of it.

use std::sync::{Mutex, PoisonError};

/// Ranges of versions, in order and apart from one another: a guest that replaces and revokes for ever makes one range
/// longer. Between two ranges there is a version that was not revoked, of which a namespace keeps so many as its policy
/// allows.
#[derive(Default)]
pub(crate) struct Revoked(Mutex<Vec<Range>>);

struct Range {
    first: u64,
    last: u64,
}

impl Revoked {
    pub(crate) fn contains(&self, version: u64) -> bool {
        self.ranges().iter().any(|range| (range.first..=range.last).contains(&version))
    }

    pub(crate) fn add(&self, versions: &[u64]) {
        let mut ranges = self.ranges();
        ranges.extend(versions.iter().map(|version| Range { first: *version, last: *version }));
        ranges.sort_unstable_by_key(|range| range.first);
        ranges.dedup_by(|next, before| {
            let joins = next.first <= before.last.saturating_add(1);
            if joins {
                before.last = before.last.max(next.last);
            }
            joins
        });
    }

    fn ranges(&self) -> std::sync::MutexGuard<'_, Vec<Range>> {
        // Nothing in here panics half-way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_revoked_is_known_and_what_was_not_is_not() {
        let revoked = Revoked::default();
        for versions in [&[5][..], &[1, 2], &[4], &[u64::MAX], &[5]] {
            revoked.add(versions);
        }
        for version in [0, 3, 6, u64::MAX - 1] {
            assert!(!revoked.contains(version), "{version}");
        }
        for version in [1, 2, 4, 5, u64::MAX] {
            assert!(revoked.contains(version), "{version}");
        }
        assert_eq!(revoked.ranges().len(), 3);
    }

    #[test]
    fn it_does_not_grow_with_what_is_revoked_in_a_row() {
        let revoked = Revoked::default();
        for version in 1..1_000 {
            revoked.add(&[version]);
        }
        assert_eq!(revoked.ranges().len(), 1);
    }
}
