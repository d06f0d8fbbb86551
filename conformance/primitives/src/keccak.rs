//! Sponges on Keccak, written from FIPS 202, NIST SP 800-185 (cSHAKE, KMAC) and RFC 9861 (TurboSHAKE, KangarooTwelve).

/// A strength, by its rate in bytes.
#[derive(Clone, Copy)]
pub struct Strength(usize);

/// 128 bits of it.
pub const STRENGTH_128: Strength = Strength(168);
/// 256 bits of it.
pub const STRENGTH_256: Strength = Strength(136);

/// The first bytes of the output of cSHAKE without a function name.
pub fn cshake(strength: Strength, customization: &[u8], message: &[u8], len: usize) -> Vec<u8> {
    named(strength, b"", customization, message, len)
}

/// The tag of `len` bytes.
pub fn kmac(strength: Strength, key: &[u8], customization: &[u8], message: &[u8], len: usize) -> Vec<u8> {
    let mut input = padded(&string(key), strength.0);
    input.extend_from_slice(message);
    let mut bits = number(8 * len as u64);
    bits.push(bits.len() as u8);
    input.extend(bits);
    named(strength, b"KMAC", customization, &input, len)
}

fn named(strength: Strength, name: &[u8], customization: &[u8], message: &[u8], len: usize) -> Vec<u8> {
    if name.is_empty() && customization.is_empty() {
        return sponge(strength, 24, message, 0x1f, len);
    }
    let mut input = padded(&[string(name), string(customization)].concat(), strength.0);
    input.extend_from_slice(message);
    sponge(strength, 24, &input, 4, len)
}

/// The first bytes of the output of TurboSHAKE with the usual domain.
pub fn turboshake(strength: Strength, message: &[u8], len: usize) -> Vec<u8> {
    sponge(strength, 12, message, 0x1f, len)
}

/// The first bytes of the output of KT128 or KT256.
pub fn kt(strength: Strength, customization: &[u8], message: &[u8], len: usize) -> Vec<u8> {
    const CHUNK_LEN: usize = 8192;
    let mut input = [message, customization].concat();
    input.extend(right_length(customization.len()));
    if input.len() <= CHUNK_LEN {
        return sponge(strength, 12, &input, 7, len);
    }
    let (first, rest) = input.split_at(CHUNK_LEN);
    let mut root = [first, &[3, 0, 0, 0, 0, 0, 0, 0]].concat();
    let leaves = rest.chunks(CHUNK_LEN);
    let count = leaves.len();
    leaves.for_each(|leaf| root.extend(sponge(strength, 12, leaf, 0x0b, 200 - strength.0)));
    root.extend(right_length(count));
    root.extend([0xff, 0xff]);
    sponge(strength, 12, &root, 6, len)
}

/// RFC 9861, section 3.3: none but the count for zero.
fn right_length(len: usize) -> Vec<u8> {
    let mut bytes = if len == 0 { Vec::new() } else { number(len as u64) };
    bytes.push(bytes.len() as u8);
    bytes
}

/// SP 800-185, section 2.3.2.
fn string(bytes: &[u8]) -> Vec<u8> {
    [left_number(8 * bytes.len() as u64), bytes.to_vec()].concat()
}

/// SP 800-185, section 2.3.3.
fn padded(bytes: &[u8], rate: usize) -> Vec<u8> {
    let mut padded = [left_number(rate as u64), bytes.to_vec()].concat();
    padded.resize(padded.len().next_multiple_of(rate), 0);
    padded
}

fn left_number(value: u64) -> Vec<u8> {
    let bytes = number(value);
    [vec![bytes.len() as u8], bytes].concat()
}

/// Big-endian, in as few bytes as it takes, one at least.
fn number(value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(7);
    bytes[zeros..].to_vec()
}

fn sponge(Strength(rate): Strength, rounds: usize, message: &[u8], domain: u8, len: usize) -> Vec<u8> {
    let mut input = message.to_vec();
    input.push(domain);
    input.resize(input.len().next_multiple_of(rate), 0);
    if let Some(last) = input.last_mut() {
        *last ^= 0x80;
    }
    let mut state = [0; 25];
    for block in input.chunks_exact(rate) {
        for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
            *lane ^= u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        }
        permute(&mut state, rounds);
    }
    let mut out = Vec::new();
    while out.len() < len {
        out.extend(state[..rate / 8].iter().flat_map(|lane| lane.to_le_bytes()));
        permute(&mut state, rounds);
    }
    out.truncate(len);
    out
}

/// The last rounds of Keccak-f[1600], FIPS 202 section 3.
fn permute(a: &mut [u64; 25], rounds: usize) {
    for constant in &ROUND_CONSTANTS[24 - rounds..] {
        let column = |x: usize| (0..5).fold(0, |sum, y| sum ^ a[x + 5 * y]);
        let columns: [u64; 5] = std::array::from_fn(column);
        for (i, lane) in a.iter_mut().enumerate() {
            let x = i % 5;
            *lane ^= columns[(x + 4) % 5] ^ columns[(x + 1) % 5].rotate_left(1);
        }
        // rho and pi
        let (mut x, mut y, mut moved) = (1, 0, a[1]);
        for t in 0..24u32 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            moved = std::mem::replace(&mut a[x + 5 * y], moved.rotate_left((t + 1) * (t + 2) / 2 % 64));
        }
        for row in a.as_chunks_mut::<5>().0 {
            let old = *row;
            for x in 0..5 {
                row[x] = old[x] ^ (!old[(x + 1) % 5] & old[(x + 2) % 5]);
            }
        }
        a[0] ^= constant;
    }
}

const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];
