//! Check-out, return, panic and stop, by threads in whatever order they come. They wait for nothing but each other, so that Miri can run them
//! under many orders, and loom under all.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

#[cfg(loom)]
use loom::thread;
#[cfg(not(loom))]
use std::thread;

use super::*;
use crate::array_output::ArrayOutput;
use crate::secret::Secret;
use crate::sync::atomic::{AtomicUsize, Ordering};

/// With three, loom takes minutes.
const WORKERS: usize = if cfg!(loom) { 2 } else { 3 };

/// Runs threads once; with loom, in every order in which they can come, and with every value that they can see then.
fn in_any_order(run: impl Fn() + Send + Sync + 'static) {
    #[cfg(loom)]
    loom::model(run);
    #[cfg(not(loom))]
    run();
}

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
    table.clone().work(output, |_| Load::long(), |_: &mut ArrayOutput, _| Ok(()), |output, ()| run(output))
}

/// What is left to be pulled.
fn left(table: &SharedTable, output: u32) -> Result<usize, Errno> {
    table.clone().look(output, |output: &ArrayOutput, _| Ok(output.next(usize::MAX).len()))
}

/// Runs something with the table on a thread of its own.
fn spawn<R: Send + 'static>(
    table: &SharedTable,
    run: impl FnOnce(&SharedTable) -> R + Send + 'static,
) -> thread::JoinHandle<R> {
    let table = table.clone();
    thread::spawn(move || run(&table))
}

#[test]
fn those_who_work_on_one_object_take_turns() {
    in_any_order(|| {
        let (table, output) = table(3 * WORKERS);
        let inside = Arc::new(AtomicUsize::new(0));
        let workers = [(); WORKERS].map(|()| {
            let inside = Arc::clone(&inside);
            spawn(&table, move |table| {
                take(table, output, |output| {
                    assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0, "two at a time");
                    output.advance(3);
                    thread::yield_now();
                    inside.fetch_sub(1, Ordering::Relaxed);
                    Ok(())
                })
            })
        });
        // Sees it before or after each of them, never half-way.
        assert_eq!(left(&table, output).unwrap() % 3, 0);
        workers.into_iter().for_each(|worker| assert_eq!(worker.join().unwrap(), Ok(())));
        assert_eq!(left(&table, output), Ok(0));
        assert_eq!(table.lock().open_handles(), 1);
    });
}

#[test]
fn an_object_that_a_panic_took_along_is_closed_and_nobody_waits_for_it() {
    in_any_order(|| {
        let (mut table, output) = table(9);
        let panics = spawn(&table, move |table| {
            let panics = || take(table, output, |_| -> Result<(), Errno> { resume_unwind(Box::new(())) });
            assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        });
        let others = [(); 2].map(|()| spawn(&table, move |table| take(table, output, |_| Ok(()))));
        panics.join().unwrap();
        for other in others {
            let answer = other.join().unwrap();
            assert!(matches!(answer, Ok(()) | Err(Errno::InvalidHandle)), "{answer:?}");
        }
        assert_eq!(table.close::<ArrayOutput>(output), Err(Errno::Closed));
        let table = table.lock();
        assert_eq!((table.open_handles(), table.held_bytes()), (0, 0));
    });
}

#[test]
fn who_waits_gives_up_when_the_guest_is_stopped() {
    in_any_order(|| {
        let (table, output) = table(9);
        let workers = [(); 3].map(|()| {
            spawn(&table, move |table| {
                take(table, output, |output| {
                    output.advance(1);
                    table.stop().stop();
                    Ok(())
                })
            })
        });
        for worker in workers {
            let answer = worker.join().unwrap();
            assert!(matches!(answer, Ok(()) | Err(Errno::InProgress)), "{answer:?}");
        }
        let left = left(&table, output).unwrap();
        assert!((6..=8).contains(&left), "{left}");
    });
}

#[test]
fn a_stop_from_outside_ends_whoever_waits_once_the_object_is_back() {
    in_any_order(|| {
        let (table, output) = table(9);
        let works = spawn(&table, move |table| take(table, output, |output| Ok(output.advance(1))));
        let waits = spawn(&table, move |table| left(table, output));
        table.stop().stop();
        assert_eq!(works.join().unwrap(), Ok(false));
        let answer = waits.join().unwrap();
        assert!(matches!(answer, Ok(8 | 9) | Err(Errno::InProgress)), "{answer:?}");
        assert!(!table.lock().is_lent(output));
    });
}

/// What is made on the account of a booking goes over to the account of its object with nobody in between.
#[test]
fn no_other_books_what_is_about_to_be_an_object() {
    const HALF: usize = 1_000;
    in_any_order(|| {
        let limits = Limits { bytes: 2 * HALF, ..Limits::default() };
        let mut table = SharedTable::new(Table::new(limits, 7), StopHandle::new());
        let booking = table.reserve(HALF + 100).unwrap();
        let other = spawn(&table, |table| table.clone().reserve(HALF).is_ok());
        let made = table.insert_booked(ArrayOutput::new(Secret::zeroed(HALF)), booking);
        assert!(!other.join().unwrap());
        assert!(made.is_ok());
    });
}

#[test]
fn a_close_waits_for_who_works_on_the_object() {
    in_any_order(|| {
        let (table, output) = table(9);
        let worker = spawn(&table, move |table| take(table, output, |output| Ok(output.advance(9))));
        let closer = spawn(&table, move |table| table.clone().close::<ArrayOutput>(output));
        assert_eq!(closer.join().unwrap(), Ok(()));
        let answer = worker.join().unwrap();
        assert!(matches!(answer, Ok(true) | Err(Errno::InvalidHandle)), "{answer:?}");
        let table = table.lock();
        assert_eq!((table.open_handles(), table.held_bytes()), (0, 0));
    });
}
