//! Mistakes of a guest that elsewhere gave away a key, let a forgery through, or gave a wrong result with success.

mod support;

use support::{AEADS, Guest, Native, SLOT};
use wasi_crypto_host::{Errno, WasiCryptoCtx, algorithms};

#[test]
fn a_part_of_a_tag_does_not_verify() {
    let mut guest = Guest::native();
    for name in ["HMAC/SHA-256", "HMAC/SHA-384", "HMAC/SHA-512"] {
        let key = guest.import(name, b"key").unwrap();
        let state = guest.open(name, Some(key), None).unwrap();
        let (tag, copy) = (guest.squeeze_tag(state).unwrap(), guest.squeeze_tag(state).unwrap());
        let mut bytes = guest.pull_tag(copy).unwrap();
        for len in 0..bytes.len() {
            assert_eq!(guest.verify(tag, &bytes[..len]), Err(Errno::InvalidTag), "{name}, {len} bytes");
        }
        guest.verify(tag, &bytes).unwrap();
        guest.verify(tag, &bytes).expect("verifying does not use the tag up");
        bytes.push(0);
        assert_eq!(guest.verify(tag, &bytes), Err(Errno::InvalidTag), "{name}, a byte more");
    }
}

/// A session's next tag is another one, so that one that is lost is lost for both sides.
#[test]
fn a_tag_or_key_for_which_there_is_no_room_leaves_a_session_as_it_was() {
    let mut refused = [0; 2];
    for (bytes, squeezes_key) in (400..4000).step_by(4).flat_map(|bytes| [(bytes, false), (bytes, true)]) {
        let mut guest = Guest::with_limits(WasiCryptoCtx::builder().max_bytes(bytes));
        let Ok(key) = guest.import("XOODYAK-128", &[7; 16]) else { continue };
        let Ok(state) = guest.open("XOODYAK-128", Some(key), None) else { continue };
        let Ok(copy) = guest.clone_state(state) else { continue };
        let first = if squeezes_key {
            guest.squeeze_key(state, "XOODYAK-128").map(|_| ())
        } else {
            guest.squeeze_tag(state).map(|_| ())
        };
        if first != Err(Errno::Overflow) {
            continue;
        }
        refused[usize::from(squeezes_key)] += 1;
        guest.call("symmetric_key_close", &[key]).unwrap();
        let [one, other] = [state, copy].map(|state| {
            let tag = guest.squeeze_tag(state).unwrap();
            guest.pull_tag(tag).unwrap()
        });
        assert_eq!(one, other, "{bytes} bytes");
    }
    let has_sessions = algorithms().any(|info| info.name == "XOODYAK-128");
    assert!(!has_sessions || refused.iter().all(|count| *count > 0), "{refused:?}");
}

#[test]
fn a_tag_is_pulled_into_a_buffer_of_its_size_and_once() {
    let mut guest = Guest::native();
    let key = guest.import("HMAC/SHA-256", b"key").unwrap();
    let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
    let tag = guest.squeeze_tag(state).unwrap();
    assert_eq!(guest.call("symmetric_tag_pull", &[tag, 100, 31, SLOT]), Err(Errno::Overflow));
    assert_eq!(guest.call("symmetric_tag_pull", &[tag, 100, 33, SLOT]), Err(Errno::InvalidLength));
    assert_eq!(guest.bytes(100), [0; 33], "nothing was written");
    guest.call("symmetric_tag_pull", &[tag, 100, 32, SLOT]).unwrap();
    assert_eq!(guest.call("symmetric_tag_pull", &[tag, 100, 32, SLOT]), Err(Errno::InvalidHandle));
    assert_eq!(guest.call("symmetric_tag_close", &[tag]), Err(Errno::Closed));
}

#[test]
fn a_nonce_encrypts_once_on_a_state_and_all_its_clones() {
    for (name, key_len, nonce_len) in AEADS {
        let mut guest = Guest::native();
        let open = |guest: &mut Guest<Native>| guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        let state = open(&mut guest);
        let (before, of_before) = (guest.clone_state(state).unwrap(), guest.clone_state(state).unwrap());
        guest.encrypt(before, b"one").unwrap();
        let after = guest.clone_state(of_before).unwrap();
        for state in [state, before, of_before, after] {
            assert_eq!(guest.encrypt(state, b"two"), Err(Errno::NonceRequired), "{name}");
            assert_eq!(guest.encrypt_detached(state, b"two"), Err(Errno::NonceRequired), "{name}, detached");
        }
        let state = open(&mut guest);
        guest.encrypt_detached(state, b"one").unwrap();
        assert_eq!(guest.encrypt(state, b"two"), Err(Errno::NonceRequired), "{name}, after detached");
        let accounts = guest.accounts();
        assert_eq!(guest.encrypt_detached(state, b"two"), Err(Errno::NonceRequired), "{name}, after detached");
        assert_eq!(guest.accounts(), accounts, "no tag was opened");
    }
}

#[test]
fn an_encryption_that_did_not_happen_has_not_used_the_nonce() {
    let mut guest = Guest::native();
    let state = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    let encrypt = |guest: &mut Guest<Native>, out, out_len, slot| {
        guest.call("symmetric_state_encrypt", &[state, out, out_len, 1000, 20, slot])
    };
    assert_eq!(encrypt(&mut guest, 2000, 35, SLOT), Err(Errno::Overflow));
    assert_eq!(encrypt(&mut guest, 2000, 37, SLOT), Err(Errno::InvalidLength));
    assert_eq!(encrypt(&mut guest, 65530, 36, SLOT), Err(Errno::GuestError));
    assert_eq!(encrypt(&mut guest, 2000, 36, 65534), Err(Errno::GuestError));
    assert_eq!(guest.bytes(2000), [0; 40], "nothing was written");
    encrypt(&mut guest, 2000, 36, SLOT).unwrap();
    assert_ne!(guest.bytes(2000), [0; 40]);
}

#[test]
fn an_automatic_nonce_is_fresh_for_each_state() {
    let mut guest = Guest::native();
    let key = guest.import("XCHACHA20-POLY1305", &[1; 32]).unwrap();
    let options = guest.options_open();
    let mut nonces = Vec::new();
    for options in [None, Some(options), Some(options), Some(options)] {
        let state = guest.open("XCHACHA20-POLY1305", Some(key), options).unwrap();
        let nonce = guest.option(state, "nonce", 24).unwrap();
        assert_eq!(nonce.len(), 24);
        assert!(!nonces.contains(&nonce), "the same nonce twice");
        let sealed = guest.encrypt(state, b"message").unwrap();
        let opening = guest.cipher("XCHACHA20-POLY1305", &[1; 32], &nonce);
        assert_eq!(guest.decrypt(opening, &sealed).unwrap(), b"message", "the nonce is the one in use");
        nonces.push(nonce);
    }
    for (name, key_len, _) in &AEADS[..3] {
        let key = guest.import(name, &vec![1; *key_len]).unwrap();
        assert_eq!(guest.open(name, Some(key), Some(options)), Err(Errno::NonceRequired), "{name}");
    }
}

#[test]
fn nonces_have_one_size() {
    let mut guest = Guest::native();
    for (name, key_len, nonce_len) in AEADS {
        let key = guest.import(name, &vec![1; key_len]).unwrap();
        for len in (0..=33).filter(|len| *len != nonce_len) {
            let options = guest.nonce(&vec![2; len]);
            assert_eq!(guest.open(name, Some(key), Some(options)), Err(Errno::InvalidNonce), "{name}, {len} bytes");
        }
    }
}

#[test]
fn a_state_tells_the_nonce_that_it_uses_and_not_what_the_set_has_now() {
    let mut guest = Guest::native();
    let key = guest.import("AES-256-GCM", &[1; 32]).unwrap();
    let options = guest.nonce(&[2; 12]);
    guest.options_set(options, "context", b"then").unwrap();
    let state = guest.open("AES-256-GCM", Some(key), Some(options)).unwrap();
    guest.options_set(options, "nonce", &[3; 12]).unwrap();
    guest.options_set(options, "context", b"now").unwrap();
    assert_eq!(guest.option(state, "nonce", 12).unwrap(), [2; 12]);
    assert_eq!(guest.option(state, "context", 12).unwrap(), b"then");
    let sealed = guest.encrypt(state, b"message").unwrap();
    let (old, new) = (guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]), guest.cipher("AES-256-GCM", &[1; 32], &[3; 12]));
    assert_eq!(guest.decrypt(old, &sealed).unwrap(), b"message");
    assert_eq!(guest.decrypt(new, &sealed), Err(Errno::InvalidTag));
}

#[test]
fn an_option_is_read_with_a_buffer_doubled_until_it_fits() {
    let mut guest = Guest::native();
    let options = guest.options_open();
    guest.options_set(options, "salt", &[7; 100]).unwrap();
    let state = guest.open("SHA-256", None, Some(options)).unwrap();
    for (len, expected) in [(32, Err(Errno::Overflow)), (64, Err(Errno::Overflow)), (128, Ok(vec![7; 100]))] {
        assert_eq!(guest.option(state, "salt", len), expected);
    }
}

#[test]
fn a_clone_is_a_state_of_its_own() {
    let mut guest = Guest::native();
    for name in ["SHA-256", "HMAC/SHA-256", "HKDF-EXPAND/SHA-256", "AES-256-GCM"] {
        let key = (name != "SHA-256").then(|| guest.import(name, &[1; 32]).unwrap());
        let nonce = guest.nonce(&[2; 12]);
        let result = |guest: &mut Guest<Native>, state| match name {
            "HMAC/SHA-256" => {
                let tag = guest.squeeze_tag(state).unwrap();
                guest.pull_tag(tag).unwrap()
            }
            "AES-256-GCM" => guest.encrypt(state, b"message").unwrap(),
            _ => guest.squeeze(state, 32).unwrap(),
        };
        let of = |guest: &mut Guest<Native>, pieces: &[&[u8]]| {
            let state = guest.open(name, key, Some(nonce)).unwrap();
            pieces.iter().for_each(|piece| guest.absorb(state, piece).unwrap());
            state
        };
        let alone = of(&mut guest, &[b"common", b"original"]);
        let expected_original = result(&mut guest, alone);
        let alone = of(&mut guest, &[b"common", b"clone"]);
        let expected_clone = result(&mut guest, alone);

        let original = of(&mut guest, &[b"common"]);
        let clone = guest.clone_state(original).unwrap();
        guest.absorb(original, b"original").unwrap();
        guest.absorb(clone, b"clone").unwrap();
        assert_eq!(result(&mut guest, clone), expected_clone, "{name}");
        guest.close(clone).unwrap();
        if name != "AES-256-GCM" {
            assert_eq!(result(&mut guest, original), expected_original, "{name}");
        } else {
            assert_eq!(guest.decrypt(original, &expected_original).unwrap(), b"message", "{name}");
        }
    }
}

#[test]
fn hkdf_extract_works_without_a_salt() {
    let mut guest = Guest::native();
    // RFC 5869, A.3.
    let ikm = guest.import("HKDF-EXTRACT/SHA-256", &[0x0b; 22]).unwrap();
    let state = guest.open("HKDF-EXTRACT/SHA-256", Some(ikm), None).unwrap();
    let prk = guest.squeeze_key(state, "HKDF-EXPAND/SHA-256").unwrap();
    assert_eq!(
        guest.export(prk).unwrap(),
        [
            0x19, 0xef, 0x24, 0xa3, 0x2c, 0x71, 0x7b, 0x16, 0x7f, 0x33, 0xa9, 0x1d, 0x6f, 0x64, 0x8b, 0xdf, 0x96, 0x59,
            0x67, 0x76, 0xaf, 0xdb, 0x63, 0x77, 0xac, 0x43, 0x4c, 0x1c, 0x29, 0x3c, 0xcb, 0x04
        ]
    );
}

#[test]
fn an_array_is_pulled_in_any_pieces_and_closes_after_its_last_byte() {
    let mut guest = Guest::native();
    let raw: Vec<u8> = (0..64).collect();
    let key = guest.import("HMAC/SHA-256", &raw).unwrap();
    for pieces in [&[64][..], &[1, 63], &[32, 32], &[63, 1], &[10, 20, 34], &[0, 64], &[100], &[60, 100]] {
        let output = guest.call_for_u32("symmetric_key_export", &[key]).unwrap();
        let mut pulled = Vec::new();
        for piece in pieces {
            assert!(pulled.len() < raw.len(), "{pieces:?}: open until the last byte");
            assert_eq!(guest.call_for_u32("array_output_len", &[output]), Ok(64), "{pieces:?}: the whole length");
            let buffer = guest.room(*piece);
            let count = guest.call_for_u32("array_output_pull", &[output, buffer[0], buffer[1]]).unwrap();
            assert_eq!(count as usize, (*piece).min(raw.len() - pulled.len()), "{pieces:?}");
            pulled.extend(guest.bytes_at([buffer[0], count]));
        }
        assert_eq!(pulled, raw, "{pieces:?}");
        assert_eq!(guest.call_for_u32("array_output_len", &[output]), Err(Errno::InvalidHandle), "{pieces:?}: closed");
        assert_eq!(guest.call_for_u32("array_output_pull", &[output, 100, 9]), Err(Errno::InvalidHandle), "{pieces:?}");
    }
    let empty = guest.import("HMAC/SHA-256", b"").unwrap();
    let output = guest.call_for_u32("symmetric_key_export", &[empty]).unwrap();
    assert_eq!(guest.call_for_u32("array_output_len", &[output]), Ok(0));
    assert_eq!(guest.call_for_u32("array_output_pull", &[output, 100, 9]), Ok(0));
    assert_eq!(guest.call_for_u32("array_output_pull", &[output, 100, 9]), Err(Errno::InvalidHandle));
}

#[test]
fn a_forgery_leaves_zeros_and_a_state_that_goes_on() {
    for (name, key_len, nonce_len) in AEADS {
        let mut guest = Guest::native();
        let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        let sealed = guest.encrypt(state, &[3; 100]).unwrap();
        for (byte, out) in [(0, 3000), (99, 1000), (100, 1050), (115, 950)] {
            let mut forged = sealed.clone();
            forged[byte] ^= 0x80;
            guest.transport.memory[500..4000].fill(0xa5);
            guest.transport.memory[1000..1116].copy_from_slice(&forged);
            let mut before = guest.transport.memory.clone();
            let args = [state, out, 100, 1000, 116, SLOT];
            assert_eq!(guest.call("symmetric_state_decrypt", &args), Err(Errno::InvalidTag), "{name}, byte {byte}");
            assert_eq!(guest.bytes_at([out, 100]), [0; 100], "{name}, byte {byte}");
            before[out as usize..][..100].fill(0);
            assert!(guest.transport.memory == before, "{name}, byte {byte}: something else was written");
        }
        assert_eq!(guest.decrypt(state, &sealed).unwrap(), [3; 100], "{name}");
    }
}

#[test]
fn the_detached_tag_may_lie_where_the_output_goes() {
    for (name, key_len, nonce_len) in AEADS {
        let mut guest = Guest::native();
        let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        let (ciphertext, tag) = guest.encrypt_detached(state, &[3; 50]).unwrap();
        for (data, tag_at, out) in [(1000, 2000, 1995), (1000, 1050, 1010), (1000, 984, 980), (1016, 1000, 1000)] {
            guest.transport.memory[data..data + 50].copy_from_slice(&ciphertext);
            guest.transport.memory[tag_at..tag_at + 16].copy_from_slice(&tag);
            let args = [state, out, 50, data as u32, 50, tag_at as u32, 16, SLOT];
            guest.call("symmetric_state_decrypt_detached", &args).unwrap();
            assert_eq!(guest.bytes_at([out, 50]), [3; 50], "{name}, output at {out}");
        }
    }
}

#[test]
fn a_result_slot_inside_the_output_is_written_last() {
    let mut guest = Guest::native();
    let state = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    let expected = guest.encrypt(state, &[3; 50]).unwrap();
    let again = guest.cipher("AES-256-GCM", &[1; 32], &[2; 12]);
    guest.transport.memory[1000..1050].fill(3);
    guest.call("symmetric_state_encrypt", &[again, 1000, 66, 1000, 50, 1020]).unwrap();
    assert_eq!(guest.bytes(1020), 66u32.to_le_bytes());
    assert_eq!(guest.bytes_at([1000, 20]), expected[..20]);
    assert_eq!(guest.bytes_at([1024, 42]), expected[24..]);
}

#[test]
fn associated_data_comes_before_the_message() {
    let mut guest = Guest::native();
    for (name, key_len, nonce_len) in AEADS {
        let state = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        guest.absorb(state, b"ad").unwrap();
        let sealed = guest.encrypt(state, b"message").unwrap();
        assert_eq!(guest.absorb(state, b"more"), Err(Errno::InvalidOperation), "{name}");
        assert_eq!(guest.decrypt(state, &sealed).unwrap(), b"message", "{name}");
        let without = guest.cipher(name, &vec![1; key_len], &vec![2; nonce_len]);
        assert_eq!(guest.decrypt(without, &sealed), Err(Errno::InvalidTag), "{name}");
    }
}

#[test]
fn a_key_is_for_one_algorithm() {
    let mut guest = Guest::native();
    let nonce = guest.nonce(&[2; 12]);
    let key = guest.import("AES-256-GCM", &[1; 32]).unwrap();
    for other in ["CHACHA20-POLY1305", "HMAC/SHA-256", "HKDF-EXTRACT/SHA-256", "AES-128-GCM"] {
        assert_eq!(guest.open(other, Some(key), Some(nonce)), Err(Errno::InvalidKey), "{other}");
        assert_eq!(guest.open(other, None, Some(nonce)), Err(Errno::KeyRequired), "{other}");
    }
    for keyless in ["SHA-256", "PBKDF2-SHA-256"] {
        assert_eq!(guest.open(keyless, Some(key), None), Err(Errno::KeyNotSupported), "{keyless}");
        assert_eq!(guest.import(keyless, &[1; 32]), Err(Errno::KeyNotSupported), "{keyless}");
        assert_eq!(guest.generate(keyless), Err(Errno::KeyNotSupported), "{keyless}");
    }
}

#[test]
fn generated_keys_differ_and_have_the_size_of_the_algorithm() {
    let mut guest = Guest::native();
    for (name, len) in [("AES-128-GCM", 16), ("AES-256-GCM", 32), ("HMAC/SHA-512", 64), ("HKDF-EXPAND/SHA-384", 48)] {
        let (one, other) = (guest.generate(name).unwrap(), guest.generate(name).unwrap());
        let (one, other) = (guest.export(one).unwrap(), guest.export(other).unwrap());
        assert_eq!((one.len(), other.len()), (len, len), "{name}");
        assert_ne!(one, other, "{name}");
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let mut guest = Guest::native();
    guest.import("HMAC/SHA-256", b"a very secret key").unwrap();
    let shown = format!("{:?}", guest.transport.ctx);
    let expected = format!("WasiCryptoCtx {{ open_handles: 1, held_bytes: {}, .. }}", guest.accounts().1);
    assert_eq!(shown, expected);
}
