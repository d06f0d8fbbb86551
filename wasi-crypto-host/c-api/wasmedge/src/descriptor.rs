//! What WasmEdge is told about the plugins.

use std::ffi::{CString, c_char, c_void};
use std::sync::LazyLock;

use crate::wasmedge::{API_VERSION, ModuleInstance};
use crate::{loaded, module};

/// The two plugins of which WasmEdge knows.
#[derive(Clone, Copy)]
pub(crate) enum Plugin {
    /// By a name that WasmEdge knows: it asks for five modules, and ignores any other.
    WasiCrypto,
    /// All other modules.
    Batch,
}

/// WasmEdge's names of the modules of `wasi_crypto`, and those that guests import; in the order in which each virtual machine makes them, which
/// stands in WasmEdge's code ([`Guest::of_module`](crate::guest::Guest::of_module) counts on it).
pub(crate) const OFFICIAL: [(&str, &str); 5] = [
    ("wasi_crypto_common", "wasi_ephemeral_crypto_common"),
    ("wasi_crypto_asymmetric_common", "wasi_ephemeral_crypto_asymmetric_common"),
    ("wasi_crypto_kx", "wasi_ephemeral_crypto_kx"),
    ("wasi_crypto_signatures", "wasi_ephemeral_crypto_signatures"),
    ("wasi_crypto_symmetric", "wasi_ephemeral_crypto_symmetric"),
];

/// The same of the second plugin, whose modules are made after those, in the order of its descriptor, which is this one.
pub(crate) const OTHERS: [(&str, &str); 3] = [
    ("wasi_crypto_symmetric_batch", "wasi_ephemeral_crypto_symmetric_batch"),
    ("wasi_crypto_signatures_batch", "wasi_ephemeral_crypto_signatures_batch"),
    ("wasi_crypto_external_secrets", "wasi_ephemeral_crypto_external_secrets"),
];

/// `WasmEdge_PluginDescriptor`
#[repr(C)]
pub struct PluginDescriptor {
    name: *const c_char,
    description: *const c_char,
    api_version: u32,
    version: [u32; 4],
    modules_len: u32,
    options_len: u32,
    modules: *const ModuleDescriptor,
    options: *const c_void,
}

/// `WasmEdge_ModuleDescriptor`
#[repr(C)]
pub(crate) struct ModuleDescriptor {
    pub(crate) name: *const c_char,
    description: *const c_char,
    create: unsafe extern "C" fn(*const Self) -> *mut ModuleInstance,
}

// SAFETY: what the pointers lead to is never changed nor freed.
unsafe impl Sync for PluginDescriptor {}
// SAFETY: as above; no thread owns it.
unsafe impl Send for PluginDescriptor {}

/// The descriptor of a plugin, which lives as long as the process; null if it cannot be loaded.
pub(crate) fn of(plugin: Plugin) -> *const PluginDescriptor {
    static WASI_CRYPTO: LazyLock<PluginDescriptor> =
        LazyLock::new(|| new(c"wasi_crypto", c"WASI-Crypto, by wasi-crypto-host", &OFFICIAL));
    static BATCH: LazyLock<PluginDescriptor> = LazyLock::new(|| {
        new(c"wasi_crypto_batch", c"Batches and external secrets of WASI-Crypto, by wasi-crypto-host", &OTHERS)
    });
    if loaded().is_none() {
        return std::ptr::null();
    }
    match plugin {
        Plugin::WasiCrypto => &raw const *WASI_CRYPTO,
        Plugin::Batch => &raw const *BATCH,
    }
}

fn new(
    name: &'static std::ffi::CStr,
    description: &'static std::ffi::CStr,
    modules: &[(&'static str, &'static str)],
) -> PluginDescriptor {
    let number = |text: &str| text.parse().unwrap_or_default();
    let modules: Vec<ModuleDescriptor> = modules.iter().map(|(name, imported)| module(name, imported)).collect();
    let modules = modules.leak();
    PluginDescriptor {
        name: name.as_ptr(),
        description: description.as_ptr(),
        api_version: API_VERSION,
        version: [
            number(env!("CARGO_PKG_VERSION_MAJOR")),
            number(env!("CARGO_PKG_VERSION_MINOR")),
            number(env!("CARGO_PKG_VERSION_PATCH")),
            0,
        ],
        modules_len: modules.len() as u32,
        options_len: 0,
        modules: modules.as_ptr(),
        options: std::ptr::null(),
    }
}

fn module(name: &str, imported: &str) -> ModuleDescriptor {
    // Names have no zero byte inside.
    let forever = |text: &str| CString::new(text).unwrap_or_default().into_raw();
    ModuleDescriptor { name: forever(name), description: forever(imported), create: module::create }
}
