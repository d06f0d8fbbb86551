//! What the tests need of the machine. What is missing is installed where that can be done without asking; else the error says
//! what to install, and how that is usually done on this system.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use crate::run::{cargo, run, succeeds};

/// Looks for all, and stops at the first that is missing and cannot be installed.
pub(crate) fn check() -> Result<(), String> {
    components()?;
    c_compiler()?;
    assembler()?;
    openssl()
}

/// Installs Debian's packages, and says whether that succeeded. Other systems have no `apt-get`, and users no right to run it.
pub(crate) fn apt_get(packages: &[&str]) -> bool {
    install(&["apt-get", "-qq", "update"])
        && install(&[&["apt-get", "-qq", "install", "--yes", "--no-install-recommends"], packages].concat())
}

/// Runs a command that installs something, if there is such a command, and says whether that succeeded.
pub(crate) fn install(command: &[&str]) -> bool {
    if !succeeds(command_of(&[command[0], "--version"])) {
        return false;
    }
    eprintln!("installing: {}", command.join(" "));
    let mut process = command_of(command);
    process.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).stdout(Stdio::null());
    process.status().is_ok_and(|status| status.success())
}

fn components() -> Result<(), String> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if succeeds(cargo(&[tool, "--version"])) {
            continue;
        }
        run(command_of(&["rustup", "component", "add", component])).map_err(|cause| {
            format!(
                "cargo {tool} is missing, and could not be installed ({cause}); install {component} for this toolchain"
            )
        })?;
    }
    Ok(())
}

fn c_compiler() -> Result<(), String> {
    const MSVC: bool = cfg!(target_env = "msvc");
    let chosen = std::env::var_os("CC");
    if MSVC && chosen.is_none() {
        // It is not in PATH, but build scripts find it where they find the linker, without which this program would not be.
        return Ok(());
    }
    let compiler = chosen.unwrap_or_else(|| if cfg!(windows) { "gcc".into() } else { "cc".into() });
    let mut version = words(&compiler);
    version.arg("--version");
    // Microsoft's compiler has no such option, and fails after it has started.
    let works = if MSVC { starts(version) } else { succeeds(version) };
    if works {
        return Ok(());
    }
    let name = compiler.display();
    Err(format!("there is no C compiler `{name}`; {}, or name another in CC", c_compiler_advice(std::env::consts::OS)))
}

fn c_compiler_advice(os: &str) -> &'static str {
    match os {
        "macos" => "install Apple's command line tools (xcode-select --install)",
        "windows" => {
            "install Visual Studio's build tools (winget install Microsoft.VisualStudio.2022.BuildTools) with the \
             workload for desktop development with C++, or MinGW's gcc for Rust's GNU toolchain"
        }
        _ => {
            "install one (on Debian: apt-get install gcc libc6-dev; on Fedora: dnf install gcc; on Alpine: \
             apk add gcc musl-dev)"
        }
    }
}

/// AWS-LC's assembly code for Windows is written for an assembler that a C compiler does not bring.
fn assembler() -> Result<(), String> {
    const NEEDED: bool = cfg!(all(windows, any(target_arch = "x86", target_arch = "x86_64")));
    let prebuilt = std::env::var_os("AWS_LC_SYS_PREBUILT_NASM").is_some_and(|value| value == "1");
    if !NEEDED || prebuilt || succeeds(command_of(&["nasm", "-v"])) {
        return Ok(());
    }
    Err("AWS-LC needs the assembler `nasm`; install it (winget install NASM.NASM) and add its folder to PATH, or, on x86-64, \
         set AWS_LC_SYS_PREBUILT_NASM to 1 to take what the package aws-lc-sys has assembled"
        .into())
}

fn openssl() -> Result<(), String> {
    let found = openssl_version();
    if found.as_deref().is_some_and(is_recent_openssl) {
        return Ok(());
    }
    // Where there is an older one, the system's packages have none better.
    if found.is_none() && apt_get(&["openssl"]) && openssl_version().as_deref().is_some_and(is_recent_openssl) {
        return Ok(());
    }
    let found = found.map_or_else(|| "there is none".to_owned(), |version| format!("this is {version}"));
    let advice = openssl_advice(std::env::consts::OS);
    Err(format!("the tests of encodings need the command `openssl` of OpenSSL 3 or later, and {found}; {advice}"))
}

fn openssl_version() -> Option<String> {
    let output = command_of(&["openssl", "version"]).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// OpenSSL before 3 cannot sign with Ed25519, nor can LibreSSL, which macOS has under the same name.
fn is_recent_openssl(version: &str) -> bool {
    let major = version.strip_prefix("OpenSSL ").and_then(|number| number.split('.').next());
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 3)
}

fn openssl_advice(os: &str) -> &'static str {
    match os {
        "macos" => "install it (brew install openssl@3) and put `$(brew --prefix openssl@3)/bin` first in PATH",
        "windows" => {
            "install it (choco install openssl), or add the folder usr\\bin of Git for Windows, which has it, to PATH"
        }
        _ => {
            "install it (on Debian, as root: apt-get install openssl; on Fedora: dnf install openssl; on Alpine: \
             apk add openssl)"
        }
    }
}

/// A program with its arguments, as a variable such as `CC` names it.
fn words(text: &OsString) -> Command {
    let text = text.to_string_lossy();
    let mut words = text.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}

fn command_of(words: &[&str]) -> Command {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    command
}

/// Whether a program can be started, however it ends; prints nothing.
fn starts(mut command: Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_openssl_3_and_later_will_do() {
        assert!(is_recent_openssl("OpenSSL 3.0.17 1 Jul 2025 (Library: OpenSSL 3.0.17 1 Jul 2025)"));
        assert!(is_recent_openssl("OpenSSL 10.2.0 1 Jan 2040"));
        assert!(!is_recent_openssl("OpenSSL 1.1.1w  11 Sep 2023"));
        assert!(!is_recent_openssl("LibreSSL 3.3.6"));
        assert!(!is_recent_openssl(""));
    }

    #[test]
    fn a_compiler_may_be_named_with_arguments() {
        let compiler = words(&"ccache gcc -m64".into());
        assert_eq!(compiler.get_program(), "ccache");
        assert_eq!(compiler.get_args().collect::<Vec<_>>(), ["gcc", "-m64"]);
    }

    #[test]
    fn what_cannot_be_run_installs_nothing() {
        assert!(!install(&["a-package-manager-that-is-not-there", "install", "openssl"]));
    }

    #[test]
    fn advice_is_for_the_system() {
        for advice in [c_compiler_advice, openssl_advice] {
            assert!(advice("linux").contains("apt-get install"));
            assert!(!advice("macos").contains("apt-get") && !advice("windows").contains("apt-get"));
        }
    }
}
