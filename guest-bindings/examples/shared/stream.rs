//! Content in authenticated pieces: AES-256-GCM in the STREAM construction (BE32: the nonce is a prefix, the number of
//! the piece, and 1 for the last one). Part of each example that encrypts; `crate::failure` is that example's.

use std::io::{self, Read, Write};

use aead_stream::{StreamBE32, StreamPrimitive};
use wasi_crypto_bindings::Aes256Gcm;

use crate::failure::Failure;

const PIECE_LEN: usize = 64 << 10;
const TAG_LEN: usize = 16;

/// Encrypts `len` bytes of `input`, which must end there.
pub(crate) fn seal(
    stream: &StreamBE32<Aes256Gcm>,
    associated_data: &[u8],
    input: &mut impl Read,
    len: u64,
    output: &mut impl Write,
) -> Result<(), Failure> {
    let mut buffer = Vec::with_capacity(PIECE_LEN + TAG_LEN);
    for piece in pieces(len) {
        buffer.resize(piece.len, 0);
        read(input, &mut buffer)?;
        stream
            .encrypt_in_place(piece.number, piece.is_last, associated_data, &mut buffer)
            .map_err(|_| host_refused())?;
        write(output, &buffer)?;
    }
    // One more byte would have been lost.
    if input.read(&mut [0]).map_err(reading)? == 0 { Ok(()) } else { Err(Failure::InputChanged) }
}

/// Decrypts what [`seal`] wrote of `len` bytes; it begins `offset` bytes behind the start of the file.
pub(crate) fn open(
    stream: &StreamBE32<Aes256Gcm>,
    associated_data: &[u8],
    input: &mut impl Read,
    len: u64,
    mut offset: u64,
    output: &mut impl Write,
) -> Result<(), Failure> {
    let mut buffer = Vec::with_capacity(PIECE_LEN + TAG_LEN);
    for piece in pieces(len) {
        buffer.resize(piece.len + TAG_LEN, 0);
        read(input, &mut buffer)?;
        stream
            .decrypt_in_place(piece.number, piece.is_last, associated_data, &mut buffer)
            .map_err(|_| Failure::Changed(offset))?;
        write(output, &buffer)?;
        offset += (piece.len + TAG_LEN) as u64;
    }
    Ok(())
}

/// The size of what [`seal`] writes of content of this size; more than any file has if there would be too many pieces.
pub(crate) fn sealed_len(len: u64) -> u64 {
    match last_piece(len) {
        // A file with a header is no longer than this.
        last if last <= u32::MAX.into() => len + (last + 1) * TAG_LEN as u64,
        _ => u64::MAX / 2,
    }
}

pub(crate) fn read(input: &mut impl Read, buffer: &mut [u8]) -> Result<(), Failure> {
    input.read_exact(buffer).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::InputChanged,
        _ => reading(error),
    })
}

pub(crate) fn write(output: &mut impl Write, bytes: &[u8]) -> Result<(), Failure> {
    output.write_all(bytes).map_err(|error| Failure::Io("cannot write the output".into(), error))
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

fn reading(error: io::Error) -> Failure {
    Failure::Io("cannot read the input".into(), error)
}

/// RustCrypto's error does not say why; here it can only be that.
fn host_refused() -> Failure {
    Failure::Crypto(wasi_crypto_bindings::Error::AlgorithmFailure)
}
