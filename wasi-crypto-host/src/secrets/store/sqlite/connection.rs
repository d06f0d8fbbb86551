//! Connections: how a file is opened, and what can be the matter with it.

use std::fs;
use std::io::ErrorKind;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Error, ErrorCode, OpenFlags, TransactionBehavior, ffi};

use crate::secrets::files::create_private;
use crate::secrets::store::sqlite::SqliteStore;
use crate::secrets::store::sqlite::rows::{SCHEMA_1, SCHEMA_2};
use crate::secrets::{SecretsStore, StoreError, StoreFault};

impl SqliteStore {
    /// Makes the file and its tables, or brings them to the newest schema.
    pub(crate) fn prepare(&self, create: bool) -> Result<(), StoreError> {
        if create {
            // For its owner alone; SQLite gives its other files the same mode.
            match create_private(&self.path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(self.fault(StoreFault::Unreachable, error.to_string()));
                }
                _ => {}
            }
        }
        let connection = self.connect()?;
        if !self.read_only {
            // The copy that a backup is has none.
            self.write_ahead(&connection)?;
        }
        self.put_back(connection);
        Ok(())
    }

    /// A connection to a file with the newest schema.
    pub(crate) fn connect(&self) -> Result<Connection, StoreError> {
        let access = if self.read_only { OpenFlags::SQLITE_OPEN_READ_ONLY } else { OpenFlags::SQLITE_OPEN_READ_WRITE };
        // Each connection is used by one thread at a time.
        let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(&self.path, flags).map_err(|error| self.error(&error))?;
        let set_up = |connection: &Connection| {
            connection.busy_timeout(self.timeout)?;
            connection.set_prepared_statement_cache_capacity(32);
            // What a file says that somebody else wrote is not run; what is deleted is overwritten; what is written is
            // on the disk, on macOS, too.
            connection.execute_batch(
                "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;
                PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;",
            )?;
            if let Some(pages) = self.max_pages {
                connection.execute_batch(&format!("PRAGMA max_page_count = {}", pages.max(1)))?;
            }
            Ok(())
        };
        set_up(&connection).map_err(|error| self.error(&error))?;
        if self.schema(&connection)? < NEWEST {
            if self.read_only {
                return Err(self.fault(StoreFault::ReadOnly, "it has an older schema, or none".to_owned()));
            }
            self.write_ahead(&connection)?;
            self.migrate(&mut connection)?;
        }
        Ok(connection)
    }

    /// Which schema the file has; 0 is none yet.
    fn schema(&self, connection: &Connection) -> Result<u32, StoreError> {
        let number =
            |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u32>(0)).map_err(|error| self.error(&error));
        let (application, schema) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
        let is_new = || Ok(number("SELECT count(*) FROM sqlite_schema")? == 0);
        if application != APPLICATION && !(application == 0 && schema == 0 && is_new()?) {
            return Err(self.fault(StoreFault::Broken, "it is an SQLite database of something else".to_owned()));
        }
        if schema > NEWEST {
            return Err(self.fault(StoreFault::NewerSchema { found: schema, known: NEWEST }, String::new()));
        }
        Ok(schema)
    }

    /// Lets readers read while one writes. The file keeps that.
    fn write_ahead(&self, connection: &Connection) -> Result<(), StoreError> {
        let deadline = Instant::now() + self.timeout;
        loop {
            // SQLite itself does not wait for others here.
            match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)) {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    let cause = format!("it cannot have a write-ahead log there: {mode}");
                    return Err(self.fault(StoreFault::Unreachable, cause));
                }
                Err(error) => {
                    let error = self.error(&error);
                    if error.fault != StoreFault::Locked || Instant::now() > deadline {
                        return Err(error);
                    }
                    thread::sleep(Duration::from_millis(5));
                }
            }
        }
    }

    fn migrate(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| self.error(&error))?;
        // Another process may have been first.
        let schema = self.schema(&transaction)?;
        let apply = || {
            for migration in &MIGRATIONS[schema as usize..] {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", NEWEST)
        };
        apply().and_then(|()| transaction.commit()).map_err(|error| self.error(&error))
    }

    /// Whether the disk lets nobody write to it. The file is not opened to find that out: closing it would undo the locks that
    /// SQLite has on it in this process.
    fn is_on_read_only_disk(&self) -> bool {
        // Does nothing, and is refused there all the same.
        let renamed = self.path.canonicalize().and_then(|path| fs::rename(&path, &path));
        renamed.is_err_and(|error| error.kind() == ErrorKind::ReadOnlyFilesystem)
    }

    pub(crate) fn fault(&self, fault: StoreFault, cause: String) -> StoreError {
        StoreError { store: self.name(), fault, cause }
    }

    pub(crate) fn error(&self, error: &Error) -> StoreError {
        let has_no_room = |error: &ffi::Error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE;
        let fault = match error.sqlite_error_code() {
            // For what all connections share, without which nothing can be read either.
            Some(ErrorCode::SystemIoFailure) if error.sqlite_error().is_some_and(has_no_room) => StoreFault::Full,
            Some(ErrorCode::CannotOpen) if self.is_on_read_only_disk() => {
                let cause =
                    "its -wal and -shm files cannot be made beside it, without which nothing can be read either";
                return self.fault(StoreFault::ReadOnly, cause.to_owned());
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                StoreFault::Locked
            }
            Some(ErrorCode::DiskFull) => StoreFault::Full,
            Some(ErrorCode::ReadOnly) => StoreFault::ReadOnly,
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::SystemIoFailure) => {
                StoreFault::Unreachable
            }
            // Of what SQLite has read, and this library cannot have written.
            None => StoreFault::BrokenRow,
            // Damaged, or tables that are not as they were written.
            Some(_) => StoreFault::Broken,
        };
        self.fault(fault, error.to_string())
    }
}

/// What makes a file of schema n one of schema n + 1, from nothing on.
const MIGRATIONS: [&str; 2] = [SCHEMA_1, SCHEMA_2];

const NEWEST: u32 = MIGRATIONS.len() as u32;

/// By what SQLite files are told apart: "wcks".
const APPLICATION: u32 = u32::from_be_bytes(*b"wcks");
