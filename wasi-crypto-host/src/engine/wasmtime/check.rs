//! The function by which a long call looks at the epoch of its store.

use std::sync::{Arc, Weak};

use ::wasmtime::{AsContext, AsContextMut, Func, Result, TypedFunc};

/// The function that looks, in one store.
#[derive(Clone)]
pub(super) struct Check {
    /// Gone when the store is.
    pub(super) store: Weak<()>,
    /// The address of the store's data, which no other store has at the same time.
    pub(super) data: usize,
    pub(super) nothing: Nothing,
    /// None where it could not be called.
    pub(super) enter: Option<TypedFunc<(), ()>>,
}

pub(super) fn address(store: &impl AsContext) -> usize {
    (&raw const *store.as_context().data()).addr()
}

/// A function of the host that does nothing: where it cannot be called, neither can one of a guest.
#[derive(Clone)]
pub(super) struct Nothing {
    func: TypedFunc<(), ()>,
    /// Lives as long as the function, which is as long as its store.
    pub(super) owner: Weak<()>,
}

impl Nothing {
    pub(super) fn new(store: &mut impl AsContextMut) -> Result<Self> {
        let owner = Arc::new(());
        let weak = Arc::downgrade(&owner);
        let func = Func::wrap(&mut *store, move || {
            let _ = &owner;
        });
        Ok(Self { func: func.typed(&*store)?, owner: weak })
    }

    pub(super) fn can_be_called(&self, store: &mut impl AsContextMut) -> bool {
        self.func.call(store, ()).is_ok()
    }
}
