//! A name that a component passes, in whatever encoding.
#![allow(unsafe_code, reason = "a string that looks at its length has to say itself how it is lifted")]

use std::borrow::Cow;

// What the derived implementations name, too.
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{ComponentType, Lift, WasmStr};
use wasmtime::{Result, StoreContextMut};

/// A string of the guest that knows how long it is.
pub(super) struct Name {
    text: WasmStr,
    /// Its units of 8 or 16 bits.
    len: u32,
}

impl Name {
    /// The name, or nothing if it is longer than any. That is not even decoded: what the guest has in UTF-16 becomes a copy in the host, for which
    /// nobody has asked whether there is room.
    pub(super) fn to_str<'x, T: 'static>(&self, store: &'x StoreContextMut<'_, T>) -> Result<Cow<'x, str>> {
        if self.len > MAX_NAME {
            return Ok(Cow::Borrowed(""));
        }
        let name = self.text.to_str(store)?;
        Ok(if name.len() <= MAX_NAME as usize { name } else { Cow::Borrowed("") })
    }
}

/// As for modules, in bytes of UTF-8; no encoding has fewer of them than units.
const MAX_NAME: u32 = 64;

/// In the length of a string that is in Latin-1 or UTF-16: it is in UTF-16. Of no other string this is set, as far as the fuel of stores
/// goes.
const IS_UTF16: u32 = 1 << 31;

// SAFETY: all of it is as for `WasmStr`, of which it has the type in components and the ABI.
unsafe impl ComponentType for Name {
    type Lower = <WasmStr as ComponentType>::Lower;

    const ABI: CanonicalAbiInfo = <WasmStr as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        WasmStr::typecheck(ty, types)
    }
}

// SAFETY: `WasmStr` is lifted from the same places; the length is read besides, where that reads it.
unsafe impl Lift for Name {
    fn linear_lift_from_flat(cx: &mut LiftContext<'_>, ty: InterfaceType, src: &Self::Lower) -> Result<Self> {
        let text = WasmStr::linear_lift_from_flat(cx, ty, src)?;
        Ok(Self { text, len: src[1].get_u32() & !IS_UTF16 })
    }

    fn linear_lift_from_memory(cx: &mut LiftContext<'_>, ty: InterfaceType, bytes: &[u8]) -> Result<Self> {
        let text = WasmStr::linear_lift_from_memory(cx, ty, bytes)?;
        let len = bytes.last_chunk().map_or(u32::MAX, |len| u32::from_le_bytes(*len));
        Ok(Self { text, len: len & !IS_UTF16 })
    }
}
