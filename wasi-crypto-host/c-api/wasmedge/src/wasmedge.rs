//! The functions of WasmEdge's C interface that a plugin calls, as its public headers declare them for plugin API version 5.

use std::ffi::{CStr, c_char, c_int, c_void};

/// The version of the interface between WasmEdge and its plugins, which must be the same on both sides.
pub(crate) const API_VERSION: u32 = 5;

/// The first release of WasmEdge that has it.
const FIRST_MINOR: u32 = 17;

/// `WasmEdge_ModuleInstanceContext`
#[repr(C)]
pub(crate) struct ModuleInstance([u8; 0]);
/// `WasmEdge_FunctionInstanceContext`
#[repr(C)]
pub(crate) struct FunctionInstance([u8; 0]);
/// `WasmEdge_FunctionTypeContext`
#[repr(C)]
pub(crate) struct FunctionType([u8; 0]);
/// `WasmEdge_MemoryInstanceContext`
#[repr(C)]
pub(crate) struct MemoryInstance([u8; 0]);
/// `WasmEdge_MemoryTypeContext`
#[repr(C)]
pub(crate) struct MemoryType([u8; 0]);
/// `WasmEdge_LimitContext`
#[repr(C)]
pub(crate) struct Limit([u8; 0]);
/// `WasmEdge_CallingFrameContext`
#[repr(C)]
pub(crate) struct CallingFrame([u8; 0]);

/// `WasmEdge_String`
#[repr(C)]
pub(crate) struct Text {
    len: u32,
    start: *const u8,
}

impl Text {
    /// For a call that copies it.
    pub(crate) fn new(text: &'static str) -> Self {
        // Names of the interface, which are short.
        Self { len: text.len() as u32, start: text.as_ptr() }
    }
}

/// `WasmEdge_ValType`
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct ValueType([u8; 8]);

/// `WasmEdge_Value`
#[repr(C)]
pub(crate) struct Value {
    /// An `i32` in the low bits, or an `i64`; the others may be anything.
    pub(crate) bits: u128,
    ty: ValueType,
}

/// `WasmEdge_Result`
#[repr(C)]
pub(crate) struct Outcome {
    code: u32,
}

impl Outcome {
    pub(crate) const SUCCESS: Self = Self { code: 0 };
    /// Ends the guest: `WasmEdge_Result_Fail`.
    pub(crate) const FAIL: Self = Self { code: 2 };

    pub(crate) fn is_success(&self) -> bool {
        self.code == Self::SUCCESS.code
    }
}

/// `WasmEdge_WrapFunc_t`
pub(crate) type Wrapper = unsafe extern "C" fn(
    this: *mut c_void,
    data: *mut c_void,
    frame: *const CallingFrame,
    params: *const Value,
    params_len: u32,
    results: *mut Value,
    results_len: u32,
) -> Outcome;

/// Declares the functions, each with what finds it in the running program.
macro_rules! functions {
    ($($(#[$meta:meta])* $field:ident = $name:literal: $ty:ty;)*) => {
        /// The functions, as the running program has them.
        pub(crate) struct WasmEdge {
            $($(#[$meta])* pub(crate) $field: $ty,)*
        }

        impl WasmEdge {
            fn look_up(program: &Program) -> Result<Self, &'static CStr> {
                $(
                    // SAFETY: a function of this name is WasmEdge's, and this is how its headers declare it.
                    let $field = unsafe {
                        std::mem::transmute::<*mut c_void, $ty>(program.symbol($name).ok_or($name)?)
                    };
                )*
                Ok(Self { $($field),* })
            }
        }
    };
}

functions! {
    type_i32 = c"WasmEdge_ValTypeGenI32": unsafe extern "C" fn() -> ValueType;
    type_i64 = c"WasmEdge_ValTypeGenI64": unsafe extern "C" fn() -> ValueType;
    function_type = c"WasmEdge_FunctionTypeCreate":
        unsafe extern "C" fn(*const ValueType, u32, *const ValueType, u32) -> *mut FunctionType;
    function_type_delete = c"WasmEdge_FunctionTypeDelete": unsafe extern "C" fn(*mut FunctionType);
    function = c"WasmEdge_FunctionInstanceCreateBinding":
        unsafe extern "C" fn(*const FunctionType, Wrapper, *mut c_void, *mut c_void, u64) -> *mut FunctionInstance;
    function_delete = c"WasmEdge_FunctionInstanceDelete": unsafe extern "C" fn(*mut FunctionInstance);
    module = c"WasmEdge_ModuleInstanceCreateWithData":
        unsafe extern "C" fn(Text, *mut c_void, unsafe extern "C" fn(*mut c_void)) -> *mut ModuleInstance;
    /// Takes the function over, if it succeeds.
    module_add = c"WasmEdge_ModuleInstanceAddFunction":
        unsafe extern "C" fn(*mut ModuleInstance, Text, *mut FunctionInstance) -> Outcome;
    /// Null if there is no such memory.
    frame_memory = c"WasmEdge_CallingFrameGetMemoryInstance":
        unsafe extern "C" fn(*const CallingFrame, u32) -> *mut MemoryInstance;
    memory_pages = c"WasmEdge_MemoryInstanceGetPageSize": unsafe extern "C" fn(*const MemoryInstance) -> u64;
    memory_pointer = c"WasmEdge_MemoryInstanceGetPointer":
        unsafe extern "C" fn(*mut MemoryInstance, u64, u64) -> *mut u8;
    memory_type = c"WasmEdge_MemoryInstanceGetMemoryType":
        unsafe extern "C" fn(*const MemoryInstance) -> *const MemoryType;
    memory_limit = c"WasmEdge_MemoryTypeGetLimit": unsafe extern "C" fn(*const MemoryType) -> *const Limit;
    limit_is_shared = c"WasmEdge_LimitIsShared": unsafe extern "C" fn(*const Limit) -> bool;
}

impl WasmEdge {
    /// Finds the functions in the running program; a sentence if this WasmEdge will not do.
    pub(crate) fn find() -> Result<Self, String> {
        let program = Program::new();
        let (major, minor) = version(&program)?;
        // Builds from a tree without tags say that they are 0.0.
        let is_old = (major, minor) != (0, 0) && (major, minor) < (0, FIRST_MINOR);
        let needs =
            format!("this one needs WasmEdge 0.{FIRST_MINOR} or later, whose plugin API version is {API_VERSION}");
        if is_old {
            return Err(format!("this is WasmEdge {major}.{minor}, which takes plugins for an older API; {needs}"));
        }
        Self::look_up(&program)
            .map_err(|name| format!("WasmEdge {major}.{minor} has no function `{}`; {needs}", name.to_string_lossy()))
    }
}

/// Asked before anything else is looked for.
fn version(program: &Program) -> Result<(u32, u32), String> {
    let number = |name: &CStr| {
        let symbol = program.symbol(name)?;
        // SAFETY: functions of these names are WasmEdge's, take nothing, and return a number, in all of its versions.
        Some(unsafe { std::mem::transmute::<*mut c_void, unsafe extern "C" fn() -> u32>(symbol)() })
    };
    number(c"WasmEdge_VersionGetMajor")
        .zip(number(c"WasmEdge_VersionGetMinor"))
        .ok_or_else(|| "no WasmEdge is in this program".to_owned())
}

/// Where the functions are: in the program with what it is linked to, or in a library that it has loaded for itself.
struct Program {
    library: *mut c_void,
}

impl Program {
    fn new() -> Self {
        const LIBRARIES: [&CStr; 2] = [c"libwasmedge.so.0", c"libwasmedge.0.dylib"];
        // SAFETY: the names end with a zero byte; with this mode, nothing is loaded that is not already.
        let library = |name: &&CStr| unsafe { dlopen(name.as_ptr(), RTLD_LAZY | RTLD_NOLOAD) };
        let library = LIBRARIES.iter().map(library).find(|library| !library.is_null());
        Self { library: library.unwrap_or_default() }
    }

    fn symbol(&self, name: &CStr) -> Option<*mut c_void> {
        [RTLD_DEFAULT, self.library].into_iter().enumerate().find_map(|(place, library)| {
            if place > 0 && library.is_null() {
                return None;
            }
            // SAFETY: the name ends with a zero byte, and the place is one that the linker knows.
            let symbol = unsafe { dlsym(library, name.as_ptr()) };
            (!symbol.is_null()).then_some(symbol)
        })
    }
}

const RTLD_LAZY: c_int = 1;
#[cfg(target_os = "macos")]
const RTLD_NOLOAD: c_int = 0x10;
#[cfg(not(target_os = "macos"))]
const RTLD_NOLOAD: c_int = 4;
#[cfg(target_os = "macos")]
const RTLD_DEFAULT: *mut c_void = std::ptr::without_provenance_mut(-2_isize as usize);
#[cfg(not(target_os = "macos"))]
const RTLD_DEFAULT: *mut c_void = std::ptr::null_mut();

unsafe extern "C" {
    fn dlopen(path: *const c_char, mode: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}
