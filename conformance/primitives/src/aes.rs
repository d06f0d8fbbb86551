//! AES in the modes that no other crate of the suite has, on the rounds of `softaes`: CMAC (RFC 4493), CBC (NIST SP 800-38A) with the padding of
//! PKCS#7, CTR (the same), SIV (RFC 5297), GCM-SIV (RFC 8452).

use softaes::key_schedule::{key_expansion_128, key_expansion_256};
use softaes::{Block, SoftAes};

/// The tag.
pub fn cmac(key: &[u8], message: &[u8]) -> [u8; 16] {
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
pub fn cbc(key: &[u8], iv: &[u8], message: &[u8]) -> Vec<u8> {
    let (aes, mut chained) = (Aes::new(key), array(iv));
    let mut padded = message.to_vec();
    let padding = 16 - message.len() % 16;
    padded.resize(message.len() + padding, padding as u8);
    cbc_blocks(&aes, &mut chained, &padded)
}

/// The same for whole blocks that are not padded, which so can be padded wrongly.
pub fn cbc_unpadded(key: &[u8], iv: &[u8], blocks: &[u8]) -> Vec<u8> {
    cbc_blocks(&Aes::new(key), &mut array(iv), blocks)
}

fn cbc_blocks(aes: &Aes, chained: &mut [u8; 16], blocks: &[u8]) -> Vec<u8> {
    let encrypt = |block: &[u8]| {
        *chained = aes.encrypt(xor(*chained, array(block)));
        *chained
    };
    blocks.chunks_exact(16).flat_map(encrypt).collect()
}

/// The message, encrypted or decrypted, from this block of the counter on.
pub fn ctr(key: &[u8], counter: &[u8], message: &[u8]) -> Vec<u8> {
    let (aes, first) = (Aes::new(key), u128::from_be_bytes(array(counter)));
    let blocks = (0..).zip(message.chunks(16));
    let stream = blocks.flat_map(|(i, _)| aes.encrypt(first.wrapping_add(i).to_be_bytes()));
    stream.zip(message).map(|(stream, byte)| stream ^ byte).collect()
}

/// AES-SIV, RFC 5297: the ciphertext, and the tag, which is the synthetic initialization vector.
pub fn siv(key: &[u8], components: &[&[u8]], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mac_key, key) = key.split_at(key.len() / 2);
    let add = |sum, component: &&[u8]| xor(doubled(sum), cmac(mac_key, component));
    let sum = components.iter().fold(cmac(mac_key, &[0; 16]), add);
    let last = match message.len().checked_sub(16) {
        Some(start) => {
            let mut last = message.to_vec();
            last[start..].iter_mut().zip(sum).for_each(|(byte, more)| *byte ^= more);
            last
        }
        None => {
            let mut padded = [0; 16];
            padded[..message.len()].copy_from_slice(message);
            padded[message.len()] = 0x80;
            xor(doubled(sum), padded).to_vec()
        }
    };
    let tag = cmac(mac_key, &last);
    let mut counter = tag;
    counter[8] &= 0x7f;
    counter[12] &= 0x7f;
    (ctr(key, &counter, message), tag.to_vec())
}

/// AES-GCM-SIV, RFC 8452: the ciphertext and the tag.
pub fn gcm_siv(key: &[u8], nonce: &[u8], ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let generator = Aes::new(key);
    let half = |i: u32| generator.encrypt(array(&[&i.to_le_bytes(), nonce].concat()))[..8].to_vec();
    let [mac_key, key]: [Vec<u8>; 2] = [0..2, 2..2 + key.len() as u32 / 8].map(|range| range.flat_map(half).collect());
    let aes = Aes::new(&key);
    let lens = [ad.len() as u64 * 8, message.len() as u64 * 8].map(u64::to_le_bytes).concat();
    let blocks = ad.chunks(16).chain(message.chunks(16)).chain([&lens[..]]);
    let mac_key = u128::from_le_bytes(array(&mac_key));
    let sum = blocks.fold(0, |sum, block| dot(sum ^ u128::from_le_bytes(filled_up(block)), mac_key));
    let mut last = sum.to_le_bytes();
    last.iter_mut().zip(nonce).for_each(|(byte, more)| *byte ^= more);
    last[15] &= 0x7f;
    let tag = aes.encrypt(last);
    let mut counter = tag;
    counter[15] |= 0x80;
    let (start, rest) = counter.split_at(4);
    let start = u32::from_le_bytes(start.try_into().expect("four bytes"));
    let block = |i| aes.encrypt(array(&[&u32::wrapping_add(start, i).to_le_bytes(), rest].concat()));
    let stream = (0..message.len().div_ceil(16) as u32).flat_map(block);
    (stream.zip(message).map(|(stream, byte)| stream ^ byte).collect(), tag.to_vec())
}

/// The product of POLYVAL, RFC 8452 section 3: a * b * x^-128.
fn dot(a: u128, b: u128) -> u128 {
    // Of x^128 + x^127 + x^126 + x^121 + 1, divided by x.
    const REDUCTION: u128 = 1 << 127 | 1 << 126 | 1 << 125 | 1 << 120;
    (0..128).fold(0, |product, bit| {
        let sum: u128 = product ^ if a >> bit & 1 == 1 { b } else { 0 };
        if sum & 1 == 1 { sum >> 1 ^ REDUCTION } else { sum >> 1 }
    })
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
    ((number << 1) ^ ((number >> 127) * 0x87)).to_be_bytes()
}

fn xor(left: [u8; 16], right: [u8; 16]) -> [u8; 16] {
    (u128::from_be_bytes(left) ^ u128::from_be_bytes(right)).to_be_bytes()
}

fn array(block: &[u8]) -> [u8; 16] {
    block.try_into().expect("a block of 16 bytes")
}

fn filled_up(block: &[u8]) -> [u8; 16] {
    let mut whole = [0; 16];
    whole[..block.len()].copy_from_slice(block);
    whole
}
