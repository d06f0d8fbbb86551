//! Other programs, run in the folder of the workspace.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::root;

/// The cargo that started this process.
pub(crate) fn own_cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The same, with arguments, for the workspace.
pub(crate) fn cargo(args: &[&str]) -> Command {
    of_workspace(Command::new(own_cargo()), args)
}

/// The cargo of the nightly toolchain, which rustup finds.
pub(crate) fn nightly_cargo(args: &[&str]) -> Command {
    let mut rustup = Command::new("cargo");
    rustup.arg("+nightly");
    of_workspace(rustup, args)
}

/// Installs the nightly toolchain with these components, as far as they are missing.
pub(crate) fn prepare_nightly(components: &str) -> Result<(), String> {
    let rustup = |args: &[&str]| {
        let mut rustup = Command::new("rustup");
        rustup.args(args).current_dir(root());
        rustup
    };
    let present = output(rustup(&["component", "list", "--installed", "--toolchain", "nightly"])).unwrap_or_default();
    if components.split(',').all(|component| present.lines().any(|line| line.starts_with(component))) {
        return Ok(());
    }
    run(rustup(&["toolchain", "install", "nightly", "--profile", "minimal", "--component", components])).map_err(
        |cause| {
            format!(
                "{cause}\nthis needs the nightly toolchain, which cannot be had from here; where there is a network, \
             `rustup toolchain install nightly --component {components}` installs it"
            )
        },
    )
}

fn of_workspace(mut cargo: Command, args: &[&str]) -> Command {
    cargo.args(args).current_dir(root());
    // What `cargo run` sets for this process. Build scripts that look at it would run again each time.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_this_package(name)) {
        cargo.env_remove(name);
    }
    cargo
}

/// Runs a command, after saying so. The error names it.
pub(crate) fn run(mut command: Command) -> Result<(), String> {
    announce(&command);
    let status = command.status().map_err(|cause| format!("cannot run `{}`: {cause}", line(&command)))?;
    if status.success() { Ok(()) } else { Err(failure(&command, status)) }
}

/// Like [`run`]; passes on what the command prints, and hands each line to `look` as well.
pub(crate) fn run_and_look(mut command: Command, mut look: impl FnMut(&str)) -> Result<(), String> {
    announce(&command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|cause| format!("cannot run `{}`: {cause}", line(&command)))?;
    for_each_line(child.stdout.take(), |text| {
        println!("{text}");
        look(text);
    });
    let status = child.wait().map_err(|cause| format!("cannot wait for `{}`: {cause}", line(&command)))?;
    if status.success() { Ok(()) } else { Err(failure(&command, status)) }
}

/// Hands over each line of what a process writes to a pipe. What is not UTF-8 is replaced.
pub(crate) fn for_each_line(pipe: Option<impl Read>, mut take: impl FnMut(&str)) {
    let Some(pipe) = pipe else { return };
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        take(&String::from_utf8_lossy(&line));
    }
}

/// Runs a command, and returns what it writes to standard output.
pub(crate) fn output(mut command: Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|cause| format!("cannot run `{}`: {cause}", line(&command)))?;
    if !output.status.success() {
        return Err(failure(&command, output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be run and succeeds; prints nothing.
pub(crate) fn succeeds(mut command: Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_about_this_package(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
}

fn announce(command: &Command) {
    eprintln!("$ {}", line(command));
}

fn failure(command: &Command, status: std::process::ExitStatus) -> String {
    format!("`{}` failed ({status}); it says why above", line(command))
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
