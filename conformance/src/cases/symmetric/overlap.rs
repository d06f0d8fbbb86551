//! Input and output in the same memory, in every direction (SYM-ENC-034, SYM-ENCD-008; C27).

use super::{Aead, TAG_LEN, case, oracle, sealing};
use crate::args;
use crate::case::{Case, Kind};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for aead in sealing() {
        for distance in DISTANCES {
            for operation in
                [Operation::Encrypt, Operation::EncryptDetached, Operation::Decrypt, Operation::DecryptDetached]
            {
                cases.push(overlap(aead, operation, distance));
            }
        }
        cases.push(tag_inside_the_output(aead));
    }
    cases
}

/// How far the output lies behind the input.
const DISTANCES: [i32; 17] = [-100, -64, -33, -17, -16, -15, -1, 0, 1, 5, 15, 16, 17, 33, 64, 99, 100];

/// Where the input lies in the case's memory, far enough from both ends.
const AT: i32 = 128;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operation {
    Encrypt,
    EncryptDetached,
    Decrypt,
    DecryptDetached,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "encrypt",
            Self::EncryptDetached => "encrypt-detached",
            Self::Decrypt => "decrypt",
            Self::DecryptDetached => "decrypt-detached",
        }
    }
}

/// The output is right, and no byte beside it has changed.
fn overlap(aead: Aead, operation: Operation, distance: i32) -> Case {
    let requirements: &[&str] = match distance {
        0 => &["SYM-ENC-034", "SYM-ENCD-008"],
        _ => &["SYM-ENC-034"],
    };
    let behaviour = format!("{}/output-{distance:+}", operation.name());
    let mut c = case("overlap", aead.name, &behaviour, requirements).kind(Kind::Memory);
    for len in [1, 16, 77, 100] {
        let message = oracle::bytes("message", len);
        let (ciphertext, tag) = aead.seal(b"ad", &message);
        let attached = [&ciphertext[..], &tag].concat();
        let (input, output) = match operation {
            Operation::Encrypt => (&message, &attached),
            Operation::EncryptDetached => (&message, &ciphertext),
            Operation::Decrypt => (&attached, &message),
            Operation::DecryptDetached => (&ciphertext, &message),
        };
        let out_at = (AT + distance) as usize;
        let mut memory = oracle::bytes("around", 400);
        memory[AT as usize..][..input.len()].copy_from_slice(input);
        let arena = c.buffer_with(&memory);
        memory[out_at..][..output.len()].copy_from_slice(output);

        let data = arena.slice(AT as u32, input.len() as u32);
        let out = arena.slice(out_at as u32, output.len() as u32);
        let state = aead.open(&mut c, b"ad");
        let size = c.size_slot();
        match operation {
            Operation::Encrypt => c.call("symmetric_state_encrypt", args![state, out, data, size.at()]),
            Operation::Decrypt => c.call("symmetric_state_decrypt", args![state, out, data, size.at()]),
            Operation::EncryptDetached => {
                let handle = c.open("symmetric_state_encrypt_detached", args![state, out, data]);
                c.tag_pull_eq(handle, &tag);
            }
            Operation::DecryptDetached => {
                c.call("symmetric_state_decrypt_detached", args![state, out, data, tag.clone(), size.at()]);
            }
        }
        if operation != Operation::EncryptDetached {
            c.equal(size, out.len());
        }
        c.same(arena, &memory);
    }
    c
}

/// The detached tag lies where the message goes.
fn tag_inside_the_output(aead: Aead) -> Case {
    let mut c = case("overlap", aead.name, "decrypt-detached/tag-in-the-output", &["SYM-ENC-034"]).kind(Kind::Memory);
    let message = oracle::bytes("message", 64);
    let (ciphertext, tag) = aead.seal(b"ad", &message);
    for at in [0, 1, 24, 48] {
        let (out, size) = (c.buffer(64), c.size_slot());
        c.copy(out.slice(at, TAG_LEN).start(), &tag);
        let state = aead.open(&mut c, b"ad");
        let arguments = args![state, out, ciphertext.clone(), out.slice(at, TAG_LEN), size.at()];
        c.call("symmetric_state_decrypt_detached", arguments);
        c.same(out, &message);
    }
    c
}
