//! What the host allocates in a call does not depend on the size of the message, and a refused call allocates next to nothing.
#![allow(unsafe_code, reason = "an allocator that counts is one")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use support::{AEADS, Guest, Native, SLOT};
use wasi_crypto_host::{Errno, WasiCryptoCtx};

/// The system's allocator, counting by thread.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static COUNT: Cell<Allocations> = const { Cell::new(Allocations { number: 0, bytes: 0, largest: 0 }) };
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Allocations {
    number: usize,
    bytes: usize,
    largest: usize,
}

// SAFETY: every call goes to the system's allocator as it came. The counting neither allocates (the cell is constant and
// needs no destructor) nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(new_size);
        // SAFETY: the caller's promise.
        unsafe { System.realloc(ptr, layout, new_size) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }
}

fn count(size: usize) {
    let mut count = COUNT.get();
    count.number += 1;
    count.bytes += size;
    count.largest = count.largest.max(size);
    COUNT.set(count);
}

/// What a piece of work allocates on this thread.
fn allocations(work: impl FnOnce()) -> Allocations {
    COUNT.set(Allocations::default());
    work();
    COUNT.get()
}

const MIB: u32 = 1 << 20;
/// The message, and where output goes that does not overlap it.
const MESSAGE: u32 = 4096;
const APART: u32 = MESSAGE + 2 * MIB;
const TAG: u32 = 1024;

/// A guest that has been at work, so that its table of handles has the size that it keeps.
fn guest() -> Guest<Native> {
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder(), 5 * MIB as usize));
    for _ in 0..300 {
        let options = guest.options_open();
        guest.call("options_close", &[options]).unwrap();
    }
    guest
}

/// Runs the same call on a short and a long message. Either must allocate the same, and nothing large.
fn assert_constant(what: &str, mut run: impl FnMut(u32) -> Allocations) {
    run(64);
    let (short, long) = (run(64), run(MIB));
    assert_eq!(short, long, "{what}: 64 bytes (left) and 1 MiB (right)");
    assert!(long.largest <= 1024, "{what}: {long:?}");
}

#[test]
fn the_allocator_counts() {
    let seen = allocations(|| drop(std::hint::black_box(vec![1u8; 5000])));
    assert_eq!(seen, Allocations { number: 1, bytes: 5000, largest: 5000 });
}

#[test]
fn encryption_allocates_nothing_of_the_size_of_the_message() {
    let mut guest = guest();
    for (name, key_len, nonce_len) in AEADS {
        for (place, out) in [("in place", MESSAGE), ("overlapping", MESSAGE + 100), ("apart", APART)] {
            assert_constant(&format!("{name}, encrypt {place}"), |len| {
                let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
                let args = [state, out, len + 16, MESSAGE, len, SLOT];
                let seen = allocations(|| guest.call("symmetric_state_encrypt", &args).unwrap());
                assert_eq!(seen.number, 0, "{name}: encryption allocates nothing at all");
                guest.close(state).unwrap();
                seen
            });
            assert_constant(&format!("{name}, encrypt_detached {place}"), |len| {
                let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
                let args = [state, out, len, MESSAGE, len, SLOT];
                let seen = allocations(|| guest.call("symmetric_state_encrypt_detached", &args).unwrap());
                let tag = u32::from_le_bytes(guest.bytes(SLOT));
                guest.call("symmetric_tag_close", &[tag]).unwrap();
                guest.close(state).unwrap();
                seen
            });
        }
    }
}

#[test]
fn decryption_allocates_nothing_of_the_size_of_the_message() {
    let mut guest = guest();
    for (name, key_len, nonce_len) in AEADS {
        for (place, out) in [("in place", MESSAGE), ("overlapping", MESSAGE + 100), ("apart", APART)] {
            assert_constant(&format!("{name}, decrypt {place}"), |len| {
                let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
                guest.call("symmetric_state_encrypt", &[state, MESSAGE, len + 16, MESSAGE, len, SLOT]).unwrap();
                let args = [state, out, len, MESSAGE, len + 16, SLOT];
                let mut seen = allocations(|| guest.call("symmetric_state_decrypt", &args).unwrap());
                assert_eq!(seen.number, 0, "{name}: decryption allocates nothing at all");
                // Once more: what is there now is a forgery.
                let args = [state, out, len, MESSAGE + 1, len + 16, SLOT];
                let forged = allocations(|| {
                    assert_eq!(guest.call("symmetric_state_decrypt", &args), Err(Errno::InvalidTag));
                });
                seen.bytes += forged.bytes;
                guest.close(state).unwrap();
                seen
            });
            assert_constant(&format!("{name}, decrypt_detached {place}"), |len| {
                let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
                guest.call("symmetric_state_encrypt_detached", &[state, MESSAGE, len, MESSAGE, len, SLOT]).unwrap();
                let tag = u32::from_le_bytes(guest.bytes(SLOT));
                guest.call("symmetric_tag_pull", &[tag, TAG, 16, SLOT]).unwrap();
                let args = [state, out, len, MESSAGE, len, TAG, 16, SLOT];
                let seen = allocations(|| guest.call("symmetric_state_decrypt_detached", &args).unwrap());
                guest.close(state).unwrap();
                seen
            });
        }
    }
}

#[test]
fn padded_encryption_and_decryption_allocate_nothing() {
    let mut guest = guest();
    for (place, out) in [("in place", MESSAGE), ("overlapping", MESSAGE + 100), ("apart", APART)] {
        assert_constant(&format!("AES-256-CBC {place}"), |len| {
            let state = guest.cipher("AES-256-CBC", &[1; 32], &[2; 16]);
            let args = [state, out, len + 16, MESSAGE, len, SLOT];
            let mut seen = allocations(|| guest.call("symmetric_state_encrypt", &args).unwrap());
            let args = [state, MESSAGE, len + 16, out, len + 16, SLOT];
            seen.number += allocations(|| guest.call("symmetric_state_decrypt", &args).unwrap()).number;
            assert_eq!(seen.number, 0, "nothing at all");
            guest.close(state).unwrap();
            seen
        });
    }
}

#[test]
fn hashing_and_authenticating_allocate_nothing_of_the_size_of_the_message() {
    let mut guest = guest();
    for (name, key_len) in [
        ("SHA-256", 0),
        ("SHA-384", 0),
        ("SHA-512", 0),
        ("SHA-512/256", 0),
        ("BLAKE2B-512", 0),
        ("BLAKE2B-512", 64),
        ("BLAKE3", 0),
        ("BLAKE3", 32),
        ("HMAC/SHA-256", 32),
        ("HMAC/SHA-384", 32),
        ("HMAC/SHA-512", 32),
        ("BLAKE2B-256", 32),
        ("ASCON-HASH", 0),
        ("CSHAKE-128", 0),
        ("TURBOSHAKE-256", 0),
        ("KT256", 0),
        ("XOODYAK-128", 0),
        ("KMAC-128", 16),
        ("KMAC-256", 32),
        ("AES-128-CMAC", 16),
        ("AES-256-CMAC", 32),
    ] {
        let key = (key_len > 0).then(|| guest.import(name, &vec![3; key_len]).unwrap());
        let state = guest.open(name, key, None).unwrap();
        assert_constant(&format!("{name}, absorb"), |len| {
            let seen = allocations(|| guest.call("symmetric_state_absorb", &[state, MESSAGE, len]).unwrap());
            assert_eq!(seen.number, 0, "absorb allocates nothing at all");
            seen
        });
    }
}

#[test]
fn squeezing_allocates_nothing_of_the_size_of_the_output() {
    let mut guest = guest();
    let key = guest.import("HKDF-EXPAND/SHA-512", &[4; 64]).unwrap();
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    guest.options_set_u64(options, "ops_limit", 1).unwrap();
    for (name, key, most) in [
        ("HKDF-EXPAND/SHA-512", Some(key), 255 * 64),
        ("PBKDF2-SHA-256", None, MIB),
        ("SHA-512", None, 64),
        ("BLAKE3", None, MIB),
        ("CSHAKE-256", None, MIB),
        ("TURBOSHAKE-128", None, MIB),
        ("KT128", None, MIB),
        ("XOODYAK-128", None, MIB),
    ] {
        let state = guest.open(name, key, Some(options)).unwrap();
        assert_constant(&format!("{name}, squeeze"), |len| {
            let args = [state, MESSAGE, len.min(most)];
            allocations(|| guest.call("symmetric_state_squeeze", &args).unwrap())
        });
    }
}

#[test]
fn verifying_a_tag_allocates_nothing() {
    let mut guest = guest();
    let key = guest.import("HMAC/SHA-256", &[5; 32]).unwrap();
    let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
    let tag = guest.squeeze_tag(state).unwrap();
    for len in [0, 32, MIB] {
        let seen = allocations(|| {
            assert_eq!(guest.call("symmetric_tag_verify", &[tag, MESSAGE, len]), Err(Errno::InvalidTag));
        });
        assert_eq!(seen.number, 0, "a tag of {len} bytes");
    }
}

#[test]
fn an_output_outside_the_memory_is_refused_before_anything_is_allocated() {
    let mut guest = guest();
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    guest.options_set_u64(options, "ops_limit", 1).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    for start in [0, 4 * MIB, u32::MAX - 10] {
        let seen = allocations(|| {
            let args = [state, start, 3 << 29];
            assert_eq!(guest.call("symmetric_state_squeeze", &args), Err(Errno::GuestError));
        });
        assert_eq!(seen.number, 0, "1.5 GiB at {start}");
    }
}

#[test]
fn what_the_guest_may_not_hold_is_refused_before_anything_is_allocated() {
    let builder = WasiCryptoCtx::builder().max_bytes(10_000).max_gathered_bytes(1000);
    let mut guest = Guest::new(Native::new(builder, 5 * MIB as usize));
    let [name, name_len] = guest.put(b"HMAC/SHA-256");
    let import = [name, name_len, MESSAGE, MIB, SLOT];
    let seen = allocations(|| assert_eq!(guest.call("symmetric_key_import", &import), Err(Errno::Overflow)));
    assert!(seen.largest <= 1024, "a key of 1 MiB: {seen:?}");

    let options = guest.options_open();
    let [name, name_len] = guest.put(b"salt");
    let set = [options, name, name_len, MESSAGE, MIB];
    let seen = allocations(|| assert_eq!(guest.call("options_set", &set), Err(Errno::Overflow)));
    assert!(seen.largest <= 1024, "an option of 1 MiB: {seen:?}");

    let state = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    let absorb = [state, MESSAGE, MIB];
    let seen = allocations(|| assert_eq!(guest.call("symmetric_state_absorb", &absorb), Err(Errno::Overflow)));
    assert!(seen.largest <= 1024, "associated data of 1 MiB: {seen:?}");
}
