//! The server: tokio, one store a request, keys from a store, limits on time and memory; and the guests.

use std::io::{BufRead, BufReader, Lines, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use wasi_crypto_host::secrets::{Identifier, Namespace, RootKeyFile, SecretsManager, SqliteStore};
use wasi_crypto_host::wasmtime::{add_to_linker_async, bind_memory, component};
use wasi_crypto_host::{JobPool, WasiCryptoCtx};
use wasmtime::component::{Component, InstancePre as ComponentPre, Linker as ComponentLinker};
use wasmtime::{
    Config, Engine, InstancePre, Linker, Module, PoolingAllocationConfig, Store, StoreLimits, StoreLimitsBuilder,
};

use super::priority::Runtimes;
use super::{NAMESPACE, OTHERS, components};

/// How long a guest may take.
const TIME: Duration = Duration::from_millis(150);
/// The memory that a guest may have, in bytes.
const MEMORY: usize = 8 << 20;
/// So many guests at a time, and those that have not yet been ended.
const GUESTS: u32 = 200;
/// How often the epoch of the engine goes on.
const EPOCH: Duration = Duration::from_micros(500);
/// A guest computes for so long until others have their turn.
const TURN: u64 = 1;

/// Makes a MAC of a message at address 2048 with the key whose identifier is at 1024, and leaves it at 4096.
const HONEST: &str = r#"(module
    (import "wasi_ephemeral_crypto_common" "secrets_manager_open" (func $manager (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_key_from_id"
        (func $key (param i32 i32 i32 i64 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
        (func $open (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb" (func $absorb (param i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_squeeze_tag" (func $tag (param i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_tag_pull" (func $pull (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "HMAC/SHA-256") (data (i32.const 32) "\01")
    (func (export "run") (param $len i32) (result i32) (local $errno i32)
        (local.set $errno (call $manager (i32.const 32) (i32.const 64)))
        (local.set $errno (i32.or (local.get $errno) (call $key
            (i32.load (i32.const 64)) (i32.const 1024) (i32.const 32) (i64.const 0xff00000000000001) (i32.const 44))))
        (local.set $errno (i32.or (local.get $errno) (call $open
            (i32.const 0) (i32.const 12) (i32.const 40) (i32.const 32) (i32.const 72))))
        (local.set $errno (i32.or (local.get $errno) (call $absorb
            (i32.load (i32.const 72)) (i32.const 2048) (local.get $len))))
        (local.set $errno (i32.or (local.get $errno) (call $tag (i32.load (i32.const 72)) (i32.const 76))))
        (i32.or (local.get $errno) (call $pull
            (i32.load (i32.const 76)) (i32.const 4096) (i32.const 32) (i32.const 80)))))"#;

/// Guests that do harm, as far as they are let.
pub(super) const HOSTILE: [(&str, &str); 6] = [
    (
        "spin",
        r#"(module (memory (export "memory") 1) (func (export "run") (param i32) (result i32) (loop (br 0)) (i32.const 0)))"#,
    ),
    // All the states that it gets, each with data, then all the memory.
    (
        "hoard",
        r#"(module
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
            (func $open (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb"
            (func $absorb (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "AES-128-SIV") (data (i32.const 16) "SHA-256") (data (i32.const 32) "\01")
        (func (export "run") (param i32) (result i32)
            (loop $more
                (br_if $more (i32.eqz (i32.or
                    (call $open (i32.const 16) (i32.const 7) (i32.const 32) (i32.const 32) (i32.const 64))
                    (call $absorb (i32.load (i32.const 64)) (i32.const 0) (i32.const 65536))))))
            (loop $memory (br_if $memory (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
            (i32.const 0)))"#,
    ),
    // Seconds of password hashing, of which none are left.
    (
        "hash",
        r#"(module
        (import "wasi_ephemeral_crypto_common" "options_open" (func $options (param i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_common" "options_set" (func $set (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_common" "options_set_u64" (func $number (param i32 i32 i32 i64) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
            (func $open (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_squeeze"
            (func $squeeze (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "PBKDF2-SHA-256salt----ops_limit") (data (i32.const 32) "\01")
        (func (export "run") (param i32) (result i32)
            (drop (call $options (i32.const 1) (i32.const 44)))
            (drop (call $set (i32.load (i32.const 44)) (i32.const 14) (i32.const 4) (i32.const 0) (i32.const 16)))
            (drop (call $number (i32.load (i32.const 44)) (i32.const 22) (i32.const 9) (i64.const 9000000)))
            (drop (call $open (i32.const 0) (i32.const 14) (i32.const 32) (i32.const 40) (i32.const 64)))
            (loop (drop (call $squeeze (i32.load (i32.const 64)) (i32.const 128) (i32.const 32))) (br 0))
            (i32.const 0)))"#,
    ),
    // Handles and addresses of nothing, until it is ended.
    (
        "nonsense",
        r#"(module
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_encrypt"
            (func $encrypt (param i32 i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_close" (func $close (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "run") (param i32) (result i32) (local $n i32)
            (loop
                (local.set $n (i32.add (local.get $n) (i32.const 0x9e3779b9)))
                (drop (call $encrypt (local.get $n) (local.get $n) (i32.const -1) (local.get $n) (local.get $n)
                    (i32.const -2)))
                (drop (call $close (local.get $n)))
                (br 0))
            (i32.const 0)))"#,
    ),
    // Keys put into the store and revoked, one after the other.
    (
        "store",
        r#"(module
        (import "wasi_ephemeral_crypto_common" "secrets_manager_open" (func $manager (param i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_common" "secrets_manager_invalidate"
            (func $invalidate (param i32 i32 i32 i64) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_key_generate_managed"
            (func $generate (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_key_id"
            (func $id (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_key_close" (func $close (param i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "HMAC/SHA-256") (data (i32.const 32) "\01")
        (func (export "run") (param i32) (result i32)
            (drop (call $manager (i32.const 32) (i32.const 64)))
            (loop
                (drop (call $generate
                    (i32.load (i32.const 64)) (i32.const 0) (i32.const 12) (i32.const 32) (i32.const 72)))
                (drop (call $id
                    (i32.load (i32.const 72)) (i32.const 1024) (i32.const 32) (i32.const 76) (i32.const 80)))
                (drop (call $invalidate
                    (i32.load (i32.const 64)) (i32.const 1024) (i32.const 32) (i64.const 1)))
                (drop (call $close (i32.load (i32.const 72))))
                (br 0))
            (i32.const 0)))"#,
    ),
    // Keys that take long, for somebody who has gone.
    (
        "leave",
        r#"(module
        (import "wasi_ephemeral_crypto_asymmetric_common" "keypair_generate"
            (func $generate (param i32 i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "RSA_PKCS1_4096_SHA512") (data (i32.const 32) "\01")
        (func (export "run") (param i32) (result i32)
            (loop (drop (call $generate (i32.const 0) (i32.const 0) (i32.const 21) (i32.const 32) (i32.const 64))) (br 0))
            (i32.const 0)))"#,
    ),
];

/// The data of a store.
struct Guest {
    crypto: WasiCryptoCtx,
    limits: StoreLimits,
}

struct Server {
    runtimes: Runtimes,
    jobs: JobPool,
    engine: Engine,
    namespace: Namespace,
    /// That of guests that do harm.
    others: Namespace,
    identifier: [u8; Identifier::LEN],
    guests: Vec<(&'static str, Code)>,
}

/// A guest that is ready to be instantiated.
enum Code {
    Module(InstancePre<Guest>),
    Component(ComponentPre<Guest>),
}

/// Serves until the process is killed. So many contexts are open all the time.
pub(super) fn serve(folder: &Path, identifier: Identifier, contexts: usize) {
    let root_key = RootKeyFile::new(folder.join("root.key"));
    let store = SqliteStore::open(folder.join("keys.db")).unwrap();
    let manager = SecretsManager::builder(store).root_key(root_key).build().unwrap();
    let namespace = manager.namespace(NAMESPACE);
    let _idle: Vec<WasiCryptoCtx> =
        (0..contexts).map(|_| WasiCryptoCtx::builder().secrets(namespace.clone()).build().unwrap()).collect();
    let engine = Engine::new(Config::new().epoch_interruption(true).allocation_strategy(pool())).unwrap();
    let mut linker = Linker::new(&engine);
    add_to_linker_async(&mut linker, |guest: &mut Guest| &mut guest.crypto).unwrap();
    let mut component_linker = ComponentLinker::new(&engine);
    component::add_to_linker_async(&mut component_linker, |guest: &mut Guest| &mut guest.crypto).unwrap();
    let module = |text: &str| Code::Module(linker.instantiate_pre(&Module::new(&engine, text).unwrap()).unwrap());
    let component = |text: String| {
        let component = Component::new(&engine, text).unwrap();
        Code::Component(component_linker.instantiate_pre(&component).unwrap())
    };
    let mut guests = vec![(HONEST_MODULE, module(HONEST)), (HONEST_COMPONENT, component(components::honest()))];
    guests.extend(HOSTILE.map(|(name, text)| (name, module(text))));
    guests.extend(components::hostile().into_iter().map(|(name, text)| (name, component(text))));
    let ticking = engine.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(EPOCH);
            ticking.increment_epoch();
        }
    });
    let runtimes = Runtimes::new();
    let server = Arc::new(Server {
        jobs: runtimes.job_pool(),
        runtimes,
        namespace,
        others: manager.namespace(OTHERS),
        identifier: *identifier.as_bytes(),
        guests,
        engine,
    });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("port {}", listener.local_addr().unwrap().port());
    for connection in listener.incoming().map_while(Result::ok) {
        let server = Arc::clone(&server);
        thread::spawn(move || server.answer(connection));
    }
}

/// Memories and stacks that are there before they are asked for, which spares each request the mapping of its own.
fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.max_memory_size(MEMORY).total_memories(GUESTS).total_core_instances(GUESTS).total_component_instances(GUESTS);
    pool.total_tables(GUESTS).total_stacks(GUESTS);
    pool
}

impl Server {
    /// One request, in a line, and its answer in another.
    fn answer(self: &Arc<Self>, connection: TcpStream) {
        let mut request = String::new();
        let mut reader = BufReader::new(connection);
        if reader.read_line(&mut request).is_err() {
            return;
        }
        let (kind, message) = request.trim_end().split_once(' ').unwrap_or((request.trim_end(), ""));
        let answer = match kind {
            "memory" => memory().to_string(),
            kind => self.on_runtime(kind, message),
        };
        // The client may have gone.
        let _ = writeln!(reader.into_inner(), "{answer}");
    }

    fn on_runtime(self: &Arc<Self>, kind: &str, message: &str) -> String {
        let (server, message) = (Arc::clone(self), message.as_bytes().to_vec());
        let index = self.guests.iter().position(|(name, _)| *name == kind).expect("a kind of guest");
        let guest = async move {
            // The time of a request is over, whatever the guest is at. An honest one has all the time it needs.
            let time = if is_honest(server.guests[index].0) { Duration::from_secs(3_600) } else { TIME * 2 };
            tokio::time::timeout(time, server.run(index, &message)).await.unwrap_or_else(|_| "ended".to_owned())
        };
        self.runtimes.run(guest).unwrap_or_else(|panic| format!("panicked: {panic}"))
    }

    /// A store for one request.
    async fn run(&self, index: usize, message: &[u8]) -> String {
        let (kind, code) = &self.guests[index];
        let secrets = if is_honest(kind) { &self.namespace } else { &self.others };
        let crypto = WasiCryptoCtx::builder().secrets(secrets.clone()).job_pool(self.jobs.clone()).build().unwrap();
        if !is_honest(kind) && !kind.ends_with("leave") {
            crypto.stop_handle().stop_at(Some(Instant::now() + TIME));
        }
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY).build();
        let mut store = Store::new(&self.engine, Guest { crypto, limits });
        store.limiter(|guest| &mut guest.limits);
        store.set_epoch_deadline(TURN);
        store.epoch_deadline_async_yield_and_update(TURN);
        let answer = match code {
            Code::Module(module) if is_honest(kind) => self.run_module(store, module, message).await,
            Code::Component(component) if is_honest(kind) => self.run_component(store, component, message).await,
            Code::Module(module) => {
                let instance = module.instantiate_async(&mut store).await.unwrap();
                bind_memory(&mut store, &instance, |guest| &mut guest.crypto).unwrap();
                let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
                run.call_async(&mut store, 0).await.map(|_| Vec::new())
            }
            Code::Component(component) => {
                let instance = component.instantiate_async(&mut store).await.unwrap();
                let run = instance.get_typed_func::<(), (u32,)>(&mut store, "run").unwrap();
                run.call_async(&mut store, ()).await.map(|_| Vec::new())
            }
        };
        match answer {
            Ok(mac) if is_honest(kind) => mac.iter().map(|byte| format!("{byte:02x}")).collect(),
            Err(trap) if is_honest(kind) => format!("trapped: {trap:#}"),
            Ok(_) => "returned".to_owned(),
            Err(_) => "ended".to_owned(),
        }
    }

    async fn run_module(
        &self,
        mut store: Store<Guest>,
        module: &InstancePre<Guest>,
        message: &[u8],
    ) -> wasmtime::Result<Vec<u8>> {
        let instance = module.instantiate_async(&mut store).await?;
        bind_memory(&mut store, &instance, |guest| &mut guest.crypto)?;
        let memory = instance.get_memory(&mut store, "memory").expect("its memory");
        memory.write(&mut store, 1024, &self.identifier)?;
        memory.write(&mut store, 2048, message)?;
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run")?;
        match run.call_async(&mut store, message.len() as i32).await? {
            0 => Ok(memory.data(&store)[4096..][..32].to_vec()),
            errno => wasmtime::bail!("errno {errno}"),
        }
    }

    async fn run_component(
        &self,
        mut store: Store<Guest>,
        component: &ComponentPre<Guest>,
        message: &[u8],
    ) -> wasmtime::Result<Vec<u8>> {
        let instance = component.instantiate_async(&mut store).await?;
        let run = instance.get_typed_func::<(&[u8], &[u8]), (Vec<u8>,)>(&mut store, "run")?;
        Ok(run.call_async(&mut store, (&self.identifier, message)).await?.0)
    }
}

const HONEST_MODULE: &str = "honest";
const HONEST_COMPONENT: &str = "honest-component";

fn is_honest(kind: &str) -> bool {
    [HONEST_MODULE, HONEST_COMPONENT].contains(&kind)
}

/// What the process has in memory, in KiB; 0 where the system does not tell so.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0)
}

const FOLDER: &str = "WASI_CRYPTO_SOAK_FOLDER";
const IDENTIFIER: &str = "WASI_CRYPTO_SOAK_IDENTIFIER";
const CONTEXTS: &str = "WASI_CRYPTO_SOAK_CONTEXTS";

/// What this process is to serve, if it is one of those that are.
pub(super) fn given() -> Option<(PathBuf, Identifier, usize)> {
    let folder = std::env::var_os(FOLDER)?;
    let identifier = std::env::var(IDENTIFIER).ok()?.parse().expect("an identifier");
    Some((folder.into(), identifier, std::env::var(CONTEXTS).ok()?.parse().expect("a number")))
}

/// A server in a process of its own.
pub(super) struct Process {
    child: Child,
    port: u16,
    /// Its output. The harness says something when a test takes long, and ends the process if nobody could hear it.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(super) fn start(folder: &Path, identifier: Identifier, contexts: usize) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "soak::serve", "--nocapture"]);
        command.env(FOLDER, folder).env(IDENTIFIER, identifier.to_string()).env(CONTEXTS, contexts.to_string());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        // Behind what the harness says, which does not end its line.
        let lines = output.by_ref().map_while(Result::ok);
        let port = lines.filter_map(|line| line.split_once("port ")?.1.parse().ok()).next();
        Self { child, port: port.expect("the server says where it listens"), _output: output }
    }

    /// One request; none if there was no answer.
    pub(super) fn ask(&self, request: &str) -> Option<String> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        writeln!(connection, "{request}").ok()?;
        let mut answer = String::new();
        BufReader::new(connection).read_line(&mut answer).ok()?;
        let answer = answer.trim_end();
        (!answer.is_empty()).then(|| answer.to_owned())
    }
}

/// Kills it.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
