//! Managed keys and external secrets, as a guest has them.

mod allowed;
mod guest;
mod life;
mod placement;
mod policy;
mod races;
mod secrets;
mod store;
#[path = "../support/mod.rs"]
mod support;
mod threads;
mod waiting;
