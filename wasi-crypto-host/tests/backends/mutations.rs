//! Good keys and signatures, changed at random.

use std::ops::Range;

use super::*;

/// The same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn range(&mut self, len: usize) -> Range<usize> {
        let start = self.below(len);
        start..start + self.below((len - start).min(40)) + 1
    }

    /// One change: of a bit, of a byte, of a part; less, more, or the same twice.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        if len == 0 {
            return bytes.push(self.next() as u8);
        }
        let at = self.below(len);
        match self.below(10) {
            0..4 => bytes[at] ^= 1 << self.below(8),
            4 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][self.below(5)],
            5 => bytes[at] = bytes[at].wrapping_add(1),
            6 => bytes.insert(at, [0, 0xff, self.next() as u8][self.below(3)]),
            7 => _ = bytes.remove(at),
            8 => {
                let range = self.range(len);
                let fill = [0, 0xff][self.below(2)];
                bytes[range].fill(fill);
            }
            _ => bytes.truncate(at),
        }
    }
}

pub(crate) fn run(log: &mut Transcript) {
    let mut random = Random(2026);
    let short = [("Ed25519", 32), ("X25519", 32), ("ECDSA_P256_SHA256", 32), ("P256-SHA256", 32)];
    let long = [("ECDSA_K256_SHA256", 32), ("ECDSA_P384_SHA384", 48), ("P384-SHA384", 48)];
    let seeds = [("X-WING", 32), ("ML-KEM-512", 64), ("ML-KEM-768", 64), ("ML-DSA-44", 32), ("ML-DSA-65", 32)];
    for ((algorithm, len), count) in
        short.map(|it| (it, 150)).into_iter().chain(long.map(|it| (it, 60))).chain(seeds.map(|it| (it, 25)))
    {
        let secret = log.guest.import_key_as(Part::Secret, algorithm, &vec![7; len], RAW).unwrap();
        let public = log.guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
        let keypair = log.guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
        log.guest.close_key_of(Part::Public, public);
        log.guest.close_key_of(Part::Secret, secret);
        mutate(log, &mut random, algorithm, keypair, count);
    }
    for (pem, what) in [(include_str!("rsa_2048.pem"), "e = 65537"), (include_str!("rsa_2048_e_3.pem"), "e = 3")] {
        for algorithm in ["RSA_PKCS1_2048_SHA256", "RSA_PSS_2048_SHA512"] {
            let keypair = log.guest.import_key_as(Part::Keypair, algorithm, pem.as_bytes(), PEM).unwrap();
            numbers(log, algorithm, what, keypair);
            mutate(log, &mut random, algorithm, keypair, 100);
        }
    }
}

/// Changes the pair and its halves in all encodings, and signatures of it. Closes it.
fn mutate(log: &mut Transcript, random: &mut Random, algorithm: &str, keypair: u32, count: usize) {
    let (public, secret) = (log.guest.public_of(keypair), log.guest.secret_of(keypair));
    for (part, key) in [(Part::Keypair, keypair), (Part::Secret, secret), (Part::Public, public)] {
        for encoding in [RAW, PKCS8, PEM, SEC] {
            let Ok(good) = log.guest.export_key_as(part, key, encoding) else { continue };
            for i in 0..count {
                let mut changed = good.clone();
                for _ in 0..i.min(1 + random.below(3)) {
                    random.change(&mut changed);
                }
                log.key(&format!("{algorithm} {part:?} {encoding} {i}"), part, algorithm, &changed, encoding);
            }
        }
    }
    if type_of(algorithm) == 0 {
        let deterministic = algorithm == "Ed25519" || algorithm.starts_with("RSA_PKCS1");
        let good = log.guest.sign_message(keypair, MESSAGES[0], RAW).unwrap();
        for i in 0..count {
            // Random signatures have nothing to compare but that all are refused.
            let mut changed = if deterministic { good.clone() } else { vec![i as u8; good.len()] };
            for _ in 0..i.min(1 + random.below(3)) {
                random.change(&mut changed);
            }
            log.signature(&format!("{algorithm} signature {i}"), algorithm, public, &changed, RAW);
        }
    }
    log.guest.close_key_of(Part::Keypair, keypair);
    log.guest.close_key_of(Part::Secret, secret);
    log.guest.close_key_of(Part::Public, public);
}

/// Each number of an RSA key made greater and less, by ones and by itself, and replaced by each other one.
fn numbers(log: &mut Transcript, algorithm: &str, what: &str, keypair: u32) {
    let pkcs8 = log.guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap();
    let numbers = read_numbers(&pkcs8[26..]);
    assert_eq!(numbers.len(), 9);
    let mut variants = Vec::new();
    for (i, number) in numbers.iter().enumerate() {
        let mut with = |name: String, number: Vec<u8>| {
            let mut changed = numbers.clone();
            changed[i] = number;
            variants.push((format!("{algorithm} with {what}, number {i} {name}"), changed));
        };
        for bit in [0, 1, 2, 7] {
            let mut other = number.clone();
            *other.last_mut().unwrap() ^= 1 << bit;
            with(format!("with another bit {bit}"), other);
        }
        for (j, other) in numbers.iter().enumerate() {
            with(format!("as number {j}"), other.clone());
            with(format!("and number {j}"), sum(number, other));
        }
        for other in [vec![0], vec![1], vec![3], vec![1, 0, 1], vec![1, 0xff, 0xff, 0xff, 0xff], vec![2, 0, 0, 0, 1]] {
            with(format!("as {other:x?}"), other);
        }
        with("with a zero".to_owned(), [&[0], &number[..]].concat());
        with("without its first byte".to_owned(), number[1..].to_vec());
    }
    for (name, numbers) in variants {
        let numbers: Vec<_> = numbers.iter().map(|number| der(2, &[number])).collect();
        let key = der(0x30, &[&numbers.concat()]);
        let text = pem("RSA PRIVATE KEY", &key);
        log.key(&name, Part::Keypair, algorithm, text.as_bytes(), PEM);
    }
}

/// The contents of the INTEGERs in a SEQUENCE.
fn read_numbers(mut der: &[u8]) -> Vec<Vec<u8>> {
    let mut numbers = Vec::new();
    der = &der[4..];
    while !der.is_empty() {
        let (start, len) = match der[1] {
            len @ ..=0x7f => (2, usize::from(len)),
            0x81 => (3, usize::from(der[2])),
            _ => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
        };
        numbers.push(der[start..start + len].to_vec());
        der = &der[start + len..];
    }
    numbers
}

/// The sum of two positive INTEGERs.
fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let len = a.len().max(b.len()) + 1;
    let (mut sum, mut carry) = (vec![0; len], 0);
    for i in 0..len {
        let digit = |number: &[u8]| number.len().checked_sub(i + 1).map_or(0, |at| u16::from(number[at]));
        carry += digit(a) + digit(b);
        sum[len - 1 - i] = carry as u8;
        carry >>= 8;
    }
    let zeros = sum[..len - 1].windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
    sum.split_off(zeros)
}
