//! Managed keys and external secrets, as a guest has them.

mod guest;
mod life;
mod policy;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
