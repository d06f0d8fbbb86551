//! A store in a file, by SQLite: for many processes of one machine at a time.

mod connection;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Error, TransactionBehavior, params};

use crate::secrets::files::{create_private, sync_folder_of};
use crate::secrets::store::sqlite::rows::int;
use crate::secrets::{
    Due, Entry, Found, Identifier, Item, NamespaceRow, Record, SecretsError, SecretsStore, State, StoreError,
    StoreFault, TrailRow, Transaction, Version,
};
use crate::turns::Turns;

/// A store in a file.
///
/// Any number of threads and processes of one machine may use it at a time; the file must not be on a network. What was
/// acknowledged is on the disk: the write-ahead log is synchronized with each change. Beside the file lie its `-wal`
/// and `-shm` files; copy a store by [`backup`](Self::backup), not by its file alone.
pub struct SqliteStore {
    path: PathBuf,
    timeout: Duration,
    max_pages: Option<u64>,
    read_only: bool,
    idle: Mutex<Vec<Connection>>,
    /// Of the threads of one process, one writes at a time. They wait here, and not in SQLite, which sleeps and looks again.
    turns: Turns<Arc<str>>,
}

impl SqliteStore {
    /// Opens a store, and makes it if there is no such file.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        Self::builder(path).open()
    }

    /// Opens a store in another way.
    pub fn builder(path: impl Into<PathBuf>) -> SqliteStoreBuilder {
        SqliteStoreBuilder {
            path: path.into(),
            timeout: Duration::from_secs(5),
            max_pages: None,
            read_only: false,
            create: true,
        }
    }

    /// Copies the store, as it is now, into a new file, while it is in use.
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let fault = |cause: String| StoreError {
            store: format!("the copy {}", to.display()),
            fault: StoreFault::Unreachable,
            cause,
        };
        let name = to.to_str().ok_or_else(|| fault("its name is not UTF-8".to_owned()))?;
        let empty = create_private(to).map_err(|error| fault(error.to_string()))?;
        let copied = self.with(|connection| connection.execute("VACUUM INTO ?1", [name]));
        let durable = |_| empty.sync_all().and_then(|()| sync_folder_of(to)).map_err(|error| fault(error.to_string()));
        copied.and_then(durable).inspect_err(|_| {
            // Half a copy is none.
            let _ = std::fs::remove_file(to);
        })
    }

    /// Looks for damage of the file, as far as SQLite sees it; [`Namespace::check`](crate::secrets::Namespace::check)
    /// opens the records.
    pub fn check(&self) -> Result<(), StoreError> {
        let found = self.with(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
            statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, Error>>()
        })?;
        if found == ["ok"] { Ok(()) } else { Err(self.fault(StoreFault::Broken, found.join("; "))) }
    }

    /// Does something on a connection, which is kept for others if nothing went wrong.
    fn with<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, StoreError> {
        let connection = self.connection()?;
        let value = work(&connection).map_err(|error| self.error(&error))?;
        self.put_back(connection);
        Ok(value)
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| self.connect(), Ok)
    }

    fn put_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
    }
}

/// How to open a [`SqliteStore`].
#[derive(Clone, Debug)]
pub struct SqliteStoreBuilder {
    path: PathBuf,
    timeout: Duration,
    max_pages: Option<u64>,
    read_only: bool,
    create: bool,
}

impl SqliteStoreBuilder {
    /// Sets how long to wait for other processes before a change is given up. Default: 5 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets how large the file may become, in bytes, rounded down to pages of 4 KiB; the log beside it comes on top,
    /// mostly 4 MiB. Above it the store is full. Default: as large as the disk.
    pub fn max_file_size(self, bytes: u64) -> Self {
        Self { max_pages: Some(bytes / PAGE_SIZE), ..self }
    }

    /// Sets whether it is opened for reading only. Default: for writing, too.
    pub fn read_only(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    /// Sets whether a file that is not there is made. Default: it is.
    pub fn create(self, create: bool) -> Self {
        Self { create, ..self }
    }

    /// Opens it, and brings it to the newest schema.
    pub fn open(self) -> Result<SqliteStore, StoreError> {
        let Self { path, timeout, max_pages, read_only, create } = self;
        let store =
            SqliteStore { path, timeout, max_pages, read_only, idle: Mutex::default(), turns: Turns::new(1, 1) };
        store.prepare(create && !read_only)?;
        Ok(store)
    }
}

impl SecretsStore for SqliteStore {
    fn name(&self) -> String {
        format!("the SQLite store {}", self.path.display())
    }

    fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        self.with(rows::namespaces)
    }

    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
        self.with(|connection| rows::namespace(connection, namespace))
    }

    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError> {
        self.with(|connection| rows::find(connection, namespace, identifier, version))
    }

    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        self.with(|connection| rows::record(connection, namespace, identifier, version))
    }

    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError> {
        self.with(|connection| rows::list(connection, namespace, behind, most))
    }

    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError> {
        self.with(|connection| rows::trail(connection, namespace, behind, most))
    }

    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        let turn = self.turns.take(namespace.into(), self.timeout);
        let _turn = turn.ok_or_else(|| self.fault(StoreFault::Locked, "by other threads of this one".to_owned()))?;
        let mut connection = self.connection()?;
        // Writing from the start: a reader that becomes a writer may find that it has read what is no longer so.
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| self.error(&error))?;
        let result = work(&mut Change { store: self, connection: &transaction, namespace });
        if result.is_ok() {
            transaction.commit().map_err(|error| self.error(&error))?;
        } else {
            // Undone, unless SQLite has done so already because there was no room.
            drop(transaction);
        }
        if !matches!(result, Err(SecretsError::Store(_))) {
            self.put_back(connection);
        }
        result
    }
}

/// A transaction of one namespace.
struct Change<'a> {
    store: &'a SqliteStore,
    connection: &'a Connection,
    namespace: &'a str,
}

impl Change<'_> {
    fn execute(&self, sql: &str, params: impl rusqlite::Params) -> Result<(), StoreError> {
        let done = self.connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params));
        done.map(|_| ()).map_err(|error| self.store.error(&error))
    }

    fn query<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, StoreError> {
        query(self.connection).map_err(|error| self.store.error(&error))
    }
}

impl Transaction for Change<'_> {
    fn namespace(&mut self) -> Result<Option<NamespaceRow>, StoreError> {
        self.query(|connection| rows::namespace(connection, self.namespace))
    }

    fn put_namespace(&mut self, row: &NamespaceRow) -> Result<(), StoreError> {
        let usage = &row.usage;
        self.execute(
            "INSERT OR REPLACE INTO namespaces VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                self.namespace,
                row.wrapped_by.as_bytes(),
                row.wrapped_key,
                int(usage.keys),
                int(usage.secrets),
                int(usage.bytes),
                int(usage.revoked),
                row.newest_key,
            ],
        )
    }

    fn item(&mut self, identifier: &Identifier) -> Result<Option<Item>, StoreError> {
        self.query(|connection| rows::item(connection, self.namespace, identifier))
    }

    fn put_item(&mut self, identifier: &Identifier, item: &Item) -> Result<(), StoreError> {
        self.execute(
            "INSERT OR REPLACE INTO items VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                self.namespace,
                identifier.as_bytes(),
                item.kind as u8,
                item.algorithm,
                int(item.highest),
                item.latest.map(int),
            ],
        )
    }

    fn remove_item(&mut self, identifier: &Identifier) -> Result<(), StoreError> {
        let which = params![self.namespace, identifier.as_bytes()];
        self.execute("DELETE FROM items WHERE namespace = ?1 AND identifier = ?2", which)
    }

    fn versions(&mut self, identifier: &Identifier) -> Result<Vec<Entry>, StoreError> {
        self.query(|connection| rows::versions(connection, self.namespace, identifier))
    }

    fn read(&mut self, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        self.query(|connection| rows::record(connection, self.namespace, identifier, version))
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        let Entry { header, state, keep_until, sealed_by, .. } = &record.entry;
        self.execute(
            "INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                self.namespace,
                header.identifier.as_bytes(),
                int(header.version),
                header.kind as u8,
                header.algorithm,
                header.imported,
                int(header.created),
                header.expires.map(int),
                *state as u8,
                keep_until.map(int),
                record.sealed,
                sealed_by,
            ],
        )
    }

    fn remove(&mut self, identifier: &Identifier, version: u64) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM records WHERE namespace = ?1 AND identifier = ?2 AND version = ?3",
            params![self.namespace, identifier.as_bytes(), int(version)],
        )
    }

    fn due(&mut self, state: State, most: usize) -> Result<Vec<Due>, StoreError> {
        self.query(|connection| rows::due(connection, self.namespace, state, most))
    }

    fn last_in_trail(&mut self) -> Result<Option<TrailRow>, StoreError> {
        self.query(|connection| rows::last_in_trail(connection, self.namespace))
    }

    fn add_to_trail(&mut self, row: &TrailRow) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO trail VALUES (?1, ?2, ?3, ?4)",
            params![self.namespace, int(row.number), row.body, row.tag],
        )
    }
}

/// As many connections are kept as threads may be at work at a time; more are made when they are needed.
const MOST_IDLE: usize = 16;

/// What SQLite takes if it is told nothing else, in bytes.
const PAGE_SIZE: u64 = 4096;

#[cfg(test)]
mod tests;
