//! Key files. Part of each example that has keys; `crate::failure` is that example's.

use std::fs::File;
use std::io::Read;

use wasi_crypto_bindings::Error;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// Enough for a key among the certificates that go with it.
const MAX_LEN: usize = 1 << 20;

/// The bytes of a file: PEM need not be the only thing in it, nor the rest be UTF-8.
pub(crate) fn read(path: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let file = File::open(path).map_err(Failure::at(path))?;
    // With this capacity no copy is left behind while the content grows.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN + 1));
    file.take(MAX_LEN as u64 + 1).read_to_end(&mut bytes).map_err(Failure::at(path))?;
    if bytes.len() > MAX_LEN {
        return Err(problem(path, "it is longer than 1 MiB, which no file with a key is"));
    }
    Ok(bytes)
}

/// Has the algorithms try a key, until one takes it. `kinds` is what the key should be, as in "not one for X25519".
pub(crate) fn import<A: Copy, K>(
    path: &str,
    algorithms: &[A],
    kinds: &str,
    import: impl Fn(A) -> Result<K, Error>,
) -> Result<(A, K), Failure> {
    let mut reason = None;
    for &algorithm in algorithms {
        match import(algorithm) {
            Ok(key) => return Ok((algorithm, key)),
            Err(Error::Pem(error)) => reason = Some(error),
            // No key of this algorithm; a host need not have all.
            Err(Error::InvalidKey | Error::UnsupportedEncoding | Error::UnsupportedAlgorithm) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(match reason {
        Some(reason) => problem(path, &reason.in_file(path).to_string()),
        None => problem(path, &format!("the key is damaged, or {kinds}")),
    })
}

fn problem(path: &str, problem: &str) -> Failure {
    Failure::Key { path: path.to_owned(), problem: problem.to_owned() }
}
