//! What is left on the stacks of threads: on those of the pool nothing, as they are scrubbed.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use pkcs8::PrivateKeyInfoRef;
use rsa::pkcs1::RsaPrivateKeyRef;
use wasi_crypto_host::JobPool;
use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager, SecretsStore};

use super::asking::Asking;
use super::managed::{Kind, LATEST, Managed};
use super::support::keys::{PKCS8, Part};
use super::*;

/// A secret to look for, in a form that is not found itself.
struct Hidden(Vec<u64>);

const MASK: u64 = 0x5a3c_96e1_0f87_d24b;

impl Hidden {
    fn of(secret: &[u8]) -> Self {
        Self(secret.chunks_exact(PIECE).map(|piece| u64::from_be_bytes(piece.try_into().unwrap()) ^ MASK).collect())
    }

    /// Of numbers, as bytes with the highest first, and as words of eight bytes with the lowest first.
    fn of_numbers(numbers: &[&[u8]]) -> Self {
        let words = numbers.iter().flat_map(|number| number.rchunks_exact(PIECE));
        let words = words.map(|word| u64::from_be_bytes(word.try_into().unwrap()));
        Self(words.flat_map(|word| [word, word.swap_bytes()]).map(|word| word ^ MASK).collect())
    }

    /// Where the lowest piece of the secret is on a stack, of which one address is known: so many bytes below that.
    fn below(&self, address: usize) -> Option<usize> {
        let (start, end) = mapping(address).unwrap();
        let mut stack = vec![0; end - start];
        // A thread that is alive has all of it, but for what nobody has touched yet.
        File::open("/proc/self/mem").unwrap().read_exact_at(&mut stack, start as u64).unwrap();
        let mut window = 0_u64;
        let found = stack.iter().position(|byte| {
            window = window << 8 | u64::from(*byte);
            self.0.contains(&(window ^ MASK))
        });
        found.map(|place| address.saturating_sub(start + place))
    }
}

/// The range of addresses that one lies in.
fn mapping(address: usize) -> Option<(usize, usize)> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut ranges = maps.lines().filter_map(|line| {
        let (start, end) = line.split_once(' ')?.0.split_once('-')?;
        Some((usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?))
    });
    ranges.find(|(start, end)| (start..end).contains(&&address))
}

/// The stack pointers of the threads with this name, if all of them wait for something.
fn waiting(name: &str) -> Option<Vec<usize>> {
    let threads = fs::read_dir("/proc/self/task").unwrap().filter_map(|thread| {
        let folder = thread.ok()?.path();
        // The system keeps fifteen bytes of a name.
        let is_it = fs::read_to_string(folder.join("comm")).ok()?.trim_end() == &name[..name.len().min(15)];
        is_it.then(|| {
            // The number of the call, its arguments, the stack pointer, the place; or one word of a thread that runs.
            let call = fs::read_to_string(folder.join("syscall")).ok()?;
            let pointer = call.split_whitespace().rev().nth(1)?;
            usize::from_str_radix(pointer.strip_prefix("0x")?, 16).ok()
        })
    });
    threads.collect::<Option<Vec<_>>>().filter(|threads| !threads.is_empty())
}

/// How far below its frame a thread finds the secret that it worked with.
fn left(seed: u64, len: usize, work: impl FnOnce(&[u8]) + Send + 'static) -> Option<usize> {
    let with_secret = move || {
        let mut secret = Random(seed).bytes(len);
        work(&secret);
        std::hint::black_box(&mut secret).fill(0);
    };
    left_of(with_secret, |()| Hidden::of(&Random(seed).bytes(len)))
}

/// How far below its frame a thread finds the secrets that `hidden` names, by the result of its work if need be.
fn left_of<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
    hidden: impl FnOnce(R) -> Hidden,
) -> Option<usize> {
    let ((done, results), (go_on, gone_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let thread = std::thread::spawn(move || {
        let result = Box::new(work());
        let here = 0_u8;
        done.send((std::hint::black_box(&raw const here).addr(), result)).unwrap();
        _ = gone_on.recv();
    });
    let (address, result) = results.recv().unwrap();
    let found = hidden(*result).below(address);
    drop(go_on);
    thread.join().unwrap();
    found
}

#[test]
fn what_is_left_on_a_stack_is_found() {
    assert_eq!(left(1, 64, |_| ()), None);
    let found = left(2, 64, leave);
    assert!(found.is_some());
}

/// The way by which those of the host are found.
#[test]
fn a_thread_that_waits_is_found_by_its_name() {
    const NAME: &str = "wiping waits";
    let ((here, address), (go_on, gone_on)) = (mpsc::channel(), mpsc::channel::<()>());
    let thread = std::thread::Builder::new().name(NAME.to_owned()).spawn(move || {
        let local = 0_u8;
        here.send(std::hint::black_box(&raw const local).addr()).unwrap();
        _ = gone_on.recv();
    });
    let address = address.recv().unwrap();
    let end = Instant::now() + Duration::from_secs(5);
    while waiting(NAME).is_none_or(|stacks| mapping(stacks[0]) != mapping(address)) {
        assert!(Instant::now() < end, "it does not wait");
        std::thread::yield_now();
    }
    drop(go_on);
    thread.unwrap().join().unwrap();
}

/// Whether pool threads of this name come to have nothing of a secret on their stacks.
fn assert_scrubbed(hidden: &Hidden, name: &str) {
    // What a thread has done may be known before it has scrubbed its stack.
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        let stacks = waiting(name);
        let found = stacks.map(|stacks| stacks.iter().filter_map(|stack| hidden.below(*stack)).collect::<Vec<_>>());
        if found.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        assert!(Instant::now() < end, "{name}: so many bytes below the frame of a thread that waits: {found:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn threads_that_ask_stores_leave_nothing_on_their_stacks() {
    let (secret, root_key) = (Random(0x57ac).bytes(PIECE * MOST), Random(0x57ad).bytes(32));
    let store = Arc::new(MemoryStore::new());
    let root = RootKey::parse(Base64::encode_string(&root_key).as_bytes(), "").unwrap();
    let manager = SecretsManager::builder(store.clone()).root_key(root).build().unwrap();
    let builder = WasiCryptoCtx::builder().secrets(manager.namespace("tenant")).job_pool(JobPool::new(1));
    let mut guest = Guest::with_limits(builder);
    // Somebody could stop it, so that others ask the store meanwhile.
    let _stop = guest.transport.ctx.stop_handle();
    let manager = guest.manager();
    let key = guest.import("HMAC/SHA-256", &secret).unwrap();
    let id = guest.store(manager, Kind::SymmetricKey, key).unwrap();
    let loaded = guest.from_id(manager, Kind::SymmetricKey, &id, LATEST).unwrap();
    guest.fingerprint(Kind::SymmetricKey, loaded);
    let id = guest.store_secret(manager, &secret, u64::MAX).unwrap();
    assert_eq!(guest.secret(manager, &id, LATEST).unwrap(), secret);
    let sealed = guest.encapsulate(manager, &secret, u64::MAX).unwrap();
    assert_eq!(guest.decapsulate(manager, &sealed).unwrap(), secret);

    // The secret itself, and all keys that it goes through.
    let namespace = secrets::unwrapped(&root_key, &store.namespace("tenant").unwrap().unwrap());
    let derived = ["records", "encapsulation"]
        .map(|purpose| secrets::expanded(&namespace, &format!("wasi-crypto namespace key: {purpose}")));
    let wrapping = secrets::expanded(&root_key, "wasi-crypto root key: wrapping");
    let all = [&secret, &root_key, &namespace, &derived.concat(), &wrapping.to_vec()];
    all.into_iter().for_each(|secret| assert_scrubbed(&Hidden::of(secret), "wasi-crypto store"));
}

/// A driver of a database, for example, which the host knows nothing of.
#[test]
fn what_a_store_leaves_on_a_stack_is_overwritten() {
    const SEED: u64 = 0x57af;
    let store = Asking::new(|| {
        let secret = Random(SEED).bytes(64);
        leave(&secret);
        Ok(())
    });
    let manager = SecretsManager::builder(store).root_key(RootKey::generate().unwrap()).build().unwrap();
    let builder = WasiCryptoCtx::builder().secrets(manager.namespace("tenant")).job_pool(JobPool::new(1));
    let mut guest = Guest::with_limits(builder);
    let _stop = guest.transport.ctx.stop_handle();
    let manager = guest.manager();
    guest.store_secret(manager, b"", u64::MAX).unwrap();
    assert_scrubbed(&Hidden::of(&Random(SEED).bytes(64)), "wasi-crypto store");
}

/// Has a secret on the stack, deeper than what its thread does next.
#[inline(never)]
fn leave(secret: &[u8]) {
    let mut copy = [0; 64 << 10];
    copy[..secret.len()].copy_from_slice(secret);
    std::hint::black_box(&copy);
}

#[test]
fn threads_that_help_with_batches_leave_nothing_on_their_stacks() {
    const ENTRIES: usize = 40;
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().job_pool(JobPool::new(4).batch_threads(4)));
    let options = guest.options_open();
    guest.options_set(options, "salt", &[5; 16]).unwrap();
    guest.options_set_u64(options, "ops_limit", 1000).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    let password = Random(0x57ae).bytes(40);
    guest.absorb(state, &password).unwrap();
    // What each of the entries comes to.
    let derived = guest.squeeze(state, 32).unwrap();
    let states = [(); ENTRIES].map(|()| guest.clone_state(state).unwrap());
    let ([list, _], results) = (guest.put(&states.map(u32::to_le_bytes).concat()), guest.room(8 * ENTRIES));
    guest.call("batch_symmetric_state_squeeze_tag", &[list, ENTRIES as u32, results[0]]).unwrap();
    // In SHA-256's blocks, HMAC has its key with this in each byte.
    let padded = [0x36, 0x5c].map(|pad| password.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>());
    for secret in [&password, &derived, &padded[0], &padded[1]] {
        assert_scrubbed(&Hidden::of(secret), "wasi-crypto batch");
    }
}

#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "what compilers make of libraries for other processors was not looked at"
)]
fn nothing_of_symmetric_keys_is_left_on_the_stacks_of_callers() {
    let mut found = Vec::new();
    for (name, len, nonce_len) in keyed() {
        let seed = |work: u64| u64::from_le_bytes(std::array::from_fn(|at| name.as_bytes()[at % name.len()])) + work;
        let made = left(seed(0), len, move |raw| {
            Guest::with_limits(WasiCryptoCtx::builder()).import(name, raw).unwrap();
        });
        let opened = left(seed(1), len, move |raw| _ = open(name, raw, nonce_len));
        let used = left(seed(2), len, move |raw| {
            let (mut guest, state) = open(name, raw, nonce_len);
            _ = guest.absorb(state, b"data");
            let sealed = guest.encrypt(state, b"message").unwrap_or_default();
            _ = guest.decrypt(state, &sealed);
            _ = guest.squeeze_tag(state);
            _ = guest.squeeze(state, 16);
            guest.call("symmetric_state_close", &[state]).unwrap();
        });
        let cloned = left(seed(3), len, move |raw| {
            let (mut guest, state) = open(name, raw, nonce_len);
            guest.clone_state(state).unwrap();
        });
        let refused = left(seed(4), len, move |raw| {
            let (mut guest, state) = open(name, raw, nonce_len);
            _ = guest.decrypt(state, &[0; 48]);
        });
        if [made, opened, used, cloned, refused] != [None; 5] {
            found.push((name, made, opened, used, cloned, refused));
        }
    }
    assert_eq!(found, [], "imported, a state, work, a clone, a forgery: so many bytes below the caller's frame");
}

fn open(name: &str, raw: &[u8], nonce_len: usize) -> (Guest<Native>, u32) {
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder());
    let key = guest.import(name, raw).unwrap();
    let options = guest.options_open();
    if nonce_len > 0 {
        guest.options_set(options, "nonce", &[7; 32][..nonce_len]).unwrap();
    }
    let state = guest.open(name, Some(key), Some(options)).unwrap();
    (guest, state)
}

/// Where nobody could stop the guest, its own thread does all of this.
#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "what compilers make of libraries for other processors was not looked at"
)]
fn nothing_of_managed_keys_secrets_and_passwords_is_left_on_the_stacks_of_callers() {
    type Work = fn(&[u8]);
    let works: [(&str, Work); 6] = [
        ("a managed key", |raw| {
            let (mut guest, manager) = with_store();
            let key = guest.import("HMAC/SHA-256", raw).unwrap();
            let id = guest.store(manager, Kind::SymmetricKey, key).unwrap();
            guest.from_id(manager, Kind::SymmetricKey, &id, LATEST).unwrap();
        }),
        ("an external secret", |raw| {
            let (mut guest, manager) = with_store();
            let id = guest.store_secret(manager, raw, u64::MAX).unwrap();
            guest.secret(manager, &id, LATEST).unwrap();
        }),
        ("a secret that is sealed", |raw| {
            let (mut guest, manager) = with_store();
            let sealed = guest.encapsulate(manager, raw, u64::MAX).unwrap();
            guest.decapsulate(manager, &sealed).unwrap();
        }),
        ("PBKDF2", |raw| hash_password("PBKDF2-SHA-256", raw)),
        ("Argon2", |raw| hash_password("ARGON2ID", raw)),
        ("scrypt", |raw| hash_password("SCRYPT", raw)),
    ];
    let found = (0..).zip(works).filter_map(|(n, (name, work))| Some((name, left(0x57b0 + n, 64, work)?)));
    assert_eq!(found.collect::<Vec<_>>(), [], "so many bytes below the caller's frame");
}

fn with_store() -> (Guest<Native>, u32) {
    let root = RootKey::generate().unwrap();
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(root).build().unwrap();
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().secrets(manager.namespace("tenant")));
    let manager = guest.manager();
    (guest, manager)
}

fn hash_password(name: &str, password: &[u8]) {
    let (mut guest, state) = with_password(name, password);
    guest.squeeze(state, 32).unwrap();
    guest.squeeze_tag(state).unwrap();
}

#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "what compilers make of libraries for other processors was not looked at"
)]
fn nothing_of_secret_keys_is_left_on_the_stacks_of_callers() {
    let mut found = Vec::new();
    for (number, (name, algorithm_type, len)) in (0..).zip(ASYMMETRIC) {
        for (n, (step, work)) in (0..).zip(STEPS) {
            let left = left(0x5ec0 + 16 * number + n, len, move |raw| {
                let mut guest = Guest::with_limits(WasiCryptoCtx::builder());
                let secret = guest.import_key_as(Part::Secret, name, raw, 0).unwrap();
                work(&mut guest, algorithm_type, secret);
            });
            found.extend(left.map(|below| (name, step, below)));
        }
    }
    assert_eq!(found, [], "so many bytes below the caller's frame");
}

/// Secrets that calls make, each call alone.
#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "what compilers make of libraries for other processors was not looked at"
)]
fn nothing_of_what_calls_make_is_left_on_the_stacks_of_callers() {
    let mut found = Vec::new();
    for (name, _, len) in ASYMMETRIC.into_iter().filter(|(_, algorithm_type, _)| *algorithm_type == 2) {
        let shared = left_of(
            move || {
                let mut guest = Guest::with_limits(WasiCryptoCtx::builder());
                let secret = guest.import_key_as(Part::Secret, name, &Random(7).bytes(len), 0).unwrap();
                let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
                let output = match guest.call("kx_encapsulate", &[public, SLOT, SLOT + 4]) {
                    Ok(()) => u32::from_le_bytes(guest.bytes(SLOT)),
                    Err(_) => guest.call_for_u32("kx_dh", &[public, secret]).unwrap(),
                };
                (guest, output)
            },
            |(mut guest, output)| Hidden::of(&guest.pull_array(output).unwrap()),
        );
        found.extend(shared.map(|below| (name, "a shared secret", below)));
    }
    for (name, len, nonce_len) in keyed() {
        let output = left_of(
            move || {
                let (mut guest, state) = open(name, &Random(8).bytes(len), nonce_len);
                let output = guest.room(64);
                let squeezed = guest.call("symmetric_state_squeeze", &[state, output[0], output[1]]);
                (guest, squeezed.is_ok().then_some(output))
            },
            |(mut guest, output)| Hidden::of(&output.map_or_else(Vec::new, |output| guest.bytes_at(output))),
        );
        let message = || Random(9).bytes(208);
        let sealed = left_of(move || _ = sealed(name, len, nonce_len, &message()), |()| Hidden::of(&message()));
        let ciphertext = sealed_by_another(name, len, nonce_len);
        let opened = left_of(
            move || {
                let (mut guest, state) = open(name, &Random(8).bytes(len), nonce_len);
                _ = guest.decrypt(state, &ciphertext);
            },
            |()| Hidden::of(&message()),
        );
        let made = [("an output", output), ("a message to encrypt", sealed), ("a decrypted message", opened)];
        found.extend(made.into_iter().filter_map(|(what, below)| Some((name, what, below?))));
    }
    for name in ["PBKDF2-SHA-256", "PBKDF2-SHA-512", "ARGON2ID", "SCRYPT"] {
        for function in
            ["symmetric_state_squeeze", "batch_symmetric_state_squeeze", "batch_symmetric_state_squeeze_tag"]
        {
            let hash = left_of(
                move || {
                    let (mut guest, state) = with_password(name, &Random(10).bytes(40));
                    let (output, [results, _]) = (guest.room(32), guest.room(8));
                    let entry = [state, output[0], output[1]];
                    let fields = if function.ends_with("tag") { &entry[..1] } else { &entry };
                    let list: Vec<u8> = fields.iter().flat_map(|field| field.to_le_bytes()).collect();
                    let [list, _] = guest.put(&list);
                    let args = if function.starts_with("batch") { [list, 1, results] } else { entry };
                    guest.call(function, &args).unwrap();
                },
                |()| {
                    let (mut guest, state) = with_password(name, &Random(10).bytes(40));
                    Hidden::of(&guest.squeeze(state, 32).unwrap())
                },
            );
            found.extend(hash.map(|below| (name, function, below)));
        }
    }
    assert_eq!(found, [], "so many bytes below the caller's frame");
}

fn sealed(name: &str, len: usize, nonce_len: usize, message: &[u8]) -> Vec<u8> {
    let (mut guest, state) = open(name, &Random(8).bytes(len), nonce_len);
    guest.encrypt(state, message).unwrap_or_default()
}

fn sealed_by_another(name: &'static str, len: usize, nonce_len: usize) -> Vec<u8> {
    std::thread::spawn(move || sealed(name, len, nonce_len, &Random(9).bytes(208))).join().unwrap()
}

fn with_password(name: &str, password: &[u8]) -> (Guest<Native>, u32) {
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder());
    let options = guest.options_open();
    guest.options_set(options, "salt", &[5; 16]).unwrap();
    guest.options_set_u64(options, "ops_limit", 16).unwrap();
    if !name.starts_with("PBKDF2") {
        guest.options_set_u64(options, "memory_limit", 1 << 16).unwrap();
    }
    let state = guest.open(name, None, Some(options)).unwrap();
    guest.absorb(state, password).unwrap();
    (guest, state)
}

/// The numbers of an RSA key, as the libraries work with some of them.
#[test]
#[cfg_attr(
    not(target_arch = "x86_64"),
    ignore = "what compilers make of libraries for other processors was not looked at"
)]
fn nothing_of_rsa_keys_is_left_on_the_stacks_of_callers() {
    let mut found = Vec::new();
    for name in ["RSA_PKCS1_2048_SHA256", "RSA_PSS_3072_SHA384"] {
        let (encoded, _) = Guest::large().generate_encoded(name);
        let info = PrivateKeyInfoRef::try_from(encoded.as_slice()).unwrap();
        let key = RsaPrivateKeyRef::try_from(info.private_key.as_bytes()).unwrap();
        let numbers = [key.private_exponent, key.prime1, key.prime2, key.exponent1, key.exponent2, key.coefficient];
        let hidden = || Hidden::of_numbers(&numbers.each_ref().map(|number| number.as_bytes()));
        let planted = encoded.clone();
        assert!(left_of(move || leave(&planted), |()| hidden()).is_some());
        for (step, work) in STEPS {
            let encoded = encoded.clone();
            let work = move || {
                let mut guest = Guest::large();
                let secret = guest.import_key_as(Part::Secret, name, &encoded, PKCS8).unwrap();
                work(&mut guest, 0, secret);
            };
            let left = left_of(work, |()| hidden());
            found.extend(left.map(|below| (name, step, below)));
        }
    }
    assert_eq!(found, [], "so many bytes below the caller's frame");
}

/// What is done with a secret key.
type Work = fn(&mut Guest<Native>, u32, u32);

const STEPS: [(&str, Work); 5] = [
    ("imported", |_, _, _| ()),
    ("its public half", |guest, _, secret| _ = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap()),
    ("a pair of it", |guest, _, secret| _ = pair_of(guest, secret)),
    ("exported", |guest, _, secret| {
        for encoding in 0..4 {
            _ = guest.call_for_u32("secretkey_export", &[secret, encoding]);
        }
    }),
    ("used", |guest, algorithm_type, secret| {
        let [public, keypair] = pair_of(guest, secret);
        if algorithm_type == 0 {
            let state = guest.call_for_u32("signature_state_open", &[keypair]).unwrap();
            guest.call_for_u32("signature_state_sign", &[state]).unwrap();
        } else {
            exchange(guest, public, secret);
        }
    }),
];

fn pair_of(guest: &mut Guest<Native>, secret: u32) -> [u32; 2] {
    let public = guest.call_for_u32("publickey_from_secretkey", &[secret]).unwrap();
    [public, guest.call_for_u32("keypair_from_pk_and_sk", &[public, secret]).unwrap()]
}
