//! What the functions take and give.

use wasi_crypto_interface::optional_handle;

/// The number of an object that the host keeps for the guest.
pub type Handle = u32;

/// A handle or none, as `symmetric_state_open` and others take it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct OptHandle {
    /// 0 if there is a handle, 1 if there is none.
    pub tag: u8,
    /// The handle, if there is one.
    pub handle: Handle,
}

impl OptHandle {
    /// No handle.
    pub const NONE: Self = Self { tag: optional_handle::NONE, handle: 0 };

    /// This handle.
    pub const fn some(handle: Handle) -> Self {
        Self { tag: optional_handle::SOME, handle }
    }
}

macro_rules! records {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $ty:ty,)* })*) => {
        $($(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug)]
        #[allow(missing_docs, reason = "the fields are those of the function that is called many times")]
        pub struct $name {
            $(pub $field: $ty,)*
        })*
    };
}

records! {
    /// One entry of `batch_symmetric_state_squeeze`.
    SqueezeEntry { state: Handle, data: *mut u8, data_len: usize, }
    /// One entry of `batch_symmetric_state_encrypt`, `…_encrypt_detached` and `…_decrypt`.
    CryptEntry { state: Handle, output: *mut u8, output_len: usize, data: *const u8, data_len: usize, }
    /// One entry of `batch_symmetric_state_decrypt_detached`.
    DecryptDetachedEntry {
        state: Handle,
        output: *mut u8,
        output_len: usize,
        data: *const u8,
        data_len: usize,
        raw_tag: *const u8,
        raw_tag_len: usize,
    }
    /// One entry of `batch_signature_state_verify`.
    VerificationEntry { state: Handle, signature: Handle, }
    /// One result that is a tag.
    TagResult { tag: Handle, errno: u16, }
    /// One result that is a number of bytes.
    SizeResult { size: usize, errno: u16, }
    /// One result that is a signature, or in components an `array_output` with a raw one.
    SignatureResult { signature: Handle, errno: u16, }
}
