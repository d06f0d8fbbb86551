//! BLAKE2b (RFC 7693), written from the standard; the salt from the BLAKE2 paper, section 2.8.

/// The hash of `len` bytes. The key has 64 bytes at most, none is no key; the salt 16 bytes at most.
pub fn hash(key: &[u8], salt: &[u8], message: &[u8], len: usize) -> Vec<u8> {
    let mut parameters = [0; 64];
    parameters[..4].copy_from_slice(&[len as u8, key.len() as u8, 1, 1]);
    parameters[32..][..salt.len()].copy_from_slice(salt);
    let mut h = IV;
    for (word, parameter) in h.iter_mut().zip(words(&parameters)) {
        *word ^= parameter;
    }
    let mut data = Vec::new();
    if !key.is_empty() {
        data.extend_from_slice(key);
        data.resize(128, 0);
    }
    data.extend_from_slice(message);
    let whole = data.len().saturating_sub(1) / 128 * 128;
    for (i, block) in (1..).zip(data[..whole].chunks_exact(128)) {
        compress(&mut h, block, i * 128, false);
    }
    let total = data.len() as u128;
    data.resize(whole + 128, 0);
    compress(&mut h, &data[whole..], total, true);
    h.iter().flat_map(|word| word.to_le_bytes()).take(len).collect()
}

/// Section 3.2.
fn compress(h: &mut [u64; 8], block: &[u8], counter: u128, is_last: bool) {
    let mut m = [0; 16];
    m.iter_mut().zip(words(block)).for_each(|(word, value)| *word = value);
    let mut v = [0; 16];
    v[..8].copy_from_slice(h);
    v[8..].copy_from_slice(&IV);
    v[12] ^= counter as u64;
    v[13] ^= (counter >> 64) as u64;
    if is_last {
        v[14] = !v[14];
    }
    for round in 0..12 {
        let order = &SIGMA[round % 10];
        for (i, [a, b, c, d]) in MIXED.into_iter().enumerate() {
            v[a] = v[a].wrapping_add(v[b]).wrapping_add(m[order[2 * i]]);
            v[d] = (v[d] ^ v[a]).rotate_right(32);
            v[c] = v[c].wrapping_add(v[d]);
            v[b] = (v[b] ^ v[c]).rotate_right(24);
            v[a] = v[a].wrapping_add(v[b]).wrapping_add(m[order[2 * i + 1]]);
            v[d] = (v[d] ^ v[a]).rotate_right(16);
            v[c] = v[c].wrapping_add(v[d]);
            v[b] = (v[b] ^ v[c]).rotate_right(63);
        }
    }
    for (i, word) in h.iter_mut().enumerate() {
        *word ^= v[i] ^ v[i + 8];
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u64> {
    bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().expect("eight bytes")))
}

/// Columns, then diagonals.
const MIXED: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

/// That of SHA-512.
const IV: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Section 2.7.
const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
