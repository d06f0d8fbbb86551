//! Makes a WebAssembly guest of programs: the interpreter, a trampoline for each function that is called, and the
//! programs with their data.
//!
//! Memory from the bottom: output buffer, the data of each program, the code, scratch memory, and at least one page
//! that nothing else uses, for what must lie at the end of memory.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wasi_crypto_interface::{CoreType, Function};
use wasm_encoder::{ConstExpr, DataSection, Encode, Section};

use crate::case::{Case, GUARD, Pointer, Region, Relation, Step, Strength, Value};

const INTERPRETER: &str = include_str!("interpreter.wat");

/// The operations of the interpreter, in the order of their opcodes.
const OPERATIONS: &str = "$op_begin $op_end $op_halt $op_call $op_bytes $op_filled $op_numbers $op_store $op_fill \
                          $op_copy $op_grow $op_dump $op_repeat $op_next $op_unchanged";
const BEGIN: u8 = 0;
const END: u8 = 1;
const HALT: u8 = 2;
const CALL: u8 = 3;
const BYTES: u8 = 4;
const FILLED: u8 = 5;
const NUMBERS: u8 = 6;
const STORE: u8 = 7;
const FILL: u8 = 8;
const COPY: u8 = 9;
const GROW: u8 = 10;
const DUMP: u8 = 11;
const REPEAT: u8 = 12;
const NEXT: u8 = 13;
const UNCHANGED: u8 = 14;
const OPERATION_COUNT: u32 = 15;

const DATA_START: u32 = 8192;
const PAGE: u32 = 1 << 16;

/// What a guest runs as one: a case, or one of its alternatives.
#[derive(Clone, Copy)]
pub(crate) struct Program<'a> {
    pub(crate) case: &'a Case,
    pub(crate) steps: &'a [Step],
}

impl<'a> Program<'a> {
    /// The programs of a case: one, or one for each alternative.
    pub(crate) fn of(case: &'a Case) -> Vec<Self> {
        if case.alternatives.is_empty() {
            return vec![Self { case, steps: &case.steps }];
        }
        case.alternatives.iter().map(|alternative| Self { case, steps: &alternative.steps }).collect()
    }

    /// Whether the case is done when this program is.
    pub(crate) fn is_last(&self) -> bool {
        self.case.alternatives.last().is_none_or(|last| std::ptr::eq(last.steps.as_slice(), self.steps))
    }

    /// All steps by their number, those in loops included.
    pub(crate) fn numbered_steps(self) -> Vec<&'a Step> {
        fn collect<'a>(steps: &'a [Step], all: &mut Vec<&'a Step>) {
            for step in steps {
                all.push(step);
                if let Step::Repeat { body, .. } = step {
                    collect(body, all);
                }
            }
        }
        let mut all = Vec::new();
        collect(self.steps, &mut all);
        all
    }

    /// The functions that it calls.
    pub(crate) fn functions(self) -> Vec<&'static Function> {
        let call = |step: &Step| if let Step::Call { function, .. } = step { Some(*function) } else { None };
        self.numbered_steps().into_iter().filter_map(call).collect()
    }
}

impl Case {
    /// The functions that it calls, by their names in the interface.
    pub fn functions(&self) -> BTreeSet<&'static str> {
        let called = Program::of(self).into_iter().flat_map(Program::functions);
        called.map(|function| function.name()).collect()
    }
}

/// The guest that runs these programs one after the other. It reports each under its place in `programs`.
pub(crate) fn module(programs: &[Program<'_>]) -> Vec<u8> {
    if let [Program { case: Case { own_guest: Some(guest), .. }, .. }] = programs {
        return guest();
    }
    module_with(programs, &[])
}

/// As [`module`]; imports these functions, too, whether they are called or not.
pub(crate) fn module_with(programs: &[Program<'_>], functions: &[&'static Function]) -> Vec<u8> {
    let mut imports = functions.to_vec();
    for function in programs.iter().flat_map(|program| program.functions()) {
        if !imports.iter().any(|known| known.name() == function.name()) {
            imports.push(function);
        }
    }
    let layout = Layout::new(programs);
    let code =
        Encoder { imports: &imports, layout: &layout, code: Vec::new(), step: 0, bases: Bases::default(), scratch: 0 }
            .programs(programs);

    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(DATA_START as i32), layout.data.iter().copied());
    data.active(0, &ConstExpr::i32_const(layout.code_start as i32), code.iter().copied());
    let scratch_end = layout.scratch_start(code.len() as u32) + layout.scratch;
    let pages = scratch_end.div_ceil(PAGE) + 1;

    let text = text(&imports, layout.code_start, pages);
    let mut wasm = wat::parse_str(text).expect("the interpreter is valid");
    wasm.push(data.id());
    data.encode(&mut wasm);
    wasm
}

/// The text of everything but the data.
fn text(imports: &[&'static Function], code_start: u32, pages: u32) -> String {
    let mut text = String::from("(module\n");
    for (i, function) in imports.iter().enumerate() {
        import(&mut text, function, &format!("$import{i}"));
    }
    text.push_str(
        "  (import \"wasi_snapshot_preview1\" \"fd_write\" (func $fd_write (param i32 i32 i32 i32) (result i32)))\n",
    );
    let _ = writeln!(text, "  (memory (export \"memory\") {pages})");
    let _ = write!(text, "  (table funcref (elem {OPERATIONS}");
    for i in 0..imports.len() {
        let _ = write!(text, " $trampoline{i}");
    }
    text.push_str("))\n");
    for (i, function) in imports.iter().enumerate() {
        let _ = write!(text, "  (func $trampoline{i} (type $trampoline) (call $import{i}");
        for (n, ty) in function.core_params().iter().enumerate() {
            let value = if *ty == CoreType::I64 { "$value" } else { "$value32" };
            let _ = write!(text, " (call {value} (i32.add (local.get 0) (i32.const {})))", n * VALUE_LEN);
        }
        text.push_str("))\n");
    }
    text.push_str(&INTERPRETER.replace("PROGRAM", &code_start.to_string()));
    text.push(')');
    text
}

fn import(text: &mut String, function: &Function, name: &str) {
    let _ = write!(text, "  (import \"{}\" \"{}\" (func {name} (param", function.module(), function.name());
    for ty in function.core_params() {
        text.push_str(if *ty == CoreType::I64 { " i64" } else { " i32" });
    }
    text.push_str(") (result i32)))\n");
}

/// Where the regions of a program begin.
#[derive(Clone, Copy, Default)]
struct Bases {
    constants: u32,
    variables: u32,
}

struct Layout {
    /// What memory holds from [`DATA_START`] on.
    data: Vec<u8>,
    bases: Vec<Bases>,
    code_start: u32,
    scratch: u32,
}

impl Layout {
    fn new(programs: &[Program<'_>]) -> Self {
        let mut data = Vec::new();
        let mut place = |bytes: &[u8]| {
            data.resize(data.len().next_multiple_of(16), 0);
            let start = DATA_START + data.len() as u32;
            data.extend_from_slice(bytes);
            start
        };
        let bases = programs.iter().map(|program| {
            let image = &program.case.image;
            Bases { constants: place(&image.constants), variables: place(&image.variables) }
        });
        let bases = bases.collect();
        let code_start = DATA_START + data.len().next_multiple_of(16) as u32;
        let scratch = programs.iter().map(|program| program.case.image.scratch).max().unwrap_or(0);
        Self { data, bases, code_start, scratch }
    }

    /// Scratch memory begins with a page, so that its place does not depend on the length of the code it follows.
    fn scratch_start(&self, code_len: u32) -> u32 {
        (self.code_start + code_len).next_multiple_of(PAGE)
    }
}

const VALUE_LEN: usize = 13;

struct Encoder<'a> {
    imports: &'a [&'static Function],
    layout: &'a Layout,
    code: Vec<u8>,
    /// The number of the next step.
    step: u32,
    bases: Bases,
    /// Where scratch memory begins.
    scratch: u32,
}

impl Encoder<'_> {
    fn programs(mut self, programs: &[Program<'_>]) -> Vec<u8> {
        // Twice: the first time only to learn how long the code is, which says where scratch memory begins.
        self.scratch = self.layout.scratch_start(self.encode_all(programs));
        self.code.clear();
        self.encode_all(programs);
        self.code
    }

    fn encode_all(&mut self, programs: &[Program<'_>]) -> u32 {
        for (index, program) in programs.iter().enumerate() {
            self.bases = self.layout.bases[index];
            self.program(index as u32, program);
        }
        self.u8(HALT);
        self.code.len() as u32
    }

    fn program(&mut self, index: u32, program: &Program<'_>) {
        self.step = 0;
        self.u8(BEGIN);
        self.u32(index);
        let next = self.hole();
        for step in program.steps {
            self.step(step);
        }
        self.checks(program);
        self.u8(END);
        self.fill_hole(next);
    }

    /// What every case is checked for at its end.
    fn checks(&mut self, program: &Program<'_>) {
        let image = &program.case.image;
        for (start, len) in image.all_guards() {
            let at = Value::Address(Pointer::new(Region::Variable, start));
            let guard = Step::Filled { at, len: len.into(), byte: GUARD, strength: Strength::Must };
            self.step(&guard);
        }
        if !image.constants.is_empty() {
            self.u8(UNCHANGED);
            self.u32(self.step);
            self.u32(self.bases.constants);
            self.u32(image.constants.len() as u32);
            self.code.extend_from_slice(&fnv1a(&image.constants).to_le_bytes());
        }
    }

    fn step(&mut self, step: &Step) {
        let number = self.step;
        self.step += 1;
        match step {
            Step::Call { function, args, expect, stop_at } => {
                let import = self.imports.iter().position(|known| known.name() == function.name());
                let import = import.expect("all functions that are called are imported") as u32;
                self.u8(CALL);
                for field in [OPERATION_COUNT + import, expect.best, expect.info, expect.warn, *stop_at, number] {
                    self.u32(field);
                }
                self.u32(args.len() as u32);
                self.values(args);
            }
            Step::Bytes { left, right, len, equal, strength } => {
                self.check(BYTES, u8::from(*equal), *strength, number);
                self.values([left, right, len]);
            }
            Step::Filled { at, len, byte, strength } => {
                self.check(FILLED, *byte, *strength, number);
                self.values([at, len]);
            }
            Step::Numbers { left, relation, right, strength } => {
                let relation = match relation {
                    Relation::Equal => 0,
                    Relation::NotEqual => 1,
                    Relation::AtMost => 2,
                    Relation::AtLeast => 3,
                };
                self.check(NUMBERS, relation, *strength, number);
                self.values([left, right]);
            }
            Step::Store { at, value, wide } => {
                self.u8(STORE);
                self.u8(u8::from(*wide));
                self.values([at, value]);
            }
            Step::Fill { at, len, byte } => {
                self.u8(FILL);
                self.u8(*byte);
                self.values([at, len]);
            }
            Step::Copy { to, from, len } => {
                self.u8(COPY);
                self.values([to, from, len]);
            }
            Step::Grow { pages } => {
                self.u8(GROW);
                self.u32(*pages);
            }
            Step::Dump { at, len } => {
                self.u8(DUMP);
                self.u32(number);
                self.values([at, len]);
            }
            Step::Repeat { count, body } => {
                self.u8(REPEAT);
                let end = self.hole();
                self.value(count);
                body.iter().for_each(|step| self.step(step));
                self.u8(NEXT);
                self.fill_hole(end);
            }
        }
    }

    fn check(&mut self, opcode: u8, what: u8, strength: Strength, number: u32) {
        self.u8(opcode);
        self.u8(what);
        self.u8(u8::from(strength != Strength::Must));
        self.u32(number);
    }

    fn values<'v>(&mut self, values: impl IntoIterator<Item = &'v Value>) {
        values.into_iter().for_each(|value| self.value(value));
    }

    fn value(&mut self, value: &Value) {
        let (kind, [a, b, c]) = match *value {
            Value::Number(n) => (0, [n as u32, (n >> 32) as u32, 0]),
            Value::Address(Pointer { region: Region::End, offset, .. }) => (4, [offset, 0, 0]),
            Value::Address(pointer) => (1, [self.address(pointer), pointer.stride, 0]),
            Value::U32At(pointer, add) => (2, [self.address(pointer), pointer.stride, add]),
            Value::U64At(pointer) => (3, [self.address(pointer), pointer.stride, 0]),
            Value::Round => (5, [0; 3]),
        };
        self.u8(kind);
        for field in [a, b, c] {
            self.u32(field);
        }
    }

    fn address(&self, pointer: Pointer) -> u32 {
        let base = match pointer.region {
            Region::Constant => self.bases.constants,
            Region::Variable => self.bases.variables,
            Region::Scratch => self.scratch,
            Region::Absolute => 0,
            Region::End => panic!("loads from the end of memory go through a copy"),
        };
        base.wrapping_add(pointer.offset)
    }

    fn u8(&mut self, n: u8) {
        self.code.push(n);
    }

    fn u32(&mut self, n: u32) {
        self.code.extend_from_slice(&n.to_le_bytes());
    }

    /// Leaves room for an address that is not known yet.
    fn hole(&mut self) -> usize {
        self.u32(0);
        self.code.len() - 4
    }

    /// Puts the address of the next operation into a hole.
    fn fill_hole(&mut self, hole: usize) {
        let address = self.layout.code_start + self.code.len() as u32;
        self.code[hole..hole + 4].copy_from_slice(&address.to_le_bytes());
    }
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
