//! Encrypting and decrypting, from a reader to a writer.

use std::io::{Read, Write};

use aead_stream::{NewStream, StreamBE32};
use wasi_crypto_bindings::{Aes256Gcm, Error, Hkdf, Sha256};
use zeroize::Zeroizing;

use crate::algorithm::{Algorithm, Private, Public};
use crate::failure::Failure;
use crate::stream;

const MAGIC: &[u8; 8] = b"WCHYBRID";
const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 8;
/// The header without the encapsulation.
const FIELDS_LEN: usize = 26;

/// Encrypts `len` bytes of `input` to a key.
pub(crate) fn encrypt(
    input: &mut impl Read,
    len: u64,
    mut output: &mut dyn Write,
    key: &Public,
) -> Result<(), Failure> {
    let (encapsulation, secret) = key.encapsulate()?;
    let mut header = Vec::with_capacity(FIELDS_LEN + encapsulation.len());
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&[VERSION, key.algorithm.number]);
    header.extend_from_slice(&key_id(&key.raw)?);
    header.extend_from_slice(&len.to_be_bytes());
    header.extend_from_slice(&encapsulation);
    stream::write(&mut output, &header)?;
    stream::seal(&cipher(&secret, &header, &key.raw)?, &header, input, len, &mut output)
}

/// Decrypts what [`encrypt`] wrote. `file_len` is the size of `input`. All that was written to `output` must be thrown away on an
/// error.
pub(crate) fn decrypt(
    input: &mut impl Read,
    file_len: u64,
    mut output: &mut dyn Write,
    key: &Private,
) -> Result<(), Failure> {
    let mut header = vec![0; FIELDS_LEN];
    let have = file_len.min(FIELDS_LEN as u64) as usize;
    stream::read(input, &mut header[..have])?;
    let begins_as_encrypted = header[..have].starts_with(&MAGIC[..have.min(MAGIC.len())]);
    if have == 0 || !begins_as_encrypted {
        return Err(Failure::Foreign);
    }
    if have < FIELDS_LEN {
        return Err(Failure::Cut { has: file_len, needs: FIELDS_LEN as u64 });
    }
    if header[8] != VERSION {
        return Err(Failure::Version(header[8]));
    }
    let algorithm = Algorithm::numbered(header[9]).ok_or(Failure::Algorithm(header[9]))?;
    if algorithm.number != key.algorithm.number {
        return Err(Failure::OtherAlgorithm { file: algorithm.name, key: key.algorithm.name });
    }
    if header[10..18] != key_id(&key.public)? {
        return Err(Failure::OtherKey);
    }
    let len = u64::from_be_bytes(header[18..26].try_into().expect("eight bytes"));
    let header_len = FIELDS_LEN + algorithm.encapsulation_len;
    match header_len as u64 + stream::sealed_len(len) {
        needs if file_len < needs => return Err(Failure::Cut { has: file_len, needs }),
        needs if file_len > needs => return Err(Failure::TooLong { has: file_len, needs }),
        _ => {}
    }

    header.resize(header_len, 0);
    stream::read(input, &mut header[FIELDS_LEN..])?;
    let secret = key.decapsulate(&header[FIELDS_LEN..]).map_err(|error| match error {
        Error::InvalidKey => Failure::Changed(FIELDS_LEN as u64),
        error => error.into(),
    })?;
    let cipher = cipher(&secret, &header, &key.public)?;
    stream::open(&cipher, &header, input, len, header_len as u64, &mut output)
}

/// The cipher of the content. Its key depends on all that both sides must agree about.
fn cipher(secret: &[u8], header: &[u8], public: &[u8]) -> Result<StreamBE32<Aes256Gcm>, Failure> {
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::extract(None, secret)?.expand_multi_info(&[b"WCHYBRID 1 content", header, public], &mut *key)?;
    // The key is for this file alone, so that the numbers of the pieces are nonces enough.
    Ok(StreamBE32::from_aead(Aes256Gcm::import(&*key)?, &[0; 7].into()))
}

fn key_id(public: &[u8]) -> Result<[u8; KEY_ID_LEN], Error> {
    let digest = Sha256::try_digest(public)?;
    Ok(*digest.first_chunk().expect("a digest is longer"))
}
