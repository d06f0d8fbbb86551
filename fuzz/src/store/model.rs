//! What a namespace has to hold: the same operations on a map, without sealing, transactions or caches.

use std::collections::BTreeMap;

use wasi_crypto_host::Errno;
use wasi_crypto_host::secrets::{Identifier, Kind, SecretsLimits, Version};

/// All that there is of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Keys and secrets.
    pub items: BTreeMap<Identifier, Known>,
}

/// A key or secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: Kind,
    /// Its algorithm; empty for a secret.
    pub algorithm: String,
    /// Its versions, from 1.
    pub versions: BTreeMap<u64, Content>,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What was put in; none of what was revoked.
    pub bytes: Option<Vec<u8>>,
    /// When it expires.
    pub expires: Option<u64>,
}

/// What is put in.
#[derive(Clone, Debug)]
pub struct New {
    /// What it is.
    pub kind: Kind,
    /// Its algorithm; empty for a secret.
    pub algorithm: &'static str,
    /// The key or secret.
    pub bytes: Vec<u8>,
    /// When it expires.
    pub expires: Option<u64>,
}

impl Model {
    /// Puts something in.
    pub fn create(&mut self, identifier: Identifier, new: &New, limits: &SecretsLimits) -> Result<(), Errno> {
        let before = self.clone();
        let content = Content { bytes: Some(new.bytes.clone()), expires: new.expires };
        let (algorithm, versions) = (new.algorithm.to_owned(), BTreeMap::from([(1, content)]));
        if limits.versions == 0 {
            return Err(Errno::Overflow);
        }
        self.items.insert(identifier, Known { kind: new.kind, algorithm, versions });
        self.check(before, limits)
    }

    /// Adds a version, and returns its number.
    pub fn replace(&mut self, identifier: &Identifier, new: &New, limits: &SecretsLimits) -> Result<u64, Errno> {
        let before = self.clone();
        let known = self.items.get_mut(identifier).filter(|known| known.kind == new.kind).ok_or(Errno::NotFound)?;
        if known.algorithm != new.algorithm {
            return Err(Errno::IncompatibleKeys);
        }
        let number = known.versions.keys().last().map_or(1, |last| last + 1);
        known.versions.insert(number, Content { bytes: Some(new.bytes.clone()), expires: new.expires });
        if known.active().count() as u64 > limits.versions {
            *self = before;
            return Err(Errno::Overflow);
        }
        self.check(before, limits).map(|()| number)
    }

    /// What can be loaded.
    pub fn load(&self, kind: Kind, identifier: &Identifier, version: Version, now: u64) -> Result<(u64, &[u8]), Errno> {
        let known = self.items.get(identifier).filter(|known| known.kind == kind).ok_or(Errno::NotFound)?;
        let (number, content) = known.meant(version).next().ok_or(Errno::NotFound)?;
        match content.expires {
            Some(expires) if expires <= now => Err(Errno::Expired),
            _ => Ok((number, content.bytes.as_deref().unwrap_or_default())),
        }
    }

    /// Revokes versions, and returns which.
    pub fn revoke(&mut self, kinds: &[Kind], identifier: &Identifier, version: Version) -> Result<Vec<u64>, Errno> {
        self.on_versions(kinds, identifier, version, |content| {
            content.bytes = None;
            Ok(())
        })
    }

    /// Sets when versions expire, and returns which.
    pub fn expire(
        &mut self,
        kinds: &[Kind],
        identifier: &Identifier,
        version: Version,
        at: Option<u64>,
    ) -> Result<Vec<u64>, Errno> {
        let is_secret = self.items.get(identifier).is_some_and(|known| known.kind == Kind::Secret);
        self.on_versions(kinds, identifier, version, |content| {
            if is_secret && at.is_none() {
                return Err(Errno::ProhibitedOperation);
            }
            content.expires = at;
            Ok(())
        })
    }

    fn on_versions(
        &mut self,
        kinds: &[Kind],
        identifier: &Identifier,
        version: Version,
        mut change: impl FnMut(&mut Content) -> Result<(), Errno>,
    ) -> Result<Vec<u64>, Errno> {
        let known = self.items.get_mut(identifier).filter(|known| kinds.contains(&known.kind));
        let known = known.ok_or(Errno::NotFound)?;
        let meant: Vec<u64> = known.meant(version).map(|(number, _)| number).collect();
        for number in &meant {
            change(known.versions.get_mut(number).ok_or(Errno::NotFound)?)?;
        }
        if meant.is_empty() { Err(Errno::NotFound) } else { Ok(meant) }
    }

    /// Goes back if what has grown is too large.
    fn check(&mut self, before: Self, limits: &SecretsLimits) -> Result<(), Errno> {
        let grown = before.usage().into_iter().zip(self.usage());
        let most = [limits.keys, limits.secrets, limits.bytes];
        if grown.zip(most).any(|((before, after), most)| after > before && after > most) {
            *self = before;
            return Err(Errno::Overflow);
        }
        Ok(())
    }

    /// Keys, secrets and bytes.
    pub fn usage(&self) -> [u64; 3] {
        let used = self.items.values().filter(|known| known.active().next().is_some());
        let (secrets, keys): (Vec<&Known>, Vec<&Known>) = used.partition(|known| known.kind == Kind::Secret);
        let active = self.items.values().flat_map(Known::active);
        let bytes = active.map(|(_, content)| content.bytes.as_ref().map_or(0, Vec::len) as u64 + 256).sum();
        [keys.len() as u64, secrets.len() as u64, bytes]
    }
}

impl Known {
    /// What was not revoked.
    fn active(&self) -> impl Iterator<Item = (u64, &Content)> {
        self.versions.iter().map(|(number, content)| (*number, content)).filter(|(_, content)| content.bytes.is_some())
    }

    fn meant(&self, version: Version) -> impl Iterator<Item = (u64, &Content)> {
        let latest = self.active().last().map(|(number, _)| number);
        self.active().filter(move |(number, _)| match version {
            Version::Number(wanted) => *number == wanted,
            Version::Latest => Some(*number) == latest,
            Version::All => true,
        })
    }
}
