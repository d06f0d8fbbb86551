//! Results on standard output.

use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;

use crate::failure::Failure;

/// Writes a result. Whoever does not read on, such as `head`, has seen enough.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(cause) if cause.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|cause| Failure::not_written("to standard output", &cause)),
    }
}

/// Writes a result for programs: an object, with the version of its form in front.
pub(crate) fn print_json(schema: u32, content: &impl Serialize) -> Result<(), Failure> {
    // Serializing plain numbers and strings to memory cannot fail.
    let text = serde_json::to_string_pretty(&Document { schema, content }).expect("strings and numbers are valid JSON");
    print(text + "\n")
}

/// Rows in columns, each as wide as what is in it. What a terminal would obey is [written out](printable).
pub(crate) fn table<const COLUMNS: usize>(rows: impl IntoIterator<Item = [String; COLUMNS]>) -> String {
    let rows: Vec<[String; COLUMNS]> = rows.into_iter().map(|row| row.map(|cell| printable(&cell))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let line = |row: &[String; COLUMNS]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}

/// Text that somebody else may have written, as it can be shown: with control characters, and those that turn the direction of
/// writing, as Rust writes them.
pub(crate) fn printable(text: &str) -> String {
    let is_obeyed = |c: char| {
        c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let written = |c: char| if is_obeyed(c) { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(written).collect()
}

#[derive(Serialize)]
struct Document<'a, T> {
    schema: u32,
    #[serde(flatten)]
    content: &'a T,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["name", "bytes"], ["a", "1"], ["Schlüssel", ""]].map(|row| row.map(str::to_owned));
        assert_eq!(table(rows), "name       bytes\na          1\nSchlüssel\n");
    }

    #[test]
    fn a_terminal_is_told_nothing() {
        assert_eq!(table([["\u{1b}[2J\n".to_owned(), "b".to_owned()]]), "\\u{1b}[2J\\n  b\n");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
    }
}
