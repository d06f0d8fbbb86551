//! One context for several threads: each call has the result that it has when calls take turns, and none waits for the wrong thing.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use support::{Guest, Native, PAGE, Random, SLOT, Transport, hostcall, transcript};
use wasi_crypto_host::{
    Errno, GuestMemory, HandleType, ParamType, ResultType, SharedMemory, SharedWasiCryptoCtx, WasiCryptoCtx,
    WasiCryptoCtxBuilder, hostcalls,
};

const THREADS: usize = 4;
/// Data of this length is worked on outside the table.
const BULK: usize = 20_000;
const MEMORY: usize = 1 << 17;

const SIGNATURES: [&str; 7] = [
    "Ed25519",
    "ECDSA_P256_SHA256",
    "ECDSA_P384_SHA384",
    "ECDSA_K256_SHA256",
    "ML-DSA-44",
    "ML-DSA-87",
    "RSA_PSS_2048_SHA256",
];
const AGREEMENTS: [&str; 3] = ["X25519", "P256-SHA256", "P384-SHA384"];
const KEMS: [&str; 4] = ["ML-KEM-512", "ML-KEM-768", "ML-KEM-1024", "X-WING"];

#[test]
fn a_thread_sees_what_an_only_caller_sees() {
    let native = transcript::run(&mut Guest::new(Native::new(WasiCryptoCtx::builder(), PAGE)));
    let mut guest = Guest::new(Thread { ctx: shared(WasiCryptoCtx::builder()), memory: vec![0; PAGE] });
    assert_eq!(transcript::run(&mut guest), native);
}

#[test]
fn keys_signatures_and_secrets_come_back_from_every_algorithm() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    for algorithm in SIGNATURES {
        let keypair = import_of_export(&mut guest, 0, algorithm);
        let public = guest.call_for_u32("keypair_publickey", &[keypair]).unwrap();
        guest.call("publickey_verify", &[public]).unwrap();
        let (message, forged) = (vec![1; BULK], vec![2; BULK]);
        let signature = sign(&mut guest, keypair, &message);
        assert_eq!(verify(&mut guest, public, &message, signature), Ok(()), "{algorithm}");
        assert_eq!(verify(&mut guest, public, &forged, signature), Err(Errno::VerificationFailed), "{algorithm}");
        close(&mut guest, &[("keypair", keypair), ("publickey", public), ("signature", signature)]);
    }
    for algorithm in AGREEMENTS {
        let keypairs = [(); 2].map(|()| import_of_export(&mut guest, 2, algorithm));
        let [public, other_public] = keypairs.map(|pair| guest.call_for_u32("keypair_publickey", &[pair]).unwrap());
        let [secret, other_secret] = keypairs.map(|pair| guest.call_for_u32("keypair_secretkey", &[pair]).unwrap());
        let shared_secrets = [(public, other_secret), (other_public, secret)].map(|(public, secret)| {
            let output = guest.call_for_u32("kx_dh", &[public, secret]).unwrap();
            guest.pull_array(output).unwrap()
        });
        assert_eq!(shared_secrets[0], shared_secrets[1], "{algorithm}");
        assert_eq!(guest.call("kx_dh", &[secret, public, SLOT]), Err(Errno::InvalidHandle), "{algorithm}");
        let again = guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap();
        let wrong = guest.call("keypair_from_pk_and_sk", &[public, other_secret, SLOT]);
        assert_eq!(wrong, Err(Errno::InvalidKey), "{algorithm}");
        let halves = [("publickey", public), ("publickey", other_public), ("secretkey", secret)];
        close(&mut guest, &halves);
        close(&mut guest, &[("secretkey", other_secret), ("keypair", keypairs[0]), ("keypair", keypairs[1])]);
        close(&mut guest, &[("keypair", again)]);
    }
    for algorithm in KEMS {
        let keypair = import_of_export(&mut guest, 2, algorithm);
        let public = guest.call_for_u32("keypair_publickey", &[keypair]).unwrap();
        let secret = guest.call_for_u32("keypair_secretkey", &[keypair]).unwrap();
        guest.call("kx_encapsulate", &[public, SLOT, SLOT + 4]).unwrap();
        let [made, ciphertext] = [SLOT, SLOT + 4].map(|slot| u32::from_le_bytes(guest.bytes(slot)));
        let (made, ciphertext) = (guest.pull_array(made).unwrap(), guest.pull_array(ciphertext).unwrap());
        let [start, len] = guest.put(&ciphertext);
        let found = guest.call_for_u32("kx_decapsulate", &[secret, start, len]).unwrap();
        assert_eq!(guest.pull_array(found).unwrap(), made, "{algorithm}");
        close(&mut guest, &[("keypair", keypair), ("publickey", public), ("secretkey", secret)]);
    }
    assert_eq!(accounts(&shared), (0, 0));
}

#[test]
fn threads_that_absorb_into_one_state_lose_nothing() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    let key = guest.import("HMAC/SHA-256", b"key").unwrap();
    let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
    let rounds = 50;
    on_threads(&shared, |guest, thread| {
        for round in 0..rounds {
            let len = if (thread + round) % 2 == 0 { BULK } else { 7 };
            guest.absorb(state, &vec![b'a'; len]).unwrap();
        }
    });
    let total = THREADS * rounds / 2 * (BULK + 7);
    let expected = Hmac::<Sha256>::new_from_slice(b"key").unwrap().chain_update(vec![b'a'; total]).finalize();
    let tag = guest.squeeze_tag(state).unwrap();
    on_threads(&shared, |guest, _| guest.verify(tag, &expected.clone().into_bytes()).unwrap());
    close(&mut guest, &[("symmetric_state", state), ("symmetric_key", key), ("symmetric_tag", tag)]);
    assert_eq!(accounts(&shared), (0, 0));
}

#[test]
fn of_all_threads_one_encrypts_under_a_nonce() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    for len in [16, BULK] {
        for round in 0..30 {
            let state = guest.cipher("AES-256-GCM", &[1; 32], &[round; 12]);
            let clones: Vec<u32> = (0..THREADS).map(|_| guest.clone_state(state).unwrap()).collect();
            let successes = AtomicUsize::new(0);
            on_threads(&shared, |guest, thread| {
                for state in [clones[thread], state] {
                    match guest.encrypt_detached(state, &vec![3; len]) {
                        Ok(_) => _ = successes.fetch_add(1, Ordering::Relaxed),
                        Err(errno) => assert_eq!(errno, Errno::NonceRequired),
                    }
                }
            });
            assert_eq!(successes.into_inner(), 1, "{len} bytes, round {round}");
        }
    }
}

/// The nonce is spent before the message is where its sealed text goes.
#[test]
fn a_message_that_comes_too_late_for_its_nonce_is_left_where_it_was() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    for name in ["AES-256-GCM", "CHACHA20-POLY1305"] {
        for function in ["symmetric_state_encrypt", "symmetric_state_encrypt_detached"] {
            let state = guest.cipher(name, &[1; 32], &[2; 12]);
            let clone = guest.clone_state(state).unwrap();
            let added = if function == "symmetric_state_encrypt" { 16 } else { 0 };
            let args = |state: u32| [u64::from(state), 0, BULK as u64 + added, 60_000, BULK as u64, 100_000];
            let (begun, late) = (AtomicUsize::new(0), Mutex::new(None));
            let on_read = || {
                if begun.fetch_add(1, Ordering::Relaxed) == 0 {
                    let mut memory = vec![3; MEMORY];
                    let errno = shared.call(hostcall(function), GuestMemory::unshared(&mut memory), &args(clone));
                    *late.lock().unwrap() = Some((errno, memory == [3; MEMORY]));
                }
            };
            let errno =
                shared.call(hostcall(function), GuestMemory::shared(&Watched { on_read: &on_read }), &args(state));
            assert_eq!(errno, Errno::Success, "{name}: {function}");
            assert_eq!(late.into_inner().unwrap(), Some((Errno::NonceRequired, true)), "{name}: {function}");
        }
    }
}

#[test]
fn threads_sign_and_verify_with_one_state() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    let keypair = guest.keypair(0, "Ed25519");
    let public = guest.call_for_u32("keypair_publickey", &[keypair]).unwrap();
    let signing = guest.call_for_u32("signature_state_open", &[keypair]).unwrap();
    let verifying = guest.call_for_u32("signature_verification_state_open", &[public]).unwrap();
    for (function, state) in [("signature_state_update", signing), ("signature_verification_state_update", verifying)] {
        let [start, len] = guest.put(b"message");
        guest.call(function, &[state, start, len]).unwrap();
    }
    let of_another_message = sign(&mut guest, keypair, b"another message");
    on_threads(&shared, |guest, _| {
        for _ in 0..20 {
            let signature = guest.call_for_u32("signature_state_sign", &[signing]).unwrap();
            guest.call("signature_verification_state_verify", &[verifying, signature]).unwrap();
            let forged = guest.call("signature_verification_state_verify", &[verifying, of_another_message]);
            assert_eq!(forged, Err(Errno::VerificationFailed));
            guest.call("signature_close", &[signature]).unwrap();
        }
    });
    assert_eq!(accounts(&shared).0, 5);
}

#[test]
fn limits_hold_for_all_threads_together() {
    let (handles, bytes) = (40, 2 << 20);
    let shared = shared(WasiCryptoCtx::builder().max_handles(handles).max_bytes(bytes));
    let mut guest = guest(&shared);
    let states: Vec<u32> = (0..THREADS).map(|i| guest.cipher("CHACHA20-POLY1305", &[1; 32], &[i as u8; 12])).collect();
    let opened = Mutex::new(states.clone());
    on_threads(&shared, |guest, thread| {
        let state = states[thread];
        for _ in 0..30 {
            match guest.clone_state(state) {
                Ok(clone) => opened.lock().unwrap().push(clone),
                Err(errno) => assert_eq!(errno, Errno::TooManyHandles),
            }
        }
        for _ in 0..30 {
            // Associated data is gathered, inside the table or outside.
            for len in [1000, BULK] {
                match guest.absorb(state, &vec![0; len]) {
                    Ok(()) => {}
                    Err(errno) => assert_eq!(errno, Errno::Overflow),
                }
                let (open, held) = accounts(&shared);
                assert!(open <= handles && held <= bytes, "{open} handles, {held} bytes");
            }
        }
    });
    assert_eq!(accounts(&shared).0, handles, "the threads wanted more");
    opened.into_inner().unwrap().into_iter().for_each(|state| guest.close(state).unwrap());
}

#[test]
fn a_state_that_one_thread_closes_is_gone_for_the_others() {
    let shared = shared(WasiCryptoCtx::builder());
    for _ in 0..20 {
        let state = guest(&shared).open("SHA-256", None, None).unwrap();
        on_threads(&shared, |guest, thread| {
            if thread == 0 {
                guest.absorb(state, &[0; BULK]).unwrap();
                guest.close(state).unwrap();
                assert_eq!(guest.close(state), Err(Errno::Closed));
            } else {
                while guest.absorb(state, &[0; BULK]).map_err(|errno| assert_eq!(errno, Errno::InvalidHandle)).is_ok() {
                }
            }
        });
    }
    assert_eq!(accounts(&shared), (0, 0));
}

#[test]
fn calls_for_different_objects_go_on_side_by_side() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    let states = [(); 2].map(|()| guest.open("SHA-256", None, None).unwrap());
    side_by_side(&shared, states, "symmetric_state_absorb", &[0, BULK as u64]);
}

/// It takes as long as the associated data, of which the call itself says nothing.
#[test]
fn a_short_message_with_much_associated_data_does_not_hold_up_others() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    let states = [(); 2].map(|()| guest.cipher("AES-256-GCM", &[7; 32], &[7; 12]));
    states.iter().for_each(|state| guest.absorb(*state, &[0; BULK]).unwrap());
    side_by_side(&shared, states, "symmetric_state_encrypt", &[64, 20, 0, 4, 128]);
}

/// Each call reads its data when the other one has begun, too.
fn side_by_side(shared: &SharedWasiCryptoCtx, states: [u32; 2], name: &str, args: &[u64]) {
    let meeting = Meeting::default();
    std::thread::scope(|scope| {
        for state in states {
            let meeting = &meeting;
            scope.spawn(move || {
                let memory = Watched { on_read: &|| meeting.wait_for(2) };
                let args = [&[u64::from(state)], args].concat();
                assert_eq!(shared.call(hostcall(name), GuestMemory::shared(&memory), &args), Errno::Success);
            });
        }
    });
}

#[test]
fn a_stop_ends_the_calls_that_wait_for_their_turn() {
    let shared = shared(WasiCryptoCtx::builder());
    let state = guest(&shared).open("SHA-256", None, None).unwrap();
    let absorb = |on_read: &(dyn Fn() + Sync)| {
        let args = [u64::from(state), 0, BULK as u64];
        shared.call(hostcall("symmetric_state_absorb"), GuestMemory::shared(&Watched { on_read }), &args)
    };
    std::thread::scope(|scope| {
        let waiting = Mutex::new(Vec::new());
        let first = absorb(&|| {
            let threads = (0..THREADS).map(|_| scope.spawn(|| absorb(&|| panic!("it has had its turn"))));
            waiting.lock().unwrap().extend(threads);
            std::thread::sleep(Duration::from_millis(300));
            shared.stop_handle().stop();
        });
        // What is short goes on.
        assert_eq!(first, Errno::Success);
        for thread in waiting.into_inner().unwrap() {
            assert_eq!(thread.join().unwrap(), Errno::InProgress);
        }
    });
}

#[test]
fn a_panic_closes_what_it_may_have_broken_and_no_more() {
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    let before = accounts(&shared);
    let (state, other) = (guest.open("SHA-256", None, None).unwrap(), guest.open("SHA-256", None, None).unwrap());
    let memory = Watched { on_read: &|| panic!("a memory that cannot be read; the test expects this") };
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let args = [u64::from(state), 0, BULK as u64];
        shared.call(hostcall("symmetric_state_absorb"), GuestMemory::shared(&memory), &args)
    }));
    assert!(panicked.is_err());
    assert_eq!(guest.absorb(state, b"more"), Err(Errno::InvalidHandle));
    assert_eq!(guest.close(state), Err(Errno::Closed));
    guest.absorb(other, &[0; BULK]).unwrap();
    guest.close(other).unwrap();
    assert_eq!(accounts(&shared), before);
}

/// Whatever threads call at the same time: no call panics or waits for ever, and nothing is left when all is closed.
#[test]
fn nonsense_on_threads_does_nothing_bad() {
    // Long enough to be worked on outside the table, and too long for the memory.
    const LENGTHS: [u64; 5] = [0, 7, 32, BULK as u64, 1 << 20];
    let shared = shared(WasiCryptoCtx::builder().max_handles(200).max_bytes(4 << 20).max_password_iterations(1000));
    let known = Mutex::new(Vec::new());
    let successes = AtomicUsize::new(0);
    on_threads(&shared, |guest, thread| {
        let mut random = Random(thread as u64);
        for _ in 0..5_000 {
            let hostcall = random.pick(hostcalls());
            if hostcall.name().ends_with("_close") && random.below(4) > 0 {
                continue;
            }
            guest.transport.write(0, &[1; 64]);
            let [name, name_len] =
                guest.put(random.pick(&["SHA-256", "AES-256-GCM", "Ed25519", "X25519", "salt"]).as_bytes());
            let mut args = Vec::new();
            for param in hostcall.params() {
                match param.ty {
                    ParamType::Handle(ty) => {
                        let known = known.lock().unwrap();
                        let fitting: Vec<u32> = known
                            .iter()
                            .filter(|known: &&(HandleType, u32)| known.0 == ty)
                            .map(|known| known.1)
                            .collect();
                        args.push(if fitting.is_empty() {
                            random.next() & 0xffff_ffff
                        } else {
                            u64::from(*random.pick(&fitting))
                        });
                    }
                    ParamType::String => args.extend([u64::from(name), u64::from(name_len)]),
                    ParamType::List(_) => args.extend([1000, 1]),
                    ParamType::Size => args.push(*random.pick(&LENGTHS)),
                    ParamType::ConstPointer | ParamType::Pointer => args.push(1000 + random.below(100) as u64),
                    ParamType::U64 | ParamType::Version | ParamType::Timestamp => args.push(3),
                    ParamType::OptOptions | ParamType::OptSymmetricKey => args.push(0),
                    _ => args.push(random.below(4) as u64),
                }
            }
            let slots = (0..hostcall.results().len()).map(|i| 32 + 8 * i as u64);
            args.extend(slots.clone());
            if guest.transport.call(hostcall, &args) != Errno::Success {
                continue;
            }
            successes.fetch_add(1, Ordering::Relaxed);
            for (result, slot) in hostcall.results().iter().zip(slots) {
                if let ResultType::Handle(ty) = result {
                    // Declared as an array output (C22).
                    let ty = if hostcall.name() == "signature_state_sign" { HandleType::Signature } else { *ty };
                    known.lock().unwrap().push((ty, u32::from_le_bytes(guest.bytes(slot as u32))));
                }
            }
        }
    });
    assert!(successes.into_inner() > 1000, "the nonsense made too little sense");
    let mut guest = guest(&shared);
    for (ty, handle) in known.into_inner().unwrap() {
        // Some were closed on the way.
        _ = match ty {
            HandleType::ArrayOutput => guest.call("array_output_pull", &[handle, 1000, 100_000, SLOT]),
            _ => guest.call(&format!("{}_close", ty.name()), &[handle]),
        };
    }
    let left = shared.open_handle_types();
    assert_eq!((accounts(&shared), left), ((0, 0), vec![]));
}

#[cfg(feature = "wasmtime")]
#[test]
fn instances_on_threads_share_the_handles_of_one_context() {
    use wasi_crypto_host::wasmtime::add_to_linker_shared;
    use wasmtime::{Config, Engine, Linker, MemoryType, Module, SharedMemory, Store};

    const ROUNDS: u32 = 200;
    let guest_code = r#"(module
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb"
            (func $absorb (param i32 i32 i32) (result i32)))
        (import "env" "memory" (memory 2 2 shared))
        (export "memory" (memory 0))
        (func (export "absorb") (param $state i32) (param $len i32) (param $n i32) (result i32)
            (local $status i32)
            (loop $again
                (local.set $status (i32.or (local.get $status)
                    (call $absorb (local.get $state) (i32.const 0) (local.get $len))))
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (local.get $status)))"#;
    let engine = Engine::new(Config::new().wasm_threads(true).shared_memory(true)).unwrap();
    let module = Module::new(&engine, guest_code).unwrap();
    let memory = SharedMemory::new(&engine, MemoryType::shared(2, 2)).unwrap();
    let shared = shared(WasiCryptoCtx::builder());
    let mut guest = guest(&shared);
    let state = guest.open("SHA-256", None, None).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (engine, module, memory, shared) = (&engine, &module, &memory, &shared);
            scope.spawn(move || {
                let mut store = Store::new(engine, shared.clone());
                let mut linker = Linker::new(engine);
                add_to_linker_shared(&mut linker, |ctx: &SharedWasiCryptoCtx| ctx).unwrap();
                linker.define(&mut store, "env", "memory", memory.clone()).unwrap();
                let instance = linker.instantiate(&mut store, module).unwrap();
                let absorb = instance.get_typed_func::<(u32, u32, u32), u32>(&mut store, "absorb").unwrap();
                let len = if thread % 2 == 0 { BULK as u32 } else { 1 };
                assert_eq!(absorb.call(&mut store, (state, len, ROUNDS)).unwrap(), 0);
            });
        }
    });
    let total = THREADS / 2 * ROUNDS as usize * (BULK + 1);
    let expected = <Sha256 as sha2::Digest>::digest(vec![0; total]);
    assert_eq!(guest.squeeze(state, 32).unwrap(), expected[..]);
}

/// A thread of the guest, with a memory of its own so that none disturbs another's arguments.
type Thread = Native<SharedWasiCryptoCtx>;

fn shared(builder: WasiCryptoCtxBuilder) -> SharedWasiCryptoCtx {
    SharedWasiCryptoCtx::new(builder.build().unwrap())
}

fn guest(shared: &SharedWasiCryptoCtx) -> Guest<Thread> {
    Guest::new(Thread { ctx: shared.clone(), memory: vec![0; MEMORY] })
}

fn accounts(shared: &SharedWasiCryptoCtx) -> (usize, usize) {
    (shared.open_handles(), shared.held_bytes())
}

fn on_threads(shared: &SharedWasiCryptoCtx, work: impl Fn(&mut Guest<Thread>, usize) + Sync) {
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(&mut guest(shared), thread));
        }
    });
}

/// Generates a key pair, exports it as PKCS#8 or raw, and imports that.
fn import_of_export(guest: &mut Guest<Thread>, algorithm_type: u32, algorithm: &str) -> u32 {
    let keypair = guest.keypair(algorithm_type, algorithm);
    let encoding = u32::from(algorithm != "X-WING");
    let encoded = guest.export_as("keypair_export", keypair, encoding).unwrap();
    guest.call("keypair_close", &[keypair]).unwrap();
    let ([name, name_len], [key, key_len]) = (guest.put(algorithm.as_bytes()), guest.put(&encoded));
    guest.call_for_u32("keypair_import", &[algorithm_type, name, name_len, key, key_len, encoding]).unwrap()
}

fn sign(guest: &mut Guest<Thread>, keypair: u32, message: &[u8]) -> u32 {
    let state = guest.call_for_u32("signature_state_open", &[keypair]).unwrap();
    let [start, len] = guest.put(message);
    guest.call("signature_state_update", &[state, start, len]).unwrap();
    let signature = guest.call_for_u32("signature_state_sign", &[state]).unwrap();
    guest.call("signature_state_close", &[state]).unwrap();
    signature
}

fn verify(guest: &mut Guest<Thread>, public: u32, message: &[u8], signature: u32) -> Result<(), Errno> {
    let state = guest.call_for_u32("signature_verification_state_open", &[public]).unwrap();
    let [start, len] = guest.put(message);
    guest.call("signature_verification_state_update", &[state, start, len]).unwrap();
    let verified = guest.call("signature_verification_state_verify", &[state, signature]);
    guest.call("signature_verification_state_close", &[state]).unwrap();
    verified
}

fn close(guest: &mut Guest<Thread>, objects: &[(&str, u32)]) {
    for (name, handle) in objects {
        guest.call(&format!("{name}_close"), &[*handle]).unwrap();
    }
}

/// A shared memory of zeros that tells when it is read.
struct Watched<'a> {
    on_read: &'a (dyn Fn() + Sync),
}

impl SharedMemory for Watched<'_> {
    fn len(&self) -> usize {
        MEMORY
    }

    fn read(&self, _: usize, into: &mut [u8]) {
        (self.on_read)();
        into.fill(0);
    }

    fn write(&self, _: usize, _: &[u8]) {}
}

/// Where threads wait for one another, for a while.
#[derive(Default)]
struct Meeting {
    present: Mutex<usize>,
    arrived: Condvar,
}

impl Meeting {
    fn wait_for(&self, n: usize) {
        let mut present = self.present.lock().unwrap();
        *present += 1;
        self.arrived.notify_all();
        let (_present, timeout) =
            self.arrived.wait_timeout_while(present, Duration::from_secs(30), |present| *present < n).unwrap();
        assert!(!timeout.timed_out(), "the other call has not begun");
    }
}
