//! What is read of the tables.

use rusqlite::types::Type;
use rusqlite::{Connection, Error, OptionalExtension, Params, Row, params};

use crate::secrets::store::{Due, Found, Item, NamespaceRow, TrailRow, Usage};
use crate::secrets::{Entry, Header, Identifier, Kind, Record, RootKeyId, State, Version};

/// The tables, as they were made first. What comes later is in `MIGRATIONS`.
pub(crate) const SCHEMA_1: &str = "
    CREATE TABLE namespaces (
        name TEXT PRIMARY KEY,
        wrapped_by BLOB NOT NULL, wrapped_key BLOB NOT NULL,
        keys INTEGER NOT NULL, secrets INTEGER NOT NULL, bytes INTEGER NOT NULL, revoked INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE items (
        namespace TEXT, identifier BLOB,
        kind INTEGER NOT NULL, algorithm TEXT NOT NULL, highest INTEGER NOT NULL, latest INTEGER,
        PRIMARY KEY (namespace, identifier)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE records (
        namespace TEXT, identifier BLOB, version INTEGER,
        kind INTEGER NOT NULL, algorithm TEXT NOT NULL, imported INTEGER NOT NULL,
        created INTEGER NOT NULL, expires INTEGER,
        state INTEGER NOT NULL, keep_until INTEGER, sealed BLOB NOT NULL,
        PRIMARY KEY (namespace, identifier, version)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX due ON records (namespace, state, keep_until) WHERE keep_until IS NOT NULL;
    CREATE TABLE trail (
        namespace TEXT, number INTEGER, body BLOB NOT NULL, tag BLOB NOT NULL,
        PRIMARY KEY (namespace, number)
    ) STRICT, WITHOUT ROWID;
";

/// Namespaces can have several keys. What there is has the first one.
pub(crate) const SCHEMA_2: &str = "
    ALTER TABLE namespaces ADD COLUMN newest_key INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE records ADD COLUMN sealed_by INTEGER NOT NULL DEFAULT 1;
";

pub(crate) fn namespaces(connection: &Connection) -> Result<Vec<String>, Error> {
    // One that is no text is there under no name, and keeps nobody from the others.
    let name = |row: &Row<'_>| Ok(String::from_utf8_lossy(row.get_ref(0)?.as_bytes()?).into_owned());
    all(connection, "SELECT name FROM namespaces ORDER BY name", [], name)
}

pub(crate) fn namespace(connection: &Connection, namespace: &str) -> Result<Option<NamespaceRow>, Error> {
    const SQL: &str =
        "SELECT wrapped_by, wrapped_key, keys, secrets, bytes, revoked, newest_key FROM namespaces WHERE name = ?1";
    one(connection, SQL, [namespace], |row| {
        let wrapped_by: Vec<u8> = row.get(0)?;
        let usage =
            Usage { keys: number(row, 2)?, secrets: number(row, 3)?, bytes: number(row, 4)?, revoked: number(row, 5)? };
        let wrapped_by = RootKeyId::from_bytes(&wrapped_by).ok_or_else(|| wrong(0, "the id of a root key"))?;
        Ok(NamespaceRow { wrapped_by, wrapped_key: row.get(1)?, newest_key: row.get(6)?, usage })
    })
}

pub(crate) fn item(connection: &Connection, namespace: &str, identifier: &Identifier) -> Result<Option<Item>, Error> {
    const SQL: &str = "SELECT kind, algorithm, highest, latest FROM items WHERE namespace = ?1 AND identifier = ?2";
    one(connection, SQL, params![namespace, identifier.as_bytes()], |row| {
        Ok(Item {
            kind: kind(row, 0)?,
            algorithm: row.get(1)?,
            highest: number(row, 2)?,
            latest: optional_number(row, 3)?,
        })
    })
}

pub(crate) fn find(
    connection: &Connection,
    namespace: &str,
    identifier: &Identifier,
    version: Version,
) -> Result<Option<Found>, Error> {
    const NUMBER: &str = "SELECT version, kind, expires, substr(sealed, 1, 24), length(sealed) FROM records
        WHERE namespace = ?1 AND identifier = ?2 AND version = ?3 AND state = 0";
    // Not a join, for which SQLite makes an index each time: 13 instead of 2 microseconds.
    const LATEST: &str = "SELECT version, kind, expires, substr(sealed, 1, 24), length(sealed) FROM records
        WHERE namespace = ?1 AND identifier = ?2 AND state = 0
        AND version = (SELECT latest FROM items WHERE namespace = ?1 AND identifier = ?2)";
    let read = |row: &Row<'_>| {
        let nonce = row.get_ref(3)?.as_blob_or_null()?.and_then(|nonce| nonce.try_into().ok()).unwrap_or_default();
        let (expires, sealed_len) = (optional_number(row, 2)?, number(row, 4)? as usize);
        Ok(Found { version: number(row, 0)?, kind: kind(row, 1)?, expires, nonce, sealed_len })
    };
    match version {
        Version::Number(number) => {
            let Ok(number) = i64::try_from(number) else { return Ok(None) };
            one(connection, NUMBER, params![namespace, identifier.as_bytes(), number], read)
        }
        Version::Latest => one(connection, LATEST, params![namespace, identifier.as_bytes()], read),
        Version::All => Ok(None),
    }
}

/// The columns of an [`Entry`]. A macro, since `concat!` takes no constants.
macro_rules! entry {
    () => {
        "SELECT identifier, version, kind, algorithm, imported, created, expires, state, keep_until, length(sealed),
        sealed_by"
    };
}

pub(crate) fn record(
    connection: &Connection,
    namespace: &str,
    identifier: &Identifier,
    version: u64,
) -> Result<Option<Record>, Error> {
    const SQL: &str =
        concat!(entry!(), ", sealed FROM records WHERE namespace = ?1 AND identifier = ?2 AND version = ?3");
    one(connection, SQL, params![namespace, identifier.as_bytes(), int(version)], |row| {
        Ok(Record { entry: entry(row)?, sealed: row.get(11)? })
    })
}

pub(crate) fn versions(connection: &Connection, namespace: &str, identifier: &Identifier) -> Result<Vec<Entry>, Error> {
    const SQL: &str = concat!(entry!(), " FROM records WHERE namespace = ?1 AND identifier = ?2 ORDER BY version");
    all(connection, SQL, params![namespace, identifier.as_bytes()], entry)
}

pub(crate) fn list(
    connection: &Connection,
    namespace: &str,
    behind: Option<(Identifier, u64)>,
    most: usize,
) -> Result<Vec<Entry>, Error> {
    const SQL: &str = concat!(
        entry!(),
        " FROM records WHERE namespace = ?1 AND (identifier, version) > (?2, ?3) ORDER BY identifier, version LIMIT ?4"
    );
    let (identifier, version) = behind.map_or((Identifier::MIN, -1), |(identifier, at)| (identifier, int(at)));
    all(connection, SQL, params![namespace, identifier.as_bytes(), version, int(most as u64)], entry)
}

pub(crate) fn due(connection: &Connection, namespace: &str, state: State, most: usize) -> Result<Vec<Due>, Error> {
    const SQL: &str = "SELECT identifier, version, keep_until FROM records
        WHERE namespace = ?1 AND state = ?2 AND keep_until IS NOT NULL ORDER BY keep_until LIMIT ?3";
    all(connection, SQL, params![namespace, state as u8, int(most as u64)], |row| {
        Ok(Due { identifier: identifier(row, 0)?, version: number(row, 1)?, keep_until: number(row, 2)? })
    })
}

pub(crate) fn trail(
    connection: &Connection,
    namespace: &str,
    behind: u64,
    most: usize,
) -> Result<Vec<TrailRow>, Error> {
    const SQL: &str =
        "SELECT number, body, tag FROM trail WHERE namespace = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
    all(connection, SQL, params![namespace, int(behind), int(most as u64)], trail_row)
}

pub(crate) fn last_in_trail(connection: &Connection, namespace: &str) -> Result<Option<TrailRow>, Error> {
    const SQL: &str = "SELECT number, body, tag FROM trail WHERE namespace = ?1 ORDER BY number DESC LIMIT 1";
    one(connection, SQL, [namespace], trail_row)
}

/// A number as the file has it, where numbers are signed. Whatever must be kept as it is, is smaller.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    connection.prepare_cached(sql)?.query_row(params, read).optional()
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params, read)?.collect()
}

fn entry(row: &Row<'_>) -> Result<Entry, Error> {
    let header = Header {
        identifier: identifier(row, 0)?,
        version: number(row, 1)?,
        kind: kind(row, 2)?,
        algorithm: row.get(3)?,
        imported: row.get(4)?,
        created: number(row, 5)?,
        expires: optional_number(row, 6)?,
    };
    let state = match row.get(7)? {
        0u8 => State::Active,
        1 => State::Revoked,
        _ => return Err(wrong(7, "a state")),
    };
    Ok(Entry {
        header,
        state,
        keep_until: optional_number(row, 8)?,
        sealed_len: number(row, 9)?,
        sealed_by: row.get(10)?,
    })
}

fn trail_row(row: &Row<'_>) -> Result<TrailRow, Error> {
    Ok(TrailRow { number: number(row, 0)?, body: row.get(1)?, tag: row.get(2)? })
}

fn identifier(row: &Row<'_>, column: usize) -> Result<Identifier, Error> {
    Identifier::from_bytes(row.get_ref(column)?.as_blob()?).ok_or_else(|| wrong(column, "an identifier"))
}

fn kind(row: &Row<'_>, column: usize) -> Result<Kind, Error> {
    Kind::from_number(row.get(column)?).ok_or_else(|| wrong(column, "a kind"))
}

fn number(row: &Row<'_>, column: usize) -> Result<u64, Error> {
    u64::try_from(row.get::<_, i64>(column)?).map_err(|_| wrong(column, "a number"))
}

fn optional_number(row: &Row<'_>, column: usize) -> Result<Option<u64>, Error> {
    let number = row.get::<_, Option<i64>>(column)?;
    number.map(|number| u64::try_from(number).map_err(|_| wrong(column, "a number"))).transpose()
}

fn wrong(column: usize, what: &str) -> Error {
    Error::FromSqlConversionFailure(column, Type::Null, format!("{what} is wrong").into())
}
