//! Signatures that were turned into text.

/// How bytes are written as text, if these could be that.
pub(crate) fn kind(signature: &[u8]) -> Option<&'static str> {
    let is_blank = |byte: &&u8| byte.is_ascii_whitespace();
    if signature.starts_with(b"-----BEGIN ") {
        return Some("armoured, a signature by another program, such as GnuPG or OpenSSH");
    }
    // In DER or raw, no signature is as short, or has so many bytes that are all of this kind.
    if signature.iter().filter(|byte| !is_blank(byte)).count() < 64 {
        return None;
    }
    let all = |is_kind: fn(u8) -> bool| signature.iter().all(|byte| is_blank(&byte) || is_kind(*byte));
    if all(|byte| byte.is_ascii_hexdigit() || byte == b':') {
        Some("hexadecimal digits; `xxd -r -p` writes the bytes that they stand for")
    } else if all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)) {
        Some("base64; `base64 -d` writes the bytes that it stands for")
    } else if all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte)) {
        Some("base64url; `tr _- /+ | base64 -d` writes the bytes that it stands for")
    } else {
        None
    }
}
