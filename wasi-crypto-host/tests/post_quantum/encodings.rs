//! Keys in every encoding: RFC 9935 for ML-KEM, RFC 9881 for ML-DSA.

use super::*;

/// An algorithm, and what RustCrypto makes of a seed.
struct Subject {
    name: &'static str,
    seed: Vec<u8>,
    expanded: Vec<u8>,
    public: Vec<u8>,
}

/// All algorithms that have DER encodings, with the seed of the RFCs' examples: 00 01 02 ….
fn subjects() -> Vec<Subject> {
    let seed: [u8; 64] = std::array::from_fn(|i| i as u8);
    let kems = oracle::KEMS.map(|kem| (kem.name, 64, (kem.generate)(seed)));
    let signatures = oracle::SIGNATURES.map(|it| (it.name, 32, (it.generate)(*seed.first_chunk().unwrap())));
    kems.into_iter()
        .chain(signatures)
        .map(|(name, seed_len, pair)| Subject {
            name,
            seed: seed[..seed_len].to_vec(),
            expanded: pair.secret,
            public: pair.public,
        })
        .collect()
}

/// Imports a key that must not be one.
#[track_caller]
fn refuse(guest: &mut Guest, part: Part, algorithm: &str, encoded: &[u8], encoding: u32) {
    let imported = guest.import_key_as(part, algorithm, encoded, encoding);
    assert_eq!(imported, Err(Errno::InvalidKey), "{algorithm} {part:?}, {} bytes", encoded.len());
}

#[test]
fn a_seed_gives_the_public_key_that_the_standard_defines() {
    let mut guest = Guest::large();
    for subject in subjects() {
        for part in [Part::Keypair, Part::Secret] {
            let key = guest.import_key_as(part, subject.name, &subject.seed, RAW).unwrap();
            let secret = if part == Part::Keypair { guest.secret_of(key) } else { key };
            assert!(guest.raw_public_of(secret) == subject.public, "{}", subject.name);
            assert_eq!(guest.export_key_as(part, key, RAW).unwrap(), subject.seed, "{}", subject.name);
        }
    }
}

#[test]
fn der_is_laid_out_as_the_rfcs_say() {
    let mut guest = Guest::large();
    for Subject { name, seed, public, .. } in subjects() {
        let keypair = guest.import_key_as(Part::Keypair, name, &seed, RAW).unwrap();
        let expected = private_key_info(name, &seed_choice(&seed));
        assert_eq!(guest.export_key_as(Part::Keypair, keypair, PKCS8).unwrap(), expected, "{name}");
        let secret = guest.secret_of(keypair);
        assert_eq!(guest.export_key_as(Part::Secret, secret, PKCS8).unwrap(), expected, "{name}");
        let public_key = guest.public_of(keypair);
        let expected = public_key_info(name, &public);
        assert!(guest.export_key_as(Part::Public, public_key, PKCS8).unwrap() == expected, "{name}");
    }
}

/// The keys of RFC 9935 appendix C.1 and RFC 9881 appendix C.1, in the form of a seed.
#[test]
fn the_examples_of_the_rfcs_come_out_as_they_went_in() {
    let examples = [
        (
            "ML-KEM-512",
            "MFQCAQAwCwYJYIZIAWUDBAQBBEKAQAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
        ),
        (
            "ML-KEM-768",
            "MFQCAQAwCwYJYIZIAWUDBAQCBEKAQAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
        ),
        (
            "ML-KEM-1024",
            "MFQCAQAwCwYJYIZIAWUDBAQDBEKAQAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4fICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=",
        ),
        ("ML-DSA-44", "MDQCAQAwCwYJYIZIAWUDBAMRBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4f"),
        ("ML-DSA-65", "MDQCAQAwCwYJYIZIAWUDBAMSBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4f"),
        ("ML-DSA-87", "MDQCAQAwCwYJYIZIAWUDBAMTBCKAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ\nGhscHR4f"),
    ];
    let mut guest = Guest::large();
    for (name, base64) in examples {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n");
        let key = guest.import_key_as(Part::Secret, name, pem.as_bytes(), PEM).unwrap();
        let seed: Vec<u8> = (0..if name.starts_with("ML-KEM") { 64 } else { 32 }).collect();
        assert_eq!(guest.export_key_as(Part::Secret, key, RAW).unwrap(), seed, "{name}");
        assert_eq!(String::from_utf8(guest.export_key_as(Part::Secret, key, PEM).unwrap()).unwrap(), pem, "{name}");
    }
}

#[test]
fn generated_keys_come_back_from_every_encoding() {
    let mut guest = Guest::large();
    for name in KEMS.iter().chain(&ML_DSA) {
        let keypair = guest.generate_keypair(name);
        let (secret, public) = (guest.secret_of(keypair), guest.public_of(keypair));
        assert_eq!(guest.check(public), Ok(()), "{name}");
        let raw_public = guest.raw_public_of(secret);
        let encodings: &[u32] = if *name == "X-WING" { &[RAW] } else { &[RAW, PKCS8, PEM] };
        for encoding in encodings {
            for (part, key) in [(Part::Keypair, keypair), (Part::Secret, secret), (Part::Public, public)] {
                let encoded = guest.export_key_as(part, key, *encoding).unwrap();
                let again = guest.import_key_as(part, name, &encoded, *encoding).unwrap();
                assert!(guest.export_key_as(part, again, *encoding).unwrap() == encoded, "{name} {part:?} {encoding}");
                let public = match part {
                    Part::Keypair => guest.public_of(again),
                    Part::Secret => guest.call_for_u32("publickey_from_secretkey", &[again]).unwrap(),
                    Part::Public => again,
                };
                assert!(
                    guest.export_key_as(Part::Public, public, RAW).unwrap() == raw_public,
                    "{name} {part:?} {encoding}"
                );
            }
        }
    }
}

#[test]
fn encodings_that_an_algorithm_lacks_are_unsupported() {
    let mut guest = Guest::large();
    for name in KEMS.iter().chain(&ML_DSA) {
        let keypair = guest.generate_keypair(name);
        let (secret, public) = (guest.secret_of(keypair), guest.public_of(keypair));
        let lacking: &[u32] = if *name == "X-WING" { &[PKCS8, PEM, SEC, 4, u32::MAX] } else { &[SEC, 4, u32::MAX] };
        for encoding in lacking {
            for (part, key) in [(Part::Keypair, keypair), (Part::Secret, secret), (Part::Public, public)] {
                let exported = guest.export_key_as(part, key, *encoding);
                assert_eq!(exported, Err(Errno::UnsupportedEncoding), "{name} {part:?} {encoding}");
                let label = if part == Part::Public { "PUBLIC" } else { "PRIVATE" };
                let pem = format!("-----BEGIN {label} KEY-----\nMAA=\n-----END {label} KEY-----\n");
                let imported = guest.import_key_as(part, name, pem.as_bytes(), *encoding);
                assert_eq!(imported, Err(Errno::UnsupportedEncoding), "{name} {part:?} {encoding}");
            }
        }
    }
}

#[test]
fn a_key_may_come_with_its_expanded_form_and_its_public_key() {
    let mut guest = Guest::large();
    for Subject { name, seed, expanded, public } in subjects() {
        let choice = both_choice(&seed, &expanded);
        for encoded in [
            private_key_info(name, &choice),
            one_asymmetric_key(name, &choice, &public),
            one_asymmetric_key(name, &seed_choice(&seed), &public),
        ] {
            let key = guest.import_key_as(Part::Secret, name, &encoded, PKCS8).unwrap();
            assert_eq!(guest.export_key_as(Part::Secret, key, RAW).unwrap(), seed, "{name}");
            let short = private_key_info(name, &seed_choice(&seed));
            assert_eq!(guest.export_key_as(Part::Secret, key, PKCS8).unwrap(), short, "{name}");
        }
    }
}

#[test]
fn parts_that_do_not_belong_together_are_no_key() {
    let mut guest = Guest::large();
    for Subject { name, seed, expanded, public } in subjects() {
        let step = expanded.len() / 97;
        for at in (0..expanded.len()).step_by(step).chain([expanded.len() - 1]) {
            let choice = both_choice(&seed, &with_flip(&expanded, at, 1));
            refuse(&mut guest, Part::Secret, name, &private_key_info(name, &choice), PKCS8);
        }
        let other_seed = with_flip(&seed, 0, 1);
        refuse(&mut guest, Part::Keypair, name, &private_key_info(name, &both_choice(&other_seed, &expanded)), PKCS8);
        for choice in [seed_choice(&other_seed), both_choice(&seed, &expanded[1..]), both_choice(&seed, b"")] {
            refuse(&mut guest, Part::Keypair, name, &one_asymmetric_key(name, &choice, &public), PKCS8);
        }
        for wrong in [&with_flip(&public, 40, 1), &public[1..], b""] {
            refuse(&mut guest, Part::Secret, name, &one_asymmetric_key(name, &seed_choice(&seed), wrong), PKCS8);
        }
    }
}

#[test]
fn an_expanded_key_alone_works_for_ml_kem_only() {
    let mut guest = Guest::large();
    for Subject { name, expanded, public, .. } in subjects() {
        let encoded = private_key_info(name, &expanded_choice(&expanded));
        if name.starts_with("ML-DSA") {
            for part in [Part::Keypair, Part::Secret] {
                assert_eq!(guest.import_key_as(part, name, &encoded, PKCS8), Err(Errno::UnsupportedEncoding), "{name}");
                refuse(&mut guest, part, name, &expanded, RAW);
            }
            continue;
        }
        for (form, encoding) in [(&encoded, PKCS8), (&expanded, RAW)] {
            let key = guest.import_key_as(Part::Keypair, name, form, encoding).unwrap();
            assert!(guest.export_key_as(Part::Keypair, key, RAW).unwrap() == expanded, "{name}");
            assert!(guest.export_key_as(Part::Keypair, key, PKCS8).unwrap() == encoded, "{name}");
            let secret = guest.secret_of(key);
            assert!(guest.raw_public_of(secret) == public, "{name}");
        }
    }
}

#[test]
fn der_of_anything_else_is_no_key() {
    let mut guest = Guest::large();
    let subjects = subjects();
    for (i, Subject { name, seed, public, .. }) in subjects.iter().enumerate() {
        let (secret_der, public_der) = (private_key_info(name, &seed_choice(seed)), public_key_info(name, public));
        let other = subjects[(i + 1) % subjects.len()].name;
        let null = [&algorithm_identifier(name)[2..], &[5, 0]].concat();
        let with_null = der(0x30, &[&null]);
        let secrets = [
            private_key_info(other, &seed_choice(seed)),
            private_key_info(name, &seed_choice(&seed[1..])),
            private_key_info(name, &seed_choice(&[seed, &[0][..]].concat())),
            private_key_info(name, seed),
            private_key_info(name, &der(0xa0, &[&der(4, &[seed])])),
            private_key_info(name, &der(0x81, &[seed])),
            private_key_info(name, &[&seed_choice(seed)[..], &[0]].concat()),
            private_key_info(name, &der(0x30, &[&der(4, &[seed])])),
            private_key_info(name, b""),
            der(0x30, &[&[2, 1, 0], &with_null, &der(4, &[&seed_choice(seed)])]),
            [&secret_der[..], &[0]].concat(),
            public_der.clone(),
        ];
        for encoded in &secrets {
            refuse(&mut guest, Part::Secret, name, encoded, PKCS8);
            refuse(&mut guest, Part::Keypair, name, encoded, PKCS8);
        }
        let publics = [
            public_key_info(other, public),
            public_key_info(name, &public[1..]),
            public_key_info(name, &[public, &[0][..]].concat()),
            public_key_info(name, b""),
            der(0x30, &[&with_null, &der(3, &[&[0], public])]),
            der(0x30, &[&algorithm_identifier(name), &der(3, &[&[1], public])]),
            [&public_der[..], &[0]].concat(),
            secret_der.clone(),
            public.clone(),
        ];
        for encoded in &publics {
            refuse(&mut guest, Part::Public, name, encoded, PKCS8);
        }
        for len in 0..secret_der.len() {
            refuse(&mut guest, Part::Secret, name, &secret_der[..len], PKCS8);
        }
        for len in (0..64).chain(public_der.len() - 32..public_der.len()) {
            refuse(&mut guest, Part::Public, name, &public_der[..len], PKCS8);
        }
    }
}

#[test]
fn raw_keys_have_one_length() {
    let mut guest = Guest::large();
    for name in KEMS.iter().chain(&ML_DSA) {
        let keypair = guest.generate_keypair(name);
        let public = guest.public_of(keypair);
        for part in [Part::Keypair, Part::Secret, Part::Public] {
            let key = if part == Part::Public { public } else { keypair };
            let len =
                guest.export_key_as(if part == Part::Public { part } else { Part::Keypair }, key, RAW).unwrap().len();
            for wrong in (0..200).chain([len - 1, len + 1, 2 * len, 4096, 5000, 1 << 16, (1 << 16) + 1]) {
                if wrong != len {
                    refuse(&mut guest, part, name, &vec![0; wrong], RAW);
                }
            }
        }
    }
}

/// A change contradicts the other parts, except in the half of ML-KEM's seed that no other part depends on.
#[test]
fn changed_der_is_no_key() {
    let mut guest = Guest::large();
    for Subject { name, seed, expanded, public } in subjects() {
        for choice in [seed_choice(&seed), both_choice(&seed, &expanded), expanded_choice(&expanded)] {
            let encoded = one_asymmetric_key(name, &choice, &public);
            let seed_of_rejection = Some(&seed[32..]).filter(|half| !half.is_empty());
            let independent: Vec<usize> = seed_of_rejection.map_or_else(Vec::new, |half| {
                (0..encoded.len()).filter(|at| encoded[*at..].starts_with(half)).collect()
            });
            let around_the_end = encoded.len() - public.len() - 40..encoded.len() - public.len() + 8;
            for at in (0..80).chain(around_the_end) {
                for mask in [1, 0xff] {
                    let key = guest.import_key_as(Part::Secret, name, &with_flip(&encoded, at, mask), PKCS8);
                    match key {
                        Ok(_) => {
                            assert!(independent.len() == 1 && (0..32).contains(&(at - independent[0])), "{name} {at}")
                        }
                        Err(Errno::UnsupportedEncoding) => assert!(name.starts_with("ML-DSA"), "{name} {at}"),
                        Err(errno) => assert_eq!(errno, Errno::InvalidKey, "{name} {at}"),
                    }
                }
            }
        }
    }
}

#[test]
fn changed_public_der_is_another_key_or_none() {
    let mut guest = Guest::large();
    for Subject { name, public, .. } in subjects() {
        let encoded = public_key_info(name, &public);
        for at in 0..60 {
            for mask in [1, 0x80, 0xff] {
                match guest.import_key_as(Part::Public, name, &with_flip(&encoded, at, mask), PKCS8) {
                    Ok(key) => guest.close_key_of(Part::Public, key),
                    Err(errno) => assert_eq!(errno, Errno::InvalidKey, "{name} byte {at}"),
                }
            }
        }
    }
}
