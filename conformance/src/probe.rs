//! Finds out what a host has before the cases run: its functions, then its algorithms, then what it may leave out of
//! secrets management.
//!
//! What must be there and is not fails once, here. Cases that need it are not applicable.

use std::collections::{BTreeMap, BTreeSet};

use wasi_crypto_interface::{AlgorithmType, Errno, Function};

use crate::args;
use crate::batches::{Settings, run_programs};
use crate::builder::Arg;
use crate::capability::Capability;
use crate::case::{ALL_ERRORS, Case, Expect, bit};
use crate::cases::secrets::ask;
use crate::catalogue::{Algorithm, Tier, algorithms};
use crate::cause::Cause;
use crate::engine::{Engine, EngineInfo, Outcome};
use crate::fallback::{self, Fitted};
use crate::guest::{self, Program};
use crate::key_probe::Keys;
use crate::reader::Reader;
use crate::threads;
use crate::verdict::{CaseResult, End, Transcript, Verdict};

/// What a host has.
pub(crate) struct Presence {
    functions: BTreeMap<&'static str, Found>,
    algorithms: Vec<(String, Option<Algorithm>, Found)>,
    /// Those that some case needs.
    capabilities: BTreeMap<Capability, Found>,
    keys: Keys,
    /// Threads of guests, if some case needs them.
    threads: Option<Found>,
    /// The one answer to everything, of a host that only pretends.
    constant_answer: Option<Errno>,
}

/// What the probe of a function or an algorithm came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Present,
    /// It cannot be imported, for this reason.
    NotLinked(String),
    /// It answers `not_implemented`.
    NotImplemented,
    /// It answers `unsupported_algorithm`.
    Unsupported,
    /// It answers this, by which a host says that it does not have it.
    Refused(Errno),
    /// No function is there that could tell.
    Unknown(&'static str),
}

impl Presence {
    pub(crate) fn probe(engine: &dyn Engine, cases: &[Case], settings: &Settings) -> Result<Self, String> {
        check_engine(engine, settings)?;
        let mut functions = link(engine, settings)?;
        let present: Vec<Case> = wasi_crypto_interface::functions()
            .iter()
            .filter(|function| functions[function.name()] == Found::Present)
            .map(call_with_zeros)
            .chain([open_options()])
            .collect();
        let answers = answers(engine, &present, settings)?;
        let constant_answer = match answers.first() {
            Some(Some(first)) if *first != Errno::Success && answers.iter().all(|answer| *answer == Some(*first)) => {
                Some(*first)
            }
            _ => None,
        };
        for (case, answer) in present.iter().zip(&answers) {
            for function in Program::of(case)[0].functions() {
                if *answer == Some(Errno::NotImplemented) {
                    functions.insert(function.name(), Found::NotImplemented);
                }
            }
        }
        let algorithms = probe_algorithms(engine, cases, settings, &functions)?;
        let capabilities = probe_capabilities(engine, cases, settings, &functions)?;
        let keys = if constant_answer.is_some() {
            Keys::default()
        } else {
            let has_algorithm =
                |name: &str| algorithms.iter().any(|(known, _, found)| known == name && *found == Found::Present);
            let has_function = |name: &str| functions.get(name) == Some(&Found::Present);
            Keys::probe(engine, cases, settings, &has_algorithm, &has_function)?
        };
        let threads = probe_threads(engine, cases, settings)?;
        Ok(Self { functions, algorithms, capabilities, keys, threads, constant_answer })
    }

    /// A case as this host can run it, or why it cannot.
    pub(crate) fn fit<'a>(&self, case: &'a Case) -> Result<Fitted<'a>, String> {
        match self.missing_for(case) {
            Some(missing) => Err(missing),
            None => fallback::fit(case, &self.keys),
        }
    }

    /// Why a case cannot run on this host, if so, whatever the encodings of its keys.
    fn missing_for(&self, case: &Case) -> Option<String> {
        if let Some(answer) = self.constant_answer {
            return Some(format!("the host answers {answer} to every call"));
        }
        for program in Program::of(case) {
            for function in program.functions() {
                match &self.functions[function.name()] {
                    Found::Present => (),
                    Found::NotImplemented => return Some(format!("{} is not implemented", function.name())),
                    _ => return Some(format!("the host has no {}", function.name())),
                }
            }
        }
        let missing = |name: &String| {
            let found = self.algorithms.iter().find(|(known, ..)| known == name);
            found.is_some_and(|(_, _, found)| *found != Found::Present)
        };
        if let Some(name) = case.algorithms.iter().find(|name| missing(name)) {
            return Some(format!("the host has no {name}"));
        }
        if case.own_guest.is_some()
            && let Some(Found::NotLinked(reason)) = &self.threads
        {
            return Some(format!("the engine does not run guests with threads of wasi-threads: {reason}"));
        }
        case.capabilities.iter().find_map(|capability| self.refusal(*capability))
    }

    /// Why a host does not have something that the text leaves to it, if so.
    fn refusal(&self, capability: Capability) -> Option<String> {
        let name = capability.name();
        match self.capabilities.get(&capability)? {
            Found::Refused(answer) if capability == Capability::Manager => {
                Some(format!("the host has no secrets manager for its guests: it answers {answer}"))
            }
            Found::Refused(answer) => {
                Some(format!("the host does not {}: it answers {answer}", name.replace('-', " ")))
            }
            Found::Unknown(function) => Some(format!("the host has no {function}")),
            _ => None,
        }
    }

    /// The probes as results of their own.
    pub(crate) fn results(&self) -> Vec<CaseResult> {
        let mut results = Vec::new();
        if let Some(answer) = self.constant_answer {
            results.push(CaseResult {
                verdict: Verdict::Fail,
                observed: format!("every function answers {answer} to everything: there is no wasi-crypto behind them"),
                expected: "a host that does something; is its plugin installed and found?".to_owned(),
                cause: Some(Cause::missing("every function", "an answer", answer.name())),
                ..CaseResult::probe("probe/host".to_owned(), vec!["ABI-ERRNO-005".to_owned()], "")
            });
            return results;
        }
        for function in wasi_crypto_interface::functions() {
            let (requirement, if_missing) = match function.is_optional() {
                true => ("ABI-FUNC-004", Verdict::Na),
                false => ("ABI-FUNC-003", Verdict::Fail),
            };
            let ids = vec![requirement.to_owned(), module_requirement(function).to_owned()];
            let probe = CaseResult::probe(format!("probe/function/{}", function.name()), ids, "");
            results.push(self.functions[function.name()].result(probe, "a function", if_missing));
        }
        for (name, algorithm, found) in &self.algorithms {
            let Some(algorithm) = algorithm else { continue };
            let if_missing = match algorithm.tier {
                Tier::Required => Verdict::Fail,
                Tier::Recommended => Verdict::Warn,
                Tier::Optional => Verdict::Na,
            };
            let probe =
                CaseResult::probe(format!("probe/algorithm/{name}"), vec![algorithm.requirement.to_owned()], name);
            results.push(found.result(probe, "an algorithm", if_missing));
        }
        for (capability, found) in &self.capabilities {
            // C30: any error of `secrets_manager_open` is allowed, one is better.
            let other = |answer| !matches!(answer, Errno::UnsupportedFeature | Errno::NotImplemented);
            let if_missing = match found {
                Found::Refused(answer) if *capability == Capability::Manager && other(*answer) => Verdict::Info,
                _ => Verdict::Na,
            };
            let ids = capability.requirements().iter().map(ToString::to_string).collect();
            let probe = CaseResult::probe(format!("probe/secrets/{}", capability.name()), ids, "");
            results.push(found.result(probe, "managed keys or secrets", if_missing));
        }
        if let Some(found) = &self.threads {
            let probe = CaseResult::probe("probe/threads".to_owned(), vec!["HANDLE-THREAD-001".to_owned()], "");
            results.push(found.result(probe, "threads", Verdict::Na));
        }
        results.extend(self.keys.results());
        results
    }
}

fn module_requirement(function: &Function) -> &'static str {
    if function.module().ends_with("_batch") { "ABI-MOD-002" } else { "ABI-MOD-001" }
}

impl Found {
    /// What the probe has found. `what` is what is missing, if it is.
    fn result(&self, probe: CaseResult, what: &str, if_missing: Verdict) -> CaseResult {
        let (verdict, observed, seen) = match self {
            Self::Present => return probe,
            Self::NotLinked(reason) => (if_missing, reason.clone(), "not linked"),
            Self::NotImplemented => name_of(if_missing, Errno::NotImplemented),
            Self::Refused(answer) => name_of(if_missing, *answer),
            Self::Unsupported => name_of(if_missing, Errno::UnsupportedAlgorithm),
            Self::Unknown(function) => (Verdict::Na, format!("cannot be asked for without {function}"), "unknown"),
        };
        let cause = Some(Cause::missing("", what, seen));
        CaseResult { verdict, observed, expected: "to be there".to_owned(), cause, ..probe }
    }
}

fn name_of(verdict: Verdict, answer: Errno) -> (Verdict, String, &'static str) {
    (verdict, answer.name().to_owned(), answer.name())
}

/// Whether the engine runs guests and hands over what they write. If it does not run one that calls nothing but WASI's
/// `fd_write`, nothing can be said of the host.
pub(crate) fn check_engine(engine: &dyn Engine, settings: &Settings) -> Result<(), String> {
    let nothing = Case::new("nothing", &[]);
    let transcripts = run_programs(engine, &Program::of(&nothing), settings, 1, &|_, _| ())?;
    let reason = match transcripts.first().map(|said| &said.end) {
        Some(End::Passed) => return Ok(()),
        Some(End::Crashed(reason)) => reason.clone(),
        Some(End::Trapped(reason)) => format!("it trapped: {reason}"),
        _ => format!("it was not done after {} s", settings.timeout.as_secs_f32()),
    };
    let EngineInfo { version, .. } = engine.info();
    Err(format!("{version} does not run a guest that only writes a line to standard output: {reason}"))
}

/// Which functions can be imported. One guest asks for all; only if that fails is each asked for alone.
fn link(engine: &dyn Engine, settings: &Settings) -> Result<BTreeMap<&'static str, Found>, String> {
    /// An engine that does not answer to so many in a row will not answer to the rest either.
    const PATIENCE: u32 = 3;
    let mut session = engine.session()?;
    let nothing = Case::new("nothing", &[]);
    let mut timeouts = 0;
    let mut ask = |functions: &[&'static Function]| {
        let module = guest::module_with(&Program::of(&nothing), functions);
        // An engine may end well without having run anything.
        let mut reader = Reader::new(1);
        let outcome = session.run(&module, &mut |line| reader.line(line), settings.timeout);
        timeouts = if matches!(outcome, Outcome::Timeout | Outcome::Spent) { timeouts + 1 } else { 0 };
        let missing = |reason| Ok(Found::NotLinked(reason));
        match outcome.plain() {
            Outcome::Unusable(reason) => Err(reason),
            // Even if it ran: an engine may leave the error to the call.
            Outcome::Link(reason) => missing(format!("link error: {reason}")),
            _ if reader.is_complete() => Ok(Found::Present),
            Outcome::Finished => missing("a guest that imports it does not run".to_owned()),
            Outcome::Trap(reason) => missing(format!("trap at the start: {reason}")),
            Outcome::Crash(reason) => missing(format!("crash at the start: {reason}")),
            Outcome::Timeout | Outcome::Spent if timeouts == PATIENCE => {
                Err("the engine gives no answer in time to guests that only import functions".to_owned())
            }
            Outcome::Timeout | Outcome::Spent => missing("no answer in time at the start".to_owned()),
        }
    };
    let all: Vec<&'static Function> = wasi_crypto_interface::functions().iter().collect();
    if ask(&all)? == Found::Present {
        return Ok(all.iter().map(|function| (function.name(), Found::Present)).collect());
    }
    all.iter().map(|function| Ok((function.name(), ask(&[function])?))).collect()
}

/// What a host answers to each of these cases, which consist of one call that may give any answer.
fn answers(engine: &dyn Engine, cases: &[Case], settings: &Settings) -> Result<Vec<Option<Errno>>, String> {
    let programs: Vec<Program<'_>> = cases.iter().map(|case| Program::of(case)[0]).collect();
    let transcripts = run_programs(engine, &programs, settings, settings.batch, &|_, _| ())?;
    let answer = |said: &Transcript| {
        let value = match (&said.end, said.notes.first()) {
            (End::Failed(_, value), _) | (_, Some((_, value))) => value,
            _ => return None,
        };
        Errno::from_number(u32::from_str_radix(value, 16).ok()?)
    };
    Ok(transcripts.iter().map(answer).collect())
}

/// Accepts and reports every answer.
fn anything() -> Expect {
    Expect { best: bit(Errno::Success), info: ALL_ERRORS, warn: 0 }
}

fn call_with_zeros(function: &'static Function) -> Case {
    let mut case = Case::new(function.name(), &[]);
    let zeros = function.core_params().iter().map(|_| Arg::from(0u32)).collect();
    case.expect(anything()).call(function.name(), zeros);
    case
}

/// A call that succeeds on every host that is one.
fn open_options() -> Case {
    let mut case = Case::new("options_open", &[]);
    case.expect(anything()).options_open(AlgorithmType::Symmetric);
    case
}

fn probe_algorithms(
    engine: &dyn Engine,
    cases: &[Case],
    settings: &Settings,
    functions: &BTreeMap<&'static str, Found>,
) -> Result<Vec<(String, Option<Algorithm>, Found)>, String> {
    let mut names: Vec<(String, Option<Algorithm>)> =
        algorithms().iter().map(|algorithm| (algorithm.name.to_owned(), Some(*algorithm))).collect();
    let extra: BTreeSet<&String> = cases.iter().flat_map(|case| &case.algorithms).collect();
    names.extend(
        extra
            .into_iter()
            .filter(|name| !algorithms().iter().any(|known| known.name == *name))
            .map(|name| (name.clone(), None)),
    );

    let asked: Vec<Case> = names.iter().map(|(name, algorithm)| ask_for(name, algorithm.as_ref())).collect();
    let askable = |case: &Case| {
        let functions_of = Program::of(case)[0].functions();
        functions_of.into_iter().find(|function| functions[function.name()] != Found::Present)
    };
    let can: Vec<Case> = asked.iter().filter(|case| askable(case).is_none()).cloned().collect();
    let mut answers = answers(engine, &can, settings)?.into_iter();
    let found = names.into_iter().zip(&asked).map(|((name, algorithm), case)| {
        let found = match askable(case) {
            Some(function) => Found::Unknown(function.name()),
            None => match answers.next().flatten() {
                Some(Errno::UnsupportedAlgorithm) => Found::Unsupported,
                Some(Errno::NotImplemented) => Found::NotImplemented,
                _ => Found::Present,
            },
        };
        (name, algorithm, found)
    });
    Ok(found.collect())
}

/// Which of the things that cases need, and that the text leaves to hosts, this one has.
fn probe_capabilities(
    engine: &dyn Engine,
    cases: &[Case],
    settings: &Settings,
    functions: &BTreeMap<&'static str, Found>,
) -> Result<BTreeMap<Capability, Found>, String> {
    let needed: BTreeSet<Capability> = cases.iter().flat_map(|case| case.capabilities.iter().copied()).collect();
    let (mut found, mut can) = (BTreeMap::new(), Vec::new());
    for capability in needed {
        let ask = ask(capability, anything());
        let missing = |function: &&Function| functions[function.name()] != Found::Present;
        match Program::of(&ask)[0].functions().into_iter().find(missing) {
            Some(function) => drop(found.insert(capability, Found::Unknown(function.name()))),
            None => can.push((capability, ask)),
        }
    }
    let asks: Vec<Case> = can.iter().map(|(_, ask)| ask.clone()).collect();
    for ((capability, _), answer) in can.iter().zip(answers(engine, &asks, settings)?) {
        // Whatever else comes, the cases will tell.
        let refused = answer.filter(|answer| capability.is_refusal(*answer));
        found.insert(*capability, refused.map_or(Found::Present, Found::Refused));
    }
    Ok(found)
}

/// Whether the engine has threads, as wasi-threads has them.
fn probe_threads(engine: &dyn Engine, cases: &[Case], settings: &Settings) -> Result<Option<Found>, String> {
    if cases.iter().all(|case| case.own_guest.is_none()) {
        return Ok(None);
    }
    let question = threads::question();
    let mut reader = Reader::new(1);
    let module = guest::module(&Program::of(&question));
    let outcome = engine.session()?.run(&module, &mut |line| reader.line(line), settings.timeout);
    Ok(Some(match outcome.plain() {
        Outcome::Unusable(reason) => return Err(reason),
        _ if reader.is_complete() => Found::Present,
        Outcome::Link(reason) | Outcome::Trap(reason) | Outcome::Crash(reason) => Found::NotLinked(reason),
        Outcome::Finished | Outcome::Timeout | Outcome::Spent => {
            Found::NotLinked("such a guest does not run".to_owned())
        }
    }))
}

/// One call whose answer says whether the host knows an algorithm. What is in no table is taken for symmetric.
fn ask_for(name: &str, algorithm: Option<&Algorithm>) -> Case {
    let mut case = Case::new(name, &[]);
    case.expect(anything());
    match algorithm.map_or(AlgorithmType::Symmetric, |algorithm| algorithm.ty) {
        AlgorithmType::Symmetric => drop(case.state_open(name, None, None)),
        ty => drop(case.open("publickey_import", args![ty as u32, name, "", 0])),
    }
    case
}
