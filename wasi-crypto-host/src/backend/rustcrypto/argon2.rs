//! Argon2, version 1.3 (RFC 9106), on one thread however many lanes there are.

use argon2::{Argon2, Block, Params, Version};
use zeroize::Zeroizing;

use crate::errno::Errno;

pub(crate) use argon2::Algorithm as Variant;

pub(crate) const ARGON2ID: Variant = Variant::Argon2id;
pub(crate) const ARGON2I: Variant = Variant::Argon2i;
pub(crate) const ARGON2D: Variant = Variant::Argon2d;

#[derive(Clone, Copy)]
pub(crate) struct Costs {
    /// Memory in KiB, at least 8 for each lane.
    pub(crate) kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Costs {
    /// The bytes of memory that it takes up.
    pub(crate) fn memory_len(&self) -> usize {
        // Each lane has four slices of one size.
        let unit = 4 * self.lanes;
        ((self.kib / unit * unit) as usize).saturating_mul(Block::SIZE)
    }
}

/// Fills `out`, at least 4 bytes, from a password and a salt of at least 8 bytes. `overflow` if the system has no memory for it.
pub(crate) fn derive(
    variant: Variant,
    costs: Costs,
    password: &[u8],
    salt: &[u8],
    out: &mut [u8],
) -> Result<(), Errno> {
    let params =
        Params::new(costs.kib, costs.passes, costs.lanes, Some(out.len())).map_err(|_| Errno::InternalError)?;
    let mut blocks = Zeroizing::new(Vec::new());
    blocks.try_reserve_exact(params.block_count()).map_err(|_| Errno::Overflow)?;
    blocks.resize(params.block_count(), Block::new());
    Argon2::new(variant, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, out, blocks.as_mut_slice())
        .map_err(|_| Errno::InternalError)
}
