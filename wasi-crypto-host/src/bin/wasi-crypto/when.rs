//! Points in time as people write them, in UTC.

const DAY: u64 = 24 * 60 * 60;
const UNITS: [(&str, u64); 4] = [("s", 1), ("m", 60), ("h", 60 * 60), ("d", DAY)];

/// A point in time that somebody named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Never,
    /// In seconds since 1970.
    At(u64),
    /// So many seconds from now.
    In(u64),
}

impl When {
    /// In seconds since 1970; none is never.
    pub(crate) fn from(self, now: u64) -> Option<u64> {
        match self {
            Self::Never => None,
            Self::At(time) => Some(time),
            Self::In(seconds) => Some(now.saturating_add(seconds)),
        }
    }
}

/// Reads `never`, `now`, a time from now such as `90d`, or a time in UTC such as `2027-01-31` or `2027-01-31T12:00:00Z`.
pub(crate) fn parse_when(text: &str) -> Result<When, String> {
    match text {
        "never" => return Ok(When::Never),
        "now" => return Ok(When::In(0)),
        _ => {}
    }
    parse_duration(text).map(When::In).or_else(|| parse_time(text).map(When::At)).ok_or_else(|| {
        "write never, now, a time from now such as 90d, 12h, 30m or 45s, or a time in UTC such as 2027-01-31 or \
         2027-01-31T12:00:00Z"
            .to_owned()
    })
}

/// A time for people: `2027-01-31T12:00:00Z`.
pub(crate) fn utc(time: u64) -> String {
    let (days, second) = (time / DAY, time % DAY);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn parse_duration(text: &str) -> Option<u64> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let (_, seconds) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*seconds)
}

fn parse_time(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T').map_or((text, "00:00:00"), |(date, time)| (date, time));
    let time = if text.contains('T') { time.strip_suffix('Z')? } else { time };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let fits = year >= 1970 && hour < 24 && minute < 60 && second < 60;
    let days = fits.then(|| days(year, month, day))??;
    Some(days * DAY + hour * 3600 + minute * 60 + second)
}

/// Three numbers of so many digits.
fn numbers(text: &str, separator: char, digits: [usize; 3]) -> Option<[u64; 3]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let parts: [&str; 3] = parts.try_into().ok()?;
    let mut numbers = [0; 3];
    for ((number, part), digits) in numbers.iter_mut().zip(parts).zip(digits) {
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    Some(numbers)
}

/// The days from 1970 to a date; none if there is no such date.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let month = usize::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
    if day == 0 || day > month_len(year, month) {
        return None;
    }
    let of_months: u64 = (1..month).map(|month| month_len(year, month)).sum();
    Some(days_before(year) - days_before(1970) + of_months + day - 1)
}

/// The date so many days after 1970 began.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + days_before(1970);
    // A year too late by at most one: years have 365.2425 days.
    let mut year = days * 400 / DAYS_OF_400_YEARS + 1;
    while days_before(year) > days {
        year -= 1;
    }
    while days_before(year + 1) <= days {
        year += 1;
    }
    let mut rest = days - days_before(year);
    let mut month = 1;
    while rest >= month_len(year, month) {
        rest -= month_len(year, month);
        month += 1;
    }
    (year, month as u64, rest + 1)
}

/// The days of all years before this one, from year 1 of the Gregorian calendar on.
fn days_before(year: u64) -> u64 {
    let before = year - 1;
    before * 365 + before / 4 - before / 100 + before / 400
}

/// The days of a month, of which the first is 1.
fn month_len(year: u64, month: usize) -> u64 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const DAYS_OF_400_YEARS: u64 = 146_097;

#[cfg(test)]
mod tests {
    use super::*;

    /// From `date --utc --date=@N`.
    const KNOWN: [(u64, &str); 9] = [
        (0, "1970-01-01T00:00:00Z"),
        (68_169_599, "1972-02-28T23:59:59Z"),
        (68_169_600, "1972-02-29T00:00:00Z"),
        (951_782_399, "2000-02-28T23:59:59Z"),
        (951_868_800, "2000-03-01T00:00:00Z"),
        (1_798_761_599, "2026-12-31T23:59:59Z"),
        (1_798_761_600, "2027-01-01T00:00:00Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ];

    #[test]
    fn times_are_written_as_the_calendar_has_them_and_read_again() {
        for (time, text) in KNOWN {
            assert_eq!(utc(time), text);
            assert_eq!(parse_when(text), Ok(When::At(time)));
        }
        assert_eq!(parse_when("2027-01-01"), Ok(When::At(1_798_761_600)));
        for day in 0..200_000 {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), Some(day));
        }
    }

    /// The latest time that a store keeps.
    #[test]
    fn the_end_of_time_has_a_date() {
        assert_eq!(utc(i64::MAX as u64), "292277026596-12-04T15:30:07Z");
    }

    #[test]
    fn a_time_from_now_has_a_unit() {
        assert_eq!(parse_when("90d").unwrap().from(1000), Some(90 * 86_400 + 1000));
        assert_eq!(parse_when("12h"), Ok(When::In(43_200)));
        assert_eq!(parse_when("now").unwrap().from(7), Some(7));
        assert_eq!(parse_when("never").unwrap().from(7), None);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in [
            "",
            "90",
            "d",
            "90 days",
            "-1d",
            "99999999999999999999d",
            "999999999999999999d",
            "2027-02-29",
            "2027-00-01",
            "2027-13-01",
            "2027-04-31",
            "2027-01-00",
            "1969-12-31",
            "27-01-01",
            "2027-1-1",
            "2027-01-01T12:00:00",
            "2027-01-01T24:00:00Z",
            "2027-01-01T12:60:00Z",
            "2027-01-01T12:00Z",
            "2027-01-01Z",
            "2027-01-01T+1:00:00Z",
        ] {
            assert!(parse_when(wrong).is_err(), "{wrong}");
        }
    }
}
