//! The catalogue of requirements: their ids, how binding they are, and whether a guest can see them kept.
//!
//! The specification contradicts itself in places; `CONTRADICTIONS.md` numbers those places. Cases cite the numbers in their
//! comments, and accept each reading.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use wasi_crypto_interface::AlgorithmType;

use crate::case::Case;

/// One requirement of the specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Its id; the first part is the area.
    pub id: &'static str,
    /// MUST, SHOULD, MAY or their negations, or "implicit" for what the text states without such a word.
    pub strength: &'static str,
    /// Whether any guest can observe it. Some need threads, or a host with a secrets manager.
    pub observable: &'static str,
    /// What it says, in our words.
    pub text: &'static str,
}

impl Requirement {
    /// The area, such as `SYM`.
    pub fn area(&self) -> &'static str {
        self.id.split('-').next().unwrap_or_default()
    }
}

/// An algorithm of the specification's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// Its name.
    pub name: &'static str,
    /// What it is used for.
    pub ty: AlgorithmType,
    /// Which table it is in.
    pub tier: Tier,
    /// The requirement that asks for it.
    pub requirement: &'static str,
}

/// The three tables of algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// A host must have it.
    Required,
    /// A host should have it.
    Recommended,
    /// A host may have it.
    Optional,
}

static REQUIREMENTS: LazyLock<Vec<Requirement>> = LazyLock::new(|| {
    let rows = include_str!("../requirements.tsv").lines().skip(1);
    let row = |line: &'static str| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        Requirement { id: next(), strength: next(), observable: next(), text: next() }
    };
    rows.map(row).collect()
});

static ALGORITHMS: LazyLock<Vec<Algorithm>> = LazyLock::new(|| {
    let algorithm = |requirement: &Requirement| {
        let tier = match requirement.id.split('-').take(2).collect::<Vec<_>>()[..] {
            ["ALG", "REQ"] => Tier::Required,
            ["ALG", "REC"] => Tier::Recommended,
            ["ALG", "OPT"] => Tier::Optional,
            _ => return None,
        };
        let (name, ty) = requirement.text.split_once(" is implemented as ")?;
        let ty = AlgorithmType::ALL.into_iter().find(|known| known.name() == ty)?;
        Some(Algorithm { name, ty, tier, requirement: requirement.id })
    };
    requirements().iter().filter_map(algorithm).collect()
});

/// All requirements.
pub fn requirements() -> &'static [Requirement] {
    &REQUIREMENTS
}

/// The requirement with this id.
pub fn requirement(id: &str) -> Option<&'static Requirement> {
    requirements().iter().find(|requirement| requirement.id == id)
}

/// The algorithms of the specification's tables.
pub fn algorithms() -> &'static [Algorithm] {
    &ALGORITHMS
}

/// The requirement that asks for an algorithm, in the spelling of the tables; `None` if the specification has no such algorithm.
pub fn requirement_of(algorithm: &str) -> Option<&'static str> {
    algorithms().iter().find(|known| known.name == algorithm).map(|known| known.requirement)
}

/// What the probe shows, besides the algorithms.
const PROBED: &[&str] = &[
    "ABI-MOD-001",
    "ABI-MOD-002",
    "ABI-FUNC-003",
    "ABI-FUNC-004",
    "ERR-NOTIMPL-003",
    "ALG-REQ-002",
    "ALG-REC-004",
    "EXT-INV-013",
    "EXT-OPT-001",
    "EXT-OPT-002",
    "EXT-STORE-008",
    "KID-INV-007",
    "MK-OPT-003",
    "SM-OPEN-003",
    "SM-OPT-001",
];

/// Requirements that guests can observe, of which no case is about, and why not.
pub const WITHOUT_CASE: &[(&str, &str)] = &[
    ("SYM-ABSORB-003", NO_TUPLES),
    ("SYM-STAG-019", NO_TUPLES),
    ("SYM-TUPLE-001", NO_TUPLES),
    ("SYM-TUPLE-002", NO_TUPLES),
    ("SYM-TUPLE-003", NO_TUPLES),
];

const NO_TUPLES: &str = "no algorithm of the tables hashes tuples";

/// Whether some case is about the requirement, or the probe shows it.
fn is_covered(requirement: &Requirement, named: &HashSet<&str>) -> bool {
    PROBED.contains(&requirement.id)
        || requirement.text.contains(" is implemented as ")
        || named.contains(requirement.id)
}

/// The requirements that cases name.
fn named(cases: &[Case]) -> HashSet<&str> {
    cases.iter().flat_map(|case| &case.requirements).map(AsRef::as_ref).collect()
}

/// For each area: how many of the requirements that any guest can observe have a case, and how many there are.
pub fn coverage(cases: &[Case]) -> BTreeMap<&'static str, (usize, usize)> {
    let (named, mut areas) = (named(cases), BTreeMap::new());
    for requirement in requirements().iter().filter(|requirement| requirement.observable == "yes") {
        let (covered, all) = areas.entry(requirement.area()).or_insert((0, 0));
        *all += 1;
        if is_covered(requirement, &named) {
            *covered += 1;
        }
    }
    areas
}

/// What is wrong with cases as a whole: ids that are not unique, requirements that do not exist.
pub fn defects(cases: &[Case]) -> Vec<String> {
    let mut defects = Vec::new();
    let known: HashSet<&str> = requirements().iter().map(|requirement| requirement.id).collect();
    let mut seen = HashSet::new();
    for case in cases {
        if !seen.insert(&case.id) {
            defects.push(format!("two cases are called {}", case.id));
        }
        if case.requirements.is_empty() {
            defects.push(format!("{} names no requirement", case.id));
        }
        for id in &case.requirements {
            if !known.contains(AsRef::<str>::as_ref(id)) {
                defects.push(format!("{} names the requirement {id}, which does not exist", case.id));
            }
        }
    }
    defects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_has_all_requirements_once() {
        let mut ids: Vec<&str> = requirements().iter().map(|requirement| requirement.id).collect();
        assert_eq!(ids.len(), 591);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 591);
        for requirement in requirements() {
            assert!(["yes", "no", "threads", "manager"].contains(&requirement.observable), "{requirement:?}");
            assert!(!requirement.text.is_empty(), "{requirement:?}");
        }
    }

    /// A requirement loses its case, or one is added without: either says so here.
    #[test]
    fn every_observable_requirement_has_a_case_or_a_reason() {
        let cases = crate::suite::all();
        let (named, mut covered) = (named(&cases), 0);
        for requirement in requirements().iter().filter(|requirement| requirement.observable != "no") {
            let reason = WITHOUT_CASE.iter().find(|(id, _)| *id == requirement.id);
            let is_covered = is_covered(requirement, &named);
            assert_eq!(is_covered, reason.is_none(), "{requirement:?}");
            covered += usize::from(is_covered);
        }
        println!("{covered} observable requirements have a case, {} a reason to have none", WITHOUT_CASE.len());
        for (id, _) in WITHOUT_CASE {
            assert!(requirements().iter().any(|requirement| requirement.id == *id), "{id}");
        }
    }

    #[test]
    fn cases_that_do_not_fit_the_catalogue_are_named() {
        let case = |id: &str, requirements: &[&str]| Case::new(id, requirements);
        let cases =
            [case("a", &["SYM-HASH-004"]), case("a", &["SYM-HASH-004"]), case("b", &[]), case("c", &["SYM-NO-1"])];
        assert_eq!(
            defects(&cases),
            [
                "two cases are called a",
                "b names no requirement",
                "c names the requirement SYM-NO-1, which does not exist"
            ]
        );
    }

    #[test]
    fn the_tables_of_algorithms_are_complete() {
        let count = |tier| algorithms().iter().filter(|algorithm| algorithm.tier == tier).count();
        assert_eq!((count(Tier::Required), count(Tier::Recommended), count(Tier::Optional)), (14, 18, 39));
    }
}
