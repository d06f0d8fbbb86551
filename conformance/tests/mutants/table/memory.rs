//! Pointers, lengths, result slots, enums: how values cross the boundary.

use std::collections::HashSet;

use wasi_crypto_interface::Errno::{GuestError, InvalidOperation, NonceRequired, Success};

use super::Mutant;
use crate::fault::{Arg, Call, End, Fault};

/// Functions that write bytes to a buffer, and the names of that buffer and its length.
const WRITERS: [(&str, &str, &str); 7] = [
    ("array_output_pull", "buf", "buf_len"),
    ("symmetric_state_squeeze", "out", "out_len"),
    ("symmetric_state_encrypt", "out", "out_len"),
    ("symmetric_state_encrypt_detached", "out", "out_len"),
    ("symmetric_state_decrypt", "out", "out_len"),
    ("symmetric_tag_pull", "buf", "buf_len"),
    ("symmetric_state_options_get", "value", "value_max_len"),
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published(
        "traps where a pointer of a hash's output leads out of memory",
        &["ABI-MEM-013"],
        &["symmetric_state_squeeze"],
        || Fault::instead(GuestError, End::Trap),
    ),
    Mutant::published(
        "dies where an output leads out of memory",
        &["ABI-MEM-013"],
        &["symmetric_state_decrypt_detached"],
        || Fault::instead(GuestError, End::Crash),
    ),
    Mutant::of_text(
        "takes an output for inside memory that ends one byte behind it",
        &["ABI-MEM-013"],
        &["symmetric_state_squeeze"],
        || one_byte_too_many("out", "out_len"),
    ),
    Mutant::of_text(
        "takes an input for inside memory that ends one byte behind it",
        &["ABI-MEM-013"],
        &["symmetric_state_absorb"],
        || one_byte_too_many("data", "data_len"),
    ),
    Mutant::of_text(
        "adds pointer and length of an input in 32 bits, so that they come round",
        &["ABI-MEM-013"],
        &["symmetric_state_absorb"],
        || {
            Fault::new(|call| {
                let end = call.arg("data").wrapping_add(call.arg("data_len"));
                let comes_round = end < call.arg("data") && call.arg("data_len") > 0;
                if comes_round && end as usize <= call.memory.len() { Success } else { call.go() }
            })
        },
    ),
    Mutant::published(
        "works for minutes on a squeeze of gigabytes before it looks at the pointer",
        &["ABI-MEM-013"],
        &["symmetric_state_squeeze"],
        || Fault::new(|call| if call.arg("out_len") >= 1 << 28 { End::Hang } else { call.go().into() }),
    ),
    Mutant::of_text(
        "goes on in a stream before it looks at the pointer of the output",
        &["ABI-MEM-013", "SYM-XOF-003"],
        &["symmetric_state_squeeze"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == GuestError {
                    let args = [call.arg("handle").into(), Arg::Room(32)];
                    // What has no stream answers an error, and has not gone on.
                    let _ = call.aside("symmetric_state_squeeze", &args);
                }
                answer
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "uses a nonce up on an encryption whose output leads out of memory",
        &["ABI-MEM-013", "SYM-ENC-042"],
        &["symmetric_state_encrypt"],
        || {
            let mut used = HashSet::new();
            Fault::new(move |call| {
                let state = call.arg("handle");
                if used.contains(&state) {
                    return NonceRequired;
                }
                let answer = call.go();
                if answer == GuestError {
                    used.insert(state);
                }
                answer
            })
        },
    )
    .left_open(),
    Mutant::published(
        "traps where the slot of a handle is not aligned",
        &["ABI-MEM-015"],
        &["options_open", "symmetric_state_open", "keypair_generate", "publickey_import"],
        || Fault::new(|call| if call.slot(0) % 4 == 0 { call.go().into() } else { End::Trap }),
    )
    .left_open(),
    Mutant::of_text(
        "writes a length to the aligned address below its slot",
        &["ABI-MEM-015", "ABI-OUT-006"],
        &["array_output_len", "symmetric_tag_len", "symmetric_state_max_tag_len"],
        || {
            Fault::new(|call| {
                let last = call.args.len() - 1;
                call.args[last] &= !3;
                call.go()
            })
        },
    ),
    Mutant::of_text(
        "writes a length as eight bytes",
        &["ABI-SIZE-012"],
        &["array_output_len", "array_output_pull", "symmetric_tag_len"],
        || Fault::then(|call| call.write(call.slot(0).wrapping_add(4), &[0; 4])),
    ),
    Mutant::of_text(
        "writes a number of 64 bits as four bytes",
        &["ABI-SIZE-012"],
        &["symmetric_state_options_get_u64"],
        || {
            Fault::new(|call| {
                let high = call.bytes(call.slot(0).wrapping_add(4), 4).unwrap_or_default();
                let answer = call.go();
                call.write(call.slot(0).wrapping_add(4), &high);
                answer
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "sets the slot of a handle to zero on errors",
        &["ABI-OUT-007"],
        &["symmetric_state_open", "symmetric_key_import", "keypair_import", "signature_import"],
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer != Success && call.bytes(call.slot(0), 4).is_some() {
                    call.write_u32(call.slot(0), 0);
                }
                answer
            })
        },
    ),
    Mutant::of_text(
        "gives the encapsulated secret first, the secret second",
        &["ABI-OUT-006", "KX-KEM-010"],
        &["kx_encapsulate"],
        || {
            Fault::then(|call| {
                let (first, second) = (call.u32(call.slot(0)), call.u32(call.slot(1)));
                call.write_u32(call.slot(0), second);
                call.write_u32(call.slot(1), first);
            })
        },
    ),
    Mutant::of_text("writes one byte past what a pull gives", &["ABI-MEM-016"], &["array_output_pull"], past_the_end),
    Mutant::of_text("writes one byte past a squeeze", &["ABI-MEM-016"], &["symmetric_state_squeeze"], past_the_end),
    Mutant::of_text(
        "writes one byte past a ciphertext",
        &["ABI-MEM-016"],
        &["symmetric_state_encrypt", "symmetric_state_encrypt_detached"],
        past_the_end,
    ),
    Mutant::of_text("writes one byte past a plaintext", &["ABI-MEM-016"], &["symmetric_state_decrypt"], past_the_end),
    Mutant::of_text("writes one byte past a tag", &["ABI-MEM-016"], &["symmetric_tag_pull"], past_the_end),
    Mutant::of_text(
        "writes one byte past the value of an option",
        &["ABI-MEM-016"],
        &["symmetric_state_options_get"],
        past_the_end,
    ),
    Mutant::of_text("decrypts in the guest's input", &["ABI-MEM-017"], &["symmetric_state_decrypt"], || {
        Fault::then(|call| {
            let len = call.u32(call.slot(0));
            if let Some(plaintext) = call.bytes(call.arg("out"), len) {
                call.write(call.arg("data"), &plaintext);
            }
        })
    }),
    Mutant::of_text(
        "wipes a secret key in guest memory once it is imported",
        &["ABI-MEM-017"],
        &["symmetric_key_import"],
        || Fault::then(|call| call.write(call.arg("raw"), &vec![0; call.arg("raw_len") as usize])),
    ),
    Mutant::of_text(
        "refuses an empty buffer whose pointer leads out of memory",
        &["ABI-MEM-014"],
        &["symmetric_state_absorb", "symmetric_key_import"],
        || {
            Fault::new(|call| {
                let name = if call.has("raw") { ("raw", "raw_len") } else { ("data", "data_len") };
                let outside = call.arg(name.0) as usize > call.memory.len();
                if call.arg(name.1) == 0 && outside { GuestError } else { call.go() }
            })
        },
    )
    .left_open(),
    Mutant::of_text("takes an optional handle of tag 2 for none", &["ABI-OPT-010"], &["symmetric_state_open"], || {
        Fault::new(|call| {
            for name in ["key", "options"] {
                if call.bytes(call.arg(name), 1).is_some_and(|tag| tag[0] > 1) {
                    call.write(call.arg(name), &[1]);
                }
            }
            call.go()
        })
    }),
    Mutant::published(
        "traps on an optional handle of tag 2",
        &["ABI-OPT-010"],
        &["symmetric_state_open", "keypair_generate", "symmetric_key_generate"],
        || {
            Fault::new(|call| {
                let strange = call.bytes(call.arg("options"), 1).is_some_and(|tag| tag[0] > 1);
                if strange { End::Trap } else { call.go().into() }
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "reads an optional handle right behind its tag, without padding",
        &["ABI-OPT-009"],
        &["symmetric_state_open"],
        || {
            Fault::new(|call| {
                let at = call.arg("options");
                let Some(union) = call.bytes(at, 8) else { return call.go() };
                call.write(at + 4, &union[1..5]);
                let answer = call.go();
                call.write(at, &union);
                answer
            })
        },
    ),
    Mutant::of_text(
        "reads 16 bits of an encoding's number",
        &["ABI-ENUM-011"],
        &["keypair_import", "publickey_import", "secretkey_import", "signature_import"],
        || {
            Fault::new(|call| {
                call.set("encoding", call.arg("encoding") & 0xffff);
                call.go()
            })
        },
    ),
    Mutant::published(
        "traps on an encoding that nobody has defined",
        &["ABI-ENUM-011"],
        &["keypair_import", "publickey_import", "secretkey_import", "signature_export"],
        || Fault::new(|call| if call.arg("encoding") > 4 { End::Trap } else { call.go().into() }),
    )
    .left_open(),
    Mutant::published(
        "traps on an algorithm type that nobody has defined",
        &["ABI-ENUM-011"],
        &["options_open", "keypair_generate"],
        || Fault::new(|call| if call.arg("algorithm_type") > 2 { End::Trap } else { call.go().into() }),
    ),
    Mutant::of_text(
        "takes an encoding that nobody has defined for raw",
        &["ABI-ENUM-011"],
        &["keypair_import", "publickey_import", "secretkey_import"],
        || {
            Fault::new(|call| {
                if call.arg("encoding") > 4 {
                    call.set("encoding", 0);
                }
                call.go()
            })
        },
    ),
    Mutant::of_text(
        "reads the name of an algorithm up to its first NUL",
        &["ABI-STR-008"],
        &["symmetric_state_open"],
        || cut_name(|name| name.split('\0').next().unwrap_or_default().len()),
    ),
    Mutant::of_text("cuts spaces off the name of an algorithm", &["ABI-STR-008"], &["symmetric_state_open"], || {
        cut_name(|name| name.trim_end().len())
    }),
    Mutant::of_text(
        "numbers its errors from 0",
        &["ABI-ERRNO-005"],
        &["symmetric_state_open", "symmetric_key_import"],
        || {
            Fault::new(|call| match call.go() {
                Success => End::from(Success),
                error => End::Answer(u32::from(error.number()) - 1),
            })
        },
    ),
    Mutant::of_text(
        "answers a status that the interface does not have",
        &["ABI-ERRNO-005"],
        &["symmetric_state_squeeze"],
        || Fault::instead(InvalidOperation, End::Answer(31)),
    ),
    Mutant::published(
        "finds guest memory where it was before it grew",
        &["ABI-MEM-013"],
        &["symmetric_state_squeeze", "symmetric_state_absorb"],
        || {
            let mut first = None;
            Fault::new(move |call| {
                let len = *first.get_or_insert(call.memory.len());
                let (start, count) = match call.name() {
                    "symmetric_state_squeeze" => (call.arg("out"), call.arg("out_len")),
                    _ => (call.arg("data"), call.arg("data_len")),
                };
                if count > 0 && start as usize + count as usize > len { GuestError } else { call.go() }
            })
        },
    ),
];

fn one_byte_too_many(pointer: &'static str, len: &'static str) -> Fault {
    Fault::new(move |call| {
        let end = u64::from(call.arg(pointer)) + u64::from(call.arg(len));
        if call.arg(len) > 0 && end == call.memory.len() as u64 + 1 { Success } else { call.go() }
    })
}

fn past_the_end() -> Fault {
    Fault::then(|call| {
        let (_, buffer, len) = WRITERS.into_iter().find(|(name, ..)| *name == call.name()).unwrap();
        let end = call.arg(buffer).wrapping_add(call.arg(len));
        call.write(end, &[0]);
    })
}

/// The host sees less of the algorithm's name.
fn cut_name(len: fn(&str) -> usize) -> Fault {
    Fault::new(move |call: &mut Call<'_>| {
        // The name is the first parameter: pointer, length.
        call.args[1] = len(&call.text("algorithm")) as u64;
        call.go()
    })
}
