//! Runs guests on this project's host in this very process, with one fault or none between the two.
//!
//! Nothing here may end the process: faults that kill a host only say so.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wasi_crypto_conformance::engine::{Engine, EngineInfo, EngineKind, Heard, Outcome, Session};
use wasi_crypto_host::secrets::{MemoryStore, Policy, RootKey, SecretsManager};
use wasi_crypto_host::{Hostcall, WasiCryptoCtx, hostcalls};
use wasi_crypto_interface::CoreType;
use wasmtime::{Caller, Config, Extern, FuncType, InstancePre, Linker, Module, OptLevel, Store, Val, ValType};

use crate::fault::{Call, End, Fault};
use crate::table::Mutant;

/// What all mutants share: the same guests run on many of them, and are compiled once.
pub(crate) struct Shared {
    engine: wasmtime::Engine,
    linker: Linker<Guest>,
    guests: Mutex<HashMap<(usize, u64), InstancePre<Guest>>>,
}

/// This project's host with a fault, or without.
pub(crate) struct MutantEngine {
    shared: Arc<Shared>,
    mutant: Option<&'static Mutant>,
    /// What all sessions share, as processes share a store; none if each begins with nothing.
    secrets: Option<SecretsManager>,
}

struct Guest {
    context: WasiCryptoCtx,
    /// The fault, and the functions that it is in.
    fault: Option<(Fault, &'static [&'static str])>,
    output: Vec<u8>,
    /// How the fault ended the guest, if it did.
    ended: Option<Outcome>,
}

impl Shared {
    pub(crate) fn new() -> Self {
        let mut config = Config::new();
        config.cranelift_opt_level(OptLevel::None);
        let engine = wasmtime::Engine::new(&config).unwrap();
        let mut linker = Linker::new(&engine);
        linker.func_wrap("wasi_snapshot_preview1", "fd_write", fd_write).unwrap();
        for function in hostcalls() {
            let params = function.core_params().into_iter().map(|ty| match ty {
                CoreType::I32 => ValType::I32,
                CoreType::I64 => ValType::I64,
            });
            let ty = FuncType::new(&engine, params, [ValType::I32]);
            let call = |mut caller: Caller<'_, Guest>, params: &[Val], results: &mut [Val]| {
                results[0] = Val::I32(answer(&mut caller, function, params)? as i32);
                Ok(())
            };
            linker.func_new(function.module(), function.name(), ty, call).unwrap();
        }
        Self { engine, linker, guests: Mutex::default() }
    }

    fn prepare(&self, module: &[u8]) -> wasmtime::Result<InstancePre<Guest>> {
        let mut hasher = DefaultHasher::new();
        module.hash(&mut hasher);
        let key = (module.len(), hasher.finish());
        if let Some(guest) = self.guests.lock().unwrap().get(&key) {
            return Ok(guest.clone());
        }
        let guest = self.linker.instantiate_pre(&Module::new(&self.engine, module)?)?;
        self.guests.lock().unwrap().insert(key, guest.clone());
        Ok(guest)
    }
}

impl MutantEngine {
    pub(crate) fn new(shared: &Arc<Shared>, mutant: Option<&'static Mutant>) -> Self {
        Self { shared: shared.clone(), mutant, secrets: None }
    }

    /// The same, and what a guest has stored is there in the next session, too.
    pub(crate) fn durable(self) -> Self {
        Self { secrets: Some(secrets()), ..self }
    }
}

impl Engine for MutantEngine {
    fn info(&self) -> EngineInfo {
        let name = self.mutant.map_or("no fault", |mutant| mutant.does);
        EngineInfo { name: name.to_owned(), version: String::new(), kind: EngineKind::Embedded }
    }

    fn session(&self) -> Result<Box<dyn Session>, String> {
        let secrets = self.secrets.clone().unwrap_or_else(secrets);
        Ok(Box::new(InProcess { shared: self.shared.clone(), mutant: self.mutant, secrets }))
    }
}

fn secrets() -> SecretsManager {
    SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap()
}

struct InProcess {
    shared: Arc<Shared>,
    mutant: Option<&'static Mutant>,
    secrets: SecretsManager,
}

impl Session for InProcess {
    fn run(&mut self, module: &[u8], line: &mut dyn FnMut(&str) -> Heard, _: Duration) -> Outcome {
        let guest = match self.shared.prepare(module) {
            Ok(guest) => guest,
            Err(error) => return Outcome::Link(format!("{error:#}")),
        };
        let policy = Policy::default().max_keys(100_000).max_secrets(100_000).max_bytes(1 << 30);
        let namespace = self.secrets.namespace("conformance").policy(policy);
        let context = WasiCryptoCtx::builder().secrets(namespace).build().expect("the default limits can be kept");
        let fault = self.mutant.map(|mutant| ((mutant.fault)(), mutant.functions));
        let guest_data = Guest { context, fault, output: Vec::new(), ended: None };
        let mut store = Store::new(&self.shared.engine, guest_data);
        let run = guest
            .instantiate(&mut store)
            .and_then(|instance| instance.get_typed_func::<(), ()>(&mut store, "_start")?.call(&mut store, ()));
        let guest = store.into_data();
        String::from_utf8_lossy(&guest.output).lines().for_each(|text| _ = line(text));
        match (guest.ended, run) {
            (Some(ended), _) => ended,
            (None, Ok(())) => Outcome::Finished,
            (None, Err(error)) => Outcome::Trap(format!("{:#}", error.root_cause())),
        }
    }
}

/// What the guest is answered: by the host, or by the fault if it is in this function.
fn answer(caller: &mut Caller<'_, Guest>, function: &'static Hostcall, params: &[Val]) -> wasmtime::Result<u32> {
    let args = params.iter().map(|param| match param {
        Val::I64(n) => *n as u64,
        n => u64::from(n.unwrap_i32() as u32),
    });
    let args: Vec<u64> = args.collect();
    let (memory, guest) = memory(caller).data_and_store_mut(&mut *caller);
    let mut call = Call { function, args, memory, context: &mut guest.context };
    let end = match &mut guest.fault {
        Some((fault, functions)) if functions.contains(&function.name()) => fault.call(&mut call),
        _ => call.go().into(),
    };
    guest.ended = Some(match end {
        End::Answer(status) => return Ok(status),
        End::Trap => Outcome::Trap("the host traps".to_owned()),
        End::Crash => Outcome::Crash("the host dies".to_owned()),
        End::Hang => Outcome::Timeout,
    });
    wasmtime::bail!("the host gives no answer")
}

/// The one function of WASI that guests use, with one vector at a time.
fn fd_write(mut caller: Caller<'_, Guest>, _: u32, vectors: u32, _: u32, written: u32) -> u32 {
    let (memory, guest) = memory(&mut caller).data_and_store_mut(&mut caller);
    let word = |at: u32| u32::from_le_bytes(memory[at as usize..][..4].try_into().unwrap());
    let (start, len) = (word(vectors), word(vectors + 4));
    guest.output.extend_from_slice(&memory[start as usize..][..len as usize]);
    memory[written as usize..][..4].copy_from_slice(&len.to_le_bytes());
    0
}

fn memory(caller: &mut Caller<'_, Guest>) -> wasmtime::Memory {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else { panic!("guests export memory") };
    memory
}
