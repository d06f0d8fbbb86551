//! Sizes and times as people write them.

use std::fmt;
use std::time::Duration;

const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
const TIMES: [(&str, u64); 4] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

/// Reads a size such as `64MiB`; a bare number counts bytes.
pub(crate) fn parse_size(text: &str) -> Result<usize, String> {
    let (number, unit) = split(text);
    let factor = if unit.is_empty() { Some(1) } else { factor(&SIZES, unit) };
    factor
        .and_then(|factor| number.parse::<u64>().ok()?.checked_mul(factor))
        .and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| "write a whole number of B, KiB, MiB or GiB, such as 64MiB".to_owned())
}

/// Reads a time such as `500ms`.
pub(crate) fn parse_time(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text);
    factor(&TIMES, unit)
        .and_then(|factor| number.parse::<u64>().ok()?.checked_mul(factor))
        .filter(|milliseconds| *milliseconds > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| "write a whole number, above zero, of ms, s, m or h, such as 5s or 500ms".to_owned())
}

/// A size for people: `1.5 MiB`.
pub(crate) struct Size(pub(crate) usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0 as u64;
        match SIZES.iter().find(|(_, factor)| *factor > 1 && size >= *factor) {
            Some((unit, factor)) if size.is_multiple_of(*factor) => write!(f, "{} {unit}", size / factor),
            Some((unit, factor)) => write!(f, "{:.1} {unit}", size as f64 / *factor as f64),
            None if size == 1 => f.write_str("1 byte"),
            None => write!(f, "{size} bytes"),
        }
    }
}

fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

fn factor(units: &[(&str, u64)], unit: &str) -> Option<u64> {
    units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|(_, factor)| *factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_a_binary_unit() {
        assert_eq!(parse_size("65536"), Ok(65536));
        assert_eq!(parse_size("64MiB"), Ok(64 << 20));
        assert_eq!(parse_size("2 gib"), Ok(2 << 30));
        for wrong in ["", "MiB", "64MB", "-1", "1.5MiB", "99999999999999999999", "99999999999GiB"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_need_a_unit() {
        assert_eq!(parse_time("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(parse_time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_time("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "5", "s", "0s", "5 days", "99999999999999999999s", "99999999999999999h"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_shown_in_the_largest_unit() {
        assert_eq!(Size(0).to_string(), "0 bytes");
        assert_eq!(Size(1).to_string(), "1 byte");
        assert_eq!(Size(1023).to_string(), "1023 bytes");
        assert_eq!(Size(64 << 20).to_string(), "64 MiB");
        assert_eq!(Size(17 * 65536).to_string(), "1.1 MiB");
    }
}
