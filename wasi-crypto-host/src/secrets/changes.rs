//! What is done to a namespace, over any store: versions, limits, revocation, expiry, and forgetting.

use crate::secrets::store::{Item, NamespaceRow, Transaction, Usage};
use crate::secrets::{Entry, Identifier, Kind, Policy, Record, SecretsError, State, Version};

/// A change of a namespace under way. Nothing of it is done before [`finish`](Self::finish); an error undoes all of it.
pub(crate) struct Change<'a> {
    to: &'a mut dyn Transaction,
    row: NamespaceRow,
    before: Usage,
    policy: &'a Policy,
    now: u64,
    forgotten: u64,
}

impl<'a> Change<'a> {
    /// Begins with the row of the namespace, and forgets some of what need not be kept.
    pub(crate) fn begin(
        to: &'a mut dyn Transaction,
        row: NamespaceRow,
        policy: &'a Policy,
        now: u64,
    ) -> Result<Self, SecretsError> {
        let mut change = Self { to, before: row.usage, row, policy, now, forgotten: 0 };
        for state in [State::Active, State::Revoked] {
            change.forget(state)?;
        }
        change.before = change.row.usage;
        Ok(change)
    }

    /// Puts in a key or secret with its first version.
    pub(crate) fn create(&mut self, record: &Record) -> Result<(), SecretsError> {
        let header = &record.entry.header;
        let item =
            Item { kind: header.kind, algorithm: header.algorithm.clone(), highest: header.version, latest: None };
        let active = self.on_item(&header.identifier, item, |to| Ok(to.put(record)?))?;
        self.check_versions(active)?;
        self.check_growth()
    }

    /// Adds a version, which `seal` makes for the number that it gets. Returns the number.
    pub(crate) fn replace(
        &mut self,
        identifier: &Identifier,
        kind: Kind,
        algorithm: &str,
        seal: impl FnOnce(u64) -> Result<Record, SecretsError>,
    ) -> Result<u64, SecretsError> {
        let mut item = self.item(identifier, &[kind])?;
        if item.algorithm != algorithm {
            return Err(SecretsError::IncompatibleKeys);
        }
        if item.highest >= MAX_VERSION {
            return Err(SecretsError::Limit("versions of one key or secret"));
        }
        item.highest += 1;
        let version = item.highest;
        let record = seal(version)?;
        let active = self.on_item(identifier, item, |to| Ok(to.put(&record)?))?;
        self.check_versions(active)?;
        self.check_growth()?;
        Ok(version)
    }

    /// Revokes versions: what is sealed is gone, and only that there was something is known until it need not be kept.
    /// Returns which.
    pub(crate) fn revoke(
        &mut self,
        identifier: &Identifier,
        kinds: &[Kind],
        version: Version,
    ) -> Result<Vec<u64>, SecretsError> {
        let keep_until = Some(self.policy.keep_until(self.now));
        self.on_versions(identifier, kinds, version, |_, entry| {
            let entry = Entry { state: State::Revoked, keep_until, sealed_len: 0, ..entry.clone() };
            Ok(Record { entry, sealed: Vec::new() })
        })
    }

    /// Writes versions anew as `anew` makes them. Returns which.
    pub(crate) fn on_versions(
        &mut self,
        identifier: &Identifier,
        kinds: &[Kind],
        version: Version,
        anew: impl Fn(&mut dyn Transaction, &Entry) -> Result<Record, SecretsError>,
    ) -> Result<Vec<u64>, SecretsError> {
        let item = self.item(identifier, kinds)?;
        let meant = |entry: &Entry| match version {
            Version::Number(number) => entry.header.version == number,
            Version::Latest => item.latest == Some(entry.header.version),
            Version::All => true,
        };
        let mut entries = self.to.versions(identifier)?;
        entries.retain(|entry| entry.state == State::Active && meant(entry));
        if entries.is_empty() {
            return Err(SecretsError::NotFound);
        }
        self.on_item(identifier, item, |to| {
            for entry in &entries {
                let record = anew(to, entry)?;
                to.put(&record)?;
            }
            Ok(())
        })?;
        Ok(entries.into_iter().map(|entry| entry.header.version).collect())
    }

    /// Forgets what need not be kept, all of it that there is. Returns how many versions were, from the beginning of
    /// the change on.
    pub(crate) fn forget_all(&mut self) -> Result<u64, SecretsError> {
        for state in [State::Active, State::Revoked] {
            let mut before = u64::MAX;
            while before != self.forgotten {
                before = self.forgotten;
                self.forget(state)?;
            }
        }
        Ok(self.forgotten)
    }

    /// Writes down what the namespace takes up now.
    pub(crate) fn finish(self) -> Result<&'a mut dyn Transaction, SecretsError> {
        self.to.put_namespace(&self.row)?;
        Ok(self.to)
    }

    fn item(&mut self, identifier: &Identifier, kinds: &[Kind]) -> Result<Item, SecretsError> {
        self.to.item(identifier)?.filter(|item| kinds.contains(&item.kind)).ok_or(SecretsError::NotFound)
    }

    /// Forgets some versions that need not be kept, so that a change takes no longer for what was done before it.
    fn forget(&mut self, state: State) -> Result<(), SecretsError> {
        for due in self.to.due(state, FORGOTTEN_AT_ONCE)? {
            let too_many = state == State::Revoked && self.row.usage.revoked > MOST_REVOKED;
            if due.keep_until > self.now && !too_many {
                break;
            }
            match self.to.item(&due.identifier)? {
                Some(item) => {
                    self.on_item(&due.identifier, item, |to| Ok(to.remove(&due.identifier, due.version)?))?;
                }
                None => self.to.remove(&due.identifier, due.version)?,
            }
            self.forgotten += 1;
        }
        Ok(())
    }

    /// Does something to the versions of an item, and keeps the books. Returns how many versions of it can be loaded or
    /// have expired.
    fn on_item(
        &mut self,
        identifier: &Identifier,
        item: Item,
        work: impl FnOnce(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<u64, SecretsError> {
        let before = Summary::of(&self.to.versions(identifier)?);
        work(self.to)?;
        let after = Summary::of(&self.to.versions(identifier)?);

        let Usage { keys, secrets, bytes, revoked } = &mut self.row.usage;
        let items = if item.kind == Kind::Secret { secrets } else { keys };
        for (counter, before, after) in [
            (items, u64::from(before.active > 0), u64::from(after.active > 0)),
            (bytes, before.bytes, after.bytes),
            (revoked, before.revoked, after.revoked),
        ] {
            *counter = counter.saturating_sub(before).saturating_add(after);
        }
        if after.active + after.revoked == 0 {
            self.to.remove_item(identifier)?;
        } else {
            self.to.put_item(identifier, &Item { latest: after.latest, ..item })?;
        }
        Ok(after.active)
    }

    fn check_versions(&self, active: u64) -> Result<(), SecretsError> {
        let within = active <= self.policy.bounds().versions;
        if within { Ok(()) } else { Err(SecretsError::Limit("versions of one key or secret")) }
    }

    /// What has become more must be within its bound. What has not may be above, where the policy has become stricter.
    fn check_growth(&self) -> Result<(), SecretsError> {
        let (before, after, most) = (&self.before, &self.row.usage, self.policy.bounds());
        for (before, after, most, what) in [
            (before.keys, after.keys, most.keys, "keys"),
            (before.secrets, after.secrets, most.secrets, "secrets"),
            (before.bytes, after.bytes, most.bytes, "bytes"),
        ] {
            if after > before && after > most {
                return Err(SecretsError::Limit(what));
            }
        }
        Ok(())
    }
}

/// What the versions of an item are together.
#[derive(Default)]
struct Summary {
    active: u64,
    bytes: u64,
    revoked: u64,
    latest: Option<u64>,
}

impl Summary {
    fn of(entries: &[Entry]) -> Self {
        let mut summary = Self::default();
        for entry in entries {
            match entry.state {
                State::Active => {
                    summary.active += 1;
                    summary.bytes += entry.sealed_len + OPEN_LEN;
                    summary.latest = summary.latest.max(Some(entry.header.version));
                }
                State::Revoked => summary.revoked += 1,
            }
        }
        summary
    }
}

/// What a record takes up beside what is sealed, in bytes: what lies open, and its place in an index.
const OPEN_LEN: u64 = 216;

/// The highest version: that of stores whose numbers are signed, which is below that of the interface.
const MAX_VERSION: u64 = i64::MAX as u64;
const _: () = assert!(MAX_VERSION <= Version::MAX);

/// So many versions of each state are forgotten with a change, which is more than one change adds in the long run.
const FORGOTTEN_AT_ONCE: usize = 16;

/// Of so many revoked versions the store knows at most that they were, lest a guest fill it by revoking.
const MOST_REVOKED: u64 = if cfg!(test) { 100 } else { 1_000 };
