//! The end of a process that cannot be ended otherwise.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::failure::Failure;
use crate::say;

/// Ends the process when it has not been dropped in time.
pub(crate) struct Watchdog(#[expect(dead_code, reason = "it is there to be dropped")] Sender<()>);

impl Watchdog {
    /// With this failure, after so long.
    pub(crate) fn start(limit: Duration, failure: Failure) -> Result<Self, Failure> {
        let (alive, is_alive) = mpsc::channel();
        let watch = move || {
            if is_alive.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let status = failure.status();
            // Standard error may be what nobody reads.
            thread::spawn(move || say(format_args!("wasi-crypto: {failure}\n")));
            thread::sleep(SAY);
            // Before it exits, Rust writes what is left of standard output, which nobody may read either.
            thread::spawn(move || std::process::exit(status));
            thread::sleep(SAY);
            std::process::abort();
        };
        let started = thread::Builder::new().name("wasi-crypto end".to_owned()).spawn(watch);
        started.map_err(|cause| Failure::not_started(format!("cannot start a thread: {cause}")))?;
        Ok(Self(alive))
    }
}

/// What there is to say, and to write, must be written in so long.
const SAY: Duration = Duration::from_millis(100);
