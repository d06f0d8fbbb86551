//! A component that passes on every function of the WIT package: it exports under its name what it imports, through its own memory.
//!
//! wasmtime does not export what was imported as it is, and would not lower or lift anything if it did. So each function is lowered, called
//! by a function of a core module, and lifted again. The text is made of the package in `witx/wit`.
#![allow(dead_code, reason = "each test uses a part")]

use std::fmt::Write as _;
use std::path::PathBuf;

use wit_parser::{Function, Handle, Interface, InterfaceId, Resolve, SourceMap, Type, TypeDefKind, TypeId, TypeOwner};

/// The interfaces in an order in which each uses those before it only.
const INTERFACES: [&str; 8] = [
    "common",
    "asymmetric-common",
    "symmetric",
    "signatures",
    "kx",
    "external-secrets",
    "symmetric-batch",
    "signatures-batch",
];

/// The component in text form.
pub(crate) fn generate() -> String {
    pass_on(false)
}

/// The same with one more function, `lengthen`, by which lists and names become longer than they were: that with this number, of those of a
/// function and their entries in turn, has so many bytes from then on, and consists of what lies at the beginning of the memory; a list of entries has
/// one for each 32. None of them has the number 0.
pub(crate) fn generate_with_long_lists() -> String {
    pass_on(true)
}

fn pass_on(with_long_lists: bool) -> String {
    let resolve = parse();
    let mut text = Text::imports(&resolve);
    text.with_long_lists = with_long_lists;
    text.drops();
    text.line("  (core module $guest");
    text.line("    (import \"memory\" \"memory\" (memory 1))");
    text.line("    (import \"memory\" \"realloc\" (func $realloc (param i32 i32 i32 i32) (result i32)))");
    for resource in text.resources() {
        text.line(&format!("    (import \"drops\" \"{resource}\" (func $drop-{resource} (param i32)))"));
    }
    let functions = text.functions();
    functions.iter().for_each(|function| text.import_lowered(function));
    if with_long_lists {
        text.line(LENGTHEN);
    }
    functions.iter().for_each(|function| text.shim(function));
    text.line("  )");
    text.instantiate();
    functions.iter().for_each(|function| text.lift(function));
    if with_long_lists {
        text.line(
            "  (func $lengthen (param \"which\" u32) (param \"len\" u32) (canon lift (core func $guest \"lengthen\")))",
        );
        text.line("  (export \"lengthen\" (func $lengthen))");
    }
    text.line(")");
    text.out
}

/// A command of WASI 0.2 that imports the package, around a core module. This imports what it needs from `lowered`, and `memory`; its function
/// `run` returns 0 for success.
pub(crate) fn command(module: &str) -> String {
    around(&parse(), module) + RUN + ")\n"
}

/// A component whose function `run` is that of a core module, as for [`command`], and whose strings are in this encoding.
pub(crate) fn with_encoding(module: &str, encoding: &str) -> String {
    with_exports(module, &[("run", 1)]).replace(
        "(memory $memory \"memory\") (realloc",
        &format!("string-encoding={encoding} (memory $memory \"memory\") (realloc"),
    )
}

/// The same with functions of these names, which take so many numbers and return one.
pub(crate) fn with_exports(module: &str, exports: &[(&str, usize)]) -> String {
    let mut lifts = String::new();
    for (name, params) in exports {
        let params: String = (0..*params).map(|at| format!("(param \"p{at}\" u32) ")).collect();
        writeln!(lifts, "  (func (export \"{name}\") {params}(result u32) (canon lift (core func $guest \"{name}\")))")
            .unwrap();
    }
    with_lifts(module, &lifts)
}

/// The same with functions that are lifted as this text says.
pub(crate) fn with_lifts(module: &str, lifts: &str) -> String {
    around(&parse(), module) + lifts + ")\n"
}

/// A command made of two components: one signs, as the core module says whose function `sign` returns a number; the other calls it, and is
/// content with `expected`.
pub(crate) fn composed(signer: &str, expected: u32) -> String {
    let resolve = parse();
    let mut text = Text::new(&resolve);
    text.line("(component");
    text.import_all();
    text.line(&around(&resolve, signer).replacen("(component", "(component $signer", 1));
    text.line("  (func $sign (result u32) (canon lift (core func $guest \"sign\")))");
    text.line("  (export \"sign\" (func $sign)))");
    text.line("  (component $user");
    text.line("  (import \"signer\" (instance $signer (export \"sign\" (func (result u32)))))");
    text.line("  (core func $sign (canon lower (func $signer \"sign\")))");
    text.line(&format!(
        "  (core module $guest (import \"signer\" \"sign\" (func $sign (result i32)))
    (func (export \"run\") (result i32) (i32.ne (call $sign) (i32.const {expected}))))"
    ));
    text.line(
        "  (core instance $guest (instantiate $guest (with \"signer\" (instance (export \"sign\" (func $sign))))))",
    );
    text.line(&format!("{RUN})"));
    text.line("  (instance $signer (instantiate $signer");
    for name in INTERFACES {
        text.line(&format!("    (with \"wasi:crypto/wasi-ephemeral-crypto-{name}@0.11.0\" (instance ${name}))"));
    }
    text.line("  ))");
    text.line("  (instance $user (instantiate $user (with \"signer\" (instance $signer))))");
    text.line("  (alias export $user \"wasi:cli/run@0.2.0\" (instance $run))");
    text.line("  (export \"wasi:cli/run@0.2.0\" (instance $run)))");
    text.out
}

/// What a command exports.
const RUN: &str = r#"  (func $run (result (result)) (canon lift (core func $guest "run")))
  (instance $run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $run))
"#;

/// A component that imports the package, up to the instance of its core module, without its last bracket.
fn around(resolve: &Resolve, module: &str) -> String {
    let mut text = Text::imports(resolve);
    text.drops();
    text.line(&module.replacen("(module", "(core module $guest", 1));
    text.instantiate();
    text.out
}

fn parse() -> Resolve {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../witx/wit");
    let mut sources = SourceMap::new();
    for file in std::fs::read_dir(directory).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            sources.push_str(&path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        }
    }
    let mut resolve = Resolve::default();
    resolve.push_group(sources.parse().unwrap_or_else(|(_, error)| panic!("{error}"))).unwrap();
    resolve
}

/// Everything that a call needs lies in one memory, which is empty again after it.
const MEMORY: &str = r#"  (core module $memory
    (memory (export "memory") 1)
    (global $end (mut i32) (i32.const 16))
    (func (export "realloc") (param $old i32) (param $old-len i32) (param $align i32) (param $len i32) (result i32)
      (local $start i32)
      (local.set $start (i32.and (i32.add (global.get $end) (i32.const 7)) (i32.const -8)))
      (global.set $end (i32.add (local.get $start) (local.get $len)))
      (if (i32.gt_u (global.get $end) (i32.mul (memory.size) (i32.const 65536)))
        (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
          (i32.shr_u (i32.sub (global.get $end) (i32.mul (memory.size) (i32.const 65536))) (i32.const 16)))))
          (then unreachable))))
      (memory.copy (local.get $start) (local.get $old) (local.get $old-len))
      (local.get $start))
    (func (export "reset") (param i32) (global.set $end (i32.const 16))))
  (core instance $memory (instantiate $memory))"#;

/// With memory for a list that long.
const LENGTHEN: &str = r#"    (global $which (mut i32) (i32.const 0))
    (global $len (mut i32) (i32.const 0))
    (func (export "lengthen") (param $which i32) (param $len i32) (local $pages i32)
      (global.set $which (local.get $which))
      (global.set $len (local.get $len))
      (local.set $pages (i32.add (i32.const 1) (i32.shr_u (local.get $len) (i32.const 16))))
      (if (i32.lt_u (memory.size) (local.get $pages))
        (then (if (i32.eq (i32.const -1) (memory.grow (i32.sub (local.get $pages) (memory.size)))) (then unreachable)))))"#;

struct Text<'a> {
    resolve: &'a Resolve,
    ids: [InterfaceId; 8],
    with_long_lists: bool,
    out: String,
}

/// What an entry of a list consists of.
#[derive(Default)]
struct Entry<'a> {
    bytes: usize,
    /// What is borrowed, and where.
    borrows: Vec<(usize, &'a str)>,
    /// Where there are lists.
    lists: Vec<usize>,
}

impl<'a> Text<'a> {
    fn new(resolve: &'a Resolve) -> Self {
        let (_, package) = resolve.packages.iter().next().expect("one package");
        let ids = INTERFACES.map(|name| package.interfaces[&format!("wasi-ephemeral-crypto-{name}")]);
        Self { resolve, ids, with_long_lists: false, out: String::new() }
    }

    /// The beginning of a component: all imports, a memory, and the functions lowered to it.
    fn imports(resolve: &'a Resolve) -> Self {
        let mut text = Self::new(resolve);
        text.line("(component");
        text.import_all();
        text.line(MEMORY);
        for (name, id) in INTERFACES.iter().zip(text.ids) {
            for function in text.interface(id).functions.values() {
                text.lower(name, &function.name);
            }
        }
        text
    }

    /// The instance of the core module `$guest`.
    fn instantiate(&mut self) {
        self.line("  (core instance $guest (instantiate $guest (with \"memory\" (instance $memory))");
        self.line("    (with \"drops\" (instance");
        for resource in self.resources() {
            self.line(&format!("      (export \"{resource}\" (func $drop-{resource}))"));
        }
        self.line("    ))");
        self.line("    (with \"lowered\" (instance");
        for function in self.functions() {
            self.line(&format!("      (export \"{0}\" (func ${0}))", function.name));
        }
        self.line("    ))))");
    }

    fn functions(&self) -> Vec<&'a Function> {
        self.ids.iter().flat_map(|id| self.resolve.interfaces[*id].functions.values()).collect()
    }

    /// The interface that has the resources.
    fn common(&self) -> InterfaceId {
        self.ids[0]
    }

    fn line(&mut self, line: &str) {
        self.out += line;
        self.out += "\n";
    }

    fn interface(&self, id: InterfaceId) -> &'a Interface {
        &self.resolve.interfaces[id]
    }

    fn resources(&self) -> Vec<&'a str> {
        let is_resource = |id: &TypeId| matches!(self.resolve.types[*id].kind, TypeDefKind::Resource);
        self.interface(self.common()).types.iter().filter(|(_, id)| is_resource(id)).map(|(name, _)| &**name).collect()
    }

    fn import_all(&mut self) {
        INTERFACES.iter().zip(self.ids).for_each(|(name, id)| self.import(name, id));
    }

    /// The import of an interface, with its named types at hand.
    fn import(&mut self, name: &str, id: InterfaceId) {
        let interface = self.interface(id);
        self.line(&format!("  (import \"wasi:crypto/wasi-ephemeral-crypto-{name}@0.11.0\" (instance ${name}"));
        for (type_name, type_id) in &interface.types {
            let line = match &self.resolve.types[*type_id].kind {
                TypeDefKind::Resource => format!("    (export \"{type_name}\" (type ${type_name} (sub resource)))"),
                // Those of `common`, which are known by now.
                TypeDefKind::Type(Type::Id(of)) if self.owner(*of) != Some(id) => {
                    let of = self.resolve.types[*of].name.as_ref().unwrap();
                    format!(
                        "    (alias outer 1 ${of} (type $outer-{of}))\n    (export \"{type_name}\" (type ${type_name} (eq $outer-{of})))"
                    )
                }
                kind => {
                    let ty = self.definition(kind);
                    format!(
                        "    (type $own-{type_name} {ty})\n    (export \"{type_name}\" (type ${type_name} (eq $own-{type_name})))"
                    )
                }
            };
            self.line(&line);
        }
        for function in interface.functions.values() {
            let ty = self.signature(function);
            self.line(&format!("    (export \"{}\" (func {ty}))", function.name));
        }
        self.line("  ))");
        if id == self.common() {
            for type_name in interface.types.keys() {
                self.line(&format!("  (alias export ${name} \"{type_name}\" (type ${type_name}))"));
            }
        }
    }

    fn owner(&self, id: TypeId) -> Option<InterfaceId> {
        match self.resolve.types[id].owner {
            TypeOwner::Interface(id) => Some(id),
            _ => None,
        }
    }

    fn definition(&self, kind: &TypeDefKind) -> String {
        match kind {
            TypeDefKind::Type(ty) => self.ty(*ty),
            TypeDefKind::List(ty) => format!("(list {})", self.ty(*ty)),
            TypeDefKind::Option(ty) => format!("(option {})", self.ty(*ty)),
            TypeDefKind::Tuple(tuple) => {
                format!("(tuple {})", tuple.types.iter().map(|ty| self.ty(*ty)).collect::<Vec<_>>().join(" "))
            }
            TypeDefKind::Result(result) => {
                let ok = result.ok.map_or(String::new(), |ty| self.ty(ty) + " ");
                format!("(result {ok}(error {}))", self.ty(result.err.unwrap()))
            }
            TypeDefKind::Handle(Handle::Own(id)) => format!("(own ${})", self.name(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("(borrow ${})", self.name(*id)),
            TypeDefKind::Enum(ty) => {
                format!(
                    "(enum {})",
                    ty.cases.iter().map(|case| format!("\"{}\"", case.name)).collect::<Vec<_>>().join(" ")
                )
            }
            TypeDefKind::Variant(ty) => {
                let case = |case: &wit_parser::Case| {
                    let ty = case.ty.map_or(String::new(), |ty| " ".to_owned() + &self.ty(ty));
                    format!("(case \"{}\"{ty})", case.name)
                };
                format!("(variant {})", ty.cases.iter().map(case).collect::<Vec<_>>().join(" "))
            }
            other => panic!("{other:?}"),
        }
    }

    /// A type where it is used: named ones by their name.
    fn ty(&self, ty: Type) -> String {
        match ty {
            Type::U8 => "u8".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::String => "string".to_owned(),
            Type::Id(id) => {
                let def = &self.resolve.types[self.of(id)];
                match (&def.kind, &def.name) {
                    (TypeDefKind::Resource, Some(name)) => format!("(own ${name})"),
                    (TypeDefKind::Enum(_) | TypeDefKind::Variant(_), Some(name)) => format!("${name}"),
                    (kind, _) => self.definition(kind),
                }
            }
            other => panic!("{other:?}"),
        }
    }

    /// What a type is another name of, at the end.
    fn of(&self, id: TypeId) -> TypeId {
        match self.resolve.types[id].kind {
            TypeDefKind::Type(Type::Id(of)) => self.of(of),
            _ => id,
        }
    }

    fn name(&self, id: TypeId) -> &'a str {
        self.resolve.types[self.of(id)].name.as_deref().expect("a name")
    }

    fn signature(&self, function: &Function) -> String {
        let mut text = String::new();
        for param in &function.params {
            write!(text, "(param \"{}\" {}) ", param.name, self.ty(param.ty)).unwrap();
        }
        text + &format!("(result {})", self.ty(function.result.unwrap()))
    }

    fn lower(&mut self, interface: &str, name: &str) {
        self.line(&format!(
            "  (core func ${name} (canon lower (func ${interface} \"{name}\") (memory $memory \"memory\") (realloc (func $memory \"realloc\"))))"
        ));
    }

    fn drops(&mut self) {
        for resource in self.resources() {
            self.line(&format!("  (core func $drop-{resource} (canon resource.drop ${resource}))"));
        }
    }

    fn import_lowered(&mut self, function: &Function) {
        let params = self.flat(function).join(" ");
        self.line(&format!("    (import \"lowered\" \"{0}\" (func $lowered-{0} (param {params} i32)))", function.name));
    }

    /// Calls, drops what was lent, and returns where the result is.
    fn shim(&mut self, function: &Function) {
        let flat = self.flat(function);
        let name = &function.name;
        self.line(&format!(
            "    (func (export \"{name}\") (param {}) (result i32) (local $to i32) (local $at i32)",
            flat.join(" ")
        ));
        self.line("      (local.set $to (call $realloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const 64)))");
        let mut args: Vec<_> = (0..flat.len()).map(|at| format!("(local.get {at})")).collect();
        if self.with_long_lists {
            self.lengthen(function, &mut args);
        }
        self.line(&format!("      (call $lowered-{name} {} (local.get $to))", args.join(" ")));
        let mut at = 0;
        for param in &function.params {
            self.drop_param(param.ty, at);
            at += self.flat_of(param.ty).len();
        }
        self.line("      (local.get $to))");
    }

    /// Lets each of the lists of a call be longer.
    fn lengthen(&mut self, function: &Function, args: &mut [String]) {
        let (mut number, mut at) = (0, 0);
        for param in &function.params {
            let entry = match param.ty {
                Type::String => Some(self.entry(Type::U8)),
                Type::Id(id) => match self.resolve.types[self.of(id)].kind {
                    TypeDefKind::List(of) => Some(self.entry(of)),
                    _ => None,
                },
                _ => None,
            };
            if let Some(entry) = entry {
                number += 1;
                let is_it = format!("(i32.eq (global.get $which) (i32.const {number}))");
                args[at] = format!("(select (i32.const 0) {} {is_it})", args[at]);
                let len =
                    if entry.bytes == 1 { "(global.get $len)" } else { "(i32.shr_u (global.get $len) (i32.const 5))" };
                args[at + 1] = format!("(select {len} {} {is_it})", args[at + 1]);
                for offset in entry.lists {
                    number += 1;
                    self.line(&format!(
                        "      (if (i32.eq (global.get $which) (i32.const {number})) (then
        (i32.store offset={offset} (local.get {at}) (i32.const 0))
        (i32.store offset={} (local.get {at}) (global.get $len))))",
                        offset + 4
                    ));
                }
            }
            at += self.flat_of(param.ty).len();
        }
    }

    fn drop_param(&mut self, ty: Type, at: usize) {
        let Type::Id(id) = ty else { return };
        match &self.resolve.types[self.of(id)].kind {
            TypeDefKind::Handle(Handle::Borrow(of)) => {
                let line = format!("      (call $drop-{} (local.get {at}))", self.name(*of));
                self.line(&line);
            }
            TypeDefKind::Option(Type::Id(of)) => {
                let TypeDefKind::Handle(Handle::Borrow(of)) = self.resolve.types[*of].kind else { panic!() };
                let line =
                    format!("      (if (local.get {at}) (then (call $drop-{} (local.get {}))))", self.name(of), at + 1);
                self.line(&line);
            }
            TypeDefKind::List(of) => {
                let Entry { bytes: size, borrows, .. } = self.entry(*of);
                if borrows.is_empty() {
                    return;
                }
                self.line(&format!("      (local.set $at (local.get {at}))"));
                self.line(&format!(
                    "      (block (loop (br_if 1 (i32.ge_u (local.get $at) (i32.add (local.get {at}) (i32.mul (local.get {}) (i32.const {size})))))",
                    at + 1
                ));
                for (offset, name) in borrows {
                    self.line(&format!("        (call $drop-{name} (i32.load offset={offset} (local.get $at)))"));
                }
                self.line(&format!("        (local.set $at (i32.add (local.get $at) (i32.const {size}))) (br 0)))"));
            }
            _ => {}
        }
    }

    fn entry(&self, ty: Type) -> Entry<'a> {
        let Type::Id(id) = ty else { return Entry { bytes: 1, ..Entry::default() } };
        match &self.resolve.types[self.of(id)].kind {
            TypeDefKind::Handle(Handle::Borrow(of)) => {
                Entry { bytes: 4, borrows: vec![(0, self.name(*of))], ..Entry::default() }
            }
            TypeDefKind::List(_) => Entry { bytes: 8, lists: vec![0], ..Entry::default() },
            TypeDefKind::Tuple(tuple) => tuple.types.iter().fold(Entry::default(), |mut entry, ty| {
                let more = self.entry(*ty);
                entry.borrows.extend(more.borrows.into_iter().map(|(at, name)| (entry.bytes + at, name)));
                entry.lists.extend(more.lists.into_iter().map(|at| entry.bytes + at));
                entry.bytes += more.bytes;
                entry
            }),
            other => panic!("{other:?}"),
        }
    }

    fn flat(&self, function: &Function) -> Vec<&'static str> {
        function.params.iter().flat_map(|param| self.flat_of(param.ty)).collect()
    }

    fn flat_of(&self, ty: Type) -> Vec<&'static str> {
        match ty {
            Type::U64 => vec!["i64"],
            Type::U32 => vec!["i32"],
            Type::String => vec!["i32", "i32"],
            Type::Id(id) => match &self.resolve.types[self.of(id)].kind {
                TypeDefKind::Type(ty) => self.flat_of(*ty),
                TypeDefKind::List(_) | TypeDefKind::Option(_) => vec!["i32", "i32"],
                TypeDefKind::Variant(_) => vec!["i32", "i64"],
                _ => vec!["i32"],
            },
            other => panic!("{other:?}"),
        }
    }

    fn lift(&mut self, function: &Function) {
        let (name, ty) = (&function.name, self.signature(function));
        self.line(&format!("  (func $lifted-{name} {ty} (canon lift (core func $guest \"{name}\")"));
        self.line("    (memory $memory \"memory\") (realloc (func $memory \"realloc\")) (post-return (func $memory \"reset\"))))");
        self.line(&format!("  (export \"{name}\" (func $lifted-{name}))"));
    }
}
