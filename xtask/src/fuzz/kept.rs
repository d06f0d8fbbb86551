//! Inputs that every run begins with, on every machine: of those that were found so far, a few by which all is reached that the seeds
//! do not reach. They are lines of base64 in a file for each target.

use std::fs;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding as _};

use super::{Plan, emptied, files, folder, make, side_by_side};
use crate::run::run;

/// No file has more bytes: the shortest inputs are in it, by which most is reached for each byte.
const MOST: usize = 64 << 10;

/// Writes the file of each target anew, from itself and the corpus.
pub(super) fn choose(plan: &Plan) -> Result<(), String> {
    run(plan.cargo_fuzz("build"))?;
    let counts = side_by_side(&plan.targets, |target| {
        let seeds = plan.write_seeds(target)?.join("seeds");
        let before = seeds.with_file_name("kept");
        unpack(target, &before)?;
        let corpus = folder().join("corpus").join(target);
        make(&corpus)?;
        let generated = files(&seeds);
        let mut merge = plan.cargo_fuzz("run");
        merge.arg(target).arg(&seeds).arg(&before).arg(corpus);
        // An edge counts once, not by how often it is taken: otherwise there are ten times as many.
        merge.args(["--", "-merge=1", "-use_counters=0"]);
        run(merge)?;
        pack(target, files(&seeds).difference(&generated))
    })?;
    plan.targets.iter().zip(counts).for_each(|(target, count)| eprintln!("{target:<14}{count:>6} inputs are kept"));
    Ok(())
}

/// Writes what is kept for a target to a folder, each input to a file. A new target has nothing.
pub(super) fn unpack(target: &str, to: &Path) -> Result<(), String> {
    emptied(to)?;
    let file = file(target);
    if !file.exists() {
        return Ok(());
    }
    let lines = fs::read_to_string(&file).map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
    for (index, line) in lines.lines().enumerate() {
        let input = Base64::decode_vec(line).map_err(|cause| format!("{}:{}: {cause}", file.display(), index + 1))?;
        let input_file = to.join(format!("{index:04}"));
        fs::write(&input_file, input).map_err(|cause| format!("cannot write {}: {cause}", input_file.display()))?;
    }
    Ok(())
}

/// Returns how many there are.
fn pack<'a>(target: &str, inputs: impl Iterator<Item = &'a PathBuf>) -> Result<usize, String> {
    let mut lines = Vec::new();
    for path in inputs {
        let input = fs::read(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
        lines.push(Base64::encode_string(&input) + "\n");
    }
    // The same inputs make the same file.
    lines.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let mut len = 0;
    let is_within = |line: &String| {
        len += line.len();
        len <= MOST
    };
    let lines: Vec<String> = lines.into_iter().take_while(is_within).collect();
    let file = file(target);
    file.parent().map_or(Ok(()), make)?;
    fs::write(&file, lines.concat()).map_err(|cause| format!("cannot write {}: {cause}", file.display()))?;
    Ok(lines.len())
}

fn file(target: &str) -> PathBuf {
    folder().join("kept").join(target).with_extension("txt")
}
