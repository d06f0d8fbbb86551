//! Encodings of keys, put together by hand.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

/// PEM with all of the key in one line.
pub fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", base64(der))
}

/// A DER value of these parts.
pub fn der(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let len = (content.len() as u32).to_be_bytes();
    let header: &[u8] = match content.len() {
        0..=0x7f => &[tag, len[3]],
        0x80..=0xff => &[tag, 0x81, len[3]],
        0x100..=0xffff => &[tag, 0x82, len[2], len[3]],
        _ => &[tag, 0x83, len[1], len[2], len[3]],
    };
    [header, &content].concat()
}

/// In one line, padded (RFC 4648 section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * i)) as usize & 63];
            text.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
