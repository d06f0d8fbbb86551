//! Which requirement a finding breaks: of those that its results are about the strongest, and of these the one whose text is
//! about what went wrong.

use std::collections::BTreeMap;

use wasi_crypto_interface::Errno;

use super::entry::Entry;
use crate::catalogue::{self, Requirement};
use crate::cause::Cause;

/// The requirements of some results, each with how many of them are about it, those of most results first.
pub(super) fn counted<'e>(entries: &'e [&mut Entry]) -> Vec<(&'e str, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in entries.iter().flat_map(|entry| &entry.requirements) {
        *counts.entry(id).or_default() += 1;
    }
    let mut requirements: Vec<(&str, usize)> = counts.into_iter().collect();
    requirements.sort_by(|(a, m), (b, n)| (n, a).cmp(&(m, b)));
    requirements
}

/// The one to quote. `common` is what the results have in common; `mentions`: how many cases are about each requirement,
/// whatever came of them.
pub(super) fn strongest(
    common: &Cause,
    entries: &[&mut Entry],
    mentions: &BTreeMap<String, usize>,
) -> Option<&'static Requirement> {
    let counted = counted(entries);
    let most = counted.first().map_or(0, |(_, count)| *count);
    let often = counted.into_iter().filter(|(_, count)| count * 2 >= most);
    let known = often.filter_map(|(id, count)| Some((catalogue::requirement(id)?, count)));
    known
        .min_by_key(|(requirement, count)| {
            let about = |entry: &&&mut Entry| entry.requirements.iter().any(|id| id == requirement.id);
            let causes = entries.iter().filter(about).filter_map(|entry| entry.cause.as_ref());
            let fit: usize = causes.map(|cause| fit(requirement.text, common, cause)).sum();
            // Where no text says more than another: the one that is broken most of the time when it is asked for.
            let held = mentions.get(requirement.id).map_or(0, |all| all.saturating_sub(*count) * 1000 / all);
            (rank(requirement), usize::MAX - fit, held, usize::MAX - count)
        })
        .map(|(requirement, _)| requirement)
}

fn rank(requirement: &Requirement) -> u8 {
    match requirement.strength {
        // What the text merely states binds like a MUST.
        "MUST" | "MUST NOT" | "implicit" => 0,
        "SHOULD" | "SHOULD NOT" => 1,
        _ => 2,
    }
}

/// How much of what went wrong a text is about: the answer that was due, and what the function does.
fn fit(text: &str, common: &Cause, cause: &Cause) -> usize {
    let words: Vec<String> =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_ascii_lowercase).collect();
    let errors = || Errno::ALL.iter().filter(|errno| **errno != Errno::Success).map(|errno| errno.name());
    let due = if errors().any(|name| name == common.wanted) { &common.wanted } else { &cause.wanted };
    let is_due = |name: &&str| due.split(" or ").any(|due| due == *name);
    let names_answer = errors().filter(is_due).any(|name| words.iter().any(|word| word == name));
    let deeds: Vec<&str> = cause.function.split('_').filter(|word| DEEDS.contains(word)).collect();
    // `decrypt` is also in "decryption" and "decrypted", and "verif" in what comes of `verify`.
    let does = |deed: &&str| words.iter().any(|word| word.contains(deed.trim_end_matches(['e', 'y'])));
    2 * usize::from(names_answer) + usize::from(!deeds.is_empty() && deeds.iter().all(does))
}

/// What functions do, as their names have it. The rest of a name says to what.
const DEEDS: &[&str] = &[
    "absorb",
    "clone",
    "close",
    "decapsulate",
    "decrypt",
    "detached",
    "dh",
    "encapsulate",
    "encrypt",
    "export",
    "from",
    "generate",
    "get",
    "import",
    "invalidate",
    "len",
    "open",
    "pull",
    "ratchet",
    "replace",
    "set",
    "sign",
    "squeeze",
    "store",
    "tag",
    "verify",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::StepKind;
    use crate::verdict::{CaseResult, Verdict};

    fn entry(requirements: &[&str], function: &str, seen: &str, wanted: &str) -> Entry {
        let probe = CaseResult::probe("x".to_owned(), requirements.iter().map(ToString::to_string).collect(), "");
        let cause = Some(Cause::new(function, StepKind::Answer, seen, wanted));
        Entry::new(&CaseResult { verdict: Verdict::Fail, cause, ..probe })
    }

    fn quoted(mut entries: Vec<Entry>, mentions: &[(&str, usize)]) -> &'static str {
        let mentions = mentions.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect();
        let common = Cause::new("*", StepKind::Answer, "success", "an error");
        let entries: Vec<&mut Entry> = entries.iter_mut().collect();
        strongest(&common, &entries, &mentions).map_or("", |requirement| requirement.id)
    }

    /// On such a host no case shows that raw signatures are read, and some show that signatures are refused.
    #[test]
    fn forged_signatures_break_what_is_said_of_verification_and_not_of_encodings() {
        let (verify, refusal) = ("signature_verification_state_verify", "verification_failed or invalid_signature");
        let forged = entry(&["SIG-VER-001", "SIG-VER-005", "SIG-ENC-001"], verify, "success", refusal);
        assert_eq!(
            quoted(vec![forged; 9], &[("SIG-VER-001", 40), ("SIG-VER-005", 30), ("SIG-ENC-001", 9)]),
            "SIG-VER-005"
        );
    }

    #[test]
    fn where_no_text_is_about_it_the_one_that_is_broken_most_of_the_time_is_quoted() {
        let wrong = entry(&["SIG-ENC-001", "SYM-HASH-004"], "kx_dh", "success", "invalid_key");
        assert_eq!(quoted(vec![wrong.clone()], &[("SIG-ENC-001", 1), ("SYM-HASH-004", 9)]), "SIG-ENC-001");
        assert_eq!(quoted(vec![wrong], &[("SIG-ENC-001", 9), ("SYM-HASH-004", 1)]), "SYM-HASH-004");
    }
}
