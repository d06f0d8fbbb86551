//! Sealing and opening, from a reader to a writer.

use std::io::{self, Read, Write};

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use wasi_crypto_bindings::{Aes256Gcm, Hkdf, Hmac, Sha256, pbkdf2_hmac};
use zeroize::Zeroizing;

use crate::failure::Failure;

const MAGIC: &[u8; 8] = b"WCSEALED";
const VERSION: u8 = 1;
const SALT_LEN: usize = 16;
const NONCE_PREFIX_LEN: usize = 7;
/// The header without its HMAC.
const FIELDS_LEN: usize = 44;
const HEADER_LEN: usize = FIELDS_LEN + 32;
const PIECE_LEN: usize = 64 << 10;
const TAG_LEN: usize = 16;

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
    write(output, &header)?;

    let stream = keys.stream(nonce_prefix)?;
    let mut buffer = Vec::with_capacity(PIECE_LEN + TAG_LEN);
    for piece in pieces(len) {
        buffer.resize(piece.len, 0);
        read(input, &mut buffer)?;
        stream.encrypt_in_place(piece.number, piece.is_last, &header, &mut buffer).map_err(|_| host_refused())?;
        write(output, &buffer)?;
    }
    // One more byte would have been lost.
    if input.read(&mut [0]).map_err(reading)? == 0 { Ok(()) } else { Err(Failure::InputChanged) }
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
    read(input, &mut header[..have])?;
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
    match sealed_len(len) {
        needs if file_len < needs => return Err(Failure::Cut { has: file_len, needs }),
        needs if file_len > needs => return Err(Failure::TooLong { has: file_len, needs }),
        _ => {}
    }

    let keys = Keys::derive(password, salt, iterations)?;
    keys.authenticate(fields)?.try_verify(mac).map_err(|_| Failure::WrongPassword)?;
    let stream = keys.stream(nonce_prefix)?;
    let mut buffer = Vec::with_capacity(PIECE_LEN + TAG_LEN);
    let mut offset = HEADER_LEN as u64;
    for piece in pieces(len) {
        buffer.resize(piece.len + TAG_LEN, 0);
        read(input, &mut buffer)?;
        stream
            .decrypt_in_place(piece.number, piece.is_last, &header, &mut buffer)
            .map_err(|_| Failure::Changed(offset))?;
        write(output, &buffer)?;
        offset += (piece.len + TAG_LEN) as u64;
    }
    Ok(())
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

struct Piece {
    number: u32,
    len: usize,
    is_last: bool,
}

/// How content of this size is cut. There is always a last piece, if need be an empty one.
fn pieces(len: u64) -> impl Iterator<Item = Piece> {
    let last = last_piece(len);
    (0..=last).map(move |number| {
        let rest = len - number * PIECE_LEN as u64;
        Piece { number: number as u32, len: rest.min(PIECE_LEN as u64) as usize, is_last: number == last }
    })
}

fn last_piece(len: u64) -> u64 {
    len.div_ceil(PIECE_LEN as u64).saturating_sub(1)
}

/// The size of the file with content of this size; more than any file has if there would be too many pieces.
fn sealed_len(len: u64) -> u64 {
    match last_piece(len) {
        last if last <= u32::MAX.into() => HEADER_LEN as u64 + len + (last + 1) * TAG_LEN as u64,
        _ => u64::MAX,
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("the caller cuts as many bytes as the field has")
}

fn read(input: &mut impl Read, buffer: &mut [u8]) -> Result<(), Failure> {
    input.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::InputChanged,
        _ => reading(error),
    })
}

fn write(output: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
    output.write_all(bytes).map_err(|error| Failure::Io("cannot write the output".into(), error))
}

fn reading(error: io::Error) -> Failure {
    Failure::Io("cannot read the input".into(), error)
}

/// RustCrypto's error does not say why; here it can only be that.
fn host_refused() -> Failure {
    Failure::Crypto(wasi_crypto_bindings::Error::AlgorithmFailure)
}
