//! Sessions: a connection that has been made ready, and how its statements are run.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

use crate::secrets::StoreFault;
use crate::secrets::store::postgres::address::Address;
use crate::secrets::store::postgres::schema::MIGRATIONS;
use crate::secrets::store::postgres::trouble::Trouble;
use crate::secrets::store::postgres::waiting::{Background, wait};

/// A connection, used by one thread at a time.
pub(crate) struct Session {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
}

/// What a statement is given.
pub(crate) type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

impl Session {
    /// Connects to a database of a schema that this build knows.
    pub(crate) fn connect(
        background: &Background,
        address: &Address,
        timeout: Duration,
        deadline: Instant,
    ) -> Result<Self, Trouble> {
        let client = Self::client(background, address, deadline)?;
        let mut session = Self { client, prepared: HashMap::new() };
        session.set_up(timeout, deadline)?;
        Ok(session)
    }

    fn client(background: &Background, address: &Address, deadline: Instant) -> Result<Client, Trouble> {
        let (config, tls, runtime) = (address.config.clone(), address.tls.clone(), background.handle().clone());
        // A connection ends by an error when the server goes, which whoever uses it is told.
        let connected = async move {
            match tls {
                Some(tls) => {
                    let (client, connection) = config.connect(tls).await?;
                    runtime.spawn(connection);
                    Ok(client)
                }
                None => {
                    let (client, connection) = config.connect(NoTls).await?;
                    runtime.spawn(connection);
                    Ok(client)
                }
            }
        };
        let connected = background.run(connected, deadline);
        connected.ok_or(Trouble::Slow)?.map_err(Trouble::NoConnection)
    }

    fn set_up(&mut self, timeout: Duration, deadline: Instant) -> Result<(), Trouble> {
        let all = timeout.as_millis().max(1);
        // Somewhat sooner than the client gives up, so that it is known who was waited for.
        let lock = (all * 9 / 10).max(1);
        // What was acknowledged is on the server's disk, whatever the database has been told. A client that is stopped in
        // the middle of a change keeps others waiting no longer than that.
        self.run(
            &format!(
                "SET statement_timeout = {all}; SET lock_timeout = {lock};
                 SET idle_in_transaction_session_timeout = {all};
                 SELECT set_config('synchronous_commit', 'on', false)
                 WHERE current_setting('synchronous_commit') = 'off'"
            ),
            deadline,
        )
    }

    /// Whether the server has gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements that give nothing back.
    pub(crate) fn run(&self, sql: &str, deadline: Instant) -> Result<(), Trouble> {
        wait(self.client.batch_execute(sql), deadline).ok_or(Trouble::Slow)?.map_err(Trouble::Sql)
    }

    /// All rows.
    pub(crate) fn all(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        deadline: Instant,
    ) -> Result<Vec<Row>, Trouble> {
        let statement = self.prepared(sql, deadline)?;
        Ok(wait(self.client.query(&statement, params), deadline).ok_or(Trouble::Slow)??)
    }

    /// The row, if there is one.
    pub(crate) fn one(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
        deadline: Instant,
    ) -> Result<Option<Row>, Trouble> {
        Ok(self.all(sql, params, deadline)?.into_iter().next())
    }

    /// Changes rows.
    pub(crate) fn execute(&mut self, sql: &'static str, params: Params<'_>, deadline: Instant) -> Result<(), Trouble> {
        let statement = self.prepared(sql, deadline)?;
        wait(self.client.execute(&statement, params), deadline).ok_or(Trouble::Slow)??;
        Ok(())
    }

    fn prepared(&mut self, sql: &'static str, deadline: Instant) -> Result<Statement, Trouble> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = wait(self.client.prepare(sql), deadline).ok_or(Trouble::Slow)??;
        self.prepared.insert(sql, statement.clone());
        Ok(statement)
    }

    /// Brings the database to the newest schema, or finds that it is; makes the tables only if it is told to.
    pub(crate) fn migrate(&mut self, create: bool, deadline: Instant) -> Result<(), Trouble> {
        let found = self.schema(deadline)?;
        if found == NEWEST {
            return Ok(());
        }
        if found == 0 && !create {
            return Err(Trouble::Schema(StoreFault::Unreachable, "the database has no store of keys yet"));
        }
        self.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", deadline)?;
        self.all("SELECT pg_advisory_xact_lock($1)", &[&MIGRATION], deadline)?;
        // Another process may have been first.
        let found = self.schema(deadline)?;
        if found == 0 && !self.has_namespace_of_tables(deadline)? {
            // Asked for only if it is not there: who may not make one may still be given one.
            self.run("CREATE SCHEMA wasi_crypto", deadline)?;
        }
        for migration in &MIGRATIONS[found as usize..] {
            self.run(migration, deadline)?;
        }
        self.run(&format!("UPDATE wasi_crypto.store SET schema = {NEWEST}; COMMIT"), deadline)
    }

    /// Which schema the database has; 0 is none yet.
    pub(crate) fn schema(&mut self, deadline: Instant) -> Result<u32, Trouble> {
        let there = self.one("SELECT to_regclass('wasi_crypto.store') IS NOT NULL", &[], deadline)?;
        if !there.is_some_and(|row| row.get(0)) {
            return Ok(0);
        }
        let row = self.one("SELECT schema FROM wasi_crypto.store", &[], deadline)?;
        known(row.ok_or(Trouble::Row("the version of the schema"))?.try_get(0)?)
    }

    fn has_namespace_of_tables(&mut self, deadline: Instant) -> Result<bool, Trouble> {
        let there = self.one("SELECT to_regnamespace('wasi_crypto') IS NOT NULL", &[], deadline)?;
        Ok(there.is_some_and(|row| row.get(0)))
    }

    /// Whether the database keeps every character of a name.
    pub(crate) fn check_encoding(&mut self, deadline: Instant) -> Result<(), Trouble> {
        let row = self.one("SELECT current_setting('server_encoding') = 'UTF8'", &[], deadline)?;
        if row.is_some_and(|row| row.get(0)) {
            Ok(())
        } else {
            Err(Trouble::Schema(StoreFault::Broken, "the encoding of the database is not UTF8"))
        }
    }
}

/// Whether this build knows a schema.
pub(crate) fn known(schema: i32) -> Result<u32, Trouble> {
    let found = u32::try_from(schema).map_err(|_| Trouble::Row("the version of the schema"))?;
    if found > NEWEST {
        return Err(Trouble::Schema(StoreFault::NewerSchema { found, known: NEWEST }, ""));
    }
    Ok(found)
}

const NEWEST: u32 = MIGRATIONS.len() as u32;

/// The lock of those who migrate: "wcks".
const MIGRATION: i64 = u32::from_be_bytes(*b"wcks") as i64;
