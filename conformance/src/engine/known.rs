//! The engines whose files are part of this program.

use super::file::EngineFile;

const FILES: &[(&str, &str)] = &[
    ("wasi-crypto", include_str!("../../engines/wasi-crypto.toml")),
    ("wasmedge", include_str!("../../engines/wasmedge.toml")),
    ("wasmtime-cli", include_str!("../../engines/wasmtime-cli.toml")),
    ("wasmer-cli", include_str!("../../engines/wasmer-cli.toml")),
    ("iwasm", include_str!("../../engines/iwasm.toml")),
    ("node", include_str!("../../engines/node.toml")),
];

/// What `new-engine` writes.
pub const TEMPLATE: &str = include_str!("../../engines/template.toml");

/// The files that are shipped, by name.
pub fn files() -> impl Iterator<Item = EngineFile> {
    FILES.iter().map(|(name, text)| {
        EngineFile::read(text, name, name).unwrap_or_else(|error| panic!("an engine file of this program: {error}"))
    })
}

/// The file of this name.
pub fn file(name: &str) -> Option<EngineFile> {
    files().find(|file| file.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_can_be_read_and_say_what_they_are() {
        let names: Vec<String> = files().map(|file| file.name().to_owned()).collect();
        assert_eq!(names, FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        for file in files() {
            assert!(!file.about().is_empty() && file.command().contains("{module}"), "{file:?}");
        }
    }
}
