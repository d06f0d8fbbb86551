//! Module instances, and the calls of their functions.

use std::ffi::{CStr, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use wasi_crypto::memory::SharedBytes;
use wasi_crypto_host::{CoreType, Errno, GuestMemory, Hostcall, MAX_CORE_PARAMS, hostcalls};

use crate::descriptor::{ModuleDescriptor, OFFICIAL, OTHERS};
use crate::guest::Guest;
use crate::loaded;
use crate::wasmedge::{CallingFrame, ModuleInstance, Outcome, Text, Value, WasmEdge};

/// Makes the instance of a module: WasmEdge calls it for each that it wants. Null if it cannot be made.
///
/// # Safety
///
/// `descriptor` is one that [`descriptor::of`](crate::descriptor::of) has led to.
pub(crate) unsafe extern "C" fn create(descriptor: *const ModuleDescriptor) -> *mut ModuleInstance {
    let create = || {
        // SAFETY: descriptors are never freed, and their names end with a zero byte.
        let name = unsafe { CStr::from_ptr((*descriptor).name) }.to_str().ok()?;
        let mut modules = OFFICIAL.iter().chain(&OTHERS).enumerate();
        let (place, (_, imported)) = modules.find(|(_, (own, _))| *own == name)?;
        let loaded = loaded()?;
        let guest = Guest::of_module(place, &loaded.settings);
        module(&loaded.wasmedge, imported, guest)
    };
    catch_unwind(AssertUnwindSafe(create)).ok().flatten().unwrap_or_default()
}

fn module(wasmedge: &WasmEdge, imported: &'static str, guest: Arc<Guest>) -> Option<*mut ModuleInstance> {
    let guest = Arc::into_raw(guest).cast_mut().cast();
    // SAFETY: `free` undoes what `into_raw` did, when the module is deleted, with all of its functions.
    let module = unsafe { (wasmedge.module)(Text::new(imported), guest, free) };
    if module.is_null() {
        // SAFETY: nobody else has it.
        unsafe { free(guest) };
        return None;
    }
    for hostcall in hostcalls().iter().filter(|hostcall| hostcall.module() == imported) {
        add(wasmedge, module, hostcall, guest);
    }
    Some(module)
}

/// Adds a function. One that WasmEdge does not take is missing then, which it tells a guest that imports it.
fn add(wasmedge: &WasmEdge, module: *mut ModuleInstance, hostcall: &'static Hostcall, guest: *mut c_void) {
    // SAFETY: they have no conditions.
    let (i32, i64) = unsafe { ((wasmedge.type_i32)(), (wasmedge.type_i64)()) };
    let params: Vec<_> = hostcall
        .core_params()
        .iter()
        .map(|ty| match ty {
            CoreType::I32 => i32,
            CoreType::I64 => i64,
        })
        .collect();
    // SAFETY: both lists are there during the call, and as long as is said.
    let ty = unsafe { (wasmedge.function_type)(params.as_ptr(), params.len() as u32, &raw const i32, 1) };
    let binding = std::ptr::from_ref(hostcall).cast_mut().cast();
    // SAFETY: `call` gets `binding`, a row of a static table, and `guest`, which lives as long as the module.
    let function = unsafe { (wasmedge.function)(ty, call, binding, guest, 0) };
    // SAFETY: the function has a copy of it.
    unsafe { (wasmedge.function_type_delete)(ty) };
    if function.is_null() {
        return;
    }
    // SAFETY: both are alive.
    let added = unsafe { (wasmedge.module_add)(module, Text::new(hostcall.name()), function) };
    if !added.is_success() {
        // SAFETY: the module did not take it over.
        unsafe { (wasmedge.function_delete)(function) };
    }
}

/// # Safety
///
/// `guest` came from [`Arc::into_raw`], and is not freed yet.
unsafe extern "C" fn free(guest: *mut c_void) {
    // SAFETY: the caller's promise.
    let guest = unsafe { Arc::from_raw(guest.cast::<Guest>().cast_const()) };
    let _ = catch_unwind(AssertUnwindSafe(|| drop(guest)));
}

/// Runs a function for a guest.
///
/// # Safety
///
/// `hostcall` is a row of the table, and `guest` alive; the rest is as WasmEdge says.
unsafe extern "C" fn call(
    hostcall: *mut c_void,
    guest: *mut c_void,
    frame: *const CallingFrame,
    params: *const Value,
    params_len: u32,
    results: *mut Value,
    results_len: u32,
) -> Outcome {
    let call = || {
        // SAFETY: the caller's promise.
        let (hostcall, guest) = unsafe { (&*hostcall.cast::<Hostcall>().cast_const(), &*guest.cast::<Guest>()) };
        let types = hostcall.function().core_params();
        // WasmEdge checks the type of an import, and so the number.
        if params_len as usize != types.len() || results_len != 1 {
            return None;
        }
        let mut args = [0; MAX_CORE_PARAMS];
        for (i, ty) in types.iter().enumerate() {
            // SAFETY: there are as many, at the start of a vector of WasmEdge's.
            let bits = unsafe { (*params.add(i)).bits };
            args[i] = match ty {
                CoreType::I32 => u64::from(bits as u32),
                CoreType::I64 => bits as u64,
            };
        }
        // SAFETY: the frame is that of the call.
        let errno = unsafe { on_memory(&loaded()?.wasmedge, frame, guest, hostcall, &args[..types.len()]) };
        // The call was stopped, or the guest has no context.
        errno.filter(|errno| *errno != Errno::InProgress)
    };
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Some(errno)) => {
            // SAFETY: there is one result.
            unsafe { (*results).bits = errno.number().into() };
            Outcome::SUCCESS
        }
        Ok(None) | Err(_) => Outcome::FAIL,
    }
}

/// Runs it on the first memory of the module that calls. One without has no bytes to point to.
///
/// # Safety
///
/// `frame` is the frame of the call that is going on.
unsafe fn on_memory(
    wasmedge: &WasmEdge,
    frame: *const CallingFrame,
    guest: &Guest,
    hostcall: &Hostcall,
    args: &[u64],
) -> Option<Errno> {
    const PAGE: u64 = 65536;
    // SAFETY: as the caller promised; what WasmEdge is asked about the memory is about one that is there, or null, to which it
    // answers with false, zero and null.
    let (memory, is_shared) = unsafe {
        let memory = (wasmedge.frame_memory)(frame, 0);
        let limit = (wasmedge.memory_limit)((wasmedge.memory_type)(memory));
        (memory, (wasmedge.limit_is_shared)(limit))
    };
    // Before it is asked where the memory is, since that may change while this waits.
    let _alone = (!is_shared).then(|| guest.alone());
    // SAFETY: as above.
    let (start, len) = unsafe {
        let len = (wasmedge.memory_pages)(memory).saturating_mul(PAGE);
        ((wasmedge.memory_pointer)(memory, 0, len), usize::try_from(len).ok()?)
    };
    if start.is_null() || len == 0 {
        return guest.call(hostcall, GuestMemory::unshared(&mut []), args);
    }
    if is_shared {
        // SAFETY: WasmEdge has said how long it is, and it does not shrink. Where WasmEdge reserves 12 GiB for each memory (x86-64, AArch64,
        // 64-bit RISC-V, s390x, Windows), it begins at the start of a page, and does not move. Elsewhere it comes from `malloc`, which aligns
        // it well enough, and moves when it grows: under a guest's other threads as well, which WasmEdge does not mind. The README says so.
        let bytes = unsafe { SharedBytes::new(start, len) };
        return guest.call(hostcall, GuestMemory::shared(&bytes), args);
    }
    // SAFETY: WasmEdge has said that so many bytes are there. The guest waits for this call, on this thread; no other call of the guest has
    // the memory meanwhile; and that no other thread runs the guest's code, or touches its memory, is what the README asks of a program.
    let bytes = unsafe { std::slice::from_raw_parts_mut(start, len) };
    guest.call(hostcall, GuestMemory::unshared(bytes), args)
}
