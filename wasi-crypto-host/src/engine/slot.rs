//! A place for a value of any one type.
#![allow(unsafe_code, reason = "an empty call that goes through `Any::downcast_ref` takes a nanosecond more")]

use std::any::{Any, TypeId};

/// What an engine adapter keeps in a context, to find it again at each call.
#[derive(Default)]
pub(crate) struct Slot(Option<Kept>);

struct Kept {
    /// That of what is in `value`.
    ty: TypeId,
    value: Box<dyn Any + Send + Sync>,
}

impl Slot {
    /// What is kept, if it is a `T`.
    // The id is compared here: `Any` returns it through memory, in other pieces than it is then read in, which stalls.
    #[inline(always)]
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        let kept = self.0.as_ref().filter(|kept| kept.ty == TypeId::of::<T>())?;
        // SAFETY: `set` alone makes a `Kept`, and writes down the type of what it puts into the box. Nothing else is ever put there, as `get_mut`
        // gives out a `&mut T` of that same type.
        Some(unsafe { &*(&raw const *kept.value).cast::<T>() })
    }

    pub(crate) fn get_mut<T: Any>(&mut self) -> Option<&mut T> {
        self.0.as_mut().and_then(|kept| kept.value.downcast_mut())
    }

    pub(crate) fn set<T: Any + Send + Sync>(&mut self, value: T) {
        self.0 = Some(Kept { ty: TypeId::of::<T>(), value: Box::new(value) });
    }

    pub(crate) fn clear(&mut self) {
        self.0 = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_as_its_own_type_only() {
        let mut slot = Slot::default();
        assert_eq!(slot.get::<String>(), None);
        slot.set(String::from("memory"));
        assert_eq!(slot.get::<String>().map(String::as_str), Some("memory"));
        assert_eq!((slot.get::<Vec<u8>>(), slot.get::<&str>()), (None, None), "of the same layout, or like it");
        slot.get_mut::<String>().unwrap().push('!');
        assert_eq!(slot.get::<String>().map(String::as_str), Some("memory!"));
        slot.set(7u8);
        assert_eq!((slot.get::<String>(), slot.get::<u8>()), (None, Some(&7)));
        slot.clear();
        assert_eq!(slot.get::<u8>(), None);
    }
}
