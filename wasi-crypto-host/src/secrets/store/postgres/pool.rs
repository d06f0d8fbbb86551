//! The pool: so many connections at most, made when they are needed, and anew when the server was away.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::secrets::store::postgres::session::Session;
use crate::secrets::store::postgres::trouble::Trouble;
use crate::turns::{Turn, Turns};

/// Connections, and what is known of the server.
///
/// Who changes something takes a turn for that first, and a connection then. Changes of a namespace wait for one another, and in the
/// server for those of other processes: so there are turns for half of the connections only, and who reads is not kept waiting by
/// changes; and one for each namespace, so that its changes keep no connections that do nothing but wait for one another.
pub(crate) struct Pool {
    changes: Turns<Arc<str>>,
    connections: Turns<Arc<str>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    down: Option<Down>,
}

/// A server that could not be reached.
struct Down {
    cause: String,
    tried: Instant,
}

impl Pool {
    pub(crate) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { changes: Turns::new(most.div_ceil(2), 1), connections: Turns::new(most, most), state: Mutex::default() }
    }

    /// A turn to change a namespace, which is taken before a connection for it, and kept until it is known what became of the change.
    pub(crate) fn turn_to_change(&self, namespace: &str, deadline: Instant) -> Result<Turn<Arc<str>>, Trouble> {
        take(&self.changes, namespace, deadline).ok_or(Trouble::Busy("others have changes under way"))
    }

    /// A connection for a namespace: one that nobody uses, or a new one.
    pub(crate) fn take(
        &self,
        namespace: &str,
        deadline: Instant,
        connect: impl FnOnce() -> Result<Session, Trouble>,
    ) -> Result<Lease<'_>, Trouble> {
        let turn = take(&self.connections, namespace, deadline).ok_or(Trouble::Busy("all connections are in use"))?;
        let idle = {
            let mut state = self.state();
            state.idle.retain(|session| !session.is_closed());
            state.idle.pop()
        };
        let session = match idle {
            Some(session) => session,
            None => {
                self.check_down()?;
                let session = connect()?;
                self.state().down = None;
                session
            }
        };
        Ok(Lease { session, pool: self, _turn: turn })
    }

    /// Notes that somebody has tried for as long as he may, so that others do not: a guest that goes on without an
    /// answer gets it at once.
    pub(crate) fn gave_up(&self, cause: String) {
        self.state().down = Some(Down { cause, tried: Instant::now() });
    }

    /// Whether the server has been away for so long that nobody waits for it any more.
    pub(crate) fn is_down(&self) -> bool {
        self.state().down.is_some()
    }

    /// Lets one in a while look whether the server is there again.
    fn check_down(&self) -> Result<(), Trouble> {
        match &mut self.state().down {
            Some(down) if down.tried.elapsed() < LOOK_AGAIN => Err(Trouble::Down(down.cause.clone())),
            Some(down) => {
                down.tried = Instant::now();
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
impl Pool {
    /// How many wait for a turn to change something.
    pub(crate) fn waiting_to_change(&self) -> usize {
        self.changes.waiting()
    }
}

fn take(turns: &Turns<Arc<str>>, namespace: &str, deadline: Instant) -> Option<Turn<Arc<str>>> {
    turns.take(namespace.into(), deadline.saturating_duration_since(Instant::now()))
}

/// A connection in use. It is closed at the end, unless it is kept.
pub(crate) struct Lease<'a> {
    pub(crate) session: Session,
    pool: &'a Pool,
    /// Ends behind the session.
    _turn: Turn<Arc<str>>,
}

impl Lease<'_> {
    /// Lets others have the connection: nothing went wrong on it.
    pub(crate) fn keep(self) {
        let Self { session, pool, _turn } = self;
        pool.state().idle.push(session);
    }
}

/// So often a server is looked for that is away.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
