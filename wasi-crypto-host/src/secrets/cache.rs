//! Records that were opened a short while ago.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

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
    prepared: OnceLock<Arc<dyn Any + Send + Sync>>,
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
    /// costs next to nothing. One load prepares, others get what it prepared; asked for as another type, it is made
    /// anew each time.
    pub fn prepared<T: Send + Sync + 'static>(
        &self,
        make: impl FnOnce(&[u8]) -> Result<Arc<T>, Errno>,
    ) -> Result<Arc<T>, Errno> {
        if let Some(prepared) = self.prepared.get()
            && let Ok(prepared) = Arc::clone(prepared).downcast()
        {
            return Ok(prepared);
        }
        let made = make(&self.bytes)?;
        // Another thread may have been first; then both are right.
        let _ = self.prepared.set(made.clone());
        Ok(made)
    }
}

/// Opened records of one namespace, bounded in number. The store is asked before each use whether a record is still
/// what it was.
pub(crate) struct Cache {
    shards: [Mutex<Shard>; SHARDS],
    /// Records in each shard.
    most: usize,
}

#[derive(Default)]
struct Shard {
    records: HashMap<(Identifier, u64), Cached>,
    /// Counts uses, and so says what was used last.
    uses: u64,
}

struct Cached {
    nonce: [u8; NONCE_LEN],
    opened: Arc<Opened>,
    used: u64,
}

impl Cache {
    /// For about so many records; none if 0.
    pub(crate) fn new(records: usize) -> Self {
        Self { shards: Default::default(), most: records.div_ceil(SHARDS) }
    }

    /// What was opened, if it is what the store has now.
    pub(crate) fn get(&self, identifier: &Identifier, found: &Found) -> Option<Arc<Opened>> {
        let mut shard = self.shard(identifier);
        shard.uses += 1;
        let uses = shard.uses;
        let cached = shard.records.get_mut(&(*identifier, found.version))?;
        let header = &cached.opened.header;
        let same = cached.nonce == found.nonce && header.expires == found.expires && header.kind == found.kind;
        cached.used = uses;
        same.then(|| cached.opened.clone())
    }

    /// Keeps what was opened, in the place of what was not used for longest if there is no other.
    pub(crate) fn put(&self, nonce: [u8; NONCE_LEN], opened: &Arc<Opened>) {
        let Header { identifier, version, .. } = opened.header;
        let mut shard = self.shard(&identifier);
        if self.most == 0 {
            return;
        }
        if shard.records.len() >= self.most
            && let Some(oldest) = shard.records.iter().min_by_key(|(_, cached)| cached.used).map(|(key, _)| *key)
        {
            shard.records.remove(&oldest);
        }
        shard.uses += 1;
        let used = shard.uses;
        shard.records.insert((identifier, version), Cached { nonce, opened: opened.clone(), used });
    }

    /// Lets go of all versions of a key or secret.
    pub(crate) fn forget(&self, identifier: &Identifier) {
        self.shard(identifier).records.retain(|(cached, _), _| cached != identifier);
    }

    fn shard(&self, identifier: &Identifier) -> std::sync::MutexGuard<'_, Shard> {
        let shard = usize::from(identifier.as_bytes()[0]) % SHARDS;
        // Nothing in here panics half-way.
        self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So that threads seldom wait for one another. Identifiers are random, and so spread evenly.
const SHARDS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Kind;

    fn opened(first: u8, version: u64) -> Arc<Opened> {
        let mut identifier = [0; 32];
        identifier[0] = first;
        let header = Header {
            identifier: Identifier::from_bytes(&identifier).unwrap(),
            version,
            kind: Kind::Secret,
            algorithm: String::new(),
            imported: true,
            created: 0,
            expires: None,
        };
        Arc::new(Opened::new(header, Secret::from(&b"secret"[..])))
    }

    fn found(opened: &Opened) -> Found {
        Found { version: opened.header.version, kind: opened.header.kind, expires: None, nonce: [7; NONCE_LEN] }
    }

    #[test]
    fn what_was_sealed_anew_is_not_what_was_opened() {
        let cache = Cache::new(16);
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
        let cache = Cache::new(2 * SHARDS);
        let versions = [1, 2, 3].map(|version| opened(1, version));
        let get = |of: &Opened| cache.get(&of.header.identifier, &found(of)).is_some();
        cache.put([7; NONCE_LEN], &versions[0]);
        cache.put([7; NONCE_LEN], &versions[1]);
        assert!(get(&versions[0]));
        cache.put([7; NONCE_LEN], &versions[2]);
        assert!(get(&versions[0]) && !get(&versions[1]) && get(&versions[2]));
    }

    #[test]
    fn a_key_is_prepared_once() {
        let secret = opened(1, 1);
        let first = secret.prepared(|bytes| Ok(Arc::new(bytes.len()))).unwrap();
        let second = secret.prepared::<usize>(|_| Err(Errno::InternalError)).unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(*secret.prepared(|bytes| Ok(Arc::new(bytes.len().to_string()))).unwrap(), "6");
    }
}
