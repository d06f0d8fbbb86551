//! Target `threads`: the calls of several threads on one context, in whatever order they come.
//!
//! What each of them is answered depends on the others, but not what is left: no call may fail for a reason that is the host's own, no
//! handle may be given out twice, and when all that was opened is closed, nothing is held.

use std::collections::BTreeSet;
use std::sync::Barrier;

use wasi_crypto_host::{Errno, GuestMemory, HandleType, Hostcall, ResultType, SharedWasiCryptoCtx};

use crate::batch::Batch;
use crate::bytes::Bytes;
use crate::calls::bounds;
use crate::checked::{Checked, results};
use crate::step::{History, Step};
use crate::support::hostcall;
use crate::ways::{Bounds, Way};

/// Before the threads begin.
const MAX_COMMON_STEPS: usize = 60;
/// Of all threads together: each has the whole memory of a guest for itself.
const MAX_STEPS: usize = 32;
const MAX_THREADS: usize = 4;

/// Opens objects in one thread, and works on them in several.
///
/// # Panics
///
/// If something is left, or given out twice, or an answer is `internal_error`.
pub fn threads(input: &[u8]) {
    let mut bytes = Bytes::new(input);
    let bounds = bounds(&mut bytes);
    let mut guest = Checked::new(Way::Shared, bounds);
    let mut history = History::default();
    let count = usize::from(bytes.byte()) % (MAX_THREADS - 1) + 2;
    let stops_at = bytes.byte();
    let common = usize::from(bytes.u16());
    let mut common = Bytes::new(bytes.take(common));
    for _ in 0..MAX_COMMON_STEPS {
        if common.is_empty() {
            break;
        }
        let step = Step::read(&mut common, &mut guest, &history);
        if !step.is_left_out && guest.checked_call(step.hostcall, &step.args) == Errno::Success {
            history.note(&step, &guest.memory);
        }
    }
    let plans = plans(&mut bytes, &mut guest, &history, count);
    let ctx = guest.shared().expect("its way is one that threads share");
    let stop = (stops_at >= 192).then_some(usize::from(stops_at % 8));
    let done = run(&ctx, &plans, stop);
    check(&ctx, bounds, &guest, &done, stop.is_some());
}

/// A call, with the memory in which it finds what it is passed.
#[derive(Clone)]
struct Planned {
    hostcall: &'static Hostcall,
    args: Vec<u64>,
    memory: Vec<u8>,
}

/// A call that was made, and its answer.
type Made = (Planned, Errno);

/// What each thread is going to do; with the objects that are open before any of them begins.
fn plans(bytes: &mut Bytes<'_>, guest: &mut Checked, history: &History, count: usize) -> Vec<Vec<Planned>> {
    let mut plans = vec![Vec::new(); count];
    for _ in 0..MAX_STEPS {
        if bytes.is_empty() {
            break;
        }
        let thread = usize::from(bytes.byte()) % count;
        let Step { hostcall, args, is_left_out, .. } = Step::read(bytes, guest, history);
        if !is_left_out {
            plans[thread].push(Planned { hostcall, args, memory: guest.memory.clone() });
        }
    }
    plans
}

/// Makes all calls, those of each thread in order. One thread may end the context after so many of its own.
fn run(ctx: &SharedWasiCryptoCtx, plans: &[Vec<Planned>], stop: Option<usize>) -> Vec<Made> {
    let start = Barrier::new(plans.len());
    std::thread::scope(|scope| {
        let threads: Vec<_> = plans
            .iter()
            .enumerate()
            .map(|(index, plan)| {
                let (ctx, start, plan) = (ctx.clone(), &start, plan.clone());
                scope.spawn(move || {
                    start.wait();
                    let each = plan.into_iter().enumerate().map(|(at, mut call)| {
                        if index == 0 && stop == Some(at) {
                            ctx.stop_handle().stop();
                        }
                        let errno = ctx.call(call.hostcall, GuestMemory::unshared(&mut call.memory), &call.args);
                        (call, errno)
                    });
                    each.collect::<Vec<Made>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no call panics")).collect()
    })
}

fn check(ctx: &SharedWasiCryptoCtx, bounds: Bounds, guest: &Checked, done: &[Made], was_stopped: bool) {
    let mut open: BTreeSet<(HandleType, u32)> = guest.open().iter().map(|open| (open.ty, open.handle)).collect();
    let mut given: BTreeSet<u32> = guest.open().iter().map(|open| open.handle).collect();
    given.extend(guest.closed());
    for (call, errno) in done {
        let case = || format!("{}{:x?} = {errno}", call.hostcall.name(), call.args);
        assert_ne!(*errno, Errno::InternalError, "{}", case());
        assert!(*errno != Errno::InProgress || was_stopped, "nobody stopped it: {}", case());
        if *errno == Errno::Success {
            for (ty, handle) in made(call) {
                assert!(given.insert(handle), "{handle:#x} was given out twice, the second time by {}", case());
                open.insert((ty, handle));
            }
        }
    }
    assert!(ctx.held_bytes() <= bounds.bytes, "{} bytes held", ctx.held_bytes());
    assert!(ctx.open_handles() <= bounds.handles);
    let mut memory = vec![0; 1 << 12];
    let mut call = |name: &str, args: &[u64]| ctx.call(hostcall(name), GuestMemory::unshared(&mut memory), args);
    for (ty, handle) in open {
        // Some, the threads have closed. An output closes with its last byte, and is then no handle for a pull.
        let errno = if ty == HandleType::ArrayOutput {
            let mut pulls = (0..MAX_PULLS).map(|_| call("array_output_pull", &[handle.into(), 4, 4_000, 0]));
            pulls.find(|errno| *errno != Errno::Success)
        } else {
            Some(call(&format!("{}_close", ty.name()), &[handle.into()]))
        };
        let is_gone = match errno {
            Some(Errno::InvalidHandle) => ty == HandleType::ArrayOutput,
            Some(Errno::Success | Errno::Closed) => true,
            errno => was_stopped && errno == Some(Errno::InProgress),
        };
        assert!(is_gone, "a {} cannot be closed: {errno:?}", ty.name());
    }
    if !was_stopped {
        assert_eq!((ctx.open_handles(), ctx.held_bytes()), (0, 0));
    }
}

/// More than the longest output needs.
const MAX_PULLS: u32 = 16;

/// The handles that a call has made.
fn made(call: &Planned) -> Vec<(HandleType, u32)> {
    if let Some(batch) = Batch::of(call.hostcall, &call.args, &call.memory) {
        return if batch.rewrites_itself() { Vec::new() } else { batch.made_handles(&call.memory) };
    }
    let slots = call.hostcall.results().iter().zip(results(call.hostcall, &call.args));
    slots
        .filter_map(|(result, slot)| {
            let ResultType::Handle(ty) = result else { return None };
            let ty = if call.hostcall.name() == "signature_state_sign" { HandleType::Signature } else { *ty };
            let bytes = call.memory[slot.indices()].try_into().ok()?;
            Some((ty, u32::from_le_bytes(bytes)))
        })
        .collect()
}
