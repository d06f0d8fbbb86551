//! Sealing and opening, from a reader to a writer.

use std::io::{self, Read, Write};

use aead_stream::{NewStream, StreamBE32};
use wasi_crypto_bindings::{Aes256Gcm, Hkdf, Hmac, Sha256, pbkdf2_hmac};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::stream;

const MAGIC: &[u8; 8] = b"WCSEALED";
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const NONCE_PREFIX_LEN: usize = 7;
/// The header without its HMAC.
const FIELDS_LEN: usize = 44;
const HEADER_LEN: usize = FIELDS_LEN + 32;

/// What a header may ask for; hosts of wasi-crypto may refuse more.
const MAX_ITERATIONS: u32 = 10_000_000;

/// Seals `len` bytes of `input` with a password.
pub(crate) fn seal(
    input: &mut impl Read,
    len: u64,
    output: &mut impl Write,
    password: &[u8],
    iterations: u32,
) -> Result<(), Failure> {
    let mut random = [0; SALT_LEN + NONCE_PREFIX_LEN];
    getrandom::fill(&mut random)
        .map_err(|error| Failure::Io("random numbers".into(), io::Error::other(error.to_string())))?;
    let (salt, nonce_prefix) = random.split_at(SALT_LEN);

    let mut header = Vec::with_capacity(HEADER_LEN);
    header.extend_from_slice(MAGIC);
    header.push(VERSION);
    header.extend_from_slice(&iterations.to_be_bytes());
    header.extend_from_slice(salt);
    header.extend_from_slice(nonce_prefix);
    header.extend_from_slice(&len.to_be_bytes());
    let keys = Keys::derive(password, salt, iterations)?;
    header.extend_from_slice(&keys.authenticate(&header)?.try_finalize()?);
    stream::write(output, &header)?;
    stream::seal(&keys.stream(nonce_prefix)?, &header, input, len, output)
}

/// Opens what [`seal`] wrote. `file_len` is the size of `input`. All that was written to `output` must be thrown away on an error.
pub(crate) fn open(
    input: &mut impl Read,
    file_len: u64,
    output: &mut impl Write,
    password: &[u8],
) -> Result<(), Failure> {
    let mut header = [0; HEADER_LEN];
    let have = file_len.min(HEADER_LEN as u64) as usize;
    stream::read(input, &mut header[..have])?;
    let begins_as_sealed = header[..have].starts_with(&MAGIC[..have.min(MAGIC.len())]);
    if have == 0 || !begins_as_sealed {
        return Err(Failure::Foreign);
    }
    if have < HEADER_LEN {
        return Err(Failure::Cut { has: file_len, needs: HEADER_LEN as u64 });
    }
    if header[8] != VERSION {
        return Err(Failure::Version(header[8]));
    }

    let (fields, mac) = header.split_at(FIELDS_LEN);
    let iterations = u32::from_be_bytes(array(&fields[9..13]));
    let (salt, nonce_prefix) = (&fields[13..29], &fields[29..36]);
    let len = u64::from_be_bytes(array(&fields[36..44]));
    if !(1..=MAX_ITERATIONS).contains(&iterations) {
        return Err(Failure::Iterations(iterations));
    }
    match HEADER_LEN as u64 + stream::sealed_len(len) {
        needs if file_len < needs => return Err(Failure::Cut { has: file_len, needs }),
        needs if file_len > needs => return Err(Failure::TooLong { has: file_len, needs }),
        _ => {}
    }

    let keys = Keys::derive(password, salt, iterations)?;
    keys.authenticate(fields)?.try_verify(mac).map_err(|_| Failure::WrongPassword)?;
    stream::open(&keys.stream(nonce_prefix)?, &header, input, len, HEADER_LEN as u64, output)
}

/// What a password and a salt give.
struct Keys(Hkdf<Sha256>);

impl Keys {
    fn derive(password: &[u8], salt: &[u8], iterations: u32) -> Result<Self, Failure> {
        let mut secret = Zeroizing::new([0; 32]);
        pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut *secret)?;
        Ok(Self(Hkdf::from_prk(&*secret)?))
    }

    fn authenticate(&self, fields: &[u8]) -> Result<Hmac<Sha256>, Failure> {
        let mut key = Zeroizing::new([0; 32]);
        self.0.expand(b"WCSEALED 1 header", &mut *key)?;
        Ok(Hmac::try_new(&*key)?.try_chain_update(fields)?)
    }

    fn stream(&self, nonce_prefix: &[u8]) -> Result<StreamBE32<Aes256Gcm>, Failure> {
        let mut key = Zeroizing::new([0; 32]);
        self.0.expand(b"WCSEALED 1 content", &mut *key)?;
        let nonce_prefix: [u8; NONCE_PREFIX_LEN] = array(nonce_prefix);
        Ok(StreamBE32::from_aead(Aes256Gcm::import(&*key)?, &nonce_prefix.into()))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("the caller cuts as many bytes as the field has")
}
