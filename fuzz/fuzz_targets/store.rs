//! See `wasi_crypto_fuzz::store`.
#![no_main]

use wasi_crypto_fuzz::seeds::{Target, write_if_asked};

libfuzzer_sys::fuzz_target!(init: { write_if_asked(Target::Store) }, |input: &[u8]| wasi_crypto_fuzz::store(input));
