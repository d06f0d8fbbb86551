//! Finds out how a host reads and writes keys: each algorithm, kind of key, encoding and direction.
//!
//! What a host cannot read or write fails once, here. Cases that are not about it do with another encoding
//! (`fallback.rs`), and those that are about it do not apply.

use std::collections::{BTreeMap, BTreeSet};

use wasi_crypto_interface::{Errno, SignatureEncoding};

use crate::batches::{Settings, run_programs};
use crate::calls::{Encoding, KeyKind};
use crate::case::{ALL_ERRORS, Case, Expect, bit};
use crate::cases::encodings::{Need, need, requirements};
use crate::cause::Cause;
use crate::engine::Engine;
use crate::guest::Program;
use crate::key_formats::{Format, rewrite};
use crate::oracle;
use crate::test_keys::{self, TestKey};
use crate::verdict::{CaseResult, End, Transcript, Verdict};

/// How a host reads and writes keys, as far as it was asked.
#[derive(Default)]
pub(crate) struct Keys {
    reads: BTreeMap<(&'static str, KeyKind, Format), Answer>,
    writes: BTreeMap<(&'static str, KeyKind, Encoding), Answer>,
    /// Raw signatures.
    signatures: BTreeMap<&'static str, Answer>,
    /// Asked only where no key pair can be read.
    generates: BTreeMap<&'static str, Answer>,
}

/// What came of one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    Error(Errno),
    /// It succeeded, and something else came out.
    Wrong(String),
    Trapped(String),
    Crashed(String),
    TimedOut,
}

/// The longest key that is asked for, in any encoding.
const MAX_LEN: u32 = 16_384;

impl Keys {
    /// Asks about those keys that the cases need. `present` tells which functions can be called.
    pub(crate) fn probe(
        engine: &dyn Engine,
        cases: &[Case],
        settings: &Settings,
        has_algorithm: &dyn Fn(&str) -> bool,
        has_function: &dyn Fn(&str) -> bool,
    ) -> Result<Self, String> {
        let needed: BTreeSet<&str> = cases.iter().flat_map(|case| &case.algorithms).map(String::as_str).collect();
        let keys: Vec<&'static TestKey> = test_keys::all()
            .iter()
            .filter(|key| needed.contains(key.algorithm) && has_algorithm(key.algorithm))
            .collect();
        let ask = |questions: Vec<Case>| -> Result<Vec<Answer>, String> {
            let can = |case: &Case| Program::of(case)[0].functions().iter().all(|f| has_function(f.name()));
            // Without the function, the probe of the function has told it.
            debug_assert!(questions.iter().all(can));
            answers(engine, &questions, settings)
        };

        let mut found = Self::default();
        let mut places = Vec::new();
        let mut questions = Vec::new();
        for &key in &keys {
            for kind in KeyKind::ALL {
                if !has_function(&format!("{}_import", kind.name())) {
                    continue;
                }
                for format in formats(key, kind) {
                    places.push((key.algorithm, kind, format));
                    questions.push(read(key, kind, format));
                }
            }
        }
        found.reads = places.into_iter().zip(ask(questions)?).collect();

        let signing = |key: &&&'static TestKey| key.signature_len > 0 && has_function("signature_import");
        let signing: Vec<&'static TestKey> = keys.iter().filter(signing).copied().collect();
        let questions = signing.iter().map(|key| read_signature(key)).collect();
        found.signatures = signing.iter().map(|key| key.algorithm).zip(ask(questions)?).collect();

        let no_pair = |key: &&&'static TestKey| {
            has_function("keypair_generate") && found.readable(key, KeyKind::Keypair).next().is_none()
        };
        let no_pair: Vec<&'static TestKey> = keys.iter().filter(no_pair).copied().collect();
        let questions = no_pair.iter().map(|key| generate(key)).collect();
        found.generates = no_pair.iter().map(|key| key.algorithm).zip(ask(questions)?).collect();

        let (mut places, mut questions) = (Vec::new(), Vec::new());
        for &key in &keys {
            for kind in KeyKind::ALL {
                let function = format!("{}_export", kind.name());
                if !["array_output_pull", &function].iter().all(|name| has_function(name)) {
                    continue;
                }
                let Some(format) = found.readable(key, kind).next() else { continue };
                for &encoding in kind.encodings().iter().filter(|encoding| key.form(kind, **encoding).is_some()) {
                    places.push((key.algorithm, kind, encoding));
                    questions.push(write(key, kind, format, encoding));
                }
            }
        }
        found.writes = places.into_iter().zip(ask(questions)?).collect();
        Ok(found)
    }

    /// Why the host cannot read a key in this encoding, if it was seen not to.
    pub(crate) fn cannot_read(&self, algorithm: &str, kind: KeyKind, format: Format) -> Option<&Answer> {
        lookup(&self.reads, |(name, k, f)| (*name, *k, *f) == (algorithm, kind, format))
    }

    /// Why the host cannot write a key in this encoding, if it was seen not to.
    pub(crate) fn cannot_write(&self, algorithm: &str, kind: KeyKind, encoding: Encoding) -> Option<&Answer> {
        lookup(&self.writes, |(name, k, e)| (*name, *k, *e) == (algorithm, kind, encoding))
    }

    /// Why the host cannot read raw signatures, if it was seen not to.
    pub(crate) fn cannot_read_signature(&self, algorithm: &str) -> Option<&Answer> {
        lookup(&self.signatures, |name| *name == algorithm)
    }

    /// The formats in which the host reads such keys, those of the specification first.
    pub(crate) fn readable(&self, key: &TestKey, kind: KeyKind) -> impl Iterator<Item = Format> {
        Format::ALL.into_iter().filter(move |format| {
            self.reads.get(&(test_keys::of(key.algorithm).algorithm, kind, *format)) == Some(&Answer::Yes)
        })
    }

    /// An encoding in which the host writes such keys.
    pub(crate) fn writable(&self, algorithm: &str, kind: KeyKind) -> Option<Encoding> {
        let mut written = self.writes.iter().filter(|((name, k, _), _)| (*name, *k) == (algorithm, kind));
        written.find(|(_, answer)| **answer == Answer::Yes).map(|((_, _, encoding), _)| *encoding)
    }

    /// Whether the host makes pairs, where it reads none.
    pub(crate) fn generates(&self, algorithm: &str) -> bool {
        self.generates.get(algorithm) == Some(&Answer::Yes)
    }

    /// A result for each algorithm, encoding and direction, whatever the kinds of keys.
    pub(crate) fn results(&self) -> Vec<CaseResult> {
        let mut results = Vec::new();
        for key in test_keys::all() {
            for encoding in KeyKind::Publickey.encodings() {
                let kinds = || KeyKind::ALL.into_iter().filter(|kind| key.form(*kind, *encoding).is_some());
                let Some(format) = Format::of(*encoding) else { continue };
                let read = |kind| self.reads.get(&(key.algorithm, kind, format));
                let write = |kind| self.writes.get(&(key.algorithm, kind, *encoding));
                let asked = kinds().filter_map(|kind| Some((kind, read(kind)?))).collect();
                let mut import = result(key, *encoding, "import", asked);
                if let Some(import) = &mut import
                    && import.verdict != Verdict::Pass
                    && let Some(instead) = self.instead(key, *encoding)
                {
                    import.observed.push_str(&format!("; it reads {instead}"));
                }
                results.extend(import);
                let asked = kinds().filter_map(|kind| Some((kind, write(kind)?))).collect();
                results.extend(result(key, *encoding, "export", asked));
            }
            if let Some(answer) = self.signatures.get(key.algorithm) {
                results.push(signature_result(key, answer));
            }
        }
        results
    }

    /// What the host reads under the number of an encoding that it cannot read.
    fn instead(&self, key: &TestKey, encoding: Encoding) -> Option<&'static str> {
        let mut formats = KeyKind::ALL.into_iter().flat_map(|kind| self.readable(key, kind));
        formats.find(|format| format.encoding() == encoding && Format::of(encoding) != Some(*format)).map(Format::name)
    }
}

fn lookup<K: Ord>(answers: &BTreeMap<K, Answer>, is: impl Fn(&K) -> bool) -> Option<&Answer> {
    answers.iter().find(|(place, answer)| is(place) && **answer != Answer::Yes).map(|(_, answer)| answer)
}

/// The ways in which a test key can be written.
fn formats(key: &'static TestKey, kind: KeyKind) -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(move |format| form(key, kind, *format).is_some())
}

fn form(key: &TestKey, kind: KeyKind, format: Format) -> Option<Vec<u8>> {
    if !kind.encodings().contains(&format.encoding()) {
        return None;
    }
    let usual = (kind, key.usual(kind), key.usual_form(kind));
    match Format::of(format.encoding()) {
        Some(standard) if standard == format => key.form(kind, format.encoding()).map(<[u8]>::to_vec),
        _ => rewrite(key, usual, (kind, format)),
    }
}

/// Accepts every answer, and tells all but success.
fn anything() -> Expect {
    Expect { best: bit(Errno::Success), info: ALL_ERRORS, warn: 0 }
}

fn read(key: &'static TestKey, kind: KeyKind, format: Format) -> Case {
    let mut c = Case::new("read", &[]);
    let form = form(key, kind, format).expect("asked only for formats that there are");
    c.expect(anything()).import(kind, key.ty, key.algorithm, form, format.encoding());
    c
}

fn read_signature(key: &TestKey) -> Case {
    let mut c = Case::new("read signature", &[]);
    let signature = test_keys::plausible_signature(key);
    c.expect(anything()).signature_import(key.algorithm, signature, SignatureEncoding::Raw);
    c
}

fn generate(key: &TestKey) -> Case {
    let mut c = Case::new("generate", &[]);
    c.expect(anything()).keypair_generate(key.ty, key.algorithm);
    c
}

/// The key goes in as it can, and comes out as it should.
fn write(key: &'static TestKey, kind: KeyKind, format: Format, encoding: Encoding) -> Case {
    let mut c = Case::new("write", &[]);
    let form = form(key, kind, format).expect("asked only for formats that there are");
    let handle = c.import(kind, key.ty, key.algorithm, form, format.encoding());
    let array = c.expect(anything()).export(handle, encoding);
    let (bytes, count) = c.pull(array, MAX_LEN);
    c.dump((bytes.start(), count));
    c.oracle(move |dumps| match dumps {
        [exported] => oracle::encoding::check(key, kind, encoding, exported),
        _ => Err("nothing came out".to_owned()),
    })
}

fn answers(engine: &dyn Engine, cases: &[Case], settings: &Settings) -> Result<Vec<Answer>, String> {
    let programs: Vec<Program<'_>> = cases.iter().map(|case| Program::of(case)[0]).collect();
    let transcripts = run_programs(engine, &programs, settings, settings.batch, &|_, _| ())?;
    Ok(cases.iter().zip(&transcripts).map(|(case, said)| answer(case, said)).collect())
}

fn answer(case: &Case, said: &Transcript) -> Answer {
    let number = |value: &String| u32::from_str_radix(value, 16).ok();
    // Success may be noted, too.
    let mut noted = said.notes.iter().filter_map(|(_, value)| number(value)).filter(|number| *number != 0);
    if let Some(errno) = noted.next().and_then(Errno::from_number) {
        return Answer::Error(errno);
    }
    match (&said.end, &case.oracle) {
        (End::Passed, None) => Answer::Yes,
        (End::Passed, Some(oracle)) => oracle(&said.dumps).map_or_else(Answer::Wrong, |()| Answer::Yes),
        (End::Failed(_, value), _) => match number(value) {
            Some(0) | None => Answer::Wrong("memory outside of the output was changed".to_owned()),
            Some(n) => match Errno::from_number(n) {
                Some(errno) => Answer::Wrong(format!("what it gave could not be pulled: {errno}")),
                None => Answer::Wrong(format!("the unknown status {n}")),
            },
        },
        (End::Trapped(reason), _) => Answer::Trapped(reason.clone()),
        (End::Crashed(reason), _) => Answer::Crashed(reason.clone()),
        (End::TimedOut, _) => Answer::TimedOut,
    }
}

impl Answer {
    /// As it follows "the host does not read …: ".
    pub(crate) fn sentence(&self) -> String {
        match self {
            Self::Yes => "it does".to_owned(),
            Self::Error(errno) => format!("it answers {errno}"),
            Self::Wrong(reason) => reason.clone(),
            Self::Trapped(reason) => format!("trap: {reason}"),
            Self::Crashed(reason) => format!("crash: {reason}"),
            Self::TimedOut => "no answer in time".to_owned(),
        }
    }

    /// How that compares with what the text asks for.
    fn verdict(&self, key: &TestKey, kind: KeyKind, encoding: Encoding) -> Verdict {
        // C3
        let is_missing = matches!(self, Self::Error(Errno::UnsupportedEncoding))
            || (kind == KeyKind::Keypair && matches!(self, Self::Error(Errno::UnsupportedAlgorithm)));
        match (self, need(key, kind, encoding)) {
            (Self::Yes, _) => Verdict::Pass,
            (Self::Trapped(_), _) => Verdict::Trap,
            (Self::Crashed(_), _) => Verdict::Crash,
            (Self::TimedOut, _) => Verdict::Timeout,
            (_, Need::Contradicted) if is_missing => Verdict::Warn,
            (_, Need::May) if is_missing => Verdict::Na,
            _ => Verdict::Fail,
        }
    }
}

fn result(key: &TestKey, encoding: Encoding, direction: &str, asked: Vec<(KeyKind, &Answer)>) -> Option<CaseResult> {
    // What may be missing says more than what is there, and less than what fails.
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Pass => (0, *verdict),
        Verdict::Na => (1, *verdict),
        _ => (2, *verdict),
    };
    let worst = asked.iter().map(|(kind, answer)| answer.verdict(key, *kind, encoding)).max_by_key(rank)?;
    let mut by_answer: Vec<(&Answer, Vec<&str>)> = Vec::new();
    for (kind, answer) in asked.iter().filter(|(_, answer)| **answer != Answer::Yes) {
        match by_answer.iter_mut().find(|(known, _)| known == answer) {
            Some((_, kinds)) => kinds.push(kind.name()),
            None => by_answer.push((answer, vec![kind.name()])),
        }
    }
    let observed = by_answer.iter().map(|(answer, kinds)| format!("{}: {}", kinds.join(", "), answer.sentence()));
    let mut ids: Vec<String> = Vec::new();
    for (kind, answer) in &asked {
        if **answer != Answer::Yes || worst == Verdict::Pass {
            ids.extend(
                requirements(key, *kind, encoding).into_iter().filter(|id| !ids.contains(id)).collect::<Vec<_>>(),
            );
        }
    }
    let function = format!("*_{direction}");
    let first = by_answer.first().map(|(answer, _)| *answer);
    Some(CaseResult {
        verdict: worst,
        observed: observed.collect::<Vec<_>>().join("; "),
        expected: if worst == Verdict::Pass { String::new() } else { "keys in this encoding".to_owned() },
        cause: first.map(|answer| Cause::missing(&function, encoding.name(), answer_word(answer))),
        call: format!("{function}(…, {}, …, {})", key.algorithm, encoding.name()),
        ..CaseResult::probe(format!("probe/key/{}/{}/{direction}", key.algorithm, encoding.name()), ids, key.algorithm)
    })
}

fn signature_result(key: &TestKey, answer: &Answer) -> CaseResult {
    let (verdict, observed) = match answer {
        Answer::Yes => (Verdict::Pass, String::new()),
        Answer::Trapped(_) => (Verdict::Trap, answer.sentence()),
        Answer::Crashed(_) => (Verdict::Crash, answer.sentence()),
        Answer::TimedOut => (Verdict::Timeout, answer.sentence()),
        _ => (Verdict::Fail, answer.sentence()),
    };
    let ids = ["SIG-IMPORT-006", "SIG-ENC-001", "ENC-SIG-035"].map(str::to_owned).to_vec();
    CaseResult {
        expected: if verdict == Verdict::Pass { String::new() } else { "signatures in this encoding".to_owned() },
        cause: (verdict != Verdict::Pass)
            .then(|| Cause::missing("signature_import", SignatureEncoding::Raw.name(), answer_word(answer))),
        call: format!("signature_import({}, …, raw)", key.algorithm),
        verdict,
        observed,
        ..CaseResult::probe(format!("probe/signature/{}/raw/import", key.algorithm), ids, key.algorithm)
    }
}

fn answer_word(answer: &Answer) -> &str {
    match answer {
        Answer::Yes => "success",
        Answer::Error(errno) => errno.name(),
        Answer::Wrong(_) => "wrong bytes",
        Answer::Trapped(_) => "trap",
        Answer::Crashed(_) => "crash",
        Answer::TimedOut => "no answer",
    }
}
