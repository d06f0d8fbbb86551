//! The hostcall table: every function of the interface, once, as data with its handler.
//!
//! Engine adapters link from it, the tests compare it with `witx/`, and the list of what is implemented is read off it.

use crate::abi::call::{Call, Step};
use crate::abi::{asymmetric_common, common, kx, signatures, symmetric};
use crate::errno::Errno;
use crate::objects::Table;
use crate::shared_table::SharedTable;

use HandleType::*;
use Handler::{Data, Long, Short};
use ListType::*;
use ParamType::*;
use ResultType as R;

/// One function of the interface.
pub struct Hostcall {
    module: &'static str,
    name: &'static str,
    optional: bool,
    params: &'static [Param],
    results: &'static [ResultType],
    /// The place in the table.
    index: usize,
    /// None if this host does not have the function yet.
    handlers: Option<Handlers>,
}

/// A parameter as the interface declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Param {
    /// The name in the specification.
    pub name: &'static str,
    /// The type in the specification.
    pub ty: ParamType,
}

/// The types of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// A handle: `i32`.
    Handle(HandleType),
    /// `algorithm_type`: `i32`.
    AlgorithmType,
    /// `keypair_encoding`: `i32`.
    KeypairEncoding,
    /// `publickey_encoding`: `i32`.
    PublickeyEncoding,
    /// `secretkey_encoding`: `i32`.
    SecretkeyEncoding,
    /// `signature_encoding`: `i32`.
    SignatureEncoding,
    /// A UTF-8 string: pointer and length in bytes, two `i32`.
    String,
    /// The start of bytes that the host reads: `i32`. The next parameter is their number.
    ConstPointer,
    /// The start of bytes that the host writes: `i32`. The next parameter is their number.
    Pointer,
    /// A number of bytes: `i32`.
    Size,
    /// A number: `i64`.
    U64,
    /// The version of a managed key or secret: `i64`.
    Version,
    /// Seconds since the Unix epoch: `i64`.
    Timestamp,
    /// Pointer to an optional options handle (tag at +0: 0 = some, 1 = none; handle at +4): `i32`.
    OptOptions,
    /// Pointer to an optional symmetric key handle, laid out like [`OptOptions`](Self::OptOptions): `i32`.
    OptSymmetricKey,
    /// Records in guest memory: pointer and number of records, two `i32`.
    List(ListType),
}

impl ParamType {
    /// The number of WebAssembly parameters that it becomes.
    pub(crate) fn core_len(self) -> usize {
        if let String | List(_) = self { 2 } else { 1 }
    }
}

/// The types of results; each is written through one trailing pointer parameter (`i32`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultType {
    /// A new handle: 4 bytes.
    Handle(HandleType),
    /// A number of bytes: 4 bytes.
    Size,
    /// A version: 8 bytes.
    Version,
    /// A number: 8 bytes.
    U64,
    /// An array with one record for each entry of the batch.
    List(ListType),
}

/// The types of handles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are those of the specification's resources")]
pub enum HandleType {
    Options,
    ArrayOutput,
    SecretsManager,
    Keypair,
    Publickey,
    Secretkey,
    Signature,
    SignatureState,
    SignatureVerificationState,
    SymmetricKey,
    SymmetricState,
    SymmetricTag,
}

impl HandleType {
    /// The name in the specification, such as `symmetric_key`.
    pub fn name(self) -> &'static str {
        match self {
            Options => "options",
            ArrayOutput => "array_output",
            SecretsManager => "secrets_manager",
            Keypair => "keypair",
            Publickey => "publickey",
            Secretkey => "secretkey",
            Signature => "signature",
            SignatureState => "signature_state",
            SignatureVerificationState => "signature_verification_state",
            SymmetricKey => "symmetric_key",
            SymmetricState => "symmetric_state",
            SymmetricTag => "symmetric_tag",
        }
    }
}

/// The records of the batch modules; `witx/README.md` gives their byte layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListType {
    /// `{symmetric_state, data, data_len}`
    Squeeze,
    /// `{symmetric_state}`
    SymmetricStates,
    /// `{symmetric_state, output, output_len, data, data_len}`
    Crypt,
    /// `{symmetric_state, output, output_len, data, data_len, raw_tag, raw_tag_len}`
    DecryptDetached,
    /// `{signature_state}`
    SignatureStates,
    /// `{signature_verification_state, signature}`
    VerificationInputs,
    /// `{crypto_errno}`
    Errnos,
    /// `{symmetric_tag, crypto_errno}`
    Tags,
    /// `{size, crypto_errno}`
    Sizes,
    /// `{array_output, crypto_errno}`
    Signatures,
}

/// The WebAssembly types of the lowered functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoreType {
    /// 32 bits.
    I32,
    /// 64 bits.
    I64,
}

/// What runs when a guest calls, on its objects `O`.
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
            Long(handler) => match handler(call)? {
                Step::Done => Ok(()),
                Step::Work(work) => work(call.pace.stop)(call),
            },
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
        HOSTCALLS.iter().find(|hostcall| hostcall.name == name)
    }

    /// The import module, such as `wasi_ephemeral_crypto_common`.
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// The import name, such as `options_open`; unique over all modules.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The place in [`hostcalls`].
    pub(crate) fn index(&self) -> usize {
        self.index
    }

    /// What runs when a guest calls. `not_implemented` if nothing does.
    #[inline]
    pub(crate) fn handlers(&self) -> Result<&Handlers, Errno> {
        self.handlers.as_ref().ok_or(Errno::NotImplemented)
    }

    /// Whether a host may leave the function out (requirement ABI-FUNC-004). This host never does.
    pub fn is_optional(&self) -> bool {
        self.optional
    }

    /// Whether the function does more than answer `not_implemented`.
    pub fn is_implemented(&self) -> bool {
        self.handlers.is_some()
    }

    /// Whether a call may take long enough to be moved off an asynchronous executor.
    pub fn may_be_long(&self) -> bool {
        matches!(self.handlers, Some(Handlers { owned: Data(_) | Long(_), .. }))
    }

    /// The declared parameters.
    pub fn params(&self) -> &'static [Param] {
        self.params
    }

    /// The declared results, without the status that each function returns.
    pub fn results(&self) -> &'static [ResultType] {
        self.results
    }

    /// The WebAssembly parameters: the declared ones, lowered, then a pointer for each result. The function returns an `i32`.
    pub fn core_params(&self) -> Vec<CoreType> {
        let mut core = Vec::with_capacity(MAX_CORE_PARAMS);
        for param in self.params {
            match param.ty {
                U64 | Version | Timestamp => core.push(CoreType::I64),
                ty => core.extend([CoreType::I32; 2].iter().take(ty.core_len())),
            }
        }
        core.extend(self.results.iter().map(|_| CoreType::I32));
        core
    }
}

impl std::fmt::Debug for Hostcall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hostcall").field("module", &self.module).field("name", &self.name).finish_non_exhaustive()
    }
}

/// The most parameters that a lowered function has.
pub const MAX_CORE_PARAMS: usize = 8;

const COMMON: &str = "wasi_ephemeral_crypto_common";
const ASYMMETRIC_COMMON: &str = "wasi_ephemeral_crypto_asymmetric_common";
const SYMMETRIC: &str = "wasi_ephemeral_crypto_symmetric";
const SIGNATURES: &str = "wasi_ephemeral_crypto_signatures";
const KX: &str = "wasi_ephemeral_crypto_kx";
const EXTERNAL_SECRETS: &str = "wasi_ephemeral_crypto_external_secrets";
const SYMMETRIC_BATCH: &str = "wasi_ephemeral_crypto_symmetric_batch";
const SIGNATURES_BATCH: &str = "wasi_ephemeral_crypto_signatures_batch";

const fn p(name: &'static str, ty: ParamType) -> Param {
    Param { name, ty }
}

const fn required(
    module: &'static str,
    name: &'static str,
    params: &'static [Param],
    results: &'static [ResultType],
    handlers: Option<Handlers>,
) -> Hostcall {
    Hostcall { module, name, optional: false, params, results, index: 0, handlers }
}

const fn optional(
    module: &'static str,
    name: &'static str,
    params: &'static [Param],
    results: &'static [ResultType],
    handlers: Option<Handlers>,
) -> Hostcall {
    Hostcall { optional: true, ..required(module, name, params, results, handlers) }
}

/// Tells each row its place.
const fn numbered<const N: usize>(mut rows: [Hostcall; N]) -> [Hostcall; N] {
    let mut index = 0;
    while index < N {
        rows[index].index = index;
        index += 1;
    }
    rows
}

/// The handlers of a [`Short`] function.
macro_rules! short {
    ($handler:path) => {
        Some(Handlers { owned: Short($handler), shared: Short($handler) })
    };
}

/// The handlers of a [`Data`] function.
macro_rules! data {
    ($handler:path) => {
        Some(Handlers { owned: Data($handler), shared: Data($handler) })
    };
}

/// The handlers of a [`Long`] function.
macro_rules! long {
    ($handler:path) => {
        Some(Handlers { owned: Long($handler), shared: Long($handler) })
    };
}

#[rustfmt::skip]
static HOSTCALLS: [Hostcall; 86] = numbered([
    // wasi_ephemeral_crypto_common
    required(COMMON, "options_open", &[p("algorithm_type", AlgorithmType)], &[R::Handle(Options)], short!(common::options_open)),
    required(COMMON, "options_close", &[p("handle", Handle(Options))], &[], short!(common::options_close)),
    required(COMMON, "options_set", &[p("handle", Handle(Options)), p("name", String), p("value", ConstPointer), p("value_len", Size)], &[], short!(common::options_set)),
    required(COMMON, "options_set_u64", &[p("handle", Handle(Options)), p("name", String), p("value", U64)], &[], short!(common::options_set_u64)),
    required(COMMON, "options_set_guest_buffer", &[p("handle", Handle(Options)), p("name", String), p("buffer", Pointer), p("buffer_len", Size)], &[], short!(common::options_set_guest_buffer)),
    required(COMMON, "array_output_len", &[p("array_output", Handle(ArrayOutput))], &[R::Size], short!(common::array_output_len)),
    required(COMMON, "array_output_pull", &[p("array_output", Handle(ArrayOutput)), p("buf", Pointer), p("buf_len", Size)], &[R::Size], short!(common::array_output_pull)),
    optional(COMMON, "secrets_manager_open", &[p("options", OptOptions)], &[R::Handle(SecretsManager)], short!(common::secrets_manager_open)),
    optional(COMMON, "secrets_manager_close", &[p("secrets_manager", Handle(SecretsManager))], &[], None),
    optional(COMMON, "secrets_manager_invalidate", &[p("secrets_manager", Handle(SecretsManager)), p("key_id", ConstPointer), p("key_id_len", Size), p("key_version", Version)], &[], None),
    // wasi_ephemeral_crypto_asymmetric_common
    required(ASYMMETRIC_COMMON, "keypair_generate", &[p("algorithm_type", AlgorithmType), p("algorithm", String), p("options", OptOptions)], &[R::Handle(Keypair)], long!(asymmetric_common::keypair_generate)),
    required(ASYMMETRIC_COMMON, "keypair_import", &[p("algorithm_type", AlgorithmType), p("algorithm", String), p("encoded", ConstPointer), p("encoded_len", Size), p("encoding", KeypairEncoding)], &[R::Handle(Keypair)], short!(asymmetric_common::keypair_import)),
    optional(ASYMMETRIC_COMMON, "keypair_generate_managed", &[p("secrets_manager", Handle(SecretsManager)), p("algorithm_type", AlgorithmType), p("algorithm", String), p("options", OptOptions)], &[R::Handle(Keypair)], None),
    optional(ASYMMETRIC_COMMON, "keypair_store_managed", &[p("secrets_manager", Handle(SecretsManager)), p("kp", Handle(Keypair)), p("kp_id", Pointer), p("kp_id_max_len", Size)], &[], None),
    optional(ASYMMETRIC_COMMON, "keypair_replace_managed", &[p("secrets_manager", Handle(SecretsManager)), p("kp_old", Handle(Keypair)), p("kp_new", Handle(Keypair))], &[R::Version], None),
    optional(ASYMMETRIC_COMMON, "keypair_id", &[p("kp", Handle(Keypair)), p("kp_id", Pointer), p("kp_id_max_len", Size)], &[R::Size, R::Version], None),
    optional(ASYMMETRIC_COMMON, "keypair_from_id", &[p("secrets_manager", Handle(SecretsManager)), p("kp_id", ConstPointer), p("kp_id_len", Size), p("kp_version", Version)], &[R::Handle(Keypair)], None),
    required(ASYMMETRIC_COMMON, "keypair_from_pk_and_sk", &[p("publickey", Handle(Publickey)), p("secretkey", Handle(Secretkey))], &[R::Handle(Keypair)], short!(asymmetric_common::keypair_from_pk_and_sk)),
    required(ASYMMETRIC_COMMON, "keypair_export", &[p("kp", Handle(Keypair)), p("encoding", KeypairEncoding)], &[R::Handle(ArrayOutput)], short!(asymmetric_common::keypair_export)),
    required(ASYMMETRIC_COMMON, "keypair_publickey", &[p("kp", Handle(Keypair))], &[R::Handle(Publickey)], short!(asymmetric_common::keypair_publickey)),
    required(ASYMMETRIC_COMMON, "keypair_secretkey", &[p("kp", Handle(Keypair))], &[R::Handle(Secretkey)], short!(asymmetric_common::keypair_secretkey)),
    required(ASYMMETRIC_COMMON, "keypair_close", &[p("kp", Handle(Keypair))], &[], short!(asymmetric_common::keypair_close)),
    required(ASYMMETRIC_COMMON, "publickey_import", &[p("algorithm_type", AlgorithmType), p("algorithm", String), p("encoded", ConstPointer), p("encoded_len", Size), p("encoding", PublickeyEncoding)], &[R::Handle(Publickey)], short!(asymmetric_common::publickey_import)),
    required(ASYMMETRIC_COMMON, "publickey_export", &[p("pk", Handle(Publickey)), p("encoding", PublickeyEncoding)], &[R::Handle(ArrayOutput)], short!(asymmetric_common::publickey_export)),
    required(ASYMMETRIC_COMMON, "publickey_verify", &[p("pk", Handle(Publickey))], &[], short!(asymmetric_common::publickey_verify)),
    required(ASYMMETRIC_COMMON, "publickey_from_secretkey", &[p("sk", Handle(Secretkey))], &[R::Handle(Publickey)], short!(asymmetric_common::publickey_from_secretkey)),
    required(ASYMMETRIC_COMMON, "publickey_close", &[p("pk", Handle(Publickey))], &[], short!(asymmetric_common::publickey_close)),
    required(ASYMMETRIC_COMMON, "secretkey_import", &[p("algorithm_type", AlgorithmType), p("algorithm", String), p("encoded", ConstPointer), p("encoded_len", Size), p("encoding", SecretkeyEncoding)], &[R::Handle(Secretkey)], short!(asymmetric_common::secretkey_import)),
    required(ASYMMETRIC_COMMON, "secretkey_export", &[p("sk", Handle(Secretkey)), p("encoding", SecretkeyEncoding)], &[R::Handle(ArrayOutput)], short!(asymmetric_common::secretkey_export)),
    required(ASYMMETRIC_COMMON, "secretkey_close", &[p("sk", Handle(Secretkey))], &[], short!(asymmetric_common::secretkey_close)),
    // wasi_ephemeral_crypto_symmetric
    required(SYMMETRIC, "symmetric_key_generate", &[p("algorithm", String), p("options", OptOptions)], &[R::Handle(SymmetricKey)], short!(symmetric::symmetric_key_generate)),
    required(SYMMETRIC, "symmetric_key_import", &[p("algorithm", String), p("raw", ConstPointer), p("raw_len", Size)], &[R::Handle(SymmetricKey)], short!(symmetric::symmetric_key_import)),
    required(SYMMETRIC, "symmetric_key_export", &[p("symmetric_key", Handle(SymmetricKey))], &[R::Handle(ArrayOutput)], short!(symmetric::symmetric_key_export)),
    required(SYMMETRIC, "symmetric_key_close", &[p("symmetric_key", Handle(SymmetricKey))], &[], short!(symmetric::symmetric_key_close)),
    optional(SYMMETRIC, "symmetric_key_generate_managed", &[p("secrets_manager", Handle(SecretsManager)), p("algorithm", String), p("options", OptOptions)], &[R::Handle(SymmetricKey)], None),
    optional(SYMMETRIC, "symmetric_key_store_managed", &[p("secrets_manager", Handle(SecretsManager)), p("symmetric_key", Handle(SymmetricKey)), p("symmetric_key_id", Pointer), p("symmetric_key_id_max_len", Size)], &[], None),
    optional(SYMMETRIC, "symmetric_key_replace_managed", &[p("secrets_manager", Handle(SecretsManager)), p("symmetric_key_old", Handle(SymmetricKey)), p("symmetric_key_new", Handle(SymmetricKey))], &[R::Version], None),
    optional(SYMMETRIC, "symmetric_key_id", &[p("symmetric_key", Handle(SymmetricKey)), p("symmetric_key_id", Pointer), p("symmetric_key_id_max_len", Size)], &[R::Size, R::Version], None),
    optional(SYMMETRIC, "symmetric_key_from_id", &[p("secrets_manager", Handle(SecretsManager)), p("symmetric_key_id", ConstPointer), p("symmetric_key_id_len", Size), p("symmetric_key_version", Version)], &[R::Handle(SymmetricKey)], None),
    required(SYMMETRIC, "symmetric_state_open", &[p("algorithm", String), p("key", OptSymmetricKey), p("options", OptOptions)], &[R::Handle(SymmetricState)], short!(symmetric::symmetric_state_open)),
    required(SYMMETRIC, "symmetric_state_options_get", &[p("handle", Handle(SymmetricState)), p("name", String), p("value", Pointer), p("value_max_len", Size)], &[R::Size], short!(symmetric::symmetric_state_options_get)),
    required(SYMMETRIC, "symmetric_state_options_get_u64", &[p("handle", Handle(SymmetricState)), p("name", String)], &[R::U64], short!(symmetric::symmetric_state_options_get_u64)),
    required(SYMMETRIC, "symmetric_state_clone", &[p("handle", Handle(SymmetricState))], &[R::Handle(SymmetricState)], short!(symmetric::symmetric_state_clone)),
    required(SYMMETRIC, "symmetric_state_close", &[p("handle", Handle(SymmetricState))], &[], short!(symmetric::symmetric_state_close)),
    required(SYMMETRIC, "symmetric_state_absorb", &[p("handle", Handle(SymmetricState)), p("data", ConstPointer), p("data_len", Size)], &[], data!(symmetric::symmetric_state_absorb)),
    required(SYMMETRIC, "symmetric_state_squeeze", &[p("handle", Handle(SymmetricState)), p("out", Pointer), p("out_len", Size)], &[], long!(symmetric::symmetric_state_squeeze)),
    required(SYMMETRIC, "symmetric_state_squeeze_tag", &[p("handle", Handle(SymmetricState))], &[R::Handle(SymmetricTag)], long!(symmetric::symmetric_state_squeeze_tag)),
    required(SYMMETRIC, "symmetric_state_squeeze_key", &[p("handle", Handle(SymmetricState)), p("alg_str", String)], &[R::Handle(SymmetricKey)], short!(symmetric::symmetric_state_squeeze_key)),
    required(SYMMETRIC, "symmetric_state_max_tag_len", &[p("handle", Handle(SymmetricState))], &[R::Size], short!(symmetric::symmetric_state_max_tag_len)),
    required(SYMMETRIC, "symmetric_state_encrypt", &[p("handle", Handle(SymmetricState)), p("out", Pointer), p("out_len", Size), p("data", ConstPointer), p("data_len", Size)], &[R::Size], short!(symmetric::symmetric_state_encrypt)),
    required(SYMMETRIC, "symmetric_state_encrypt_detached", &[p("handle", Handle(SymmetricState)), p("out", Pointer), p("out_len", Size), p("data", ConstPointer), p("data_len", Size)], &[R::Handle(SymmetricTag)], short!(symmetric::symmetric_state_encrypt_detached)),
    required(SYMMETRIC, "symmetric_state_decrypt", &[p("handle", Handle(SymmetricState)), p("out", Pointer), p("out_len", Size), p("data", ConstPointer), p("data_len", Size)], &[R::Size], short!(symmetric::symmetric_state_decrypt)),
    required(SYMMETRIC, "symmetric_state_decrypt_detached", &[p("handle", Handle(SymmetricState)), p("out", Pointer), p("out_len", Size), p("data", ConstPointer), p("data_len", Size), p("raw_tag", ConstPointer), p("raw_tag_len", Size)], &[R::Size], short!(symmetric::symmetric_state_decrypt_detached)),
    required(SYMMETRIC, "symmetric_state_ratchet", &[p("handle", Handle(SymmetricState))], &[], short!(symmetric::symmetric_state_ratchet)),
    required(SYMMETRIC, "symmetric_tag_len", &[p("symmetric_tag", Handle(SymmetricTag))], &[R::Size], short!(symmetric::symmetric_tag_len)),
    required(SYMMETRIC, "symmetric_tag_pull", &[p("symmetric_tag", Handle(SymmetricTag)), p("buf", Pointer), p("buf_len", Size)], &[R::Size], short!(symmetric::symmetric_tag_pull)),
    required(SYMMETRIC, "symmetric_tag_verify", &[p("symmetric_tag", Handle(SymmetricTag)), p("expected_raw_tag_ptr", ConstPointer), p("expected_raw_tag_len", Size)], &[], short!(symmetric::symmetric_tag_verify)),
    required(SYMMETRIC, "symmetric_tag_close", &[p("symmetric_tag", Handle(SymmetricTag))], &[], short!(symmetric::symmetric_tag_close)),
    // wasi_ephemeral_crypto_signatures
    required(SIGNATURES, "signature_export", &[p("signature", Handle(Signature)), p("encoding", SignatureEncoding)], &[R::Handle(ArrayOutput)], short!(signatures::signature_export)),
    required(SIGNATURES, "signature_import", &[p("algorithm", String), p("encoded", ConstPointer), p("encoded_len", Size), p("encoding", SignatureEncoding)], &[R::Handle(Signature)], short!(signatures::signature_import)),
    required(SIGNATURES, "signature_state_open", &[p("kp", Handle(Keypair))], &[R::Handle(SignatureState)], short!(signatures::signature_state_open)),
    required(SIGNATURES, "signature_state_update", &[p("state", Handle(SignatureState)), p("input", ConstPointer), p("input_len", Size)], &[], data!(signatures::signature_state_update)),
    required(SIGNATURES, "signature_state_sign", &[p("state", Handle(SignatureState))], &[R::Handle(ArrayOutput)], short!(signatures::signature_state_sign)),
    required(SIGNATURES, "signature_state_close", &[p("state", Handle(SignatureState))], &[], short!(signatures::signature_state_close)),
    required(SIGNATURES, "signature_verification_state_open", &[p("kp", Handle(Publickey))], &[R::Handle(SignatureVerificationState)], short!(signatures::signature_verification_state_open)),
    required(SIGNATURES, "signature_verification_state_update", &[p("state", Handle(SignatureVerificationState)), p("input", ConstPointer), p("input_len", Size)], &[], data!(signatures::signature_verification_state_update)),
    required(SIGNATURES, "signature_verification_state_verify", &[p("state", Handle(SignatureVerificationState)), p("signature", Handle(Signature))], &[], short!(signatures::signature_verification_state_verify)),
    required(SIGNATURES, "signature_verification_state_close", &[p("state", Handle(SignatureVerificationState))], &[], short!(signatures::signature_verification_state_close)),
    required(SIGNATURES, "signature_close", &[p("signature", Handle(Signature))], &[], short!(signatures::signature_close)),
    // wasi_ephemeral_crypto_kx
    required(KX, "kx_dh", &[p("pk", Handle(Publickey)), p("sk", Handle(Secretkey))], &[R::Handle(ArrayOutput)], short!(kx::kx_dh)),
    required(KX, "kx_encapsulate", &[p("pk", Handle(Publickey))], &[R::Handle(ArrayOutput), R::Handle(ArrayOutput)], short!(kx::kx_encapsulate)),
    required(KX, "kx_decapsulate", &[p("sk", Handle(Secretkey)), p("encapsulated_secret", ConstPointer), p("encapsulated_secret_len", Size)], &[R::Handle(ArrayOutput)], short!(kx::kx_decapsulate)),
    // wasi_ephemeral_crypto_external_secrets
    optional(EXTERNAL_SECRETS, "external_secret_store", &[p("secrets_manager", Handle(SecretsManager)), p("secret", ConstPointer), p("secret_len", Size), p("expiration", Timestamp), p("secret_id", Pointer), p("secret_id_max_len", Size)], &[], None),
    optional(EXTERNAL_SECRETS, "external_secret_replace", &[p("secrets_manager", Handle(SecretsManager)), p("secret", ConstPointer), p("secret_len", Size), p("expiration", Timestamp), p("secret_id", ConstPointer), p("secret_id_len", Size)], &[R::Version], None),
    optional(EXTERNAL_SECRETS, "external_secret_from_id", &[p("secrets_manager", Handle(SecretsManager)), p("secret_id", ConstPointer), p("secret_id_len", Size), p("secret_version", Version)], &[R::Handle(ArrayOutput)], None),
    optional(EXTERNAL_SECRETS, "external_secret_invalidate", &[p("secrets_manager", Handle(SecretsManager)), p("secret_id", ConstPointer), p("secret_id_len", Size), p("secret_version", Version)], &[], None),
    optional(EXTERNAL_SECRETS, "external_secret_encapsulate", &[p("secrets_manager", Handle(SecretsManager)), p("secret", ConstPointer), p("secret_len", Size), p("expiration", Timestamp)], &[R::Handle(ArrayOutput)], None),
    optional(EXTERNAL_SECRETS, "external_secret_decapsulate", &[p("secrets_manager", Handle(SecretsManager)), p("encrypted_secret", ConstPointer), p("encrypted_secret_len", Size)], &[R::Handle(ArrayOutput)], None),
    // wasi_ephemeral_crypto_symmetric_batch
    optional(SYMMETRIC_BATCH, "batch_symmetric_state_squeeze", &[p("batch", List(Squeeze))], &[R::List(Errnos)], None),
    optional(SYMMETRIC_BATCH, "batch_symmetric_state_squeeze_tag", &[p("states", List(SymmetricStates))], &[R::List(Tags)], None),
    optional(SYMMETRIC_BATCH, "batch_symmetric_state_encrypt", &[p("batch", List(Crypt))], &[R::List(Sizes)], None),
    optional(SYMMETRIC_BATCH, "batch_symmetric_state_encrypt_detached", &[p("batch", List(Crypt))], &[R::List(Tags)], None),
    optional(SYMMETRIC_BATCH, "batch_symmetric_state_decrypt", &[p("batch", List(Crypt))], &[R::List(Sizes)], None),
    optional(SYMMETRIC_BATCH, "batch_symmetric_state_decrypt_detached", &[p("batch", List(DecryptDetached))], &[R::List(Sizes)], None),
    // wasi_ephemeral_crypto_signatures_batch
    optional(SIGNATURES_BATCH, "batch_signature_state_sign", &[p("states", List(SignatureStates))], &[R::List(Signatures)], None),
    optional(SIGNATURES_BATCH, "batch_signature_state_verify", &[p("states", List(VerificationInputs))], &[R::List(Errnos)], None),
]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::GuestMemory;
    use crate::context::WasiCryptoCtx;

    #[test]
    fn there_are_86_functions_with_unique_names_and_few_parameters() {
        assert_eq!(HOSTCALLS.len(), 86);
        for (i, hostcall) in HOSTCALLS.iter().enumerate() {
            assert!(HOSTCALLS[..i].iter().all(|other| other.name != hostcall.name), "{} twice", hostcall.name);
            assert!(hostcall.core_params().len() <= MAX_CORE_PARAMS, "{}", hostcall.name);
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
                if !hostcall.is_implemented() {
                    assert_eq!(errno, Errno::NotImplemented, "{}", hostcall.name);
                }
            }
        }
    }
}
