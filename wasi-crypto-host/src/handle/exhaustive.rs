//! All short sequences of what can be done with a table, against a list of what was done: what each handle stands for, what is refused and
//! how, and the books.

use super::tests::{Key, Tag, table};
use super::*;

/// What has become of a handle that was given out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Open,
    Lent,
    Closed,
}

/// Room for so many objects; one sequence in two meets the limit.
const HANDLES: usize = 2;
/// So many steps of eight kinds: 32,768 sequences, or 512 under Miri.
const STEPS: u32 = if cfg!(miri) { 3 } else { 5 };

#[test]
fn every_short_sequence_of_steps_does_what_it_should() {
    for sequence in 0..8_u32.pow(STEPS) {
        let steps = (0..STEPS).map(|step| sequence / 8_u32.pow(step) % 8);
        run(steps);
    }
}

fn run(steps: impl Iterator<Item = u32> + Clone) {
    let mut table = table(HANDLES, usize::MAX);
    let mut given: Vec<(u32, u32, Fate)> = Vec::new();
    let case = || steps.clone().collect::<Vec<_>>();
    for step in steps.clone() {
        let open = given.iter().filter(|(.., fate)| *fate != Fate::Closed).count();
        // The newest handle, or the one before it.
        let nth = given.len().checked_sub(1 + (step % 2) as usize);
        match (step, nth) {
            (0 | 1, _) => {
                let number = given.len() as u32;
                match table.insert(Key(number)) {
                    Ok(handle) => {
                        assert!(open < HANDLES, "{:?}", case());
                        assert!(given.iter().all(|(other, ..)| *other != handle), "given twice: {:?}", case());
                        given.push((handle, number, Fate::Open));
                    }
                    Err(errno) => assert_eq!((errno, open), (Errno::TooManyHandles, HANDLES), "{:?}", case()),
                }
            }
            (_, None) => {}
            (2 | 3, Some(nth)) => {
                let (handle, _, fate) = &mut given[nth];
                let closed = table.close::<Key>(*handle);
                let expected = if *fate == Fate::Open { Ok(()) } else { Err(Errno::Closed) };
                // What is lent cannot be closed: who wants to waits for it. The table says that it is not there.
                assert_eq!(closed, expected, "{fate:?}");
                if *fate == Fate::Open {
                    *fate = Fate::Closed;
                }
            }
            (4 | 5, Some(nth)) => {
                let (handle, number, fate) = &mut given[nth];
                let lent = table.lend::<Key>(*handle);
                assert_eq!(lent.is_ok(), *fate == Fate::Open, "{fate:?}");
                if let Ok(key) = lent {
                    assert_eq!(key, Key(*number));
                    *fate = Fate::Lent;
                }
            }
            (_, Some(nth)) => {
                let (handle, number, fate) = &mut given[nth];
                if *fate == Fate::Lent {
                    // Whole, or lost in a panic.
                    let is_lost = *number % 2 == 1;
                    table.give_back(*handle, (!is_lost).then_some(Key(*number)));
                    *fate = if is_lost { Fate::Closed } else { Fate::Open };
                }
            }
        }
        check(&table, &given, case);
    }
}

fn check(table: &HandleTable<super::tests::Any>, given: &[(u32, u32, Fate)], case: impl Fn() -> Vec<u32>) {
    let open = given.iter().filter(|(.., fate)| *fate != Fate::Closed);
    assert_eq!(table.open_handles(), open.clone().count(), "{:?}", case());
    let held: usize = open.map(|(_, number, _)| SLOT + *number as usize).sum();
    assert_eq!(table.held_bytes(), held, "{:?}", case());
    for (handle, number, fate) in given {
        let found = table.get::<Key>(*handle);
        assert_eq!(found.ok(), (*fate == Fate::Open).then_some(&Key(*number)), "{:?}", case());
        assert!(table.get::<Tag>(*handle).is_err());
        assert_eq!(table.is_lent(*handle), *fate == Fate::Lent);
    }
}
