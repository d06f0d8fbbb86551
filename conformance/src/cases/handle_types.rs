//! Every parameter that takes a handle, with every handle that it must not take (HANDLE-TYPE-008 and its kin).

use wasi_crypto_interface::Errno::{Closed, InvalidHandle, InvalidKey, Success, UnsupportedAlgorithm};
use wasi_crypto_interface::{AlgorithmType, Function, HandleType, ParamType, functions};

use crate::args;
use crate::arguments::Arg;
use crate::calls::close_function;
use crate::case::{Case, Expect, Kind, Value};
use crate::cases::fixture::{CREATABLE, Call, PartType, algorithm_for, algorithm_of, object, valid_call};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (function, place, ty) in handle_params() {
        let param = function.params()[place].name;
        let id = format!("{}/{param}", function.name());
        for other in CREATABLE.into_iter().filter(|other| *other != ty) {
            let requirements = ["HANDLE-TYPE-008", "ERR-INVHANDLE-016", "SEC-TYPE-001"];
            let c =
                Case::new(format!("handle/type/{id}/{}", other.name()), &requirements).algorithm(algorithm_of(other));
            cases.extend(with_handle(c, function, place, |c| object(c, other).into()));
        }
        let requirements = ["ERR-INVHANDLE-016"];
        let number = Case::new(format!("handle/unknown/{id}/largest"), &requirements);
        cases.extend(with_handle(number, function, place, |_| u32::MAX.into()));
        if ty != HandleType::SecretsManager {
            let c =
                Case::new(format!("handle/unknown/{id}/never-given-out"), &requirements).algorithm(algorithm_of(ty));
            cases.extend(with_handle(c, function, place, |c| object(c, ty).plus(77_777)));
        }
        if close_function(ty).is_some()
            && ty != HandleType::SecretsManager
            && close_function(ty) != Some(function.name())
        {
            let requirements = ["HANDLE-CLOSED-006", "ERR-INVHANDLE-016", "ABI-OUT-007"];
            let c = Case::new(format!("handle/closed/{id}"), &requirements).algorithm(algorithm_of(ty));
            cases.extend(with_handle(c, function, place, |c| {
                let handle = object(c, ty);
                c.close(handle);
                handle.into()
            }));
        }
    }
    cases.extend(close_twice());
    cases.push(options_of_another_type(AlgorithmType::Signatures));
    cases.push(options_of_another_type(AlgorithmType::KeyExchange));
    cases
}

/// Every parameter that takes a handle: the function, the place, the type.
fn handle_params() -> impl Iterator<Item = (&'static Function, usize, HandleType)> {
    functions().iter().flat_map(|function| {
        let params = function.params().iter().enumerate();
        params.filter_map(move |(place, param)| match param.ty {
            ParamType::Handle(ty) => Some((function, place, ty)),
            ParamType::OptOptions => Some((function, place, HandleType::Options)),
            ParamType::OptSymmetricKey => Some((function, place, HandleType::SymmetricKey)),
            _ => None,
        })
    })
}

/// A call in which all but one handle are right. None where that takes a secrets manager.
fn with_handle(
    mut c: Case,
    function: &'static Function,
    place: usize,
    handle: impl FnOnce(&mut Case) -> Value,
) -> Option<Case> {
    let manager = |ty| ty == ParamType::Handle(HandleType::SecretsManager);
    let params = function.params();
    if params.iter().enumerate().any(|(i, param)| manager(param.ty) && i != place) {
        return None;
    }
    let handle = handle(&mut c);
    c = c.kind(Kind::Robustness);
    if manager(params[place].ty) {
        // Nothing but the handle counts: the rest may be anything.
        let mut values: Vec<Arg> = function.core_params().iter().map(|_| Arg::from(0)).collect();
        values[0] = handle.into();
        let first_result = values.len() - function.results().len();
        for result in &mut values[first_result..] {
            *result = c.wide_slot().at().into();
        }
        // An empty name may be looked up first; `secrets/misuse.rs` has such calls in which all else is right.
        c.expect(Expect::any_of([InvalidHandle, UnsupportedAlgorithm])).call(function.name(), values);
        return Some(c);
    }
    c = c.algorithm(algorithm_for(function));
    let mut call = valid_call(&mut c, function);
    let expect = if is_close(function) {
        // C4: hosts call a handle closed that they never gave out.
        Expect::only(InvalidHandle).or_info([Closed])
    } else {
        Expect::only(InvalidHandle)
    };
    match params[place].ty {
        ParamType::Handle(_) => call.parts[place].values = vec![handle],
        _ => call.parts[place].values = vec![c.optional(Some(handle)).into()],
    }
    if function.name() == "symmetric_state_open" && params[place].name == "key" {
        // The algorithm must be one that takes a key, so that nothing else is wrong.
        let name = c.data("HMAC/SHA-256");
        call.parts[0].values = vec![name.start().into(), name.len().into()];
    }
    c.expect(expect);
    call.make(&mut c);
    for slot in result_slots(&call) {
        c.observe().untouched(slot);
    }
    Some(c)
}

fn result_slots(call: &Call) -> impl Iterator<Item = crate::case::Buffer> + '_ {
    call.parts.iter().filter(|part| part.ty == PartType::Result).filter_map(|part| part.memory)
}

fn is_close(function: &Function) -> bool {
    function.name().ends_with("_close")
}

fn close_twice() -> Vec<Case> {
    let closable = CREATABLE.into_iter().filter_map(|ty| close_function(ty).map(|function| (ty, function)));
    let case = |(ty, function): (HandleType, &str)| {
        let requirements = ["ERR-CLOSED-015", "HANDLE-CLOSED-006"];
        let mut c = Case::new(format!("handle/close-twice/{}", ty.name()), &requirements).algorithm(algorithm_of(ty));
        let handle = object(&mut c, ty);
        c.close(handle);
        // C4: the text has both.
        c.expect(Expect::only(Closed).or_info([InvalidHandle])).call(function, args![handle]);
        c
    };
    closable.map(case).collect()
}

/// An option set is tied to its algorithm type (C9: which error, the text leaves open).
fn options_of_another_type(ty: AlgorithmType) -> Case {
    let requirements = ["OPT-TYPE-004"];
    let mut c = Case::new(format!("options/other-type/{ty:?}").to_lowercase(), &requirements).algorithm("SHA-256");
    let options = c.options_open(ty);
    let expect = Expect::only(InvalidHandle).or_info([InvalidKey]).or_info_any_error().or_warn([Success]);
    c.expect(expect).state_open("SHA-256", None, Some(options));
    c.expect(expect).open("symmetric_key_generate", args!["HMAC/SHA-256", Some(options)]);
    c
}
