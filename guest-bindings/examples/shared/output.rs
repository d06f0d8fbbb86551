//! Files that appear all at once. Part of each example that writes files; `crate::failure` is that example's.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};

use crate::failure::Failure;

/// A file under another name until it is finished; removed if it never is.
pub(crate) struct PartialFile {
    file: File,
    path: String,
    final_path: String,
}

impl PartialFile {
    pub(crate) fn create(final_path: &str, force: bool) -> Result<Self, Failure> {
        let path = format!("{final_path}.partial");
        let file = OpenOptions::new().write(true).create(true).create_new(!force).truncate(true).open(&path);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::Usage(format!(
                "{path} exists: another run is at work on it, or was interrupted; remove it or use --force"
            )),
            _ => Failure::at(&path)(error),
        })?;
        Ok(Self { file, path, final_path: final_path.to_owned() })
    }

    pub(crate) fn writer(&self) -> BufWriter<&File> {
        BufWriter::new(&self.file)
    }

    /// Gives the file its name.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        self.file.sync_all().map_err(Failure::at(&self.path))?;
        fs::rename(&self.path, &self.final_path).map_err(Failure::at(&self.final_path))
        // What `drop` removes now is not there any more.
    }
}

impl Drop for PartialFile {
    fn drop(&mut self) {
        // There is no one to tell that it failed.
        let _ = fs::remove_file(&self.path);
    }
}
