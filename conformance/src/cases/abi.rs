//! Cases generated from the table of functions: pointers, alignment, enums, tags, result slots (ABI-*).

use wasi_crypto_interface::Errno::{
    GuestError, Success, UnsupportedAlgorithm, UnsupportedEncoding, UnsupportedFeature,
};
use wasi_crypto_interface::{
    AlgorithmType, Errno, Function, KeypairEncoding, ParamType, PublickeyEncoding, SecretkeyEncoding, SignatureEncoding,
};

use crate::arguments::Arg;
use crate::case::{Buffer, Case, Expect, Kind, Pointer, Relation};
use crate::cases::fixture::{Call, Part, PartType, algorithm_for, functions, outside, valid_call};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for function in functions() {
        cases.push(any_status(function));
        // What a host may refuse in general is no ground for generated cases.
        if !matches!(function.name(), "symmetric_state_ratchet" | "secrets_manager_open") {
            cases.push(plain(function));
            cases.extend(unaligned(function));
        }
        cases.extend(pointers(function));
        cases.extend(enums(function));
        cases.extend(tags(function));
    }
    cases
}

/// Whatever is passed, what comes back is a status of the interface.
fn any_status(function: &'static Function) -> Case {
    let requirements = ["ABI-ERRNO-005", "SEC-UB-011"];
    let mut c = Case::new(format!("abi/status/{}", function.name()), &requirements).kind(Kind::Robustness);
    for value in [0, u32::MAX] {
        // A result may go to address 0, where nothing lies.
        let args = function.core_params().iter().map(|_| Arg::from(value)).collect();
        c.expect(Expect::any_of(Errno::ALL)).call(function.name(), args);
    }
    c
}

/// A call in which everything is right: it succeeds, fills its result slots, and writes nowhere else.
fn plain(function: &'static Function) -> Case {
    let requirements = [
        "ABI-MEM-016",
        "ABI-MEM-017",
        "ABI-OUT-006",
        "ABI-SIZE-012",
        "ERR-SUCCESS-001",
        "ERR-GUEST-002",
        "ERR-ALGFAIL-013",
        "ERR-INTERNAL-018",
        "SEC-BOUND-004",
    ];
    let mut c = valid(format!("abi/valid/{}", function.name()), &requirements, function).kind(Kind::Memory);
    let call = valid_call(&mut c, function);
    c.expect(optional_feature(function));
    call.make(&mut c);
    for slot in call.parts.iter().filter(|part| part.ty == PartType::Result).filter_map(|part| part.memory) {
        if slot.len() == 4 && !optional_feature(function).accepts_failure() {
            c.number(slot.start().load(), Relation::NotEqual, u32::from_le_bytes([crate::builder::POISON; 4]));
        }
    }
    c
}

/// Success, and for what the interface leaves to the host any error too.
fn optional_feature(function: &Function) -> Expect {
    match function.name() {
        "options_set_u64" | "options_set_guest_buffer" | "symmetric_state_options_get_u64" | "options_set" => {
            Expect::only(Success).or_info_any_error()
        }
        // C32: keys that are not managed.
        "keypair_id" | "symmetric_key_id" => Expect::only(Success).or_info([UnsupportedFeature]),
        _ => Expect::only(Success),
    }
}

impl Expect {
    fn accepts_failure(self) -> bool {
        (self.best | self.info | self.warn) & crate::case::ALL_ERRORS != 0
    }
}

/// Result slots at odd addresses.
fn unaligned(function: &'static Function) -> Option<Case> {
    if function.results().is_empty() {
        return None;
    }
    let requirements = ["ABI-MEM-015"];
    let mut c =
        valid(format!("abi/unaligned/{}", function.name()), &requirements, function).kind(Kind::Memory).may_trap();
    for misalignment in [1, 2, 3] {
        let mut call = valid_call(&mut c, function);
        for part in call.parts.iter_mut().filter(|part| part.ty == PartType::Result) {
            let len = part.memory.map_or(0, Buffer::len);
            part.values = vec![c.unaligned(len, misalignment).start().into()];
        }
        c.expect(Expect::only(Success).or_info_any_error());
        call.make(&mut c);
    }
    Some(c)
}

/// Each pointer of the function at places that are not, or not wholly, inside of memory.
fn pointers(function: &'static Function) -> Vec<Case> {
    let mut probe = Case::new("", &[]);
    let parts = valid_call(&mut probe, function).parts;
    let mut cases = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let Some(memory) = part.memory.filter(|memory| !memory.is_empty()) else { continue };
        // Nearer than this, nothing is outside.
        let behind = Some(("one-byte-behind", Pointer::end(0).minus(memory.len().saturating_sub(1))));
        for (name, pointer) in outside(memory.len()).into_iter().chain(behind.filter(|_| memory.len() > 2)) {
            cases.push(bad_pointer(function, place, name, |part| part.values[0] = pointer.into()));
        }
        if has_length(&parts, place) {
            cases.push(bad_pointer(function, place, "all-of-the-address-space", |_| ()));
        }
    }
    cases
}

fn bad_pointer(function: &'static Function, place: usize, how: &str, spoil: impl FnOnce(&mut Part)) -> Case {
    let requirements = ["ABI-MEM-013", "ABI-OUT-007", "SEC-UB-011"];
    // The case is named for its part when that is known.
    let mut c = valid(String::new(), &requirements, function).kind(Kind::Memory).may_trap();
    let mut call = valid_call(&mut c, function);
    c.id = format!("abi/pointer/{}/{}/{how}", function.name(), call.parts[place].name);
    spoil(&mut call.parts[place]);
    if how == "all-of-the-address-space" {
        let length = u32::MAX.into();
        match call.parts[place].ty {
            PartType::Param(ParamType::String) => call.parts[place].values[1] = length,
            _ => call.parts[place + 1].values = vec![length],
        }
    }
    c.expect(Expect::only(GuestError).or_info_any_error());
    call.make(&mut c);
    untouched_but(&mut c, &call, place);
    c
}

/// What the host could have written to is as it was.
fn untouched_but(c: &mut Case, call: &Call, place: usize) {
    for (i, part) in call.parts.iter().enumerate() {
        let is_output = matches!(part.ty, PartType::Result | PartType::Param(ParamType::Pointer));
        if let Some(memory) = part.memory.filter(|_| is_output && i != place) {
            c.observe().untouched(memory);
        }
    }
}

fn has_length(parts: &[Part], place: usize) -> bool {
    matches!(parts[place].ty, PartType::Param(ParamType::String | ParamType::ConstPointer | ParamType::Pointer))
}

/// Enum values that do not exist, in all 32 bits.
fn enums(function: &'static Function) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, param) in function.params().iter().enumerate() {
        let (count, answer) = match param.ty {
            ParamType::AlgorithmType => (AlgorithmType::ALL.len(), UnsupportedAlgorithm),
            ParamType::KeypairEncoding => (KeypairEncoding::ALL.len(), UnsupportedEncoding),
            ParamType::PublickeyEncoding => (PublickeyEncoding::ALL.len(), UnsupportedEncoding),
            ParamType::SecretkeyEncoding => (SecretkeyEncoding::ALL.len(), UnsupportedEncoding),
            ParamType::SignatureEncoding => (SignatureEncoding::ALL.len(), UnsupportedEncoding),
            _ => continue,
        };
        for value in [count as u32, 0xffff, 0x1_0000, 0x1_0001, u32::MAX] {
            let id = format!("abi/enum/{}/{}/{value:#x}", function.name(), param.name);
            let mut c = valid(id, &["ABI-ENUM-011", "SEC-UB-011"], function).kind(Kind::Robustness).may_trap();
            let mut call = valid_call(&mut c, function);
            call.parts[place].values = vec![value.into()];
            c.expect(Expect::only(answer).or_info_any_error());
            call.make(&mut c);
            cases.push(c);
        }
    }
    cases
}

/// Tags of optional handles that are neither some nor none.
fn tags(function: &'static Function) -> Vec<Case> {
    let mut cases = Vec::new();
    for (place, param) in function.params().iter().enumerate() {
        if !matches!(param.ty, ParamType::OptOptions | ParamType::OptSymmetricKey) {
            continue;
        }
        for tag in [2, 0x80, 0xff] {
            let id = format!("abi/tag/{}/{}/{tag}", function.name(), param.name);
            let mut c = valid(id, &["ABI-OPT-010", "SEC-UB-011"], function).kind(Kind::Robustness).may_trap();
            let mut call = valid_call(&mut c, function);
            let struct_ = c.data([tag, 0, 0, 0, 0, 0, 0, 0]);
            call.parts[place].values = vec![struct_.start().into()];
            c.expect(Expect::only(GuestError).or_info_any_error());
            call.make(&mut c);
            cases.push(c);
        }
    }
    cases
}

fn valid(id: String, requirements: &[&str], function: &'static Function) -> Case {
    Case::new(id, requirements).algorithm(algorithm_for(function))
}
