//! `cargo xtask mutants`: files of the host with one fault put in at a time, each of which a test must notice. By cargo-mutants.

use std::fs;
use std::process::Command;

use crate::run::{cargo, run, succeeds};
use crate::{bare, root};

/// Files in which what is said must be right and no library would notice: what is given out, what is let in, how much, to whom. With each
/// the tests of the interface that have to notice what those of the library do not.
const FILES: &[(&str, &[&str])] = &[
    ("abi/memory.rs", &["hostile", "misuse"]),
    ("handle.rs", &["managed", "threads", WIPING]),
    ("limits.rs", &["memory"]),
    ("options.rs", &["memory", WIPING]),
    ("rotation.rs", &["managed"]),
    ("secret.rs", &[WIPING]),
    ("secrets/policy.rs", &["managed"]),
    ("asymmetric/canonical.rs", ENCODINGS),
    ("asymmetric/der.rs", ENCODINGS),
    ("asymmetric/encoding.rs", ENCODINGS),
    ("asymmetric/pem.rs", ENCODINGS),
    ("asymmetric/rfc8410.rs", ENCODINGS),
    ("asymmetric/sec1.rs", ENCODINGS),
    ("secrets/cache.rs", &["managed"]),
    ("secrets/canonical.rs", &["managed"]),
    ("secrets/changes.rs", &["managed"]),
    ("secrets/cipher.rs", &["managed"]),
    ("secrets/error.rs", &["managed"]),
    ("secrets/key_ring.rs", &["managed"]),
    ("secrets/manager.rs", &["managed"]),
    ("secrets/namespace.rs", &["managed"]),
    ("secrets/namespace/encapsulation.rs", &["managed"]),
    ("secrets/namespace/loading.rs", &["managed"]),
    ("secrets/namespace/oversight.rs", &["managed"]),
    ("secrets/namespace/renewal.rs", &["managed"]),
    ("secrets/record.rs", &["managed"]),
    ("secrets/trail.rs", &["managed", "observer"]),
];

const ENCODINGS: &[&str] = &["encodings", "keys", "pem"];

/// What is on stacks and in freed memory depends on the optimization.
const WIPING: &str = "wiping";

/// Those of the files that are named as seen from `src`, or all, which takes hours.
pub(crate) fn mutants(args: &[String]) -> Result<(), String> {
    if !succeeds(cargo(&["mutants", "--version"])) {
        run(cargo(&["install", "--locked", "cargo-mutants"]))?;
    }
    let known = |name: &String| {
        let file = FILES.iter().find(|(file, _)| file == name);
        file.ok_or_else(|| format!("{name} is not one of the files that are tried, which are in xtask/src/mutants.rs"))
    };
    let chosen = if args.is_empty() { Ok(FILES.iter().collect()) } else { args.iter().map(known).collect() };
    let files: Vec<&(&str, &[&str])> = chosen?;
    for (file, tests) in files {
        let module = file.trim_end_matches(".rs").replace('/', "::") + "::";
        let library = ["--lib".to_owned()];
        let tests: Vec<String> = tests.iter().map(|test| format!("--test={test}")).collect();
        // What survives the file's own tests is for those of the library, and then for those of the interface. It is no error until then.
        if run(look_at(file, &library, &[&module], false)?).is_err()
            && run(look_at(file, &library, &[], true)?).is_err()
        {
            run(look_at(file, &tests, &[], true)?)?;
        }
    }
    Ok(())
}

/// Tries the faults of a file, or those again that nobody noticed before.
fn look_at(file: &str, tests: &[String], names: &[&str], again: bool) -> Result<Command, String> {
    // Not below `target/`: cargo does not look whether files there have changed.
    let folder = std::env::temp_dir().join("wasi-crypto-mutants");
    bare::prepare_in(&folder)?;
    let mut mutants = cargo(&["mutants", "--in-place", "--package", "wasi-crypto-host", "--no-default-features"]);
    mutants.args(["--features", "optional-algorithms,toml,tracing", "--minimum-test-timeout", "60"]);
    if !tests.iter().any(|test| test.ends_with(WIPING)) {
        // Compiled in a moment, not to run fast.
        mutants.args(["-C", "--config=profile.dev.package.wasi-crypto-host.opt-level=0"]);
    }
    mutants.args(["--file", &format!("wasi-crypto-host/src/{file}")]);
    // Beside the copy, where the lists of what was noticed and what was not stay for a second round.
    let outcome = root().join("target/mutants.out").join(file.replace('/', "-"));
    fs::create_dir_all(&outcome).map_err(|cause| format!("cannot create {}: {cause}", outcome.display()))?;
    mutants.arg("--output").arg(outcome);
    mutants.args(again.then_some("--iterate"));
    // Which tests are compiled, too.
    mutants.args(tests.iter().map(|test| format!("--cargo-arg={test}")));
    mutants.args(["--", "--"]).args(names);
    // The dependencies are those of the workspace, and have been compiled for its tests.
    mutants.current_dir(folder).env("CARGO_TARGET_DIR", root().join("target"));
    // A backtrace of each test that fails would take longer than all of them.
    mutants.env("CARGO_PROFILE_DEV_DEBUG", "0").env("RUST_BACKTRACE", "0");
    Ok(mutants)
}
