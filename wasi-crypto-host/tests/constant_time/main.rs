//! Whether the time that a call takes tells secrets: tags and paddings that are wrong at their beginning against those that are wrong at
//! their end, and keys that are always the same against others.
//!
//! What is measured is a whole call, as a guest can measure it; and, under callgrind, its instructions are counted. `cargo xtask
//! constant-time` runs the long tests; here are those that show that a leak would be found.

#[cfg(target_os = "linux")]
mod counts;
mod keys;
mod leak;

use std::hint::black_box;

use wasi_crypto_host::{Errno, GuestMemory, Hostcall, MAX_CORE_PARAMS, WasiCryptoCtx};

use leak::{Class, Random, THRESHOLD, greatest_t, lasting_t};

/// Where results go, the input of a class, and what else a call reads.
const SLOT: usize = 8;
const INPUT: usize = 1024;
const BESIDE: usize = 8192;
const OUTPUT: usize = 16_384;

/// A context with a guest's memory.
struct Guest {
    ctx: WasiCryptoCtx,
    memory: Vec<u8>,
}

impl Guest {
    fn new() -> Self {
        Self { ctx: WasiCryptoCtx::builder().build().unwrap(), memory: vec![0; 1 << 16] }
    }

    fn put(&mut self, at: usize, bytes: &[u8]) -> [u32; 2] {
        self.memory[at..][..bytes.len()].copy_from_slice(bytes);
        [at as u32, bytes.len() as u32]
    }

    fn call(&mut self, hostcall: &Hostcall, args: &[u32]) -> Errno {
        let mut wide = [0; MAX_CORE_PARAMS];
        wide.iter_mut().zip(args).for_each(|(wide, arg)| *wide = u64::from(*arg));
        self.ctx.call(hostcall, GuestMemory::unshared(&mut self.memory), &wide[..args.len()])
    }

    fn succeed(&mut self, name: &str, args: &[u32]) {
        assert_eq!(self.call(hostcall(name), args), Errno::Success, "{name}");
    }

    /// Calls, and returns the handle that comes through the last parameter.
    fn get(&mut self, name: &str, args: &[u32]) -> u32 {
        self.succeed(name, &[args, &[SLOT as u32]].concat());
        self.result()
    }

    fn result(&self) -> u32 {
        u32::from_le_bytes(self.memory[SLOT..][..4].try_into().unwrap())
    }

    /// A state with a key and a nonce of 7s, where the algorithm has any.
    fn open(&mut self, algorithm: &str, key_len: usize, nonce_len: usize) -> u32 {
        let [name, name_len] = self.put(BESIDE, algorithm.as_bytes());
        let [key, key_len] = self.put(BESIDE + 64, &vec![7; key_len]);
        let key = self.get("symmetric_key_import", &[name, name_len, key, key_len]);
        let options = self.get("options_open", &[1]);
        if nonce_len > 0 {
            let [at, len] = self.put(BESIDE + 256, b"nonce");
            let [nonce, nonce_len] = self.put(BESIDE + 272, &vec![7; nonce_len]);
            assert_eq!(self.call(hostcall("options_set"), &[options, at, len, nonce, nonce_len]), Errno::Success);
        }
        let [key, _] = self.put(BESIDE + 320, &[[0; 4], key.to_le_bytes()].concat());
        let [options, _] = self.put(BESIDE + 328, &[[0; 4], options.to_le_bytes()].concat());
        self.get("symmetric_state_open", &[name, name_len, key, options])
    }
}

fn hostcall(name: &str) -> &'static Hostcall {
    Hostcall::find(name).unwrap_or_else(|| panic!("no function {name}"))
}

/// A call whose input is put in place for each sample.
struct Measured {
    guest: Guest,
    hostcall: &'static Hostcall,
    args: Vec<u32>,
    answer: Errno,
    fixed: Vec<u8>,
    others: Vec<Vec<u8>>,
    /// Closes what the call opens, before the next.
    close: Option<&'static Hostcall>,
    open: Option<u32>,
}

impl Measured {
    fn call(&mut self) {
        assert_eq!(self.guest.call(self.hostcall, &self.args), self.answer);
        if self.close.is_some() && self.answer == Errno::Success {
            self.open = Some(self.guest.result());
        }
    }

    fn close(&mut self) {
        if let (Some(close), Some(handle)) = (self.close, self.open.take()) {
            assert_eq!(self.guest.call(close, &[handle]), Errno::Success);
        }
    }

    fn t(&mut self, samples: usize, mut behind: impl FnMut(&Guest)) -> f64 {
        let set = |case: &mut Self, class, random: usize| {
            case.close();
            let Self { guest, fixed, others, .. } = case;
            // No branch, no address and nothing that was there before depends on the class: branches and stores are predicted by those
            // before them.
            let other = &others[random % others.len()];
            let is_fixed = black_box(0_u8.wrapping_sub(u8::from(class == Class::Fixed)));
            let chosen: Vec<u8> = fixed.iter().zip(other).map(|(a, b)| (a & is_fixed) | (b & !is_fixed)).collect();
            guest.put(INPUT, black_box(&vec![0; chosen.len()]));
            guest.put(INPUT, black_box(&chosen));
        };
        let work = |case: &mut Self| {
            case.call();
            behind(&case.guest);
        };
        greatest_t(samples, self, set, work)
    }

    /// Panics if the times of the two classes differ.
    fn check(&mut self, name: &str, samples: usize) {
        let t = lasting_t(|| self.t(samples, |_| {}));
        println!("{name:<44} |t| = {t:.1}");
        assert!(t < THRESHOLD, "{name}: the time tells the input: |t| is {t:.1}");
    }
}

/// Tags of so many bytes that differ from one another at the beginning or at the end: `tag_verify`.
fn tag_comparison(algorithm: &str, key_len: usize) -> Measured {
    let mut guest = Guest::new();
    let state = guest.open(algorithm, key_len, 0);
    let tag = guest.get("symmetric_state_squeeze_tag", &[state]);
    let len = guest.get("symmetric_tag_len", &[tag]);
    let mirror = guest.get("symmetric_state_squeeze_tag", &[state]);
    guest.get("symmetric_tag_pull", &[mirror, OUTPUT as u32, len]);
    let right = guest.memory[OUTPUT..][..len as usize].to_vec();
    let wrong_at = |at: usize| {
        let mut tag = right.clone();
        tag[at] ^= 0x40;
        tag
    };
    Measured {
        guest,
        hostcall: hostcall("symmetric_tag_verify"),
        args: vec![tag, INPUT as u32, len],
        answer: Errno::InvalidTag,
        fixed: wrong_at(0),
        others: vec![wrong_at(right.len() - 1)],
        close: None,
        open: None,
    }
}

/// Messages of 64 bytes whose tags are wrong at the beginning or at the end: `decrypt`.
fn authentication((algorithm, key_len, nonce_len): (&str, usize, usize)) -> Measured {
    const LEN: usize = 64;
    let mut guest = Guest::new();
    let state = guest.open(algorithm, key_len, nonce_len);
    let [message, len] = guest.put(INPUT, &[3; LEN]);
    guest.get("symmetric_state_encrypt", &[state, OUTPUT as u32, len + 16, message, len]);
    let sealed = guest.memory[OUTPUT..][..LEN + 16].to_vec();
    // A session goes on, and its copy from the beginning is what opens the message.
    let state = guest.open(algorithm, key_len, nonce_len);
    let wrong_at = |at: usize| {
        let mut sealed = sealed.clone();
        sealed[LEN + at] ^= 0x40;
        sealed
    };
    Measured {
        guest,
        hostcall: hostcall("symmetric_state_decrypt"),
        args: vec![state, OUTPUT as u32, len, INPUT as u32, len + 16, SLOT as u32],
        answer: Errno::InvalidTag,
        fixed: wrong_at(0),
        others: vec![wrong_at(15)],
        close: None,
        open: None,
    }
}

/// A message of two blocks whose last one, decrypted, is this or that. Neither is a padding.
fn padding(fixed: [u8; 16], others: &[[u8; 16]]) -> Measured {
    use aes::cipher::{BlockCipherEncrypt, KeyInit};

    let cipher = aes::Aes128::new(&[7; 16].into());
    let seal = |last: &[u8; 16]| {
        // The first block is the vector of the second (SP 800-38A section 6.2).
        let first = [0x5a; 16];
        let mut block = std::array::from_fn(|at| first[at] ^ last[at]).into();
        cipher.encrypt_block(&mut block);
        [first, block.into()].concat()
    };
    let mut guest = Guest::new();
    let state = guest.open("AES-128-CBC", 16, 16);
    Measured {
        guest,
        hostcall: hostcall("symmetric_state_decrypt"),
        args: vec![state, OUTPUT as u32, 32, INPUT as u32, 32, SLOT as u32],
        answer: Errno::InvalidTag,
        fixed: seal(&fixed),
        others: others.iter().map(seal).collect(),
        close: None,
        open: None,
    }
}

/// Paddings that are wrong in the last byte, or in the first of sixteen.
fn paddings() -> Measured {
    let mut first = [16; 16];
    first[0] = 15;
    let mut last = [16; 16];
    last[15] = 0;
    padding(last, &[first])
}

/// Stops at the first byte that is another, as comparisons must not.
fn stops_early(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(one, other)| black_box(*one) == black_box(*other))
}

/// The same calls with a comparison behind them that stops early: a difference of 15 bytes is found.
#[test]
fn a_planted_leak_is_found() {
    for mut case in [tag_comparison("AES-128-CMAC", 16), authentication(("AES-128-GCM-SIV", 16, 12)), paddings()] {
        let at = case.fixed.len() - 16;
        let end_of_other = case.others[0][at..].to_vec();
        let greatest = (0..5).map(|_| {
            case.t(20_000, |guest| {
                black_box(stops_early(&guest.memory[INPUT + at..][..16], &end_of_other));
            })
        });
        let greatest = greatest.fold(0.0, f64::max);
        println!("planted leak: |t| = {greatest:.1}");
        assert!(greatest > THRESHOLD, "a planted leak is not found: |t| is {greatest:.1}");
    }
}

#[test]
#[ignore = "long, and wants a machine that does nothing else: cargo xtask constant-time"]
fn the_time_of_a_wrong_padding_does_not_tell_what_is_wrong() {
    paddings().check("AES-128-CBC, last byte against first", SAMPLES);
    let mut random = Random(1);
    let mut wrong: Vec<[u8; 16]> = (0..64).map(|_| random.bytes()).collect();
    wrong.iter_mut().for_each(|block| block[15] |= 0x80);
    let mut almost = [1; 16];
    almost[15] = 2;
    padding(almost, &wrong).check("AES-128-CBC, almost right against random", SAMPLES);
}

#[test]
#[ignore = "long, and wants a machine that does nothing else: cargo xtask constant-time"]
fn the_time_of_a_comparison_does_not_tell_where_a_tag_is_wrong() {
    for (algorithm, key_len) in MACS {
        tag_comparison(algorithm, key_len).check(&format!("{algorithm}, tag_verify"), SAMPLES);
    }
    for cipher in CIPHERS {
        authentication(cipher).check(&format!("{}, decrypt", cipher.0), SAMPLES);
    }
}

const SAMPLES: usize = 200_000;

const MACS: [(&str, usize); 7] = [
    ("HMAC/SHA-256", 32),
    ("HMAC/SHA-384", 48),
    ("HMAC/SHA-512", 64),
    ("AES-128-CMAC", 16),
    ("AES-256-CMAC", 32),
    ("KMAC-128", 16),
    ("KMAC-256", 32),
];

const CIPHERS: [(&str, usize, usize); 16] = [
    ("AES-128-GCM", 16, 12),
    ("AES-256-GCM", 32, 12),
    ("CHACHA20-POLY1305", 32, 12),
    ("XCHACHA20-POLY1305", 32, 24),
    ("AES-128-GCM-SIV", 16, 12),
    ("AES-256-GCM-SIV", 32, 12),
    ("AES-128-SIV", 32, 0),
    ("AES-256-SIV", 64, 0),
    ("AEGIS-128L", 16, 16),
    ("AEGIS-128X2", 16, 16),
    ("AEGIS-128X4", 16, 16),
    ("AEGIS-256", 32, 32),
    ("AEGIS-256X2", 32, 32),
    ("AEGIS-256X4", 32, 32),
    ("ASCON-AEAD", 16, 16),
    ("XOODYAK-128", 16, 16),
];
