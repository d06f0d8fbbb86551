//! The face for components: the functions of `wasi:crypto@0.11.0` on the operations, whatever the engine.
//!
//! Most functions are their operation, on bytes where they lie in the guest's memory ([`List`]) and bytes that become a list of the guest
//! ([`NewList`]). Those that may take long, and batches, run as the handlers of the face for modules do, on a [`Frame`]: so there is one way to
//! hand out work, to stop it, and to share what a call may take among entries.

mod frame;
mod list;
mod watched;

pub(crate) use frame::{FIRST, Frame, pair};
pub(crate) use list::{List, NewBuffer, NewList, PacedList};
pub(crate) use watched::{Noted, watched};
