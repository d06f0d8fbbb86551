//! What the interface says of one function.

use core::fmt;

use crate::types::{CoreType, Param, ResultType};

/// One function of the interface.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Function {
    module: &'static str,
    name: &'static str,
    optional: bool,
    params: &'static [Param],
    results: &'static [ResultType],
    core_params: [CoreType; MAX_CORE_PARAMS],
    core_params_len: usize,
}

/// The most parameters that a lowered function has.
pub const MAX_CORE_PARAMS: usize = 8;

impl Function {
    pub(crate) const fn new(
        module: &'static str,
        name: &'static str,
        optional: bool,
        params: &'static [Param],
        results: &'static [ResultType],
    ) -> Self {
        let (mut core_params, mut core_params_len) = ([CoreType::I32; MAX_CORE_PARAMS], 0);
        let mut param = 0;
        while param < params.len() {
            let ty = params[param].ty;
            let end = core_params_len + ty.core_len();
            while core_params_len < end {
                core_params[core_params_len] = ty.core_type();
                core_params_len += 1;
            }
            param += 1;
        }
        // A pointer for each, which is 32 bits.
        core_params_len += results.len();
        assert!(core_params_len <= MAX_CORE_PARAMS);
        Self { module, name, optional, params, results, core_params, core_params_len }
    }

    /// The import module, such as `wasi_ephemeral_crypto_common`.
    pub const fn module(&self) -> &'static str {
        self.module
    }

    /// The import name, such as `options_open`; unique over all modules.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a host may leave the function out (requirement ABI-FUNC-004).
    pub const fn is_optional(&self) -> bool {
        self.optional
    }

    /// The declared parameters.
    pub const fn params(&self) -> &'static [Param] {
        self.params
    }

    /// The declared results, without the status that each function returns.
    pub const fn results(&self) -> &'static [ResultType] {
        self.results
    }

    /// The WebAssembly parameters: the declared ones, lowered, then a pointer for each result. The function returns an `i32`.
    pub const fn core_params(&self) -> &[CoreType] {
        self.core_params.split_at(self.core_params_len).0
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function").field("module", &self.module).field("name", &self.name).finish_non_exhaustive()
    }
}
