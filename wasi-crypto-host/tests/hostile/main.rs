//! What has killed, corrupted or misled other hosts: none of it does anything to this one.

mod arguments;
#[path = "../support/mod.rs"]
mod support;

use arguments::{Pointer, expected, is_batch, pointers, ready, result_len};
use support::{AEADS, DATA, Guest, Native, PAGE, SLOT};
use wasi_crypto_host::{Errno, GuestMemory, WasiCryptoCtx, hostcalls};

#[test]
fn a_key_of_a_wrong_length_is_refused_at_import() {
    let mut guest = Guest::native();
    for (name, key_len, _) in AEADS {
        for len in (0..=65).chain([1000]).filter(|len| *len != key_len) {
            assert_eq!(guest.import(name, &vec![1; len]), Err(Errno::InvalidKey), "{name}, {len} bytes");
        }
    }
    for (name, least) in [("HKDF-EXPAND/SHA-256", 32), ("HKDF-EXPAND/SHA-384", 48), ("HKDF-EXPAND/SHA-512", 64)] {
        for len in 0..least {
            assert_eq!(guest.import(name, &vec![1; len]), Err(Errno::InvalidKey), "{name}, {len} bytes");
        }
    }
    assert_eq!(guest.accounts(), (0, 0));
}

#[test]
fn no_key_of_another_algorithm_is_squeezed() {
    let mut guest = Guest::native();
    let key = guest.import("HKDF-EXTRACT/SHA-256", b"ikm").unwrap();
    let state = guest.open("HKDF-EXTRACT/SHA-256", Some(key), None).unwrap();
    for known in
        ["AES-128-GCM", "AES-256-GCM", "HMAC/SHA-256", "SHA-256", "HKDF-EXPAND/SHA-512", "HKDF-EXTRACT/SHA-256"]
    {
        assert_eq!(guest.squeeze_key(state, known), Err(Errno::InvalidOperation), "{known}");
    }
    assert_eq!(guest.squeeze_key(state, "AES"), Err(Errno::UnsupportedAlgorithm));
    guest.squeeze_key(state, "HKDF-EXPAND/SHA-256").unwrap();
}

#[test]
fn a_detached_tag_of_a_wrong_length_is_invalid_wherever_it_lies() {
    for (name, key_len, nonce_len) in AEADS {
        let mut guest = Guest::native();
        let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        let (ciphertext, tag) = guest.encrypt_detached(state, b"message").unwrap();
        let end = PAGE as u32;
        guest.transport.memory[PAGE - 16..].copy_from_slice(&tag);
        for len in (0..=40).filter(|len| *len != 16) {
            let [data, data_len] = guest.put(&ciphertext);
            let args = [state, 2000, 7, data, data_len, end - len, len, SLOT];
            assert_eq!(guest.call("symmetric_state_decrypt_detached", &args), Err(Errno::InvalidTag), "{name}, {len}");
            let args = [state, 2000, 7, data, data_len, end - len + 1, len, SLOT];
            let outside = if len == 0 { Errno::InvalidTag } else { Errno::GuestError };
            assert_eq!(guest.call("symmetric_state_decrypt_detached", &args), Err(outside), "{name}, {len}");
        }
        assert_eq!(guest.bytes(2000), [0; 7], "nothing was written");
        let [data, data_len] = guest.put(&ciphertext);
        guest.call("symmetric_state_decrypt_detached", &[state, 2000, 7, data, data_len, end - 16, 16, SLOT]).unwrap();
        assert_eq!(&guest.bytes(2000), b"message");
    }
}

#[test]
fn a_ciphertext_shorter_than_a_tag_is_invalid() {
    for (name, key_len, nonce_len) in AEADS {
        let mut guest = Guest::native();
        let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        for len in 0..16 {
            assert_eq!(guest.decrypt(state, &vec![0; len]), Err(Errno::InvalidTag), "{name}, {len} bytes");
        }
    }
}

#[test]
fn unknown_enum_values_are_errors_and_all_32_bits_count() {
    let mut guest = Guest::native();
    for value in [3, 4, 255, 256, 0xffff, 0x1_0000, 0x1_0001, 0x8000_0001, u32::MAX] {
        assert_eq!(guest.call_for_u32("options_open", &[value]), Err(Errno::UnsupportedAlgorithm), "{value:#x}");
    }
    for value in 0..3 {
        guest.call_for_u32("options_open", &[value]).unwrap();
    }
}

#[test]
fn an_unknown_tag_of_an_optional_handle_is_a_guest_error() {
    let mut guest = Guest::native();
    for tag in 2..=255 {
        for which in ["key", "options"] {
            let [name, name_len] = guest.put(b"SHA-256");
            let (none, bad) = (guest.put(&[1])[0], guest.put(&[tag, 0, 0, 0, 0, 0, 0, 0])[0]);
            let (key, options) = if which == "key" { (bad, none) } else { (none, bad) };
            let args = [name, name_len, key, options];
            assert_eq!(guest.call_for_u32("symmetric_state_open", &args), Err(Errno::GuestError), "{which}, tag {tag}");
        }
    }
}

#[test]
fn options_of_another_type_are_an_invalid_handle() {
    let mut guest = Guest::native();
    for algorithm_type in [0, 2] {
        let options = guest.call_for_u32("options_open", &[algorithm_type]).unwrap();
        assert_eq!(guest.options_set(options, "nonce", &[0; 12]), Err(Errno::UnsupportedOption));
        assert_eq!(guest.open("SHA-256", None, Some(options)), Err(Errno::InvalidHandle));
    }
}

/// Every function, called with arguments that work but for one pointer.
#[test]
fn every_pointer_of_every_function_is_checked_before_anything_is_done() {
    let mut checked = 0;
    for hostcall in hostcalls().iter().filter(|hostcall| hostcall.is_implemented()) {
        let name = hostcall.name();
        let (mut guest, args) = ready(name);
        let (before, memory) = (guest.accounts(), guest.transport.memory.clone());
        for Pointer { index, size, has_length } in pointers(name, &args) {
            let page = PAGE as u64;
            // Off by one, at the end, beyond, wrapping around.
            let starts = [page - size + 1, page, 1 << 31, (1 << 32) - size, (1 << 32) - 1];
            // Off by one, half of all there is, wrapping around.
            let lengths = [page - args[index] + 1, 3 << 29, 1 << 31, (1 << 32) - 1];
            let lengths = lengths.iter().filter(|_| has_length).map(|bad| (index + 1, *bad));
            for (index, bad) in starts.iter().map(|bad| (index, *bad)).chain(lengths) {
                let mut args = args.clone();
                args[index] = bad;
                assert_eq!(guest.call_u64(name, &args), Err(Errno::GuestError), "{name}, argument {index} = {bad:#x}");
                assert!(guest.transport.memory == memory, "{name}, argument {index} = {bad:#x} wrote");
                assert_eq!(guest.accounts(), before, "{name}, argument {index} = {bad:#x} left something");
                checked += 1;
            }
        }
        assert_eq!(guest.call_u64(name, &args), expected(name), "{name} works all the same");
    }
    assert!(checked > 300, "{checked}");
}

#[test]
fn result_pointers_need_no_alignment() {
    for hostcall in hostcalls().iter().filter(|hostcall| hostcall.is_implemented() && !hostcall.results().is_empty()) {
        for odd in 1..8 {
            let (mut guest, mut args) = ready(hostcall.name());
            *args.last_mut().unwrap() = u64::from(SLOT) + odd;
            guest.transport.memory[..DATA as usize].fill(0xa5);
            assert_eq!(guest.call_u64(hostcall.name(), &args), expected(hostcall.name()));
            let size = hostcall.results().last().map_or(0, |result| result_len(*result)) as usize;
            for (i, byte) in guest.transport.memory[..DATA as usize].iter().enumerate() {
                let inside = (SLOT as usize + odd as usize..).take(size).any(|at| at == i);
                assert!(inside || *byte == 0xa5, "{}: byte {i}", hostcall.name());
            }
        }
    }
}

#[test]
fn empty_buffers_may_point_anywhere() {
    let mut guest = Guest::native();
    let hash = guest.open("SHA-256", None, None).unwrap();
    let cipher = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    let options = guest.options_open();
    let [name, name_len] = guest.put(b"salt");
    for nowhere in [0, 1, PAGE as u32, PAGE as u32 + 1, u32::MAX] {
        guest.call("symmetric_state_absorb", &[hash, nowhere, 0]).unwrap();
        guest.call("symmetric_state_squeeze", &[hash, nowhere, 0]).unwrap();
        guest.call("options_set", &[options, name, name_len, nowhere, 0]).unwrap();
        guest.call("symmetric_state_decrypt", &[cipher, nowhere, 0, nowhere, 0, SLOT]).unwrap_err();
    }
    guest.call("symmetric_state_encrypt", &[cipher, 1000, 16, u32::MAX, 0, SLOT]).unwrap();
    guest.call("symmetric_state_decrypt", &[cipher, u32::MAX, 0, 1000, 16, SLOT]).unwrap();
}

#[test]
fn handles_are_limited_and_come_back() {
    let mut guest = Guest::native();
    let key = guest.import("HMAC/SHA-256", b"key").unwrap();
    let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
    let cipher = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    let mut open = Vec::new();
    let error = loop {
        match guest.call_for_u32("options_open", &[1]) {
            Ok(options) => open.push(options),
            Err(error) => break error,
        }
    };
    assert_eq!((error, open.len()), (Errno::TooManyHandles, 65_536 - 3));
    assert_eq!(guest.open("SHA-256", None, None), Err(Errno::TooManyHandles));
    assert_eq!(guest.import("HMAC/SHA-256", b"key"), Err(Errno::TooManyHandles));
    assert_eq!(guest.generate("HMAC/SHA-256"), Err(Errno::TooManyHandles));
    assert_eq!(guest.call_for_u32("symmetric_key_export", &[key]), Err(Errno::TooManyHandles));
    assert_eq!(guest.clone_state(state), Err(Errno::TooManyHandles));
    assert_eq!(guest.squeeze_tag(state), Err(Errno::TooManyHandles));
    // What is open works on, and a call that could not hand out its tag has not used up the nonce.
    assert_eq!(guest.encrypt_detached(cipher, b"message"), Err(Errno::TooManyHandles));
    guest.call("options_close", &[open.pop().unwrap()]).unwrap();
    guest.encrypt_detached(cipher, b"message").unwrap();
    for state in [state, cipher] {
        guest.close(state).unwrap();
    }
    guest.call("symmetric_key_close", &[key]).unwrap();
    for options in open {
        guest.call("options_close", &[options]).unwrap();
    }
    assert_eq!(guest.accounts(), (0, 0));
    guest.options_open();
}

#[test]
fn bytes_are_limited_and_come_back() {
    const MIB: usize = 1 << 20;
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder(), 2 * MIB));
    let key = guest.import("HMAC/SHA-256", &vec![1; MIB]).unwrap();
    let mut outputs = Vec::new();
    let error = loop {
        match guest.call_for_u32("symmetric_key_export", &[key]) {
            Ok(output) => outputs.push(output),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (error, outputs.len()),
        (Errno::Overflow, 38),
        "40 MiB with the key itself, and what each handle takes up"
    );
    let (open, held) = guest.accounts();
    assert_eq!((open, held / MIB), (39, 39));
    let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
    assert_eq!(guest.absorb(state, &vec![2; MIB]), Ok(()), "hashing holds nothing");
    let options = guest.options_open();
    assert_eq!(guest.options_set(options, "salt", &vec![3; MIB]), Err(Errno::Overflow));
    for output in outputs {
        guest.pull_array(output).unwrap();
    }
    guest.options_set(options, "salt", &vec![3; MIB]).unwrap();
    guest.call("options_close", &[options]).unwrap();
    guest.call("symmetric_key_close", &[key]).unwrap();
    guest.close(state).unwrap();
    assert_eq!(guest.accounts(), (0, 0));
}

#[test]
fn gathered_data_is_limited_by_state_and_in_all() {
    const MIB: usize = 1 << 20;
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder(), 2 * MIB));
    let mut states = Vec::new();
    for _ in 0..4 {
        let state = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
        states.push(state);
        let pieces = (0..).take_while(|_| guest.absorb(state, &vec![3; MIB]).is_ok()).count();
        assert_eq!(pieces, 8);
        assert_eq!(guest.absorb(state, &vec![3; MIB]), Err(Errno::Overflow));
    }
    // What was taken in before stays good.
    let sealed = guest.encrypt(states[0], b"message").unwrap();
    assert_eq!(guest.decrypt(states[0], &sealed).unwrap(), b"message");
    for _ in 0..10 {
        let state = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
        states.push(state);
        while guest.absorb(state, &vec![3; MIB]).is_ok() {}
    }
    assert!(guest.accounts().1 <= 40 * MIB);
    assert_eq!(guest.clone_state(states[0]), Err(Errno::Overflow), "a clone holds as much");
    for state in states {
        guest.close(state).unwrap();
    }
    assert_eq!(guest.accounts(), (0, 0));
}

#[test]
fn iterations_of_password_hashing_are_limited() {
    let mut guest = Guest::native();
    let options = guest.options_open();
    guest.options_set(options, "salt", b"salt").unwrap();
    for (iterations, len, expected) in [
        (10_000_001, 32, Errno::ProhibitedOperation),
        (5_000_001, 33, Errno::ProhibitedOperation),
        (u64::from(u32::MAX), 1, Errno::ProhibitedOperation),
    ] {
        guest.options_set_u64(options, "ops_limit", iterations).unwrap();
        let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
        assert_eq!(guest.squeeze(state, len), Err(expected), "{iterations} iterations, {len} bytes");
        if iterations > 10_000_000 {
            assert_eq!(guest.squeeze_tag(state), Err(expected), "{iterations} iterations");
        }
    }
    for (iterations, expected) in [(0, Errno::ParametersMissing), (1 << 32, Errno::ProhibitedOperation)] {
        guest.options_set_u64(options, "ops_limit", iterations).unwrap();
        assert_eq!(guest.open("PBKDF2-SHA-256", None, Some(options)), Err(expected), "{iterations} iterations");
    }
}

#[test]
fn the_string_of_a_long_salt_counts_as_bytes_held() {
    let limit = 4 << 10;
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().max_bytes(limit));
    let options = guest.options_open();
    guest.options_set(options, "salt", &[1; 1 << 10]).unwrap();
    guest.options_set_u64(options, "ops_limit", 1).unwrap();
    let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
    let mut strings = Vec::new();
    let refusal = loop {
        match guest.squeeze_tag(state) {
            Ok(string) => strings.push(string),
            Err(errno) => break errno,
        }
        assert!(guest.accounts().1 <= limit);
    };
    assert_eq!((refusal, strings.len()), (Errno::Overflow, 1));
    guest.call("symmetric_tag_close", &[strings[0]]).unwrap();
    guest.squeeze_tag(state).expect("room came back");
}

#[test]
fn handles_of_another_guest_are_unknown() {
    let (mut one, mut other) = (Guest::native(), Guest::native());
    let key = one.import("HMAC/SHA-256", b"key").unwrap();
    let state = one.open("HMAC/SHA-256", Some(key), None).unwrap();
    other.import("HMAC/SHA-256", b"another key").unwrap();
    assert_eq!(other.export(key), Err(Errno::InvalidHandle));
    assert_eq!(other.open("HMAC/SHA-256", Some(key), None), Err(Errno::InvalidHandle));
    assert_eq!(other.absorb(state, b"x"), Err(Errno::InvalidHandle));
    assert_eq!(other.close(state), Err(Errno::InvalidHandle));
    assert_eq!(other.call("symmetric_key_close", &[key]), Err(Errno::InvalidHandle));
    one.close(state).unwrap();
}

#[test]
fn an_error_leaves_the_object_usable() {
    let mut guest = Guest::native();
    let state = guest.open("SHA-256", None, None).unwrap();
    guest.absorb(state, b"ab").unwrap();
    assert_eq!(guest.squeeze(state, 33), Err(Errno::InvalidLength));
    assert_eq!(guest.squeeze_tag(state), Err(Errno::InvalidOperation));
    assert_eq!(guest.squeeze_key(state, "SHA-256"), Err(Errno::InvalidOperation));
    assert_eq!(guest.call("symmetric_state_ratchet", &[state]), Err(Errno::InvalidOperation));
    assert_eq!(guest.call_for_u32("symmetric_state_max_tag_len", &[state]), Err(Errno::InvalidOperation));
    assert_eq!(guest.call("symmetric_state_absorb", &[state, 0, u32::MAX]), Err(Errno::GuestError));
    guest.absorb(state, b"c").unwrap();
    assert_eq!(guest.squeeze(state, 4).unwrap(), [0xba, 0x78, 0x16, 0xbf]);
}

#[test]
fn a_memory_of_no_bytes_is_no_trouble() {
    let mut ctx = WasiCryptoCtx::builder().build().unwrap();
    for hostcall in hostcalls() {
        let args = vec![0; hostcall.core_params().len()];
        let errno = ctx.call(hostcall, GuestMemory::unshared(&mut []), &args);
        // An empty batch needs no memory.
        assert_eq!(errno == Errno::Success, is_batch(hostcall.name()), "{}", hostcall.name());
    }
}
