//! Ascon-AEAD128 and Ascon-Hash256 (NIST SP 800-232), written from the standard.

/// The ciphertext and the tag.
pub fn aead128(key: &[u8], nonce: &[u8], ad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let ([k0, k1], [n0, n1]) = (words(key), words(nonce));
    let mut state = State([0x0000_1000_808c_0001, k0, k1, n0, n1]);
    state.permute(12);
    state.add(3, [k0, k1]);
    if !ad.is_empty() {
        for block in ad.chunks_exact(16) {
            state.add(0, words(block));
            state.permute(8);
        }
        state.add(0, words(&padded(ad.chunks_exact(16).remainder())));
        state.permute(8);
    }
    state.0[4] ^= 1 << 63;
    let mut ciphertext = Vec::new();
    for block in message.chunks_exact(16) {
        state.add(0, words(block));
        ciphertext.extend_from_slice(&state.bytes(0));
        state.permute(8);
    }
    let rest = message.chunks_exact(16).remainder();
    state.add(0, words(&padded(rest)));
    ciphertext.extend_from_slice(&state.bytes(0)[..rest.len()]);
    state.add(2, [k0, k1]);
    state.permute(12);
    state.add(3, [k0, k1]);
    (ciphertext, state.bytes(3).to_vec())
}

/// The hash.
pub fn hash256(message: &[u8]) -> Vec<u8> {
    let mut state = State([0x0000_0801_00cc_0002, 0, 0, 0, 0]);
    state.permute(12);
    let mut padded = message.to_vec();
    padded.push(1);
    padded.resize(padded.len().next_multiple_of(8), 0);
    for block in padded.chunks_exact(8) {
        state.0[0] ^= u64::from_le_bytes(block.try_into().expect("a block of 8 bytes"));
        state.permute(12);
    }
    let mut hash = Vec::new();
    while hash.len() < 32 {
        hash.extend(state.0[0].to_le_bytes());
        state.permute(12);
    }
    hash
}

struct State([u64; 5]);

impl State {
    fn add(&mut self, at: usize, words: [u64; 2]) {
        self.0[at] ^= words[0];
        self.0[at + 1] ^= words[1];
    }

    fn bytes(&self, at: usize) -> [u8; 16] {
        (u128::from(self.0[at]) | u128::from(self.0[at + 1]) << 64).to_le_bytes()
    }

    /// Section 3.
    fn permute(&mut self, rounds: u64) {
        let Self(s) = self;
        for round in 12 - rounds..12 {
            s[2] ^= 0xf0 - 0x0f * round;
            s[0] ^= s[4];
            s[4] ^= s[3];
            s[2] ^= s[1];
            let t = *s;
            for i in 0..5 {
                s[i] = t[i] ^ (!t[(i + 1) % 5] & t[(i + 2) % 5]);
            }
            s[1] ^= s[0];
            s[0] ^= s[4];
            s[3] ^= s[2];
            s[2] = !s[2];
            for (word, [left, right]) in s.iter_mut().zip([[19, 28], [61, 39], [1, 6], [10, 17], [7, 41]]) {
                *word ^= word.rotate_right(left) ^ word.rotate_right(right);
            }
        }
    }
}

fn words(block: &[u8]) -> [u64; 2] {
    let number = u128::from_le_bytes(block.try_into().expect("a block of 16 bytes"));
    [number as u64, (number >> 64) as u64]
}

/// One bit, then zeros.
fn padded(block: &[u8]) -> [u8; 16] {
    let mut whole = [0; 16];
    whole[..block.len()].copy_from_slice(block);
    whole[block.len()] = 1;
    whole
}
