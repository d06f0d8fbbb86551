//! `wasi-crypto keys`, from outside: what an operator does, and what he is told when it cannot be done.
#![allow(missing_docs)]

mod audit;
mod backup;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(all(any(feature = "postgres", feature = "pkcs11"), unix))]
mod elsewhere;
mod guests;
#[path = "../support/hex.rs"]
mod hex;
mod life;
mod openssl;
mod page;
mod place;
#[cfg(all(feature = "postgres", unix))]
#[path = "../secrets/postgres_server.rs"]
mod postgres_server;
mod processes;
mod secrecy;
mod trouble;
