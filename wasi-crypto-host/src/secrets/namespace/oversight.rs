//! What an operator wants to know of a namespace.

use crate::secrets::changes::Change;
use crate::secrets::key_ring::KeyRing;
use crate::secrets::store::Usage;
use crate::secrets::trail::Chain;
use crate::secrets::{Entry, Header, Identifier, Namespace, SecretsError, State, TrailEnd, TrailEntry, Version};

/// What [`Namespace::check`] found.
#[derive(Debug, Default)]
pub struct Check {
    /// How many records open.
    pub sound: u64,
    /// Those that do not, and what else is the matter with them.
    pub damaged: Vec<SecretsError>,
}

impl Namespace {
    /// What lies open of at most `most` versions, by identifier and version, behind the one given: what
    /// [`Header`](crate::secrets::Header) says is not checked before the record is opened.
    pub fn list(&self, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, SecretsError> {
        Ok(self.shared.manager.store.list(self.name(), behind, most)?)
    }

    /// What lies open of all versions of a key or secret, revoked ones too, in order. `NotFound` if there are none.
    pub fn show(&self, identifier: &Identifier) -> Result<Vec<Entry>, SecretsError> {
        let mut versions: Vec<Entry> = Vec::new();
        let mut behind = 0;
        loop {
            let page = self.list(Some((*identifier, behind)), PAGE)?;
            let len = page.len();
            versions.extend(page.into_iter().take_while(|entry| entry.header.identifier == *identifier));
            match versions.last() {
                Some(last) if len == PAGE && last.header.version > behind => behind = last.header.version,
                Some(_) => return Ok(versions),
                None => return Err(SecretsError::NotFound),
            }
        }
    }

    /// What is known of the latest version of a key or secret, as it was sealed, which what lies open need not be: the record is
    /// opened, whether it has expired or not. `NotFound` if no version is left that was not revoked, `Damaged` if it does not open.
    pub fn latest(&self, identifier: &Identifier) -> Result<Header, SecretsError> {
        let store = &self.shared.manager.store;
        let found = store.find(self.name(), identifier, Version::Latest)?.ok_or(SecretsError::NotFound)?;
        let header = self.read(identifier, found.version)?.0.entry.header;
        let is_it = header.identifier == *identifier && header.version == found.version;
        if is_it { Ok(header) } else { Err(header.damaged(self.name())) }
    }

    /// Opens the keys of the namespace, which comes into being if it is not there: what every other operation does when it needs them,
    /// and what an embedder may want to know of before a guest does.
    pub fn unlock(&self) -> Result<(), SecretsError> {
        self.shared.newest_keys().map(|_| ())
    }

    /// What the namespace takes up; nothing if it has never been used.
    pub fn usage(&self) -> Result<Usage, SecretsError> {
        let row = self.shared.manager.store.namespace(self.name())?;
        Ok(row.map_or_else(Usage::default, |row| row.usage))
    }

    /// Forgets what expired or was revoked longer ago than it is to be kept. Every change does some of that, too.
    /// Returns how many versions.
    pub fn forget(&self) -> Result<u64, SecretsError> {
        let mut forgotten = 0;
        let changed = self.change(|_, row, to| {
            let mut change = Change::begin(to, row, &self.policy, self.now())?;
            forgotten = change.forget_all()?;
            change.finish().map(|_| ())
        });
        match changed {
            Ok(()) => Ok(forgotten),
            // Never used.
            Err(SecretsError::NotFound) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Opens the keys of the namespace, if it is there, and by them every record that can be loaded.
    pub fn check(&self) -> Result<Check, SecretsError> {
        let mut check = Check::default();
        if self.shared.known_keys_if_there()?.is_some() {
            self.shared.newest_keys()?;
        }
        let mut behind = None;
        loop {
            let page = match self.list(behind, PAGE) {
                Ok(page) => page,
                // Behind it nothing can be listed.
                Err(error) if error.is_of_one_namespace() => {
                    check.damaged.push(error);
                    return Ok(check);
                }
                Err(error) => return Err(error),
            };
            let Some(last) = page.last() else { return Ok(check) };
            behind = Some((last.header.identifier, last.header.version));
            for entry in page.iter().filter(|entry| entry.state == State::Active) {
                match self.read(&entry.header.identifier, entry.header.version) {
                    Ok(_) => check.sound += 1,
                    // Revoked or forgotten meanwhile.
                    Err(SecretsError::NotFound) => {}
                    Err(damaged) if damaged.is_of_one_namespace() => check.damaged.push(damaged),
                    Err(other) => return Err(other),
                }
            }
        }
    }

    /// Checks the audit trail of the namespace, from what was its end when it was last checked; from the first entry
    /// with [`TrailEnd::default`]. Hands out each entry, and returns where it ends now. `DamagedTrail` if entries were
    /// changed, left out or put in, and if that end is no longer there. Entries that were cut off behind it cannot be
    /// told from ones that never were. `DamagedNamespace` if the namespace opens records that it does no longer by what was checked, or
    /// did so when it was renewed: its row was put back to what it was before the end of a [renewal](Self::renew) that was kept in the trail.
    pub fn verify_trail(&self, since: TrailEnd, mut each: impl FnMut(TrailEntry)) -> Result<TrailEnd, SecretsError> {
        let store = &self.shared.manager.store;
        let mut chain = Chain::new(self.name());
        if since.entries > 0 {
            let rows = store.trail(self.name(), since.entries.saturating_sub(2), 2)?;
            let row = |number| rows.iter().find(|row| row.number == number);
            let ring = self.shared.newest_keys()?.ring;
            chain = chain.resumed(&ring, since, row(since.entries - 1), row(since.entries))?;
        }
        loop {
            let page = store.trail(self.name(), chain.end.entries, PAGE)?;
            // Behind the page: somebody may have renewed the namespace meanwhile, and these entries are by the new key.
            let ring = self.shared.newest_keys()?.ring;
            for row in &page {
                each(chain.add(&ring, row)?);
            }
            if page.is_empty() {
                let agrees = |ring: &KeyRing| u64::from(ring.oldest_of_records()) >= chain.oldest_of_records;
                let sound = !chain.was_put_back && (agrees(&ring) || agrees(&self.shared.keys_in_store(true)?.ring));
                return if sound { Ok(chain.end) } else { Err(self.shared.damaged()) };
            }
        }
    }
}

/// So many rows are read at once.
const PAGE: usize = 256;
