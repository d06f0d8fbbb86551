//! The cases about secrets and batches on this project's own host, with a store in a file that several processes share.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn secrets_in_a_file_are_as_they_should_be_and_outlive_processes() {
    let folder = folder_of("stores");
    let url = format!("sqlite:{}", folder.join("secrets.db").display());
    let report = folder.join("report.json");
    let args = ["--secrets", &url, "--strict", "--jobs", "2", "--json", report.to_str().unwrap()];
    let filters = ["managed/*", "external-secrets/*", "secrets-manager/*", "secrets/*", "batch/*"];
    let engines: &[&str] = if cfg!(feature = "wasmi") { &["wasmtime", "wasmi"] } else { &["wasmtime"] };
    let mut suite = suite(&args);
    suite.args(filters.iter().flat_map(|filter| ["--filter", filter]));
    suite.args(engines.iter().flat_map(|engine| ["--engine", engine]));
    let output = suite.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&report).unwrap()).unwrap();
    for engine in report["engines"].as_array().unwrap() {
        let cases = engine["cases"].as_array().unwrap();
        assert!(cases.iter().all(|case| case["verdict"] == "pass"), "{}: {}", engine["name"], engine["findings"]);
        let later = cases.iter().filter(|case| case["id"].as_str().unwrap().contains("/next-process/"));
        assert_eq!(later.count(), 14);
    }
}

#[test]
fn a_store_that_cannot_be_is_told_in_a_sentence() {
    for (url, sentence) in [
        ("nowhere:x", "there is no store `nowhere:x`: secrets are kept in memory: or in sqlite:FILE"),
        ("sqlite:", "there is no store `sqlite:`"),
        ("sqlite:no/such/folder/keys.db", "no/such/folder"),
    ] {
        let output = suite(&["--secrets", url, "--filter", "array/len"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{url}");
        assert!(text(&output).contains(sentence), "{url}: {}", text(&output));
    }
}

fn suite(args: &[&str]) -> Command {
    let mut suite = Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance"));
    suite.args(args);
    suite
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// An empty folder for one test.
fn folder_of(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    // It may be left of an earlier run, or not be there yet.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
