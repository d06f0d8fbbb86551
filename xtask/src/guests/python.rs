//! The guest in Python, which `componentize-py` makes a component of.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::compile::target_directory;
use crate::run::{output, run, succeeds};
use crate::tools::install;

/// Why there may be none.
pub(crate) const MISSING: &str =
    "as componentize-py is not installed (pip install -r guest-bindings/python/requirements.txt)";

/// Makes the component, if it is older than what it is made of, and returns it. `None` if there is no `componentize-py` of the
/// version that `requirements.txt` names, and none could be installed.
pub(crate) fn build(root: &Path) -> Result<Option<PathBuf>, String> {
    let (sources, wit) = (root.join("guest-bindings/python"), root.join("witx/wit"));
    let component = target_directory(root).join("guests/components/hello_python.wasm");
    let is_recent = |made| last_change(&sources) < made && last_change(&wit) < made;
    if fs::metadata(&component).and_then(|component| component.modified()).is_ok_and(is_recent) {
        return Ok(Some(component));
    }
    let requirements = sources.join("requirements.txt");
    let Some(tool) = find(&requirements, &target_directory(root).join("guests/python"))? else {
        return Ok(None);
    };
    let folder = component.parent().unwrap_or(root);
    fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    // As the README there has it.
    let mut componentize = Command::new(tool);
    componentize.current_dir(&sources).arg("-d").arg(&wit).args(["-d", "wit", "-w", "wasi-crypto:guest/guest"]);
    componentize.args(["componentize", "-p", ".", "-p", "examples", "hello", "-o"]).arg(&component);
    run(componentize).map(|()| Some(component))
}

/// The tool in `PATH`, else in the virtual environment in this folder, where it is installed if it can be.
fn find(requirements: &Path, environment: &Path) -> Result<Option<PathBuf>, String> {
    let wanted = fs::read_to_string(requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let wanted = wanted.trim().replace("==", " ");
    let is_wanted = |tool: &PathBuf| version(tool).is_some_and(|version| version == wanted);

    let scripts = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let own = scripts.join("componentize-py");
    if let Some(tool) = [PathBuf::from("componentize-py"), own.clone()].into_iter().find(is_wanted) {
        return Ok(Some(tool));
    }
    let [folder, pip, requirements] =
        [environment, &scripts.join("pip"), requirements].map(|path| path.display().to_string());
    let can_install = ["python3", "python"].iter().any(|python| install(&[python, "-m", "venv", &folder]))
        && install(&[&pip, "install", "--quiet", "--retries", "1", "--requirement", &requirements]);
    Ok(Some(own).filter(|own| can_install && is_wanted(own)))
}

/// What a tool says of itself, such as `componentize-py 0.25.1`; nothing if it is not there.
fn version(tool: &Path) -> Option<String> {
    let ask = || {
        let mut command = Command::new(tool);
        command.arg("--version");
        command
    };
    succeeds(ask()).then(|| output(ask()).ok()).flatten().map(|said| said.trim().to_owned())
}

/// When a source in this folder was changed last.
fn last_change(path: &Path) -> SystemTime {
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.path());
        // What tools leave there is no source.
        let sources = entries.filter(|path| !path.ends_with("build") && !path.ends_with("__pycache__"));
        return sources.map(|path| last_change(&path)).fold(SystemTime::UNIX_EPOCH, SystemTime::max);
    }
    fs::metadata(path).and_then(|file| file.modified()).unwrap_or_else(|_| SystemTime::now())
}
