//! Reads what a process writes, in bounded memory.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, sync_channel};

use crate::plain::plain;

/// Of a longer line, the rest is dropped. A guest's are 10 KB long at most.
const MAX_LINE: usize = 1 << 20;

/// How many lines wait to be taken; the writer waits when there are more.
const MAX_WAITING: usize = 16;

/// Hands the lines of a source over, without their ends. What is not UTF-8 is replaced.
pub(super) fn lines(source: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = sync_channel(MAX_WAITING);
    std::thread::spawn(move || {
        for_each_line(source, |line| sender.send(line).is_ok());
    });
    receiver
}

/// Until the source ends, or `take` says no.
pub(super) fn for_each_line(source: impl Read, mut take: impl FnMut(String) -> bool) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    // A pipe that cannot be read any more has ended.
    while matches!(read_line(&mut source, &mut line), Ok(true)) {
        if !take(String::from_utf8_lossy(&line).trim_end().to_owned()) {
            break;
        }
    }
}

/// Whether there was a line.
fn read_line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let available = match source.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            result => result?,
        };
        if available.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = available.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(available.len(), |end| end + 1);
        let kept = used.min(MAX_LINE - line.len());
        line.extend_from_slice(&available[..kept]);
        source.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// The first and the last lines of what a process writes beside its results: it says there what went wrong.
#[derive(Debug, Default)]
pub(super) struct Noise {
    first: Vec<String>,
    last: VecDeque<String>,
}

impl Noise {
    const LINES: usize = 50;
    const LINE_CHARS: usize = 500;

    pub(super) fn add(&mut self, line: &str) {
        let line = plain(line, Self::LINE_CHARS);
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        if self.first.len() < Self::LINES {
            self.first.push(line.to_owned());
            return;
        }
        if self.last.len() == Self::LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &str> {
        self.first.iter().chain(&self.last).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for_each_line(bytes, |line| {
            lines.push(line);
            true
        });
        lines
    }

    #[test]
    fn lines_end_with_the_source_and_need_not_be_utf_8() {
        assert_eq!(lines_of(b"one\r\n\ntwo\xff\nthree"), ["one", "", "two\u{fffd}", "three"]);
        assert!(lines_of(b"").is_empty());
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut bytes = vec![b'x'; 3 * MAX_LINE];
        bytes.extend_from_slice(b"\nnext\n");
        let lines = lines_of(&bytes);
        assert_eq!((lines[0].len(), lines[1].as_str(), lines.len()), (MAX_LINE, "next", 2));
    }

    #[test]
    fn of_much_noise_the_first_and_the_last_lines_are_kept() {
        let mut noise = Noise::default();
        for n in 0..1000 {
            noise.add(&format!("\x1b[31mline {n}\x07\n"));
        }
        let lines: Vec<&str> = noise.lines().collect();
        assert_eq!(lines.len(), 2 * Noise::LINES);
        assert_eq!((lines[0], lines[Noise::LINES], lines[99]), ("[31mline 0", "[31mline 950", "[31mline 999"));
    }
}
