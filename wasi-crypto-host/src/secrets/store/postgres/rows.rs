//! What is read of the tables.

use std::time::Instant;

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::secrets::store::postgres::session::{Params, Session};
use crate::secrets::store::postgres::trouble::Trouble;
use crate::secrets::store::{Due, Found, Item, NamespaceRow, TrailRow, Usage};
use crate::secrets::{Entry, Header, Identifier, Kind, Record, RootKeyId, State, Version};

/// Reads rows until a deadline.
pub(crate) struct Reader<'a> {
    pub(crate) session: &'a mut Session,
    pub(crate) deadline: Instant,
}

impl Reader<'_> {
    pub(crate) fn namespaces(&mut self) -> Result<Vec<String>, Trouble> {
        self.all("SELECT name FROM wasi_crypto.namespaces ORDER BY name", &[], |row| get(row, 0))
    }

    pub(crate) fn namespace(&mut self, namespace: &str) -> Result<Option<NamespaceRow>, Trouble> {
        const SQL: &str = "SELECT wrapped_by, wrapped_key, keys, secrets, bytes, revoked, newest_key
            FROM wasi_crypto.namespaces WHERE name = $1";
        self.one(SQL, &[&namespace], |row| {
            let wrapped_by = RootKeyId::from_bytes(get(row, 0)?).ok_or(Trouble::Row("the id of a root key"))?;
            let [keys, secrets, bytes, revoked] = [number(row, 2)?, number(row, 3)?, number(row, 4)?, number(row, 5)?];
            let usage = Usage { keys, secrets, bytes, revoked };
            Ok(NamespaceRow { wrapped_by, wrapped_key: get(row, 1)?, newest_key: key_number(row, 6)?, usage })
        })
    }

    pub(crate) fn item(&mut self, namespace: &str, identifier: &Identifier) -> Result<Option<Item>, Trouble> {
        const SQL: &str = "SELECT kind, algorithm, highest, latest
            FROM wasi_crypto.items WHERE namespace = $1 AND identifier = $2";
        self.one(SQL, &[&namespace, &&identifier.as_bytes()[..]], |row| {
            let (kind, algorithm) = (kind(row, 0)?, get(row, 1)?);
            Ok(Item { kind, algorithm, highest: number(row, 2)?, latest: optional_number(row, 3)? })
        })
    }

    pub(crate) fn find(
        &mut self,
        namespace: &str,
        identifier: &Identifier,
        version: Version,
    ) -> Result<Option<Found>, Trouble> {
        const NUMBER: &str = "SELECT version, kind, expires, substring(sealed FROM 1 FOR 24), length(sealed)::bigint FROM wasi_crypto.records
            WHERE namespace = $1 AND identifier = $2 AND version = $3 AND state = 0";
        const LATEST: &str = "SELECT version, kind, expires, substring(sealed FROM 1 FOR 24), length(sealed)::bigint FROM wasi_crypto.records
            WHERE namespace = $1 AND identifier = $2 AND state = 0 AND version =
            (SELECT latest FROM wasi_crypto.items WHERE namespace = $1 AND identifier = $2)";
        let identifier = &identifier.as_bytes()[..];
        match version {
            Version::Number(number) => {
                let Ok(number) = i64::try_from(number) else { return Ok(None) };
                self.one(NUMBER, &[&namespace, &identifier, &number], found)
            }
            Version::Latest => self.one(LATEST, &[&namespace, &identifier], found),
            Version::All => Ok(None),
        }
    }

    pub(crate) fn record(
        &mut self,
        namespace: &str,
        identifier: &Identifier,
        version: u64,
    ) -> Result<Option<Record>, Trouble> {
        const SQL: &str = "SELECT identifier, version, kind, algorithm, imported, created, expires, state, keep_until,
            length(sealed)::BIGINT, sealed_by, sealed
            FROM wasi_crypto.records WHERE namespace = $1 AND identifier = $2 AND version = $3";
        self.one(SQL, &[&namespace, &&identifier.as_bytes()[..], &int(version)], |row| {
            Ok(Record { entry: entry(row)?, sealed: get(row, 11)? })
        })
    }

    pub(crate) fn versions(&mut self, namespace: &str, identifier: &Identifier) -> Result<Vec<Entry>, Trouble> {
        const SQL: &str = "SELECT identifier, version, kind, algorithm, imported, created, expires, state, keep_until,
            length(sealed)::BIGINT, sealed_by
            FROM wasi_crypto.records WHERE namespace = $1 AND identifier = $2 ORDER BY version";
        self.all(SQL, &[&namespace, &&identifier.as_bytes()[..]], entry)
    }

    pub(crate) fn list(
        &mut self,
        namespace: &str,
        behind: Option<(Identifier, u64)>,
        most: usize,
    ) -> Result<Vec<Entry>, Trouble> {
        const SQL: &str = "SELECT identifier, version, kind, algorithm, imported, created, expires, state, keep_until,
            length(sealed)::BIGINT, sealed_by
            FROM wasi_crypto.records WHERE namespace = $1 AND (identifier, version) > ($2, $3)
            ORDER BY identifier, version LIMIT $4";
        let (identifier, version) = behind.map_or((Identifier::MIN, -1), |(identifier, at)| (identifier, int(at)));
        self.all(SQL, &[&namespace, &&identifier.as_bytes()[..], &version, &int(most as u64)], entry)
    }

    pub(crate) fn due(&mut self, namespace: &str, state: State, most: usize) -> Result<Vec<Due>, Trouble> {
        const SQL: &str = "SELECT identifier, version, keep_until FROM wasi_crypto.records
            WHERE namespace = $1 AND state = $2 AND keep_until IS NOT NULL ORDER BY keep_until LIMIT $3";
        self.all(SQL, &[&namespace, &i16::from(state as u8), &int(most as u64)], |row| {
            Ok(Due { identifier: identifier(row, 0)?, version: number(row, 1)?, keep_until: number(row, 2)? })
        })
    }

    pub(crate) fn trail(&mut self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, Trouble> {
        const SQL: &str = "SELECT number, body, tag FROM wasi_crypto.trail
            WHERE namespace = $1 AND number > $2 ORDER BY number LIMIT $3";
        self.all(SQL, &[&namespace, &int(behind), &int(most as u64)], trail_row)
    }

    pub(crate) fn last_in_trail(&mut self, namespace: &str) -> Result<Option<TrailRow>, Trouble> {
        const SQL: &str = "SELECT number, body, tag FROM wasi_crypto.trail
            WHERE namespace = $1 ORDER BY number DESC LIMIT 1";
        self.one(SQL, &[&namespace], trail_row)
    }

    fn one<T>(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        read: impl FnOnce(&Row) -> Result<T, Trouble>,
    ) -> Result<Option<T>, Trouble> {
        self.session.one(sql, params, self.deadline)?.as_ref().map(read).transpose()
    }

    fn all<T>(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        read: impl FnMut(&Row) -> Result<T, Trouble>,
    ) -> Result<Vec<T>, Trouble> {
        self.session.all(sql, params, self.deadline)?.iter().map(read).collect()
    }
}

/// A number as the database has it, where numbers are signed. Whatever must be kept as it is, is smaller.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn found(row: &Row) -> Result<Found, Trouble> {
    let nonce: &[u8] = get(row, 3)?;
    let nonce = nonce.try_into().unwrap_or_default();
    let (expires, sealed_len) = (optional_number(row, 2)?, number(row, 4)? as usize);
    Ok(Found { version: number(row, 0)?, kind: kind(row, 1)?, expires, nonce, sealed_len })
}

fn entry(row: &Row) -> Result<Entry, Trouble> {
    let header = Header {
        identifier: identifier(row, 0)?,
        version: number(row, 1)?,
        kind: kind(row, 2)?,
        algorithm: get(row, 3)?,
        imported: get(row, 4)?,
        created: number(row, 5)?,
        expires: optional_number(row, 6)?,
    };
    let state = match get::<i16>(row, 7)? {
        0 => State::Active,
        1 => State::Revoked,
        _ => return Err(Trouble::Row("a state")),
    };
    Ok(Entry {
        header,
        state,
        keep_until: optional_number(row, 8)?,
        sealed_len: number(row, 9)?,
        sealed_by: key_number(row, 10)?,
    })
}

fn trail_row(row: &Row) -> Result<TrailRow, Trouble> {
    Ok(TrailRow { number: number(row, 0)?, body: get(row, 1)?, tag: get(row, 2)? })
}

fn identifier(row: &Row, column: usize) -> Result<Identifier, Trouble> {
    Identifier::from_bytes(get(row, column)?).ok_or(Trouble::Row("an identifier"))
}

fn kind(row: &Row, column: usize) -> Result<Kind, Trouble> {
    let number = u8::try_from(get::<i16>(row, column)?).ok();
    number.and_then(Kind::from_number).ok_or(Trouble::Row("a kind"))
}

fn number(row: &Row, column: usize) -> Result<u64, Trouble> {
    u64::try_from(get::<i64>(row, column)?).map_err(|_| Trouble::Row("a number"))
}

fn key_number(row: &Row, column: usize) -> Result<u32, Trouble> {
    u32::try_from(get::<i64>(row, column)?).map_err(|_| Trouble::Row("the number of a key"))
}

fn optional_number(row: &Row, column: usize) -> Result<Option<u64>, Trouble> {
    let number = get::<Option<i64>>(row, column)?;
    number.map(|number| u64::try_from(number).map_err(|_| Trouble::Row("a number"))).transpose()
}

fn get<'a, T: FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, Trouble> {
    Ok(row.try_get(column)?)
}
