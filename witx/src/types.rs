//! The types of parameters and results.

use crate::handle_type::HandleType;
use crate::list::ListType;

/// A parameter as the interface declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The name in the specification.
    pub name: &'static str,
    /// The type in the specification.
    pub ty: ParamType,
}

/// The types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// A handle: `i32`.
    Handle(HandleType),
    /// `algorithm_type`: `i32`.
    AlgorithmType,
    /// `keypair_encoding`: `i32`.
    KeypairEncoding,
    /// `publickey_encoding`: `i32`.
    PublickeyEncoding,
    /// `secretkey_encoding`: `i32`.
    SecretkeyEncoding,
    /// `signature_encoding`: `i32`.
    SignatureEncoding,
    /// A UTF-8 string: pointer and length in bytes, two `i32`.
    String,
    /// The start of bytes that the host reads: `i32`. The next parameter is their number.
    ConstPointer,
    /// The start of bytes that the host writes: `i32`. The next parameter is their number.
    Pointer,
    /// A number of bytes: `i32`.
    Size,
    /// A number: `i64`.
    U64,
    /// The version of a managed key or secret: `i64`. Some are [reserved](crate::version).
    Version,
    /// Seconds since the Unix epoch: `i64`.
    Timestamp,
    /// Pointer to an [optional](crate::optional_handle) options handle: `i32`.
    OptOptions,
    /// Pointer to an [optional](crate::optional_handle) symmetric key handle: `i32`.
    OptSymmetricKey,
    /// Records in guest memory: pointer and number of records, two `i32`.
    List(ListType),
}

impl ParamType {
    /// The number of WebAssembly parameters that it becomes, all of [this type](Self::core_type).
    pub const fn core_len(self) -> usize {
        match self {
            Self::String | Self::List(_) => 2,
            _ => 1,
        }
    }

    /// The type of the WebAssembly parameters that it becomes.
    pub const fn core_type(self) -> CoreType {
        match self {
            Self::U64 | Self::Version | Self::Timestamp => CoreType::I64,
            _ => CoreType::I32,
        }
    }
}

/// The types of results; each is written through one trailing pointer parameter (`i32`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultType {
    /// A new handle: 4 bytes.
    Handle(HandleType),
    /// A number of bytes: 4 bytes.
    Size,
    /// A version: 8 bytes.
    Version,
    /// A number: 8 bytes.
    U64,
    /// An array with one record for each entry of the batch.
    List(ListType),
}

/// The WebAssembly types of the lowered functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}
