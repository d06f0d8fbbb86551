//! How much work one call can make: bounded by what is hashed and read, not by what the guest says that it is.

mod support;

use std::cell::Cell;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use support::{Guest, Native, Random, SLOT, call_in_parts, hostcall};
use wasi_crypto_host::{
    Errno, GuestMemory, HandleType, ParamType, Progress, SharedMemory, SharedWasiCryptoCtx, WasiCryptoCtx,
};
use wasi_crypto_host::{WasiCryptoCtxBuilder, hostcalls};

const MIB: usize = 1 << 20;

/// A guest with so much memory.
fn guest(builder: WasiCryptoCtxBuilder, memory: usize) -> Guest<Native> {
    Guest::new(Native::new(builder, memory))
}

fn password_state<T: support::Transport>(guest: &mut Guest<T>, salt: &[u8], iterations: u64) -> u32 {
    let options = guest.options_open();
    guest.options_set(options, "salt", salt).unwrap();
    guest.options_set_u64(options, "ops_limit", iterations).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    guest.call("options_close", &[options]).unwrap();
    state
}

#[test]
fn password_hashing_counts_the_salt_and_the_password() {
    // One iteration hashes two blocks of 64 bytes, so that the salt is as good as 8192 of them.
    let salt = vec![1; MIB];
    let limit = |iterations| WasiCryptoCtx::builder().max_password_iterations(iterations);
    for (iterations, blocks, expected) in [
        (8193, 1, Ok(())),
        (8192, 1, Err(Errno::ProhibitedOperation)),
        (8192 + 4, 4, Ok(())),
        (8192 + 4, 5, Err(Errno::ProhibitedOperation)),
    ] {
        let mut guest = guest(limit(iterations), 4 * MIB);
        let state = password_state(&mut guest, &salt, 1);
        assert_eq!(guest.squeeze(state, 32 * blocks).map(|_| ()), expected, "{blocks} blocks at {iterations}");
    }
    let mut guest = guest(limit(8192), 4 * MIB);
    let state = password_state(&mut guest, b"salt", 1);
    guest.absorb(state, &vec![2; MIB]).unwrap();
    assert_eq!(guest.squeeze(state, 32), Err(Errno::ProhibitedOperation));
    assert_eq!(guest.squeeze_tag(state), Err(Errno::ProhibitedOperation));
}

#[test]
fn a_long_salt_is_handed_out_as_many_iterations_are() {
    let mut guest = guest(WasiCryptoCtx::builder(), 4 * MIB);
    let state = password_state(&mut guest, &vec![1; MIB], 1);
    guest.absorb(state, b"password").unwrap();
    let Native { ctx, memory } = &mut guest.transport;
    let args = [u64::from(state), 100, 64];
    let begun = ctx.begin_call(hostcall("symmetric_state_squeeze"), GuestMemory::unshared(memory), &args);
    assert!(matches!(begun, wasi_crypto_host::Progress::Pending(_)), "{begun:?}");
    assert_eq!(call_in_parts(ctx, memory, hostcall("symmetric_state_squeeze"), &args), Errno::Success);
    let mut expected = [0; 64];
    pbkdf2::pbkdf2_hmac::<Sha256>(b"password", &vec![1; MIB], 1, &mut expected);
    assert_eq!(guest.transport.memory[100..164], expected);
}

#[test]
fn the_info_that_hkdf_hashes_for_each_block_is_bounded() {
    let mut guest = guest(WasiCryptoCtx::builder(), 2 * MIB);
    let key = guest.import("HKDF-EXPAND/SHA-256", &[3; 32]).unwrap();
    let state = guest.open("HKDF-EXPAND/SHA-256", Some(key), None).unwrap();
    let info = vec![4; MIB];
    guest.absorb(state, &info).unwrap();
    let mut expected = [0; 16 * 32];
    hkdf::Hkdf::<Sha256>::from_prk(&[3; 32]).unwrap().expand(&info, &mut expected).unwrap();
    assert_eq!(guest.squeeze(state, 16 * 32), Ok(expected.to_vec()));
    assert_eq!(guest.squeeze(state, 16 * 32 + 1), Err(Errno::Overflow));
    assert_eq!(guest.squeeze(state, 255 * 32), Err(Errno::Overflow));
    assert_eq!(guest.squeeze(state, 255 * 32 + 1), Err(Errno::InvalidLength));
}

#[test]
fn a_message_that_is_too_long_for_one_call_is_refused_and_costs_nothing() {
    let mut guest = guest(WasiCryptoCtx::builder().max_call_bytes(1000), 1 << 16);
    let state = guest.cipher("AES-256-GCM", &[5; 32], &[6; 12]);
    assert_eq!(guest.encrypt(state, &[7; 1001]), Err(Errno::Overflow));
    assert_eq!(guest.encrypt_detached(state, &[7; 1001]), Err(Errno::Overflow));
    assert_eq!(guest.decrypt(state, &[7; 1001 + 16]), Err(Errno::Overflow));
    assert_eq!(guest.decrypt_detached(state, &[7; 1001], &[0; 16]), Err(Errno::Overflow));
    let sealed = guest.encrypt(state, &[7; 1000]).unwrap();
    assert_eq!(guest.decrypt(state, &sealed), Ok(vec![7; 1000]));
}

#[test]
fn associated_data_counts_with_each_message() {
    let mut guest = guest(WasiCryptoCtx::builder().max_call_bytes(1000), 1 << 16);
    let state = guest.cipher("AES-256-GCM", &[5; 32], &[6; 12]);
    guest.absorb(state, &[8; 600]).unwrap();
    assert_eq!(guest.encrypt(state, &[7; 401]), Err(Errno::Overflow));
    let sealed = guest.encrypt(state, &[7; 400]).unwrap();
    assert_eq!(guest.decrypt(state, &sealed), Ok(vec![7; 400]));
    assert_eq!(guest.decrypt(state, &[7; 401 + 16]), Err(Errno::Overflow));
}

/// The copies take longer than the cipher.
#[test]
fn a_message_in_a_shared_memory_counts_twice() {
    let mut guest = guest(WasiCryptoCtx::builder().max_call_bytes(2016), 1 << 16);
    let state = guest.cipher("AES-256-GCM", &[5; 32], &[6; 12]);
    let data = [7; 2048];
    let memory = Writable(Watched { bytes: &data, on_read: &|| () });
    let ctx = &mut guest.transport.ctx;
    for (len, expected) in [(1001, Errno::Overflow), (1000, Errno::Success)] {
        let args = [state.into(), 0, len + 16, 0, len, 2000];
        assert_eq!(ctx.call(hostcall("symmetric_state_encrypt"), GuestMemory::shared(&memory), &args), expected);
    }
}

#[test]
fn long_keys_are_refused_before_they_are_hashed() {
    let mut guest = guest(WasiCryptoCtx::builder().max_gathered_bytes(1000), 1 << 16);
    for algorithm in ["HMAC/SHA-256", "HKDF-EXTRACT/SHA-512", "HKDF-EXPAND/SHA-256"] {
        assert_eq!(guest.import(algorithm, &[8; 1001]), Err(Errno::Overflow), "{algorithm}");
        guest.import(algorithm, &[8; 1000]).unwrap();
    }
}

#[test]
fn a_stop_ends_password_hashing_that_has_few_iterations_and_much_output() {
    for algorithm in ["PBKDF2-SHA-256", "PBKDF2-SHA-512"] {
        let mut guest = guest(WasiCryptoCtx::builder(), 2 * MIB);
        let options = guest.options_open();
        guest.options_set(options, "salt", b"salt").unwrap();
        guest.options_set_u64(options, "ops_limit", 1).unwrap();
        let state = guest.open(algorithm, None, Some(options)).unwrap();
        guest.squeeze(state, MIB).unwrap();
        guest.transport.ctx.stop_handle().stop();
        assert_eq!(guest.squeeze(state, MIB), Err(Errno::InProgress), "{algorithm}");
    }
}

#[test]
fn a_stop_ends_the_search_for_primes_at_the_next_candidate() {
    let mut guest = guest(WasiCryptoCtx::builder(), 1 << 16);
    let stop = guest.transport.ctx.stop_handle();
    let mut late = Vec::new();
    for round in 0..9 {
        let ([name, name_len], none) = (guest.put(b"RSA_PKCS1_4096_SHA512"), guest.put_optional(None));
        let at = Instant::now() + Duration::from_millis(30 + 10 * round);
        stop.stop_at(Some(at));
        // By chance it may be done before.
        if guest.call("keypair_generate", &[0, name, name_len, none, SLOT]) == Err(Errno::InProgress) {
            late.push(at.elapsed());
        }
    }
    assert_eq!(guest.accounts().0, 9 - late.len());
    late.sort();
    // A candidate takes some milliseconds, a prime a second. Most rounds, since the machine may have other things to do.
    assert!(late[late.len() / 2] < Duration::from_millis(100), "the calls ended so long after their stop: {late:?}");
}

/// Whatever way a call goes, data that is longer than a slice is what it is.
#[test]
fn long_data_has_one_result_in_one_piece_in_parts_and_from_a_shared_memory() {
    let data: Vec<u8> = (0..2 * MIB + 77).map(|i| ((i * i) >> 3) as u8).collect();
    let expected = Sha256::digest(&data[5..]);
    let expected_tag = Hmac::<Sha256>::new_from_slice(b"key").unwrap().chain_update(&data[5..]).finalize().into_bytes();
    let args = |state: u32| [u64::from(state), 5, data.len() as u64 - 5];
    let absorb = hostcall("symmetric_state_absorb");
    let states = |guest: &mut Guest<Native>| {
        let key = guest.import("HMAC/SHA-256", b"key").unwrap();
        [guest.open("SHA-256", None, None).unwrap(), guest.open("HMAC/SHA-256", Some(key), None).unwrap()]
    };
    for way in 0..4 {
        let mut guest = Guest::native();
        let both = states(&mut guest);
        let memory = Watched { bytes: &data, on_read: &|| () };
        let mut copy = data.clone();
        let guest_ctx = &mut guest.transport.ctx;
        if way == 3 {
            // Both states are in this context; it is shared for the calls, and its results are compared in it.
            let ctx = std::mem::replace(guest_ctx, WasiCryptoCtx::builder().build().unwrap());
            let shared = SharedWasiCryptoCtx::new(ctx);
            for state in both {
                assert_eq!(shared.call(absorb, GuestMemory::shared(&memory), &args(state)), Errno::Success);
            }
            let mut out = vec![0; 64];
            let squeeze = [u64::from(both[0]), 0, 32];
            let errno = shared.call(hostcall("symmetric_state_squeeze"), GuestMemory::unshared(&mut out), &squeeze);
            assert_eq!((errno, &out[..32]), (Errno::Success, &expected[..]));
            continue;
        }
        for state in both {
            let errno = match way {
                0 => guest_ctx.call(absorb, GuestMemory::unshared(&mut copy), &args(state)),
                1 => call_in_parts(guest_ctx, &mut copy, absorb, &args(state)),
                _ => guest_ctx.call(absorb, GuestMemory::shared(&memory), &args(state)),
            };
            assert_eq!(errno, Errno::Success);
        }
        assert_eq!(guest.squeeze(both[0], 32), Ok(expected.to_vec()));
        let tag = guest.squeeze_tag(both[1]).unwrap();
        assert_eq!(guest.pull_tag(tag), Ok(expected_tag.to_vec()));
    }
}

#[test]
fn a_shared_memory_is_not_read_before_the_call_is_admitted() {
    // Looks as if it had 2 GiB, and counts what is read of them.
    struct Vast(Cell<usize>);
    impl SharedMemory for Vast {
        fn len(&self) -> usize {
            2 << 30
        }
        fn read(&self, _: usize, into: &mut [u8]) {
            self.0.set(self.0.get() + into.len());
            into.fill(0);
        }
        fn write(&self, _: usize, _: &[u8]) {}
    }
    let mut random = Random(9);
    for hostcall in hostcalls().iter().filter(|hostcall| hostcall.is_implemented()) {
        if !hostcall.params().iter().any(|param| param.ty == ParamType::Size) {
            continue;
        }
        let mut ctx = WasiCryptoCtx::builder().build().unwrap();
        let mut args = Vec::new();
        for param in hostcall.params() {
            match param.ty {
                ParamType::Handle(_) => args.push(random.next() & 0xffff_ffff),
                ParamType::Size => args.push((2 << 30) - 64),
                ParamType::String => args.extend([0, (2 << 30) - 64]),
                _ => args.push(0),
            }
        }
        args.extend(hostcall.results().iter().map(|_| u64::from(SLOT)));
        let memory = Vast(Cell::new(0));
        let errno = ctx.call(hostcall, GuestMemory::shared(&memory), &args);
        assert_ne!(errno, Errno::Success, "{}", hostcall.name());
        let read = memory.0.get();
        assert!(read < 1000, "{} read {read} bytes to answer {errno}", hostcall.name());
    }
}

/// What an object of another thread's call holds is no reason to refuse what fits.
#[test]
fn a_long_call_leaves_the_room_of_other_threads_alone() {
    let (key, bulk) = ([1; 32], vec![2; 100_000]);
    let ctx = WasiCryptoCtx::builder().max_bytes(300_000).build().unwrap();
    let shared = SharedWasiCryptoCtx::new(ctx);
    let mut guest = Guest::new(Native { ctx: shared.clone(), memory: vec![0; 1 << 18] });
    let state = guest.open("SHA-256", None, None).unwrap();
    let inner = shared.clone();
    // While 100,000 bytes are absorbed, another thread imports keys.
    let on_read = || {
        let mut other = Guest::new(Native { ctx: inner.clone(), memory: vec![0; 1 << 16] });
        for _ in 0..20 {
            let key = other.import("AES-256-GCM", &key).unwrap();
            other.call("symmetric_key_close", &[key]).unwrap();
        }
    };
    let memory = Watched { bytes: &bulk, on_read: &on_read };
    let args = [u64::from(state), 0, bulk.len() as u64];
    assert_eq!(shared.call(hostcall("symmetric_state_absorb"), GuestMemory::shared(&memory), &args), Errno::Success);
    assert_eq!(guest.squeeze(state, 32), Ok(Sha256::digest(&bulk).to_vec()));
    assert_eq!(shared.open_handle_types(), [HandleType::SymmetricState]);
}

#[test]
fn work_that_is_handed_out_keeps_booked_what_it_holds() {
    const OUTPUT: u32 = 1 << 16;
    let mut guest = guest(WasiCryptoCtx::builder(), 4 * MIB);
    // The tag is a string with the salt in it.
    for (function, args, salt, output) in [
        ("symmetric_state_squeeze", vec![0, OUTPUT.into()], 100, OUTPUT as usize),
        ("symmetric_state_squeeze_tag", vec![SLOT.into()], MIB, MIB),
    ] {
        for runs in [false, true] {
            let state = password_state(&mut guest, &vec![1; salt], 1);
            guest.absorb(state, &vec![2; MIB]).unwrap();
            let Native { ctx, memory } = &mut guest.transport;
            let args = [vec![state.into()], args.clone()].concat();
            let Progress::Pending(work) = ctx.begin_call(hostcall(function), GuestMemory::unshared(memory), &args)
            else {
                panic!("{function} is handed out");
            };
            guest.close(state).unwrap();
            let (handles, bytes) = guest.accounts();
            assert!(handles == 0 && bytes >= MIB + salt + output, "{function}: {bytes} bytes are booked");
            if runs {
                let done = work.run();
                assert!(guest.accounts().1 >= output, "{function}: the result is booked until it is handed over");
                drop(done);
            } else {
                drop(work);
            }
            assert_eq!(guest.accounts(), (0, 0), "{function}");
        }
    }
}

#[test]
fn data_absorbed_while_work_is_out_is_for_later_calls() {
    let mut guest = guest(WasiCryptoCtx::builder(), 4 * MIB);
    let state = password_state(&mut guest, b"salt", 3000);
    guest.absorb(state, b"pass").unwrap();
    let Native { ctx, memory } = &mut guest.transport;
    let (squeeze, args) = (hostcall("symmetric_state_squeeze"), [u64::from(state), 100, 32]);
    let Progress::Pending(work) = ctx.begin_call(squeeze, GuestMemory::unshared(memory), &args) else {
        panic!("3000 iterations are handed out");
    };
    guest.absorb(state, b"word").unwrap();
    let Native { ctx, memory } = &mut guest.transport;
    let finished = ctx.finish_call(work.run(), GuestMemory::unshared(memory), &args);
    assert!(matches!(finished, Progress::Done(Errno::Success)), "{finished:?}");
    let mut expected = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(b"pass", b"salt", 3000, &mut expected);
    assert_eq!(guest.transport.memory[100..132], expected);
    pbkdf2::pbkdf2_hmac::<Sha256>(b"password", b"salt", 3000, &mut expected);
    assert_eq!(guest.squeeze(state, 32), Ok(expected.to_vec()));
}

/// Threads of a guest cannot all copy at a time what there is room for once.
#[test]
fn what_a_call_copies_of_a_shared_memory_is_booked_for_other_threads() {
    const LEN: u32 = 200_000;
    let data = vec![1; 2 * LEN as usize];
    let shared = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().max_bytes(300_000).build().unwrap());
    let mut guest = Guest::new(Native { ctx: shared.clone(), memory: vec![0; 1 << 16] });
    let states = [(); 2].map(|()| guest.cipher("AES-256-GCM", &[3; 32], &[4; 12]));
    let call = |state: u32, on_read: &dyn Fn()| {
        let memory = Writable(Watched { bytes: &data, on_read });
        let args = [state.into(), 0, u64::from(LEN), 0, LEN.into(), u64::from(LEN)];
        shared.call(hostcall("symmetric_state_encrypt_detached"), GuestMemory::shared(&memory), &args)
    };
    let nested = Cell::new(None);
    let errno = call(states[0], &|| {
        assert!(shared.held_bytes() >= LEN as usize);
        nested.set(Some(call(states[1], &|| ())));
    });
    assert_eq!((errno, nested.get()), (Errno::Success, Some(Errno::Overflow)));
    // The second has used up nothing.
    assert_eq!(call(states[1], &|| ()), Errno::Success);
}

#[test]
fn a_tag_has_its_room_before_the_message_is_encrypted() {
    const LEN: u32 = 100_000;
    let data = vec![1; LEN as usize];
    let shared = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().max_handles(3).build().unwrap());
    let mut guest = Guest::new(Native { ctx: shared.clone(), memory: vec![0; 1 << 16] });
    let state = guest.cipher("AES-256-GCM", &[3; 32], &[4; 12]);
    guest.options_open();
    let on_read = || {
        let mut other = Guest::new(Native { ctx: shared.clone(), memory: vec![0; 1 << 16] });
        assert_eq!(other.call("options_open", &[1, SLOT]), Err(Errno::TooManyHandles));
    };
    let memory = Writable(Watched { bytes: &data, on_read: &on_read });
    let args = [state.into(), 0, u64::from(LEN), 0, LEN.into(), 1000];
    let errno = shared.call(hostcall("symmetric_state_encrypt_detached"), GuestMemory::shared(&memory), &args);
    assert_eq!(errno, Errno::Success);
    // A message that is refused opens nothing.
    let errno = shared.call(hostcall("symmetric_state_encrypt_detached"), GuestMemory::shared(&memory), &args);
    assert_eq!((errno, shared.open_handles()), (Errno::TooManyHandles, 3));
}

struct Writable<'a>(Watched<'a>);

impl SharedMemory for Writable<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn read(&self, offset: usize, into: &mut [u8]) {
        self.0.read(offset, into);
    }
    fn write(&self, _: usize, _: &[u8]) {}
}

struct Watched<'a> {
    bytes: &'a [u8],
    on_read: &'a dyn Fn(),
}

impl SharedMemory for Watched<'_> {
    fn len(&self) -> usize {
        self.bytes.len()
    }
    fn read(&self, offset: usize, into: &mut [u8]) {
        (self.on_read)();
        into.copy_from_slice(&self.bytes[offset..][..into.len()]);
    }
    fn write(&self, _: usize, _: &[u8]) {
        unreachable!("data is only read");
    }
}
