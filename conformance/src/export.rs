//! Cases as files for other runners.

use std::path::Path;

use crate::case::{Case, Kind, Step, Strength, bit};
use crate::catalogue::{Tier, algorithms};
use crate::glob;
use crate::guest::Program;
use crate::{repro, suite};

/// Writes cases as the test runner of wasi-testsuite reads them: `NAME.wasm`, and `NAME.json` with what shall come of it,
/// which is the whole output of the guest. Says how many.
///
/// That runner compares outputs, so only those cases go along that leave nothing open: with one alternative, without an
/// oracle, in which each step has one answer, and, if `filter` does not name them, that need no algorithm that a host may
/// leave out. The error is a sentence.
pub(crate) fn wasi_testsuite(folder: &Path, filter: &[String]) -> Result<usize, String> {
    let failed = |path: &Path, error: std::io::Error| format!("cannot write {}: {error}", path.display());
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let is_required =
        |name: &String| algorithms().iter().any(|known| known.name == name && known.tier == Tier::Required);
    let wanted = |case: &Case| match filter {
        [] => case.algorithms.iter().all(is_required),
        filter => filter.iter().any(|pattern| glob::matches(pattern, &case.id)),
    };
    let mut count = 0;
    for case in suite::all().iter().filter(|case| wanted(case) && says_one_thing(case)) {
        let name = repro::file_name(&case.id);
        let expected = serde_json::json!({
            "exit_code": 0,
            "stdout": "@wcc P 00000000 00000000 \n@wcc E 00000000 00000000 \n",
        });
        for (extension, content) in [("wasm", repro::wasm(case)), ("json", format!("{expected:#}\n").into_bytes())] {
            let path = folder.join(format!("{name}.{extension}"));
            std::fs::write(&path, content).map_err(|error| failed(&path, error))?;
        }
        count += 1;
    }
    if count == 0 {
        return Err("no case fits --filter, or those that do have more than one right answer".to_owned());
    }
    let name = serde_json::json!({ "name": "WASI-Crypto conformance" });
    for (name, content) in [("manifest.json", format!("{name:#}\n")), ("adapter.py", ADAPTER.to_owned())] {
        let path = folder.join(name);
        std::fs::write(&path, content).map_err(|error| failed(&path, error))?;
    }
    Ok(count)
}

/// Tells that runner how to start the command line of this project; other engines need one of their own.
const ADAPTER: &str = include_str!("wasi_testsuite_adapter.py");

fn says_one_thing(case: &Case) -> bool {
    let plain = |step: &&Step| match step {
        Step::Call { expect, .. } => {
            expect.info == 0 && expect.warn == 0 && expect.best & bit(wasi_crypto_interface::Errno::InProgress) == 0
        }
        Step::Bytes { strength, .. } | Step::Filled { strength, .. } | Step::Numbers { strength, .. } => {
            *strength == Strength::Must
        }
        Step::Dump { .. } => false,
        _ => true,
    };
    case.alternatives.is_empty()
        && case.oracle.is_none()
        && case.strength == Strength::Must
        && case.kind != Kind::Stress
        && !case.may_trap
        && case.capabilities.is_empty()
        && Program::of(case)[0].numbered_steps().iter().all(plain)
}
