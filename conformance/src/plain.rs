//! Text of others, on its way to a terminal or into a report.

/// `most` characters of the text at most, without those that control a terminal or turn the order of letters around.
/// Newlines and tabs stay.
pub(crate) fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|c| is_plain(*c)).take(most).collect()
}

fn is_plain(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        // What writes from right to left in the middle of a line.
        '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        c => !c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_a_terminal_goes() {
        assert_eq!(plain("a \u{1b}[31mred\u{7}\0\u{9b} word\r\n\tand so on\u{7f}", 100), "a [31mred word\n\tand so on");
        assert_eq!(plain("1\u{202e}2\u{2067}3", 100), "123");
        assert_eq!(plain("é\u{fffd}ß", 2), "é\u{fffd}");
    }
}
