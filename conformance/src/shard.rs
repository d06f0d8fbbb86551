//! A part of the cases, for machines that share them.

use std::str::FromStr;

/// The cases of one machine out of several. Which case is whose depends on its id alone, not on the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0 on.
    number: u64,
    count: u64,
}

impl Shard {
    /// Whether the case of this id is one of them.
    pub fn takes(self, id: &str) -> bool {
        hash(id) % self.count == self.number
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number + 1, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    /// `2/5` is the second of five.
    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((number, count)) if (1..=count).contains(&number) => Ok(Self { number: number - 1, count }),
            Some((_, 0)) => Err("there is no part of nothing".to_owned()),
            Some((number, count)) => Err(format!("there is no part {number} of {count}; they count from 1")),
            None => Err("write for instance 1/3, the first of three parts".to_owned()),
        }
    }
}

/// FNV-1a of 64 bits, folded: its low bits alone are not even.
fn hash(id: &str) -> u64 {
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite;

    #[test]
    fn each_case_is_in_one_shard_and_shards_are_about_as_large() {
        let cases = suite::all();
        for count in [2, 3, 7] {
            let shards: Vec<Shard> = (1..=count).map(|i| format!("{i}/{count}").parse().unwrap()).collect();
            let mut sizes = vec![0; shards.len()];
            for case in &cases {
                let of: Vec<usize> = (0..shards.len()).filter(|i| shards[*i].takes(&case.id)).collect();
                assert_eq!(of.len(), 1, "{}", case.id);
                sizes[of[0]] += 1;
            }
            let even = cases.len() / shards.len();
            assert!(sizes.iter().all(|size| (even * 9 / 10..=even * 11 / 10).contains(size)), "{sizes:?}");
        }
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        assert_eq!("1/1".parse(), Ok(Shard { number: 0, count: 1 }));
        assert_eq!("2/5".parse::<Shard>().unwrap().to_string(), "2/5");
        for text in ["0/3", "4/3", "1/0", "0/0", "1", "a/b", "1/3/4", "-1/3", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
