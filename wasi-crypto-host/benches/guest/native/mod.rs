//! The libraries that serve the host, called natively: keys prepared beforehand, results put where the caller wants them.

pub(crate) mod dalek;
pub(crate) mod libcrux;
pub(crate) mod rustcrypto;
mod with_rings_interface;

use std::fmt;

use crate::sequences::MESSAGE_LEN;

pub(crate) use with_rings_interface::{aws_lc, ring};

/// What is signed, in the guest, too.
pub(crate) const MESSAGE: [u8; MESSAGE_LEN as usize] = [3; MESSAGE_LEN as usize];

/// What does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Ring,
    RustCrypto,
    Dalek,
    Libcrux,
    AwsLc,
}

impl Library {
    /// What the host of this build uses where the feature `aws-lc-rs` replaces this library.
    pub(crate) fn or_aws_lc(self) -> Self {
        if cfg!(feature = "aws-lc-rs") { Self::AwsLc } else { self }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ring => "ring",
            Self::RustCrypto => "RustCrypto",
            Self::Dalek => "dalek",
            Self::Libcrux => "libcrux",
            Self::AwsLc => "AWS-LC",
        })
    }
}

/// Work of one library: each run puts its result in the place of the last, and panics if it fails.
pub(crate) struct Native<'a> {
    pub(crate) library: Library,
    pub(crate) run: Box<dyn FnMut(&mut Output) + 'a>,
}

impl<'a> Native<'a> {
    pub(crate) fn new(library: Library, run: impl FnMut(&mut Output) + 'a) -> Self {
        Self { library, run: Box::new(run) }
    }
}

/// A key that signs [`MESSAGE`], and verifies signatures of it.
pub(crate) struct SignatureKey {
    pub(crate) library: Library,
    pub(crate) sign: Box<dyn Fn(&mut Output)>,
    pub(crate) verify: Box<dyn Fn(&Output) -> bool>,
}

/// Where the caller wants a result. It keeps its memory.
#[derive(Default)]
pub(crate) struct Output(Vec<u8>);

impl Output {
    /// Puts bytes one after the other.
    pub(crate) fn put(&mut self, parts: &[&[u8]]) {
        self.0.clear();
        parts.iter().for_each(|part| self.0.extend_from_slice(part));
    }

    /// Room for a result of this size, to be filled.
    pub(crate) fn room(&mut self, len: usize) -> &mut [u8] {
        self.0.resize(len, 0);
        &mut self.0
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Output {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

/// Randomness, from where the host of this build has it.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    #[cfg(feature = "aws-lc-rs")]
    use ::aws_lc_rs::rand::{SecureRandom, SystemRandom};
    #[cfg(not(feature = "aws-lc-rs"))]
    use ::ring::rand::{SecureRandom, SystemRandom};

    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the system has randomness");
    bytes
}
