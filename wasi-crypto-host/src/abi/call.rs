//! One call of a guest, as the handlers see it.

use crate::abi::memory::GuestMemory;
use crate::context::WasiCryptoCtx;
use crate::errno::Errno;

/// The guest's objects, its memory, and the arguments of the call.
pub(crate) struct Call<'a> {
    pub(crate) ctx: &'a mut WasiCryptoCtx,
    pub(crate) memory: GuestMemory<'a>,
    args: &'a [u64],
    may_defer: bool,
}

/// How far a handler of a long function got.
pub(crate) enum Step {
    Done,
    Work(Work),
}

/// Work that needs neither the guest's memory nor its handle table, and what to do with the result.
pub(crate) type Work = Box<dyn FnOnce() -> Finish + Send>;
pub(crate) type Finish = Box<dyn FnOnce(&mut Call<'_>) -> Result<(), Errno> + Send>;

impl<'a> Call<'a> {
    #[inline]
    pub(crate) fn new(ctx: &'a mut WasiCryptoCtx, memory: GuestMemory<'a>, args: &'a [u64], may_defer: bool) -> Self {
        Self { ctx, memory, args, may_defer }
    }

    /// The arguments, each cut to 32 bits.
    ///
    /// Panics if the function has another number of parameters; a test calls every row of the table.
    #[inline]
    pub(crate) fn args<const N: usize>(&self) -> [u32; N] {
        let args: &[u64; N] = self.args.try_into().expect("the handler belongs to this row of the table");
        args.map(|arg| arg as u32)
    }

    /// One 64-bit argument.
    pub(crate) fn arg_u64(&self, index: usize) -> u64 {
        self.args[index]
    }

    /// Whether the caller can run [`Work`] elsewhere. A handler that is told no may as well work in place.
    pub(crate) fn may_defer(&self) -> bool {
        self.may_defer
    }
}
