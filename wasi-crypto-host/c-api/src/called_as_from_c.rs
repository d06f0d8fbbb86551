//! The functions of the header, called with pointers as C calls them: for Miri, which sees each access that Rust does not allow. That C code gets
//! what it is promised is held in `tests/c/api.c`.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};

// As a C compiler knows them.
unsafe extern "C" {
    fn wasi_crypto_call(
        context: *const c_void,
        function: usize,
        memory: *mut u8,
        memory_len: usize,
        shared: c_int,
        args: *const u64,
        args_len: usize,
    ) -> i32;
    fn wasi_crypto_config_allow_algorithm(config: *const c_void, name: *const c_char) -> i32;
    fn wasi_crypto_config_free(config: *mut c_void);
    fn wasi_crypto_config_new() -> *mut c_void;
    fn wasi_crypto_config_set_limit(config: *const c_void, limit: u32, value: u64) -> i32;
    fn wasi_crypto_config_set_statistics(config: *const c_void, statistics: c_int) -> i32;
    fn wasi_crypto_config_set_threads(config: *const c_void, threads: c_int) -> i32;
    fn wasi_crypto_context_calls(context: *const c_void, function: usize, calls: *mut u64) -> i32;
    fn wasi_crypto_context_free(context: *mut c_void) -> i32;
    fn wasi_crypto_context_new(config: *const c_void, context: *mut *mut c_void) -> i32;
    fn wasi_crypto_context_statistics(context: *const c_void, statistics: *mut [u64; 2]) -> i32;
    fn wasi_crypto_function_at(index: usize) -> *const Function;
    fn wasi_crypto_function_count() -> usize;
    fn wasi_crypto_function_find(module: *const c_char, name: *const c_char) -> usize;
    fn wasi_crypto_last_error() -> *const c_char;
    fn wasi_crypto_secrets_free(secrets: *mut c_void);
    fn wasi_crypto_secrets_open(store: *const c_char, root_key: *const c_char, secrets: *mut *mut c_void) -> i32;
    fn wasi_crypto_stop(handle: *const c_void) -> i32;
    fn wasi_crypto_stop_after(handle: *const c_void, milliseconds: u64) -> i32;
    fn wasi_crypto_stop_handle_free(handle: *mut c_void);
    fn wasi_crypto_stop_handle_new(context: *const c_void, handle: *mut *mut c_void) -> i32;
    fn wasi_crypto_version() -> *const c_char;
}

#[repr(C)]
struct Function {
    module: *const c_char,
    name: *const c_char,
    params: *const u8,
    params_len: usize,
    flags: u32,
}

/// `WASI_CRYPTO_NULL` and `WASI_CRYPTO_ARGUMENT`, and the errors of guests.
const NULL: i32 = -1;
const ARGUMENT: i32 = -2;
const CLOSED: i32 = 14;
const TOO_MANY_HANDLES: i32 = 18;

const COMMON: &CStr = c"wasi_ephemeral_crypto_common";
const SYMMETRIC: &CStr = c"wasi_ephemeral_crypto_symmetric";

fn find(module: &CStr, name: &CStr) -> usize {
    // SAFETY: both end with a zero byte.
    unsafe { wasi_crypto_function_find(module.as_ptr(), name.as_ptr()) }
}

/// A context with room for three handles, for threads or not.
fn context(threads: bool) -> *mut c_void {
    let mut context = null_mut();
    // SAFETY: the config is alive until it is freed, and the context has a place.
    unsafe {
        let config = wasi_crypto_config_new();
        assert_eq!(wasi_crypto_config_set_limit(config, 0, 3), 0);
        assert_eq!(wasi_crypto_config_set_limit(config, u32::MAX, 3), ARGUMENT);
        assert_eq!(wasi_crypto_config_allow_algorithm(config, c"TURBOSHAKE-128".as_ptr()), 0);
        assert_eq!(wasi_crypto_config_set_threads(config, threads.into()), 0);
        assert_eq!(wasi_crypto_config_set_statistics(config, 1), 0);
        assert_eq!(wasi_crypto_context_new(config, &raw mut context), 0);
        wasi_crypto_config_free(config);
    }
    context
}

/// A guest's memory as an engine has it, by words that are changed by threads.
struct Memory(Vec<AtomicU64>);

impl Memory {
    fn new() -> Self {
        Self((0..32).map(|_| AtomicU64::new(0)).collect())
    }

    fn call(&self, context: *const c_void, shared: bool, function: usize, args: &[u64]) -> i32 {
        let (start, len) = (self.0.as_ptr().cast_mut().cast(), size_of_val(self.0.as_slice()));
        // SAFETY: all is there, and nothing else touches the memory of a call that is not shared.
        unsafe { wasi_crypto_call(context, function, start, len, shared.into(), args.as_ptr(), args.len()) }
    }

    fn word(&self, index: usize) -> u64 {
        self.0[index].load(Ordering::Relaxed)
    }

    fn set(&self, index: usize, bytes: [u8; 8]) {
        self.0[index].store(u64::from_ne_bytes(bytes), Ordering::Relaxed);
    }
}

/// Hashes no bytes, with all that a thread calls in words of its own, from `first` on.
fn hash(context: *const c_void, memory: &Memory, shared: bool, first: usize) {
    let at = |word: usize| 8 * (first + word) as u64;
    (0..).zip([*b"TURBOSHA", *b"KE-128\0\0"]).for_each(|(word, text)| memory.set(first + word, text));
    // No key and no options.
    memory.set(first + 2, [1, 0, 0, 0, 0, 0, 0, 0]);
    let open = find(SYMMETRIC, c"symmetric_state_open");
    assert_eq!(memory.call(context, shared, open, &[at(0), 14, at(2), at(2), at(3) + 4]), 0);
    let state = memory.word(first + 3).to_ne_bytes()[4..].try_into().map(u32::from_le_bytes).unwrap();
    let squeeze = find(SYMMETRIC, c"symmetric_state_squeeze");
    assert_eq!(memory.call(context, shared, squeeze, &[state.into(), at(4) + 3, 32]), 0);
    let digest: Vec<u8> = (4..9).flat_map(|word| memory.word(first + word).to_ne_bytes()).skip(3).take(32).collect();
    // RFC 9861, section 5: TurboSHAKE128 of no bytes, with the domain 1F.
    let expected = "1e415f1c5983aff2169217277d17bb538cd945a397ddec541f1ce41af2c1b74c";
    assert_eq!(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), expected);
    let close = find(SYMMETRIC, c"symmetric_state_close");
    assert_eq!(memory.call(context, shared, close, &[state.into()]), 0);
    assert_eq!(memory.call(context, shared, close, &[state.into()]), CLOSED);
}

#[test]
fn a_context_is_made_used_asked_and_freed() {
    let (context, memory) = (context(false), Memory::new());
    hash(context, &memory, false, 0);
    let open = find(COMMON, c"options_open");
    for expected in [0, 0, 0, TOO_MANY_HANDLES] {
        assert_eq!(memory.call(context, false, open, &[1, 201]), expected, "at an odd place");
    }
    let (mut statistics, mut calls) = ([0; 2], 0);
    // SAFETY: the context is alive until it is freed, and results have their places.
    unsafe {
        assert_eq!(wasi_crypto_context_statistics(context, &raw mut statistics), 0);
        assert_eq!(wasi_crypto_context_calls(context, open, &raw mut calls), 0);
        assert_eq!(wasi_crypto_context_free(context), 0);
    }
    assert_eq!((statistics[0], calls), (3, 4));
    assert!(statistics[1] > 0);
}

#[test]
fn threads_share_a_context_and_words_of_a_memory() {
    struct Pointer(*mut c_void);
    // SAFETY: the header says that a context may be used on any thread,
    unsafe impl Send for Pointer {}
    // SAFETY: and one of this kind by several at a time.
    unsafe impl Sync for Pointer {}

    let (context, memory) = (Pointer(context(true)), Memory::new());
    let context = &context;
    std::thread::scope(|scope| {
        // Nine words each.
        for first in [0, 9] {
            let memory = &memory;
            scope.spawn(move || hash(context.0, memory, true, first));
        }
    });
    // SAFETY: nobody uses it any more.
    assert_eq!(unsafe { wasi_crypto_context_free(context.0) }, 0);
}

#[test]
fn a_stop_handle_outlives_its_context() {
    let (context, memory, mut handle) = (context(false), Memory::new(), null_mut());
    // SAFETY: each is alive until it is freed.
    unsafe {
        assert_eq!(wasi_crypto_stop_handle_new(context, &raw mut handle), 0);
        assert_eq!(wasi_crypto_stop_after(handle, u64::MAX), 0);
        assert_eq!(wasi_crypto_stop(handle), 0);
        // What is short does not look.
        hash(context, &memory, false, 0);
        assert_eq!(wasi_crypto_context_free(context), 0);
        assert_eq!(wasi_crypto_stop(handle), 0);
        wasi_crypto_stop_handle_free(handle);
    }
}

#[test]
fn what_is_no_pointer_is_said_and_not_followed() {
    let (context, mut memory, args) = (context(false), [0_u8; 64], [1, 0]);
    let open = find(COMMON, c"options_open");
    let text = |text: *const c_char| {
        // SAFETY: it ends with a zero byte, and is there until the next failure.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
    };
    let call = |memory: *mut u8, len, shared, args: *const u64, args_len| {
        // SAFETY: what is not there is null, or the call ends before it is looked at.
        unsafe { wasi_crypto_call(context, open, memory, len, shared, args, args_len) }
    };
    assert_eq!(call(null_mut(), 64, 0, args.as_ptr(), 2), NULL);
    // SAFETY: it may be asked at any time.
    assert!(text(unsafe { wasi_crypto_last_error() }).contains("`memory`"));
    assert_eq!(call(memory.as_mut_ptr(), 64, 0, null(), 2), ARGUMENT);
    assert_eq!(call(memory.as_mut_ptr(), 64, 0, args.as_ptr().wrapping_byte_add(1), 2), ARGUMENT);
    assert_eq!(call(memory.as_mut_ptr(), 64, 0, args.as_ptr(), 1), ARGUMENT);
    assert_eq!(call(memory.as_mut_ptr(), usize::MAX, 0, args.as_ptr(), 2), ARGUMENT);
    assert_eq!(call(null_mut(), 0, 0, args.as_ptr(), 2), 1, "the result has no place in an empty memory");
    // SAFETY: null, or alive until it is freed.
    unsafe {
        assert_eq!(wasi_crypto_context_new(null(), null_mut()), NULL);
        assert_eq!(wasi_crypto_context_statistics(null(), null_mut()), NULL);
        assert_eq!(wasi_crypto_context_calls(context, open, null_mut()), NULL);
        assert_eq!(wasi_crypto_stop(null()), NULL);
        assert_eq!(wasi_crypto_function_find(null(), c"options_open".as_ptr()), usize::MAX);
        let mut secrets = null_mut();
        assert!(wasi_crypto_secrets_open(c"nowhere:".as_ptr(), null(), &raw mut secrets) < 0);
        assert!(secrets.is_null());
        wasi_crypto_secrets_free(null_mut());
        wasi_crypto_stop_handle_free(null_mut());
        wasi_crypto_config_free(null_mut());
        assert_eq!(wasi_crypto_context_free(null_mut()), 0);
        assert_eq!(wasi_crypto_context_free(context), 0);
    }
}

#[test]
fn functions_are_listed_with_names_that_are_found() {
    // SAFETY: what is listed lives as long as the process; texts end with a zero byte.
    unsafe {
        for index in 0..wasi_crypto_function_count() {
            let Function { module, name, params, params_len, .. } = *wasi_crypto_function_at(index);
            assert_eq!(wasi_crypto_function_find(module, name), index);
            let params = std::slice::from_raw_parts(params, params_len);
            assert!(params.iter().all(|param| [0x7e, 0x7f].contains(param)));
        }
        assert!(wasi_crypto_function_at(wasi_crypto_function_count()).is_null());
        assert_eq!(CStr::from_ptr(wasi_crypto_version()).to_str(), Ok(env!("CARGO_PKG_VERSION")));
    }
}
