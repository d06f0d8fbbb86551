//! Modules and components compiled ahead of time, for the `wasi-crypto` command line. No part of the public interface.
//!
//! Such a file holds machine code, which runs with the rights of this process. Its header tells damage, another version of wasmtime, other
//! settings and another processor, all of which happen by accident. It does not tell who made the file: load only files from a trusted maker.
//!
//! The layout: `MAGIC`; the SHA-256 hash of all that follows; that of the engine's version and settings; wasmtime's own format.
#![allow(unsafe_code, reason = "machine code cannot be checked, only trusted")]

use std::hash::{Hash, Hasher};

use ::wasmtime::component::Component;
use ::wasmtime::{Engine, Module, Precompiled};

use crate::backend::digest::{Context, SHA256};

/// The first bytes of each file, with the version of the layout.
const MAGIC: &[u8; 16] = b"\x7fwasi-crypto\0\0\0\x01";

const HASH_LEN: usize = 32;

/// Why a compiled module is not loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The file is not as [`compile`] made it.
    Damaged,
    /// The file was made for an engine of another version, with other settings or for another processor.
    Stale,
    /// The engine said no for another reason.
    Engine(::wasmtime::Error),
}

/// What was compiled.
pub enum Program {
    /// A module.
    Module(Module),
    /// A component.
    Component(Component),
}

/// Compiles a module in binary or text form.
///
/// # Errors
///
/// If the module is not valid for the engine.
pub fn compile(engine: &Engine, wasm: &[u8]) -> ::wasmtime::Result<Vec<u8>> {
    engine.precompile_module(wasm).map(|code| wrap(engine, &code))
}

/// Compiles a component in binary or text form.
///
/// # Errors
///
/// If the component is not valid for the engine.
pub fn compile_component(engine: &Engine, wasm: &[u8]) -> ::wasmtime::Result<Vec<u8>> {
    engine.precompile_component(wasm).map(|code| wrap(engine, &code))
}

fn wrap(engine: &Engine, code: &[u8]) -> Vec<u8> {
    let settings = settings(engine);
    [&MAGIC[..], &hash(&[&settings, code]), &settings, code].concat()
}

/// Whether these bytes claim to come from [`compile`], of this version or another.
pub fn is_precompiled(bytes: &[u8]) -> bool {
    // The last byte is the version of the layout.
    bytes.starts_with(&MAGIC[..MAGIC.len() - 1])
}

/// Loads what [`compile`] made.
///
/// # Errors
///
/// If the bytes are damaged or meant for another engine.
///
/// # Safety
///
/// The bytes must come from a maker who is trusted as this program is: what is in them is executed as it is. The hashes tell damage, and
/// anyone can make them.
pub unsafe fn load(engine: &Engine, bytes: &[u8]) -> Result<Program, LoadError> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(if is_precompiled(bytes) { LoadError::Stale } else { LoadError::Damaged });
    };
    let (expected, rest) = rest.split_first_chunk::<HASH_LEN>().ok_or(LoadError::Damaged)?;
    if hash(&[rest]) != *expected {
        return Err(LoadError::Damaged);
    }
    let (made_for, code) = rest.split_first_chunk::<HASH_LEN>().ok_or(LoadError::Damaged)?;
    if settings(engine) != *made_for {
        return Err(LoadError::Stale);
    }
    let loaded = match Engine::detect_precompiled(code) {
        // SAFETY: as below.
        Some(Precompiled::Component) => unsafe { Component::deserialize(engine, code) }.map(Program::Component),
        // SAFETY: the caller trusts the maker, the hash says that these are the bytes that `compile` once wrote, and the settings that it
        // was for an engine like this.
        _ => unsafe { Module::deserialize(engine, code) }.map(Program::Module),
    };
    loaded.map_err(LoadError::Engine)
}

/// What the engine's compiled code depends on: version, target and processor, compiler settings.
fn settings(engine: &Engine) -> [u8; HASH_LEN] {
    let mut hasher = DigestHasher(Context::new(&SHA256));
    engine.precompile_compatibility_hash().hash(&mut hasher);
    digest(&hasher.0)
}

fn hash(parts: &[&[u8]]) -> [u8; HASH_LEN] {
    let mut context = Context::new(&SHA256);
    parts.iter().for_each(|part| context.update(part));
    digest(&context)
}

fn digest(context: &Context) -> [u8; HASH_LEN] {
    let mut bytes = [0; HASH_LEN];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

/// Feeds a digest with what a [`Hash`] implementation hashes. The standard hasher may change from one Rust to the next.
struct DigestHasher(Context);

impl Hasher for DigestHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        // Asked for by nobody here: the whole digest is used.
        digest(&self.0)[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged => f.write_str("the compiled module is damaged"),
            Self::Stale => f.write_str("the module was compiled by another version or for another processor"),
            Self::Engine(cause) => write!(f, "wasmtime does not load the compiled module: {cause:#}"),
        }
    }
}

impl std::error::Error for LoadError {}
