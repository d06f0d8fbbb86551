//! From the raw arguments of a call to the host's objects: one file per module of the interface.

pub(crate) mod asymmetric_common;
mod batch;
pub(crate) mod call;
pub(crate) mod common;
pub(crate) mod hostcall;
pub(crate) mod kx;
pub(crate) mod memory;
pub(crate) mod signatures;
pub(crate) mod symmetric;

pub use hostcall::{
    CoreType, HandleType, Hostcall, ListType, MAX_CORE_PARAMS, Param, ParamType, ResultType, hostcalls,
};
pub use memory::{GuestMemory, SharedMemory};
