//! The cases, one file for each area of the interface.
//!
//! To add an area: a file here with `pub(super) fn cases() -> Vec<Case>`, its `mod` line, and a line in [`all`].

use crate::case::Case;

mod array;

/// Every case of the suite.
pub fn all() -> Vec<Case> {
    let areas = [array::cases()];
    areas.into_iter().flatten().collect()
}
