//! Bytes as hexadecimal digits in lower case.

pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of digits that are written down here.
///
/// # Panics
///
/// If they are none.
pub(crate) fn decode(digits: &str) -> Vec<u8> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => panic!("{digits:?} is not hexadecimal"),
    };
    assert!(digits.len().is_multiple_of(2), "{digits:?} has half a byte");
    digits.as_bytes().chunks_exact(2).map(|pair| nibble(pair[0]) << 4 | nibble(pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_become_bytes_and_back() {
        assert_eq!(decode("00ff7a"), [0, 0xff, 0x7a]);
        assert_eq!(encode(&[0, 0xff, 0x7a]), "00ff7a");
    }
}
