//! Keys, hashes, MACs, key derivation, streams, tags.

use std::collections::{HashMap, HashSet};

use wasi_crypto_interface::Errno::{InvalidKey, InvalidLength, InvalidOperation, Overflow, Success};

use super::Mutant;
use crate::fault::{ARRAY, Arg, Call, End, Fault};

const SQUEEZE: &[&str] = &["symmetric_state_squeeze"];
const OPEN_AND_SQUEEZE: &[&str] = &["symmetric_state_open", "symmetric_state_squeeze"];
const TAG: &[&str] = &["symmetric_state_squeeze_tag"];
const IMPORT: &[&str] = &["symmetric_key_import"];

/// Functions whose output goes on where the last one ended.
const STREAMS: [&str; 8] =
    ["CSHAKE-128", "CSHAKE-256", "TURBOSHAKE-128", "TURBOSHAKE-256", "KT128", "KT256", "BLAKE3", "XOODYAK-128"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published("gives the state itself for its clone", &["SYM-CLONE-012"], &["symmetric_state_clone"], || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == Success {
                call.write_u32(call.slot(0), call.arg("handle"));
            }
            answer
        })
    }),
    Mutant::of_text(
        "gives a state without its input for a clone",
        &["SYM-CLONE-012"],
        &["symmetric_state_open", "symmetric_state_clone"],
        || {
            let mut fresh = HashMap::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_clone" {
                    if let Some(first) = fresh.get(&call.arg("handle")) {
                        call.set("handle", *first);
                    }
                    return call.go();
                }
                let answer = call.go();
                if answer == Success {
                    let state = call.given();
                    if let Ok(clone) = call.handle_aside("symmetric_state_clone", &[state.into()]) {
                        fresh.insert(state, clone);
                    }
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "forgets a hash's input with its squeeze",
        &["SYM-HASH-004", "SYM-HASH-006"],
        OPEN_AND_SQUEEZE,
        || {
            let mut fresh: HashMap<u32, u32> = HashMap::new();
            let mut now: HashMap<u32, u32> = HashMap::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer == Success && is_hash(&name) {
                        let state = call.given();
                        let clone = call.handle_aside("symmetric_state_clone", &[state.into()]).unwrap();
                        fresh.insert(state, clone);
                    }
                    return answer;
                }
                let state = call.arg("handle");
                if let Some(reset) = now.get(&state) {
                    call.set("handle", *reset);
                }
                let answer = call.go();
                if answer == Success
                    && let Some(fresh) = fresh.get(&state)
                {
                    now.insert(state, *fresh);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "takes nothing in once a hash was squeezed",
        &["SYM-HASH-006"],
        &["symmetric_state_squeeze", "symmetric_state_absorb"],
        || {
            let mut done = HashSet::new();
            Fault::new(move |call| {
                let state = call.arg("handle");
                if call.name() == "symmetric_state_absorb" && done.contains(&state) {
                    return InvalidOperation;
                }
                let answer = call.go();
                if answer == Success && call.name() == "symmetric_state_squeeze" {
                    done.insert(state);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "gives the last bytes of a digest for a short one",
        &["SYM-HASH-007", "SYM-SQUEEZE-011"],
        OPEN_AND_SQUEEZE,
        || {
            let mut sizes = HashMap::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    let size = if name.eq_ignore_ascii_case("SHA-512") { 64 } else { 32 };
                    if answer == Success && ["SHA-256", "SHA-512", "SHA-512/256"].contains(&name.as_str()) {
                        sizes.insert(call.given(), size);
                    }
                    return answer;
                }
                let (state, len) = (call.arg("handle"), call.arg("out_len") as usize);
                let answer = call.go();
                if answer == Success
                    && let Some(size) = sizes.get(&state)
                {
                    let digest = call.aside("symmetric_state_squeeze", &[state.into(), Arg::Room(*size)]).unwrap();
                    call.write(call.arg("out"), &digest.output[size - len..]);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "fills up with zeros what a hash cannot give",
        &["SYM-HASH-008", "ERR-INVLEN-010"],
        SQUEEZE,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == InvalidLength {
                    call.write(call.arg("out"), &vec![0; call.arg("out_len") as usize]);
                    return Success;
                }
                answer
            })
        },
    ),
    Mutant::of_text("calls it overflow when a hash cannot give so much", &["SYM-SQUEEZE-012"], SQUEEZE, || {
        Fault::instead(InvalidLength, Overflow)
    }),
    Mutant::of_text(
        "ignores what a hash is given in a second piece",
        &["SYM-HASH-002"],
        &["symmetric_state_absorb"],
        || only_first(|_| true),
    ),
    Mutant::of_text("refuses to take nothing in", &["SYM-ABSORB-009"], &["symmetric_state_absorb"], || {
        Fault::new(|call| if call.arg("data_len") == 0 { InvalidLength } else { call.go() })
    }),
    Mutant::of_text(
        "takes input without end, and forgets it",
        &["SYM-ABSORB-008"],
        &["symmetric_state_absorb"],
        || Fault::instead(Overflow, Success),
    )
    .left_open(),
    Mutant::of_text("squeezes a stream's first bytes again and again", &["SYM-XOF-003"], OPEN_AND_SQUEEZE, || {
        let mut streams = HashSet::new();
        Fault::new(move |call| {
            if call.name() == "symmetric_state_open" {
                let (name, answer) = (call.text("algorithm").to_ascii_uppercase(), call.go());
                if answer == Success && STREAMS.contains(&name.as_str()) {
                    streams.insert(call.given());
                }
                return answer;
            }
            let state = call.arg("handle");
            if streams.contains(&state)
                && let Ok(copy) = call.handle_aside("symmetric_state_clone", &[state.into()])
            {
                call.set("handle", copy);
            }
            call.go()
        })
    }),
    Mutant::of_text(
        "forgets a MAC's input with its tag",
        &["SYM-MAC-003"],
        &["symmetric_state_open", "symmetric_state_squeeze_tag"],
        || {
            let mut fresh: HashMap<u32, u32> = HashMap::new();
            let mut squeezed = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let answer = call.go();
                    if answer == Success {
                        let state = call.given();
                        if let Ok(clone) = call.handle_aside("symmetric_state_clone", &[state.into()]) {
                            fresh.insert(state, clone);
                        }
                    }
                    return answer;
                }
                let state = call.arg("handle");
                if let (false, Some(fresh)) = (squeezed.insert(state), fresh.get(&state)) {
                    call.set("handle", *fresh);
                }
                call.go()
            })
        },
    ),
    Mutant::of_text(
        "gives the first tag of a MAC again, whatever came since",
        &["SYM-MAC-002"],
        &["symmetric_state_squeeze_tag", "symmetric_state_absorb"],
        || {
            let mut done = HashSet::new();
            Fault::new(move |call| {
                let state = call.arg("handle");
                if call.name() == "symmetric_state_absorb" {
                    return if done.contains(&state) { Success } else { call.go() };
                }
                done.insert(state);
                call.go()
            })
        },
    ),
    Mutant::published(
        "fails to extract a key without a salt",
        &["SYM-HKDF-005"],
        &["symmetric_state_absorb", "symmetric_state_squeeze_key"],
        || {
            let mut salted = HashSet::new();
            Fault::new(move |call| {
                let state = call.arg("handle");
                if call.name() == "symmetric_state_absorb" {
                    salted.insert(state);
                    return call.go();
                }
                if salted.contains(&state) { call.go() } else { InvalidOperation }
            })
        },
    ),
    Mutant::of_text(
        "takes the last piece for the whole salt or info",
        &["SYM-HKDF-006"],
        &["symmetric_state_open", "symmetric_state_absorb"],
        || {
            // Not the last but the first, which is as wrong.
            let mut derivations = HashSet::new();
            let mut fed = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer == Success && name.starts_with("HKDF") {
                        derivations.insert(call.given());
                    }
                    return answer;
                }
                let state = call.arg("handle");
                if derivations.contains(&state) && !fed.insert(state) { Success } else { call.go() }
            })
        },
    ),
    Mutant::of_text(
        "takes the key for the salt, and what is absorbed for the key",
        &["SYM-HKDF-003"],
        &["symmetric_state_open", "symmetric_state_absorb", "symmetric_state_squeeze_key"],
        swapped_salt,
    ),
    Mutant::of_text("derives as much as anybody asks for", &["SYM-SQUEEZE-013"], SQUEEZE, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidLength && call.arg("out_len") > 8000 {
                call.write(call.arg("out"), &vec![0; call.arg("out_len") as usize]);
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text(
        "derives other bytes with the second squeeze",
        &["SYM-HKDF-002", "SYM-STATE-002"],
        OPEN_AND_SQUEEZE,
        || {
            let mut derivations = HashMap::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer == Success && name.starts_with("HKDF-EXPAND") {
                        derivations.insert(call.given(), 0usize);
                    }
                    return answer;
                }
                let answer = call.go();
                if answer == Success
                    && let Some(given) = derivations.get_mut(&call.arg("handle"))
                {
                    let len = call.arg("out_len") as usize;
                    let more = [call.arg("handle").into(), Arg::Room(*given + len)];
                    if let Ok(all) = call.aside("symmetric_state_squeeze", &more) {
                        call.write(call.arg("out"), &all.output[*given..]);
                    }
                    *given += len;
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "squeezes a key for an algorithm that does not fit",
        &["SYM-SKEY-027"],
        &["symmetric_state_squeeze_key"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                let name = call.text("alg_str");
                if answer != InvalidOperation {
                    return answer;
                }
                for len in [16, 32, 64] {
                    let args = [Arg::Bytes(name.as_bytes()), Arg::Bytes(&[9; 64][..len])];
                    if let Ok(key) = call.handle_aside("symmetric_key_import", &args) {
                        call.write_u32(call.slot(0), key);
                        return Success;
                    }
                }
                answer
            })
        },
    ),
    Mutant::of_text("makes keys of any length fit", &["SYM-KEY-IMPORT-005", "ERR-INVKEY-009"], IMPORT, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidKey { import_fitting(call) } else { answer }
        })
    }),
    Mutant::published(
        "dies of an AEAD key of a wrong length when its state is opened",
        &["SYM-KEY-IMPORT-005"],
        &["symmetric_key_import", "symmetric_state_open"],
        || {
            let mut wrong = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let dies = call.optional("key").is_some_and(|key| wrong.contains(&key));
                    return if dies { End::Crash } else { call.go().into() };
                }
                let answer = call.go();
                if answer != InvalidKey {
                    return answer.into();
                }
                let answer = import_fitting(call);
                if answer == Success {
                    wrong.insert(call.given());
                }
                answer.into()
            })
        },
    ),
    Mutant::of_text("makes every key the same", &["SYM-KEY-GEN-011"], &["symmetric_key_generate"], || {
        Fault::new(|call| {
            let (name, answer) = (call.text("algorithm"), call.go());
            if answer == Success {
                let array = call.handle_aside("symmetric_key_export", &[call.given().into()]).unwrap();
                let len = call.take_array(array).len();
                let args = [Arg::Bytes(name.as_bytes()), Arg::Bytes(&[0x5a; 64][..len])];
                let key = call.handle_aside("symmetric_key_import", &args).unwrap();
                call.write_u32(call.slot(0), key);
            }
            answer
        })
    }),
    Mutant::of_text("makes keys of 16 bytes for HMAC", &["SYM-KEY-GEN-010"], &["symmetric_key_generate"], || {
        Fault::new(|call| {
            let (name, answer) = (call.text("algorithm"), call.go());
            if answer == Success && name.starts_with("HMAC") {
                let key = call.given().to_le_bytes().repeat(4);
                let args = [Arg::Bytes(name.as_bytes()), Arg::Bytes(&key)];
                let key = call.handle_aside("symmetric_key_import", &args).unwrap();
                call.write_u32(call.slot(0), key);
            }
            answer
        })
    })
    .left_open(),
    Mutant::of_text(
        "exports a key without its last byte",
        &["SYM-KEY-EXPORT-008", "ENC-SYM-009"],
        &["symmetric_key_export", ARRAY[0], ARRAY[1]],
        || {
            Fault::in_arrays(|_, mut key| {
                key.pop();
                key
            })
        },
    ),
    Mutant::of_text(
        "opens a state with a key of another algorithm",
        &["SYM-STATE-OPEN-008", "SYM-KEY-001"],
        &["symmetric_state_open"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                let Some(key) = call.optional("key") else { return answer };
                if answer != InvalidKey {
                    return answer;
                }
                let (name, array) = (call.text("algorithm"), call.handle_aside("symmetric_key_export", &[key.into()]));
                let raw = call.take_array(array.unwrap());
                match call.handle_aside("symmetric_key_import", &[Arg::Bytes(name.as_bytes()), Arg::Bytes(&raw)]) {
                    Ok(key) => {
                        let at = call.arg("key");
                        call.write_u32(at + 4, key);
                        call.go()
                    }
                    Err(_) => answer,
                }
            })
        },
    ),
    Mutant::of_text("squeezes a tag of a hash", &["SYM-STAG-021", "ERR-INVOP-023"], TAG, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidOperation {
                let key =
                    call.handle_aside("symmetric_key_import", &[Arg::Bytes(b"HMAC/SHA-256"), Arg::Bytes(&[0; 32])]);
                let args = [Arg::Bytes(b"HMAC/SHA-256"), Arg::Some(key.unwrap()), Arg::None];
                let mac = call.handle_aside("symmetric_state_open", &args).unwrap();
                let tag = call.handle_aside("symmetric_state_squeeze_tag", &[mac.into()]).unwrap();
                call.write_u32(call.slot(0), tag);
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text(
        "ratchets what has no ratchet, with success",
        &["SYM-RATCHET-029"],
        &["symmetric_state_ratchet"],
        || Fault::instead(InvalidOperation, Success),
    ),
    Mutant::of_text("squeezes zeros of what has no output", &["SYM-SQUEEZE-016"], SQUEEZE, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidOperation {
                call.write(call.arg("out"), &vec![0; call.arg("out_len") as usize]);
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text(
        "gives no tag length for a MAC or an AEAD",
        &["SYM-MAXTAG-001"],
        &["symmetric_state_max_tag_len"],
        || Fault::then(|call| call.write_u32(call.slot(0), 0)),
    ),
];

fn is_hash(name: &str) -> bool {
    name.starts_with("SHA-") || name.starts_with("BLAKE2B") || name == "ASCON-HASH"
}

/// Extracts with key and salt in each other's place.
fn swapped_salt() -> Fault {
    let mut states: HashMap<u32, (String, Vec<u8>, Vec<u8>)> = HashMap::new();
    Fault::new(move |call| {
        if call.name() == "symmetric_state_open" {
            let (name, key, answer) = (call.text("algorithm"), call.optional("key"), call.go());
            if let (Success, Some(key), true) = (answer, key, name.starts_with("HKDF-EXTRACT")) {
                let array = call.handle_aside("symmetric_key_export", &[key.into()]).unwrap();
                let raw = call.take_array(array);
                states.insert(call.given(), (name, raw, Vec::new()));
            }
            return answer;
        }
        let Some((name, key, salt)) = states.get_mut(&call.arg("handle")) else { return call.go() };
        if call.name() == "symmetric_state_absorb" {
            salt.extend(call.bytes(call.arg("data"), call.arg("data_len")).unwrap_or_default());
            return call.go();
        }
        let imported = call.handle_aside("symmetric_key_import", &[Arg::Bytes(name.as_bytes()), Arg::Bytes(salt)]);
        let args = [Arg::Bytes(name.as_bytes()), Arg::Some(imported.unwrap()), Arg::None];
        let state = call.handle_aside("symmetric_state_open", &args).unwrap();
        call.aside("symmetric_state_absorb", &[state.into(), Arg::Bytes(key)]).unwrap();
        call.set("handle", state);
        call.go()
    })
}

/// Ignores all but the first input of a state.
fn only_first(counts: fn(&Call<'_>) -> bool) -> Fault {
    let mut fed = HashSet::new();
    Fault::new(move |call| {
        let state = call.arg("handle");
        if counts(call) && call.arg("data_len") > 0 && !fed.insert(state) { Success } else { call.go() }
    })
}

/// Imports a key of whatever length the algorithm takes, in place of the guest's.
fn import_fitting(call: &mut Call<'_>) -> wasi_crypto_interface::Errno {
    let name = call.text("algorithm");
    for len in [16, 32, 64] {
        let args = [Arg::Bytes(name.as_bytes()), Arg::Bytes(&[0x11; 64][..len])];
        if let Ok(key) = call.handle_aside("symmetric_key_import", &args) {
            call.write_u32(call.slot(0), key);
            return Success;
        }
    }
    InvalidKey
}
