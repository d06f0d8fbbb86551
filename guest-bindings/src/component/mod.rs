//! The functions of [`raw`](crate::raw) where guests are components: what they take becomes what the WIT package `wasi:crypto@0.11.0` takes,
//! and what that gives goes to where they want it.
//!
//! Handles are the component's own numbers of resources. A number that is none is a trap here, and no status.
#![allow(unsafe_code, reason = "these are the imports, in another form")]
#![allow(
    missing_docs,
    clippy::missing_safety_doc,
    reason = "they are those of `raw`, and documented where there is no host"
)]
#![allow(clippy::too_many_arguments, reason = "the interface has that many")]

mod alike;
mod answer;
mod batch;
mod imports;
mod lists;
#[cfg(not(target_env = "p2"))]
mod realloc;
mod replaced;
mod squeezed;

pub use self::alike::*;
pub use self::batch::*;
pub use self::lists::*;
pub use self::replaced::*;
pub use self::squeezed::*;
