//! A guest cannot make its host hold more than its limits say: what is booked for an object of any kind and algorithm is at least what it
//! takes up, for as long as anything keeps it alive, and nothing is copied before there is room for it.
//!
//! Algorithms are read off [`algorithms`]: a new one is measured without a line here.
#![allow(unsafe_code, reason = "an allocator that counts is one")]

mod allocator;
#[cfg(feature = "component")]
#[path = "../component/arguments.rs"]
mod arguments;
#[cfg(feature = "component")]
mod component;
#[cfg(feature = "component")]
#[path = "../support/executor.rs"]
mod executor;
#[cfg(feature = "component")]
#[path = "../component/guest.rs"]
mod guest;
#[path = "../managed/guest.rs"]
mod managed;
#[cfg(feature = "component")]
#[path = "../component/passthrough.rs"]
mod passthrough;
mod stored;
#[path = "../support/mod.rs"]
mod support;

use std::cell::RefCell;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use allocator::Mark;
use stored::namespace;
use support::{Guest, Native, hostcall};
use wasi_crypto_host::{
    AlgorithmInfo, AlgorithmType, Errno, GuestMemory, Limits, SharedMemory, SharedWasiCryptoCtx, WasiCryptoCtx,
    algorithms,
};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// What the table of handles and work in passing may take up besides 1.25 × the limit.
const BESIDE: usize = 4 * MIB;

/// What the allocator keeps for itself, and what libraries keep when they are first used.
const NOISE: usize = 16 * KIB;

/// What closes an output.
const OUTPUT: &str = "array_output_pull";

/// The tests take turns, since they look at the memory of the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A guest with default limits, and all that it has open.
struct Hoarder {
    guest: Guest<Native>,
    open: Vec<(&'static str, u32)>,
    /// A key and an option set that several objects are made with.
    kept: Option<(Option<u32>, u32)>,
}

impl Hoarder {
    fn new() -> Self {
        let guest = Guest::new(Native::new(WasiCryptoCtx::builder().secrets(namespace()), 20 * MIB));
        Self { guest, open: Vec::with_capacity(1 << 17), kept: None }
    }

    /// Calls a function that returns a handle, and keeps that.
    fn get(&mut self, name: &str, args: &[u32], close: &'static str) -> Result<u32, Errno> {
        let handle = self.guest.call_for_u32(name, args)?;
        self.open.push((close, handle));
        Ok(handle)
    }

    fn keep(&mut self, close: &'static str, handle: Result<u32, Errno>) -> Result<u32, Errno> {
        self.open.extend(handle.map(|handle| (close, handle)));
        handle
    }

    fn close(&mut self, handle: u32) {
        let at = self.open.iter().rposition(|(_, open)| *open == handle).unwrap();
        let (close, handle) = self.open.swap_remove(at);
        if close == OUTPUT {
            // All at once.
            self.guest.call_for_u32(close, &[handle, KIB as u32, 10 << 20]).unwrap();
        } else {
            self.guest.call(close, &[handle]).unwrap();
        }
    }

    fn close_all(&mut self) {
        while let Some((_, handle)) = self.open.last() {
            self.close(*handle);
        }
        self.kept = None;
    }

    fn held(&self) -> usize {
        self.guest.transport.ctx.held_bytes()
    }

    /// Holds option values until only `room` bytes can be booked.
    fn leave(&mut self, room: usize) {
        let limits = Limits::default();
        loop {
            let options = self.option_set().unwrap();
            let Some(spare) = limits.bytes.checked_sub(self.held() + room + KIB).filter(|spare| *spare > 0) else {
                break;
            };
            let args = self.guest.put(b"salt");
            let [value, len] = [1 << 10, spare.min(limits.gathered_bytes) as u32];
            self.guest.call("options_set", &[options, args[0], args[1], value, len]).unwrap();
        }
    }

    fn key(&mut self, name: &str, len: usize) -> Result<u32, Errno> {
        let [name, name_len] = self.guest.put(name.as_bytes());
        self.get("symmetric_key_import", &[name, name_len, KIB as u32, len as u32], "symmetric_key_close")
    }

    fn state(&mut self, name: &str, key: Option<u32>, options: u32) -> Result<u32, Errno> {
        let state = self.guest.open(name, key, Some(options));
        self.keep("symmetric_state_close", state)
    }

    fn absorb(&mut self, state: u32, len: usize) -> Result<(), Errno> {
        self.guest.call("symmetric_state_absorb", &[state, KIB as u32, len as u32])
    }

    fn option_set(&mut self) -> Result<u32, Errno> {
        self.get("options_open", &[AlgorithmType::Symmetric.number().into()], "options_close")
    }

    /// Options that every algorithm will do with. `overflow` if there is no room for them.
    fn options(&mut self, info: &AlgorithmInfo) -> Result<u32, Errno> {
        let options = self.option_set()?;
        let nonce = vec![7; info.nonce_len.filter(|_| !info.nonce_optional).unwrap_or_default()];
        if !nonce.is_empty() {
            self.guest.options_set(options, "nonce", &nonce).unwrap();
        }
        // That of BLAKE2 is short.
        let salt_len = if info.name.starts_with("BLAKE2B") { 16 } else { 100 };
        self.guest.options_set(options, "salt", &[8; 100][..salt_len])?;
        self.guest.options_set_u64(options, "ops_limit", 2)?;
        self.guest.options_set_u64(options, "memory_limit", 8 << 10)?;
        Ok(options)
    }
}

/// Makes objects until the host refuses, where large ones leave room for `room` bytes only, and looks at what the process took.
fn fill(what: &str, room: usize, make: impl FnMut(&mut Hoarder) -> Result<(), Errno>) {
    fill_few(what, room, usize::MAX, make);
}

/// The same, but ends after so many objects: some are slow.
fn fill_few(what: &str, room: usize, few: usize, mut make: impl FnMut(&mut Hoarder) -> Result<(), Errno>) {
    let mut hoarder = Hoarder::new();
    // What is allocated once only.
    let result = make(&mut hoarder);
    if let Err(Errno::InvalidOperation | Errno::InvalidKey) = result {
        return;
    }
    assert_eq!(result, Ok(()), "{what}");
    hoarder.close_all();
    assert_eq!(hoarder.guest.accounts(), (0, 0), "{what}: all is closed");
    let limit = Limits::default().bytes;
    let mark = Mark::set();
    hoarder.leave(room);
    let (before, held_before) = (mark.growth(), hoarder.held());
    let mut made = 0;
    while made < few {
        match make(&mut hoarder) {
            Ok(()) => made += 1,
            Err(Errno::Overflow | Errno::TooManyHandles) => break,
            Err(errno) => panic!("{what}: {errno:?}"),
        }
    }
    let (growth, booked) = (mark.growth() - before, hoarder.held() - held_before);
    println!("{what}: {made} of {} bytes booked, {} taken", booked / made.max(1), growth / made.max(1));
    assert!(mark.peak() <= limit + limit / 4 + BESIDE, "{what}: {} KiB at most", mark.peak() / KIB);
    assert!(growth <= booked + booked / 4 + NOISE, "{what}: {made} take {growth} bytes, and {booked} are booked");
    hoarder.close_all();
    assert_eq!(hoarder.guest.accounts(), (0, 0), "{what}: all is closed");
    assert!(mark.growth() <= 8 * MIB, "{what}: {} bytes do not come back", mark.growth());
}

fn of_type(algorithm_type: AlgorithmType) -> impl Iterator<Item = AlgorithmInfo> {
    algorithms().filter(move |info| info.algorithm_type == algorithm_type)
}

/// Enough of what is slow to see what one takes up.
const FEW: usize = 12;

/// The room in which objects of most kinds are made; the rest of the limit is taken by few large ones.
const ROOM: usize = MIB;

#[test]
fn symmetric_keys() {
    let _turn = alone();
    for info in of_type(AlgorithmType::Symmetric) {
        let Some(key_len) = info.key_len else { continue };
        let name = info.name;
        fill(&format!("{name} keys"), ROOM, |hoarder| hoarder.key(name, key_len).map(drop));
        for len in [100 * KIB, 8 * MIB] {
            fill(&format!("{name} keys of {len} bytes"), 30 * MIB, |hoarder| hoarder.key(name, len).map(drop));
        }
        fill(&format!("{name} exported keys"), ROOM, |hoarder| {
            let key = hoarder.key(name, key_len)?;
            hoarder.get("symmetric_key_export", &[key], OUTPUT)?;
            hoarder.close(key);
            Ok(())
        });
    }
}

#[test]
fn symmetric_states() {
    let _turn = alone();
    for info in of_type(AlgorithmType::Symmetric) {
        let (name, key_len) = (info.name, info.key_len);
        let open = |hoarder: &mut Hoarder, key_len: Option<usize>| {
            let options = hoarder.options(&info)?;
            let key = key_len.map(|len| hoarder.key(name, len)).transpose()?;
            let state = hoarder.state(name, key, options)?;
            hoarder.close(options);
            key.into_iter().for_each(|key| hoarder.close(key));
            Ok(state)
        };
        fill(&format!("{name} states"), ROOM, |hoarder| open(hoarder, key_len).map(drop));
        if info.key_optional {
            fill(&format!("{name} states without a key"), ROOM, |hoarder| open(hoarder, None).map(drop));
        }
        if key_len.is_some() {
            for len in [10 * KIB, 8 * MIB] {
                let what = format!("{name} states whose key of {len} bytes is closed");
                fill_few(&what, 40 * MIB, 50, |hoarder| open(hoarder, Some(len)).map(drop));
            }
        }
        fill(&format!("{name} clones"), ROOM, |hoarder| {
            let state = open(hoarder, key_len)?;
            _ = hoarder.absorb(state, 1000);
            hoarder.get("symmetric_state_clone", &[state], "symmetric_state_close")?;
            hoarder.get("symmetric_state_clone", &[state], "symmetric_state_close")?;
            Ok(())
        });
        for (pieces, len, room) in [(100, 97, ROOM), (1, 100_000, ROOM), (1, 8 * MIB, 9 * MIB)] {
            fill(&format!("{name} states that took {pieces} pieces of {len} bytes"), room, |hoarder| {
                let state = open(hoarder, key_len)?;
                let before = hoarder.held();
                (0..pieces).try_for_each(|_| hoarder.absorb(state, len))?;
                // What is not gathered is measured above.
                if hoarder.held() == before { Err(Errno::InvalidOperation) } else { Ok(()) }
            });
        }
        fill(&format!("{name} tags"), ROOM, |hoarder| {
            let state = open(hoarder, key_len)?;
            match hoarder.get("symmetric_state_squeeze_tag", &[state], "symmetric_tag_close") {
                Err(Errno::InvalidOperation) => {
                    let args = [state, KIB as u32, 100, KIB as u32, 100];
                    hoarder.get("symmetric_state_encrypt_detached", &args, "symmetric_tag_close")?
                }
                tag => tag?,
            };
            hoarder.close(state);
            Ok(())
        });
        fill(&format!("{name} derived keys"), ROOM, |hoarder| {
            let state = open(hoarder, key_len)?;
            for target in of_type(AlgorithmType::Symmetric) {
                let derived = hoarder.guest.squeeze_key(state, target.name);
                if derived != Err(Errno::InvalidOperation) {
                    hoarder.keep("symmetric_key_close", derived)?;
                    hoarder.close(state);
                    return Ok(());
                }
            }
            Err(Errno::InvalidOperation)
        });
    }
}

#[test]
fn a_context_full_of_the_smallest_objects() {
    let _turn = alone();
    let all = Limits::default().bytes;
    fill("options", all, |hoarder| hoarder.get("options_open", &[1], "options_close").map(drop));
    for name in ["SHA-256", "XCHACHA20-POLY1305"] {
        let info = algorithms().find(|info| info.name == name).unwrap();
        fill(&format!("{name} states of one key"), all, |hoarder| {
            if hoarder.kept.is_none() {
                let key = info.key_len.map(|len| hoarder.key(name, len).unwrap());
                hoarder.kept = Some((key, hoarder.options(&info).unwrap()));
            }
            let (key, options) = hoarder.kept.unwrap();
            hoarder.state(name, key, options).map(drop)
        });
    }
}

#[test]
fn option_sets() {
    let _turn = alone();
    let set = |hoarder: &mut Hoarder, options: u32, name: &str, len: usize| {
        let [name, name_len] = hoarder.guest.put(name.as_bytes());
        hoarder.guest.call("options_set", &[options, name, name_len, KIB as u32, len as u32])
    };
    for len in [1, 32, 33, 10 * KIB, 8 * MIB] {
        let room = if len < KIB { ROOM } else { 30 * MIB };
        fill(&format!("option sets with three values of {len} bytes"), room, |hoarder| {
            let options = hoarder.get("options_open", &[1], "options_close")?;
            ["salt", "nonce", "context"].into_iter().try_for_each(|name| set(hoarder, options, name, len))
        });
        // Each state keeps the values that it was opened with.
        for change in ["salt", "ops_limit", "buffer"] {
            fill(&format!("snapshots of {len} bytes, then {change} changed"), room, |hoarder| {
                if hoarder.kept.is_none() {
                    let options = hoarder.get("options_open", &[1], "options_close")?;
                    set(hoarder, options, "salt", len)?;
                    hoarder.kept = Some((None, options));
                }
                let (_, options) = hoarder.kept.unwrap();
                let state = hoarder.guest.open("SHA-256", None, Some(options));
                hoarder.keep("symmetric_state_close", state)?;
                match change {
                    "salt" => set(hoarder, options, "salt", len),
                    "ops_limit" => hoarder.guest.options_set_u64(options, "ops_limit", 1),
                    _ => {
                        let [name, name_len] = hoarder.guest.put(b"buffer");
                        hoarder.guest.call("options_set_guest_buffer", &[options, name, name_len, 0, 64])
                    }
                }
            });
        }
    }
}

/// What lies in a memory that threads share is copied from there before it is kept.
#[test]
fn a_copy_of_a_shared_memory_counts_while_it_is_there() {
    let _turn = alone();
    let longest = Limits::default().gathered_bytes;
    let roomy = 2 * longest + 64 * KIB;
    for (limit, len, expected) in [
        (roomy, longest, Errno::Success),
        (longest + 64 * KIB, longest, Errno::Overflow),
        (roomy + longest, longest + 1, Errno::Overflow),
    ] {
        let ctx = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().max_bytes(limit).build().unwrap());
        let pages = Pages(RefCell::new(vec![0; longest + MIB]));
        pages.write(0, b"salt");
        let call = |name: &str, args: &[u64]| ctx.call(hostcall(name), GuestMemory::shared(&pages), args);
        assert_eq!(call("options_open", &[1, 8]), Errno::Success);
        let mut options = [0; 4];
        pages.read(8, &mut options);
        let mark = Mark::set();
        assert_eq!(call("options_set", &[u32::from_le_bytes(options).into(), 0, 4, 64, len as u64]), expected);
        let most = if len <= longest { limit } else { 64 * KIB };
        assert!(mark.peak() <= most, "{len} bytes of {limit} that there may be: {} at most", mark.peak());
    }
}

/// A memory that the host must copy.
struct Pages(RefCell<Vec<u8>>);

impl SharedMemory for Pages {
    fn len(&self) -> usize {
        self.0.borrow().len()
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        into.copy_from_slice(&self.0.borrow()[offset..][..into.len()]);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.0.borrow_mut()[offset..][..from.len()].copy_from_slice(from);
    }
}

#[test]
fn what_is_refused_is_not_copied() {
    let _turn = alone();
    let mut hoarder = Hoarder::new();
    let longest = Limits::default().gathered_bytes;
    let key = hoarder.key("HKDF-EXTRACT/SHA-256", longest).unwrap();
    let options = hoarder.option_set().unwrap();
    let [salt, salt_len] = hoarder.guest.put(b"salt");
    hoarder.guest.call("options_set", &[options, salt, salt_len, KIB as u32, longest as u32]).unwrap();
    hoarder.guest.options_set_u64(options, "ops_limit", 1).unwrap();
    let derivation = hoarder.state("PBKDF2-SHA-256", None, options).unwrap();
    let gathering = hoarder.state("HKDF-EXTRACT/SHA-256", Some(key), options).unwrap();
    hoarder.absorb(gathering, longest / 2).unwrap();
    // Clones of this one share what it has gathered, until one of them gathers more.
    let sharing = hoarder.state("PBKDF2-SHA-256", None, options).unwrap();
    hoarder.absorb(sharing, longest / 2).unwrap();
    hoarder.leave(64 * KIB);
    let mark = Mark::set();
    let mut refused = |what: &str, name: &str, args: &[u32]| {
        assert_eq!(hoarder.guest.call_for_u32(name, args), Err(Errno::Overflow), "{what}");
        assert!(mark.peak() <= 512 * KIB, "{what} allocates {} KiB and is refused", mark.peak() / KIB);
    };
    refused("an exported key", "symmetric_key_export", &[key]);
    refused("a password hash with a long salt", "symmetric_state_squeeze_tag", &[derivation]);
    refused("a cloned state", "symmetric_state_clone", &[gathering]);
    let clone = hoarder.get("symmetric_state_clone", &[sharing], "symmetric_state_close").unwrap();
    assert_eq!(hoarder.absorb(clone, 1), Err(Errno::Overflow));
    assert_eq!(hoarder.absorb(gathering, MIB), Err(Errno::Overflow));
    assert!(mark.peak() <= 512 * KIB, "gathered data allocates {} KiB and is refused", mark.peak() / KIB);
    for info in of_type(AlgorithmType::Symmetric).filter(|info| info.key_len.is_some()) {
        for len in [MIB, longest, longest + 1, 19 * MIB] {
            let [name, name_len] = [64, info.name.len() as u32];
            hoarder.guest.transport.memory[64..][..info.name.len()].copy_from_slice(info.name.as_bytes());
            let args = [name, name_len, KIB as u32, len as u32];
            assert_eq!(hoarder.guest.call_for_u32("symmetric_key_import", &args), Err(Errno::Overflow), "{len} bytes");
        }
        assert!(mark.peak() <= 512 * KIB, "{} key allocates {} KiB and is refused", info.name, mark.peak() / KIB);
    }
    hoarder.close_all();
    assert_eq!(hoarder.guest.accounts(), (0, 0));
}

/// A key in an encoding.
#[derive(Clone)]
struct Encoded {
    bytes: Vec<u8>,
    encoding: u32,
}

impl Hoarder {
    fn asymmetric(&mut self, info: &AlgorithmInfo, half: &'static str, encoded: &Encoded) -> Result<u32, Errno> {
        let ([name, name_len], [key, key_len]) = (self.guest.put(info.name.as_bytes()), self.guest.put(&encoded.bytes));
        let (import, close) = match half {
            "keypair" => ("keypair_import", "keypair_close"),
            "secretkey" => ("secretkey_import", "secretkey_close"),
            _ => ("publickey_import", "publickey_close"),
        };
        let args = [info.algorithm_type as u32, name, name_len, key, key_len, encoded.encoding];
        self.get(import, &args, close)
    }

    /// Exports a key as PKCS#8 or SubjectPublicKeyInfo, or raw where it has no such form.
    fn encoded(&mut self, half: &str, key: u32) -> Encoded {
        let export = format!("{half}_export");
        let encoding = [1, 0].into_iter().find(|encoding| match self.guest.call_for_u32(&export, &[key, *encoding]) {
            Ok(output) => {
                self.open.push((OUTPUT, output));
                true
            }
            Err(errno) => {
                assert_eq!(errno, Errno::UnsupportedEncoding);
                false
            }
        });
        let (_, output) = self.open.pop().unwrap();
        Encoded { bytes: self.guest.pull_array(output).unwrap(), encoding: encoding.unwrap() }
    }

    fn sign(&mut self, keypair: u32, len: usize) -> Result<u32, Errno> {
        let state = self.get("signature_state_open", &[keypair], "signature_state_close")?;
        self.guest.call("signature_state_update", &[state, KIB as u32, len as u32])?;
        let signature = self.get("signature_state_sign", &[state], "signature_close")?;
        self.close(state);
        Ok(signature)
    }

    fn verify(&mut self, public: u32, len: usize, signature: u32) -> Result<(), Errno> {
        let state = self.get("signature_verification_state_open", &[public], "signature_verification_state_close")?;
        self.guest.call("signature_verification_state_update", &[state, KIB as u32, len as u32])?;
        self.guest.call("signature_verification_state_verify", &[state, signature])?;
        self.close(state);
        Ok(())
    }

    /// Uses a pair of keys in every way, so that all is prepared that ever is.
    fn use_up(&mut self, info: &AlgorithmInfo, keypair: u32, secret: u32, public: u32) -> Result<(), Errno> {
        match info.algorithm_type {
            // Whole, and too long to be kept whole.
            AlgorithmType::Signatures => [100, MIB + 1].into_iter().try_for_each(|len| {
                let signature = self.sign(keypair, len)?;
                self.verify(public, len, signature)?;
                self.close(signature);
                Ok(())
            }),
            _ => {
                let shared = self.get("kx_dh", &[public, secret], OUTPUT);
                if let Ok(shared) = shared {
                    self.close(shared);
                    return Ok(());
                }
                self.guest.call("kx_encapsulate", &[public, 8, 12])?;
                let [shared, ciphertext] = [8, 12].map(|slot| u32::from_le_bytes(self.guest.bytes(slot)));
                let bytes = self.guest.pull_array(ciphertext)?;
                self.keep(OUTPUT, Ok(shared))?;
                let [start, len] = self.guest.put(&bytes);
                let again = self.get("kx_decapsulate", &[secret, start, len], OUTPUT)?;
                self.close(shared);
                self.close(again);
                Ok(())
            }
        }?;
        self.guest.call("publickey_verify", &[public])?;
        let halves = [("keypair", keypair), ("publickey", public), ("secretkey", secret)];
        halves.into_iter().for_each(|(half, key)| drop(self.encoded(half, key)));
        Ok(())
    }
}

/// Both halves of a key for each algorithm, encoded. Some take seconds to generate, and do for several algorithms.
static KEYS: LazyLock<Vec<(AlgorithmInfo, Encoded, Encoded)>> = LazyLock::new(|| {
    let mut hoarder = Hoarder::new();
    let mut known: Vec<Encoded> = Vec::new();
    let mut both = |info: AlgorithmInfo| {
        let keypair = known.iter().find_map(|key| hoarder.asymmetric(&info, "keypair", key).ok());
        let keypair = keypair.unwrap_or_else(|| hoarder.guest.keypair(info.algorithm_type as u32, info.name));
        let secret = hoarder.encoded("keypair", keypair);
        known.push(secret.clone());
        let public = hoarder.get("keypair_publickey", &[keypair], "publickey_close").unwrap();
        let public = hoarder.encoded("publickey", public);
        (info, secret, public)
    };
    algorithms().filter(|info| info.algorithm_type != AlgorithmType::Symmetric).map(&mut both).collect()
});

#[test]
fn asymmetric_keys() {
    let _turn = alone();
    for (info, secret, public) in &*KEYS {
        let name = info.name;
        for (half, encoded) in [("keypair", secret), ("publickey", public)] {
            fill(&format!("{name} {half}s"), ROOM, |hoarder| hoarder.asymmetric(info, half, encoded).map(drop));
        }
        fill(&format!("{name} secret keys whose pair is closed"), ROOM, |hoarder| {
            let keypair = hoarder.asymmetric(info, "keypair", secret)?;
            hoarder.get("keypair_secretkey", &[keypair], "secretkey_close")?;
            hoarder.close(keypair);
            Ok(())
        });
        fill(&format!("{name} public keys whose pair is closed"), ROOM, |hoarder| {
            let keypair = hoarder.asymmetric(info, "keypair", secret)?;
            hoarder.get("keypair_publickey", &[keypair], "publickey_close")?;
            hoarder.close(keypair);
            Ok(())
        });
        fill_few(&format!("{name} exported keys"), ROOM, 10 * FEW, |hoarder| {
            let keypair = hoarder.asymmetric(info, "keypair", secret)?;
            hoarder.get("keypair_export", &[keypair, secret.encoding], OUTPUT)?;
            hoarder.close(keypair);
            Ok(())
        });
        fill_few(&format!("{name} keys after use"), 600 * KIB, FEW, |hoarder| {
            let keypair = hoarder.asymmetric(info, "keypair", secret)?;
            let half = hoarder.get("keypair_secretkey", &[keypair], "secretkey_close")?;
            let public = hoarder.asymmetric(info, "publickey", public)?;
            hoarder.use_up(info, keypair, half, public)?;
            Ok(())
        });
    }
}

#[test]
fn signatures_and_their_states() {
    let _turn = alone();
    for (info, secret, public) in KEYS.iter().filter(|(info, ..)| info.algorithm_type == AlgorithmType::Signatures) {
        let name = info.name;
        fill_few(&format!("{name} signatures"), ROOM, 4, |hoarder| {
            let keypair = hoarder.asymmetric(info, "keypair", secret)?;
            let signature = hoarder.sign(keypair, 10)?;
            hoarder.close(keypair);
            hoarder.get("signature_export", &[signature, 0], OUTPUT)?;
            Ok(())
        });
        for (pieces, len) in [(100, 97), (2, MIB as u32), (1, 8 << 20)] {
            for half in ["keypair", "publickey"] {
                let encoded = if half == "keypair" { secret } else { public };
                let (open, update, close) = match half {
                    "keypair" => ("signature_state_open", "signature_state_update", "signature_state_close"),
                    _ => (
                        "signature_verification_state_open",
                        "signature_verification_state_update",
                        "signature_verification_state_close",
                    ),
                };
                let what = format!("{name} {update}, {pieces} pieces of {len} bytes, {half} closed");
                fill_few(&what, 9 * MIB, 2, |hoarder| {
                    let key = hoarder.asymmetric(info, half, encoded)?;
                    let state = hoarder.get(open, &[key], close)?;
                    hoarder.close(key);
                    (0..pieces).try_for_each(|_| hoarder.guest.call(update, &[state, KIB as u32, len]))?;
                    Ok(())
                });
            }
        }
    }
}
