//! BLAKE3, written from its paper (<https://github.com/BLAKE3-team/BLAKE3-specs>, section 2).

/// The first bytes of the output. The key has 32 bytes.
pub fn hash(key: Option<&[u8]>, message: &[u8], len: usize) -> Vec<u8> {
    let mut mode = Mode { key: IV, flags: 0 };
    if let Some(key) = key {
        mode.key.iter_mut().zip(words(key)).for_each(|(word, value)| *word = value);
        mode.flags = KEYED_HASH;
    }
    let root = mode.node(message, 0);
    let block = |counter| root.compress(counter, ROOT).into_iter().flat_map(u32::to_le_bytes);
    (0..).flat_map(block).take(len).collect()
}

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;
const KEYED_HASH: u32 = 16;

const CHUNK_LEN: usize = 1024;

struct Mode {
    key: [u32; 8],
    flags: u32,
}

impl Mode {
    /// The last compression of a subtree, whose first chunk has this number.
    fn node(&self, message: &[u8], chunk: u64) -> Node {
        if message.len() <= CHUNK_LEN {
            return self.chunk(message, chunk);
        }
        // The left subtree is the largest full one that leaves something for the right one.
        let left = CHUNK_LEN << (message.len().div_ceil(CHUNK_LEN) - 1).ilog2();
        let (left, right) = message.split_at(left);
        let children = [(left, chunk), (right, chunk + (left.len() / CHUNK_LEN) as u64)]
            .map(|(message, chunk)| self.node(message, chunk).chaining_value());
        let mut block = [0; 16];
        block[..8].copy_from_slice(&children[0]);
        block[8..].copy_from_slice(&children[1]);
        Node { chaining: self.key, block, counter: 0, len: 64, flags: self.flags | PARENT }
    }

    fn chunk(&self, message: &[u8], counter: u64) -> Node {
        let blocks: Vec<&[u8]> = if message.is_empty() { vec![&[]] } else { message.chunks(64).collect() };
        let mut chaining = self.key;
        let mut nodes = blocks.iter().enumerate().map(|(i, bytes)| {
            let mut whole = [0; 64];
            whole[..bytes.len()].copy_from_slice(bytes);
            let mut block = [0; 16];
            block.iter_mut().zip(words(&whole)).for_each(|(word, value)| *word = value);
            let start = if i == 0 { CHUNK_START } else { 0 };
            let end = if i + 1 == blocks.len() { CHUNK_END } else { 0 };
            let flags = self.flags | start | end;
            let node = Node { chaining, block, counter, len: bytes.len() as u32, flags };
            chaining = node.chaining_value();
            node
        });
        let first = nodes.next().expect("there is at least one block");
        nodes.last().unwrap_or(first)
    }
}

/// A compression that may turn out to be the root.
struct Node {
    chaining: [u32; 8],
    block: [u32; 16],
    counter: u64,
    len: u32,
    flags: u32,
}

impl Node {
    fn chaining_value(&self) -> [u32; 8] {
        let out = self.compress(self.counter, 0);
        out[..8].try_into().expect("half of it")
    }

    fn compress(&self, counter: u64, flag: u32) -> [u32; 16] {
        let mut v = [0; 16];
        v[..8].copy_from_slice(&self.chaining);
        v[8..12].copy_from_slice(&IV[..4]);
        v[12..].copy_from_slice(&[counter as u32, (counter >> 32) as u32, self.len, self.flags | flag]);
        let mut m = self.block;
        for _ in 0..7 {
            for (i, [a, b, c, d]) in MIXED.into_iter().enumerate() {
                v[a] = v[a].wrapping_add(v[b]).wrapping_add(m[2 * i]);
                v[d] = (v[d] ^ v[a]).rotate_right(16);
                v[c] = v[c].wrapping_add(v[d]);
                v[b] = (v[b] ^ v[c]).rotate_right(12);
                v[a] = v[a].wrapping_add(v[b]).wrapping_add(m[2 * i + 1]);
                v[d] = (v[d] ^ v[a]).rotate_right(8);
                v[c] = v[c].wrapping_add(v[d]);
                v[b] = (v[b] ^ v[c]).rotate_right(7);
            }
            m = PERMUTATION.map(|i| m[i]);
        }
        for i in 0..8 {
            v[i] ^= v[i + 8];
            v[i + 8] ^= self.chaining[i];
        }
        v
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().expect("four bytes")))
}

const PERMUTATION: [usize; 16] = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];

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

/// That of SHA-256.
const IV: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
