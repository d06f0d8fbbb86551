//! How functions of the WIT package are linked: those that are always short, those that take in data, those that may take long.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower, Resource, ResourceType, WasmList};
use wasmtime::{Result, StoreContextMut, Trap};

use super::args::{Arg, Args, with_args};
use super::types::CryptoErrno;
use crate::abi::Hostcall;
use crate::abi::call::Pace;
use crate::booking::Booking;
use crate::context::WasiCryptoCtx;
use crate::engine::wasmtime::epochs::{Epochs, Look, OfContext};
use crate::errno::Errno;
use crate::limits::Spent;
use crate::objects::Table;
use crate::ops::Fed;
use crate::stop::StopHandle;
use crate::wit::{Frame, Noted, watched};

/// What the functions of an interface are linked with.
pub(super) trait Links {
    /// A function that is always short.
    fn short<P: Args, R: Answer>(
        &mut self,
        name: &str,
        run: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<R, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()>;

    /// A function that takes as long as its data is.
    fn data<P: Args>(
        &mut self,
        name: &str,
        run: impl for<'x> Fn(&mut Table, P::Of<'x>, Pace<'_>) -> Result<Fed, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()>;

    /// A function that may take long.
    fn long<P: Args, R: Answer>(
        &mut self,
        name: &str,
        begin: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<Begun<R>, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()>;

    /// The same for many entries. `overflow` if there are more than the guest may have handles.
    fn batch<E: Entry, R: Answer>(
        &mut self,
        name: &str,
        begin: impl for<'x> Fn(Parts<'_>, Vec<E::Of<'x>>) -> Result<Begun<R>, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()>;

    /// A resource whose objects `close` closes.
    fn resource<M: 'static>(&mut self, name: &str, close: fn(&mut Table, u32) -> Result<(), Errno>) -> Result<()>;
}

/// What a function gives back.
pub(super) trait Answer: ComponentType + Lower + Send + Sync + 'static {}

impl<R: ComponentType + Lower + Send + Sync + 'static> Answer for R {}

/// An entry of a batch.
pub(super) trait Entry: Arg + ComponentType + Lift + Send + Sync + 'static {}

impl<E: Arg + ComponentType + Lift + Send + Sync + 'static> Entry for E {}

/// What a function works with.
pub(super) struct Parts<'a> {
    pub(super) objects: &'a mut Table,
    pub(super) stop: &'a StopHandle,
    /// Whether what takes long is to be [called](Begun::call) and not done at once.
    pub(super) may_yield: bool,
}

/// How far a function got that may take long.
pub(super) enum Begun<R> {
    Done(R),
    Call(Frame, Read<R>),
}

/// Makes the answer from what a call came to, which is no error that is not passed on.
pub(super) type Read<R> = Box<dyn FnOnce(&mut Table, &Frame, Result<(), Errno>) -> Result<R, Errno> + Send>;

impl<R> Begun<R> {
    /// The function is to be called as modules do; `read` takes what it gave, if it succeeded.
    pub(super) fn call(
        frame: Frame,
        read: impl FnOnce(&mut Table, &Frame) -> Result<R, Errno> + Send + 'static,
    ) -> Result<Self, Errno> {
        Ok(Self::Call(
            frame,
            Box::new(move |objects, frame, result| {
                result?;
                read(objects, frame)
            }),
        ))
    }
}

/// Links for stores that are used synchronously.
pub(super) struct SyncLinks<'l, T: 'static, G> {
    pub(super) instance: LinkerInstance<'l, T>,
    pub(super) get: G,
    pub(super) epochs: Option<Epochs>,
}

impl<T: 'static, G: Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static> Links for SyncLinks<'_, T, G> {
    fn short<P: Args, R: Answer>(
        &mut self,
        name: &str,
        run: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<R, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()> {
        link_short::<T, P, R>(&mut self.instance, self.get, name, run)
    }

    fn data<P: Args>(
        &mut self,
        name: &str,
        run: impl for<'x> Fn(&mut Table, P::Of<'x>, Pace<'_>) -> Result<Fed, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()> {
        let (hostcall, get, epochs) = (row(name), self.get, self.epochs.clone());
        self.instance.func_wrap(&kebab(name), move |mut store: StoreContextMut<'_, T>, args: P| {
            let bytes = args.bytes();
            if let Some(epochs) = &epochs {
                return take_in(&mut store, get, epochs, hostcall, &args, run);
            }
            let fed = with_args(&mut store, get, &args, |ctx, of| {
                watched(ctx, hostcall, bytes, |ctx| run(&mut ctx.table, of, Pace::whole(&ctx.stop)).map(|_| ()))
            })?;
            answer(fed)
        })
    }

    fn long<P: Args, R: Answer>(
        &mut self,
        name: &str,
        begin: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<Begun<R>, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()> {
        let (hostcall, get, epochs) = (row(name), self.get, self.epochs.clone());
        self.instance.func_wrap(&kebab(name), move |mut store: StoreContextMut<'_, T>, args: P| {
            call(&mut store, get, epochs.as_ref(), hostcall, &args, begin)
        })
    }

    fn batch<E: Entry, R: Answer>(
        &mut self,
        name: &str,
        begin: impl for<'x> Fn(Parts<'_>, Vec<E::Of<'x>>) -> Result<Begun<R>, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()> {
        let (hostcall, get, epochs) = (row(name), self.get, self.epochs.clone());
        self.instance.func_wrap(&kebab(name), move |mut store: StoreContextMut<'_, T>, (list,): (WasmList<E>,)| {
            let (entries, _room) = match entries(&mut store, get, &list)? {
                Ok((entries, room)) => ((entries,), room),
                Err(errno) => return answer(Err(errno)),
            };
            let begin = |parts: Parts<'_>, (entries,): (Vec<E::Of<'_>>,)| begin(parts, entries);
            call(&mut store, get, epochs.as_ref(), hostcall, &entries, begin)
        })
    }

    fn resource<M: 'static>(&mut self, name: &str, close: fn(&mut Table, u32) -> Result<(), Errno>) -> Result<()> {
        link_resource::<T, M>(&mut self.instance, self.get, name, close)
    }
}

/// A function that is always short is the same in all stores.
pub(super) fn link_short<T: 'static, P: Args, R: Answer>(
    instance: &mut LinkerInstance<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    name: &str,
    run: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<R, Errno> + Copy + Send + Sync + 'static,
) -> Result<()> {
    let hostcall = row(name);
    instance.func_wrap(&kebab(name), move |mut store: StoreContextMut<'_, T>, args: P| {
        let bytes = args.bytes();
        let result = with_args(&mut store, get, &args, |ctx, of| {
            watched(ctx, hostcall, bytes, |ctx| run(parts(ctx, false), of))
        })?;
        answer(result)
    })
}

pub(super) fn link_resource<T: 'static, M: 'static>(
    instance: &mut LinkerInstance<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
    name: &str,
    close: fn(&mut Table, u32) -> Result<(), Errno>,
) -> Result<()> {
    instance.resource(name, ResourceType::host::<M>(), move |mut store, handle| {
        // An embedder may have closed it.
        _ = close(&mut get(store.data_mut()).table, handle);
        Ok(())
    })
}

/// Makes a call that takes in data, and looks at the epoch meanwhile.
fn take_in<T: 'static, P: Args>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
    epochs: &Epochs,
    hostcall: &'static Hostcall,
    args: &P,
    run: impl for<'x> Fn(&mut Table, P::Of<'x>, Pace<'_>) -> Result<Fed, Errno> + Copy,
) -> Result<(Result<(), CryptoErrno>,)> {
    let noted = Noted::begin(get(store.data_mut()), hostcall, args.bytes());
    let (mut look, mut done) = (Look::new(Some(epochs)), 0);
    let result = loop {
        match take_in_part(store, get, args, done, run)? {
            Ok(Fed::All) => break Ok(()),
            Ok(Fed::Part(part)) => done = part,
            Err(errno) => break Err(errno),
        }
        look.now_and_then(store, OfContext(get))?;
    };
    noted.end(&result);
    answer(result)
}

/// Takes in a part of the data, behind what has been `done`.
pub(super) fn take_in_part<T: 'static, P: Args>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
    args: &P,
    done: usize,
    run: impl for<'x> Fn(&mut Table, P::Of<'x>, Pace<'_>) -> Result<Fed, Errno> + Copy,
) -> Result<Result<Fed, Errno>> {
    with_args(store, get, args, |ctx, of| run(&mut ctx.table, of, Pace::in_parts(&ctx.stop, done, Spent::default())))
}

/// Makes a call that may take long, to its end.
fn call<T: 'static, P: Args, R: Answer>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
    epochs: Option<&Epochs>,
    hostcall: &'static Hostcall,
    args: &P,
    begin: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<Begun<R>, Errno> + Copy,
) -> Result<(Result<R, CryptoErrno>,)> {
    let (mut frame, read) = match begin_call(store, get, hostcall, args, epochs.is_some(), begin)? {
        Ok(Begun::Call(frame, read)) => (frame, read),
        Ok(Begun::Done(result)) => return answer(Ok(result)),
        Err(errno) => return answer(Err(errno)),
    };
    let (args, memory) = frame.call();
    let errno = match epochs {
        None => get(store.data_mut()).call(hostcall, memory, args),
        Some(epochs) => {
            let progress = get(store.data_mut()).begin_call(hostcall, memory, args);
            epochs.go_on(progress, store, get, |store, step| {
                let (args, memory) = frame.call();
                step.take(get(store.data_mut()), hostcall, memory, args)
            })?
        }
    };
    answer(read(&mut get(store.data_mut()).table, &frame, success(errno)))
}

/// Begins a call that may take long: what is to be called, or what the function came to at once.
pub(super) fn begin_call<T: 'static, P: Args, R>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
    hostcall: &'static Hostcall,
    args: &P,
    may_yield: bool,
    begin: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<Begun<R>, Errno> + Copy,
) -> Result<Result<Begun<R>, Errno>> {
    let bytes = args.bytes();
    with_args(store, get, args, |ctx, of| {
        // Who is called notes that; what is over is noted here.
        let noted = Noted::begin_uncounted(ctx, hostcall, bytes);
        let begun = begin(parts(ctx, may_yield), of);
        if !matches!(begun, Ok(Begun::Call(..))) {
            noted.end(&begun);
        }
        begun
    })
}

/// The entries of a batch, and room for what the host makes of each until it has answered.
pub(super) fn entries<T: 'static, E: Entry>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    list: &WasmList<E>,
) -> Result<Result<(Vec<E>, Booking), Errno>> {
    let table = &get(store.data_mut()).table;
    if list.len() > table.spare().limits.handles {
        return Ok(Err(Errno::Overflow));
    }
    let room = match table.reserve(list.len() * ENTRY) {
        Ok(room) => room,
        Err(errno) => return Ok(Err(errno)),
    };
    let entry = |at| list.get(&mut *store, at).unwrap_or_else(|| wasmtime::bail!("an entry of a list is gone"));
    let entries = (0..list.len()).map(entry).collect::<Result<_>>()?;
    Ok(Ok((entries, room)))
}

/// Bytes that an entry of a batch takes up besides its data: as it came, as it is passed on, and its result; measured.
const ENTRY: usize = 256;

pub(super) fn parts(ctx: &mut WasiCryptoCtx, may_yield: bool) -> Parts<'_> {
    Parts { objects: &mut ctx.table, stop: &ctx.stop, may_yield }
}

/// What a call comes to for the engine; a guest whose call was stopped ends.
#[inline(always)]
pub(super) fn answer<R>(result: Result<R, Errno>) -> Result<(Result<R, CryptoErrno>,)> {
    match result {
        Ok(result) => Ok((Ok(result),)),
        Err(Errno::InProgress) => Err(Trap::Interrupt.into()),
        Err(errno) => Ok((Err(errno.into()),)),
    }
}

pub(super) fn success(errno: Errno) -> Result<(), Errno> {
    if errno == Errno::Success { Ok(()) } else { Err(errno) }
}

/// The row of a function, which there is.
pub(super) fn row(name: &str) -> &'static Hostcall {
    Hostcall::find(name).expect("a function of the interface")
}

pub(super) fn kebab(name: &str) -> String {
    name.replace('_', "-")
}

/// A new resource of a handle.
pub(super) fn own<M: 'static>(handle: Result<u32, Errno>) -> Result<Resource<M>, Errno> {
    handle.map(Resource::new_own)
}
