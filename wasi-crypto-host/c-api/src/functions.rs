//! The table of functions that an engine links.

use std::ffi::{CString, c_char};
use std::sync::LazyLock;

use wasi_crypto_host::{CoreType, Hostcall, hostcalls};

use crate::failure::or;
use crate::pointers::text;

/// `wasi_crypto_function` in the header.
#[repr(C)]
struct Function {
    module: *const c_char,
    name: *const c_char,
    /// In the numbers of WebAssembly's binary format.
    params: *const u8,
    params_len: usize,
    flags: u32,
}

// SAFETY: what the pointers lead to is never changed nor freed.
unsafe impl Sync for Function {}
// SAFETY: as above; no thread owns it.
unsafe impl Send for Function {}

const I32: u8 = 0x7f;
const I64: u8 = 0x7e;

const OPTIONAL: u32 = 1;
const MAY_BE_LONG: u32 = 2;

/// Once for the whole process: pointers into it are good for as long as that lives.
static FUNCTIONS: LazyLock<Vec<Function>> = LazyLock::new(|| hostcalls().iter().map(function).collect());

fn function(hostcall: &'static Hostcall) -> Function {
    let number = |ty: &CoreType| match ty {
        CoreType::I32 => I32,
        CoreType::I64 => I64,
    };
    let params: &'static [u8] = hostcall.core_params().iter().map(number).collect::<Vec<u8>>().leak();
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    Function {
        module: forever(hostcall.module()),
        name: forever(hostcall.name()),
        params: params.as_ptr(),
        params_len: params.len(),
        flags: flag(hostcall.is_optional(), OPTIONAL) | flag(hostcall.may_be_long(), MAY_BE_LONG),
    }
}

/// A name with a zero byte behind it; names have none inside.
fn forever(name: &str) -> *const c_char {
    CString::new(name).unwrap_or_default().into_raw()
}

#[unsafe(no_mangle)]
extern "C" fn wasi_crypto_function_count() -> usize {
    hostcalls().len()
}

#[unsafe(no_mangle)]
extern "C" fn wasi_crypto_function_at(index: usize) -> *const Function {
    or(std::ptr::null(), || FUNCTIONS.get(index).map_or(std::ptr::null(), std::ptr::from_ref))
}

/// # Safety
///
/// As the header says: each text is null or ends with a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn wasi_crypto_function_find(module: *const c_char, name: *const c_char) -> usize {
    or(usize::MAX, || {
        // SAFETY: the caller's promise.
        let (module, name) = unsafe { (text(module, "module"), text(name, "name")) };
        let (Ok(module), Ok(name)) = (module, name) else { return usize::MAX };
        let is_it = |hostcall: &Hostcall| hostcall.name() == name && hostcall.module() == module;
        hostcalls().iter().position(is_it).unwrap_or(usize::MAX)
    })
}
