//! New keys for a namespace.

use std::sync::Arc;

use crate::secret::Secret;
use crate::secrets::key_ring::{KeyRing, Known};
use crate::secrets::store::{NamespaceRow, Transaction};
use crate::secrets::{Action, Entry, Identifier, Namespace, Record, SecretsError, SecretsEvent, State};

/// What [`Namespace::renew`] did.
#[derive(Debug, Default)]
pub struct Renewed {
    /// The number of the new key; the first key of a namespace has 1.
    pub newest_key: u32,
    /// How many versions were sealed again.
    pub resealed: u64,
    /// Those that do not open: they stay as they are.
    pub damaged: Vec<SecretsError>,
}

impl Namespace {
    /// Gives the namespace a new key, which seals all that comes, and seals with it again what is there, some records at
    /// a time, so that others can change the namespace meanwhile. The keys before it are kept, wrapped: they open what guests
    /// keep sealed themselves ([`encapsulate`](Self::encapsulate)), and the audit trail of their time, and no records any more
    /// from the end on. `NotFound` if the namespace is not there; `Limit` if it has had 255 keys.
    ///
    /// Whoever has an older key, and a copy of the store from now on, can open nothing of it but what guests keep
    /// themselves; and no record that he makes up with that key is opened where the row of the namespace from the end is known. He
    /// could put back one from before, if he can write to the store: [`rewrap`](crate::secrets::SecretsManager::rewrap) to another
    /// root key once more, and those are worth nothing. [`verify_trail`](Self::verify_trail) tells of them, if the trail was kept. If it stops
    /// half-way, everything opens, and it can be done again, which makes one key more.
    ///
    /// Other processes take up the new key when they next change the namespace or load what it has sealed; for that they
    /// must have the root key that wraps it. So give them a new root key before, by
    /// [`old_root_key`](crate::secrets::SecretsManagerBuilder::old_root_key), and then
    /// [`rewrap`](crate::secrets::SecretsManager::rewrap) and renew.
    pub fn renew(&self) -> Result<Renewed, SecretsError> {
        let ring = self.told_of_ring(Action::Renew, |now| self.with_new_key(now))?;
        let mut renewed = Renewed { newest_key: ring.newest_number(), ..Renewed::default() };
        self.reseal(&mut renewed)?;
        self.told_of_ring(Action::Retire, |now| self.end_of_older_records(renewed.newest_key, now))?;
        Ok(renewed)
    }

    /// Wraps the keys of the namespace by the root key, if an old one does. Returns whether one did: not if the namespace is not there.
    /// Either way they are opened. See [`SecretsManager::rewrap`](crate::secrets::SecretsManager::rewrap).
    pub fn rewrap(&self) -> Result<bool, SecretsError> {
        let manager = &self.shared.manager;
        let event: SecretsEvent<'_> = self.event(Action::Rewrap, None, None, self.now(), None);
        let mut done = false;
        let rewritten = self.rewritten(|ring, text, row, to| {
            done = row.wrapped_by != manager.root_key.id();
            if done {
                self.keep_event(ring, &event, to)?;
            }
            Ok(done.then(|| (text.clone(), ring.newest_number())))
        });
        match rewritten {
            Ok(_) => Ok(done),
            Err(SecretsError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn told_of_ring(
        &self,
        action: Action,
        work: impl FnOnce(u64) -> Result<Arc<KeyRing>, SecretsError>,
    ) -> Result<Arc<KeyRing>, SecretsError> {
        let now = self.now();
        let result = work(now);
        let oldest = result.as_ref().ok().map(|ring| ring.oldest_of_records().into());
        self.told(action, None, oldest, now, result)
    }

    /// Adds a key.
    pub(crate) fn with_new_key(&self, now: u64) -> Result<Arc<KeyRing>, SecretsError> {
        self.rewritten(|ring, text, _, to| {
            let newest = ring.newest_number() + 1;
            let text = KeyRing::renewed(text)?;
            let oldest = ring.oldest_of_records().into();
            let event: SecretsEvent<'_> = self.event(Action::Renew, None, Some(oldest), now, None);
            let ring = KeyRing::new(&text, newest)?.ok_or_else(|| self.shared.damaged())?;
            self.keep_event(&ring, &event, to)?;
            Ok(Some((text, newest)))
        })
    }

    /// Sees to it that no record is opened any more that an older key has sealed: none is left, but for what does not open, and who
    /// has such a key could only make some up.
    pub(crate) fn end_of_older_records(&self, newest: u32, now: u64) -> Result<Arc<KeyRing>, SecretsError> {
        self.rewritten(|ring, text, _, to| {
            let oldest = ring.oldest_of_records().max(newest);
            let event: SecretsEvent<'_> = self.event(Action::Retire, None, Some(oldest.into()), now, None);
            self.keep_event(ring, &event, to)?;
            Ok(Some((KeyRing::with_oldest_of_records(text, oldest), ring.newest_number())))
        })
    }

    /// Gives the namespace another ring, by its text and the number of its newest key, or leaves its row as it is. Returns which it has.
    fn rewritten(
        &self,
        mut work: impl FnMut(
            &KeyRing,
            &Secret,
            &NamespaceRow,
            &mut dyn Transaction,
        ) -> Result<Option<(Secret, u32)>, SecretsError>,
    ) -> Result<Arc<KeyRing>, SecretsError> {
        let manager = &self.shared.manager;
        let known = self.shared.ring.get();
        let mut made = None;
        manager.store.change(self.name(), &mut |to| {
            let row = to.namespace()?.ok_or(SecretsError::NotFound)?;
            let text = manager.unwrap(self.name(), &row)?;
            let ring = KeyRing::new(&text, row.newest_key)?.ok_or_else(|| self.shared.damaged())?;
            if known.as_ref().is_some_and(|known| !ring.continues(&known.ring)) {
                return Err(self.shared.damaged());
            }
            made = Some(match work(&ring, &text, &row, to)? {
                None => Known::new(ring, &row),
                Some((text, newest)) => {
                    let row = manager.wrap(self.name(), &text, newest, row.usage)?;
                    to.put_namespace(&row)?;
                    Known::new(manager.ring(self.name(), &row)?, &row)
                }
            });
            Ok(())
        })?;
        // Not before it is durable.
        let made = made.ok_or(SecretsError::Internal("no ring was made"))?;
        Ok(self.shared.ring.learn(made).ring)
    }

    /// Seals again what an older key seals.
    fn reseal(&self, renewed: &mut Renewed) -> Result<(), SecretsError> {
        let mut behind = None;
        loop {
            let page = self.list(behind, RESEALED_AT_ONCE)?;
            let Some(last) = page.last() else { return Ok(()) };
            behind = Some((last.header.identifier, last.header.version));
            let is_older = |entry: &&Entry| entry.state == State::Active && entry.sealed_by < renewed.newest_key;
            let older: Vec<(Identifier, u64)> =
                page.iter().filter(is_older).map(|entry| (entry.header.identifier, entry.header.version)).collect();
            if older.is_empty() {
                continue;
            }
            let (mut resealed, mut damaged) = (0, Vec::new());
            self.change(|ring, _, to| {
                (resealed, damaged) = (0, Vec::new());
                for (identifier, version) in &older {
                    match self.reseal_one(ring, *identifier, *version, to) {
                        Ok(done) => resealed += u64::from(done),
                        Err(error @ SecretsError::Damaged { .. }) => damaged.push(error),
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })?;
            renewed.resealed += resealed;
            renewed.damaged.append(&mut damaged);
        }
    }

    /// Whether it was done: not if the version was revoked or forgotten since, or written anew.
    fn reseal_one(
        &self,
        ring: &KeyRing,
        identifier: Identifier,
        version: u64,
        to: &mut dyn Transaction,
    ) -> Result<bool, SecretsError> {
        let Some(Record { entry, sealed }) = to.read(&identifier, version)? else { return Ok(false) };
        if entry.state != State::Active || entry.sealed_by == ring.newest_number() {
            return Ok(false);
        }
        let header = &entry.header;
        let key = ring.for_records(entry.sealed_by).ok_or_else(|| header.damaged(self.name()))?;
        let bytes = header.open(self.name(), key, &sealed)?;
        let sealed = header.seal(self.name(), &ring.newest().records, &bytes)?;
        to.put(&Record { entry: Entry { sealed_by: ring.newest_number(), ..entry }, sealed })?;
        Ok(true)
    }
}

/// So many records are sealed again in one change: some milliseconds, for which others wait.
const RESEALED_AT_ONCE: usize = 128;
