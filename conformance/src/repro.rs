//! What is needed to see one case again: its guest, and a listing that a person can read.

use std::fmt::Write as _;

use wasi_crypto_interface::Errno;

use crate::case::{Case, GUARD, Pointer, Region, Relation, Step, Strength, Value};
use crate::guest::{self, Program};
use crate::hex;

/// The guest that runs this case alone.
pub fn wasm(case: &Case) -> Vec<u8> {
    guest::module(&Program::of(case))
}

/// The name of a file about a case, without its extension.
pub(crate) fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// The case in words, step by step, with what is needed to read it and the guest's output.
pub fn listing(case: &Case) -> String {
    let mut text = format!("case         {}\nrequirements {}\n", case.id, case.requirements.join(", "));
    if !case.algorithms.is_empty() {
        let _ = writeln!(text, "algorithms   {}", case.algorithms.join(", "));
    }
    let strength = match case.strength {
        Strength::Must => "must hold: a step that fails is a failure",
        Strength::Should => "should hold: a step that fails is a warning",
        Strength::May => "may hold: a step that fails is information",
    };
    let _ = writeln!(text, "strength     {strength}");
    let programs = Program::of(case);
    if programs.len() > 1 {
        let _ = writeln!(
            text,
            "alternatives {}: the case passes with any of them, and the first is preferred",
            programs.len()
        );
    }
    for (n, program) in programs.iter().enumerate() {
        match case.alternatives.get(n) {
            Some(alternative) => {
                let _ = writeln!(text, "\nSteps of alternative {n}: {}\n", alternative.name);
            }
            None => text.push_str("\nSteps\n\n"),
        }
        let mut number = 0;
        steps(case, program.steps, 0, &mut number, &mut text);
        let _ = writeln!(text, "{number:4}  and on: no guard around a buffer, and no input data, has been changed");
    }
    let _ = writeln!(text, "\nInput data\n\n{}", dump(&case.image.constants));
    let _ =
        writeln!(text, "Variables, before the first step (guards are {GUARD:02x})\n\n{}", dump(&case.image.variables));
    text.push_str(STEPS_LEGEND);
    text.push_str(&output_legend(case));
    text
}

const STEPS_LEGEND: &str = "\
How to read the steps

  f(…) -> answer      the function is called, again as long as it answers in_progress, and must give this answer;
                      one that is `allowed` is reported as information, one that is `tolerated` as a warning
  data+N              the address of byte N of the input data, here with the text that stands there, if it is one
  var+N               the address of byte N of the variables: buffers and slots for results, between guards
  scratch+N, end-N    byte N of a large range of zeros; the Nth last byte of linear memory
  u32[A], u64[A]      the number of 4 or 8 bytes at an address, little-endian: often a handle that the host wrote there
  A+N*round           the address moves on with each round of the loop
  all other numbers are decimal, those that begin with 0x are hexadecimal

";

/// What the guest of this case may write.
fn output_legend(case: &Case) -> String {
    let run = match case.alternatives.len() {
        0 => "00000000, as the guest runs one case".to_owned(),
        n => format!("the number of the alternative, 0 to {}", n - 1),
    };
    let passes = if case.alternatives.is_empty() {
        "The case passes"
    } else {
        "The case passes if an alternative does, that is"
    };
    let oracle = if case.oracle.is_some() {
        " and the runner, with\nanother implementation, finds the bytes of the D lines right"
    } else {
        ""
    };
    let statuses: Vec<String> =
        Errno::ALL.iter().map(|errno| format!("{:x} {}", errno.number(), errno.name())).collect();
    format!(
        "How to read what the guest writes\n\n\
         \x20 @wcc P RUN 00000000     all steps hold\n\
         \x20 @wcc F RUN STEP SEEN    this step does not hold, and those behind it were not done\n\
         \x20 @wcc N RUN STEP SEEN    a note, and it went on: an answer that is allowed or tolerated, or a step that only\n\
         \x20                         recommends or observes\n\
         \x20 @wcc D RUN STEP BYTES   bytes that are shown for the runner to judge\n\
         \x20 @wcc E RUN 00000000     the end of the guest: if it is missing, something has ended the guest before\n\n\
         RUN is {run}. STEP is the number of a step above. Both, and\n\
         what was SEEN, are hexadecimal: the status that a call returned, the first 64 bytes that a step looked at, or the two\n\
         numbers that it compared. {passes} with P{oracle};\n\
         with notes it is information or a warning.\n\n\
         Statuses: {}.\n",
        wrapped(&statuses)
    )
}

/// Items, with commas, in lines that fit a terminal.
fn wrapped(items: &[String]) -> String {
    const WIDTH: usize = 110;
    let (mut text, mut line_len) = (String::new(), "Statuses: ".len());
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            text.push(',');
            let breaks = line_len + item.len() > WIDTH;
            text.push(if breaks { '\n' } else { ' ' });
            line_len = if breaks { 0 } else { line_len };
        }
        text.push_str(item);
        line_len += item.len() + 2;
    }
    text
}

/// Bytes in hexadecimal, 32 a line, each line with the place of its first one.
fn dump(bytes: &[u8]) -> String {
    let lines = bytes.chunks(32).enumerate().map(|(n, line)| format!("{:6}  {}\n", n * 32, hex::encode(line)));
    lines.collect()
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

/// A step in words.
pub(crate) fn sentence(case: &Case, step: &Step) -> String {
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

#[cfg(test)]
mod tests {
    use wasi_crypto_interface::Errno::{InvalidHandle, Success};

    use super::*;

    fn listing_of(alternatives: bool) -> String {
        let mut c = Case::new("x/y", &["ARRAY-PULL-002"]).oracle(|_| Ok(()));
        if alternatives {
            c.alternative("streams", |c| c.expect(InvalidHandle).ratchet(0));
            c.alternative("copies", |c| c.expect(Success).ratchet(0));
        } else {
            c.dump("abc");
        }
        listing(&c)
    }

    #[test]
    fn a_listing_explains_every_kind_of_line_that_a_guest_writes() {
        let text = listing_of(false);
        for line in ["@wcc P RUN", "@wcc F RUN STEP SEEN", "@wcc N RUN STEP", "@wcc D RUN STEP", "@wcc E RUN"] {
            assert!(text.contains(line), "{text}");
        }
        assert!(text.contains("RUN is 00000000, as the guest runs one case"), "{text}");
        assert!(text.contains("finds the bytes of the D lines right"), "{text}");
        assert!(text.contains("f invalid_handle"), "{text}");
        assert!(!text.contains("lternative"), "{text}");
    }

    #[test]
    fn a_listing_of_alternatives_says_which_line_is_about_which() {
        let text = listing_of(true);
        assert!(text.contains("\nalternatives 2: the case passes with any of them"), "{text}");
        assert!(text.contains("Steps of alternative 0: streams\n\n   0  symmetric_state_ratchet(0) -> invalid_handle"));
        assert!(text.contains("Steps of alternative 1: copies\n\n   0  symmetric_state_ratchet(0) -> success"));
        assert!(text.contains("RUN is the number of the alternative, 0 to 1."), "{text}");
    }
}
