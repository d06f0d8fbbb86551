//! Functions of a linker that return when the call is over.
#![allow(unsafe_code, reason = "the unchecked linker interface is ten times as fast as the checked one")]

use std::mem::MaybeUninit;

use ::wasmtime::{Caller, FuncType, Linker, Result, ValRaw, ValType};

use super::epochs::Epochs;
use super::memory::{Binding, Export, with_export, with_looked_up, with_unshared};
use super::status::result;
use crate::abi::{CoreType, Hostcall, MAX_CORE_PARAMS};
use crate::context::WasiCryptoCtx;
use crate::errno::Errno;

/// Links a function for stores that own their context.
pub(super) fn link_owned<T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    binding: impl Binding,
    epochs: Option<&Epochs>,
) -> Result<()> {
    match epochs {
        Some(epochs) if hostcall.may_be_long() => {
            let epochs = epochs.clone();
            let call = move |caller: &mut Caller<'_, T>, hostcall: &'static Hostcall, args: &[u64]| {
                epochs.call(caller, get, &binding, hostcall, args)
            };
            link(linker, hostcall, call)
        }
        _ => link(linker, hostcall, call_with(get, binding)),
    }
}

/// How a store that owns its context calls.
fn call_with<T: 'static>(
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    binding: impl Binding,
) -> impl Fn(&mut Caller<'_, T>, &'static Hostcall, &[u64]) -> Result<u32> + Send + Sync + 'static {
    // All in line, as `WasiCryptoCtx::call` is.
    #[inline(always)]
    move |caller, hostcall, args| {
        result(match binding.memory(get(caller.data_mut())) {
            Some(Export::Unshared(memory)) => {
                let memory = *memory;
                with_unshared(
                    caller,
                    get,
                    memory,
                    #[inline(always)]
                    |ctx, memory| ctx.call(hostcall, memory, args),
                )
            }
            Some(export) => {
                let export = export.clone();
                with_export(caller, get, export, |ctx, memory| ctx.call(hostcall, memory, args))
            }
            None => look_up_and_call(caller, get, hostcall, args),
        })
    }
}

/// The way where no memory is bound. What it needs is passed on in registers, and so costs the short way nothing.
#[inline(never)]
fn look_up_and_call<T: 'static>(
    caller: &mut Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
    hostcall: &'static Hostcall,
    args: &[u64],
) -> Errno {
    with_looked_up(
        caller,
        get,
        #[inline(always)]
        |ctx, memory| ctx.call(hostcall, memory, args),
    )
}

/// Links a function whose calls `call` makes.
pub(super) fn link<T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    call: impl Fn(&mut Caller<'_, T>, &'static Hostcall, &[u64]) -> Result<u32> + Send + Sync + 'static,
) -> Result<()> {
    const { assert!(MAX_CORE_PARAMS == 8) };
    let params = hostcall.core_params();
    let any_i64 = params.contains(&CoreType::I64);
    macro_rules! by_arity {
        ($($count:literal)*) => {
            match (params.len(), any_i64) {
                $(($count, false) => link_arity::<$count, false, T>(linker, hostcall, call),)*
                $(($count, true) => link_arity::<$count, true, T>(linker, hostcall, call),)*
                (count, _) => ::wasmtime::bail!("no way to link {} with {count} parameters", hostcall.name()),
            }
        };
    }
    by_arity!(1 2 3 4 5 6 7 8)
}

/// Links a function with `N` parameters: with a constant number, taking them in is a few instructions and no loop.
/// `ANY_I64` says whether one of them is an `i64`; most functions have none, and need not look.
fn link_arity<const N: usize, const ANY_I64: bool, T: 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    call: impl Fn(&mut Caller<'_, T>, &'static Hostcall, &[u64]) -> Result<u32> + Send + Sync + 'static,
) -> Result<()> {
    let ty = func_type(linker, hostcall);
    let core_params = hostcall.core_params();
    let is_i64: [bool; N] = std::array::from_fn(|i| core_params[i] == CoreType::I64);
    let entry = move |mut caller: Caller<'_, T>, values: &mut [MaybeUninit<ValRaw>]| {
        let args: [u64; N] = std::array::from_fn(|i| {
            // SAFETY: `ty` has `N` parameters, and wasmtime initializes as many values before the call.
            let value = unsafe { values[i].assume_init_ref() };
            if ANY_I64 && is_i64[i] { value.get_u64() } else { u64::from(value.get_u32()) }
        });
        values[0].write(ValRaw::u32(call(&mut caller, hostcall, &args)?));
        Ok(())
    };
    // SAFETY: the closure reads the parameters at the types that `ty` gives them, and writes its one result, an `i32`.
    // It stores no reference of any store.
    unsafe { linker.func_new_unchecked(hostcall.module(), hostcall.name(), ty, entry) }?;
    Ok(())
}

pub(super) fn func_type<T>(linker: &Linker<T>, hostcall: &Hostcall) -> FuncType {
    let params = hostcall.core_params().into_iter().map(|ty| match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
    });
    FuncType::new(linker.engine(), params, [ValType::I32])
}
