//! Mutants of this project's own host: the suite must find each of them out.
//!
//! A mutant is the host with one fault. Each comes from what published hosts get wrong, or from a rule of the
//! specification (`table/`), not from the cases: that is how a rule is found that no case asks for. No fault is in the
//! host itself: they lie between it and the guest, in this test alone.

mod engine;
mod fault;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use wasi_crypto_conformance::runner::{Report, Settings, run};
use wasi_crypto_conformance::{Case, CaseResult, Kind, Verdict, catalogue, random, suite};

use engine::{MutantEngine, Shared};
use table::Mutant;

/// There may be more, not fewer.
const LEAST: usize = 290;

/// Which case has found a mutant out, a line each: it is tried first, and the others if it does not. `RECORD=1` writes it anew.
const KILLERS: &str = include_str!("killers.tsv");

static CASES: LazyLock<Vec<Case>> = LazyLock::new(suite::all);

/// What each case calls.
static FUNCTIONS: LazyLock<Vec<BTreeSet<&str>>> = LazyLock::new(|| CASES.iter().map(Case::functions).collect());

#[test]
fn the_suite_finds_every_mutant_out() {
    let (shared, known) = (Arc::new(Shared::new()), killers());
    let mutants: Vec<&'static Mutant> = table::all().filter(|mutant| chosen(mutant)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let started = Instant::now();
                    let killer = find_out(mutant, &shared, known.get(mutant.does).copied());
                    let line = describe(mutant, killer.as_ref());
                    println!("{line} ({:.1} s)", started.elapsed().as_secs_f32());
                    found.lock().unwrap().push((*mutant, killer));
                }
            });
        }
    });
    let found = found.into_inner().unwrap();
    let survivors: Vec<&str> =
        found.iter().filter(|(_, killer)| killer.is_none()).map(|(mutant, _)| mutant.does).collect();
    let killed = found.len() - survivors.len();
    let published = found.iter().filter(|(mutant, _)| mutant.published).count();
    println!("{killed} of {} killed; {published} of them do what published hosts do", found.len());
    if std::env::var_os("RECORD").is_some() {
        record(&found);
    }
    assert!(survivors.is_empty(), "{killed} of {} killed; the suite does not see that {survivors:#?}", found.len());
    let strict_only = |killer: &Option<CaseResult>| killer.as_ref().is_some_and(|case| !case.verdict.is_unexpected());
    let misjudged: Vec<&str> = found
        .iter()
        .filter(|(mutant, killer)| strict_only(killer) != mutant.open)
        .map(|(mutant, _)| mutant.does)
        .collect();
    assert!(misjudged.is_empty(), "these are `left_open` and should not be, or the other way round: {misjudged:#?}");
}

#[test]
fn mutants_are_of_both_kinds_and_name_requirements() {
    assert!(table::all().count() >= LEAST);
    let mut seen = std::collections::HashSet::new();
    for mutant in table::all() {
        assert!(seen.insert(mutant.does), "two mutants do the same: {}", mutant.does);
        assert!(!mutant.requirements.is_empty(), "{}", mutant.does);
        for id in mutant.requirements {
            let known = catalogue::requirements().iter().any(|requirement| requirement.id == *id);
            assert!(known, "{}: there is no requirement {id}", mutant.does);
        }
    }
}

#[test]
fn the_killers_are_cases_of_the_suite() {
    let mutants: BTreeSet<&str> = table::all().map(|mutant| mutant.does).collect();
    for (does, id) in killers() {
        assert!(mutants.contains(does), "no mutant {does}");
        assert!(id.starts_with("probe/") || CASES.iter().any(|case| case.id() == id), "no case {id}");
    }
}

/// Some whose faults random calls come upon sooner or later.
#[test]
fn random_sequences_find_mutants_out() {
    let (shared, cases) = (Arc::new(Shared::new()), random::cases(0, 500));
    let sentences = [
        "gives the state itself for its clone",
        "forgets a hash's input with its squeeze",
        "compares as many bytes of a tag as it is given",
        "fails to extract a key without a salt",
        "encrypts wrongly where the output begins within the input",
        "decrypts what was forged",
        "authenticates the first piece of associated data",
        "uses an option set up",
        "begins each pull at the first byte",
        "verifies every signature",
        "forgets the message with its signature",
        "closes a public key with the key pair that it comes from",
        "gives another secret each time",
        "makes a pair of two halves that are not one",
    ];
    for does in sentences {
        let mutant = table::all().find(|mutant| mutant.does == does).unwrap_or_else(|| panic!("no mutant {does}"));
        let report = run(&MutantEngine::new(&shared, Some(mutant)), &cases, &settings(2, false), &|_, _| ()).unwrap();
        assert!(noticed(&report).any(|result| result.id.starts_with("random/")), "{does}");
    }
}

/// What the mutants are made of is no mutant: nothing but a fault may fail a case.
#[test]
fn without_a_fault_nothing_fails() {
    let engine = MutantEngine::new(&Arc::new(Shared::new()), None);
    let cases: Vec<Case> = CASES.iter().filter(|case| case.kind_of() != Kind::Vector).cloned().collect();
    let report = run(&engine, &cases, &settings(2, true), &|_, _| ()).unwrap();
    let unexpected: Vec<&CaseResult> = noticed(&report).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}

/// A session stands for a process.
#[test]
fn what_does_not_outlive_its_process_is_found_out() {
    let shared = Arc::new(Shared::new());
    let cases: Vec<Case> = suite::all().into_iter().filter(|case| case.id().contains("/next-process/")).collect();
    assert!(cases.len() >= 14);
    let durable = Settings { durable: true, ..settings(2, true) };
    let kept = run(&MutantEngine::new(&shared, None).durable(), &cases, &durable, &|_, _| ()).unwrap();
    assert!(kept.cases.iter().all(|case| case.verdict == Verdict::Pass), "{:#?}", kept.cases);
    let forgotten = run(&MutantEngine::new(&shared, None), &cases, &durable, &|_, _| ()).unwrap();
    for case in &forgotten.cases {
        assert_eq!(case.verdict, Verdict::Fail, "{case:?}");
        assert!(case.observed.starts_with("in the next process: "), "{case:?}");
    }
    // Who has not said that it should is not judged by it.
    let unasked = run(&MutantEngine::new(&shared, None), &cases, &settings(2, true), &|_, _| ()).unwrap();
    assert!(unasked.cases.iter().all(|case| case.verdict == Verdict::Na && case.observed.contains("--durable")));
}

/// The first case that sees the fault: that one first that has seen it before, then those that are about what the fault breaks, and
/// then all that call a function that it is in.
fn find_out(mutant: &'static Mutant, shared: &Arc<Shared>, known: Option<&str>) -> Option<CaseResult> {
    let engine = MutantEngine::new(shared, Some(mutant));
    let is_about = |case: &Case| case.requirements().any(|id| mutant.requirements.contains(&id));
    let rank = |case: &Case| match (case.kind_of(), is_about(case)) {
        (Kind::Stress, _) => 4,
        (Kind::Vector, false) => 3,
        (_, false) => 2,
        (Kind::Vector, true) => 1,
        (_, true) => 0,
    };
    let calls = |(_, called): &(&Case, &BTreeSet<&str>)| mutant.functions.iter().any(|name| called.contains(name));
    let reachable = CASES.iter().zip(FUNCTIONS.iter()).filter(calls).map(|(case, _)| case);
    let mut ranked: Vec<(bool, u32, &Case)> =
        reachable.map(|case| (known != Some(case.id()), rank(case), case)).collect();
    ranked.sort_by_key(|(is_new, rank, _)| (*is_new, *rank));
    let ranked: Vec<&Case> = ranked.into_iter().map(|(_, _, case)| case).collect();
    // What fails runs again alone: few at first, since they may all fail.
    let (mut seen, mut rest, mut count) = (None, ranked.as_slice(), 1);
    while !rest.is_empty() {
        let (some, others) = rest.split_at(count.min(rest.len()));
        (rest, count) = (others, (2 * count).max(20));
        let cases: Vec<Case> = some.iter().map(|case| (*case).clone()).collect();
        let report = run(&engine, &cases, &settings(1, false), &|_, _| ()).unwrap();
        let killer = noticed(&report).find(|result| result.verdict.is_unexpected()).cloned();
        if killer.is_some() {
            return killer;
        }
        seen = seen.or_else(|| noticed(&report).next().cloned());
        // Where the text leaves it open, nobody need see more.
        if mutant.open && seen.is_some() {
            break;
        }
    }
    seen
}

fn killers() -> BTreeMap<&'static str, &'static str> {
    KILLERS.lines().filter_map(|line| line.split_once('\t')).collect()
}

fn record(found: &[(&Mutant, Option<CaseResult>)]) {
    let mut lines = String::new();
    let killers: BTreeMap<&str, &CaseResult> =
        found.iter().filter_map(|(mutant, killer)| Some((mutant.does, killer.as_ref()?))).collect();
    for (does, killer) in killers {
        writeln!(lines, "{does}\t{}", killer.id).unwrap();
    }
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mutants/killers.tsv"), lines).unwrap();
}

fn noticed(report: &Report) -> impl Iterator<Item = &CaseResult> {
    let all = report.probes.iter().chain(&report.cases);
    all.filter(|result| !matches!(result.verdict, Verdict::Pass | Verdict::Na))
}

fn describe(mutant: &Mutant, killer: Option<&CaseResult>) -> String {
    match killer {
        Some(killer) => format!("killed by {}: {}; {}", killer.id, mutant.does, killer.observed),
        None => format!("SURVIVES: {}", mutant.does),
    }
}

/// `MUTANTS=word` chooses those whose sentence has it, while one works on them.
fn chosen(mutant: &Mutant) -> bool {
    std::env::var("MUTANTS").map_or(true, |word| mutant.does.contains(&word))
}

fn settings(jobs: usize, strict: bool) -> Settings {
    Settings { jobs, timeout: Duration::from_secs(10), strict, ..Settings::default() }
}
