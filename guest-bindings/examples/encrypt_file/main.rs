//! Encrypts a file to a public key, and decrypts it with the private one.
//!
//! ```sh
//! cargo xtask guests
//! wasi-crypto run --dir . target/guests/encrypt_file.wasm keygen private.pem public.pem
//! wasi-crypto run --dir . target/guests/encrypt_file.wasm encrypt --key public.pem README.md README.encrypted
//! wasi-crypto run --dir . target/guests/encrypt_file.wasm decrypt --key private.pem README.encrypted README.copy
//! ```
//!
//! The encrypted file:
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 8 | `WCHYBRID` |
//! | 8 | 1 | version: 1 |
//! | 9 | 1 | algorithm: 1 X25519, 2 ML-KEM-768, 3 X-Wing |
//! | 10 | 8 | the first bytes of the SHA-256 of the public key, which tell whose file it is |
//! | 18 | 8 | length of the content, big-endian |
//! | 26 | 32, 1088, 1120 | the encapsulation; with X25519 the public key of a key pair made for this file alone |
//! | | | the content in pieces of 64 KiB, each with a tag of 16 bytes behind it; the last may be shorter, or empty |
//!
//! HKDF-SHA-256 makes the key of the content of the secret that both sides share; its info is `WCHYBRID 1 content`, the
//! header (all before the content) and the public key. Each key is for one file. The pieces are encrypted with AES-256-GCM in the
//! STREAM construction (BE32: the nonce is seven zeros, the number of the piece, and 1 for the last one), each with the
//! header as associated data. So no part of the file can be changed, moved, left out, or taken from another file.
//!
//! Who encrypted a file, nobody can tell: sign it, by `sign_file`. Memory use does not depend on its size.

mod algorithm;
mod arguments;
mod failure;
mod format;
#[path = "../shared/key_file.rs"]
mod key_file;
#[path = "../shared/output.rs"]
mod output;
#[path = "../shared/print.rs"]
mod print;
#[path = "../shared/stream.rs"]
mod stream;

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::process::ExitCode;

use algorithm::{Algorithm, Private, Public};
use arguments::{Arguments, Task};
use failure::Failure;
use output::PartialFile;
use print::print;

fn main() -> ExitCode {
    let done = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => run(&arguments),
        Ok(None) => print(arguments::USAGE),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("encrypt_file: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let [first, second] = &arguments.files;
    match &arguments.task {
        Task::Keygen(algorithm) => keygen(algorithm, [first, second], arguments.force),
        Task::Encrypt { key } => {
            let key = Public::read(key)?;
            convert([first, second], arguments.force, |input, len, output| format::encrypt(input, len, output, &key))
        }
        Task::Decrypt { key } => {
            let key = Private::read(key)?;
            convert([first, second], arguments.force, |input, len, output| format::decrypt(input, len, output, &key))
        }
    }
}

fn keygen(algorithm: &'static Algorithm, [private, public]: [&str; 2], force: bool) -> Result<(), Failure> {
    let pair = algorithm.generate()?;
    let files = [(private, &pair.private[..]), (public, &pair.public[..])];
    for (path, _) in files {
        check_absent(path, force)?;
    }
    for (path, key) in files {
        let output = PartialFile::create(path, force)?;
        let mut writer = output.writer();
        writer.write_all(key).and_then(|()| writer.flush()).map_err(Failure::at(path))?;
        drop(writer);
        output.finish()?;
    }
    // WASI cannot change permissions.
    print(&format!("{private}: private key for {}; let nobody else read it\n{public}: public key\n", algorithm.name))
}

fn convert(
    [input, output]: [&str; 2],
    force: bool,
    convert: impl FnOnce(&mut BufReader<File>, u64, &mut dyn Write) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let file = File::open(input).map_err(Failure::at(input))?;
    let metadata = file.metadata().map_err(Failure::at(input))?;
    if !metadata.is_file() {
        return Err(Failure::Usage(format!("{input} is not a regular file")));
    }
    check_absent(output, force)?;

    let partial = PartialFile::create(output, force)?;
    let mut writer = partial.writer();
    convert(&mut BufReader::new(file), metadata.len(), &mut writer)?;
    writer.flush().map_err(Failure::at(output))?;
    drop(writer);
    partial.finish()
}

fn check_absent(path: &str, force: bool) -> Result<(), Failure> {
    if !force && fs::exists(path).map_err(Failure::at(path))? {
        return Err(Failure::Usage(format!("{path} exists already; --force replaces it")));
    }
    Ok(())
}
