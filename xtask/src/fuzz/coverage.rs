//! Which lines of the host no target reaches, with the inputs that there are: seeds, and what was found so far.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{AT_ONCE, Plan, SEEDS, emptied, files, folder, in_folder, inputs, side_by_side};
use crate::root;
use crate::run::{cargo, output, run, succeeds};

/// Runs each target over its inputs, prints what they do not reach, and writes pages of all lines.
pub(super) fn measure(plan: &Plan) -> Result<(), String> {
    let tools = Tools::find()?;
    let work = folder().join(plan.target_folder()).join("coverage");
    let mut build = in_folder(cargo(&["build", "--release", "--locked", "--bins"]));
    build.args(plan.backend.features()).arg("--target-dir").arg(&work);
    build.env("RUSTFLAGS", "-C instrument-coverage --cfg fuzzing");
    // Build scripts count, too.
    build.env("LLVM_PROFILE_FILE", work.join("unused.profraw"));
    run(build)?;
    let profiles = work.join("profiles");
    emptied(&profiles)?;
    let program = |target: &str| work.join("release").join(target);
    side_by_side(&plan.targets, |target| run_over_inputs(target, &program(target), &work, &profiles))?;
    let programs: Vec<PathBuf> = plan.targets.iter().map(|target| program(target)).collect();
    let merged = work.join("merged.profdata");
    let mut merge = Command::new(&tools.profdata);
    merge.args(["merge", "-sparse", "-o"]).arg(&merged).args(files(&profiles));
    run(merge)?;
    let sources = root().join("wasi-crypto-host/src");
    let mut export = tools.coverage("export", &programs, &merged);
    export.args(["--format=lcov"]).arg(&sources);
    let lines = Lines::read(&output(export)?, &sources);
    let pages = work.join("pages");
    let mut show = tools.coverage("show", &programs, &merged);
    show.arg("--format=html").arg(format!("--output-dir={}", pages.display())).arg(&sources);
    run(show)?;
    print!("{}", lines.report(&names(&sources)?));
    println!("every line: {}", pages.join("index.html").display());
    Ok(())
}

/// The programs of LLVM that read such counts, of the version that the compiler has.
struct Tools {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Tools {
    fn find() -> Result<Self, String> {
        let tools = Self::of_the_compiler()?;
        if tools.are_there() || succeeds(component()) && tools.are_there() {
            return Ok(tools);
        }
        Err("the programs `llvm-cov` and `llvm-profdata` of the compiler in use are missing, and `rustup component add \
             llvm-tools` does not bring them; install them there"
            .to_owned())
    }

    fn of_the_compiler() -> Result<Self, String> {
        let mut rustc = Command::new("rustc");
        rustc.args(["--print", "target-libdir"]).current_dir(root());
        let libraries = PathBuf::from(output(rustc)?.trim());
        let folder = libraries.with_file_name("bin");
        let program = |name: &str| folder.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        Ok(Self { profdata: program("llvm-profdata"), cov: program("llvm-cov") })
    }

    fn are_there(&self) -> bool {
        self.profdata.is_file() && self.cov.is_file()
    }

    /// A subcommand of `llvm-cov` on what all programs together reach.
    fn coverage(&self, subcommand: &str, programs: &[PathBuf], merged: &Path) -> Command {
        let mut command = Command::new(&self.cov);
        command.arg(subcommand).arg("--instr-profile").arg(merged).arg(&programs[0]);
        command.args(programs[1..].iter().flat_map(|program| [Path::new("--object"), program]));
        command
    }
}

fn component() -> Command {
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "add", "llvm-tools"]);
    rustup
}

/// Seeds and corpus. Processes of one program add up their counts in one file.
fn run_over_inputs(target: &str, program: &Path, work: &Path, profiles: &Path) -> Result<(), String> {
    let seeds = work.join("seeds").join(target);
    emptied(&seeds)?;
    let mut write_seeds = Command::new(program);
    write_seeds.env(SEEDS, &seeds).env("LLVM_PROFILE_FILE", work.join("unused.profraw")).stderr(Stdio::null());
    run(write_seeds)?;
    let inputs = inputs(target, &seeds)?;
    eprintln!("{target}: {} inputs", inputs.len());
    for some in inputs.chunks(AT_ONCE) {
        let mut fuzzer = Command::new(program);
        fuzzer.args(some).current_dir(folder());
        fuzzer.env("LLVM_PROFILE_FILE", profiles.join(format!("{target}-%m.profraw")));
        let output = fuzzer.output().map_err(|cause| format!("cannot run {}: {cause}", program.display()))?;
        if !output.status.success() {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            return Err(format!(
                "the target `{target}` fails on the last input named above: first `cargo xtask fuzz {target}`"
            ));
        }
    }
    Ok(())
}

/// All files of Rust below a folder, as seen from there.
fn names(folder: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(next) = left.pop() {
        let entries = fs::read_dir(&next).map_err(|cause| format!("cannot read {}: {cause}", next.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// How often each line of each file was run. Lines without code are not in it.
struct Lines(BTreeMap<String, BTreeMap<u32, u64>>);

impl Lines {
    /// Reads the format of `lcov`: a line `SF:` names a file, lines `DA:` follow with a number and a count.
    fn read(lcov: &str, sources: &Path) -> Self {
        let mut files: BTreeMap<String, BTreeMap<u32, u64>> = BTreeMap::new();
        let mut file = None;
        for line in lcov.lines() {
            if let Some(path) = line.strip_prefix("SF:") {
                let own = Path::new(path).strip_prefix(sources).ok();
                file = own.map(|path| path.to_string_lossy().into_owned());
            } else if let (Some(file), Some(entry)) = (&file, line.strip_prefix("DA:")) {
                let mut numbers = entry.split(',').map(str::parse::<u64>);
                if let (Some(Ok(number)), Some(Ok(count))) = (numbers.next(), numbers.next()) {
                    *files.entry(file.clone()).or_default().entry(number as u32).or_default() += count;
                }
            }
        }
        Self(files)
    }

    /// The files with lines that nothing reached, those that are not part of the targets, and the sum.
    fn report(&self, all: &[String]) -> String {
        let mut report = String::new();
        let (mut lines, mut missed) = (0, 0);
        for (name, counts) in &self.0 {
            let unreached: Vec<u32> = counts.iter().filter(|(_, count)| **count == 0).map(|(line, _)| *line).collect();
            lines += counts.len();
            missed += unreached.len();
            if !unreached.is_empty() {
                let (of, ranges) = (counts.len(), ranges(&unreached, counts));
                report += &format!("{name}: {} of {of} lines not reached: {ranges}\n", unreached.len());
            }
        }
        let apart: Vec<&str> = all.iter().map(String::as_str).filter(|name| !self.0.contains_key(*name)).collect();
        report += &format!("without code, or not built into the targets: {}\n", apart.join(", "));
        let share = 100.0 * (lines - missed) as f64 / lines.max(1) as f64;
        report + &format!("{} of {lines} lines reached ({share:.1} %)\n", lines - missed)
    }
}

/// `3, 7-9`. Lines without code between two do not part them.
fn ranges(unreached: &[u32], counts: &BTreeMap<u32, u64>) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for line in unreached {
        match ranges.last_mut() {
            Some((_, last)) if counts.range(*last + 1..*line).next().is_none() => *last = *line,
            _ => ranges.push((*line, *line)),
        }
    }
    let text = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_reached_is_told_by_ranges_of_lines() {
        let lcov = "SF:/tree/src/a.rs\nDA:1,5\nDA:2,0\nDA:4,0\nDA:5,1\nDA:9,0\nend_of_record\n\
                    SF:/tree/src/b/c.rs\nDA:1,1\nend_of_record\nSF:/elsewhere.rs\nDA:1,0\nend_of_record\n";
        let lines = Lines::read(lcov, Path::new("/tree/src"));
        let report = lines.report(&["a.rs".into(), "b/c.rs".into(), "engine.rs".into()]);
        assert_eq!(
            report,
            "a.rs: 3 of 5 lines not reached: 2-4, 9\nwithout code, or not built into the targets: engine.rs\n\
             3 of 6 lines reached (50.0 %)\n"
        );
    }
}
