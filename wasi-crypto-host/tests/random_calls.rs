//! Long random sequences of calls over the whole table, most of them nonsense: the host never panics, never writes outside the
//! ranges that a call names, lets out nothing of a managed key, and ends with its accounts at zero.

mod support;

use std::collections::BTreeMap;

use support::{Random, call_in_parts, hostcall};
use wasi_crypto_host::secrets::{Identifier, MemoryStore, Namespace, NewRecord, RootKey, SecretsManager};
use wasi_crypto_host::{
    Errno, GuestMemory, HandleType, Hostcall, ParamType, ResultType, WasiCryptoCtx, hostcalls, version,
};

const MEMORY: usize = 4096;
/// The first part of the memory keeps names, option records and a few numbers; the calls' own data lie behind.
const KEPT: u32 = 1024;

const SLOT: u64 = KEPT as u64;
const DATA: u64 = KEPT as u64 + 16;
/// Where identifiers lie.
const ID: u64 = 3000;

const ALGORITHMS: &[&str] = &[
    "SHA-256",
    "SHA-512",
    "HMAC/SHA-256",
    "HMAC/SHA-384",
    "HKDF-EXTRACT/SHA-256",
    "HKDF-EXPAND/SHA-256",
    "AES-128-GCM",
    "AES-256-GCM",
    "CHACHA20-POLY1305",
    "XCHACHA20-POLY1305",
    "AEGIS-256",
    "ASCON-AEAD",
    "AES-256-SIV",
    "AES-128-CTR",
    "KMAC-128",
    "KT128",
    "XOODYAK-128",
    "AES-256-CBC",
    "AES-256-CMAC",
    "BLAKE2B-256",
    "BLAKE3",
    "PBKDF2-SHA-256",
    "ARGON2ID",
    "SCRYPT",
    "Ed25519",
    "X25519",
    "ECDSA_P256_SHA256",
    "no such thing",
];
/// Algorithms with the sizes of a key and a nonce, 0 for none.
const KINDS: &[(&str, u64, u64)] = &[
    ("AES-128-GCM", 16, 12),
    ("AES-256-GCM", 32, 12),
    ("CHACHA20-POLY1305", 32, 12),
    ("XCHACHA20-POLY1305", 32, 24),
    ("AEGIS-256", 32, 32),
    ("ASCON-AEAD", 16, 16),
    ("AES-256-SIV", 64, 20),
    ("AES-128-CTR", 16, 16),
    ("KMAC-128", 20, 0),
    ("KT128", 0, 0),
    ("XOODYAK-128", 16, 16),
    ("XOODYAK-128", 0, 0),
    ("AES-256-CBC", 32, 16),
    ("AES-256-CMAC", 32, 0),
    ("BLAKE2B-256", 20, 0),
    ("BLAKE3", 32, 0),
    ("HMAC/SHA-256", 20, 0),
    ("HKDF-EXTRACT/SHA-256", 20, 0),
    ("HKDF-EXPAND/SHA-256", 40, 0),
    ("SHA-512", 0, 0),
    ("PBKDF2-SHA-256", 0, 0),
    ("ARGON2ID", 0, 0),
    ("SCRYPT", 0, 0),
];
/// Algorithms of key pairs, with their type.
const PAIRS: &[(u64, &str)] = &[(0, "Ed25519"), (0, "ECDSA_P256_SHA256"), (2, "X25519")];
/// Keys that the operator has put in, all of the same bytes over and over, with the size of a nonce where they have one.
const PLANTED: &[(&str, usize, u64)] = &[
    ("Ed25519", 32, 0),
    ("X25519", 32, 0),
    ("AES-256-GCM", 32, 12),
    ("AES-128-CTR", 16, 16),
    ("XOODYAK-128", 16, 16),
    ("HMAC/SHA-256", 32, 0),
    ("HKDF-EXTRACT/SHA-256", 32, 0),
    ("HKDF-EXPAND/SHA-256", 32, 0),
    ("BLAKE3", 32, 0),
];
/// What no guest finds in its memory. Fifteen bytes of a planted key, wherever they begin, have it in them.
const SECRET: [u8; 8] = [0x60, 0xa7, 0x1b, 0xe4, 0x9d, 0x38, 0xc2, 0x5f];
const OPTIONS: &[&str] = &["nonce", "salt", "context", "ops_limit", "memory_limit", "parallelism", "buffer", "colour"];

#[test]
fn nonsense_does_nothing_bad() {
    for seed in 0..8 {
        let mut session = Session::new(seed, false);
        for step in 0..4000 {
            session.step(step);
        }
        session.close_all();
    }
}

#[test]
fn nonsense_does_nothing_bad_when_long_work_is_handed_out() {
    for seed in 100..104 {
        let mut session = Session::new(seed, true);
        for step in 0..4000 {
            session.step(step);
        }
        session.close_all();
    }
}

/// The test would prove nothing if the calls all failed.
#[test]
fn enough_of_the_nonsense_makes_sense() {
    let mut session = Session::new(1, false);
    for step in 0..40_000 {
        session.step(step);
    }
    for hostcall in hostcalls().iter().filter(|hostcall| hostcall.is_implemented() && !is_batch(hostcall)) {
        assert!(session.planted_used > 200, "planted keys were used {} times", session.planted_used);
        let never = ["symmetric_tag_verify", "kx_encapsulate", "kx_decapsulate"];
        let succeeded = session.successes.get(hostcall.name()).copied().unwrap_or(0);
        assert!(succeeded > 0 || never.contains(&hostcall.name()), "{} never succeeded", hostcall.name());
    }
    for errno in [
        Errno::GuestError,
        Errno::InvalidHandle,
        Errno::Closed,
        Errno::Overflow,
        Errno::InvalidTag,
        Errno::TooManyHandles,
    ] {
        assert!(session.errors.contains_key(&errno), "no call ended in {errno}");
    }
}

struct Session {
    random: Random,
    seed: u64,
    ctx: WasiCryptoCtx,
    memory: Vec<u8>,
    names: Vec<[u32; 2]>,
    open: Vec<(HandleType, u32)>,
    /// Handles that were closed.
    old: Vec<u32>,
    defers: bool,
    planted: Vec<(usize, Identifier)>,
    /// How often a planted key was loaded.
    planted_used: u32,
    successes: BTreeMap<&'static str, u32>,
    errors: BTreeMap<Errno, u32>,
}

/// A range that a call may write to, and whether it is a result.
struct Writable {
    start: u64,
    len: u64,
    is_result: bool,
}

impl Session {
    fn new(seed: u64, defers: bool) -> Self {
        let builder = WasiCryptoCtx::builder().max_handles(30).max_bytes(20_000).max_gathered_bytes(2_000);
        let mut memory = vec![0; MEMORY];
        let mut names = Vec::new();
        let mut at = 512;
        for name in [ALGORITHMS, OPTIONS].concat() {
            memory[at..at + name.len()].copy_from_slice(name.as_bytes());
            names.push([at as u32, name.len() as u32]);
            at += name.len();
        }
        assert!(at <= KEPT as usize);
        let namespace = namespace();
        Self {
            planted: plant(&namespace),
            planted_used: 0,
            random: Random(seed),
            seed,
            ctx: builder
                .max_password_iterations(5_000)
                .max_password_memory_work(100_000)
                .secrets(namespace)
                .build()
                .unwrap(),
            memory,
            names,
            open: Vec::new(),
            old: vec![0, 1, u32::MAX],
            defers,
            successes: BTreeMap::new(),
            errors: BTreeMap::new(),
        }
    }

    fn step(&mut self, step: usize) {
        if step % 1000 == 999 {
            self.close_all();
        }
        match step % 40 {
            0 => return self.encrypt_or_derive(step),
            5 | 25 => return self.use_planted(step),
            10 => return self.keep_and_load(step),
            20 => return self.sign_or_agree(step),
            30 => return self.keep_secrets(step),
            _ => {}
        }
        let hostcall = match self.random.pick(hostcalls()) {
            missing if !missing.is_implemented() && !step.is_multiple_of(10) => return,
            // What a list may write to is said in the list: the fuzz targets follow that.
            batch if is_batch(batch) => return,
            // So that objects live long enough to be used.
            close if close.name().ends_with("_close") && !step.is_multiple_of(4) => return,
            hostcall => hostcall,
        };
        let noise = self.random.below(MEMORY - KEPT as usize) + KEPT as usize;
        self.memory[noise] = self.random.next() as u8;
        let args = self.arguments(hostcall);
        self.checked_call(step, hostcall, &args);
    }

    /// A few calls that belong together, so that the others find states to play with.
    fn encrypt_or_derive(&mut self, step: usize) {
        let (name, key_len, nonce_len) = *self.random.pick(KINDS);
        let Some(options) = self.run(step, "options_open", &[&[1, SLOT]]) else { return };
        self.run(step, "options_set", &[&[options], &self.named("nonce"), &[DATA, nonce_len]]);
        self.run(step, "options_set", &[&[options], &self.named("salt"), &[DATA, 9]]);
        self.run(step, "options_set_u64", &[&[options], &self.named("ops_limit"), &[4]]);
        self.run(step, "options_set_u64", &[&[options], &self.named("memory_limit"), &[10_000]]);
        self.memory[..8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        if key_len > 0 {
            let import = [&self.named(name)[..], &[DATA, key_len, SLOT]];
            let Some(key) = self.run(step, "symmetric_key_import", &import) else { return };
            self.memory[0] = 0;
            self.memory[4..8].copy_from_slice(&(key as u32).to_le_bytes());
        }
        self.memory[8] = 0;
        self.memory[12..16].copy_from_slice(&(options as u32).to_le_bytes());
        let open = [&self.named(name)[..], &[0, 8, SLOT]];
        let Some(state) = self.run(step, "symmetric_state_open", &open) else { return };
        let (out, len) = (DATA + self.random.below(300) as u64, self.random.below(200) as u64);
        if nonce_len > 0 && self.random.below(2) == 0 {
            self.run(step, "symmetric_state_encrypt", &[&[state, out, len + 16, DATA, len, SLOT]]);
            self.run(step, "symmetric_state_decrypt", &[&[state, DATA, len, out, len + 16, SLOT]]);
        } else if nonce_len > 0 {
            let tag = self.run(step, "symmetric_state_encrypt_detached", &[&[state, out, len, DATA, len, SLOT]]);
            self.run(step, "symmetric_tag_pull", &[&[tag.unwrap_or(0), 2000, 16, SLOT]]);
            self.run(step, "symmetric_state_decrypt_detached", &[&[state, DATA, len, out, len, 2000, 16, SLOT]]);
        } else if name.starts_with("HKDF-EXTRACT") {
            let squeeze = [&[state][..], &self.named("HKDF-EXPAND/SHA-256"), &[SLOT]];
            self.run(step, "symmetric_state_squeeze_key", &squeeze);
        }
    }

    fn sign_or_agree(&mut self, step: usize) {
        let (algorithm_type, name) = *self.random.pick(PAIRS);
        let (of, name) = ([algorithm_type], self.named(name));
        self.memory[..8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        let Some(pair) = self.run(step, "keypair_generate", &[&of, &name, &[0, SLOT]]) else { return };
        let Some(public) = self.run(step, "keypair_publickey", &[&[pair, SLOT]]) else { return };
        let Some(secret) = self.run(step, "keypair_secretkey", &[&[pair, SLOT]]) else { return };
        self.run(step, "keypair_from_pk_and_sk", &[&[public, secret, SLOT]]);
        for (export, import, handle) in [
            ("keypair_export", "keypair_import", pair),
            ("publickey_export", "publickey_import", public),
            ("secretkey_export", "secretkey_import", secret),
        ] {
            let encoding = self.random.below(3) as u64;
            let Some(output) = self.run(step, export, &[&[handle, encoding, SLOT]]) else { return };
            let Some(len) = self.run(step, "array_output_pull", &[&[output, DATA, 500, SLOT]]) else { return };
            self.run(step, import, &[&of, &name, &[DATA, len, encoding, SLOT]]);
        }
        if algorithm_type == 2 {
            self.run(step, "kx_dh", &[&[public, secret, SLOT]]);
            return;
        }
        let Some(signing) = self.run(step, "signature_state_open", &[&[pair, SLOT]]) else { return };
        self.run(step, "signature_state_update", &[&[signing, DATA, 50]]);
        let Some(signature) = self.run(step, "signature_state_sign", &[&[signing, SLOT]]) else { return };
        let Some(verifying) = self.run(step, "signature_verification_state_open", &[&[public, SLOT]]) else { return };
        self.run(step, "signature_verification_state_update", &[&[verifying, DATA, 50]]);
        self.run(step, "signature_verification_state_verify", &[&[verifying, signature]]);
        let Some(output) = self.run(step, "signature_export", &[&[signature, 0, SLOT]]) else { return };
        let Some(len) = self.run(step, "array_output_pull", &[&[output, DATA, 500, SLOT]]) else { return };
        self.run(step, "signature_import", &[&name, &[DATA, len, 0, SLOT]]);
    }

    fn keep_and_load(&mut self, step: usize) {
        self.memory[..8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        let Some(manager) = self.run(step, "secrets_manager_open", &[&[0, SLOT]]) else { return };
        let (of, prefix, algorithm) = match self.random.below(2) {
            0 => (&[0][..], "keypair", "Ed25519"),
            _ => (&[][..], "symmetric_key", "AES-256-GCM"),
        };
        let function = |rest: &str| format!("{prefix}_{rest}");
        let new = [of, &self.named(algorithm), &[0, SLOT]].concat();
        let Some(managed) = self.run(step, &function("generate_managed"), &[&[manager], &new]) else { return };
        let Some(own) = self.run(step, &function("generate"), &[&new]) else { return };
        self.run(step, &function("id"), &[&[managed, ID, 32, MEMORY as u64 - 32, MEMORY as u64 - 16]]);
        let version = *self.random.pick(&[1, version::LATEST, version::ALL, 7]);
        self.run(step, &function("from_id"), &[&[manager, ID, 32, version, SLOT]]);
        match self.random.below(3) {
            0 => self.run(step, &function("store_managed"), &[&[manager, own, ID, 32]]),
            1 => self.run(step, &function("replace_managed"), &[&[manager, managed, own, SLOT]]),
            _ => self.run(step, "secrets_manager_invalidate", &[&[manager, ID, 32, version]]),
        };
    }

    /// Loads a key that nobody may have, and leaves it and what is made with it to the others.
    fn use_planted(&mut self, step: usize) {
        // With room for what comes of it.
        if step % 200 == 5 {
            self.close_all();
        }
        self.memory[..8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        let Some(manager) = self.run(step, "secrets_manager_open", &[&[0, SLOT]]) else { return };
        let (index, id) = *self.random.pick(&self.planted);
        let (name, _, nonce_len) = PLANTED[index];
        self.memory[ID as usize..][..32].copy_from_slice(id.as_bytes());
        let is_pair = name.ends_with("25519");
        let from_id = if is_pair { "keypair_from_id" } else { "symmetric_key_from_id" };
        let key = self.run(step, from_id, &[&[manager, ID, 32, version::LATEST, SLOT]]);
        // So that nobody revokes it.
        self.memory[ID as usize..][..32].fill(0);
        let Some(key) = key else { return };
        self.planted_used += 1;
        if is_pair {
            self.run(step, "keypair_secretkey", &[&[key, SLOT]]);
            return;
        }
        let Some(options) = self.run(step, "options_open", &[&[1, SLOT]]) else { return };
        self.run(step, "options_set", &[&[options], &self.named("nonce"), &[DATA, nonce_len]]);
        for (at, handle) in [(0, key), (8, options)] {
            self.memory[at] = 0;
            self.memory[at + 4..at + 8].copy_from_slice(&(handle as u32).to_le_bytes());
        }
        let Some(state) = self.run(step, "symmetric_state_open", &[&self.named(name), &[0, 8, SLOT]]) else { return };
        let target = *self.random.pick(ALGORITHMS);
        let squeezed = self.run(step, "symmetric_state_squeeze_key", &[&[state], &self.named(target), &[SLOT]]);
        let Some(output) = self.run(step, "symmetric_key_export", &[&[squeezed.unwrap_or(key), SLOT]]) else { return };
        self.run(step, "array_output_pull", &[&[output, DATA, 500, SLOT]]);
    }

    fn keep_secrets(&mut self, step: usize) {
        self.memory[..8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        let Some(manager) = self.run(step, "secrets_manager_open", &[&[0, SLOT]]) else { return };
        let expires = *self.random.pick(&[0, u64::MAX, u64::MAX, u64::MAX]);
        self.run(step, "external_secret_store", &[&[manager, DATA, 20, expires, ID, 32]]);
        self.run(step, "external_secret_replace", &[&[manager, DATA, 30, expires, ID, 32, SLOT]]);
        self.run(step, "external_secret_from_id", &[&[manager, ID, 32, 1, SLOT]]);
        self.run(step, "external_secret_invalidate", &[&[manager, ID, 32, version::LATEST]]);
        let sealed = self.run(step, "external_secret_encapsulate", &[&[manager, DATA, 20, expires, SLOT]]);
        let Some(len) = self.run(step, "array_output_pull", &[&[sealed.unwrap_or(0), DATA, 500, SLOT]]) else { return };
        self.run(step, "external_secret_decapsulate", &[&[manager, DATA, len, SLOT]]);
    }

    /// One call; if it succeeds, what it left in the slot.
    fn run(&mut self, step: usize, name: &str, args: &[&[u64]]) -> Option<u64> {
        let errno = self.checked_call(step, hostcall(name), &args.concat());
        let slot = &self.memory[SLOT as usize..][..4];
        (errno == Errno::Success).then(|| u64::from(u32::from_le_bytes(slot.try_into().unwrap())))
    }

    fn named(&self, name: &str) -> [u64; 2] {
        let index = ALGORITHMS.iter().chain(OPTIONS).position(|known| *known == name).expect("a known name");
        self.names[index].map(u64::from)
    }

    fn checked_call(&mut self, step: usize, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let before = self.memory.clone();
        let (open, held) = (self.ctx.open_handles(), self.ctx.held_bytes());
        let errno = self.call(hostcall, args);

        let case = || format!("seed {}, step {step}: {}{args:x?} = {errno}", self.seed, hostcall.name());
        let writable = writable(hostcall, args);
        if errno != Errno::Success {
            *self.errors.entry(errno).or_default() += 1;
            assert_eq!((self.ctx.open_handles(), self.ctx.held_bytes()), (open, held), "{}", case());
        }
        // Compared as a whole first: that is much faster than byte by byte.
        let changes = self.memory.iter().zip(&before).enumerate().filter(|(_, (now, then))| now != then);
        for (i, (now, then)) in changes.take(if self.memory == before { 0 } else { MEMORY }) {
            // A forgery leaves zeros in the output, all other errors nothing.
            let may_write = |range: &Writable| match errno {
                Errno::Success => true,
                Errno::InvalidTag => !range.is_result && *now == 0,
                _ => false,
            };
            let inside = |range: &Writable| (range.start..range.start + range.len).contains(&(i as u64));
            let allowed = writable.iter().any(|range| inside(range) && may_write(range));
            assert!(allowed, "{}: byte {i} was {then} and is {now}", case());
        }
        if errno == Errno::Success {
            let leaked = self.memory != before && self.memory.windows(SECRET.len()).any(|bytes| bytes == SECRET);
            assert!(!leaked, "{}: a managed key is out", case());
            *self.successes.entry(hostcall.name()).or_default() += 1;
            self.note_handles(hostcall, args, &writable);
        }
        assert_eq!(self.ctx.open_handles(), self.open.len());
        errno
    }

    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        if !self.defers {
            return self.ctx.call(hostcall, GuestMemory::unshared(&mut self.memory), args);
        }
        call_in_parts(&mut self.ctx, &mut self.memory, hostcall, args)
    }

    fn arguments(&mut self, hostcall: &Hostcall) -> Vec<u64> {
        let mut args = Vec::new();
        let params = hostcall.params();
        for (i, param) in params.iter().enumerate() {
            match param.ty {
                ParamType::Handle(ty) => args.push(self.handle(ty).into()),
                ParamType::String => args.extend(self.name(hostcall).map(u64::from)),
                ParamType::ConstPointer | ParamType::Pointer => args.push(self.start(i).into()),
                ParamType::Size => args.push(self.size().into()),
                ParamType::OptOptions => args.push(self.optional(HandleType::Options, i).into()),
                ParamType::OptSymmetricKey => args.push(self.optional(HandleType::SymmetricKey, i).into()),
                ParamType::AlgorithmType if hostcall.name() == "options_open" && self.random.below(4) > 0 => {
                    args.push(1)
                }
                ParamType::AlgorithmType
                | ParamType::KeypairEncoding
                | ParamType::PublickeyEncoding
                | ParamType::SecretkeyEncoding
                | ParamType::SignatureEncoding
                    if self.random.below(8) > 0 =>
                {
                    args.push(self.random.below(5) as u64);
                }
                ParamType::U64 if self.random.below(4) > 0 => args.push(self.random.below(20) as u64),
                ParamType::List(_) => args.extend([self.start(i), self.size()].map(u64::from)),
                _ => args.push(self.random.next() >> self.random.below(64)),
            }
        }
        match hostcall.results().len() {
            1 => args.push(self.start(params.len()).into()),
            // Apart, so that each can be read.
            n => args.extend((0..n as u64).map(|i| MEMORY as u64 - 16 * (i + 1))),
        }
        args
    }

    /// Mostly one that is open and of this type.
    fn handle(&mut self, ty: HandleType) -> u32 {
        let fitting: Vec<u32> = self.open.iter().filter(|(of, _)| *of == ty).map(|(_, handle)| *handle).collect();
        match self.random.below(12) {
            0 if !self.open.is_empty() => self.random.pick(&self.open).1,
            1 => *self.random.pick(&self.old),
            2 => self.random.next() as u32,
            _ if !fitting.is_empty() => *self.random.pick(&fitting),
            _ => *self.random.pick(&self.old),
        }
    }

    /// Mostly one that means something.
    fn name(&mut self, hostcall: &Hostcall) -> [u32; 2] {
        let (algorithms, options) = self.names.split_at(ALGORITHMS.len());
        let [start, len] = *self.random.pick(if hostcall.name().contains("options") { options } else { algorithms });
        match self.random.below(16) {
            0 => [self.start(0), self.size()],
            1 => [start, len + 1],
            _ => [start, len],
        }
    }

    /// Mostly inside the memory, behind what is kept there.
    fn start(&mut self, index: usize) -> u32 {
        match self.random.below(24) {
            0 => self.random.next() as u32,
            1 => (MEMORY - self.random.below(40)) as u32,
            // Where others of the same call are, too.
            2..=9 => KEPT + self.random.below(40) as u32,
            _ => KEPT + (index * 300 + self.random.below(100)) as u32,
        }
    }

    fn size(&mut self) -> u32 {
        match self.random.below(24) {
            0 => self.random.next() as u32,
            1 => 3000,
            2..=5 => self.random.below(300) as u32,
            _ => *self.random.pick(&[0, 1, 7, 12, 16, 23, 24, 32, 48, 64]),
        }
    }

    /// Mostly a record that is right.
    fn optional(&mut self, ty: HandleType, index: usize) -> u32 {
        let at = 16 * index;
        let record = match self.random.below(8) {
            0 => return self.start(index),
            1 => self.random.next().to_le_bytes(),
            2 => [1, 0, 0, 0, 0, 0, 0, 0],
            _ => {
                let [a, b, c, d] = self.handle(ty).to_le_bytes();
                [0, 0xff, 0xff, 0xff, a, b, c, d]
            }
        };
        self.memory[at..at + 8].copy_from_slice(&record);
        at as u32
    }

    /// Follows which handles are open now.
    fn note_handles(&mut self, hostcall: &Hostcall, args: &[u64], writable: &[Writable]) {
        let name = hostcall.name();
        // A pull closes what it empties; whether it did, the number of open handles says.
        let pulled = name == "array_output_pull" && self.ctx.open_handles() < self.open.len();
        if name.ends_with("_close") || name == "symmetric_tag_pull" || pulled {
            let handle = args[0] as u32;
            let index = self.open.iter().position(|(_, open)| *open == handle).expect("an open handle");
            self.open.swap_remove(index);
            self.old.push(handle);
        }
        // The old key is closed, which may be the new one, too.
        if name.ends_with("_replace_managed") {
            let handle = args[1] as u32;
            self.open.retain(|(_, open)| *open != handle);
            self.old.push(handle);
        }
        let slots = writable.iter().filter(|range| range.is_result);
        for (result, slot) in hostcall.results().iter().zip(slots) {
            if let ResultType::Handle(ty) = result {
                // Declared as an array, it is a signature (C22).
                let ty = if name == "signature_state_sign" { &HandleType::Signature } else { ty };
                let bytes = &self.memory[slot.start as usize..][..4];
                let handle = u32::from_le_bytes(bytes.try_into().unwrap());
                assert!(!self.old.contains(&handle), "{handle:#x} was given out before");
                assert!(self.open.iter().all(|(_, open)| *open != handle), "{handle:#x} was given out twice");
                self.open.push((*ty, handle));
            }
        }
    }

    fn close_all(&mut self) {
        for (ty, handle) in std::mem::take(&mut self.open) {
            self.old.push(handle);
            if ty == HandleType::ArrayOutput {
                let (start, end) = (u64::from(KEPT), MEMORY as u64 - 4);
                let pull = [handle.into(), start, end - start, end];
                while self.call(hostcall("array_output_pull"), &pull) == Errno::Success {}
                continue;
            }
            let close = format!("{}_close", ty.name());
            assert_eq!(self.call(hostcall(&close), &[handle.into()]), Errno::Success, "{close}");
        }
        assert_eq!((self.ctx.open_handles(), self.ctx.held_bytes()), (0, 0));
    }
}

/// A place for managed keys and secrets.
fn namespace() -> Namespace {
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
    manager.namespace("tenant")
}

/// Puts the planted keys in, which nobody may export.
fn plant(namespace: &Namespace) -> Vec<(usize, Identifier)> {
    let key: Vec<u8> = SECRET.into_iter().cycle().take(32).collect();
    let put = |(index, (name, len, _)): (usize, &(&str, usize, u64))| {
        let new = if name.ends_with("25519") { NewRecord::key_pair } else { NewRecord::symmetric_key };
        (index, namespace.create(new(name, &key[..*len])).unwrap().identifier)
    };
    PLANTED.iter().enumerate().map(put).collect()
}

fn is_batch(hostcall: &Hostcall) -> bool {
    hostcall.params().iter().any(|param| matches!(param.ty, ParamType::List(_)))
}

/// What a call may write to: the buffers, then the results.
fn writable(hostcall: &Hostcall, args: &[u64]) -> Vec<Writable> {
    let mut ranges = Vec::new();
    let mut index = 0;
    for param in hostcall.params() {
        if param.ty == ParamType::Pointer && hostcall.name() != "options_set_guest_buffer" {
            ranges.push(Writable { start: args[index], len: args[index + 1], is_result: false });
        }
        index += if matches!(param.ty, ParamType::String | ParamType::List(_)) { 2 } else { 1 };
    }
    for result in hostcall.results() {
        let len = if matches!(result, ResultType::U64 | ResultType::Version) { 8 } else { 4 };
        ranges.push(Writable { start: args[index], len, is_result: true });
        index += 1;
    }
    ranges
}
