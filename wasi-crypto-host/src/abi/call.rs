//! One call of a guest, as the handlers see it.

use crate::abi::memory::GuestMemory;
use crate::errno::Errno;
use crate::limits::Spent;
use crate::ops::{Fed, Objects};
use crate::options::AlgorithmType;
use crate::secret::{STACK_OF_SECRET_KEY, in_wiped_frame};
use crate::stop::StopHandle;

/// The guest's objects, its memory, and the arguments of the call.
pub(crate) struct Call<'a, O> {
    pub(crate) objects: &'a mut O,
    pub(crate) memory: GuestMemory<'a>,
    args: &'a [u64],
    pub(crate) pace: Pace<'a>,
}

/// How the call is to go on where it takes long.
#[derive(Clone, Copy)]
pub(crate) struct Pace<'a> {
    /// Ends it.
    pub(crate) stop: &'a StopHandle,
    /// Whether the caller wants to do other things in between, and can run [`Work`] elsewhere.
    pub(crate) may_yield: bool,
    /// How far the call has come: bytes that it has taken in, or entries of a batch.
    pub(crate) done: usize,
    /// What the entries of a batch have taken so far of what the call may take.
    pub(crate) spent: Spent,
    /// Whether the call came back only for the caller to do other things.
    pub(crate) is_paused: bool,
}

/// How far a handler of a long function got.
pub(crate) enum Step<O> {
    Done,
    Work(Work<O>, Place),
}

/// Where work is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It computes.
    Processor,
    /// It waits for a store.
    Store,
}

impl<O: 'static> Step<O> {
    /// Work, and what is to be done in the call with its result.
    pub(crate) fn work<R: Send + 'static>(
        work: impl FnOnce(&StopHandle) -> R + Send + 'static,
        finish: impl FnOnce(&mut Call<'_, O>, R) -> Result<(), Errno> + Send + 'static,
    ) -> Self {
        Self::work_at(Place::Processor, work, |call, result| finish(call, result).map(|()| Self::Done))
    }

    /// Work somewhere, and the step that comes of its result.
    pub(crate) fn work_at<R: Send + 'static>(
        place: Place,
        work: impl FnOnce(&StopHandle) -> R + Send + 'static,
        finish: impl FnOnce(&mut Call<'_, O>, R) -> Result<Self, Errno> + Send + 'static,
    ) -> Self {
        let work: Work<O> = Box::new(move |stop| {
            let result = without_trace(|| work(stop));
            Box::new(move |call: &mut Call<'_, O>| finish(call, result)) as Finish<O>
        });
        Self::Work(work, place)
    }
}

/// Does long work, and leaves nothing of it on the stack, whoever's thread that is.
fn without_trace<R>(work: impl FnOnce() -> R) -> R {
    in_wiped_frame::<STACK_OF_SECRET_KEY, _>(work)
}

/// Work that needs neither the guest's memory nor its handle table, and what to do with the result.
pub(crate) type Work<O> = Box<dyn FnOnce(&StopHandle) -> Finish<O> + Send>;
pub(crate) type Finish<O> = Box<dyn FnOnce(&mut Call<'_, O>) -> Result<Step<O>, Errno> + Send>;

impl<'a, O> Call<'a, O> {
    #[inline]
    pub(crate) fn new(objects: &'a mut O, memory: GuestMemory<'a>, args: &'a [u64], pace: Pace<'a>) -> Self {
        Self { objects, memory, args, pace }
    }

    /// The arguments, each cut to 32 bits.
    ///
    /// Panics if the function has another number of parameters; a test calls every row of the table.
    #[inline]
    pub(crate) fn args<const N: usize>(&self) -> [u32; N] {
        assert!(self.args.len() == N, "the handler belongs to this row of the table");
        std::array::from_fn(|i| self.args[i] as u32)
    }

    /// Makes a new object whose handle goes to `start`, which is checked first.
    #[inline(always)]
    pub(crate) fn for_handle(
        &mut self,
        start: u32,
        make: impl FnOnce(&mut Self) -> Result<u32, Errno>,
    ) -> Result<(), Errno> {
        let slot = self.memory.slot(start)?;
        let handle = make(self)?;
        self.memory.put(slot, handle.to_le_bytes());
        Ok(())
    }

    /// Works out a number of bytes that goes to `start`, which is checked first.
    // Always in line, as `WasiCryptoCtx::call` is: the shortest calls are of this kind.
    #[inline(always)]
    pub(crate) fn for_size(
        &mut self,
        start: u32,
        work_out: impl FnOnce(&mut Self) -> Result<usize, Errno>,
    ) -> Result<(), Errno> {
        let slot = self.memory.slot(start)?;
        let size = work_out(self)?;
        self.memory.put(slot, (size as u32).to_le_bytes());
        Ok(())
    }

    /// Runs work that may take as long as a database does: elsewhere if the caller wants to do other things, or if somebody could stop the
    /// call meanwhile, else here. Then what is to be done in the call with its result.
    pub(crate) fn run_apart<R: Send + 'static>(
        &mut self,
        work: impl FnOnce(&StopHandle) -> R + Send + 'static,
        finish: impl FnOnce(&mut Call<'_, O>, R) -> Result<(), Errno> + Send + 'static,
    ) -> Result<Step<O>, Errno>
    where
        O: Objects + 'static,
    {
        self.step_apart(work, |call, result| finish(call, result).map(|()| Step::Done))
    }

    /// As [`run_apart`](Self::run_apart), but another step may come of the result.
    pub(crate) fn step_apart<R: Send + 'static>(
        &mut self,
        work: impl FnOnce(&StopHandle) -> R + Send + 'static,
        finish: impl FnOnce(&mut Call<'_, O>, R) -> Result<Step<O>, Errno> + Send + 'static,
    ) -> Result<Step<O>, Errno>
    where
        O: Objects + 'static,
    {
        if self.pace.may_yield {
            return Ok(Step::work_at(Place::Store, work, finish));
        }
        let stop = self.pace.stop;
        let result = if stop.is_watched() {
            let its_stop = stop.child();
            let never = || Ok::<(), std::convert::Infallible>(());
            match self.objects.jobs().wait(stop, move || work(&its_stop), never) {
                Ok(result) => result?,
                Err(never) => match never {},
            }
        } else {
            without_trace(|| work(stop))
        };
        finish(self, result)
    }

    /// Ends a handler that takes in data: `in_progress` if there is more, for which it is to be called again.
    #[inline(always)]
    pub(crate) fn took(&mut self, fed: Fed) -> Result<(), Errno> {
        match fed {
            Fed::All => Ok(()),
            Fed::Part(done) => self.pause(done),
        }
    }

    /// Ends a handler that is to be called again, and then begins where `done` says.
    pub(crate) fn pause(&mut self, done: usize) -> Result<(), Errno> {
        (self.pace.done, self.pace.is_paused) = (done, true);
        Err(Errno::InProgress)
    }

    /// One 64-bit argument.
    pub(crate) fn arg_u64(&self, index: usize) -> u64 {
        self.args[index]
    }
}

impl<'a> Pace<'a> {
    /// To the end, in the call.
    #[inline]
    pub(crate) fn whole(stop: &'a StopHandle) -> Self {
        Self { stop, may_yield: false, done: 0, spent: Spent::default(), is_paused: false }
    }

    /// A slice at a time, from where an earlier part ended.
    pub(crate) fn in_parts(stop: &'a StopHandle, done: usize, spent: Spent) -> Self {
        Self { stop, may_yield: true, done, spent, is_paused: false }
    }
}

/// The `algorithm_type` of an argument, of which all 32 bits count.
pub(crate) fn algorithm_type_of(arg: u32) -> Result<AlgorithmType, Errno> {
    AlgorithmType::from_number(arg).ok_or(Errno::UnsupportedAlgorithm)
}
