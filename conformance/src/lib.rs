//! The WASI-Crypto conformance suite: what any implementation, on any engine, does and does not do.
//!
//! A [`Case`] is written with a builder as if it were a guest program:
//!
//! ```
//! use wasi_crypto_conformance::{Case, Expect, Kind};
//! use wasi_crypto_interface::Errno::*;
//!
//! let mut c = Case::new("symmetric/hash/SHA-256/two-squeezes", &["SYM-HASH-004"]).algorithm("SHA-256");
//! let state = c.state_open("SHA-256", None, None);
//! c.absorb(state, "ab");
//! let first = c.squeeze(state, 32);
//! let second = c.squeeze(state, 32);
//! c.same(first, second);
//! // Calls expect success unless told otherwise.
//! let out = c.expect(InvalidLength).squeeze(state, 33);
//! c.untouched(out);
//! // Where the text allows several answers, that of this project's host comes first.
//! c.expect(Expect::only(InvalidOperation).or_info([UnsupportedFeature])).ratchet(state);
//! c.close(state);
//! ```
//!
//! For what the typed methods cannot say, [`Case::call`] takes any function of the interface with any arguments: wrong
//! enums, [`Pointer::end`] and [`Pointer::absolute`] addresses, overlapping [`Buffer::slice`]s, [`Case::unaligned`]
//! slots, hand-made optional structs.
//!
//! The runner makes WebAssembly guests of many cases each, runs them, and judges. What runs them is an
//! [`Engine`](engine::Engine): whatever a command line starts ([`engine::command`]), or, with the feature `embedded`, which is on
//! unless you leave it out, this project's host on wasmtime (`engine::embedded`). The suite itself knows no host, but
//! the interface as [`wasi_crypto_interface`] has it.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod batches;
mod builder;
mod calls;
mod capability;
mod case;
mod cases;
pub mod catalogue;
mod cause;
pub mod cli;
pub mod contradictions;
pub mod engine;
pub mod expectations;
mod export;
mod fallback;
pub mod glob;
mod guest;
mod hex;
mod key_formats;
mod key_probe;
mod oracle;
mod plain;
mod probe;
pub mod random;
mod reader;
pub mod report;
pub mod repro;
pub mod runner;
pub mod shard;
pub mod suite;
mod test_keys;
mod threads;
mod trial;
mod vectors;
mod verdict;

pub use builder::{Arg, Data, POISON};
pub use calls::{BatchResults, Encoding, Given, KeyKind, SignatureEncoding, close_function};
pub use case::{Buffer, Case, Expect, Handle, Kind, Oracle, Pointer, Relation, Size, Strength, Value, Wide};
pub use cause::{Cause, StepKind};
pub use verdict::{CaseResult, Verdict};
