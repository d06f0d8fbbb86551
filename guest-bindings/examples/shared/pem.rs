//! Key files in PEM. Part of each example that has keys; `crate::failure` is that example's.

use std::fs::File;
use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::failure::Failure;

/// No key in PEM is longer; hosts refuse more.
const MAX_LEN: usize = 64 << 10;

/// The PEM with a key that a file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    PrivateKey,
    PublicKey,
}

/// The text of a file that has the PEM that is wanted.
pub(crate) fn read(path: &str, wanted: Wanted) -> Result<Zeroizing<String>, Failure> {
    let file = File::open(path).map_err(Failure::at(path))?;
    // With this capacity no copy is left behind while the text grows.
    let mut pem = Zeroizing::new(String::with_capacity(MAX_LEN));
    match file.take(MAX_LEN as u64).read_to_string(&mut pem) {
        // Then it is no text, and no PEM is found in it.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
        read => drop(read.map_err(Failure::at(path))?),
    }
    match label_of(&pem) {
        Some(label) if label == wanted.label() => Ok(pem),
        found => Err(Failure::Key { path: path.to_owned(), problem: instead_of(wanted, found, path) }),
    }
}

impl Wanted {
    fn label(self) -> &'static str {
        match self {
            Self::PrivateKey => "PRIVATE KEY",
            Self::PublicKey => "PUBLIC KEY",
        }
    }
}

/// What the PEM says it is.
fn label_of(pem: &str) -> Option<&str> {
    pem.lines().find_map(|line| line.strip_prefix("-----BEGIN ")?.trim_end().strip_suffix("-----"))
}

/// What to do about a file that has something else than it should.
fn instead_of(wanted: Wanted, found: Option<&str>, path: &str) -> String {
    let wanted = wanted.label();
    match found {
        None => format!("there is no PEM in it; a file that begins with -----BEGIN {wanted}----- is needed"),
        Some("ENCRYPTED PRIVATE KEY") => {
            format!("the key is under a password; `openssl pkey -in {path} -out plain.pem` takes it off")
        }
        Some("RSA PRIVATE KEY" | "EC PRIVATE KEY" | "EC PARAMETERS") => format!(
            "the key is in an older form; `openssl pkcs8 -topk8 -nocrypt -in {path} -out key.pem` writes it as needed"
        ),
        Some("PRIVATE KEY") => format!(
            "this is the private key, and the public one is needed; `openssl pkey -in {path} -pubout` writes that"
        ),
        Some("PUBLIC KEY") => "this is the public key, and the private one is needed".to_owned(),
        Some("CERTIFICATE") => format!("`openssl x509 -in {path} -pubkey -noout` writes the key of a certificate"),
        Some(other) => format!("it has a {other}, and a {wanted} is needed"),
    }
}
