//! The life of handles.

use std::collections::{HashMap, HashSet};

use wasi_crypto_interface::Errno::{Closed, InvalidHandle, Success, TooManyHandles};
use wasi_crypto_interface::{Errno, Function, ParamType};

use super::Mutant;
use crate::fault::{Call, End, Fault};

/// All functions that close something of a guest's own.
const CLOSERS: &[&str] = &[
    "options_close",
    "symmetric_key_close",
    "symmetric_state_close",
    "symmetric_tag_close",
    "keypair_close",
    "publickey_close",
    "secretkey_close",
    "signature_close",
    "signature_state_close",
    "signature_verification_state_close",
];

/// The functions that give and take tags.
const TAGS: &[&str] = &[
    "symmetric_state_squeeze_tag",
    "symmetric_state_encrypt_detached",
    "symmetric_tag_len",
    "symmetric_tag_pull",
    "symmetric_tag_verify",
    "symmetric_tag_close",
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::of_text("closes what is closed once more, with success", &["ERR-CLOSED-015"], CLOSERS, || {
        Fault::instead(Closed, Success)
    }),
    Mutant::published("calls a handle closed that was never given out", &["ERR-INVHANDLE-016"], CLOSERS, || {
        Fault::instead(InvalidHandle, Closed)
    })
    .left_open(),
    Mutant::of_text("closes what was never opened, with success", &["ERR-INVHANDLE-016"], CLOSERS, || {
        Fault::instead(InvalidHandle, Success)
    }),
    Mutant::of_text("lets keys be used that are closed", &["HANDLE-CLOSED-006"], &["symmetric_key_close"], never_close),
    Mutant::of_text(
        "lets states be used that are closed",
        &["HANDLE-CLOSED-006"],
        &["symmetric_state_close"],
        never_close,
    ),
    Mutant::of_text("lets key pairs be used that are closed", &["HANDLE-CLOSED-006"], &["keypair_close"], never_close),
    Mutant::of_text(
        "lets signatures be used that are closed",
        &["HANDLE-CLOSED-006"],
        &["signature_close"],
        never_close,
    ),
    Mutant::of_text(
        "lets option sets be used that are closed",
        &["HANDLE-CLOSED-006"],
        &["options_close"],
        never_close,
    ),
    Mutant::of_text(
        "takes a tag for a state",
        &["HANDLE-TYPE-008"],
        &["symmetric_state_absorb", "symmetric_state_squeeze_tag", "symmetric_state_encrypt_detached"],
        || {
            let mut tags = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_absorb" && tags.contains(&call.arg("handle")) {
                    return Success;
                }
                let answer = call.go();
                if answer == Success && call.name() != "symmetric_state_absorb" {
                    tags.insert(call.given());
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "verifies with a state that signs",
        &["SIG-VER-002", "HANDLE-TYPE-008"],
        &["signature_verification_state_update", "signature_verification_state_verify"],
        || Fault::instead(InvalidHandle, Success),
    ),
    Mutant::of_text(
        "signs with a state that verifies",
        &["SIG-VER-002", "HANDLE-TYPE-008"],
        &["signature_state_update"],
        || Fault::instead(InvalidHandle, Success),
    ),
    Mutant::of_text("gives the number of a closed tag to the next one", &["HANDLE-NOREUSE-009"], TAGS, reused_numbers),
    Mutant::of_text(
        "closes the states of a key with the key",
        &["HANDLE-REF-005", "HANDLE-SAFECLOSE-007", "SYM-KEY-CLOSE-017"],
        &["symmetric_state_open", "symmetric_key_close"],
        || close_with("key", "symmetric_state_close"),
    ),
    Mutant::of_text(
        "closes the states of an option set with the set",
        &["OPT-CLOSE-014", "HANDLE-REF-005"],
        &["symmetric_state_open", "options_close"],
        || close_with("options", "symmetric_state_close"),
    ),
    Mutant::of_text(
        "closes signing states with their key pair",
        &["SIG-CLOSE-016", "HANDLE-REF-005"],
        &["signature_state_open", "keypair_close"],
        || close_with("kp", "signature_state_close"),
    ),
    Mutant::of_text(
        "closes verification states with their public key",
        &["SIG-CLOSE-016", "HANDLE-REF-005"],
        &["signature_verification_state_open", "publickey_close"],
        || close_with("kp", "signature_verification_state_close"),
    ),
    Mutant::of_text(
        "closes a public key with the key pair that it comes from",
        &["KP-CLOSE-020"],
        &["keypair_publickey", "keypair_close"],
        || close_with("kp", "publickey_close"),
    ),
    Mutant::of_text(
        "closes a secret key with the key pair that it comes from",
        &["KP-CLOSE-020"],
        &["keypair_secretkey", "keypair_close"],
        || close_with("kp", "secretkey_close"),
    ),
    Mutant::of_text("closes a tag whose pull failed", &["HANDLE-CONSUME-003"], &["symmetric_tag_pull"], || {
        Fault::new(|call| {
            let answer = call.go();
            if answer != Success {
                let _ = call.aside("symmetric_tag_close", &[call.arg("symmetric_tag").into()]);
            }
            answer
        })
    }),
    Mutant::of_text(
        "closes a state with its first failed call",
        &["SYM-STATE-002", "HANDLE-CONSUME-003"],
        &["symmetric_state_squeeze", "symmetric_state_encrypt"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer != Success {
                    let _ = call.aside("symmetric_state_close", &[call.arg("handle").into()]);
                }
                answer
            })
        },
    ),
    Mutant::published(
        "is dead for good after a panic in one state",
        &["SEC-UB-011", "SYM-DEC-012"],
        &["symmetric_state_decrypt", "symmetric_state_squeeze", "symmetric_state_absorb"],
        || {
            let mut poisoned = false;
            Fault::new(move |call| {
                if poisoned {
                    return Errno::InternalError;
                }
                let answer = call.go();
                poisoned = answer == Errno::InvalidTag;
                answer
            })
        },
    ),
    Mutant::published(
        "opens option sets without end",
        &["ERR-TOOMANY-019"],
        &["options_open", "options_close"],
        || {
            Fault::new(|call| match call.go() {
                TooManyHandles => Success,
                Closed | InvalidHandle if call.name() == "options_close" => Success,
                answer => answer,
            })
        },
    ),
    Mutant::of_text(
        "opens nothing any more once there were too many handles",
        &["ERR-TOOMANY-019"],
        &["options_open", "symmetric_key_import", "symmetric_state_open"],
        || {
            let mut exhausted = false;
            Fault::new(move |call| {
                if exhausted {
                    return TooManyHandles;
                }
                let answer = call.go();
                exhausted = answer == TooManyHandles;
                answer
            })
        },
    ),
    Mutant::of_text(
        "counts handles that are closed, too, and is full after 200,000",
        &["ERR-TOOMANY-019"],
        &["options_open"],
        || {
            let mut opened = 0;
            Fault::new(move |call| {
                opened += 1;
                if opened > 200_000 { TooManyHandles } else { call.go() }
            })
        },
    ),
    Mutant::published(
        "gives handles of a key that reads as a handle of an option set",
        &["HANDLE-TYPE-008"],
        &["options_set", "symmetric_key_import"],
        || {
            let mut keys = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "options_set" {
                    return if keys.contains(&call.arg("handle")) { Success } else { call.go() };
                }
                let answer = call.go();
                if answer == Success {
                    keys.insert(call.given());
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "dies of a call with a handle that was never given out",
        &["ERR-INVHANDLE-016"],
        &["symmetric_state_max_tag_len", "signature_export", "publickey_verify"],
        || Fault::instead(InvalidHandle, End::Crash),
    ),
];

/// Says that something is closed, and remembers only that.
fn never_close() -> Fault {
    let mut closed = HashSet::new();
    Fault::new(move |call| {
        let handle = call.args[0] as u32;
        if closed.insert(handle) { Success } else { call.go() }
    })
}

/// Closing one thing, which is a parameter of the function that opens another, closes the other.
fn close_with(of: &'static str, close: &'static str) -> Fault {
    let mut opened: HashMap<u32, Vec<u32>> = HashMap::new();
    Fault::new(move |call| {
        let answer = call.go();
        if answer != Success {
            return answer;
        }
        if call.name().ends_with("_close") {
            for other in opened.remove(&(call.args[0] as u32)).unwrap_or_default() {
                // The guest may have closed it.
                let _ = call.aside(close, &[other.into()]);
            }
        } else if let Some(one) = handle_in(call, of) {
            opened.entry(one).or_default().push(call.given());
        }
        answer
    })
}

/// The handle in a parameter, which may be optional.
fn handle_in(call: &Call<'_>, name: &str) -> Option<u32> {
    let params = Function::find(call.name()).unwrap().params();
    match params.iter().find(|param| param.name == name)?.ty {
        ParamType::OptOptions | ParamType::OptSymmetricKey => call.optional(name),
        _ => Some(call.arg(name)),
    }
}

/// Numbers tags itself, from 1, with the lowest number that is free.
fn reused_numbers() -> Fault {
    let mut tags: HashMap<u32, u32> = HashMap::new();
    Fault::new(move |call| {
        if call.name().starts_with("symmetric_state") {
            let answer = call.go();
            if answer == Success {
                let number = (1..).find(|n| !tags.contains_key(n)).unwrap();
                tags.insert(number, call.given());
                call.write_u32(call.slot(0), number);
            }
            return answer;
        }
        let number = call.arg("symmetric_tag");
        let Some(real) = tags.get(&number) else { return InvalidHandle };
        call.set("symmetric_tag", *real);
        let answer = call.go();
        let consumes = ["symmetric_tag_pull", "symmetric_tag_close"].contains(&call.name());
        if answer == Success && consumes {
            tags.remove(&number);
        }
        answer
    })
}
