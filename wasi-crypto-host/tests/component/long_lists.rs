//! Lists and names of gigabytes, in the place of each one that there is.

use wasi_crypto_host::hostcalls;
use wasmtime::component::Val;

use crate::arguments::{arguments, guest, lists};

/// More than half of what a memory may have.
const LONG: u32 = (2 << 30) + (1 << 16);

/// What a function answers to a list or name that is so long: what it does to one that is too long for it.
fn expected(function: &str, which: u32) -> Result<Val, &'static str> {
    match (function, which) {
        // Nothing reads it.
        ("options-set-guest-buffer", 2) => Ok(Val::Tuple(Vec::new())),
        ("external-secret-replace", _) => Err("unsupported-feature"),
        ("keypair-import" | "publickey-import" | "secretkey-import", 2) => Err("invalid-key"),
        ("signature-import", 2) => Err("invalid-signature"),
        ("kx-decapsulate", _) => Err("verification-failed"),
        ("symmetric-tag-verify", _) | ("symmetric-state-decrypt-detached", 2) => Err("invalid-tag"),
        (name, 1) if name.contains("options-") => Err("unsupported-option"),
        (
            "keypair-generate"
            | "keypair-generate-managed"
            | "keypair-import"
            | "publickey-import"
            | "secretkey-import"
            | "symmetric-key-generate"
            | "symmetric-key-generate-managed"
            | "symmetric-key-import"
            | "symmetric-state-open"
            | "symmetric-state-squeeze-key"
            | "signature-import",
            1,
        ) => Err("unsupported-algorithm"),
        _ => Err("overflow"),
    }
}

#[test]
fn a_list_of_gigabytes_is_refused_by_every_function() {
    let mut tried = 0;
    for function in hostcalls().iter().map(|hostcall| hostcall.name().replace('_', "-")) {
        for which in 1..=lists(&mut guest(), &function) {
            let mut guest = guest();
            // Of no help.
            guest.store.set_hostcall_fuel(usize::MAX);
            let args = arguments(&mut guest, &function);
            let before = guest.accounts();
            guest.lengthen(which, LONG);
            let answer = guest.call(&function, &args);
            assert_eq!(answer, expected(&function, which).map_err(str::to_owned), "{function}, list {which}");
            assert_eq!(guest.accounts(), before, "{function}, list {which}");
            // And it works all the same.
            guest.lengthen(0, 0);
            match guest.call(&function, &args) {
                Ok(_) => assert_ne!(function, "external-secret-replace"),
                Err(errno) => {
                    assert_eq!((function.as_str(), errno.as_str()), ("external-secret-replace", "unsupported-feature"))
                }
            }
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
}

#[test]
fn a_list_of_gigabytes_ends_a_component_whose_store_has_its_usual_fuel() {
    for (function, which) in
        [("symmetric-state-absorb", 1), ("symmetric-key-import", 2), ("batch-symmetric-state-encrypt", 2)]
    {
        let mut guest = guest();
        let args = arguments(&mut guest, function);
        let before = guest.accounts();
        guest.lengthen(which, LONG);
        assert!(guest.try_call(function, &args).is_err(), "{function}");
        assert_eq!(guest.accounts(), before, "{function}");
    }
}
