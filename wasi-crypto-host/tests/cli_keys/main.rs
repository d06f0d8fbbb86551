//! `wasi-crypto keys`, from outside: what an operator does, and what he is told when it cannot be done.
#![allow(missing_docs)]

mod audit;
mod backup;
mod guests;
#[path = "../support/hex.rs"]
mod hex;
mod life;
mod openssl;
mod page;
mod place;
mod processes;
mod secrecy;
mod trouble;
