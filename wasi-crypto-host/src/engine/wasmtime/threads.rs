//! Calls of the threads of one guest.

use ::wasmtime::{AsContextMut, Caller, Result};

use super::check::{Check, address};
use super::epochs::{CheckPlace, Epochs, Look, beside};
use super::memory::Export;
use super::status::result;
use crate::abi::call::Place;
use crate::abi::hostcall::Handler;
use crate::abi::{GuestMemory, Hostcall};
use crate::engine::MEMORY;
use crate::threads::{Part, SharedWasiCryptoCtx};

/// A call on the memory that its caller exports. With `epochs`, what takes long is done on a thread of its own, to look at the epoch
/// meanwhile.
pub(super) fn call<T: 'static>(
    caller: &mut Caller<'_, T>,
    ctx: &SharedWasiCryptoCtx,
    epochs: Option<&Epochs>,
    hostcall: &'static Hostcall,
    args: &[u64],
) -> Result<u32> {
    let export = Export::new(caller.get_export(MEMORY));
    match epochs {
        Some(epochs) if hostcall.may_be_long() => call_and_look(caller, ctx, &export, epochs, hostcall, args),
        _ => result(on_memory(caller, &export, |memory| ctx.call(hostcall, memory, args))),
    }
}

fn call_and_look<T: 'static>(
    caller: &mut Caller<'_, T>,
    ctx: &SharedWasiCryptoCtx,
    export: &Export,
    epochs: &Epochs,
    hostcall: &'static Hostcall,
    args: &[u64],
) -> Result<u32> {
    let mut call = ctx.long_call(hostcall, args);
    let stop = call.stop_handle();
    if let (Export::Shared(memory), true) = (export, is_much_data(hostcall, args)) {
        let whole = || call.whole(GuestMemory::shared(memory));
        return result(beside(&stop, whole, || epochs.look(caller, ctx))?);
    }
    let mut look = Look::new(Some(epochs));
    let mut part = on_memory(caller, export, |memory| call.part(memory));
    loop {
        part = match part {
            Part::Done(errno) => return result(errno),
            Part::Paused => {
                look.now_and_then(caller, ctx)?;
                on_memory(caller, export, |memory| call.part(memory))
            }
            Part::Work(work, Place::Store) => {
                let work = {
                    let stop = stop.clone();
                    move || work(&stop)
                };
                let done = call.jobs().wait(&stop, work, || epochs.look(caller, ctx));
                match done.inspect_err(|_| stop.stop())? {
                    Ok(finish) => on_memory(caller, export, |memory| call.finish(finish, memory)),
                    Err(errno) => Part::Done(call.end(errno)),
                }
            }
            Part::Work(work, Place::Processor) => {
                let finish = beside(&stop, || work(&stop), || epochs.look(caller, ctx))?;
                on_memory(caller, export, |memory| call.finish(finish, memory))
            }
        }
    }
}

fn on_memory<T: 'static, R>(caller: &mut Caller<'_, T>, export: &Export, run: impl FnOnce(GuestMemory<'_>) -> R) -> R {
    match export {
        Export::Unshared(memory) => run(GuestMemory::unshared(memory.data_mut(caller))),
        Export::Shared(memory) => run(GuestMemory::shared(memory)),
        Export::None => run(GuestMemory::unshared(&mut [])),
    }
}

/// From here on a thread is worth it, in bytes: to hash them takes some milliseconds, a thread some hundredths of one.
const MUCH: u64 = 4 << 20;

/// Whether a function takes in so much data that it may take long. Its length is the last argument of each that takes in any.
fn is_much_data(hostcall: &Hostcall, args: &[u64]) -> bool {
    matches!(hostcall.handlers().shared, Handler::Data(_)) && args.last().is_some_and(|len| *len >= MUCH)
}

/// The checks of the stores that share a context.
#[derive(Default)]
struct Checks(Vec<Check>);

impl<T: 'static> CheckPlace<T> for &SharedWasiCryptoCtx {
    fn kept(self, store: &mut impl AsContextMut<Data = T>) -> Option<Check> {
        let data = address(store);
        self.with_adapter_data(|Checks(checks)| checks.iter().find(|check| check.is_of(data)).cloned())
    }

    fn keep(self, _: &mut impl AsContextMut<Data = T>, new: Check) {
        self.with_adapter_data(|Checks(checks)| {
            // Of stores that are gone, and the one that this one replaces.
            checks.retain(|check| check.store.strong_count() > 0 && check.data != new.data);
            checks.push(new);
        });
    }
}
