//! Functions of a linker that give the executor turns while the call goes on.

use ::wasmtime::{Caller, Linker, Result, Val};

use super::epochs::{Epochs, Look};
use super::link::func_type;
use super::memory::{Binding, with_memory};
use super::status::result;
use crate::abi::{CoreType, Hostcall};
use crate::context::WasiCryptoCtx;
use crate::progress::Progress;

/// Links a function that may take long.
pub(super) fn link_async<T: Send + 'static>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    binding: impl Binding,
    epochs: Option<&Epochs>,
) -> Result<()> {
    let epochs = epochs.cloned();
    /// Typed functions are twice as fast as untyped ones here, and their type is their number of parameters.
    macro_rules! by_arity {
        ($($count:literal: $($arg:ident)*;)*) => {
            match hostcall.core_params().len() {
                $($count => linker.func_wrap_async(
                    hostcall.module(),
                    hostcall.name(),
                    move |caller: Caller<'_, T>, ($($arg,)*): ($(by_arity!(@type $arg),)*)| {
                        let call = (binding.clone(), epochs.clone());
                        Box::new(call_async(caller, get, call, hostcall, [$(u64::from($arg)),*]))
                    },
                ),)*
                count => ::wasmtime::bail!("no asynchronous form for {} with {count} parameters", hostcall.name()),
            }
        };
        (@type $arg:ident) => { u32 };
    }
    if hostcall.core_params().contains(&CoreType::I64) {
        return link_async_untyped(linker, hostcall, get, (binding, epochs));
    }
    by_arity! {
        1: a;
        2: a b;
        3: a b c;
        4: a b c d;
        5: a b c d e;
        6: a b c d e f;
        7: a b c d e f g;
        8: a b c d e f g h;
    }?;
    Ok(())
}

/// Links a function some of whose parameters are `i64`.
fn link_async_untyped<T: Send + 'static, B: Binding>(
    linker: &mut Linker<T>,
    hostcall: &'static Hostcall,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    call: (B, Option<Epochs>),
) -> Result<()> {
    let ty = func_type(linker, hostcall);
    linker.func_new_async(hostcall.module(), hostcall.name(), ty, move |caller, params, results| {
        let call = call.clone();
        Box::new(async move {
            let args: Vec<u64> = params.iter().map(bits).collect();
            let status = call_async(caller, get, call, hostcall, args).await?;
            results[0] = Val::I32(status.cast_signed());
            Ok(())
        })
    })?;
    Ok(())
}

/// The bits of a parameter; the functions have none that are not numbers.
fn bits(value: &Val) -> u64 {
    match value {
        Val::I64(value) => value.cast_unsigned(),
        value => u64::from(value.unwrap_i32().cast_unsigned()),
    }
}

async fn call_async<T: Send + 'static, B: Binding>(
    mut caller: Caller<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    (binding, epochs): (B, Option<Epochs>),
    hostcall: &'static Hostcall,
    args: impl AsRef<[u64]> + Send,
) -> Result<u32> {
    let args = args.as_ref();
    let mut look = Look::new(epochs.as_ref());
    let mut progress = with_memory(&mut caller, get, &binding, |ctx, memory| ctx.begin_call(hostcall, memory, args));
    loop {
        progress = match progress {
            Progress::Done(errno) => return result(errno),
            Progress::Paused(paused) => {
                let_others_run().await;
                look.now_and_then_async(&mut caller, get).await?;
                with_memory(&mut caller, get, &binding, |ctx, memory| ctx.continue_call(paused, hostcall, memory, args))
            }
            Progress::Pending(work) => {
                let jobs = get(caller.data_mut()).jobs().clone();
                let done = look.beside(&mut caller, get, jobs.run(work)).await?;
                match done {
                    Ok(done) => {
                        with_memory(&mut caller, get, &binding, |ctx, memory| ctx.finish_call(done, memory, args))
                    }
                    Err(errno) => Progress::Done(errno),
                }
            }
        }
    }
}

/// Gives the executor a turn.
pub(super) async fn let_others_run() {
    let mut had_turn = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut had_turn, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use ::wasmtime::{Engine, Module, Store};

    use super::*;
    use crate::Errno;
    use crate::engine::wasmtime::memory::OfContext;

    #[tokio::test]
    async fn a_parameter_of_64_bits_comes_through_whole() {
        let engine = Engine::default();
        let mut linker = Linker::new(&engine);
        for name in ["options_open", "options_set_u64"] {
            let hostcall = Hostcall::find(name).unwrap();
            link_async(&mut linker, hostcall, |ctx: &mut WasiCryptoCtx| ctx, OfContext, None).unwrap();
        }
        let wat = r#"(module
            (import "wasi_ephemeral_crypto_common" "options_open" (func $open (param i32 i32) (result i32)))
            (import "wasi_ephemeral_crypto_common" "options_set_u64" (func $set (param i32 i32 i32 i64) (result i32)))
            (memory (export "memory") 1) (data (i32.const 16) "ops_limit")
            (func (export "set") (param i64) (result i32)
                (drop (call $open (i32.const 1) (i32.const 8)))
                (call $set (i32.load (i32.const 8)) (i32.const 16) (i32.const 9) (local.get 0))))"#;
        let mut store = Store::new(&engine, WasiCryptoCtx::builder().build().unwrap());
        let instance = linker.instantiate_async(&mut store, &Module::new(&engine, wat).unwrap()).await.unwrap();
        let set = instance.get_typed_func::<u64, u32>(&mut store, "set").unwrap();
        for value in [0, 1 << 32, u64::MAX] {
            let errno = set.call_async(&mut store, value).await.unwrap();
            assert_eq!(Errno::from_number(errno), Some(Errno::Success), "{value:#x}");
            assert_eq!(bits(&Val::I64(value.cast_signed())), value);
        }
    }
}
