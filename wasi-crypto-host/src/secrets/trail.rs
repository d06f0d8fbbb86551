//! What is told of operations: to an observer, and, if asked for, to a chain of entries in the store.

use crate::backend::hmac::Key;
use crate::backend::traits::{Mac, MacKey};
use crate::errno::Errno;
use crate::secrets::key_ring::KeyRing;
use crate::secrets::store::{TrailRow, Transaction};
use crate::secrets::{Identifier, SecretsError};

/// Is told of each operation on managed keys and secrets, when it is over.
pub trait SecretsObserver: Send + Sync {
    /// An operation is over. It runs in the operation, which waits for it.
    fn done(&self, event: &SecretsEvent<'_>);
}

/// An operation that is over.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SecretsEvent<'a> {
    /// The namespace.
    pub namespace: &'a str,
    /// Who did it: what was set with [`Namespace::who`](crate::secrets::Namespace::who).
    pub who: &'a str,
    /// What was done, or refused.
    pub action: Action,
    /// To which key or secret; none if it has no identifier, or none that can be one.
    pub identifier: Option<Identifier>,
    /// To which version; none if to no certain one. Of [`Action::Renew`] and [`Action::Retire`], the number of the
    /// oldest key of the namespace whose records are opened then.
    pub version: Option<u64>,
    /// When, in seconds since 1970.
    pub when: u64,
    /// Why it was not done.
    pub error: Option<&'a SecretsError>,
}

impl SecretsEvent<'_> {
    /// What a guest was told.
    pub fn errno(&self) -> Errno {
        self.error.map_or(Errno::Success, SecretsError::errno)
    }

    /// Makes an event of it, for operators who collect these.
    #[cfg(feature = "tracing")]
    pub(crate) fn trace(&self) {
        macro_rules! event {
            ($level:ident) => {
                tracing::event!(
                    target: "wasi_crypto::secrets",
                    tracing::Level::$level,
                    namespace = self.namespace,
                    who = self.who,
                    action = self.action.name(),
                    identifier = self.identifier.map(tracing::field::display),
                    version = self.version,
                    errno = self.errno().name(),
                    error = self.error.map(tracing::field::display),
                )
            };
        }
        match self.errno() {
            Errno::Success if self.action.is_change() => event!(INFO),
            Errno::Success => event!(TRACE),
            Errno::AlgorithmFailure | Errno::InternalError | Errno::RngError => event!(ERROR),
            _ => event!(DEBUG),
        }
    }
}

/// What is done to a key or secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Action {
    /// A key or secret was put in, with version 1.
    Create = 1,
    /// A version was added.
    Replace = 2,
    /// A version was loaded.
    Load = 3,
    /// One or all versions were revoked.
    Revoke = 4,
    /// The expiry of one or all versions was set.
    Expire = 5,
    /// A secret was sealed for the guest to keep.
    Encapsulate = 6,
    /// A secret that the guest kept was opened.
    Decapsulate = 7,
    /// The key of the namespace was wrapped by another root key.
    Rewrap = 8,
    /// A key left the host.
    Export = 9,
    /// The namespace got a new key, and everything in it is sealed anew.
    Renew = 10,
    /// Records by keys of the namespace before a certain one are no longer opened: a renewal is over.
    Retire = 11,
}

impl Action {
    const ALL: [Self; 11] = [
        Self::Create,
        Self::Replace,
        Self::Load,
        Self::Revoke,
        Self::Expire,
        Self::Encapsulate,
        Self::Decapsulate,
        Self::Rewrap,
        Self::Export,
        Self::Renew,
        Self::Retire,
    ];

    /// Its name, such as `create`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Load => "load",
            Self::Revoke => "revoke",
            Self::Expire => "expire",
            Self::Encapsulate => "encapsulate",
            Self::Decapsulate => "decapsulate",
            Self::Rewrap => "rewrap",
            Self::Export => "export",
            Self::Renew => "renew",
            Self::Retire => "retire",
        }
    }

    /// Whether it changes the store.
    pub(crate) fn is_change(self) -> bool {
        !matches!(self, Self::Load | Self::Encapsulate | Self::Decapsulate | Self::Export)
    }
}

/// What the store keeps of operations, in a chain that shows what was changed, left out or put in later. It grows by
/// some 150 bytes with each, and no limit of a namespace ends that: a guest that may change keys can fill the disk at
/// the pace at which the disk writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trail {
    /// Nothing.
    #[default]
    Off,
    /// What changed the store, durable together with the change; and what left the host.
    Changes,
    /// What was loaded and what was refused, too: each is a write to the store.
    Everything,
}

impl Trail {
    pub(crate) fn keeps(self, event: &SecretsEvent<'_>) -> bool {
        match self {
            Self::Off => false,
            Self::Changes => event.error.is_none() && (event.action.is_change() || event.action == Action::Export),
            Self::Everything => true,
        }
    }
}

/// An entry of an audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrailEntry {
    /// Its number; the first has 1.
    pub number: u64,
    /// When, in seconds since 1970.
    pub when: u64,
    /// Who.
    pub who: String,
    /// What was done, or refused.
    pub action: Action,
    /// To which key or secret.
    pub identifier: Option<Identifier>,
    /// To which version. Of [`Action::Renew`] and [`Action::Retire`], the number of the oldest key of the namespace whose records are opened
    /// then.
    pub version: Option<u64>,
    /// What a guest was told.
    pub errno: Errno,
}

/// Where an audit trail ends. Keep it outside of the store: by it, entries that are missing at the end are noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TrailEnd {
    /// How many entries there are.
    pub entries: u64,
    /// The tag of the last; zeros if there is none.
    pub tag: [u8; TAG_LEN],
}

/// Adds an entry in the same transaction as what it is about.
pub(crate) fn add(key: &Key, event: &SecretsEvent<'_>, to: &mut dyn Transaction) -> Result<(), SecretsError> {
    let last = to.last_in_trail()?;
    let (number, before) = last.map_or((0, vec![0; TAG_LEN]), |last| (last.number, last.tag));
    let number = number.checked_add(1).ok_or(SecretsError::Limit("entries in its audit trail"))?;
    let body = encode(event);
    let tag = tag(key, &before, number, &body);
    Ok(to.add_to_trail(&TrailRow { number, body, tag: tag.to_vec() })?)
}

/// An audit trail that is checked, row by row, from some end of it on.
pub(crate) struct Chain<'a> {
    namespace: &'a str,
    /// Where it ends, as far as it was checked.
    pub(crate) end: TrailEnd,
    /// The key of the last entry: those behind it are by it or by a newer one, as whoever adds an entry has the newest.
    key: u32,
    /// By this key and newer ones records may be sealed, as far as was checked.
    pub(crate) oldest_of_records: u64,
    /// Whether the namespace was renewed by somebody who opened older ones.
    pub(crate) was_put_back: bool,
}

impl<'a> Chain<'a> {
    /// Of this namespace, from the first entry on.
    pub(crate) fn new(namespace: &'a str) -> Self {
        Self { namespace, end: TrailEnd::default(), key: 1, oldest_of_records: 1, was_put_back: false }
    }

    /// The same behind an entry, which must be the one that was the end; `before` is the one before it, if it is not the first.
    pub(crate) fn resumed(
        self,
        ring: &KeyRing,
        since: TrailEnd,
        before: Option<&TrailRow>,
        last: Option<&TrailRow>,
    ) -> Result<Self, SecretsError> {
        let before = TrailEnd {
            entries: since.entries.saturating_sub(1),
            tag: before.map_or(Some([0; TAG_LEN]), |row| row.tag.as_slice().try_into().ok()).unwrap_or_default(),
        };
        let mut chain = Self { end: before, ..self };
        match last {
            Some(row) if row.tag == since.tag => chain.add(ring, row)?,
            _ => return Err(chain.wrong()),
        };
        Ok(chain)
    }

    /// Checks that a row is the next one, by keys that are as new as it.
    pub(crate) fn add(&mut self, ring: &KeyRing, row: &TrailRow) -> Result<TrailEntry, SecretsError> {
        let number = self.end.entries + 1;
        // The tags are no secrets: whoever reads the store has them all.
        let is_by = |key: &u32| {
            let key = ring.get(*key);
            key.is_some_and(|key| row.tag == tag(&key.trail, &self.end.tag, number, &row.body))
        };
        let key = (self.key..=ring.newest_number()).find(is_by).filter(|_| row.number == number);
        let (Some(key), Ok(tag)) = (key, row.tag.as_slice().try_into()) else { return Err(self.wrong()) };
        self.key = key;
        let entry = decode(number, &row.body).ok_or_else(|| self.wrong())?;
        self.end = TrailEnd { entries: number, tag };
        if let (Action::Renew | Action::Retire, Errno::Success, Some(oldest)) =
            (entry.action, entry.errno, entry.version)
        {
            self.was_put_back |= oldest < self.oldest_of_records;
            self.oldest_of_records = self.oldest_of_records.max(oldest);
        }
        Ok(entry)
    }

    /// The next entry is not right.
    fn wrong(&self) -> SecretsError {
        SecretsError::DamagedTrail { namespace: self.namespace.to_owned(), entry: self.end.entries + 1 }
    }
}

fn tag(key: &Key, before: &[u8], number: u64, body: &[u8]) -> [u8; TAG_LEN] {
    let mut mac = key.begin();
    mac.update(before);
    mac.update(&number.to_le_bytes());
    mac.update(body);
    let mut tag = [0; TAG_LEN];
    tag.copy_from_slice(mac.finish().as_ref());
    tag
}

fn encode(event: &SecretsEvent<'_>) -> Vec<u8> {
    let mut body = Vec::with_capacity(64 + event.who.len());
    body.push(event.action as u8);
    body.push(event.errno().number() as u8);
    body.extend_from_slice(&event.when.to_le_bytes());
    body.push(event.version.is_some().into());
    body.extend_from_slice(&event.version.unwrap_or(0).to_le_bytes());
    body.push(event.identifier.is_some().into());
    body.extend_from_slice(event.identifier.unwrap_or(Identifier::MIN).as_bytes());
    body.extend_from_slice(event.who.as_bytes());
    body
}

fn decode(number: u64, body: &[u8]) -> Option<TrailEntry> {
    let (&[action, errno], body) = body.split_first_chunk()?;
    let (when, body) = body.split_first_chunk()?;
    let (&[has_version], body) = body.split_first_chunk()?;
    let (version, body) = body.split_first_chunk()?;
    let (&[has_identifier], body) = body.split_first_chunk()?;
    let (identifier, who) = body.split_at_checked(Identifier::LEN)?;
    Some(TrailEntry {
        number,
        when: u64::from_le_bytes(*when),
        who: String::from_utf8(who.to_vec()).ok()?,
        action: Action::ALL.into_iter().find(|known| *known as u8 == action)?,
        identifier: if has_identifier == 0 { None } else { Identifier::from_bytes(identifier) },
        version: (has_version != 0).then_some(u64::from_le_bytes(*version)),
        errno: Errno::from_number(errno.into())?,
    })
}

/// The size of a tag, in bytes: that of SHA-256.
const TAG_LEN: usize = 32;

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::secret::Secret;
    use crate::secrets::{Kind, MemoryStore, NewRecord, RootKey, SecretsManager, Version};

    /// Action, version and status of each operation.
    #[derive(Default)]
    struct Log(Mutex<Vec<(&'static str, Option<u64>, &'static str)>>);

    impl SecretsObserver for Log {
        fn done(&self, event: &SecretsEvent<'_>) {
            assert_eq!((event.namespace, event.who, event.when), ("tenant", "billing", 1_000));
            self.0.lock().unwrap().push((event.action.name(), event.version, event.errno().name()));
        }
    }

    #[test]
    fn an_entry_that_was_changed_left_out_or_made_by_another_key_is_noticed() {
        let ring = |text: &Secret, keys| KeyRing::new(text, keys).unwrap().unwrap();
        let first = KeyRing::first().unwrap();
        let (older, newer) = (ring(&first, 1), ring(&KeyRing::renewed(&first).unwrap(), 2));
        let other = ring(&KeyRing::first().unwrap(), 1);
        let row = |ring: &KeyRing, before: &[u8], number, when| {
            let (namespace, who, action) = ("tenant", "billing", Action::Renew);
            let event = SecretsEvent { namespace, who, action, identifier: None, version: None, when, error: None };
            let body = encode(&event);
            TrailRow { number, tag: tag(&ring.newest().trail, before, number, &body).to_vec(), body }
        };
        let one = row(&older, &[0; TAG_LEN], 1, 1_000);
        let two = row(&newer, &one.tag, 2, 2_000);
        let chain = |rows: &[&TrailRow]| {
            let mut chain = Chain::new("tenant");
            rows.iter().try_for_each(|row| chain.add(&newer, row).map(|_| ())).map(|()| chain.end)
        };
        let end = chain(&[&one, &two]).unwrap();
        assert_eq!((end.entries, &end.tag[..]), (2, &two.tag[..]));
        for (rows, wrong) in [
            (vec![&two], 1),
            (vec![&one, &one], 2),
            (vec![&TrailRow { number: 2, ..one.clone() }], 1),
            (vec![&TrailRow { body: two.body.clone(), ..one.clone() }], 1),
            (vec![&TrailRow { tag: two.tag.clone(), ..one.clone() }], 1),
            (vec![&row(&other, &[0; TAG_LEN], 1, 1_000)], 1),
            (vec![&one, &row(&newer, &[0; TAG_LEN], 2, 2_000)], 2),
            // Once there is a newer key, nobody adds anything by the older one but who should no longer.
            (vec![&one, &two, &row(&older, &two.tag, 3, 3_000)], 3),
        ] {
            let error = chain(&rows).unwrap_err();
            assert!(matches!(error, SecretsError::DamagedTrail { entry, .. } if entry == wrong), "{wrong}: {error}");
        }
    }

    #[test]
    fn an_end_of_older_records_that_failed_is_none() {
        let ring = KeyRing::new(&KeyRing::first().unwrap(), 1).unwrap().unwrap();
        let refused = SecretsError::Limit("nothing");
        for (action, error, oldest) in
            [(Action::Retire, Some(&refused), 1), (Action::Replace, None, 1), (Action::Retire, None, 9)]
        {
            let (namespace, who, version, when) = ("tenant", "", Some(9), 1_000);
            let body = encode(&SecretsEvent { namespace, who, action, identifier: None, version, when, error });
            let tag = tag(&ring.newest().trail, &[0; TAG_LEN], 1, &body).to_vec();
            let mut chain = Chain::new("tenant");
            chain.add(&ring, &TrailRow { number: 1, body, tag }).unwrap();
            assert_eq!((chain.oldest_of_records, chain.was_put_back), (oldest, false));
        }
    }

    #[test]
    fn an_observer_is_told_of_each_operation_once() {
        let log = Arc::new(Log::default());
        let builder = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap());
        let manager = builder.observer(log.clone()).clock(|| 1_000).trail(Trail::Everything).build().unwrap();
        let namespace = manager.namespace("tenant").who("billing");
        let id = namespace.create(NewRecord::key_pair("ED25519", b"seed")).unwrap().identifier;
        namespace.replace(&id, NewRecord::key_pair("ED25519", b"seed")).unwrap();
        namespace.load(Kind::KeyPair, &id, Version::Latest).unwrap();
        namespace.load(Kind::KeyPair, &id, Version::Number(3)).map(|_| ()).unwrap_err();
        namespace.expire(Kind::KEYS, &id, Version::All, Some(1_000)).unwrap();
        namespace.load(Kind::KeyPair, &id, Version::Latest).map(|_| ()).unwrap_err();
        namespace.revoke(Kind::KEYS, &id, Version::Number(1)).unwrap();
        namespace.replace(&id, NewRecord::key_pair("X25519", b"seed")).unwrap_err();
        let sealed = namespace.encapsulate(b"token", 2_000).unwrap();
        namespace.decapsulate(&sealed).map(|_| ()).unwrap();
        let expected = [
            ("create", Some(1), "success"),
            ("replace", Some(2), "success"),
            ("load", Some(2), "success"),
            ("load", Some(3), "not_found"),
            ("expire", None, "success"),
            ("load", None, "expired"),
            ("revoke", Some(1), "success"),
            ("replace", None, "incompatible_keys"),
            ("encapsulate", None, "success"),
            ("decapsulate", None, "success"),
        ];
        assert_eq!(*log.0.lock().unwrap(), expected);

        let mut kept = Vec::new();
        namespace
            .verify_trail(TrailEnd::default(), |entry| {
                kept.push((entry.action.name(), entry.version, entry.errno.name()))
            })
            .unwrap();
        assert_eq!(kept, expected);
    }
}
