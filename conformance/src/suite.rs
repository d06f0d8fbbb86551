//! The whole suite: what is written for it, and what is made of published vectors.

use crate::case::Case;
use crate::{cases, threads, vectors};

/// Every case.
pub fn all() -> Vec<Case> {
    [cases::all(), vec![threads::case()], vectors::symmetric(), vectors::asymmetric()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wasi_crypto_interface::AlgorithmType;

    use super::*;
    use crate::cases::symmetric::kinds;
    use crate::catalogue::{algorithms, coverage, defects};

    const PASSWORD_HASHES: [&str; 6] = ["ARGON2ID", "ARGON2I", "ARGON2D", "SCRYPT", "PBKDF2-SHA-256", "PBKDF2-SHA-512"];

    /// A row of the table that no list of the cases has would be listed as supported, and never be looked at.
    #[test]
    fn every_symmetric_algorithm_is_in_the_matrices_and_has_the_vectors_of_the_documentation() {
        let (cases, documentation) = (all(), include_str!("../VECTORS.md"));
        let symmetric = algorithms().iter().filter(|algorithm| algorithm.ty == AlgorithmType::Symmetric);
        let mut missing = Vec::new();
        for name in symmetric.map(|algorithm| algorithm.name).chain(PASSWORD_HASHES) {
            let own =
                || cases.iter().filter(|case| case.algorithms.iter().any(|own| own == name)).map(|case| &*case.id);
            let vectors = own().filter_map(|id| id.strip_prefix("vector/"));
            let sources: BTreeSet<&str> = vectors.map(source).collect();
            let row = format!("| {name} | {} |", sources.into_iter().collect::<Vec<_>>().join(", "));
            if !documentation.contains(&row) {
                missing.push(row);
            }
            let matrices: BTreeSet<&str> =
                own().filter_map(|id| id.strip_prefix("symmetric/")?.split('/').next()).collect();
            let count = own().filter(|id| !id.starts_with("vector/")).count();
            assert!(matrices.len() >= 3 && count >= 20, "{name}: {count} cases in {matrices:?}");
        }
        assert!(missing.is_empty(), "VECTORS.md has not these rows:\n{}", missing.join("\n"));
    }

    /// What is written for a kind of algorithms is asked of each of them: where most of a kind are, a new row is, too. Some matrices are about
    /// one or two, and other areas than this take one of a kind.
    #[test]
    fn algorithms_of_a_kind_are_in_the_same_matrices() {
        let (cases, kinds) = (cases::symmetric::cases(), kinds());
        // Where the algorithm stands in the id is up to the matrix.
        let matrices = |name: &String| -> BTreeSet<&str> {
            let own = cases.iter().filter(|case| case.algorithms.contains(name));
            own.filter_map(|case| case.id.strip_prefix("symmetric/")?.split('/').next()).collect()
        };
        for kind in &kinds {
            let of_each: Vec<_> = kind.iter().map(matrices).collect();
            let all: BTreeSet<_> = of_each.iter().flatten().collect();
            for matrix in all {
                let count = of_each.iter().filter(|own| own.contains(matrix)).count();
                let left_out: Vec<_> =
                    kind.iter().zip(&of_each).filter(|(_, own)| !own.contains(matrix)).map(|(name, _)| name).collect();
                assert!(2 * count <= kind.len() || left_out.is_empty(), "{matrix:?} has not {left_out:?}");
            }
        }
        let symmetric = algorithms().iter().filter(|algorithm| algorithm.ty == AlgorithmType::Symmetric);
        for name in symmetric.map(|algorithm| algorithm.name).chain(PASSWORD_HASHES) {
            assert!(kinds.iter().flatten().any(|known| known == name), "{name} is of no kind");
        }
    }

    /// The first word of an id, and of Wycheproof the file.
    fn source(id: &str) -> &str {
        let words = if id.starts_with("wycheproof/") { 2 } else { 1 };
        let end = id.match_indices('/').nth(words - 1).map_or(id.len(), |(at, _)| at);
        &id[..end]
    }

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
