//! What the threads of a shared context meet at. Under `cfg(loom)`, which tests alone are built with, it is loom's, so that these can run their
//! threads in every order there is: `cargo xtask loom`.

#[cfg(loom)]
pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
#[cfg(not(loom))]
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic};
