//! Keys and secrets in files of other programs.

use std::fs::File;
use std::io;
use std::path::Path;

use clap::ValueEnum;
use wasi_crypto_host::secrets::{CanonicalKey, NewRecord};
use wasi_crypto_host::{AlgorithmType, Errno, KeypairEncoding, algorithms};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::keys::generate::no_key;

/// What stands in the place of an algorithm for a secret.
pub(crate) const SECRET: &str = "secret";

#[derive(clap::Args)]
pub(crate) struct Encoding {
    /// How it is written; default: pem for a key pair, raw for everything else
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<Form>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// PEM: `PRIVATE KEY` (PKCS#8), or `EC PRIVATE KEY` and the like
    Pem,
    /// PKCS#8 in DER
    Pkcs8,
    /// The bytes that the algorithm defines
    Raw,
    /// The same in hexadecimal digits, with white space anywhere
    Hex,
}

/// What was read.
pub(crate) enum Content {
    Key(CanonicalKey),
    Secret(Zeroizing<Vec<u8>>),
}

impl Content {
    /// Reads a key of this algorithm, or a secret.
    pub(crate) fn read(algorithm: &str, file: &Path, encoding: &Encoding) -> Result<Self, Failure> {
        let form = encoding.encoding.unwrap_or(if is_symmetric(algorithm) { Form::Raw } else { Form::Pem });
        let bytes = read_file(file)?;
        let bytes = if form == Form::Hex { unhex(file, &bytes)? } else { bytes };
        let key = match form {
            Form::Pem | Form::Pkcs8 if is_symmetric(algorithm) => {
                return Err(Failure::misused(format!("{algorithm} has no such encoding; say --encoding raw or hex")));
            }
            _ if algorithm == SECRET => return Ok(Self::Secret(bytes)),
            _ if is_symmetric(algorithm) => CanonicalKey::import_symmetric_key(algorithm, &bytes),
            Form::Pem => CanonicalKey::import_keypair(algorithm, &bytes, KeypairEncoding::Pem),
            Form::Pkcs8 => CanonicalKey::import_keypair(algorithm, &bytes, KeypairEncoding::Pkcs8),
            Form::Raw | Form::Hex => CanonicalKey::import_keypair(algorithm, &bytes, KeypairEncoding::Raw),
        };
        key.map(Self::Key).map_err(|errno| refused(algorithm, file, form, &bytes, errno))
    }

    /// The record to put it in as.
    pub(crate) fn record(&self, expires: Option<u64>) -> Result<NewRecord<'_>, Failure> {
        match (self, expires) {
            (Self::Key(key), None) => Ok(key.record().imported()),
            (Self::Key(key), Some(expires)) => Ok(key.record().imported().expires(expires)),
            (Self::Secret(bytes), Some(expires)) => Ok(NewRecord::secret(bytes, expires)),
            (Self::Secret(_), None) => {
                Err(Failure::misused("a secret has an end: say when by --expires, such as --expires 365d"))
            }
        }
    }
}

/// Whether what there is to read are bare bytes.
fn is_symmetric(algorithm: &str) -> bool {
    let is_it = |name: &str| name.eq_ignore_ascii_case(algorithm);
    algorithm == SECRET || algorithms().any(|info| info.algorithm_type == AlgorithmType::Symmetric && is_it(info.name))
}

fn read_file(file: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let cannot = |cause: io::Error| Failure::failed(format!("cannot read {}: {cause}", file.display()));
    if file == Path::new("-") {
        return read_all(file, io::stdin().lock());
    }
    read_all(file, File::open(file).map_err(cannot)?)
}

/// Reads to the end, into memory that does not move, since what is left behind would not be wiped.
fn read_all(file: &Path, mut source: impl io::Read) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |what: &str| Failure::failed(format!("cannot read {}: {what}", file.display()));
    let mut bytes = Zeroizing::new(vec![0; MAX_LEN + 1]);
    let mut len = 0;
    loop {
        match source.read(&mut bytes[len..]) {
            Ok(0) => break,
            Ok(more) => len += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(&error.to_string())),
        }
    }
    if len > MAX_LEN {
        return Err(failed("it has more than 64 KiB, which no key has"));
    }
    bytes.truncate(len);
    Ok(bytes)
}

fn unhex(file: &Path, text: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let wrong =
        || Failure::failed(format!("{} is not written in hexadecimal digits, two for each byte", file.display()));
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut first = None;
    for digit in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        let digit = char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or_else(wrong)?;
        match first.take() {
            None => first = Some(digit),
            Some(first) => bytes.push(first << 4 | digit),
        }
    }
    if first.is_some() { Err(wrong()) } else { Ok(bytes) }
}

fn refused(algorithm: &str, file: &Path, form: Form, bytes: &[u8], errno: Errno) -> Failure {
    let file = file.display();
    match errno {
        Errno::InvalidKey if form == Form::Pem && contains(bytes, b"ENCRYPTED") => Failure::failed(format!(
            "the key in {file} is encrypted; take the passphrase off first: openssl pkey -in {file} | wasi-crypto keys import … {algorithm} -"
        )),
        Errno::InvalidKey if form == Form::Pem && !contains(bytes, b"-----BEGIN ") => {
            Failure::failed(format!("{file} is not in PEM; say by --encoding how it is written: pkcs8, raw or hex"))
        }
        Errno::InvalidKey => Failure::failed(format!("{file} has no key for {algorithm}, or a damaged one")),
        Errno::UnsupportedEncoding => {
            Failure::failed(format!("keys for {algorithm} have no such encoding; say another by --encoding"))
        }
        other => no_key(algorithm, other),
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// More than any key has in any encoding, and as much as a secret may have, in bytes.
const MAX_LEN: usize = 64 << 10;
