//! The cases, one file for each area of the interface.
//!
//! To add an area: a file here with `pub(super) fn cases() -> Vec<Case>`, its `mod` line, and a line in [`all`].

use crate::case::Case;

mod abi;
mod array;
mod errors;
mod fixture;
mod handle_types;
mod handles;
mod limits;
mod options;
pub(crate) mod symmetric;

/// Every case of the suite.
pub fn all() -> Vec<Case> {
    let areas = [
        abi::cases(),
        array::cases(),
        errors::cases(),
        handle_types::cases(),
        handles::cases(),
        limits::cases(),
        options::cases(),
        symmetric::cases(),
    ];
    areas.into_iter().flatten().collect()
}
