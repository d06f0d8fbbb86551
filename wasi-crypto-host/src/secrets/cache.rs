//! Records that were opened a short while ago.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::errno::Errno;
use crate::secret::Secret;
use crate::secrets::cipher::NONCE_LEN;
use crate::secrets::store::Found;
use crate::secrets::{Header, Identifier};

/// A version that was loaded: its key or secret in the clear. Wiped when the last one who has it lets go. It has no
/// `Debug`.
pub struct Opened {
    header: Header,
    bytes: Secret,
    prepared: OnceLock<Prepared>,
}

/// What was made of a record, and how many bytes that takes up.
struct Prepared {
    made: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

impl Opened {
    pub(crate) fn new(header: Header, bytes: Secret) -> Self {
        Self { header, bytes, prepared: OnceLock::new() }
    }

    /// What is known of it: identifier, version, kind, algorithm, origin and expiry.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The key in its canonical encoding, or the secret.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What `make` made of the bytes when it was first asked for: the key, ready for use, so that loading it again
    /// costs next to nothing. `make` also says how many bytes it takes up, or will when it is used. One load prepares,
    /// others get what it prepared; asked for as another type, it is made anew each time.
    pub(crate) fn prepared<T: Send + Sync + 'static>(
        &self,
        make: impl FnOnce(&[u8]) -> Result<(Arc<T>, usize), Errno>,
    ) -> Result<Arc<T>, Errno> {
        if let Some(prepared) = self.prepared.get()
            && let Ok(prepared) = Arc::clone(&prepared.made).downcast()
        {
            return Ok(prepared);
        }
        let (made, bytes) = make(&self.bytes)?;
        // Another thread may have been first; then both are right.
        let _ = self.prepared.set(Prepared { made: made.clone(), bytes });
        Ok(made)
    }

    /// Whether something has been prepared.
    pub(crate) fn is_prepared(&self) -> bool {
        self.prepared.get().is_some()
    }

    /// Bytes that it takes up in a cache.
    fn held(&self) -> usize {
        RECORD + self.header.algorithm.len() + self.bytes.len() + self.prepared.get().map_or(0, |made| made.bytes)
    }
}

/// What a record takes up besides its bytes and the name of its algorithm: itself, its place in the cache, its
/// allocations.
const RECORD: usize = 512;

/// Opened records of one namespace, bounded in number and bytes. The store is asked before each use whether a record is
/// still what it was.
pub(crate) struct Cache {
    shards: [Mutex<Shard>; SHARDS],
    /// Records in each shard.
    most: usize,
    /// Bytes in all of them.
    most_bytes: usize,
    bytes: AtomicUsize,
    /// Counts uses, and so says what was used last.
    uses: AtomicU64,
}

#[derive(Default)]
struct Shard {
    records: HashMap<(Identifier, u64), Cached>,
}

struct Cached {
    nonce: [u8; NONCE_LEN],
    opened: Arc<Opened>,
    used: u64,
    /// As counted for it.
    bytes: usize,
}

impl Cache {
    /// For about so many records, none if 0, which have no more than so many bytes all together.
    pub(crate) fn new(records: usize, bytes: usize) -> Self {
        Self {
            shards: Default::default(),
            most: records.div_ceil(SHARDS),
            most_bytes: bytes,
            bytes: AtomicUsize::new(0),
            uses: AtomicU64::new(0),
        }
    }

    /// What was opened, if it is what the store has now.
    pub(crate) fn get(&self, identifier: &Identifier, found: &Found) -> Option<Arc<Opened>> {
        let mut shard = self.shard(identifier);
        let uses = self.uses.fetch_add(1, Ordering::Relaxed);
        let cached = shard.records.get_mut(&(*identifier, found.version))?;
        let header = &cached.opened.header;
        let same = cached.nonce == found.nonce && header.expires == found.expires && header.kind == found.kind;
        cached.used = uses;
        same.then(|| cached.opened.clone())
    }

    /// Keeps what was opened, in the place of what was not used for longest if there is no other. What is larger than
    /// half of what may be kept is not.
    pub(crate) fn put(&self, nonce: [u8; NONCE_LEN], opened: &Arc<Opened>) {
        let Header { identifier, version, .. } = opened.header;
        let bytes = opened.held();
        if self.most == 0 || bytes > self.most_bytes / 2 {
            return;
        }
        let mut shard = self.shard(&identifier);
        if shard.records.len() >= self.most
            && let Some(oldest) = shard.records.iter().min_by_key(|(_, cached)| cached.used).map(|(key, _)| *key)
        {
            let removed = shard.records.remove(&oldest);
            self.uncount(removed.as_ref());
        }
        let used = self.uses.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let replaced =
            shard.records.insert((identifier, version), Cached { nonce, opened: opened.clone(), used, bytes });
        self.uncount(replaced.as_ref());
        drop(shard);
        self.trim();
    }

    /// Counts anew what has become larger: it was prepared.
    pub(crate) fn count(&self, opened: &Arc<Opened>) {
        let Header { identifier, version, .. } = opened.header;
        let mut shard = self.shard(&identifier);
        let Some(cached) = shard.records.get_mut(&(identifier, version)) else { return };
        if !Arc::ptr_eq(&cached.opened, opened) {
            return;
        }
        let bytes = opened.held();
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.bytes.fetch_sub(std::mem::replace(&mut cached.bytes, bytes), Ordering::Relaxed);
        drop(shard);
        self.trim();
    }

    /// Lets go of all versions of a key or secret.
    pub(crate) fn forget(&self, identifier: &Identifier) {
        let forgotten =
            self.shard(identifier).records.extract_if(|(cached, _), _| cached == identifier).collect::<Vec<_>>();
        forgotten.iter().for_each(|(_, cached)| self.uncount(Some(cached)));
    }

    /// Lets go of what was not used for longest, until no more bytes are kept than may be.
    fn trim(&self) {
        while self.bytes.load(Ordering::Relaxed) > self.most_bytes {
            let oldest_of = |shard: &Mutex<Shard>| {
                let shard = lock(shard);
                shard.records.iter().min_by_key(|(_, cached)| cached.used).map(|(key, cached)| (cached.used, *key))
            };
            let Some((_, key)) = self.shards.iter().filter_map(oldest_of).min_by_key(|(used, _)| *used) else { return };
            let removed = self.shard(&key.0).records.remove(&key);
            self.uncount(removed.as_ref());
        }
    }

    fn uncount(&self, gone: Option<&Cached>) {
        if let Some(gone) = gone {
            self.bytes.fetch_sub(gone.bytes, Ordering::Relaxed);
        }
    }

    fn shard(&self, identifier: &Identifier) -> MutexGuard<'_, Shard> {
        lock(&self.shards[usize::from(identifier.as_bytes()[0]) % SHARDS])
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // Nothing in here panics half-way.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So that threads seldom wait for one another. Identifiers are random, and so spread evenly.
const SHARDS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Kind;

    const ALGORITHM: &str = "ED25519";

    fn opened(first: u8, version: u64) -> Arc<Opened> {
        let mut identifier = [0; 32];
        identifier[0] = first;
        let header = Header {
            identifier: Identifier::from_bytes(&identifier).unwrap(),
            version,
            kind: Kind::Secret,
            algorithm: ALGORITHM.to_owned(),
            imported: true,
            created: 0,
            expires: None,
        };
        Arc::new(Opened::new(header, Secret::from(&b"secret"[..])))
    }

    fn found(opened: &Opened) -> Found {
        let Header { version, kind, .. } = opened.header;
        Found { version, kind, expires: None, nonce: [7; NONCE_LEN], sealed_len: 40 }
    }

    #[test]
    fn what_was_sealed_anew_is_not_what_was_opened() {
        let cache = Cache::new(16, 1 << 20);
        let secret = opened(1, 1);
        cache.put([7; NONCE_LEN], &secret);
        let get = |found: &Found| cache.get(&secret.header.identifier, found).is_some();
        assert!(get(&found(&secret)));
        assert!(!get(&Found { nonce: [8; NONCE_LEN], ..found(&secret) }));
        assert!(!get(&Found { expires: Some(1), ..found(&secret) }));
        assert!(!get(&Found { kind: Kind::KeyPair, ..found(&secret) }));
        assert!(!get(&Found { version: 2, ..found(&secret) }));
        cache.forget(&secret.header.identifier);
        assert!(!get(&found(&secret)));
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = Cache::new(2 * SHARDS, 1 << 20);
        let versions = [1, 2, 3].map(|version| opened(1, version));
        let get = |of: &Opened| cache.get(&of.header.identifier, &found(of)).is_some();
        cache.put([7; NONCE_LEN], &versions[0]);
        cache.put([7; NONCE_LEN], &versions[1]);
        assert!(get(&versions[0]));
        cache.put([7; NONCE_LEN], &versions[2]);
        assert!(get(&versions[0]) && !get(&versions[1]) && get(&versions[2]));
    }

    /// Whatever is put in and prepared in whatever order.
    #[test]
    fn no_more_bytes_are_kept_than_may_be() {
        let one = RECORD + ALGORITHM.len() + b"secret".len();
        assert_eq!(opened(1, 1).held(), one);
        let cache = Cache::new(1000, 10 * one);
        let all: Vec<_> = (0..40).map(|first| opened(first, 1)).collect();
        let kept = || {
            let records = cache
                .shards
                .iter()
                .map(|shard| lock(shard).records.values().map(|cached| cached.opened.held()).sum::<usize>());
            assert_eq!(records.sum::<usize>(), cache.bytes.load(Ordering::Relaxed));
            all.iter().filter(|secret| cache.get(&secret.header.identifier, &found(secret)).is_some()).count()
        };
        for secret in &all {
            cache.put([7; NONCE_LEN], secret);
            assert!(kept() <= 10);
        }
        assert_eq!(kept(), 10);
        // The last ones, as they were used last.
        assert!(cache.get(&all[39].header.identifier, &found(&all[39])).is_some());
        let large = |secret: &Arc<Opened>| secret.prepared(|_| Ok((Arc::new(()), 3 * one))).unwrap();
        for secret in &all[30..] {
            large(secret);
            cache.count(secret);
            assert!(cache.bytes.load(Ordering::Relaxed) <= 10 * one);
        }
        assert_eq!(kept(), 2);
        // One that would push out all others is not kept, nor counted.
        let huge = opened(99, 1);
        huge.prepared(|_| Ok((Arc::new(()), 5 * one))).unwrap();
        cache.put([7; NONCE_LEN], &huge);
        assert_eq!(kept(), 2);
        all.iter().for_each(|secret| cache.forget(&secret.header.identifier));
        // Half of what may be kept is.
        let half = opened(1, 2);
        half.prepared(|_| Ok((Arc::new(()), 4 * one))).unwrap();
        cache.put([7; NONCE_LEN], &half);
        assert!(cache.get(&half.header.identifier, &found(&half)).is_some());
        cache.forget(&half.header.identifier);
        assert_eq!((kept(), cache.bytes.load(Ordering::Relaxed)), (0, 0));
    }

    #[test]
    fn a_key_is_prepared_once() {
        let secret = opened(1, 1);
        assert!(!secret.is_prepared());
        let first = secret.prepared(|bytes| Ok((Arc::new(bytes.len()), 8))).unwrap();
        assert!(secret.is_prepared());
        let second = secret.prepared::<usize>(|_| Err(Errno::InternalError)).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(*secret.prepared(|bytes| Ok((Arc::new(bytes.len().to_string()), 32))).unwrap(), "6");
    }
}
