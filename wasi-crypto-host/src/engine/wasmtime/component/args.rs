//! What a component passes, as the face takes it.
#![allow(
    unsafe_code,
    reason = "lists stay where they are while the store's data is worked on, which wasmtime cannot say"
)]

use std::borrow::Cow;

use wasi_crypto_interface as interface;
use wasmtime::component::{ComponentNamedList, Lift, Resource, WasmList};
use wasmtime::{Result, StoreContextMut};

use super::name::Name;
use super::types;
use crate::context::WasiCryptoCtx;

/// One argument.
pub(super) trait Arg {
    /// The same with what it points to, which lives as long as nobody but the host works with the store.
    type Of<'x>;

    /// An error is a trap.
    fn of<'x, T: 'static>(&self, store: &'x StoreContextMut<'_, T>) -> Result<Self::Of<'x>>;

    /// Its bytes as observers count them: those of lists.
    fn bytes(&self) -> u64 {
        0
    }
}

/// All arguments of a function: a tuple.
pub(super) trait Args: Arg + ComponentNamedList + Lift + Send + Sync + 'static {}

impl<P: Arg + ComponentNamedList + Lift + Send + Sync + 'static> Args for P {}

/// Lets `run` have the context of a store, and what a guest's arguments point to.
#[inline(always)]
pub(super) fn with_args<T: 'static, P: Args, R>(
    store: &mut StoreContextMut<'_, T>,
    get: impl Fn(&mut T) -> &mut WasiCryptoCtx,
    args: &P,
    run: impl for<'x> FnOnce(&mut WasiCryptoCtx, P::Of<'x>) -> R,
) -> Result<R> {
    let here: *const StoreContextMut<'_, T> = &raw const *store;
    // SAFETY: `here` is the valid address of `store`, which is not used otherwise while `of` reads it. What then is left of the borrow are
    // slices of linear memories: `Arg::of` gives no others, and `run` cannot keep them, as it takes them of any lifetime. Memories lie outside of the
    // store's data, which is all that `get` and `run` are given, and neither grow nor move while no guest runs and nobody else has the store.
    let of = args.of(unsafe { &*here })?;
    Ok(run(get(store.data_mut()), of))
}

impl Arg for WasmList<u8> {
    type Of<'x> = &'x [u8];

    fn of<'x, T: 'static>(&self, store: &'x StoreContextMut<'_, T>) -> Result<&'x [u8]> {
        Ok(self.as_le_slice(store))
    }

    fn bytes(&self) -> u64 {
        self.len() as u64
    }
}

/// A name. Of one that is longer than any, nothing is left.
impl Arg for Name {
    type Of<'x> = Cow<'x, str>;

    fn of<'x, T: 'static>(&self, store: &'x StoreContextMut<'_, T>) -> Result<Cow<'x, str>> {
        self.to_str(store)
    }
}

/// What refers to an object, owned or borrowed: its handle.
impl<O: 'static> Arg for Resource<O> {
    type Of<'x> = u32;

    fn of<T: 'static>(&self, _: &StoreContextMut<'_, T>) -> Result<u32> {
        Ok(self.rep())
    }
}

impl<O: 'static> Arg for Option<Resource<O>> {
    type Of<'x> = Option<u32>;

    fn of<T: 'static>(&self, _: &StoreContextMut<'_, T>) -> Result<Option<u32>> {
        Ok(self.as_ref().map(Resource::rep))
    }
}

/// Types that are values.
macro_rules! values {
    ($($ty:ty => $of:ty: |$value:ident| $as:expr;)*) => {$(
        impl Arg for $ty {
            type Of<'x> = $of;

            fn of<T: 'static>(&self, _: &StoreContextMut<'_, T>) -> Result<$of> {
                let $value = *self;
                Ok($as)
            }
        }
    )*};
}

values! {
    u32 => u32: |value| value;
    u64 => u64: |value| value;
    types::Version => u64: |value| value.number();
    types::AlgorithmType => interface::AlgorithmType: |value| value.into();
    types::KeypairEncoding => interface::KeypairEncoding: |value| value.into();
    types::PublickeyEncoding => interface::PublickeyEncoding: |value| value.into();
    types::SecretkeyEncoding => interface::SecretkeyEncoding: |value| value.into();
    types::SignatureEncoding => interface::SignatureEncoding: |value| value.into();
}

/// The entries of a batch.
impl<E: Arg> Arg for Vec<E> {
    type Of<'x> = Vec<E::Of<'x>>;

    fn of<'x, T: 'static>(&self, store: &'x StoreContextMut<'_, T>) -> Result<Vec<E::Of<'x>>> {
        self.iter().map(|entry| entry.of(store)).collect()
    }

    fn bytes(&self) -> u64 {
        self.iter().map(E::bytes).sum()
    }
}

macro_rules! tuples {
    ($(($($arg:ident $at:tt),*))*) => {$(
        /// All arguments, or an entry of a batch.
        impl<$($arg: Arg),*> Arg for ($($arg,)*) {
            type Of<'x> = ($($arg::Of<'x>,)*);

            #[inline(always)]
            fn of<'x, T: 'static>(&self, store: &'x StoreContextMut<'_, T>) -> Result<Self::Of<'x>> {
                Ok(($(self.$at.of(store)?,)*))
            }

            fn bytes(&self) -> u64 {
                0 $(+ self.$at.bytes())*
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
}
