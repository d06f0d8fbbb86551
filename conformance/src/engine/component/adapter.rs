//! What stands between a guest and the component: handles on one side, resources on the other.

use std::collections::HashMap;

use wasi_crypto_host::{Errno, HandleType, WasiCryptoCtx};
use wasmtime::component::{Instance, Val};
use wasmtime::{Store, bail};

/// What one guest has.
pub(super) struct Adapter {
    pub(super) store: Store<WasiCryptoCtx>,
    instance: Instance,
    /// By handle. Closed ones stay, without an object.
    objects: HashMap<u32, (HandleType, Option<Object>)>,
    last: u32,
}

pub(super) enum Object {
    Resource(Val),
    /// A state, with what it has given beyond what was asked for.
    State {
        resource: Val,
        goes_on: bool,
        rest: Vec<u8>,
    },
    /// An output that is being pulled.
    Pulled {
        bytes: Vec<u8>,
        at: usize,
    },
}

/// Not one that a guest would guess.
const FIRST_HANDLE: u32 = 0x5eed_0000;

impl Adapter {
    pub(super) fn new(store: Store<WasiCryptoCtx>, instance: Instance) -> Self {
        Self { store, instance, objects: HashMap::new(), last: FIRST_HANDLE }
    }

    /// Calls a function of the component.
    pub(super) fn invoke(&mut self, name: &str, params: &[Val]) -> wasmtime::Result<Result<Val, Errno>> {
        let func = self.instance.get_func(&mut self.store, name.replace('_', "-")).expect("it passes on all");
        let mut results = [Val::Bool(false)];
        func.call(&mut self.store, params, &mut results)?;
        let [Val::Result(result)] = results else { bail!("{name} gave no result") };
        Ok(match result {
            Ok(value) => Ok(value.map_or(Val::Tuple(Vec::new()), |value| *value)),
            Err(Some(errno)) => Err(errno_of(&errno)?),
            Err(None) => bail!("{name} gave no errno"),
        })
    }

    pub(super) fn object(&mut self, handle: u32) -> Option<&mut Object> {
        self.objects.get_mut(&handle).and_then(|(_, object)| object.as_mut())
    }

    pub(super) fn keep(&mut self, ty: HandleType, object: Object) -> u32 {
        self.last = self.last.wrapping_add(0x101);
        self.put(self.last, ty, object);
        self.last
    }

    pub(super) fn put(&mut self, handle: u32, ty: HandleType, object: Object) {
        self.objects.insert(handle, (ty, Some(object)));
    }

    /// The object is the component's by now, or gone.
    pub(super) fn forget(&mut self, handle: u32) {
        if let Some((_, object)) = self.objects.get_mut(&handle) {
            *object = None;
        }
    }

    /// The resource of a handle of this type.
    pub(super) fn resource(&self, handle: u32, ty: HandleType, closes: bool) -> Result<Val, Errno> {
        match self.objects.get(&handle) {
            Some((is, None)) if *is == ty && closes => Err(Errno::Closed),
            Some((is, Some(Object::Resource(resource) | Object::State { resource, .. }))) if *is == ty => {
                Ok(resource.clone())
            }
            // What it stands for is here.
            Some((is, Some(Object::Pulled { .. }))) if *is == ty => Ok(Val::Tuple(Vec::new())),
            _ => Err(Errno::InvalidHandle),
        }
    }
}

pub(super) fn errno_of(value: &Val) -> wasmtime::Result<Errno> {
    let Val::Variant(case, None) = value else { bail!("{value:?} is no errno") };
    let errno = Errno::ALL.into_iter().find(|errno| errno.name().replace('_', "-") == *case);
    errno.ok_or_else(|| wasmtime::format_err!("{case} is no errno"))
}
