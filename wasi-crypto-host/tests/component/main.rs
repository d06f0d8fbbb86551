//! The face for components, by a component that passes on every function: each call is lifted and lowered as any component's is.

mod arguments;
mod command;
mod epochs;
#[path = "../support/executor.rs"]
mod executor;
mod faces;
mod generated;
mod guest;
mod limits;
mod long_calls;
mod long_lists;
mod passthrough;
mod random;
mod secrets;
mod strings;

use wasi_crypto_host::WasiCryptoCtx;
use wasmtime::Store;
use wasmtime::component::Val;

use guest::{Guest, bytes, case, hex, list, optional, text};

#[test]
fn a_hash_is_as_long_as_its_digest() {
    let mut guest = Guest::new();
    let state = guest.state("SHA-256", None).unwrap();
    guest.call("symmetric-state-absorb", &[state.clone(), list("ab")]).unwrap();
    let copy = guest.call("symmetric-state-clone", std::slice::from_ref(&state)).unwrap();
    guest.call("symmetric-state-absorb", &[state.clone(), list("c")]).unwrap();
    // FIPS 180-4, example of one block.
    let abc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(bytes(guest.call("symmetric-state-squeeze", std::slice::from_ref(&state)).unwrap()), abc);
    guest.call("symmetric-state-absorb", &[copy.clone(), list("c")]).unwrap();
    assert_eq!(bytes(guest.call("symmetric-state-squeeze", std::slice::from_ref(&copy)).unwrap()), abc);
    assert_eq!(guest.open_handles(), 2);
    guest.drop(state);
    guest.call("symmetric-state-close", &[copy]).unwrap();
    assert_eq!(guest.open_handles(), 0, "dropped and closed");
}

#[test]
fn an_output_without_end_goes_on() {
    let mut guest = Guest::new();
    let state = guest.state("BLAKE3", None).unwrap();
    let squeezed =
        [(); 2].map(|()| bytes(guest.call("symmetric-state-squeeze", std::slice::from_ref(&state)).unwrap()));
    // The first 128 bytes of the output of no input, of the reference's test vectors.
    let expected = hex(concat!(
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        "e00f03e7b69af26b7faaf09fcd333050338ddfe085b8cc869ca98b206c08243a",
        "26f5487789e8f660afe6c99ef9e0c52b92e7393024a80459cf91f476f9ffdbda",
        "7001c22e159b402631f277ca96f2defdf1078282314e763699a31c5363165421",
    ));
    assert_eq!(squeezed.concat(), expected);
}

#[test]
fn a_message_is_sealed_and_opened() {
    // GCM specification, test case 16 without associated data: key, nonce and message of test case 15.
    let key = hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    let message = hex(concat!(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72",
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
    ));
    let sealed = hex(concat!(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa",
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
        "b094dac5d93471bdec1a502270e3cc6c",
    ));
    let mut guest = Guest::new();
    let key = guest.call("symmetric-key-import", &[text("AES-256-GCM"), list(key)]).unwrap();
    let options = guest.call("options-open", &[case("symmetric")]).unwrap();
    let nonce = [options.clone(), text("nonce"), list(hex("cafebabefacedbaddecaf888"))];
    guest.call("options-set", &nonce).unwrap();
    let mut state = || {
        let args = [text("AES-256-GCM"), optional(Some(key.clone())), optional(Some(options.clone()))];
        guest.call("symmetric-state-open", &args).unwrap()
    };
    let states = [(); 2].map(|()| state());
    let [one, other] = &states;
    let out = guest.call("symmetric-state-encrypt", &[one.clone(), list(&message)]).unwrap();
    assert_eq!(bytes(out), sealed);
    let Val::Tuple(detached) =
        guest.call("symmetric-state-encrypt-detached", &[other.clone(), list(&message)]).unwrap()
    else {
        panic!()
    };
    let [ciphertext, tag]: [Val; 2] = detached.try_into().unwrap();
    assert_eq!(guest.call("symmetric-tag-len", std::slice::from_ref(&tag)), Ok(Val::U32(16)));
    let tag = bytes(guest.call("symmetric-tag-pull", &[tag]).unwrap());
    assert_eq!([bytes(ciphertext), tag.clone()].concat(), sealed);

    let decrypt = [one.clone(), list(&sealed), Val::U32(64)];
    assert_eq!(bytes(guest.call("symmetric-state-decrypt", &decrypt).unwrap()), message);
    let detached = [other.clone(), list(&sealed[..64]), list(&tag)];
    assert_eq!(bytes(guest.call("symmetric-state-decrypt-detached", &detached).unwrap()), message);
    for (len, errno) in [(63, "overflow"), (65, "invalid-length"), (u32::MAX, "invalid-length")] {
        let decrypt = [one.clone(), list(&sealed), Val::U32(len)];
        assert_eq!(guest.call("symmetric-state-decrypt", &decrypt), Err(errno.to_owned()), "{len}");
    }
    let mut changed = sealed;
    changed[0] ^= 1;
    let decrypt = [one.clone(), list(&changed), Val::U32(64)];
    assert_eq!(guest.call("symmetric-state-decrypt", &decrypt), Err("invalid-tag".to_owned()));
}

#[test]
fn a_signature_is_that_of_the_standard_and_verifies() {
    let mut guest = Guest::new();
    // RFC 8032, section 7.1, test 2.
    let secret = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    let public = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let signature = hex(concat!(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ));
    let import = [case("signatures"), text("Ed25519"), list([secret, public].concat()), case("raw")];
    let keypair = guest.call("keypair-import", &import).unwrap();
    let state = guest.call("signature-state-open", std::slice::from_ref(&keypair)).unwrap();
    guest.call("signature-state-update", &[state.clone(), list([0x72])]).unwrap();
    let signed = guest.call("signature-state-sign", &[state]).unwrap();
    let exported = guest.call("signature-export", &[signed.clone(), case("raw")]).unwrap();
    assert_eq!(guest.pull(exported), signature);

    let public = guest.call("keypair-publickey", &[keypair]).unwrap();
    let verify = guest.call("signature-verification-state-open", &[public]).unwrap();
    let pair = [verify, signed];
    let verified = guest.call("signature-verification-state-verify", &pair);
    assert_eq!(verified, Err("verification-failed".to_owned()), "of the empty message");
    guest.call("signature-verification-state-update", &[pair[0].clone(), list([0x72])]).unwrap();
    guest.call("signature-verification-state-verify", &pair).unwrap();
}

#[test]
fn two_parties_agree_on_a_secret() {
    let mut guest = Guest::new();
    let mut keypair = |algorithm| {
        let pair = guest.call("keypair-generate", &[case("key-exchange"), text(algorithm), optional(None)]).unwrap();
        let halves = ["keypair-publickey", "keypair-secretkey"];
        halves.map(|half| guest.call(half, std::slice::from_ref(&pair)).unwrap())
    };
    let ([public_a, secret_a], [public_b, secret_b]) = (keypair("X25519"), keypair("X25519"));
    let [public_kem, secret_kem] = keypair("ML-KEM-768");
    let agreed = [[public_a, secret_b], [public_b, secret_a]].map(|pair| guest.call("kx-dh", &pair).unwrap());
    let agreed = agreed.map(|output| guest.pull(output));
    assert_eq!(agreed[0], agreed[1]);
    let Val::Tuple(outputs) = guest.call("kx-encapsulate", &[public_kem]).unwrap() else { panic!() };
    let [secret, sealed]: [Val; 2] = outputs.try_into().unwrap();
    assert_eq!(guest.call("array-output-len", std::slice::from_ref(&sealed)), Ok(Val::U32(1088)));
    let sealed = guest.pull(sealed);
    let opened = guest.call("kx-decapsulate", &[secret_kem, list(sealed)]).unwrap();
    assert_eq!(guest.pull(opened), guest.pull(secret));
}

#[test]
fn batches_answer_for_each_entry() {
    let mut guest = Guest::new();
    let keypair = guest.call("keypair-generate", &[case("signatures"), text("Ed25519"), optional(None)]).unwrap();
    let mut state = |message: &str| {
        let state = guest.call("signature-state-open", std::slice::from_ref(&keypair)).unwrap();
        guest.call("signature-state-update", &[state.clone(), list(message)]).unwrap();
        state
    };
    let states = vec![state("one"), state("two"), state("one")];
    let Val::List(signed) = guest.call("batch-signature-state-sign", &[Val::List(states)]).unwrap() else { panic!() };
    let success = || Val::Variant("success".to_owned(), None);
    let mut pull = |result: Val| match result {
        Val::Tuple(result) if result[1] == success() => guest.pull(result[0].clone()),
        other => panic!("{other:?}"),
    };
    let signatures: Vec<_> = signed.into_iter().map(&mut pull).collect();
    assert!(signatures[0] == signatures[2] && signatures[0] != signatures[1], "RFC 8032 is deterministic");

    let key = guest.call("symmetric-key-import", &[text("AES-128-GCM"), list([7; 16])]).unwrap();
    let options = guest.call("options-open", &[case("symmetric")]).unwrap();
    guest.call("options-set", &[options.clone(), text("nonce"), list([1; 12])]).unwrap();
    let open = [text("AES-128-GCM"), optional(Some(key)), optional(Some(options))];
    let mut states = [(); 2].map(|()| guest.call("symmetric-state-open", &open).unwrap());
    let alone = guest.call("symmetric-state-encrypt", &[states[0].clone(), list("message")]).unwrap();
    // That one has encrypted already.
    let entry = |state: &Val| Val::Tuple(vec![state.clone(), list("message")]);
    let batch = Val::List(states.iter().map(entry).collect());
    let Val::List(sealed) = guest.call("batch-symmetric-state-encrypt", &[batch]).unwrap() else { panic!() };
    let refused = Val::Tuple(vec![list([]), Val::Variant("nonce-required".to_owned(), None)]);
    assert_eq!(sealed, [refused, Val::Tuple(vec![alone.clone(), success()])]);
    states.reverse();
    let sealed = |state: &Val| Val::Tuple(vec![state.clone(), alone.clone()]);
    let batch = Val::List(states.iter().map(sealed).collect());
    let Val::List(opened) = guest.call("batch-symmetric-state-decrypt", &[batch]).unwrap() else { panic!() };
    assert_eq!(opened, [(); 2].map(|()| Val::Tuple(vec![list("message"), success()])));

    let batch = Val::List(states.iter().map(entry).collect());
    let Val::List(detached) = guest.call("batch-symmetric-state-encrypt-detached", &[batch]).unwrap() else { panic!() };
    for entry in detached {
        let Val::Tuple(entry) = entry else { panic!() };
        assert_eq!(guest.call("symmetric-tag-len", &[entry[1].clone()]), Ok(Val::U32(0)), "there, and empty");
    }

    let hash = guest.state("SHA-256", None).unwrap();
    let mixed = Val::List(vec![states[0].clone(), hash.clone()]);
    assert_eq!(guest.call("batch-symmetric-state-squeeze", &[mixed]), Err("unsupported-feature".to_owned()));
    let twice = Val::List(vec![hash.clone(), hash]);
    let Val::List(squeezed) = guest.call("batch-symmetric-state-squeeze", &[twice]).unwrap() else { panic!() };
    // FIPS 180-4, of the empty message.
    let empty = hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(squeezed, [(); 2].map(|()| Val::Tuple(vec![list(&empty), success()])));
}

#[tokio::test]
async fn an_asynchronous_store_has_the_same_functions() {
    let (engine, component) = guest::component();
    let mut store = Store::new(engine, WasiCryptoCtx::builder().statistics(true).build().unwrap());
    let instance = guest::linker_async(engine).instantiate_async(&mut store, component).await.unwrap();
    let mut call = async |name: &str, args: &[Val]| {
        let func = instance.get_func(&mut store, name).unwrap();
        let mut results = [Val::Bool(false)];
        func.call_async(&mut store, args, &mut results).await.unwrap();
        match results {
            [Val::Result(Ok(value))] => value.map_or(Val::Bool(true), |value| *value),
            [other] => panic!("{name}: {other:?}"),
        }
    };
    let options = call("options-open", &[case("symmetric")]).await;
    call("options-set", &[options.clone(), text("salt"), list("salt")]).await;
    call("options-set-u64", &[options.clone(), text("ops_limit"), Val::U64(4096)]).await;
    let open = [text("PBKDF2-SHA-256"), optional(None), optional(Some(options))];
    let state = call("symmetric-state-open", &open).await;
    call("symmetric-state-absorb", &[state.clone(), list("password")]).await;
    let derived = bytes(call("symmetric-state-squeeze", &[state]).await);
    // RFC 6070 with SHA-256 in the place of SHA-1, as OpenSSL has it.
    assert_eq!(derived, hex("c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"));
    let calls: Vec<_> = store.data().calls().map(|(hostcall, count)| (hostcall.name(), count)).collect();
    let counted = ["options_open", "options_set", "options_set_u64"].into_iter();
    let counted = counted.chain(["symmetric_state_open", "symmetric_state_absorb", "symmetric_state_squeeze"]);
    assert_eq!(calls, counted.map(|name| (name, 1)).collect::<Vec<_>>(), "each counts once");
}
