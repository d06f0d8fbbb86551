//! The interface of [WASI-Crypto](https://github.com/WebAssembly/wasi-crypto) (witx 0.10) as data: what a host links, what a guest
//! imports, and what the numbers mean that go between them. No code of either, no dependencies, no allocation.
//!
//! ```
//! use wasi_crypto_interface::{CoreType, Errno, Function, HandleType, ParamType, ResultType, functions};
//!
//! assert_eq!(functions().len(), 86);
//! let squeeze = Function::find("symmetric_state_squeeze_tag").unwrap();
//! assert_eq!(squeeze.module(), "wasi_ephemeral_crypto_symmetric");
//! assert_eq!(squeeze.params()[0].ty, ParamType::Handle(HandleType::SymmetricState));
//! assert_eq!(squeeze.results(), [ResultType::Handle(HandleType::SymmetricTag)]);
//! // The handle, and where the new one goes. It returns an `i32`, as all do:
//! assert_eq!(squeeze.core_params(), [CoreType::I32; 2]);
//! assert_eq!(Errno::from_number(15), Some(Errno::InvalidHandle));
//! ```
//!
//! The package holds the `.witx` files, too; a test compares them with what is here. Their README has the layouts in
//! memory.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[macro_use]
mod numbered;

mod algorithm_type;
mod encodings;
mod errno;
mod function;
mod functions;
mod handle_type;
mod list;
pub mod optional_handle;
mod types;
pub mod version;

pub use algorithm_type::AlgorithmType;
pub use encodings::{KeypairEncoding, PublickeyEncoding, SecretkeyEncoding, SignatureEncoding};
pub use errno::Errno;
pub use function::{Function, MAX_CORE_PARAMS};
pub use functions::{MODULES, functions};
pub use handle_type::HandleType;
pub use list::{Field, FieldType, ListType};
pub use types::{CoreType, Param, ParamType, ResultType};
