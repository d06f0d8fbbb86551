//! Signs a file with a key that OpenSSL made, and verifies such signatures.
//!
//! ```sh
//! cargo xtask guests
//! openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem
//! openssl pkey -in key.pem -pubout -out public.pem
//! wasi-crypto run --dir . target/guests/sign_file.wasm sign --key key.pem README.md README.sig
//! wasi-crypto run --dir . target/guests/sign_file.wasm verify --key public.pem README.md README.sig
//! openssl dgst -sha256 -verify public.pem -signature README.sig README.md
//! ```
//!
//! The file may be of any size, because the host takes it in piece by piece; but not with Ed25519, which
//! needs all of a message twice: hosts limit what they keep of it, `wasi-crypto run` to 8 MiB.

mod arguments;
mod failure;
mod key;
#[path = "../shared/key_file.rs"]
mod key_file;
#[path = "../shared/output.rs"]
mod output;
#[path = "../shared/print.rs"]
mod print;
mod text;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::ExitCode;

use wasi_crypto_bindings::Error;
use wasi_crypto_bindings::asymmetric::{Signature, SignatureEncoding, SignatureState, VerificationState};

use arguments::{Arguments, Task};
use failure::Failure;
use output::PartialFile;
use print::print;

/// How much of a file is read at once.
const PIECE_LEN: usize = 64 << 10;

/// No signature is longer: ML-DSA-87's has 4627 bytes.
const MAX_SIGNATURE_LEN: u64 = 8 << 10;

fn main() -> ExitCode {
    let done = match Arguments::parse(std::env::args().skip(1)) {
        Ok(Some(arguments)) => match arguments.task {
            Task::Sign => sign(&arguments),
            Task::Verify => verify(&arguments),
        },
        Ok(None) => print(&format!("{}\nAlgorithms: {}\n", arguments::USAGE, key::algorithms())),
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("sign_file: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn sign(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { file, signature: path, .. } = arguments;
    let (algorithm, key) = key::private(&arguments.key, arguments.algorithm.as_deref())?;
    let encoding = encoding(algorithm, arguments.raw)?;
    if !arguments.force && fs::exists(path).map_err(Failure::at(path))? {
        return Err(Failure::Usage(format!("{path} exists already; --force replaces it")));
    }

    let mut state = SignatureState::open(&key)?;
    read_pieces(file, algorithm, |piece| state.update(piece))?;
    let signature = state.sign()?.export(encoding)?;
    let output = PartialFile::create(path, arguments.force)?;
    let mut writer = output.writer();
    writer.write_all(&signature).and_then(|()| writer.flush()).map_err(Failure::at(path))?;
    drop(writer);
    output.finish()?;
    print(&format!("{path}: {algorithm} signature of {file}\n"))
}

fn verify(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { file, signature: path, .. } = arguments;
    let (algorithm, key) = key::public(&arguments.key, arguments.algorithm.as_deref())?;
    let encoding = encoding(algorithm, arguments.raw)?;

    let mut encoded = Vec::new();
    let signature = File::open(path).map_err(Failure::at(path))?;
    signature.take(MAX_SIGNATURE_LEN).read_to_end(&mut encoded).map_err(Failure::at(path))?;
    let malformed = || Failure::Malformed {
        path: path.clone(),
        algorithm,
        encoding,
        len: encoded.len(),
        text: text::kind(&encoded),
    };
    let signature = Signature::import(algorithm, &encoded, encoding).map_err(|error| match error {
        Error::InvalidSignature => malformed(),
        error => error.into(),
    })?;

    let mut state = VerificationState::open(&key)?;
    read_pieces(file, algorithm, |piece| state.update(piece))?;
    state.verify(&signature).map_err(|error| match error {
        Error::InvalidSignature => malformed(),
        Error::VerificationFailed => Failure::NotSigned { file: file.clone(), signature: path.clone() },
        error => error.into(),
    })?;
    print(&format!("{file}: good {algorithm} signature in {path}\n"))
}

/// What OpenSSL writes and reads, unless `raw` asks for r ‖ s; the other algorithms have one form only.
fn encoding(algorithm: &str, raw: bool) -> Result<SignatureEncoding, Failure> {
    match (algorithm.starts_with("ECDSA"), raw) {
        (true, false) => Ok(SignatureEncoding::Der),
        (true, true) | (false, false) => Ok(SignatureEncoding::Raw),
        (false, true) => Err(Failure::Usage(format!("--raw is for ECDSA, and the algorithm is {algorithm}"))),
    }
}

fn read_pieces(
    path: &str,
    algorithm: &'static str,
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Failure> {
    let mut file = File::open(path).map_err(Failure::at(path))?;
    let mut buffer = vec![0; PIECE_LEN];
    loop {
        match file.read(&mut buffer).map_err(Failure::at(path))? {
            0 => return Ok(()),
            len => take(&buffer[..len]).map_err(|error| match error {
                Error::Overflow => Failure::TooLong { path: path.to_owned(), algorithm },
                error => error.into(),
            })?,
        }
    }
}
