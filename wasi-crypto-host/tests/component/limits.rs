//! What a component cannot do to its host.

use wasi_crypto_host::{STACK_BYTES, WasiCryptoCtx};
use wasmtime::component::{Component, Val};
use wasmtime::{Config, Engine};

use crate::executor::executor;
use crate::guest::{Guest, case, list, optional, text};
use crate::passthrough;

#[test]
fn leaked_resources_hit_the_limit_and_come_back_when_they_are_dropped() {
    let mut guest = Guest::with(WasiCryptoCtx::builder().max_handles(100));
    let mut open = Vec::new();
    let errno = loop {
        match guest.call("options-open", &[case("symmetric")]) {
            Ok(options) => open.push(options),
            Err(errno) => break errno,
        }
    };
    assert_eq!((errno.as_str(), open.len(), guest.open_handles()), ("too-many-handles", 100, 100));
    guest.drop(open.pop().unwrap());
    open.push(guest.call("options-open", &[case("symmetric")]).unwrap());
    open.into_iter().for_each(|options| guest.drop(options));
    assert_eq!((guest.open_handles(), guest.store.data().held_bytes()), (0, 0));
}

#[test]
fn a_batch_needs_room_for_a_resource_of_each_entry() {
    let mut guest = Guest::with(WasiCryptoCtx::builder().max_handles(5));
    let keypair = guest.call("keypair-generate", &[case("signatures"), text("Ed25519"), optional(None)]).unwrap();
    let state = guest.call("signature-state-open", &[keypair]).unwrap();
    let mut sign = |n| guest.call("batch-signature-state-sign", &[Val::List(vec![state.clone(); n])]);
    assert_eq!(sign(4), Err("too-many-handles".to_owned()));
    assert!(sign(3).is_ok());
    assert_eq!(guest.open_handles(), 5);
    let list = Val::List(vec![state; 6]);
    assert_eq!(guest.call("batch-signature-state-sign", &[list]), Err("overflow".to_owned()));
}

#[test]
fn a_batch_that_finds_no_room_for_its_results_leaves_none_behind() {
    let mut guest = Guest::with(WasiCryptoCtx::builder().max_bytes(10_000));
    let state = guest.state("SHA-256", None).unwrap();
    let open = guest.open_handles();
    // A hash has no tag, so that each entry gets one without bytes.
    let batch = Val::List(vec![state; 100]);
    assert_eq!(guest.call("batch-symmetric-state-squeeze-tag", &[batch]), Err("overflow".to_owned()));
    assert_eq!(guest.open_handles(), open);
}

/// Who overlooks an entry's error must not take everything for authentic.
#[test]
fn the_tag_of_an_entry_that_failed_never_verifies() {
    let mut guest = Guest::new();
    let state = guest.state("SHA-256", None).unwrap();
    let tags = guest.call("batch-symmetric-state-squeeze-tag", &[Val::List(vec![state])]).unwrap();
    let Val::List(tags) = tags else { panic!("{tags:?}") };
    let [Val::Tuple(tag)] = &tags[..] else { panic!("{tags:?}") };
    assert_eq!(tag[1], Val::Variant("invalid-operation".to_owned(), None));
    let verify = [tag[0].clone(), list([])];
    assert_eq!(guest.call("symmetric-tag-verify", &verify), Err("invalid-tag".to_owned()));
}

#[test]
fn a_resource_of_another_type_ends_the_guest() {
    let mut guest = Guest::new();
    let hash = guest.state("SHA-256", None).unwrap();
    assert!(guest.try_call("symmetric-tag-len", &[hash]).is_err());
}

#[test]
fn what_is_pulled_or_replaced_is_gone() {
    let mut guest = Guest::new();
    let key = guest.call("symmetric-key-import", &[text("HMAC/SHA-256"), list("key")]).unwrap();
    let output = guest.call("symmetric-key-export", &[key]).unwrap();
    assert_eq!(guest.pull(output.clone()), b"key");
    assert!(guest.try_call("array-output-len", &[output]).is_err(), "the type system says no, and the guest ends");
    assert_eq!(guest.open_handles(), 1);
}

#[test]
fn a_message_too_large_for_one_call_is_refused_before_anything_is_made() {
    let mut guest = Guest::with(WasiCryptoCtx::builder().max_bytes(1 << 20));
    let key = guest.call("symmetric-key-import", &[text("AES-128-GCM"), list([7; 16])]).unwrap();
    let options = guest.call("options-open", &[case("symmetric")]).unwrap();
    guest.call("options-set", &[options.clone(), text("nonce"), list([1; 12])]).unwrap();
    let open = [text("AES-128-GCM"), optional(Some(key)), optional(Some(options))];
    let state = guest.call("symmetric-state-open", &open).unwrap();
    let message = list(vec![0; 2 << 20]);
    let refused = Err("overflow".to_owned());
    assert_eq!(guest.call("symmetric-state-encrypt", &[state.clone(), message.clone()]), refused);
    let batch = Val::List(vec![Val::Tuple(vec![state.clone(), message.clone()])]);
    assert_eq!(guest.call("batch-symmetric-state-encrypt", &[batch]), refused);
    let hash = guest.state("SHA-256", None).unwrap();
    guest.call("symmetric-state-absorb", &[hash, message]).unwrap();
    assert!(guest.call("symmetric-state-encrypt", &[state, list("message")]).is_ok(), "nothing was done before");
}

#[test]
fn the_lists_of_a_batch_count_beside_what_it_works_on() {
    let mut guest = Guest::with(WasiCryptoCtx::builder().max_bytes(1 << 20));
    let key = guest.call("symmetric-key-import", &[text("AES-128-GCM"), list([7; 16])]).unwrap();
    let options = guest.call("options-open", &[case("symmetric")]).unwrap();
    guest.call("options-set", &[options.clone(), text("nonce"), list([1; 12])]).unwrap();
    let open = [text("AES-128-GCM"), optional(Some(key)), optional(Some(options))];
    let state = guest.call("symmetric-state-open", &open).unwrap();
    let held = guest.store.data().held_bytes();
    let half = 512 << 10;
    let mut encrypt = |len: usize| {
        let entry = Val::Tuple(vec![state.clone(), list(vec![0; len])]);
        guest.call("batch-symmetric-state-encrypt", &[Val::List(vec![entry])])
    };
    assert_eq!(encrypt(half), Err("overflow".to_owned()));
    // With some room for the state and the batch itself.
    let Val::List(sealed) = encrypt(half - 4096).unwrap() else { panic!() };
    let [Val::Tuple(sealed)] = &sealed[..] else { panic!() };
    assert_eq!(sealed[1], Val::Variant("success".to_owned(), None));
    assert_eq!(guest.store.data().held_bytes(), held, "nothing of it is kept");
}

#[test]
fn an_option_is_copied_into_a_list_only_where_there_is_room_for_it() {
    let salt = vec![7; 300 << 10];
    for (limit, expected) in [(400 << 10, Err("overflow".to_owned())), (1 << 20, Ok(list(salt.clone())))] {
        let mut guest = Guest::with(WasiCryptoCtx::builder().max_bytes(limit));
        let options = guest.call("options-open", &[case("symmetric")]).unwrap();
        guest.call("options-set", &[options.clone(), text("salt"), list(salt.clone())]).unwrap();
        guest.call("options-set-u64", &[options.clone(), text("ops_limit"), Val::U64(1)]).unwrap();
        let open = [text("PBKDF2-SHA-256"), optional(None), optional(Some(options))];
        let state = guest.call("symmetric-state-open", &open).unwrap();
        assert_eq!(guest.call("symmetric-state-options-get", &[state, text("salt")]), expected);
    }
}

#[test]
fn a_list_above_the_stores_fuel_ends_the_guest() {
    let mut guest = Guest::new();
    guest.store.set_hostcall_fuel(1 << 16);
    let hash = guest.state("SHA-256", None).unwrap();
    guest.call("symmetric-state-absorb", &[hash.clone(), list(vec![0; 1 << 16])]).unwrap();
    assert!(guest.try_call("symmetric-state-absorb", &[hash, list(vec![0; (1 << 16) + 1])]).is_err());
}

/// With less, the deepest of all calls would end the process.
#[test]
fn a_stack_for_guests_and_as_much_as_the_host_takes_is_enough() {
    const OF_GUESTS: usize = 64 << 10;
    let mut config = Config::new();
    config.max_wasm_stack(OF_GUESTS).async_stack_size(OF_GUESTS + STACK_BYTES);
    let component = Component::new(&Engine::new(&config).unwrap(), passthrough::generate()).unwrap();
    let mut guest = Guest::of(&component, WasiCryptoCtx::builder(), Some(executor()));
    let keypair = guest.call("keypair-generate", &[case("signatures"), text("ML-DSA-87"), optional(None)]).unwrap();
    let state = guest.call("signature-state-open", &[keypair]).unwrap();
    guest.call("batch-signature-state-sign", &[Val::List(vec![state.clone()])]).unwrap();
    guest.call("signature-state-sign", &[state]).unwrap();
}
