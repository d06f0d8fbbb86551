//! A root key in a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::secrets::files::{create_private, sync_folder_of};
use crate::secrets::root_key::KeyText;
use crate::secrets::{RootKey, RootKeyError, RootKeyProvider};

/// A root key in a file: 44 characters of base64, with white space around them or not. Refused, on Unix, if others than
/// the file's owner may read or write it.
#[derive(Clone, Debug)]
pub struct RootKeyFile(PathBuf);

impl RootKeyFile {
    /// The root key in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Writes a new root key into a new file, for its owner alone, durably; refused if there is a file already.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, RootKeyError> {
        let this = Self(path.into());
        let key = RootKey::generate()?;
        let text = key.to_text()?;
        let write = |mut file: File| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            // And its name, since what it wraps must not outlive it.
            #[cfg(unix)]
            File::open(this.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))?
                .sync_all()?;
            Ok(())
        };
        let made = create_private(&this.0).and_then(write).and_then(|()| sync_folder_of(&this.0));
        made.map_err(|error| this.error(format!("cannot be made: {error}")))?;
        Ok(this)
    }

    fn error(&self, what: impl Into<String>) -> RootKeyError {
        RootKeyError::new(self.name(), what)
    }

    fn name(&self) -> String {
        format!("the root key file {}", self.0.display())
    }
}

impl RootKeyProvider for RootKeyFile {
    fn root_key(&self) -> Result<RootKey, RootKeyError> {
        let text = read_private(&self.0, "root key")?;
        RootKey::parse(text.as_bytes(), &self.name())
    }
}

/// What a file has that nobody but its owner may use; `what` says what that is for.
pub(crate) fn read_private(path: &Path, what: &str) -> Result<Box<KeyText>, RootKeyError> {
    let error = |cause: String| RootKeyError::new(format!("the {what} file {}", path.display()), cause);
    let cannot_read = |cause: io::Error| error(format!("cannot be read: {cause}"));
    let file = File::open(path).map_err(cannot_read)?;
    // Of the file that is open, which nobody can put another one in the place of.
    #[cfg(unix)]
    {
        let metadata = file.metadata().map_err(cannot_read)?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
        if mode & 0o077 != 0 {
            return Err(error(format!(
                "can be used by others than its owner (its mode is {:03o}); let nobody else read it: chmod 600",
                mode & 0o777
            )));
        }
    }
    let text = KeyText::read(file).map_err(cannot_read)?;
    text.ok_or_else(|| error(format!("is too long for a {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::scratch::Folder;

    #[test]
    fn a_file_that_was_made_gives_the_same_key_each_time_and_is_never_made_again() {
        let folder = Folder::new("root-key-file");
        let file = RootKeyFile::create(folder.path("root.key")).unwrap();
        assert_eq!(file.root_key().unwrap().id(), file.root_key().unwrap().id());
        let before = file.root_key().unwrap().id();
        assert!(RootKeyFile::create(folder.path("root.key")).is_err());
        assert_eq!(file.root_key().unwrap().id(), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_use_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let folder = Folder::new("root-key-mode");
        let file = RootKeyFile::create(folder.path("root.key")).unwrap();
        for mode in [0o640, 0o604, 0o660, 0o601] {
            std::fs::set_permissions(folder.path("root.key"), PermissionsExt::from_mode(mode)).unwrap();
            let error = file.root_key().map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(&format!("its mode is {mode:03o}")) && error.contains("chmod 600"), "{error}");
        }
        std::fs::set_permissions(folder.path("root.key"), PermissionsExt::from_mode(0o400)).unwrap();
        assert!(file.root_key().is_ok());
    }

    #[test]
    fn files_that_are_missing_or_no_keys_are_named() {
        let folder = Folder::new("root-key-wrong");
        let error = RootKeyFile::new(folder.path("none")).root_key().map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("none cannot be read: "), "{error}");
        let file = RootKeyFile::create(folder.path("root.key")).unwrap();
        std::fs::write(folder.path("root.key"), "x".repeat(5_000)).unwrap();
        let error = file.root_key().map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("root.key is too long for a root key"), "{error}");
    }
}
