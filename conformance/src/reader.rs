//! Reads what a guest writes, among whatever else comes the same way.

use crate::engine::Heard;
use crate::plain::plain;
use crate::verdict::{End, Transcript};

/// Begins what a guest writes.
const MARK: &str = "@wcc ";

/// How many notes about one case are kept, and how many dumped bytes: no case has so many.
const MAX_NOTES: usize = 10_000;
const MAX_DUMPED: usize = 4 << 20;

/// How many characters of a line are shown.
const MAX_SHOWN: usize = 100;

/// Takes in the lines of one guest.
pub(crate) struct Reader {
    /// How many programs the guest runs.
    programs: usize,
    done: Vec<Transcript>,
    /// What the program under way has said.
    current: Transcript,
    /// How many bytes it has dumped.
    dumped: usize,
    /// The first line that has the guest's mark, and is none of its own.
    strange: Option<String>,
}

impl Reader {
    pub(crate) fn new(programs: usize) -> Self {
        Self { programs, done: Vec::new(), current: Transcript::default(), dumped: 0, strange: None }
    }

    /// Takes a line in. Engines write there, too, also without ending their line; what does not look in every respect
    /// like a line of the program under way is theirs.
    pub(crate) fn line(&mut self, line: &str) -> Heard {
        let heard = self.hear(line);
        if heard == Heard::Noise
            && !self.is_complete()
            && self.strange.is_none()
            && let Some(at) = line.find(MARK)
        {
            self.strange = Some(plain(&line[at..], MAX_SHOWN));
        }
        heard
    }

    fn hear(&mut self, line: &str) -> Heard {
        let Some(Line { kind, index, step, data }) = line.find(MARK).and_then(|at| Line::parse(&line[at..])) else {
            return Heard::Noise;
        };
        if self.is_complete() || index != self.done.len() {
            return Heard::Noise;
        }
        match kind {
            "P" => self.finish(End::Passed),
            "F" => self.finish(End::Failed(step, data.to_owned())),
            "N" => {
                if self.current.notes.len() < MAX_NOTES {
                    self.current.notes.push((step, data.to_owned()));
                }
                Heard::Word
            }
            "D" => {
                self.dumped += data.len() / 2;
                if self.dumped <= MAX_DUMPED {
                    self.current.dumps.push(bytes(data));
                }
                Heard::Word
            }
            _ => Heard::Noise,
        }
    }

    /// Whether every program has come to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.done.len() == self.programs
    }

    /// What is wrong with the output of a guest that is said to have ended well, and did not say all. A sentence.
    pub(crate) fn gap(&self) -> String {
        if let Some(line) = &self.strange {
            return format!("the engine ended well, but hands over what no guest writes here: {line}");
        }
        let spoke = !self.done.is_empty() || self.current != Transcript::default();
        if spoke {
            return "the engine ended well, but the output of the guest is cut".to_owned();
        }
        "the engine ended well, but nothing came of what the guest writes; does it run the guest at all?".to_owned()
    }

    /// What the programs said that came to their end, and what the one after them said.
    pub(crate) fn end(self) -> (Vec<Transcript>, Transcript) {
        (self.done, self.current)
    }

    fn finish(&mut self, end: End) -> Heard {
        let transcript = std::mem::take(&mut self.current);
        self.done.push(Transcript { end, ..transcript });
        self.dumped = 0;
        if self.is_complete() { Heard::Last } else { Heard::Result }
    }
}

/// A line of a guest: `@wcc KIND INDEX STEP DATA`, both numbers of eight digits; see `interpreter.wat`.
struct Line<'a> {
    kind: &'a str,
    index: usize,
    step: u32,
    data: &'a str,
}

impl<'a> Line<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut fields = line.splitn(5, ' ').skip(1);
        let kind = fields.next()?;
        let mut number = || fields.next().filter(|field| field.len() == 8 && is_hex(field));
        let (index, step) = (number()?, number()?);
        let data = fields.next().unwrap_or_default();
        data.split(' ').all(is_hex).then_some(Self {
            kind,
            index: usize::from_str_radix(index, 16).ok()?,
            step: u32::from_str_radix(step, 16).ok()?,
            data,
        })
    }
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits.filter_map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_guest_are_found_among_noise() {
        let mut reader = Reader::new(2);
        for (line, heard) in [
            ("[info] starting", Heard::Noise),
            ("[info] half a line@wcc N 00000000 00000003 11", Heard::Word),
            ("@wcc D 00000000 00000004 616263", Heard::Word),
            ("@wcc P 00000000 00000000 ", Heard::Result),
            ("@wcc F 00000001 00000005 1 2", Heard::Last),
            ("@wcc E 00000001 00000000 ", Heard::Noise),
        ] {
            assert_eq!(reader.line(line), heard, "{line}");
        }
        let (done, _) = reader.end();
        assert_eq!(done[0], Transcript { end: End::Passed, notes: vec![(3, "11".into())], dumps: vec![b"abc".into()] });
        assert_eq!(done[1].end, End::Failed(5, "1 2".into()));
    }

    #[test]
    fn what_is_not_a_line_of_the_case_under_way_is_noise() {
        let mut reader = Reader::new(2);
        for line in [
            "@wcc P 00000001 00000000 ",
            "@wcc P 0 0 ",
            "@wcc P +0000000 00000000 ",
            "@wcc P",
            "@wcc F 00000000 00000000 \u{1b}[2J",
            "@wcc X 00000000 00000000 ",
            "@wcc P 0000000g 00000000 ",
        ] {
            assert_eq!(reader.line(line), Heard::Noise, "{line}");
        }
        assert_eq!(reader.line("@wcc P 00000000 00000000"), Heard::Result);
        assert_eq!(reader.line("@wcc P 00000000 00000000"), Heard::Noise);
        assert_eq!(reader.line("@wcc P 00000001 00000000"), Heard::Last);
        assert_eq!(reader.line("@wcc P 00000002 00000000"), Heard::Noise);
    }

    #[test]
    fn output_that_is_missing_cut_or_wrong_is_told_apart() {
        let gap = |lines: &[&str]| {
            let mut reader = Reader::new(2);
            lines.iter().for_each(|line| assert_ne!(reader.line(line), Heard::Last));
            reader.gap()
        };
        assert!(gap(&["[info] hello"]).contains("nothing came of what the guest writes"));
        assert!(gap(&["@wcc P 00000000 00000000 "]).contains("is cut"));
        assert!(gap(&["@wcc N 00000000 00000001 3"]).contains("is cut"));
        assert!(gap(&["@wcc P 00000000 0000000", "x"]).ends_with("here: @wcc P 00000000 0000000"));
        assert!(gap(&["@wcc P 00000001 00000000 "]).contains("no guest writes here"));
    }

    #[test]
    fn a_case_that_talks_without_end_is_not_kept_without_end() {
        let mut reader = Reader::new(1);
        let dump = format!("@wcc D 00000000 00000001 {}", "00".repeat(1 << 19));
        for _ in 0..20 {
            assert_eq!(reader.line(&dump), Heard::Word);
        }
        for _ in 0..2 * MAX_NOTES {
            assert_eq!(reader.line("@wcc N 00000000 00000000 1"), Heard::Word);
        }
        let (_, current) = reader.end();
        assert_eq!(current.dumps.iter().map(Vec::len).sum::<usize>(), MAX_DUMPED);
        assert_eq!(current.notes.len(), MAX_NOTES);
    }
}
