//! Random bytes.

use std::collections::HashSet;

use wasi_crypto_bindings::random;

#[test]
fn every_part_of_the_output_is_random() {
    // One key of the host expands to 8160 bytes.
    let mut bytes = vec![0; 3 * 8160 + 16];
    random::fill(&mut bytes).unwrap();
    let parts: HashSet<&[u8]> = bytes.chunks(16).collect();
    assert_eq!(parts.len(), bytes.len() / 16, "no 16 bytes come twice");
    assert!(!parts.contains(&[0; 16][..]));

    let mut again = bytes.clone();
    random::fill(&mut again).unwrap();
    assert!(again.chunks(16).all(|part| !parts.contains(part)));
    random::fill(&mut []).unwrap();

    // 196,736 bits: half of them within eight standard deviations.
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    assert!(ones.abs_diff(4 * bytes.len() as u32) < 1800, "{ones}");
}

#[cfg(feature = "rand_core")]
#[test]
fn the_host_is_a_generator() {
    use rand_core::{CryptoRng, TryCryptoRng, TryRng, UnwrapErr};
    use wasi_crypto_bindings::random::HostRng;

    fn draw(generator: &mut impl CryptoRng) -> [u64; 3] {
        let (mut low, mut high) = ([0; 8], generator.next_u32());
        generator.fill_bytes(&mut low);
        while high == 0 {
            high = generator.next_u32();
        }
        [u64::from_le_bytes(low), generator.next_u64(), high.into()]
    }
    let mut generator = UnwrapErr(HostRng);
    assert_ne!(draw(&mut generator), draw(&mut generator));
    fn fallible(mut generator: impl TryCryptoRng) -> bool {
        generator.try_next_u64().is_ok()
    }
    assert!(fallible(HostRng) && HostRng.try_next_u32().is_ok());
}
