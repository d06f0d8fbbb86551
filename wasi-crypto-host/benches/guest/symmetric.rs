//! Long messages, with all that a guest calls for one: whether the host is worth calling for those, too.

use crate::native::{Library, Native, Output, aws_lc, ring};
use crate::operation::{Operation, Operations, Sequence};
use crate::sequences::{KEY_HANDLE, NONCE_BYTES};
use crate::{KEY, NONCE};

pub(crate) fn operations(all: &mut Operations<'_>) {
    let message = vec![3; 16 << 10];
    // The host hashes with ring, whatever its backend.
    let natives = vec![ring::sha_256(&message), aws_lc::sha_256(&message)];
    operation(all, "SHA-256", "digest", &message, Library::Ring, natives);

    let host = Library::Ring.or_aws_lc();
    all.guest().write(NONCE_BYTES, &NONCE);
    let natives = vec![ring::aes_256_gcm(&KEY, NONCE, &message), aws_lc::aes_256_gcm(&KEY, NONCE, &message)];
    encryption(all, "AES-256-GCM", &message, host, natives);
    let natives =
        vec![ring::chacha20_poly1305(&KEY, NONCE, &message), aws_lc::chacha20_poly1305(&KEY, NONCE, &message)];
    encryption(all, "CHACHA20-POLY1305", &message, host, natives);
}

fn encryption(all: &mut Operations<'_>, algorithm: &str, message: &[u8], host: Library, natives: Vec<Native<'_>>) {
    let key = all.guest().import(algorithm, &KEY);
    all.guest().write(KEY_HANDLE, &key.to_le_bytes());
    operation(all, algorithm, "seal", message, host, natives);
}

fn operation(
    all: &mut Operations<'_>,
    algorithm: &str,
    calls: &str,
    message: &[u8],
    host: Library,
    mut natives: Vec<Native<'_>>,
) {
    let mut expected = Output::default();
    (natives[0].run)(&mut expected);
    let name = format!("{algorithm}, 16 KiB");
    all.measure(Operation {
        name: &name,
        host,
        natives,
        guest: Sequence {
            calls,
            algorithm,
            encoded: message,
            settings: &[("sealed_len", expected.bytes().len() as u32)],
        },
        beside: &[],
        check: &|output| assert!(output.bytes() == expected.bytes(), "another result: {name}"),
        times: 1,
    });
}
