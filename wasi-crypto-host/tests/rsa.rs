//! RSA keys and signatures, as a guest sees them.

#[path = "support/executor.rs"]
mod executor;
mod support;

use std::time::{Duration, Instant};

use ::rsa::BoxedUint;
use support::keys::*;
use support::*;
use wasi_crypto_host::{Errno, GuestMemory, Progress};

const PKCS1: &str = "RSA_PKCS1_2048_SHA256";
const PSS: &str = "RSA_PSS_2048_SHA256";

/// The length of a message that the host hashes to verify it, and of one that it hashes to sign it.
const LONG: usize = 70_000;
const VERY_LONG: usize = (1 << 20) + 1;

#[test]
fn generated_keys_are_sound_and_differ() {
    for algorithm in ["RSA_PSS_2048_SHA256", "RSA_PKCS1_3072_SHA384"] {
        let mut guest = Guest::large();
        let keys = [guest.generate_keypair(algorithm), guest.generate_keypair(algorithm)].map(|keypair| {
            let public = guest.public_of(keypair);
            assert_eq!(guest.call("publickey_verify", &[public]), Ok(()));
            let signature = guest.sign_message(keypair, b"message", RAW).unwrap();
            assert_eq!(guest.verify_message(public, algorithm, b"message", &signature, RAW), Ok(()));
            guest.export_key_as(Part::Public, public, PKCS8).unwrap()
        });
        assert_ne!(keys[0], keys[1], "{algorithm}");
    }
}

#[test]
fn generation_is_handed_out_and_the_guest_works_on() {
    let mut guest = Guest::large();
    let ([name, name_len], [no_options, _]) = (guest.put(PSS.as_bytes()), guest.put(&[1; 8]));
    let args = [0, name.into(), name_len.into(), no_options.into(), SLOT.into()];
    let generate = hostcall("keypair_generate");
    let begun = guest.transport.ctx.begin_call(generate, GuestMemory::unshared(&mut guest.transport.memory), &args);
    let Progress::Pending(work) = begun else { panic!("the call did the work itself") };
    let work = std::thread::spawn(|| work.run());
    let other = guest.generate_keypair("Ed25519");
    guest.sign_message(other, b"meanwhile", RAW).unwrap();
    let done = work.join().unwrap();
    let finished = guest.transport.ctx.finish_call(done, GuestMemory::unshared(&mut guest.transport.memory), &args);
    assert!(matches!(finished, Progress::Done(Errno::Success)), "{finished:?}");
    let keypair = guest.slot();
    guest.sign_message(keypair, b"message", RAW).unwrap();
    assert_eq!(guest.transport.ctx.open_handles(), 2);
}

#[test]
fn the_async_linker_generates_on_another_thread() {
    let engine = wasmtime::Engine::default();
    let mut linker = wasmtime::Linker::new(&engine);
    wasi_crypto_host::wasmtime::add_to_linker_async(&mut linker, |ctx: &mut wasi_crypto_host::WasiCryptoCtx| ctx)
        .unwrap();
    let guest = r#"(module
        (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_generate"
            (func $generate (param i32 i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "RSA_PSS_2048_SHA256") (data (i32.const 32) "\01")
        (func (export "generate") (result i32)
            (call $generate (i32.const 0) (i32.const 0) (i32.const 19) (i32.const 32) (i32.const 64))))"#;
    let module = wasmtime::Module::new(&engine, guest).unwrap();
    let runtime = executor::executor();
    let held = executor::hold_work(&runtime);
    runtime.block_on(async {
        let mut store = wasmtime::Store::new(&engine, wasi_crypto_host::WasiCryptoCtx::builder().build().unwrap());
        let instance = linker.instantiate_async(&mut store, &module).await.unwrap();
        let generate = instance.get_typed_func::<(), i32>(&mut store, "generate").unwrap();
        {
            let mut generating = std::pin::pin!(generate.call_async(&mut store, ()));
            // On one thread the call can only give way because the work is done on another.
            let first = std::future::poll_fn(|context| std::task::Poll::Ready(generating.as_mut().poll(context))).await;
            assert!(first.is_pending());
            drop(held);
            assert_eq!(generating.await.unwrap(), 0);
        }
        assert_eq!(store.data().open_handles(), 1);
    });
}

#[test]
fn exported_keys_are_what_was_imported_without_attributes_and_public_half() {
    let mut guest = Guest::large();
    let der = generate(PKCS1);
    for bytes in [&der, &version_2(&der, &public_of(&der))] {
        for part in [Part::Keypair, Part::Secret] {
            let key = guest.import_key_as(part, PKCS1, bytes, PKCS8).unwrap();
            assert_eq!(guest.export_key_as(part, key, PKCS8).unwrap(), der);
        }
    }
}

#[test]
fn keys_have_no_raw_and_no_sec_encoding() {
    let mut guest = Guest::large();
    let der = generate(PKCS1);
    let keypair = guest.import_key_as(Part::Keypair, PKCS1, &der, PKCS8).unwrap();
    let (public, secret) = (guest.public_of(keypair), guest.secret_of(keypair));
    for (part, key, encoding) in [
        (Part::Keypair, keypair, RAW),
        (Part::Secret, secret, RAW),
        (Part::Secret, secret, SEC),
        (Part::Public, public, RAW),
        (Part::Public, public, SEC),
    ] {
        assert_eq!(guest.export_key_as(part, key, encoding), Err(Errno::UnsupportedEncoding), "{part:?} {encoding}");
        assert_eq!(
            guest.import_key_as(part, PKCS1, &der, encoding),
            Err(Errno::UnsupportedEncoding),
            "{part:?} {encoding}"
        );
    }
}

#[test]
fn the_modulus_must_have_the_size_in_the_name() {
    let mut guest = Guest::large();
    let der = generate(PKCS1);
    let spki = spki(&numbers(&der)[1], &numbers(&der)[2]);
    for algorithm in RSA {
        let expected = if algorithm.contains("2048") { Ok(()) } else { Err(Errno::InvalidKey) };
        for part in [Part::Keypair, Part::Secret] {
            assert_eq!(guest.import_key_as(part, algorithm, &der, PKCS8).map(|_| ()), expected, "{algorithm}");
        }
        assert_eq!(guest.import_key_as(Part::Public, algorithm, &spki, PKCS8).map(|_| ()), expected, "{algorithm}");
    }
}

#[test]
fn numbers_that_do_not_belong_together_are_no_key() {
    let mut guest = Guest::large();
    let der = generate(PKCS1);
    let good = numbers(&der);
    assert_eq!(private(&good), der);
    for (index, name) in ["version", "n", "e", "d", "p", "q", "dP", "dQ", "qInv"].iter().enumerate() {
        for change in [1, 2, 0x80] {
            let mut numbers = good.clone();
            *numbers[index].last_mut().unwrap() ^= change;
            let imported = guest.import_key_as(Part::Keypair, PKCS1, &private(&numbers), PKCS8);
            assert_eq!(imported, Err(Errno::InvalidKey), "{name} ^ {change}");
        }
        for value in [vec![0], vec![1], good[1].clone(), vec![0x7f; 300]] {
            let mut numbers = good.clone();
            if numbers[index] != value {
                numbers[index] = value;
                let imported = guest.import_key_as(Part::Keypair, PKCS1, &private(&numbers), PKCS8);
                assert_eq!(imported, Err(Errno::InvalidKey), "{name} = {:x?}", numbers[index]);
            }
        }
    }
    let mut same_primes = good.clone();
    same_primes[5] = good[4].clone();
    let mut swapped = good.clone();
    swapped.swap(4, 5);
    swapped.swap(6, 7);
    let mut negative = good.clone();
    negative[3].remove(0);
    negative[3][0] |= 0x80;
    for (numbers, what) in [(same_primes, "p = q"), (swapped, "a coefficient for the other order"), (negative, "d < 0")]
    {
        assert_eq!(
            guest.import_key_as(Part::Keypair, PKCS1, &private(&numbers), PKCS8),
            Err(Errno::InvalidKey),
            "{what}"
        );
    }
    let other = generate(PKCS1);
    let wrong_half = version_2(&der, &public_of(&other));
    assert_eq!(guest.import_key_as(Part::Keypair, PKCS1, &wrong_half, PKCS8), Err(Errno::InvalidKey));
}

/// RFC 8017 section 3.2: d is below n and an inverse of e modulo λ(n) = lcm(p − 1, q − 1). OpenSSL takes the least one, and others
/// one modulo φ(n) = (p − 1)(q − 1), of which λ(n) is half or less.
#[test]
fn the_private_exponent_is_any_inverse_below_the_modulus() {
    let mut guest = Guest::large();
    let good = numbers(&generate(PKCS1));
    let number = |index: usize| BoxedUint::from_be_slice(&good[index], 4096).unwrap();
    let [n, d, p, q] = [1, 3, 4, 5].map(number);
    let one = BoxedUint::one_with_precision(4096);
    let half = p.wrapping_sub(&one).wrapping_mul(q.wrapping_sub(&one)).shr(1);
    let least = d.rem(&half.to_nz().unwrap());
    let mut d = least;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let mut numbers = good.clone();
        let bytes = d.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        numbers[3] = [&[0][..], &bytes[zeros..]].concat();
        if numbers[3][1] < 0x80 {
            numbers[3].remove(0);
        }
        for (algorithm, len) in [(PKCS1, 3), (PSS, LONG), (PSS, VERY_LONG)] {
            let imported = guest.import_key_as(Part::Keypair, algorithm, &private(&numbers), PKCS8);
            let expected = if d < n { Ok(()) } else { Err(Errno::InvalidKey) };
            assert_eq!(imported.map(|_| ()), expected, "d = {d:x}");
            if let Ok(keypair) = imported {
                let public = guest.public_of(keypair);
                let message = vec![1; len];
                let signature = guest.sign_message(keypair, &message, RAW).unwrap();
                assert_eq!(guest.verify_message(public, algorithm, &message, &signature, RAW), Ok(()));
            }
        }
        seen.push(d < n);
        d = d.wrapping_add(&half);
    }
    assert_eq!(seen, [true, true, false, false, false]);
}

#[test]
fn primes_have_half_the_size_of_the_modulus_and_the_private_exponent_more() {
    let mut guest = Guest::large();
    for (pem, what) in [(UNEQUAL, "primes of 1030 and 1018 bits"), (SHORT, "a private exponent of 1021 bits")] {
        for algorithm in [PKCS1, PSS] {
            let imported = guest.import_key_as(Part::Keypair, algorithm, pem.as_bytes(), PEM);
            assert_eq!(imported, Err(Errno::InvalidKey), "{what}");
        }
    }
}

#[test]
fn the_algorithm_identifier_has_a_null() {
    let mut guest = Guest::large();
    let der = generate(PKCS1);
    let numbers = numbers(&der);
    let spki = spki(&numbers[1], &numbers[2]);
    let without: Vec<u8> = write(0x30, &[&IDENTIFIER[2..13]]);
    let replace = |bytes: &[u8]| {
        let (info, _) = read(bytes);
        let at = info.windows(15).position(|window| window == IDENTIFIER).unwrap();
        write(0x30, &[&info[..at], &without, &info[at + 15..]])
    };
    assert!(guest.import_key_as(Part::Public, PKCS1, &spki, PKCS8).is_ok());
    assert_eq!(guest.import_key_as(Part::Public, PKCS1, &replace(&spki), PKCS8), Err(Errno::InvalidKey));
    assert_eq!(guest.import_key_as(Part::Secret, PKCS1, &replace(&der), PKCS8), Err(Errno::InvalidKey));
}

#[test]
fn public_keys_must_be_odd_and_of_bounded_size() {
    let mut guest = Guest::large();
    let good = numbers(&generate(PKCS1));
    let (n, e) = (&good[1], &good[2]);
    let mut even = n.clone();
    *even.last_mut().unwrap() &= 0xfe;
    let max_exponent = [1, 0xff, 0xff, 0xff, 0xff].to_vec();
    for (n, e, expected) in [
        (n, e, Ok(())),
        (n, &vec![3], Ok(())),
        (n, &max_exponent, Ok(())),
        (&even, e, Err(Errno::InvalidKey)),
        (n, &vec![0], Err(Errno::InvalidKey)),
        (n, &vec![1], Err(Errno::InvalidKey)),
        (n, &vec![2], Err(Errno::InvalidKey)),
        (n, &vec![1, 0, 0], Err(Errno::InvalidKey)),
        (n, &vec![2, 0, 0, 0, 1], Err(Errno::InvalidKey)),
        (n, n, Err(Errno::InvalidKey)),
        (&vec![0x7f; 2048], e, Err(Errno::InvalidKey)),
        (&n[..256].to_vec(), e, Err(Errno::InvalidKey)),
        (&vec![0], e, Err(Errno::InvalidKey)),
    ] {
        let imported = guest.import_key_as(Part::Public, PKCS1, &spki(n, e), PKCS8);
        if let Ok(public) = imported {
            assert_eq!(guest.call("publickey_verify", &[public]), Ok(()));
        }
        assert_eq!(imported.map(|_| ()), expected, "e = {e:x?}");
    }
}

#[test]
fn hostile_keys_cost_no_time() {
    let mut guest = Guest::large();
    let good = numbers(&generate(PKCS1));
    let big = |len: usize| [vec![0x7f], vec![0xff; len - 1]].concat();
    let mut keys = Vec::new();
    for index in 1..9 {
        for len in [2048, 6000, 50_000] {
            let mut numbers = good.clone();
            numbers[index] = big(len);
            keys.push(private(&numbers));
        }
    }
    keys.push(private(&(0..9).map(|index| if index == 0 { vec![0] } else { big(2048) }).collect::<Vec<_>>()));
    let start = Instant::now();
    for key in &keys {
        assert_eq!(guest.import_key_as(Part::Keypair, PKCS1, key, PKCS8), Err(Errno::InvalidKey));
        assert_eq!(guest.import_key_as(Part::Public, PKCS1, &spki(key, key), PKCS8), Err(Errno::InvalidKey));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{} keys took {:?}", keys.len(), start.elapsed());
}

#[test]
fn signatures_have_the_width_of_the_modulus_and_are_below_it() {
    let mut guest = Guest::large();
    for algorithm in [PKCS1, PSS] {
        let keypair = guest.generate_keypair(algorithm);
        let public = guest.public_of(keypair);
        let der = guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap();
        let modulus = numbers(&der)[1][1..].to_vec();
        for len in [0, LONG, VERY_LONG] {
            let message = vec![7; len];
            let signature = guest.sign_message(keypair, &message, RAW).unwrap();
            assert_eq!(signature.len(), 256);
            assert_eq!(guest.verify_message(public, algorithm, &message, &signature, RAW), Ok(()));
            for (wrong, expected) in [
                (signature[1..].to_vec(), Errno::InvalidSignature),
                ([&[0], &signature[..]].concat(), Errno::InvalidSignature),
                (vec![], Errno::InvalidSignature),
                (modulus.clone(), Errno::InvalidSignature),
                (vec![0xff; 256], Errno::InvalidSignature),
                (vec![0; 256], Errno::VerificationFailed),
                ([&[0; 255][..], &[1]].concat(), Errno::VerificationFailed),
                ([&signature[..255], &[signature[255] ^ 1]].concat(), Errno::VerificationFailed),
            ] {
                assert_eq!(guest.verify_message(public, algorithm, &message, &wrong, RAW), Err(expected), "{wrong:x?}");
            }
            let state = guest.signer(keypair, &[&message]);
            assert_eq!(guest.sign_state(state, DER), Err(Errno::UnsupportedEncoding));
            assert_eq!(guest.signature(algorithm, &signature, DER), Err(Errno::UnsupportedEncoding));
        }
    }
}

#[test]
fn pkcs1_signatures_are_deterministic_and_pss_ones_are_not() {
    let mut guest = Guest::large();
    for (algorithm, same) in [(PKCS1, true), (PSS, false)] {
        let keypair = guest.generate_keypair(algorithm);
        for len in [3, LONG, VERY_LONG] {
            let [a, b] = [0, 1].map(|_| guest.sign_message(keypair, &vec![1; len], RAW).unwrap());
            assert_eq!(a == b, same, "{algorithm}, {len} bytes");
        }
    }
}

/// A key whose numbers all belong together, but whose "primes" are divisible by 3, 5, 7 or 11.
const COMPOSITE: &str = "\
-----BEGIN PRIVATE KEY-----
MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQD/////////////
////////////////////////////////////////////////////////////////
//////////////////////+7QJqWWeEbYmcxUmHDpFXT2Vp+k1lmPFpZ68WUCpYs
fNfahluTReXcDkWOJVo4gRtfv96EmAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAERkJJxGXcG1cxS4UKmQZB7SpbVzjf8A4bENNOgf0x9B8kvCiJZ6Z
kaYEMunU+j5WHg0DQOgCKrvKQJGzY2ANw7DXennKQXef1g0iLILAT3kkuFC5JKrQ
J2dqU9yvAgMBAAECggEAJS1a0qUtWtKlLVrSpS1a0qUtWtKlLVrSpS1a0qUtWtKl
LVrSpS1a0qUtWtKlLVrSpS1a0qUtWtKlLVrSpS1a0qUtWtKlLVrSpS1ayKlVqd8M
o2rzfISvwPdFJZprm3Uvpvq9zlBApcKx020f9dLMSsN8YaxK6p0/EHSjcpDNMmkM
P/PADD/zwAw/88AMP/PADD/zwAw/88AMP/PADD/zwAw/88KH5b3gPqNrpmzWR8Ru
O/pUAMTql/lOA4OpdHYogKJiAy1dt9aJxVidBOHCwd5BJq6YEgQd5miMdH4dKep4
9rH7Fwjy0paAN2k+FUXO+XKMBx4MZuUgG52uIVGgRQKBgQD/////////////////
////////////////////////////////////////////////////////////////
////////////////////////////////////wFTzh4KfcsJ7ytkLEhl5oAUYTQN3
E/KS+CYSEjawo7tICgHCqg6evQKBgQD/////////////////////////////////
////////////////////////////////////////////////////////////////
//+7QJqWWeEbYmcxUmHD5ADgUdffIJbqcYFO2awaapEUL9RjcmkATb/J/A7dgZ7w
dxmdFc/l2wKBgEBiv51AYr+dQGK/nUBiv51AYr+dQGK/nUBiv51AYr+dQGK/nUBi
v51AYr+dQGK/nUBiv51AYr+dQGK/nUBiv51AYr+dQGK/nUBiv51AYr+dQGK/nUBi
v50wX21coLK/p0CBVTNemv+nCoEBJaT2ZGUoelLDN/QXSgwlUCoIoWK1AoGAcQqO
9XEKjvVxCo71cQqO9XEKjvVxCo71cQqO9XEKjvVxCo71cQqO9XEKjvVxCo71cQqO
9XEKjvVxCo71cQqO9XEKjvVxCo71cQqO1xW47Uk08I2sOYhCKWjlxif9pcZTPaTv
T20o5OVHuN1B8MPVf8/VL5DA06joERDWW5oFGl8CgYBcAmiDr2/EttjkaboyAbqO
zu9JuXOd8MxcSzRxvlU1zB1BUObeg1t0WO8HbeS67P2YCI6hRDjhQKU+3WYbMfJ7
Xy+c6w4wS+AQvMdTBdS9ImCElgi0cd+qqFzbSFjA+dyOweR/cOA4Hz7HIXy6y1HJ
9FL1eZuC9wjbJID2M1wUog==
-----END PRIVATE KEY-----
";

#[test]
fn a_key_whose_primes_are_not_prime_signs_nothing() {
    let mut guest = Guest::large();
    for algorithm in [PKCS1, PSS] {
        let keypair = guest.import_key_as(Part::Keypair, algorithm, COMPOSITE.as_bytes(), PEM).unwrap();
        for len in [3, LONG, VERY_LONG] {
            assert_eq!(guest.sign_message(keypair, &vec![1; len], RAW), Err(Errno::AlgorithmFailure), "{len} bytes");
        }
    }
}

/// n = p · q with primes of 1030 and 1018 bits; all numbers belong together.
const UNEQUAL: &str = "\
-----BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCwqPtU78LEY2+U
pBYlmEmLX7tjoy53OIilY2wv42dnENBDlSZkfTw4J8oja79ar+OyQUGFZ/dEugPe
V2pvNN0OeChsVzRZvw92br5ZamX+8wTAMZbz7Y58ztwiFZTt/3jYlojBIXJURdRn
atquTI3n5fT/tmviFvHhcXfD0Bi+n7B6jhe5tQ7E4f9FbGkEHNAF1p6JlZ+gk1BN
3UCc7/cOXZJGq1QtxJSwQ29RC8RHikqSbj46QdmR6pgj3vn8OBEE/a16KQX6k7QZ
p0FFCBod//stWdxcC4zZiusXqQeNq2KU8LRyE2otiw5EXMs+tYCCtQpYIRUKZ0rg
1zHzl0j/AgMBAAECggEAGgHGfkqNsbuxwYAmgoJY0VvWimSLgqGf/DkWxDYGEvY2
srxSWpjVNK8m4vAJy5/5NVTGAI29qTB5QVI9KQHvSSIHUWvFGTE3ZYgIHcG8IjxE
hsbGIkLmpxkM7zeeJStm7vu6RjRWUHG3Q0JHz0EV4v3Hg52nZDFcioPZzcnk2qKm
xWkpSdPWhbWENdvMLPjSElgHvk6FWrv1ow/P0CoaKrMKaZTh46Gq4dbkBQZkw0er
6pCM616Xdua5SW+AIPYdLp7RdwTZjAjcbVK60vMDNWnL8xwKA41TGDSG9AZiV+Xh
Gg9mlOr1Oy/6hFWoD3oP1a0IGqvdWxc3Kp97YR9bgQKBgTqZS+eo/n4YNuDdgosS
9ZbCMynWplCu1gMPYXQPzf5zalGtKGa+7uQE4iVtOzOnr6WgO5gGz/l5LWjT3d0x
v2roi4ch/fS3z/GN0RaDzqHfAxhRyfo79B+G6AG8kUQGBPcQxYXUJ+fo1N/8YYu0
d2YWLs4LTh6QnxhdSaaOCTF1VQKBgAMDxeIgwceZ/yumAtI3JbU4uNMurAHztZqH
OZDBhPs8G3es7vH+rTs6VDG+HKDLW48b6z69nMkb9TzW98OOJe/ibnnsinkFoll9
OzDJqtf2eT58NaxN1H83YiVh9FU2+UgMHSrlFm7ti4CT2NOQfNwcy3W0/uhtT0rx
BFQV10UDAoGBNt/vkRVUnUiXu6Qz54DtsyxRNVDplozjpSH2JPXX9fynB62cM/uB
Qs6/6ESOOCVD+1o99HQMtpafy5b8IXPAyaDTaMyQQWcQuCgSMX9lNXjeMRwGhOs4
BX4ULewkLQtmAugV0OmIJUiIcOirgGSTm2oSkqlLkpvkILDbk7lXKpWxAoGAAY2u
J+lNMPcPX4R5q6yzB4Ck7Fz+UTstduT7KrYtOfAtDyvTLGtZBE34GHGn+ssO8N0o
CPpXkeGQKrtyjBfxQHzjBHx4lgfrMkWvfGJOYF4m96W1WoX4W11Ee5LP/iEHrrJf
TT0ipCJPYf/NGKc5T4qe5JZRS58X3rv2yQVAGdUCgYE1UQFCaX4sLJrBrRRb80oS
6MCTaPskRwEHNHJxpSP9raFj/J2j6DZT9RiuCxqp+9blBddKMl+DlGLj62mN1aCx
oh7AuiFi7QSDxO0T0PnEmoKaapxhxrv5OPf418J6cpcsCQz3SAr1+oS+0mFqV6PI
QaKy/qaDcTyvq0E3SmLRgaM=
-----END PRIVATE KEY-----
";

/// p = 6g + 1 and q = 4g + 1, so that λ(n) = 12g, and d may be shorter than the primes; all numbers belong together.
const SHORT: &str = "\
-----BEGIN PRIVATE KEY-----
MIIDuwIBADANBgkqhkiG9w0BAQEFAASCA6UwggOhAgEAAoIBAQCRV00iKMBre7iW
Yl8B57PNGyOCb77PbwewTlunXjSLmYApUE5ais4DqymHbjl/8CHeYmWw3zDV3ZWQ
BBBXaMjXBptdoeyC7uLFQgoTVHa8o/UsmvBRLBf4YrTNrYdtx7DoKYVqOWbLKVPy
ZE4SW+vqT7J1jDPd1P73SVUBVilFcekS53Il8+WWpqVsJLhyZMOiFWcZvszdK5ZX
w9eEgE7+hf5T9dE7dTIGKHcxNp+OyvHnpdeGHQ0nEQDduOyTU02UqtpSiiRmdJzH
62dCo0RvJ+A80kjOPd4hQ/96+liGD5bhi2jSh2xgC9wwqmW2M89ETgIkaZx6OFbz
wBICm/0zAgMBAAECgYAUtKF67LXQYFinV/9WdQjS2jju6BGM3sfznRl+CL6CGMXD
Rpwrfflnc0wH6f9Hf02khCGT2ydQUjp7WJLLb8BweeEB+Ks8IpSkudv2GFSsTKu1
vet6pQ/remm6cspmg5qLueIaSB/hJNeQtGQIQg/+BHxfEDVDwE+L7qOKB3NvoQKB
gQDsPlCPQDYQrPh/rCcms6rHzS7CAXJQmBp9urN7du6n5q3RfMQxp8t5FB8poMQq
uOt9lU7LzHEuECtj+BK4F1klimftLYNsSujLKhph4oexnqnSypKQyCL3MLjoUBUY
J/r6fh7ZPFpDPbbMeiZbjCI7Yt6kkmBxoU5FzVjPSVXi9wKBgQCdfuBfgCQLHfr/
yBoZzRyFM3SBVkw1urxT0cz8+fRv7x6LqILLxTJQuBTGay1x0Jz+Y4ndMvYetXJC
pWHQD5DDsZqeHledh0XcxrxBQa/Lvxvh3GG12sH6IHtFiri6xVH8VBSQ0ubXfnnd
psQ9CBbSQenDDEBLwN7ZM5CKMOPspQKBgBS0oXrstdBgWKdX/1Z1CNLaOO7oEYze
x/OdGX4IvoIYxcNGnCt9+WdzTAfp/0d/TaSEIZPbJ1BSOntYkstvwHB54QH4qzwi
lKS52/YYVKxMq7W963qlD+t6abpyymaDmou54hpIH+Ek15C0ZAhCD/4EfF8QNUPA
T4vuo4oHc2+hAoGAFLSheuy10GBYp1f/VnUI0to47ugRjN7H850Zfgi+ghjFw0ac
K335Z3NMB+n/R39NpIQhk9snUFI6e1iSy2/AcHnhAfirPCKUpLnb9hhUrEyrtb3r
eqUP63ppunLKZoOai7niGkgf4STXkLRkCEIP/gR8XxA1Q8BPi+6jigdzb6ECAQM=
-----END PRIVATE KEY-----
";

fn generate(algorithm: &str) -> Vec<u8> {
    let mut guest = Guest::large();
    let keypair = guest.generate_keypair(algorithm);
    guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap()
}

/// `rsaEncryption` with its NULL.
const IDENTIFIER: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];

/// The numbers of a `PrivateKeyInfo`, the version first, each as the content of its INTEGER.
fn numbers(der: &[u8]) -> Vec<Vec<u8>> {
    let (info, _) = read(der);
    let (_, rest) = read(info);
    let (_, rest) = read(rest);
    let (mut rest, _) = read(read(rest).0);
    let mut numbers = Vec::new();
    while !rest.is_empty() {
        let (number, after) = read(rest);
        numbers.push(number.to_vec());
        rest = after;
    }
    numbers
}

/// A `PrivateKeyInfo` of these numbers.
fn private(numbers: &[Vec<u8>]) -> Vec<u8> {
    let key = write(0x30, &[&numbers.iter().map(|number| write(2, &[number])).collect::<Vec<_>>().concat()]);
    write(0x30, &[&write(2, &[&[0]]), &IDENTIFIER, &write(4, &[&key])])
}

/// The same key in version 2, with a public half.
fn version_2(der: &[u8], public: &[u8]) -> Vec<u8> {
    let (info, _) = read(der);
    write(0x30, &[&write(2, &[&[1]]), &info[3..], &write(0x81, &[&[0], public])])
}

/// The `RSAPublicKey` of a `PrivateKeyInfo`.
fn public_of(der: &[u8]) -> Vec<u8> {
    let numbers = numbers(der);
    write(0x30, &[&write(2, &[&numbers[1]]), &write(2, &[&numbers[2]])])
}

fn spki(n: &[u8], e: &[u8]) -> Vec<u8> {
    let key = write(0x30, &[&write(2, &[n]), &write(2, &[e])]);
    write(0x30, &[&IDENTIFIER, &write(3, &[&[0], &key])])
}

/// The content of the first DER value, and what follows it.
fn read(der: &[u8]) -> (&[u8], &[u8]) {
    let (start, len) = match der[1] {
        len @ ..=0x7f => (2, usize::from(len)),
        0x81 => (3, usize::from(der[2])),
        _ => (4, usize::from(der[2]) << 8 | usize::from(der[3])),
    };
    (&der[start..start + len], &der[start + len..])
}

fn write(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let len = (content.len() as u32).to_be_bytes();
    let len = match content.len() {
        0..=0x7f => vec![len[3]],
        0x80..=0xff => vec![0x81, len[3]],
        0x100..=0xffff => vec![0x82, len[2], len[3]],
        _ => vec![0x83, len[1], len[2], len[3]],
    };
    [&[tag], &len[..], &content].concat()
}
