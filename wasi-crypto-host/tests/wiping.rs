//! Memory that held a secret is wiped before it is given back.
//!
//! The allocator of this test ([`watching`]) looks at each block that the host frees, for pieces of the secrets that the guest put in.

#[path = "managed/store.rs"]
mod asking;
#[cfg(feature = "component")]
#[path = "wiping/component.rs"]
mod component;
#[cfg(feature = "component")]
#[path = "support/executor.rs"]
mod executor;
#[cfg(feature = "component")]
#[path = "component/guest.rs"]
mod guest;
#[path = "managed/guest.rs"]
mod managed;
#[path = "wiping/namespace.rs"]
mod namespace;
#[cfg(feature = "component")]
#[path = "component/passthrough.rs"]
mod passthrough;
#[path = "wiping/refused.rs"]
mod refused;
#[path = "wiping/secrets.rs"]
mod secrets;
#[cfg(target_os = "linux")]
#[path = "wiping/stacks.rs"]
mod stacks;
mod support;
#[path = "wiping/watching.rs"]
mod watching;
#[path = "wiping/ways_out.rs"]
mod ways_out;

use std::cell::Cell;

use shake::ExtendableOutput;
use support::{Guest, Native, Random, SLOT, Transport, call_in_parts, hostcall};
use wasi_crypto_host::{AlgorithmType, Errno, GuestMemory, Hostcall, Progress, WasiCryptoCtx, algorithms};
use watching::{MOST, PIECE, freed_with};

/// Watches the host, and the host alone, in each call.
struct Watched {
    native: Native,
    secret: Vec<u8>,
    /// Whether long work is handed out, as to an asynchronous engine.
    defers: bool,
}

impl Watched {
    fn run(&mut self, name: &str, work: impl FnOnce(&mut Native) -> Errno) -> Errno {
        let (errno, found) = freed_with(&self.secret, || work(&mut self.native));
        assert_eq!(found, None, "{name} freed a block of so many bytes with a secret in it");
        errno
    }
}

impl Transport for Watched {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let defers = self.defers;
        self.run(hostcall.name(), |Native { ctx, memory }| {
            if !defers {
                return ctx.call(hostcall, GuestMemory::unshared(memory), args);
            }
            call_in_parts(ctx, memory, hostcall, args)
        })
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        self.native.read(start, into);
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        self.native.write(start, from);
    }
}

fn guest(secret: &[u8]) -> Guest<Watched> {
    let native = Native::new(WasiCryptoCtx::builder(), 1 << 17);
    Guest::new(Watched { native, secret: secret.to_vec(), defers: false })
}

/// Drops a guest's context with all that is open in it.
fn drop_context(guest: Guest<Watched>) {
    let Watched { native: Native { ctx, .. }, secret, .. } = guest.transport;
    let ((), found) = freed_with(&secret, || drop(ctx));
    assert_eq!(found, None, "dropping the context freed a block of so many bytes with a secret in it");
}

/// All symmetric algorithms with keys, the size of a key and that of a nonce, 0 for none.
fn keyed() -> impl Iterator<Item = (&'static str, usize, usize)> {
    let symmetric = algorithms().filter(|info| info.algorithm_type == AlgorithmType::Symmetric);
    symmetric.filter_map(|info| Some((info.name, info.key_len?, info.nonce_len.unwrap_or(0))))
}

/// Another one each time: what has padding may be copied from the stack with what is left there of work before, which is not looked at here.
fn key(len: usize) -> Vec<u8> {
    thread_local!(static SEED: Cell<u64> = const { Cell::new(0x5ec3e7) });
    SEED.set(SEED.get() + 1);
    Random(SEED.get()).bytes(len)
}

#[test]
fn the_allocator_finds_what_is_not_wiped() {
    let secret = key(32);
    let left = secret[8..].to_vec();
    assert_eq!(freed_with(&secret, || drop(left)).1, Some(24));
    let mut grown = Vec::with_capacity(40);
    grown.extend_from_slice(&secret);
    let (_, found) = freed_with(&secret, || {
        grown.reserve(4096);
        grown.fill(0);
        drop(grown);
    });
    assert_eq!(found, Some(40), "growing leaves a copy");
    let mut wiped = secret.clone();
    wiped.fill(0);
    assert_eq!(freed_with(&secret, || drop(std::hint::black_box(wiped))).1, None);
}

#[test]
fn keys_are_wiped_when_they_are_closed_exported_or_refused() {
    for (name, len, nonce_len) in keyed() {
        let raw = key(len);
        let mut guest = guest(&raw);
        let key = guest.import(name, &raw).unwrap();
        assert_eq!(guest.export(key).unwrap(), raw);
        // An output that is never pulled, or not to its end.
        guest.call_for_u32("symmetric_key_export", &[key]).unwrap();
        let output = guest.call_for_u32("symmetric_key_export", &[key]).unwrap();
        guest.call("array_output_pull", &[output, 64, 9, SLOT]).unwrap();
        guest.call("symmetric_key_close", &[key]).unwrap();
        if nonce_len > 0 || name == "BLAKE3" || name.starts_with("AES") {
            assert_eq!(guest.import(name, &raw[1..]), Err(Errno::InvalidKey));
        }
        drop_context(guest);
    }
}

#[test]
fn keys_are_wiped_when_the_last_state_is_closed() {
    for (name, len, nonce_len) in keyed() {
        let raw = key(len);
        let mut guest = guest(&raw);
        let key = guest.import(name, &raw).unwrap();
        let nonce = guest.nonce(&[7; 32][..nonce_len]);
        let state = guest.open(name, Some(key), Some(nonce)).unwrap();
        guest.call("symmetric_key_close", &[key]).unwrap();
        let clone = guest.clone_state(state).unwrap();
        if !name.ends_with("-CBC") && !name.ends_with("-CTR") {
            guest.absorb(clone, &[1; 100]).unwrap();
        }
        if name.contains("MAC") {
            guest.squeeze_tag(clone).unwrap();
        } else if name.starts_with("BLAKE") {
            guest.squeeze(clone, 32).unwrap();
        } else if name == "XOODYAK-128" {
            guest.encrypt(clone, &[2; 64]).unwrap();
            assert_eq!(guest.decrypt(clone, &[3; 64]), Err(Errno::InvalidTag));
            guest.squeeze_tag(clone).unwrap();
            guest.squeeze_key(clone, name).unwrap();
            guest.call("symmetric_state_ratchet", &[clone]).unwrap();
        } else if name.starts_with("HKDF-EXTRACT") {
            guest.squeeze_key(clone, &name.replace("EXTRACT", "EXPAND")).unwrap();
        } else if name.starts_with("HKDF-EXPAND") {
            guest.squeeze(clone, 200).unwrap();
        } else {
            let sealed = guest.encrypt(clone, &[2; 64]).unwrap();
            guest.decrypt(clone, &sealed).unwrap();
        }
        guest.close(state).unwrap();
        guest.close(clone).unwrap();
        drop_context(guest);
    }
}

#[test]
fn data_that_states_gather_is_wiped_however_it_grew() {
    let secret = key(64);
    for name in [
        "AES-256-GCM",
        "AEGIS-256",
        "HKDF-EXTRACT/SHA-256",
        "HKDF-EXPAND/SHA-256",
        "SHA-256",
        "SHA-512",
        "BLAKE2B-512",
        "BLAKE3",
        "HMAC/SHA-384",
        "AES-128-SIV",
        "KMAC-256",
        "KT128",
        "CSHAKE-256",
        "ASCON-HASH",
    ] {
        let mut guest = guest(&secret);
        let takes_key = algorithms().any(|info| info.name == name && info.key_len.is_some() && !info.key_optional);
        let key = takes_key.then(|| guest.import(name, &[9; 32]).unwrap());
        let nonce = guest.nonce(&[7; 32][..if name == "AEGIS-256" { 32 } else { 12 }]);
        let state = guest.open(name, key, Some(nonce)).unwrap();
        for piece in [8, 16, 64, 30] {
            guest.absorb(state, &secret[..piece]).unwrap();
            let clone = guest.clone_state(state).unwrap();
            guest.close(clone).unwrap();
        }
        guest.close(state).unwrap();
        drop_context(guest);
    }
}

#[test]
fn passwords_salts_and_derived_keys_are_wiped() {
    let secret = key(40);
    for defers in [false, true] {
        let mut guest = guest(&secret);
        guest.transport.defers = defers;
        let options = guest.options_open();
        guest.options_set(options, "salt", &secret).unwrap();
        guest.options_set_u64(options, "ops_limit", 3000).unwrap();
        let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
        for _ in 0..5 {
            guest.absorb(state, &secret).unwrap();
        }
        let derived = guest.squeeze(state, 64).unwrap();
        // The same again, and now it is the result that must not be left.
        guest.transport.secret = derived.clone();
        assert_eq!(guest.squeeze(state, 64).unwrap(), derived);
        let tag = guest.squeeze_tag(state).unwrap();
        let string = guest.pull_tag(tag).unwrap();
        guest.transport.secret = string[string.len() - 32..].to_vec();
        let tag = guest.squeeze_tag(state).unwrap();
        guest.call("symmetric_tag_close", &[tag]).unwrap();
        guest.transport.secret = secret.clone();
        // The state shares the options with the set until one of them changes.
        guest.options_set(options, "salt", &secret[8..]).unwrap();
        guest.options_set(options, "salt", b"").unwrap();
        guest.call("options_close", &[options]).unwrap();
        guest.close(state).unwrap();
        drop_context(guest);
    }
}

/// The first block of Argon2's memory in one pass, and the first entry of scrypt's table, are hashes of the password.
#[test]
fn what_memory_hard_functions_fill_is_wiped() {
    for (defers, name, ops) in
        [false, true].into_iter().flat_map(|defers| [(defers, "ARGON2ID", 1), (defers, "SCRYPT", 16)])
    {
        let (salt, cost) = ([5; 16], 1 << 15);
        let mut guest = guest(&first_block(name, &salt, cost, ops));
        guest.transport.defers = defers;
        let options = guest.options_open();
        guest.options_set(options, "salt", &salt).unwrap();
        guest.options_set_u64(options, "ops_limit", ops).unwrap();
        guest.options_set_u64(options, "memory_limit", cost).unwrap();
        let state = guest.open(name, None, Some(options)).unwrap();
        guest.absorb(state, b"password").unwrap();
        let derived = guest.squeeze(state, 32).unwrap();
        guest.transport.secret = derived.clone();
        assert_eq!(guest.squeeze(state, 32).unwrap(), derived);
        guest.close(state).unwrap();
        drop_context(guest);
    }
}

fn first_block(name: &str, salt: &[u8], memory: u64, ops: u64) -> Vec<u8> {
    if name == "SCRYPT" {
        let mut part = vec![0; (memory / ops) as usize];
        pbkdf2::pbkdf2_hmac::<sha2::Sha256>(b"password", salt, 1, &mut part);
        return part[..128].to_vec();
    }
    let params = argon2::Params::new((memory >> 10) as u32, ops as u32, 1, Some(32)).unwrap();
    let mut blocks = vec![argon2::Block::new(); params.block_count()];
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    argon2.hash_password_into_with_memory(b"password", salt, &mut [0; 32], &mut *blocks).unwrap();
    blocks[0].as_ref()[..16].iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn long_work_that_is_never_run_is_wiped() {
    let secret = key(40);
    let mut guest = guest(&secret);
    let options = guest.options_open();
    guest.options_set(options, "salt", &secret).unwrap();
    guest.options_set_u64(options, "ops_limit", 3000).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    guest.absorb(state, &secret).unwrap();
    let squeeze = [u64::from(state), 64, 32];
    guest.transport.run("a squeeze that is given up", |Native { ctx, memory }| {
        let memory = GuestMemory::unshared(memory);
        let begun = ctx.begin_call(hostcall("symmetric_state_squeeze"), memory, &squeeze);
        let Progress::Pending(work) = begun else { panic!("the call did the work itself: {begun:?}") };
        drop(work);
        Errno::Success
    });
    guest.transport.run("a squeeze whose result is given up", |Native { ctx, memory }| {
        let memory = GuestMemory::unshared(memory);
        let begun = ctx.begin_call(hostcall("symmetric_state_squeeze"), memory, &squeeze);
        let Progress::Pending(work) = begun else { panic!("the call did the work itself: {begun:?}") };
        drop(work.run());
        Errno::Success
    });
    drop_context(guest);
}

#[test]
fn derived_keys_and_tags_are_wiped() {
    let mut guest = guest(&[]);
    let ikm = guest.import("HKDF-EXTRACT/SHA-512", &key(20)).unwrap();
    let extraction = guest.open("HKDF-EXTRACT/SHA-512", Some(ikm), None).unwrap();
    let prk = guest.squeeze_key(extraction, "HKDF-EXPAND/SHA-512").unwrap();
    let raw = guest.export(prk).unwrap();
    guest.transport.secret = raw;
    for _ in 0..2 {
        let again = guest.squeeze_key(extraction, "HKDF-EXPAND/SHA-512").unwrap();
        guest.call("symmetric_key_close", &[again]).unwrap();
    }
    guest.call("symmetric_key_close", &[prk]).unwrap();

    let mac_key = guest.import("HMAC/SHA-256", &key(32)).unwrap();
    let mac = guest.open("HMAC/SHA-256", Some(mac_key), None).unwrap();
    let first = guest.squeeze_tag(mac).unwrap();
    let tag = guest.pull_tag(first).unwrap();
    guest.transport.secret = tag.clone();
    let (second, third) = (guest.squeeze_tag(mac).unwrap(), guest.squeeze_tag(mac).unwrap());
    guest.verify(second, &tag).unwrap();
    guest.call("symmetric_tag_close", &[second]).unwrap();
    assert_eq!(guest.pull_tag(third).unwrap(), tag);

    let raw = key(16);
    let state = guest.cipher("AES-128-GCM", &raw, &[7; 12]);
    let (ciphertext, tag) = guest.encrypt_detached(state, b"message").unwrap();
    guest.transport.secret = tag.clone();
    guest.decrypt_detached(state, &ciphertext, &tag).unwrap();
    let state = guest.cipher("AES-128-GCM", &raw, &[7; 12]);
    assert_eq!(guest.encrypt_detached(state, b"message").unwrap().1, tag);
    drop_context(guest);
}

/// The algorithms whose keys can be any bytes, or nearly: name, algorithm type, size of the raw secret key.
const ASYMMETRIC: [(&str, u32, usize); 14] = [
    ("Ed25519", 0, 32),
    ("ECDSA_P256_SHA256", 0, 32),
    ("ECDSA_P384_SHA384", 0, 48),
    ("ECDSA_K256_SHA256", 0, 32),
    ("ML-DSA-44", 0, 32),
    ("ML-DSA-65", 0, 32),
    ("ML-DSA-87", 0, 32),
    ("X25519", 2, 32),
    ("P256-SHA256", 2, 32),
    ("P384-SHA384", 2, 48),
    ("X-WING", 2, 32),
    ("ML-KEM-512", 2, 64),
    ("ML-KEM-768", 2, 64),
    ("ML-KEM-1024", 2, 64),
];

/// Imports a secret key, raw.
fn import_secret<T: Transport>(guest: &mut Guest<T>, name: &str, algorithm_type: u32, raw: &[u8]) -> u32 {
    let ([name, name_len], [raw, raw_len]) = (guest.put(name.as_bytes()), guest.put(raw));
    guest.call_for_u32("secretkey_import", &[algorithm_type, name, name_len, raw, raw_len, 0]).unwrap()
}

/// Does all that can be done with a secret key, and closes it and what it gave.
fn use_secret<T: Transport>(guest: &mut Guest<T>, name: &str, algorithm_type: u32, secret: u32) {
    let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
    let keypair = guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
    for (part, function, key) in [("secretkey", "secretkey_export", secret), ("keypair", "keypair_export", keypair)] {
        for encoding in 0..4 {
            let Ok(output) = guest.call_for_u32(function, &[key, encoding]) else { continue };
            let encoded = guest.pull_array(output).unwrap();
            let ([name, name_len], [bytes, len]) = (guest.put(name.as_bytes()), guest.put(&encoded));
            let args = [algorithm_type, name, name_len, bytes, len, encoding];
            let again = guest.call_for_u32(&format!("{part}_import"), &args).unwrap();
            guest.call(&format!("{part}_close"), &[again]).unwrap();
        }
    }
    if algorithm_type == 0 {
        let state = guest.call_for_u32("signature_state_open", &[keypair]).unwrap();
        guest.call_for_u32("signature_state_sign", &[state]).unwrap();
        guest.call("signature_state_close", &[state]).unwrap();
    } else {
        exchange(guest, public, secret);
    }
    for (function, key) in [("secretkey_close", secret), ("keypair_close", keypair), ("publickey_close", public)] {
        guest.call(function, &[key]).unwrap();
    }
}

/// Agrees on a secret, or encapsulates one and takes it out again.
fn exchange<T: Transport>(guest: &mut Guest<T>, public: u32, secret: u32) {
    if guest.call_for_u32("kx_dh", &[public, secret]).is_err() {
        guest.call("kx_encapsulate", &[public, SLOT, SLOT + 4]).unwrap();
        let ciphertext = u32::from_le_bytes(guest.bytes(SLOT + 4));
        let ciphertext = guest.pull_array(ciphertext).unwrap();
        let [ciphertext, len] = guest.put(&ciphertext);
        guest.call_for_u32("kx_decapsulate", &[secret, ciphertext, len]).unwrap();
    }
}

#[test]
fn asymmetric_secret_keys_are_wiped() {
    for (name, algorithm_type, len) in ASYMMETRIC {
        let raw = key(len);
        let mut guest = guest(&raw);
        let secret = import_secret(&mut guest, name, algorithm_type, &raw);
        use_secret(&mut guest, name, algorithm_type, secret);
        drop_context(guest);
    }
}

/// The encoding of an RSA key holds all of it. What the libraries make of its numbers is out of reach
/// (`backend/rsa.rs` says which), and in another byte order.
#[test]
fn encoded_rsa_keys_are_wiped() {
    let mut guest = guest(&[]);
    let name = "RSA_PSS_2048_SHA256";
    let ([start, len], none) = (guest.put(name.as_bytes()), guest.put_optional(None));
    let keypair = guest.call_for_u32("keypair_generate", &[0, start, len, none]).unwrap();
    let output = guest.call_for_u32("keypair_export", &[keypair, 1]).unwrap();
    let encoded = guest.pull_array(output).unwrap();
    // In the middle of the private exponent, which follows the modulus and the public exponent.
    guest.transport.secret = encoded[400..432].to_vec();
    guest.call("keypair_close", &[keypair]).unwrap();
    let ([start, len], [bytes, bytes_len]) = (guest.put(name.as_bytes()), guest.put(&encoded));
    let secret = guest.call_for_u32("secretkey_import", &[0, start, len, bytes, bytes_len, 1]).unwrap();
    use_secret(&mut guest, name, 0, secret);
    for cut in [0, 1, 100, 600] {
        let ([start, len], [bytes, _]) = (guest.put(name.as_bytes()), guest.put(&encoded));
        let args = [0, start, len, bytes, bytes_len - cut, 1];
        let imported = guest.call_for_u32("secretkey_import", &args);
        assert_eq!(imported.is_ok(), cut == 0, "without its last {cut} bytes");
    }
    drop_context(guest);
}

/// What the post-quantum algorithms make of a seed: the secret vector of ML-KEM, the secret K of ML-DSA, the seeds and the
/// X25519 key of X-Wing.
#[test]
fn expanded_secret_keys_are_wiped() {
    let seed = key(64);
    let expanded = libcrux_ml_kem::mlkem768::generate_key_pair(*seed.first_chunk().unwrap()).sk().to_vec();
    let mut guest = guest(&expanded[..64]);
    for raw in [&seed, &expanded] {
        let secret = import_secret(&mut guest, "ML-KEM-768", 2, raw);
        use_secret(&mut guest, "ML-KEM-768", 2, secret);
    }

    let expanded = libcrux_ml_dsa::ml_dsa_65::generate_key_pair(*seed.first_chunk().unwrap()).signing_key;
    guest.transport.secret = expanded.as_slice()[32..64].to_vec();
    let secret = import_secret(&mut guest, "ML-DSA-65", 0, &seed[..32]);
    use_secret(&mut guest, "ML-DSA-65", 0, secret);

    let mut expanded = [0; 96];
    shake::Shake256::digest_xof(&seed[..32], &mut expanded);
    for part in expanded.chunks_exact(32) {
        guest.transport.secret = part.to_vec();
        let secret = import_secret(&mut guest, "X-WING", 2, &seed[..32]);
        use_secret(&mut guest, "X-WING", 2, secret);
    }
    drop_context(guest);
}

#[test]
fn encapsulated_secrets_are_wiped() {
    for (name, algorithm_type, len) in
        ASYMMETRIC.into_iter().filter(|(name, ..)| name.starts_with("ML-KEM") || *name == "X-WING")
    {
        let mut guest = guest(&[]);
        let secret = import_secret(&mut guest, name, algorithm_type, &key(len));
        let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
        guest.call("kx_encapsulate", &[public, SLOT, SLOT + 4]).unwrap();
        let (shared, ciphertext) = (u32::from_le_bytes(guest.bytes(SLOT)), u32::from_le_bytes(guest.bytes(SLOT + 4)));
        // Copied out in two parts, so that the last one is what closes the output.
        let buffer = guest.room(31);
        guest.call("array_output_pull", &[shared, buffer[0], buffer[1], SLOT]).unwrap();
        guest.transport.secret = guest.bytes_at(buffer);
        guest.call("array_output_pull", &[shared, 64, 1, SLOT]).unwrap();
        let ciphertext = guest.pull_array(ciphertext).unwrap();
        let [start, len] = guest.put(&ciphertext);
        let found = guest.call_for_u32("kx_decapsulate", &[secret, start, len]).unwrap();
        let found = guest.pull_array(found).unwrap();
        assert_eq!(found[..31], guest.transport.secret, "{name}");
        drop_context(guest);
    }
}
