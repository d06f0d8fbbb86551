//! What can be the matter with a database.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::secrets::StoreFault;
use crate::secrets::store::postgres::address::causes;

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// What the client or the server says.
    Sql(Error),
    /// There is no connection, and it was tried.
    NoConnection(Error),
    /// The server did not answer in time.
    Slow,
    /// Others took too long with what there is too little of.
    Busy(&'static str),
    /// The server could not be reached a moment ago, for this reason, and was not asked again.
    Down(String),
    /// The connection was lost while a change was being committed.
    InDoubt,
    /// It can be reached, and is no store of this build.
    Schema(StoreFault, &'static str),
    /// A row is not as it was written.
    Row(&'static str),
    /// The system gave no random bytes.
    Random,
}

impl Trouble {
    /// Whether it may be over in a moment, as after the server was started again.
    pub(crate) fn is_passing(&self) -> bool {
        self.is_about_connection()
            || self.code().is_some_and(|code| {
                [&SqlState::T_R_SERIALIZATION_FAILURE, &SqlState::T_R_DEADLOCK_DETECTED].contains(&code)
            })
    }

    /// Whether there is no connection, or there is none any more.
    pub(crate) fn is_about_connection(&self) -> bool {
        match self {
            // Of a server that answers, and says no, not.
            Self::Sql(error) | Self::NoConnection(error) => match error.code() {
                Some(code) => GOING.contains(&code) || code.code().starts_with("08"),
                None => error.is_closed() || is_from_the_network(error),
            },
            _ => false,
        }
    }

    pub(crate) fn fault(&self) -> StoreFault {
        match self {
            Self::Schema(fault, _) => *fault,
            Self::Row(_) => StoreFault::BrokenRow,
            Self::Busy(_) => StoreFault::Locked,
            Self::Slow => StoreFault::TooSlow,
            Self::InDoubt => StoreFault::InDoubt,
            Self::NoConnection(_) | Self::Down(_) | Self::Random => StoreFault::Unreachable,
            Self::Sql(_) if self.is_about_connection() => StoreFault::Unreachable,
            Self::Sql(error) => error.code().map_or(StoreFault::Broken, fault_of),
        }
    }

    pub(crate) fn cause(&self) -> String {
        match self {
            Self::Sql(error) | Self::NoConnection(error) => causes(error),
            Self::Slow => "there was no answer".to_owned(),
            Self::Busy(cause) => (*cause).to_owned(),
            Self::Down(cause) => cause.clone(),
            Self::InDoubt => String::new(),
            Self::Schema(_, cause) => (*cause).to_owned(),
            Self::Row(what) => format!("{what} is wrong"),
            Self::Random => "the operating system's random number generator failed".to_owned(),
        }
    }

    fn code(&self) -> Option<&SqlState> {
        match self {
            Self::Sql(error) | Self::NoConnection(error) => error.code(),
            _ => None,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

/// What a server says that is about to end, or not there yet.
const GOING: [&SqlState; 5] = [
    &SqlState::ADMIN_SHUTDOWN,
    &SqlState::CRASH_SHUTDOWN,
    &SqlState::CANNOT_CONNECT_NOW,
    &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    &SqlState::TOO_MANY_CONNECTIONS,
];

/// Appendix A of PostgreSQL's documentation.
fn fault_of(code: &SqlState) -> StoreFault {
    match code.code() {
        "55P03" => StoreFault::Locked,
        "57014" => StoreFault::TooSlow,
        "25006" => StoreFault::ReadOnly,
        // Rights, passwords, databases that are not there.
        "42501" | "3D000" => StoreFault::Unreachable,
        code if code.starts_with("28") => StoreFault::Unreachable,
        code if code.starts_with("53") => StoreFault::Full,
        _ => StoreFault::Broken,
    }
}

fn is_from_the_network(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            // TLS says there what is wrong with a certificate, which will be so in a moment, too.
            return io.kind() != std::io::ErrorKind::InvalidData;
        }
        cause = error.source();
    }
    false
}
