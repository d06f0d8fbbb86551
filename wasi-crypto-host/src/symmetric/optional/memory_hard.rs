//! What password hashes that are hard on memory have in common.

use crate::errno::Errno;
use crate::limits::{Limits, Spent};
use crate::options::NumberOption;
use crate::symmetric::traits::{Given, Weight};

/// What PHC strings allow. No more than one thread works on them.
const MAX_PARALLELISM: u64 = 255;

/// A cost that must be there: `parameters_missing`, for 0 also.
pub(super) fn cost(given: &Given<'_>, option: NumberOption) -> Result<u64, Errno> {
    given.options.number(option).filter(|cost| *cost > 0).ok_or(Errno::ParametersMissing)
}

/// One part, if the option is not set. `parameters_missing` for 0 of them, `prohibited_operation` for more than 255.
pub(super) fn parallelism(given: &Given<'_>) -> Result<u64, Errno> {
    match given.options.number(NumberOption::Parallelism).unwrap_or(1) {
        0 => Err(Errno::ParametersMissing),
        parts if parts > MAX_PARALLELISM => Err(Errno::ProhibitedOperation),
        parts => Ok(parts),
    }
}

/// Whether the limits allow work that goes over much memory.
pub(super) fn check_memory_work(cost: Spent, limits: &Limits) -> Result<Weight, Errno> {
    if cost.memory_work > limits.password_memory_work { Err(Errno::ProhibitedOperation) } else { Ok(Weight::Long) }
}
