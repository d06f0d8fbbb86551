//! A second plugin of WasmEdge, with the modules of WASI-Crypto for which its plugin `wasi_crypto` has no room: WasmEdge asks that one for
//! five modules that it knows, and ignores others.
//!
//! All code and all state are in the library of the first one, which must lie in the same folder: this one finds it there, and passes on
//! what it has.
#![cfg(unix)]
#![allow(non_snake_case, reason = "WasmEdge names the libraries of its plugins like this")]
#![deny(missing_docs)]

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_void};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

const FIRST: &str =
    if cfg!(target_os = "macos") { "libwasmedgePluginWasiCrypto.dylib" } else { "libwasmedgePluginWasiCrypto.so" };

/// What WasmEdge looks for: the descriptor that the first plugin has for this one. Null, after a sentence on standard error, if it is not
/// there.
#[unsafe(no_mangle)]
pub extern "C" fn WasmEdge_Plugin_GetDescriptor() -> *const c_void {
    match descriptor() {
        Ok(descriptor) => descriptor,
        Err(sentence) => {
            // `eprintln` would panic where standard error is closed, and a panic end the program.
            let _ = writeln!(
                io::stderr(),
                "wasi-crypto: the batch functions and external secrets are not loaded: {sentence}"
            );
            std::ptr::null()
        }
    }
}

fn descriptor() -> Result<*const c_void, String> {
    let first = own_path()?.with_file_name(FIRST);
    let path = CString::new(first.as_os_str().as_bytes()).map_err(|_| "a path has a zero byte".to_owned())?;
    // SAFETY: the path ends with a zero byte. Its initializers are those of Rust's standard library, which have no conditions.
    let library = unsafe { dlopen(path.as_ptr(), RTLD_LAZY) };
    if library.is_null() {
        return Err(format!("{}: {}", first.display(), last_error()));
    }
    // SAFETY: the library was opened, and is never closed.
    let symbol = unsafe { dlsym(library, c"wasi_crypto_wasmedge_batch_descriptor".as_ptr()) };
    if symbol.is_null() {
        return Err(format!("{} is another plugin, or of another version", first.display()));
    }
    // SAFETY: a function of this name is in that library alone, and of this type.
    let function = unsafe { std::mem::transmute::<*mut c_void, extern "C" fn() -> *const c_void>(symbol) };
    Ok(function())
}

/// Where this library is.
fn own_path() -> Result<&'static Path, String> {
    static HERE: u8 = 0;
    let mut info = DlInfo { file: std::ptr::null(), rest: [std::ptr::null(); 3] };
    // SAFETY: `info` has the layout of `Dl_info`, and is written to alone.
    let found = unsafe { dladdr((&raw const HERE).cast(), &raw mut info) };
    if found == 0 || info.file.is_null() {
        return Err("this library does not find itself".to_owned());
    }
    // SAFETY: the linker's own text, which it keeps as long as this library is loaded.
    let path = unsafe { CStr::from_ptr(info.file) };
    Ok(Path::new(OsStr::from_bytes(path.to_bytes())))
}

fn last_error() -> String {
    // SAFETY: it has no conditions.
    let text = unsafe { dlerror() };
    if text.is_null() {
        return "it cannot be loaded".to_owned();
    }
    // SAFETY: a text that ends with a zero byte, and stays until the next error on this thread.
    unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

const RTLD_LAZY: c_int = 1;

/// `Dl_info`, of which the path is wanted.
#[repr(C)]
struct DlInfo {
    file: *const c_char,
    rest: [*const c_void; 3],
}

unsafe extern "C" {
    fn dlopen(path: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dladdr(address: *const c_void, info: *mut DlInfo) -> c_int;
    fn dlerror() -> *const c_char;
}
