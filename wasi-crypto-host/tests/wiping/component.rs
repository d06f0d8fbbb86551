//! Components: what passes through the face for them is wiped, too, whichever way their calls end.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

use wasi_crypto_host::WasiCryptoCtxBuilder;
use wasi_crypto_host::secrets::{MemoryStore, Policy, RootKey, SecretsManager};
use wasmtime::component::{Component, Val};

use crate::guest::{Guest, bytes, case, component, list, optional, text};
use crate::passthrough;
use crate::watching::freed_with;
use crate::{ASYMMETRIC, key, keyed};

/// Watches the host in each call of a component.
struct Watched {
    guest: Guest,
    secret: Vec<u8>,
}

impl Watched {
    fn new(secret: &[u8]) -> Self {
        Self { guest: Guest::with(ctx()), secret: secret.to_vec() }
    }

    fn run<R>(&mut self, what: &str, work: impl FnOnce(&mut Guest) -> R) -> R {
        let (result, found) = freed_with(&self.secret, || work(&mut self.guest));
        assert_eq!(found, None, "{what} freed a block of so many bytes with a secret in it");
        result
    }

    fn try_call(&mut self, name: &str, args: &[Val]) -> Result<Val, String> {
        self.run(name, |guest| guest.call(name, args))
    }

    fn call(&mut self, name: &str, args: &[Val]) -> Val {
        self.try_call(name, args).unwrap_or_else(|errno| panic!("{name}: {errno}"))
    }

    fn drop_resource(&mut self, resource: Val) {
        self.run("a resource that is dropped", |guest| guest.drop(resource));
    }

    /// An option set with a nonce.
    fn options(&mut self, nonce_len: usize) -> Val {
        let options = self.call("options-open", &[case("symmetric")]);
        self.call("options-set", &[options.clone(), text("nonce"), list(&[7; 32][..nonce_len])]);
        options
    }

    fn cipher(&mut self, algorithm: &str, raw: &[u8]) -> Val {
        let (key, options) = (self.call("symmetric-key-import", &[text(algorithm), list(raw)]), self.options(12));
        self.call("symmetric-state-open", &[text(algorithm), optional(Some(key)), optional(Some(options))])
    }

    fn end(self) {
        let Self { guest, secret } = self;
        let ((), found) = freed_with(&secret, || drop(guest));
        assert_eq!(found, None, "dropping the store freed a block of so many bytes with a secret in it");
    }
}

/// A context whose guest may export what it keeps.
fn ctx() -> WasiCryptoCtxBuilder {
    let manager = SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
    wasi_crypto_host::WasiCryptoCtx::builder().secrets(manager.namespace("guest").policy(Policy::unrestricted()))
}

#[test]
fn keys_of_components_are_wiped() {
    for (name, len, nonce_len) in keyed() {
        let raw = key(len);
        let mut guest = Watched::new(&raw);
        let key = guest.call("symmetric-key-import", &[text(name), list(&raw)]);
        let [pulled, dropped] = [(); 2].map(|()| guest.call("symmetric-key-export", std::slice::from_ref(&key)));
        assert_eq!(bytes(guest.call("array-output-pull", &[pulled])), raw);
        guest.drop_resource(dropped);
        let options = guest.options(nonce_len);
        let open = [text(name), optional(Some(key.clone())), optional(Some(options))];
        let state = guest.call("symmetric-state-open", &open);
        let copy = guest.call("symmetric-state-clone", std::slice::from_ref(&state));
        guest.call("symmetric-key-close", &[key]);
        _ = guest.try_call("symmetric-state-absorb", &[copy.clone(), list([1; 100])]);
        for function in ["symmetric-state-squeeze", "symmetric-state-squeeze-tag"] {
            _ = guest.try_call(function, std::slice::from_ref(&copy));
        }
        if let Ok(sealed) = guest.try_call("symmetric-state-encrypt", &[copy.clone(), list([2; 64])]) {
            let opened = guest.try_call("symmetric-state-decrypt", &[copy.clone(), sealed, Val::U32(64)]);
            // Sessions go on.
            assert!(opened.is_ok() || name == "XOODYAK-128", "{name}");
        }
        guest.drop_resource(copy);
        // One more stays open.
        guest.end();
    }
}

#[test]
fn asymmetric_keys_of_components_are_wiped() {
    for (name, algorithm_type, len) in ASYMMETRIC {
        let raw = key(len);
        let mut guest = Watched::new(&raw);
        let of = [case(if algorithm_type == 0 { "signatures" } else { "key-exchange" }), text(name)];
        let secret = guest.call("secretkey-import", &[&of[..], &[list(&raw), case("raw")]].concat());
        let public = guest.call("publickey-from-secretkey", std::slice::from_ref(&secret));
        let pair = guest.call("keypair-from-pk-and-sk", &[public, secret.clone()]);
        for encoding in ["raw", "pkcs8", "pem"] {
            if let Ok(output) = guest.try_call("secretkey-export", &[secret.clone(), case(encoding)]) {
                let encoded = guest.call("array-output-pull", &[output]);
                guest.call("secretkey-import", &[&of[..], &[encoded, case(encoding)]].concat());
            }
            _ = guest.try_call("keypair-export", &[pair.clone(), case(encoding)]);
        }
        if algorithm_type == 0 {
            let state = guest.call("signature-state-open", std::slice::from_ref(&pair));
            guest.call("signature-state-sign", std::slice::from_ref(&state));
            guest.call("batch-signature-state-sign", &[Val::List(vec![state; 3])]);
        }
        guest.drop_resource(secret);
        guest.end();
    }
}

#[test]
fn what_components_encrypt_and_decrypt_is_wiped() {
    let message = key(64);
    let mut guest = Watched::new(&message);
    let [one, other, used] = [(); 3].map(|()| guest.cipher("AES-256-GCM", &[5; 32]));
    let sealed = guest.call("symmetric-state-encrypt", &[used.clone(), list(&message)]);
    let refused = guest.try_call("symmetric-state-encrypt", &[used.clone(), list(&message)]);
    assert_eq!(refused, Err("nonce-required".to_owned()));
    assert_eq!(bytes(guest.call("symmetric-state-decrypt", &[used.clone(), sealed.clone(), Val::U32(64)])), message);
    let short = guest.try_call("symmetric-state-decrypt", &[used.clone(), sealed.clone(), Val::U32(63)]);
    assert_eq!(short, Err("overflow".to_owned()));
    let forged = list([&bytes(sealed.clone())[..79], &[0]].concat());
    let forged = guest.try_call("symmetric-state-decrypt", &[used.clone(), forged, Val::U32(64)]);
    assert_eq!(forged, Err("invalid-tag".to_owned()));
    let detached = |sealed: &Val| [list(&bytes(sealed.clone())[..64]), list(&bytes(sealed.clone())[64..])];
    let [ciphertext, tag] = detached(&sealed);
    guest.call("symmetric-state-encrypt-detached", &[one, list(&message)]);
    guest.call("symmetric-state-decrypt-detached", &[used.clone(), ciphertext.clone(), tag.clone()]);
    // Some entries fail.
    let batch = |entry: &[Val]| {
        let entries = [&used, &other, &used].map(|state| Val::Tuple([&[state.clone()][..], entry].concat()));
        [Val::List(entries.to_vec())]
    };
    guest.call("batch-symmetric-state-encrypt", &batch(&[list(&message)]));
    guest.call("batch-symmetric-state-encrypt-detached", &batch(&[list(&message)]));
    guest.call("batch-symmetric-state-decrypt", &batch(&[sealed]));
    guest.call("batch-symmetric-state-decrypt-detached", &batch(&[ciphertext, tag]));
    guest.end();
}

#[test]
fn what_components_keep_in_stores_is_wiped() {
    let secret = key(32);
    let mut guest = Watched::new(&secret);
    let manager = guest.call("secrets-manager-open", &[optional(None)]);
    let (never, latest) = (Val::U64(u64::MAX), Val::Variant("latest".to_owned(), None));
    let with_secret = [manager.clone(), list(&secret), never];
    let id = guest.call("external-secret-store", &with_secret);
    let found = guest.call("external-secret-from-id", &[manager.clone(), id, latest.clone()]);
    assert_eq!(bytes(guest.call("array-output-pull", &[found])), secret);
    let sealed = guest.call("external-secret-encapsulate", &with_secret);
    let sealed = guest.call("array-output-pull", &[sealed]);
    guest.call("external-secret-decapsulate", &[manager.clone(), sealed.clone()]);
    let changed = list(&bytes(sealed)[1..]);
    assert!(guest.try_call("external-secret-decapsulate", &[manager.clone(), changed]).is_err());
    guest.try_call("external-secret-replace", &with_secret).unwrap_err();

    let keys = [(); 3].map(|()| guest.call("symmetric-key-import", &[text("HMAC/SHA-256"), list(&secret)]));
    let [stored, new, other] = keys;
    let id = guest.call("symmetric-key-store-managed", &[manager.clone(), stored.clone()]);
    guest.call("symmetric-key-replace-managed", &[manager.clone(), stored, new]);
    let found = guest.call("symmetric-key-from-id", &[manager.clone(), id.clone(), latest]);
    guest.call("symmetric-key-export", std::slice::from_ref(&found));
    guest.drop_resource(found);
    guest.drop_resource(other);
    let all = Val::Variant("all".to_owned(), None);
    guest.call("secrets-manager-invalidate", &[manager, id, all]);
    guest.end();
}

/// A component in whose memory there is no room for an answer.
#[test]
fn an_answer_that_does_not_arrive_is_wiped() {
    let narrow =
        passthrough::generate().replace(r#"(memory (export "memory") 1)"#, r#"(memory (export "memory") 1 1)"#);
    let narrow: &Component = Box::leak(Box::new(Component::new(&component().0, narrow).unwrap()));
    let message = key(64).repeat(600);
    let sealed = {
        let mut guest = Watched::new(&message[..64]);
        let state = guest.cipher("AES-256-GCM", &[5; 32]);
        guest.call("symmetric-state-encrypt", &[state, list(&message)])
    };
    for function in ["symmetric-state-decrypt", "batch-symmetric-state-decrypt"] {
        let mut guest = Watched { guest: Guest::of(narrow, ctx(), None), secret: message[..64].to_vec() };
        let state = guest.cipher("AES-256-GCM", &[5; 32]);
        let args = match function {
            "symmetric-state-decrypt" => vec![state, sealed.clone(), Val::U32(message.len() as u32)],
            _ => vec![Val::List(vec![Val::Tuple(vec![state, sealed.clone()])])],
        };
        guest.run(function, |guest| guest.try_call(function, &args).unwrap_err());
        guest.end();
    }
}

#[test]
fn a_component_that_is_stopped_or_given_up_within_a_call_leaves_nothing() {
    let secret = key(40);
    for (is_async, is_stopped) in [(false, true), (true, true), (true, false)] {
        let guest = if is_async { Guest::asynchronous(ctx()) } else { Guest::with(ctx()) };
        let mut guest = Watched { guest, secret: secret.clone() };
        let options = guest.call("options-open", &[case("symmetric")]);
        guest.call("options-set", &[options.clone(), text("salt"), list(&secret)]);
        guest.call("options-set-u64", &[options.clone(), text("ops_limit"), Val::U64(50_000)]);
        let open = [text("PBKDF2-SHA-256"), optional(None), optional(Some(options))];
        let state = guest.call("symmetric-state-open", &open);
        guest.call("symmetric-state-absorb", &[state.clone(), list(&secret)]);
        if is_stopped {
            guest.guest.store.data().stop_handle().stop();
            guest.run("a call that is stopped", |guest| {
                guest.try_call("symmetric-state-squeeze", std::slice::from_ref(&state)).unwrap_err()
            });
        } else {
            // Without an executor, so that all is done on this thread.
            guest.run("a call that is given up", |guest| {
                let squeeze = guest.instance.get_func(&mut guest.store, "symmetric-state-squeeze").unwrap();
                let mut results = [Val::Bool(false)];
                let args = std::slice::from_ref(&state);
                let mut call = pin!(squeeze.call_async(&mut guest.store, args, &mut results));
                _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            });
        }
        guest.end();
    }
}
