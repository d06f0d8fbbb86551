//! The public key of RSA as hosts read and write it: `SubjectPublicKeyInfo` (RFC 5280) of `rsaEncryption` (RFC 8017), in DER.

use alloc::vec::Vec;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;

/// The algorithm: `rsaEncryption`, and NULL for its parameters.
const ALGORITHM: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

/// Writes modulus and exponent, which are big-endian, without leading zeros.
pub(super) fn info(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = element(SEQUENCE, &[integer(n), integer(e)].concat());
    let bits = element(BIT_STRING, &[&[0], &key[..]].concat());
    element(SEQUENCE, &[ALGORITHM, &bits].concat())
}

/// Modulus and exponent of what [`info`] writes.
pub(super) fn numbers(info: &[u8]) -> Option<(&[u8], &[u8])> {
    let (fields, []) = split(SEQUENCE, info)? else { return None };
    let (bits, []) = split(BIT_STRING, fields.strip_prefix(ALGORITHM)?)? else { return None };
    let (key, []) = split(SEQUENCE, bits.strip_prefix(&[0])?)? else { return None };
    let (n, rest) = split(INTEGER, key)?;
    let (e, []) = split(INTEGER, rest)? else { return None };
    // The zero in front of a first byte that would be a sign.
    Some((n.strip_prefix(&[0]).unwrap_or(n), e.strip_prefix(&[0]).unwrap_or(e)))
}

fn integer(number: &[u8]) -> Vec<u8> {
    match number {
        [0x80..=0xff, ..] => element(INTEGER, &[&[0], number].concat()),
        _ => element(INTEGER, number),
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len().to_be_bytes();
    let len = &len[len.iter().take_while(|byte| **byte == 0).count()..];
    let mut element = alloc::vec![tag];
    match len {
        [] => element.push(0),
        [short @ 0..=0x7f] => element.push(*short),
        long => {
            element.push(0x80 | long.len() as u8);
            element.extend_from_slice(long);
        }
    }
    element.extend_from_slice(content);
    element
}

/// The content of the first element, which must have this tag, and what follows.
fn split(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = match bytes.strip_prefix(&[tag])? {
        [len @ 0..=0x7f, rest @ ..] => (usize::from(*len), rest),
        [0x81, len, rest @ ..] => (usize::from(*len), rest),
        [0x82, high, low, rest @ ..] => (usize::from(*high) << 8 | usize::from(*low), rest),
        _ => return None,
    };
    rest.split_at_checked(len)
}
