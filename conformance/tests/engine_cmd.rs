//! Engines that a command line starts: whatever they do, each case gets its verdict, and nothing stays behind.
//!
//! The engine of these tests is this very program: the ignored test `engine` runs the guest in the file `GUEST` on a
//! worker of the suite, hands its lines on, and misbehaves as `MISBEHAVE` says when a case begins that dumps "culprit".
#![cfg(unix)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wasi_crypto_conformance::engine::command::CommandEngine;
use wasi_crypto_conformance::engine::embedded::serve;
use wasi_crypto_conformance::engine::file::EngineFile;
use wasi_crypto_conformance::engine::{Engine, Template};
use wasi_crypto_conformance::runner::{Report, Settings, run};
use wasi_crypto_conformance::{Case, Verdict};

/// SHA-256 of "abc" (FIPS 180-4, example).
const ABC: [u8; 32] = [
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61,
    0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
];

/// The number of the case that engines stumble over.
const CULPRIT: usize = 3;

/// What the culprit dumps, as its guest writes it.
const CULPRIT_HEX: &str = "63756c70726974";

// ---- engines that run all ----

#[test]
fn a_good_engine_is_green_whatever_it_prints_beside() {
    for misbehave in ["not at all", "by printing noise", "by printing the lines of other cases"] {
        let report = run_on(&engine_that_misbehaves(misbehave));
        for result in &report.cases {
            assert_eq!(result.verdict, Verdict::Pass, "{misbehave}: {result:?}");
        }
        assert_eq!(report.cases.len(), 6);
        let found = |id: &str| report.probes.iter().find(|probe| probe.id == id).unwrap().verdict;
        assert_eq!(found("probe/function/symmetric_state_squeeze"), Verdict::Pass);
        assert_eq!(found("probe/algorithm/SHA-256"), Verdict::Pass);
        assert_eq!(found("probe/algorithm/Ed448"), Verdict::Na);
    }
}

#[test]
fn an_engine_that_stays_after_its_guest_is_not_waited_for() {
    let engine = format!("sh -c '{}; exec >&- 2>&-; exec sleep 600' sh {{module}}", in_a_shell());
    let start = Instant::now();
    let report = run_on(&engine);
    assert!(report.cases.iter().all(|result| result.verdict == Verdict::Pass), "{report:?}");
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
}

// ---- engines that fail one case ----

#[test]
fn a_trap_a_crash_and_output_that_is_cut_are_told_apart() {
    for (misbehave, verdict, observed) in [
        (
            "by trapping",
            Verdict::Trap,
            "trap: Error: wasm trap: wasm `unreachable` instruction executed (exit status: 134)",
        ),
        ("by trapping in silence", Verdict::Trap, "exit status: 134, which engines give for a trap"),
        ("by aborting", Verdict::Crash, "the engine's process ended with signal: 6 (SIGABRT)"),
        ("by panicking", Verdict::Crash, "the engine lost its nerve"),
        ("by exiting", Verdict::Crash, "the engine's process ended with exit status: 7; the last that it wrote: "),
        ("by cutting output", Verdict::Crash, "the engine ended well, but "),
        ("by cutting a line", Verdict::Crash, "hands over what no guest writes here: @wcc P 0000"),
        ("by flooding", Verdict::Crash, "it was ended, as it wrote more than 64 MiB"),
    ] {
        assert_only_culprit(&run_on(&engine_that_misbehaves(misbehave)), verdict, observed);
    }
}

#[test]
fn an_engine_that_hangs_is_ended_with_all_that_it_has_started() {
    // All at once, as this is a test of waiting.
    std::thread::scope(|scope| {
        for misbehave in ["by hanging", "by a line without end", "by talking without end", "by ignoring signals"] {
            scope.spawn(move || {
                let heart = beat_file(misbehave);
                let report = run_on(&engine_that_misbehaves(misbehave));
                assert_only_culprit(&report, Verdict::Timeout, "no answer in time (confirmed alone)");
                assert!(misbehave != "by ignoring signals" || beats(&heart) > 0);
                assert_still(&heart);
            });
        }
    });
}

#[test]
fn an_engine_does_not_outlive_a_runner_that_is_killed() {
    let heart = beat_file("by outliving");
    let _ = std::fs::remove_file(&heart);
    let beat = format!("sh -c 'while :; do echo beat >>\"$0\"; sleep 0.05; done' '{}' {{module}}", heart.display());
    let mut suite = Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
    suite.args(["--filter", "array/len", "--engine-cmd", &beat]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut suite = suite.spawn().unwrap();
    let start = Instant::now();
    while beats(&heart) == 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "the engine is not started");
        std::thread::sleep(Duration::from_millis(20));
    }
    suite.kill().unwrap();
    suite.wait().unwrap();
    std::thread::sleep(Duration::from_millis(500));
    assert_still(&heart);
}

// ---- engines that run nothing ----

#[test]
fn a_host_without_any_function_fails_each_probe_once_and_no_case() {
    let engine = format!("env WORKER=host_without_functions {}", engine_that_misbehaves("not at all"));
    let report = run_on(&engine);
    assert_eq!(report.count(Verdict::Na), report.cases.len());
    assert!(report.cases[0].observed.starts_with("the host has no symmetric_state_"), "{:?}", report.cases[0]);
    let functions: Vec<_> = report.probes.iter().filter(|probe| probe.id.starts_with("probe/function/")).collect();
    assert_eq!(functions.len(), 86);
    for probe in functions {
        assert!([Verdict::Fail, Verdict::Na].contains(&probe.verdict), "{probe:?}");
        assert!(probe.observed.starts_with("link error: "), "{probe:?}");
    }
}

#[test]
fn an_engine_that_cannot_run_anything_is_a_sentence() {
    for (engine, sentence) in [
        ("/nowhere/to/be/found {module}", "cannot start /nowhere/to/be/found: "),
        ("/dev/null {module}", "cannot start /dev/null: "),
        (
            "true {module}",
            "the engine ended well, but nothing came of what the guest writes; does it run the guest at all?",
        ),
        ("false {module}", "the engine's process ended with exit status: 1; it wrote nothing about it"),
        (
            "sh -c 'echo no such command: run >&2; exit 64' sh {module}",
            "64; the last that it wrote: no such command: run",
        ),
        ("sh -c 'exec sleep 600' sh {module}", "it was not done after 3 s"),
        ("cat {module}", "the engine ended well, but nothing came of what the guest writes"),
    ] {
        let template: Template = engine.parse().unwrap();
        let error = run(&CommandEngine::new(template), &cases(), &settings(), &|_, _| ()).unwrap_err();
        assert!(error.contains(sentence), "{engine}: {error}");
    }
}

#[test]
fn an_engine_that_hangs_on_every_import_is_given_up() {
    // Says what the first guest says, and nothing to those that import.
    let engine = "sh -c 'grep -q wasi_ephemeral $1 && exec sleep 600; \
                  printf \"@wcc P 00000000 00000000 \\n\"' sh {module}";
    let template: Template = engine.parse().unwrap();
    let error = run(&CommandEngine::new(template), &cases(), &settings(), &|_, _| ()).unwrap_err();
    assert_eq!(error, "the engine gives no answer in time to guests that only import functions");
}

// ---- engines that a file describes ----

#[test]
fn an_engine_that_uses_too_much_memory_is_ended() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let limits = "[limits]\nmemory-mib = 300";
    let report = run_file("memory", &engine_file("by using memory", limits)).unwrap();
    assert_only_culprit(
        &report,
        Verdict::Crash,
        "it was ended, as it used more than 300 MiB of memory (confirmed alone)",
    );
}

#[test]
fn an_engine_that_is_killed_from_elsewhere_may_have_used_too_much_memory() {
    let report = run_on(&engine_that_misbehaves("by being killed"));
    let observed = "killed (signal: 9 (SIGKILL)), and not by this runner: systems do that when memory runs out";
    assert_only_culprit(&report, Verdict::Crash, observed);
}

#[test]
fn a_process_that_has_run_for_long_enough_is_followed_by_another() {
    // Slower than a process may be that runs them all, each fast enough by itself.
    let limits = "[limits]\nprocess-seconds = 2\njobs = 1";
    let report = run_file("process", &engine_file("by taking its time", limits)).unwrap();
    for result in &report.cases {
        assert_eq!(result.verdict, Verdict::Pass, "{result:?}");
    }
}

#[test]
fn an_engine_that_says_that_its_plugin_is_missing_is_a_sentence() {
    // Runs the guest that imports nothing of wasi-crypto, and says of others what WasmEdge does.
    let file = r#"
        command = ["sh", "-c", '''printf "@wcc P 00000000 00000000 \n"; grep -q wasi_ephemeral "$1" &&
            echo "[2026-11-26 04:37:27.972] [error] WASI-Crypto plugin not installed. Please install the plugin."
            exit 0''', "sh", "{module}"]
        [signs]
        no-plugin = ["WASI-Crypto plugin not installed"]
        plugin = "Put it into /plugins."
    "#;
    let error = run_file("plugin", file).unwrap_err();
    assert!(error.starts_with("its plugin for wasi-crypto is not there, as it says itself: ["), "{error}");
    assert!(error.ends_with("Put it into /plugins."), "{error}");
}

#[test]
fn what_a_file_says_of_an_engine_is_heeded() {
    let environment = "[environment]\nWORKER = \"host_without_functions\"";
    let report = run_file("environment", &engine_file("not at all", environment)).unwrap();
    assert_eq!(report.count(Verdict::Na), report.cases.len());
    assert_eq!((report.engine.name.as_str(), report.engine.version.as_str()), ("environment", "environment 1.2.3"));

    let signs = "[signs]\ntrap = [\"lost its nerve\"]";
    let report = run_file("signs", &engine_file("by panicking", signs)).unwrap();
    assert_only_culprit(&report, Verdict::Trap, "the engine lost its nerve");

    let script = r#"
        command = ["sh", "{script}", "{module}"]
        [script]
        file = "run.sh"
        text = "grep -q fd_write $1 || exit 1; echo this is no guest; exit 3"
    "#;
    let error = run_file("script", script).unwrap_err();
    assert!(error.contains("ended with exit status: 3; the last that it wrote: this is no guest"), "{error}");
}

/// WasmEdge does so. Whoever is shown a report learns nothing from where its program was.
#[test]
fn the_path_of_a_program_is_no_part_of_its_version() {
    let file = "command = ['sh', '{module}']\nversion = ['sh', '-c', 'echo $0 version 3']";
    assert_eq!(open("path", file).info().version, "path version 3");
}

fn run_file(name: &str, text: &str) -> Result<Report, String> {
    run(open(name, text).as_ref(), &cases(), &Settings { jobs: 1, ..settings() }, &|_, _| ())
}

fn open(name: &str, text: &str) -> Box<dyn Engine> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("engine files {}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.toml"));
    std::fs::write(&path, text).unwrap();
    EngineFile::open(&path).unwrap().engine().unwrap()
}

/// The file of the engine that misbehaves like this.
fn engine_file(how: &str, more: &str) -> String {
    let this = std::env::current_exe().unwrap();
    let args = "'--exact', 'engine', '--ignored', '--nocapture', '--test-threads=1'";
    format!(
        "command = ['env', 'GUEST={{module}}', 'MISBEHAVE={how}', '{}', {args}]\nversion = ['echo', '1.2.3']\n{more}",
        this.display()
    )
}

// ---- how the tests run cases ----

fn run_on(engine: &str) -> Report {
    let engine = CommandEngine::new(engine.parse().unwrap());
    run(&engine, &cases(), &settings(), &|_, _| ()).unwrap()
}

fn settings() -> Settings {
    Settings { jobs: 2, timeout: Duration::from_secs(3), ..Settings::default() }
}

fn cases() -> Vec<Case> {
    let case = |n: usize| {
        let mut c = Case::new(format!("case/{n}"), &[]);
        let state = c.state_open("SHA-256", None, None);
        c.dump(if n == CULPRIT { "culprit" } else { "innocent" });
        c.absorb(state, "abc");
        c.squeeze_eq(state, ABC);
        c
    };
    (0..6).map(case).collect()
}

fn assert_only_culprit(report: &Report, verdict: Verdict, observed: &str) {
    for (n, result) in report.cases.iter().enumerate() {
        if n == CULPRIT {
            assert_eq!(result.verdict, verdict, "{result:?}");
            assert!(result.observed.contains(observed), "{result:?}");
        } else {
            assert_eq!(result.verdict, Verdict::Pass, "{result:?}");
        }
    }
}

fn engine_that_misbehaves(how: &str) -> String {
    let this = std::env::current_exe().unwrap();
    format!(
        "env GUEST={{module}} 'MISBEHAVE={how}' 'BEATS={}' '{}' --exact engine --ignored --nocapture --test-threads=1",
        beat_file(how).display(),
        this.display()
    )
}

/// The good engine as a command of a shell, whose first argument is the guest.
fn in_a_shell() -> String {
    engine_that_misbehaves("not at all").replace("{module}", "$1").replace('\'', "\"")
}

/// What a process writes to that is started by an engine.
fn beat_file(test: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("beats {test} {}", std::process::id()))
}

fn beats(file: &Path) -> u64 {
    std::fs::metadata(file).map(|file| file.len()).unwrap_or_default()
}

/// Whoever kills it may need a while on a busy machine; a process that nobody kills goes on for ever.
fn assert_still(heart: &Path) {
    let is_still = (0..60).any(|_| {
        let before = beats(heart);
        std::thread::sleep(Duration::from_millis(500));
        beats(heart) == before
    });
    assert!(is_still, "{}: a process goes on", heart.display());
    let _ = std::fs::remove_file(heart);
}

// ---- the engine ----

#[test]
#[ignore = "started by the other tests as their engine"]
#[allow(clippy::zombie_processes, reason = "its worker ends when its input does, or with the group")]
fn engine() {
    let (guest, how) = (std::env::var_os("GUEST").unwrap(), std::env::var("MISBEHAVE").unwrap());
    let guest = std::fs::read(guest).unwrap();
    let mut worker = match std::env::var("WORKER") {
        Ok(name) => {
            let mut worker = Command::new(std::env::current_exe().unwrap());
            worker.args(["--exact", &name, "--ignored", "--nocapture", "--test-threads=1"]);
            worker
        }
        Err(_) => {
            let mut worker = Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
            worker.args(["--worker", "wasmtime"]);
            worker
        }
    };
    let mut worker = worker.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = worker.stdin.take().unwrap();
    input.write_all(&(guest.len() as u32).to_le_bytes()).unwrap();
    input.write_all(&guest).unwrap();
    drop(input);
    for line in BufReader::new(worker.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some((_, end)) = line.split_once("@wce ") {
            match end.split_once(':').unwrap() {
                ("finished", _) => std::process::exit(0),
                (_, reason) => {
                    eprintln!("Error: {reason}");
                    std::process::exit(1);
                }
            }
        }
        if line.contains(CULPRIT_HEX) {
            misbehave(&how);
        }
        match how.as_str() {
            "by printing noise" => {
                println!("[2026-11-26 04:37:27.972] [error] execution failed: unreachable, Code: 0x40a");
                std::io::stdout().write_all(b"\xff\xfe\n[info] a line that has no end of its own ").unwrap();
            }
            "by printing the lines of other cases" => {
                println!("@wcc P 00000005 00000000 \n@wcc F 00000004 00000001 1\n@wcc E 00000005 00000000 \n@wcc P 0");
            }
            "by taking its time" if line.contains("@wcc D") => std::thread::sleep(Duration::from_millis(450)),
            _ => (),
        }
        println!("{line}");
    }
}

#[allow(clippy::zombie_processes, reason = "what it starts shall go on")]
fn misbehave(how: &str) {
    match how {
        "by trapping" => {
            eprintln!("Error: wasm trap: wasm `unreachable` instruction executed");
            std::process::exit(134);
        }
        "by trapping in silence" => std::process::exit(134),
        "by being killed" => {
            let _ = Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
            hang();
        }
        "by using memory" => {
            let memory = vec![1u8; 400 << 20];
            std::hint::black_box(&memory);
            hang();
        }
        "by aborting" => std::process::abort(),
        "by panicking" => panic!("the engine lost its nerve"),
        "by exiting" => std::process::exit(7),
        "by cutting output" => std::process::exit(0),
        "by cutting a line" => {
            print!("@wcc P 0000");
            std::process::exit(0);
        }
        "by flooding" => loop {
            println!("{}", "noise ".repeat(10_000));
        },
        "by a line without end" => loop {
            print!("noise ");
        },
        "by talking without end" => loop {
            println!("[info] still working");
            std::thread::sleep(Duration::from_millis(10));
        },
        "by hanging" => hang(),
        "by ignoring signals" => {
            let beat = "trap '' TERM INT HUP; while :; do echo beat >>\"$BEATS\"; sleep 0.05; done";
            Command::new("sh").args(["-c", beat]).spawn().unwrap();
            hang();
        }
        _ => (),
    }
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

#[test]
#[ignore = "started by the engine as its worker"]
fn host_without_functions() {
    serve(|_| Ok(()), || (), |_, _| Ok(())).unwrap();
}
