//! PEM (RFC 7468), read as people have it: from files with other text, with any line length, from any system.
//!
//! What is decoded goes into memory of our own, so that it is wiped whatever comes of it.

use base64ct::{Base64, Encoding};
use pem_rfc7468::LineEnding;

use crate::errno::Errno;
use crate::secret::Secret;

/// What some editors put in front of text.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The content of the block that has one of `labels`, and which of them it has. Blocks with other labels count as text.
/// `invalid_key` unless there is exactly one, with nothing but base64 and white space in it.
pub(crate) fn read<'l>(text: &[u8], labels: &[&'l str]) -> Result<(&'l str, Secret), Errno> {
    let (label, body) = find(text, labels).ok_or(Errno::InvalidKey)?;
    Ok((label, decode(body).ok_or(Errno::InvalidKey)?))
}

/// Writes a block as RFC 7468 section 3 has it: 64 columns, LF, also after the last line.
pub(crate) fn write(label: &str, content: &[u8]) -> Result<Secret, Errno> {
    let text = pem_rfc7468::encode_string(label, LineEnding::LF, content);
    text.map(|text| Secret::from_vec(text.into_bytes())).map_err(|_| Errno::InternalError)
}

/// The label and the body of the only block that has one of `labels`.
fn find<'t, 'l>(text: &'t [u8], labels: &[&'l str]) -> Option<(&'l str, &'t [u8])> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let (mut begun, mut found) = (None, None);
    let mut next_line = 0;
    for line in text.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
        let start = next_line;
        next_line += line.len();
        let line = trim(line);
        match begun {
            None => {
                let label = labels.iter().find(|label| is_boundary(line, b"-----BEGIN ", label));
                begun = label.map(|label| (*label, next_line));
                if begun.is_some() && found.is_some() {
                    return None;
                }
            }
            Some((label, body)) if is_boundary(line, b"-----END ", label) => {
                found = Some((label, &text[body..start]));
                begun = None;
            }
            Some(_) => {}
        }
    }
    if begun.is_some() { None } else { found }
}

fn is_boundary(line: &[u8], prefix: &[u8], label: &str) -> bool {
    line.strip_prefix(prefix).and_then(|line| line.strip_suffix(b"-----")) == Some(label.as_bytes())
}

fn trim(mut line: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = line
        && is_white(*first)
    {
        line = rest;
    }
    while let [rest @ .., last] = line
        && is_white(*last)
    {
        line = rest;
    }
    line
}

/// White space of RFC 7468 section 3: blanks, tabs, line breaks and form feeds.
fn is_white(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Decodes base64 with white space in it, in time that does not depend on what it encodes.
fn decode(body: &[u8]) -> Option<Secret> {
    let mut base64 = Secret::zeroed(body.len());
    let mut len = 0;
    for byte in body.iter().filter(|byte| !is_white(**byte)) {
        base64[len] = *byte;
        len += 1;
    }
    let base64 = &base64[..len];
    let padding = base64.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let mut content = Secret::zeroed((len / 4 * 3).checked_sub(padding)?);
    let decoded = Base64::decode(base64, &mut content).ok()?.len();
    (decoded == content.len()).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 2] = ["PRIVATE KEY", "EC PRIVATE KEY"];

    fn read_text(text: &str) -> Result<(&'static str, Vec<u8>), Errno> {
        read(text.as_bytes(), &LABELS).map(|(label, content)| (label, content.to_vec()))
    }

    /// RFC 4648 section 10.
    #[test]
    fn base64_is_read_however_it_is_broken_into_lines() {
        for (base64, content) in
            [("Zg==", "f"), ("Zm8=", "fo"), ("Zm9v", "foo"), ("Zm9vYg==", "foob"), ("Zm9vYmFy", "foobar")]
        {
            let broken: String =
                base64.chars().flat_map(|char| [char, ' ', '\n', '\t', '\r', '\x0b', '\x0c']).collect();
            for body in [base64, &broken] {
                let text = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----");
                assert_eq!(read_text(&text), Ok(("PRIVATE KEY", content.as_bytes().to_vec())), "{text}");
            }
        }
    }

    #[test]
    fn base64_is_strict() {
        for body in
            ["Zg=", "Zg", "Z", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm9v!", "Zm-_", "Zm9v\0"]
        {
            let text = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
            assert_eq!(read_text(&text), Err(Errno::InvalidKey), "{body:?}");
        }
    }

    #[test]
    fn one_block_fits_and_all_else_is_text() {
        const FITS: &str = "-----BEGIN EC PRIVATE KEY-----\nZm9v\n-----END EC PRIVATE KEY-----\n";
        const OTHER: &str = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        let fits = Ok(("EC PRIVATE KEY", b"foo".to_vec()));
        for text in [
            FITS.to_owned(),
            format!("\u{feff}{FITS}"),
            format!("{OTHER}{FITS}{OTHER}"),
            format!("Bag Attributes\n    friendlyName: M\u{fc}ller\n{FITS}-----\n-----BEGIN \n"),
            format!("-----END PRIVATE KEY-----\n{FITS}-----END EC PRIVATE KEY-----"),
            format!("-----BEGIN CERTIFICATE-----\n{FITS}"),
            FITS.replace('\n', "\r"),
            FITS.replace('\n', " \t\r\n \t"),
        ] {
            assert_eq!(read_text(&text), fits, "{text:?}");
        }
        for text in [
            format!("{FITS}{FITS}"),
            format!("{FITS}-----BEGIN PRIVATE KEY-----\n"),
            OTHER.to_owned(),
            FITS.replace("-----END EC", "-----END"),
            FITS.replacen('\n', "\nProc-Type: 4,ENCRYPTED\n\n", 1),
            FITS.replacen('\n', "", 1),
            FITS.replace("-----\n", "----\n"),
            FITS.replace("BEGIN", "begin"),
            FITS.replace("-----BEGIN", "x-----BEGIN"),
        ] {
            assert_eq!(read_text(&text), Err(Errno::InvalidKey), "{text:?}");
        }
    }
}
