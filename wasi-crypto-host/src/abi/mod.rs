//! From the raw arguments of a call to the host's objects: one file per module of the interface.

pub(crate) mod asymmetric_common;
mod batch;
pub(crate) mod call;
pub(crate) mod common;
pub(crate) mod data;
pub(crate) mod hostcall;
pub(crate) mod kx;
pub(crate) mod memory;
pub(crate) mod signatures;
pub(crate) mod symmetric;

pub use hostcall::{Hostcall, hostcalls};
pub use memory::{GuestMemory, SharedMemory};
pub use wasi_crypto_interface::{CoreType, HandleType, MAX_CORE_PARAMS, ParamType};
