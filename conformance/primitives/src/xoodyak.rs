//! Xoodyak: Cyclist on Xoodoo, written from "Xoodyak, a lightweight cryptographic scheme" (submission to NIST, final round).

/// A session with a key, or a hash without.
#[derive(Clone)]
pub struct Cyclist {
    state: [u8; 48],
    is_up: bool,
    is_keyed: bool,
}

impl Cyclist {
    /// A session without a key, which hashes.
    pub fn hash() -> Self {
        Self { state: [0; 48], is_up: true, is_keyed: false }
    }

    /// The nonce, if there is any, is what the paper calls the identifier of the key.
    pub fn keyed(key: &[u8], nonce: &[u8]) -> Self {
        let mut session = Self { is_keyed: true, ..Self::hash() };
        session.absorb_any(&[key, nonce, &[nonce.len() as u8]].concat(), 2);
        session
    }

    /// Takes in more data.
    pub fn absorb(&mut self, data: &[u8]) {
        self.absorb_any(data, 3);
    }

    /// Gives out bytes.
    pub fn squeeze(&mut self, len: usize) -> Vec<u8> {
        self.squeeze_any(len, 0x40)
    }

    /// Gives out bytes that are to be a key.
    pub fn squeeze_key(&mut self, len: usize) -> Vec<u8> {
        self.squeeze_any(len, 0x20)
    }

    /// Makes what came before irrecoverable.
    pub fn ratchet(&mut self) {
        let rolled = self.squeeze_any(16, 0x10);
        self.absorb_any(&rolled, 0);
    }

    /// The ciphertext, without a tag.
    pub fn encrypt(&mut self, message: &[u8]) -> Vec<u8> {
        let mut ciphertext = Vec::new();
        for (i, block) in split(message, 24).into_iter().enumerate() {
            self.up(if i == 0 { 0x80 } else { 0 });
            ciphertext.extend(block.iter().zip(self.state).map(|(byte, stream)| byte ^ stream));
            self.down(block, 0);
        }
        ciphertext
    }

    fn absorb_any(&mut self, data: &[u8], domain: u8) {
        for (i, block) in split(data, if self.is_keyed { 44 } else { 16 }).into_iter().enumerate() {
            if !self.is_up {
                self.up(0);
            }
            self.down(block, if i == 0 { domain } else { 0 });
        }
    }

    fn squeeze_any(&mut self, len: usize, domain: u8) -> Vec<u8> {
        let rate = if self.is_keyed { 24 } else { 16 };
        self.up(domain);
        let mut out = self.state[..len.min(rate)].to_vec();
        while out.len() < len {
            self.down(&[], 0);
            self.up(0);
            out.extend_from_slice(&self.state[..rate.min(len - out.len())]);
        }
        out
    }

    fn up(&mut self, domain: u8) {
        self.is_up = true;
        if self.is_keyed {
            self.state[47] ^= domain;
        }
        xoodoo(&mut self.state);
    }

    fn down(&mut self, block: &[u8], domain: u8) {
        self.is_up = false;
        self.state.iter_mut().zip(block).for_each(|(byte, more)| *byte ^= more);
        self.state[block.len()] ^= 1;
        self.state[47] ^= if self.is_keyed { domain } else { domain & 1 };
    }
}

/// Blocks, one at least.
fn split(data: &[u8], len: usize) -> Vec<&[u8]> {
    if data.is_empty() { vec![data] } else { data.chunks(len).collect() }
}

/// Section 2: three planes of four lanes.
fn xoodoo(state: &mut [u8; 48]) {
    let mut lanes = state.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
    let mut planes: [[u32; 4]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| lanes.next().expect("12 lanes")));
    for constant in [0x58, 0x38, 0x3c0, 0xd0, 0x120, 0x14, 0x60, 0x2c, 0x380, 0xf0, 0x1a0, 0x12] {
        let [a, b, c] = planes;
        let parity = std::array::from_fn(|x| a[x] ^ b[x] ^ c[x]);
        let (near, far) = (shifted(parity, 1, 5), shifted(parity, 1, 14));
        let [mut a, b, c] = planes.map(|plane| std::array::from_fn(|x| plane[x] ^ near[x] ^ far[x]));
        let (b, c) = (shifted(b, 1, 0), shifted(c, 0, 11));
        a[0] ^= constant;
        let chi = |p: [u32; 4], q: [u32; 4], r: [u32; 4]| std::array::from_fn(|x| p[x] ^ (!q[x] & r[x]));
        planes = [chi(a, b, c), shifted(chi(b, c, a), 0, 1), shifted(chi(c, a, b), 2, 8)];
    }
    for (bytes, lane) in state.as_chunks_mut::<4>().0.iter_mut().zip(planes.as_flattened()) {
        *bytes = lane.to_le_bytes();
    }
}

fn shifted(plane: [u32; 4], lanes: usize, bits: u32) -> [u32; 4] {
    std::array::from_fn(|x| plane[(x + 4 - lanes) % 4].rotate_left(bits))
}
