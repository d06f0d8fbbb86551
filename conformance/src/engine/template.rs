//! A command line, perhaps with a place for the guest, split into words as a shell would split it, but without a shell.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::{Chars, FromStr};

/// Where the guest goes.
pub(super) const MODULE: &str = "{module}";

/// Where a script goes that an engine file brings along.
pub(super) const SCRIPT: &str = "{script}";

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
    args: Vec<OsString>,
}

impl Template {
    /// The command line of a worker, which has no place for a guest, as it gets them on standard input.
    pub fn worker(text: &str) -> Result<Self, String> {
        let template = Self::from_words(split(text)?, text)?;
        if template.has(MODULE) {
            return Err(format!("a worker gets its guests on standard input, so {MODULE} has no place in it"));
        }
        Ok(template)
    }

    /// The command line that consists of these words.
    pub(super) fn from_words(words: Vec<String>, text: impl Into<String>) -> Result<Self, String> {
        let mut words = words.into_iter();
        let program = words.next().ok_or("it is empty; write for instance 'mine run {module}'")?;
        if program.contains(MODULE) {
            return Err(format!(
                "its first word is the engine; put {MODULE} behind it, for instance 'mine run {MODULE}'"
            ));
        }
        Ok(Self { text: text.into(), program: program.into(), args: words.map(OsString::from).collect() })
    }

    /// A program with arguments, none of which is a place.
    pub(super) fn of_program(program: PathBuf, args: impl IntoIterator<Item = OsString>) -> Self {
        let text = quoted_for_shell(&program.to_string_lossy());
        Self { text, program: program.into(), args: args.into_iter().collect() }
    }

    /// The same with another program.
    pub(super) fn with_program(self, program: &Path) -> Self {
        Self { program: program.into(), ..self }
    }

    /// The command, with these paths in the places for them.
    pub(super) fn command(&self, places: &[(&str, &Path)]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(self.args.iter().map(|arg| match arg.to_str() {
            Some(text) => with_paths(text, places),
            None => arg.clone(),
        }));
        command
    }

    /// The program.
    pub(super) fn program(&self) -> &Path {
        Path::new(&self.program)
    }

    /// What the engine is called where nothing else says it: the file name of the program.
    pub(super) fn name(&self) -> String {
        let program = self.program();
        program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
    }

    /// Whether some argument has this place.
    pub(super) fn has(&self, place: &str) -> bool {
        self.args.iter().any(|arg| arg.to_str().is_some_and(|arg| arg.contains(place)))
    }

    /// The words behind the program.
    #[cfg(test)]
    pub(crate) fn args(&self) -> &[OsString] {
        &self.args
    }

    /// The command line as it was given.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn with_paths(word: &str, places: &[(&str, &Path)]) -> OsString {
    let Some(((place, path), others)) = places.split_first() else {
        return word.into();
    };
    let mut pieces = word.split(place);
    let mut arg = with_paths(pieces.next().unwrap_or_default(), others);
    for piece in pieces {
        arg.push(path);
        arg.push(with_paths(piece, others));
    }
    arg
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let template = Self::from_words(split(text)?, text)?;
        if !template.has(MODULE) {
            return Err(format!(
                "it does not say where the guest goes: put {MODULE} in the place of the .wasm file, for instance \
                 'mine run {MODULE}'"
            ));
        }
        if template.program.to_string_lossy().contains('=') {
            return Err(format!("variables are set with env: 'env {} …'", template.program.display()));
        }
        Ok(template)
    }
}

/// A word as a shell takes it for itself.
pub(super) fn quoted_for_shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%{}".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
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
         sh -c 'mine run \"$1\" | tee log' sh {MODULE}"
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
        let command = template.command(&[(MODULE, Path::new("/a b/guest.wasm"))]);
        assert_eq!(command.get_program(), "mine");
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["--file=/a b/guest.wasm", "/a b/guest.wasm"]);
    }

    #[test]
    fn a_path_that_looks_like_a_place_is_none() {
        let template: Template = "mine {script} {module}x{script}".parse().unwrap();
        let command = template.command(&[(MODULE, Path::new("/{script}/g")), (SCRIPT, Path::new("/s"))]);
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["/s", "/{script}/gx/s"]);
    }

    #[test]
    fn a_worker_has_no_place_for_a_guest() {
        assert_eq!(Template::worker("mine 'serve all'").unwrap().args(), ["serve all"]);
        assert!(Template::worker("mine {module}").unwrap_err().contains("on standard input"));
    }

    #[cfg(not(windows))]
    #[test]
    fn quoted_words_are_read_as_they_were() {
        for word in ["plain-1.2/x={module}", "", "a b", "it's", "a\\b $x \"y\"", "*"] {
            assert_eq!(words(&quoted_for_shell(word)), [word]);
        }
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
