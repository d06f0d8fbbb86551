//! The status of each kind of mistake (ERR-*), strings and empty buffers (ABI-STR, ABI-MEM-014), and what must not
//! be possible at all (SEC-*).

use wasi_crypto_interface::Errno::*;
use wasi_crypto_interface::{AlgorithmType, HandleType, PublickeyEncoding, SignatureEncoding};

use crate::args;
use crate::case::{Case, Expect, Handle, Kind, Pointer, Strength};
use crate::cases::fixture::{ED25519_KEYPAIR, RAW, object};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend(unknown_algorithms());
    cases.extend([case_of_names(), strings_end_where_they_say(), optional_handles()]);
    cases.extend(INSECURE.iter().map(|name| insecure(name)));
    cases.extend(empty_buffers());
    cases.extend([
        keys_of_wrong_size(),
        keys_of_another_algorithm(),
        key_not_supported(),
        key_required(),
        nonce_required(),
        nonce_sizes(),
        output_too_long(),
        output_too_small(),
        tags_that_never_verify(),
        forged_tags(),
        one_status_for_all_forgeries(),
        nothing_is_left_of_a_forgery(),
        no_such_operation(),
        iv_is_optional(),
        in_progress(),
        malformed_signature(),
        encodings_that_do_not_fit(),
        keys_of_two_algorithms(),
        after_an_error_the_host_goes_on(),
    ]);
    cases
}

fn unknown_algorithms() -> Vec<Case> {
    let long = "A".repeat(300);
    let names: [(&str, &[u8]); 9] = [
        ("made-up", b"NOT-AN-ALGORITHM"),
        ("empty", b""),
        ("long", long.as_bytes()),
        ("trailing-space", b"SHA-256 "),
        ("trailing-nul", b"SHA-256\0"),
        ("embedded-nul", b"SHA\0-256"),
        ("prefix", b"SHA-25"),
        ("not-utf-8", b"SHA-256\xff"),
        ("overlong-utf-8", b"\xc1\x93HA-256"),
    ];
    let case = |(id, name): (&str, &[u8])| {
        let requirements = ["ERR-UNSUPALG-007", "ABI-STR-008"];
        let mut c = Case::new(format!("errors/unsupported-algorithm/{id}"), &requirements)
            .algorithm("HKDF-EXTRACT/SHA-256")
            .kind(Kind::Robustness);
        if id.contains("utf-8") {
            // The text says UTF-8 and not what happens otherwise.
            c = c.may_trap();
        }
        let name = c.data(name);
        let expect = if id.contains("utf-8") {
            Expect::only(UnsupportedAlgorithm).or_info_any_error()
        } else {
            UnsupportedAlgorithm.into()
        };
        let no = None::<Handle>;
        c.expect(expect).open("symmetric_state_open", args![name, no, no]);
        c.expect(expect).open("symmetric_key_import", args![name, [1; 32]]);
        c.expect(expect).open("symmetric_key_generate", args![name, no]);
        let key = c.key_import("HKDF-EXTRACT/SHA-256", [1; 32]);
        let state = c.state_open("HKDF-EXTRACT/SHA-256", Some(key), None);
        c.expect(expect).open("symmetric_state_squeeze_key", args![state, name]);
        c
    };
    let asymmetric = |(id, name): (&str, &[u8])| {
        let requirements = ["ERR-UNSUPALG-007", "ABI-STR-008"];
        let mut c = Case::new(format!("errors/unsupported-algorithm/asymmetric-{id}"), &requirements)
            .kind(Kind::Robustness)
            .may_trap();
        let name = c.data(name);
        let expect = Expect::only(UnsupportedAlgorithm);
        for ty in [AlgorithmType::Signatures, AlgorithmType::KeyExchange] {
            c.expect(expect).open("keypair_generate", args![ty as u32, name, None::<Handle>]);
            c.expect(expect).open("keypair_import", args![ty as u32, name, ED25519_KEYPAIR, RAW]);
            c.expect(expect).open("publickey_import", args![ty as u32, name, [1; 32], RAW]);
            c.expect(expect).open("secretkey_import", args![ty as u32, name, [1; 32], RAW]);
        }
        c.expect(expect).open("signature_import", args![name, [1; 64], RAW]);
        c
    };
    names.into_iter().map(case).chain(names.into_iter().map(asymmetric)).collect()
}

/// Whether case matters is left open (C14: the text's own examples vary).
fn case_of_names() -> Case {
    let mut c = Case::new("errors/unsupported-algorithm/case-of-names", &["ERR-UNSUPALG-007"])
        .algorithm("SHA-256")
        .strength(Strength::May);
    for name in ["sha-256", "Sha-256"] {
        let _ = c.state_open(name, None, None);
    }
    let _ = c.key_import("hmac/sha-256", [1; 32]);
    c
}

fn strings_end_where_they_say() -> Case {
    let mut c = Case::new("abi/string/no-terminator", &["ABI-STR-008"]).algorithm("SHA-256").algorithm("AES-256-GCM");
    let text = c.data("SHA-256/more that does not count");
    let no = None::<Handle>;
    let state = c.open("symmetric_state_open", args![text.slice(0, 7), no, no]);
    c.absorb(state, "abc");
    let options = c.options_open(AlgorithmType::Symmetric);
    let name = c.data("nonce_and_more");
    c.call("options_set", args![options, name.slice(0, 5), [1; 12]]);
    let key = c.key_import("AES-256-GCM", [1; 32]);
    let state = c.state_open("AES-256-GCM", Some(key), Some(options));
    c.options_get_eq(state, "nonce", [1; 12]);
    // At the very end of memory there is nothing behind it.
    let tail = c.tail(7);
    c.copy(tail.start(), "SHA-256");
    c.open("symmetric_state_open", args![tail, no, no]);
    c
}

fn optional_handles() -> Case {
    let mut c = Case::new("abi/optional/some-and-none", &["ABI-OPT-009", "SEC-IV-008"])
        .algorithm("HMAC/SHA-256")
        .algorithm("AES-256-GCM");
    // The padding, and the payload where there is none, are poisoned by the builder.
    let key = c.key_import("HMAC/SHA-256", [1; 32]);
    let _ = c.state_open("HMAC/SHA-256", Some(key), None);
    let options = c.options_open(AlgorithmType::Symmetric);
    let _ = c.state_open("HMAC/SHA-256", Some(key), Some(options));
    let _ = c.open("symmetric_key_generate", args!["HMAC/SHA-256", Some(options)]);
    let key = c.key_import("AES-256-GCM", [1; 32]);
    let nonce = c.nonce([1; 12]);
    let _ = c.state_open("AES-256-GCM", Some(key), Some(nonce));
    c
}

/// Constructions that nobody should be able to use, and sizes that are too small.
const INSECURE: &[&str] = &[
    "MD5",
    "SHA-1",
    "SHA1",
    "HMAC/SHA-1",
    "HMAC/MD5",
    "DES-CBC",
    "3DES-CBC",
    "RC4",
    "AES-128-ECB",
    "AES-256-ECB",
    "NULL",
    "HKDF-EXTRACT/SHA-1",
];

fn insecure(name: &str) -> Case {
    let mut c = Case::new(format!("security/insecure/{name}"), &["SEC-INSECURE-003"]).strength(Strength::Should);
    let no = None::<Handle>;
    c.expect(UnsupportedAlgorithm).open("symmetric_state_open", args![name, no, no]);
    c.expect(UnsupportedAlgorithm).open("symmetric_key_import", args![name, [1; 16]]);
    for name in ["RSA_PKCS1_1024_SHA1", "RSA_PKCS1_1024_SHA256", "RSA_PKCS1_2048_SHA1", "ECDSA_P192_SHA256"] {
        let key = args![AlgorithmType::Signatures as u32, name, [1; 64], RAW];
        c.expect(UnsupportedAlgorithm).open("publickey_import", key);
    }
    c
}

/// Empty buffers, whatever the pointer: published bindings pass 1.
fn empty_buffers() -> Vec<Case> {
    let pointers = [
        ("null", Pointer::absolute(0), true),
        ("one", Pointer::absolute(1), true),
        ("end", Pointer::end(0), true),
        ("behind-end", Pointer::end(1), false),
        ("last-address", Pointer::absolute(u32::MAX), false),
    ];
    let case = |(id, pointer, inside): (&str, Pointer, bool)| {
        let mut c = Case::new(format!("abi/empty-buffer/{id}"), &["ABI-MEM-014"])
            .algorithm("HMAC/SHA-256")
            .algorithm("SHA-256");
        if !inside {
            c = c.may_trap();
        }
        let expect = if inside { Success.into() } else { Expect::only(Success).or_info_any_error() };
        let nothing = || args![(pointer, 0)].remove(0);
        let reference = c.state_open("SHA-256", None, None);
        let expected = c.squeeze(reference, 32);
        let state = c.state_open("SHA-256", None, None);
        c.expect(expect).call("symmetric_state_absorb", vec![state.into(), nothing()]);
        c.expect(expect).call("symmetric_state_squeeze", vec![state.into(), nothing()]);
        let digest = c.squeeze(state, 32);
        c.same(digest, expected);
        let options = c.options_open(AlgorithmType::Symmetric);
        c.expect(expect).call("options_set", vec![options.into(), args!["salt"].remove(0), nothing()]);
        let key = c.expect(expect).open("symmetric_key_import", vec![args!["HMAC/SHA-256"].remove(0), nothing()]);
        if inside {
            let array = c.key_export(key);
            let len = c.array_len(array);
            c.equal(len, 0);
            let count = c.size_slot();
            c.call("array_output_pull", vec![array.into(), nothing(), count.at().into()]);
            c.equal(count, 0);
        }
        c
    };
    pointers.into_iter().map(case).collect()
}

/// Sizes are checked when a key is imported: some hosts take any and fall over when it is used.
fn keys_of_wrong_size() -> Case {
    let mut c = Case::new("errors/invalid-key/size", &["ERR-INVKEY-009", "SEC-TYPE-002"])
        .algorithm("AES-128-GCM")
        .algorithm("AES-256-GCM");
    for (algorithm, sizes) in [("AES-128-GCM", [0, 1, 15, 17, 32, 1000]), ("AES-256-GCM", [0, 1, 16, 31, 33, 1000])] {
        for size in sizes {
            let key = c.expect(InvalidKey).key_import(algorithm, vec![1; size]);
            c.observe().untouched(key);
        }
    }
    c
}

fn keys_of_another_algorithm() -> Case {
    let mut c = Case::new("errors/invalid-key/other-algorithm", &["ERR-INVKEY-009", "SEC-TYPE-002"])
        .algorithm("HMAC/SHA-256")
        .algorithm("HMAC/SHA-512")
        .algorithm("AES-256-GCM");
    let options = c.nonce([1; 12]);
    let names = ["HMAC/SHA-256", "HMAC/SHA-512", "AES-256-GCM"];
    let keys = names.map(|name| c.key_import(name, [1; 32]));
    for (i, name) in names.into_iter().enumerate() {
        for (n, key) in keys.into_iter().enumerate() {
            if i != n {
                let _ = c.expect(InvalidKey).state_open(name, Some(key), Some(options));
            }
        }
    }
    c
}

fn key_not_supported() -> Case {
    let mut c =
        Case::new("errors/key-not-supported", &["ERR-KEYNOTSUP-020"]).algorithm("SHA-256").algorithm("HMAC/SHA-256");
    let key = object(&mut c, HandleType::SymmetricKey);
    let expect = Expect::only(KeyNotSupported).or_info([InvalidKey]);
    let _ = c.expect(expect).state_open("SHA-256", Some(key), None);
    // C12: an example imports a key for a hash.
    let expect =
        Expect::only(KeyNotSupported).or_info([Success, UnsupportedFeature, UnsupportedAlgorithm, InvalidOperation]);
    let _ = c.expect(expect).key_import("SHA-256", [1; 32]);
    let _ = c.expect(expect).key_generate("SHA-256");
    c
}

fn key_required() -> Case {
    let names =
        ["HMAC/SHA-256", "HMAC/SHA-512", "AES-128-GCM", "AES-256-GCM", "HKDF-EXTRACT/SHA-256", "HKDF-EXPAND/SHA-512"];
    let mut c = Case::new("errors/key-required", &["ERR-KEYREQ-021"]);
    let options = c.nonce([1; 12]);
    for name in names {
        c = c.algorithm(name);
        let _ = c.expect(KeyRequired).state_open(name, None, None);
        let _ = c.expect(KeyRequired).state_open(name, None, Some(options));
    }
    c
}

fn nonce_required() -> Case {
    let mut c = Case::new("errors/nonce-required", &["ERR-NONCEREQ-024", "SEC-IV-008"]).algorithm("AES-256-GCM");
    let key = c.key_generate("AES-256-GCM");
    let _ = c.expect(NonceRequired).state_open("AES-256-GCM", Some(key), None);
    let options = c.options_open(AlgorithmType::Symmetric);
    let _ = c.expect(NonceRequired).state_open("AES-256-GCM", Some(key), Some(options));
    c
}

/// Where a wrong size shows (when it is set, at open, at encrypt) is left open; this is about open.
fn nonce_sizes() -> Case {
    let mut c = Case::new("errors/invalid-nonce", &["ERR-INVNONCE-025"]).algorithm("AES-256-GCM");
    let key = c.key_generate("AES-256-GCM");
    for size in [0, 1, 8, 11, 13, 16, 24, 32, 1000] {
        let options = c.nonce(vec![1; size]);
        let _ = c.expect(InvalidNonce).state_open("AES-256-GCM", Some(key), Some(options));
    }
    c
}

fn output_too_long() -> Case {
    let mut c = Case::new("errors/invalid-length", &["ERR-INVLEN-010"]).algorithm("SHA-256").algorithm("AES-256-GCM");
    let state = c.state_open("SHA-256", None, None);
    for len in [33, 64, 4096] {
        let out = c.expect(InvalidLength).squeeze(state, len);
        c.observe().untouched(out);
    }
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    let (out, size) = c.expect(InvalidLength).encrypt(state, "message", 24);
    c.observe().untouched(out);
    c.observe().untouched(size);
    c
}

fn output_too_small() -> Case {
    let mut c = Case::new("errors/overflow", &["ERR-OVERFLOW-017", "SEC-BOUND-004"]).algorithm("AES-256-GCM");
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    for len in [0, 7, 22] {
        let (out, size) = c.expect(Overflow).encrypt(state, "message", len);
        c.observe().untouched(out);
        c.observe().untouched(size);
    }
    let (out, _) = c.expect(Overflow).encrypt_detached(state, "message", 6);
    c.observe().untouched(out);
    // A refused call uses no nonce up.
    let _ = c.encrypt(state, "message", 23);
    c
}

fn tags_that_never_verify() -> Case {
    let mut c =
        Case::new("errors/invalid-tag/length", &["ERR-INVTAG-022"]).algorithm("AES-256-GCM").algorithm("HMAC/SHA-256");
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    for len in [0, 1, 12, 15, 17, 32] {
        let _ = c.expect(InvalidTag).decrypt_detached(state, "message", vec![1; len], 7);
    }
    let tag = object(&mut c, HandleType::SymmetricTag);
    let other = object(&mut c, HandleType::SymmetricTag);
    let (bytes, _) = c.tag_pull(other, 32);
    // Some hosts compare as many bytes as they are given: a prefix, and the empty tag, verify there.
    for len in [0, 1, 16, 31] {
        c.expect(InvalidTag).tag_verify(tag, bytes.slice(0, len));
    }
    c.tag_verify(tag, bytes);
    c
}

/// C2: the text has two names for a tag that does not verify.
fn forged() -> Expect {
    Expect::only(InvalidTag).or_warn([VerificationFailed])
}

fn forged_tags() -> Case {
    let mut c = Case::new("errors/verification-failed/tag", &["ERR-VERFAIL-011"]).algorithm("HMAC/SHA-256");
    let tag = object(&mut c, HandleType::SymmetricTag);
    c.expect(forged()).tag_verify(tag, [0; 32]);
    let other = object(&mut c, HandleType::SymmetricTag);
    let (bytes, _) = c.tag_pull(other, 32);
    c.store_u32(bytes.start(), 0);
    c.expect(forged()).tag_verify(tag, bytes);
    c
}

/// Whatever is wrong, the answer is the same, so that it tells nothing.
fn one_status_for_all_forgeries() -> Case {
    let mut c = Case::new("security/one-status-for-all-forgeries", &["SEC-ERRLEAK-007"]).algorithm("AES-256-GCM");
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    let (sealed, _) = c.encrypt(state, "message", 23);
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    for place in [0, 6, 7, 22] {
        let forged = c.buffer(23);
        c.copy(forged.start(), sealed);
        // The ciphertext is known, and has this byte in none of the places.
        let byte = c.buffer_with([0x55]);
        c.copy(forged.start().plus(place), byte);
        let _ = c.expect(InvalidTag).decrypt(state, forged, 7);
    }
    let wrong_data = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    c.absorb(wrong_data, "never sealed");
    let _ = c.expect(InvalidTag).decrypt(wrong_data, sealed, 7);
    let wrong_nonce = c.aead_open("AES-256-GCM", [1; 32], [2; 12]);
    let _ = c.expect(InvalidTag).decrypt(wrong_nonce, sealed, 7);
    let wrong_key = c.aead_open("AES-256-GCM", [2; 32], [1; 12]);
    let _ = c.expect(InvalidTag).decrypt(wrong_key, sealed, 7);
    c
}

/// C35: the documents say SHOULD and MUST.
fn nothing_is_left_of_a_forgery() -> Case {
    let mut c = Case::new("security/output-of-a-failed-decryption", &["SEC-ERRBUF-010"]).algorithm("AES-256-GCM");
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    let (sealed, _) = c.encrypt(state, "a longer message", 32);
    let tag = c.buffer(16);
    c.copy(tag.start(), sealed.slice(16, 16));
    c.store_u32(tag.start(), 0);
    let state = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    let (out, size) = c.expect(forged()).decrypt_detached(state, sealed.slice(0, 16), tag, 16);
    c.differ(out, "a longer message");
    c.should().filled(out, 0);
    c.observe().untouched(size);
    c
}

/// C1: the text has two names for what an algorithm does not have.
fn no_such_operation() -> Case {
    let mut c = Case::new("errors/invalid-operation", &["ERR-INVOP-023", "ERR-UNSUPFEAT-004"])
        .algorithm("HKDF-EXPAND/SHA-256")
        .algorithm("SHA-256");
    let expect = Expect::only(InvalidOperation).or_info([UnsupportedFeature]);
    let key = c.key_import("HKDF-EXPAND/SHA-256", [1; 32]);
    let expand = c.state_open("HKDF-EXPAND/SHA-256", Some(key), None);
    let hash = c.state_open("SHA-256", None, None);
    for state in [expand, hash] {
        let (out, _) = c.expect(expect).encrypt(state, "message", 23);
        c.observe().untouched(out);
        let _ = c.expect(expect).encrypt_detached(state, "message", 7);
        let _ = c.expect(expect).decrypt(state, [1; 23], 7);
        let _ = c.expect(expect).decrypt_detached(state, [1; 7], [1; 16], 7);
        let _ = c.expect(expect).squeeze_tag(state);
        c.expect(expect).ratchet(state);
    }
    let _ = c.squeeze(expand, 32);
    c
}

fn iv_is_optional() -> Case {
    let mut c = Case::new("security/no-iv-needed", &["SEC-IV-008"]).algorithm("SHA-256").algorithm("HMAC/SHA-256");
    let _ = c.state_open("SHA-256", None, None);
    let key = object(&mut c, HandleType::SymmetricKey);
    let _ = c.state_open("HMAC/SHA-256", Some(key), None);
    c
}

/// Calls that take long may say so; the guest repeats them, and in the end they are done.
fn in_progress() -> Case {
    let mut c = Case::new("errors/in-progress", &["ERR-INPROG-029"]).algorithm("Ed25519");
    let keypair = c.open("keypair_generate", args![AlgorithmType::Signatures as u32, "Ed25519", None::<Handle>]);
    c.open("keypair_publickey", args![keypair]);
    c
}

fn malformed_signature() -> Case {
    let mut c = Case::new("errors/invalid-signature", &["ERR-INVSIG-014"]).algorithm("Ed25519");
    for len in [0, 1, 32, 63, 65, 128] {
        c.expect(InvalidSignature).open("signature_import", args!["Ed25519", vec![7; len], RAW]);
    }
    c
}

fn encodings_that_do_not_fit() -> Case {
    const DER: u32 = SignatureEncoding::Der as u32;
    const SEC: u32 = PublickeyEncoding::Sec as u32;
    let mut c =
        Case::new("errors/unsupported-encoding", &["ERR-UNSUPENC-006"]).algorithm("Ed25519").algorithm("X25519");
    // C3: the text has two names for it.
    let expect = Expect::only(UnsupportedEncoding).or_info([UnsupportedAlgorithm]);
    c.expect(expect).open("signature_import", args!["Ed25519", [7; 64], DER]);
    let key = args![AlgorithmType::KeyExchange as u32, "X25519", [9; 32], SEC];
    c.expect(expect).open("publickey_import", key);
    let publickey = object(&mut c, HandleType::Publickey);
    c.expect(expect).open("publickey_export", args![publickey, SEC]);
    c
}

fn keys_of_two_algorithms() -> Case {
    let mut c = Case::new("errors/incompatible-keys", &["ERR-INCOMPAT-030"])
        .algorithm("Ed25519")
        .algorithm("ECDSA_P256_SHA256");
    let ed25519 = object(&mut c, HandleType::Publickey);
    let p256 = args![AlgorithmType::Signatures as u32, "ECDSA_P256_SHA256", None::<Handle>];
    let p256 = c.open("keypair_generate", p256);
    let p256 = c.open("keypair_secretkey", args![p256]);
    c.expect(IncompatibleKeys).open("keypair_from_pk_and_sk", args![ed25519, p256]);
    c
}

/// A panic in some hosts poisons a lock, and the object, or the host, is dead for good.
fn after_an_error_the_host_goes_on() -> Case {
    let mut c = Case::new("errors/host-goes-on", &["ERR-INTERNAL-018"]).algorithm("SHA-256").algorithm("AES-256-GCM");
    let hash = c.state_open("SHA-256", None, None);
    c.absorb(hash, "a");
    let aead = c.aead_open("AES-256-GCM", [1; 32], [1; 12]);
    for _ in 0..3 {
        let _ = c.expect(InvalidLength).squeeze(hash, 33);
        let _ = c.expect(InvalidTag).decrypt_detached(aead, "message", [0; 3], 7);
        let _ = c.expect(InvalidKey).key_import("AES-256-GCM", [0; 3]);
        let _ = c.expect(UnsupportedAlgorithm).state_open("?", None, None);
    }
    c.absorb(hash, "bc");
    let fresh = c.state_open("SHA-256", None, None);
    c.absorb(fresh, "abc");
    let (one, other) = (c.squeeze(hash, 32), c.squeeze(fresh, 32));
    c.same(one, other);
    let _ = c.encrypt(aead, "message", 23);
    c
}
