//! Patterns for case ids.

/// Whether an id fits a pattern: `*` stands for any characters, `/` included, `?` for one. A pattern without either
/// also fits everything below it: `array/pull` fits `array/pull/larger-buffer`.
pub fn matches(pattern: &str, id: &str) -> bool {
    if !pattern.contains(['*', '?']) {
        return id
            .strip_prefix(pattern.trim_end_matches('/'))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    }
    let (pattern, id): (Vec<char>, Vec<char>) = (pattern.chars().collect(), id.chars().collect());
    let (mut p, mut i, mut star) = (0, 0, None);
    while i < id.len() {
        if p < pattern.len() && (pattern[p] == '?' || pattern[p] == id[i]) && pattern[p] != '*' {
            (p, i) = (p + 1, i + 1);
        } else if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, i));
            p += 1;
        } else if let Some((star_p, star_i)) = star {
            // Let the last star take one character more.
            star = Some((star_p, star_i + 1));
            (p, i) = (star_p + 1, star_i + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_fit_as_documented() {
        assert!(matches("array/pull", "array/pull/short"));
        assert!(matches("array/pull/", "array/pull/short"));
        assert!(!matches("array/pull", "array/pulling"));
        assert!(matches("*SHA-256*", "symmetric/hash/SHA-256/two-squeezes"));
        assert!(matches("a*c?e", "abbbcde"));
        assert!(!matches("a*c?e", "abbbce"));
        assert!(matches("*", ""));
        assert!(!matches("?", ""));
    }
}
