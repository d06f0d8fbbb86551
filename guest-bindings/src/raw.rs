//! The functions of the interface, exactly as the host exports them: wasi-crypto 0.10, all 86.
//!
//! This is what the safe part of the crate stands on, and what to use for what it does not cover yet. Every function returns its
//! status, 0 for success ([`Error::from_errno`](crate::Error::from_errno) names the others), and writes its results through its
//! last parameters, on success only. A string is a pointer and a length in bytes, as is every buffer.
//!
//! For `wasm32-wasip2`, guests are components: the same functions call those of the WIT package `wasi:crypto@0.11.0`. So they do for other targets with
//! `--cfg wasi_crypto_component` in `RUSTFLAGS`, where a component is made of the module. The package has no way to say some things:
//! an output is pulled as a whole or not at all (`overflow`); `external_secret_replace` is `unsupported_feature`; passwords and HKDF give at
//! most as many bytes as the host gives of itself, and sessions and Argon2 exactly so many; `batch_signature_state_sign` gives array outputs with
//! raw signatures; batches that squeeze, encrypt or decrypt are one call after the other; a handle that is none is a trap.
//!
//! Outside WebAssembly there is no host: each function then answers `not_implemented`, so that the crate and its users build everywhere.
#![allow(unsafe_code, reason = "these are the imports")]

pub(crate) mod types;

pub use types::{
    CryptEntry, DecryptDetachedEntry, Handle, OptHandle, SignatureResult, SizeResult, SqueezeEntry, TagResult,
    VerificationEntry,
};

/// The status with which each function answers where there is no host.
#[cfg(not(target_family = "wasm"))]
const NOT_IMPLEMENTED: i32 = wasi_crypto_interface::Errno::NotImplemented as i32;

#[cfg(not(any(target_env = "p2", wasi_crypto_component)))]
macro_rules! declare {
    ($($module:literal {
        $($(#[$doc:meta])* fn $name:ident($($param:ident: $ty:ty),*);)*
    })*) => {
        $(
            #[cfg(target_family = "wasm")]
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                $(
                    $(#[$doc])*
                    ///
                    /// # Safety
                    ///
                    /// Every pointer must be valid for what the function reads or writes there.
                    pub fn $name($($param: $ty),*) -> i32;
                )*
            }

            $(
                $(#[$doc])*
                ///
                /// # Safety
                ///
                /// Every pointer must be valid for what the function reads or writes there.
                #[cfg(not(target_family = "wasm"))]
                #[allow(clippy::too_many_arguments, reason = "the interface has that many")]
                pub unsafe fn $name($($param: $ty),*) -> i32 {
                    $(let _ = $param;)*
                    NOT_IMPLEMENTED
                }
            )*
        )*
    };
}

#[cfg(not(any(target_env = "p2", wasi_crypto_component)))]
for_each_import!(declare);

#[cfg(any(target_env = "p2", wasi_crypto_component))]
pub use crate::component::*;

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;
    use alloc::{format, vec};

    use wasi_crypto_interface::{CoreType, Function, ListType, ParamType, ResultType, functions};

    use super::*;

    struct Import {
        module: &'static str,
        name: &'static str,
        params: Vec<Param>,
    }

    struct Param {
        name: &'static str,
        ty: &'static str,
        core: CoreType,
    }

    /// What a type is on wasm32.
    trait Lowered {
        const CORE: CoreType;
    }

    impl Lowered for u32 {
        const CORE: CoreType = CoreType::I32;
    }

    impl Lowered for usize {
        const CORE: CoreType = CoreType::I32;
    }

    impl Lowered for u64 {
        const CORE: CoreType = CoreType::I64;
    }

    impl<T> Lowered for *const T {
        const CORE: CoreType = CoreType::I32;
    }

    impl<T> Lowered for *mut T {
        const CORE: CoreType = CoreType::I32;
    }

    fn imports() -> Vec<Import> {
        let mut imports = Vec::new();
        macro_rules! collect {
            ($($module:literal {
                $($(#[$doc:meta])* fn $name:ident($($param:ident: $ty:ty),*);)*
            })*) => {
                $($(imports.push(Import {
                    module: $module,
                    name: stringify!($name),
                    params: vec![$(Param {
                        name: stringify!($param),
                        ty: stringify!($ty),
                        core: <$ty as Lowered>::CORE,
                    }),*],
                });)*)*
            };
        }
        for_each_import!(collect);
        imports
    }

    /// The Rust parameters that stand for what the interface declares; results have no names there.
    fn expected(function: &Function) -> Vec<(Option<String>, String)> {
        let mut params = Vec::new();
        for param in function.params() {
            let mut add =
                |suffix: &str, ty: &str| params.push((Some(format!("{}{suffix}", param.name)), ty.to_string()));
            match param.ty {
                ParamType::Handle(_) => add("", "Handle"),
                ParamType::AlgorithmType
                | ParamType::KeypairEncoding
                | ParamType::PublickeyEncoding
                | ParamType::SecretkeyEncoding
                | ParamType::SignatureEncoding => add("", "u32"),
                ParamType::String => {
                    add("", "*const u8");
                    add("_len", "usize");
                }
                ParamType::ConstPointer => add("", "*const u8"),
                ParamType::Pointer => add("", "*mut u8"),
                ParamType::Size => add("", "usize"),
                ParamType::U64 | ParamType::Version | ParamType::Timestamp => add("", "u64"),
                ParamType::OptOptions | ParamType::OptSymmetricKey => add("", "*const OptHandle"),
                ParamType::List(list) => {
                    add("", &format!("*const {}", record(list)));
                    add("_len", "usize");
                }
            }
        }
        params.extend(function.results().iter().map(|result| {
            let ty = match result {
                ResultType::Handle(_) => "Handle",
                ResultType::Size => "usize",
                ResultType::Version | ResultType::U64 => "u64",
                ResultType::List(list) => record(*list),
            };
            (None, format!("*mut {ty}"))
        }));
        params
    }

    fn record(list: ListType) -> &'static str {
        match list {
            ListType::Squeeze => "SqueezeEntry",
            ListType::SymmetricStates | ListType::SignatureStates => "Handle",
            ListType::Crypt => "CryptEntry",
            ListType::DecryptDetached => "DecryptDetachedEntry",
            ListType::VerificationInputs => "VerificationEntry",
            ListType::Errnos => "u16",
            ListType::Tags => "TagResult",
            ListType::Sizes => "SizeResult",
            ListType::Signatures => "SignatureResult",
        }
    }

    #[test]
    fn imports_are_the_functions_of_the_interface_in_its_order() {
        let ours: Vec<_> = imports().iter().map(|import| (import.module, import.name)).collect();
        let theirs: Vec<_> = functions().iter().map(|function| (function.module(), function.name())).collect();
        assert_eq!(ours, theirs);
    }

    #[test]
    fn parameters_are_those_of_the_interface() {
        for (import, function) in imports().iter().zip(functions()) {
            let core: Vec<_> = import.params.iter().map(|param| param.core).collect();
            assert_eq!(core, function.core_params(), "{}", import.name);

            let expected = expected(function);
            assert_eq!(import.params.len(), expected.len(), "{}", import.name);
            for (param, (name, ty)) in import.params.iter().zip(expected) {
                // How `stringify` spaces a type is the compiler's choice.
                assert_eq!(param.ty.replace(' ', ""), ty.replace(' ', ""), "{} {}", import.name, param.name);
                assert!(name.is_none_or(|name| name == param.name), "{} {}", import.name, param.name);
            }
        }
    }

    #[test]
    fn without_a_host_nothing_is_implemented() {
        // SAFETY: outside WebAssembly the functions look at nothing.
        let errno = unsafe { options_open(1, core::ptr::null_mut()) };
        assert_eq!(crate::Error::from_errno(errno), Some(crate::Error::NotImplemented));
    }
}
