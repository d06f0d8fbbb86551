//! The longest time for which a call of each function holds up the thread that makes it, whatever the guest passes, at default limits.
//!
//! Each function is called with the most that it takes, for every algorithm, on a memory of its own and on a shared one, out of which the host
//! copies what it works on. Times are those between two chances for an executor: work that is handed out does not count, nor does a call as a
//! whole that comes in parts.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wasi_crypto_host::SharedMemory as _;
use wasi_crypto_host::{AlgorithmType, Errno, GuestMemory, Hostcall, Limits, Progress, WasiCryptoCtx, algorithms};
use wasmtime::{Config, Engine, MemoryType, SharedMemory};

use crate::support::{Guest, SLOT, Transport};

/// The table, function by function and memory by memory, the slowest first.
pub(crate) fn table() -> String {
    let len = 2 * Limits::default().call_bytes + (2 << 20);
    let mut rows: Vec<_> = [Memory::own(len), Memory::shared(len)].into_iter().flat_map(rows).collect();
    rows.sort_by_key(|(.., longest)| std::cmp::Reverse(longest.held));
    let mut table =
        "\n| function | memory | longest hold | with | the whole call |\n|---|---|---|---|---|\n".to_owned();
    for (function, memory, Longest { held, whole, what }) in rows {
        let milliseconds = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        table += &format!("| {function} | {memory} | {} | {what} | {} |\n", milliseconds(held), milliseconds(whole));
    }
    table
}

fn rows(memory: Memory) -> impl Iterator<Item = (&'static str, &'static str, Longest)> {
    let ctx = WasiCryptoCtx::builder().build().expect("the defaults are good");
    let mut guest = Guest::new(Timed { ctx, memory, what: String::new(), longest: BTreeMap::new() });
    for info in algorithms() {
        guest.transport.what = info.name.to_owned();
        match info.algorithm_type {
            AlgorithmType::Symmetric if info.nonce_len.is_some() => cipher(&mut guest, info.name, info.nonce_len),
            AlgorithmType::Symmetric => derivation(&mut guest, info.name, info.key_len.is_some()),
            of_pairs => key_pairs(&mut guest, of_pairs as u32, info.name),
        }
    }
    let Timed { memory, longest, .. } = guest.transport;
    let name = if let Memory::Own(_) = memory { "its own" } else { "shared" };
    longest.into_iter().map(move |(function, longest)| (function, name, longest))
}

/// The guest's memory.
enum Memory {
    Own(Vec<u8>),
    Shared(SharedMemory),
}

impl Memory {
    fn own(len: usize) -> Self {
        Self::Own(vec![FILL; len])
    }

    fn shared(len: usize) -> Self {
        let engine = Engine::new(Config::new().wasm_threads(true).shared_memory(true)).expect("both are offered");
        let pages = len.div_ceil(1 << 16) as u32;
        let memory = SharedMemory::new(&engine, MemoryType::shared(pages, pages)).expect("so much memory");
        memory.write(0, &vec![FILL; len]);
        Self::Shared(memory)
    }

    fn of_guest(&mut self) -> GuestMemory<'_> {
        match self {
            Self::Own(bytes) => GuestMemory::unshared(bytes),
            Self::Shared(memory) => GuestMemory::shared(memory),
        }
    }
}

/// What lies in the memory, which does not matter.
const FILL: u8 = 0x5a;

/// Makes calls as an executor does, and keeps the longest hold of each function.
struct Timed {
    ctx: WasiCryptoCtx,
    memory: Memory,
    /// What the calls are about now.
    what: String,
    longest: BTreeMap<&'static str, Longest>,
}

struct Longest {
    held: Duration,
    whole: Duration,
    what: String,
}

impl Transport for Timed {
    fn call(&mut self, hostcall: &'static Hostcall, args: &[u64]) -> Errno {
        let Self { ctx, memory, what, longest } = self;
        let (began, mut held, mut start) = (Instant::now(), Duration::ZERO, Instant::now());
        let mut progress = ctx.begin_call(hostcall, memory.of_guest(), args);
        let errno = loop {
            held = held.max(start.elapsed());
            progress = match progress {
                Progress::Done(errno) => break errno,
                Progress::Paused(paused) => {
                    start = Instant::now();
                    ctx.continue_call(paused, hostcall, memory.of_guest(), args)
                }
                Progress::Pending(work) => {
                    let done = work.run();
                    start = Instant::now();
                    ctx.finish_call(done, memory.of_guest(), args)
                }
            };
        };
        let whole = began.elapsed();
        if longest.get(hostcall.name()).is_none_or(|longest| longest.held < held) {
            longest.insert(hostcall.name(), Longest { held, whole, what: format!("{what}: {errno}") });
        }
        errno
    }

    fn read(&mut self, start: u32, into: &mut [u8]) {
        match &self.memory {
            Memory::Own(bytes) => into.copy_from_slice(&bytes[start as usize..][..into.len()]),
            Memory::Shared(memory) => memory.read(start as usize, into),
        }
    }

    fn write(&mut self, start: u32, from: &[u8]) {
        match &mut self.memory {
            Memory::Own(bytes) => bytes[start as usize..][..from.len()].copy_from_slice(from),
            Memory::Shared(memory) => memory.write(start as usize, from),
        }
    }
}

/// Where long data lies; what lies there does not matter.
const DATA: u32 = 1 << 20;

/// Where the output of long data goes: apart from it, so that it is copied.
fn elsewhere() -> u32 {
    DATA + Limits::default().call_bytes as u32 + (1 << 10)
}

fn gathered() -> u32 {
    Limits::default().gathered_bytes as u32
}

/// The longest message that one call takes: makes it with fewer and fewer bytes, until that is not too many.
fn longest(mut call: impl FnMut(u32) -> Result<(), Errno>) {
    const MIB: u32 = 1 << 20;
    let mut lens = (1..=Limits::default().call_bytes as u32 / MIB).rev().map(|mib| mib * MIB);
    _ = lens.find(|len| call(*len) != Err(Errno::Overflow));
}

/// The most associated data and none, each with the longest message, all four ways, and a wrong tag.
fn cipher(guest: &mut Guest<Timed>, algorithm: &str, nonce_len: Option<usize>) {
    let Ok(key) = guest.generate(algorithm) else { return };
    let options = nonce_len.map(|len| guest.nonce(&vec![7; len]));
    for (function, data_len) in ["symmetric_state_encrypt", "symmetric_state_encrypt_detached"]
        .into_iter()
        .flat_map(|f| [(f, 0), (f, gathered())])
    {
        let Ok(state) = guest.open(algorithm, Some(key), options) else { return };
        _ = guest.call("symmetric_state_absorb", &[state, DATA, data_len]);
        if let Ok(clone) = guest.clone_state(state) {
            _ = guest.close(clone);
        }
        let tag_len = guest.call_for_u32("symmetric_state_max_tag_len", &[state]).unwrap_or(0);
        longest(|len| {
            let output_len = if function.ends_with("detached") { len } else { len + tag_len };
            let tag = guest.call_for_u32(function, &[state, elsewhere(), output_len, DATA, len])?;
            if function.ends_with("detached") {
                _ = guest.pull_tag(tag);
            }
            Ok(())
        });
        longest(|len| guest.call("symmetric_state_decrypt", &[state, elsewhere(), len, DATA, len + tag_len, SLOT]));
        longest(|len| {
            let detached = [state, elsewhere(), len, DATA, len, DATA - 64, tag_len, SLOT];
            guest.call("symmetric_state_decrypt_detached", &detached)
        });
        _ = guest.option(state, "nonce", 64);
        _ = guest.close(state);
    }
    _ = options.map(|options| guest.call("options_close", &[options]));
    _ = guest.call("symmetric_key_close", &[key]);
}

/// The longest key, salt, info and password; as many iterations as are not handed out.
fn derivation(guest: &mut Guest<Timed>, algorithm: &str, takes_key: bool) {
    let [name, name_len] = guest.put(algorithm.as_bytes());
    let key = takes_key
        .then(|| guest.call_for_u32("symmetric_key_import", &[name, name_len, DATA, gathered()]).ok())
        .flatten();
    if let Some(key) = key
        && let Ok(output) = guest.call_for_u32("symmetric_key_export", &[key])
    {
        _ = guest.call_for_u32("array_output_len", &[output]);
        _ = guest.call_for_u32("array_output_pull", &[output, DATA, gathered()]);
    }
    for (salt, iterations) in [(gathered(), 1), (8, 1_900), (8, 3_000)] {
        let options = guest.options_open();
        let [name, name_len] = guest.put(b"salt");
        _ = guest.call("options_set", &[options, name, name_len, DATA, salt]);
        if salt > 8 {
            let [name, name_len] = guest.put(b"context");
            _ = guest.call("options_set", &[options, name, name_len, DATA, salt]);
        }
        _ = guest.options_set_u64(options, "ops_limit", iterations);
        if let Ok(state) = guest.open(algorithm, key, Some(options)) {
            _ = guest.call("symmetric_state_absorb", &[state, DATA, gathered()]);
            for len in [16, 32, 64, 4 * 32, 4 * 64] {
                _ = guest.call("symmetric_state_squeeze", &[state, DATA, len]);
            }
            longest(|len| guest.call("symmetric_state_squeeze", &[state, DATA, len]));
            if let Ok(tag) = guest.squeeze_tag(state) {
                let len = guest.call_for_u32("symmetric_tag_len", &[tag]).unwrap_or(0);
                _ = guest.call("symmetric_tag_verify", &[tag, DATA, len]);
                _ = guest.call("symmetric_tag_pull", &[tag, DATA, len, SLOT]);
            }
            let expand = algorithm.replace("EXTRACT", "EXPAND");
            if let Ok(key) = guest.squeeze_key(state, &expand) {
                _ = guest.call("symmetric_key_close", &[key]);
            }
            if let Ok(clone) = guest.clone_state(state) {
                _ = guest.close(clone);
            }
            _ = guest.close(state);
        }
        _ = guest.call("options_close", &[options]);
    }
    _ = key.map(|key| guest.call("symmetric_key_close", &[key]));
}

const PARTS: [&str; 3] = ["keypair", "publickey", "secretkey"];

fn key_pairs(guest: &mut Guest<Timed>, algorithm_type: u32, algorithm: &str) {
    let keypair = guest.keypair(algorithm_type, algorithm);
    let public = guest.call_for_u32("keypair_publickey", &[keypair]).expect("a key of its own");
    let secret = guest.call_for_u32("keypair_secretkey", &[keypair]).expect("a key of its own");
    for (part, handle) in PARTS.into_iter().zip([keypair, public, secret]) {
        for encoding in 0..4 {
            let Ok(encoded) = guest.export_as(&format!("{part}_export"), handle, encoding) else { continue };
            // Once as it is, once with as much around it as is looked at.
            for padding in [0, (1 << 20) - 64 - encoded.len()] {
                let padded = [vec![b'\n'; padding], encoded.clone()].concat();
                let [[name, name_len], [start, len]] = [guest.put(algorithm.as_bytes()), guest.put(&padded)];
                let args = [algorithm_type, name, name_len, start, len, encoding];
                if let Ok(again) = guest.call_for_u32(&format!("{part}_import"), &args) {
                    _ = guest.call(&format!("{part}_close"), &[again]);
                }
            }
        }
    }
    _ = guest.call("publickey_verify", &[public]);
    let made = [
        ("keypair_from_pk_and_sk", vec![public, secret], "keypair"),
        ("publickey_from_secretkey", vec![secret], "publickey"),
        ("kx_dh", vec![public, secret], "array_output"),
    ];
    for (function, args, part) in made {
        match guest.call_for_u32(function, &args) {
            Ok(output) if part == "array_output" => _ = guest.pull_array(output),
            Ok(handle) => _ = guest.call(&format!("{part}_close"), &[handle]),
            Err(_) => {}
        }
    }
    if guest.call("kx_encapsulate", &[public, 8, 16]).is_ok() {
        let [made, ciphertext] = [8, 16].map(|slot| u32::from_le_bytes(guest.bytes(slot)));
        _ = guest.pull_array(made);
        let ciphertext = guest.pull_array(ciphertext).expect("a ciphertext of its own");
        let [start, len] = guest.put(&ciphertext);
        if let Ok(found) = guest.call_for_u32("kx_decapsulate", &[secret, start, len]) {
            _ = guest.pull_array(found);
        }
    }
    // The longest message that is kept whole is shorter for some than what can be gathered.
    for len in [60 << 10, 1 << 20, gathered()] {
        signature(guest, keypair, public, algorithm, len);
    }
    for (part, handle) in PARTS.into_iter().zip([keypair, public, secret]) {
        _ = guest.call(&format!("{part}_close"), &[handle]);
    }
}

fn signature(guest: &mut Guest<Timed>, keypair: u32, public: u32, algorithm: &str, len: u32) {
    let Ok(signing) = guest.call_for_u32("signature_state_open", &[keypair]) else { return };
    let Ok(verifying) = guest.call_for_u32("signature_verification_state_open", &[public]) else { return };
    _ = guest.call("signature_state_update", &[signing, DATA, len]);
    _ = guest.call("signature_verification_state_update", &[verifying, DATA, len]);
    if let Ok(signature) = guest.call_for_u32("signature_state_sign", &[signing]) {
        _ = guest.call("signature_verification_state_verify", &[verifying, signature]);
        for encoding in 0..2 {
            let Ok(encoded) = guest.export_as("signature_export", signature, encoding) else { continue };
            let [[name, name_len], [start, len]] = [guest.put(algorithm.as_bytes()), guest.put(&encoded)];
            if let Ok(again) = guest.call_for_u32("signature_import", &[name, name_len, start, len, encoding]) {
                _ = guest.call("signature_close", &[again]);
            }
        }
        _ = guest.call("signature_close", &[signature]);
    }
    _ = guest.call("signature_state_close", &[signing]);
    _ = guest.call("signature_verification_state_close", &[verifying]);
}
