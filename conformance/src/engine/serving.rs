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

/// The one function of WASI that guests use: writes one vector to standard output, and says how many bytes that were. `read` copies bytes of
/// the guest's memory. The error is a sentence.
pub(super) fn fd_write(
    read: impl Fn(u32, &mut [u8]) -> Result<(), String>,
    fd: u32,
    vectors: u32,
    count: u32,
) -> Result<u32, String> {
    /// What the guest's own buffer takes.
    const MAX: u32 = 4096;
    if fd != 1 || count != 1 {
        return Err("guests write one vector at a time, to standard output".to_owned());
    }
    let mut vector = [0; 8];
    read(vectors, &mut vector)?;
    let [a, b, c, d, len @ ..] = vector;
    let (start, len) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes(len).min(MAX));
    let mut bytes = vec![0; len as usize];
    read(start, &mut bytes)?;
    let mut output = io::stdout().lock();
    output.write_all(&bytes).and_then(|()| output.flush()).map_err(|error| format!("cannot write: {error}"))?;
    Ok(len)
}

/// [`fd_write`] on a memory that can be borrowed.
#[cfg(any(feature = "embedded", feature = "wasmi"))]
pub(super) fn fd_write_in(memory: &mut [u8], fd: u32, vectors: u32, count: u32, written: u32) -> Result<(), String> {
    let outside = || "the guest writes from outside its memory".to_owned();
    let range = |start: u32, len: usize| start as usize..start as usize + len;
    let read = |start: u32, into: &mut [u8]| {
        into.copy_from_slice(memory.get(range(start, into.len())).ok_or_else(outside)?);
        Ok(())
    };
    let len = fd_write(read, fd, vectors, count)?;
    memory.get_mut(range(written, 4)).ok_or_else(outside)?.copy_from_slice(&len.to_le_bytes());
    Ok(())
}
