//! Whether both backends give one answer to the inputs that there are: seeds, what is kept, and what was found so far.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{AT_ONCE, Backend, Plan, folder, inputs, side_by_side};
use crate::run::run;

/// The targets that write down what does not depend on chance, a line for each input.
const TOLD: [&str; 2] = ["encodings", "differential"];

/// If it is set, they write it to this file.
const TRANSCRIPT: &str = "WASI_CRYPTO_FUZZ_TRANSCRIPT";

/// So often an input is tried again whose answers are not the same. A few depend on chance all the same.
const AGAIN: usize = 20;

/// Builds the targets with each backend, and runs them over the same inputs.
pub(super) fn compare(plan: &Plan) -> Result<(), String> {
    let targets: Vec<_> = TOLD.into_iter().filter(|target| plan.targets.contains(target)).collect();
    if targets.is_empty() {
        return Err(format!("only these targets write down what the host answers: {}", TOLD.join(", ")));
    }
    let plans = [Backend::Ring, Backend::AwsLc].map(|backend| Plan { backend, targets: targets.clone(), ..*plan });
    plans.iter().try_for_each(|plan| run(plan.cargo_fuzz("build")))?;
    let different = side_by_side(&targets, |target| {
        let inputs = inputs(target, &plans[0].write_seeds(target)?)?;
        let [one, other] = plans.each_ref().map(|plan| answers(plan, target, &inputs));
        let pairs = inputs.iter().zip(one?.into_iter().zip(other?));
        let mut different: Vec<&PathBuf> =
            pairs.filter(|(_, (one, other))| one != other).map(|(path, _)| path).collect();
        let [mut one, mut other] = [(); 2].map(|()| vec![BTreeSet::new(); different.len()]);
        for _ in 0..AGAIN {
            for (plan, seen) in plans.iter().zip([&mut one, &mut other]) {
                let answers = answers(plan, target, &different)?;
                seen.iter_mut().zip(answers).for_each(|(seen, answer)| _ = seen.insert(answer));
            }
        }
        let mut seen = one.iter().zip(&other);
        // What is another each time, such as a signature that the target made, tells nothing.
        let differ =
            |(one, other): (&BTreeSet<_>, &BTreeSet<_>)| one.is_disjoint(other) && one.len() + other.len() < AGAIN;
        different.retain(|_| seen.next().is_some_and(differ));
        eprintln!("{target}: {} inputs, {} of them with two answers", inputs.len(), different.len());
        Ok(different.into_iter().cloned().collect::<Vec<PathBuf>>())
    })?;
    let mut all =
        targets.iter().zip(different).flat_map(|(target, paths)| paths.into_iter().map(move |path| (target, path)));
    let Some((target, path)) = all.next() else { return Ok(()) };
    let [one, other] = plans.each_ref().map(|plan| {
        let (flags, path) = (plan.flags().join(" "), path.display());
        format!("cd fuzz && WASI_CRYPTO_FUZZ_TRACE=1 cargo fuzz run {flags} {target} {path}")
    });
    Err(format!("the backends differ; see what the first of these inputs has each of them do:\n  {one}\n  {other}"))
}

/// What a target has written down of each input.
fn answers(plan: &Plan, target: &str, inputs: &[impl AsRef<Path>]) -> Result<Vec<String>, String> {
    let transcript = folder().join(plan.target_folder()).join("transcripts").join(target);
    transcript.parent().map_or(Ok(()), super::make)?;
    let mut answers = Vec::new();
    for some in inputs.chunks(AT_ONCE) {
        // A target adds lines to what is there.
        let cannot = |cause| format!("cannot write {}: {cause}", transcript.display());
        fs::write(&transcript, "").map_err(cannot)?;
        let mut fuzzer = plan.cargo_fuzz("run");
        fuzzer.arg(target).args(some.iter().map(AsRef::as_ref)).env(TRANSCRIPT, &transcript);
        // Not by `run`, which would print the names of all files.
        let output = fuzzer.output().map_err(|cause| format!("cannot run cargo fuzz: {cause}"))?;
        if !output.status.success() {
            eprint!("{}", String::from_utf8_lossy(&output.stderr));
            return Err(format!("the target `{target}` fails, and says why above: first `cargo xtask fuzz {target}`"));
        }
        let lines = fs::read_to_string(&transcript).map_err(cannot)?;
        answers.extend(lines.lines().map(str::to_owned));
    }
    if answers.len() != inputs.len() {
        return Err(format!("{target} wrote down {} inputs of {}", answers.len(), inputs.len()));
    }
    Ok(answers)
}
