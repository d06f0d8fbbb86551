//! Tries an engine with two small guests, to say whether the suite can run on it.

use wasi_crypto_interface::{AlgorithmType, Errno};

use crate::batches::Settings;
use crate::case::Case;
use crate::engine::{Engine, Outcome};
use crate::guest::{self, Program};
use crate::probe;
use crate::reader::Reader;
use crate::verdict::End;

/// Whether an engine runs guests, and has a wasi-crypto that does something. The error is a sentence.
pub(crate) fn try_engine(engine: &dyn Engine, settings: &Settings) -> Result<(), String> {
    probe::check_engine(engine, settings)?;
    let mut case = Case::new("options", &[]);
    case.options_open(AlgorithmType::Symmetric);
    let programs = Program::of(&case);
    let mut reader = Reader::new(programs.len());
    let outcome = engine.session()?.run(&guest::module(&programs), &mut |line| reader.line(line), settings.timeout);
    let is_complete = reader.is_complete();
    let (done, _) = reader.end();
    Err(match (outcome.plain(), done.first().map(|said| &said.end)) {
        (Outcome::Unusable(reason), _) => reason,
        (Outcome::Link(reason), _) => format!("it runs guests, but has no wasi-crypto: {reason}"),
        (_, Some(End::Passed)) if is_complete => return Ok(()),
        (_, Some(End::Failed(_, value))) => {
            let errno = u32::from_str_radix(value, 16).ok().and_then(Errno::from_number);
            let answer = errno.map_or_else(|| value.clone(), |errno| errno.name().to_owned());
            format!(
                "it runs guests, but options_open answers {answer}, which no wasi-crypto does: if it comes from a plugin, \
                 is that installed and found?"
            )
        }
        (Outcome::Trap(reason), _) => format!("it runs guests, but a call of options_open traps: {reason}"),
        (Outcome::Crash(reason), _) => format!("it runs guests, but a call of options_open ends it: {reason}"),
        (Outcome::Timeout | Outcome::Spent, _) => "it runs guests, but does not come back from options_open".to_owned(),
        (Outcome::Finished, _) => "it runs guests, but one that calls options_open comes to no end".to_owned(),
    })
}
