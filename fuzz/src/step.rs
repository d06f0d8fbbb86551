//! A call as a fuzzer's input describes it.
//!
//! A step is the number of a function, one byte for each parameter and each result, and then whatever literal bytes those ask for. A
//! zero always stands for what fits, so that most steps make sense, and a guest that does something sensible is mostly zeros.

use wasi_crypto_host::secrets::Identifier;
use wasi_crypto_host::{AlgorithmType, HandleType, Hostcall, ListType, ParamType, ResultType, hostcalls, version};

use crate::batch::{self, Batch, MAX_ENTRIES};
use crate::bytes::Bytes;
use crate::checked::{Checked, MEMORY, Range, buffers, placed};
use crate::freed::secret;
use crate::keys::{Part, RAW};
use crate::known::{self, Known, known};
use crate::ways::NOW;

/// Optional handles lie here, one of each kind. Their numbers are others in each guest.
const RECORDS: u32 = 0;
/// Results go here unless the input says otherwise; before them are the records.
pub const SLOTS: u32 = 32;
/// The name that a call passes.
const NAME: u32 = 64;
/// The list that a call passes: behind the longest name.
const LIST: u32 = 320;
/// From here on, the input chooses what lies where.
pub const DATA: u32 = 512;
/// Identifiers of keys and secrets go here, below all other outputs.
const IDENTIFIER: u64 = OUTPUT as u64 - Identifier::LEN as u64;
/// Where outputs go that are not to overlap.
pub const OUTPUT: u32 = MEMORY as u32 / 2;

const OPTIONS: [&str; 11] = [
    "nonce",
    "salt",
    "ops_limit",
    "context",
    "parallelism",
    "memory_limit",
    "buffer",
    "opslimit",
    "threads",
    "memory",
    "colour",
];

/// What the steps of one guest have left for those that follow.
#[derive(Default)]
pub struct History {
    /// What the host has written, the newest last.
    outputs: Vec<Range>,
}

impl History {
    /// Notes what a call that succeeded wrote.
    pub fn note(&mut self, step: &Step, memory: &[u8]) {
        match &step.batch {
            Some(batch) => self.outputs.extend(batch.successes(memory).filter_map(|entry| entry.output())),
            None => self.outputs.extend(buffers(step.hostcall, &step.args)),
        }
    }

    /// The nth output from the end, or the start of the data.
    pub fn output(&self, nth: usize) -> [u64; 2] {
        let output = self.outputs.iter().rev().nth(nth);
        output.map_or([DATA.into(), 32], |output| [output.start, output.len])
    }
}

/// A call to make.
pub struct Step {
    /// The function.
    pub hostcall: &'static Hostcall,
    /// Its arguments, lowered.
    pub args: Vec<u64>,
    /// Where the guest has written what it passes.
    pub written: Vec<Range>,
    /// Where there are handles in that, whose numbers are others in each guest.
    pub written_handles: Vec<Range>,
    /// The list that it passes.
    pub batch: Option<Batch>,
    /// Whether the call takes too long to be made often, or would lose handles that it makes.
    pub is_left_out: bool,
    /// Where there is a secret in what the guest has written.
    secrets: Vec<Range>,
}

impl Step {
    /// The next step of an input; writes into the guest's memory what the call passes.
    pub fn read(bytes: &mut Bytes<'_>, guest: &mut Checked, history: &History) -> Self {
        let hostcall = &hostcalls()[usize::from(bytes.byte()) % hostcalls().len()];
        let choices = bytes.take(hostcall.params().len() + hostcall.results().len());
        let mut reader = Reader {
            hostcall,
            bytes,
            guest,
            history,
            choices,
            args: Vec::new(),
            written: Vec::new(),
            written_handles: Vec::new(),
            known: None,
            secrets: Vec::new(),
        };
        reader.read();
        let Reader { args, written, written_handles, known, secrets, .. } = reader;
        let makes_rsa_key = hostcall.name().starts_with("keypair_generate")
            && known.is_some_and(|known| known.info.name.starts_with("RSA"));
        let batch = Batch::of(hostcall, &args, &guest.memory);
        let is_left_out = makes_rsa_key || batch.as_ref().is_some_and(Batch::loses_handles);
        Self { hostcall, args, written, written_handles, batch, is_left_out, secrets }
    }

    /// Takes secrets out of the guest's memory that it has passed to the host, so that it does not pass them as what is none.
    pub fn forget_secrets(&self, memory: &mut [u8]) {
        self.secrets.iter().for_each(|secret| memory[secret.indices()].fill(0));
    }
}

struct Reader<'a, 'b> {
    hostcall: &'static Hostcall,
    bytes: &'a mut Bytes<'b>,
    guest: &'a mut Checked,
    history: &'a History,
    choices: &'b [u8],
    args: Vec<u64>,
    written: Vec<Range>,
    written_handles: Vec<Range>,
    /// The algorithm that the call names.
    known: Option<&'static Known>,
    secrets: Vec<Range>,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        let params = self.hostcall.params();
        // The name first: it says what else fits.
        let name = params.iter().position(|param| param.ty == ParamType::String).map(|index| self.name(index));
        for (index, param) in params.iter().enumerate() {
            let choice = self.choice(index);
            match param.ty {
                ParamType::Handle(ty) => self.handle(ty, choice),
                ParamType::String => self.args.extend(name.unwrap_or_default()),
                ParamType::AlgorithmType => self.algorithm_type(choice),
                ParamType::KeypairEncoding
                | ParamType::PublickeyEncoding
                | ParamType::SecretkeyEncoding
                | ParamType::SignatureEncoding => {
                    let encoding = if choice < 240 { u32::from(choice % 4) } else { self.bytes.u32() };
                    self.args.push(encoding.into());
                }
                ParamType::ConstPointer => self.input(index, choice),
                ParamType::Pointer => self.output(choice),
                // What its pointer has pushed.
                ParamType::Size => {}
                ParamType::U64 => {
                    let number = if choice < 224 { u64::from(choice) } else { self.bytes.u64() };
                    self.args.push(number);
                }
                ParamType::Version => {
                    let number = match choice {
                        0 => version::LATEST,
                        1..200 => u64::from(choice % 8),
                        200..232 => version::UNSPECIFIED + u64::from(choice % 4),
                        _ => self.bytes.u64(),
                    };
                    self.args.push(number);
                }
                ParamType::Timestamp => {
                    let time = match choice {
                        0 => u64::MAX,
                        // Before now, now and after.
                        1..224 => NOW - 112 + u64::from(choice),
                        _ => self.bytes.u64(),
                    };
                    self.args.push(time);
                }
                ParamType::OptOptions => self.optional(HandleType::Options, RECORDS, choice),
                ParamType::OptSymmetricKey => self.optional(HandleType::SymmetricKey, RECORDS + 8, choice),
                ParamType::List(list) => self.list(list, choice),
            }
        }
        self.slots();
    }

    fn choice(&self, index: usize) -> u8 {
        self.choices.get(index).copied().unwrap_or(0)
    }

    /// Puts a name into memory: an algorithm that the function may know, an option, or anything.
    fn name(&mut self, index: usize) -> [u64; 2] {
        let function = self.hostcall.name();
        let is_option = self.hostcall.params()[index].name == "name";
        let choice = self.choice(index);
        let literal = if choice >= 240 { self.bytes.short() } else { &[] };
        let mut name = match choice {
            240.. => literal.to_vec(),
            _ if is_option => OPTIONS[usize::from(choice) % OPTIONS.len()].into(),
            224.. => known()[usize::from(self.bytes.byte()) % known().len()].info.name.into(),
            _ => {
                let fits = |known: &&Known| match known.info.algorithm_type {
                    AlgorithmType::Symmetric => function.starts_with("symmetric_"),
                    AlgorithmType::Signatures => !function.starts_with("symmetric_"),
                    AlgorithmType::KeyExchange => !function.starts_with("symmetric_") && function != "signature_import",
                };
                let names: Vec<&Known> = known().iter().filter(fits).collect();
                names[usize::from(choice) % names.len()].info.name.into()
            }
        };
        if choice >= 192 {
            name.make_ascii_lowercase();
        }
        self.known = known::find(&name);
        self.put(NAME, &name);
        [u64::from(NAME), name.len() as u64]
    }

    /// Mostly one that is open and of this type, the newest for 0.
    fn handle(&mut self, ty: HandleType, choice: u8) {
        let handle = pick_handle(self.guest, self.bytes, ty, choice);
        self.args.push(handle.into());
    }

    fn algorithm_type(&mut self, choice: u8) {
        let fits = self.known.map_or(AlgorithmType::Symmetric, |known| known.info.algorithm_type);
        let ty = match choice {
            0..200 => fits as u32,
            200..240 => u32::from(choice % 4),
            _ => self.bytes.u32(),
        };
        self.args.push(ty.into());
    }

    /// Bytes that the host reads.
    fn input(&mut self, index: usize, choice: u8) {
        let range = match choice {
            0..128 => self.fitting_input(index, choice),
            128..192 => [u64::from(self.bytes.u16()) % MEMORY as u64, self.bytes.byte().into()],
            192..224 => self.history.output(usize::from(choice % 4)),
            224..240 => {
                let literal = self.bytes.short();
                let start = DATA + 256 * u32::from(choice % 4);
                self.put(start, literal);
                [start.into(), literal.len() as u64]
            }
            _ => [self.bytes.u32().into(), self.bytes.u32().into()],
        };
        self.args.extend(range);
    }

    fn fitting_input(&mut self, index: usize, choice: u8) -> [u64; 2] {
        let name = self.hostcall.name();
        let at = [u64::from(DATA), u64::from(choice % 64)];
        match (name, self.hostcall.params()[index].name) {
            (_, param) if param.ends_with("_id") => [IDENTIFIER, Identifier::LEN as u64],
            ("external_secret_decapsulate", _) => self.history.output(0),
            ("symmetric_key_import", _) if choice % 2 == 1 => [DATA.into(), self.key_len() as u64],
            ("symmetric_key_import", _) => self.put_secret(&secret(self.key_len())),
            (_, "secret") => self.put_secret(&secret(usize::from(choice % 64))),
            // 12, 24, 16 or 32 bytes are a nonce.
            ("options_set", _) => [DATA.into(), [12, 24, 9, 0, 16, 32][usize::from(choice % 6)]],
            ("symmetric_tag_verify" | "symmetric_state_decrypt" | "kx_decapsulate", _) => self.history.output(0),
            ("symmetric_state_decrypt_detached", "data") => self.history.output(1),
            ("symmetric_state_decrypt_detached", _) => self.history.output(0),
            _ => match (Part::of_function(name), self.known) {
                (Some(part), Some(known)) => self.known_form(part, known, index, at),
                _ => at,
            },
        }
    }

    /// A good key in the encoding that the call is going to name.
    fn known_form(&mut self, part: Part, known: &'static Known, index: usize, otherwise: [u64; 2]) -> [u64; 2] {
        // Behind the pointer come its size and the encoding.
        let encoding = u32::from(self.choice(index + 2) % 4);
        let Some(form) = known.form(part, encoding).or_else(|| known.form(part, RAW)) else { return otherwise };
        self.put_secret(form)
    }

    /// Puts there what nobody else shall see.
    fn put_secret(&mut self, secret: &[u8]) -> [u64; 2] {
        self.put(DATA, secret);
        self.secrets.extend(self.written.last());
        [DATA.into(), secret.len() as u64]
    }

    /// The size of a key of the algorithm that the call names.
    fn key_len(&self) -> usize {
        self.known.map_or(0, Known::key_len)
    }

    /// Bytes that the host writes.
    fn output(&mut self, choice: u8) {
        let len = self.fitting_len(choice);
        // The data that the call is going to read lies there as a rule.
        let data = self.data_of_call();
        let range = match choice {
            0..64 if gives_identifier(self.hostcall) => [IDENTIFIER, len],
            0..64 => [u64::from(OUTPUT), len],
            64..128 => [data, len],
            128..160 => [(data + u64::from(choice % 32)).saturating_sub(8), len],
            160..192 => [u64::from(OUTPUT), len + u64::from(choice % 8)],
            192..240 => [u64::from(self.bytes.u16()) % MEMORY as u64, self.bytes.byte().into()],
            _ => [self.bytes.u32().into(), self.bytes.u32().into()],
        };
        self.args.extend(range);
    }

    /// As many bytes as the call has to be given room for, if it is to succeed.
    fn fitting_len(&mut self, choice: u8) -> u64 {
        let handle = self.args.first().map_or(0, |arg| *arg as u32);
        let asked = match self.hostcall.name() {
            "array_output_pull" => self.guest.ask("array_output_len", handle),
            "symmetric_tag_pull" => self.guest.ask("symmetric_tag_len", handle),
            "symmetric_state_encrypt" => Some(self.data_len() + self.added(handle)),
            "symmetric_state_encrypt_detached" => Some(self.data_len()),
            "symmetric_state_decrypt" => Some((self.history.output(0)[1] as u32).saturating_sub(self.added(handle))),
            "symmetric_state_decrypt_detached" => Some(self.history.output(1)[1] as u32),
            _ if gives_identifier(self.hostcall) => Some(Identifier::LEN as u32),
            _ => Some(32 + 32 * u32::from(choice % 4)),
        };
        // Not more than there is room for.
        u64::from(asked.unwrap_or(32).min(OUTPUT - 64))
    }

    /// What a cipher adds to a message, in bytes.
    fn added(&mut self, handle: u32) -> u32 {
        self.guest.ask("symmetric_state_max_tag_len", handle).unwrap_or(0)
    }

    /// The size of the data of an encryption, whose choice comes behind the output and its size.
    fn data_len(&self) -> u32 {
        let choice = self.choice(3);
        if choice < 128 { u32::from(choice % 64) } else { 0 }
    }

    /// Where the data of a cipher begins, as far as that is known before it is chosen.
    fn data_of_call(&self) -> u64 {
        match self.hostcall.name() {
            "symmetric_state_decrypt" => self.history.output(0)[0],
            "symmetric_state_decrypt_detached" => self.history.output(1)[0],
            _ => DATA.into(),
        }
    }

    /// A record of an optional handle, mostly one that fits.
    fn optional(&mut self, ty: HandleType, record: u32, choice: u8) {
        let is_wanted = match ty {
            HandleType::SymmetricKey => self.known.is_some_and(|known| known.info.key_len.is_some()),
            _ => self.known.is_none_or(is_symmetric),
        };
        let is_there = self.guest.open().iter().any(|open| open.ty == ty);
        let bytes = match choice {
            0 if !(is_wanted && is_there) => [1, 0, 0, 0, 0, 0, 0, 0],
            1..64 => [1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            224..240 => self.bytes.u64().to_le_bytes(),
            240.. => {
                let start = self.bytes.u32();
                self.args.push(start.into());
                return;
            }
            _ => {
                let [a, b, c, d] = pick_handle(self.guest, self.bytes, ty, choice).to_le_bytes();
                [0, 0xff, 0xff, 0xff, a, b, c, d]
            }
        };
        self.put(record, &bytes);
        self.args.push(record.into());
    }

    /// Two entries for 0, fewer or more; or what lies anywhere.
    fn list(&mut self, ty: ListType, choice: u8) {
        let range = match choice {
            0..224 => {
                let count = (2 + u32::from(choice)) % (MAX_ENTRIES + 1);
                let Self { hostcall, history, .. } = *self;
                let mut reader = batch::Reader { hostcall, bytes: self.bytes, guest: self.guest, history, count };
                let (list, handles) = reader.list(ty);
                self.put(LIST, &list);
                let at_list = |range: Range| Range { start: u64::from(LIST) + range.start, ..range };
                self.written_handles.extend(handles.into_iter().map(at_list));
                [LIST, count]
            }
            224..240 => [u32::from(self.bytes.u16()) % MEMORY as u32, u32::from(choice % 8)],
            _ => [self.bytes.u32(), self.bytes.u32()],
        };
        self.args.extend(range.map(u64::from));
    }

    /// Where the results go: apart from all else, or into a buffer of the call, or anywhere.
    fn slots(&mut self) {
        let params = self.hostcall.params().len();
        let is_buffer = |ty: ParamType| matches!(ty, ParamType::Pointer | ParamType::List(_));
        let buffer = placed(self.hostcall).find(|(ty, _)| is_buffer(*ty)).map(|(_, at)| self.args[at]);
        let mut handles: Vec<Range> = Vec::new();
        for (index, result) in self.hostcall.results().iter().enumerate() {
            let usual = u64::from(SLOTS) + 8 * index as u64;
            let mut start = match self.choice(params + index) {
                0..192 => usual,
                choice @ 192..216 => buffer.unwrap_or(DATA.into()) + u64::from(choice - 192),
                216..240 => u64::from(self.bytes.u16()) % MEMORY as u64,
                _ => self.bytes.u32().into(),
            };
            // Two handles in one place: one of them would be lost to this guest.
            let slot = |start| Range { start, len: 4 };
            while handles.iter().any(|other| other.overlaps(slot(start))) {
                start += 4;
            }
            if matches!(result, ResultType::Handle(_)) {
                handles.push(slot(start));
            }
            self.args.push(start);
        }
    }

    fn put(&mut self, start: u32, bytes: &[u8]) {
        let len = bytes.len().min(MEMORY - start as usize);
        self.guest.memory[start as usize..][..len].copy_from_slice(&bytes[..len]);
        self.written.push(Range { start: start.into(), len: len as u64 });
    }
}

/// Mostly a handle that is open and of this type, the newest for 0.
pub fn pick_handle(guest: &Checked, bytes: &mut Bytes<'_>, ty: HandleType, choice: u8) -> u32 {
    let nth = usize::from(choice % 16);
    let fitting: Vec<u32> = guest.open().iter().rev().filter(|open| open.ty == ty).map(|open| open.handle).collect();
    match choice {
        0..208 if !fitting.is_empty() => fitting[nth % fitting.len()],
        208..224 if !guest.open().is_empty() => guest.open()[nth % guest.open().len()].handle,
        240.. => bytes.u32(),
        _ => guest.closed().iter().rev().nth(nth).copied().unwrap_or(0),
    }
}

/// Whether what a call writes is the identifier of a key or secret.
fn gives_identifier(hostcall: &Hostcall) -> bool {
    hostcall.params().iter().any(|param| param.ty == ParamType::Pointer && param.name.ends_with("_id"))
}

/// The size of the tag of every cipher that has one, in bytes.
pub const TAG_LEN: u32 = 16;

fn is_symmetric(known: &Known) -> bool {
    known.info.algorithm_type == AlgorithmType::Symmetric
}
