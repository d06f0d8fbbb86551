//! Engines that a command line starts as workers: the one in JavaScript of `WORKER.md`, and some that are none.
#![cfg(unix)]

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wasi_crypto_conformance::engine::worker::WorkerEngine;
use wasi_crypto_conformance::engine::{Engine, EngineKind, Heard, Outcome, Template};
use wasi_crypto_conformance::runner::{Report, Settings, run};
use wasi_crypto_conformance::{Case, Verdict};

// ---- workers ----

#[test]
fn the_worker_in_javascript_of_the_document_runs_guests() {
    let node = Command::new("node").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !node.is_ok_and(|status| status.success()) {
        eprintln!("left out, as there is no node");
        return;
    }
    let document = include_str!("../WORKER.md").replace('\r', "");
    let (_, from) = document.split_once("```js\n").unwrap();
    let (code, _) = from.split_once("```").unwrap();

    // It has every function, and each answers the same.
    let report = run_on(&format!("node '{}'", script("constant.mjs", code).display()), Vec::new()).unwrap();
    let host = &report.probes[0];
    assert_eq!((report.probes.len(), host.id.as_str(), host.verdict), (1, "probe/host", Verdict::Fail));
    assert!(host.observed.starts_with("every function answers not_implemented to everything"), "{host:?}");
    assert_eq!((report.engine.kind, report.engine.name.as_str()), (EngineKind::Worker, "node"));

    // With functions that do not all answer the same, and one that traps.
    let other = "({ get: (_, name) => name === 'options_open' ? (type, handle) => { new DataView(memory().buffer).setUint32(handle, 7, true); return 0; } \
                 : name === 'options_close' ? () => { throw new Error('closed \\u001b[2Jfor good'); } : () => 9 })";
    let code = code.replace(
        "new Proxy({}, { get: () => () => 2 })",
        &format!("new Proxy({{}}, {})", other.trim_matches(['(', ')'])),
    );
    let case = |id: &str, close: bool| {
        let mut c = Case::new(id, &[]);
        let options = c.options_open(wasi_crypto_interface::AlgorithmType::Symmetric);
        if close {
            c.close(options);
        }
        c
    };
    let cases = vec![case("first", false), case("second", true), case("third", false)];
    let report = run_on(&format!("node '{}'", script("three.mjs", &code).display()), cases).unwrap();
    let verdicts: Vec<Verdict> = report.cases.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts, [Verdict::Pass, Verdict::Trap, Verdict::Pass], "{:?}", report.cases);
    // What would clear a terminal does not.
    assert!(report.cases[1].observed.contains("closed [2Jfor good"), "{:?}", report.cases);
}

#[cfg(feature = "embedded")]
#[test]
fn the_embedded_engine_can_be_started_as_any_worker() {
    let mut c = Case::new("open", &[]);
    c.state_open("SHA-256", None, None);
    let command = format!("'{}' --worker wasmtime", env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
    let report = run_on(&command, vec![c]).unwrap();
    assert!(report.is_green(), "{report:?}");
}

// ---- what is no worker ----

#[test]
fn a_program_that_is_no_worker_is_a_sentence() {
    for (command, sentence) in [
        ("/nowhere/to/be/found", "cannot start the worker /nowhere/to/be/found: "),
        ("true", "the engine's process ended (exit status: 0)"),
        ("sh -c 'echo no such option >&2; exit 64'", "the engine's process ended (exit status: 64) no such option"),
        // Echoes the guest, and so on.
        ("cat", "it was not done after 2 s"),
        (
            "sh -c 'echo @wce done:; exec sleep 600'",
            "the worker says that the guest ended as \"done\", which is neither finished, link nor trap",
        ),
        (
            "sh -c 'echo @wce finished:; exec sleep 600'",
            "the engine ended well, but nothing came of what the guest writes",
        ),
        ("sh -c 'exec sleep 600'", "it was not done after 2 s"),
        ("sh -c 'exec <&-; exec sleep 600'", "it was not done after 2 s"),
        ("sh -c 'exec >&-; exec sleep 600'", "it closed its output, and went on"),
    ] {
        let error = run_on(command, Vec::new()).unwrap_err();
        assert!(error.contains(sentence), "{command}: {error}");
    }
}

#[test]
fn a_worker_that_does_not_read_does_not_hold_the_runner_up() {
    // A pipe takes 64 KiB.
    let guest = vec![0; 10 << 20];
    let worker = WorkerEngine::of_command(Template::worker("sh -c 'exec sleep 600'").unwrap());
    let start = Instant::now();
    let outcome = worker.session().unwrap().run(&guest, &mut |_| Heard::Noise, Duration::from_secs(1));
    assert_eq!(outcome, Outcome::Timeout);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

fn run_on(command: &str, cases: Vec<Case>) -> Result<Report, String> {
    let settings = Settings { jobs: 1, timeout: Duration::from_secs(2), ..Settings::default() };
    run(&WorkerEngine::of_command(Template::worker(command).unwrap()), &cases, &settings, &|_, _| ())
}

fn script(name: &str, text: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("workers {}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}
