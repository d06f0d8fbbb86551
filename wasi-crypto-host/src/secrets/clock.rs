//! What time it is.

use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time by which keys and secrets expire. Tests set it by a closure.
pub trait Clock: Send + Sync {
    /// Seconds since the start of 1970 in UTC.
    fn now(&self) -> u64;
}

impl<F: Fn() -> u64 + Send + Sync> Clock for F {
    fn now(&self) -> u64 {
        self()
    }
}

/// The clock of the system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        // A clock before 1970 is wrong; what expires then has not expired yet.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}
