//! The lines of lists: a digest and the name of its file.

use std::fmt::Write as _;

/// What a digest is made with. All have 32 bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Algorithm {
    #[default]
    Sha256,
    Blake3,
}

impl Algorithm {
    /// As lines have it that name one.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA256",
            Self::Blake3 => "BLAKE3",
        }
    }
}

/// What one line of a list says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) algorithm: Algorithm,
    pub(crate) digest: [u8; 32],
    /// As bytes, since a list need not be UTF-8.
    pub(crate) name: Vec<u8>,
}

/// Reads lines as coreutils does; see the documentation of this program.
pub(crate) struct Parser {
    /// Of lines that name none.
    algorithm: Algorithm,
    /// Whether names follow one blank rather than two characters: the first line without a name that shows it decides,
    /// since a mixture would leave open which file a name with a blank in front means.
    one_blank: Option<bool>,
}

impl Parser {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        Self { algorithm, one_blank: None }
    }

    /// Reads a line without its end; `None` if it is malformed.
    pub(crate) fn parse(&mut self, line: &[u8]) -> Option<Entry> {
        let line = without_blanks(line);
        let (line, escaped) = line.strip_prefix(b"\\").map_or((line, false), |rest| (rest, true));
        let named = |algorithm: Algorithm| Some((algorithm, line.strip_prefix(algorithm.name().as_bytes())?));
        let (algorithm, (digest, name)) = match [Algorithm::Sha256, Algorithm::Blake3].into_iter().find_map(named) {
            Some((algorithm, rest)) => (algorithm, tagged(rest)?),
            None => (self.algorithm, self.plain(line)?),
        };
        let name = if escaped { unescape(name)? } else { name.to_owned() };
        Some(Entry { algorithm, digest, name })
    }

    /// `DIGEST NAME`, `DIGEST  NAME`, `DIGEST *NAME`.
    fn plain<'a>(&mut self, line: &'a [u8]) -> Option<([u8; 32], &'a [u8])> {
        let (digest, rest) = line.split_at_checked(64)?;
        let digest = unhex(digest)?;
        let [b' ' | b'\t', rest @ ..] = rest else { return None };
        match rest {
            [] => None,
            [b' ' | b'*', name @ ..] if !name.is_empty() && self.one_blank != Some(true) => {
                self.one_blank = Some(false);
                Some((digest, name))
            }
            [b' ' | b'*', _, ..] => Some((digest, rest)),
            _ if self.one_blank == Some(false) => None,
            _ => {
                self.one_blank = Some(true);
                Some((digest, rest))
            }
        }
    }
}

/// `SHA256 (NAME) = DIGEST` behind its first word; each blank but those of the name may be missing.
fn tagged(rest: &[u8]) -> Option<([u8; 32], &[u8])> {
    let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"(")?;
    let end = rest.iter().rposition(|byte| *byte == b')')?;
    let digest = without_blanks(&rest[end + 1..]).strip_prefix(b"=")?;
    Some((unhex(without_blanks(digest))?, &rest[..end]))
}

fn without_blanks(mut line: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = line {
        line = rest;
    }
    line
}

/// A file name on one line, and the mark in front of a line whose name had to be changed for that.
pub(crate) fn escape(name: &str) -> (String, &'static str) {
    if name.contains(['\\', '\n', '\r']) {
        (name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r"), "\\")
    } else {
        (name.to_owned(), "")
    }
}

fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let (mut unescaped, mut bytes) = (Vec::new(), name.iter());
    while let Some(byte) = bytes.next() {
        unescaped.push(match byte {
            b'\\' => match bytes.next()? {
                b'\\' => b'\\',
                b'n' => b'\n',
                b'r' => b'\r',
                _ => return None,
            },
            byte => *byte,
        });
    }
    Some(unescaped)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn unhex(hex: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(hex.chunks(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = (digit(digits[0])? << 4 | digit(digits[1])?) as u8;
    }
    Some(bytes)
}
