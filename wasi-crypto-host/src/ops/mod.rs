//! Every function of the interface once, on Rust values: one file per module of the interface.
//!
//! An operation goes three steps. It *admits*: everything that can fail before something is written is checked, and what it will hold
//! is booked. It *runs*: the work, on bytes that it is given. It *commits*: objects go (back) into the table. [`Objects`] is what it
//! needs of the table, so that one text serves a context with one owner, where objects are borrowed, and one that threads
//! share, where they are taken out for as long as the work takes.

pub(crate) mod asymmetric_common;
pub(crate) mod common;
mod data;
pub(crate) mod export;
pub(crate) mod external_secrets;
pub(crate) mod kx;
pub(crate) mod managed_keys;
mod objects;
pub(crate) mod secrets_manager;
pub(crate) mod signatures;
pub(crate) mod symmetric;

pub(crate) use data::{Buffer, Bytes, Fed, Input, Output};
pub(crate) use objects::{Load, Objects, Turn};
