//! The same calls by a module and by a component: both get the same answers.
//!
//! `cargo xtask faces` makes more of them.

mod scenes;

use std::collections::BTreeSet;

use wasi_crypto_host::secrets::{MemoryStore, RootKey, SecretsManager};
use wasi_crypto_host::{
    Errno, GuestMemory, HandleType, Hostcall, ParamType, ResultType, WasiCryptoCtx, WasiCryptoCtxBuilder, hostcalls,
    version,
};
use wasmtime::component::{Type, Val};

use crate::guest::{Guest, bytes, list, optional, text};
use crate::random::Random;

/// How many sequences of calls, unless the variable says otherwise.
const SEQUENCES: u64 = 12;
const VARIABLE: &str = "WASI_CRYPTO_FACES_SEQUENCES";
/// How many calls each has, or calls that belong together.
const STEPS: usize = 400;

#[test]
fn a_module_and_a_component_get_the_same_answers() {
    let sequences = std::env::var(VARIABLE).map_or(SEQUENCES, |number| number.parse().expect("a number of sequences"));
    let mut successes = BTreeSet::new();
    for seed in 1..=sequences {
        let mut faces = Faces::new(seed);
        (0..STEPS).for_each(|_| faces.step());
        successes.extend(faces.end());
    }
    // The test would prove nothing if the calls all failed.
    let never = ["symmetric_state_options_get_u64", "symmetric_state_ratchet"];
    for hostcall in hostcalls().iter().filter(|call| !is_left_out(call.name()) && !never.contains(&call.name())) {
        assert!(successes.contains(hostcall.name()), "{} never succeeded", hostcall.name());
    }
}

/// What has no counterpart among single calls.
fn is_left_out(name: &str) -> bool {
    name.starts_with("batch_") || name == "external_secret_replace"
}

/// What is the same for both, or comes from chance: then it is each one's own.
#[derive(Clone)]
struct Of<M, C> {
    module: M,
    component: C,
    is_random: bool,
}

struct Faces {
    seed: u64,
    random: Random,
    module: WasiCryptoCtx,
    memory: Vec<u8>,
    component: Guest,
    objects: Vec<(HandleType, Of<u32, Val>)>,
    lists: Vec<Of<Vec<u8>, Vec<u8>>>,
    /// What the arguments of the next call are to be, for one that has to succeed.
    wish: Option<Wish>,
    successes: BTreeSet<&'static str>,
}

/// Objects are the last ones of their type.
#[derive(Clone, Copy, Default)]
struct Wish {
    name: &'static str,
    algorithm_type: usize,
    encoding: usize,
    /// The length of a new list; or it is the one that was given last.
    list: Option<usize>,
    without_key: bool,
}

/// A call as it is put together.
#[derive(Default)]
struct Call {
    /// Of the module.
    args: Vec<u64>,
    /// Of the component.
    params: Vec<Val>,
    /// Where in `args` the start of an output is; its length follows.
    output: Option<usize>,
    /// The bytes of the last list.
    data_len: usize,
    /// What the module has given away if the component has.
    given: Option<(HandleType, u32)>,
    is_random: bool,
    /// Handles of the module that it works with, which may take in what comes from chance.
    objects: Vec<u32>,
    takes_random: bool,
    /// The end of what lies in the module's memory.
    end: usize,
}

const NAMES: [&str; 32] = [
    "SHA-256",
    "SHA-512",
    "HMAC/SHA-256",
    "HMAC/SHA-512",
    "HKDF-EXTRACT/SHA-256",
    "HKDF-EXPAND/SHA-256",
    "AES-128-GCM",
    "AES-256-GCM",
    "CHACHA20-POLY1305",
    "XCHACHA20-POLY1305",
    "AEGIS-128L",
    "AEGIS-256",
    "AES-128-SIV",
    "AES-256-GCM-SIV",
    "AES-128-CTR",
    "AES-256-CBC",
    "AES-128-CMAC",
    "ASCON-AEAD",
    "ASCON-HASH",
    "BLAKE2B-256",
    "BLAKE3",
    "CSHAKE-128",
    "KMAC-128",
    "TURBOSHAKE-128",
    "KT128",
    "XOODYAK-128",
    "Ed25519",
    "X25519",
    "ECDSA_P256_SHA256",
    "P256-SHA256",
    "ML-KEM-768",
    "no such thing",
];
const OPTIONS: [&str; 8] = ["nonce", "nonce", "salt", "context", "ops_limit", "memory_limit", "buffer", "colour"];
/// Those that may draw a nonce themselves.
const DRAW_NONCES: [&str; 2] = ["XCHACHA20-POLY1305", "AEGIS-256"];

/// Behind the slots for results.
const DATA: usize = 64;

impl Faces {
    fn new(seed: u64) -> Self {
        let manager =
            || SecretsManager::builder(MemoryStore::new()).root_key(RootKey::generate().unwrap()).build().unwrap();
        let ctx = || -> WasiCryptoCtxBuilder {
            WasiCryptoCtx::builder().max_handles(60).secrets(manager().namespace("guest"))
        };
        Self {
            seed,
            random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            module: ctx().build().unwrap(),
            memory: vec![0; 1 << 18],
            component: Guest::with(ctx()),
            objects: Vec::new(),
            lists: Vec::new(),
            wish: None,
            successes: BTreeSet::new(),
        }
    }

    fn step(&mut self) {
        while self.objects.len() > 40 {
            let at = self.random.below(self.objects.len());
            self.drop(at);
        }
        match self.random.below(40) {
            0 | 1 => return self.symmetric(),
            2 => return self.asymmetric(),
            3 => return self.managed(),
            _ => {}
        }
        let hostcall =
            self.random.one_of(&hostcalls().iter().filter(|call| !is_left_out(call.name())).collect::<Vec<_>>());
        // Else there is seldom anything left.
        if (hostcall.name().ends_with("_close") || hostcall.name().ends_with("_pull")) && self.random.below(3) > 0 {
            return;
        }
        if let Some(call) = self.arguments(hostcall) {
            self.call(hostcall, call);
        }
    }

    /// Makes a call that has to succeed if those before it did.
    fn run(&mut self, name: &'static str, wish: Wish) {
        self.wish = Some(wish);
        let call = self.arguments(Hostcall::find(name).unwrap());
        self.wish = None;
        if let Some(call) = call {
            self.call(Hostcall::find(name).unwrap(), call);
        }
    }

    fn call(&mut self, hostcall: &'static Hostcall, mut call: Call) {
        let name = hostcall.name();
        let described = format!("seed {}: {name} {:?}", self.seed, call.params);
        let answer = self.component.call(&name.replace('_', "-"), &call.params);
        if let Some(at) = call.output {
            let len = self.output_len(name, &call, answer.as_ref().ok());
            call.args[at..at + 2].copy_from_slice(&[call.end as u64, len as u64]);
        }
        self.memory[..DATA].fill(0);
        let slots = (0..hostcall.results().len() as u64).map(|slot| 8 * slot);
        call.args.extend(slots);
        let errno = self.module.call(hostcall, GuestMemory::unshared(&mut self.memory), &call.args);
        let expected = if errno == Errno::Success { None } else { Some(errno.to_string().replace('_', "-")) };
        assert_eq!(answer.as_ref().err(), expected.as_ref(), "{described}");
        if let (Some((ty, handle)), Err(_)) = (call.given, &answer) {
            self.close(ty, handle);
        }
        if call.takes_random {
            let takes = self.objects.iter_mut().filter(|(_, object)| call.objects.contains(&object.module));
            takes.for_each(|(_, object)| object.is_random = true);
        }
        if let Ok(value) = answer {
            self.compare(hostcall, &call, value, &described);
        }
        assert_eq!(self.module.open_handles(), self.component.open_handles(), "{described}");
        if errno == Errno::Success {
            self.successes.insert(name);
        }
    }

    /// Holds what both gave against each other, and keeps it.
    fn compare(&mut self, hostcall: &Hostcall, call: &Call, value: Val, described: &str) {
        let mut values = match value {
            Val::Tuple(values) => values,
            value => vec![value],
        }
        .into_iter();
        let mut results = hostcall.results().iter().enumerate();
        if let Some(at) = call.output {
            let [start, mut len] = [call.args[at] as usize, call.args[at + 1] as usize];
            if hostcall.results().first() == Some(&ResultType::Size) {
                results.next();
                len = self.number(0) as usize;
            }
            let module = self.memory[start..start + len].to_vec();
            let component = bytes(values.next().unwrap());
            assert!(call.is_random || module == component, "{described}: {module:x?}, {component:x?}");
            assert!(module.len() == component.len() || hostcall.name() == "array_output_pull", "{described}");
            // Signatures in DER may differ in that.
            if module.len() == component.len() {
                self.lists.push(Of { module, component, is_random: call.is_random });
            }
        }
        for (slot, result) in results {
            let value = values.next().unwrap_or_else(|| panic!("{described}: nothing for {result:?}"));
            let number = self.number(slot);
            match (result, value) {
                (ResultType::Handle(ty), component @ Val::Resource(_)) => {
                    // Declared as an array, it is a signature (C22).
                    let ty = if hostcall.name() == "signature_state_sign" { HandleType::Signature } else { *ty };
                    self.objects.push((ty, Of { module: number as u32, component, is_random: call.is_random }));
                }
                (ResultType::Size, Val::U32(size)) => {
                    assert!(u64::from(size) == number || call.is_random, "{described}: {number}, {size}");
                }
                (ResultType::U64, Val::U64(value)) => assert_eq!(value, number, "{described}"),
                (ResultType::Version, value) => assert_eq!(value, version_of(number), "{described}"),
                (result, value) => panic!("{described}: {result:?}, {value:?}"),
            }
        }
    }

    /// How long the output is for which the module has room.
    fn output_len(&mut self, name: &str, call: &Call, answer: Option<&Val>) -> usize {
        let mut ask = |function: &str| {
            let hostcall = Hostcall::find(function).unwrap();
            let errno = self.module.call(hostcall, GuestMemory::unshared(&mut self.memory), &[call.args[0], 0]);
            if errno == Errno::Success { u32::from_le_bytes(*self.memory.first_chunk().unwrap()) as usize } else { 0 }
        };
        match name {
            // As long as the host of the component says.
            "symmetric_state_squeeze" => answer.map_or(32, |answer| bytes(answer.clone()).len()),
            "symmetric_state_encrypt" => call.data_len + ask("symmetric_state_max_tag_len"),
            "symmetric_state_decrypt" => match call.params.last() {
                Some(Val::U32(len)) => *len as usize,
                other => panic!("{other:?}"),
            },
            "symmetric_state_encrypt_detached" => call.data_len,
            "symmetric_state_decrypt_detached" => match &call.params[1] {
                Val::List(data) => data.len(),
                other => panic!("{other:?}"),
            },
            "array_output_pull" => ask("array_output_len"),
            "symmetric_tag_pull" => ask("symmetric_tag_len"),
            "symmetric_state_options_get" => 8192,
            _ => 32,
        }
    }

    /// Arguments for a call, if there are objects for them.
    fn arguments(&mut self, hostcall: &Hostcall) -> Option<Call> {
        let name = hostcall.name();
        let types = self.component.param_types(&name.replace('_', "-"));
        let mut call = Call {
            is_random: ["generate", "encapsulate", "store", "keypair_id", "key_id"]
                .iter()
                .any(|part| name.contains(part)),
            ..Call::default()
        };
        call.end = DATA;
        let mut skips_size = false;
        for (index, param) in hostcall.params().iter().enumerate() {
            // How many of the same type come later.
            let later = hostcall.params()[index + 1..].iter().filter(|later| later.ty == param.ty).count();
            let ty = types.get(call.params.len());
            match param.ty {
                ParamType::Size if std::mem::take(&mut skips_size) => {}
                ParamType::Pointer if name != "options_set_guest_buffer" => {
                    call.output = Some(call.args.len());
                    call.args.extend([0, 0]);
                    skips_size = true;
                }
                ParamType::ConstPointer | ParamType::Pointer => {
                    skips_size = true;
                    let list = self.list(later);
                    call.takes_random |= list.is_random;
                    call.data_len = list.component.len();
                    call.params.push(self::list(&list.component));
                    self.put(&mut call, &list.module);
                }
                ParamType::String => {
                    let names: &[&str] = if name.contains("options") { &OPTIONS } else { &NAMES };
                    let string = self.wish.map_or_else(|| self.random.one_of(names), |wish| wish.name);
                    call.is_random |= name == "symmetric_state_open" && DRAW_NONCES.contains(&string);
                    // No two of its signatures are the same.
                    call.is_random |= string == "ECDSA_P256_SHA256";
                    call.params.push(text(string));
                    self.put(&mut call, string.as_bytes());
                }
                ParamType::Handle(of) => {
                    let at = self.object(of, later)?;
                    let object = self.objects[at].1.clone();
                    call.takes_random |= object.is_random;
                    call.objects.push(object.module);
                    call.args.push(object.module.into());
                    call.params.push(object.component);
                    if matches!(ty, Some(Type::Own(_))) {
                        call.given = Some((of, object.module));
                    }
                }
                ParamType::OptOptions => self.optional(&mut call, HandleType::Options),
                ParamType::OptSymmetricKey => self.optional(&mut call, HandleType::SymmetricKey),
                ParamType::Version => {
                    let versions = [1, 1, 2, version::LATEST, version::LATEST, version::ALL, version::UNSPECIFIED];
                    let number = self.random.one_of(&versions);
                    let number = self.wish.map_or(number, |_| version::LATEST);
                    call.args.push(number);
                    call.params.push(version_of(number));
                }
                // Those of options, and times.
                _ if matches!(ty, Some(Type::U64)) => {
                    let number = self.random.one_of(&[0, 1, 2, 8, 16 << 10, u64::MAX]);
                    let number = self.wish.map_or(number, |_| u64::MAX);
                    call.args.push(number);
                    call.params.push(Val::U64(number));
                }
                _ => {
                    let Some(Type::Enum(ty)) = ty else { panic!("{name}: {param:?}, {ty:?}") };
                    let at = match self.wish {
                        Some(wish) if param.ty == ParamType::AlgorithmType => wish.algorithm_type,
                        Some(wish) => wish.encoding,
                        None => self.random.below(ty.names().count()),
                    };
                    call.args.push(at as u64);
                    call.params.push(Val::Enum(ty.names().nth(at).unwrap().to_owned()));
                }
            }
        }
        if name == "symmetric_state_decrypt" {
            let less = self.random.one_of(&[0, 16, 16, 16, 32, 1]);
            let less = self.wish.map_or(less, |_| 16);
            call.params.push(Val::U32(call.data_len.saturating_sub(less) as u32));
        }
        call.is_random |= call.takes_random;
        // The component has it no more; nor has the module, if that succeeds, or it is closed then.
        if let Some((_, handle)) = call.given {
            let both = call.params.iter().filter(|param| matches!(param, Val::Resource(_))).count() > 1;
            let at = self.objects.iter().position(|(_, object)| object.module == handle)?;
            // Given away and lent at once, a resource ends the component.
            if both && call.args.iter().filter(|arg| **arg == u64::from(handle)).count() > 1 {
                return None;
            }
            self.objects.swap_remove(at);
        }
        Some(call)
    }

    fn put(&mut self, call: &mut Call, bytes: &[u8]) {
        self.memory[call.end..call.end + bytes.len()].copy_from_slice(bytes);
        call.args.extend([call.end as u64, bytes.len() as u64]);
        call.end += bytes.len();
    }

    fn optional(&mut self, call: &mut Call, ty: HandleType) {
        let wants = match self.wish {
            Some(wish) => ty == HandleType::Options || !wish.without_key,
            None => self.random.below(4) > 0,
        };
        let at = if wants { self.object(ty, 0) } else { None };
        let object = at.map(|at| self.objects[at].1.clone());
        let mut record = [u8::from(object.is_none()), 0, 0, 0, 0, 0, 0, 0];
        if let Some(object) = &object {
            record[4..].copy_from_slice(&object.module.to_le_bytes());
            call.takes_random |= object.is_random;
        }
        self.memory[call.end..call.end + 8].copy_from_slice(&record);
        call.args.push(call.end as u64);
        call.end += 8;
        call.params.push(optional(object.map(|object| object.component)));
    }

    /// One that was given, or a new one. So many more are needed after it.
    fn list(&mut self, later: usize) -> Of<Vec<u8>, Vec<u8>> {
        let wished = self.wish.map(|wish| wish.list);
        if let (Some(None), Some(list)) = (wished, self.lists.iter().nth_back(later)) {
            return list.clone();
        }
        if wished.is_none() && !self.lists.is_empty() && self.random.below(3) == 0 {
            // The last ones are most likely to go with what there is.
            let at = self.lists.len() - 1 - self.random.below(self.lists.len().min(20));
            return self.lists[at].clone();
        }
        let len = self.random.one_of(&[0, 1, 12, 12, 16, 16, 20, 24, 32, 32, 32, 64, 1000]);
        let len = wished.flatten().unwrap_or(len);
        let bytes: Vec<u8> = (0..len).map(|_| self.random.below(256) as u8).collect();
        Of { module: bytes.clone(), component: bytes, is_random: false }
    }

    /// Where an object of a type is. So many more are needed after it.
    fn object(&mut self, ty: HandleType, later: usize) -> Option<usize> {
        let of_type = |(_, (of, _)): &(usize, &(HandleType, _))| *of == ty;
        let places: Vec<usize> = self.objects.iter().enumerate().filter(of_type).map(|(at, _)| at).collect();
        if self.wish.is_some() {
            return places.iter().nth_back(later).copied();
        }
        (!places.is_empty()).then(|| self.random.one_of(&places))
    }

    fn number(&self, slot: usize) -> u64 {
        u64::from_le_bytes(*self.memory[8 * slot..].first_chunk().unwrap())
    }

    fn drop(&mut self, at: usize) {
        let (ty, object) = self.objects.swap_remove(at);
        self.component.drop(object.component);
        self.close(ty, object.module);
    }

    /// Closes an object of the module.
    fn close(&mut self, ty: HandleType, handle: u32) {
        let (name, args) = match ty {
            HandleType::ArrayOutput => ("array_output_pull".to_owned(), vec![handle.into(), DATA as u64, 100_000, 0]),
            ty => (format!("{}_close", ty.name()), vec![handle.into()]),
        };
        let memory = GuestMemory::unshared(&mut self.memory);
        assert_eq!(self.module.call(Hostcall::find(&name).unwrap(), memory, &args), Errno::Success, "{name}");
    }

    /// Closes everything. Returns which calls succeeded.
    fn end(mut self) -> BTreeSet<&'static str> {
        while !self.objects.is_empty() {
            self.drop(0);
        }
        assert_eq!((self.module.open_handles(), self.module.held_bytes()), (0, 0), "seed {}", self.seed);
        assert_eq!(self.component.accounts(), (0, 0), "seed {}", self.seed);
        self.successes
    }
}

fn version_of(number: u64) -> Val {
    let (case, value) = match number {
        version::UNSPECIFIED => ("unspecified", None),
        version::LATEST => ("latest", None),
        version::ALL => ("all", None),
        number => ("specified", Some(Box::new(Val::U64(number)))),
    };
    Val::Variant(case.to_owned(), value)
}
