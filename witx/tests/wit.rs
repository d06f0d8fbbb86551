//! The WIT package in `wit` against the interface as data.
//!
//! From each function of the table follows what it looks like in WIT, by a few rules. What looks otherwise there is listed, and why.

use std::collections::BTreeSet;
use std::path::PathBuf;

use wasi_crypto_interface::{
    AlgorithmType, Errno, FieldType, Function, HandleType, KeypairEncoding, ListType, MODULES, ParamType,
    PublickeyEncoding, ResultType, SecretkeyEncoding, SignatureEncoding, functions,
};
use wit_parser::{Handle, Interface, Resolve, SourceMap, Type, TypeDefKind};

/// What the rules do not give: the function, how it is in WIT, and why.
const DIFFERENT: &[(&str, &str, &str)] = &[
    (
        "options_set_guest_buffer",
        "(borrow<options>, string, list<u8>) -> result<_, crypto-errno>",
        "the host is offered memory, and fills nothing in the call",
    ),
    (
        "array_output_pull",
        "(array-output) -> result<list<u8>, crypto-errno>",
        "consumes the output, as there is no buffer whose size says how much is pulled",
    ),
    (
        "symmetric_tag_pull",
        "(symmetric-tag) -> result<list<u8>, crypto-errno>",
        "consumes the tag, as the witx function closes it",
    ),
    (
        "keypair_replace_managed",
        "(borrow<secrets-manager>, keypair, borrow<keypair>) -> result<version, crypto-errno>",
        "consumes the old key, as the witx function closes it",
    ),
    (
        "symmetric_key_replace_managed",
        "(borrow<secrets-manager>, symmetric-key, borrow<symmetric-key>) -> result<version, crypto-errno>",
        "consumes the old key, as the witx function closes it",
    ),
    (
        "symmetric_state_decrypt",
        "(borrow<symmetric-state>, list<u8>, u32) -> result<list<u8>, crypto-errno>",
        "the size of the buffer that is not there",
    ),
    (
        "signature_state_sign",
        "(borrow<signature-state>) -> result<signature, crypto-errno>",
        "witx says array_output, and means a signature",
    ),
    (
        "external_secret_replace",
        "(borrow<secrets-manager>, list<u8>, u64) -> result<tuple<list<u8>, version>, crypto-errno>",
        "takes the identifier for an output",
    ),
];

#[test]
fn every_function_has_its_counterpart_in_the_interface_of_its_module() {
    let wit = Wit::parse();
    let mut used = BTreeSet::new();
    for function in functions() {
        let declared = wit.declared(function);
        let different = DIFFERENT.iter().find(|(name, ..)| *name == function.name());
        let expected = match different {
            Some((name, expected, _)) => {
                assert!(used.insert(*name), "{name} twice");
                assert_ne!(*expected, by_rule(function), "{name} is as the rules have it, and need not be listed");
                (*expected).to_owned()
            }
            None => by_rule(function),
        };
        assert_eq!(declared, expected, "{}", function.name());
    }
    assert_eq!(used.len(), DIFFERENT.len(), "all that are listed are functions");
}

#[test]
fn the_interfaces_have_no_other_functions_and_keep_the_order() {
    let wit = Wit::parse();
    for module in MODULES {
        let declared: Vec<_> = wit.interface(module).functions.keys().cloned().collect();
        let tabled: Vec<_> = functions().iter().filter(|f| f.module() == module).map(|f| kebab(f.name())).collect();
        assert_eq!(declared, tabled, "{module}");
    }
}

#[test]
fn cases_and_resources_are_those_of_the_interface_in_its_order() {
    let wit = Wit::parse();
    let kebabs = |names: Vec<&'static str>| names.into_iter().map(kebab).collect::<Vec<_>>();
    assert_eq!(wit.cases("crypto-errno"), kebabs(Errno::ALL.map(Errno::name).to_vec()));
    assert_eq!(wit.cases("algorithm-type"), kebabs(AlgorithmType::ALL.map(AlgorithmType::name).to_vec()));
    assert_eq!(wit.cases("keypair-encoding"), kebabs(KeypairEncoding::ALL.map(KeypairEncoding::name).to_vec()));
    assert_eq!(wit.cases("publickey-encoding"), kebabs(PublickeyEncoding::ALL.map(PublickeyEncoding::name).to_vec()));
    assert_eq!(wit.cases("secretkey-encoding"), kebabs(SecretkeyEncoding::ALL.map(SecretkeyEncoding::name).to_vec()));
    assert_eq!(wit.cases("signature-encoding"), kebabs(SignatureEncoding::ALL.map(SignatureEncoding::name).to_vec()));
    assert_eq!(wit.cases("version"), ["unspecified", "latest", "all", "specified"]);

    let resources: BTreeSet<_> = wit
        .interface("wasi_ephemeral_crypto_common")
        .types
        .iter()
        .filter(|(_, id)| matches!(wit.resolve.types[**id].kind, TypeDefKind::Resource))
        .map(|(name, _)| name.clone())
        .collect();
    assert_eq!(resources, HandleType::ALL.iter().map(|ty| kebab(ty.name())).collect());
}

/// The function in WIT as it follows from the table: bytes are lists; where the host fills a buffer, it returns a list; handles are
/// borrowed, but by what closes them; results that are handles are owned.
fn by_rule(function: &Function) -> String {
    let mut params = Vec::new();
    let mut results = Vec::new();
    let mut declared = function.params().iter();
    while let Some(param) = declared.next() {
        params.push(match param.ty {
            ParamType::Handle(ty) if function.name().ends_with("_close") => kebab(ty.name()),
            ParamType::Handle(ty) => format!("borrow<{}>", kebab(ty.name())),
            ParamType::AlgorithmType => "algorithm-type".to_owned(),
            ParamType::KeypairEncoding => "keypair-encoding".to_owned(),
            ParamType::PublickeyEncoding => "publickey-encoding".to_owned(),
            ParamType::SecretkeyEncoding => "secretkey-encoding".to_owned(),
            ParamType::SignatureEncoding => "signature-encoding".to_owned(),
            ParamType::String => "string".to_owned(),
            ParamType::ConstPointer | ParamType::Pointer => {
                assert_eq!(declared.next().map(|len| len.ty), Some(ParamType::Size), "{}", function.name());
                if param.ty == ParamType::Pointer {
                    results.push("list<u8>".to_owned());
                    continue;
                }
                "list<u8>".to_owned()
            }
            ParamType::Size => panic!("{} has a size of nothing", function.name()),
            ParamType::U64 | ParamType::Timestamp => "u64".to_owned(),
            ParamType::Version => "version".to_owned(),
            ParamType::OptOptions => "option<borrow<options>>".to_owned(),
            ParamType::OptSymmetricKey => "option<borrow<symmetric-key>>".to_owned(),
            ParamType::List(list) => format!("list<{}>", entry(list)),
        });
    }
    for result in function.results() {
        match result {
            // A list has its size with it.
            ResultType::Size if !results.is_empty() => {}
            ResultType::Size => results.push("u32".to_owned()),
            ResultType::Handle(ty) => results.push(kebab(ty.name())),
            ResultType::Version => results.push("version".to_owned()),
            ResultType::U64 => results.push("u64".to_owned()),
            ResultType::List(list) => results.push(format!("list<{}>", result_entry(function, *list))),
        }
    }
    let result = match &results[..] {
        [] => "_".to_owned(),
        [one] => one.clone(),
        many => format!("tuple<{}>", many.join(", ")),
    };
    format!("({}) -> result<{result}, crypto-errno>", params.join(", "))
}

/// What the host reads of an entry.
fn entry(list: ListType) -> String {
    let mut items = Vec::new();
    for field in list.fields() {
        match field.ty {
            FieldType::Handle(ty) => items.push(format!("borrow<{}>", kebab(ty.name()))),
            FieldType::ConstPointer => items.push("list<u8>".to_owned()),
            FieldType::Pointer | FieldType::Size => {}
            FieldType::Errno => panic!("nobody passes an errno"),
        }
    }
    tuple(items)
}

/// What the host gives for an entry: bytes that it would write, then what it returns.
fn result_entry(function: &Function, list: ListType) -> String {
    let Some(ParamType::List(of)) = function.params().first().map(|param| param.ty) else { panic!("no batch") };
    let writes = of.fields().iter().filter(|field| field.ty == FieldType::Pointer);
    let mut items: Vec<_> = writes.map(|_| "list<u8>".to_owned()).collect();
    for field in list.fields() {
        match field.ty {
            FieldType::Handle(ty) => items.push(kebab(ty.name())),
            FieldType::Errno => items.push("crypto-errno".to_owned()),
            FieldType::ConstPointer | FieldType::Pointer | FieldType::Size => {}
        }
    }
    tuple(items)
}

fn tuple(items: Vec<String>) -> String {
    match &items[..] {
        [one] => one.clone(),
        many => format!("tuple<{}>", many.join(", ")),
    }
}

fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// The package, parsed.
struct Wit {
    resolve: Resolve,
}

impl Wit {
    fn parse() -> Self {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("wit");
        let mut sources = SourceMap::new();
        for file in std::fs::read_dir(directory).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "wit") {
                sources.push_str(&path.display().to_string(), std::fs::read_to_string(&path).unwrap());
            }
        }
        let mut resolve = Resolve::default();
        let group = sources.parse().unwrap_or_else(|(_, error)| panic!("{error}"));
        resolve.push_group(group).unwrap_or_else(|error| panic!("{error:?}"));
        Self { resolve }
    }

    /// The interface of a module.
    fn interface(&self, module: &str) -> &Interface {
        let name = kebab(module);
        let (_, package) = self.resolve.packages.iter().next().expect("one package");
        assert_eq!(package.name.to_string(), "wasi:crypto@0.11.0");
        &self.resolve.interfaces[package.interfaces[&name]]
    }

    /// A function without the names of its parameters.
    fn declared(&self, function: &Function) -> String {
        let declared = &self.interface(function.module()).functions[&kebab(function.name())];
        let params: Vec<_> = declared.params.iter().map(|param| self.text(param.ty)).collect();
        format!("({}) -> {}", params.join(", "), self.text(declared.result.expect("a result")))
    }

    /// A type; of those that are only another name, what they name.
    fn text(&self, ty: Type) -> String {
        let id = match ty {
            Type::Id(id) => id,
            Type::U8 => return "u8".to_owned(),
            Type::U32 => return "u32".to_owned(),
            Type::U64 => return "u64".to_owned(),
            Type::String => return "string".to_owned(),
            other => panic!("{other:?}"),
        };
        let ty = &self.resolve.types[id];
        match &ty.kind {
            TypeDefKind::Type(ty) => self.text(*ty),
            TypeDefKind::List(ty) => format!("list<{}>", self.text(*ty)),
            TypeDefKind::Option(ty) => format!("option<{}>", self.text(*ty)),
            TypeDefKind::Tuple(tuple) => {
                format!("tuple<{}>", tuple.types.iter().map(|ty| self.text(*ty)).collect::<Vec<_>>().join(", "))
            }
            TypeDefKind::Result(result) => {
                let side = |ty: Option<Type>| ty.map_or("_".to_owned(), |ty| self.text(ty));
                format!("result<{}, {}>", side(result.ok), side(result.err))
            }
            TypeDefKind::Handle(Handle::Own(id)) => self.text(Type::Id(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", self.text(Type::Id(*id))),
            _ => ty.name.clone().expect("a name"),
        }
    }

    /// The cases of an enum or variant.
    fn cases(&self, name: &str) -> Vec<String> {
        let id = self.interface("wasi_ephemeral_crypto_common").types[name];
        match &self.resolve.types[id].kind {
            TypeDefKind::Enum(ty) => ty.cases.iter().map(|case| case.name.clone()).collect(),
            TypeDefKind::Variant(ty) => ty.cases.iter().map(|case| case.name.clone()).collect(),
            other => panic!("{other:?}"),
        }
    }
}
