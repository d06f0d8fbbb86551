//! Functions that give the executor turns while a call goes on.

use wasmtime::component::{LinkerInstance, WasmList};
use wasmtime::{Result, StoreContextMut};

use super::args::Args;
use super::link::{
    Answer, Begun, Entry, Links, Parts, answer, begin_call, entries, kebab, link_resource, link_short, row, success,
    take_in_part,
};
use super::types::CryptoErrno;
use crate::abi::Hostcall;
use crate::abi::call::Pace;
use crate::context::WasiCryptoCtx;
use crate::engine::wasmtime::epochs::{Epochs, Look};
use crate::engine::wasmtime::link_async::let_others_run;
use crate::errno::Errno;
use crate::objects::Table;
use crate::ops::Fed;
use crate::progress::Progress;
use crate::wit::Noted;

/// Links for stores that are used asynchronously.
pub(super) struct AsyncLinks<'l, T: 'static, G> {
    pub(super) instance: LinkerInstance<'l, T>,
    pub(super) get: G,
    pub(super) epochs: Option<Epochs>,
}

impl<T: Send + 'static, G> Links for AsyncLinks<'_, T, G>
where
    G: Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send + Sync + 'static,
{
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
        self.instance.func_wrap_async(&kebab(name), move |mut store: StoreContextMut<'_, T>, args: P| {
            let epochs = epochs.clone();
            Box::new(async move {
                let mut look = Look::new(epochs.as_ref());
                let noted = Noted::begin(get(store.data_mut()), hostcall, args.bytes());
                let mut done = 0;
                let result = loop {
                    match take_in_part(&mut store, get, &args, done, run)? {
                        Ok(Fed::All) => break Ok(()),
                        Ok(Fed::Part(part)) => done = part,
                        Err(errno) => break Err(errno),
                    }
                    let_others_run().await;
                    look.now_and_then_async(&mut store, get).await?;
                };
                noted.end(&result);
                answer(result)
            })
        })
    }

    fn long<P: Args, R: Answer>(
        &mut self,
        name: &str,
        begin: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<Begun<R>, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()> {
        let (hostcall, get, epochs) = (row(name), self.get, self.epochs.clone());
        self.instance.func_wrap_async(&kebab(name), move |mut store: StoreContextMut<'_, T>, args: P| {
            let epochs = epochs.clone();
            Box::new(async move { call(&mut store, get, epochs.as_ref(), hostcall, &args, begin).await })
        })
    }

    fn batch<E: Entry, R: Answer>(
        &mut self,
        name: &str,
        begin: impl for<'x> Fn(Parts<'_>, Vec<E::Of<'x>>) -> Result<Begun<R>, Errno> + Copy + Send + Sync + 'static,
    ) -> Result<()> {
        let (hostcall, get, epochs) = (row(name), self.get, self.epochs.clone());
        self.instance.func_wrap_async(
            &kebab(name),
            move |mut store: StoreContextMut<'_, T>, (list,): (WasmList<E>,)| {
                let epochs = epochs.clone();
                Box::new(async move {
                    let (entries, _room) = match entries(&mut store, get, &list)? {
                        Ok((entries, room)) => ((entries,), room),
                        Err(errno) => return answer(Err(errno)),
                    };
                    let begin = |parts: Parts<'_>, (entries,): (Vec<E::Of<'_>>,)| begin(parts, entries);
                    call(&mut store, get, epochs.as_ref(), hostcall, &entries, begin).await
                })
            },
        )
    }

    fn resource<M: 'static>(&mut self, name: &str, close: fn(&mut Table, u32) -> Result<(), Errno>) -> Result<()> {
        link_resource::<T, M>(&mut self.instance, self.get, name, close)
    }
}

/// Makes a call that may take long, to its end.
async fn call<T: Send + 'static, P: Args, R: Answer>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send,
    epochs: Option<&Epochs>,
    hostcall: &'static Hostcall,
    args: &P,
    begin: impl for<'x> Fn(Parts<'_>, P::Of<'x>) -> Result<Begun<R>, Errno> + Copy,
) -> Result<(Result<R, CryptoErrno>,)> {
    let (mut frame, read) = match begin_call(store, get, hostcall, args, true, begin)? {
        Ok(Begun::Call(frame, read)) => (frame, read),
        Ok(Begun::Done(result)) => return answer(Ok(result)),
        Err(errno) => return answer(Err(errno)),
    };
    let mut look = Look::new(epochs);
    let (args, memory) = frame.call();
    let mut progress = get(store.data_mut()).begin_call(hostcall, memory, args);
    let errno = loop {
        progress = match progress {
            Progress::Done(errno) => break errno,
            Progress::Paused(paused) => {
                let_others_run().await;
                look.now_and_then_async(store, get).await?;
                let (args, memory) = frame.call();
                get(store.data_mut()).continue_call(paused, hostcall, memory, args)
            }
            Progress::Pending(work) => {
                let jobs = get(store.data_mut()).jobs().clone();
                match look.beside(store, get, jobs.run(work)).await? {
                    Ok(done) => {
                        let (args, memory) = frame.call();
                        get(store.data_mut()).finish_call(done, memory, args)
                    }
                    Err(errno) => Progress::Done(errno),
                }
            }
        }
    };
    answer(read(&mut get(store.data_mut()).table, &frame, success(errno)))
}
