//! What is needed to see one case again: its guest, and a listing that a person can read.

use std::fmt::Write as _;

use crate::case::{Case, Pointer, Region, Relation, Step, Value};
use crate::guest::{self, Program};
use crate::verdict::hex;

/// The guest that runs this case alone.
pub fn wasm(case: &Case) -> Vec<u8> {
    guest::module(&Program::of(case))
}

/// The case in words, step by step.
pub fn listing(case: &Case) -> String {
    let mut text = format!("case         {}\nrequirements {}\n", case.id, case.requirements.join(", "));
    if !case.algorithms.is_empty() {
        let _ = writeln!(text, "algorithms   {}", case.algorithms.join(", "));
    }
    for (n, program) in Program::of(case).into_iter().enumerate() {
        if let Some(alternative) = case.alternatives.get(n) {
            let _ = writeln!(text, "\nalternative {}: {} (any may hold)", n + 1, alternative.name);
        }
        text.push('\n');
        let mut number = 0;
        steps(case, program.steps, 0, &mut number, &mut text);
    }
    let _ = writeln!(text, "\ninput data   {}", hex(&case.image.constants));
    let _ = writeln!(text, "variables    {}", hex(&case.image.variables));
    text
}

fn steps(case: &Case, list: &[Step], indent: usize, number: &mut usize, text: &mut String) {
    for step in list {
        let _ = writeln!(text, "{number:4}  {:indent$}{}", "", sentence(case, step));
        *number += 1;
        if let Step::Repeat { body, .. } = step {
            steps(case, body, indent + 2, number, text);
        }
    }
}

fn sentence(case: &Case, step: &Step) -> String {
    let show = |value: &Value| value_text(case, *value);
    match step {
        Step::Call { function, args, expect, .. } => {
            let args: Vec<String> = args.iter().map(show).collect();
            format!("{}({}) -> {expect}", function.name(), args.join(", "))
        }
        Step::Bytes { left, right, len, equal, .. } => {
            format!("the {} bytes at {} and {} are {}", show(len), show(left), show(right), same(*equal))
        }
        Step::Filled { at, len, byte, .. } => format!("the {} bytes at {} are all {byte:02x}", show(len), show(at)),
        Step::Numbers { left, relation, right, .. } => {
            let relation = match relation {
                Relation::Equal => "=",
                Relation::NotEqual => "≠",
                Relation::AtMost => "≤",
                Relation::AtLeast => "≥",
            };
            format!("{} {relation} {}", show(left), show(right))
        }
        Step::Store { at, value, wide } => {
            format!("store {} bytes at {}: {}", if *wide { 8 } else { 4 }, show(at), show(value))
        }
        Step::Fill { at, len, byte } => format!("set the {} bytes at {} to {byte:02x}", show(len), show(at)),
        Step::Copy { to, from, len } => format!("copy {} bytes from {} to {}", show(len), show(from), show(to)),
        Step::Grow { pages } => format!("memory grows by {pages} pages"),
        Step::Dump { at, len } => format!("show the {} bytes at {}", show(len), show(at)),
        Step::Repeat { count, .. } => format!("repeat {} times:", show(count)),
    }
}

fn same(equal: bool) -> &'static str {
    if equal { "the same" } else { "different" }
}

fn value_text(case: &Case, value: Value) -> String {
    match value {
        Value::Number(n) => n.to_string(),
        Value::Address(pointer) => pointer_text(case, pointer),
        Value::U32At(pointer, 0) => format!("u32[{}]", pointer_text(case, pointer)),
        Value::U32At(pointer, n) => format!("u32[{}]+{n}", pointer_text(case, pointer)),
        Value::U64At(pointer) => format!("u64[{}]", pointer_text(case, pointer)),
        Value::Round => "round".to_owned(),
    }
}

fn pointer_text(case: &Case, Pointer { region, offset, stride }: Pointer) -> String {
    let each = if stride == 0 { String::new() } else { format!("+{stride}*round") };
    match region {
        Region::Constant => {
            let known = case.image.known.iter().find(|(_, start)| **start == offset);
            let text = known.and_then(|(bytes, _)| str::from_utf8(bytes).ok());
            let text = text.filter(|text| !text.is_empty() && text.chars().all(|c| !c.is_control()));
            text.map_or_else(|| format!("data+{offset}{each}"), |text| format!("data+{offset}{each} {text:?}"))
        }
        Region::Variable => format!("var+{offset}{each}"),
        Region::Scratch => format!("scratch+{offset}{each}"),
        Region::End => format!("end{:+}", offset as i32),
        Region::Absolute => format!("{offset:#x}{each}"),
    }
}
