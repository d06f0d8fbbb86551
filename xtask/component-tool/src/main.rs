//! What `cargo xtask` does with components, by the libraries of which `wasm-tools` and `wac` are made. A program of its own, as
//! they would change how wasmtime is built.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context as _, bail};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, PackageId, plug};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wasmparser::{Parser, Payload};
use wit_component::{ComponentEncoder, StringEncoding, metadata};
use wit_parser::Resolve;

const USAGE: &str = "\
Usage:
  component-tool adapt MODULE COMPONENT       make a component of a module for wasm32-wasip1
  component-tool plug USER SERVICE COMPONENT  compose two components: one imports what the other exports
  component-tool type WIT WORLD FILE          write the section that tells of a module which world it imports
";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let (made, to) = match args[..] {
        ["adapt", module, to] => (adapt(module), to),
        ["plug", user, service, to] => (compose(user, service), to),
        ["type", wit, world, to] => (component_type(wit, world), to),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match made.and_then(|bytes| fs::write(to, bytes).context(to.to_owned())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("component-tool: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// As `wasm-tools component new --adapt` does it.
fn adapt(module: &str) -> anyhow::Result<Vec<u8>> {
    let bytes = fs::read(module).with_context(|| module.to_owned())?;
    let adapter = match is_command(&bytes)? {
        true => WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER,
        false => WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
    };
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&bytes)?.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, adapter)?.encode()
}

/// Whether a module has a `main`; else it is a library.
fn is_command(module: &[u8]) -> anyhow::Result<bool> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::ExportSection(exports) = payload? {
            return Ok(exports.into_iter().flatten().any(|export| export.name == "_start"));
        }
    }
    bail!("it exports nothing")
}

/// As `wac plug` does it.
fn compose(user: &str, service: &str) -> anyhow::Result<Vec<u8>> {
    let mut graph = CompositionGraph::new();
    let service = register(&mut graph, "service", service)?;
    let user = register(&mut graph, "user", user)?;
    plug(&mut graph, vec![service], user)?;
    Ok(graph.encode(EncodeOptions::default())?)
}

fn register(graph: &mut CompositionGraph, name: &str, path: &str) -> anyhow::Result<PackageId> {
    let package = Package::from_file(name, None, path, graph.types_mut())?;
    Ok(graph.register_package(package)?)
}

/// As `wasm-tools component embed` has it.
fn component_type(wit: &str, world: &str) -> anyhow::Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(Path::new(wit))?;
    let world = resolve.select_world(&[package], Some(world))?;
    metadata::encode(&resolve, world, StringEncoding::UTF8, None)
}
