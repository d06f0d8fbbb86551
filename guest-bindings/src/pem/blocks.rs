//! The blocks of a file, each between its two boundaries.

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// One block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub(super) label: &'a [u8],
    /// All of it, with both boundaries and the end of the last line.
    pub(super) text: &'a [u8],
    /// Whether there is a second boundary, with the same label.
    pub(super) is_complete: bool,
}

impl Block<'_> {
    /// Whether it says in its headers that it is encrypted (RFC 1421, as OpenSSL wrote it before PKCS#8).
    pub(super) fn is_encrypted(&self) -> bool {
        let header = b"Proc-Type:";
        lines(self.text).any(|line| line.starts_with(header) && line.ends_with(b"ENCRYPTED"))
    }
}

/// All blocks, in order. A boundary is a line of its own.
pub(super) fn blocks(text: &[u8]) -> impl Iterator<Item = Block<'_>> {
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    core::iter::from_fn(move || {
        let label = loop {
            let (line, behind) = first_line(rest)?;
            match boundary(line, BEGIN) {
                Some(label) => break label,
                None => rest = behind,
            }
        };
        let start = rest;
        let (_, mut behind) = first_line(rest)?;
        let mut is_complete = false;
        while let Some((line, next)) = first_line(behind) {
            if boundary(line, BEGIN).is_some() {
                break;
            }
            behind = next;
            if boundary(line, END).is_some() {
                is_complete = boundary(line, END) == Some(label);
                break;
            }
        }
        rest = behind;
        Some(Block { label, text: &start[..start.len() - behind.len()], is_complete })
    })
}

/// The label of a line that is a boundary.
fn boundary<'a>(line: &'a [u8], kind: &[u8]) -> Option<&'a [u8]> {
    line.trim_ascii_end().strip_prefix(kind)?.strip_suffix(DASHES)
}

fn lines(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    core::iter::from_fn(move || {
        let (line, rest) = first_line(text)?;
        text = rest;
        Some(line)
    })
}

/// The first line without its end (LF, CRLF or CR), and all behind it.
fn first_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    Some((line, rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default()))
}
