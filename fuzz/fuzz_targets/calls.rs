//! See `wasi_crypto_fuzz::calls`.
#![no_main]

#[allow(dead_code, reason = "the tests of the host use the rest")]
#[path = "../../wasi-crypto-host/tests/memory/allocator.rs"]
mod allocator;

use std::sync::LazyLock;

use wasi_crypto_fuzz::seeds::{Target, write_if_asked};
use wasi_crypto_fuzz::{look, measure_by, watch_freed};

/// What there was at first.
static START: LazyLock<allocator::Mark> = LazyLock::new(allocator::Mark::set);

libfuzzer_sys::fuzz_target!(
    init: {
        write_if_asked(Target::Calls);
        watch_freed();
        allocator::look_at_freed(look);
        LazyLock::force(&START);
        measure_by(|| START.growth());
    },
    |input: &[u8]| wasi_crypto_fuzz::calls(input)
);
