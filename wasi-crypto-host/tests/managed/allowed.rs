//! A context whose embedder allows some algorithms only: every door is closed to all others.

use wasi_crypto_host::secrets::Policy;
use wasi_crypto_host::{
    AlgorithmInfo, AlgorithmType, AllowedAlgorithms, Errno, Export, HandleType, Hostcall, KeypairEncoding, ParamType,
    SharedWasiCryptoCtx, WasiCryptoCtx, algorithms, hostcalls,
};

use crate::guest::{KINDS, Kind, LATEST, Managed, Operator, guest_of};
use crate::support::{Guest, Native, SLOT};

/// What the restricted guests have: enough to come to each door.
const ALLOWED: [&str; 3] = ["HKDF-EXTRACT/SHA-256", "HMAC/SHA-256", "Ed25519"];

fn allowed() -> AllowedAlgorithms {
    AllowedAlgorithms::only(ALLOWED)
}

fn forbidden() -> impl Iterator<Item = AlgorithmInfo> {
    algorithms().filter(|info| !ALLOWED.contains(&info.name))
}

/// A guest with a secrets manager, and what handles a call may need.
struct Caller {
    guest: Guest<Native>,
    manager: u32,
    state: u32,
}

impl Caller {
    fn new(operator: &Operator, allowed: AllowedAlgorithms) -> Self {
        let builder = WasiCryptoCtx::builder().secrets(operator.namespace(Policy::default())).algorithms(allowed);
        let mut guest = Guest::with_limits(builder);
        let manager = guest.manager();
        let key = guest.import("HKDF-EXTRACT/SHA-256", &[7; 32]).unwrap();
        let state = guest.open("HKDF-EXTRACT/SHA-256", Some(key), None).unwrap();
        Self { guest, manager, state }
    }

    /// Calls a function that takes the name of an algorithm, with that of `info`.
    fn call(&mut self, hostcall: &Hostcall, info: &AlgorithmInfo, name: &str) -> Result<(), Errno> {
        let mut args = Vec::new();
        for param in hostcall.params() {
            match param.ty {
                ParamType::String => args.extend(self.guest.put(name.as_bytes())),
                ParamType::AlgorithmType => args.push(info.algorithm_type.number().into()),
                ParamType::Handle(HandleType::SecretsManager) => args.push(self.manager),
                ParamType::Handle(HandleType::SymmetricState) => args.push(self.state),
                ParamType::OptOptions | ParamType::OptSymmetricKey => args.push(self.guest.put_optional(None)),
                ParamType::ConstPointer => args.push(self.guest.room(0)[0]),
                ParamType::Size => args.push(0),
                // The first encoding of each kind.
                _ => args.push(0),
            }
        }
        args.extend(hostcall.results().iter().map(|_| SLOT));
        self.guest.call(hostcall.name(), &args)
    }
}

/// The functions that take the name of an algorithm, and the types of algorithms that each takes.
fn doors() -> Vec<(&'static Hostcall, Vec<AlgorithmType>)> {
    // All other strings are names of options.
    let takes_name = |hostcall: &&Hostcall| {
        hostcall.params().iter().any(|param| param.ty == ParamType::String) && !hostcall.name().contains("options_")
    };
    let types_of = |hostcall: &Hostcall| match hostcall.name() {
        name if name.starts_with("symmetric") => vec![AlgorithmType::Symmetric],
        "signature_import" => vec![AlgorithmType::Signatures],
        _ => vec![AlgorithmType::Signatures, AlgorithmType::KeyExchange],
    };
    hostcalls().iter().filter(takes_name).map(|hostcall| (hostcall, types_of(hostcall))).collect()
}

#[test]
fn every_function_that_takes_a_name_refuses_those_that_are_left_out() {
    let operator = Operator::new();
    let mut restricted = Caller::new(&operator, allowed());
    let mut free = Caller::new(&operator, AllowedAlgorithms::all());
    let doors = doors();
    assert_eq!(doors.len(), 11, "{:?}", doors.iter().map(|(door, _)| door.name()).collect::<Vec<_>>());
    for (door, types) in doors {
        for info in forbidden().filter(|info| types.contains(&info.algorithm_type)) {
            for name in [info.name.to_owned(), info.name.to_ascii_lowercase()] {
                let refused = restricted.call(door, &info, &name);
                assert_eq!(refused, Err(Errno::UnsupportedAlgorithm), "{} {name}", door.name());
            }
            // With the same arguments; RSA keys take seconds.
            if !(info.name.starts_with("RSA") && door.name().starts_with("keypair_generate")) {
                let answer = free.call(door, &info, info.name);
                assert_ne!(answer, Err(Errno::UnsupportedAlgorithm), "{} {}", door.name(), info.name);
            }
        }
        for info in algorithms().filter(|info| ALLOWED.contains(&info.name) && types.contains(&info.algorithm_type)) {
            let answer = restricted.call(door, &info, info.name);
            assert_ne!(answer, Err(Errno::UnsupportedAlgorithm), "{} {}", door.name(), info.name);
        }
    }
}

#[test]
fn managed_keys_of_other_algorithms_are_not_loaded() {
    let operator = Operator::new();
    let (mut owner, manager) = operator.guest(Policy::default());
    let mut restricted = Caller::new(&operator, allowed());
    for kind in KINDS {
        for algorithm in kind.algorithms() {
            let key = owner.generate_managed(manager, kind, algorithm).unwrap();
            let (id, _) = owner.id(kind, key).unwrap();
            for version in [1, LATEST] {
                let loaded = restricted.guest.from_id(restricted.manager, kind, &id, version);
                match ALLOWED.contains(&algorithm) {
                    true => assert!(loaded.is_ok(), "{algorithm}: {loaded:?}"),
                    false => assert_eq!(loaded, Err(Errno::UnsupportedAlgorithm), "{algorithm}"),
                }
            }
        }
    }
}

#[test]
fn keys_of_the_embedder_are_refused_as_they_are_put_in() {
    let mut ctx = WasiCryptoCtx::builder().algorithms(allowed()).build().unwrap();
    let mut free = WasiCryptoCtx::builder().build().unwrap();
    for info in forbidden() {
        let refused = match info.algorithm_type {
            AlgorithmType::Symmetric => {
                let raw = vec![7; info.key_len.unwrap_or(0)];
                let answer = free.import_symmetric_key(info.name, &raw, Export::Prohibited);
                assert_ne!(answer, Err(Errno::UnsupportedAlgorithm), "{}", info.name);
                ctx.import_symmetric_key(info.name, &raw, Export::Prohibited)
            }
            ty => ctx.import_keypair(ty, info.name, &[7; 32], KeypairEncoding::Raw, Export::Prohibited),
        };
        assert_eq!(refused, Err(Errno::UnsupportedAlgorithm), "{}", info.name);
    }
    assert!(ctx.import_symmetric_key("hmac/sha-256", &[7; 32], Export::Prohibited).is_ok());
    assert_eq!(ctx.open_handles(), 1);
}

#[test]
fn only_what_is_allowed_is_listed() {
    let ctx = WasiCryptoCtx::builder().algorithms(allowed()).build().unwrap();
    let names = |listed: Vec<AlgorithmInfo>| listed.iter().map(|info| info.name).collect::<Vec<_>>();
    let mut listed = names(ctx.algorithms().collect());
    assert_eq!(listed, names(SharedWasiCryptoCtx::new(ctx).algorithms().collect()));
    listed.sort_unstable();
    assert_eq!(listed, ["Ed25519", "HKDF-EXTRACT/SHA-256", "HMAC/SHA-256"]);
    let free = WasiCryptoCtx::builder().build().unwrap();
    assert_eq!(free.algorithms().count(), algorithms().count());
}

#[test]
fn a_list_with_a_name_that_the_build_does_not_have_builds_no_context() {
    let error =
        WasiCryptoCtx::builder().algorithms(AllowedAlgorithms::only(["SHA-256", "SHA-257"])).build().unwrap_err();
    assert!(error.to_string().contains("this build has no algorithm SHA-257"), "{error}");
}

#[test]
fn threads_of_a_guest_are_held_to_the_list_too() {
    let ctx = WasiCryptoCtx::builder().algorithms(allowed()).build().unwrap();
    let mut guest = Guest::new(Native { ctx: SharedWasiCryptoCtx::new(ctx), memory: vec![0; 1 << 16] });
    assert_eq!(guest.open("SHA-256", None, None), Err(Errno::UnsupportedAlgorithm));
    assert_eq!(guest.generate("AES-128-GCM"), Err(Errno::UnsupportedAlgorithm));
    assert!(guest.generate("HMAC/SHA-256").is_ok());
}

/// The policy of a namespace and the list of a context are asked one after the other.
#[test]
fn an_allowed_algorithm_may_still_be_forbidden_by_the_namespace() {
    let operator = Operator::new();
    let namespace = operator.namespace(Policy::default().algorithms(["AES-256-GCM"]));
    let (mut guest, manager) = guest_of(namespace.clone());
    let prohibited = guest.generate_managed(manager, Kind::SymmetricKey, "HMAC/SHA-256");
    assert_eq!(prohibited, Err(Errno::ProhibitedOperation));
    let builder = WasiCryptoCtx::builder().secrets(namespace).algorithms(allowed());
    let mut guest = Guest::with_limits(builder);
    let manager = guest.manager();
    let prohibited = guest.generate_managed(manager, Kind::SymmetricKey, "HMAC/SHA-256");
    assert_eq!(prohibited, Err(Errno::ProhibitedOperation));
    let unsupported = guest.generate_managed(manager, Kind::SymmetricKey, "AES-256-GCM");
    assert_eq!(unsupported, Err(Errno::UnsupportedAlgorithm));
}
