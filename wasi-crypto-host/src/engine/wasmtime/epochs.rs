//! Long calls that heed the epochs of their engine, as the guest's own code does.
//!
//! wasmtime tells nobody whether the deadline of a store has passed. Code that it has compiled looks whenever it enters a function. So a
//! long call now and then calls a function that does nothing else, and then happens what the embedder has chosen for the guest: a trap,
//! a callback, a turn for others.

#[cfg(feature = "async")]
use std::future::Future;
#[cfg(feature = "async")]
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
#[cfg(feature = "async")]
use std::task::Poll;
use std::time::{Duration, Instant};

use ::wasmtime::{AsContextMut, Caller, Engine, Instance, Module, Result};

use super::check::{Check, Nothing, address};
use super::memory::{Binding, Kept, with_memory};
use super::status::result;
use crate::abi::{GuestMemory, Hostcall};
#[cfg(feature = "async")]
use crate::alarm::Alarm;
use crate::context::WasiCryptoCtx;
use crate::errno::Errno;
use crate::progress::{FinishedWork, PausedCall, Progress};
use crate::secret::{STACK_OF_THREAD, in_wiped_frame};
use crate::stop::StopHandle;

/// How often a long call looks.
const INTERVAL: Duration = Duration::from_millis(10);

/// `(module (func (export "enter")))`
#[cfg(feature = "epochs")]
const ENTER: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x09\x01\x05enter\0\0\x0a\x04\x01\x02\0\x0b";

/// What the functions of a linker need to look at the epoch: the module, once it is compiled, or `None` if the engine cannot do that.
#[derive(Clone)]
pub(super) struct Epochs(Arc<OnceLock<Option<Module>>>);

impl Epochs {
    /// `None` for an engine without epochs, or in a build that cannot heed them.
    pub(super) fn of(engine: &Engine) -> Option<Self> {
        (cfg!(feature = "epochs") && engine.get_epoch_interruption()).then(|| Self(Arc::default()))
    }

    /// Makes a call of a function that may take long, and looks meanwhile.
    #[inline(always)]
    pub(super) fn call<T: 'static>(
        &self,
        caller: &mut Caller<'_, T>,
        get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
        binding: &impl Binding,
        hostcall: &'static Hostcall,
        args: &[u64],
    ) -> Result<u32> {
        let progress = with_memory(
            caller,
            get,
            binding,
            #[inline(always)]
            |ctx, memory| ctx.begin_call(hostcall, memory, args),
        );
        match progress {
            Progress::Done(errno) => result(errno),
            progress => self.go_on_in_memory(progress, caller, get, binding, hostcall, args),
        }
    }

    #[inline(never)]
    fn go_on_in_memory<T: 'static>(
        &self,
        progress: Progress,
        caller: &mut Caller<'_, T>,
        get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
        binding: &impl Binding,
        hostcall: &'static Hostcall,
        args: &[u64],
    ) -> Result<u32> {
        let take = |caller: &mut Caller<'_, T>, step: Step| {
            with_memory(caller, get, binding, |ctx, memory| step.take(ctx, hostcall, memory, args))
        };
        result(self.go_on(progress, caller, get, take)?)
    }

    /// Makes a call to its end that has begun, and looks meanwhile. `take` has a step of it taken, wherever its memory is.
    pub(super) fn go_on<T: 'static, S: AsContextMut<Data = T>>(
        &self,
        mut progress: Progress,
        store: &mut S,
        get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy,
        mut take: impl FnMut(&mut S, Step) -> Progress,
    ) -> Result<Errno> {
        let mut look = Look::new(Some(self));
        loop {
            progress = match progress {
                Progress::Done(errno) => return Ok(errno),
                Progress::Paused(paused) => {
                    look.now_and_then(store, OfContext(get))?;
                    take(store, Step::Continue(paused))
                }
                Progress::Pending(work) if work.waits_for_store() => {
                    let jobs = get(store.as_context_mut().data_mut()).jobs().clone();
                    let stop = work.stop_handle();
                    let done = jobs.wait(&stop, move || work.run(), || self.look(store, OfContext(get)));
                    match done.inspect_err(|_| stop.stop())? {
                        Ok(done) => take(store, Step::Finish(done)),
                        Err(errno) => Progress::Done(errno),
                    }
                }
                Progress::Pending(work) => {
                    let done = beside(&work.stop_handle(), || work.run(), || self.look(store, OfContext(get)))?;
                    take(store, Step::Finish(done))
                }
            }
        }
    }

    /// Looks, in a store that is used synchronously. In one that is not, nothing can be called in this way: its functions are to be
    /// linked with `add_to_linker_async`.
    pub(super) fn look<T: 'static>(
        &self,
        store: &mut impl AsContextMut<Data = T>,
        place: impl CheckPlace<T>,
    ) -> Result<()> {
        let Some(module) = self.module(store.as_context().engine()) else { return Ok(()) };
        let check = match place.kept(store) {
            Some(check) => check,
            // Kept where it cannot be called, too: each function that is made stays in the store.
            None => {
                let nothing = Nothing::new(store)?;
                Check::new(store, place, nothing, None)?
            }
        };
        if !check.nothing.can_be_called(store) {
            return Ok(());
        }
        let check = if check.enter.is_none() {
            let instance = Instance::new(&mut *store, module, &[])?;
            Check::new(store, place, check.nothing, Some(&instance))?
        } else {
            check
        };
        check.enter.map_or(Ok(()), |enter| enter.call(store, ()))
    }

    /// Looks, in a store that is used asynchronously.
    #[cfg(feature = "async")]
    async fn look_async<T: Send + 'static>(
        &self,
        store: &mut (impl AsContextMut<Data = T> + Send),
        get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send,
    ) -> Result<()> {
        // None may be kept that could not be called synchronously.
        let check = match OfContext(get).kept(store).filter(|check| check.enter.is_some()) {
            Some(check) => check,
            None => {
                let Some(module) = self.module(store.as_context().engine()) else { return Ok(()) };
                let instance = Instance::new_async(&mut *store, module, &[]).await?;
                let nothing = Nothing::new(store)?;
                Check::new(store, OfContext(get), nothing, Some(&instance))?
            }
        };
        match check.enter {
            Some(enter) => enter.call_async(store, ()).await,
            None => Ok(()),
        }
    }

    /// Compiled when it is first needed, which few guests need it.
    fn module(&self, _engine: &Engine) -> Option<&Module> {
        self.0
            .get_or_init(|| {
                #[cfg(feature = "epochs")]
                let module = Module::new(_engine, ENTER).ok();
                #[cfg(not(feature = "epochs"))]
                let module = None;
                module
            })
            .as_ref()
    }
}

/// What a call goes on with.
pub(super) enum Step {
    Continue(PausedCall),
    Finish(FinishedWork),
}

impl Step {
    /// Takes it.
    pub(super) fn take(
        self,
        ctx: &mut WasiCryptoCtx,
        hostcall: &Hostcall,
        memory: GuestMemory<'_>,
        args: &[u64],
    ) -> Progress {
        match self {
            Self::Continue(paused) => ctx.continue_call(paused, hostcall, memory, args),
            Self::Finish(done) => ctx.finish_call(done, memory, args),
        }
    }
}

/// When a long call is to look.
pub(super) struct Look<'a> {
    epochs: Option<&'a Epochs>,
    due: Option<Instant>,
}

impl<'a> Look<'a> {
    /// Never, without epochs.
    pub(super) fn new(epochs: Option<&'a Epochs>) -> Self {
        Self { epochs, due: None }
    }

    /// Looks if it is time.
    pub(super) fn now_and_then<T: 'static>(
        &mut self,
        store: &mut impl AsContextMut<Data = T>,
        place: impl CheckPlace<T>,
    ) -> Result<()> {
        self.due().map_or(Ok(()), |epochs| epochs.look(store, place))
    }

    #[cfg(feature = "async")]
    pub(super) async fn now_and_then_async<T: Send + 'static>(
        &mut self,
        store: &mut (impl AsContextMut<Data = T> + Send),
        get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send,
    ) -> Result<()> {
        match self.due() {
            Some(epochs) => epochs.look_async(store, get).await,
            None => Ok(()),
        }
    }

    /// Waits for work that goes on elsewhere.
    #[cfg(feature = "async")]
    pub(super) async fn beside<T: Send + 'static, R>(
        &self,
        store: &mut (impl AsContextMut<Data = T> + Send),
        get: impl Fn(&mut T) -> &mut WasiCryptoCtx + Copy + Send,
        work: impl Future<Output = R>,
    ) -> Result<R> {
        let Some(epochs) = self.epochs else { return Ok(work.await) };
        let mut work = pin!(work);
        loop {
            let mut alarm = pin!(Alarm::at(Instant::now() + INTERVAL));
            let done = std::future::poll_fn(|context| match work.as_mut().poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending => alarm.as_mut().poll(context).map(|()| None),
            });
            match done.await {
                Some(done) => return Ok(done),
                None => epochs.look_async(store, get).await?,
            }
        }
    }

    /// Not in the first [`INTERVAL`].
    fn due(&mut self) -> Option<&'a Epochs> {
        let epochs = self.epochs?;
        let now = Instant::now();
        let is_due = self.due.is_some_and(|due| now >= due);
        if is_due || self.due.is_none() {
            self.due = Some(now + INTERVAL);
        }
        is_due.then_some(epochs)
    }
}

/// Does work on a thread of its own, to look meanwhile on this one, whose store it is; here, if there is no thread to be had. Where
/// looking ends the guest, the work is stopped.
pub(super) fn beside<R: Send>(
    stop: &StopHandle,
    work: impl FnOnce() -> R + Send,
    mut look: impl FnMut() -> Result<()>,
) -> Result<R> {
    let work = Mutex::new(Some(work));
    let run = || work.lock().unwrap_or_else(PoisonError::into_inner).take().map(|work| work());
    let finished = std::thread::scope(|scope| -> Result<_> {
        let (running, ended) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new().name("wasi-crypto work".to_owned()).spawn_scoped(scope, || {
            // Dropped at the end, a panic included.
            let _running = running;
            in_wiped_frame::<STACK_OF_THREAD, _>(run)
        });
        let Ok(thread) = thread else { return Ok(run()) };
        while let Err(mpsc::RecvTimeoutError::Timeout) = ended.recv_timeout(INTERVAL) {
            // The scope waits for the thread, which ends a millisecond after this.
            look().inspect_err(|_| stop.stop())?;
        }
        Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    finished.ok_or_else(|| ::wasmtime::format_err!("the work of a call was lost"))
}

/// Where the check of a store is kept.
pub(super) trait CheckPlace<T: 'static>: Copy {
    /// The one of this store: a context may go from one to another, or be in several.
    fn kept(self, store: &mut impl AsContextMut<Data = T>) -> Option<Check>;

    fn keep(self, store: &mut impl AsContextMut<Data = T>, check: Check);
}

/// In the context of the store, which this finds.
#[derive(Clone, Copy)]
pub(super) struct OfContext<G>(pub(super) G);

impl<T: 'static, G: Fn(&mut T) -> &mut WasiCryptoCtx + Copy> CheckPlace<T> for OfContext<G> {
    fn kept(self, store: &mut impl AsContextMut<Data = T>) -> Option<Check> {
        let data = address(store);
        let mut store = store.as_context_mut();
        let check = Kept::of((self.0)(store.data_mut())).check.as_ref()?;
        check.is_of(data).then(|| check.clone())
    }

    fn keep(self, store: &mut impl AsContextMut<Data = T>, check: Check) {
        Kept::of((self.0)(store.as_context_mut().data_mut())).check = Some(check);
    }
}

impl Check {
    /// Whether it is of the store whose data is at this address.
    pub(super) fn is_of(&self, data: usize) -> bool {
        self.data == data && self.store.strong_count() > 0
    }

    /// Makes one, and has it kept.
    fn new<T: 'static>(
        store: &mut impl AsContextMut<Data = T>,
        place: impl CheckPlace<T>,
        nothing: Nothing,
        instance: Option<&Instance>,
    ) -> Result<Self> {
        let enter = instance.map(|instance| instance.get_typed_func(&mut *store, "enter")).transpose()?;
        let check = Self { store: nothing.owner.clone(), data: address(store), nothing, enter };
        place.keep(store, check.clone());
        Ok(check)
    }
}
