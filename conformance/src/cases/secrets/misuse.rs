//! Every function that takes a secrets manager, with handles of another type and pointers that lead nowhere.

use wasi_crypto_interface::Errno::{GuestError, InvalidHandle};
use wasi_crypto_interface::version::LATEST;
use wasi_crypto_interface::{AlgorithmType, Function, HandleType, ParamType, functions};

use crate::calls::{IDENTIFIER_ROOM, Managed};
use crate::capability::Capability;
use crate::case::{Buffer, Case, Expect, Kind};
use crate::cases::fixture::{CREATABLE, Call, Part, PartType, algorithm_of, object, outside, result_len};
use crate::cases::secrets::{NEVER, algorithm, known_key, new_key};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for function in functions().iter().filter(|function| takes_manager(function)) {
        cases.push(valid(function));
        for (place, param) in function.params().iter().enumerate() {
            if let ParamType::Handle(ty) = param.ty {
                let others = CREATABLE.into_iter().chain([HandleType::SecretsManager]);
                cases.extend(others.filter(|other| *other != ty).map(|other| handle(function, place, other)));
            }
        }
        cases.extend(pointers(function));
    }
    cases
}

fn takes_manager(function: &Function) -> bool {
    let closes = function.name() == "secrets_manager_close";
    !closes && function.params().iter().any(|param| param.ty == ParamType::Handle(HandleType::SecretsManager))
}

/// The call of which each case spoils one part, in order: so nothing else is wrong there.
fn valid(function: &'static Function) -> Case {
    let mut c = case(format!("secrets/valid/{}", function.name()), &["ABI-OUT-006", "ABI-MEM-017"], function);
    valid_call(&mut c, function).make(&mut c);
    c
}

fn handle(function: &'static Function, place: usize, other: HandleType) -> Case {
    let ids = ["HANDLE-TYPE-008", "ERR-INVHANDLE-016", "SEC-TYPE-001"];
    let id = format!("secrets/handle/{}/{}/{}", function.name(), function.params()[place].name, other.name());
    let mut c = case(id, &ids, function).kind(Kind::Robustness);
    let mut call = valid_call(&mut c, function);
    let handle = match other {
        HandleType::SecretsManager => c.secrets_manager(),
        _ => {
            c = c.algorithm(algorithm_of(other));
            object(&mut c, other)
        }
    };
    call.parts[place].values = vec![handle.into()];
    c.expect(InvalidHandle);
    call.make(&mut c);
    for result in call.parts.iter().filter(|part| part.ty == PartType::Result).filter_map(|part| part.memory) {
        c.untouched(result);
    }
    c
}

fn pointers(function: &'static Function) -> Vec<Case> {
    let parts = valid_call(&mut Case::new("", &[]), function).parts;
    let mut cases = Vec::new();
    for (place, memory) in parts.iter().enumerate().filter_map(|(place, part)| Some((place, part.memory?))) {
        for (how, pointer) in outside(memory.len()) {
            let id = format!("secrets/pointer/{}/{}/{how}", function.name(), parts[place].name);
            let ids = ["ABI-MEM-013", "ABI-OUT-007", "SEC-UB-011"];
            let mut c = case(id, &ids, function).kind(Kind::Memory).may_trap();
            let mut call = valid_call(&mut c, function);
            call.parts[place].values[0] = pointer.into();
            c.expect(Expect::only(GuestError).or_info_any_error());
            call.make(&mut c);
            cases.push(c);
        }
    }
    cases
}

fn case(id: String, requirements: &[&str], function: &Function) -> Case {
    let kind = kind_of(function);
    let mut c = Case::new(id, requirements).needs(Capability::Manager);
    c = match function.name() {
        name if name.starts_with("external_secret") => match name {
            "external_secret_encapsulate" | "external_secret_decapsulate" => c.needs(Capability::SealSecrets),
            _ => c.needs(Capability::StoreSecrets).needs(Capability::ReplaceSecrets).needs(Capability::RevokeSecrets),
        },
        name => {
            c = c.algorithm(algorithm(kind)).needs(Capability::Generate(kind));
            match name {
                "secrets_manager_invalidate" => c.needs(Capability::Revoke),
                _ if name.ends_with("_store_managed") => c.needs(Capability::Store(kind)),
                _ if name.ends_with("_replace_managed") => c.needs(Capability::Replace(kind)),
                _ => c,
            }
        }
    };
    c
}

fn kind_of(function: &Function) -> Managed {
    if function.name().starts_with("keypair") { Managed::Keypair } else { Managed::SymmetricKey }
}

/// A call that succeeds, in parts.
fn valid_call(c: &mut Case, function: &'static Function) -> Call {
    let (name, kind) = (function.name(), kind_of(function));
    let manager = c.secrets_manager();
    let mut parts: Vec<Part> = Vec::new();
    let mut size = 0.into();
    for param in function.params() {
        let mut memory = None;
        let values = match param.ty {
            ParamType::Handle(HandleType::SecretsManager) => vec![manager.into()],
            ParamType::Handle(_) if param.name.ends_with("_old") => {
                vec![c.generate_managed(kind, manager, algorithm(kind)).into()]
            }
            ParamType::Handle(_) if name.ends_with("_replace_managed") => vec![new_key(c, kind).into()],
            ParamType::Handle(_) => vec![known_key(c, kind).into()],
            ParamType::AlgorithmType => vec![(AlgorithmType::Signatures as u32).into()],
            ParamType::String => {
                let text = c.data(algorithm(kind));
                memory = Some(text);
                vec![text.start().into(), text.len().into()]
            }
            ParamType::ConstPointer => {
                let data = match (name, param.name) {
                    (_, "secret") => {
                        let secret = c.data("a token");
                        size = secret.len().into();
                        secret
                    }
                    ("external_secret_decapsulate", _) => {
                        let (sealed, len) = c.secret_seal(manager, "a token", NEVER, 1024);
                        size = len.into();
                        sealed
                    }
                    _ => {
                        let identifier = if name.starts_with("external_secret") {
                            c.stored_secret(manager, "a token", NEVER)
                        } else {
                            let key = c.generate_managed(kind, manager, algorithm(kind));
                            c.key_id(kind, key).0
                        };
                        size = identifier.len.into();
                        identifier.bytes
                    }
                };
                memory = Some(data);
                vec![data.start().into()]
            }
            ParamType::Pointer => {
                let buffer = c.buffer(IDENTIFIER_ROOM);
                size = buffer.len().into();
                memory = Some(buffer);
                vec![buffer.start().into()]
            }
            // The length of the part before.
            ParamType::Size => vec![size],
            ParamType::Version => vec![LATEST.into()],
            ParamType::Timestamp => vec![NEVER.into()],
            ParamType::OptOptions => {
                let none = c.optional(None);
                memory = Some(Buffer { start: none, len: 8 });
                vec![none.into()]
            }
            other => panic!("{name}: nobody has thought of {other:?}"),
        };
        parts.push(Part { name: param.name.to_owned(), values, memory, ty: PartType::Param(param.ty) });
    }
    for (i, result) in function.results().iter().enumerate() {
        let slot = c.buffer(result_len(*result));
        let values = vec![slot.start().into()];
        parts.push(Part { name: format!("result{i}"), values, memory: Some(slot), ty: PartType::Result });
    }
    Call { function, parts }
}
