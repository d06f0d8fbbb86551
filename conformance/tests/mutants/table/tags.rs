//! Tags.

use std::collections::HashMap;

use wasi_crypto_interface::Errno::{InvalidLength, InvalidTag, Overflow, Success, VerificationFailed};

use super::Mutant;
use crate::fault::{Arg, Fault};

const TAG_AND_VERIFY: &[&str] = &["symmetric_state_squeeze_tag", "symmetric_tag_verify"];
const VERIFY: &[&str] = &["symmetric_tag_verify"];
const PULL: &[&str] = &["symmetric_tag_pull"];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published(
        "compares as many bytes of a tag as it is given",
        &["SYM-TAG-VERIFY-001", "SYM-TAG-VERIFY-002"],
        TAG_AND_VERIFY,
        || verifies_if(|given, tag| tag.starts_with(given)),
    ),
    Mutant::of_text("verifies a tag with more bytes behind it", &["SYM-TAG-VERIFY-002"], TAG_AND_VERIFY, || {
        verifies_if(|given, tag| given.starts_with(tag))
    }),
    Mutant::of_text("verifies every tag of the right length", &["SYM-TAG-VERIFY-002"], TAG_AND_VERIFY, || {
        verifies_if(|given, tag| given.len() == tag.len())
    }),
    Mutant::of_text("does not look at the last byte of a tag", &["SYM-TAG-VERIFY-002"], TAG_AND_VERIFY, || {
        verifies_if(|given, tag| given.len() == tag.len() && given[..tag.len() - 1] == tag[..tag.len() - 1])
    }),
    Mutant::of_text("says that verification failed where a tag is invalid", &["SYM-TAG-VERIFY-002"], VERIFY, || {
        Fault::instead(InvalidTag, VerificationFailed)
    })
    .left_open(),
    Mutant::of_text("closes a tag that was verified", &["SYM-TAG-VERIFY-004"], VERIFY, || {
        Fault::then(|call| drop(call.aside("symmetric_tag_close", &[call.arg("symmetric_tag").into()])))
    })
    .left_open(),
    Mutant::of_text("keeps a tag open that was pulled", &["SYM-TAG-PULL-005"], PULL, || {
        let mut pulled: HashMap<u32, Vec<u8>> = HashMap::new();
        Fault::new(move |call| {
            let handle = call.arg("symmetric_tag");
            if let Some(tag) = pulled.get(&handle) {
                call.write(call.arg("buf"), &tag.clone());
                call.write_u32(call.slot(0), tag.len() as u32);
                return Success;
            }
            let answer = call.go();
            if answer == Success {
                let tag = call.bytes(call.arg("buf"), call.arg("buf_len")).unwrap_or_default();
                pulled.insert(handle, tag);
            }
            answer
        })
    }),
    Mutant::of_text("cuts a tag to the buffer", &["SYM-TAG-PULL-006"], PULL, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == Overflow {
                call.write_u32(call.slot(0), call.arg("buf_len"));
                return Success;
            }
            answer
        })
    }),
    Mutant::of_text("takes a buffer that is longer than a tag", &["SYM-TAG-PULL-007"], PULL, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidLength {
                let len = call.aside("symmetric_tag_len", &[call.arg("symmetric_tag").into()]).unwrap();
                call.set("buf_len", len.results[0] as u32);
                return call.go();
            }
            answer
        })
    })
    .left_open(),
    Mutant::of_text("answers 16 for the length of every tag", &["SYM-TAG-LEN-004"], &["symmetric_tag_len"], || {
        Fault::then(|call| call.write_u32(call.slot(0), 16))
    }),
];

/// Verifies a MAC's tag also where `accepts` says so of what the guest gives and the tag.
fn verifies_if(accepts: fn(&[u8], &[u8]) -> bool) -> Fault {
    let mut tags: HashMap<u32, Vec<u8>> = HashMap::new();
    Fault::new(move |call| {
        let answer = call.go();
        if call.name() == "symmetric_tag_verify" {
            let given = call.bytes(call.arg("expected_raw_tag_ptr"), call.arg("expected_raw_tag_len"));
            let tag = tags.get(&call.arg("symmetric_tag"));
            let accepted = given.zip(tag).is_some_and(|(given, tag)| accepts(&given, tag));
            return if answer == InvalidTag && accepted { Success } else { answer };
        }
        if answer == Success {
            // The same again, since pulling closes a tag.
            let (tag, state) = (call.given(), call.arg("handle"));
            let copy = call.handle_aside("symmetric_state_squeeze_tag", &[state.into()]).unwrap();
            let len = call.aside("symmetric_tag_len", &[copy.into()]).unwrap().results[0] as usize;
            let pulled = call.aside("symmetric_tag_pull", &[copy.into(), Arg::Room(len)]).unwrap();
            tags.insert(tag, pulled.output);
        }
        answer
    })
}
