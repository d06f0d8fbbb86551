//! What a call comes to for the engine.

use ::wasmtime::{Result, Trap};

use crate::errno::Errno;

/// What the guest gets; one whose call was stopped ends.
#[inline(always)]
pub(super) fn result(errno: Errno) -> Result<u32> {
    match errno {
        Errno::InProgress => Err(interrupted()),
        errno => Ok(u32::from(errno.number())),
    }
}

#[cold]
fn interrupted() -> ::wasmtime::Error {
    Trap::Interrupt.into()
}
