//! All functions: one file for each module, in the order of the specification.

/// Writes the functions of a module, each with its parameters and results.
macro_rules! functions {
    (
        in $module:literal;
        $($kind:ident $name:ident(
            $($param:ident: $param_type:ident $(($of_param:ident))?),* $(,)?
        ) -> [$($result:ident $(($of_result:ident))?),*];)*
    ) => {
        use crate::function::Function;
        use crate::functions::Module;
        use crate::types::{Param, ParamType, ResultType};

        pub(super) const MODULE: Module = Module {
            name: $module,
            functions: &[$(
                Function::new(
                    $module,
                    stringify!($name),
                    is_optional!($kind),
                    &[$(Param { name: stringify!($param), ty: type_of!(ParamType, $param_type $(($of_param))?) }),*],
                    &[$(type_of!(ResultType, $result $(($of_result))?)),*],
                ),
            )*],
        };
    };
}

macro_rules! is_optional {
    (required) => {
        false
    };
    (optional) => {
        true
    };
}

macro_rules! type_of {
    ($enum:ident, Handle($of:ident)) => {
        $enum::Handle(crate::handle_type::HandleType::$of)
    };
    ($enum:ident, List($of:ident)) => {
        $enum::List(crate::list::ListType::$of)
    };
    ($enum:ident, $ty:ident) => {
        $enum::$ty
    };
}

mod asymmetric_common;
mod common;
mod external_secrets;
mod kx;
mod signatures;
mod signatures_batch;
mod symmetric;
mod symmetric_batch;

use crate::function::Function;

/// All functions of the interface, in the order of the specification's modules.
pub const fn functions() -> &'static [Function] {
    &FUNCTIONS
}

impl Function {
    /// The function of this import name, in whichever module it is.
    ///
    /// ```
    /// use wasi_crypto_interface::Function;
    ///
    /// let function = Function::find("options_open").unwrap();
    /// assert_eq!(function.module(), "wasi_ephemeral_crypto_common");
    /// assert!(Function::find("options_Open").is_none());
    /// ```
    pub fn find(name: &str) -> Option<&'static Self> {
        functions().iter().find(|function| function.name() == name)
    }
}

/// The import modules, in the order of the specification.
pub const MODULES: [&str; 8] = {
    let mut names = [""; 8];
    let mut module = 0;
    while module < names.len() {
        names[module] = IN_ORDER[module].name;
        module += 1;
    }
    names
};

/// What the file of a module says.
struct Module {
    name: &'static str,
    functions: &'static [Function],
}

const IN_ORDER: [Module; 8] = [
    common::MODULE,
    asymmetric_common::MODULE,
    symmetric::MODULE,
    signatures::MODULE,
    kx::MODULE,
    external_secrets::MODULE,
    symmetric_batch::MODULE,
    signatures_batch::MODULE,
];

static FUNCTIONS: [Function; 86] = {
    let mut all = [IN_ORDER[0].functions[0]; 86];
    let (mut module, mut count) = (0, 0);
    while module < IN_ORDER.len() {
        let functions = IN_ORDER[module].functions;
        let mut i = 0;
        while i < functions.len() {
            all[count] = functions[i];
            (count, i) = (count + 1, i + 1);
        }
        module += 1;
    }
    assert!(count == all.len());
    all
};
