//! The mutants, one file for each area of the interface.

use crate::fault::Fault;

mod aead;
mod array;
mod batch;
mod encodings;
mod errors;
mod handles;
mod key_exchange;
mod memory;
mod options;
mod secrets;
mod signatures;
mod symmetric;
mod tags;

/// This project's host with one fault.
pub(crate) struct Mutant {
    /// What it does, as a sentence without its subject.
    pub(crate) does: &'static str,
    /// Whether published hosts do it. Otherwise it is a rule of the text turned round.
    pub(crate) published: bool,
    /// What it breaks.
    pub(crate) requirements: &'static [&'static str],
    /// The functions that the fault is in.
    pub(crate) functions: &'static [&'static str],
    /// Whether the text leaves the point open, so that only `--strict` sees it.
    pub(crate) open: bool,
    /// Makes the fault for one guest.
    pub(crate) fault: fn() -> Fault,
}

impl Mutant {
    /// Something that published hosts do.
    const fn published(
        does: &'static str,
        requirements: &'static [&'static str],
        functions: &'static [&'static str],
        fault: fn() -> Fault,
    ) -> Self {
        Self { published: true, ..Self::of_text(does, requirements, functions, fault) }
    }

    /// A rule of the text turned round.
    const fn of_text(
        does: &'static str,
        requirements: &'static [&'static str],
        functions: &'static [&'static str],
        fault: fn() -> Fault,
    ) -> Self {
        Self { does, published: false, requirements, functions, open: false, fault }
    }

    /// Something that the text allows, and this host does not do.
    const fn left_open(self) -> Self {
        Self { open: true, ..self }
    }
}

/// All mutants.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        memory::MUTANTS,
        handles::MUTANTS,
        array::MUTANTS,
        options::MUTANTS,
        symmetric::MUTANTS,
        tags::MUTANTS,
        aead::MUTANTS,
        encodings::MUTANTS,
        signatures::MUTANTS,
        key_exchange::MUTANTS,
        secrets::MUTANTS,
        batch::MUTANTS,
        errors::MUTANTS,
    ]
    .into_iter()
    .flatten()
}
