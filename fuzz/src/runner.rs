//! Target `runner`: what the conformance suite reads that it has not written: what an engine prints, reports, expectations, engine files,
//! command lines.
//!
//! None of it may stop the suite, whoever wrote it; what it has read, it writes so that it reads the same again.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::time::Duration;

use wasi_crypto_conformance::engine::file::EngineFile;
use wasi_crypto_conformance::engine::{Engine, EngineInfo, EngineKind, Heard, Outcome, Session, Template, known};
use wasi_crypto_conformance::expectations::Expectations;
use wasi_crypto_conformance::report::{Document, EngineRun, badge, compare, github, html, junit, markdown, text};
use wasi_crypto_conformance::runner::{self, Settings};
use wasi_crypto_conformance::{Case, random};

use crate::bytes::Bytes;

/// Gives an input to one of the readers.
///
/// # Panics
///
/// If one of them does, or reads something else the second time.
pub fn runner(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    match bytes.byte() % 5 {
        0 => run(bytes),
        1 => read_report(&String::from_utf8_lossy(bytes.rest())),
        2 => read_expectations(&String::from_utf8_lossy(bytes.rest())),
        3 => read_engine_file(bytes.rest()),
        _ => {
            if let Ok(template) = Template::worker(&String::from_utf8_lossy(bytes.rest())) {
                assert!(!template.text().is_empty());
            }
        }
    }
}

/// A few cases of several kinds: long ones, one that judges what is dumped, and one that goes on in another process. To make the suite itself
/// takes longer than a fuzzer waits.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let no_zero = |dumps: &[Vec<u8>]| {
        if dumps.concat().contains(&0) { Err(format!("a zero is dumped: {dumps:?}")) } else { Ok(()) }
    };
    let next = |dumps: &[Vec<u8>]| {
        let mut next = Case::new("liar/next", &[]);
        next.dump(dumps.concat());
        next
    };
    let mut judged = Case::new("liar/judged", &["ARRAY-PULL-001"]).oracle(no_zero);
    judged.dump("what the guest says");
    let mut continued = Case::new("liar/continued", &[]).then(next);
    continued.dump("what the guest says");
    [random::cases(1, 3), vec![judged, continued]].concat()
});

/// Runs the suite on an engine that writes what the input says.
fn run(bytes: Bytes<'_>) {
    let engine = Liar(Mutex::new(bytes.rest().to_vec()));
    let settings =
        Settings { jobs: 1, timeout: Duration::from_secs(1), batch: 4, durable: true, ..Settings::default() };
    let Ok(report) = runner::run(&engine, &CASES, &settings, &|_, _| ()) else { return };
    assert_eq!(report.cases.len(), CASES.len());
    let mut document = Document::new(std::time::UNIX_EPOCH, Default::default());
    document.engines.push(EngineRun::new(&report, "--engine liar".to_owned(), Duration::ZERO));
    write_again(&document);
}

fn read_report(json: &str) {
    if let Ok(document) = Document::parse(json) {
        write_again(&document);
    }
}

/// A document in all forms; the one that can be read again says the same, and what goes to a terminal does not control it.
fn write_again(document: &Document) {
    let json = document.json();
    let again = Document::parse(&json).expect("what was written can be read");
    assert_eq!(again.json(), json);
    assert!(junit::xml(document).starts_with("<?xml"));
    for text in [html::page(document), markdown::report(document), github::annotations(document)] {
        assert!(!text.contains("<script>alert"));
    }
    let lines = |run: &EngineRun| [text::engine(run, false), text::last_line(run), badge::svg(run)].concat();
    let mut texts: Vec<String> = document.engines.iter().map(lines).collect();
    texts.push(compare::text(std::slice::from_ref(document)));
    texts.push(markdown::report(document));
    texts.push(github::annotations(document));
    let controls = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    for text in texts {
        assert!(!text.contains(controls), "what an engine says controls a terminal: {text:?}");
    }
}

fn read_expectations(text: &str) {
    let Ok(expectations) = Expectations::parse(text) else { return };
    let info = EngineInfo { name: "liar".to_owned(), version: "1".to_owned(), kind: EngineKind::Embedded };
    _ = expectations.skipped(&info);
    let mut run = EngineRun::unusable(&info, String::new(), Duration::ZERO, None);
    expectations.apply(&mut run, &[]);
    let updated = expectations.updated(&[run]);
    Expectations::parse(&updated).unwrap_or_else(|error| panic!("what was written cannot be read: {error}\n{updated}"));
}

fn read_engine_file(text: &[u8]) {
    /// Of this process alone.
    static FILE: LazyLock<PathBuf> =
        LazyLock::new(|| std::env::temp_dir().join(format!("wasi-crypto-fuzz-{}.toml", std::process::id())));
    std::fs::write(&*FILE, text).expect("there is room for a small file");
    if let Ok(file) = EngineFile::open(&FILE) {
        assert!(!file.name().is_empty() && !file.command().is_empty());
        // Where its program is; nothing is started.
        _ = file.program();
    }
}

/// Writes what the input says, whatever it is asked to run.
struct Liar(Mutex<Vec<u8>>);

impl Engine for Liar {
    fn info(&self) -> EngineInfo {
        EngineInfo { name: "liar".to_owned(), version: "1".to_owned(), kind: EngineKind::Embedded }
    }

    fn session(&self) -> Result<Box<dyn Session>, String> {
        let script = self.0.lock().map_err(|error| error.to_string())?.clone();
        Ok(Box::new(Lie { script, at: 0 }))
    }
}

/// Where in the input it is.
struct Lie {
    script: Vec<u8>,
    at: usize,
}

/// More than any guest here has programs.
const MAX_LINES: u32 = 40;

impl Session for Lie {
    fn run(&mut self, _: &[u8], line: &mut dyn FnMut(&str) -> Heard, _: Duration) -> Outcome {
        let mut bytes = Bytes::new(self.script.get(self.at..).unwrap_or_default());
        let before = bytes.rest().len();
        let mut program = 0;
        let mut heard = Heard::Noise;
        for _ in 0..MAX_LINES {
            let choice = bytes.byte();
            let step = u32::from(bytes.byte());
            let index = if choice < 200 { program } else { u32::from(choice % 8) };
            let text = match choice % 8 {
                // What a guest says that passes.
                0 | 1 => format!("@wcc P {index:08x} {step:08x} "),
                2 => format!("@wcc F {index:08x} {step:08x} {}", hex(bytes.short())),
                3 => format!("@wcc D {index:08x} {step:08x} {}", hex(bytes.short())),
                4 => format!("@wcc N {index:08x} {step:08x} {}", hex(bytes.short())),
                5 => format!("noise @wcc {}", String::from_utf8_lossy(bytes.short())),
                6 => String::from_utf8_lossy(bytes.short()).into_owned(),
                _ => break,
            };
            heard = line(&text);
            if matches!(heard, Heard::Result | Heard::Last) {
                program += 1;
            }
            if heard == Heard::Last {
                break;
            }
        }
        let outcome = match (heard, bytes.byte()) {
            (Heard::Last, 0..250) | (_, 0) => Outcome::Finished,
            (_, choice) => {
                let text = String::from_utf8_lossy(bytes.short()).into_owned();
                match choice % 6 {
                    0 => Outcome::Link(text),
                    1 => Outcome::Trap(text),
                    2 => Outcome::Crash(text),
                    3 => Outcome::Timeout,
                    4 => Outcome::Spent,
                    _ => Outcome::Finished,
                }
            }
        };
        self.at += before - bytes.rest().len();
        outcome
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the suite itself has: seeds for the readers.
pub fn seeds() -> Vec<Vec<u8>> {
    let info = EngineInfo { name: "liar".to_owned(), version: "1".to_owned(), kind: EngineKind::Embedded };
    let mut document = Document::new(std::time::UNIX_EPOCH, Default::default());
    document.engines.push(EngineRun::unusable(&info, String::new(), Duration::ZERO, Some("it is not here".to_owned())));
    let mut seeds = vec![[&[1], document.json().as_bytes()].concat()];
    for (verdict, pattern) in [("fail", "finding"), ("skip", "case"), ("info", "requirement")] {
        let text = format!(
            "[[expect]]\nengine = \"l*\"\nversion = \"1\"\n{pattern} = \"symmetric/*\"\nverdict = \"{verdict}\"\n\
             reason = \"it is so\"\nlink = \"https://example.org/1\"\n"
        );
        seeds.push([&[2], text.as_bytes()].concat());
    }
    for file in known::files() {
        let text =
            format!("name = \"{}\"\nabout = \"{}\"\ncommand = '''{}'''\n", file.name(), file.about(), file.command());
        seeds.push([&[3], text.as_bytes()].concat());
        seeds.push([&[4], file.command().as_bytes()].concat());
    }
    // All pass; some fail; some dump, and end early.
    seeds.push(vec![0]);
    for line in [&[0, 0][..], &[2, 1, 2, 0, 4], &[3, 1, 4, 1, 2, 3, 4, 0, 0], &[4, 2, 2, 0, 0, 7, 0, 1]] {
        seeds.push([&[0], &line.repeat(30)[..]].concat());
    }
    seeds
}
