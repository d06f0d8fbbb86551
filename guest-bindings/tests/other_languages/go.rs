//! `go/raw.go`

use wasi_crypto_interface::{Function, Param, ParamType, functions};

use crate::{check, is_long, params};

#[test]
fn the_imports_for_go_are_as_the_interface_has_them() {
    // After an empty line: a comment right above an import belongs to it.
    let imports: String = functions().iter().map(import).collect();
    check("go/raw.go", &[("imports", format!("\n{imports}"))]);
}

fn import(function: &Function) -> String {
    let (module, name) = (function.module(), function.name());
    let params = params(function, param, |_, name| format!("{} unsafe.Pointer", camel(name)));
    format!("//go:wasmimport {module} {name}\nfunc {}({}) int32\n\n", camel(name), params.join(", "))
}

fn param(param: &Param) -> Vec<String> {
    let name = camel(param.name);
    match param.ty {
        ParamType::String | ParamType::List(_) => vec![format!("{name} unsafe.Pointer"), format!("{name}Len uint32")],
        ParamType::ConstPointer | ParamType::Pointer | ParamType::OptOptions | ParamType::OptSymmetricKey => {
            vec![format!("{name} unsafe.Pointer")]
        }
        ty if is_long(ty) => vec![format!("{name} uint64")],
        _ => vec![format!("{name} uint32")],
    }
}

/// `symmetric_key` as `symmetricKey`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(word.len().min(1));
        text += &first.to_uppercase();
        text += rest;
    }
    text
}
