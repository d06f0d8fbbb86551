//! `assemblyscript/assembly/raw.ts`

use wasi_crypto_interface::{Function, Param, ParamType, functions};

use crate::{check, is_long, params};

#[test]
fn the_imports_for_assemblyscript_are_as_the_interface_has_them() {
    check("assemblyscript/assembly/raw.ts", &[("imports", functions().iter().map(import).collect())]);
}

fn import(function: &Function) -> String {
    let (module, name) = (function.module(), function.name());
    let params = params(function, param, |_, name| format!("{name}: usize"));
    format!("@external(\"{module}\", \"{name}\")\nexport declare function {name}({}): i32;\n", params.join(", "))
}

fn param(param: &Param) -> Vec<String> {
    let name = param.name;
    match param.ty {
        ParamType::String | ParamType::List(_) => vec![format!("{name}: usize"), format!("{name}_len: usize")],
        ParamType::ConstPointer
        | ParamType::Pointer
        | ParamType::Size
        | ParamType::OptOptions
        | ParamType::OptSymmetricKey => vec![format!("{name}: usize")],
        ty if is_long(ty) => vec![format!("{name}: u64")],
        _ => vec![format!("{name}: u32")],
    }
}
