//! KMAC (NIST SP 800-185 section 4): cSHAKE of the key, the data and the length of the tag, which are written down here.

use cshake::CShake;
use cshake::digest::{ExtendableOutput, Update, XofReader};

use crate::backend::traits::Mac;
use crate::booking::ALLOCATION;
use crate::secret::{Secret, Wiped};

/// The rate of cSHAKE128, in bytes.
const RATE_128: usize = 168;

/// The rate of cSHAKE256, in bytes.
const RATE_256: usize = 136;

/// KMAC128 with tags of 32 bytes.
pub(crate) type Kmac128 = Kmac<RATE_128, 32>;

/// KMAC256 with tags of 64 bytes.
pub(crate) type Kmac256 = Kmac<RATE_256, 64>;

/// A MAC under way.
#[derive(Clone)]
pub(crate) struct Kmac<const RATE: usize, const TAG_LEN: usize>(Box<Wiped<CShake<RATE>>>);

impl<const RATE: usize, const TAG_LEN: usize> Kmac<RATE, TAG_LEN> {
    /// The size of a tag in bytes.
    pub(crate) const TAG_LEN: usize = TAG_LEN;

    pub(crate) fn new(key: &[u8], customization: &[u8]) -> Self {
        let mut mac = Wiped::boxed(CShake::new_with_function_name(b"KMAC", customization));
        // bytepad(encode_string(key), rate), section 2.3
        let rate = left_encode(RATE as u64);
        let key_bits = left_encode(8 * key.len() as u64);
        mac.update(rate.bytes());
        mac.update(key_bits.bytes());
        mac.update(key);
        let len = rate.bytes().len() + key_bits.bytes().len() + key.len();
        mac.update(&[0; RATE][..len.next_multiple_of(RATE) - len]);
        Self(mac)
    }
}

impl<const RATE: usize, const TAG_LEN: usize> Mac for Kmac<RATE, TAG_LEN> {
    const HELD: usize = size_of::<CShake<RATE>>() + ALLOCATION;

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn tag(&self) -> Secret {
        let mut mac = self.0.clone();
        mac.update(right_encode(8 * TAG_LEN as u64).bytes());
        let mut tag = Secret::zeroed(TAG_LEN);
        CShake::clone(&mac).finalize_xof().read(&mut tag);
        tag
    }
}

/// A number as SP 800-185 writes it down.
struct Encoded {
    bytes: [u8; 10],
    start: usize,
    end: usize,
}

impl Encoded {
    fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }
}

/// The number in as few bytes as it takes, one at least, and their count before them (section 2.3.1).
fn left_encode(number: u64) -> Encoded {
    let mut encoded = right_encode(number);
    encoded.start -= 1;
    encoded.end -= 1;
    encoded.bytes[encoded.start] = encoded.bytes[encoded.end];
    encoded
}

/// The number in as few bytes as it takes, one at least, and their count behind them (section 2.3.1).
fn right_encode(number: u64) -> Encoded {
    let len = (number.checked_ilog2().unwrap_or(0) / 8 + 1) as u8;
    let mut bytes = [0; 10];
    bytes[1..9].copy_from_slice(&number.to_be_bytes());
    bytes[9] = len;
    Encoded { bytes, start: 9 - usize::from(len), end: 10 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of section 2.3.1, and what is next to a longer encoding.
    #[test]
    fn numbers_are_written_with_their_lengths() {
        for (number, left, right) in [
            (0, &[1, 0][..], &[0, 1][..]),
            (255, &[1, 255], &[255, 1]),
            (256, &[2, 1, 0], &[1, 0, 2]),
            (65_536, &[3, 1, 0, 0], &[1, 0, 0, 3]),
            (u64::MAX, &[8, 255, 255, 255, 255, 255, 255, 255, 255], &[255, 255, 255, 255, 255, 255, 255, 255, 8]),
        ] {
            assert_eq!((left_encode(number).bytes(), right_encode(number).bytes()), (left, right), "{number}");
        }
    }
}
