//! Random bytes of the host.
//!
//! wasi-crypto has no function for them. But it generates keys, and expands a key to as many bytes as are asked for without ever
//! giving it out: [`fill`] does that, with HKDF (RFC 5869), whose output nobody can tell from random bytes who does not have
//! the key. It works wherever wasi-crypto does, with or without WASI.
//!
//! A guest that has WASI, as all for `wasm32-wasip1` and `wasm32-wasip2` have, may as well take
//! [`getrandom`](https://docs.rs/getrandom), which calls WASI's `random_get` there and needs no set-up: one call instead of
//! seven, and what crates built on it take anyhow. Both draw from the host's generator. On targets without WASI, `getrandom` asks
//! for a backend of the program's own, for which `fill` will do.
//!
//! ```no_run
//! let mut token = [0; 16];
//! wasi_crypto_bindings::random::fill(&mut token)?;
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! Keys and nonces need none of this: `generate` and `seal_with_random_nonce` do it themselves.

use crate::error::Error;
use crate::hash::Sha256;
use crate::hkdf::Hkdf;

/// The most that one key expands to: 255 digests; of components, which cannot say how much they want, one.
const MAX_PIECE_LEN: usize = if cfg!(any(target_env = "p2", wasi_crypto_component)) { 32 } else { 255 * 32 };

/// Fills `out` with random bytes, fit for keys, nonces and salts.
///
/// # Errors
///
/// [`RngError`](Error::RngError), [`TooManyHandles`](Error::TooManyHandles) (two are open at a time),
/// [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm) if the host does not have HKDF. What `out` then has is not random.
pub fn fill(out: &mut [u8]) -> Result<(), Error> {
    out.chunks_mut(MAX_PIECE_LEN).try_for_each(|piece| Hkdf::<Sha256>::generate()?.expand(b"random bytes", piece))
}

/// [`fill`] as a generator for crates that take one.
#[cfg(feature = "rand_core")]
#[derive(Clone, Copy, Debug, Default)]
pub struct HostRng;

#[cfg(feature = "rand_core")]
impl rand_core::TryRng for HostRng {
    type Error = Error;

    fn try_next_u32(&mut self) -> Result<u32, Error> {
        let mut bytes = [0; 4];
        fill(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Error> {
        let mut bytes = [0; 8];
        fill(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        fill(out)
    }
}

#[cfg(feature = "rand_core")]
impl rand_core::TryCryptoRng for HostRng {}
