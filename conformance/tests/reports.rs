//! The commands that read reports again, and expectation files, through the command line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[test]
fn a_report_is_read_back_and_shown_in_every_form() {
    let folder = folder_of("read-back");
    let run = suite(&["--filter", "array", "--json", "run.json"], &folder);
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    let forms = [
        ("--json", "again.json"),
        ("--html", "page.html"),
        ("--markdown", "page.md"),
        ("--junit", "tests.xml"),
        ("--badge", "badge.svg"),
        ("--support", "table.md"),
    ];
    let mut args = vec!["report", "run.json", "--github"];
    args.extend(forms.iter().flat_map(|(option, file)| [*option, *file]));
    let report = suite(&args, &folder);
    assert_eq!(report.status.code(), Some(0), "{report:?}");
    for (_, file) in forms {
        assert!(std::fs::metadata(folder.join(file)).unwrap().len() > 100, "{file}");
    }
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    assert_eq!(read("run.json"), read("again.json"));
    // But for what only the run knows.
    let last = |output: &Output| stdout(output).lines().filter(|line| line.contains("nothing unexpected")).count();
    assert_eq!((last(&run), last(&report)), (1, 2), "{}", stdout(&report));
    assert!(stdout(&report).contains("::notice title=wasmtime "), "{}", stdout(&report));
    let compared = suite(&["compare", "run.json", "again.json"], &folder);
    assert!(stdout(&compared).contains("wasmtime #2: ") && stdout(&compared).contains("\n0 differences in 0 results"));
}

#[test]
fn what_cannot_be_read_is_a_sentence() {
    let folder = folder_of("unreadable");
    std::fs::write(folder.join("cut.json"), "{\"schema\": 3, \"suite\": ").unwrap();
    std::fs::write(folder.join("new.json"), "{\"schema\": 99}").unwrap();
    std::fs::write(folder.join("wrong.toml"), "[[expect]]\ncase = 'a'\nverdict = 'maybe'\nreason = 'r'\n").unwrap();
    std::fs::write(folder.join("two.toml"), "").unwrap();
    assert_eq!(suite(&["--filter", "array/len", "--json", "one.json"], &folder).status.code(), Some(0));
    for (args, sentence) in [
        (&["report", "none.json"][..], "cannot read none.json: "),
        (&["report", "cut.json"], "error: cut.json is cut off: it ends in the middle of the report"),
        (&["compare", "new.json"], "error: new.json was written by a newer wasi-crypto-conformance: its schema is 99"),
        (&["compare", "one.json"], "there is only one engine in these reports"),
        (&["--expect", "none.toml"], "cannot read none.toml: "),
        (&["--expect", "wrong.toml"], "wrong.toml: case a: the verdict \"maybe\" cannot be expected"),
        (
            &["--expect", "wrong.toml", "--expect", "two.toml", "--update-expectations"],
            "--update-expectations writes one file",
        ),
        (&["--update-expectations"], "--expect"),
        (&["export", "--wasi-testsuite", "cases", "--filter", "no/such/case"], "no case fits --filter"),
    ] {
        let output = suite(args, &folder);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains(sentence), "{args:?}: {error}");
    }
}

#[test]
fn expectations_decide_what_is_red() {
    let folder = folder_of("expectations");
    let known = |text: &str| std::fs::write(folder.join("known.toml"), text).unwrap();
    let run = |more: &[&str]| suite(&[&["--filter", "array", "--expect", "known.toml"], more].concat(), &folder);
    known("[[expect]]\nengine = 'another'\ncase = 'array'\nverdict = 'fail'\nreason = 'not here'\n");
    assert_eq!(run(&[]).status.code(), Some(0));
    known("[[expect]]\ncase = 'array/len'\nverdict = 'fail'\nreason = 'it is right by now'\n");
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("Expected to go wrong, and does not any more:\n  array/len"), "{output:?}");
    known("[[expect]]\ncase = 'array/none'\nverdict = 'fail'\nreason = 'there is none'\n");
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("1 unused expectation on wasmtime"), "{}", stdout(&output));
    // What is not true any more goes.
    run(&["--update-expectations"]);
    assert!(!std::fs::read_to_string(folder.join("known.toml")).unwrap().contains("[[expect]]"));
    assert_eq!(run(&[]).status.code(), Some(0));
}

/// Machines that share the cases share the file, too.
#[test]
fn what_may_be_of_use_to_another_shard_is_not_red() {
    let folder = folder_of("shards");
    let entry = |of: &str| format!("[[expect]]\n{of}\nverdict = 'fail'\nreason = 'it is known'\n");
    let known = |text: String| std::fs::write(folder.join("known.toml"), text).unwrap();
    let args = |shard| ["--filter", "array", "--expect", "known.toml", "--json", "run.json", "--shard", shard];
    known(entry("finding = 'none'") + &entry("requirement = 'SIG-SIGN-011'") + &entry("case = 'symmetric'"));
    for shard in ["1/2", "2/2"] {
        assert_eq!(suite(&args(shard), &folder).status.code(), Some(0), "{shard}");
        // Nor when the report is read again.
        let again = suite(&["report", "run.json", "--expect", "known.toml"], &folder);
        assert_eq!(again.status.code(), Some(0), "{again:?}");
    }
    let json = std::fs::read_to_string(folder.join("run.json")).unwrap();
    assert!(json.contains("\"shard\":\"2/2\""), "{}", &json[..400]);
    // What no case of the suite is, is of use to nobody.
    known(entry("case = 'array/none'"));
    for shard in ["1/2", "2/2"] {
        let output = suite(&args(shard), &folder);
        assert!(stdout(&output).contains("1 unused expectation on wasmtime"), "{output:?}");
    }
    // A case of this shard that goes well is red here, and in no other.
    known(entry("case = 'array/len'"));
    let codes = ["1/2", "2/2"].map(|shard| suite(&args(shard), &folder).status.code().unwrap());
    assert_eq!(codes.iter().sum::<i32>(), 1, "{codes:?}");
}

#[test]
fn the_number_of_jobs_changes_nothing() {
    let folder = folder_of("jobs");
    let results = |jobs| {
        let args = ["--filter", "array", "--filter", "symmetric/tag", "--jobs", jobs, "--json", "run.json"];
        assert_eq!(suite(&args, &folder).status.code(), Some(0));
        let json = std::fs::read_to_string(folder.join("run.json")).unwrap();
        json[json.find("\"summary\"").unwrap()..].to_owned()
    };
    assert_eq!(results("1"), results("5"));
}

#[test]
fn cases_are_exported_in_pairs() {
    let folder = folder_of("export");
    let output = suite(&["export", "--wasi-testsuite", "cases", "--filter", "array"], &folder);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let names: Vec<String> = std::fs::read_dir(folder.join("cases"))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let count = |extension: &str| names.iter().filter(|name| name.ends_with(extension)).count();
    assert!(count(".wasm") >= 2, "{names:?}");
    assert_eq!(count(".wasm") + 1, count(".json"), "and a manifest: {names:?}");
    assert!(names.contains(&"adapter.py".to_owned()));
}

fn suite(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wasi-crypto-conformance")).args(args).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// An empty folder for one test.
fn folder_of(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reports-{test}"));
    // It may be left of an earlier run, or not be there yet.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
