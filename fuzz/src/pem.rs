//! PEM, as the host writes it and as others do.

use base64ct::{Base64, Encoding};

use crate::bytes::Bytes;
use crate::keys::Part;

const LABELS: [&str; 8] = [
    "PRIVATE KEY",
    "PUBLIC KEY",
    "EC PRIVATE KEY",
    "RSA PRIVATE KEY",
    "RSA PUBLIC KEY",
    "ENCRYPTED PRIVATE KEY",
    "CERTIFICATE",
    "",
];

/// Strict PEM: lines of 64 characters.
pub fn strict(part: Part, der: &[u8]) -> Vec<u8> {
    write(if part == Part::Publickey { LABELS[1] } else { LABELS[0] }, der, 64, "\n")
}

/// PEM as the bytes say: label, width and ends of lines, text around, more than one block.
pub fn loose(part: Part, der: &[u8], bytes: &mut Bytes<'_>) -> Vec<u8> {
    let usual = if part == Part::Publickey { LABELS[1] } else { LABELS[0] };
    let label = match bytes.byte() {
        0..192 => usual,
        choice => LABELS[usize::from(choice) % LABELS.len()],
    };
    let width = match bytes.byte() {
        0 => 64,
        width => usize::from(width),
    };
    let end = ["\n", "\r\n", "\r", " \n", "\n\n"][usize::from(bytes.byte() % 5)];
    let before = bytes.short();
    let after = bytes.short();
    let mut block = write(label, der, width, end);
    for _ in 0..bytes.byte() % 3 {
        let at = usize::from(bytes.u16()) % block.len();
        block[at] = block[at].wrapping_add(bytes.byte());
    }
    let blocks = if bytes.byte() == 1 { 2 } else { 1 };
    [before, &block.repeat(blocks), after].concat()
}

fn write(label: &str, der: &[u8], width: usize, end: &str) -> Vec<u8> {
    let base64 = Base64::encode_string(der);
    let mut pem = format!("-----BEGIN {label}-----{end}").into_bytes();
    for line in base64.as_bytes().chunks(width) {
        pem.extend_from_slice(line);
        pem.extend_from_slice(end.as_bytes());
    }
    pem.extend_from_slice(format!("-----END {label}-----{end}").as_bytes());
    pem
}
