//! One operation by all contenders. Each must do it once, and rightly, before how fast it is means anything.

use std::cell::RefCell;

use crate::Bench;
use crate::guest::Guest;
use crate::measure::Contender;
use crate::native::{self, Library, Native, Output};
use crate::sequences::{ENCODED, MESSAGE, NAME, OUTPUT};
use crate::software::Software;
use crate::summary::Column;

/// The contenders for an operation.
pub(crate) const COLUMNS: &[Column] = &[
    Column::compared("native, ring"),
    Column::compared("native, RustCrypto"),
    Column::compared("native, AWS-LC"),
    Column::compared(GUEST),
    Column::compared(CALL),
    Column::compared(WITHOUT_HOST),
];

const GUEST: &str = "guest";
/// The one call of the guest that does the work, where there are several.
pub(crate) const CALL: &str = "guest, the call alone";
pub(crate) const WITHOUT_HOST: &str = "RustCrypto in the guest";

/// What is measured, and how.
pub(crate) struct Operation<'a> {
    pub(crate) name: &'a str,
    /// The library that the host of this build uses: what all are compared with.
    pub(crate) host: Library,
    pub(crate) natives: Vec<Native<'a>>,
    pub(crate) guest: Sequence<'a>,
    /// More that the guest can do with the same: the names of contenders, and of their calls.
    pub(crate) beside: &'a [(&'a str, &'a str)],
    /// Panics if the result is wrong.
    pub(crate) check: &'a dyn Fn(&Output),
    /// How many times at least for one sample: more than once where chance decides how long the work takes.
    pub(crate) times: u32,
}

/// The calls of the guest, and what they work on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sequence<'a> {
    pub(crate) calls: &'a str,
    /// The name of the algorithm.
    pub(crate) algorithm: &'a str,
    /// What is read: an encoded key, a signature, a ciphertext, a message.
    pub(crate) encoded: &'a [u8],
    /// The values of further settings.
    pub(crate) settings: &'a [(&'a str, u32)],
}

/// Measures one operation after the other, with the same guests.
pub(crate) struct Operations<'a> {
    bench: &'a mut Bench,
    guest: RefCell<Guest>,
    software: Option<&'a RefCell<Software>>,
}

impl<'a> Operations<'a> {
    pub(crate) fn new(bench: &'a mut Bench, guest: Guest, software: Option<&'a RefCell<Software>>) -> Self {
        let mut operations = Self { bench, guest: RefCell::new(guest), software };
        operations.guest().write(MESSAGE, &native::MESSAGE);
        operations
    }

    pub(crate) fn guest(&mut self) -> &mut Guest {
        self.guest.get_mut()
    }

    /// How many figures there are by now.
    pub(crate) fn measured(&self) -> usize {
        self.bench.figures.len()
    }

    pub(crate) fn measure(&mut self, mut operation: Operation<'_>) {
        if !self.bench.wants(operation.name) {
            return;
        }
        let Operation { name, host, guest: sequence, beside, check, times: least, .. } = operation;
        operation.natives.sort_by_key(|native| native.library != host);
        let mut output = Output::default();
        for native in &mut operation.natives {
            (native.run)(&mut output);
            check(&output);
        }
        let len = output.bytes().len();
        sequence.prepare(self.guest());
        // So that what was left there by another operation is not taken for the result.
        self.guest().write(OUTPUT, &vec![0; len]);
        for calls in beside.iter().map(|(_, calls)| *calls).chain([sequence.calls]) {
            self.guest().run_sequence(calls, 1);
        }
        check(&self.guest().read(OUTPUT, len).into());
        let software = self.software.and_then(|software| {
            let function = software.borrow_mut().find(name)?;
            software.borrow_mut().write(sequence.encoded);
            software.borrow_mut().run(&function, 1);
            check(&software.borrow().read(len).into());
            Some((software, function))
        });

        let natives = operation.natives.into_iter().map(|mut native| {
            let mut output = Output::default();
            Contender::timed(&format!("native, {}", native.library), move |times| {
                for _ in 0..times {
                    (native.run)(&mut output);
                }
            })
        });
        let guest = &self.guest;
        let in_guest = [(GUEST, sequence.calls)]
            .into_iter()
            .chain(beside.iter().copied())
            .map(|(name, calls)| Contender::timed(name, move |times| guest.borrow_mut().run_sequence(calls, times)));
        let without_host = software.into_iter().map(|(software, function)| {
            Contender::timed(WITHOUT_HOST, move |times| software.borrow_mut().run(&function, times))
        });
        let contenders = natives.chain(in_guest).chain(without_host).collect();
        self.bench.measure(name, contenders, least);
    }
}

impl Sequence<'_> {
    fn prepare(&self, guest: &mut Guest) {
        guest.write(NAME, self.algorithm.as_bytes());
        guest.write(ENCODED, self.encoded);
        guest.set("name_len", self.algorithm.len() as u32);
        guest.set("encoded_len", self.encoded.len() as u32);
        for (name, value) in self.settings {
            guest.set(name, *value);
        }
    }
}
