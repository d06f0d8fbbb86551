//! RSA keys and signatures, as a guest sees them.

mod common;

use std::time::{Duration, Instant};

use common::*;
use wasi_crypto_host::{Errno, GuestMemory, Progress};

const PKCS1: &str = "RSA_PKCS1_2048_SHA256";
const PSS: &str = "RSA_PSS_2048_SHA256";

/// The length of a message that the host hashes to verify it, and of one that it hashes to sign it.
const LONG: usize = 70_000;
const VERY_LONG: usize = (1 << 20) + 1;

#[test]
fn generated_keys_are_sound_and_differ() {
    for algorithm in ["RSA_PSS_2048_SHA256", "RSA_PKCS1_3072_SHA384"] {
        let mut guest = Guest::new();
        let keys = [guest.generate(algorithm), guest.generate(algorithm)].map(|keypair| {
            let public = guest.public(keypair);
            assert_eq!(guest.call("publickey_verify", &[public]), Ok(()));
            let signature = guest.sign(keypair, b"message", RAW).unwrap();
            assert_eq!(guest.verify(public, algorithm, b"message", &signature, RAW), Ok(()));
            guest.export(Part::Public, public, PKCS8).unwrap()
        });
        assert_ne!(keys[0], keys[1], "{algorithm}");
    }
}

#[test]
fn generation_is_handed_out_and_the_guest_works_on() {
    let mut guest = Guest::new();
    let ([name, name_len], [no_options, _]) = (guest.put(PSS.as_bytes()), guest.put(&[1; 8]));
    let args = [0, name.into(), name_len.into(), no_options.into(), SLOT.into()];
    let generate = hostcall("keypair_generate");
    let begun = guest.ctx.begin_call(generate, GuestMemory::unshared(&mut guest.memory), &args);
    let Progress::Pending(work) = begun else { panic!("the call did the work itself") };
    let work = std::thread::spawn(|| work.run());
    let other = guest.generate("Ed25519");
    guest.sign(other, b"meanwhile", RAW).unwrap();
    let done = work.join().unwrap();
    assert_eq!(guest.ctx.finish_call(done, GuestMemory::unshared(&mut guest.memory), &args), Errno::Success);
    let keypair = guest.slot();
    guest.sign(keypair, b"message", RAW).unwrap();
    assert_eq!(guest.ctx.open_handles(), 2);
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
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut store = wasmtime::Store::new(&engine, wasi_crypto_host::WasiCryptoCtx::builder().build().unwrap());
        let instance = linker.instantiate_async(&mut store, &module).await.unwrap();
        let generate = instance.get_typed_func::<(), i32>(&mut store, "generate").unwrap();
        {
            let mut generating = std::pin::pin!(generate.call_async(&mut store, ()));
            // On one thread the call can only give way because the work is done on another.
            let first = std::future::poll_fn(|context| std::task::Poll::Ready(generating.as_mut().poll(context))).await;
            assert!(first.is_pending());
            assert_eq!(generating.await.unwrap(), 0);
        }
        assert_eq!(store.data().open_handles(), 1);
    });
}

#[test]
fn exported_keys_are_the_bytes_that_were_imported() {
    let mut guest = Guest::new();
    let der = generate(PKCS1);
    for (bytes, encoding) in [(der.clone(), PKCS8), (version_2(&der, &public_of(&der)), PKCS8)] {
        for part in [Part::Keypair, Part::Secret] {
            let key = guest.import(part, PKCS1, &bytes, encoding).unwrap();
            assert_eq!(guest.export(part, key, encoding).unwrap(), bytes);
        }
    }
}

#[test]
fn keys_have_no_raw_and_no_sec_encoding() {
    let mut guest = Guest::new();
    let der = generate(PKCS1);
    let keypair = guest.import(Part::Keypair, PKCS1, &der, PKCS8).unwrap();
    let (public, secret) = (guest.public(keypair), guest.secret(keypair));
    for (part, key, encoding) in [
        (Part::Keypair, keypair, RAW),
        (Part::Secret, secret, RAW),
        (Part::Secret, secret, SEC),
        (Part::Public, public, RAW),
        (Part::Public, public, SEC),
    ] {
        assert_eq!(guest.export(part, key, encoding), Err(Errno::UnsupportedEncoding), "{part:?} {encoding}");
        assert_eq!(guest.import(part, PKCS1, &der, encoding), Err(Errno::UnsupportedEncoding), "{part:?} {encoding}");
    }
}

#[test]
fn the_modulus_must_have_the_size_in_the_name() {
    let mut guest = Guest::new();
    let der = generate(PKCS1);
    let spki = spki(&numbers(&der)[1], &numbers(&der)[2]);
    for algorithm in RSA {
        let expected = if algorithm.contains("2048") { Ok(()) } else { Err(Errno::InvalidKey) };
        for part in [Part::Keypair, Part::Secret] {
            assert_eq!(guest.import(part, algorithm, &der, PKCS8).map(|_| ()), expected, "{algorithm}");
        }
        assert_eq!(guest.import(Part::Public, algorithm, &spki, PKCS8).map(|_| ()), expected, "{algorithm}");
    }
}

#[test]
fn numbers_that_do_not_belong_together_are_no_key() {
    let mut guest = Guest::new();
    let der = generate(PKCS1);
    let good = numbers(&der);
    assert_eq!(private(&good), der);
    for (index, name) in ["version", "n", "e", "d", "p", "q", "dP", "dQ", "qInv"].iter().enumerate() {
        for change in [1, 2, 0x80] {
            let mut numbers = good.clone();
            *numbers[index].last_mut().unwrap() ^= change;
            let imported = guest.import(Part::Keypair, PKCS1, &private(&numbers), PKCS8);
            assert_eq!(imported, Err(Errno::InvalidKey), "{name} ^ {change}");
        }
        for value in [vec![0], vec![1], good[1].clone(), vec![0x7f; 300]] {
            let mut numbers = good.clone();
            if numbers[index] != value {
                numbers[index] = value;
                let imported = guest.import(Part::Keypair, PKCS1, &private(&numbers), PKCS8);
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
        assert_eq!(guest.import(Part::Keypair, PKCS1, &private(&numbers), PKCS8), Err(Errno::InvalidKey), "{what}");
    }
    let other = generate(PKCS1);
    let wrong_half = version_2(&der, &public_of(&other));
    assert_eq!(guest.import(Part::Keypair, PKCS1, &wrong_half, PKCS8), Err(Errno::InvalidKey));
}

#[test]
fn public_keys_must_be_odd_and_of_bounded_size() {
    let mut guest = Guest::new();
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
        let imported = guest.import(Part::Public, PKCS1, &spki(n, e), PKCS8);
        if let Ok(public) = imported {
            assert_eq!(guest.call("publickey_verify", &[public]), Ok(()));
        }
        assert_eq!(imported.map(|_| ()), expected, "e = {e:x?}");
    }
}

#[test]
fn hostile_keys_cost_no_time() {
    let mut guest = Guest::new();
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
        assert_eq!(guest.import(Part::Keypair, PKCS1, key, PKCS8), Err(Errno::InvalidKey));
        assert_eq!(guest.import(Part::Public, PKCS1, &spki(key, key), PKCS8), Err(Errno::InvalidKey));
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{} keys took {:?}", keys.len(), start.elapsed());
}

#[test]
fn signatures_have_the_width_of_the_modulus_and_are_below_it() {
    let mut guest = Guest::new();
    for algorithm in [PKCS1, PSS] {
        let keypair = guest.generate(algorithm);
        let public = guest.public(keypair);
        let der = guest.export(Part::Keypair, keypair, PKCS8).unwrap();
        let modulus = numbers(&der)[1][1..].to_vec();
        for len in [0, LONG, VERY_LONG] {
            let message = vec![7; len];
            let signature = guest.sign(keypair, &message, RAW).unwrap();
            assert_eq!(signature.len(), 256);
            assert_eq!(guest.verify(public, algorithm, &message, &signature, RAW), Ok(()));
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
                assert_eq!(guest.verify(public, algorithm, &message, &wrong, RAW), Err(expected), "{wrong:x?}");
            }
            let state = guest.signer(keypair, &[&message]);
            assert_eq!(guest.sign_state(state, DER), Err(Errno::UnsupportedEncoding));
            assert_eq!(guest.signature(algorithm, &signature, DER), Err(Errno::UnsupportedEncoding));
        }
    }
}

#[test]
fn pkcs1_signatures_are_deterministic_and_pss_ones_are_not() {
    let mut guest = Guest::new();
    for (algorithm, same) in [(PKCS1, true), (PSS, false)] {
        let keypair = guest.generate(algorithm);
        for len in [3, LONG, VERY_LONG] {
            let [a, b] = [0, 1].map(|_| guest.sign(keypair, &vec![1; len], RAW).unwrap());
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
    let mut guest = Guest::new();
    for algorithm in [PKCS1, PSS] {
        let keypair = guest.import(Part::Keypair, algorithm, COMPOSITE.as_bytes(), PEM).unwrap();
        for len in [3, LONG, VERY_LONG] {
            assert_eq!(guest.sign(keypair, &vec![1; len], RAW), Err(Errno::AlgorithmFailure), "{len} bytes");
        }
    }
}

fn generate(algorithm: &str) -> Vec<u8> {
    let mut guest = Guest::new();
    let keypair = guest.generate(algorithm);
    guest.export(Part::Keypair, keypair, PKCS8).unwrap()
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
