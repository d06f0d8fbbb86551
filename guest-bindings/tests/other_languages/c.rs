//! `c/wasi_crypto_guest.h`

use std::fmt::Write as _;

use wasi_crypto_interface::{
    Errno, FieldType, Function, HandleType, KeypairEncoding, ListType, Param, ParamType, PublickeyEncoding, ResultType,
    SecretkeyEncoding, SignatureEncoding, functions,
};

use crate::{check, params};

#[test]
fn the_header_for_c_is_as_the_interface_has_it() {
    check(
        "c/wasi_crypto_guest.h",
        &[
            ("numbers", numbers()),
            ("records", records()),
            ("imports", functions().iter().map(import).collect()),
            ("objects", HandleType::ALL.into_iter().map(object).collect()),
        ],
    );
}

fn numbers() -> String {
    let mut text = String::from("typedef enum wasi_crypto_errno {\n");
    let mut names = Vec::new();
    for number in 0.. {
        let Some(errno) = Errno::from_number(number) else { break };
        writeln!(text, "    WASI_CRYPTO_{} = {number},", errno.name().to_uppercase()).unwrap();
        names.push(errno.name());
    }
    text = text.trim_end_matches(",\n").to_owned() + "\n} wasi_crypto_errno;\n";
    writeln!(text, "#define WASI_CRYPTO_ERRNO_NAMES \\").unwrap();
    let lines: Vec<String> = names.chunks(6).map(|names| format!("    \"{}\"", names.join("\", \""))).collect();
    writeln!(text, "{}", lines.join(", \\\n")).unwrap();
    macro_rules! constants {
        ($enum:ident, $prefix:literal) => {
            for number in 0.. {
                let Some(value) = $enum::from_number(number) else { break };
                writeln!(text, "#define {}_{} {number}u", $prefix, value.name().to_uppercase()).unwrap();
            }
        };
    }
    constants!(KeypairEncoding, "WASI_CRYPTO_KEYPAIR");
    constants!(PublickeyEncoding, "WASI_CRYPTO_PUBLICKEY");
    constants!(SecretkeyEncoding, "WASI_CRYPTO_SECRETKEY");
    constants!(SignatureEncoding, "WASI_CRYPTO_SIGNATURE");
    text
}

const LISTS: [(ListType, &str); 10] = [
    (ListType::Squeeze, "squeeze"),
    (ListType::SymmetricStates, "symmetric_state"),
    (ListType::Crypt, "crypt"),
    (ListType::DecryptDetached, "decrypt_detached"),
    (ListType::SignatureStates, "signature_state"),
    (ListType::VerificationInputs, "verification"),
    (ListType::Errnos, "errno"),
    (ListType::Tags, "tag"),
    (ListType::Sizes, "size"),
    (ListType::Signatures, "signature"),
];

fn records() -> String {
    let mut text = String::new();
    for (list, name) in LISTS {
        writeln!(text, "typedef struct wasi_crypto_{name}_entry {{").unwrap();
        for field in list.fields() {
            let ty = match field.ty {
                FieldType::Handle(_) => "wasi_crypto_handle ",
                FieldType::ConstPointer => "const void *",
                FieldType::Pointer => "void *",
                FieldType::Size => "size_t ",
                FieldType::Errno => "uint16_t ",
            };
            writeln!(text, "    {ty}{};", field.name).unwrap();
        }
        writeln!(text, "}} wasi_crypto_{name}_entry;").unwrap();
    }
    text
}

fn entry(list: ListType) -> &'static str {
    LISTS.iter().find(|(of, _)| *of == list).expect("each list has a name").1
}

fn import(function: &Function) -> String {
    let params = params(function, param, |ty, name| match ty {
        ResultType::Handle(_) => format!("wasi_crypto_handle *{name}"),
        ResultType::Size => format!("size_t *{name}"),
        ResultType::Version | ResultType::U64 => format!("uint64_t *{name}"),
        ResultType::List(list) => format!("wasi_crypto_{}_entry *{name}", entry(*list)),
    });
    let (module, name) = (function.module(), function.name());
    format!("WASI_CRYPTO_IMPORT({module}, {name})\nint32_t wasi_crypto_{name}({});\n", params.join(", "))
}

fn param(param: &Param) -> Vec<String> {
    let name = param.name;
    match param.ty {
        ParamType::Handle(_) => vec![format!("wasi_crypto_handle {name}")],
        ParamType::String => vec![format!("const char *{name}"), format!("size_t {name}_len")],
        ParamType::ConstPointer => vec![format!("const void *{name}")],
        ParamType::Pointer => vec![format!("void *{name}")],
        ParamType::Size => vec![format!("size_t {name}")],
        ParamType::U64 | ParamType::Version | ParamType::Timestamp => vec![format!("uint64_t {name}")],
        ParamType::OptOptions | ParamType::OptSymmetricKey => vec![format!("const wasi_crypto_opt_handle *{name}")],
        ParamType::List(list) => {
            vec![format!("const wasi_crypto_{}_entry *{name}", entry(list)), format!("size_t {name}_len")]
        }
        ParamType::AlgorithmType
        | ParamType::KeypairEncoding
        | ParamType::PublickeyEncoding
        | ParamType::SecretkeyEncoding
        | ParamType::SignatureEncoding => vec![format!("uint32_t {name}")],
    }
}

/// A type of objects, with what closes them. Array outputs close themselves, when they have been read.
fn object(ty: HandleType) -> String {
    let name = ty.name();
    if Function::find(&format!("{name}_close")).is_none() {
        return String::new();
    }
    format!("WC_OBJECT({name})\n")
}
