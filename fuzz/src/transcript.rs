//! What a host has answered, for a comparison with other builds of it: a line for each input, the same wherever all answers are.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Names the file that lines are added to; nothing is noted without.
const VARIABLE: &str = "WASI_CRYPTO_FUZZ_TRANSCRIPT";

struct Transcript {
    file: File,
    of_input: DefaultHasher,
}

static TRANSCRIPT: LazyLock<Option<Mutex<Transcript>>> = LazyLock::new(|| {
    let path = std::env::var_os(VARIABLE)?;
    let file =
        File::options().append(true).create(true).open(&path).expect("the file of the transcript can be written");
    Some(Mutex::new(Transcript { file, of_input: DefaultHasher::new() }))
});

fn with(work: impl FnOnce(&mut Transcript)) {
    if let Some(transcript) = &*TRANSCRIPT {
        work(&mut transcript.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Whether it is of any use to note something.
pub(crate) fn is_kept() -> bool {
    TRANSCRIPT.is_some()
}

/// Notes what does not depend on chance.
pub(crate) fn note(answer: impl Hash) {
    with(|transcript| answer.hash(&mut transcript.of_input));
}

/// Ends the line of an input.
pub(crate) fn end() {
    with(|Transcript { file, of_input }| {
        let line = std::mem::take(of_input).finish();
        writeln!(file, "{line:016x}").expect("the transcript can be written");
    });
}
