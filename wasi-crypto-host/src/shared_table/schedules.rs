//! Check-out, return, panic and stop, by threads in whatever order they come. They wait for nothing but each other, so that Miri can run them
//! under many orders.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::*;
use crate::array_output::ArrayOutput;
use crate::secret::Secret;

/// A table with one output of so many bytes, of which each that works on it takes one.
fn table(bytes: usize) -> (SharedTable, u32) {
    let mut table = SharedTable::new(Table::new(Limits::default(), 7), StopHandle::new());
    let output = table.insert(ArrayOutput::new(Secret::zeroed(bytes))).unwrap();
    (table, output)
}

/// Takes the output out of the table for as long as `run` takes.
fn take<R>(
    table: &SharedTable,
    output: u32,
    run: impl FnOnce(&mut ArrayOutput) -> Result<R, Errno>,
) -> Result<R, Errno> {
    table.clone().work(output, Load::long(), |_: &mut ArrayOutput, _| Ok(()), |output, ()| run(output))
}

/// What is left to be pulled.
fn left(table: &SharedTable, output: u32) -> Result<usize, Errno> {
    table.clone().look(output, |output: &ArrayOutput, _| Ok(output.next(usize::MAX).len()))
}

#[test]
fn those_who_work_on_one_object_take_turns() {
    let (table, output) = table(9);
    let inside = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                take(&table, output, |output| {
                    assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0, "two at a time");
                    output.advance(3);
                    thread::yield_now();
                    inside.fetch_sub(1, Ordering::Relaxed);
                    Ok(())
                })
                .unwrap();
            });
        }
        // Sees it before or after each of them, never half-way.
        scope.spawn(|| assert_eq!(left(&table, output).unwrap() % 3, 0));
    });
    assert_eq!(left(&table, output), Ok(0));
    assert_eq!(table.lock().open_handles(), 1);
}

#[test]
fn an_object_that_a_panic_took_along_is_closed_and_nobody_waits_for_it() {
    let (mut table, output) = table(9);
    thread::scope(|scope| {
        scope.spawn(|| {
            let panics = || take(&table, output, |_| -> Result<(), Errno> { resume_unwind(Box::new(())) });
            assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        });
        scope.spawn(|| {
            let answer = take(&table, output, |_| Ok(()));
            assert!(matches!(answer, Ok(()) | Err(Errno::InvalidHandle)), "{answer:?}");
        });
    });
    assert_eq!(table.close::<ArrayOutput>(output), Err(Errno::Closed));
    let table = table.lock();
    assert_eq!((table.open_handles(), table.held_bytes()), (0, 0));
}

#[test]
fn who_waits_gives_up_when_the_guest_is_stopped() {
    let (table, output) = table(9);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let answer = take(&table, output, |output| {
                    output.advance(1);
                    table.stop().stop();
                    Ok(())
                });
                assert!(matches!(answer, Ok(()) | Err(Errno::InProgress)), "{answer:?}");
            });
        }
    });
    let left = left(&table, output).unwrap();
    assert!((7..=8).contains(&left), "{left}");
}

#[test]
fn a_close_waits_for_who_works_on_the_object() {
    let (table, output) = table(9);
    thread::scope(|scope| {
        let worker = scope.spawn(|| take(&table, output, |output| Ok(output.advance(9))));
        let closer = scope.spawn(|| table.clone().close::<ArrayOutput>(output));
        assert_eq!(closer.join().unwrap(), Ok(()));
        let answer = worker.join().unwrap();
        assert!(matches!(answer, Ok(true) | Err(Errno::InvalidHandle)), "{answer:?}");
    });
    let table = table.lock();
    assert_eq!((table.open_handles(), table.held_bytes()), (0, 0));
}
