//! The cases, one file for each area of the interface.
//!
//! To add an area: a file here with `pub(super) fn cases() -> Vec<Case>`, its `mod` line, and a line in [`all`].

use crate::case::Case;

mod abi;
mod array;
mod batch;
pub(crate) mod encodings;
mod encodings_malformed;
mod encodings_of_tools;
mod errors;
mod fixture;
mod handle_types;
mod handles;
mod key_exchange;
mod keypairs;
mod limits;
mod limits_handles;
mod limits_work;
mod memory;
mod options;
mod public_keys;
mod secret_keys;
pub(crate) mod secrets;
mod signatures;
mod signatures_encodings;
pub(crate) mod symmetric;

/// The cases of all areas.
pub(crate) fn all() -> Vec<Case> {
    let areas = [
        abi::cases(),
        array::cases(),
        batch::cases(),
        encodings::cases(),
        encodings_malformed::cases(),
        encodings_of_tools::cases(),
        errors::cases(),
        handle_types::cases(),
        handles::cases(),
        key_exchange::cases(),
        keypairs::cases(),
        limits::cases(),
        limits_handles::cases(),
        limits_work::cases(),
        memory::cases(),
        options::cases(),
        public_keys::cases(),
        secret_keys::cases(),
        secrets::cases(),
        signatures::cases(),
        signatures_encodings::cases(),
        symmetric::cases(),
    ];
    areas.into_iter().flatten().collect()
}
