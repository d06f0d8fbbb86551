//! Finds the programs of engines.

use std::ffi::OsStr;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// The program of this name, on the `PATH` or in one of these folders (`~/` is the user's own); or of this path. The error says where it was looked for.
pub(super) fn find(program: &str, folders: &[String]) -> Result<PathBuf, String> {
    if program.contains(['/', MAIN_SEPARATOR]) {
        let path = at_home(program);
        return match executable(&path) {
            Some(path) => Ok(path),
            None if path.exists() => Err(format!("{} is no program that can be started", path.display())),
            None => Err(format!("there is no {}", path.display())),
        };
    }
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::env::split_paths(&on_path).chain(folders.iter().map(|folder| at_home(folder)));
    let found =
        all.filter(|folder| !folder.as_os_str().is_empty()).find_map(|folder| executable(&folder.join(program)));
    found.ok_or_else(|| {
        let also: String = folders.iter().map(|folder| format!(", nor in {folder}")).collect();
        format!("there is no program `{program}` on the PATH{also}")
    })
}

/// The path, with the user's own folder for `~/`.
fn at_home(path: &str) -> PathBuf {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"));
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.into(),
    }
}

/// The file that is started for this path.
fn executable(path: &Path) -> Option<PathBuf> {
    if is_executable(path) {
        return Some(path.to_owned());
    }
    let suffix = std::env::consts::EXE_EXTENSION;
    let with_suffix = path.with_added_extension(suffix);
    let may_have = !suffix.is_empty() && path.extension() != Some(OsStr::new(suffix));
    (may_have && is_executable(&with_suffix)).then_some(with_suffix)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_name_and_by_path() {
        let shell = find("sh", &[]).unwrap();
        assert!(shell.is_absolute() && shell.ends_with("sh"));
        assert_eq!(find("/bin/sh", &[]).unwrap(), Path::new("/bin/sh"));
        let error = find("no-such-engine", &["~/.mine/bin".to_owned()]).unwrap_err();
        assert_eq!(error, "there is no program `no-such-engine` on the PATH, nor in ~/.mine/bin");
        assert_eq!(find("/dev/null", &[]).unwrap_err(), "/dev/null is no program that can be started");
        assert_eq!(find("/nowhere/x", &[]).unwrap_err(), "there is no /nowhere/x");
        assert_eq!(find("sh", &["/bin".to_owned()]).unwrap().file_name(), Some(OsStr::new("sh")));
    }
}
