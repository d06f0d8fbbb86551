//! The batch modules: one answer with the single calls, entry by entry.

mod support;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use wasi_crypto_host::{
    Errno, GuestMemory, JobPool, Progress, SharedWasiCryptoCtx, WasiCryptoCtx, WasiCryptoCtxBuilder,
};

use support::hex::hex;
use support::{Guest, Native, Random, Transport, hostcall};

const AES: &str = "AES-256-GCM";
/// Where results go: behind all that these tests put.
const RESULTS: u32 = 48 << 10;
/// What was there before.
const UNTOUCHED: u8 = 0x5e;

/// Calls a batch function. The list is put first, so that what its entries point to must have been put by the same guest before.
fn batch<T: Transport, const N: usize>(
    guest: &mut Guest<T>,
    function: &str,
    entries: &[[u32; N]],
    result_len: usize,
) -> Result<Vec<Vec<u8>>, Errno> {
    guest.transport.write(RESULTS, &vec![UNTOUCHED; entries.len() * result_len]);
    let [list, _] = put_list(guest, entries);
    guest.call(function, &[list, entries.len() as u32, RESULTS])?;
    Ok(results(guest, entries.len(), result_len))
}

fn put_list<T: Transport, const N: usize>(guest: &mut Guest<T>, entries: &[[u32; N]]) -> [u32; 2] {
    let list: Vec<u8> = entries.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    guest.put(&list)
}

fn results<T: Transport>(guest: &mut Guest<T>, count: usize, len: usize) -> Vec<Vec<u8>> {
    let all = guest.bytes_at([RESULTS, (count * len) as u32]);
    all.chunks(len).map(<[u8]>::to_vec).collect()
}

/// A result without a value.
fn status(errno: Errno) -> Vec<u8> {
    errno.number().to_le_bytes().to_vec()
}

/// A result with a value; its last two bytes are left alone.
fn value(value: u32, errno: Errno) -> Vec<u8> {
    [&value.to_le_bytes()[..], &errno.number().to_le_bytes(), &[UNTOUCHED; 2]].concat()
}

/// The values of results that are all successes.
fn values(results: &[Vec<u8>]) -> Vec<u32> {
    let value_of = |result: &Vec<u8>| u32::from_le_bytes(result[..4].try_into().unwrap());
    results.iter().for_each(|result| assert_eq!(*result, value(value_of(result), Errno::Success)));
    results.iter().map(value_of).collect()
}

fn messages() -> Vec<Vec<u8>> {
    [0, 1, 16, 100, 5000].map(|len| (0..len).map(|i| i as u8).collect()).into()
}

fn native_aes() -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from([7; 32]))
}

fn sealed(nonce: u8, message: &[u8]) -> Vec<u8> {
    native_aes().encrypt(&Nonce::from([nonce; 12]), Payload { msg: message, aad: b"" }).unwrap()
}

#[test]
fn hashes_are_squeezed() {
    let mut guest = Guest::native();
    let states: Vec<u32> = messages()
        .iter()
        .map(|message| {
            let state = guest.open("SHA-256", None, None).unwrap();
            guest.absorb(state, message).unwrap();
            state
        })
        .collect();
    let entries: Vec<_> = states
        .iter()
        .map(|state| {
            let [out, len] = guest.room(32);
            [*state, out, len]
        })
        .collect();
    let results = batch(&mut guest, "batch_symmetric_state_squeeze", &entries, 2).unwrap();
    assert_eq!(results, vec![status(Errno::Success); entries.len()]);
    for (message, [_, out, len]) in messages().iter().zip(entries) {
        assert_eq!(guest.bytes_at([out, len]), Sha256::digest(message).to_vec());
    }
}

#[test]
fn macs_are_squeezed_as_tags() {
    let mut guest = Guest::native();
    let key = guest.import("HMAC/SHA-256", b"key").unwrap();
    let states: Vec<[u32; 1]> = messages()
        .iter()
        .map(|message| {
            let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
            guest.absorb(state, message).unwrap();
            [state]
        })
        .collect();
    let tags = values(&batch(&mut guest, "batch_symmetric_state_squeeze_tag", &states, 8).unwrap());
    for (message, tag) in messages().iter().zip(tags) {
        let expected = Hmac::<Sha256>::new_from_slice(b"key").unwrap().chain_update(message).finalize();
        assert_eq!(guest.pull_tag(tag).unwrap(), expected.into_bytes().to_vec());
    }
}

#[test]
fn messages_are_encrypted_and_decrypted() {
    let mut guest = Guest::native();
    let states: Vec<u32> = (0..5).map(|nonce| guest.cipher(AES, &[7; 32], &[nonce; 12])).collect();
    let entries: Vec<[u32; 5]> = states
        .iter()
        .zip(messages())
        .map(|(state, message)| {
            let ([data, data_len], [out, out_len]) = (guest.put(&message), guest.room(message.len() + 16));
            [*state, out, out_len, data, data_len]
        })
        .collect();
    let results = batch(&mut guest, "batch_symmetric_state_encrypt", &entries, 8).unwrap();
    for (nonce, (message, ([_, out, out_len, ..], result))) in
        (0..).zip(messages().iter().zip(entries.iter().zip(results)))
    {
        assert_eq!(result, value(*out_len, Errno::Success));
        assert_eq!(guest.bytes_at([*out, *out_len]), sealed(nonce, message));
    }

    // Back, each in place.
    let back: Vec<[u32; 5]> =
        entries.iter().map(|[state, out, out_len, ..]| [*state, *out, out_len - 16, *out, *out_len]).collect();
    guest.room(20 << 10);
    let results = batch(&mut guest, "batch_symmetric_state_decrypt", &back, 8).unwrap();
    for (message, ([_, out, out_len, ..], result)) in messages().iter().zip(back.iter().zip(results)) {
        assert_eq!(result, value(*out_len, Errno::Success));
        assert_eq!(guest.bytes_at([*out, *out_len]), *message);
    }
}

#[test]
fn tags_may_be_apart() {
    let mut guest = Guest::native();
    let states: Vec<u32> = (0..5).map(|nonce| guest.cipher(AES, &[7; 32], &[nonce; 12])).collect();
    let entries: Vec<[u32; 5]> = states
        .iter()
        .zip(messages())
        .map(|(state, message)| {
            let ([data, data_len], [out, out_len]) = (guest.put(&message), guest.room(message.len()));
            [*state, out, out_len, data, data_len]
        })
        .collect();
    let tags = values(&batch(&mut guest, "batch_symmetric_state_encrypt_detached", &entries, 8).unwrap());
    // All of them before the tags are pulled, which go there, too.
    let ciphertexts: Vec<_> = entries.iter().map(|[_, out, out_len, ..]| guest.bytes_at([*out, *out_len])).collect();
    for (nonce, (message, (ciphertext, tag))) in (0..).zip(messages().iter().zip(ciphertexts.into_iter().zip(tags))) {
        assert_eq!([ciphertext, guest.pull_tag(tag).unwrap()].concat(), sealed(nonce, message));
    }

    let back: Vec<[u32; 7]> = (0..)
        .zip(states.iter().zip(messages()))
        .map(|(nonce, (state, message))| {
            let sealed = sealed(nonce, &message);
            let (ciphertext, tag) = sealed.split_at(message.len());
            let ([data, len], [tag, tag_len], [out, out_len]) =
                (guest.put(ciphertext), guest.put(tag), guest.room(message.len()));
            [*state, out, out_len, data, len, tag, tag_len]
        })
        .collect();
    let results = batch(&mut guest, "batch_symmetric_state_decrypt_detached", &back, 8).unwrap();
    for (message, ([_, out, out_len, ..], result)) in messages().iter().zip(back.iter().zip(results)) {
        assert_eq!(result, value(*out_len, Errno::Success));
        assert_eq!(guest.bytes_at([*out, *out_len]), *message);
    }
}

/// RFC 8032, section 7.1, tests 1 and 2.
const ED25519: [(&str, &[u8], &str); 2] = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60\
         d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\
         3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        &[0x72],
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
];

#[test]
fn signatures_are_made_and_verified() {
    let mut guest = Guest::native();
    let mut pairs = Vec::new();
    let states: Vec<[u32; 1]> = ED25519
        .iter()
        .map(|(pair, message, _)| {
            let ([name, name_len], [raw, raw_len]) = (guest.put(b"Ed25519"), guest.put(&hex(pair)));
            let pair = guest.call_for_u32("keypair_import", &[0, name, name_len, raw, raw_len, 0]).unwrap();
            pairs.push(pair);
            let state = guest.call_for_u32("signature_state_open", &[pair]).unwrap();
            let [data, len] = guest.put(message);
            guest.call("signature_state_update", &[state, data, len]).unwrap();
            [state]
        })
        .collect();
    let signatures = values(&batch(&mut guest, "batch_signature_state_sign", &states, 8).unwrap());
    for ((.., expected), signature) in ED25519.iter().zip(&signatures) {
        assert_eq!(guest.export_as("signature_export", *signature, 0).unwrap(), hex(expected));
    }

    let mut verifier = |of: usize| {
        let public = guest.call_for_u32("keypair_publickey", &[pairs[of]]).unwrap();
        let state = guest.call_for_u32("signature_verification_state_open", &[public]).unwrap();
        let [data, len] = guest.put(ED25519[of].1);
        guest.call("signature_verification_state_update", &[state, data, len]).unwrap();
        state
    };
    let entries = [
        [verifier(0), signatures[0]],
        [verifier(1), signatures[1]],
        [verifier(1), signatures[0]],
        [verifier(0), signatures[0] ^ 0x4000_0000],
    ];
    let results = batch(&mut guest, "batch_signature_state_verify", &entries, 2).unwrap();
    let expected = [Errno::Success, Errno::Success, Errno::VerificationFailed, Errno::InvalidHandle];
    assert_eq!(results, expected.map(status));
}

#[test]
fn a_bad_entry_fails_alone() {
    let mut guest = Guest::native();
    let states: Vec<u32> = (0..6).map(|nonce| guest.cipher(AES, &[7; 32], &[nonce; 12])).collect();
    let [data, len] = guest.put(b"message");
    let mut outs: Vec<u32> = (0..6).map(|_| guest.put(&[UNTOUCHED; 23])[0]).collect();
    let mut entries: Vec<[u32; 5]> =
        states.iter().zip(&outs).map(|(state, out)| [*state, *out, 23, data, len]).collect();
    entries[1][0] ^= 0x4000_0000;
    entries[2][1] = u32::MAX - 8;
    entries[3][3] = support::PAGE as u32 - 6;
    entries[4][2] = 22;
    let results = batch(&mut guest, "batch_symmetric_state_encrypt", &entries, 8).unwrap();
    let expected = [
        value(23, Errno::Success),
        value(0, Errno::InvalidHandle),
        value(0, Errno::GuestError),
        value(0, Errno::GuestError),
        value(0, Errno::Overflow),
        value(23, Errno::Success),
    ];
    assert_eq!(results, expected);
    assert_eq!(guest.bytes_at([outs.remove(0), 23]), sealed(0, b"message"));
    assert_eq!(guest.bytes_at([outs.pop().unwrap(), 23]), sealed(5, b"message"));
    for out in outs {
        assert_eq!(guest.bytes_at([out, 23]), [UNTOUCHED; 23]);
    }
    // What failed has not used up its nonce.
    assert_eq!(guest.encrypt(states[4], b"message").unwrap(), sealed(4, b"message"));
}

#[test]
fn a_state_may_come_twice() {
    let mut guest = Guest::native();
    let state = guest.cipher(AES, &[7; 32], &[1; 12]);
    let [data, len] = guest.put(b"message");
    let entries = [0, 1].map(|_| [state, guest.room(23)[0], 23, data, len]);
    let results = batch(&mut guest, "batch_symmetric_state_encrypt", &entries, 8).unwrap();
    assert_eq!(results, [value(23, Errno::Success), value(0, Errno::NonceRequired)]);
    assert_eq!(guest.bytes_at([entries[0][1], 23]), sealed(1, b"message"));
}

#[test]
fn nothing_is_done_for_lists_that_are_not_in_memory() {
    let mut guest = Guest::native();
    let state = guest.cipher(AES, &[7; 32], &[1; 12]);
    let end = support::PAGE as u32;
    let [data, len] = guest.put(b"message");
    let out = guest.put(&[UNTOUCHED; 23])[0];
    let [list, list_len] = put_list(&mut guest, &[[state, out, 23, data, len]]);
    let before = guest.bytes_at([0, end]);
    let function = "batch_symmetric_state_encrypt";
    for args in [
        [list, 1, end - 7],
        [list, 1, end],
        [list, 1, u32::MAX],
        [end - list_len + 1, 1, RESULTS],
        [list, u32::MAX, RESULTS],
        [list, end / 20 + 1, RESULTS],
        [0, 1 << 28, 0],
    ] {
        assert_eq!(guest.call(function, &args), Err(Errno::GuestError), "{args:x?}");
        assert_eq!(guest.bytes_at([0, end]), before, "{args:x?}");
    }
    assert_eq!(guest.call(function, &[list, 1, RESULTS]), Ok(()));
    assert_eq!(guest.bytes_at([out, 23]), sealed(1, b"message"));
}

#[test]
fn an_empty_list_is_a_success() {
    let mut guest = Guest::native();
    let before = guest.bytes_at([0, support::PAGE as u32]);
    for hostcall in wasi_crypto_host::hostcalls().iter().filter(|hostcall| hostcall.name().starts_with("batch_")) {
        assert_eq!(guest.call(hostcall.name(), &[u32::MAX, 0, u32::MAX]), Ok(()), "{}", hostcall.name());
        assert!(hostcall.may_be_long());
    }
    assert_eq!(guest.bytes_at([0, support::PAGE as u32]), before);
}

#[test]
fn algorithms_are_not_mixed() {
    let mut guest = Guest::native();
    let keys = ["HMAC/SHA-256", "HMAC/SHA-512"].map(|name| (name, guest.import(name, b"key").unwrap()));
    let [one, other] = keys.map(|(name, key)| guest.open(name, Some(key), None).unwrap());
    let before = guest.accounts();
    let results = batch(&mut guest, "batch_symmetric_state_squeeze_tag", &[[one], [one], [other]], 8);
    assert_eq!(results, Err(Errno::UnsupportedFeature));
    assert_eq!(guest.bytes_at([RESULTS, 24]), [UNTOUCHED; 24]);
    assert_eq!(guest.accounts(), before);
    // A state that is not there has no algorithm.
    let results = batch(&mut guest, "batch_symmetric_state_squeeze_tag", &[[0], [one], [u32::MAX], [one]], 8).unwrap();
    assert_eq!([&results[0], &results[2]], [&value(0, Errno::InvalidHandle); 2]);
    values(&[results[1].clone(), results[3].clone()]);
}

#[test]
fn results_for_which_there_are_no_handles_fail_alone() {
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().max_handles(5));
    let key = guest.import("HMAC/SHA-256", b"key").unwrap();
    let state = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
    let results = batch(&mut guest, "batch_symmetric_state_squeeze_tag", &[[state]; 5], 8).unwrap();
    values(&results[..3]);
    assert_eq!(results[3..], [value(0, Errno::TooManyHandles), value(0, Errno::TooManyHandles)]);
}

#[test]
fn a_list_is_no_longer_than_all_handles() {
    let mut guest = Guest::with_limits(WasiCryptoCtx::builder().max_handles(5));
    let results = batch(&mut guest, "batch_symmetric_state_squeeze_tag", &[[0]; 6], 8);
    assert_eq!(results, Err(Errno::Overflow));
    assert_eq!(guest.bytes_at([RESULTS, 48]), [UNTOUCHED; 48]);
}

/// States with long and short work: password hashes, of which each entry has its own.
fn passwords<T: Transport>(guest: &mut Guest<T>) -> Vec<u32> {
    let states = [1, 3000, 2, 4000, 3].map(|iterations| {
        let options = guest.options_open();
        guest.options_set(options, "salt", b"salt").unwrap();
        guest.options_set_u64(options, "ops_limit", iterations).unwrap();
        let state = guest.open("PBKDF2-SHA-256", None, Some(options)).unwrap();
        guest.absorb(state, b"password").unwrap();
        state
    });
    states.into()
}

fn derived(iterations: u32) -> Vec<u8> {
    let mut expected = vec![0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(b"password", b"salt", iterations, &mut expected);
    expected
}

#[test]
fn long_work_is_handed_out_and_the_rest_of_the_batch_goes_on() {
    for function in ["batch_symmetric_state_squeeze", "batch_symmetric_state_squeeze_tag"] {
        let mut guest = Guest::with_limits(WasiCryptoCtx::builder().job_pool(JobPool::new(2).batch_threads(2)));
        let states = passwords(&mut guest);
        let outs: Vec<[u32; 2]> = states.iter().map(|_| guest.room(32)).collect();
        let is_tag = function.ends_with("tag");
        let list = if is_tag {
            put_list(&mut guest, &states.iter().map(|state| [*state]).collect::<Vec<_>>())
        } else {
            let entries: Vec<[u32; 3]> =
                states.iter().zip(&outs).map(|(state, [out, len])| [*state, *out, *len]).collect();
            put_list(&mut guest, &entries)
        };
        let args = [list[0], states.len() as u32, RESULTS].map(u64::from);
        let Native { ctx, memory } = &mut guest.transport;
        let mut handed_out = 0;
        let mut progress = ctx.begin_call(hostcall(function), GuestMemory::unshared(memory), &args);
        let errno = loop {
            progress = match progress {
                Progress::Done(errno) => break errno,
                Progress::Paused(paused) => {
                    ctx.continue_call(paused, hostcall(function), GuestMemory::unshared(memory), &args)
                }
                Progress::Pending(work) => {
                    handed_out += 1;
                    ctx.finish_call(work.run(), GuestMemory::unshared(memory), &args)
                }
            }
        };
        assert_eq!(errno, Errno::Success);
        if is_tag {
            assert_eq!(handed_out, 3, "every tag of a password is handed out, two at a time");
            for result in results(&mut guest, 5, 8) {
                let tag = u32::from_le_bytes(result[..4].try_into().unwrap());
                let tag = guest.pull_tag(tag).unwrap();
                assert!(tag.starts_with(b"$pbkdf2-sha256$"), "{tag:?}");
            }
        } else {
            assert_eq!(handed_out, 2, "what has thousands of iterations is");
            assert_eq!(results(&mut guest, 5, 2), vec![status(Errno::Success); 5]);
            for (out, iterations) in outs.into_iter().zip([1, 3000, 2, 4000, 3]) {
                assert_eq!(guest.bytes_at(out), derived(iterations));
            }
        }
    }
}

#[test]
fn a_long_batch_comes_in_parts() {
    let mut guest = Guest::native();
    let pair = guest.keypair(0, "ECDSA_K256_SHA256");
    let state = guest.call_for_u32("signature_state_open", &[pair]).unwrap();
    let [list, _] = put_list(&mut guest, &[[state]; 100]);
    let args = [list, 100, RESULTS].map(u64::from);
    let sign = hostcall("batch_signature_state_sign");
    let Native { ctx, memory } = &mut guest.transport;
    let Progress::Paused(paused) = ctx.begin_call(sign, GuestMemory::unshared(memory), &args) else {
        panic!("a hundred signatures take more than a slice");
    };
    assert!((2..102).contains(&ctx.open_handles()));
    // From there to the end, as a caller that has nothing else to do.
    let mut progress = ctx.continue_call(paused, sign, GuestMemory::unshared(memory), &args);
    while let Progress::Paused(paused) = progress {
        progress = ctx.continue_call(paused, sign, GuestMemory::unshared(memory), &args);
    }
    assert!(matches!(progress, Progress::Done(Errno::Success)), "{progress:?}");
    assert_eq!(ctx.open_handles(), 102);
}

#[test]
fn a_batch_stops_between_entries() {
    let mut guest = Guest::native();
    let pair = guest.keypair(0, "Ed25519");
    let state = guest.call_for_u32("signature_state_open", &[pair]).unwrap();
    let [list, _] = put_list(&mut guest, &[[state]; 100]);
    guest.transport.ctx.stop_handle().stop();
    assert_eq!(guest.call("batch_signature_state_sign", &[list, 100, RESULTS]), Err(Errno::InProgress));
    assert_eq!(guest.transport.ctx.open_handles(), 2);
}

#[test]
fn threads_have_batches_too() {
    let builder: WasiCryptoCtxBuilder = WasiCryptoCtx::builder();
    let ctx = SharedWasiCryptoCtx::new(builder.build().unwrap());
    let mut guest = Guest::new(Native { ctx, memory: vec![0; support::PAGE] });
    let states = passwords(&mut guest);
    let entries: Vec<[u32; 3]> = states
        .iter()
        .map(|state| {
            let [out, len] = guest.room(32);
            [*state, out, len]
        })
        .collect();
    let results = batch(&mut guest, "batch_symmetric_state_squeeze", &entries, 2).unwrap();
    assert_eq!(results, vec![status(Errno::Success); 5]);
    for ([_, out, len], iterations) in entries.into_iter().zip([1, 3000, 2, 4000, 3]) {
        assert_eq!(guest.bytes_at([out, len]), derived(iterations));
    }
}

/// Results over the list, outputs over both: a guest harms itself alone, in one piece, in parts and on threads.
#[test]
fn whatever_lies_over_something_else_every_batch_ends() {
    let mut random = Random(0xba7c4);
    for function in [
        "batch_symmetric_state_squeeze",
        "batch_symmetric_state_squeeze_tag",
        "batch_symmetric_state_encrypt",
        "batch_symmetric_state_encrypt_detached",
        "batch_symmetric_state_decrypt",
        "batch_symmetric_state_decrypt_detached",
        "batch_signature_state_sign",
        "batch_signature_state_verify",
    ] {
        for turn in 0..200 {
            let builder = WasiCryptoCtx::builder().max_handles(40);
            let mut guest = Guest::new(Native::new(builder, 1 << 10));
            let aes = guest.cipher(AES, &[7; 32], &[1; 12]);
            let clone = guest.clone_state(aes).unwrap();
            let key = guest.import("HMAC/SHA-256", b"key").unwrap();
            let mac = guest.open("HMAC/SHA-256", Some(key), None).unwrap();
            let hash = guest.open("SHA-256", None, None).unwrap();
            let states = [[aes, clone], [mac, mac], [hash, hash]][random.below(3)];

            // Numbers that are states, small, or at the end of the memory, where lists, results and outputs may be.
            for at in 0..(1 << 8) {
                let number = match random.below(4) {
                    0 => *random.pick(&states),
                    1 => random.below(1 << 10) as u32,
                    2 => random.below(40) as u32,
                    _ => u32::MAX - random.below(40) as u32,
                };
                guest.transport.write(at * 4, &number.to_le_bytes());
            }
            let args = [random.below(700), random.below(12), random.below(700)].map(|arg| arg as u64);
            let Native { mut ctx, mut memory } = guest.transport;
            match turn % 3 {
                0 => _ = ctx.call(hostcall(function), GuestMemory::unshared(&mut memory), &args),
                1 => _ = support::call_in_parts(&mut ctx, &mut memory, hostcall(function), &args),
                _ => {
                    let ctx = SharedWasiCryptoCtx::new(ctx);
                    _ = ctx.call(hostcall(function), GuestMemory::unshared(&mut memory), &args);
                    assert!(ctx.open_handles() <= 40);
                }
            }
        }
    }
}

/// Each takes out of the table what the others wait for.
#[test]
fn batches_of_threads_with_the_same_states_in_any_order_end() {
    const LEN: usize = 8 << 10;
    let ctx = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().build().unwrap());
    let guest = || Guest::new(Native { ctx: ctx.clone(), memory: vec![0; 128 << 10] });
    let mut first = guest();
    let states: Vec<u32> = (0..8).map(|nonce| first.cipher(AES, &[7; 32], &[nonce; 12])).collect();
    let message = vec![5; LEN];
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (mut guest, mut states, message) = (guest(), states.clone(), &message);
            scope.spawn(move || {
                if thread % 2 == 1 {
                    states.reverse();
                }
                for _ in 0..20 {
                    guest.room(0);
                    let [data, data_len] = guest.put(&sealed(3, message));
                    let [out, out_len] = guest.room(LEN);
                    let entries: Vec<[u32; 5]> =
                        states.iter().map(|state| [*state, out, out_len, data, data_len]).collect();
                    let results = batch(&mut guest, "batch_symmetric_state_decrypt", &entries, 8).unwrap();
                    for (at, result) in results.into_iter().enumerate() {
                        let is_third = (if thread % 2 == 1 { 7 - at } else { at }) == 3;
                        let refused = value(0, Errno::InvalidTag);
                        assert_eq!(result, if is_third { value(LEN as u32, Errno::Success) } else { refused });
                    }
                }
            });
        }
    });
}
