//! `libwasmedgePluginWasiCrypto`: WASI-Crypto as a plugin of [WasmEdge](https://wasmedge.org), in the place of its own.
//!
//! WasmEdge loads the library, asks [`WasmEdge_Plugin_GetDescriptor`] what is in it, and has module instances made. The functions of
//! WasmEdge that this takes are looked up in the running program (`wasmedge.rs`): there is nothing to link with, and where one is missing, a
//! sentence says so.
//!
//! The README of this folder is for those who use it.
#![cfg(unix)]
#![allow(non_snake_case, reason = "WasmEdge names the libraries of its plugins like this")]
#![deny(missing_docs)]

mod descriptor;
mod guest;
mod module;
mod wasmedge;

use std::fmt;
use std::io::{self, Write};
use std::sync::OnceLock;

use wasi_crypto::settings::Settings;

use crate::descriptor::{Plugin, PluginDescriptor};
use crate::wasmedge::WasmEdge;

/// What WasmEdge looks for. Null, after a sentence on standard error, if this WasmEdge or the settings will not do: then guests find mocks,
/// which answer each call with an error.
#[unsafe(no_mangle)]
pub extern "C" fn WasmEdge_Plugin_GetDescriptor() -> *const PluginDescriptor {
    descriptor::of(Plugin::WasiCrypto)
}

/// The same for the library that has the other modules, which looks here.
#[unsafe(no_mangle)]
pub extern "C" fn wasi_crypto_wasmedge_batch_descriptor() -> *const PluginDescriptor {
    descriptor::of(Plugin::Batch)
}

/// What there is to know before a module can be made.
struct Loaded {
    wasmedge: WasmEdge,
    settings: Settings,
}

/// Looks once; `None` if it will not do, of which standard error has heard.
fn loaded() -> Option<&'static Loaded> {
    static LOADED: OnceLock<Option<Loaded>> = OnceLock::new();
    let load = || {
        let wasmedge = WasmEdge::find()?;
        let settings = Settings::from_variables(|name| std::env::var_os(name)).map_err(|error| error.to_string())?;
        Ok::<_, String>(Loaded { wasmedge, settings })
    };
    let loaded = LOADED.get_or_init(|| match std::panic::catch_unwind(load) {
        Ok(Ok(loaded)) => Some(loaded),
        Ok(Err(sentence)) => {
            say(format_args!("the plugin for WasmEdge is not loaded: {sentence}"));
            None
        }
        // The panic itself has been told.
        Err(_) => None,
    });
    loaded.as_ref()
}

/// Says something on standard error, if there is one: a panic would end the program where WasmEdge has called.
fn say(sentence: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "wasi-crypto: {sentence}");
}
