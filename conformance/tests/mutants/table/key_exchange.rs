//! Key exchange.

use std::collections::HashMap;

use wasi_crypto_interface::Errno::{
    IncompatibleKeys, InvalidKey, InvalidOperation, Success, UnsupportedFeature, VerificationFailed,
};

use super::Mutant;
use crate::fault::{ARRAY, Arrays, End, Fault};

const DH: &[&str] = &["kx_dh"];
const DH_OUT: &[&str] = &["kx_dh", ARRAY[0], ARRAY[1]];
const ENCAPSULATE: &[&str] = &["kx_encapsulate"];
const DECAPSULATE: &[&str] = &["kx_decapsulate"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published("cuts the secret of P-384 to 32 bytes", &["KX-DH-008", "KX-DH-004"], DH_OUT, || {
        Fault::in_arrays(|_, mut secret| {
            secret.truncate(32);
            secret
        })
    }),
    Mutant::of_text("loses leading zeros of shared secrets", &["KX-DH-008"], DH_OUT, || {
        Fault::in_arrays(|_, mut secret| {
            let zeros = secret.iter().take_while(|byte| **byte == 0).count();
            secret.drain(..zeros);
            secret
        })
    }),
    Mutant::of_text("gives a secret of zeros for a point of low order", &["KX-DH-005"], DH_OUT, || {
        let mut arrays = Arrays::default();
        Fault::new(move |call| {
            if let Some(answer) = arrays.serve(call) {
                return answer;
            }
            let answer = call.go();
            if answer == InvalidKey && call.name() == "kx_dh" {
                let array = call.some_array();
                arrays.put(array, vec![0; 32]);
                call.write_u32(call.slot(0), array);
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text("gives another secret each time", &["KX-DH-002"], DH_OUT, || {
        let mut count = 0;
        Fault::in_arrays(move |_, mut secret| {
            count += 1;
            secret[0] ^= count;
            secret
        })
    }),
    Mutant::of_text("turns the bytes of shared secrets round", &["KX-DH-008"], DH_OUT, || {
        Fault::in_arrays(|_, mut secret| {
            secret.reverse();
            secret
        })
    }),
    Mutant::of_text("calls keys of two algorithms invalid", &["KX-DH-006", "ERR-INCOMPAT-030"], DH, || {
        Fault::instead(IncompatibleKeys, InvalidKey)
    }),
    Mutant::of_text("does not know of agreement with a KEM's keys", &["KX-DH-007"], DH, || {
        Fault::instead(InvalidOperation, UnsupportedFeature)
    })
    .left_open(),
    Mutant::of_text("does not know of encapsulation for keys of agreement", &["KX-KEM-011"], ENCAPSULATE, || {
        Fault::instead(InvalidOperation, UnsupportedFeature)
    })
    .left_open(),
    Mutant::of_text("does not know of decapsulation with keys of agreement", &["KX-DEC-014"], DECAPSULATE, || {
        Fault::instead(InvalidOperation, UnsupportedFeature)
    })
    .left_open(),
    Mutant::of_text(
        "encapsulates the same secret again",
        &["KX-KEM-009"],
        &["kx_encapsulate", ARRAY[0], ARRAY[1]],
        || {
            let (mut arrays, mut first) = (Arrays::default(), HashMap::new());
            Fault::new(move |call| {
                if let Some(answer) = arrays.serve(call) {
                    return answer;
                }
                let answer = call.go();
                if answer == Success && call.name() == "kx_encapsulate" {
                    let (secret, sealed) = (call.u32(call.slot(0)), call.u32(call.slot(1)));
                    let fresh = (call.take_array(secret), call.take_array(sealed));
                    let same: &(Vec<u8>, Vec<u8>) = first.entry(call.arg("pk")).or_insert(fresh);
                    arrays.put(secret, same.0.clone());
                    arrays.put(sealed, same.1.clone());
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "gives everybody the same secret, on both sides",
        &["KX-KEM-009", "KX-DEC-012"],
        &["kx_encapsulate", "kx_decapsulate", ARRAY[0], ARRAY[1]],
        || Fault::in_arrays(|_, bytes| if bytes.len() == 32 { vec![0x33; 32] } else { bytes }),
    ),
    Mutant::of_text("dies of an encapsulated secret of a wrong length", &["KX-DEC-013"], DECAPSULATE, || {
        Fault::instead(VerificationFailed, End::Crash)
    }),
    Mutant::of_text(
        "calls the key invalid for an encapsulated secret of a wrong length",
        &["KX-DEC-013"],
        DECAPSULATE,
        || Fault::instead(VerificationFailed, InvalidKey),
    ),
    Mutant::of_text("takes what it needs of an overlong encapsulated secret", &["KX-DEC-013"], DECAPSULATE, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == VerificationFailed {
                let whole = call.arg("encapsulated_secret_len");
                for len in [768, 1088, 1120, 1568].into_iter().filter(|len| *len < whole) {
                    call.set("encapsulated_secret_len", len);
                    if call.go() == Success {
                        return Success;
                    }
                    call.set("encapsulated_secret_len", whole);
                }
            }
            answer
        })
    }),
];
