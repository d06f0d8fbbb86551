//! The builder: how a [`Case`] is written, step by step.
//!
//! Steps run in the order in which they are written. A call that is not told otherwise expects success, and the case
//! ends at its first failed step. Every buffer and result slot is filled with [`POISON`] and lies between guard
//! bytes; at the end of each case the guest checks by itself that no guard and no input data has changed.

use wasi_crypto_interface::{CoreType, Errno, Function, HandleType, ResultType, optional_handle};

use crate::arguments::{Arg, Data};
use crate::capability::Capability;
use crate::case::{
    Alternative, Buffer, Case, Expect, GUARD, GUARD_LEN, Handle, Image, Kind, Modifiers, Oracle, Pointer, Region,
    Relation, Size, Step, Strength, Value, Wide,
};

/// What buffers and result slots hold before anybody writes to them.
pub const POISON: u8 = 0xaa;

/// Settings of a case.
impl Case {
    /// A case without steps. `id` is a path: area, family or function, algorithm, behaviour.
    /// `requirements` are the ids in `requirements.tsv` that the case shows to hold or not.
    pub fn new(id: impl Into<String>, requirements: &[&str]) -> Self {
        Self {
            id: id.into(),
            requirements: requirements.iter().map(ToString::to_string).collect(),
            algorithms: Vec::new(),
            capabilities: Vec::new(),
            strength: Strength::Must,
            kind: Kind::Api,
            may_trap: false,
            exact_keys: false,
            steps: Vec::new(),
            alternatives: Vec::new(),
            oracle: None,
            then: None,
            own_guest: None,
            image: Image::default(),
            next: Modifiers::default(),
        }
    }

    /// The algorithm that the case is about. On a host without it the case is not applicable. May be
    /// called again for further algorithms that the case cannot do without; the first one is reported.
    pub fn algorithm(mut self, name: &str) -> Self {
        self.algorithms.push(name.to_owned());
        self
    }

    /// What the case cannot do without. On a host that does not have it, or refuses it, the case is not applicable.
    pub(crate) fn needs(mut self, capability: Capability) -> Self {
        self.capabilities.push(capability);
        self
    }

    /// What the case is about; [`Kind::Api`] if not set.
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// How binding the case is; [`Strength::Must`] if not set.
    pub fn strength(mut self, strength: Strength) -> Self {
        self.strength = strength;
        self
    }

    /// Says that the text allows a trap, too. It is reported as information.
    pub fn may_trap(mut self) -> Self {
        self.may_trap = true;
        self
    }

    /// The case is about the encodings of its keys: on a host without them, others do not do.
    pub(crate) fn exact_keys(mut self) -> Self {
        self.exact_keys = true;
        self
    }

    /// Judges what the case dumped ([`dump`](Self::dump)), in order, in the runner.
    pub fn oracle(mut self, judge: impl Fn(&[Vec<u8>]) -> Result<(), String> + Send + Sync + 'static) -> Self {
        self.oracle = Some(Oracle::from(std::sync::Arc::new(judge) as std::sync::Arc<_>));
        self
    }

    /// Goes on in another process of the engine, when this one has ended: with the case that is made of what this one dumped, in order.
    /// It runs only where what guests store is said to outlive processes.
    pub fn then(mut self, next: impl Fn(&[Vec<u8>]) -> Self + Send + Sync + 'static) -> Self {
        self.then = Some(std::sync::Arc::new(next));
        self
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The algorithm that the case is about, if it is about one.
    pub fn algorithm_name(&self) -> Option<&str> {
        self.algorithms.first().map(String::as_str)
    }
}

/// What the next step shall be like.
impl Case {
    /// The next call shall give this answer instead of success.
    ///
    /// ```
    /// # use wasi_crypto_conformance::Case;
    /// # use wasi_crypto_interface::Errno::InvalidKey;
    /// # let mut c = Case::new("x", &[]);
    /// c.expect(InvalidKey).key_import("AES-128-GCM", [0; 15]);
    /// ```
    pub fn expect(&mut self, expect: impl Into<Expect>) -> &mut Self {
        self.next.expect = Some(expect.into());
        self
    }

    /// The next check is a recommendation: a warning if it fails, and the case goes on.
    pub fn should(&mut self) -> &mut Self {
        self.next.strength = Strength::Should;
        self
    }

    /// The next check is about something that the text leaves open: information if it fails, and the case goes on.
    pub fn observe(&mut self) -> &mut Self {
        self.next.strength = Strength::May;
        self
    }

    /// The next call, which stands in a [`repeat`](Self::repeat), ends the loop if it gives this answer.
    pub fn stop_at(&mut self, errno: Errno) -> &mut Self {
        self.next.stop_at |= crate::case::bit(errno);
        self
    }
}

/// Memory.
impl Case {
    /// Input data. The guest checks at the end that the host left it alone.
    pub fn data(&mut self, bytes: impl AsRef<[u8]>) -> Buffer {
        let bytes = bytes.as_ref();
        let image = &mut self.image;
        let offset = *image.known.entry(bytes.to_vec()).or_insert_with(|| {
            image.constants.extend_from_slice(bytes);
            (image.constants.len() - bytes.len()) as u32
        });
        Buffer { start: Pointer::new(Region::Constant, offset), len: bytes.len() as u32 }
    }

    /// A buffer of poison for the host to write to.
    pub fn buffer(&mut self, len: u32) -> Buffer {
        self.buffer_with(vec![POISON; len as usize])
    }

    /// A buffer with this content for the host to write to, for work in place or with overlap.
    pub fn buffer_with(&mut self, bytes: impl AsRef<[u8]>) -> Buffer {
        Buffer { start: self.place(bytes.as_ref(), 8, 0), len: bytes.as_ref().len() as u32 }
    }

    /// A result slot or buffer of `len` bytes whose address is `misalignment` more than a multiple of 8.
    pub fn unaligned(&mut self, len: u32, misalignment: u32) -> Buffer {
        Buffer { start: self.place(&vec![POISON; len as usize], 8, misalignment), len }
    }

    /// Zeros without guards, for what is large. All cases share them, so set what matters with
    /// [`fill`](Self::fill).
    pub fn scratch(&mut self, len: u32) -> Buffer {
        let start = Pointer::new(Region::Scratch, self.image.scratch);
        self.image.scratch += len.next_multiple_of(8);
        Buffer { start, len }
    }

    /// The last `len` bytes of linear memory. All cases share them, so set what matters with
    /// [`fill`](Self::fill) or [`copy`](Self::copy). At most 64 KiB.
    pub fn tail(&mut self, len: u32) -> Buffer {
        assert!(len <= 65_536, "{}: a guest has only 64 KiB at its end to itself", self.id);
        Buffer { start: Pointer::end(0).minus(len), len }
    }

    /// A slot for a handle.
    pub fn handle_slot(&mut self, ty: HandleType) -> Handle {
        Handle { at: self.place(&[POISON; 4], 4, 0), ty }
    }

    /// A slot for a `u32`.
    pub fn size_slot(&mut self) -> Size {
        Size { at: self.place(&[POISON; 4], 4, 0) }
    }

    /// A slot for a `u64`.
    pub fn wide_slot(&mut self) -> Wide {
        Wide { at: self.place(&[POISON; 8], 8, 0) }
    }

    /// The eight bytes of an optional handle: tag, three bytes of padding, handle. `None` leaves the payload poisoned.
    pub fn optional(&mut self, handle: Option<Value>) -> Pointer {
        match handle {
            None => self.data(tagged(optional_handle::NONE)).start,
            Some(handle) => {
                let at = self.buffer_with(tagged(optional_handle::SOME)).start;
                self.store_u32(at.plus(optional_handle::HANDLE_OFFSET as u32), handle);
                at
            }
        }
    }

    fn place(&mut self, bytes: &[u8], align: u32, misalignment: u32) -> Pointer {
        let variables = &mut self.image.variables;
        // The guard after the last thing is the guard before this one.
        let end = variables.len() as u32;
        let start = (end + GUARD_LEN).next_multiple_of(align) + misalignment;
        let guard_start = end.saturating_sub(if end == 0 { 0 } else { GUARD_LEN });
        variables.resize(start as usize, GUARD);
        variables.extend_from_slice(bytes);
        variables.resize(variables.len() + GUARD_LEN as usize, GUARD);
        self.image.guards.push((guard_start, start - guard_start));
        Pointer::new(Region::Variable, start)
    }
}

/// An optional handle with this tag; all else would be seen if it were taken for a handle.
fn tagged(tag: u8) -> [u8; optional_handle::LEN] {
    let mut bytes = [0xff; optional_handle::LEN];
    bytes[0] = tag;
    bytes
}

/// Steps.
impl Case {
    /// Calls a function by its name in the interface. The arguments are those of the lowered function, strings and
    /// buffers standing for pointer and length; see [`args!`](crate::args).
    ///
    /// # Panics
    ///
    /// If there is no such function, or the arguments do not fit it: a mistake in the case.
    pub fn call(&mut self, function: &str, args: Vec<Arg>) {
        let function = self.function(function);
        let values: Vec<Value> = args.into_iter().flat_map(|arg| self.lower(arg)).collect();
        let core = function.core_params();
        let (id, name) = (&self.id, function.name());
        assert_eq!(values.len(), core.len(), "{id}: {name} takes {core:?}, the case passes {values:?}");
        for (i, (value, ty)) in values.iter().zip(core).enumerate() {
            let fits = match (value, ty) {
                (Value::Number(n), CoreType::I32) => *n <= u64::from(u32::MAX),
                (Value::U64At(_), CoreType::I32) => false,
                _ => true,
            };
            assert!(fits, "{id}: argument {i} of {name} is an i32, the case passes {value:?}");
        }
        let Modifiers { expect, stop_at, .. } = self.take_modifiers();
        let expect = expect.unwrap_or(Expect::only(Errno::Success));
        self.push(Step::Call { function, args: values, expect, stop_at });
    }

    /// Calls a function whose only result is a handle, and returns the place of that handle.
    /// The arguments are those before the result's pointer.
    pub fn open(&mut self, function: &str, mut args: Vec<Arg>) -> Handle {
        let returns = self.function(function).results();
        let [ResultType::Handle(ty)] = returns else {
            panic!("{}: {function} does not return one handle but {returns:?}", self.id);
        };
        let slot = self.handle_slot(*ty);
        args.push(Arg::from(slot.at));
        self.call(function, args);
        slot
    }

    /// Checks that two ranges of the same length hold the same bytes.
    pub fn same(&mut self, left: impl Into<Data>, right: impl Into<Data>) {
        self.compare(left.into(), right.into(), true);
    }

    /// Checks that two ranges of the same length do not hold the same bytes.
    pub fn differ(&mut self, left: impl Into<Data>, right: impl Into<Data>) {
        self.compare(left.into(), right.into(), false);
    }

    /// Checks that nobody has written to a buffer or result slot.
    pub fn untouched(&mut self, buffer: impl Into<Data>) {
        self.filled(buffer, POISON);
    }

    /// Checks that a buffer holds nothing but this byte.
    pub fn filled(&mut self, buffer: impl Into<Data>, byte: u8) {
        let [at, len] = self.range(buffer.into());
        let strength = self.take_modifiers().strength;
        self.push(Step::Filled { at, len, byte, strength });
    }

    /// Checks how two numbers relate.
    pub fn number(&mut self, left: impl Into<Value>, relation: Relation, right: impl Into<Value>) {
        let strength = self.take_modifiers().strength;
        self.push(Step::Numbers { left: left.into(), relation, right: right.into(), strength });
    }

    /// Checks that two numbers are equal.
    pub fn equal(&mut self, left: impl Into<Value>, right: impl Into<Value>) {
        self.number(left, Relation::Equal, right);
    }

    /// Stores four bytes.
    pub fn store_u32(&mut self, at: Pointer, value: impl Into<Value>) {
        self.push(Step::Store { at: at.into(), value: value.into(), wide: false });
    }

    /// Stores eight bytes.
    pub fn store_u64(&mut self, at: Pointer, value: impl Into<Value>) {
        self.push(Step::Store { at: at.into(), value: value.into(), wide: true });
    }

    /// Sets a buffer to one byte.
    pub fn fill(&mut self, buffer: Buffer, byte: u8) {
        self.push(Step::Fill { at: buffer.start.into(), len: buffer.len.into(), byte });
    }

    /// Copies bytes into guest memory; the ranges must not overlap.
    pub fn copy(&mut self, to: Pointer, from: impl Into<Data>) {
        let [from, len] = self.range(from.into());
        self.push(Step::Copy { to: to.into(), from, len });
    }

    /// Lets linear memory grow by pages of 64 KiB.
    pub fn grow(&mut self, pages: u32) {
        self.push(Step::Grow { pages });
    }

    /// Hands bytes to the case's [`oracle`](Self::oracle).
    pub fn dump(&mut self, bytes: impl Into<Data>) {
        let [at, len] = self.range(bytes.into());
        self.push(Step::Dump { at, len });
    }

    /// Repeats steps. Inside, [`Pointer::each`] moves an address on with each round, and a call with
    /// [`stop_at`](Self::stop_at) can end the loop; [`Value::Round`] then says how many rounds were complete.
    pub fn repeat(&mut self, count: impl Into<Value>, body: impl FnOnce(&mut Self)) {
        let outer = std::mem::take(&mut self.steps);
        body(self);
        let body = std::mem::replace(&mut self.steps, outer);
        assert!(!body.iter().any(|step| matches!(step, Step::Repeat { .. })), "{}: a loop in a loop", self.id);
        self.push(Step::Repeat { count: count.into(), body });
    }

    /// Adds one of several behaviours that the text allows: it consists of the steps so far and those of `body`.
    /// The first alternative is the preferred one; the case passes with any. No common steps can follow.
    pub fn alternative(&mut self, name: &str, body: impl FnOnce(&mut Self)) {
        let common = self.steps.clone();
        body(self);
        let steps = std::mem::replace(&mut self.steps, common);
        self.alternatives.push(Alternative { name: name.to_owned(), steps });
    }

    fn compare(&mut self, left: Data, right: Data, equal: bool) {
        let [left, left_len] = self.range(left);
        let [right, right_len] = self.range(right);
        if let (Value::Number(left), Value::Number(right)) = (left_len, right_len) {
            assert_eq!(left, right, "{}: comparison of ranges of different lengths", self.id);
        }
        let strength = self.take_modifiers().strength;
        self.push(Step::Bytes { left, right, len: left_len, equal, strength });
    }

    fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn take_modifiers(&mut self) -> Modifiers {
        std::mem::take(&mut self.next)
    }

    fn function(&self, name: &str) -> &'static Function {
        Function::find(name).unwrap_or_else(|| panic!("{}: the interface has no function {name}", self.id))
    }

    /// An argument as values in memory or on the stack.
    pub(crate) fn lower(&mut self, arg: Arg) -> Vec<Value> {
        match arg {
            Arg::Value(value) => vec![value],
            Arg::Data(data) => self.range(data).to_vec(),
            Arg::Optional(handle) => vec![self.optional(handle).into()],
        }
    }

    fn range(&mut self, data: Data) -> [Value; 2] {
        match data {
            Data::Bytes(bytes) => {
                let buffer = self.data(bytes);
                [buffer.start.into(), buffer.len.into()]
            }
            Data::Range(start, len) => [start, len],
        }
    }
}
