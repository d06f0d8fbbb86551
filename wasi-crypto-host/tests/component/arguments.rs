//! For each function that takes lists or names, arguments with which it works.

use wasi_crypto_host::WasiCryptoCtx;
use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager};
use wasmtime::component::{Type, Val};

use crate::guest::{Guest, bytes, case, list, optional, text};

/// How many lists and names a call of a function has, with those in the one entry of a batch.
pub(crate) fn lists(guest: &mut Guest, name: &str) -> u32 {
    guest.param_types(name).iter().map(lists_in).sum()
}

fn lists_in(ty: &Type) -> u32 {
    match ty {
        Type::String => 1,
        Type::List(list) => 1 + lists_in(&list.ty()),
        Type::Tuple(tuple) => tuple.types().map(|ty| lists_in(&ty)).sum(),
        _ => 0,
    }
}

/// A guest in which all functions can be called.
pub(crate) fn guest() -> Guest {
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
    Guest::with_long_lists(WasiCryptoCtx::builder().secrets(manager.namespace("guest")))
}

pub(crate) fn arguments(guest: &mut Guest, name: &str) -> Vec<Val> {
    let none = || optional(None);
    let mut open = |name: &str, args: &[Val]| guest.call(name, args).unwrap_or_else(|errno| panic!("{name}: {errno}"));
    let options = open("options-open", &[case("symmetric")]);
    open("options-set", &[options.clone(), text("nonce"), list([2; 12])]);
    open("options-set-u64", &[options.clone(), text("parallelism"), Val::U64(1)]);
    let key = open("symmetric-key-import", &[text("AES-256-GCM"), list([1; 32])]);
    let mut cipher = || {
        open(
            "symmetric-state-open",
            &[text("AES-256-GCM"), optional(Some(key.clone())), optional(Some(options.clone()))],
        )
    };
    let [cipher, used] = [cipher(), cipher()];
    let sealed = open("symmetric-state-encrypt", &[used.clone(), list("message")]);
    let (ciphertext, tag) = {
        let sealed = bytes(sealed.clone());
        (list(&sealed[..7]), list(&sealed[7..]))
    };
    let ikm = open("symmetric-key-import", &[text("HKDF-EXTRACT/SHA-256"), list([4; 32])]);
    let extraction = open("symmetric-state-open", &[text("HKDF-EXTRACT/SHA-256"), optional(Some(ikm)), none()]);
    let mac_key = open("symmetric-key-import", &[text("HMAC/SHA-256"), list([3; 32])]);
    let mac = open("symmetric-state-open", &[text("HMAC/SHA-256"), optional(Some(mac_key)), none()]);
    let mac_tag = open("symmetric-state-squeeze-tag", std::slice::from_ref(&mac));

    let ed25519 = || [case("signatures"), text("Ed25519")];
    let pair = open("keypair-generate", &[&ed25519()[..], &[none()]].concat());
    let [public, secret] =
        ["keypair-publickey", "keypair-secretkey"].map(|half| open(half, std::slice::from_ref(&pair)));
    let mut raw = |function: &str, key: &Val| {
        let output = open(function, &[key.clone(), case("raw")]);
        open("array-output-pull", &[output])
    };
    let halves = [raw("keypair-export", &pair), raw("publickey-export", &public), raw("secretkey-export", &secret)];
    let [raw_pair, raw_public, raw_secret] = halves;
    let signing = open("signature-state-open", std::slice::from_ref(&pair));
    let signature = open("signature-state-sign", std::slice::from_ref(&signing));
    let verifying = open("signature-verification-state-open", std::slice::from_ref(&public));
    let kem = open("keypair-generate", &[case("key-exchange"), text("ML-KEM-768"), none()]);
    let [kem_public, kem_secret] =
        ["keypair-publickey", "keypair-secretkey"].map(|half| open(half, std::slice::from_ref(&kem)));
    let Val::Tuple(encapsulated) = open("kx-encapsulate", &[kem_public]) else { panic!() };
    let encapsulated = open("array-output-pull", &[encapsulated[1].clone()]);

    let manager = open("secrets-manager-open", &[none()]);
    let (never, first) = (Val::U64(u64::MAX), Val::Variant("specified".to_owned(), Some(Box::new(Val::U64(1)))));
    let key_id = open("symmetric-key-store-managed", &[manager.clone(), key]);
    let pair_id = open("keypair-store-managed", &[manager.clone(), pair]);
    let secret_id = open("external-secret-store", &[manager.clone(), list("secret"), never.clone()]);
    let encapsulated_secret = open("external-secret-encapsulate", &[manager.clone(), list("secret"), never.clone()]);
    let encapsulated_secret = open("array-output-pull", &[encapsulated_secret]);

    let import = |raw| [&ed25519()[..], &[raw, case("raw")]].concat();
    let entry = |entry: Vec<Val>| vec![Val::List(vec![Val::Tuple(entry)])];
    match name {
        "options-set" => vec![options, text("nonce"), list([2; 12])],
        "options-set-u64" => vec![options, text("ops_limit"), Val::U64(7)],
        "options-set-guest-buffer" => vec![options, text("buffer"), list([0; 100])],
        "secrets-manager-invalidate" => vec![manager, key_id, first],
        "keypair-generate" => [&ed25519()[..], &[none()]].concat(),
        "keypair-generate-managed" => [&[manager][..], &ed25519(), &[none()]].concat(),
        "keypair-import" => import(raw_pair),
        "publickey-import" => import(raw_public),
        "secretkey-import" => import(raw_secret),
        "keypair-from-id" => vec![manager, pair_id, first],
        "symmetric-key-generate" => vec![text("AES-256-GCM"), none()],
        "symmetric-key-generate-managed" => vec![manager, text("AES-256-GCM"), none()],
        "symmetric-key-import" => vec![text("AES-256-GCM"), list([1; 32])],
        "symmetric-key-from-id" => vec![manager, key_id, first],
        "symmetric-state-open" => vec![text("SHA-256"), none(), none()],
        "symmetric-state-options-get" => vec![cipher, text("nonce")],
        "symmetric-state-options-get-u64" => vec![cipher, text("parallelism")],
        "symmetric-state-absorb" => vec![cipher, list("header")],
        "symmetric-state-squeeze-key" => vec![extraction, text("HKDF-EXPAND/SHA-256")],
        "symmetric-state-encrypt" | "symmetric-state-encrypt-detached" => vec![cipher, list("message")],
        "symmetric-state-decrypt" => vec![used, sealed, Val::U32(7)],
        "symmetric-state-decrypt-detached" => vec![used, ciphertext, tag],
        "symmetric-tag-verify" => {
            let copy = open("symmetric-state-squeeze-tag", &[mac]);
            vec![mac_tag, open("symmetric-tag-pull", &[copy])]
        }
        "signature-import" => {
            let output = open("signature-export", &[signature, case("raw")]);
            vec![text("Ed25519"), open("array-output-pull", &[output]), case("raw")]
        }
        "signature-state-update" => vec![signing, list("message")],
        "signature-verification-state-update" => vec![verifying, list("message")],
        "kx-decapsulate" => vec![kem_secret, encapsulated],
        "external-secret-store" | "external-secret-replace" | "external-secret-encapsulate" => {
            vec![manager, list("secret"), never]
        }
        "external-secret-from-id" | "external-secret-invalidate" => vec![manager, secret_id, first],
        "external-secret-decapsulate" => vec![manager, encapsulated_secret],
        "batch-symmetric-state-squeeze" => vec![Val::List(vec![extraction])],
        "batch-symmetric-state-squeeze-tag" => vec![Val::List(vec![mac])],
        "batch-symmetric-state-encrypt" | "batch-symmetric-state-encrypt-detached" => {
            entry(vec![cipher, list("message")])
        }
        "batch-symmetric-state-decrypt" => entry(vec![used, sealed]),
        "batch-symmetric-state-decrypt-detached" => entry(vec![used, ciphertext, tag]),
        "batch-signature-state-sign" => vec![Val::List(vec![signing])],
        "batch-signature-state-verify" => entry(vec![verifying, signature]),
        other => panic!("say with which arguments {other} works"),
    }
}
