//! Words that all forms of the report share.

use crate::random;

/// A number with its noun.
pub(super) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// As one word of a shell.
pub(super) fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// What runs a case again on an engine; `again` is how the engine is named.
pub(super) fn command(again: &str, id: &str) -> String {
    let again = if again.is_empty() { String::new() } else { format!(" {}", again.trim()) };
    let cases = match random::options_of(id) {
        Some(options) => options,
        None => format!("--filter {}", quoted(&filter(id))),
    };
    format!("wasi-crypto-conformance{again} {cases}")
}

/// The filter that runs a case again. Probes run with the cases that need them.
fn filter(id: &str) -> String {
    match id.split('/').collect::<Vec<_>>()[..] {
        ["probe", "key", algorithm, encoding, direction] => format!("encodings/{algorithm}/*/{encoding}/{direction}"),
        ["probe", "signature", algorithm, ..] => format!("signatures/{algorithm}"),
        // Some names have a slash.
        ["probe", "algorithm", ..] => format!("*/{}/*", id.trim_start_matches("probe/algorithm/")),
        ["probe", "secrets", ..] => "secrets".to_owned(),
        ["probe", "threads"] => "threads".to_owned(),
        // Functions are asked for in any run.
        ["probe", ..] => "array/len".to_owned(),
        _ => id.to_owned(),
    }
}

/// Text for XML and HTML, attributes included. What XML cannot hold is replaced.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// So many characters at most.
pub(super) fn cut(text: &str, len: usize) -> String {
    if text.chars().count() <= len {
        return text.to_owned();
    }
    text.chars().take(len.saturating_sub(1)).chain(['…']).collect()
}

/// With a capital letter at the beginning.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The first few of a list, and how many more there are.
pub(super) fn some(items: &[String]) -> String {
    const SHOWN: usize = 3;
    let mut text = items.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if items.len() > SHOWN {
        text.push_str(&format!(" and {} more", items.len() - SHOWN));
    }
    text
}
