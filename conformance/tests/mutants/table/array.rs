//! Array outputs.

use std::collections::HashMap;

use wasi_crypto_interface::Errno::{GuestError, InvalidHandle, InvalidLength, Overflow, Success};

use super::Mutant;
use crate::fault::{ARRAY, Call, Fault};

const PULL: &[&str] = &["array_output_pull"];
const BOTH: &[&str] = &ARRAY;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::published(
        "reads an array output at once or not at all",
        &["ARRAY-PULL-002", "ARRAY-PULL-005"],
        PULL,
        || Fault::new(|call| if call.arg("buf_len") < total(call) { Overflow } else { call.go() }),
    ),
    Mutant::published("closes an array output that is read by exactly half", &["ARRAY-CLOSE-006"], PULL, || {
        Fault::new(|call| {
            let (handle, total) = (call.arg("array_output"), total(call));
            let half = total > 0 && u64::from(call.arg("buf_len")) * 2 == u64::from(total);
            let answer = call.go();
            if half && answer == Success {
                call.take_array(handle);
            }
            answer
        })
    }),
    Mutant::published("keeps an array output open that is read to its end", &["ARRAY-CLOSE-006"], BOTH, || {
        let mut read = HashMap::new();
        Fault::new(move |call| {
            let handle = call.arg("array_output");
            if let Some(len) = read.get(&handle) {
                let value = if call.name() == "array_output_len" { *len } else { 0 };
                call.write_u32(call.slot(0), value);
                return Success;
            }
            let total = total(call);
            let answer = call.go();
            if answer == Success && total > 0 && self::total(call) == 0 {
                read.insert(handle, total);
            }
            answer
        })
    }),
    Mutant::of_text("begins each pull at the first byte", &["ARRAY-PULL-002", "ARRAY-PULL-003"], PULL, || {
        let mut known: HashMap<u32, Vec<u8>> = HashMap::new();
        Fault::new(move |call| {
            let (handle, buf) = (call.arg("array_output"), call.arg("buf"));
            let answer = call.go();
            if answer == Success {
                let count = call.u32(call.slot(0));
                let bytes = call.bytes(buf, count).unwrap_or_default();
                let first = known.entry(handle).or_insert(bytes).clone();
                call.write(buf, &first[..first.len().min(count as usize)]);
            }
            answer
        })
    }),
    Mutant::of_text("gives as length what is left to read", &["ARRAY-LEN-001", "ARRAY-PULL-003"], BOTH, || {
        let mut read: HashMap<u32, u32> = HashMap::new();
        Fault::then(move |call| {
            let (handle, value) = (call.arg("array_output"), call.u32(call.slot(0)));
            let read = read.entry(handle).or_default();
            match call.name() {
                "array_output_len" => call.write_u32(call.slot(0), value - *read),
                _ => *read += value,
            }
        })
    })
    .left_open(),
    Mutant::of_text("says that a pull filled the buffer, whatever was there", &["ARRAY-PULL-005"], PULL, || {
        Fault::then(|call| call.write_u32(call.slot(0), call.arg("buf_len")))
    }),
    Mutant::of_text("closes an array output by a pull of no bytes", &["ARRAY-ZERO-008"], PULL, || {
        Fault::new(|call| {
            let answer = call.go();
            if call.arg("buf_len") == 0 && answer == Success {
                call.take_array(call.arg("array_output"));
            }
            answer
        })
    }),
    Mutant::of_text("refuses a buffer that is longer than what is left", &["ARRAY-PULL-005"], PULL, || {
        Fault::new(|call| {
            let total = total(call);
            if total > 0 && call.arg("buf_len") > total { InvalidLength } else { call.go() }
        })
    }),
    Mutant::of_text(
        "closes an array output whose length was asked for",
        &["ARRAY-LEN-001"],
        &["array_output_len"],
        || Fault::then(|call| drop(call.take_array(call.arg("array_output")))),
    ),
    Mutant::of_text(
        "loses the bytes of a pull that leads out of memory",
        &["ARRAY-PULL-003", "ABI-MEM-013"],
        PULL,
        || {
            Fault::new(|call| {
                let answer = call.go();
                if answer == GuestError {
                    call.take_array(call.arg("array_output"));
                }
                answer
            })
        },
    ),
    Mutant::of_text("answers 0 bytes for an array output that does not exist", &["ERR-INVHANDLE-016"], PULL, || {
        Fault::new(|call| {
            let answer = call.go();
            if answer == InvalidHandle {
                call.write_u32(call.slot(0), 0);
                return Success;
            }
            answer
        })
    }),
];

/// The length of the array output, 0 if there is none.
fn total(call: &mut Call<'_>) -> u32 {
    let handle = call.arg("array_output");
    call.aside("array_output_len", &[handle.into()]).map_or(0, |given| given.results[0] as u32)
}
