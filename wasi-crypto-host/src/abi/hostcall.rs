//! The hostcall table: every function of the interface, with what runs when a guest calls it.
//!
//! Engine adapters link from it, and the list of what is implemented is read off it.

use wasi_crypto_interface::{CoreType, Function, Param, ResultType, functions};

use crate::abi::call::{Call, Step};
use crate::abi::{
    asymmetric_common, batch, common, external_secrets, kx, managed_keys, secrets_manager, signatures, symmetric,
};
use crate::errno::Errno;
use crate::objects::Table;
use crate::shared_table::SharedTable;

use Handler::{Data, Long, Short};

/// One function of the interface, as this host has it.
pub struct Hostcall {
    function: &'static Function,
    /// The place in the table.
    index: usize,
    handlers: Handlers,
}

/// What runs when a guest calls, on its objects `O`. The kind is the weight of the function.
pub(crate) enum Handler<O> {
    /// Always done within about a millisecond, or as fast as its data can be encrypted or copied at all, within
    /// [`Limits::call_bytes`](crate::Limits::call_bytes).
    Short(fn(&mut Call<'_, O>) -> Result<(), Errno>),
    /// Takes as long as its data is. Answers `in_progress` in between to a caller that wants to do other things.
    Data(fn(&mut Call<'_, O>) -> Result<(), Errno>),
    /// May hand out work to be run elsewhere.
    Long(fn(&mut Call<'_, O>) -> Result<Step<O>, Errno>),
}

impl<O> Handler<O> {
    /// Runs to the end, in the call.
    #[inline(always)]
    pub(crate) fn run(&self, call: &mut Call<'_, O>) -> Result<(), Errno> {
        match self {
            Short(handler) | Data(handler) => handler(call),
            Long(handler) => {
                let mut step = handler(call)?;
                while let Step::Work(work, _) = step {
                    step = work(call.pace.stop)(call)?;
                }
                Ok(())
            }
        }
    }
}

/// One handler, for each kind of context.
pub(crate) struct Handlers {
    pub(crate) owned: Handler<Table>,
    pub(crate) shared: Handler<SharedTable>,
}

/// All functions of the interface, in the order of the specification's modules.
pub fn hostcalls() -> &'static [Hostcall] {
    &HOSTCALLS
}

impl Hostcall {
    /// The function of this import name, in whichever module it is.
    ///
    /// ```
    /// use wasi_crypto_host::Hostcall;
    ///
    /// let hostcall = Hostcall::find("options_open").unwrap();
    /// assert_eq!(hostcall.module(), "wasi_ephemeral_crypto_common");
    /// assert!(Hostcall::find("options_Open").is_none());
    /// ```
    pub fn find(name: &str) -> Option<&'static Self> {
        HOSTCALLS.iter().find(|hostcall| hostcall.name() == name)
    }

    /// What the interface says of it.
    pub fn function(&self) -> &'static Function {
        self.function
    }

    /// The import module, such as `wasi_ephemeral_crypto_common`.
    pub fn module(&self) -> &'static str {
        self.function.module()
    }

    /// The import name, such as `options_open`; unique over all modules.
    pub fn name(&self) -> &'static str {
        self.function.name()
    }

    /// The place in [`hostcalls`].
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// What runs when a guest calls.
    #[inline]
    pub(crate) fn handlers(&self) -> &Handlers {
        &self.handlers
    }

    /// Whether a host may leave the function out (requirement ABI-FUNC-004). This host never does.
    pub fn is_optional(&self) -> bool {
        self.function.is_optional()
    }

    /// Whether the function does more than answer `not_implemented`. All do.
    pub fn is_implemented(&self) -> bool {
        true
    }

    /// Whether a call may take long enough to be moved off an asynchronous executor.
    pub fn may_be_long(&self) -> bool {
        matches!(self.handlers.owned, Data(_) | Long(_))
    }

    /// The declared parameters.
    pub fn params(&self) -> &'static [Param] {
        self.function.params()
    }

    /// The declared results, without the status that each function returns.
    pub fn results(&self) -> &'static [ResultType] {
        self.function.results()
    }

    /// The WebAssembly parameters: the declared ones, lowered, then a pointer for each result. The function returns an `i32`.
    pub fn core_params(&self) -> Vec<CoreType> {
        self.function.core_params().to_vec()
    }
}

impl std::fmt::Debug for Hostcall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hostcall").field("module", &self.module()).field("name", &self.name()).finish_non_exhaustive()
    }
}

/// Connects a function of the interface with what runs. One that is not there does not compile.
const fn row(name: &'static str, handlers: Handlers) -> Hostcall {
    let mut index = 0;
    while !is_same(functions()[index].name(), name) {
        index += 1;
    }
    Hostcall { function: &functions()[index], index, handlers }
}

/// `==`, which constants cannot have yet.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut same = one.len() == other.len();
    let mut i = 0;
    while same && i < one.len() {
        same = one[i] == other[i];
        i += 1;
    }
    same
}

/// The row of a function whose handler has its name.
macro_rules! row {
    ($weight:ident, $module:ident::$name:ident) => {
        row(stringify!($name), Handlers { owned: $weight($module::$name), shared: $weight($module::$name) })
    };
}

/// The row of a [`Short`] function.
macro_rules! short {
    ($module:ident::$name:ident) => {
        row!(Short, $module::$name)
    };
}

/// The row of a [`Data`] function.
macro_rules! data {
    ($module:ident::$name:ident) => {
        row!(Data, $module::$name)
    };
}

/// The row of a [`Long`] function.
macro_rules! long {
    ($module:ident::$name:ident) => {
        row!(Long, $module::$name)
    };
}

/// The rows, if each is where its function is in the interface: else this does not compile.
const fn in_order<const N: usize>(rows: [Hostcall; N]) -> [Hostcall; N] {
    assert!(N == functions().len());
    let mut place = 0;
    while place < N {
        assert!(rows[place].index == place);
        place += 1;
    }
    rows
}

static HOSTCALLS: [Hostcall; 86] = in_order([
    // wasi_ephemeral_crypto_common
    short!(common::options_open),
    short!(common::options_close),
    short!(common::options_set),
    short!(common::options_set_u64),
    short!(common::options_set_guest_buffer),
    short!(common::array_output_len),
    short!(common::array_output_pull),
    short!(secrets_manager::secrets_manager_open),
    short!(secrets_manager::secrets_manager_close),
    long!(secrets_manager::secrets_manager_invalidate),
    // wasi_ephemeral_crypto_asymmetric_common
    long!(asymmetric_common::keypair_generate),
    short!(asymmetric_common::keypair_import),
    long!(managed_keys::keypair_generate_managed),
    long!(managed_keys::keypair_store_managed),
    long!(managed_keys::keypair_replace_managed),
    short!(managed_keys::keypair_id),
    long!(managed_keys::keypair_from_id),
    short!(asymmetric_common::keypair_from_pk_and_sk),
    long!(asymmetric_common::keypair_export),
    short!(asymmetric_common::keypair_publickey),
    short!(asymmetric_common::keypair_secretkey),
    short!(asymmetric_common::keypair_close),
    short!(asymmetric_common::publickey_import),
    short!(asymmetric_common::publickey_export),
    short!(asymmetric_common::publickey_verify),
    short!(asymmetric_common::publickey_from_secretkey),
    short!(asymmetric_common::publickey_close),
    short!(asymmetric_common::secretkey_import),
    long!(asymmetric_common::secretkey_export),
    short!(asymmetric_common::secretkey_close),
    // wasi_ephemeral_crypto_symmetric
    short!(symmetric::symmetric_key_generate),
    short!(symmetric::symmetric_key_import),
    long!(symmetric::symmetric_key_export),
    short!(symmetric::symmetric_key_close),
    long!(managed_keys::symmetric_key_generate_managed),
    long!(managed_keys::symmetric_key_store_managed),
    long!(managed_keys::symmetric_key_replace_managed),
    short!(managed_keys::symmetric_key_id),
    long!(managed_keys::symmetric_key_from_id),
    short!(symmetric::symmetric_state_open),
    short!(symmetric::symmetric_state_options_get),
    short!(symmetric::symmetric_state_options_get_u64),
    short!(symmetric::symmetric_state_clone),
    short!(symmetric::symmetric_state_close),
    data!(symmetric::symmetric_state_absorb),
    long!(symmetric::symmetric_state_squeeze),
    long!(symmetric::symmetric_state_squeeze_tag),
    short!(symmetric::symmetric_state_squeeze_key),
    short!(symmetric::symmetric_state_max_tag_len),
    short!(symmetric::symmetric_state_encrypt),
    short!(symmetric::symmetric_state_encrypt_detached),
    short!(symmetric::symmetric_state_decrypt),
    short!(symmetric::symmetric_state_decrypt_detached),
    short!(symmetric::symmetric_state_ratchet),
    short!(symmetric::symmetric_tag_len),
    short!(symmetric::symmetric_tag_pull),
    short!(symmetric::symmetric_tag_verify),
    short!(symmetric::symmetric_tag_close),
    // wasi_ephemeral_crypto_signatures
    short!(signatures::signature_export),
    short!(signatures::signature_import),
    short!(signatures::signature_state_open),
    data!(signatures::signature_state_update),
    short!(signatures::signature_state_sign),
    short!(signatures::signature_state_close),
    short!(signatures::signature_verification_state_open),
    data!(signatures::signature_verification_state_update),
    short!(signatures::signature_verification_state_verify),
    short!(signatures::signature_verification_state_close),
    short!(signatures::signature_close),
    // wasi_ephemeral_crypto_kx
    short!(kx::kx_dh),
    short!(kx::kx_encapsulate),
    short!(kx::kx_decapsulate),
    // wasi_ephemeral_crypto_external_secrets
    long!(external_secrets::external_secret_store),
    long!(external_secrets::external_secret_replace),
    long!(external_secrets::external_secret_from_id),
    long!(external_secrets::external_secret_invalidate),
    long!(external_secrets::external_secret_encapsulate),
    long!(external_secrets::external_secret_decapsulate),
    // wasi_ephemeral_crypto_symmetric_batch
    long!(batch::batch_symmetric_state_squeeze),
    long!(batch::batch_symmetric_state_squeeze_tag),
    long!(batch::batch_symmetric_state_encrypt),
    long!(batch::batch_symmetric_state_encrypt_detached),
    long!(batch::batch_symmetric_state_decrypt),
    long!(batch::batch_symmetric_state_decrypt_detached),
    // wasi_ephemeral_crypto_signatures_batch
    long!(batch::batch_signature_state_sign),
    long!(batch::batch_signature_state_verify),
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::GuestMemory;
    use crate::context::WasiCryptoCtx;

    #[test]
    fn the_functions_are_those_of_the_interface_each_in_its_place() {
        for (i, (hostcall, function)) in HOSTCALLS.iter().zip(functions()).enumerate() {
            assert!(std::ptr::eq(hostcall.function(), function), "{}", function.name());
            assert_eq!(hostcall.index(), i, "{}", function.name());
        }
    }

    /// A handler destructures as many arguments as its row lowers to, and bad arguments never panic.
    #[test]
    fn every_handler_takes_the_arguments_of_its_row() {
        let mut ctx = WasiCryptoCtx::builder().build().unwrap();
        for hostcall in &HOSTCALLS {
            for value in [0, 1, 60, 64, u64::from(u32::MAX), u64::MAX] {
                let args = vec![value; hostcall.core_params().len()];
                let mut memory = [0xa5; 64];
                let errno = ctx.call(hostcall, GuestMemory::unshared(&mut memory), &args);
                assert_ne!(errno, Errno::NotImplemented, "{}", hostcall.name());
            }
        }
    }
}
