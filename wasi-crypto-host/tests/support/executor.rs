//! An executor of asynchronous guests, whose long work begins when the test says so, however busy the machine is.
#![allow(dead_code, reason = "each test uses a part")]

use std::sync::mpsc;

use tokio::runtime::{Builder, Runtime};

/// One that does long work on a single thread.
pub(crate) fn executor() -> Runtime {
    Builder::new_current_thread().max_blocking_threads(1).build().unwrap()
}

/// Long work that begins from now on waits until what is returned is dropped.
#[must_use]
pub(crate) fn hold_work(executor: &Runtime) -> mpsc::Sender<()> {
    let (hold, held) = mpsc::channel();
    executor.spawn_blocking(move || _ = held.recv());
    hold
}
