//! What a fault is: something between the guest and this project's host, which sees each call and may change it.

use std::collections::HashMap;

use wasi_crypto_host::{GuestMemory, Hostcall, WasiCryptoCtx, hostcalls};
use wasi_crypto_interface::Errno::{self, GuestError, Success};
use wasi_crypto_interface::{Function, HandleType, ResultType, optional_handle};

/// A fault, with whatever it remembers of one guest.
pub(crate) struct Fault(Box<dyn FnMut(&mut Call<'_>) -> End>);

/// How a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this status.
    Answer(u32),
    /// The engine traps.
    Trap,
    /// The host's process dies.
    Crash,
    /// Not in any time that a guest would wait.
    Hang,
}

impl From<Errno> for End {
    fn from(errno: Errno) -> Self {
        Self::Answer(errno.number().into())
    }
}

impl Fault {
    pub(crate) fn new<E: Into<End>>(mut fault: impl FnMut(&mut Call<'_>) -> E + 'static) -> Self {
        Self(Box::new(move |call| fault(call).into()))
    }

    /// The host's answers, but for one.
    pub(crate) fn instead(of: Errno, end: impl Into<End>) -> Self {
        let end = end.into();
        Self::new(move |call| match call.go() {
            answer if answer == of => end,
            answer => answer.into(),
        })
    }

    /// Something that happens after each successful call.
    pub(crate) fn then(mut fault: impl FnMut(&mut Call<'_>) + 'static) -> Self {
        Self::new(move |call| {
            let answer = call.go();
            if answer == Success {
                fault(call);
            }
            answer
        })
    }

    /// Other bytes in the array outputs that functions give. The fault is in those functions and in [`ARRAY`].
    pub(crate) fn in_arrays(mut change: impl FnMut(&mut Call<'_>, Vec<u8>) -> Vec<u8> + 'static) -> Self {
        let mut arrays = Arrays::default();
        Self::new(move |call| {
            if let Some(answer) = arrays.serve(call) {
                return answer;
            }
            let answer = call.go();
            if answer == Success {
                for slot in call.array_slots() {
                    let handle = call.u32(slot);
                    let bytes = call.take_array(handle);
                    let bytes = change(call, bytes);
                    arrays.put(handle, bytes);
                }
            }
            answer
        })
    }

    pub(crate) fn call(&mut self, call: &mut Call<'_>) -> End {
        (self.0)(call)
    }
}

/// The functions that read array outputs.
pub(crate) const ARRAY: [&str; 2] = ["array_output_len", "array_output_pull"];

/// A call of a guest.
pub(crate) struct Call<'a> {
    pub(crate) function: &'static Hostcall,
    /// The arguments as the guest passes them; a fault may pass others on.
    pub(crate) args: Vec<u64>,
    pub(crate) memory: &'a mut [u8],
    pub(crate) context: &'a mut WasiCryptoCtx,
}

/// An argument of a call that a fault makes in memory of its own.
#[derive(Clone, Copy)]
pub(crate) enum Arg<'a> {
    Number(u64),
    /// Pointer and length of input.
    Bytes(&'a [u8]),
    /// Pointer and length of room for output.
    Room(usize),
    /// No optional handle.
    None,
    Some(u32),
}

impl From<u32> for Arg<'_> {
    fn from(n: u32) -> Self {
        Self::Number(n.into())
    }
}

/// What a call gave that a fault made in memory of its own.
pub(crate) struct Given {
    /// The results.
    pub(crate) results: Vec<u64>,
    /// The last room for output.
    pub(crate) output: Vec<u8>,
}

impl Call<'_> {
    pub(crate) fn name(&self) -> &'static str {
        self.function.name()
    }

    /// The host does it.
    pub(crate) fn go(&mut self) -> Errno {
        self.context.call(self.function, GuestMemory::unshared(self.memory), &self.args)
    }

    /// The first core argument of a parameter, by its name in the interface.
    pub(crate) fn arg(&self, name: &str) -> u32 {
        self.args[self.place(name)] as u32
    }

    pub(crate) fn set(&mut self, name: &str, value: u32) {
        let place = self.place(name);
        self.args[place] = value.into();
    }

    /// Whether the function has such a parameter.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.interface().params().iter().any(|param| param.name == name)
    }

    /// Where a result shall be written.
    pub(crate) fn slot(&self, index: usize) -> u32 {
        let first = self.args.len() - self.interface().results().len();
        self.args[first + index] as u32
    }

    /// The handle that the call gave.
    pub(crate) fn given(&self) -> u32 {
        self.u32(self.slot(0))
    }

    /// A string argument.
    pub(crate) fn text(&self, name: &str) -> String {
        let place = self.place(name);
        let bytes = self.bytes(self.args[place] as u32, self.args[place + 1] as u32).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What an optional handle is.
    pub(crate) fn optional(&self, name: &str) -> Option<u32> {
        let at = self.arg(name);
        let tag = self.bytes(at, 1)?;
        (tag == [optional_handle::SOME]).then(|| self.u32(at + optional_handle::HANDLE_OFFSET as u32))
    }

    /// Bytes of guest memory, if they are there.
    pub(crate) fn bytes(&self, start: u32, len: u32) -> Option<Vec<u8>> {
        let end = (start as usize).checked_add(len as usize)?;
        self.memory.get(start as usize..end).map(<[u8]>::to_vec)
    }

    /// Writes as much of it as there is memory for.
    pub(crate) fn write(&mut self, start: u32, bytes: &[u8]) {
        let room = self.memory.get_mut(start as usize..).unwrap_or_default();
        let len = room.len().min(bytes.len());
        room[..len].copy_from_slice(&bytes[..len]);
    }

    pub(crate) fn u32(&self, at: u32) -> u32 {
        self.bytes(at, 4).map_or(0, |bytes| u32::from_le_bytes(bytes.try_into().unwrap()))
    }

    pub(crate) fn write_u32(&mut self, at: u32, value: u32) {
        self.write(at, &value.to_le_bytes());
    }

    /// Calls the host aside: in memory of the fault's own.
    pub(crate) fn aside(&mut self, name: &str, args: &[Arg<'_>]) -> Result<Given, Errno> {
        let function = hostcalls().iter().find(|function| function.name() == name).unwrap();
        let results = Function::find(name).unwrap().results().len();
        let (mut memory, mut core, mut room) = (vec![0; 8 * results], Vec::new(), 0..0);
        let mut place = |bytes: &[u8]| {
            let start = memory.len();
            memory.extend_from_slice(bytes);
            memory.resize(memory.len().next_multiple_of(8), 0);
            start
        };
        for arg in args {
            match arg {
                Arg::Number(n) => core.push(*n),
                Arg::Bytes(bytes) => core.extend([place(bytes) as u64, bytes.len() as u64]),
                Arg::Room(len) => {
                    let start = place(&vec![0; *len]);
                    room = start..start + len;
                    core.extend([start as u64, *len as u64]);
                }
                Arg::None => core.push(place(&[optional_handle::NONE, 0, 0, 0, 0, 0, 0, 0]) as u64),
                Arg::Some(handle) => {
                    let mut bytes = [optional_handle::SOME, 0, 0, 0, 0, 0, 0, 0];
                    bytes[4..].copy_from_slice(&handle.to_le_bytes());
                    core.push(place(&bytes) as u64);
                }
            }
        }
        core.extend((0..results).map(|i| 8 * i as u64));
        match self.context.call(function, GuestMemory::unshared(&mut memory), &core) {
            Success => (),
            error => return Err(error),
        }
        let slots = memory[..8 * results].chunks(8);
        let results = slots.map(|slot| u64::from_le_bytes(slot.try_into().unwrap())).collect();
        Ok(Given { results, output: memory[room].to_vec() })
    }

    /// A call aside that gives a handle.
    pub(crate) fn handle_aside(&mut self, name: &str, args: &[Arg<'_>]) -> Result<u32, Errno> {
        self.aside(name, args).map(|given| given.results[0] as u32)
    }

    /// Reads an array output to its end, which closes it. None other than whole handles come here.
    pub(crate) fn take_array(&mut self, handle: u32) -> Vec<u8> {
        let Ok(len) = self.aside("array_output_len", &[handle.into()]) else { return Vec::new() };
        let pulled = self.aside("array_output_pull", &[handle.into(), Arg::Room(len.results[0] as usize)]);
        pulled.map(|given| given.output).unwrap_or_default()
    }

    /// An array output of the host's that holds something else, for a fault that has to give a handle.
    pub(crate) fn some_array(&mut self) -> u32 {
        let key = self.handle_aside("symmetric_key_import", &[Arg::Bytes(b"HMAC/SHA-256"), Arg::Bytes(&[7; 32])]);
        self.handle_aside("symmetric_key_export", &[key.unwrap().into()]).unwrap()
    }

    fn array_slots(&self) -> Vec<u32> {
        let results = self.interface().results().iter().enumerate();
        let arrays = results.filter(|(_, ty)| **ty == ResultType::Handle(HandleType::ArrayOutput));
        arrays.map(|(i, _)| self.slot(i)).collect()
    }

    fn place(&self, name: &str) -> usize {
        let params = self.interface().params();
        let index = params.iter().position(|param| param.name == name);
        let index = index.unwrap_or_else(|| panic!("{} has no parameter {name}", self.name()));
        params[..index].iter().map(|param| param.ty.core_len()).sum()
    }

    fn interface(&self) -> &'static Function {
        Function::find(self.name()).unwrap()
    }
}

/// Array outputs whose bytes are not the host's.
#[derive(Default)]
pub(crate) struct Arrays {
    open: HashMap<u32, (Vec<u8>, usize)>,
}

impl Arrays {
    pub(crate) fn put(&mut self, handle: u32, bytes: Vec<u8>) {
        self.open.insert(handle, (bytes, 0));
    }

    /// Answers a call that reads one of them.
    pub(crate) fn serve(&mut self, call: &mut Call<'_>) -> Option<Errno> {
        if !ARRAY.contains(&call.name()) {
            return None;
        }
        let handle = call.arg("array_output");
        let (bytes, at) = self.open.get_mut(&handle)?;
        let slot = call.slot(0);
        if call.bytes(slot, 4).is_none() {
            return Some(GuestError);
        }
        if call.name() == "array_output_len" {
            call.write_u32(slot, bytes.len() as u32);
            return Some(Success);
        }
        let (buf, len) = (call.arg("buf"), call.arg("buf_len"));
        if len > 0 && call.bytes(buf, len).is_none() {
            return Some(GuestError);
        }
        let count = (len as usize).min(bytes.len() - *at);
        call.write(buf, &bytes[*at..*at + count]);
        call.write_u32(slot, count as u32);
        *at += count;
        if *at == bytes.len() {
            self.open.remove(&handle);
        }
        Some(Success)
    }
}
