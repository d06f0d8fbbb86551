//! Managed keys over several processes: they rotate one key at once, and are killed in the middle of their work.
//!
//! The processes are this test itself, run again with what to do in an environment variable.
#![allow(missing_docs)]

mod crash;
#[cfg(all(feature = "postgres", unix))]
mod postgres;
#[cfg(all(feature = "postgres", unix))]
mod postgres_server;
mod processes;
#[cfg(all(feature = "pkcs11", unix))]
mod tokens;
mod worker;
