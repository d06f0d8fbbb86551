//! What a function of the WIT package gives, where the host writes it.

use wasi_crypto_interface::{optional_handle, version};

use crate::raw::types::OptHandle;

/// A `result`: its case, then what comes of it, 4 bytes from the start, or 8 if that has a number of 64 bits, or in place if that is nothing
/// but a status.
#[repr(C, align(8))]
#[derive(Default)]
pub(super) struct Answer([u32; 8]);

impl Answer {
    /// The status, where success gives nothing.
    pub(super) fn status(&self) -> i32 {
        status_of(self, 1)
    }

    /// The same where success gives something without a number of 64 bits.
    pub(super) fn status_of_words(&self) -> i32 {
        status_of(self, 4)
    }

    /// The same with one.
    pub(super) fn status_of_u64s(&self) -> i32 {
        status_of(self, 8)
    }

    /// So many words of 32 bits from the start.
    pub(super) fn word(&self, at: usize) -> u32 {
        self.0[at]
    }

    /// A number of 64 bits.
    pub(super) fn u64(&self, at_word: usize) -> u64 {
        u64::from(self.0[at_word]) | u64::from(self.0[at_word + 1]) << 32
    }

    /// A version.
    pub(super) fn version(&self, at_word: usize) -> u64 {
        match self.0[at_word] as u8 {
            0 => version::UNSPECIFIED,
            1 => version::LATEST,
            2 => version::ALL,
            _ => self.u64(at_word + 2),
        }
    }

    /// Writes a handle or a size, if there is one, and returns the status.
    ///
    /// # Safety
    ///
    /// `to` must be valid for a word.
    pub(super) unsafe fn give<T>(&self, to: *mut T) -> i32 {
        const { assert!(size_of::<T>() == 4) };
        let status = self.status_of_words();
        if status == 0 {
            // SAFETY: the caller says so.
            unsafe { to.cast::<u32>().write_unaligned(self.0[1]) };
        }
        status
    }

    /// The same for a number of 64 bits.
    ///
    /// # Safety
    ///
    /// `to` must be valid for it.
    pub(super) unsafe fn give_u64(&self, to: *mut u64) -> i32 {
        let status = self.status_of_u64s();
        if status == 0 {
            // SAFETY: the caller says so.
            unsafe { to.write_unaligned(self.u64(2)) };
        }
        status
    }
}

/// The status of an answer whose errno is so many bytes from the start. Never in line: every function calls it, and so links this module,
/// which says what the component imports.
#[inline(never)]
fn status_of(answer: &Answer, at: usize) -> i32 {
    let byte = |at: usize| (answer.0[at / 4] >> (8 * (at % 4)) & 0xff) as i32;
    // The cases of an errno have the numbers of `raw`.
    if byte(0) == 0 { 0 } else { byte(at) }
}

/// The world that the interfaces of this package make, for who makes a component of the module: as the crate `wit-component` encodes it,
/// which `wasm-tools component embed witx/wit --world imports-with-batch` puts there, too. `WASI_CRYPTO_WRITE=1 cargo xtask guests` writes it, and
/// without the variable holds it against what it would write.
#[unsafe(link_section = "component-type:wasi-crypto-bindings")]
#[used]
static COMPONENT_TYPE: [u8; include_bytes!("component_type.bin").len()] = *include_bytes!("component_type.bin");

/// The case of an option.
///
/// # Safety
///
/// `optional` must be valid.
pub(super) unsafe fn is_some(optional: *const OptHandle) -> u32 {
    // SAFETY: the caller says so.
    u32::from(unsafe { (*optional).tag } == optional_handle::SOME)
}

/// What is in it.
///
/// # Safety
///
/// `optional` must be valid.
pub(super) unsafe fn handle_of(optional: *const OptHandle) -> u32 {
    // SAFETY: the caller says so.
    unsafe { (*optional).handle }
}

/// The case of a version, which goes with its number.
pub(super) fn version_case(number: u64) -> u32 {
    match number {
        version::UNSPECIFIED => 0,
        version::LATEST => 1,
        version::ALL => 2,
        _ => 3,
    }
}
