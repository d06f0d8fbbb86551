//! The kinds of keys that can be managed: how each goes into a store and comes back.

use std::sync::Arc;

use crate::asymmetric;
use crate::asymmetric::algorithm::SecretKey;
use crate::asymmetric::key::Keypair;
use crate::errno::Errno;
use crate::held::{Held, KeyObject};
use crate::origin::Origin;
use crate::secret::Secret;
use crate::secrets::{Kind, NewRecord, Opened};
use crate::stop::StopHandle;
use crate::symmetric;
use crate::symmetric::key::SymmetricKey;

use wasi_crypto_interface::AlgorithmType;

/// A kind of keys that can be managed.
pub(crate) trait Manageable: KeyObject + Sized {
    /// As stores know it.
    const KIND: Kind;

    /// The type of the algorithm, and the name under which a store keeps its keys.
    fn describe(algorithm: &Self::Algorithm) -> (AlgorithmType, &'static str);

    /// Whether [`generate`](Self::generate) takes long enough to be worth a thread.
    fn generates_slowly(_: &Self::Algorithm) -> bool {
        false
    }

    /// A new random key. `in_progress` if it was stopped.
    fn generate(algorithm: &'static Self::Algorithm, stop: &StopHandle) -> Result<Self::Key, Errno>;

    /// The secret as a store keeps it.
    fn to_canonical(held: &Held<Self>) -> Result<Secret, Errno>;

    /// What a store is given.
    fn record<'a>(algorithm: &'a str, canonical: &'a [u8]) -> NewRecord<'a>;

    /// The key that was loaded. `unsupported_algorithm` if this build does not have its algorithm, `algorithm_failure`
    /// if it is none.
    fn from_opened(opened: &Opened, origin: Origin) -> Result<Held<Self>, Errno>;

    /// How many bytes the secret has, if that is for the guest to choose.
    fn chosen_len(held: &Held<Self>) -> usize;
}

impl Manageable for Keypair {
    const KIND: Kind = Kind::KeyPair;

    fn describe(algorithm: &Self::Algorithm) -> (AlgorithmType, &'static str) {
        (algorithm.algorithm_type(), algorithm.name)
    }

    fn generates_slowly(algorithm: &Self::Algorithm) -> bool {
        algorithm.keys.generates_slowly()
    }

    fn generate(algorithm: &'static Self::Algorithm, stop: &StopHandle) -> Result<Self::Key, Errno> {
        Ok(algorithm.generate(stop)?.into())
    }

    fn to_canonical(held: &Held<Self>) -> Result<Secret, Errno> {
        held.to_canonical()
    }

    fn record<'a>(algorithm: &'a str, canonical: &'a [u8]) -> NewRecord<'a> {
        NewRecord::key_pair(algorithm, canonical)
    }

    /// Parsed once, and then kept beside what was loaded: that takes up to a millisecond.
    fn from_opened(opened: &Opened, origin: Origin) -> Result<Held<Self>, Errno> {
        let name = &opened.header().algorithm;
        let algorithm = asymmetric::algorithm::Algorithm::all().find(|algorithm| algorithm.name == name);
        let algorithm = algorithm.ok_or(Errno::UnsupportedAlgorithm)?;
        let parsed = opened.prepared(|bytes| {
            let parsed = Held::<Self>::from_canonical(algorithm, bytes, Origin::Guest).map_err(no_key)?;
            let in_use = parsed.booked().1;
            Ok((Arc::new(Parsed(parsed.key.shared)), in_use))
        })?;
        Ok(Held::new(algorithm, Arc::clone(&parsed.0), origin))
    }

    fn chosen_len(_: &Held<Self>) -> usize {
        0
    }
}

/// A key pair beside its encoding.
struct Parsed(Arc<dyn SecretKey>);

impl Manageable for SymmetricKey {
    const KIND: Kind = Kind::SymmetricKey;

    fn describe(algorithm: &Self::Algorithm) -> (AlgorithmType, &'static str) {
        (AlgorithmType::Symmetric, algorithm.name)
    }

    fn generate(algorithm: &'static Self::Algorithm, _: &StopHandle) -> Result<Self::Key, Errno> {
        SymmetricKey::generate(algorithm)
    }

    fn to_canonical(held: &Held<Self>) -> Result<Secret, Errno> {
        Ok(held.to_canonical())
    }

    fn record<'a>(algorithm: &'a str, canonical: &'a [u8]) -> NewRecord<'a> {
        NewRecord::symmetric_key(algorithm, canonical)
    }

    /// Prepared anew for each context, whose account the bytes are on; that takes less than a microsecond.
    fn from_opened(opened: &Opened, origin: Origin) -> Result<Held<Self>, Errno> {
        let name = &opened.header().algorithm;
        let algorithm = symmetric::registry::all().find(|algorithm| algorithm.name == name);
        let algorithm = algorithm.ok_or(Errno::UnsupportedAlgorithm)?;
        Held::<Self>::from_canonical(algorithm, opened.bytes(), origin).map_err(no_key)
    }

    fn chosen_len(held: &Held<Self>) -> usize {
        held.key.raw().len()
    }
}

/// What a store kept is authentic, and yet no key: written by something that is broken.
fn no_key(_: Errno) -> Errno {
    Errno::AlgorithmFailure
}
