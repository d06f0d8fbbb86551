//! Managed keys and external secrets, as a guest has them.

mod guest;
mod life;
mod policy;
mod races;
mod secrets;
#[path = "../support/mod.rs"]
mod support;
