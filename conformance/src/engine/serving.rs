//! The inside of a worker: takes guests from standard input, and answers as [`worker`](super::worker) expects.

use std::io::{self, Read, Write};

use super::worker::END;

/// The longest module that a worker accepts.
const MAX_MODULE: u32 = 1 << 30;

/// Why a guest did not return.
pub(super) enum Failure {
    /// It cannot be instantiated.
    Link(String),
    Trap(String),
}

/// Lets `run` run the guests that come on standard input until the input ends.
pub(super) fn serve_guests(mut run: impl FnMut(&[u8]) -> Result<(), Failure>) -> Result<(), String> {
    let mut input = io::stdin().lock();
    loop {
        let mut len = [0; 4];
        match input.read_exact(&mut len) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            result => result.map_err(|error| format!("cannot read a guest: {error}"))?,
        }
        let len = u32::from_le_bytes(len);
        if len > MAX_MODULE {
            return Err(format!("a guest of {len} bytes is too long: a worker is started by the runner only"));
        }
        let mut module = vec![0; len as usize];
        input.read_exact(&mut module).map_err(|error| format!("cannot read a guest: {error}"))?;
        let (word, reason) = match run(&module) {
            Ok(()) => ("finished", String::new()),
            Err(Failure::Link(reason)) => ("link", reason),
            Err(Failure::Trap(reason)) => ("trap", reason),
        };
        let reason = reason.replace('\n', " ");
        writeln!(io::stdout(), "{END}{word}:{reason}").map_err(|error| format!("cannot answer the runner: {error}"))?;
    }
}

/// The one function of WASI that guests use: writes one vector to standard output. The error is a sentence.
pub(super) fn fd_write(memory: &mut [u8], fd: u32, vectors: u32, count: u32, written: u32) -> Result<(), String> {
    if fd != 1 || count != 1 {
        return Err("guests write one vector at a time, to standard output".to_owned());
    }
    let range = |start: u32, len: u32| start as usize..start as usize + len as usize;
    let outside = || "the guest writes from outside its memory".to_owned();
    let word = |at: u32| -> Option<u32> {
        Some(u32::from_le_bytes(memory.get(range(at, 4))?.try_into().expect("a range of 4 bytes")))
    };
    let (start, len) = word(vectors).zip(vectors.checked_add(4).and_then(word)).ok_or_else(outside)?;
    let bytes = memory.get(range(start, len)).ok_or_else(outside)?;
    let mut output = io::stdout().lock();
    output.write_all(bytes).and_then(|()| output.flush()).map_err(|error| format!("cannot write: {error}"))?;
    memory.get_mut(range(written, 4)).ok_or_else(outside)?.copy_from_slice(&len.to_le_bytes());
    Ok(())
}
