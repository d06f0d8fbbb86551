//! A guest whose every call is checked: against what it may write, and against the books of handles and bytes.

use std::sync::LazyLock;

use wasi_crypto_host::{Errno, HandleType, Hostcall, ParamType, ResultType, SharedWasiCryptoCtx, algorithms};

use crate::batch::Batch;
use crate::freed::is_in;
use crate::support::{Transport, hostcall};
use crate::ways::{Bounds, Host, Way};

/// The memory of a guest, in bytes: room for an input and its longest encoding.
pub const MEMORY: usize = 32 << 10;

/// Whether each call is shown, to see what an input does.
static TRACE: LazyLock<bool> = LazyLock::new(|| std::env::var_os("WASI_CRYPTO_FUZZ_TRACE").is_some());

/// A host, the memory of its guest, and the handles that should be open.
pub struct Checked {
    host: Host,
    bounds: Bounds,
    /// The guest's memory.
    pub memory: Vec<u8>,
    /// The memory before a call.
    before: Vec<u8>,
    /// In the order in which they were opened.
    open: Vec<Open>,
    /// Handles that were closed, the newest last.
    closed: Vec<u32>,
    /// Whether each call is shown.
    is_shown: bool,
    /// Whether a call has been made that asks a store.
    uses_store: bool,
    /// Whether the guest was given one of its secrets, and may pass it on as what is none.
    has_secret: bool,
}

/// What may be kept besides what is booked and a quarter of that, in bytes: tables that libraries make once.
const NOT_BOOKED: usize = 256 << 10;

/// A handle that should be open.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    /// Its type.
    pub ty: HandleType,
    /// Its number.
    pub handle: u32,
    /// The name of its algorithm, as far as that could be followed.
    pub algorithm: Option<&'static str>,
    /// Whether what it stands for is another in each run.
    pub is_random: bool,
}

/// A range of memory that a call may write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first byte.
    pub start: u64,
    /// The number of bytes.
    pub len: u64,
}

impl Range {
    /// Whether it has a byte of the other.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.start + other.len && other.start < self.start + self.len
    }

    /// Whether a guest's memory has all of it.
    pub fn is_inside(self) -> bool {
        self.start + self.len <= MEMORY as u64
    }

    /// As an index of the memory, in which it must lie.
    pub fn indices(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

impl Checked {
    /// A guest of a new context.
    pub fn new(way: Way, bounds: Bounds) -> Self {
        Self {
            host: Host::new(way, bounds),
            bounds,
            memory: vec![0; MEMORY],
            before: vec![0; MEMORY],
            open: Vec::new(),
            closed: Vec::new(),
            is_shown: *TRACE,
            uses_store: false,
            has_secret: false,
        }
    }

    /// A guest that prepares what inputs need, and whose calls are never shown.
    pub fn behind_the_scenes() -> Self {
        Self { is_shown: false, ..Self::new(Way::Whole, Bounds::WIDE) }
    }

    /// The way to its host.
    pub fn way(&self) -> Way {
        self.host.way()
    }

    /// Whether an open handle stands for what is another in each run.
    pub fn is_random(&self, handle: u32) -> bool {
        self.open.iter().any(|open| open.handle == handle && open.is_random)
    }

    /// The context of the host, if threads can share it.
    pub fn shared(&self) -> Option<SharedWasiCryptoCtx> {
        self.host.shared()
    }

    /// The handles that are open.
    pub fn open(&self) -> &[Open] {
        &self.open
    }

    /// As [`open`](Self::open), to mark them.
    pub fn open_mut(&mut self) -> &mut [Open] {
        &mut self.open
    }

    /// The handles that were closed.
    pub fn closed(&self) -> &[u32] {
        &self.closed
    }

    /// The bytes that are held for the guest.
    pub fn held_bytes(&self) -> usize {
        self.host.held_bytes()
    }

    /// Asks for a number, such as the length of an output, without a trace in the guest's memory.
    pub fn ask(&mut self, function: &str, handle: u32) -> Option<u32> {
        let mut scratch = [0; 4];
        let errno = self.host.call(hostcall(function), &mut scratch, &[handle.into(), 0]);
        (errno == Errno::Success).then_some(u32::from_le_bytes(scratch))
    }

    /// The nonce that a symmetric state uses, likewise.
    pub fn nonce(&mut self, state: u32) -> Option<Vec<u8>> {
        let mut scratch = *b"\0\0\0\0nonce...................................";
        let args = [state.into(), 4, 5, 9, 32, 0];
        let errno = self.host.call(hostcall("symmetric_state_options_get"), &mut scratch, &args);
        let len = u32::from_le_bytes([scratch[0], scratch[1], scratch[2], scratch[3]]) as usize;
        (errno == Errno::Success).then(|| scratch[9..9 + len].to_vec())
    }

    /// Whether a call passes a secret as what is public: a key, a signature, an identifier. Who does that has given it away.
    fn gives_away(&self, hostcall: &Hostcall, args: &[u64]) -> bool {
        let name = hostcall.name();
        let has_identifier = name.ends_with("_from_id") || name.ends_with("_invalidate") || name.ends_with("_replace");
        let identifier = inputs(hostcall, args).pop().and_then(|range| self.before.get(range.indices()));
        matches!(name, "publickey_import" | "signature_import") || (has_identifier && identifier.is_some_and(is_in))
    }

    /// Makes a call and checks what it did.
    ///
    /// # Panics
    ///
    /// If it did what no call may do.
    pub fn checked_call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        self.before.copy_from_slice(&self.memory);
        let books = (self.host.open_handles(), self.host.held_bytes());
        let batch = Batch::of(hostcall, args, &self.memory);
        let errno = self.host.call(hostcall, &mut self.memory, args);

        let way = self.way();
        if self.is_shown {
            eprintln!("{way:?}: {}{args:x?} = {errno}", hostcall.name());
        }
        let case = || format!("{way:?}: {}{args:x?} = {errno}", hostcall.name());
        assert_ne!(errno, Errno::InternalError, "{}", case());
        let freed_secret = self.host.freed_secret().filter(|_| !self.has_secret);
        if let Some(len) = freed_secret.filter(|_| !self.gives_away(hostcall, args)) {
            panic!("it freed a block of {len} bytes with a secret in it: {}", case());
        }
        if errno == Errno::Success && hostcall.name() == "array_output_pull" {
            // Nothing at all may be written anywhere.
            let written = buffers(hostcall, args).into_iter().filter_map(|buffer| self.memory.get(buffer.indices()));
            self.has_secret |= written.into_iter().any(is_in);
        }
        assert_eq!(hostcall.is_implemented(), errno != Errno::NotImplemented, "{}", case());
        assert!(self.host.held_bytes() <= self.bounds.bytes, "{} bytes held: {}", self.host.held_bytes(), case());
        assert!(self.host.open_handles() <= self.bounds.handles, "{}", case());
        self.uses_store |= handles(hostcall).any(|(ty, _)| ty == HandleType::SecretsManager);
        let (kept, held) = (self.host.kept_bytes(), self.host.held_bytes());
        // What lies in the store, and what is in memory of it, is not the guest's.
        let is_booked = self.uses_store || kept <= held + held / 4 + NOT_BOOKED;
        assert!(is_booked, "{kept} bytes are kept, and {held} of them are booked: {}", case());
        if errno == Errno::Success {
            self.check_handles(hostcall, args);
        } else {
            assert_eq!((self.host.open_handles(), self.host.held_bytes()), books, "it left something: {}", case());
        }
        match &batch {
            None => self.check_memory(hostcall, args, errno),
            Some(batch) => self.check_batch(batch, errno, &case()),
        }
        match &batch {
            _ if errno != Errno::Success => {}
            None => self.note_handles(hostcall, args),
            Some(batch) => self.note_batch(batch),
        }
        assert_eq!(self.host.open_handles(), self.open.len(), "{}", case());
        errno
    }

    /// A call succeeds only with handles that are open and of the right type.
    fn check_handles(&self, hostcall: &Hostcall, args: &[u64]) {
        for (ty, at) in handles(hostcall) {
            let handle = args[at] as u32;
            let is_open = self.open.iter().any(|open| (open.ty, open.handle) == (ty, handle));
            assert!(is_open, "{} took {handle:#x}, which is no open {}", hostcall.name(), ty.name());
        }
    }

    /// A call that succeeds writes to its outputs alone. A forgery leaves zeros in the output; all other errors leave nothing.
    fn check_memory(&mut self, hostcall: &Hostcall, args: &[u64], errno: Errno) {
        if self.memory == self.before {
            return;
        }
        let buffers = buffers(hostcall, args);
        let results = if errno == Errno::Success { results(hostcall, args) } else { Vec::new() };
        let written = if matches!(errno, Errno::Success | Errno::InvalidTag) { &buffers[..] } else { &[] };
        let case = || format!("{:?}: {}{args:x?} = {errno}", self.host.way(), hostcall.name());
        check_written(&self.memory, &mut self.before, written.iter().chain(&results), case);
        if errno == Errno::InvalidTag {
            for range in buffers.iter().filter(|range| range.len > 0) {
                let is_wiped = self.memory[range.indices()].iter().all(|byte| *byte == 0);
                assert!(is_wiped, "{:?}: {}{args:x?} = {errno} left more than zeros", self.way(), hostcall.name());
            }
        }
    }

    /// A batch that succeeds writes to its results and to the outputs of the entries that succeed or are forgeries.
    fn check_batch(&mut self, batch: &Batch, errno: Errno, case: &str) {
        batch.check_answer(errno, self.bounds.handles, case);
        if errno == Errno::Success {
            batch.check_entries(self, &self.before, case);
        }
        let written = if errno == Errno::Success { batch.written(&self.memory) } else { Some(Vec::new()) };
        if let Some(written) = written {
            check_written(&self.memory, &mut self.before, &written, || case.into());
        }
    }

    /// Follows which handles are open after a batch; it closes none.
    fn note_batch(&mut self, batch: &Batch) {
        for (ty, handle) in batch.made_handles(&self.memory) {
            let state = batch.entries.iter().find_map(|entry| self.algorithm_of(entry.handles().next()?.1));
            self.note_new(ty, handle, state);
        }
    }

    fn note_new(&mut self, ty: HandleType, handle: u32, algorithm: Option<&'static str>) {
        assert!(!self.closed.contains(&handle), "{handle:#x} was given out again");
        assert!(self.open.iter().all(|open| open.handle != handle), "{handle:#x} was given out twice");
        self.open.push(Open { ty, handle, algorithm, is_random: false });
    }

    /// The algorithm that a call names, or else that of the object that it works on.
    pub(crate) fn algorithm_of_call(&self, hostcall: &Hostcall, args: &[u64]) -> Option<&'static str> {
        let named = placed(hostcall).find(|(ty, _)| *ty == ParamType::String);
        if let Some((_, at)) = named {
            let name = self.before.get(Range { start: args[at], len: args[at + 1] }.indices())?;
            return algorithms().map(|info| info.name).find(|known| known.as_bytes().eq_ignore_ascii_case(name));
        }
        let (_, at) = handles(hostcall).next()?;
        self.algorithm_of(args[at] as u32)
    }

    fn algorithm_of(&self, handle: u32) -> Option<&'static str> {
        self.open.iter().find(|open| open.handle == handle)?.algorithm
    }

    /// Follows which handles are open now.
    fn note_handles(&mut self, hostcall: &Hostcall, args: &[u64]) {
        let name = hostcall.name();
        let algorithm = self.algorithm_of_call(hostcall, args);
        // A pull closes what it empties; whether it did, the number of open handles says.
        let is_emptied = name == "array_output_pull" && self.host.open_handles() < self.open.len();
        let is_replaced = name.ends_with("_replace_managed");
        if name.ends_with("_close") || name == "symmetric_tag_pull" || is_emptied || is_replaced {
            // The old key comes behind the secrets manager.
            let handle = args[usize::from(is_replaced)] as u32;
            let index = self.open.iter().position(|open| open.handle == handle).expect("checked before");
            self.open.remove(index);
            self.closed.push(handle);
        }
        if name.ends_with("_replace_managed") {
            // The old key is the second handle.
            let handle = args[1] as u32;
            self.open.retain(|open| open.handle != handle);
            self.closed.push(handle);
        }
        for (result, slot) in hostcall.results().iter().zip(results(hostcall, args)) {
            if let ResultType::Handle(ty) = result {
                // Declared as an array, it is a signature.
                let ty = if name == "signature_state_sign" { HandleType::Signature } else { *ty };
                let bytes = &self.memory[slot.start as usize..][..4];
                let handle = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
                self.note_new(ty, handle, algorithm);
            }
        }
    }

    /// The number of bytes that a call says it has written.
    pub fn size_result(&self, hostcall: &Hostcall, args: &[u64]) -> Option<u64> {
        let at = hostcall.results().iter().position(|result| *result == ResultType::Size)?;
        let bytes = self.memory[results(hostcall, args)[at].indices()].first_chunk()?;
        Some(u32::from_le_bytes(*bytes).into())
    }

    /// Ends the guest: what is open is what should be, can be closed, and nothing is left.
    ///
    /// # Panics
    ///
    /// If it is not so.
    pub fn end(mut self) {
        let mut types: Vec<HandleType> = self.open.iter().map(|open| open.ty).collect();
        types.sort_unstable();
        assert_eq!(self.host.open_types(), types);
        while let Some(Open { ty, handle, .. }) = self.open.last().copied() {
            if ty == HandleType::ArrayOutput {
                let pull = [handle.into(), 4, MEMORY as u64 - 4, 0];
                assert_eq!(self.checked_call(hostcall("array_output_pull"), &pull), Errno::Success);
                continue;
            }
            let close = hostcall(&format!("{}_close", ty.name()));
            assert_eq!(self.checked_call(close, &[handle.into()]), Errno::Success);
            assert_eq!(self.checked_call(close, &[handle.into()]), Errno::Closed);
        }
        assert_eq!((self.host.open_handles(), self.host.held_bytes()), (0, 0));
    }
}

impl Transport for Checked {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        self.checked_call(hostcall, args)
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        into.copy_from_slice(&self.memory[start as usize..][..into.len()]);
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        self.memory[start as usize..][..from.len()].copy_from_slice(from);
    }
}

/// Checks that a call wrote to these ranges alone. `before` becomes what is there now.
///
/// # Panics
///
/// If it wrote elsewhere.
fn check_written<'a>(
    memory: &[u8],
    before: &mut [u8],
    ranges: impl IntoIterator<Item = &'a Range>,
    case: impl FnOnce() -> String,
) {
    if memory == before {
        return;
    }
    // Compared as a whole: byte by byte, that would take most of a fuzzer's time.
    for range in ranges.into_iter().filter(|range| range.len > 0) {
        before[range.indices()].copy_from_slice(&memory[range.indices()]);
    }
    if memory != before {
        let at = memory.iter().zip(&*before).position(|(now, then)| now != then);
        panic!("{} wrote to byte {at:?}", case());
    }
}

/// The number of arguments that a parameter is lowered to.
pub fn lowered_len(ty: ParamType) -> usize {
    if matches!(ty, ParamType::String | ParamType::List(_)) { 2 } else { 1 }
}

/// Parameters with the places of their arguments.
pub fn placed(hostcall: &Hostcall) -> impl Iterator<Item = (ParamType, usize)> {
    hostcall.params().iter().scan(0, |next, param| {
        let at = *next;
        *next += lowered_len(param.ty);
        Some((param.ty, at))
    })
}

/// The handles among the arguments.
pub fn handles(hostcall: &Hostcall) -> impl Iterator<Item = (HandleType, usize)> {
    placed(hostcall).filter_map(|(ty, at)| if let ParamType::Handle(ty) = ty { Some((ty, at)) } else { None })
}

/// The buffers that a call fills.
pub fn buffers(hostcall: &Hostcall, args: &[u64]) -> Vec<Range> {
    // The one pointer that names memory for later.
    let is_filled = hostcall.name() != "options_set_guest_buffer";
    let pointers = placed(hostcall).filter(|(ty, _)| is_filled && *ty == ParamType::Pointer);
    pointers.map(|(_, at)| Range { start: args[at], len: args[at + 1] }).collect()
}

/// The bytes that a call reads, but for optional handles.
pub fn inputs(hostcall: &Hostcall, args: &[u64]) -> Vec<Range> {
    let ranges = placed(hostcall).filter_map(|(ty, at)| match ty {
        ParamType::ConstPointer | ParamType::String => Some(Range { start: args[at], len: args[at + 1] }),
        _ => None,
    });
    ranges.collect()
}

/// The records of optional handles that a call names.
pub fn optional_records(hostcall: &Hostcall, args: &[u64]) -> Vec<Range> {
    let records = placed(hostcall).filter(|(ty, _)| matches!(ty, ParamType::OptOptions | ParamType::OptSymmetricKey));
    records.map(|(_, at)| Range { start: args[at], len: 8 }).collect()
}

/// The handle in such a record, if it has one.
pub fn optional_handle(record: Range, memory: &[u8]) -> Option<u32> {
    match memory.get(record.indices())? {
        [0, _, _, _, handle @ ..] => Some(u32::from_le_bytes(handle.try_into().ok()?)),
        _ => None,
    }
}

/// The results of a call.
pub fn results(hostcall: &Hostcall, args: &[u64]) -> Vec<Range> {
    let starts = &args[args.len() - hostcall.results().len()..];
    let ranges = hostcall.results().iter().zip(starts).map(|(result, start)| {
        let len = if matches!(result, ResultType::U64 | ResultType::Version) { 8 } else { 4 };
        Range { start: *start, len }
    });
    ranges.collect()
}
