//! `cargo xtask mutants`: files of the host with one fault put in at a time, each of which a test must notice. By cargo-mutants.

use std::fs;
use std::process::Command;

use crate::run::{cargo, run, succeeds};
use crate::{bare, root};

/// Where what is said must be right and no library would notice: what is given out, what is let in, how much, to whom.
const FILES: &[&str] = &[
    "abi/memory.rs",
    "handle.rs",
    "limits.rs",
    "options.rs",
    "secret.rs",
    "secrets/policy.rs",
    "asymmetric/canonical.rs",
    "asymmetric/der.rs",
    "asymmetric/encoding.rs",
    "asymmetric/pem.rs",
    "asymmetric/rfc8410.rs",
    "asymmetric/sec1.rs",
    "secrets/canonical.rs",
    "secrets/cipher.rs",
    "secrets/record.rs",
];

/// The tests that have to notice what those of the file itself do not.
const TESTS: &[&str] =
    &["batch", "encodings", "hostile", "host_keys", "keys", "managed", "memory", "misuse", "pem", "threads", "wiping"];

/// Those of the files that are named as seen from `src`, or all, which takes hours.
pub(crate) fn mutants(args: &[String]) -> Result<(), String> {
    if !succeeds(cargo(&["mutants", "--version"])) {
        run(cargo(&["install", "--locked", "cargo-mutants"]))?;
    }
    let files: Vec<&str> = if args.is_empty() { FILES.into() } else { args.iter().map(String::as_str).collect() };
    for file in files {
        if !root().join("wasi-crypto-host/src").join(file).is_file() {
            return Err(format!("there is no file {file} in wasi-crypto-host/src"));
        }
        let module = file.trim_end_matches(".rs").replace('/', "::") + "::";
        let library = ["--lib".to_owned()];
        let all: Vec<String> = TESTS.iter().map(|test| format!("--test={test}")).chain(library.clone()).collect();
        // What survives the file's own tests is for those of the library, and then for all. It is no error until then.
        if run(look_at(file, &library, &[&module], false)?).is_err()
            && run(look_at(file, &library, &[], true)?).is_err()
        {
            run(look_at(file, &all, &[], true)?)?;
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
    mutants.args(["--features", "optional-algorithms,toml", "--minimum-test-timeout", "60"]);
    // Compiled in a moment, not to run fast.
    mutants.args(["-C", "--config=profile.dev.package.wasi-crypto-host.opt-level=0"]);
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
