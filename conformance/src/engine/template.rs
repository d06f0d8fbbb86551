//! A command line with a place for the guest, split into words as a shell would split it, but without a shell.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::str::{Chars, FromStr};

const PLACE: &str = "{module}";

/// A command line such as `mine run {module}`.
///
/// Blanks separate words. Within `'…'` every character stands for itself; within `"…"` all but `\"`, `\\`, `\$` and
/// `` \` `` do; elsewhere a backslash makes the next character stand for itself (not on Windows, where it separates
/// folders). What a shell would do beyond that is refused rather than not done: variables, patterns, pipes and
/// redirections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    text: String,
    program: OsString,
    args: Vec<String>,
}

impl Template {
    /// The command that runs a module.
    pub(super) fn command(&self, module: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.args.iter().map(|arg| with_module(arg, module)));
        command
    }

    /// The program.
    pub(super) fn program(&self) -> &Path {
        Path::new(&self.program)
    }

    /// The words behind the program.
    #[cfg(test)]
    pub(crate) fn args(&self) -> &[String] {
        &self.args
    }

    /// The command line as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn with_module(word: &str, module: &Path) -> OsString {
    let mut pieces = word.split(PLACE);
    let mut arg = OsString::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        arg.push(module);
        arg.push(piece);
    }
    arg
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = split(text)?.into_iter();
        let program = words.next().ok_or("it is empty; write for instance 'mine run {module}'")?;
        if program.contains(PLACE) {
            return Err(format!(
                "its first word is the engine; put {PLACE} behind it, for instance 'mine run {PLACE}'"
            ));
        }
        let args: Vec<String> = words.collect();
        if !args.iter().any(|arg| arg.contains(PLACE)) {
            return Err(format!(
                "it does not say where the guest goes: put {PLACE} in the place of the .wasm file, for instance \
                 'mine run {PLACE}'"
            ));
        }
        if program.contains('=') {
            return Err(format!("variables are set with env: 'env {program} …'"));
        }
        Ok(Self { text: text.to_owned(), program: program.into(), args })
    }
}

/// The words of a command line.
fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    // None between words; a word may be empty, if it is quoted.
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => quoted(&mut rest, word.get_or_insert_default())?,
            '"' => double_quoted(&mut rest, word.get_or_insert_default())?,
            '\\' if !cfg!(windows) => {
                let next = rest.next().ok_or("it ends with a backslash")?;
                word.get_or_insert_default().push(next);
            }
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '$' | '`' | '*' | '?' | '[' => return Err(refusal(c)),
            '~' | '#' if word.is_none() => return Err(refusal(c)),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(rest: &mut Chars<'_>, word: &mut String) -> Result<(), String> {
    for c in rest {
        match c {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
    Err("a ' has no second one".to_owned())
}

fn double_quoted(rest: &mut Chars<'_>, word: &mut String) -> Result<(), String> {
    while let Some(c) = rest.next() {
        match c {
            '"' => return Ok(()),
            '$' | '`' => return Err(refusal(c)),
            '\\' => match rest.clone().next() {
                Some(next @ ('"' | '\\' | '$' | '`')) => {
                    word.push(next);
                    rest.next();
                }
                _ => word.push(c),
            },
            c => word.push(c),
        }
    }
    Err("a \" has no second one".to_owned())
}

fn refusal(c: char) -> String {
    format!(
        "no shell reads it, so `{c}` has no meaning: put it in '…' if it stands for itself, or start a shell: \
         sh -c 'mine run \"$1\" | tee log' sh {PLACE}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        split(text).unwrap()
    }

    /// What `sh -c 'printf "%s\n" …'` prints.
    #[test]
    fn words_are_what_a_shell_makes_of_them() {
        assert_eq!(words("mine run  {module}\t-x "), ["mine", "run", "{module}", "-x"]);
        assert_eq!(words(r#"a 'b c'  "d e"f'g' '' h"#), ["a", "b c", "d efg", "", "h"]);
        assert_eq!(words(r#""a \" \\ \$ \x" 'b\'"#), ["a \" \\ $ \\x", "b\\"]);
        assert_eq!(words("'$HOME|*'"), ["$HOME|*"]);
        assert_eq!(words("a~b c#d é=1"), ["a~b", "c#d", "é=1"]);
    }

    #[cfg(not(windows))]
    #[test]
    fn a_backslash_makes_a_character_stand_for_itself() {
        assert_eq!(words(r"my\ engine \'x\' \$y"), ["my engine", "'x'", "$y"]);
        assert_eq!(split("x\\").unwrap_err(), "it ends with a backslash");
    }

    #[test]
    fn what_only_a_shell_can_do_is_refused() {
        for text in ["a | b", "a > f", "a $X", "a `b`", "a; b", "a && b", "a *", "~/a", "a \"$X\"", "a #b", "(a)"] {
            assert!(split(text).unwrap_err().starts_with("no shell reads it"), "{text}");
        }
        assert_eq!(split("a 'b").unwrap_err(), "a ' has no second one");
        assert_eq!(split("a \"b").unwrap_err(), "a \" has no second one");
    }

    #[test]
    fn the_module_goes_to_every_place_for_it() {
        let template: Template = "mine --file={module} '{module}'".parse().unwrap();
        let command = template.command(Path::new("/a b/guest.wasm"));
        assert_eq!(command.get_program(), "mine");
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["--file=/a b/guest.wasm", "/a b/guest.wasm"]);
    }

    #[test]
    fn a_template_without_a_place_is_told_how_to_have_one() {
        let error = "mine run guest.wasm".parse::<Template>().unwrap_err();
        assert!(error.contains("put {module} in the place") && error.contains("'mine run {module}'"), "{error}");
        assert!(" ".parse::<Template>().unwrap_err().starts_with("it is empty"));
        assert!("{module}".parse::<Template>().unwrap_err().contains("put {module} behind it"));
        assert!("A=1 mine {module}".parse::<Template>().unwrap_err().contains("'env A=1 …'"));
    }
}
