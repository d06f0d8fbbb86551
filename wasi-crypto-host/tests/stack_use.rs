//! How much of its caller's stack a call of the host takes: no more than `wasi_crypto_host::STACK_BYTES`. And how deep there is
//! something left of it: nothing where libraries work with secrets.
#![cfg(target_os = "linux")]

#[path = "managed/guest.rs"]
mod managed;
mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use managed::{KINDS, LATEST, Managed, Operator};
use support::keys::{DER, PEM, PKCS8, Part, RAW, SEC};
use support::{Guest, Native, Transport, call_in_parts};
use wasi_crypto_host::secrets::Policy;
use wasi_crypto_host::{
    AlgorithmInfo, AlgorithmType, Errno, GuestMemory, Hostcall, STACK_BYTES, WasiCryptoCtx, WasiCryptoCtxBuilder,
    algorithms,
};

/// Paints the stack below each call, and looks afterwards how deep the paint is gone.
struct Painted {
    native: Native,
    /// Whether calls are made as an asynchronous embedder has them.
    in_parts: bool,
    /// By function, in bytes: how deep the paint is gone, and how deep there is something else than zeros.
    deepest: BTreeMap<&'static str, [usize; 2]>,
}

const PAINT: u8 = 0xa7;
const PAINTED: usize = 1 << 20;

#[inline(never)]
fn paint() {
    let mut stack = [0; PAINTED];
    stack.fill(PAINT);
    black_box(&mut stack);
}

/// How many bytes below an address the paint is gone, and how many below something is left.
fn depth_below(address: usize) -> [usize; 2] {
    let mut stack = vec![0; PAINTED];
    File::open("/proc/self/mem").unwrap().read_exact_at(&mut stack, (address - PAINTED) as u64).unwrap();
    let is_paint = |byte: &&u8| **byte == PAINT;
    let used = stack.iter().take_while(is_paint).count();
    let words = stack.as_chunks::<8>().0;
    let is_left = |word: &[u8; 8]| *word != [0; 8] && *word != [PAINT; 8];
    // Whatever overwrites a stack has called a function that keeps it, and each call leaves a few words.
    let left = words.windows(8).position(|line| line.iter().filter(|word| is_left(word)).count() >= 4).unwrap();
    [PAINTED - used, PAINTED - 8 * left]
}

impl Transport for Painted {
    #[inline(never)]
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        paint();
        let here = 0_u8;
        let Native { ctx, memory } = &mut self.native;
        let errno = if self.in_parts {
            call_in_parts(ctx, memory, hostcall, args)
        } else {
            ctx.call(hostcall, GuestMemory::unshared(memory), args)
        };
        let [used, left] = depth_below(black_box(&raw const here).addr());
        let deepest = self.deepest.entry(hostcall.name()).or_default();
        *deepest = [deepest[0].max(used), deepest[1].max(left)];
        errno
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        self.native.read(start, into);
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        self.native.write(start, from);
    }
}

fn guest(builder: WasiCryptoCtxBuilder, in_parts: bool) -> Guest<Painted> {
    Guest::new(Painted { native: Native::new(builder, 2 << 20), in_parts, deepest: BTreeMap::new() })
}

#[test]
fn what_was_used_and_what_is_left_is_found() {
    #[inline(never)]
    fn fill(byte: u8) {
        black_box(&mut [0; 64 << 10]).fill(byte);
    }
    for (byte, is_left) in [(0, false), (1, true)] {
        paint();
        fill(byte);
        let here = 0_u8;
        let [used, left] = depth_below(black_box(&raw const here).addr());
        assert!((64 << 10..72 << 10).contains(&used), "{used}");
        assert_eq!(left > 60 << 10, is_left, "{left}");
    }
}

/// For each function, the deepest of all its calls, and the algorithm of that.
#[derive(Default)]
struct Deepest(BTreeMap<&'static str, (usize, &'static str)>);

impl Deepest {
    fn count(&mut self, function: &'static str, depth: usize, algorithm: &'static str) {
        let deepest = self.0.entry(function).or_default();
        *deepest = (depth, algorithm).max(*deepest);
    }

    /// Prints all, the deepest last, and asserts that it is no deeper than this.
    fn assert_at_most(self, most: usize, what: &str) {
        let by_depth = |(function, (depth, algorithm)): (_, (usize, _))| (depth, function, algorithm);
        let mut all: Vec<_> = self.0.into_iter().map(by_depth).collect();
        all.sort_unstable();
        for (depth, function, algorithm) in &all {
            println!("{what}: {depth:6} {function} with {algorithm}");
        }
        assert!(all.iter().all(|(depth, ..)| *depth <= most), "{what}: {:?}", all.last());
    }
}

#[test]
fn no_call_goes_deeper_than_embedders_are_told_and_none_leaves_much() {
    let operator = Operator::new();
    let (mut used, mut left) = (Deepest::default(), Deepest::default());
    for info in algorithms() {
        for in_parts in [false, true] {
            let builder = WasiCryptoCtx::builder().secrets(operator.namespace(Policy::default()));
            let mut guest = guest(builder, in_parts);
            if info.algorithm_type == AlgorithmType::Symmetric {
                use_symmetric(&mut guest, &info);
            } else {
                use_keypair(&mut guest, &info);
            }
            for (function, [depth, depth_left]) in guest.transport.deepest {
                used.count(function, depth, info.name);
                // When they are first used, libraries make tables, of multiples of the base point, say.
                if in_parts && !is_public(function) {
                    left.count(function, depth_left, info.name);
                }
            }
        }
    }
    used.assert_at_most(STACK_BYTES, "used");
    left.assert_at_most(LEFT, "left");
}

/// Whether nothing of what it works with is secret.
fn is_public(function: &str) -> bool {
    function.starts_with("signature_verification")
        || function.starts_with("publickey_import")
        || function == "publickey_verify"
}

/// Functions that only move things have frames down there: what is deeper, libraries left.
const LEFT: usize = 4 << 10;

/// Above all sizes from which on a library works otherwise, by halves for example.
const LONG: usize = 600 << 10;

/// Not all of it is possible with each algorithm; what is refused counts, too.
fn use_symmetric(guest: &mut Guest<Painted>, info: &AlgorithmInfo) {
    let key = guest.generate(info.name).ok();
    if let Some(key) = key {
        let raw = guest.export(key).unwrap();
        guest.import(info.name, &raw).unwrap();
    }
    let options = guest.options_open();
    for (name, value) in [("salt", &[5; 16][..]), ("nonce", &[6; 32][..info.nonce_len.unwrap_or(12)])] {
        guest.options_set(options, name, value).unwrap();
    }
    guest.options_set_u64(options, "ops_limit", 2).unwrap();
    guest.options_set_u64(options, "memory_limit", 1 << 20).unwrap();
    let open = |guest: &mut Guest<Painted>| guest.open(info.name, key, Some(options)).unwrap();
    let state = open(guest);
    _ = guest.absorb(state, &vec![1; LONG]);
    let clone = guest.clone_state(state).unwrap();
    if guest.squeeze(clone, LONG).is_err() {
        _ = guest.squeeze(clone, 32);
    }
    let clone = guest.clone_state(state).unwrap();
    _ = guest.squeeze_key(clone, "HMAC/SHA-256");
    let clone = guest.clone_state(state).unwrap();
    if let Ok(tag) = guest.squeeze_tag(clone) {
        let bytes = guest.pull_tag(tag).unwrap();
        let tag = guest.squeeze_tag(clone).unwrap_or(tag);
        _ = guest.verify(tag, &bytes);
    }
    let clone = guest.clone_state(state).unwrap();
    _ = guest.call("symmetric_state_ratchet", &[clone]);
    let clone = guest.clone_state(state).unwrap();
    _ = guest.encrypt_detached(clone, &[2; 5000]);
    if let Ok(sealed) = guest.encrypt(state, &[2; 5000]) {
        let other = open(guest);
        _ = guest.absorb(other, &vec![1; LONG]);
        _ = guest.decrypt(other, &sealed);
    }
    for function in ["squeeze", "squeeze_tag"] {
        let states = [(); 3].map(|()| open(guest));
        let mut list = Vec::new();
        for state in states {
            list.extend(state.to_le_bytes());
            if function == "squeeze" {
                list.extend(guest.room(32).map(u32::to_le_bytes).concat());
            }
        }
        let ([list, _], [results, _]) = (guest.put(&list), guest.room(24));
        guest.call(&format!("batch_symmetric_state_{function}"), &[list, 3, results]).unwrap();
    }
}

fn use_keypair(guest: &mut Guest<Painted>, info: &AlgorithmInfo) {
    let keypair = guest.generate_keypair(info.name);
    let (public, secret) = (guest.public_of(keypair), guest.secret_of(keypair));
    for (part, key) in [(Part::Keypair, keypair), (Part::Public, public), (Part::Secret, secret)] {
        for encoding in [RAW, PKCS8, PEM, SEC] {
            if let Ok(encoded) = guest.export_key_as(part, key, encoding) {
                _ = guest.import_key_as(part, info.name, &encoded, encoding);
                _ = guest.import_key_as(part, info.name, &encoded[1..], encoding);
            }
        }
    }
    guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
    guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
    guest.call("publickey_verify", &[public]).unwrap();
    if info.algorithm_type == AlgorithmType::Signatures {
        for encoding in [RAW, DER] {
            if let Ok(signature) = guest.sign_message(keypair, &[3; 5000], encoding) {
                guest.verify_message(public, info.name, &[3; 5000], &signature, encoding).unwrap();
                _ = guest.verify_message(public, info.name, &[4; 5000], &signature, encoding);
            }
        }
        for len in [65 << 10, (1 << 20) + 1] {
            let signature = guest.sign_message(keypair, &vec![3; len], RAW).unwrap();
            guest.verify_message(public, info.name, &vec![3; len], &signature, RAW).unwrap();
        }
        let states = [(); 3].map(|()| guest.signer(keypair, &[&[3; 5000]]));
        let ([list, _], [results, _]) = (guest.put(&states.map(u32::to_le_bytes).concat()), guest.room(24));
        guest.call("batch_signature_state_sign", &[list, 3, results]).unwrap();
    } else if let Ok((_, ciphertext)) = guest.kem_encapsulate(public) {
        guest.kem_decapsulate(secret, &ciphertext).unwrap();
    } else {
        guest.agree(public, secret).unwrap();
    }
    let manager = guest.manager();
    for kind in KINDS {
        let key = guest.own(kind, kind.algorithms()[0]);
        let key = if kind == managed::Kind::Keypair { keypair } else { key };
        let id = guest.store(manager, kind, key).unwrap();
        guest.from_id(manager, kind, &id, LATEST).unwrap();
    }
    let id = guest.store_secret(manager, &[7; 5000], u64::MAX).unwrap();
    guest.secret(manager, &id, LATEST).unwrap();
    let sealed = guest.encapsulate(manager, &[7; 5000], u64::MAX).unwrap();
    guest.decapsulate(manager, &sealed).unwrap();
}
