//! The batch functions: lists as an input describes them, what a call with one may do, and the single calls that do
//! the same.

use wasi_crypto_host::{Errno, Field, FieldType, HandleType, Hostcall, ListType, ParamType, ResultType};

use crate::bytes::Bytes;
use crate::checked::{Checked, MEMORY, Range};
use crate::step::{DATA, History, OUTPUT, TAG_LEN, pick_handle};
use crate::support::hostcall;

/// Longer lists find nothing that these do not.
pub const MAX_ENTRIES: u32 = 6;

/// Outputs of two entries are so many bytes apart, unless they are to overlap.
const OUTPUT_DISTANCE: u32 = 128;

/// A call of a batch function, as the host finds it.
pub struct Batch {
    /// Where the list lies.
    pub list: Range,
    /// Where the results go.
    pub results: Range,
    /// The entries, unless the list or the results lie outside of memory.
    pub entries: Vec<Entry>,
    /// The number of entries that the call names.
    len: u64,
}

/// An entry of a list, and its result.
pub struct Entry {
    fields: &'static [Field],
    /// Of each field.
    numbers: Vec<u32>,
    /// The type of the handle that it gives.
    made: Option<HandleType>,
    result: Range,
}

impl Batch {
    /// None for any other function.
    pub fn of(hostcall: &Hostcall, args: &[u64], memory: &[u8]) -> Option<Self> {
        let (ty, result) = lists(hostcall)?;
        let &[start, len, results] = args else { return None };
        let list = Range { start, len: len * ty.record_len() as u64 };
        let results = Range { start: results, len: len * result.record_len() as u64 };
        let made = match result.fields()[0].ty {
            // Declared as an array, it is a signature.
            FieldType::Handle(HandleType::ArrayOutput) => Some(HandleType::Signature),
            FieldType::Handle(ty) => Some(ty),
            _ => None,
        };
        let mut batch = Self { list, results, entries: Vec::new(), len };
        if list.is_inside() && results.is_inside() {
            let entry = |at: u64, record: &[u8]| Entry {
                fields: ty.fields(),
                numbers: ty.fields().iter().map(|field| number(&record[field.offset..])).collect(),
                made,
                result: Range {
                    start: results.start + at * result.record_len() as u64,
                    len: result.record_len() as u64,
                },
            };
            let records = memory[list.indices()].chunks_exact(ty.record_len());
            batch.entries = (0..).zip(records).map(|(at, record)| entry(at, record)).collect();
        }
        Some(batch)
    }

    /// Checks the answer to the call as a whole.
    ///
    /// # Panics
    ///
    /// If it is not what it has to be.
    pub fn check_answer(&self, errno: Errno, max_handles: usize, case: &str) {
        if self.len == 0 {
            assert_eq!(errno, Errno::Success, "an empty list: {case}");
        } else if self.entries.is_empty() {
            assert_eq!(errno, Errno::GuestError, "outside of memory: {case}");
        } else if self.len > max_handles as u64 {
            assert_eq!(errno, Errno::Overflow, "more entries than handles: {case}");
        } else {
            // A state of another algorithm is all that can be wrong with a whole list.
            let is_right = match errno {
                Errno::Success => true,
                Errno::UnsupportedFeature => self.entries.len() > 1,
                _ => false,
            };
            assert!(is_right, "{case}");
        }
    }

    /// Whether the host may have found other entries than those that were there before the call.
    pub fn rewrites_itself(&self) -> bool {
        self.results.overlaps(self.list) || self.outputs().any(|output| output.overlaps(self.list))
    }

    /// Whether a part of a handle in the list may be overwritten: whether the number that is then there names anything is chance.
    pub fn cuts_handles(&self) -> bool {
        let written: Vec<Range> = self.entries.iter().flat_map(Entry::result_fields).chain(self.outputs()).collect();
        let is_cut = |handle: &Range| {
            let covers =
                |range: &Range| range.start <= handle.start && range.start + range.len >= handle.start + handle.len;
            written.iter().any(|range| range.overlaps(*handle) && !covers(range))
        };
        let record_len = self.list.len / self.len.max(1);
        let mut handles = (0..).zip(&self.entries).flat_map(|(at, entry)| {
            let start = self.list.start + at * record_len;
            let fields = entry.fields.iter().filter(|field| matches!(field.ty, FieldType::Handle(_)));
            fields.map(move |field| Range { start: start + field.offset as u64, len: 4 })
        });
        handles.any(|handle| is_cut(&handle))
    }

    /// Whether results may have been lost.
    fn loses_results(&self) -> bool {
        self.outputs().any(|output| output.overlaps(self.results))
    }

    /// Whether the handles that it makes can't be told afterwards.
    pub fn loses_handles(&self) -> bool {
        self.entries.iter().any(Entry::makes_handle) && (self.rewrites_itself() || self.loses_results())
    }

    /// Where the entries' outputs go that are in memory.
    fn outputs(&self) -> impl Iterator<Item = Range> {
        self.entries.iter().filter_map(Entry::output).filter(|output| output.is_inside())
    }

    /// What a call that succeeded may have written; none if that can't be told any more.
    pub fn written(&self, memory: &[u8]) -> Option<Vec<Range>> {
        if self.rewrites_itself() {
            return None;
        }
        let is_written = |entry: &&Entry| {
            self.loses_results() || matches!(entry.errno(memory), Some(Errno::Success | Errno::InvalidTag))
        };
        let mut written: Vec<Range> = self.entries.iter().flat_map(Entry::result_fields).collect();
        let outputs = self.entries.iter().filter(is_written).filter_map(Entry::output);
        written.extend(outputs.filter(|output| output.is_inside()));
        Some(written)
    }

    /// Checks the results of a call that succeeded: errnos that are none, entries that succeeded with what is no open
    /// handle, forgeries that left more than zeros.
    ///
    /// # Panics
    ///
    /// If there is such a thing.
    pub fn check_entries(&self, guest: &Checked, before: &[u8], case: &str) {
        if self.rewrites_itself() || self.loses_results() {
            return;
        }
        for (at, entry) in self.entries.iter().enumerate() {
            let errno = entry.errno(&guest.memory);
            let errno = errno.unwrap_or_else(|| panic!("entry {at} has no result that there is: {case}"));
            let is_allowed = !matches!(errno, Errno::InternalError | Errno::NotImplemented | Errno::InProgress);
            assert!(is_allowed, "entry {at} answers {errno}: {case}");
            if errno == Errno::Success {
                for (ty, handle) in entry.handles() {
                    let is_open = guest.open().iter().any(|open| (open.ty, open.handle) == (ty, handle));
                    assert!(is_open, "entry {at} took {handle:#x}, which is no open {}: {case}", ty.name());
                }
            } else {
                // Its field, unless it has none.
                assert!(entry.fields_of_result() == 1 || entry.value(&guest.memory) == 0, "entry {at}: {case}");
            }
            if let (Errno::InvalidTag, Some(output)) = (errno, entry.output()) {
                let is_alone = self.outputs().filter(|other| other.overlaps(output)).count() <= 1;
                if output.is_inside() && is_alone {
                    // A tag of a wrong size fails before anything is written.
                    let is_untouched = guest.memory[output.indices()] == before[output.indices()];
                    let is_wiped = guest.memory[output.indices()].iter().all(|byte| *byte == 0);
                    assert!(is_untouched || is_wiped, "entry {at} left more than zeros: {case}");
                }
            }
        }
    }

    /// The errnos of all entries after a call that succeeded.
    pub fn errnos(&self, memory: &[u8]) -> Vec<Option<Errno>> {
        self.entries.iter().map(|entry| entry.errno(memory)).collect()
    }

    /// The entries that succeeded, after a call that did. None of a call that has lost or changed them.
    pub fn successes(&self, memory: &[u8]) -> impl Iterator<Item = &Entry> {
        let can_tell = !self.rewrites_itself() && !self.loses_results();
        self.entries.iter().filter(move |entry| can_tell && entry.errno(memory) == Some(Errno::Success))
    }

    /// The handles that a call which succeeded has made, in their order.
    pub fn made_handles(&self, memory: &[u8]) -> Vec<(HandleType, u32)> {
        // Wherever they are made, lists are read so that they can be told: see `Step`.
        self.entries
            .iter()
            .filter(|entry| entry.errno(memory) == Some(Errno::Success))
            .filter_map(|entry| Some((entry.made?, entry.value(memory))))
            .collect()
    }
}

impl Entry {
    /// The single call that does what this entry asks for: its function and its arguments.
    pub fn single(&self, batch: &Hostcall) -> (&'static Hostcall, Vec<u64>) {
        let mut args: Vec<u64> = self.numbers.iter().copied().map(u64::from).collect();
        if self.fields_of_result() == 2 {
            args.push(self.result.start);
        }
        (single(batch), args)
    }

    /// Puts down what a single call has answered, as the host does for an entry.
    pub fn put_answer(&self, errno: Errno, memory: &mut [u8]) {
        let [.., status] = self.result_fields().try_into().unwrap_or_else(|fields: Vec<Range>| [fields[0]; 2]);
        if self.fields_of_result() == 2 && errno != Errno::Success {
            memory[self.result.indices()][..4].fill(0);
        }
        memory[status.indices()].copy_from_slice(&errno.number().to_le_bytes());
    }

    /// The handles that it names.
    pub fn handles(&self) -> impl Iterator<Item = (HandleType, u32)> {
        self.fields.iter().zip(&self.numbers).filter_map(|(field, number)| match field.ty {
            FieldType::Handle(ty) => Some((ty, *number)),
            _ => None,
        })
    }

    /// Where its output goes.
    pub fn output(&self) -> Option<Range> {
        self.ranges(FieldType::Pointer).next()
    }

    /// The bytes that it has the host read.
    pub fn inputs(&self) -> impl Iterator<Item = Range> {
        self.ranges(FieldType::ConstPointer)
    }

    fn ranges(&self, ty: FieldType) -> impl Iterator<Item = Range> {
        let pairs = self.fields.iter().zip(self.numbers.windows(2));
        pairs
            .filter(move |(field, _)| field.ty == ty)
            .map(|(_, pair)| Range { start: pair[0].into(), len: pair[1].into() })
    }

    /// The bytes of its result that the host writes.
    pub fn result_fields(&self) -> Vec<Range> {
        let Range { start, .. } = self.result;
        match self.fields_of_result() {
            1 => vec![self.result],
            _ => vec![Range { start, len: 4 }, Range { start: start + 4, len: 2 }],
        }
    }

    /// The number that the host has given.
    pub fn value(&self, memory: &[u8]) -> u32 {
        number(&memory[self.result.indices()])
    }

    /// The number of bytes that it has written, if its result says that.
    pub fn size(&self, memory: &[u8]) -> Option<u64> {
        (self.fields_of_result() == 2 && !self.makes_handle()).then(|| self.value(memory).into())
    }

    /// Whether the number is that of a handle.
    pub fn makes_handle(&self) -> bool {
        self.made.is_some()
    }

    fn fields_of_result(&self) -> usize {
        if self.result.len == 2 { 1 } else { 2 }
    }

    fn errno(&self, memory: &[u8]) -> Option<Errno> {
        let status = *self.result_fields().last()?;
        let number = u16::from_le_bytes(memory[status.indices()].try_into().ok()?);
        Errno::from_number(number.into())
    }
}

/// The types of the list that a batch function takes and of the one that it gives.
fn lists(hostcall: &Hostcall) -> Option<(ListType, ListType)> {
    match (hostcall.params(), hostcall.results()) {
        ([param], [ResultType::List(result)]) => match param.ty {
            ParamType::List(ty) => Some((ty, *result)),
            _ => None,
        },
        _ => None,
    }
}

/// The function that does for one entry what a batch function does for each.
fn single(batch: &Hostcall) -> &'static Hostcall {
    match batch.name() {
        "batch_signature_state_verify" => hostcall("signature_verification_state_verify"),
        name => hostcall(name.strip_prefix("batch_").expect("all of them begin so")),
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Reads the entries of a list from an input.
pub struct Reader<'a, 'b> {
    /// The function.
    pub hostcall: &'static Hostcall,
    /// The input.
    pub bytes: &'a mut Bytes<'b>,
    /// Who calls.
    pub guest: &'a Checked,
    /// What it has done before.
    pub history: &'a History,
    /// The number of entries.
    pub count: u32,
}

impl Reader<'_, '_> {
    /// A list, as it lies in memory; and where in it there are handles, which are others in each guest.
    pub fn list(&mut self, ty: ListType) -> (Vec<u8>, Vec<Range>) {
        let mut list = Vec::new();
        let mut handles = Vec::new();
        for at in 0..self.count {
            for (field, number) in ty.fields().iter().zip(self.entry(ty, at)) {
                if matches!(field.ty, FieldType::Handle(_)) {
                    handles.push(Range { start: list.len() as u64, len: 4 });
                }
                list.extend(number.to_le_bytes());
            }
        }
        (list, handles)
    }

    /// The numbers of one entry; one byte of the input for each field but sizes says which.
    fn entry(&mut self, ty: ListType, at: u32) -> Vec<u32> {
        let choices: Vec<u8> = ty.fields().iter().map(|field| self.choice(field)).collect();
        let ranges: Vec<[u32; 2]> =
            ty.fields().iter().zip(&choices).map(|(field, choice)| self.input(field, at, *choice)).collect();
        // What is read says how much room for output fits.
        let data = ranges.get(3).copied().unwrap_or([DATA, 0]);
        let mut numbers = Vec::new();
        for ((field, choice), range) in ty.fields().iter().zip(choices).zip(ranges) {
            match field.ty {
                FieldType::Handle(ty) => numbers.push(self.handle(ty, at, choice)),
                FieldType::ConstPointer => numbers.extend(range),
                FieldType::Pointer => numbers.extend(self.output(data, at, choice)),
                // What its pointer has pushed.
                FieldType::Size | FieldType::Errno => {}
            }
        }
        numbers
    }

    fn choice(&mut self, field: &Field) -> u8 {
        if matches!(field.ty, FieldType::Size | FieldType::Errno) { 0 } else { self.bytes.byte() }
    }

    /// Mostly one of the newest of one algorithm, another for each entry.
    fn handle(&mut self, ty: HandleType, at: u32, choice: u8) -> u32 {
        let mut of_type = self.guest.open().iter().rev().filter(|open| open.ty == ty);
        let Some(newest) = of_type.clone().next() else { return pick_handle(self.guest, self.bytes, ty, choice) };
        let alike: Vec<u32> =
            of_type.by_ref().filter(|open| open.algorithm == newest.algorithm).map(|open| open.handle).collect();
        // Signatures of a batch are older the further in front they stand.
        let nth = if ty == HandleType::Signature { self.count - 1 - at } else { at };
        match choice {
            0..160 => alike[(nth as usize + usize::from(choice)) % alike.len()],
            160..192 => newest.handle,
            _ => pick_handle(self.guest, self.bytes, ty, choice),
        }
    }

    /// Bytes that the host reads.
    fn input(&mut self, field: &Field, at: u32, choice: u8) -> [u32; 2] {
        if field.ty != FieldType::ConstPointer {
            return [DATA, 0];
        }
        let output = |nth: u32| self.history.output(nth as usize).map(|number| number as u32);
        match choice {
            0..160 => match (self.hostcall.name(), field.name) {
                // Of a batch that encrypted as many.
                ("batch_symmetric_state_decrypt", _) => output(self.count - 1 - at),
                // Of one whose tags were pulled since, the newest first.
                ("batch_symmetric_state_decrypt_detached", "data") => output(2 * self.count - 1 - at),
                ("batch_symmetric_state_decrypt_detached", _) => output(at),
                _ => [DATA + 64 * at, (16 + u32::from(choice)) % 64],
            },
            160..192 => output(u32::from(choice % 8)),
            192..232 => [u32::from(self.bytes.u16()) % MEMORY as u32, self.bytes.byte().into()],
            _ => [self.bytes.u32(), self.bytes.u32()],
        }
    }

    /// Bytes that the host writes: with room for what comes of `data`.
    fn output(&mut self, data: [u32; 2], at: u32, choice: u8) -> [u32; 2] {
        let len = match self.hostcall.name() {
            "batch_symmetric_state_encrypt" => data[1].saturating_add(TAG_LEN),
            "batch_symmetric_state_decrypt" => data[1].saturating_sub(TAG_LEN),
            "batch_symmetric_state_squeeze" => 32 + 32 * u32::from(choice % 4),
            _ => data[1],
        };
        let usual = OUTPUT + OUTPUT_DISTANCE * at;
        match choice {
            0..32 => [usual, len],
            // Of what has no tag.
            32..64 => [usual, data[1]],
            64..88 => [data[0], len],
            88..112 => [data[0], data[1]],
            112..144 => [data[0].saturating_add(u32::from(choice % 32)).saturating_sub(8), len],
            144..176 => [usual, len.saturating_add(u32::from(choice % 8))],
            // Over that of another entry.
            176..192 => [OUTPUT + u32::from(choice), len],
            192..232 => [u32::from(self.bytes.u16()) % MEMORY as u32, self.bytes.byte().into()],
            _ => [self.bytes.u32(), self.bytes.u32()],
        }
    }
}
