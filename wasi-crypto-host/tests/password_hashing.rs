//! Argon2 and scrypt against other implementations of them, and what their costs may be.

mod support;

use rust_argon2::{Config, ThreadMode, Variant, Version};
use scrypt::password_hash::{PasswordVerifier, phc::PasswordHash};
use support::{Guest, Native, Random, call_in_parts, hostcall};
use wasi_crypto_host::{Errno, GuestMemory, Progress, WasiCryptoCtx, WasiCryptoCtxBuilder};

const ARGON2: [(&str, Variant); 3] =
    [("ARGON2ID", Variant::Argon2id), ("ARGON2I", Variant::Argon2i), ("ARGON2D", Variant::Argon2d)];

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

fn guest(builder: WasiCryptoCtxBuilder) -> Guest<Native> {
    Guest::new(Native::new(builder, 1 << 17))
}

/// An option set with these numbers, and a salt.
fn options(guest: &mut Guest<Native>, salt: &[u8], numbers: &[(&str, u64)]) -> u32 {
    let options = guest.options_open();
    guest.options_set(options, "salt", salt).unwrap();
    for (name, value) in numbers {
        guest.options_set_u64(options, name, *value).unwrap();
    }
    options
}

fn open(guest: &mut Guest<Native>, name: &str, salt: &[u8], numbers: &[(&str, u64)]) -> Result<u32, Errno> {
    let options = options(guest, salt, numbers);
    let state = guest.open(name, None, Some(options));
    guest.call("options_close", &[options]).unwrap();
    state
}

fn argon2<'a>(variant: Variant, kib: u64, passes: u64, lanes: u64, len: usize) -> Config<'a> {
    Config {
        variant,
        mem_cost: kib as u32,
        time_cost: passes as u32,
        lanes: lanes as u32,
        hash_length: len as u32,
        thread_mode: ThreadMode::Sequential,
        version: Version::Version13,
        ..Config::default()
    }
}

#[test]
fn argon2_is_that_of_another_implementation() {
    let (mut guest, mut random) = (guest(WasiCryptoCtx::builder()), Random(1));
    for round in 0..60 {
        let (name, variant) = ARGON2[round % 3];
        let password_len = random.below(200);
        let (password, salt) = (random.bytes(password_len), random.bytes(8 + round));
        let lanes = 1 + random.below(5) as u64;
        let (kib, passes) = (8 * lanes + random.below(300) as u64, 1 + random.below(4) as u64);
        let len = 4 + random.below(200);
        let config = argon2(variant, kib, passes, lanes, len);
        let expected = rust_argon2::hash_raw(&password, &salt, &config).unwrap();

        // A memory limit is rounded down to what there is in it.
        let costs =
            [("memory_limit", kib * KIB + random.below(1024) as u64), ("ops_limit", passes), ("parallelism", lanes)];
        let state = open(&mut guest, name, &salt, &costs).unwrap();
        let (front, back) = password.split_at(random.below(password_len + 1));
        guest.absorb(state, front).unwrap();
        guest.absorb(state, back).unwrap();
        assert_eq!(guest.squeeze(state, len).unwrap(), expected, "{name}, round {round}");
        assert_eq!(guest.squeeze(state, len).unwrap(), expected, "{name}, round {round}, again");

        let tags = [(); 2].map(|()| guest.squeeze_tag(state).unwrap());
        let string = guest.pull_tag(tags[0]).unwrap();
        guest.verify(tags[1], &string).expect("the state makes the same string again");
        let string = std::str::from_utf8(&string).unwrap();
        let of_others = rust_argon2::hash_encoded(&password, &salt, &argon2(variant, kib, passes, lanes, 32)).unwrap();
        assert_eq!(string, of_others, "{name}, round {round}");
        guest.close(state).unwrap();
    }
}

#[test]
fn scrypt_is_that_of_another_implementation() {
    let (mut guest, mut random) = (guest(WasiCryptoCtx::builder()), Random(2));
    for round in 0..40 {
        let password_len = random.below(200);
        let (password, salt) = (random.bytes(password_len), random.bytes(8 + round));
        let (log_n, r, p) = (1 + random.below(8) as u8, 1 + random.below(12) as u64, 1 + random.below(4) as u64);
        let mut expected = vec![0; 1 + random.below(200)];
        let params = scrypt::Params::new(log_n, r as u32, p as u32).unwrap();
        scrypt::scrypt(&password, &salt, &params, &mut expected).unwrap();

        let n = 1 << log_n;
        let costs = [("memory_limit", 128 * n * r + random.below(128) as u64), ("ops_limit", n), ("parallelism", p)];
        let state = open(&mut guest, "SCRYPT", &salt, &costs).unwrap();
        guest.absorb(state, &password).unwrap();
        assert_eq!(guest.squeeze(state, expected.len()).unwrap(), expected, "N = {n}, r = {r}, p = {p}");
        assert_eq!(guest.squeeze(state, 0).unwrap(), b"");

        let tags = [(); 2].map(|()| guest.squeeze_tag(state).unwrap());
        let string = guest.pull_tag(tags[0]).unwrap();
        guest.verify(tags[1], &string).expect("the state makes the same string again");
        let string = std::str::from_utf8(&string).unwrap();
        scrypt::Scrypt::new().verify_password(&password, &PasswordHash::new(string).unwrap()).unwrap();
        assert!(string.starts_with(&format!("$scrypt$ln={log_n},r={r},p={p}$")), "{string}");
        guest.close(state).unwrap();
    }
}

#[test]
fn what_is_missing_or_cannot_be_is_told_when_a_state_is_opened() {
    let mut guest = guest(WasiCryptoCtx::builder());
    let salt = &[1; 16][..];
    let (missing, length, prohibited) = (Errno::ParametersMissing, Errno::InvalidLength, Errno::ProhibitedOperation);
    for name in ["ARGON2ID", "ARGON2I", "ARGON2D", "SCRYPT"] {
        let with =
            |memory, ops, parallelism| [("memory_limit", memory), ("ops_limit", ops), ("parallelism", parallelism)];
        assert_eq!(guest.open(name, None, None), Err(missing), "{name}");
        let good = with(MIB, 2, 1);
        for given in [&good[..1], &good[1..2], &good[2..], &[]] {
            assert_eq!(open(&mut guest, name, salt, given), Err(missing), "{name} with {given:?}");
        }
        for (given, expected) in [
            (with(0, 2, 1), missing),
            (with(MIB, 0, 1), missing),
            (with(MIB, 2, 0), missing),
            (with(MIB, 2, 256), prohibited),
            (with(MIB, 2, u64::MAX), prohibited),
            (with(255, 2, 1), length),
        ] {
            assert_eq!(open(&mut guest, name, salt, &given), Err(expected), "{name} with {given:?}");
        }
        open(&mut guest, name, salt, &good[..2]).expect("one part, if nothing is said of them");
        let key = guest.import("HMAC/SHA-256", &[1; 32]).unwrap();
        assert_eq!(guest.open(name, Some(key), None), Err(Errno::KeyNotSupported), "{name}");
        assert_eq!(guest.generate(name), Err(Errno::KeyNotSupported), "{name}");
    }
    let mut argon2 = |salt: &[u8], memory, ops, parallelism| {
        let costs = [("memory_limit", memory), ("ops_limit", ops), ("parallelism", parallelism)];
        open(&mut guest, "ARGON2ID", salt, &costs).map(|_| ())
    };
    assert_eq!(argon2(&[1; 7], MIB, 2, 1), Err(length));
    assert_eq!(argon2(&[1; 8], MIB, 2, 1), Ok(()));
    assert_eq!(argon2(salt, 8 * KIB - 1, 2, 1), Err(length));
    assert_eq!(argon2(salt, 8 * KIB, 2, 1), Ok(()));
    assert_eq!(argon2(salt, 255 * 8 * KIB - 1, 2, 255), Err(length));
    assert_eq!(argon2(salt, 255 * 8 * KIB, 2, 255), Ok(()));
    assert_eq!(argon2(salt, MIB, 1 << 32, 1), Err(prohibited));
    assert_eq!(argon2(salt, u64::MAX, 1, 1), Err(prohibited));

    let mut scrypt = |memory, ops, parallelism| {
        let costs = [("memory_limit", memory), ("ops_limit", ops), ("parallelism", parallelism)];
        open(&mut guest, "SCRYPT", b"", &costs).map(|_| ())
    };
    for n in [1, 3, 6, 1000, u64::MAX, (1 << 63) + 1] {
        assert_eq!(scrypt(MIB, n, 1), Err(length), "N = {n}");
    }
    assert_eq!(scrypt(128 * 16 - 1, 16, 1), Err(length));
    assert_eq!(scrypt(128 * 16, 16, 255), Ok(()));
    assert_eq!(scrypt(u64::MAX, 1 << 56, 1), Err(prohibited));
    assert_eq!(scrypt(u64::MAX, 2, 1), Err(prohibited));
    assert_eq!(scrypt(u64::MAX, 1 << 63, 1), Err(length));
}

#[test]
fn an_output_of_argon2_has_four_bytes_at_least() {
    let mut guest = guest(WasiCryptoCtx::builder());
    let state = open(&mut guest, "ARGON2ID", &[1; 8], &[("memory_limit", MIB), ("ops_limit", 1)]).unwrap();
    for len in 0..4 {
        assert_eq!(guest.squeeze(state, len), Err(Errno::InvalidLength), "{len} bytes");
    }
    guest.squeeze(state, 4).unwrap();
}

#[test]
fn memory_is_booked_while_the_work_goes_on() {
    let limit = 2 * MIB as usize;
    for name in ["ARGON2ID", "SCRYPT"] {
        let mut guest = guest(WasiCryptoCtx::builder().max_bytes(limit));
        let state = |guest: &mut Guest<Native>, memory| {
            open(guest, name, &[1; 16], &[("memory_limit", memory), ("ops_limit", 2)]).unwrap()
        };
        let [fits, large] = [MIB, 2 * MIB].map(|memory| state(&mut guest, memory));
        assert_eq!(guest.squeeze(large, 32), Err(Errno::Overflow), "{name}");
        assert_eq!(guest.squeeze_tag(large), Err(Errno::Overflow), "{name}");
        let held = guest.accounts().1;
        let derived = guest.squeeze(fits, 32);
        // scrypt with N = 2 takes more besides its table.
        if name == "SCRYPT" {
            assert_eq!(derived, Err(Errno::Overflow));
            continue;
        }
        derived.unwrap();
        assert_eq!(guest.accounts().1, held, "it came back");

        let Native { ctx, memory } = &mut guest.transport;
        let args = [fits.into(), 100, 32];
        let begun = ctx.begin_call(hostcall("symmetric_state_squeeze"), GuestMemory::unshared(memory), &args);
        let Progress::Pending(work) = begun else { panic!("{begun:?}") };
        assert_eq!(ctx.held_bytes(), held + MIB as usize + 32);
        let finished = ctx.finish_call(work.run(), GuestMemory::unshared(memory), &args);
        assert!(matches!(finished, Progress::Done(Errno::Success)), "{finished:?}");
        assert_eq!(ctx.held_bytes(), held);
        let begun = ctx.begin_call(hostcall("symmetric_state_squeeze"), GuestMemory::unshared(memory), &args);
        drop(begun);
        assert_eq!(ctx.held_bytes(), held, "work that is given up gives its memory back");
    }
}

#[test]
fn work_is_bounded_by_memory_times_passes() {
    let limited = |work| guest(WasiCryptoCtx::builder().max_password_memory_work(work));
    let refused = Err(Errno::ProhibitedOperation);
    let squeeze = |work, name: &str, salt: &[u8], costs: &[(&str, u64)], len| {
        let mut guest = limited(work);
        let state = open(&mut guest, name, salt, costs).unwrap();
        let (done, tag) = (guest.squeeze(state, len).map(|_| ()), guest.squeeze_tag(state).map(|_| ()));
        if len == 32 {
            assert_eq!(done, tag, "{name}");
        }
        done
    };
    let argon2 = |passes| [("memory_limit", MIB), ("ops_limit", passes)];
    let hashed = 8 * 32 + 16;
    assert_eq!(squeeze(3 * MIB + hashed, "ARGON2ID", &[1; 16], &argon2(3), 32), Ok(()));
    assert_eq!(squeeze(3 * MIB + hashed - 1, "ARGON2ID", &[1; 16], &argon2(3), 32), refused);
    assert_eq!(squeeze(2 * MIB, "ARGON2ID", &[1; 16], &argon2(1), 1 << 16), Ok(()));
    assert_eq!(squeeze(MIB + (1 << 18), "ARGON2ID", &[1; 16], &argon2(1), 1 << 16), refused, "much output");
    assert_eq!(squeeze(MIB, "ARGON2ID", &[1; 16], &argon2(u64::from(u32::MAX)), 32), refused);

    let scrypt = |r: u64, p| [("memory_limit", 128 * 1024 * r), ("ops_limit", 1024), ("parallelism", p)];
    let (parts, hashed) = (2 * 128 * 8, 2 * (8 * 8 * (16 + 64) + 2048 + 64));
    assert_eq!(squeeze(2 * 2 * MIB + hashed, "SCRYPT", &[1; 16], &scrypt(8, 2), 32), Ok(()));
    assert_eq!(squeeze(2 * 2 * MIB + hashed - 1, "SCRYPT", &[1; 16], &scrypt(8, 2), 32), refused);
    // PBKDF2 hashes the parts for each block of the output, and the salt for each block of the parts.
    let output = (1 << 16) / 32 * (parts + 64) * 2;
    assert_eq!(squeeze(4 * MIB + output, "SCRYPT", &[1; 16], &scrypt(8, 2), 1 << 16), refused);
    assert_eq!(squeeze(4 * MIB + output + hashed, "SCRYPT", &[1; 16], &scrypt(8, 2), 1 << 16), Ok(()));
    assert_eq!(squeeze(64 * MIB, "SCRYPT", &vec![1; 1 << 16], &scrypt(1, 255), 32), refused, "a long salt");
}

#[test]
fn work_that_is_stopped_says_so_and_leaves_no_output() {
    for (name, defers) in [("ARGON2ID", false), ("ARGON2ID", true), ("SCRYPT", false), ("SCRYPT", true)] {
        let mut guest = guest(WasiCryptoCtx::builder());
        let state = open(&mut guest, name, &[1; 16], &[("memory_limit", MIB), ("ops_limit", 2)]).unwrap();
        guest.transport.ctx.stop_handle().stop();
        let Native { ctx, memory } = &mut guest.transport;
        let args = [state.into(), 100, 32];
        let squeeze = hostcall("symmetric_state_squeeze");
        let errno = match defers {
            true => call_in_parts(ctx, memory, squeeze, &args),
            false => ctx.call(squeeze, GuestMemory::unshared(memory), &args),
        };
        assert_eq!(errno, Errno::InProgress, "{name}");
        assert_eq!(memory[100..132], [0; 32]);
    }
}

/// Some milliseconds after the deadline, and not when all is done.
#[test]
fn scrypt_ends_in_the_middle() {
    let mut guest = guest(WasiCryptoCtx::builder());
    let costs = [("memory_limit", 16 * MIB), ("ops_limit", 1 << 14), ("parallelism", 30)];
    let state = open(&mut guest, "SCRYPT", &[1; 16], &costs).unwrap();
    let stop = guest.transport.ctx.stop_handle();
    let start = std::time::Instant::now();
    stop.stop_at(Some(start + std::time::Duration::from_millis(50)));
    assert_eq!(guest.squeeze(state, 32), Err(Errno::InProgress));
    let ended = start.elapsed();
    assert!(ended.as_millis() >= 50, "{ended:?}");
    assert!(ended.as_millis() < 1000, "the whole takes seconds in a build for tests; this took {ended:?}");
}

/// Argon2 does not end in the middle, so the limit bounds how long it holds up who waits: as much as the default allows takes about a
/// second of a processor that does nothing else.
#[test]
fn the_limit_bounds_how_long_argon2_takes() {
    for (kib, passes) in [(32 * KIB, 32), (KIB, 1024 - 1)] {
        let mut guest = guest(WasiCryptoCtx::builder());
        let costs = [("memory_limit", kib * KIB), ("ops_limit", passes)];
        let state = open(&mut guest, "ARGON2ID", &[1; 16], &costs).unwrap();
        if kib * KIB * passes == 1 << 30 {
            // Hashing what goes in and out is work, too.
            assert_eq!(guest.squeeze(state, 32), Err(Errno::ProhibitedOperation));
            continue;
        }
        let start = std::time::Instant::now();
        guest.squeeze(state, 32).unwrap();
        let taken = start.elapsed();
        assert!(taken.as_secs() < 30, "on a busy machine, too; this took {taken:?}");
        println!("{passes} passes over {kib} KiB: {taken:?}");
    }
}

/// As in the examples of the text, where nothing else says how much memory there is to be. The buffer itself stays as it is.
#[test]
fn a_scratch_buffer_says_how_much_memory_to_take() {
    let mut guest = guest(WasiCryptoCtx::builder());
    let of_buffer = options(&mut guest, &[1; 16], &[("opslimit", 2), ("threads", 2)]);
    let [name, len] = guest.put(b"memory");
    guest.call("options_set_guest_buffer", &[of_buffer, name, len, 1 << 16, 1 << 16]).unwrap();
    let state = guest.open("ARGON2ID", None, Some(of_buffer)).unwrap();
    guest.absorb(state, b"password").unwrap();
    let before = guest.transport.memory[1 << 16..].to_vec();
    let expected = rust_argon2::hash_raw(b"password", &[1; 16], &argon2(Variant::Argon2id, 64, 2, 2, 32)).unwrap();
    assert_eq!(guest.squeeze(state, 32).unwrap(), expected);
    assert!(guest.transport.memory[1 << 16..] == before);

    guest.options_set_u64(of_buffer, "memory_limit", 32 * KIB).unwrap();
    let state = guest.open("ARGON2ID", None, Some(of_buffer)).unwrap();
    guest.absorb(state, b"password").unwrap();
    let expected = rust_argon2::hash_raw(b"password", &[1; 16], &argon2(Variant::Argon2id, 32, 2, 2, 32)).unwrap();
    assert_eq!(guest.squeeze(state, 32).unwrap(), expected, "a number goes before the buffer");
}
