//! The suite against this project's own host, through the command line and strictly: no recommendation and no
//! preferred reading may be missed.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use wasi_crypto_conformance::catalogue;
use wasi_crypto_host::hostcalls;

#[test]
fn everything_holds_on_the_own_host() {
    let folder = folder_of("strict");
    let file = folder.join("report.json");
    let output = suite(&["--strict", "--json", file.to_str().unwrap()], &folder);
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(report["schema"], 3);
    assert_eq!(report["settings"]["strict"], true);
    let report = &report["engines"][0];
    assert_eq!(report["name"], "wasmtime");
    assert_eq!(report["findings"].as_array().unwrap().len(), 0, "{}", report["findings"]);

    // Only what the host does not claim to have may be missing.
    let mut may_miss: Vec<String> = Vec::new();
    let has = |name: &str| wasi_crypto_host::algorithms().any(|known| known.name.eq_ignore_ascii_case(name));
    may_miss.extend(
        catalogue::algorithms()
            .iter()
            .filter(|algorithm| algorithm.tier != catalogue::Tier::Optional && !has(algorithm.name))
            .map(|algorithm| format!("probe/algorithm/{}", algorithm.name)),
    );
    may_miss.extend(
        hostcalls()
            .iter()
            .filter(|function| !function.is_optional() && !function.is_implemented())
            .map(|function| format!("probe/function/{}", function.name())),
    );
    let list = |name: &str| report[name].as_array().unwrap();
    for result in list("cases").iter().chain(list("probes")) {
        let verdict = result["verdict"].as_str().unwrap();
        let may_fail = may_miss.iter().any(|id| result["id"] == id.as_str());
        assert!(["pass", "na"].contains(&verdict) || (may_fail && verdict == "fail"), "{result}");
    }
    for verdict in ["pass", "fail", "warn", "info", "na", "skip", "trap", "crash", "timeout"] {
        for (name, summary) in [("cases", "summary"), ("probes", "probe_summary")] {
            let count = list(name).iter().filter(|result| result["verdict"] == verdict).count();
            assert_eq!(report[summary][verdict], count, "{verdict} {name}");
        }
    }
    let failed = report["probe_summary"]["fail"].as_u64().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(failed != 0)));

    // One figure for the cases, wherever it stands.
    let count = list("cases").len();
    assert!(count > 1500);
    assert_eq!(stdout(&suite(&["--list"], &folder)).lines().count(), count);
    let last = format!("\n{count} cases and {} probes, ", list("probes").len());
    assert!(stdout(&output).contains(&last), "{}", stdout(&output));
}

#[test]
fn random_sequences_go_as_the_model_has_them() {
    let folder = folder_of("random");
    let output = suite(&["--random", "10000", "--seed", "1", "--strict"], &folder);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("\n10000 cases and "), "{}", stdout(&output));
    // One of them, by its seed.
    let list = stdout(&suite(&["--random", "1", "--seed", "77", "--list"], &folder));
    assert!(list.starts_with("random/77  "), "{list}");
    suite(&["--random", "1", "--seed", "77", "--repro", "random/77"], &folder);
    assert!(std::fs::read_to_string(folder.join("random_77.txt")).unwrap().contains("symmetric_"));
}

/// A part of the cases; `cargo xtask engines` runs all.
#[test]
#[cfg(feature = "component")]
fn the_face_for_components_answers_the_same() {
    let folder = folder_of("component");
    let filters =
        ["symmetric/encrypt/*", "symmetric/mac/*", "signatures/*Ed25519*", "keypairs/*Ed25519*", "batch/*encrypt*"];
    let filters = filters.iter().flat_map(|filter| ["--filter", filter]);
    let args: Vec<&str> = ["--engine", "wasmtime-component"].into_iter().chain(filters).collect();
    let output = suite(&args, &folder);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("nothing unexpected on wasmtime-component"), "{}", stdout(&output));
}

#[test]
fn a_reader_may_see_enough_of_a_list() {
    let folder = folder_of("broken-pipe");
    for args in [&["--list"][..], &["--help"], &["--filter", "array/len"]] {
        let mut suite = Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
        suite.args(args).current_dir(&folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut suite = suite.spawn().unwrap();
        drop(suite.stdout.take());
        let output = suite.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn selections_are_listed_and_run() {
    let folder = folder_of("selections");
    let list = stdout(&suite(&["--list", "--filter", "array/pull"], &folder));
    assert!(list.lines().count() >= 5 && list.lines().all(|line| line.starts_with("array/pull/")), "{list}");
    let list = stdout(&suite(&["--list", "--requirement", "ARRAY-EOF-007"], &folder));
    assert!(!list.is_empty() && list.lines().all(|line| line.contains("ARRAY-EOF-007")), "{list}");
    let run = suite(&["--filter", "array/*", "--jobs", "1"], &folder);
    assert!(stdout(&run).contains("\narray "), "{}", stdout(&run));
}

#[test]
fn mistakes_are_sentences_and_exit_with_2() {
    let folder = folder_of("mistakes");
    for (args, sentence) in [
        (&["--engine", "quickjs"][..], "there is no engine called \"quickjs\"; there are wasmtime, "),
        (&["--filter", "nothing/like/it"], "no case fits --filter and --requirement"),
        (&["--requirement", "SYM-NONSENSE-1"], "there is no requirement \"SYM-NONSENSE-1\""),
        (&["--repro", "nothing"], "there is no case \"nothing\""),
        (
            &["--json", "no/such/folder/report.json", "--filter", "array/len"],
            "cannot write no/such/folder/report.json: ",
        ),
        (&["--jobs", "0"], "invalid value '0' for '--jobs <N>'"),
        (&["--timeout", "0"], "invalid value '0' for '--timeout <SECONDS>'"),
        (&["--engine-cmd", "mine run guest.wasm"], "for instance 'mine run {module}'"),
        (&["--engine-cmd", "mine {module} > log"], "no shell reads it, so `>` has no meaning"),
        (&["--engine-cmd", "no-such-engine {module}"], "cannot start no-such-engine: "),
    ] {
        let output = suite(args, &folder);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(sentence), "{args:?}: {error}");
    }
}

#[test]
fn a_case_can_be_written_out_and_runs_elsewhere() {
    let folder = folder_of("repro");
    let output = suite(&["--repro", "array/pull/two-halves"], &folder);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("wasi-crypto run array_pull_two-halves.wasm"));
    let listing = std::fs::read_to_string(folder.join("array_pull_two-halves.txt")).unwrap();
    assert!(listing.contains("array_output_pull(u32[var+"), "{listing}");
    assert!(listing.contains("-> invalid_handle (allowed: success)"), "{listing}");
    let wasm = std::fs::read(folder.join("array_pull_two-halves.wasm")).unwrap();
    assert_eq!(&wasm[..4], b"\0asm");
    wasmtime::Module::new(&wasmtime::Engine::default(), wasm).unwrap();
}

fn suite(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance")).args(args).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// An empty folder for one test.
fn folder_of(test: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    // It may be left of an earlier run, or not be there yet.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
