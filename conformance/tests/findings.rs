//! Many failures with one cause are one finding, with the right severity, requirement and smallest case.
//!
//! The workers of these tests are this very program, as in `bad_hosts.rs`.

use std::time::Duration;

use wasi_crypto_conformance::engine::embedded::serve;
use wasi_crypto_conformance::engine::worker::WorkerEngine;
use wasi_crypto_conformance::engine::{EngineInfo, EngineKind};
use wasi_crypto_conformance::expectations::Expectations;
use wasi_crypto_conformance::report::compare::differences;
use wasi_crypto_conformance::report::document::{EngineRun, RunSettings};
use wasi_crypto_conformance::report::{Document, Finding, Severity, badge, github, junit, markdown, text};
use wasi_crypto_conformance::runner::{Settings, run};
use wasi_crypto_conformance::{Case, Verdict, suite};
use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{InvalidOperation, UnsupportedOption};
use wasmtime::{Caller, Extern, Linker};

const FORGERY: &str = "signature_verification_state_verify-success-for-an-error";
const COMMON: &str = "wasi_ephemeral_crypto_common";
const SYMMETRIC: &str = "wasi_ephemeral_crypto_symmetric";
const SIGNATURES: &str = "wasi_ephemeral_crypto_signatures";

#[test]
fn failures_with_one_cause_are_one_finding_and_the_gravest_come_first() {
    let report = run_on("host_with_four_faults", cases());
    let bad = report.entries().filter(|entry| entry.verdict.is_unexpected()).count();
    let findings = red(&report);
    let found: Vec<(Severity, &str)> =
        findings.iter().map(|finding| (finding.severity, finding.title.as_str())).collect();
    assert_eq!(found.len(), 5, "{found:#?}");
    let forgery = (Severity::KeyOrForgery, "signature_verification_state_verify answers success instead of an error");
    assert!(found[..2].contains(&forgery), "{found:#?}");
    let other = "signature_verification_state_verify answers success instead of invalid_handle";
    assert!(found[..2].contains(&(Severity::KeyOrForgery, other)), "{found:#?}");
    assert_eq!(found[2].0, Severity::HostDies);
    assert!(found[2].1.starts_with("symmetric_state_ratchet ends the engine: panicked at "), "{found:?}");
    assert!(found[2].1.ends_with("the host lost its nerve"), "{found:?}");
    assert_eq!(found[3], (Severity::WrongResult, "symmetric_state_squeeze gives a wrong output or length"));
    assert_eq!(found[4], (Severity::WrongError, "options_set_u64 answers guest_error instead of unsupported_option"));
    // 2 algorithms × some 10 cases, and 3 of each other fault.
    assert_eq!(findings.iter().map(|finding| finding.count).sum::<usize>(), bad);
    assert!(bad > 20, "{bad}");
    let forgery = findings.iter().find(|finding| finding.id == FORGERY).unwrap();
    assert_eq!(forgery.algorithms, ["ECDSA_P256_SHA256", "Ed25519"]);
    assert_eq!(forgery.requirement.id, "SIG-VER-005");
    assert!(forgery.minimal.call.starts_with("signature_verification_state_verify("), "{forgery:?}");
    assert!(forgery.minimal.observed.contains("answered success"), "{forgery:?}");
    let crash = findings[2];
    assert_eq!(crash.count, 3);
    assert_eq!(crash.minimal.id, "ratchet/SHA-256");
    assert!(crash.minimal.call.starts_with("symmetric_state_ratchet("), "{crash:?}");
}

#[test]
fn a_good_host_has_no_findings() {
    let report = run_on("good_host", cases());
    assert!(red(&report).is_empty(), "{:#?}", report.findings);
    assert!(report.is_green());
}

#[test]
fn what_is_expected_is_not_red_and_what_is_no_longer_so_is() {
    let mut report = run_on("host_with_four_faults", cases());
    let known = "
        [[expect]]
        engine = 'te?t'
        finding = 'signature_verification_state_verify-success-for-an-error'
        verdict = 'fail'
        reason = 'nobody looks at signatures yet'

        [[expect]]
        case = 'ratchet/SHA-256'
        verdict = 'crash'
        reason = 'loses its nerve'

        [[expect]]
        case = 'option/SHA-256'
        verdict = 'crash'
        reason = 'fails, and does not crash'

        [[expect]]
        requirement = 'ARRAY-PULL-002'
        verdict = 'fail'
        reason = 'holds by now'

        [[expect]]
        case = 'good/SHA-256'
        verdict = 'fail'
        reason = 'holds by now'

        [[expect]]
        engine = 'another'
        case = 'good/SHA-512'
        verdict = 'fail'
        reason = 'on another engine'
    ";
    Expectations::parse(known).unwrap().apply(&mut report, &[]);
    let verdict = |id: &str| report.entries().find(|entry| entry.id == id).unwrap().verdict;
    assert_eq!(verdict("ratchet/SHA-256"), Verdict::Xfail);
    assert_eq!(verdict("ratchet/SHA-512"), Verdict::Crash);
    assert_eq!(verdict("option/SHA-256"), Verdict::Fail);
    assert_eq!(verdict("good/SHA-256"), Verdict::Xpass);
    assert_eq!(verdict("good/SHA-512"), Verdict::Pass);
    assert_eq!(report.unused_expectations, ["case option/SHA-256", "requirement ARRAY-PULL-002"]);
    for finding in &report.findings {
        let known = (finding.id == FORGERY).then_some("nobody looks at signatures yet");
        assert_eq!(finding.known.as_deref(), known, "{}", finding.id);
    }
    let said = text::engine(&report, false);
    for part in [
        "\nKnown\n  signature_verification_state_verify",
        "Expected to go wrong, and does not any more:\n  good/SHA-256\n",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(said.contains("Expectations that nothing fits:\n  case option/SHA-256\n"), "{said}");
    assert!(!report.is_green());
}

#[test]
fn updated_expectations_make_a_run_green() {
    let mut report = run_on("host_with_four_faults", cases());
    let known = Expectations::parse(
        "[[expect]]\ncase = 'ratchet/SHA-256'\nverdict = 'crash'\nreason = 'loses its nerve'\n\
         [[expect]]\ncase = 'good/SHA-256'\nverdict = 'fail'\nreason = 'holds by now'\n",
    )
    .unwrap();
    let again = report.clone();
    known.apply(&mut report, &[]);
    let updated = known.updated(&[report]);
    assert!(updated.contains("reason = \"loses its nerve\""), "{updated}");
    assert!(!updated.contains("holds by now"), "{updated}");
    let mut report = again;
    Expectations::parse(&updated).unwrap().apply(&mut report, &[]);
    assert_eq!(report.unused_expectations, Vec::<String>::new());
    assert!(report.is_green(), "{:#?}", report.findings);
    assert_eq!(updated.matches("[[expect]]").count(), 6, "{updated}");
}

#[test]
fn what_an_expectation_skips_is_not_run() {
    let known = Expectations::parse("[[expect]]\ncase = 'ratchet'\nverdict = 'skip'\nreason = 'hangs'\n").unwrap();
    let settings = Settings { skip: known.skipped(&info()), ..settings() };
    let report = run(&engine("host_with_four_faults"), &cases(), &settings, &|_, _| ()).unwrap();
    let skipped = report.cases.iter().filter(|case| case.verdict == Verdict::Skip);
    assert!(skipped.clone().all(|case| case.id.starts_with("ratchet/") && case.observed == "hangs"));
    assert_eq!(skipped.count(), 3);
    let mut run = EngineRun::new(&report, String::new(), Duration::ZERO);
    known.apply(&mut run, &[]);
    assert_eq!(run.unused_expectations, Vec::<String>::new());
}

#[test]
fn differences_are_grouped_and_open_points_come_first() {
    let good = run_on("good_host", cases());
    let bad = run_on("host_with_four_faults", cases());
    let differences = differences(&[&good, &bad]);
    let functions: Vec<&str> = differences.iter().map(|d| d.call.split('(').next().unwrap()).collect();
    assert_eq!(
        differences.iter().map(|d| d.ids.len()).sum::<usize>(),
        red(&bad).iter().map(|f| f.count).sum::<usize>()
    );
    assert_eq!(functions[0], "symmetric_state_ratchet", "crashes come before wrong answers: {differences:#?}");
    assert!(differences.iter().all(|d| d.answers[0] == "as expected" && d.answers[1] != "as expected"));
    assert!(differences.iter().any(|d| d.answers[1] == "guest_error (fail)"), "{differences:#?}");
}

#[test]
fn every_form_of_the_report_tells_the_findings() {
    let mut document = Document::new(std::time::UNIX_EPOCH, RunSettings::default());
    document.engines.push(run_on("host_with_four_faults", cases()));
    let title = "signature_verification_state_verify answers success instead of an error";
    let errors = 5;
    let xml = junit::xml(&document);
    let (open, closed) = (xml.matches("<testcase ").count(), xml.matches("</testcase>").count());
    assert_eq!(open, document.engines[0].entries().count());
    assert_eq!(open, closed + xml.matches("\"/>\n").count());
    assert!(xml.contains("<error type=\"crash\" message=\"step 1: symmetric_state_ratchet: "), "{xml}");
    assert!(xml.contains("timestamp=\"1970-01-01T00:00:00\""), "{xml}");
    let annotations = github::annotations(&document);
    assert!(annotations.contains(&format!("::error title={title}::")), "{annotations}");
    assert_eq!(annotations.lines().count(), errors + 1, "{annotations}");
    let page = markdown::report(&document);
    assert!(page.contains(&format!("**{}**", title.replace('_', "\\_"))), "{page}");
    let table = markdown::support_table(&document);
    assert!(table.contains("| SHA-256 | required | ◐ "), "{table}");
    assert!(table.contains("| Ed448 | optional | – |"), "{table}");
    let svg = badge::svg(&document.engines[0]);
    assert!(svg.starts_with("<svg ") && svg.contains(" %)</text>"), "{svg}");
    // Two runs of one engine are told apart.
    let mut twice = document.clone();
    twice.engines.extend(document.engines.clone());
    let table = markdown::support_table(&twice);
    assert!(table.starts_with("| algorithm | | test \\#1 | test \\#2 |\n"), "{table}");
    // What is written is read again.
    let read = Document::parse(&document.json()).unwrap();
    assert_eq!(read.json(), document.json());
}

fn red(run: &EngineRun) -> Vec<&Finding> {
    run.findings.iter().filter(|finding| finding.severity.is_unexpected()).collect()
}

/// Signatures of the suite, and some of each other kind.
fn cases() -> Vec<Case> {
    let signatures = ["signatures/Ed25519/", "signatures/ECDSA_P256_SHA256/"];
    let wanted = |case: &Case| signatures.iter().any(|area| case.id().starts_with(area));
    let mut cases: Vec<Case> = suite::all().into_iter().filter(wanted).collect();
    for algorithm in ["SHA-256", "SHA-512", "SHA-512/256"] {
        let case = |what: &str| Case::new(format!("{what}/{algorithm}"), &["SYM-HASH-004"]).algorithm(algorithm);
        let mut ratchet = case("ratchet");
        let state = ratchet.state_open(algorithm, None, None);
        ratchet.expect(InvalidOperation).ratchet(state);
        ratchet.absorb(state, "abc");
        let mut squeeze = case("squeeze");
        let state = squeeze.state_open(algorithm, None, None);
        squeeze.absorb(state, "abc");
        let (first, other) = (squeeze.squeeze(state, 16), squeeze.state_open(algorithm, None, None));
        squeeze.absorb(other, "abc");
        let again = squeeze.squeeze(other, 16);
        squeeze.same(first, again);
        let mut option = case("option");
        let options = option.options_open(AlgorithmType::Symmetric);
        option.expect(UnsupportedOption).options_set_u64(options, "no such option", 1u64);
        let mut good = case("good");
        good.state_open(algorithm, None, None);
        cases.extend([ratchet, squeeze, option, good]);
    }
    cases
}

fn run_on(host: &str, cases: Vec<Case>) -> EngineRun {
    let report = run(&engine(host), &cases, &settings(), &|_, _| ()).unwrap();
    EngineRun::new(&report, " --engine test".to_owned(), Duration::from_secs(1))
}

fn settings() -> Settings {
    Settings { jobs: 2, timeout: Duration::from_secs(20), ..Settings::default() }
}

fn engine(host: &str) -> WorkerEngine {
    let args = ["--exact", host, "--ignored", "--nocapture", "--test-threads=1"];
    WorkerEngine::new(info(), std::env::current_exe().unwrap(), args.map(Into::into))
}

fn info() -> EngineInfo {
    EngineInfo { name: "test".to_owned(), version: "1".to_owned(), kind: EngineKind::Worker }
}

// ---- the hosts ----

#[test]
#[ignore = "started by the other tests as their worker"]
fn good_host() {
    serve_spoilt(|_| Ok(()));
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_with_four_faults() {
    serve_spoilt(|linker| {
        let verify = |_: Caller<'_, Guest>, _: u32, _: u32| 0u32;
        linker.func_wrap(SIGNATURES, "signature_verification_state_verify", verify)?;
        let ratchet = |_: Caller<'_, Guest>, _: u32| -> u32 { panic!("the host lost its nerve") };
        linker.func_wrap(SYMMETRIC, "symmetric_state_ratchet", ratchet)?;
        let set = |_: Caller<'_, Guest>, _: u32, _: u32, _: u32, _: u64| 1u32;
        linker.func_wrap(COMMON, "options_set_u64", set)?;
        // Never the same twice.
        let squeeze = |mut caller: Caller<'_, Guest>, _: u32, out: u32, len: u32| {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else { panic!("guests export memory") };
            let (memory, guest) = memory.data_and_store_mut(&mut caller);
            guest.squeezed += 1;
            memory[out as usize..][..len as usize].fill(guest.squeezed);
            0u32
        };
        linker.func_wrap(SYMMETRIC, "symmetric_state_squeeze", squeeze).map(drop)
    });
}

struct Guest {
    crypto: WasiCryptoCtx,
    squeezed: u8,
}

/// Serves guests with this project's host after `spoil` has replaced some of its functions.
fn serve_spoilt(spoil: impl Fn(&mut Linker<Guest>) -> wasmtime::Result<()>) {
    let link = |linker: &mut Linker<Guest>| {
        wasi_crypto_host::wasmtime::add_to_linker(linker, |guest: &mut Guest| &mut guest.crypto)?;
        linker.allow_shadowing(true);
        spoil(linker)
    };
    let guest = || Guest { crypto: WasiCryptoCtx::builder().build().unwrap(), squeezed: 0 };
    serve(link, guest, |_, _| Ok(())).unwrap();
}
