//! The interface as data against the files in witx.
//!
//! Both sides are written out as lines of text, in order, and compared as a whole, so that anything that one side gains, loses or
//! moves shows up.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use wasi_crypto_interface::{
    AlgorithmType, CoreType, Errno, FieldType, Function, HandleType, KeypairEncoding, ListType, MAX_CORE_PARAMS,
    MODULES, ParamType, PublickeyEncoding, ResultType, SecretkeyEncoding, SignatureEncoding, functions,
    optional_handle, version,
};
use witx::{BuiltinType, Document, Id, InterfaceFunc, Layout, NamedType, RecordDatatype, Type, TypeRef, WasmType};

#[test]
fn the_table_has_every_function_of_the_interface_in_order_with_its_types() {
    let of_interface = lines_of_interface(declared);
    let of_table: Vec<String> = functions().iter().map(tabled).collect();
    assert_same_lines(&of_table, &of_interface);
    assert_eq!(of_table.len(), 86);
}

#[test]
fn every_function_is_found_by_its_name() {
    for function in functions() {
        // Two of the same name would be found as one.
        assert!(std::ptr::eq(Function::find(function.name()).unwrap(), function), "{}", function.name());
    }
    assert_eq!(functions().iter().map(|f| f.core_params().len()).max(), Some(MAX_CORE_PARAMS));
}

#[test]
fn functions_lower_to_the_same_core_signatures() {
    let of_interface = lines_of_interface(|_, f| lowered(f));
    let of_table: Vec<String> =
        functions().iter().map(|f| format!("{}: {:?} -> [I32]", f.name(), f.core_params())).collect();
    assert_same_lines(&of_table, &of_interface);
}

#[test]
fn each_file_holds_one_module_and_includes_what_it_needs() {
    for module in MODULES {
        let document = witx::load(&[path(module)]).unwrap_or_else(|error| panic!("{module}: {}", error.report()));
        assert!(document.module(&Id::new(module)).is_some(), "{module}");
    }
    let names: Vec<_> = interface().modules().map(|module| module.name.as_str().to_owned()).collect();
    assert_eq!(names, MODULES);
}

#[test]
fn enums_have_the_names_and_numbers_of_the_files() {
    assert_eq!(cases("crypto_errno"), Errno::ALL.map(Errno::name));
    assert_eq!(cases("algorithm_type"), AlgorithmType::ALL.map(AlgorithmType::name));
    assert_eq!(cases("keypair_encoding"), KeypairEncoding::ALL.map(KeypairEncoding::name));
    assert_eq!(cases("publickey_encoding"), PublickeyEncoding::ALL.map(PublickeyEncoding::name));
    assert_eq!(cases("secretkey_encoding"), SecretkeyEncoding::ALL.map(SecretkeyEncoding::name));
    assert_eq!(cases("signature_encoding"), SignatureEncoding::ALL.map(SignatureEncoding::name));

    for (number, errno) in (0..).zip(Errno::ALL) {
        assert_eq!(u32::from(errno.number()), number);
        assert_eq!(Errno::from_number(number), Some(errno));
    }
    assert_eq!((Errno::ALL.len(), Errno::Expired.number()), (31, 30), "those of the specification");
    assert_eq!([31, 1 << 16, u32::MAX].map(Errno::from_number), [None; 3], "all 32 bits count");
    assert_eq!(AlgorithmType::ALL.map(AlgorithmType::number), [0, 1, 2]);
    assert_eq!(PublickeyEncoding::ALL.map(PublickeyEncoding::number), [0, 1, 2, 3, 4]);

    for (name, bytes) in [
        ("crypto_errno", 2),
        ("algorithm_type", 2),
        ("keypair_encoding", 2),
        ("publickey_encoding", 2),
        ("secretkey_encoding", 2),
        ("signature_encoding", 2),
        ("opt_options_u", 1),
        ("opt_symmetric_key_u", 1),
    ] {
        assert_eq!(named(&interface(), name).mem_size_align().size, bytes, "{name}");
    }
}

#[test]
fn reserved_versions_are_those_of_the_files() {
    let of_interface: Vec<_> =
        interface().constants().map(|constant| (constant.name.as_str().to_owned(), constant.value)).collect();
    let ours = [("unspecified", version::UNSPECIFIED), ("latest", version::LATEST), ("all", version::ALL)];
    assert_eq!(of_interface, ours.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn optional_handles_have_their_tag_and_handle_where_the_files_have_them() {
    for name in ["opt_options", "opt_symmetric_key"] {
        let ty = named(&interface(), name);
        let Type::Variant(variant) = &**ty.type_() else { panic!("{name} is no variant") };
        let cases: Vec<_> = variant.cases.iter().map(|case| (case.name.as_str(), case.tref.is_some())).collect();
        assert_eq!(cases, [("some", true), ("none", false)]);
        assert_eq!((optional_handle::SOME, optional_handle::NONE), (0, 1));
        assert_eq!(variant.payload_offset(), optional_handle::HANDLE_OFFSET);
        assert_eq!(ty.mem_size_align().size, optional_handle::LEN);
    }
}

#[test]
fn every_type_of_handle_is_known_to_both() {
    let is_handle = |ty: &Rc<NamedType>| matches!(&ty.tref, TypeRef::Value(v) if matches!(**v, Type::Handle(_)));
    let of_interface: BTreeSet<_> =
        interface().typenames().filter(is_handle).map(|ty| ty.name.as_str().to_owned()).collect();
    assert_eq!(BTreeSet::from(HandleType::ALL.map(|ty| ty.name().to_owned())), of_interface);
}

#[test]
fn the_readme_gives_the_layouts_and_numbers_of_the_files() {
    let readme = std::fs::read_to_string(directory().join("README.md")).unwrap();
    let document = interface();
    let mut rows = 0;
    for ty in document.typenames() {
        let TypeRef::Value(value) = &ty.tref else { continue };
        let row = match &**value {
            Type::Record(record) => {
                let fields = fields(record).into_iter().map(|(name, _, offset)| format!("`{name}` +{offset}"));
                let fields = fields.collect::<Vec<_>>().join(", ");
                format!("| `{}` | {} | {fields} |", ty.name.as_str(), ty.mem_size_align().size)
            }
            Type::Variant(variant) if variant.is_enum() => {
                let values = variant.cases.iter().enumerate().map(|(i, case)| format!("{i} `{}`", case.name.as_str()));
                format!("| `{}` | {} |", ty.name.as_str(), values.collect::<Vec<_>>().join(", "))
            }
            _ => continue,
        };
        assert!(readme.lines().any(|line| line == row), "README.md lacks this row:\n{row}");
        rows += 1;
    }
    assert_eq!(rows, 16, "8 records and 8 enums");
    for constant in document.constants() {
        let sentence = format!("`{}` is `{:#x}`", constant.name.as_str(), constant.value);
        assert!(readme.contains(&sentence), "README.md lacks: {sentence}");
    }
    for module in MODULES {
        let count = document.module(&Id::new(module)).unwrap().funcs().count();
        let row = format!("| `{}` | {count} |", module.trim_start_matches("wasi_ephemeral_crypto_"));
        assert!(readme.contains(&row), "README.md lacks: {row}");
    }
}

/// A function of the files as a line.
fn declared(module: &str, f: &InterfaceFunc) -> String {
    let params: Vec<_> = f.params.iter().map(|p| format!("{}: {}", p.name.as_str(), type_name(&p.tref))).collect();
    let [result] = &f.results[..] else { panic!("{} has no single result", f.name.as_str()) };
    let Type::Variant(variant) = &**result.tref.type_() else { panic!("{} expects nothing", f.name.as_str()) };
    let (ok, error) = variant.as_expected().expect("an `expected`");
    assert_eq!(type_name(error.expect("an error type")), "crypto_errno");
    let results = match ok.map(|ok| (ok, &**ok.type_())) {
        None => vec![],
        Some((_, Type::Record(record))) if record.is_tuple() => {
            record.members.iter().map(|member| type_name(&member.tref)).collect()
        }
        Some((ok, _)) => vec![type_name(ok)],
    };
    let optional = if f.docs.starts_with("(optional)") { " (optional)" } else { "" };
    format!("{module} {}({}) -> ({}){optional}", f.name.as_str(), params.join(", "), results.join(", "))
}

/// A row of the table as the same line.
fn tabled(f: &Function) -> String {
    let params: Vec<_> = f.params().iter().map(|p| format!("{}: {}", p.name, param_name(p.ty))).collect();
    let results: Vec<_> = f.results().iter().map(|result| result_name(*result)).collect();
    let optional = if f.is_optional() { " (optional)" } else { "" };
    format!("{} {}({}) -> ({}){optional}", f.module(), f.name(), params.join(", "), results.join(", "))
}

fn lowered(f: &InterfaceFunc) -> String {
    let core = |ty: &WasmType| match ty {
        WasmType::I32 => CoreType::I32,
        WasmType::I64 => CoreType::I64,
        other => panic!("{} has a {other:?}", f.name.as_str()),
    };
    let (params, results) = f.wasm_signature();
    let params: Vec<_> = params.iter().map(core).collect();
    let results: Vec<_> = results.iter().map(core).collect();
    format!("{}: {params:?} -> {results:?}", f.name.as_str())
}

/// The name of a type without aliases; lists and records by what is in them.
fn type_name(ty: &TypeRef) -> String {
    match (ty, &**ty.type_()) {
        (_, Type::List(of)) if **of.type_() == Type::Builtin(BuiltinType::Char) => "string".to_owned(),
        (_, Type::List(of)) => format!("list {}", type_name(of)),
        (_, Type::Record(record)) => record_name(&fields(record), record.mem_size_align().size),
        (_, Type::ConstPointer(to)) => format!("const_pointer {}", type_name(to)),
        (_, Type::Pointer(to)) => format!("pointer {}", type_name(to)),
        (TypeRef::Name(named), _) => match &named.tref {
            alias @ TypeRef::Name(_) => type_name(alias),
            TypeRef::Value(_) => named.name.as_str().to_owned(),
        },
        (TypeRef::Value(_), Type::Builtin(BuiltinType::U8 { .. })) => "u8".to_owned(),
        (TypeRef::Value(_), Type::Builtin(BuiltinType::U64)) => "u64".to_owned(),
        (TypeRef::Value(_), other) => panic!("unexpected anonymous {}", other.kind()),
    }
}

/// Name, type, offset of each field.
fn fields(record: &RecordDatatype) -> Vec<(String, String, usize)> {
    let layout = record.member_layout();
    layout.iter().map(|f| (f.member.name.as_str().to_owned(), type_name(&f.member.tref), f.offset)).collect()
}

fn record_name(fields: &[(impl AsRef<str>, impl AsRef<str>, usize)], size: usize) -> String {
    let fields: Vec<_> =
        fields.iter().map(|(name, ty, offset)| format!("{}: {} +{offset}", name.as_ref(), ty.as_ref())).collect();
    format!("{{{}}} of {size} bytes", fields.join(", "))
}

fn param_name(ty: ParamType) -> String {
    match ty {
        ParamType::Handle(ty) => ty.name(),
        ParamType::AlgorithmType => "algorithm_type",
        ParamType::KeypairEncoding => "keypair_encoding",
        ParamType::PublickeyEncoding => "publickey_encoding",
        ParamType::SecretkeyEncoding => "secretkey_encoding",
        ParamType::SignatureEncoding => "signature_encoding",
        ParamType::String => "string",
        ParamType::ConstPointer => "const_pointer u8",
        ParamType::Pointer => "pointer u8",
        ParamType::Size => "size",
        ParamType::U64 => "u64",
        ParamType::Version => "version",
        ParamType::Timestamp => "timestamp",
        ParamType::OptOptions => "opt_options",
        ParamType::OptSymmetricKey => "opt_symmetric_key",
        ParamType::List(list) => return list_name(list),
    }
    .to_owned()
}

fn result_name(ty: ResultType) -> String {
    match ty {
        ResultType::Handle(ty) => ty.name().to_owned(),
        ResultType::Size => "size".to_owned(),
        ResultType::Version => "version".to_owned(),
        ResultType::U64 => "u64".to_owned(),
        ResultType::List(list) => list_name(list),
    }
}

/// The lists of the batch modules, byte for byte.
fn list_name(list: ListType) -> String {
    let fields: Vec<_> = list.fields().iter().map(|field| (field.name, field_name(field.ty), field.offset)).collect();
    match fields[..] {
        [(_, ty, 0)] => format!("list {ty}"),
        _ => format!("list {}", record_name(&fields, list.record_len())),
    }
}

fn field_name(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Handle(ty) => ty.name(),
        FieldType::ConstPointer => "const_pointer u8",
        FieldType::Pointer => "pointer u8",
        FieldType::Size => "size",
        FieldType::Errno => "crypto_errno",
    }
}

fn assert_same_lines(of_table: &[String], of_interface: &[String]) {
    for (i, (table, interface)) in of_table.iter().zip(of_interface).enumerate() {
        assert_eq!(table, interface, "function {i}: the table (left) and the files (right) differ");
    }
    let common = of_table.len().min(of_interface.len());
    assert_eq!(of_table[common..], [""; 0], "only the table has these");
    assert_eq!(of_interface[common..], [""; 0], "only the files have these");
}

fn lines_of_interface(line: impl Fn(&str, &InterfaceFunc) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for module in interface().modules() {
        lines.extend(module.funcs().map(|f| line(module.name.as_str(), &f)));
    }
    lines
}

fn cases(name: &str) -> Vec<String> {
    let ty = named(&interface(), name);
    let Type::Variant(variant) = &**ty.type_() else { panic!("{name} is no enum") };
    variant.cases.iter().map(|case| case.name.as_str().to_owned()).collect()
}

fn named(document: &Document, name: &str) -> Rc<NamedType> {
    document.typename(&Id::new(name)).unwrap_or_else(|| panic!("no type {name} in the files"))
}

fn interface() -> Document {
    witx::load(&MODULES.map(path)).unwrap_or_else(|error| panic!("the files do not parse: {}", error.report()))
}

fn path(module: &str) -> PathBuf {
    directory().join(format!("{module}.witx"))
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
