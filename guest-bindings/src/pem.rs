//! Keys in PEM (RFC 7468): the block that is wanted among all that a file has, and a reason if it is not there.
//!
//! All `from_pem` functions of this crate look for the key themselves, whatever surrounds it: other text, in any encoding, a
//! byte order mark, certificates, parameters. If a file does not have the key, or has it in a form that cannot be read,
//! the error is [`Error::Pem`], which says what the file has instead and what to do:
//!
//! ```no_run
//! use wasi_crypto_bindings::Error;
//! use wasi_crypto_bindings::pem::Found;
//! use wasi_crypto_bindings::signature::{EcdsaP256Sha256, SigningKey};
//!
//! let path = "my key.pem";
//! match SigningKey::<EcdsaP256Sha256>::from_pem(std::fs::read(path)?) {
//!     Ok(key) => println!("{key:?}"),
//!     // my key.pem: the key is under a password; `openssl pkey -in 'my key.pem' -out key.pem` takes it off
//!     Err(Error::Pem(problem)) => eprintln!("{path}: {}", problem.in_file(path)),
//!     Err(error) => eprintln!("{path}: {error}"),
//! }
//! # Ok::<(), std::io::Error>(())
//! ```

mod blocks;
pub(crate) mod error;
mod shell;

use crate::error::Error;
use blocks::{Block, blocks};
pub use error::{Found, InFile, PemError, Wanted};

/// Has the host import the key that is wanted, and tells why it cannot be had.
pub(crate) fn import<K>(
    wanted: Wanted,
    algorithm: &str,
    text: &[u8],
    import: impl FnOnce(&[u8]) -> Result<K, Error>,
) -> Result<K, Error> {
    let because = |found| Error::Pem(PemError { wanted, found });
    let key = find(wanted, text).map_err(because)?;
    import(key.text).map_err(|error| match error {
        Error::InvalidKey | Error::UnsupportedEncoding if key.label != wanted.label().as_bytes() => {
            because(Found::Older)
        }
        Error::UnsupportedEncoding if algorithm.starts_with("ML-DSA") => because(Found::WithoutSeed),
        error => error,
    })
}

/// The one block that has the key.
fn find(wanted: Wanted, text: &[u8]) -> Result<Block<'_>, Found> {
    let mut keys = blocks(text).filter(|block| block.is_complete && wanted.fits(block.label) && !block.is_encrypted());
    match (keys.next(), keys.next()) {
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err(Found::Several),
        (None, _) => Err(blocks(text)
            .map(|block| instead(wanted, &block))
            .min_by_key(|found| *found as u8)
            .unwrap_or_else(|| without_blocks(text))),
    }
}

/// What a block has that does not have the key.
fn instead(wanted: Wanted, block: &Block<'_>) -> Found {
    match block.label {
        label if !block.is_complete && wanted.fits(label) => Found::Cut,
        b"PRIVATE KEY" | b"EC PRIVATE KEY" | b"RSA PRIVATE KEY" if !block.is_encrypted() => Found::PrivateKey,
        b"ENCRYPTED PRIVATE KEY" | b"EC PRIVATE KEY" | b"RSA PRIVATE KEY" => Found::EncryptedPrivateKey,
        b"OPENSSH PRIVATE KEY" => Found::OpenSshPrivateKey,
        b"PUBLIC KEY" | b"RSA PUBLIC KEY" if wanted == Wanted::PrivateKey => Found::PublicKey,
        b"CERTIFICATE" | b"TRUSTED CERTIFICATE" | b"X509 CERTIFICATE" => Found::Certificate,
        _ => Found::Other,
    }
}

/// What a file is that has no PEM.
fn without_blocks(text: &[u8]) -> Found {
    match text {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Found::Utf16,
        // A sequence whose length is written in one, two or three bytes, then a number: the version of PKCS#12 is 3.
        [0x30, 0x82, _, _, 2, 1, 3, ..] | [0x30, 0x83, _, _, _, 2, 1, 3, ..] | [0x30, 0x80, 2, 1, 3, ..] => {
            Found::Pkcs12
        }
        [0x30, 0x80..=0x83, ..] => Found::Der,
        [0x30, len, rest @ ..] if rest.len() == usize::from(*len) => Found::Der,
        _ if [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"---- BEGIN SSH2 PUBLIC KEY"]
            .iter()
            .any(|start| text.starts_with(start)) =>
        {
            Found::OpenSshPublicKey
        }
        _ => Found::Nothing,
    }
}

impl Wanted {
    fn fits(self, label: &[u8]) -> bool {
        match self {
            Self::PrivateKey => matches!(label, b"PRIVATE KEY" | b"EC PRIVATE KEY" | b"RSA PRIVATE KEY"),
            Self::PublicKey => matches!(label, b"PUBLIC KEY" | b"RSA PUBLIC KEY"),
        }
    }
}

#[cfg(test)]
mod tests;
