//! File names in proposed commands.

use core::fmt;

/// A word of a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word<'a> {
    /// As it is.
    Bare(&'a str),
    /// So that a shell takes it for this text, and a terminal for nothing else.
    Quoted(&'a str),
}

impl fmt::Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Bare(word) => f.write_str(word),
            Self::Quoted(word) if word.contains(char::is_control) => {
                f.write_str("$'")?;
                for char in word.chars() {
                    match char {
                        '\'' | '\\' => write!(f, "\\{char}")?,
                        '\n' => f.write_str("\\n")?,
                        '\t' => f.write_str("\\t")?,
                        char if char.is_control() => {
                            char.encode_utf8(&mut [0; 4]).bytes().try_for_each(|byte| write!(f, "\\{byte:03o}"))?;
                        }
                        char => write!(f, "{char}")?,
                    }
                }
                f.write_str("'")
            }
            Self::Quoted(word) if !word.is_empty() && word.chars().all(is_plain) => f.write_str(word),
            Self::Quoted(word) => {
                f.write_str("'")?;
                for (i, part) in word.split('\'').enumerate() {
                    let quote = if i == 0 { "" } else { "'\\''" };
                    write!(f, "{quote}{part}")?;
                }
                f.write_str("'")
            }
        }
    }
}

/// Whether no shell sees more in it than a letter.
fn is_plain(char: char) -> bool {
    char.is_alphanumeric() || "_-./,:@%+=".contains(char)
}
