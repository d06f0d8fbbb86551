//! Calls of many operations: the entries that can be passed on are passed on together.

use std::ops::Range;

use wasi_crypto_host::{Errno, FieldType, HandleType, Hostcall, ListType, ParamType, ResultType};
use wasmtime::bail;
use wasmtime::component::Val;

use super::adapter::{Adapter, Object, errno_of};
use super::call::{bytes, range};

/// An entry that is passed on.
struct Entry {
    value: Val,
    /// Where its list goes, if it gives one.
    output: Option<Range<usize>>,
}

impl Adapter {
    /// Calls a batch function, whose arguments are a list, its length, and where results go.
    pub(super) fn call_batch(
        &mut self,
        hostcall: &'static Hostcall,
        memory: &mut [u8],
        args: &[u64],
    ) -> wasmtime::Result<Result<(), Errno>> {
        let (ParamType::List(list), ResultType::List(results)) = (hostcall.params()[0].ty, hostcall.results()[0])
        else {
            bail!("{} is no batch function", hostcall.name())
        };
        let records = |start, ty: ListType| range(memory, start, args[1].saturating_mul(ty.record_len() as u64));
        let (records, to) = match (records(args[0], list), records(args[2], results)) {
            (Ok(records), Ok(to)) => (records, to),
            (Err(errno), _) | (_, Err(errno)) => return Ok(Err(errno)),
        };
        let decoded: Vec<Result<Entry, Errno>> =
            records.step_by(list.record_len()).map(|at| self.entry(list, memory, at)).collect();
        let values = decoded.iter().flatten().map(|entry| entry.value.clone()).collect();
        let given = match self.invoke(hostcall.name(), &[Val::List(values)])? {
            Ok(Val::List(given)) => given,
            Ok(other) => bail!("{} gave {other:?}", hostcall.name()),
            Err(errno) => return Ok(Err(errno)),
        };
        let handle = results.fields().iter().find_map(|field| match field.ty {
            FieldType::Handle(ty) => Some(ty),
            _ => None,
        });
        let mut given = given.into_iter();
        for (entry, at) in decoded.into_iter().zip(to.step_by(results.record_len())) {
            let (first, errno) = match entry {
                Err(errno) => (None, errno),
                Ok(entry) => match given.next() {
                    Some(result) => self.result(result, handle, entry.output, memory)?,
                    None => bail!("{} gave too few results", hostcall.name()),
                },
            };
            for field in results.fields() {
                let at = at + field.offset;
                match field.ty {
                    FieldType::Errno => memory[at..at + 2].copy_from_slice(&errno.number().to_le_bytes()),
                    _ => {
                        if let Some(first) = first {
                            memory[at..at + 4].copy_from_slice(&first.to_le_bytes());
                        }
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    fn entry(&self, list: ListType, memory: &[u8], at: usize) -> Result<Entry, Errno> {
        let number = |offset: usize| {
            u64::from(memory[at + offset..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)))
        };
        let (mut values, mut output) = (Vec::new(), None);
        for field in list.fields() {
            let bytes = || range(memory, number(field.offset), number(field.offset + 4));
            match field.ty {
                FieldType::Handle(ty) => values.push(self.resource(number(field.offset) as u32, ty, false)?),
                FieldType::ConstPointer => {
                    values.push(Val::List(memory[bytes()?].iter().map(|byte| Val::U8(*byte)).collect()));
                }
                FieldType::Pointer => output = Some(bytes()?),
                FieldType::Size | FieldType::Errno => {}
            }
        }
        let value = if values.len() == 1 { values.swap_remove(0) } else { Val::Tuple(values) };
        Ok(Entry { value, output })
    }

    /// What an entry gave: a size or a handle, and its status. Its list goes to its output.
    fn result(
        &mut self,
        result: Val,
        handle: Option<HandleType>,
        output: Option<Range<usize>>,
        memory: &mut [u8],
    ) -> wasmtime::Result<(Option<u32>, Errno)> {
        let mut values = match result {
            Val::Tuple(values) => values,
            errno => vec![errno],
        };
        let Some(errno) = values.pop() else { bail!("an entry without a status") };
        let errno = errno_of(&errno)?;
        let mut first = None;
        for value in values {
            match (value, handle, &output) {
                (Val::Resource(resource), ..) if errno != Errno::Success => resource.resource_drop(&mut self.store)?,
                (resource @ Val::Resource(_), Some(ty), _) => first = Some(self.keep(ty, Object::Resource(resource))),
                (list @ Val::List(_), _, Some(output)) => {
                    let bytes = bytes(list)?;
                    if bytes.len() > output.len() {
                        return Ok((None, Errno::Overflow));
                    }
                    memory[output.start..][..bytes.len()].copy_from_slice(&bytes);
                    first.get_or_insert(bytes.len() as u32);
                }
                (other, ..) => bail!("{other:?} is not what an entry gives"),
            }
        }
        Ok((first, errno))
    }
}
