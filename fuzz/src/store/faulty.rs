//! A store in memory that fails when the input says so, in each of the ways in which a store may.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use wasi_crypto_host::secrets::{
    Due, Entry, Found, Identifier, Item, MemoryStore, NamespaceRow, Record, SecretsError, SecretsStore, State,
    StoreError, StoreFault, TrailRow, Transaction, Version,
};

/// The store, and the faults that are to come.
#[derive(Default)]
pub struct Faulty {
    inner: MemoryStore,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    /// One byte for each thing that is asked of the store; none when there is none left.
    faults: VecDeque<u8>,
    /// Whether one has happened since somebody asked.
    happened: bool,
}

/// What happens to a change.
#[derive(Clone, Copy)]
enum Fault {
    None,
    /// Nothing is done.
    Before,
    /// The nth thing that the change asks for fails, if there are so many, and then all of it.
    Within(u8),
    /// All is done and then taken back.
    RolledBack,
    /// All is done, taken back, and done again, as stores that meet others have to.
    Again,
    /// It is done, and nobody can say so.
    DoneInDoubt,
    /// It is not done, and nobody can say so.
    UndoneInDoubt,
}

impl Faulty {
    /// Sets the faults to come.
    pub fn begin(&self, faults: &[u8]) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        *plan = Plan { faults: faults.iter().copied().collect(), happened: false };
    }

    /// Lets nothing fail any more. Whether anything has since they were set.
    pub fn end(&self) -> bool {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.faults.clear();
        plan.happened
    }

    fn next(&self) -> Fault {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let fault = match plan.faults.pop_front().unwrap_or(0) {
            0..160 => Fault::None,
            160..184 => Fault::Before,
            nth @ 184..208 => Fault::Within(nth % 12),
            208..224 => Fault::RolledBack,
            224..236 => Fault::Again,
            236..246 => Fault::DoneInDoubt,
            246.. => Fault::UndoneInDoubt,
        };
        plan.happened |= !matches!(fault, Fault::None | Fault::Again);
        fault
    }

    /// Whether what is only read can be.
    fn ask(&self) -> Result<(), StoreError> {
        if matches!(self.next(), Fault::None | Fault::Again) { Ok(()) } else { Err(error(StoreFault::Unreachable)) }
    }
}

fn error(fault: StoreFault) -> StoreError {
    StoreError { store: "the store of a fuzzer".to_owned(), fault, cause: String::new() }
}

impl SecretsStore for Faulty {
    fn name(&self) -> String {
        self.inner.name()
    }

    fn namespaces(&self) -> Result<Vec<String>, StoreError> {
        self.ask()?;
        self.inner.namespaces()
    }

    fn namespace(&self, namespace: &str) -> Result<Option<NamespaceRow>, StoreError> {
        self.ask()?;
        self.inner.namespace(namespace)
    }

    fn find(&self, namespace: &str, identifier: &Identifier, version: Version) -> Result<Option<Found>, StoreError> {
        self.ask()?;
        self.inner.find(namespace, identifier, version)
    }

    fn read(&self, namespace: &str, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        self.ask()?;
        self.inner.read(namespace, identifier, version)
    }

    fn list(&self, namespace: &str, behind: Option<(Identifier, u64)>, most: usize) -> Result<Vec<Entry>, StoreError> {
        self.ask()?;
        self.inner.list(namespace, behind, most)
    }

    fn trail(&self, namespace: &str, behind: u64, most: usize) -> Result<Vec<TrailRow>, StoreError> {
        self.ask()?;
        self.inner.trail(namespace, behind, most)
    }

    fn change(
        &self,
        namespace: &str,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), SecretsError>,
    ) -> Result<(), SecretsError> {
        let fault = self.next();
        let mut undone = |fault: StoreFault| {
            self.inner.change(namespace, &mut |to| {
                work(to)?;
                Err(error(fault).into())
            })
        };
        match fault {
            Fault::None => self.inner.change(namespace, work),
            Fault::Before => Err(error(StoreFault::Locked).into()),
            Fault::Within(nth) => {
                self.inner.change(namespace, &mut |inner| work(&mut Failing { inner, left: nth.into() }))
            }
            Fault::RolledBack => undone(StoreFault::TooSlow),
            Fault::UndoneInDoubt => undone(StoreFault::InDoubt),
            Fault::Again => match undone(StoreFault::TooSlow) {
                Err(SecretsError::Store(_)) => self.inner.change(namespace, work),
                refused => refused,
            },
            Fault::DoneInDoubt => {
                self.inner.change(namespace, work)?;
                Err(error(StoreFault::InDoubt).into())
            }
        }
    }
}

/// A transaction that fails after so many questions.
struct Failing<'a> {
    inner: &'a mut dyn Transaction,
    left: u32,
}

impl Failing<'_> {
    fn next(&mut self) -> Result<&mut dyn Transaction, StoreError> {
        self.left = self.left.checked_sub(1).ok_or_else(|| error(StoreFault::Unreachable))?;
        Ok(self.inner)
    }
}

impl Transaction for Failing<'_> {
    fn namespace(&mut self) -> Result<Option<NamespaceRow>, StoreError> {
        self.next()?.namespace()
    }

    fn put_namespace(&mut self, row: &NamespaceRow) -> Result<(), StoreError> {
        self.next()?.put_namespace(row)
    }

    fn item(&mut self, identifier: &Identifier) -> Result<Option<Item>, StoreError> {
        self.next()?.item(identifier)
    }

    fn put_item(&mut self, identifier: &Identifier, item: &Item) -> Result<(), StoreError> {
        self.next()?.put_item(identifier, item)
    }

    fn remove_item(&mut self, identifier: &Identifier) -> Result<(), StoreError> {
        self.next()?.remove_item(identifier)
    }

    fn versions(&mut self, identifier: &Identifier) -> Result<Vec<Entry>, StoreError> {
        self.next()?.versions(identifier)
    }

    fn read(&mut self, identifier: &Identifier, version: u64) -> Result<Option<Record>, StoreError> {
        self.next()?.read(identifier, version)
    }

    fn put(&mut self, record: &Record) -> Result<(), StoreError> {
        self.next()?.put(record)
    }

    fn remove(&mut self, identifier: &Identifier, version: u64) -> Result<(), StoreError> {
        self.next()?.remove(identifier, version)
    }

    fn due(&mut self, state: State, most: usize) -> Result<Vec<Due>, StoreError> {
        self.next()?.due(state, most)
    }

    fn last_in_trail(&mut self) -> Result<Option<TrailRow>, StoreError> {
        self.next()?.last_in_trail()
    }

    fn add_to_trail(&mut self, row: &TrailRow) -> Result<(), StoreError> {
        self.next()?.add_to_trail(row)
    }
}
