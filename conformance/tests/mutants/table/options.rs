//! Option sets, and options of states.

use std::collections::{HashMap, HashSet};

use wasi_crypto_interface::Errno::{
    InvalidHandle, OptionNotSet, Overflow, Success, UnsupportedAlgorithm, UnsupportedOption,
};

use super::Mutant;
use crate::fault::Fault;

const GET: &[&str] = &["symmetric_state_options_get"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published(
        "answers the nonce that the option set has now, not that of the state",
        &["OPT-SNAPSHOT-008", "SYM-NONCE-011"],
        &["options_set", "symmetric_state_open", "symmetric_state_options_get"],
        latest_nonce,
    )
    .left_open(),
    Mutant::of_text("keeps the first value of an option", &["OPT-OVERWRITE-007"], &["options_set"], || {
        let mut set = HashSet::new();
        Fault::new(move |call| {
            if set.contains(&(call.arg("handle"), call.text("name"))) {
                return Success;
            }
            let answer = call.go();
            if answer == Success {
                set.insert((call.arg("handle"), call.text("name")));
            }
            answer
        })
    }),
    Mutant::of_text("keeps the first value of a numeric option", &["OPT-OVERWRITE-007"], &["options_set_u64"], || {
        let mut set = HashSet::new();
        Fault::new(move |call| {
            if set.contains(&(call.arg("handle"), call.text("name"))) {
                return Success;
            }
            let answer = call.go();
            if answer == Success {
                set.insert((call.arg("handle"), call.text("name")));
            }
            answer
        })
    }),
    Mutant::of_text("uses an option set up", &["OPT-REUSE-005"], &["symmetric_state_open"], || {
        Fault::then(|call| {
            if let Some(options) = call.optional("options") {
                // It is there: the call went well.
                let _ = call.aside("options_close", &[options.into()]);
            }
        })
    }),
    Mutant::of_text("knows options of every name", &["OPT-UNKNOWN-009", "ERR-UNSUPOPT-008"], &["options_set"], || {
        Fault::instead(UnsupportedOption, Success)
    })
    .left_open(),
    Mutant::of_text("takes a number for a nonce", &["OPT-KINDS-006"], &["options_set_u64"], || {
        Fault::instead(UnsupportedOption, Success)
    }),
    Mutant::of_text(
        "opens a state with the options of signatures",
        &["OPT-TYPE-004"],
        &["symmetric_state_open"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == InvalidHandle && call.optional("options").is_some() {
                    call.write(call.arg("options"), &[1]);
                    return call.go();
                }
                answer
            })
        },
    ),
    Mutant::of_text("cuts the value of an option to the buffer", &["OPT-GET-018", "ERR-OVERFLOW-017"], GET, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == Overflow {
                call.write_u32(call.slot(0), call.arg("value_max_len"));
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text("answers an empty value for an option that is not set", &["ERR-OPTNOTSET-026"], GET, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == OptionNotSet {
                call.write_u32(call.slot(0), 0);
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text("does not know an option that is not set", &["ERR-OPTNOTSET-026"], GET, || {
        Fault::instead(OptionNotSet, UnsupportedOption)
    }),
    Mutant::of_text("calls an option not set that no algorithm has", &["OPT-GET-017"], GET, || {
        Fault::instead(UnsupportedOption, OptionNotSet)
    })
    .left_open(),
    Mutant::of_text("gives the size of the buffer for that of an option", &["OPT-GET-016"], GET, || {
        Fault::then(|call| call.write_u32(call.slot(0), call.arg("value_max_len")))
    }),
    Mutant::of_text(
        "makes options for an algorithm type that it does not know",
        &["OPT-OPEN-013", "ABI-ENUM-011"],
        &["options_open"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == UnsupportedAlgorithm {
                    call.set("algorithm_type", 1);
                    return call.go();
                }
                answer
            })
        },
    ),
    Mutant::published(
        "refuses an empty option set where a key pair is generated",
        &["SYM-KEY-GEN-015", "KP-GEN-008"],
        &["keypair_generate"],
        || Fault::new(|call| if call.optional("options").is_some() { UnsupportedOption } else { call.go() }),
    ),
    Mutant::of_text("takes no buffer for an option", &["OPT-GUESTBUF-015"], &["options_set_guest_buffer"], || {
        Fault::instead(Success, UnsupportedOption)
    })
    .left_open(),
];

/// Remembers which option set a state was opened with, and what that holds.
fn latest_nonce() -> Fault {
    let (mut nonces, mut sets) = (HashMap::new(), HashMap::new());
    Fault::new(move |call| match call.name() {
        "options_set" => {
            let value = call.bytes(call.arg("value"), call.arg("value_len"));
            let answer = call.go();
            if answer == Success && call.text("name") == "nonce" {
                nonces.insert(call.arg("handle"), value.unwrap_or_default());
            }
            answer
        }
        "symmetric_state_open" => {
            let options = call.optional("options");
            let answer = call.go();
            if let (Success, Some(options)) = (answer, options) {
                sets.insert(call.given(), options);
            }
            answer
        }
        _ => {
            let answer = call.go();
            let set = sets.get(&call.arg("handle"));
            if let (Success, "nonce", Some(nonce)) =
                (answer, call.text("name").as_str(), set.and_then(|set| nonces.get(set)))
            {
                call.write(call.arg("value"), nonce);
            }
            answer
        }
    })
}
