//! AES in the modes that no other crate of the suite has, on the rounds of `softaes`: CMAC (RFC 4493), CBC (NIST SP 800-38A) with the padding of
//! PKCS#7, AEGIS-256 (draft-irtf-cfrg-aegis-aead, section 5).

use softaes::key_schedule::{key_expansion_128, key_expansion_256};
use softaes::{Block, SoftAes};

/// The tag.
pub(crate) fn cmac(key: &[u8], message: &[u8]) -> [u8; 16] {
    let aes = Aes::new(key);
    let first = doubled(aes.encrypt([0; 16]));
    let whole = message.len().saturating_sub(1) / 16 * 16;
    let (blocks, rest) = message.split_at(whole);
    let mut last = first;
    if rest.len() < 16 {
        last = doubled(first);
        last[rest.len()] ^= 0x80;
    }
    last.iter_mut().zip(rest).for_each(|(byte, more)| *byte ^= more);
    let chained = blocks.chunks_exact(16).fold([0; 16], |chained, block| aes.encrypt(xor(chained, array(block))));
    aes.encrypt(xor(chained, last))
}

/// The ciphertext, padding included.
pub(crate) fn cbc(key: &[u8], iv: &[u8], message: &[u8]) -> Vec<u8> {
    let (aes, mut chained) = (Aes::new(key), array(iv));
    let mut padded = message.to_vec();
    let padding = 16 - message.len() % 16;
    padded.resize(message.len() + padding, padding as u8);
    cbc_blocks(&aes, &mut chained, &padded)
}

/// The same for whole blocks that are not padded, which so can be padded wrongly.
pub(crate) fn cbc_unpadded(key: &[u8], iv: &[u8], blocks: &[u8]) -> Vec<u8> {
    cbc_blocks(&Aes::new(key), &mut array(iv), blocks)
}

fn cbc_blocks(aes: &Aes, chained: &mut [u8; 16], blocks: &[u8]) -> Vec<u8> {
    let encrypt = |block: &[u8]| {
        *chained = aes.encrypt(xor(*chained, array(block)));
        *chained
    };
    blocks.chunks_exact(16).flat_map(encrypt).collect()
}

/// The ciphertext, and the tag of 128 bits.
pub(crate) fn aegis_256(key: &[u8], nonce: &[u8], ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let [k0, k1] = [0, 16].map(|at| Block::from_slice(&key[at..at + 16]));
    let [n0, n1] = [0, 16].map(|at| Block::from_slice(&nonce[at..at + 16]));
    let [c0, c1] = FIBONACCI.map(|block| Block::from_bytes(&block.to_be_bytes()));
    let mut state = Aegis([k0 ^ n0, k1 ^ n1, c1, c0, k0 ^ c0, k1 ^ c1]);
    for _ in 0..4 {
        [k0, k1, k0 ^ n0, k1 ^ n1].into_iter().for_each(|block| state.update(block));
    }
    for block in ad.chunks(16) {
        state.update(filled_up(block));
    }
    let mut ciphertext = Vec::new();
    for block in message.chunks(16) {
        let Aegis([_, s1, s2, s3, s4, s5]) = state;
        let stream = s1 ^ s4 ^ s5 ^ (s2 & s3);
        ciphertext.extend_from_slice(&(stream ^ filled_up(block)).to_bytes()[..block.len()]);
        state.update(filled_up(block));
    }
    let lens = (message.len() as u64 * 8, ad.len() as u64 * 8);
    let last = state.0[3] ^ Block::from64x2(lens.0, lens.1);
    (0..7).for_each(|_| state.update(last));
    let tag = state.0.into_iter().reduce(|sum, block| sum ^ block).unwrap_or_default();
    (ciphertext, tag.to_bytes().to_vec())
}

const FIBONACCI: [u128; 2] = [0x00010102_0305080d_15223759_90e97962_u128, 0xdb3d1855_6dc22ff1_20113142_73b528dd_u128];

#[derive(Clone, Copy)]
struct Aegis([Block; 6]);

impl Aegis {
    fn update(&mut self, block: Block) {
        let old = self.0;
        for (i, new) in self.0.iter_mut().enumerate() {
            *new = SoftAes::block_encrypt(&old[(i + 5) % 6], &old[i]);
        }
        self.0[0] = self.0[0] ^ block;
    }
}

struct Aes(Vec<Block>);

impl Aes {
    fn new(key: &[u8]) -> Self {
        match key.len() {
            16 => Self(key_expansion_128(&array(key)).to_vec()),
            _ => Self(key_expansion_256(key.try_into().expect("a key of 16 or 32 bytes")).to_vec()),
        }
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let [first, rounds @ .., last] = &self.0[..] else { unreachable!("a schedule has 11 or 15 round keys") };
        let whitened = Block::from_bytes(&block) ^ *first;
        let block = rounds.iter().fold(whitened, |block, key| SoftAes::block_encrypt(&block, key));
        SoftAes::block_encrypt_last(&block, last).to_bytes()
    }
}

/// Multiplied by x, RFC 4493 section 2.3.
fn doubled(block: [u8; 16]) -> [u8; 16] {
    let number = u128::from_be_bytes(block);
    (number << 1 ^ (number >> 127) * 0x87).to_be_bytes()
}

fn xor(left: [u8; 16], right: [u8; 16]) -> [u8; 16] {
    (u128::from_be_bytes(left) ^ u128::from_be_bytes(right)).to_be_bytes()
}

fn array(block: &[u8]) -> [u8; 16] {
    block.try_into().expect("a block of 16 bytes")
}

fn filled_up(block: &[u8]) -> Block {
    let mut whole = [0; 16];
    whole[..block.len()].copy_from_slice(block);
    Block::from_bytes(&whole)
}
