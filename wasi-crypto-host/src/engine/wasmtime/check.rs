//! The function by which a long call looks at the epoch of its store.

use std::sync::{Arc, Weak};

use ::wasmtime::{Caller, Func, Result, TypedFunc};

/// The function that looks, in one store.
#[derive(Clone)]
pub(super) struct Check {
    /// Gone when the store is.
    pub(super) store: Weak<()>,
    /// The address of the store's data, which no other store has at the same time.
    pub(super) data: usize,
    pub(super) nothing: Nothing,
    pub(super) enter: TypedFunc<(), ()>,
}

pub(super) fn address<T: 'static>(caller: &Caller<'_, T>) -> usize {
    (&raw const *caller.data()).addr()
}

/// A function of the host that does nothing: where it cannot be called, neither can one of a guest.
#[derive(Clone)]
pub(super) struct Nothing {
    func: TypedFunc<(), ()>,
    /// Lives as long as the function, which is as long as its store.
    pub(super) owner: Weak<()>,
}

impl Nothing {
    pub(super) fn new<T: 'static>(caller: &mut Caller<'_, T>) -> Result<Self> {
        let owner = Arc::new(());
        let weak = Arc::downgrade(&owner);
        let func = Func::wrap(&mut *caller, move || {
            let _ = &owner;
        });
        Ok(Self { func: func.typed(&*caller)?, owner: weak })
    }

    pub(super) fn can_be_called<T: 'static>(&self, caller: &mut Caller<'_, T>) -> bool {
        self.func.call(caller, ()).is_ok()
    }
}
