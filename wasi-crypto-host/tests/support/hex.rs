//! Bytes as published vectors have them.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

/// The bytes of a text of hexadecimal digits, two each.
pub fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// The digits of bytes, two each, in small letters.
pub fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
