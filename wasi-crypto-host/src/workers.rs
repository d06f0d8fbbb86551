//! Threads that are started when they are needed, so many at most, and end when they have had nothing to do for a while.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::secret::{STACK_OF_THREAD, wipe_stack};

/// What a thread is to do.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// A number of threads. Clones are the same.
#[derive(Clone)]
pub(crate) struct Workers(Arc<Shared>);

struct Shared {
    name: &'static str,
    most: usize,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(u64, Job)>,
    /// Jobs that have ever been queued.
    queued: u64,
    threads: usize,
    /// Those of them that wait for something to do.
    idle: usize,
}

/// The place of a job in the queue, which it loses when this is dropped before it begins.
pub(crate) struct Queued(Option<Place>);

struct Place {
    workers: Workers,
    number: u64,
}

/// After so long without anything to do, a thread ends; at once in tests, which look whether a job is lost at that.
const IDLE: Duration = if cfg!(test) { Duration::from_micros(200) } else { Duration::from_secs(10) };

impl Workers {
    pub(crate) fn new(name: &'static str, most: usize) -> Self {
        Self(Arc::new(Shared { name, most, state: Mutex::default(), wake: Condvar::new() }))
    }

    /// How many threads there can be.
    pub(crate) fn most(&self) -> usize {
        self.0.most
    }

    /// How many threads could begin something now.
    pub(crate) fn free(&self) -> usize {
        let state = self.lock();
        (state.idle + self.0.most - state.threads).saturating_sub(state.queue.len())
    }

    /// Has the job done in its turn. Gives it back if there is no thread and none to be had.
    pub(crate) fn queue(&self, job: Job) -> Result<Queued, Job> {
        let mut state = self.lock();
        if state.idle <= state.queue.len() && state.threads < self.0.most && self.start() {
            state.threads += 1;
        }
        if state.threads == 0 {
            return Err(job);
        }
        state.queued += 1;
        let number = state.queued;
        state.queue.push_back((number, job));
        drop(state);
        self.0.wake.notify_one();
        Ok(Queued(Some(Place { workers: self.clone(), number })))
    }

    /// Starts a thread, unless the system has none.
    fn start(&self) -> bool {
        let workers = self.clone();
        std::thread::Builder::new().name(self.0.name.to_owned()).spawn(move || workers.work()).is_ok()
    }

    fn work(self) {
        let mut present = Present { workers: &self, is_counted: true };
        loop {
            let mut state = self.lock();
            let job = loop {
                if let Some((_, job)) = state.queue.pop_front() {
                    break job;
                }
                state.idle += 1;
                let (woken, timeout) = self.0.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
                state = woken;
                state.idle -= 1;
                if timeout.timed_out() && state.queue.is_empty() {
                    // In the same step: a job that came in between would have nobody.
                    state.threads -= 1;
                    present.is_counted = false;
                    return;
                }
            };
            drop(state);
            job();
            wipe_stack::<STACK_OF_THREAD>();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queued {
    /// Lets the job have its turn, whoever waits for it.
    pub(crate) fn detach(mut self) {
        self.0 = None;
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        let Some(Place { workers, number }) = &self.0 else { return };
        let mut state = workers.lock();
        let removed = state.queue.iter().position(|(other, _)| other == number);
        let job = removed.and_then(|place| state.queue.remove(place));
        // Dropping what it holds may take a while.
        drop(state);
        drop(job);
    }
}

/// Counts a thread off that ends by a panic of a job.
struct Present<'a> {
    workers: &'a Workers,
    is_counted: bool,
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        if !self.is_counted {
            return;
        }
        let mut state = self.workers.lock();
        // What waits for this thread is for another one.
        if !state.queue.is_empty() && self.workers.start() {
            return;
        }
        state.threads -= 1;
        // Without any, whoever waits for a job is to know that nobody does it.
        let lost = if state.threads == 0 { std::mem::take(&mut state.queue) } else { VecDeque::new() };
        drop(state);
        drop(lost);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use super::*;

    #[test]
    fn so_many_jobs_are_done_at_a_time_and_the_others_in_their_turn() {
        let workers = Workers::new("test", 2);
        let (started, starts) = mpsc::channel();
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let queued: Vec<Queued> = (0..5)
            .map(|number| {
                let (started, gate) = (started.clone(), Arc::clone(&gate));
                let job = move || {
                    started.send(number).unwrap();
                    let mut open = gate.0.lock().unwrap();
                    while !*open {
                        open = gate.1.wait(open).unwrap();
                    }
                };
                workers.queue(Box::new(job)).ok().unwrap()
            })
            .collect();
        let mut first = [starts.recv().unwrap(), starts.recv().unwrap()];
        first.sort_unstable();
        assert_eq!(first, [0, 1]);
        assert!(starts.recv_timeout(Duration::from_millis(20)).is_err());
        assert_eq!(workers.free(), 0);
        // Nobody waits for the third one any more.
        let mut queued = queued.into_iter();
        drop(queued.by_ref().nth(2));
        *gate.0.lock().unwrap() = true;
        gate.1.notify_all();
        let mut rest = [starts.recv().unwrap(), starts.recv().unwrap()];
        rest.sort_unstable();
        assert_eq!(rest, [3, 4]);
        assert!(starts.recv_timeout(Duration::from_millis(20)).is_err());
    }

    #[test]
    fn a_job_that_panics_costs_no_place() {
        let workers = Workers::new("test", 1);
        let (done, result) = mpsc::channel();
        workers.queue(Box::new(|| panic!("on purpose"))).ok().unwrap().detach();
        while workers.free() == 0 {
            std::thread::yield_now();
        }
        workers.queue(Box::new(move || done.send(7).unwrap())).ok().unwrap().detach();
        assert_eq!(result.recv(), Ok(7));
    }

    #[test]
    fn a_job_that_waits_for_a_thread_is_done_when_that_ends() {
        let workers = Workers::new("test", 1);
        let (done, result) = mpsc::channel();
        let queue = |job: Job| workers.queue(job).ok().unwrap().detach();
        let (hold, held) = mpsc::channel();
        queue(Box::new(move || {
            held.recv().unwrap();
            panic!("on purpose");
        }));
        let after_panic = done.clone();
        queue(Box::new(move || after_panic.send(0).unwrap()));
        hold.send(()).unwrap();
        assert_eq!(result.recv_timeout(Duration::from_secs(10)), Ok(0));
        // Each comes about when the thread has waited for long enough.
        for number in 1..2_000 {
            std::thread::sleep(IDLE);
            let done = done.clone();
            queue(Box::new(move || done.send(number).unwrap()));
            assert_eq!(result.recv_timeout(Duration::from_secs(10)), Ok(number));
        }
    }

    #[test]
    fn nothing_is_left_of_workers_whose_threads_have_ended() {
        let workers = Workers::new("test", 1);
        let shared = Arc::downgrade(&workers.0);
        // It takes its thread along.
        workers.queue(Box::new(|| panic!("on purpose"))).ok().unwrap().detach();
        drop(workers);
        let end = Instant::now() + Duration::from_secs(10);
        while shared.strong_count() > 0 {
            assert!(Instant::now() < end, "{} are left", shared.strong_count());
            std::thread::yield_now();
        }
    }

    #[test]
    fn without_threads_a_job_comes_back() {
        assert!(Workers::new("test", 0).queue(Box::new(|| ())).is_err());
    }
}
