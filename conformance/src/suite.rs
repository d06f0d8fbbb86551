//! The whole suite: what is written for it, and what is made of published vectors.

use crate::case::Case;
use crate::{cases, threads, vectors};

/// Every case.
pub fn all() -> Vec<Case> {
    [cases::all(), vec![threads::case()], vectors::symmetric(), vectors::asymmetric()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{coverage, defects};

    #[test]
    fn every_observable_requirement_of_the_interface_itself_has_a_case() {
        let coverage = coverage(&all());
        for area in ["ABI", "ERR", "HANDLE", "ARRAY", "OPT", "SEC"] {
            let (covered, all) = coverage[area];
            assert_eq!(covered, all, "{area}");
        }
    }

    #[test]
    fn every_case_has_its_own_id_and_names_known_requirements() {
        assert_eq!(defects(&all()), Vec::<String>::new());
    }
}
