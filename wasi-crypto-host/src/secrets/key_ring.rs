//! The keys of a namespace: one that seals, and those before it, which still open what they have sealed.

use std::sync::{Arc, PoisonError, RwLock};

use crate::backend::hmac::{HMAC_SHA256, Key};
use crate::secret::Secret;
use crate::secrets::cipher::{SealingKey, derivable, derive, random_key};
use crate::secrets::{NamespaceRow, SecretsError};

/// The keys of a namespace, numbered from 1. Wrapped, they are one text: one behind the other, and then, if records of
/// older keys are no longer opened, the number of the first whose are, in four bytes.
pub(crate) struct KeyRing {
    /// At least one; the oldest first.
    keys: Vec<NamespaceKeys>,
    /// The number of the oldest key whose records are opened.
    oldest_of_records: u32,
}

impl KeyRing {
    /// So many keys a namespace can have had: what the guest keeps sealed has their number in one byte.
    pub(crate) const MOST: usize = 255;

    /// The keys in a text; none if it is not that of a ring with so many.
    pub(crate) fn new(text: &Secret, newest: u32) -> Result<Option<Self>, SecretsError> {
        let (keys, oldest) = text.as_chunks::<{ SealingKey::LEN }>();
        if keys.is_empty() || keys.len() > Self::MOST || keys.len() != newest as usize {
            return Ok(None);
        }
        let oldest_of_records = match oldest {
            [] => 1,
            oldest => oldest.try_into().map_or(0, u32::from_le_bytes),
        };
        if !(1..=newest).contains(&oldest_of_records) {
            return Ok(None);
        }
        let keys = keys.iter().map(|key| NamespaceKeys::new(&Secret::from(&key[..])));
        Ok(Some(Self { keys: keys.collect::<Result<_, _>>()?, oldest_of_records }))
    }

    /// The text of a ring with one key.
    pub(crate) fn first() -> Result<Secret, SecretsError> {
        random_key()
    }

    /// The text of a ring that has one key more.
    pub(crate) fn renewed(text: &Secret) -> Result<Secret, SecretsError> {
        let (keys, oldest) = text.as_chunks::<{ SealingKey::LEN }>();
        if keys.len() >= Self::MOST {
            return Err(SecretsError::Limit("keys of its own"));
        }
        Ok(Secret::from_vec([keys.as_flattened(), &random_key()?, oldest].concat()))
    }

    /// The text of a ring that opens records of this key and later ones only.
    pub(crate) fn with_oldest_of_records(text: &Secret, number: u32) -> Secret {
        let (keys, _) = text.as_chunks::<{ SealingKey::LEN }>();
        Secret::from_vec([keys.as_flattened(), &number.to_le_bytes()].concat())
    }

    /// The number of the key that seals.
    pub(crate) fn newest_number(&self) -> u32 {
        self.keys.len() as u32
    }

    /// The key that seals.
    pub(crate) fn newest(&self) -> &NamespaceKeys {
        &self.keys[self.keys.len() - 1]
    }

    /// The number of the oldest key whose records are opened.
    pub(crate) fn oldest_of_records(&self) -> u32 {
        self.oldest_of_records
    }

    /// Whether these are the keys of the other ring, or those and later ones, and open no records that the other does not.
    pub(crate) fn continues(&self, other: &Self) -> bool {
        let mut both = self.keys.iter().zip(&other.keys);
        self.keys.len() >= other.keys.len()
            && self.oldest_of_records >= other.oldest_of_records
            && both.all(|(own, other)| own.fingerprint == other.fingerprint)
    }

    /// The key with this number, if it is here.
    pub(crate) fn get(&self, number: u32) -> Option<&NamespaceKeys> {
        self.keys.get((number as usize).checked_sub(1)?)
    }

    /// What opens the records that the key with this number has sealed; none if it is not here, or records of its time are no
    /// longer opened.
    pub(crate) fn for_records(&self, number: u32) -> Option<&SealingKey> {
        let keys = self.get(number).filter(|_| number >= self.oldest_of_records)?;
        Some(&keys.records)
    }
}

/// A key of a namespace: one for each purpose.
pub(crate) struct NamespaceKeys {
    pub(crate) records: SealingKey,
    pub(crate) encapsulation: SealingKey,
    pub(crate) trail: Key,
    /// By what keys are told apart. Nothing is sealed with it.
    fingerprint: Fingerprint,
}

impl NamespaceKeys {
    fn new(key: &Secret) -> Result<Self, SecretsError> {
        let purposes = derivable(key);
        Ok(Self {
            records: SealingKey::derived(&purposes, "wasi-crypto namespace key: records")?,
            encapsulation: SealingKey::derived(&purposes, "wasi-crypto namespace key: encapsulation")?,
            trail: Key::new(HMAC_SHA256, &derive(&purposes, "wasi-crypto namespace key: audit trail")?),
            fingerprint: Fingerprint::of(&derive(&purposes, "wasi-crypto namespace key: fingerprint")?),
        })
    }
}

/// Tells keys apart, and says nothing of them.
#[derive(PartialEq, Eq)]
struct Fingerprint([u8; 16]);

impl Fingerprint {
    fn of(derived: &Secret) -> Self {
        Self(derived.first_chunk().copied().unwrap_or_default())
    }
}

/// A ring as this process has it, and how the store had it when they were last compared.
#[derive(Clone)]
pub(crate) struct Known {
    pub(crate) ring: Arc<KeyRing>,
    wrapped_key: Arc<[u8]>,
    is_unwrapped: bool,
}

impl Known {
    pub(crate) fn new(ring: KeyRing, row: &NamespaceRow) -> Self {
        Self { ring: Arc::new(ring), wrapped_key: row.wrapped_key.as_slice().into(), is_unwrapped: true }
    }

    /// The same ring, of which the store now has this row, as far as can be told without its root key.
    pub(crate) fn wrapped_anew(&self, row: &NamespaceRow) -> Self {
        Self { ring: self.ring.clone(), wrapped_key: row.wrapped_key.as_slice().into(), is_unwrapped: false }
    }

    /// Whether the ring came out of the row that the store had when they were last compared.
    pub(crate) fn is_unwrapped(&self) -> bool {
        self.is_unwrapped
    }

    /// Whether a row has this ring. If not, it may still be the same one, wrapped anew.
    pub(crate) fn is_in(&self, row: &NamespaceRow) -> bool {
        self.ring.newest_number() == row.newest_key && *self.wrapped_key == row.wrapped_key
    }
}

/// The ring of a namespace as far as this process knows it; another one may have renewed it.
#[derive(Default)]
pub(crate) struct KnownRing(RwLock<Option<Known>>);

impl KnownRing {
    pub(crate) fn get(&self) -> Option<Known> {
        // Nothing panics half-way.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a ring, unless one with more keys has come meanwhile, or another one. Returns what is kept.
    pub(crate) fn learn(&self, new: Known) -> Known {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(known) if !new.ring.continues(&known.ring) => known.clone(),
            _ => known.insert(new).clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::RootKey;
    use crate::secrets::store::Usage;

    #[test]
    fn a_ring_has_as_many_keys_as_its_row_says() {
        let mut text = KeyRing::first().unwrap();
        for newest in 1..=KeyRing::MOST as u32 {
            let ring = KeyRing::new(&text, newest).unwrap().unwrap();
            assert_eq!(ring.newest_number(), newest);
            assert!(ring.get(0).is_none() && ring.get(newest).is_some() && ring.get(newest + 1).is_none());
            for other in [0, newest - 1, newest + 1, u32::MAX] {
                assert!(KeyRing::new(&text, other).unwrap().is_none());
            }
            match KeyRing::renewed(&text) {
                Ok(longer) => {
                    assert_eq!(longer[..text.len()], text[..]);
                    let ring_of = |text: &Secret| KeyRing::new(text, newest + 1).unwrap().unwrap();
                    let [longer_ring, other] = [&longer, &KeyRing::renewed(&text).unwrap()].map(ring_of);
                    assert!(longer_ring.continues(&ring) && ring.continues(&ring) && !ring.continues(&longer_ring));
                    assert!(other.continues(&ring) && !other.continues(&longer_ring));
                    text = longer;
                }
                Err(error) => {
                    assert_eq!(newest, 255);
                    assert_eq!(error.to_string(), "the namespace has as many keys of its own as its policy allows");
                }
            }
        }
        assert!(KeyRing::new(&Secret::from(&text[1..]), 255).unwrap().is_none());
        assert!(KeyRing::new(&Secret::zeroed(0), 0).unwrap().is_none());
    }

    /// A thread that was slow brings what another has known better for a while.
    #[test]
    fn what_is_known_of_a_ring_never_becomes_less() {
        let id = RootKey::generate().unwrap().id();
        let known = |text: &Secret, newest_key: u32| {
            let row = NamespaceRow { wrapped_by: id, wrapped_key: vec![], newest_key, usage: Usage::default() };
            Known::new(KeyRing::new(text, newest_key).unwrap().unwrap(), &row)
        };
        let first = KeyRing::first().unwrap();
        let once = known(&first, 1);
        assert!(once.is_unwrapped());
        let row = NamespaceRow { wrapped_by: id, wrapped_key: vec![1], newest_key: 1, usage: Usage::default() };
        assert!(!once.is_in(&row) && once.wrapped_anew(&row).is_in(&row) && !once.wrapped_anew(&row).is_unwrapped());
        let second = KeyRing::renewed(&first).unwrap();
        let after = KeyRing::with_oldest_of_records(&second, 2);
        let learned = KnownRing::default();
        let learn = |new: Known| {
            let known = learned.learn(new);
            assert!(Arc::ptr_eq(&known.ring, &learned.get().unwrap().ring));
            (known.ring.newest_number(), known.ring.oldest_of_records())
        };
        assert_eq!(learn(known(&first, 1)), (1, 1));
        assert_eq!(learn(known(&second, 2)), (2, 1));
        assert_eq!(learn(known(&first, 1)), (2, 1));
        assert_eq!(learn(known(&after, 2)), (2, 2));
        assert_eq!(learn(known(&second, 2)), (2, 2));
        let other = KeyRing::renewed(&KeyRing::renewed(&first).unwrap()).unwrap();
        assert_eq!(learn(known(&other, 3)), (2, 2), "of another ring");
    }

    #[test]
    fn a_ring_opens_records_of_keys_from_the_oldest_of_records_on() {
        let text = (0..3).fold(KeyRing::first().unwrap(), |text, _| KeyRing::renewed(&text).unwrap());
        let opens = |ring: &KeyRing| (0..=6).filter(|number| ring.for_records(*number).is_some()).collect::<Vec<_>>();
        let before = KeyRing::new(&text, 4).unwrap().unwrap();
        assert_eq!((before.oldest_of_records(), opens(&before)), (1, vec![1, 2, 3, 4]));

        let text = KeyRing::with_oldest_of_records(&KeyRing::with_oldest_of_records(&text, 2), 3);
        let ring = KeyRing::new(&text, 4).unwrap().unwrap();
        assert_eq!((ring.oldest_of_records(), opens(&ring)), (3, vec![3, 4]));
        assert!((1..=4).all(|number| ring.get(number).is_some()), "for what guests keep, and for the trail");
        assert!(ring.continues(&before) && ring.continues(&ring) && !before.continues(&ring));
        let longer = KeyRing::new(&KeyRing::renewed(&text).unwrap(), 5).unwrap().unwrap();
        assert_eq!((longer.oldest_of_records(), opens(&longer)), (3, vec![3, 4, 5]));
        assert!(longer.continues(&ring));

        for number in [0, 5, u32::MAX] {
            assert!(KeyRing::new(&KeyRing::with_oldest_of_records(&text, number), 4).unwrap().is_none());
        }
        for cut in 1..4 {
            assert!(KeyRing::new(&Secret::from(&text[..text.len() - cut]), 4).unwrap().is_none());
        }
        let more = Secret::from_vec([&text[..], &[0]].concat());
        assert!(KeyRing::new(&more, 4).unwrap().is_none());
    }
}
