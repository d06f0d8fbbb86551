//! Fits a case to a host that does not read or write keys in every encoding, so that what lies behind is still judged:
//! keys go in as the host can read them, and what looks at a key that cannot come out is left out.

use std::borrow::Cow;

use wasi_crypto_interface::{AlgorithmType, Errno, Function, HandleType, optional_handle};

use crate::calls::{Encoding, KeyKind};
use crate::case::{Case, Expect, Handle, Pointer, Region, Step, Value, bit};
use crate::guest::Program;
use crate::key_formats::{Format, rewrite};
use crate::key_probe::{Answer, Keys};
use crate::test_keys::{self, TestKey};

/// A case as the host can run it.
pub(crate) struct Fitted<'a> {
    pub(crate) case: Cow<'a, Case>,
    /// What is other than it is written, for reports.
    pub(crate) changes: Vec<String>,
}

impl<'a> Fitted<'a> {
    fn unchanged(case: &'a Case) -> Self {
        Self { case: Cow::Borrowed(case), changes: Vec::new() }
    }
}

/// The case as this host can run it. The error says what the host does not have that the case is about.
pub(crate) fn fit<'a>(case: &'a Case, keys: &Keys) -> Result<Fitted<'a>, String> {
    let touches = |program: Program<'_>| {
        program.numbered_steps().into_iter().any(|step| key_step(case, step).is_some_and(|step| step.is_missing(keys)))
    };
    if !Program::of(case).into_iter().any(touches) {
        return Ok(Fitted::unchanged(case));
    }
    if case.exact_keys {
        return fit_as_written(case, keys);
    }
    let mut fitting = Fitting::new(case, keys);
    let mut fitted = case.clone();
    if case.alternatives.is_empty() {
        fitted.steps = fitting.program(&case.steps)?;
    } else {
        // The preferred alternative says what the case is about; others that cannot be run drop out.
        let mut alternatives = Vec::new();
        for alternative in &case.alternatives {
            match fitting.program(&alternative.steps) {
                Ok(steps) => alternatives.push(crate::case::Alternative { steps, ..alternative.clone() }),
                Err(reason) if alternatives.is_empty() => return Err(reason),
                Err(_) => {}
            }
        }
        fitted.alternatives = alternatives;
    }
    fitted.image = fitting.case.image;
    if fitting.known_keys_are_gone {
        // It knows the public key, and the host made another.
        fitted.oracle = None;
    }
    Ok(Fitted { case: Cow::Owned(fitted), changes: fitting.changes })
}

/// Cases about an encoding: they apply, or they do not.
fn fit_as_written<'a>(case: &'a Case, keys: &Keys) -> Result<Fitted<'a>, String> {
    let first = Program::of(case)[0];
    let steps = first.numbered_steps();
    let missing = steps.into_iter().filter_map(|step| key_step(case, step)).find_map(|step| step.refusal(keys));
    missing.map_or_else(|| Ok(Fitted::unchanged(case)), Err)
}

/// A call that succeeds only if the host reads or writes an encoding.
struct KeyStep<'c> {
    algorithm: &'c str,
    act: Act<'c>,
}

enum Act<'c> {
    /// Bytes that are known before the guest runs, or not.
    Import(KeyKind, Encoding, Option<&'c [u8]>),
    Export(KeyKind, Encoding),
    /// A malformed key shall be refused: on a host that refuses all in this encoding, that says nothing.
    Refuse(KeyKind, Encoding),
    ImportSignature,
}

/// What a step asks of the host's encodings, if it is sure to ask for something.
fn key_step<'c>(case: &'c Case, step: &Step) -> Option<KeyStep<'c>> {
    let Step::Call { function, args, expect, .. } = step else { return None };
    let refuses = expect.best & (bit(Errno::InvalidKey) | bit(Errno::InvalidSignature)) != 0;
    if expect.best != bit(Errno::Success) && !refuses {
        return None;
    }
    let kind_of = |suffix: &str| {
        let name = function.name().strip_suffix(suffix)?;
        KeyKind::ALL.into_iter().find(|kind| kind.name() == name)
    };
    if let Some(kind) = kind_of("_import") {
        let [_, name, name_len, data, data_len, encoding, _] = args[..] else { return None };
        let algorithm = str::from_utf8(constant(case, name, name_len)?).ok()?;
        let encoding = encoding_of(kind, encoding)?;
        if refuses {
            return Some(KeyStep { algorithm, act: Act::Refuse(kind, encoding) });
        }
        return Some(KeyStep { algorithm, act: Act::Import(kind, encoding, constant(case, data, data_len)) });
    }
    if let Some(kind) = kind_of("_export")
        && !refuses
    {
        let [_, encoding, _] = args[..] else { return None };
        let algorithm = case.algorithms.first()?;
        return Some(KeyStep { algorithm, act: Act::Export(kind, encoding_of(kind, encoding)?) });
    }
    if function.name() == "signature_import" {
        let [name, name_len, _, _, encoding, _] = args[..] else { return None };
        let algorithm = str::from_utf8(constant(case, name, name_len)?).ok()?;
        let is_raw = encoding == Value::Number(wasi_crypto_interface::SignatureEncoding::Raw as u64);
        return is_raw.then_some(KeyStep { algorithm, act: Act::ImportSignature });
    }
    None
}

fn encoding_of(kind: KeyKind, number: Value) -> Option<Encoding> {
    let Value::Number(number) = number else { return None };
    kind.encodings().get(usize::try_from(number).ok()?).copied()
}

/// Input data that a step names by its address and length.
fn constant(case: &Case, at: Value, len: Value) -> Option<&[u8]> {
    let (Value::Address(Pointer { region: Region::Constant, offset, stride: 0 }), Value::Number(len)) = (at, len)
    else {
        return None;
    };
    case.image.constants.get(offset as usize..)?.get(..usize::try_from(len).ok()?)
}

impl KeyStep<'_> {
    fn is_missing(&self, keys: &Keys) -> bool {
        self.answer(keys).is_some()
    }

    fn answer<'k>(&self, keys: &'k Keys) -> Option<&'k Answer> {
        match self.act {
            Act::Import(kind, encoding, _) | Act::Refuse(kind, encoding) => {
                keys.cannot_read(self.algorithm, kind, Format::of(encoding)?)
            }
            Act::Export(kind, encoding) => keys.cannot_write(self.algorithm, kind, encoding),
            Act::ImportSignature => keys.cannot_read_signature(self.algorithm),
        }
    }

    /// Why the step cannot succeed, if so.
    fn refusal(&self, keys: &Keys) -> Option<String> {
        let (answer, algorithm) = (self.answer(keys)?.sentence(), self.algorithm);
        Some(match self.act {
            Act::Import(kind, encoding, _) | Act::Refuse(kind, encoding) => {
                format!("the host does not read {algorithm} {}s as {}: {answer}", kind.name(), encoding.name())
            }
            Act::Export(kind, encoding) => {
                format!("the host does not write {algorithm} {}s as {}: {answer}", kind.name(), encoding.name())
            }
            Act::ImportSignature => format!("the host does not read raw signatures of {algorithm}: {answer}"),
        })
    }
}

struct Fitting<'a> {
    /// Gets the data and slots that the new steps need.
    case: Case,
    keys: &'a Keys,
    changes: Vec<String>,
    /// The host makes the pairs of the case by itself.
    known_keys_are_gone: bool,
    /// For one program: what was not made, as the host does not write it.
    not_made: Vec<(Region, u32, u32)>,
    /// For one program: calls that were left out, and that were not.
    left_out: usize,
    kept: usize,
    /// For one program: pairs that were made in the place of known ones.
    pairs: Vec<(Vec<u8>, Handle)>,
}

impl<'a> Fitting<'a> {
    fn new(case: &Case, keys: &'a Keys) -> Self {
        let known_keys_are_gone = {
            let lost = |step: &KeyStep<'_>| {
                let Act::Import(kind, _, Some(_)) = step.act else { return false };
                kind != KeyKind::Publickey && keys.generates(step.algorithm) && !is_slow(step.algorithm)
            };
            let programs = Program::of(case).into_iter();
            let mut steps = programs.flat_map(Program::numbered_steps).filter_map(|step| key_step(case, step));
            steps.any(|step| lost(&step))
        };
        Self {
            case: case.clone(),
            keys,
            changes: Vec::new(),
            known_keys_are_gone,
            not_made: Vec::new(),
            left_out: 0,
            kept: 0,
            pairs: Vec::new(),
        }
    }

    fn program(&mut self, steps: &[Step]) -> Result<Vec<Step>, String> {
        (self.left_out, self.kept) = (0, 0);
        self.not_made.clear();
        self.pairs.clear();
        let fitted = self.steps(steps)?;
        if self.left_out > self.kept {
            return Err(self.changes.pop().unwrap_or_else(|| "the host cannot write the keys that it asks for".into()));
        }
        Ok(fitted)
    }

    fn steps(&mut self, steps: &[Step]) -> Result<Vec<Step>, String> {
        let mut fitted = Vec::with_capacity(steps.len());
        for step in steps {
            if self.depends(step) {
                if matches!(step, Step::Dump { .. }) && self.case.oracle.is_some() && !self.known_keys_are_gone {
                    return Err(self.changes.pop().unwrap_or_default());
                }
                self.leave_out(step);
                continue;
            }
            if let Step::Repeat { count, body } = step {
                let body = self.steps(body)?;
                fitted.push(Step::Repeat { count: *count, body });
                continue;
            }
            let own = self.case.clone();
            match key_step(&own, step) {
                Some(KeyStep { algorithm, act: Act::Import(kind, encoding, Some(bytes)) }) => {
                    fitted.extend(self.import(step, test_key(algorithm)?, (kind, encoding, bytes))?);
                }
                Some(key_step @ KeyStep { act: Act::Export(..), .. }) => {
                    let gone = self.known_keys_are_gone.then(|| "the key is one that the host has made".to_owned());
                    match gone.or_else(|| key_step.refusal(self.keys)) {
                        Some(reason) => {
                            self.note(reason);
                            self.leave_out(step);
                            continue;
                        }
                        None => fitted.push(step.clone()),
                    }
                }
                Some(key_step) => match key_step.refusal(self.keys) {
                    Some(reason) => return Err(reason),
                    None => fitted.push(step.clone()),
                },
                None => fitted.push(self.same_error(step)),
            }
            self.kept += usize::from(matches!(step, Step::Call { .. }));
        }
        Ok(fitted)
    }

    /// The steps that import the key in a way that the host can read.
    fn import(
        &mut self,
        step: &Step,
        key: &'static TestKey,
        (kind, encoding, bytes): (KeyKind, Encoding, &[u8]),
    ) -> Result<Vec<Step>, String> {
        let refusal =
            KeyStep { algorithm: key.algorithm, act: Act::Import(kind, encoding, Some(bytes)) }.refusal(self.keys);
        let Step::Call { function, args, .. } = step else { return Ok(vec![step.clone()]) };
        let result = args[args.len() - 1];
        if self.known_keys_are_gone && is_test_key(key, kind, encoding, bytes) {
            return self.generated(key, kind, bytes, result);
        }
        let Some(refusal) = refusal else { return Ok(vec![step.clone()]) };
        for format in self.keys.readable(key, kind) {
            if let Some(form) = rewrite(key, (kind, encoding, bytes), (kind, format)) {
                self.note(format!("the key goes in as {}, as {refusal}", format.name()));
                return Ok(vec![self.import_call(function, key, &form, format.encoding().number(kind), result)]);
            }
        }
        let of_pair = match kind {
            KeyKind::Keypair => None,
            KeyKind::Publickey => Some("keypair_publickey"),
            KeyKind::Secretkey => Some("keypair_secretkey"),
        };
        let pair = KeyKind::Keypair;
        for format in self.keys.readable(key, pair) {
            let form = match is_usual(key, kind, encoding, bytes) {
                true => rewrite(key, (pair, key.usual(pair), key.usual_form(pair)), (pair, format)),
                false => rewrite(key, (kind, encoding, bytes), (pair, format)),
            };
            if let (Some(part), Some(form)) = (of_pair, form) {
                self.note(format!("the key comes out of a pair, as {refusal}"));
                let slot = self.case.handle_slot(HandleType::Keypair);
                let import = find("keypair_import");
                return Ok(vec![
                    self.import_call(import, key, &form, format.encoding().number(pair), slot.at().into()),
                    call(find(part), vec![slot.into(), result]),
                ]);
            }
        }
        Err(refusal)
    }

    fn import_call(
        &mut self,
        function: &'static Function,
        key: &TestKey,
        form: &[u8],
        encoding: u32,
        result: Value,
    ) -> Step {
        let (name, form) = (self.case.data(key.algorithm), self.case.data(form));
        let args = vec![
            (key.ty as u32).into(),
            name.start().into(),
            name.len().into(),
            form.start().into(),
            form.len().into(),
            encoding.into(),
            result,
        ];
        call(function, args)
    }

    /// The steps that make a key in the place of a known one. The halves of one known pair are those of one made pair.
    fn generated(
        &mut self,
        key: &'static TestKey,
        kind: KeyKind,
        bytes: &[u8],
        result: Value,
    ) -> Result<Vec<Step>, String> {
        self.note(format!("the host makes the keys by itself, as it reads no key pair of {}", key.algorithm));
        let which = if bytes == key.other() { key.other().to_vec() } else { key.algorithm.as_bytes().to_vec() };
        let mut steps = Vec::new();
        let known = self.pairs.iter().find(|(known, _)| *known == which).map(|(_, pair)| *pair);
        let pair = known.unwrap_or_else(|| {
            let slot = self.case.handle_slot(HandleType::Keypair);
            let name = self.case.data(key.algorithm);
            let none = self.case.data([optional_handle::NONE; optional_handle::LEN]);
            let args = vec![
                (key.ty as u32).into(),
                name.start().into(),
                name.len().into(),
                none.start().into(),
                slot.at().into(),
            ];
            steps.push(call(find("keypair_generate"), args));
            self.pairs.push((which, slot));
            slot
        });
        match kind {
            KeyKind::Publickey => steps.push(call(find("keypair_publickey"), vec![pair.into(), result])),
            KeyKind::Secretkey => steps.push(call(find("keypair_secretkey"), vec![pair.into(), result])),
            KeyKind::Keypair => {
                // An object of its own, as the case may close it.
                let public = self.case.handle_slot(HandleType::Publickey);
                let secret = self.case.handle_slot(HandleType::Secretkey);
                steps.push(call(find("keypair_publickey"), vec![pair.into(), public.at().into()]));
                steps.push(call(find("keypair_secretkey"), vec![pair.into(), secret.at().into()]));
                steps.push(call(find("keypair_from_pk_and_sk"), vec![public.into(), secret.into(), result]));
            }
        }
        Ok(steps)
    }

    /// A call that shall fail for its handle does so with an encoding that the host has.
    fn same_error(&self, step: &Step) -> Step {
        let mut step = step.clone();
        let Step::Call { function, args, expect, .. } = &mut step else { return step };
        let Some(kind) = KeyKind::ALL.into_iter().find(|kind| function.name() == format!("{}_export", kind.name()))
        else {
            return step;
        };
        let Some(algorithm) = self.case.algorithms.first() else { return step };
        if expect.best & bit(Errno::Success) == 0
            && expect.best & bit(Errno::UnsupportedEncoding) == 0
            && let Some(encoding) = encoding_of(kind, args[1])
            && self.keys.cannot_write(algorithm, kind, encoding).is_some()
            && let Some(other) = self.keys.writable(algorithm, kind)
        {
            args[1] = other.number(kind).into();
        }
        step
    }

    /// Whether a step works with something that was not made.
    fn depends(&self, step: &Step) -> bool {
        let from = |values: &[&Value]| values.iter().any(|value| self.is_not_made(value));
        match step {
            Step::Call { args, .. } => args.iter().any(|arg| self.is_not_made(arg)),
            Step::Bytes { left, right, len, .. } => from(&[left, right, len]),
            Step::Filled { at, len, .. } | Step::Fill { at, len, .. } | Step::Dump { at, len } => from(&[at, len]),
            Step::Numbers { left, right, .. } => from(&[left, right]),
            Step::Store { at, value, .. } => from(&[at, value]),
            Step::Copy { to, from: source, len } => from(&[to, source, len]),
            Step::Repeat { count, .. } => from(&[count]),
            Step::Grow { .. } => false,
        }
    }

    fn is_not_made(&self, value: &Value) -> bool {
        let (Value::Address(pointer) | Value::U32At(pointer, _) | Value::U64At(pointer)) = value else { return false };
        let inside = |(region, start, end): &(Region, u32, u32)| {
            *region == pointer.region && (*start..*end).contains(&pointer.offset)
        };
        self.not_made.iter().any(inside)
    }

    /// Nothing comes of the step: what it would have written is not made.
    fn leave_out(&mut self, step: &Step) {
        let mut add = |at: &Value, len: Option<&Value>| {
            let Value::Address(Pointer { region: region @ (Region::Variable | Region::Scratch), offset, .. }) = at
            else {
                return;
            };
            let len = if let Some(Value::Number(len)) = len { (*len).clamp(1, 1 << 24) as u32 } else { 4 };
            self.not_made.push((*region, *offset, offset.saturating_add(len)));
        };
        match step {
            Step::Call { args, .. } => {
                for (i, arg) in args.iter().enumerate() {
                    add(arg, args.get(i + 1));
                }
                self.left_out += 1;
            }
            Step::Copy { to: at, len, .. } | Step::Fill { at, len, .. } => add(at, Some(len)),
            Step::Store { at, wide, .. } => add(at, Some(&Value::Number(if *wide { 8 } else { 4 }))),
            _ => {}
        }
    }

    fn note(&mut self, change: String) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

fn call(function: &'static Function, args: Vec<Value>) -> Step {
    Step::Call { function, args, expect: Expect::only(Errno::Success), stop_at: 0 }
}

fn find(name: &str) -> &'static Function {
    Function::find(name).expect("the interface has the functions for key pairs")
}

fn test_key(algorithm: &str) -> Result<&'static TestKey, String> {
    let key = test_keys::all().iter().find(|key| key.algorithm == algorithm);
    key.ok_or_else(|| format!("no key of {algorithm} is known"))
}

fn is_test_key(key: &TestKey, kind: KeyKind, encoding: Encoding, bytes: &[u8]) -> bool {
    is_usual(key, kind, encoding, bytes) || (kind == KeyKind::Publickey && bytes == key.other())
}

/// Whether it is the test key itself, in any encoding.
fn is_usual(key: &TestKey, kind: KeyKind, encoding: Encoding, bytes: &[u8]) -> bool {
    key.form(kind, encoding) == Some(bytes)
}

/// A pair of more than 2048 bits takes seconds, for each case.
fn is_slow(algorithm: &str) -> bool {
    let key = test_keys::of(algorithm);
    key.ty == AlgorithmType::Signatures && key.family.is_rsa() && key.signature_len > 256
}
