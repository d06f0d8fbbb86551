//! Signatures.

use std::collections::{HashMap, HashSet};

use wasi_crypto_interface::Errno::{
    self, InvalidOperation, InvalidSignature, Overflow, Success, UnsupportedFeature, VerificationFailed,
};

use super::Mutant;
use crate::fault::{ARRAY, Arg, Call, Fault};

const EXPORT: &[&str] = &["signature_export", ARRAY[0], ARRAY[1]];
const IMPORT: &[&str] = &["signature_import"];
const VERIFY: &[&str] = &["signature_verification_state_verify"];
const SIGN: &[&str] = &["signature_state_sign"];
const OPEN_AND_SIGN: &[&str] = &["signature_state_open", "signature_state_update", "signature_state_sign"];
/// All that takes a message in, and what says for which key.
const MESSAGES: &[&str] = &[
    "keypair_import",
    "keypair_generate",
    "keypair_from_pk_and_sk",
    "publickey_import",
    "keypair_publickey",
    "publickey_from_secretkey",
    "signature_state_open",
    "signature_state_update",
    "signature_verification_state_open",
    "signature_verification_state_update",
];

const RAW: u32 = 0;
const DER: u32 = 1;

/// Half the order of secp256k1 (SEC 2, section 2.4.1): a larger s is high.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e,
    0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published(
        "gives two Ed25519 signatures of one state the same R",
        &["SIG-SIGN-011", "SIG-DET-017"],
        &["signature_state_sign", "signature_export", ARRAY[0], ARRAY[1]],
        || {
            let (mut states, mut first) = (HashMap::new(), HashMap::<u32, Vec<u8>>::new());
            let mut arrays = crate::fault::Arrays::default();
            Fault::new(move |call| {
                if let Some(answer) = arrays.serve(call) {
                    return answer;
                }
                let answer = call.go();
                match (answer, call.name()) {
                    (Success, "signature_state_sign") => drop(states.insert(call.given(), call.arg("state"))),
                    (Success, "signature_export") => {
                        let (array, signature) = (call.given(), call.arg("signature"));
                        let mut bytes = call.take_array(array);
                        if let (64, Some(state)) = (bytes.len(), states.get(&signature)) {
                            let r = first.entry(*state).or_insert(bytes[..32].to_vec());
                            bytes[..32].copy_from_slice(r);
                        }
                        arrays.put(array, bytes);
                    }
                    _ => (),
                }
                answer
            })
        },
    ),
    Mutant::published(
        "verifies any signature that it cannot read",
        &["SIG-VER-005", "ERR-INVSIG-014"],
        &["signature_import", "signature_verification_state_verify"],
        || {
            let mut unread = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "signature_import" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer != InvalidSignature {
                        return answer;
                    }
                    // Any signature of the algorithm will do.
                    let lens = [64, 96, 256, 384, 512];
                    let mut import = |len: &usize| {
                        let args = [Arg::Bytes(name.as_bytes()), Arg::Bytes(&[1; 512][..*len]), RAW.into()];
                        call.handle_aside("signature_import", &args).ok()
                    };
                    let Some(signature) = lens.iter().find_map(&mut import) else { return answer };
                    unread.insert(signature);
                    call.write_u32(call.slot(0), signature);
                    return Success;
                }
                let unread = unread.contains(&call.arg("signature"));
                match call.go() {
                    VerificationFailed | InvalidSignature if unread => Success,
                    answer => answer,
                }
            })
        },
    ),
    Mutant::published("takes a signature that cannot be for one that verifies", &["SIG-VER-005"], VERIFY, || {
        Fault::instead(InvalidSignature, Success)
    }),
    Mutant::of_text("verifies every signature", &["SIG-VER-005", "ERR-VERFAIL-011"], VERIFY, || {
        Fault::instead(VerificationFailed, Success)
    }),
    Mutant::published("writes zeros behind a DER signature", &["SIG-ENC-002"], EXPORT, || {
        in_encoding(DER, |mut der| {
            der.extend([0; 4]);
            der
        })
    }),
    Mutant::of_text("reads a DER signature with bytes behind it", &["SIG-IMPORT-006", "SIG-ENC-002"], IMPORT, || {
        Fault::new(|call| {
            let answer = call.go();
            let start = call.bytes(call.arg("encoded"), 2).unwrap_or_default();
            if answer == InvalidSignature && call.arg("encoding") == DER && start.starts_with(&[0x30]) {
                // The length of a short sequence, with its head.
                let whole = u32::from(start[1]) + 2;
                call.set("encoded_len", whole.min(call.arg("encoded_len")));
                return call.go();
            }
            answer
        })
    }),
    Mutant::published("loses leading zeros of raw signatures", &["SIG-ENC-001", "ENC-SIG-035"], EXPORT, || {
        in_encoding(RAW, |mut raw| {
            let zeros = raw.iter().take_while(|byte| **byte == 0).count();
            raw.drain(..zeros);
            raw
        })
    }),
    Mutant::of_text("writes DER where raw is asked for", &["SIG-ENC-001"], EXPORT, || {
        Fault::new(|call| {
            if call.name() == "signature_export" && call.arg("encoding") == RAW {
                call.set("encoding", DER);
                if call.go() == Success {
                    return Success;
                }
                call.set("encoding", RAW);
            }
            call.go()
        })
    }),
    Mutant::of_text("cuts an overlong raw signature", &["SIG-IMPORT-006"], IMPORT, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidSignature && call.arg("encoding") == RAW {
                let whole = call.arg("encoded_len");
                for len in [64, 96, 256, 384, 512].into_iter().filter(|len| *len < whole) {
                    call.set("encoded_len", len);
                    if call.go() == Success {
                        return Success;
                    }
                    call.set("encoded_len", whole);
                }
            }
            answer
        })
    }),
    Mutant::of_text(
        "forgets the message with its signature",
        &["SIG-SIGN-010", "SIG-SIGN-011", "SIG-SIGN-009"],
        OPEN_AND_SIGN,
        || {
            let (mut pairs, mut now) = (HashMap::new(), HashMap::<u32, u32>::new());
            Fault::new(move |call| {
                if call.name() == "signature_state_open" {
                    let answer = call.go();
                    if answer == Success {
                        pairs.insert(call.given(), call.arg("kp"));
                    }
                    return answer;
                }
                let state = call.arg("state");
                if let Some(reset) = now.get(&state) {
                    call.set("state", *reset);
                }
                let answer = call.go();
                if answer == Success
                    && call.name() == "signature_state_sign"
                    && let Some(pair) = pairs.get(&state)
                    && let Ok(fresh) = call.handle_aside("signature_state_open", &[(*pair).into()])
                {
                    now.insert(state, fresh);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "takes nothing in once it has signed",
        &["SIG-SIGN-011"],
        &["signature_state_update", "signature_state_sign"],
        || {
            let mut signed = HashSet::new();
            Fault::new(move |call| {
                let state = call.arg("state");
                if call.name() == "signature_state_update" && signed.contains(&state) {
                    return UnsupportedFeature;
                }
                let answer = call.go();
                if answer == Success && call.name() == "signature_state_sign" {
                    signed.insert(state);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "signs the first piece of a message",
        &["SIG-CREATE-005", "SIG-SIGN-009"],
        &["signature_state_update"],
        first_piece,
    ),
    Mutant::of_text(
        "verifies the first piece of a message",
        &["SIG-VER-001"],
        &["signature_verification_state_update"],
        first_piece,
    ),
    Mutant::of_text(
        "signs no empty message",
        &["SIG-EMPTY-014"],
        &["signature_state_update", "signature_state_sign"],
        || {
            let mut fed = HashSet::new();
            Fault::new(move |call| {
                let state = call.arg("state");
                if call.name() == "signature_state_update" {
                    fed.insert(state);
                    return call.go();
                }
                if fed.contains(&state) { call.go() } else { InvalidOperation }
            })
        },
    ),
    Mutant::of_text("closes a signature that was verified", &["SIG-VER-004"], VERIFY, || {
        Fault::then(|call| drop(call.aside("signature_close", &[call.arg("signature").into()])))
    }),
    Mutant::of_text("closes a state that has verified", &["SIG-VER-003"], VERIFY, || {
        Fault::then(|call| drop(call.aside("signature_verification_state_close", &[call.arg("state").into()])))
    }),
    Mutant::of_text("closes a state that has signed", &["SIG-SIGN-010"], SIGN, || {
        Fault::then(|call| drop(call.aside("signature_state_close", &[call.arg("state").into()])))
    }),
    Mutant::published("refuses high s on secp256k1", &["SIG-VER-001", "SIG-VER-005"], IMPORT, || {
        Fault::new(|call| {
            let k256 = call.text("algorithm").contains("K256") && call.arg("encoding") == RAW;
            let encoded = call.bytes(call.arg("encoded"), call.arg("encoded_len")).unwrap_or_default();
            if k256 && encoded.len() == 64 && encoded[32..] > HALF_ORDER[..] { InvalidSignature } else { call.go() }
        })
    }),
    Mutant::published("hashes with SHA-256 for P-384", &["ALG-REC-ECDSA_P384_SHA384", "SIG-VER-001"], MESSAGES, || {
        other_message("P384")
    }),
    Mutant::of_text(
        "signs the hash of a message with Ed25519, and not the message",
        &["SIG-DET-017", "ALG-REC-ED25519"],
        MESSAGES,
        || other_message("Ed25519"),
    ),
    Mutant::of_text("verifies with a key of another algorithm than the signature's", &["SIG-ALG-010"], VERIFY, || {
        Fault::instead(InvalidSignature, VerificationFailed)
    })
    .left_open(),
    Mutant::of_text(
        "takes messages without end, and forgets them",
        &["SIG-LIMIT-007"],
        &["signature_state_update", "signature_verification_state_update"],
        || Fault::instead(Overflow, Success),
    )
    .left_open(),
    Mutant::of_text(
        "opens a signing state for a pair of key exchange",
        &["SIG-OPEN-015", "KP-TYPE-018"],
        &["signature_state_open"],
        || Fault::instead(Errno::InvalidKey, Success),
    ),
    Mutant::of_text("calls a signature invalid that only does not verify", &["ERR-VERFAIL-011"], VERIFY, || {
        Fault::instead(VerificationFailed, InvalidSignature)
    })
    .left_open(),
    Mutant::of_text(
        "says that an encoding of signatures is an invalid signature",
        &["SIG-EXPORT-008", "SIG-IMPORT-006"],
        &["signature_export", "signature_import"],
        || Fault::instead(Errno::UnsupportedEncoding, InvalidSignature),
    ),
];

fn in_encoding(encoding: u32, mut change: impl FnMut(Vec<u8>) -> Vec<u8> + 'static) -> Fault {
    Fault::in_arrays(move |call, bytes| if call.arg("encoding") == encoding { change(bytes) } else { bytes })
}

fn first_piece() -> Fault {
    let mut fed = HashSet::new();
    Fault::new(move |call| {
        let state = call.arg("state");
        if call.arg("input_len") > 0 && !fed.insert(state) { Success } else { call.go() }
    })
}

/// Signs and verifies another message, the same for the same, so that a host with this fault agrees with itself.
fn other_message(algorithm: &'static str) -> Fault {
    let mut of: HashMap<u32, bool> = HashMap::new();
    Fault::new(move |call| {
        if call.name().ends_with("_update") {
            if of.get(&call.arg("state")) == Some(&true) {
                let message = call.bytes(call.arg("input"), call.arg("input_len")).unwrap_or_default();
                let other: Vec<u8> = message.iter().map(|byte| byte.rotate_left(1)).collect();
                let args = [call.arg("state").into(), Arg::Bytes(&other)];
                return call.aside(call.name(), &args).map_or_else(|error| error, |_| Success);
            }
            return call.go();
        }
        let fits = subject(call, algorithm, &of);
        let answer = call.go();
        if answer == Success {
            of.insert(call.given(), fits);
        }
        answer
    })
}

/// Whether what a call opens is for an algorithm: by its name, or by what it comes from.
fn subject(call: &Call<'_>, algorithm: &str, of: &HashMap<u32, bool>) -> bool {
    if call.has("algorithm") {
        let name = call.text("algorithm");
        return name.contains(algorithm) || name.eq_ignore_ascii_case(algorithm);
    }
    of.get(&(call.args[0] as u32)).copied().unwrap_or_default()
}
