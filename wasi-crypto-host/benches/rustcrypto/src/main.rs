//! What a guest does without a host: the operations of the benchmark on RustCrypto, compiled to WebAssembly.
//!
//! Each exported function is named after an operation of the benchmark. It does the operation a number of times, with keys
//! prepared when first used, and returns 0 if it succeeded each time. What it needs is in [`input`], what comes out goes to
//! [`output`].

mod buffers;
mod key_exchange;
mod keys;
mod optional;
mod signatures;
mod symmetric;

fn main() {}

/// The address of what the benchmark passes.
#[unsafe(no_mangle)]
extern "C" fn input() -> *const u8 {
    buffers::INPUT.lock().map_or(std::ptr::null(), |buffer| buffer.as_ptr())
}

/// The address of the result.
#[unsafe(no_mangle)]
extern "C" fn output() -> *const u8 {
    buffers::OUTPUT.lock().map_or(std::ptr::null(), |buffer| buffer.as_ptr())
}
