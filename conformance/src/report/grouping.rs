//! How results become findings: what they have in common, what that is called, and how bad it is.

use std::collections::BTreeMap;

use super::broken;
use super::entry::Entry;
use super::finding::{BrokenRequirement, Finding, Minimal, Severity};
use crate::cause::{Cause, StepKind};
use crate::verdict::Verdict;

/// Groups what is not as expected, and tells each entry its finding. The gravest come first.
pub(super) fn group(probes: &mut [Entry], cases: &mut [Entry]) -> Vec<Finding> {
    let mut mentions: BTreeMap<String, usize> = BTreeMap::new();
    for id in cases.iter().flat_map(|entry| &entry.requirements) {
        *mentions.entry(id.clone()).or_default() += 1;
    }
    let mut groups: BTreeMap<(Class, Cause), Vec<&mut Entry>> = BTreeMap::new();
    for entry in probes.iter_mut().chain(cases) {
        let Some(class) = Class::of(entry.verdict) else { continue };
        groups.entry((class, common(class, entry))).or_default().push(entry);
    }
    let mut findings: Vec<Finding> = Vec::new();
    for ((class, cause), mut entries) in groups {
        let mut finding = make(class, cause, &entries, &mentions);
        // Two causes may read alike once their names are shortened.
        let same = findings.iter().filter(|known| known.id == finding.id).count();
        if same > 0 {
            finding.id.push_str(&format!("-{}", same + 1));
        }
        for entry in &mut entries {
            entry.finding = Some(finding.id.clone());
        }
        findings.push(finding);
    }
    findings.sort_by(|a, b| (a.severity, b.count, &a.id).cmp(&(b.severity, a.count, &b.id)));
    findings
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Unexpected,
    Recommendation,
    Open,
}

impl Class {
    fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Warn => Some(Self::Recommendation),
            Verdict::Info => Some(Self::Open),
            verdict if verdict.is_unexpected() => Some(Self::Unexpected),
            _ => None,
        }
    }
}

const SUCCESS: &str = "success";
const NOT_IMPLEMENTED: &str = "not_implemented";
const INVALID_HANDLE: &str = "invalid_handle";
const GUEST_ERROR: &str = "guest_error";
/// In the place of a function: what every function asks for, hosts look at in one place.
const ANY: &str = "*";
const AN_ERROR: &str = "an error";
const UNKNOWN_NUMBER: &str = "an error for a number that the enumeration does not have";

/// What a result has in common with others of its finding: the function, its answer, and the kind of step. Which error was due does
/// not part them.
fn common(class: Class, entry: &Entry) -> Cause {
    let cause = entry.cause.clone().unwrap_or_else(|| Cause::new("", StepKind::Output, "something else", ""));
    let accepted = cause.step == StepKind::Answer && cause.seen == SUCCESS;
    // Where the text leaves it open, each error is something of its own.
    if class != Class::Unexpected {
        let one_error = accepted && ![SUCCESS, INVALID_HANDLE].contains(&cause.wanted.as_str());
        return if one_error { Cause { wanted: AN_ERROR.to_owned(), ..cause } } else { cause };
    }
    let Cause { function, step, seen, wanted } = cause;
    let due = |name: &str| wanted.split(" or ").any(|due| due == name);
    let about = |requirement: &str| entry.requirements.iter().any(|id| id == requirement);
    // That a forged signature may also be refused when it is imported makes no case about handles of it.
    let is_handle = wanted == INVALID_HANDLE
        || wanted == "closed"
        || due(INVALID_HANDLE) && (about("HANDLE-TYPE-008") || about("ERR-INVHANDLE-016"));
    let (place, wanted) = match step {
        StepKind::Trap if about("ABI-ERRNO-005") => return Cause::new(ANY, step, "", "a status"),
        StepKind::Answer if due(SUCCESS) => (None, if seen == NOT_IMPLEMENTED { "" } else { SUCCESS }),
        StepKind::Answer if accepted && about("ABI-ENUM-011") => (Some(ANY), UNKNOWN_NUMBER),
        StepKind::Answer if is_handle => (Some(ANY), INVALID_HANDLE),
        StepKind::Answer if due(GUEST_ERROR) => (Some(ANY), GUEST_ERROR),
        StepKind::Answer if accepted => (None, AN_ERROR),
        StepKind::Answer if seen == NOT_IMPLEMENTED => (None, ""),
        StepKind::Answer => (None, "another error"),
        // Whether the length is wrong or the bytes are, is a matter of which is looked at first.
        StepKind::Output if WRONG_OUTPUTS.contains(&seen.as_str()) => {
            return Cause::new(base(&function), step, "a wrong output", "");
        }
        _ => (None, wanted.as_str()),
    };
    Cause::new(place.unwrap_or(base(&function)), step, &seen, wanted)
}

const WRONG_OUTPUTS: [&str; 3] = ["wrong bytes", "a wrong number", "wrong"];

/// With a tag of its own or not, the work is the same.
fn base(function: &str) -> &str {
    function.strip_suffix("_detached").unwrap_or(function)
}

/// `mentions`: how many cases are about each requirement, whatever came of them.
fn make(class: Class, cause: Cause, entries: &[&mut Entry], mentions: &BTreeMap<String, usize>) -> Finding {
    let requirements = broken::counted(entries);
    let strongest = broken::strongest(&cause, entries, mentions);
    let requirement = strongest.map(|requirement| BrokenRequirement {
        id: requirement.id.to_owned(),
        strength: requirement.strength.to_owned(),
        text: requirement.text.to_owned(),
    });

    let mut algorithms: Vec<String> = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.algorithm.is_empty()) {
        if !algorithms.contains(&entry.algorithm) {
            algorithms.push(entry.algorithm.clone());
        }
    }
    let shows = |entry: &&&mut Entry| strongest.is_none_or(|one| entry.requirements.iter().any(|id| id == one.id));
    let smallest = entries.iter().filter(shows).min_by_key(|entry| (entry.steps, entry.id.len(), &entry.id));
    let minimal = smallest.map_or_else(
        || Minimal { id: String::new(), call: String::new(), observed: String::new(), expected: String::new() },
        |entry| Minimal {
            id: entry.id.clone(),
            call: entry.call.clone(),
            observed: entry.observed.clone(),
            expected: entry.expected.clone(),
        },
    );
    let unsteady = if entries.iter().all(|entry| entry.unsteady) { ", but not always" } else { "" };
    Finding {
        id: id(&cause),
        severity: severity(class, &cause, entries),
        verdict: entries.iter().map(|entry| entry.verdict).max().unwrap_or(Verdict::Fail),
        title: format!("{}{unsteady}", title(&cause, entries)),
        count: entries.len(),
        algorithms,
        requirement: requirement.unwrap_or_default(),
        requirements: requirements.into_iter().map(|(id, _)| id.to_owned()).collect(),
        minimal,
        known: None,
        cause,
    }
}

/// Functions whose success says that something is genuine, or a key sound; if they succeed where they must not, somebody
/// gets in.
const JUDGES: &[&str] = &[
    "signature_verification_state_verify",
    "symmetric_tag_verify",
    "symmetric_state_decrypt",
    "symmetric_state_decrypt_detached",
    "publickey_verify",
    "publickey_import",
    "keypair_import",
    "secretkey_import",
    "keypair_from_pk_and_sk",
    "kx_dh",
    // A second encryption under one nonce.
    "symmetric_state_encrypt",
    "symmetric_state_encrypt_detached",
];

/// Requirements that keep secrets in: whoever breaks one with a wrong output shows what nobody may see.
const SECRETS: &[&str] = &["SEC-ERRBUF-010", "SEC-ERRLEAK-007", "SEC-LEAK-006", "SIG-SIGN-011"];

fn severity(class: Class, cause: &Cause, entries: &[&mut Entry]) -> Severity {
    match class {
        Class::Recommendation => return Severity::Recommendation,
        Class::Open => return Severity::Open,
        Class::Unexpected => {}
    }
    let functions = functions(entries);
    let answered = |wanted: &str| entries.iter().any(|entry| entry.cause.as_ref().is_some_and(|c| c.wanted == wanted));
    match cause.step {
        StepKind::Missing => Severity::Missing,
        StepKind::Trap | StepKind::Crash | StepKind::Timeout | StepKind::Memory => Severity::HostDies,
        // Nonces, keys, signatures that repeat themselves.
        StepKind::Distinct => Severity::KeyOrForgery,
        StepKind::Output => {
            let secret = |entry: &&mut Entry| entry.requirements.iter().any(|id| SECRETS.contains(&id.as_str()));
            let leaks = cause.seen == "bytes were written" && entries.iter().any(secret);
            if leaks { Severity::KeyOrForgery } else { Severity::WrongResult }
        }
        // No key and no forgery comes of a number that is not known.
        StepKind::Answer if cause.seen == SUCCESS && cause.wanted == UNKNOWN_NUMBER => Severity::WrongResult,
        StepKind::Answer if cause.seen == SUCCESS => match functions.iter().any(|name| JUDGES.contains(&name.as_str()))
        {
            true => Severity::KeyOrForgery,
            false => Severity::WrongResult,
        },
        StepKind::Answer if cause.seen == NOT_IMPLEMENTED && answered(SUCCESS) => Severity::Missing,
        StepKind::Answer if cause.wanted == SUCCESS => Severity::WrongResult,
        StepKind::Answer => Severity::WrongError,
    }
}

fn title(cause: &Cause, entries: &[&mut Entry]) -> String {
    let Cause { function, step, seen, wanted } = cause;
    let functions = functions(entries);
    // The verb follows.
    let (who, s) = match functions.as_slice() {
        [] => ("the host".to_owned(), "s"),
        [one] => (one.clone(), "s"),
        [one, other] => (format!("{one} and {other}"), ""),
        [one, more @ ..] => (format!("{one} and {} more functions", more.len()), ""),
    };
    match step {
        StepKind::Answer if wanted.is_empty() => format!("{who} answer{s} {seen}"),
        StepKind::Answer => format!("{who} answer{s} {seen} instead of {}", due(cause, entries)),
        StepKind::Output if seen == "bytes were written" => format!("{who} leave{s} bytes where none may be written"),
        StepKind::Output => format!("{who} give{s} a wrong output or length"),
        StepKind::Distinct => format!("{who} give{s} the same where each time must bring something else"),
        StepKind::Memory => format!("{who}: {seen}"),
        StepKind::Trap if seen.is_empty() => format!("{who} trap{s} instead of giving {wanted}"),
        StepKind::Trap => format!("{who} trap{s}: {seen}"),
        StepKind::Crash => format!("{who} end{s} the engine: {seen}"),
        StepKind::Timeout => format!("{who} do{} not come back in time", if s.is_empty() { "" } else { "es" }),
        StepKind::Missing if function == "*_import" => format!("keys cannot be imported as {wanted}: {seen}"),
        StepKind::Missing if function == "*_export" => format!("keys cannot be exported as {wanted}: {seen}"),
        StepKind::Missing if function.is_empty() => format!("{wanted} is missing: {seen}"),
        StepKind::Missing => format!("{function} does not do {wanted}: {seen}"),
    }
}

/// The functions that went wrong, those of most results first.
fn functions(entries: &[&mut Entry]) -> Vec<String> {
    most_first(entries.iter().filter_map(|entry| Some(entry.cause.as_ref()?.function.as_str())))
}

/// The answer that was due; of several errors all, if they are few.
fn due(cause: &Cause, entries: &[&mut Entry]) -> String {
    const MOST: usize = 3;
    let causes = entries.iter().filter_map(|entry| entry.cause.as_ref());
    let wanted = most_first(causes.flat_map(|cause| cause.wanted.split(" or ")));
    match wanted.as_slice() {
        _ if [SUCCESS, AN_ERROR, UNKNOWN_NUMBER].contains(&cause.wanted.as_str()) => cause.wanted.clone(),
        [first, others @ ..] if wanted.len() <= MOST && !wanted.iter().any(|one| one == "any error") => {
            others.iter().fold(first.clone(), |text, other| format!("{text} or {other}"))
        }
        _ => cause.wanted.clone(),
    }
}

/// Each once, without what is empty, the most frequent first.
fn most_first<'a>(words: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words.filter(|word| !word.is_empty()) {
        *counts.entry(word).or_default() += 1;
    }
    let mut words: Vec<(&str, usize)> = counts.into_iter().collect();
    words.sort_by(|(a, m), (b, n)| (n, a).cmp(&(m, b)));
    words.into_iter().map(|(word, _)| word.to_owned()).collect()
}

fn id(Cause { function, step, seen, wanted }: &Cause) -> String {
    const LEN: usize = 40;
    let short = |text: &str| -> String {
        let slug: String = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
        let words: Vec<&str> = slug.split('-').map(|word| word.trim_matches('_')).filter(|w| !w.is_empty()).collect();
        words.join("-").chars().take(LEN).collect::<String>().trim_end_matches('-').to_owned()
    };
    let parts = match step {
        StepKind::Answer if wanted.is_empty() => vec![short(function), short(seen)],
        StepKind::Answer => vec![short(function), short(seen), "for".to_owned(), short(wanted)],
        _ => vec![short(function), step.name().to_owned(), short(wanted), short(seen)],
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::CaseResult;

    fn entry(id: &str, requirement: &str, cause: Cause) -> Entry {
        let probe = CaseResult::probe(id.to_owned(), vec![requirement.to_owned()], "");
        Entry::new(&CaseResult { verdict: Verdict::Fail, cause: Some(cause), ..probe })
    }

    fn answer(function: &str, seen: &str, wanted: &str) -> Cause {
        Cause::new(function, StepKind::Answer, seen, wanted)
    }

    /// The titles of the findings, and what each counts.
    fn found(causes: Vec<(&str, Cause)>) -> Vec<(String, usize)> {
        let entries = causes.into_iter().enumerate();
        let mut entries: Vec<Entry> = entries.map(|(i, (id, cause))| entry(&format!("case/{i}"), id, cause)).collect();
        let findings = group(&mut [], &mut entries);
        assert!(entries.iter().all(|entry| findings.iter().any(|one| entry.finding.as_ref() == Some(&one.id))));
        findings.into_iter().map(|finding| (finding.title, finding.count)).collect()
    }

    fn one(title: &str, count: usize) -> Vec<(String, usize)> {
        vec![(title.to_owned(), count)]
    }

    #[test]
    fn what_all_functions_ask_for_is_one_finding_for_all() {
        let handles = found(vec![
            ("HANDLE-TYPE-008", answer("keypair_close", "algorithm_failure", "invalid_handle")),
            ("KP-CLOSE-019", answer("keypair_close", "algorithm_failure", "closed")),
            ("HANDLE-TYPE-008", answer("secretkey_close", "algorithm_failure", "invalid_handle")),
        ]);
        let title = "keypair_close and secretkey_close answer algorithm_failure instead of invalid_handle or closed";
        assert_eq!(handles, one(title, 3));
        let numbers = ["options_open", "keypair_export", "keypair_import"];
        let numbers = found(numbers.map(|name| ("ABI-ENUM-011", answer(name, "success", "any error"))).into());
        let title = "keypair_export and 2 more functions answer success instead of an error for a number that the \
                     enumeration does not have";
        assert_eq!(numbers, one(title, 3));
        let pointers = found(vec![
            ("ABI-MEM-013", answer("symmetric_state_squeeze", "algorithm_failure", "guest_error")),
            ("ABI-MEM-013", answer("symmetric_tag_verify", "algorithm_failure", "guest_error or invalid_handle")),
        ]);
        let title = "symmetric_state_squeeze and symmetric_tag_verify answer algorithm_failure instead of guest_error or \
                     invalid_handle";
        assert_eq!(pointers, one(title, 2));
        let trap = |name: &str, reason: &str| ("ABI-ERRNO-005", Cause::new(name, StepKind::Trap, reason, "an answer"));
        let traps = found(vec![trap("options_open", "at #"), trap("keypair_export", "at # of #")]);
        assert_eq!(traps, one("keypair_export and options_open trap instead of giving a status", 2));
        let forgery = "verification_failed or invalid_signature or invalid_handle";
        let forged = found(vec![("SIG-VER-005", answer("signature_verification_state_verify", "success", forgery))]);
        assert_eq!(forged, one("signature_verification_state_verify answers success instead of an error", 1));
    }

    #[test]
    fn which_error_was_due_parts_no_findings_but_whether_one_was_does() {
        let both = found(vec![
            ("SYM-SQUEEZE-012", answer("symmetric_state_squeeze", "invalid_key", "invalid_length")),
            ("SYM-SQUEEZE-012", answer("symmetric_state_squeeze", "invalid_key", "invalid_operation")),
            ("SYM-HKDF-006", answer("symmetric_state_squeeze", "invalid_key", "success")),
        ]);
        let error = "symmetric_state_squeeze answers invalid_key instead of invalid_length or invalid_operation";
        let wrong = "symmetric_state_squeeze answers invalid_key instead of success";
        assert_eq!(both, [(wrong.to_owned(), 1), (error.to_owned(), 2)]);
        let missing = found(vec![
            ("KP-FROM-005", answer("keypair_from_pk_and_sk", "not_implemented", "success")),
            ("KP-FROM-007", answer("keypair_from_pk_and_sk", "not_implemented", "invalid_key")),
        ]);
        assert_eq!(missing, one("keypair_from_pk_and_sk answers not_implemented", 2));
    }

    #[test]
    fn a_detached_tag_makes_no_other_finding_and_neither_does_a_wrong_length() {
        let outputs = found(vec![
            ("SYM-ENC-034", Cause::new("symmetric_state_encrypt", StepKind::Output, "wrong bytes", "")),
            ("SYM-ENC-034", Cause::new("symmetric_state_encrypt_detached", StepKind::Output, "a wrong number", "")),
        ]);
        let title = "symmetric_state_encrypt and symmetric_state_encrypt_detached give a wrong output or length";
        assert_eq!(outputs, one(title, 2));
    }
}
