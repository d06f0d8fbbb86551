//! The batch functions. The text defines no layout for their lists, so that all their cases are recommendations.

use wasi_crypto_interface::Errno::{GuestError, InvalidHandle, Success, UnsupportedFeature};
use wasi_crypto_interface::{Function, ResultType};

use super::Mutant;
use crate::fault::{Call, End, Fault};

const ALL: &[&str] = &[
    "batch_symmetric_state_squeeze",
    "batch_symmetric_state_squeeze_tag",
    "batch_symmetric_state_encrypt",
    "batch_symmetric_state_encrypt_detached",
    "batch_symmetric_state_decrypt",
    "batch_symmetric_state_decrypt_detached",
    "batch_signature_state_sign",
    "batch_signature_state_verify",
];

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::of_text(
        "answers a batch from its last entry to its first",
        &["BATCH-SYMMETRIC_STATE_SQUEEZE_TAG-001"],
        &["batch_symmetric_state_squeeze_tag"],
        || {
            Fault::then(|call| {
                let (len, list) = (record(call), call.slot(0));
                let results = call.bytes(list, len * count(call)).unwrap_or_default();
                let turned: Vec<u8> = results.chunks(len as usize).rev().flatten().copied().collect();
                call.write(list, &turned);
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "gives the signatures of a batch to one another's entries",
        &["BATCH-SIGNATURE_STATE_SIGN-001"],
        &["batch_signature_state_sign"],
        || {
            Fault::then(|call| {
                let (len, list) = (record(call), call.slot(0));
                let results = call.bytes(list, len * count(call)).unwrap_or_default();
                let turned: Vec<u8> = results.chunks(len as usize).rev().flatten().copied().collect();
                call.write(list, &turned);
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "says of each entry what came of the last one",
        &["BATCH-SIGNATURE_STATE_VERIFY-001", "BATCH-SYMMETRIC_STATE_DECRYPT-001"],
        ALL,
        || {
            Fault::then(|call| {
                let Some(last) = count(call).checked_sub(1) else { return };
                let status = (status_at(call, last) as u16).to_le_bytes();
                for i in 0..last {
                    let at = status_place(call, i);
                    call.write(at, &status);
                }
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "fails a batch as a whole for one entry",
        &["BATCH-SYMMETRIC_STATE_ENCRYPT-001", "BATCH-SIGNATURE_STATE_SIGN-001"],
        ALL,
        || {
            Fault::new(|call| {
                let answer = call.go();
                let failed = (0..count(call)).map(|i| status_at(call, i)).find(|status| *status != 0);
                match (answer, failed) {
                    (Success, Some(status)) => End::Answer(status),
                    (answer, _) => answer.into(),
                }
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "says that each entry of a batch went well",
        &["BATCH-SIGNATURE_STATE_VERIFY-001", "BATCH-SYMMETRIC_STATE_DECRYPT-001"],
        ALL,
        || {
            Fault::then(|call| {
                for i in 0..count(call) {
                    let at = status_place(call, i);
                    call.write(at, &[0, 0]);
                }
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "ends a batch with its first bad entry",
        &["BATCH-SYMMETRIC_STATE_DECRYPT-001", "BATCH-SIGNATURE_STATE_VERIFY-001"],
        ALL,
        || {
            Fault::then(|call| {
                if let Some(bad) = (0..count(call)).find(|i| status_at(call, *i) != 0) {
                    for i in bad + 1..count(call) {
                        let at = status_place(call, i);
                        call.write(at, &InvalidHandle.number().to_le_bytes());
                    }
                }
            })
        },
    )
    .left_open(),
    Mutant::of_text(
        "does a batch of several algorithms",
        &["BATCH-SYMMETRIC_STATE_SQUEEZE-002", "BATCH-SIGNATURE_STATE_SIGN-002"],
        ALL,
        || Fault::instead(UnsupportedFeature, Success),
    )
    .left_open(),
    Mutant::of_text(
        "writes 4 bytes for the status of an entry",
        &["BATCH-ABI-001"],
        &["batch_symmetric_state_squeeze"],
        || {
            Fault::then(|call| {
                for i in 0..count(call) {
                    let (at, status) = (status_place(call, i), status_at(call, i));
                    call.write_u32(at, status);
                }
            })
        },
    )
    .left_open(),
    Mutant::of_text("dies of a batch outside of memory", &["BATCH-ABI-001"], ALL, || {
        Fault::instead(GuestError, End::Crash)
    }),
    Mutant::of_text("refuses a batch of no entries", &["BATCH-ABI-001"], ALL, || {
        Fault::new(|call| if count(call) == 0 { UnsupportedFeature } else { call.go() })
    })
    .left_open(),
];

/// How many entries the guest passes, or as many as a batch that is accepted may have.
fn count(call: &Call<'_>) -> u32 {
    (call.args[1] as u32).min(1000)
}

/// How long a record of the results is.
fn record(call: &Call<'_>) -> u32 {
    let [ResultType::List(ty)] = Function::find(call.name()).unwrap().results() else { panic!("a batch gives a list") };
    ty.record_len() as u32
}

/// Where the status of an entry is: last in its record.
fn status_place(call: &Call<'_>, i: u32) -> u32 {
    let offset = if record(call) == 2 { 0 } else { 4 };
    call.slot(0).wrapping_add(i.wrapping_mul(record(call))).wrapping_add(offset)
}

fn status_at(call: &Call<'_>, i: u32) -> u32 {
    call.bytes(status_place(call, i), 2).map_or(0, |status| u16::from_le_bytes([status[0], status[1]]).into())
}
