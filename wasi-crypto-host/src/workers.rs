//! Threads that are started when they are needed, so many at most, and end when they have had nothing to do for a while.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::rotation::Rotation;
use crate::secret::{STACK_OF_THREAD, wipe_stack};
use crate::tenant::Tenant;

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

struct State {
    line: Rotation<Tenant, Job>,
    threads: usize,
    /// Those of them that wait for something to do, or have just been started and will look for it.
    idle: usize,
}

/// The place of a job in the line, which it loses when this is dropped before it begins.
pub(crate) struct Queued(Option<Place>);

struct Place {
    workers: Workers,
    tenant: Tenant,
    number: u64,
}

/// After so long without anything to do, a thread ends; at once in tests, which look whether a job is lost at that.
const IDLE: Duration = if cfg!(test) { Duration::from_micros(200) } else { Duration::from_secs(10) };

impl Workers {
    /// So many threads, of which so many work for one tenant at a time.
    pub(crate) fn new(name: &'static str, most: usize, most_each: usize) -> Self {
        let state = State { line: Rotation::new(most_each), threads: 0, idle: 0 };
        Self(Arc::new(Shared { name, most, state: Mutex::new(state), wake: Condvar::new() }))
    }

    /// How many threads there can be.
    pub(crate) fn most(&self) -> usize {
        self.0.most
    }

    /// How many threads could begin something now.
    pub(crate) fn free(&self) -> usize {
        let state = self.lock();
        (state.idle + self.0.most - state.threads).saturating_sub(state.line.ready())
    }

    /// Has the job done in its turn, which tenants have in rotation. Gives it back if there is no thread and none to be had.
    pub(crate) fn queue(&self, tenant: Tenant, job: Job) -> Result<Queued, Job> {
        let mut state = self.lock();
        // A job that has to wait for others of its tenant needs no thread yet: it is for one that ends such a job.
        let is_ready = state.line.has_room_for(&tenant);
        if is_ready && state.idle <= state.line.ready() && state.threads < self.0.most && self.start() {
            state.threads += 1;
            state.idle += 1;
        }
        if state.threads == 0 {
            return Err(job);
        }
        let number = state.line.push(tenant, job);
        drop(state);
        if is_ready {
            self.0.wake.notify_one();
        }
        Ok(Queued(Some(Place { workers: self.clone(), tenant, number })))
    }

    /// Starts a thread, unless the system has none.
    fn start(&self) -> bool {
        let workers = self.clone();
        std::thread::Builder::new().name(self.0.name.to_owned()).spawn(move || workers.work()).is_ok()
    }

    fn work(self) {
        let mut present = Present { workers: &self, works_for: None, is_counted: true };
        let mut state = self.lock();
        state.idle -= 1;
        loop {
            let (tenant, job) = loop {
                if let Some(next) = state.line.begin() {
                    break next;
                }
                state.idle += 1;
                let (woken, timeout) = self.0.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
                state = woken;
                state.idle -= 1;
                if timeout.timed_out() && state.line.ready() == 0 {
                    // In the same step: a job that came in between would have nobody.
                    state.threads -= 1;
                    present.is_counted = false;
                    return;
                }
            };
            present.works_for = Some(tenant);
            drop(state);
            job();
            wipe_stack::<STACK_OF_THREAD>();
            state = self.lock();
            present.works_for = None;
            // In one step with what this thread begins next, which may have waited for it.
            state.line.end(&tenant);
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
        let Some(Place { workers, tenant, number }) = &self.0 else { return };
        let mut state = workers.lock();
        let job = state.line.remove(tenant, *number);
        // Dropping what it holds may take a while.
        drop(state);
        drop(job);
    }
}

/// Counts a thread off that ends by a panic of a job.
struct Present<'a> {
    workers: &'a Workers,
    /// Whose job is going on.
    works_for: Option<Tenant>,
    is_counted: bool,
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        if !self.is_counted {
            return;
        }
        let mut state = self.workers.lock();
        if let Some(tenant) = &self.works_for {
            state.line.end(tenant);
        }
        // What waits for this thread is for another one.
        if state.line.ready() > 0 && self.workers.start() {
            state.idle += 1;
            return;
        }
        state.threads -= 1;
        if state.line.ready() > 0 {
            // The next best is one that waits for something to do.
            self.workers.0.wake.notify_one();
        }
        // Without any, whoever waits for a job is to know that nobody does it.
        let lost = if state.threads == 0 { state.line.take_waiting() } else { Vec::new() };
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
        let workers = Workers::new("test", 2, 2);
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
                workers.queue(Tenant::NONE, Box::new(job)).ok().unwrap()
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
    fn a_tenant_whose_jobs_all_block_has_its_places_and_leaves_others_theirs() {
        let workers = Workers::new("test", 4, 2);
        let [many, other] = [Tenant::new(), Tenant::new()];
        let (hold, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let (done, result) = mpsc::channel();
        let block = |number| {
            let (held, done) = (Arc::clone(&held), done.clone());
            let job = move || {
                // Until nobody is there who could send.
                _ = held.lock().unwrap().recv();
                done.send(number).unwrap();
            };
            workers.queue(many, Box::new(job)).ok().unwrap()
        };
        let queued: Vec<Queued> = (0..100).map(block).collect();
        assert_eq!(workers.free(), 2);
        for number in 1_000..1_010 {
            let done = done.clone();
            workers.queue(other, Box::new(move || done.send(number).unwrap())).ok().unwrap().detach();
            assert_eq!(result.recv_timeout(Duration::from_secs(10)), Ok(number));
        }
        assert_eq!(workers.lock().line.waiting(), 98);
        drop(hold);
        let mut all: Vec<i32> = (0..100).map(|_| result.recv_timeout(Duration::from_secs(10)).unwrap()).collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..100));
        drop(queued);
    }

    #[test]
    fn tenants_have_a_place_in_rotation() {
        let workers = Workers::new("test", 1, 1);
        let tenants = [Tenant::new(), Tenant::new(), Tenant::new()];
        let (done, result) = mpsc::channel();
        let (hold, held) = mpsc::channel::<()>();
        workers.queue(tenants[0], Box::new(move || _ = held.recv())).ok().unwrap().detach();
        for job in ["a1", "a2", "a3", "b1", "b2", "c1"] {
            let tenant = tenants[usize::from(job.as_bytes()[0] - b'a')];
            let done = done.clone();
            workers.queue(tenant, Box::new(move || done.send(job).unwrap())).ok().unwrap().detach();
        }
        drop((hold, done));
        assert!(result.iter().eq(["b1", "c1", "a1", "b2", "a2", "a3"]));
    }

    /// No thread is started for it, though there could be one.
    #[test]
    fn a_job_that_waits_for_one_of_its_tenant_is_done_when_that_ends_or_panics() {
        let workers = Workers::new("test", 4, 1);
        let tenant = Tenant::new();
        let (done, result) = mpsc::channel();
        for panics in [false, true].repeat(200) {
            let (hold, held) = mpsc::channel::<()>();
            let first = move || {
                _ = held.recv();
                assert!(!panics, "on purpose");
            };
            workers.queue(tenant, Box::new(first)).ok().unwrap().detach();
            let done = done.clone();
            workers.queue(tenant, Box::new(move || done.send(()).unwrap())).ok().unwrap().detach();
            assert_eq!(result.try_recv(), Err(mpsc::TryRecvError::Empty));
            drop(hold);
            assert_eq!(result.recv_timeout(Duration::from_secs(10)), Ok(()));
        }
    }

    #[test]
    fn a_job_that_panics_costs_no_place() {
        let workers = Workers::new("test", 1, 1);
        let (done, result) = mpsc::channel();
        workers.queue(Tenant::NONE, Box::new(|| panic!("on purpose"))).ok().unwrap().detach();
        while workers.free() == 0 {
            std::thread::yield_now();
        }
        workers.queue(Tenant::NONE, Box::new(move || done.send(7).unwrap())).ok().unwrap().detach();
        assert_eq!(result.recv(), Ok(7));
    }

    #[test]
    fn a_job_that_waits_for_a_thread_is_done_when_that_ends() {
        let workers = Workers::new("test", 1, 1);
        let (done, result) = mpsc::channel();
        let queue = |job: Job| workers.queue(Tenant::NONE, job).ok().unwrap().detach();
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
        let workers = Workers::new("test", 1, 1);
        let shared = Arc::downgrade(&workers.0);
        // It takes its thread along.
        workers.queue(Tenant::NONE, Box::new(|| panic!("on purpose"))).ok().unwrap().detach();
        drop(workers);
        let end = Instant::now() + Duration::from_secs(10);
        while shared.strong_count() > 0 {
            assert!(Instant::now() < end, "{} are left", shared.strong_count());
            std::thread::yield_now();
        }
    }

    #[test]
    fn without_threads_a_job_comes_back() {
        assert!(Workers::new("test", 0, 0).queue(Tenant::NONE, Box::new(|| ())).is_err());
    }
}
