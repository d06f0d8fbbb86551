//! The pool: so many connections at most, made when they are needed, and anew when the server was away.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::secrets::store::postgres::session::Session;
use crate::secrets::store::postgres::trouble::Trouble;

/// What a connection is for. Those who change wait for one another in the server: they are let have half of the
/// connections only, so that who reads is not kept waiting by them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Reading,
    Changing,
}

/// Connections, and what is known of the server.
pub(crate) struct Pool {
    most: usize,
    state: Mutex<State>,
    given_back: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    reading: usize,
    changing: usize,
    down: Option<Down>,
}

/// A server that could not be reached.
struct Down {
    cause: String,
    tried: Instant,
}

impl Pool {
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), state: Mutex::default(), given_back: Condvar::new() }
    }

    /// A connection: one that nobody uses, or a new one.
    pub(crate) fn take(
        &self,
        purpose: Purpose,
        deadline: Instant,
        connect: impl FnOnce() -> Result<Session, Trouble>,
    ) -> Result<Lease<'_>, Trouble> {
        let permit = self.permit(purpose, deadline)?;
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
        Ok(Lease { session, permit })
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

    fn permit(&self, purpose: Purpose, deadline: Instant) -> Result<Permit<'_>, Trouble> {
        let mut state = self.state();
        while !self.admits(&state, purpose) {
            let left = deadline.checked_duration_since(Instant::now()).ok_or(Trouble::Busy)?;
            state = self.given_back.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        *state.count(purpose) += 1;
        Ok(Permit { pool: self, purpose })
    }

    fn admits(&self, state: &State, purpose: Purpose) -> bool {
        let is_free = state.reading + state.changing < self.most;
        is_free && (purpose == Purpose::Reading || state.changing < self.most.div_ceil(2))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn count(&mut self, purpose: Purpose) -> &mut usize {
        match purpose {
            Purpose::Reading => &mut self.reading,
            Purpose::Changing => &mut self.changing,
        }
    }
}

/// A connection in use. It is closed at the end, unless it is kept.
pub(crate) struct Lease<'a> {
    pub(crate) session: Session,
    permit: Permit<'a>,
}

impl Lease<'_> {
    /// Lets others have the connection: nothing went wrong on it.
    pub(crate) fn keep(self) {
        let Self { session, permit } = self;
        permit.pool.state().idle.push(session);
    }
}

struct Permit<'a> {
    pool: &'a Pool,
    purpose: Purpose,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.pool.state().count(self.purpose) -= 1;
        // All, as the next may wait for a purpose that is not admitted yet.
        self.pool.given_back.notify_all();
    }
}

/// So often a server is looked for that is away.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
