//! Symmetric states: an algorithm at work, with the options that it was opened with.

use std::sync::Arc;

use crate::errno::Errno;
use crate::held::Held;
use crate::limits::Account;
use crate::options::{Name, Options};
use crate::symmetric::algorithm::{Algorithm, Kind, State};
use crate::symmetric::key::SymmetricKey;

/// A state, as its handle holds it.
pub(crate) struct SymmetricState {
    pub(crate) algorithm: &'static Algorithm,
    pub(crate) inner: Box<dyn State>,
    /// What [`State::asks_before_absorbing`] said, so that hashing is one call of it.
    asks_before_absorbing: bool,
    options: Option<Arc<Options>>,
}

impl SymmetricState {
    /// `key_not_supported`, `key_required` or `invalid_key` (of another algorithm); then what the algorithm says of the options.
    pub(crate) fn open(
        algorithm: &'static Algorithm,
        key: Option<&Held<SymmetricKey>>,
        options: Option<Arc<Options>>,
    ) -> Result<Self, Errno> {
        static DEFAULT: Options = Options::DEFAULT;
        let values = options.as_deref().unwrap_or(&DEFAULT);
        let inner = match (&algorithm.kind, key) {
            (Kind::Keyless(_), Some(_)) => return Err(Errno::KeyNotSupported),
            (Kind::Keyed(_), None) => return Err(Errno::KeyRequired),
            (Kind::Keyed(_), Some(key)) if !std::ptr::eq(key.algorithm, algorithm) => return Err(Errno::InvalidKey),
            (Kind::Keyed(_), Some(key)) => Arc::clone(&key.key.prepared).open(values)?,
            (Kind::Keyless(keyless), None) => keyless.open(values)?,
        };
        Ok(Self { algorithm, asks_before_absorbing: inner.asks_before_absorbing(), inner, options })
    }

    /// As [`State::admit`].
    #[inline(always)]
    pub(crate) fn admit(&mut self, len: usize, account: &mut Account<'_>) -> Result<(), Errno> {
        if self.asks_before_absorbing { self.inner.admit(len, account) } else { Ok(()) }
    }

    /// The value that this state uses. `option_not_set`, or `unsupported_option` for an unknown name or one of another kind.
    pub(crate) fn option(&self, name: &[u8]) -> Result<&[u8], Errno> {
        let option = Name::parse(name)?.bytes()?;
        let set = || self.options.as_ref().and_then(|options| options.get(option));
        self.inner.option(option).or_else(set).ok_or(Errno::OptionNotSet)
    }

    /// Like [`option`](Self::option), for numbers.
    pub(crate) fn option_u64(&self, name: &[u8]) -> Result<u64, Errno> {
        let option = Name::parse(name)?.number()?;
        self.options.as_ref().and_then(|options| options.number(option)).ok_or(Errno::OptionNotSet)
    }

    /// Bytes to book, the snapshot of the options included.
    pub(crate) fn held(&self) -> usize {
        self.inner.held() + self.options.as_ref().map_or(0, |_| Options::HELD)
    }
}

impl Clone for SymmetricState {
    fn clone(&self) -> Self {
        Self { inner: self.inner.boxed_clone(), options: self.options.clone(), ..*self }
    }
}
