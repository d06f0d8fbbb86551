//! The model: what a case is, before a guest is made of it.
//!
//! Cases are written with the methods of [`Case`] that `builder.rs` and `calls.rs` add.

use std::collections::HashMap;
use std::sync::Arc;

use wasi_crypto_interface::{Errno, Function, HandleType};

use crate::capability::Capability;

/// One thing that a guest tries, and what it may see.
#[derive(Clone)]
pub struct Case {
    pub(crate) id: String,
    pub(crate) requirements: Vec<String>,
    pub(crate) algorithms: Vec<String>,
    pub(crate) capabilities: Vec<Capability>,
    pub(crate) strength: Strength,
    pub(crate) kind: Kind,
    pub(crate) may_trap: bool,
    /// Keys have to go in and come out as the steps say: that is what the case is about.
    pub(crate) exact_keys: bool,
    pub(crate) steps: Vec<Step>,
    pub(crate) alternatives: Vec<Alternative>,
    pub(crate) oracle: Option<Oracle>,
    pub(crate) then: Option<Next>,
    /// Makes a guest with threads that does what the steps say, in their place.
    pub(crate) own_guest: Option<fn() -> Vec<u8>>,
    pub(crate) image: Image,
    /// How the next step differs from the usual; taken by the step.
    pub(crate) next: Modifiers,
}

/// What may be asked of a case.
impl Case {
    /// The requirements that it is about.
    pub fn requirements(&self) -> impl Iterator<Item = &str> {
        self.requirements.iter().map(String::as_str)
    }

    /// What it is about.
    pub fn kind_of(&self) -> Kind {
        self.kind
    }
}

/// One of several behaviours that the text allows; the first one of a case is the preferred one.
#[derive(Clone)]
pub(crate) struct Alternative {
    pub(crate) name: String,
    pub(crate) steps: Vec<Step>,
}

/// Judges the bytes that a case dumped, in the runner. The error says what is wrong with them.
pub type Oracle = Arc<dyn Fn(&[Vec<u8>]) -> Result<(), String> + Send + Sync>;

/// What a case goes on with in another process, made of what it dumped.
pub(crate) type Next = Arc<dyn Fn(&[Vec<u8>]) -> Case + Send + Sync>;

/// How binding the requirements of a case are. A failed SHOULD is a warning, a failed MAY information.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    /// Must hold; also what the text merely states.
    Must,
    /// Should hold.
    Should,
    /// May hold, or the text is silent.
    May,
}

/// What a case is about, for the summary and for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A published test vector.
    Vector,
    /// The behaviour of the interface.
    Api,
    /// Pointers, lengths, overlap, what is written where.
    Memory,
    /// Input that a host must survive.
    Robustness,
    /// Many objects or much data. Such a case has a guest to itself.
    Stress,
    /// Whether a function or an algorithm is there at all.
    Probe,
}

impl Kind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vector => "vector",
            Self::Api => "api",
            Self::Memory => "memory",
            Self::Robustness => "robustness",
            Self::Stress => "stress",
            Self::Probe => "probe",
        }
    }
}

/// One step of a case.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Calls the host, again and again while it answers `in_progress`.
    Call { function: &'static Function, args: Vec<Value>, expect: Expect, stop_at: u32 },
    /// Compares guest memory with guest memory.
    Bytes { left: Value, right: Value, len: Value, equal: bool, strength: Strength },
    /// Checks that all bytes have one value.
    Filled { at: Value, len: Value, byte: u8, strength: Strength },
    /// Compares two numbers.
    Numbers { left: Value, relation: Relation, right: Value, strength: Strength },
    /// Stores a number of 4 or 8 bytes.
    Store { at: Value, value: Value, wide: bool },
    /// Sets bytes.
    Fill { at: Value, len: Value, byte: u8 },
    /// Copies bytes within guest memory; the ranges must not overlap.
    Copy { to: Value, from: Value, len: Value },
    /// Adds pages of 64 KiB to the guest's memory.
    Grow { pages: u32 },
    /// Hands bytes to the runner.
    Dump { at: Value, len: Value },
    /// Runs steps as often as `count` says, or until a call gives an answer that the loop stops at.
    Repeat { count: Value, body: Vec<Step> },
}

/// How two numbers shall relate, as unsigned 64-bit numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Relation {
    Equal,
    NotEqual,
    AtMost,
    AtLeast,
}

/// Something the guest knows at run time: a number, an address, what lies at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number as it stands.
    Number(u64),
    /// An address.
    Address(Pointer),
    /// The `u32` at an address, plus a number.
    U32At(Pointer, u32),
    /// The `u64` at an address.
    U64At(Pointer),
    /// How often the present or the last loop has gone round.
    Round,
}

/// An address that is known once the case has its place in a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointer {
    pub(crate) region: Region,
    pub(crate) offset: u32,
    /// Added once for each round of the loop.
    pub(crate) stride: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Region {
    /// Input: the host may read it and must not change it.
    Constant,
    /// Buffers and result slots.
    Variable,
    /// Zeros at first, shared by all cases of a guest, for what is large.
    Scratch,
    /// What lies at the end of linear memory, wherever that is by now: offset 0 is the first byte outside.
    End,
    /// Linear memory from address 0.
    Absolute,
}

/// A place with a length: a buffer, input data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    pub(crate) start: Pointer,
    pub(crate) len: u32,
}

/// The place of a handle that the host wrote or will write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    pub(crate) at: Pointer,
    pub(crate) ty: HandleType,
}

/// The place of a `u32` that the host wrote or will write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub(crate) at: Pointer,
}

/// The place of a `u64` that the host wrote or will write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide {
    pub(crate) at: Pointer,
}

/// The answers that a call may give.
///
/// [`only`](Self::only) accepts one. Where the text allows several, the answer of this project's host
/// (its page `ANSWERS.md`) comes first, and the others are reported as information or as warnings:
///
/// ```
/// use wasi_crypto_conformance::Expect;
/// use wasi_crypto_interface::Errno::*;
///
/// // C4: closing a closed handle.
/// let close_twice = Expect::only(Closed).or_info([InvalidHandle]);
/// // C2: a tag that does not verify.
/// let bad_tag = Expect::only(InvalidTag).or_warn([VerificationFailed]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expect {
    pub(crate) best: u32,
    pub(crate) info: u32,
    pub(crate) warn: u32,
}

impl Expect {
    /// This answer and no other.
    pub fn only(errno: Errno) -> Self {
        Self { best: bit(errno), info: 0, warn: 0 }
    }

    /// Any of these answers, all equally good.
    pub fn any_of(errnos: impl IntoIterator<Item = Errno>) -> Self {
        Self { best: mask(errnos), info: 0, warn: 0 }
    }

    /// Anything but success.
    pub fn any_error() -> Self {
        Self { best: ALL_ERRORS, info: 0, warn: 0 }
    }

    /// Accepts these answers too, because the text leaves the point open; they are reported.
    pub fn or_info(mut self, errnos: impl IntoIterator<Item = Errno>) -> Self {
        self.info |= mask(errnos) & !self.best;
        self
    }

    /// Accepts every other error too, because the text leaves the point open; it is reported.
    pub fn or_info_any_error(mut self) -> Self {
        self.info |= ALL_ERRORS & !self.best;
        self
    }

    /// Tolerates these answers with a warning.
    pub fn or_warn(mut self, errnos: impl IntoIterator<Item = Errno>) -> Self {
        self.warn |= mask(errnos) & !self.best;
        self
    }

    /// The answers that are as good as can be, in words.
    pub(crate) fn best_names(&self) -> String {
        if self.best == ALL_ERRORS { "any error".to_owned() } else { names(self.best) }
    }

    /// Tolerates every other error with a warning.
    pub fn or_warn_any_error(mut self) -> Self {
        self.warn |= ALL_ERRORS & !self.best & !self.info;
        self
    }
}

impl From<Errno> for Expect {
    fn from(errno: Errno) -> Self {
        Self::only(errno)
    }
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.best_names())?;
        if self.best == ALL_ERRORS {
            return Ok(());
        }
        for (mask, word) in [(self.info, "allowed"), (self.warn, "tolerated")] {
            if mask | self.best == ALL_ERRORS {
                write!(f, " ({word}: any error)")?;
            } else if mask != 0 {
                write!(f, " ({word}: {})", names(mask))?;
            }
        }
        Ok(())
    }
}

/// How one step differs from the usual.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Modifiers {
    pub(crate) expect: Option<Expect>,
    pub(crate) strength: Strength,
    pub(crate) stop_at: u32,
}

impl Default for Modifiers {
    fn default() -> Self {
        Self { expect: None, strength: Strength::Must, stop_at: 0 }
    }
}

/// The memory of a case before its first step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    pub(crate) constants: Vec<u8>,
    /// Where data of this content begins in `constants`, so that equal data is there once.
    pub(crate) known: HashMap<Vec<u8>, u32>,
    pub(crate) variables: Vec<u8>,
    /// The guard before each thing in `variables`: start and length.
    pub(crate) guards: Vec<(u32, u32)>,
    pub(crate) scratch: u32,
}

/// What lies before and after each buffer and result slot.
pub(crate) const GUARD: u8 = 0xc5;

/// The length of the guard after the last thing; between things it may be longer, for their alignment.
pub(crate) const GUARD_LEN: u32 = 16;

impl Image {
    /// The ranges of `variables` that nobody may write: start and length.
    pub(crate) fn all_guards(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let end = self.variables.len() as u32;
        self.guards.iter().copied().chain((end > 0).then(|| (end - GUARD_LEN, GUARD_LEN)))
    }
}

pub(crate) const ALL_ERRORS: u32 = 0x7fff_fffe;

pub(crate) fn bit(errno: Errno) -> u32 {
    1 << errno.number()
}

pub(crate) fn mask(errnos: impl IntoIterator<Item = Errno>) -> u32 {
    errnos.into_iter().fold(0, |mask, errno| mask | bit(errno))
}

/// The names of the answers in a mask.
pub(crate) fn names(mask: u32) -> String {
    let names: Vec<&str> =
        Errno::ALL.iter().filter(|errno| mask & bit(**errno) != 0).map(|errno| errno.name()).collect();
    names.join(" or ")
}
