//! AEGIS (draft-irtf-cfrg-aegis-aead, sections 4 to 6) with tags of 128 bits, on the rounds of `softaes`.
//!
//! The X variants of a degree work on so many states side by side; of degree 1 they are AEGIS-128L and AEGIS-256.

use softaes::{Block, SoftAes};

/// AEGIS-128L and AEGIS-128X: the ciphertext and the tag.
pub fn aegis_128(degree: usize, key: &[u8], nonce: &[u8], ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let ([k], [n]) = (blocks(key), blocks(nonce));
    let [c0, c1] = constants();
    let mut lanes = vec![[k ^ n, c1, c0, c1, k ^ n, k ^ c0, k ^ c1, k ^ c0]; degree];
    for _ in 0..10 {
        for (i, lane) in lanes.iter_mut().enumerate() {
            lane[3] = lane[3] ^ context(i, degree);
            lane[7] = lane[7] ^ context(i, degree);
            update_128(lane, n, k);
        }
    }
    let rate = 32 * degree;
    for chunk in ad.chunks(rate) {
        absorb_128(&mut lanes, chunk);
    }
    let mut ciphertext = Vec::new();
    for chunk in message.chunks(rate) {
        let first = lanes.iter().map(|s| s[6] ^ s[1] ^ (s[2] & s[3]));
        let second = lanes.iter().map(|s| s[2] ^ s[5] ^ (s[6] & s[7]));
        let stream = first.chain(second).flat_map(|block| block.to_bytes());
        ciphertext.extend(chunk.iter().zip(stream).map(|(byte, more)| byte ^ more));
        absorb_128(&mut lanes, chunk);
    }
    for lane in &mut lanes {
        let last = lane[2] ^ lens(ad, message);
        (0..7).for_each(|_| update_128(lane, last, last));
    }
    (ciphertext, sum(lanes.iter().flat_map(|lane| &lane[..7])))
}

/// AEGIS-256 and AEGIS-256X: the ciphertext and the tag.
pub fn aegis_256(degree: usize, key: &[u8], nonce: &[u8], ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let ([k0, k1], [n0, n1]) = (blocks(key), blocks(nonce));
    let [c0, c1] = constants();
    let mut lanes = vec![[k0 ^ n0, k1 ^ n1, c1, c0, k0 ^ c0, k1 ^ c1]; degree];
    for block in [k0, k1, k0 ^ n0, k1 ^ n1].repeat(4) {
        for (i, lane) in lanes.iter_mut().enumerate() {
            lane[3] = lane[3] ^ context(i, degree);
            lane[5] = lane[5] ^ context(i, degree);
            update_256(lane, block);
        }
    }
    let rate = 16 * degree;
    for chunk in ad.chunks(rate) {
        absorb_256(&mut lanes, chunk);
    }
    let mut ciphertext = Vec::new();
    for chunk in message.chunks(rate) {
        let stream = lanes.iter().flat_map(|s| (s[1] ^ s[4] ^ s[5] ^ (s[2] & s[3])).to_bytes());
        ciphertext.extend(chunk.iter().zip(stream).map(|(byte, more)| byte ^ more));
        absorb_256(&mut lanes, chunk);
    }
    for lane in &mut lanes {
        let last = lane[3] ^ lens(ad, message);
        (0..7).for_each(|_| update_256(lane, last));
    }
    (ciphertext, sum(lanes.iter().flatten()))
}

/// A row of blocks, one for each state, and a second row.
fn absorb_128(lanes: &mut [[Block; 8]], chunk: &[u8]) {
    let chunk = filled_up(chunk, 32 * lanes.len());
    let (first, second) = chunk.split_at(lanes.len());
    for ((lane, m0), m1) in lanes.iter_mut().zip(first).zip(second) {
        update_128(lane, *m0, *m1);
    }
}

fn absorb_256(lanes: &mut [[Block; 6]], chunk: &[u8]) {
    let chunk = filled_up(chunk, 16 * lanes.len());
    for (lane, block) in lanes.iter_mut().zip(chunk) {
        update_256(lane, block);
    }
}

fn update_128(state: &mut [Block; 8], m0: Block, m1: Block) {
    let old = *state;
    for (i, new) in state.iter_mut().enumerate() {
        *new = SoftAes::block_encrypt(&old[(i + 7) % 8], &old[i]);
    }
    state[0] = state[0] ^ m0;
    state[4] = state[4] ^ m1;
}

fn update_256(state: &mut [Block; 6], block: Block) {
    let old = *state;
    for (i, new) in state.iter_mut().enumerate() {
        *new = SoftAes::block_encrypt(&old[(i + 5) % 6], &old[i]);
    }
    state[0] = state[0] ^ block;
}

/// What tells one state of several from the others.
fn context(i: usize, degree: usize) -> Block {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&[i as u8, degree as u8 - 1]);
    Block::from_bytes(&bytes)
}

fn lens(ad: &[u8], message: &[u8]) -> Block {
    let lens = [ad.len(), message.len()].map(|len| (len as u64 * 8).to_le_bytes());
    Block::from_slice(&lens.concat())
}

fn sum<'a>(blocks: impl Iterator<Item = &'a Block>) -> Vec<u8> {
    blocks.fold(Block::from_bytes(&[0; 16]), |sum, block| sum ^ *block).to_bytes().to_vec()
}

fn filled_up(chunk: &[u8], len: usize) -> Vec<Block> {
    let mut whole = chunk.to_vec();
    whole.resize(len, 0);
    whole.chunks_exact(16).map(Block::from_slice).collect()
}

fn blocks<const N: usize>(bytes: &[u8]) -> [Block; N] {
    std::array::from_fn(|i| Block::from_slice(&bytes[16 * i..16 * (i + 1)]))
}

/// Fibonacci numbers modulo 256.
fn constants() -> [Block; 2] {
    [0x00010102_0305080d_15223759_90e97962_u128, 0xdb3d1855_6dc22ff1_20113142_73b528dd_u128]
        .map(|block| Block::from_bytes(&block.to_be_bytes()))
}
