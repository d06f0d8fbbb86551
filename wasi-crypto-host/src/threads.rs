//! One context for the threads of one guest.
//!
//! A lock guards the context, but is not held while work is done that takes long: the objects that such a call needs are lent out of
//! the table into a context of the call's own, where the same handler works on them, and come back with what it made. A call
//! for an object that is lent waits for it, so that calls for one object take turns and all others do not.

use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

use crate::abi::{GuestMemory, HandleType, Hostcall, MAX_CORE_PARAMS, ParamType, ResultType, hostcalls};
use crate::context::{AnyHandle, Progress, WasiCryptoCtx};
use crate::errno::Errno;

/// A [`WasiCryptoCtx`] that all threads of a guest use: each handle is known to every thread (requirement HANDLE-THREAD-001).
///
/// Clones are the same context. Put one into the data of each thread's store, and tell the linker where it is
/// ([`add_to_linker_shared`](crate::wasmtime::add_to_linker_shared)).
///
/// ```
/// use wasi_crypto_host::{SharedWasiCryptoCtx, WasiCryptoCtx};
///
/// let shared = SharedWasiCryptoCtx::new(WasiCryptoCtx::builder().build()?);
/// let of_another_thread = shared.clone();
/// assert_eq!(of_another_thread.with(|ctx| ctx.open_handles()), 0);
/// # Ok::<(), wasi_crypto_host::BuildError>(())
/// ```
#[derive(Clone)]
pub struct SharedWasiCryptoCtx(Arc<Shared>);

struct Shared {
    ctx: Mutex<WasiCryptoCtx>,
    /// Notified whenever lent objects are back.
    returned: Condvar,
}

impl SharedWasiCryptoCtx {
    /// Shares a context. A memory that was bound to it is forgotten: every thread finds its own.
    pub fn new(mut ctx: WasiCryptoCtx) -> Self {
        ctx.engine = Default::default();
        Self(Arc::new(Shared { ctx: Mutex::new(ctx), returned: Condvar::new() }))
    }

    /// Runs one function for a thread of the guest: the way in for engine adapters. As [`WasiCryptoCtx::call`], whose
    /// rules hold; any number of threads may call at a time.
    pub fn call(&self, hostcall: &Hostcall, mut memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        let row = &ROWS[hostcall.index()];
        let mut ctx = self.lock();
        while row.handles.iter().any(|(arg, _)| ctx.table.is_lent(args[*arg] as u32)) {
            ctx = self.0.returned.wait(ctx).unwrap_or_else(PoisonError::into_inner);
        }
        if row.takes_long(args)
            && let Some(loan) = Loan::take(self, &mut ctx, row, args)
        {
            ctx.count(hostcall);
            drop(ctx);
            return loan.call(hostcall, memory, args);
        }
        match ctx.begin_call(hostcall, memory.reborrow(), args) {
            Progress::Done(errno) => errno,
            Progress::Pending(work) => {
                drop(ctx);
                let done = work.run();
                self.lock().finish_call(done, memory, args)
            }
        }
    }

    /// Looks at the context. Objects that calls are working on still count as open.
    pub fn with<R>(&self, look: impl FnOnce(&WasiCryptoCtx) -> R) -> R {
        look(&self.lock())
    }

    /// A panic elsewhere leaves the context as it was before or after a step, never broken.
    fn lock(&self) -> MutexGuard<'_, WasiCryptoCtx> {
        self.0.ctx.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for SharedWasiCryptoCtx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SharedWasiCryptoCtx").field(&*self.lock()).finish()
    }
}

/// The objects that one call needs, out of the table.
struct Loan<'a> {
    owner: &'a SharedWasiCryptoCtx,
    row: &'static Row,
    /// Holds the objects for the time of the call.
    ctx: WasiCryptoCtx,
    lent: Vec<Lent>,
    /// Bytes kept free for what the call makes; 0 once it is settled.
    reserved: usize,
}

/// One object of a loan.
struct Lent {
    /// Where the handle is among the arguments.
    arg: usize,
    /// The handle that the guest knows.
    handle: u32,
    /// The handle in the loan's own context.
    own: u32,
}

/// More bytes than a call holds for what it makes, besides its data: keys of ML-DSA-87 take up 180,000.
const ROOM: usize = 512 << 10;

impl<'a> Loan<'a> {
    /// `None` if the call must be made in the table: to say which handle is wrong, or because the guest's limits leave too little room.
    fn take(owner: &'a SharedWasiCryptoCtx, ctx: &mut WasiCryptoCtx, row: &'static Row, args: &[u64]) -> Option<Self> {
        let reserved = ROOM + row.data_len(args);
        ctx.table.reserve(row.made.len(), reserved).ok()?;
        let mut objects = Vec::with_capacity(row.handles.len());
        for (arg, handle_type) in &row.handles {
            let handle = args[*arg] as u32;
            match ctx.table.lend(handle, *handle_type, AnyHandle::share) {
                Some(object) => objects.push((*arg, handle, object)),
                None => {
                    objects.into_iter().for_each(|(_, handle, object)| ctx.table.give_back(handle, Some(object)));
                    ctx.table.give_up(row.made.len(), reserved);
                    return None;
                }
            }
        }
        let mut limits = *ctx.table.limits();
        limits.bytes = reserved + objects.iter().map(|(_, _, (_, held))| held).sum::<usize>();
        limits.handles = objects.len() + row.made.len();
        let mut loan =
            Self { owner, row, ctx: WasiCryptoCtx::new(limits, ctx.table.offset()), lent: Vec::new(), reserved };
        loan.ctx.table.book_apart();
        for (arg, handle, (object, held)) in objects {
            let own = loan.ctx.table.insert_booked(object, held).expect("the limits were made for these objects");
            loan.lent.push(Lent { arg, handle, own });
        }
        Some(loan)
    }

    /// Makes the call with nothing locked, then hands out what it made under handles of the guest. Until then the guest's memory
    /// has handles of the loan, which are nobody's; a thread that looks so early races with its own guest.
    fn call(mut self, hostcall: &Hostcall, mut memory: GuestMemory<'_>, args: &[u64]) -> Errno {
        let mut own_args = [0; MAX_CORE_PARAMS];
        let own_args = &mut own_args[..args.len()];
        own_args.copy_from_slice(args);
        for lent in &self.lent {
            own_args[lent.arg] = u64::from(lent.own);
        }
        let errno = self.ctx.call(hostcall, memory.reborrow(), own_args);
        let made = self.settle(errno);
        for (arg, made) in self.row.made.iter().zip(made) {
            match (made, memory.slot(args[*arg] as u32)) {
                (Ok(handle), Ok(slot)) => memory.put(slot, handle.to_le_bytes()),
                (Err(errno), _) | (_, Err(errno)) => return errno,
            }
        }
        errno
    }

    /// Gives everything back, and what the call made along with it.
    fn settle(&mut self, errno: Errno) -> Vec<Result<u32, Errno>> {
        let mut owner = self.owner.lock();
        owner.table.give_up(self.row.made.len(), std::mem::take(&mut self.reserved));
        for lent in self.lent.drain(..) {
            owner.table.give_back(lent.handle, self.ctx.table.remove(lent.own));
        }
        self.owner.0.returned.notify_all();
        let made = self.ctx.table.drain();
        if errno != Errno::Success {
            return Vec::new();
        }
        made.map(|(object, _)| owner.table.insert_any(object)).collect()
    }
}

impl Drop for Loan<'_> {
    /// After a panic, which nothing in this library is known to do: whoever waits must not wait for ever. What was lent is closed.
    fn drop(&mut self) {
        if self.reserved > 0 {
            let mut owner = self.owner.lock();
            owner.table.give_up(self.row.made.len(), self.reserved);
            self.lent.drain(..).for_each(|lent| owner.table.give_back(lent.handle, None));
            self.owner.0.returned.notify_all();
        }
    }
}

/// What there is to know of a function before it is called.
struct Row {
    /// Where among the arguments handles are, and of what type.
    handles: Vec<(usize, HandleType)>,
    /// Where numbers of bytes are.
    sizes: Vec<usize>,
    /// Where the addresses are that new handles go to.
    made: Vec<usize>,
    weight: Weight,
}

/// How long a function takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Not long, or it hands its work out; or it names objects in memory, where they cannot be lent from.
    Light,
    /// As long as its data is.
    Bulk,
    /// Long enough in any case.
    Heavy,
}

/// From here on data is worth a loan, in bytes: AES-GCM takes half a microsecond for it, a loan some hundred nanoseconds.
const BULK: usize = 4 << 10;

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| hostcalls().iter().map(Row::of).collect());

impl Row {
    fn of(hostcall: &Hostcall) -> Self {
        let mut row =
            Self { handles: Vec::new(), sizes: Vec::new(), made: Vec::new(), weight: weight(hostcall.name()) };
        let mut arg = 0;
        for param in hostcall.params() {
            match param.ty {
                ParamType::Handle(handle_type) => row.handles.push((arg, handle_type)),
                ParamType::Size => row.sizes.push(arg),
                _ => {}
            }
            arg += param.ty.core_len();
        }
        for (i, result) in hostcall.results().iter().enumerate() {
            if let ResultType::Handle(_) = result {
                row.made.push(arg + i);
            }
        }
        row
    }

    fn takes_long(&self, args: &[u64]) -> bool {
        match self.weight {
            Weight::Light => false,
            Weight::Bulk => self.data_len(args) >= BULK,
            Weight::Heavy => true,
        }
    }

    /// The bytes that the guest passes, or has room for.
    fn data_len(&self, args: &[u64]) -> usize {
        self.sizes.iter().map(|arg| args[*arg] as u32 as usize).sum()
    }
}

fn weight(function: &str) -> Weight {
    match function {
        "symmetric_state_absorb"
        | "symmetric_state_squeeze"
        | "symmetric_state_encrypt"
        | "symmetric_state_encrypt_detached"
        | "symmetric_state_decrypt"
        | "symmetric_state_decrypt_detached"
        | "signature_state_update"
        | "signature_verification_state_update" => Weight::Bulk,
        "signature_state_sign"
        | "signature_verification_state_verify"
        | "kx_dh"
        | "kx_encapsulate"
        | "kx_decapsulate"
        | "keypair_import"
        | "keypair_from_pk_and_sk"
        | "keypair_publickey"
        | "publickey_import"
        | "publickey_verify"
        | "publickey_from_secretkey"
        | "secretkey_import" => Weight::Heavy,
        _ => Weight::Light,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lent_is_named_by_arguments_alone() {
        for (hostcall, row) in hostcalls().iter().zip(ROWS.iter()).filter(|(_, row)| row.weight != Weight::Light) {
            let name = hostcall.name();
            let in_memory = hostcall.params().iter().any(|param| {
                matches!(param.ty, ParamType::OptOptions | ParamType::OptSymmetricKey | ParamType::List(_))
            });
            assert!(!in_memory, "{name} names objects in memory");
            assert!(row.weight == Weight::Heavy || !row.sizes.is_empty(), "{name} has no data");
        }
        let heavy = ROWS.iter().filter(|row| row.weight != Weight::Light).count();
        assert_eq!(heavy, 20, "every name of the list is a function");
    }
}
