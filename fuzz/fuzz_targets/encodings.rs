//! See `wasi_crypto_fuzz::encodings`.
#![no_main]

#[allow(dead_code, reason = "the tests of the host use the rest")]
#[path = "../../wasi-crypto-host/tests/memory/allocator.rs"]
mod allocator;

use wasi_crypto_fuzz::seeds::{Target, write_if_asked};
use wasi_crypto_fuzz::{look, watch_freed};

libfuzzer_sys::fuzz_target!(
    init: {
        write_if_asked(Target::Encodings);
        watch_freed();
        allocator::look_at_freed(look);
    },
    |input: &[u8]| wasi_crypto_fuzz::encodings(input)
);
