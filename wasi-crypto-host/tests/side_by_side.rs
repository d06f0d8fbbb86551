//! Batches whose entries are worked on side by side: nothing that a guest can see tells them from one call after the other.

mod support;

use std::time::{Duration, Instant};

use sha2::Sha256;
use wasi_crypto_host::{Errno, GuestMemory, JobPool, Progress, WasiCryptoCtx, WasiCryptoCtxBuilder};

use support::{Guest, Native, PAGE, call_in_parts, hostcall};

/// Where results go: behind all that these tests put.
const RESULTS: u32 = 48 << 10;
/// So many that any signature is worth it to be shared by threads.
const ENTRIES: usize = 120;

const SIGN: &str = "batch_signature_state_sign";
const VERIFY: &str = "batch_signature_state_verify";
const SQUEEZE: &str = "batch_symmetric_state_squeeze";
const SQUEEZE_TAG: &str = "batch_symmetric_state_squeeze_tag";

/// How a guest goes through a list.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// By single calls.
    Calls,
    /// By a batch, on so many threads.
    Batch(usize),
    /// The same as an asynchronous embedder has it.
    InParts(usize),
}

const WAYS: [Way; 6] = [Way::Calls, Way::Batch(1), Way::Batch(2), Way::Batch(5), Way::InParts(1), Way::InParts(3)];

impl Way {
    fn guest(self, builder: WasiCryptoCtxBuilder) -> Guest<Native> {
        let threads = match self {
            Self::Calls => 1,
            Self::Batch(threads) | Self::InParts(threads) => threads,
        };
        Guest::with_limits(builder.job_pool(JobPool::new(threads).batch_threads(threads)))
    }

    /// The status of each entry, and the value where there is one.
    fn run<const N: usize>(self, guest: &mut Guest<Native>, function: &str, entries: &[[u32; N]]) -> Vec<(u32, Errno)> {
        let has_value = !function.ends_with("verify") && !function.ends_with("squeeze");
        let single = function
            .strip_prefix("batch_")
            .unwrap()
            .replace("signature_state_verify", "signature_verification_state_verify");
        if let Self::Calls = self {
            let one = |entry: &[u32; N]| match has_value {
                true => {
                    guest.call_for_u32(&single, entry).map_or_else(|errno| (0, errno), |value| (value, Errno::Success))
                }
                false => (0, guest.call(&single, entry).err().unwrap_or(Errno::Success)),
            };
            return entries.iter().map(one).collect();
        }
        let list: Vec<u8> = entries.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        let args = [guest.put(&list)[0], entries.len() as u32, RESULTS].map(u64::from);
        let Native { ctx, memory } = &mut guest.transport;
        let errno = match self {
            Self::InParts(_) => call_in_parts(ctx, memory, hostcall(function), &args),
            _ => ctx.call(hostcall(function), GuestMemory::unshared(memory), &args),
        };
        assert_eq!(errno, Errno::Success);
        let len = if has_value { 8 } else { 2 };
        let results = guest.bytes_at([RESULTS, (entries.len() * len) as u32]);
        let errno = |bytes: &[u8]| Errno::from_number(u32::from(bytes[0]) | u32::from(bytes[1]) << 8).unwrap();
        let value = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap());
        let result =
            |result: &[u8]| if has_value { (value(&result[..4]), errno(&result[4..])) } else { (0, errno(result)) };
        results.chunks(len).map(result).collect()
    }
}

/// A key pair and its public key, the same in every guest.
fn pair(guest: &mut Guest<Native>, algorithm: &str, raw: &[u8]) -> [u32; 2] {
    let ([name, name_len], [raw, raw_len]) = (guest.put(algorithm.as_bytes()), guest.put(raw));
    let pair = guest.call_for_u32("keypair_import", &[0, name, name_len, raw, raw_len, 0]).unwrap();
    [pair, guest.call_for_u32("keypair_publickey", &[pair]).unwrap()]
}

fn state(guest: &mut Guest<Native>, prefix: &str, key: u32, message: &[u8]) -> u32 {
    let state = guest.call_for_u32(&format!("{prefix}_open"), &[key]).unwrap();
    let [data, len] = guest.put(message);
    guest.call(&format!("{prefix}_update"), &[state, data, len]).unwrap();
    state
}

/// The pair of RFC 8032, section 7.1, test 2; any scalar for ECDSA.
const ED25519: &str = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\
                       3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

fn ed25519() -> Vec<u8> {
    (0..64).map(|i| u8::from_str_radix(&ED25519[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Results as any context has them: handles start at a random number in each.
fn relative(results: Vec<(u32, Errno)>) -> Vec<(u32, Errno)> {
    let first = results.iter().find(|(_, errno)| *errno == Errno::Success).map_or(0, |(handle, _)| *handle);
    results
        .into_iter()
        .map(|(value, errno)| (if errno == Errno::Success { value.wrapping_sub(first) } else { 0 }, errno))
        .collect()
}

#[test]
fn signatures_are_the_same_in_the_same_order_under_the_same_handles() {
    for limits in [
        WasiCryptoCtx::builder(),
        // Room for some of the results: handles, then bytes.
        WasiCryptoCtx::builder().max_handles(ENTRIES + 40),
        WasiCryptoCtx::builder().max_bytes(48 << 10),
    ] {
        let outcomes = WAYS.map(|way| {
            let mut guest = way.guest(limits.clone());
            let [pair, public] = pair(&mut guest, "Ed25519", &ed25519());
            let mut states: Vec<[u32; 1]> =
                (0..ENTRIES).map(|at| [state(&mut guest, "signature_state", pair, &[at as u8; 50])]).collect();
            // One that comes again and again, ones that are not there, and one of another type.
            (0..ENTRIES).step_by(7).for_each(|at| states[at] = states[3]);
            (0..ENTRIES).step_by(11).for_each(|at| states[at] = [states[at][0] ^ 0x4000_0000]);
            states[50] = [public];
            let results = way.run(&mut guest, SIGN, &states);
            let made = results.iter().filter(|(_, errno)| *errno == Errno::Success).map(|(handle, _)| *handle);
            let made: Vec<u32> = made.collect();
            guest.call("signature_state_close", &states[3]).unwrap();
            guest.call("signature_state_close", &states[4]).unwrap();
            guest.call("signature_state_close", &states[5]).unwrap();
            let accounts = guest.accounts();
            let exported: Vec<_> =
                made.iter().map(|signature| guest.export_as("signature_export", *signature, 0)).collect();
            (relative(results), exported, accounts)
        });
        for (way, outcome) in WAYS.iter().zip(&outcomes) {
            assert!(*outcome == outcomes[0], "{way:?}: {:?}\n{:?}", outcome.0, outcomes[0].0);
        }
        let [signed, refused] = [Errno::Success, Errno::InvalidHandle]
            .map(|errno| outcomes[0].0.iter().filter(|(_, found)| *found == errno).count());
        assert!(signed > 10 && refused > 2, "{signed} signed, {refused} refused");
    }
}

#[test]
fn verification_answers_the_same() {
    // A scalar that is small, and so valid.
    let scalar = [[0; 31].as_slice(), &[7]].concat();
    for (algorithm, raw) in [("Ed25519", ed25519()), ("ECDSA_P256_SHA256", scalar)] {
        let outcomes = WAYS.map(|way| {
            let mut guest = way.guest(WasiCryptoCtx::builder());
            let [pair, public] = pair(&mut guest, algorithm, &raw);
            let mut entries: Vec<[u32; 2]> = (0..ENTRIES)
                .map(|at| {
                    let signer = state(&mut guest, "signature_state", pair, &[at as u8; 50]);
                    let signature = guest.call_for_u32("signature_state_sign", &[signer]).unwrap();
                    // Every fifth is of another message.
                    let message = [at as u8 ^ u8::from(at % 5 == 0); 50];
                    [state(&mut guest, "signature_verification_state", public, &message), signature]
                })
                .collect();
            // That of the message which the tenth is verified of.
            entries[10][1] = entries[11][1];
            entries[12][0] = entries[11][0];
            entries[20][0] ^= 0x4000_0000;
            entries[21][1] ^= 0x4000_0000;
            entries[22] = [entries[22][1], entries[22][0]];
            way.run(&mut guest, VERIFY, &entries)
        });
        for (way, outcome) in WAYS.iter().zip(&outcomes) {
            assert_eq!(*outcome, outcomes[0], "{algorithm} {way:?}");
        }
        let verified = outcomes[0].iter().filter(|(_, errno)| *errno == Errno::Success).count();
        assert_eq!(verified, ENTRIES - ENTRIES / 5 - 2, "{:?}", outcomes[0]);
    }
}

fn password(guest: &mut Guest<Native>, iterations: u64) -> u32 {
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    guest.options_set_u64(options, "ops_limit", iterations).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    guest.call("options_close", &[options]).unwrap();
    guest.absorb(state, b"password").unwrap();
    state
}

/// As PBKDF2 of another library has it.
fn derived(iterations: u64, len: usize) -> Vec<u8> {
    let mut expected = vec![0; len];
    pbkdf2::pbkdf2_hmac::<Sha256>(b"password", b"salt", iterations as u32, &mut expected);
    expected
}

/// Long ones and short ones, and some that are refused.
const ITERATIONS: [u64; 9] = [3000, 3001, 1, 3002, 20_000, 3003, 3004, 2, 3005];

#[test]
fn passwords_are_hashed_the_same() {
    for way in &WAYS[1..] {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_password_iterations(10_000));
        let states = ITERATIONS.map(|iterations| password(&mut guest, iterations));
        let mut entries: Vec<[u32; 3]> = (0..).zip(states).map(|(at, state)| [state, 0x4000 + 64 * at, 32]).collect();
        entries[5][0] ^= 0x4000_0000;
        entries[6][1] = PAGE as u32 - 31;
        // Written to the same place as one before it, and shorter.
        entries[7] = [entries[7][0], entries[3][1], 20];
        let results = way.run(&mut guest, SQUEEZE, &entries);
        let ok = Errno::Success;
        // All together have what one call may take: nothing is left for the last.
        let refused = [Errno::ProhibitedOperation, Errno::InvalidHandle, Errno::GuestError];
        let expected = [ok, ok, ok, ok, refused[0], refused[1], refused[2], ok, refused[0]];
        assert_eq!(results, expected.map(|errno| (0, errno)), "{way:?}");
        for (at, iterations) in [(0, 3000), (1, 3001), (2, 1)] {
            assert_eq!(guest.bytes_at([entries[at][1], 32]), derived(iterations, 32), "{way:?} {at}");
        }
        let twice = [&derived(2, 20)[..], &derived(3002, 32)[20..]].concat();
        assert_eq!(guest.bytes_at([entries[3][1], 32]), twice, "{way:?}");
    }
}

/// What Argon2 may take of a call's limit, all entries of a batch take together.
#[test]
fn the_memory_that_passwords_go_over_counts_over_all_entries() {
    const MIB: u64 = 1 << 20;
    // 1 MiB in one pass, the password, and what the salt and an output of 32 bytes come to.
    let each = MIB + 8 + 16 + 8 * 32;
    for way in &WAYS[1..] {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_password_memory_work(2 * each));
        let states = [(); 4].map(|()| {
            let options = guest.options_open();
            guest.options_set(options, "salt", &[1; 16]).unwrap();
            guest.options_set_u64(options, "memory_limit", MIB).unwrap();
            guest.options_set_u64(options, "ops_limit", 1).unwrap();
            let state = guest.open("ARGON2ID", None, Some(options)).unwrap();
            guest.absorb(state, b"password").unwrap();
            state
        });
        let entries: Vec<[u32; 3]> = (0..).zip(states).map(|(at, state)| [state, 0x4000 + 64 * at, 32]).collect();
        let results = way.run(&mut guest, SQUEEZE, &entries);
        let (ok, refused) = ((0, Errno::Success), (0, Errno::ProhibitedOperation));
        assert_eq!(results, [ok, ok, refused, refused], "{way:?}");
    }
}

#[test]
fn strings_of_passwords_are_made_the_same() {
    let outcomes = WAYS.map(|way| {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_handles(6));
        let states: Vec<[u32; 1]> = [3000, 1, 4000].map(|iterations| [password(&mut guest, iterations)]).into();
        let entries = [states[0], [states[0][0] ^ 0x4000_0000], states[1], states[2], states[0], states[1]];
        let results = way.run(&mut guest, SQUEEZE_TAG, &entries);
        let made =
            results.iter().filter(|(_, errno)| *errno == Errno::Success).map(|(tag, _)| *tag).collect::<Vec<_>>();
        let tags = made.iter().map(|tag| guest.pull_tag(*tag).unwrap()).collect::<Vec<_>>();
        (relative(results), tags)
    });
    for (way, outcome) in WAYS.iter().zip(&outcomes) {
        assert_eq!(*outcome, outcomes[0], "{way:?}");
    }
    let errnos = outcomes[0].0.iter().map(|(_, errno)| *errno).collect::<Vec<_>>();
    let [ok, full] = [Errno::Success, Errno::TooManyHandles];
    assert_eq!(errnos, [ok, Errno::InvalidHandle, ok, ok, full, full]);
    assert!(outcomes[0].1[0].starts_with(b"$pbkdf2-sha256$i=3000,l=32$"));
}

#[test]
fn a_list_that_changes_as_it_is_worked_on_is_read_in_order() {
    for way in &WAYS[1..] {
        let mut guest = way.guest(WasiCryptoCtx::builder());
        let states = [3000, 3001, 3002].map(|iterations| password(&mut guest, iterations));
        let [start, _] = guest.room(0);
        // The first writes over the second.
        let entries = [[states[0], start + 12, 12], [states[1], 0x4000, 32], [states[2], 0x4040, 32]];
        let results = way.run(&mut guest, SQUEEZE, &entries);
        assert_eq!((results[0].1, results[2].1), (Errno::Success, Errno::Success), "{way:?}");
        assert_ne!(results[1].1, Errno::Success, "{way:?}: the second is not what it was");
        assert_eq!(guest.bytes_at([start + 12, 12]), derived(3000, 12), "{way:?}");
        assert_eq!(guest.bytes_at([0x4040, 32]), derived(3002, 32), "{way:?}");
    }
}

#[test]
fn a_long_batch_is_stopped_on_all_threads() {
    for function in [SQUEEZE, SQUEEZE_TAG] {
        let mut guest = Way::Batch(2).guest(WasiCryptoCtx::builder().max_password_iterations(u64::MAX));
        // Each would take a minute or more.
        let states: Vec<u32> = (0..8).map(|_| password(&mut guest, 100_000_000)).collect();
        let list: Vec<u8> = match function {
            SQUEEZE => states.iter().flat_map(|state| [*state, 0x4000, 32]).flat_map(u32::to_le_bytes).collect(),
            _ => states.iter().flat_map(|state| state.to_le_bytes()).collect(),
        };
        let [start, _] = guest.put(&list);
        let stop = guest.transport.ctx.stop_handle();
        let stopper = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            stop.stop();
            Instant::now()
        });
        assert_eq!(guest.call(function, &[start, 8, RESULTS]), Err(Errno::InProgress));
        let late = stopper.join().unwrap().elapsed();
        assert!(late < Duration::from_secs(10), "{late:?} after the stop");
        assert_eq!(guest.transport.memory[RESULTS as usize..][..64], [0; 64]);
    }
}

/// What one call may work on is shared by the entries of a batch, in their order.
#[test]
fn a_batch_works_on_no_more_than_a_call() {
    for way in [Way::Batch(2), Way::InParts(2)] {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_call_bytes(1000));
        let mut cipher = |nonce: u32| guest.cipher("AES-256-GCM", &[7; 32], &[nonce as u8; 12]);
        let lens = [400, 2000, 400, 300, 100, 200, 100, 1];
        let entry = |(nonce, len)| [cipher(nonce), 0x4000, len + 16, 0x4000, len];
        let mut entries: Vec<[u32; 5]> = (0..).zip(lens).map(entry).collect();
        entries[4][0] ^= 0x4000_0000;
        let last = cipher(99);
        let results = way.run(&mut guest, "batch_symmetric_state_encrypt", &entries);
        let (too_much, unknown) = ((0, Errno::Overflow), (0, Errno::InvalidHandle));
        let ok = |len: u32| (len + 16, Errno::Success);
        // What is refused takes nothing.
        assert_eq!(results, [ok(400), too_much, ok(400), too_much, unknown, ok(200), too_much, too_much], "{way:?}");
        // The next call has all of it again.
        guest.call_for_u32("symmetric_state_encrypt", &[last, 0x4000, 1016, 0x4000, 1000]).unwrap();
    }
}

/// It is read again for each of them, however short the messages are.
#[test]
fn associated_data_counts_with_each_entry() {
    for way in [Way::Batch(2), Way::InParts(2)] {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_call_bytes(1000));
        let state = guest.cipher("AES-256-GCM", &[7; 32], &[8; 12]);
        guest.absorb(state, &[9; 400]).unwrap();
        let sealed = guest.encrypt(state, b"").unwrap();
        let [start, len] = guest.put(&sealed);
        let results = way.run(&mut guest, "batch_symmetric_state_decrypt", &[[state, 0x4000, 0, start, len]; 3]);
        assert_eq!(results, [(0, Errno::Success), (0, Errno::Success), (0, Errno::Overflow)], "{way:?}");
    }
}

/// SIV hashes it with each message, and takes it as long as it comes.
#[test]
fn a_long_nonce_counts_with_each_entry() {
    for way in [Way::Batch(2), Way::InParts(2)] {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_call_bytes(1000));
        let state = guest.cipher("AES-128-SIV", &[7; 32], &[8; 200]);
        let [start, len] = guest.put(&[0; 16]);
        let results = way.run(&mut guest, "batch_symmetric_state_decrypt", &[[state, 0x4000, 0, start, len]; 3]);
        assert_eq!(results, [Errno::InvalidTag, Errno::InvalidTag, Errno::Overflow].map(|errno| (0, errno)), "{way:?}");
    }
}

/// If each hashed the info, this would take a quarter of an hour.
#[test]
fn no_output_takes_no_work() {
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder(), 16 << 20));
    let key = guest.import("HKDF-EXPAND/SHA-512", &[7; 64]).unwrap();
    let state = guest.open("HKDF-EXPAND/SHA-512", Some(key), None).unwrap();
    guest.absorb(state, &vec![9; 8 << 20]).unwrap();
    let entries = [state, 0, 0].map(u32::to_le_bytes).concat().repeat(1 << 16);
    let ([list, _], results) = (guest.put(&entries), guest.room(2 << 16));
    guest.call(SQUEEZE, &[list, 1 << 16, results[0]]).unwrap();
    assert!(guest.bytes_at(results).iter().all(|byte| *byte == 0), "all of them succeed");
}

/// A tag of the wrong length is refused before anything is decrypted.
#[test]
fn an_entry_that_is_refused_takes_nothing_of_what_others_may() {
    for way in [Way::Batch(2), Way::InParts(2)] {
        let mut guest = way.guest(WasiCryptoCtx::builder().max_call_bytes(1000));
        let sealing = guest.cipher("AES-256-GCM", &[7; 32], &[8; 12]);
        let (sealed, tag) = guest.encrypt_detached(sealing, &[5; 900]).unwrap();
        let state = guest.cipher("AES-256-GCM", &[7; 32], &[8; 12]);
        let ([data, len], [tag, tag_len], [output, _]) = (guest.put(&sealed), guest.put(&tag), guest.room(900));
        let entries = [3, tag_len, tag_len].map(|tag_len| [state, output, len, data, len, tag, tag_len]);
        let results = way.run(&mut guest, "batch_symmetric_state_decrypt_detached", &entries);
        let expected = [(0, Errno::InvalidTag), (900, Errno::Success), (0, Errno::Overflow)];
        assert_eq!(results, expected, "{way:?}");
    }
}

/// One that is made at the same time as another does not take the room that the other's tag needs.
#[test]
fn tags_for_which_there_is_no_room_are_those_of_the_last_entries() {
    let held = {
        let mut guest = Way::Batch(1).guest(WasiCryptoCtx::builder());
        (0..3).for_each(|_| _ = password(&mut guest, 1));
        guest.accounts().1
    };
    let mut outcomes = Vec::new();
    for room in 0..100 {
        let of = |way: Way| {
            let mut guest = way.guest(WasiCryptoCtx::builder().max_bytes(held + 5000));
            let states = [(); 3].map(|()| [password(&mut guest, 1)]);
            // What else there is room for.
            guest.import("HMAC/SHA-256", &vec![0; 4500 - 10 * room]).unwrap();
            let results = way.run(&mut guest, "batch_symmetric_state_squeeze_tag", &states);
            results.iter().map(|(_, errno)| *errno).collect::<Vec<_>>()
        };
        let in_a_row = of(Way::Batch(1));
        for way in [Way::Batch(2), Way::InParts(2)] {
            assert_eq!(of(way), in_a_row, "{way:?} with room for {} bytes", 10 * room);
        }
        outcomes.push(in_a_row.iter().filter(|errno| **errno == Errno::Success).count());
    }
    outcomes.dedup();
    assert_eq!(outcomes, [0, 1, 2, 3]);
}

/// How long the last entry took says nothing of the next.
#[test]
fn long_entries_behind_a_short_one_let_others_have_their_turn() {
    const LONG: usize = 50;
    let mut guest = Guest::with_memory(WasiCryptoCtx::builder().job_pool(JobPool::new(2).batch_threads(2)), 2 << 20);
    let [pair, public] = pair(&mut guest, "Ed25519", &ed25519());
    // To hash it twice takes longer than a turn.
    let message = vec![7; 1 << 20];
    let [short, long] = [&message[..1], &message].map(|message| {
        let signer = state(&mut guest, "signature_state", pair, message);
        let signature = guest.call_for_u32("signature_state_sign", &[signer]).unwrap();
        (signer, [state(&mut guest, "signature_verification_state", public, message), signature])
    });
    let many = |first: &[u32], others: &[u32]| [first, &others.repeat(LONG)].concat();
    let (sign, verify) = (many(&[short.0], &[long.0]), many(&short.1, &long.1));
    // Where in a result of so many bytes its errno is.
    for (function, list, len, errno) in [(SIGN, sign, 8, 4..6), (VERIFY, verify, 2, 0..2)] {
        let entries = LONG as u64 + 1;
        let list: Vec<u8> = list.into_iter().flat_map(u32::to_le_bytes).collect();
        let args = [guest.put(&list)[0].into(), entries, RESULTS.into()];
        let Native { ctx, memory } = &mut guest.transport;
        let (mut progress, mut turns) = (ctx.begin_call(hostcall(function), GuestMemory::unshared(memory), &args), 0);
        while let Progress::Paused(paused) = progress {
            turns += 1;
            progress = ctx.continue_call(paused, hostcall(function), GuestMemory::unshared(memory), &args);
        }
        assert!(matches!(progress, Progress::Done(Errno::Success)));
        assert!(turns >= LONG - 1, "{function}: {turns}");
        let results = guest.bytes_at([RESULTS, (LONG + 1) as u32 * len]);
        assert!(results.chunks(len as usize).all(|result| result[errno.clone()] == [0, 0]), "{function}");
    }
}

/// A batch that is handed out and comes back goes on with what is left of what it may take.
#[test]
fn what_was_taken_is_not_forgotten_between_parts() {
    let mut guest = Way::InParts(1).guest(WasiCryptoCtx::builder().max_password_iterations(10_000));
    let states: Vec<u32> = [4000, 4000, 4000, 2000, 1].map(|iterations| password(&mut guest, iterations)).into();
    let list: Vec<u8> = states.iter().flat_map(|state| [*state, 0x4000, 32]).flat_map(u32::to_le_bytes).collect();
    let args = [guest.put(&list)[0], 5, RESULTS].map(u64::from);
    let Native { ctx, memory } = &mut guest.transport;
    let mut handed_out = 0;
    let mut progress = ctx.begin_call(hostcall(SQUEEZE), GuestMemory::unshared(memory), &args);
    let errno = loop {
        progress = match progress {
            Progress::Done(errno) => break errno,
            Progress::Paused(paused) => {
                ctx.continue_call(paused, hostcall(SQUEEZE), GuestMemory::unshared(memory), &args)
            }
            Progress::Pending(work) => {
                assert!(!work.waits_for_store());
                handed_out += 1;
                ctx.finish_call(work.run(), GuestMemory::unshared(memory), &args)
            }
        }
    };
    assert_eq!((errno, handed_out), (Errno::Success, 3));
    let prohibited = Errno::ProhibitedOperation.number().to_le_bytes();
    let results = guest.bytes_at([RESULTS, 10]);
    // The salt and the password are shorter than one block of the hash, and so count nothing.
    assert_eq!(results, [[0; 2], [0; 2], prohibited, [0; 2], prohibited].concat());
}
