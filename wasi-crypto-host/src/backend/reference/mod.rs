//! Primitives whose crate is by those who designed them, or is the one that the field uses.

pub(crate) mod aegis;
pub(crate) mod ascon;
pub(crate) mod blake3;
pub(crate) mod xoodyak;
