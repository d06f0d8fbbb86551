//! How far a call got that takes long.

use std::time::Instant;

use crate::abi::call::{Finish, Place, Work};
use crate::errno::Errno;
use crate::limits::Spent;
use crate::objects::Table;
use crate::stop::StopHandle;

/// What [`WasiCryptoCtx::begin_call`](crate::WasiCryptoCtx::begin_call) came to.
#[derive(Debug)]
pub enum Progress {
    /// The call is over.
    Done(Errno),
    /// A part of the call is done, in about a third of a millisecond where it hashes with SHA-512. It goes on by
    /// [`WasiCryptoCtx::continue_call`](crate::WasiCryptoCtx::continue_call).
    Paused(PausedCall),
    /// The call goes on when this work has been run, on any thread.
    Pending(PendingWork),
}

/// Where a call is to go on.
#[derive(Debug)]
pub struct PausedCall {
    pub(crate) done: usize,
    /// What the entries of a batch have taken so far of what the call may take.
    pub(crate) spent: Spent,
    /// When the call began, if somebody wants to know.
    pub(crate) started: Option<Instant>,
}

/// Work of a call that needs nothing of the guest.
pub struct PendingWork {
    pub(crate) work: Work<Table>,
    pub(crate) place: Place,
    pub(crate) stop: StopHandle,
    /// The place of the function in the table.
    pub(crate) hostcall: usize,
    pub(crate) started: Option<Instant>,
}

/// The result of [`PendingWork`], for [`WasiCryptoCtx::finish_call`](crate::WasiCryptoCtx::finish_call).
pub struct FinishedWork {
    pub(crate) finish: Finish<Table>,
    pub(crate) hostcall: usize,
    pub(crate) started: Option<Instant>,
}

impl PendingWork {
    /// Does the work; this may take seconds, or about a millisecond from when it is stopped.
    pub fn run(self) -> FinishedWork {
        let Self { work, stop, hostcall, started, .. } = self;
        FinishedWork { finish: work(&stop), hostcall, started }
    }

    /// Whether it waits for a store of managed keys, which may take as long as a database does and no processor time, rather than compute.
    /// Whoever runs both should have places of their own for this. Of what was stopped, nobody needs to wait for the end.
    pub fn waits_for_store(&self) -> bool {
        self.place == Place::Store
    }

    /// Stops this work alone, for when nobody waits for it any more. The handle of the whole context stops it, too.
    pub fn stop_handle(&self) -> StopHandle {
        self.stop.clone()
    }
}

impl std::fmt::Debug for PendingWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PendingWork")
    }
}

impl std::fmt::Debug for FinishedWork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FinishedWork")
    }
}
