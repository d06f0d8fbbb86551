//! The batch functions: lists of entries, and arrays with a result for each.
//!
//! The layout is the one that `witx/README.md` proposes; the text has none.

use wasi_crypto_interface::{Errno, FieldType, Function, ListType, ParamType, ResultType};

use crate::args;
use crate::arguments::Arg;
use crate::case::{Buffer, Case, Handle, Size, Value};

/// The array with the results of a batch.
#[derive(Clone, Copy, Debug)]
pub struct BatchResults {
    array: Buffer,
    ty: ListType,
}

impl Case {
    /// A list in memory of which each entry has these fields, written as the arguments of a call.
    ///
    /// # Panics
    ///
    /// If the fields do not fit the function's list: a mistake in the case.
    pub fn batch_list(&mut self, function: &str, entries: Vec<Vec<Arg>>) -> Buffer {
        let (ty, _) = lists(function);
        let record_len = ty.record_len() as u32;
        let list = self.buffer(record_len * entries.len() as u32);
        for (at, entry) in (0..).zip(entries) {
            let record = list.slice(at * record_len, record_len).start();
            let values: Vec<Value> = entry.into_iter().flat_map(|arg| self.lower(arg)).collect();
            assert_eq!(values.len(), ty.fields().len(), "{}: fields of an entry of {function}", self.id());
            for (field, value) in ty.fields().iter().zip(values) {
                self.store_u32(record.plus(field.offset as u32), value);
            }
        }
        list
    }

    /// An array for as many results of a batch function.
    pub fn batch_results(&mut self, function: &str, len: u32) -> BatchResults {
        let (_, ty) = lists(function);
        BatchResults { array: self.buffer(len * ty.record_len() as u32), ty }
    }

    /// Calls a batch function with entries whose fields are written as the arguments of a call.
    pub fn batch(&mut self, function: &str, entries: Vec<Vec<Arg>>) -> BatchResults {
        let len = entries.len() as u32;
        let list = self.batch_list(function, entries);
        let results = self.batch_results(function, len);
        self.call(function, args![list.start(), len, results.array.start()]);
        results
    }

    /// The status of an entry is this one.
    pub fn batch_status(&mut self, results: BatchResults, at: u32, errno: Errno) {
        let status = results.status(at);
        self.same(status, errno.number().to_le_bytes());
    }

    /// The entry failed, and best with this status.
    pub fn batch_failed(&mut self, results: BatchResults, at: u32, errno: Errno) {
        let status = results.status(at);
        self.differ(status, Errno::Success.number().to_le_bytes());
        self.observe().same(status, errno.number().to_le_bytes());
    }
}

impl BatchResults {
    /// All records.
    pub fn array(self) -> Buffer {
        self.array
    }

    /// The handle that an entry gave.
    ///
    /// # Panics
    ///
    /// If entries of this function give none: a mistake in the case.
    pub fn handle(self, at: u32) -> Handle {
        match self.ty.fields()[0].ty {
            FieldType::Handle(ty) => Handle { at: self.record(at).start(), ty },
            other => panic!("results begin with {other:?}"),
        }
    }

    /// The number of bytes that an entry wrote.
    pub fn size(self, at: u32) -> Size {
        Size { at: self.record(at).start() }
    }

    fn status(self, at: u32) -> Buffer {
        let is_status = |ty| matches!(ty, FieldType::Errno);
        let field = self.ty.fields().iter().find(|field| is_status(field.ty)).expect("every result has a status");
        self.record(at).slice(field.offset as u32, 2)
    }

    fn record(self, at: u32) -> Buffer {
        let len = self.ty.record_len() as u32;
        self.array.slice(at * len, len)
    }
}

/// What a batch function takes and gives.
fn lists(function: &str) -> (ListType, ListType) {
    let known = Function::find(function).unwrap_or_else(|| panic!("the interface has no function {function}"));
    match (known.params(), known.results()) {
        ([param], [ResultType::List(result)]) => match param.ty {
            ParamType::List(list) => (list, *result),
            _ => panic!("{function} takes no list"),
        },
        _ => panic!("{function} is no batch function"),
    }
}
