//! Authenticated encryption, and ciphers without a tag.

use std::collections::{HashMap, HashSet};

use wasi_crypto_interface::Errno::{
    self, AlgorithmFailure, InvalidLength, InvalidNonce, InvalidOperation, InvalidTag, NonceRequired, Overflow, Success,
};

use super::Mutant;
use crate::fault::{Arg, Call, End, Fault};

const OPEN: &[&str] = &["symmetric_state_open"];
const ENCRYPT: &[&str] = &["symmetric_state_encrypt"];
const DECRYPT: &[&str] = &["symmetric_state_decrypt"];
const DECRYPTS: &[&str] = &["symmetric_state_decrypt", "symmetric_state_decrypt_detached"];
const ENCRYPT_DETACHED: &[&str] = &["symmetric_state_encrypt_detached"];
const DECRYPT_DETACHED: &[&str] = &["symmetric_state_decrypt_detached"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published(
        "encrypts twice under one key and nonce",
        &["SYM-ENC-042"],
        &["symmetric_state_open", "symmetric_state_absorb", "symmetric_state_encrypt"],
        second_encryption,
    )
    .left_open(),
    Mutant::of_text(
        "encrypts with a state and with its clone under one nonce",
        &["SYM-CLONE-013"],
        &["symmetric_state_open", "symmetric_state_clone", "symmetric_state_absorb", "symmetric_state_encrypt"],
        || {
            let mut fault = second_encryption();
            let mut first = HashSet::new();
            Fault::new(move |call| {
                if call.name() != "symmetric_state_encrypt" {
                    return fault.call(call);
                }
                // Only what was not encrypted with yet.
                if first.insert(call.arg("handle")) { fault.call(call) } else { call.go().into() }
            })
        },
    )
    .left_open(),
    Mutant::published("gives two states the same automatic nonce", &["SYM-NONCE-009", "SYM-AEAD-013"], OPEN, || {
        fixed_nonce(|_| [0x42; 24])
    }),
    Mutant::of_text("counts automatic nonces from 0 in each guest", &["SYM-AEAD-013"], OPEN, || {
        fixed_nonce(|count| {
            let mut nonce = [0; 24];
            nonce[0] = count;
            nonce
        })
    })
    .left_open(),
    Mutant::of_text(
        "does not tell the nonce that it chose",
        &["SYM-NONCE-011", "SYM-AEAD-014"],
        &["symmetric_state_open", "symmetric_state_options_get"],
        || {
            let mut automatic = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (options, answer) = (call.optional("options"), call.go());
                    if answer == Success && options.is_none() {
                        automatic.insert(call.given());
                    }
                    return answer;
                }
                if automatic.contains(&call.arg("handle")) { Errno::OptionNotSet } else { call.go() }
            })
        },
    ),
    Mutant::of_text("chooses a nonce for AES-GCM", &["SYM-AEAD-011", "SYM-AEAD-012", "ERR-NONCEREQ-024"], OPEN, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == NonceRequired { with_nonce(call, &[0; 12]) } else { answer }
        })
    }),
    Mutant::of_text("fills a short nonce up with zeros", &["SYM-AEAD-008", "ERR-INVNONCE-025"], OPEN, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer != InvalidNonce {
                return answer;
            }
            [12, 16, 24, 32].into_iter().map(|len| with_nonce(call, &[0; 32][..len])).find(|a| *a == Success).unwrap()
        })
    }),
    Mutant::of_text("decrypts what was forged", &["SYM-AEAD-004", "SYM-DEC-003", "SYM-AEAD-007"], DECRYPT, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidTag {
                call.write_u32(call.slot(0), call.arg("out_len"));
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text(
        "decrypts what was forged, with the tag apart",
        &["SYM-DECD-001", "SYM-DECD-006"],
        DECRYPT_DETACHED,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == InvalidTag {
                    call.write_u32(call.slot(0), call.arg("out_len"));
                    return Success;
                }
                answer
            })
        },
    ),
    Mutant::published("dies of a tag that has not 16 bytes", &["SYM-DECD-007"], DECRYPT_DETACHED, || {
        Fault::new(|call| if call.arg("raw_tag_len") == 16 { call.go().into() } else { End::Crash })
    }),
    Mutant::published("reads 16 bytes of a tag, however many there are", &["SYM-DECD-007"], DECRYPT_DETACHED, || {
        Fault::new(|call| {
            call.set("raw_tag_len", 16);
            call.go()
        })
    }),
    Mutant::of_text(
        "leaves what it decrypted when the tag was wrong",
        &["SYM-AEAD-005", "SEC-ERRBUF-010"],
        DECRYPTS,
        || {
            Fault::new(|call| {
                let message = call.bytes(call.arg("data"), call.arg("out_len"));
                let answer = call.go();
                if let (InvalidTag, Some(message)) = (answer, message) {
                    let plaintext: Vec<u8> = message.iter().map(|byte| byte ^ 0x35).collect();
                    call.write(call.arg("out"), &plaintext);
                }
                answer
            })
        },
    )
    .left_open(),
    Mutant::of_text("leaves the output as it was when the tag was wrong", &["SYM-AEAD-006"], DECRYPTS, || {
        Fault::new(|call| {
            let before = call.bytes(call.arg("out"), call.arg("out_len"));
            let answer = call.go();
            if let (InvalidTag, Some(before)) = (answer, before) {
                call.write(call.arg("out"), &before);
            }
            answer
        })
    })
    .left_open(),
    Mutant::of_text(
        "wipes the first 16 bytes of what it decrypted in vain",
        &["SYM-AEAD-006", "SEC-ERRBUF-010"],
        DECRYPTS,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == InvalidTag && call.arg("out_len") > 16 {
                    let rest = vec![0x77; call.arg("out_len") as usize - 16];
                    call.write(call.arg("out") + 16, &rest);
                }
                answer
            })
        },
    )
    .left_open(),
    Mutant::of_text("decrypts nothing more after a wrong tag", &["SYM-DEC-012"], DECRYPTS, || {
        let mut failed = HashSet::new();
        Fault::new(move |call| {
            if failed.contains(&call.arg("handle")) {
                return InvalidOperation;
            }
            let answer = call.go();
            if answer == InvalidTag {
                failed.insert(call.arg("handle"));
            }
            answer
        })
    }),
    Mutant::of_text("decrypts once with a state", &["SYM-STATE-002"], DECRYPTS, || {
        let mut used = HashSet::new();
        Fault::new(move |call| {
            if used.contains(&call.arg("handle")) {
                return NonceRequired;
            }
            let answer = call.go();
            if answer == Success {
                used.insert(call.arg("handle"));
            }
            answer
        })
    }),
    Mutant::of_text("encrypts into a buffer that is too large", &["SYM-ENC-039"], ENCRYPT, smaller_output),
    Mutant::of_text(
        "encrypts into a buffer that is too large, with the tag apart",
        &["SYM-ENCD-004"],
        ENCRYPT_DETACHED,
        smaller_output,
    ),
    Mutant::of_text("decrypts into a buffer that is too large", &["SYM-DEC-008"], DECRYPT, smaller_output),
    Mutant::of_text(
        "decrypts into a buffer that is too large, with the tag apart",
        &["SYM-DECD-005"],
        DECRYPT_DETACHED,
        smaller_output,
    ),
    Mutant::of_text(
        "leaves the tag away where the output is too small for it",
        &["SYM-ENC-038", "SEC-BOUND-004"],
        ENCRYPT,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == Overflow && call.arg("out_len") >= call.arg("data_len") {
                    call.write_u32(call.slot(0), call.arg("out_len"));
                    return Success;
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "calls an output too large that is too small",
        &["SYM-ENC-038", "SYM-DEC-007"],
        &["symmetric_state_encrypt", "symmetric_state_decrypt"],
        || Fault::instead(Overflow, InvalidLength),
    ),
    Mutant::of_text(
        "calls an output too large that is too small for a detached message",
        &["SYM-ENCD-003", "SYM-DECD-004"],
        &["symmetric_state_encrypt_detached", "symmetric_state_decrypt_detached"],
        || Fault::instead(Overflow, InvalidLength),
    ),
    Mutant::of_text("dies of a ciphertext that is shorter than a tag", &["SYM-DEC-011"], DECRYPT, || {
        Fault::new(|call| if call.arg("data_len") < 16 { End::Crash } else { call.go().into() })
    }),
    Mutant::of_text("calls a ciphertext too short instead of its tag invalid", &["SYM-DEC-011"], DECRYPT, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidTag && call.arg("data_len") < 16 { InvalidLength } else { answer }
        })
    }),
    Mutant::published(
        "encrypts wrongly where the output begins within the input",
        &["SYM-ENC-034"],
        ENCRYPT,
        forward_copy,
    ),
    Mutant::published(
        "encrypts wrongly within the input, with the tag apart",
        &["SYM-ENC-034", "SYM-ENCD-008"],
        ENCRYPT_DETACHED,
        forward_copy,
    ),
    Mutant::published(
        "decrypts wrongly where the output begins within the input",
        &["SYM-ENC-034"],
        DECRYPTS,
        forward_copy,
    ),
    Mutant::of_text(
        "authenticates no associated data",
        &["SYM-ABSORB-005"],
        &["symmetric_state_open", "symmetric_state_absorb"],
        || {
            let mut ciphers = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer == Success && name.ends_with("GCM") {
                        ciphers.insert(call.given());
                    }
                    return answer;
                }
                if ciphers.contains(&call.arg("handle")) { Success } else { call.go() }
            })
        },
    ),
    Mutant::of_text(
        "authenticates the first piece of associated data",
        &["SYM-AEAD-003"],
        &["symmetric_state_open", "symmetric_state_absorb"],
        || {
            let (mut ciphers, mut fed) = (HashSet::new(), HashSet::new());
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer == Success && name.contains("POLY1305") {
                        ciphers.insert(call.given());
                    }
                    return answer;
                }
                let state = call.arg("handle");
                if ciphers.contains(&state) && !fed.insert(state) { Success } else { call.go() }
            })
        },
    ),
    Mutant::of_text(
        "takes associated data after the encryption, and forgets it",
        &["SYM-ABSORB-010"],
        &["symmetric_state_encrypt", "symmetric_state_absorb"],
        || Fault::instead(InvalidOperation, Success),
    ),
    Mutant::of_text("gives the size of a ciphertext without its tag", &["SYM-ENC-041"], ENCRYPT, || {
        Fault::then(|call| call.write_u32(call.slot(0), call.arg("data_len")))
    }),
    Mutant::of_text("gives the size of the buffer for that of a plaintext", &["SYM-DEC-010"], DECRYPT, || {
        Fault::then(|call| call.write_u32(call.slot(0), call.arg("data_len")))
    }),
    Mutant::of_text("encrypts with a hash, which leaves the message as it is", &["SYM-ENC-040"], ENCRYPT, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidOperation {
                let message = call.bytes(call.arg("data"), call.arg("data_len")).unwrap_or_default();
                call.write(call.arg("out"), &message);
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text("decrypts with a hash", &["SYM-DEC-005"], DECRYPT, || Fault::instead(InvalidOperation, Success)),
    Mutant::of_text(
        "decrypts with a hash, with the tag apart",
        &["SYM-DECD-011", "SYM-DECD-008"],
        DECRYPT_DETACHED,
        || Fault::instead(InvalidOperation, Success),
    ),
    Mutant::of_text(
        "tells wrong padding from a wrong length",
        &["SEC-ERRLEAK-007"],
        &["symmetric_state_open", "symmetric_state_decrypt"],
        || {
            let mut padded = HashSet::new();
            Fault::new(move |call| {
                if call.name() == "symmetric_state_open" {
                    let (name, answer) = (call.text("algorithm"), call.go());
                    if answer == Success && name.ends_with("CBC") {
                        padded.insert(call.given());
                    }
                    return answer;
                }
                let answer = call.go();
                let whole = call.arg("data_len").is_multiple_of(16) && call.arg("data_len") > 0;
                let padding = answer == InvalidTag && whole && padded.contains(&call.arg("handle"));
                if padding { AlgorithmFailure } else { answer }
            })
        },
    ),
    Mutant::of_text(
        "says of a forgery whether its first byte is right",
        &["SEC-ERRLEAK-007", "SYM-DECD-006"],
        DECRYPT_DETACHED,
        || {
            Fault::new(|call| {
                let odd = call.bytes(call.arg("raw_tag"), 1).is_some_and(|tag| tag[0] % 2 == 1);
                let answer = call.go();
                if answer == InvalidTag && odd { Errno::VerificationFailed } else { answer }
            })
        },
    ),
];

/// Each state has a twin that nobody has encrypted with yet; the second encryption is the twin's.
fn second_encryption() -> Fault {
    let mut twins: HashMap<u32, u32> = HashMap::new();
    Fault::new(move |call| match call.name() {
        "symmetric_state_open" => {
            let answer = call.go();
            if answer == Success {
                let state = call.given();
                let slot = call.slot(0);
                if call.go() == Success {
                    twins.insert(state, call.given());
                }
                call.write_u32(slot, state);
            }
            answer
        }
        "symmetric_state_clone" => {
            let answer = call.go();
            if let (Success, Some(twin)) = (answer, twins.get(&call.arg("handle")))
                && let Ok(copy) = call.handle_aside("symmetric_state_clone", &[(*twin).into()])
            {
                twins.insert(call.given(), copy);
            }
            answer
        }
        "symmetric_state_absorb" => {
            if let Some(twin) = twins.get(&call.arg("handle")) {
                let data = call.bytes(call.arg("data"), call.arg("data_len")).unwrap_or_default();
                call.aside("symmetric_state_absorb", &[(*twin).into(), Arg::Bytes(&data)]).ok();
            }
            call.go()
        }
        _ => {
            let answer = call.go();
            if answer == NonceRequired
                && let Some(twin) = twins.remove(&call.arg("handle"))
            {
                call.set("handle", twin);
                return call.go();
            }
            answer
        }
    })
}

/// Opens states that would get a nonce of the host's with this one.
fn fixed_nonce(nonce: fn(u8) -> [u8; 24]) -> Fault {
    let mut count = 0;
    Fault::new(move |call| {
        if call.optional("options").is_none() && call.text("algorithm").eq_ignore_ascii_case("XCHACHA20-POLY1305") {
            count += 1;
            return with_nonce(call, &nonce(count));
        }
        call.go()
    })
}

/// Opens a state with a nonce that the guest has not given.
fn with_nonce(call: &mut Call<'_>, nonce: &[u8]) -> Errno {
    let options = call.handle_aside("options_open", &[1u32.into()]).unwrap();
    call.aside("options_set", &[options.into(), Arg::Bytes(b"nonce"), Arg::Bytes(nonce)]).unwrap();
    let name = call.text("algorithm");
    let key = call.optional("key").map_or(Arg::None, Arg::Some);
    match call.handle_aside("symmetric_state_open", &[Arg::Bytes(name.as_bytes()), key, Arg::Some(options)]) {
        Ok(state) => {
            call.write_u32(call.slot(0), state);
            Success
        }
        Err(error) => error,
    }
}

/// Uses as much of the output as is right.
fn smaller_output() -> Fault {
    Fault::new(|call| {
        let answer = call.go();
        if answer != InvalidLength {
            return answer;
        }
        let len = call.arg("data_len");
        let right = match call.name() {
            "symmetric_state_encrypt" => len + 16,
            "symmetric_state_decrypt" => len.saturating_sub(16),
            _ => len,
        };
        call.set("out_len", right);
        call.go()
    })
}

/// Copies the input to the output byte by byte, first to last, and then works in place.
fn forward_copy() -> Fault {
    Fault::new(|call| {
        let (out, data, len) = (call.arg("out") as usize, call.arg("data") as usize, call.arg("data_len") as usize);
        let inside = out.max(data) + len <= call.memory.len();
        if inside && out > data && out < data + len {
            (0..len).for_each(|i| call.memory[out + i] = call.memory[data + i]);
            call.set("data", out as u32);
        }
        call.go()
    })
}
