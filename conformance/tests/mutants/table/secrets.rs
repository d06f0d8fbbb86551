//! The secrets manager, managed keys, external secrets.

use std::collections::{HashMap, HashSet};

use wasi_crypto_interface::Errno::{
    self, Expired, IncompatibleKeys, InvalidKey, NotFound, Overflow, ProhibitedOperation, Success, UnsupportedFeature,
    VerificationFailed,
};
use wasi_crypto_interface::version;

use super::Mutant;
use crate::fault::{ARRAY, Arg, Arrays, Call, End, Fault};

const FROM_ID: &[&str] = &["symmetric_key_from_id", "keypair_from_id"];
const REPLACE: &[&str] = &["symmetric_key_replace_managed", "keypair_replace_managed"];
const STORE: &[&str] = &["symmetric_key_store_managed", "keypair_store_managed"];
const EXPORT: &[&str] = &["symmetric_key_export", "keypair_export", "secretkey_export", ARRAY[0], ARRAY[1]];
const ID: &[&str] = &["symmetric_key_id", "keypair_id"];
const INVALIDATE: &[&str] = &["secrets_manager_invalidate"];
const REPLACE_AND_INVALIDATE: &[&str] = &[REPLACE[0], REPLACE[1], INVALIDATE[0]];
const STORE_AND_ID: &[&str] = &[STORE[0], STORE[1], ID[0], ID[1]];
const REPLACE_AND_ID: &[&str] = &[REPLACE[0], REPLACE[1], ID[0], ID[1]];
const DECAPSULATE: &[&str] = &["external_secret_decapsulate", ARRAY[0], ARRAY[1]];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::of_text("exports managed keys", &["MK-PROHIB-005"], EXPORT, || gives_array_for(ProhibitedOperation))
        .left_open(),
    Mutant::of_text("says that it cannot export managed keys in this encoding", &["MK-PROHIB-005"], EXPORT, || {
        Fault::instead(ProhibitedOperation, Errno::UnsupportedEncoding)
    }),
    Mutant::of_text(
        "keeps a key's version when it is replaced",
        &["KID-VER-004", "MF-KP-REPL-005", "MF-SYMK-REPL-005"],
        REPLACE,
        || Fault::then(|call| call.write(call.slot(0), &1u64.to_le_bytes())),
    ),
    Mutant::of_text("revokes the version that is replaced", &["MF-KP-REPL-006", "MF-SYMK-REPL-006"], REPLACE, || {
        Fault::new(|call| {
            let (manager, old) = (call.arg("secrets_manager"), call.args[1] as u32);
            let ask = call.name().replace("replace_managed", "id");
            let old = call.aside(&ask, &[old.into(), Arg::Room(32)]);
            let answer = call.go();
            if let (Success, Ok(old)) = (answer, old) {
                let args = [manager.into(), Arg::Bytes(&old.output), Arg::Number(old.results[1])];
                call.aside("secrets_manager_invalidate", &args).unwrap();
            }
            answer
        })
    }),
    Mutant::of_text(
        "leaves the old handle open when a key is replaced",
        &["MF-KP-REPL-008", "MF-SYMK-REPL-008"],
        &["symmetric_key_replace_managed", "symmetric_key_close", "symmetric_key_export", "symmetric_key_id"],
        || {
            let mut old = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_key_replace_managed" {
                    let (key, answer) = (call.arg("symmetric_key_old"), call.go());
                    if answer == Success {
                        old.insert(key);
                    }
                    return answer;
                }
                if old.contains(&(call.args[0] as u32)) { Success } else { call.go() }
            })
        },
    ),
    Mutant::of_text(
        "takes a key of another algorithm for a new version",
        &["MF-KP-REPL-007", "MF-SYMK-REPL-007"],
        REPLACE,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == IncompatibleKeys {
                    call.write(call.slot(0), &2u64.to_le_bytes());
                    return Success;
                }
                answer
            })
        },
    ),
    Mutant::of_text("revokes nothing", &["KID-INV-006", "KID-INV-008"], INVALIDATE, || Fault::new(|_| Success)),
    Mutant::of_text("revokes all versions where one is named", &["KID-INV-006"], INVALIDATE, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == Success {
                call.args[3] = version::ALL;
                call.go();
            }
            answer
        })
    }),
    Mutant::of_text("revokes the latest version where all are meant", &["KID-INV-006"], INVALIDATE, || {
        Fault::new(|call| {
            if call.args[3] == version::ALL {
                call.args[3] = version::LATEST;
            }
            call.go()
        })
    }),
    Mutant::of_text("revokes with success what does not exist", &["KID-INV-009"], INVALIDATE, || {
        Fault::instead(NotFound, Success)
    }),
    Mutant::of_text("gives the first version for the latest", &["MF-KP-FROM-014", "MF-SYMK-FROM-014"], FROM_ID, || {
        Fault::new(|call| {
            if call.args[3] == version::LATEST {
                call.args[3] = 1;
            }
            call.go()
        })
    }),
    Mutant::of_text(
        "gives the latest version for one that does not exist",
        &["MF-KP-FROM-015", "MF-SYMK-FROM-015", "KID-NF-010"],
        FROM_ID,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == NotFound {
                    call.args[3] = version::LATEST;
                    return call.go();
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "gives the latest version for all and for unspecified",
        &["MF-KP-FROM-014", "MF-SYMK-FROM-014"],
        FROM_ID,
        || {
            Fault::new(|call| {
                if [version::ALL, version::UNSPECIFIED].contains(&call.args[3]) {
                    call.args[3] = version::LATEST;
                }
                call.go()
            })
        },
    ),
    Mutant::of_text(
        "calls a key that it does not find invalid",
        &["MF-KP-FROM-015", "MF-SYMK-FROM-015"],
        FROM_ID,
        || Fault::instead(NotFound, InvalidKey),
    ),
    Mutant::of_text(
        "writes as much of an identifier as there is room for",
        &["MF-KP-STORE-004", "MF-SYMK-STORE-004"],
        STORE,
        || Fault::instead(Overflow, Success),
    ),
    Mutant::of_text(
        "gives as much of an identifier as there is room for",
        &["MF-KP-ID-013", "MF-SYMK-ID-013"],
        ID,
        || Fault::instead(Overflow, Success),
    ),
    Mutant::of_text("gives a key that is not managed version 1", &["MF-KP-ID-011", "MF-SYMK-ID-011"], ID, || {
        Fault::then(|call| {
            if call.u32(call.slot(0)) == 0 {
                call.write(call.slot(1), &1u64.to_le_bytes());
            }
        })
    }),
    Mutant::of_text("gives two keys one identifier", &["KID-UNIQ-001", "KID-DET-002"], ID, || {
        let mut first: Option<Vec<u8>> = None;
        Fault::then(move |call| {
            let len = call.u32(call.slot(0));
            if len > 0 {
                let at = call.args[1] as u32;
                let id = call.bytes(at, len).unwrap_or_default();
                let id = first.get_or_insert(id).clone();
                call.write(at, &id);
            }
        })
    }),
    Mutant::of_text(
        "closes a manager's keys with it",
        &["SM-CLOSE-005"],
        &["symmetric_key_generate_managed", "secrets_manager_close"],
        || {
            let mut keys: HashMap<u32, Vec<u32>> = HashMap::new();
            Fault::new(move |call| {
                let (manager, answer) = (call.arg("secrets_manager"), call.go());
                if answer == Success && call.name() == "secrets_manager_close" {
                    for key in keys.remove(&manager).unwrap_or_default() {
                        call.aside("symmetric_key_close", &[key.into()]).ok();
                    }
                } else if answer == Success {
                    keys.entry(manager).or_default().push(call.given());
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "loses its keys when the manager is closed",
        &["SM-CLOSE-006"],
        &["symmetric_key_generate_managed", "symmetric_key_id", "secrets_manager_close"],
        || {
            let mut ids: HashMap<u32, u32> = HashMap::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_key_id" {
                    return call.go();
                }
                let manager = call.arg("secrets_manager");
                if call.name() == "secrets_manager_close" {
                    for key in ids.iter().filter(|(_, of)| **of == manager).map(|(key, _)| *key).collect::<Vec<u32>>() {
                        if let Ok(id) = call.aside("symmetric_key_id", &[key.into(), Arg::Room(32)]) {
                            let args = [manager.into(), Arg::Bytes(&id.output), Arg::Number(version::ALL)];
                            call.aside("secrets_manager_invalidate", &args).ok();
                        }
                    }
                    return call.go();
                }
                let answer = call.go();
                if answer == Success {
                    ids.insert(call.given(), manager);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "gives an expired secret",
        &["EXT-FROM-011", "EXT-STORE-007"],
        &["external_secret_store", "external_secret_from_id", ARRAY[0], ARRAY[1]],
        || {
            let (mut arrays, mut expired) = (Arrays::default(), HashSet::new());
            Fault::new(move |call| {
                if let Some(answer) = arrays.serve(call) {
                    return answer;
                }
                let answer = call.go();
                let expires = if call.has("expiration") { call.args[3] } else { u64::MAX };
                match (call.name(), answer) {
                    ("external_secret_store", Success) if expires < 1 << 30 => {
                        expired.insert(call.bytes(call.arg("secret_id"), 32));
                    }
                    // The host may not have kept it.
                    ("external_secret_from_id", Expired | NotFound)
                        if expired.contains(&call.bytes(call.arg("secret_id"), 32)) =>
                    {
                        let array = call.some_array();
                        arrays.put(array, b"a token".to_vec());
                        call.write_u32(call.slot(0), array);
                        return Success;
                    }
                    _ => (),
                }
                answer
            })
        },
    ),
    Mutant::of_text("decrypts an expired secret", &["EXT-DEC-027"], DECAPSULATE, || gives_array_for(Expired)),
    Mutant::of_text("decrypts a forged secret", &["EXT-DEC-028"], DECAPSULATE, || gives_array_for(VerificationFailed)),
    Mutant::of_text("does not find a forged secret", &["EXT-DEC-028"], DECAPSULATE, || {
        Fault::instead(VerificationFailed, NotFound)
    }),
    Mutant::of_text("dies of a secret that is shorter than its tag", &["EXT-DEC-028"], DECAPSULATE, || {
        Fault::new(|call| {
            let short = call.has("encrypted_secret_len") && call.arg("encrypted_secret_len") < 32;
            match call.go() {
                VerificationFailed if short => End::Crash,
                answer => answer.into(),
            }
        })
    }),
    Mutant::of_text(
        "encrypts a secret alike each time",
        &["EXT-ENC-025", "EXT-ENC-023"],
        &["external_secret_encapsulate", ARRAY[0], ARRAY[1]],
        || {
            let mut first: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
            Fault::in_arrays(move |call, sealed| {
                let secret = call.bytes(call.arg("secret"), call.arg("secret_len")).unwrap_or_default();
                first.entry(secret).or_insert(sealed).clone()
            })
        },
    ),
    Mutant::of_text(
        "writes as much of a secret's identifier as there is room for",
        &["EXT-STORE-006"],
        &["external_secret_store"],
        || Fault::instead(Overflow, Success),
    ),
    Mutant::of_text(
        "keeps a secret's version when it is replaced",
        &["EXT-REPL-009", "EXT-STORE-005"],
        &["external_secret_replace"],
        || Fault::then(|call| call.write(call.slot(0), &1u64.to_le_bytes())),
    ),
    Mutant::of_text(
        "gives the latest secret for any version",
        &["EXT-FROM-010", "EXT-NF-015"],
        &["external_secret_from_id"],
        || {
            Fault::new(|call| {
                call.args[3] = version::LATEST;
                call.go()
            })
        },
    ),
    Mutant::of_text("revokes no secret", &["EXT-INV-014"], &["external_secret_invalidate"], || Fault::new(|_| Success)),
    Mutant::of_text(
        "gives stored secrets one identifier",
        &["EXT-STORE-003", "EXT-STORE-004"],
        &["external_secret_store"],
        || {
            let mut first: Option<Vec<u8>> = None;
            Fault::then(move |call| {
                let id = call.bytes(call.arg("secret_id"), 32).unwrap_or_default();
                let id = first.get_or_insert(id).clone();
                call.write(call.arg("secret_id"), &id);
            })
        },
    ),
    Mutant::of_text(
        "opens a manager with options that it does not know",
        &["SM-OPEN-002"],
        &["secrets_manager_open"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == Errno::UnsupportedOption {
                    call.write(call.arg("options"), &[1]);
                    return call.go();
                }
                answer
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "makes managed keys of algorithms that it does not have",
        &["MF-KP-GEN-002", "MF-SYMK-GEN-002"],
        &["symmetric_key_generate_managed", "keypair_generate_managed"],
        || Fault::instead(Errno::UnsupportedAlgorithm, UnsupportedFeature),
    ),
    Mutant::of_text(
        "stores a managed key as a new one",
        &["MF-KP-STORE-003", "MF-SYMK-STORE-003", "MK-PROHIB-005"],
        STORE,
        || Fault::instead(ProhibitedOperation, Success),
    )
    .left_open(),
    Mutant::of_text(
        "finds a symmetric key as a key pair",
        &["SEC-TYPE-001", "MF-KP-FROM-015"],
        &["keypair_from_id"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                let id = identifier(call);
                let args = [call.arg("secrets_manager").into(), Arg::Bytes(&id), Arg::Number(call.args[3])];
                match answer {
                    NotFound if call.aside("symmetric_key_from_id", &args).is_ok() => gives_some_pair(call),
                    answer => answer,
                }
            })
        },
    ),
    Mutant::of_text("finds a secret as a key pair", &["MF-KP-FROM-015"], &["keypair_from_id"], || {
        Fault::new(|call| {
            let answer = call.go();
            let id = identifier(call);
            let args = [call.arg("secrets_manager").into(), Arg::Bytes(&id), Arg::Number(call.args[3])];
            match answer {
                NotFound if call.aside("external_secret_from_id", &args).is_ok() => gives_some_pair(call),
                answer => answer,
            }
        })
    }),
    Mutant::of_text(
        "takes identifiers that are too short or too long for what they begin with",
        &["KID-NF-010", "MF-KP-FROM-015", "MF-SYMK-FROM-015"],
        FROM_ID,
        || {
            Fault::new(|call| {
                if call.args[2] > 0 {
                    call.args[2] = 32;
                }
                call.go()
            })
        },
    ),
    Mutant::of_text("revokes by identifiers that are too long", &["KID-INV-009", "KID-NF-010"], INVALIDATE, || {
        Fault::new(|call| {
            if call.args[2] > 32 {
                call.args[2] = 32;
            }
            call.go()
        })
    }),
    Mutant::of_text(
        "gives the newest version for one that was revoked",
        &["KID-INV-008", "MF-KP-FROM-015", "MF-SYMK-FROM-015"],
        &["secrets_manager_invalidate", "symmetric_key_from_id", "keypair_from_id"],
        || {
            let mut revoked = HashSet::new();
            Fault::new(move |call| {
                let (version, answer) = (call.args[3], call.go());
                match (call.name(), answer) {
                    ("secrets_manager_invalidate", Success) => _ = revoked.insert((identifier(call), version)),
                    (_, NotFound) if revoked.contains(&(identifier(call), version)) => {
                        call.args[3] = version::LATEST;
                        return call.go();
                    }
                    _ => (),
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "finds through one manager what was revoked through another",
        &["KID-INV-008"],
        &["secrets_manager_invalidate", "symmetric_key_from_id", "keypair_from_id"],
        || {
            let mut revoked = HashMap::new();
            Fault::new(move |call| {
                let (manager, version, answer) = (call.arg("secrets_manager"), call.args[3], call.go());
                match (call.name(), answer) {
                    ("secrets_manager_invalidate", Success) => {
                        revoked.insert((identifier(call), version), manager);
                    }
                    (_, NotFound) => {
                        let by = revoked.get(&(identifier(call), version));
                        if by.is_some_and(|by| *by != manager) {
                            call.args[3] = version::LATEST;
                            return call.go();
                        }
                    }
                    _ => (),
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "gives the number of a revoked version again",
        &["KID-VER-004", "MF-KP-REPL-005", "MF-SYMK-REPL-005"],
        REPLACE_AND_INVALIDATE,
        || {
            let mut revoked = false;
            Fault::new(move |call| {
                let answer = call.go();
                if call.name() == INVALIDATE[0] {
                    revoked |= answer == Success;
                } else if answer == Success && revoked {
                    let (slot, given) = (call.slot(0), call.u32(call.slot(0)));
                    call.write(slot, &u64::from(given - 1).to_le_bytes());
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "leaves a key that it stores unmanaged",
        &["MF-KP-STORE-003", "MF-SYMK-STORE-003"],
        STORE_AND_ID,
        || {
            let mut stored = HashSet::new();
            Fault::new(move |call| {
                let answer = call.go();
                if STORE.contains(&call.name()) {
                    stored.extend((answer == Success).then_some(call.args[1] as u32));
                } else if answer == Success && stored.contains(&(call.args[0] as u32)) {
                    call.write_u32(call.slot(0), 0);
                    call.write(call.slot(1), &version::UNSPECIFIED.to_le_bytes());
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "leaves the new key unmanaged when it replaces one",
        &["MF-KP-REPL-005", "MF-SYMK-REPL-005"],
        REPLACE_AND_ID,
        || {
            let mut replaced = HashSet::new();
            Fault::new(move |call| {
                let answer = call.go();
                if REPLACE.contains(&call.name()) {
                    replaced.extend((answer == Success).then_some(call.args[2] as u32));
                } else if answer == Success && replaced.contains(&(call.args[0] as u32)) {
                    call.write_u32(call.slot(0), 0);
                    call.write(call.slot(1), &version::UNSPECIFIED.to_le_bytes());
                }
                answer
            })
        },
    ),
    Mutant::of_text("calls the newest version by its reserved number", &["KID-VER-005"], ID, || {
        Fault::then(|call| {
            if call.u32(call.slot(0)) > 0 {
                call.write(call.slot(1), &version::LATEST.to_le_bytes());
            }
        })
    }),
    Mutant::of_text(
        "revokes all secrets where one version is named",
        &["EXT-INV-014"],
        &["external_secret_invalidate"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == Success {
                    call.args[3] = version::ALL;
                    call.go();
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "revokes the latest secret where all versions are meant",
        &["EXT-INV-014"],
        &["external_secret_invalidate"],
        || {
            Fault::new(|call| {
                if call.args[3] == version::ALL {
                    call.args[3] = version::LATEST;
                }
                call.go()
            })
        },
    ),
    Mutant::of_text("gives the first secret for the latest", &["EXT-FROM-010"], &["external_secret_from_id"], || {
        Fault::new(|call| {
            if call.args[3] == version::LATEST {
                call.args[3] = 1;
            }
            call.go()
        })
    }),
];

/// The identifier that a call is given.
fn identifier(call: &Call<'_>) -> Vec<u8> {
    call.bytes(call.args[1] as u32, call.args[2] as u32).unwrap_or_default()
}

/// Success, with some other key pair.
fn gives_some_pair(call: &mut Call<'_>) -> Errno {
    let args = [Arg::Number(0), Arg::Bytes(b"Ed25519"), Arg::None];
    match call.handle_aside("keypair_generate", &args) {
        Ok(pair) => {
            call.write_u32(call.slot(0), pair);
            Success
        }
        Err(error) => error,
    }
}

/// An array output where the host gives an error.
fn gives_array_for(error: Errno) -> Fault {
    let mut arrays = Arrays::default();
    Fault::new(move |call: &mut Call<'_>| {
        if let Some(answer) = arrays.serve(call) {
            return answer;
        }
        let answer = call.go();
        if answer == error && !ARRAY.contains(&call.name()) {
            let array = call.some_array();
            arrays.put(array, vec![0x2a; 32]);
            call.write_u32(call.slot(0), array);
            return Success;
        }
        answer
    })
}
