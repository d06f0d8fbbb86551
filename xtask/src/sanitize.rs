//! `cargo xtask sanitize`: tests of the host under AddressSanitizer, with the C code of the libraries below it, and those with threads under
//! ThreadSanitizer.

use crate::bare;
use crate::run::{nightly_cargo, output, prepare_nightly, run};

struct Sanitizer {
    name: &'static str,
    /// What to run of the tests of the copy.
    tests: &'static [&'static str],
    /// Whether C compilers have it, too, and it finds more that way.
    in_c: bool,
    /// Whether the standard library must have it, too: else its locks would not be seen.
    in_std: bool,
}

const SANITIZERS: [Sanitizer; 2] = [
    Sanitizer { name: "address", tests: &["--lib", "--tests"], in_c: true, in_std: false },
    Sanitizer {
        name: "thread",
        tests: &["--lib", "--test", "threads", "--test", "side_by_side", "--test", "managed", "--test", "batch"],
        in_c: false,
        in_std: true,
    },
];

/// Parts of names: times, and how deep stacks are used, are not those of a program without a sanitizer.
const SKIPPED: [&str; 4] = ["a_planted_leak_is_found", "stacks::nothing_of", "no_call_goes_deeper", "what_was_used"];

/// Both, or the one that is named.
pub(crate) fn sanitize(args: &[String]) -> Result<(), String> {
    let names = SANITIZERS.each_ref().map(|sanitizer| sanitizer.name);
    if let Some(unknown) = args.iter().find(|arg| !names.contains(&arg.as_str())) {
        return Err(format!("there is no sanitizer `{unknown}` here; there are: {}", names.join(", ")));
    }
    prepare_nightly("rust-src")?;
    let chosen = SANITIZERS.iter().filter(|one| args.is_empty() || args.iter().any(|arg| arg == one.name));
    chosen.into_iter().try_for_each(Sanitizer::run)
}

impl Sanitizer {
    fn run(&self) -> Result<(), String> {
        let target = host_target()?;
        let folder = format!("target/{}", self.name);
        let mut test = nightly_cargo(&["test", "--package", "wasi-crypto-host", "--no-default-features"]);
        test.args(["--features", "optional-algorithms,toml", "--no-fail-fast", "--target-dir", &folder]);
        // So that build scripts and macros are without it.
        test.args(["--target", &target]);
        if self.in_std {
            test.arg("-Zbuild-std");
        }
        test.args(self.tests).arg("--").args(SKIPPED.iter().flat_map(|name| ["--skip", name]));
        test.env("RUSTFLAGS", format!("-Zsanitizer={}", self.name));
        if self.in_c {
            test.env("CFLAGS", format!("-fsanitize={} -g1", self.name));
        }
        test.current_dir(bare::prepare()?);
        run(test)
    }
}

/// The triple of this machine.
fn host_target() -> Result<String, String> {
    let mut version = std::process::Command::new("rustc");
    version.arg("-vV");
    let version = output(version)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "`rustc -vV` does not say what machine this is".to_owned())
}
