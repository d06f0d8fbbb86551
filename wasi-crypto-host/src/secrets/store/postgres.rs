//! A store in a PostgreSQL database: for many machines.

mod address;
mod pool;
mod rows;
mod schema;
mod session;
mod tls;
mod trouble;
mod waiting;

use std::thread;
use std::time::{Duration, Instant};

use crate::backend::random;
use crate::secrets::store::postgres::address::{Address, is_url};
use crate::secrets::store::postgres::pool::{Lease, Pool};
use crate::secrets::store::postgres::rows::{Reader, int};
use crate::secrets::store::postgres::session::{Params, Session, known};
use crate::secrets::store::postgres::trouble::Trouble;
use crate::secrets::store::postgres::waiting::Background;
use crate::secrets::{
    Due, Entry, Found, Identifier, Item, NamespaceRow, Record, SecretsError, SecretsStore, State, StoreError,
    StoreFault, TrailRow, Transaction, Usage, Version,
};

/// A store in a PostgreSQL database, version 11 or newer, in its schema `wasi_crypto`.
///
/// Any number of threads, processes and machines may use it at a time: the changes of a namespace are made one after the
/// other, by a lock in the server. What was acknowledged is on the server's disk, unless the server runs without `fsync`.
/// A server that is started again is waited for, up to the [time-out](PostgresStoreBuilder::timeout); one that is away
/// longer answers at once that it is, and is looked for once a second. A connection that is lost while a change is being
/// committed is resolved by asking the server, when it is there again, whether the change was done; only if that cannot
/// be found out is the fault [`InDoubt`](StoreFault::InDoubt).
///
/// Over the network it is always TLS, with the server's certificate and name checked, unless the URL says
/// `sslmode=disable`. Calls wait on the calling thread, which may belong to an executor, though that stands still
/// meanwhile.
pub struct PostgresStore {
    address: Address,
    timeout: Duration,
    background: Background,
    pool: Pool,
}

impl PostgresStore {
    /// Opens the store in the database at a URL, such as `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, and makes it if
    /// there is none.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        Self::builder(url).open()
    }

    /// Opens a store in another way.
    pub fn builder(url: &str) -> PostgresStoreBuilder {
        PostgresStoreBuilder { url: url.to_owned(), timeout: Duration::from_secs(5), connections: 8, create: true }
    }

    /// Whether a text is the URL of a PostgreSQL database, by its beginning.
    pub fn is_url(text: &str) -> bool {
        is_url(text)
    }

    /// Reads something, for a namespace, and again if the server was away.
    fn ask<T>(&self, namespace: &str, work: impl Fn(&mut Reader<'_>) -> Result<T, Trouble>) -> Result<T, StoreError> {
        self.until_done(|deadline| {
            let mut lease = self.lease(namespace, deadline)?;
            let value = work(&mut Reader { session: &mut lease.session, deadline })?;
            lease.keep();
            Ok(value)
        })
        .map_err(|trouble| self.error(&trouble))
    }

    /// Tries until it is done, fails for good, or took too long.
    fn until_done<T>(&self, mut attempt: impl FnMut(Instant) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let deadline = Instant::now() + self.timeout;
        loop {
            match attempt(deadline) {
                Err(trouble) if trouble.is_passing() => {
                    if self.pool.is_down() || Instant::now() + PAUSE >= deadline {
                        if trouble.is_about_connection() {
                            self.pool.gave_up(trouble.cause());
                        }
                        return Err(trouble);
                    }
                    thread::sleep(PAUSE);
                }
                done => return done,
            }
        }
    }

    fn lease(&self, namespace: &str, deadline: Instant) -> Result<Lease<'_>, Trouble> {
        self.pool.take(namespace, deadline, || {
            let mut session = Session::connect(&self.background, &self.address, self.timeout, deadline)?;
            session.migrate(false, deadline)?;
            Ok(session)
        })
    }

    /// One attempt at a change.
    fn try_change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
        deadline: Instant,
    ) -> Result<Result<(), SecretsError>, Trouble> {
        // Until it is known what became of the change: whoever finds that out waits in the server as a change does.
        let _turn = self.pool.turn_to_change(namespace, deadline)?;
        let mut lease = self.lease(namespace, deadline)?;
        let session = &mut lease.session;
        session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", deadline)?;
        let mark = begin(session, namespace, deadline)?;
        let mut change = Change { store: self, session, namespace, deadline, trouble: None };
        let result = work(&mut change);
        if let Some(trouble) = change.trouble {
            // Whatever the work made of it, the server has undone the change, or does so when the connection is closed.
            return if trouble.is_passing() { Err(trouble) } else { Ok(result.and(Err(self.error(&trouble).into()))) };
        }
        if result.is_err() {
            session.run("ROLLBACK", deadline)?;
            lease.keep();
            return Ok(result);
        }
        match session.run("COMMIT", deadline) {
            Ok(()) => lease.keep(),
            Err(trouble) if trouble.is_about_connection() || matches!(trouble, Trouble::Slow) => {
                // Another one is taken to ask, and this may be all that there are.
                drop(lease);
                return self.resolve(namespace, &mark, trouble).map(Ok);
            }
            Err(trouble) => return Err(trouble),
        }
        Ok(result)
    }

    /// Finds out whether a change was committed whose connection was lost on the way, by the mark that it left.
    fn resolve(&self, namespace: &str, mark: &[u8], lost: Trouble) -> Result<(), Trouble> {
        let deadline = Instant::now() + self.timeout;
        loop {
            match self.is_marked(namespace, mark, deadline) {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(lost),
                Err(trouble) if trouble.is_passing() && Instant::now() + PAUSE < deadline => thread::sleep(PAUSE),
                Err(_) => return Err(Trouble::InDoubt),
            }
        }
    }

    /// Whether a change was committed. Not by the number of its transaction, which a server that has crashed may give
    /// again.
    fn is_marked(&self, namespace: &str, mark: &[u8], deadline: Instant) -> Result<bool, Trouble> {
        let mut lease = self.lease(namespace, deadline)?;
        let session = &mut lease.session;
        session.run("BEGIN ISOLATION LEVEL READ COMMITTED", deadline)?;
        // Who has the lock knows that the change has ended, in one way or the other.
        session.all(
            "SELECT pg_advisory_xact_lock(hashtextextended('wasi_crypto:' || $1, 0))",
            &[&namespace],
            deadline,
        )?;
        let there = session.one("SELECT FROM wasi_crypto.changes WHERE mark = $1", &[&mark], deadline)?.is_some();
        session.run("COMMIT", deadline)?;
        lease.keep();
        Ok(there)
    }

    fn error(&self, trouble: &Trouble) -> StoreError {
        StoreError { store: self.name(), fault: trouble.fault(), cause: trouble.cause() }
    }
}

/// How to open a [`PostgresStore`].
#[derive(Clone)]
pub struct PostgresStoreBuilder {
    url: String,
    timeout: Duration,
    connections: usize,
    create: bool,
}

impl PostgresStoreBuilder {
    /// Sets how long a call may take before it is given up: waiting for a connection, for others, and for answers.
    /// At most four minutes: what is known of changes, by which one is found out that was in doubt, is kept for ten. Default: 5 seconds.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: timeout.min(Duration::from_secs(240)), ..self }
    }

    /// Sets how many connections there are at most; half of them, rounded up, for changes, of which one namespace has one at a time.
    /// Namespaces that wait for one are served in rotation. Default: 8.
    pub fn connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// Sets whether the tables are made if they are not there. Default: they are.
    pub fn create(self, create: bool) -> Self {
        Self { create, ..self }
    }

    /// Whether there is a store in the database.
    pub fn exists(self) -> Result<bool, StoreError> {
        let store = self.unopened()?;
        let deadline = Instant::now() + store.timeout;
        let found = Session::connect(&store.background, &store.address, store.timeout, deadline)
            .and_then(|mut session| session.schema(deadline));
        found.map(|schema| schema > 0).map_err(|trouble| store.error(&trouble))
    }

    /// Opens it, and brings it to the newest schema. The password, if there is none in the URL, is that in the
    /// environment variable `PGPASSWORD`.
    pub fn open(self) -> Result<PostgresStore, StoreError> {
        let create = self.create;
        let store = self.unopened()?;
        store.prepare(create).map_err(|trouble| store.error(&trouble))?;
        Ok(store)
    }

    fn unopened(self) -> Result<PostgresStore, StoreError> {
        let Self { url, timeout, connections, .. } = self;
        let unreachable =
            |store: &str, cause: String| StoreError { store: store.to_owned(), fault: StoreFault::Unreachable, cause };
        let address = Address::parse(&url).map_err(|cause| unreachable("the PostgreSQL store", cause))?;
        let background = Background::start().map_err(|cause| unreachable(&address.name, cause.to_string()))?;
        Ok(PostgresStore { address, timeout, background, pool: Pool::new(connections) })
    }
}

impl PostgresStore {
    /// Makes the tables, or brings them to the newest schema. A server that is not there is not waited for.
    fn prepare(&self, create: bool) -> Result<(), Trouble> {
        let deadline = Instant::now() + self.timeout;
        let lease = self.pool.take("", deadline, || {
            let mut session = Session::connect(&self.background, &self.address, self.timeout, deadline)?;
            session.check_encoding(deadline)?;
            session.migrate(create, deadline)?;
            Ok(session)
        })?;
        lease.keep();
        Ok(())
    }
}

impl SecretsStore for PostgresStore {
    fn name(&self) -> String {
        self.address.name.clone()
    }

    fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        self.ask("", |reader| reader.namespaces())
    }

    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
        if !is_name(namespace) {
            return Ok(None);
        }
        self.ask(namespace, |reader| reader.namespace(namespace))
    }

    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError> {
        if !is_name(namespace) {
            return Ok(None);
        }
        self.ask(namespace, |reader| reader.find(namespace, identifier, version))
    }

    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        if !is_name(namespace) {
            return Ok(None);
        }
        self.ask(namespace, |reader| reader.record(namespace, identifier, version))
    }

    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError> {
        if !is_name(namespace) {
            return Ok(Vec::new());
        }
        self.ask(namespace, |reader| reader.list(namespace, behind, most))
    }

    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError> {
        if !is_name(namespace) {
            return Ok(Vec::new());
        }
        self.ask(namespace, |reader| reader.trail(namespace, behind, most))
    }

    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        let done = self.until_done(|deadline| self.try_change(namespace, work, deadline));
        done.unwrap_or_else(|trouble| Err(self.error(&trouble).into()))
    }
}

/// Whether there can be a namespace of this name: a text of the database has no zero byte.
fn is_name(namespace: &str) -> bool {
    !namespace.contains('\0')
}

/// Waits until nobody else changes the namespace, and leaves a mark, which is returned: if it is there later, the change
/// was committed. By a lock, and not by the row of the namespace, which may not be there yet. Names with one hash wait for
/// one another, which is all.
fn begin(session: &mut Session, namespace: &str, deadline: Instant) -> Result<[u8; 16], Trouble> {
    const SQL: &str = "WITH marked AS (INSERT INTO wasi_crypto.changes VALUES ($2))
        SELECT pg_advisory_xact_lock(hashtextextended('wasi_crypto:' || $1, 0)), schema FROM wasi_crypto.store";
    // One change in 256 does this, so that these are some four times as many as came since; and no more, so that nobody waits long for what
    // others did.
    const FORGET: &str = "DELETE FROM wasi_crypto.changes WHERE mark = ANY (ARRAY(
        SELECT mark FROM wasi_crypto.changes WHERE made < now() - INTERVAL '10 minutes'
        ORDER BY made LIMIT 1000 FOR UPDATE SKIP LOCKED))";
    let mut mark = [0; 16];
    random::fill(&mut mark).map_err(|_| Trouble::Random)?;
    let row =
        session.one(SQL, &[&namespace, &&mark[..]], deadline)?.ok_or(Trouble::Row("the version of the schema"))?;
    // A newer build may have changed it since this connection was made.
    known(row.try_get(1)?)?;
    if mark[0] == 0 {
        session.execute(FORGET, &[], deadline)?;
    }
    Ok(mark)
}

/// A transaction of one namespace.
struct Change<'a> {
    store: &'a PostgresStore,
    session: &'a mut Session,
    namespace: &'a str,
    deadline: Instant,
    /// The first that went wrong; nothing more is done then.
    trouble: Option<Trouble>,
}

impl Change<'_> {
    fn execute(&mut self, sql: &'static str, params: Params<'_>) -> Result<(), StoreError> {
        let done = self.session.execute(sql, params, self.deadline);
        self.noted(done)
    }

    fn query<T>(&mut self, query: impl FnOnce(&mut Reader<'_>, &str) -> Result<T, Trouble>) -> Result<T, StoreError> {
        let answer = query(&mut Reader { session: self.session, deadline: self.deadline }, self.namespace);
        self.noted(answer)
    }

    fn noted<T>(&mut self, result: Result<T, Trouble>) -> Result<T, StoreError> {
        result.map_err(|trouble| {
            let error = self.store.error(&trouble);
            self.trouble.get_or_insert(trouble);
            error
        })
    }
}

impl Transaction for Change<'_> {
    fn namespace(&mut self) -> Result<Option<NamespaceRow>, StoreError> {
        self.query(|reader, namespace| reader.namespace(namespace))
    }

    fn put_namespace(&mut self, row: &NamespaceRow) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO wasi_crypto.namespaces VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (name) DO UPDATE SET wrapped_by = $2, wrapped_key = $3,
            keys = $4, secrets = $5, bytes = $6, revoked = $7, newest_key = $8";
        let Usage { keys, secrets, bytes, revoked } = row.usage;
        let [keys, secrets, bytes, revoked] = [keys, secrets, bytes, revoked].map(int);
        let wrapped_by = &row.wrapped_by.as_bytes()[..];
        let (namespace, newest) = (self.namespace, int(row.newest_key.into()));
        self.execute(SQL, &[&namespace, &wrapped_by, &row.wrapped_key, &keys, &secrets, &bytes, &revoked, &newest])
    }

    fn item(&mut self, identifier: &Identifier) -> Result<Option<Item>, StoreError> {
        self.query(|reader, namespace| reader.item(namespace, identifier))
    }

    fn put_item(&mut self, identifier: &Identifier, item: &Item) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO wasi_crypto.items VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (namespace, identifier) DO UPDATE SET kind = $3, algorithm = $4, highest = $5, latest = $6";
        let (kind, highest, latest) = (i16::from(item.kind as u8), int(item.highest), item.latest.map(int));
        let (namespace, identifier) = (self.namespace, &identifier.as_bytes()[..]);
        self.execute(SQL, &[&namespace, &identifier, &kind, &item.algorithm, &highest, &latest])
    }

    fn remove_item(&mut self, identifier: &Identifier) -> Result<(), StoreError> {
        let (namespace, identifier) = (self.namespace, &identifier.as_bytes()[..]);
        let which: Params<'_> = &[&namespace, &identifier];
        self.execute("DELETE FROM wasi_crypto.items WHERE namespace = $1 AND identifier = $2", which)
    }

    fn versions(&mut self, identifier: &Identifier) -> Result<Vec<Entry>, StoreError> {
        self.query(|reader, namespace| reader.versions(namespace, identifier))
    }

    fn read(&mut self, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        self.query(|reader, namespace| reader.record(namespace, identifier, version))
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO wasi_crypto.records VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (namespace, identifier, version) DO UPDATE SET kind = $4, algorithm = $5, imported = $6,
            created = $7, expires = $8, state = $9, keep_until = $10, sealed = $11, sealed_by = $12";
        let Entry { header, state, keep_until, sealed_by, .. } = &record.entry;
        let (namespace, identifier) = (self.namespace, &header.identifier.as_bytes()[..]);
        let (kind, state) = (i16::from(header.kind as u8), i16::from(*state as u8));
        self.execute(
            SQL,
            &[
                &namespace,
                &identifier,
                &int(header.version),
                &kind,
                &header.algorithm,
                &header.imported,
                &int(header.created),
                &header.expires.map(int),
                &state,
                &keep_until.map(int),
                &record.sealed,
                &int((*sealed_by).into()),
            ],
        )
    }

    fn remove(&mut self, identifier: &Identifier, version: u64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM wasi_crypto.records WHERE namespace = $1 AND identifier = $2 AND version = $3";
        let (namespace, identifier) = (self.namespace, &identifier.as_bytes()[..]);
        self.execute(SQL, &[&namespace, &identifier, &int(version)])
    }

    fn due(&mut self, state: State, most: usize) -> Result<Vec<Due>, StoreError> {
        self.query(|reader, namespace| reader.due(namespace, state, most))
    }

    fn last_in_trail(&mut self) -> Result<Option<TrailRow>, StoreError> {
        self.query(|reader, namespace| reader.last_in_trail(namespace))
    }

    fn add_to_trail(&mut self, row: &TrailRow) -> Result<(), StoreError> {
        let (namespace, number) = (self.namespace, int(row.number));
        self.execute(
            "INSERT INTO wasi_crypto.trail VALUES ($1, $2, $3, $4)",
            &[&namespace, &number, &row.body, &row.tag],
        )
    }
}

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

#[cfg(all(test, unix))]
mod tests;
