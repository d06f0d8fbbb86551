//! What the process has allocated, and what is in the memory that it frees.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The system's allocator, counting what is allocated now and at most.
struct Counting;

/// Is shown each block before it is freed. It may not allocate.
static LOOK: OnceLock<fn(&[u8])> = OnceLock::new();

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came. The counting neither allocates nor unwinds. What is looked at is
// initialized, because all memory is handed out zeroed.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        if let Some(look) = LOOK.get() {
            // SAFETY: the block is the caller's to give up, and so many bytes long.
            look(unsafe { std::slice::from_raw_parts(ptr, layout.size()) });
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }

    // `realloc` is the trait's own: allocate, copy, `dealloc`. So what growing takes for a moment counts, too.
}

/// Bytes allocated by C code, too, with the allocator's headers: AWS-LC's keys are there. Zero where the C library does not tell.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn of_the_c_library() -> usize {
    /// `struct mallinfo2` of `malloc.h`: ten numbers, of which the fifth and the eighth are bytes in use.
    #[repr(C)]
    struct Mallinfo2([usize; 10]);
    unsafe extern "C" {
        fn mallinfo2() -> Mallinfo2;
    }
    // SAFETY: the C library's function of this name takes nothing and returns this structure.
    let info = unsafe { mallinfo2() };
    info.0[4] + info.0[7]
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn of_the_c_library() -> usize {
    0
}

/// Lets a function look at each block that is freed from now on.
#[allow(dead_code, reason = "the fuzz targets use it")]
pub(crate) fn look_at_freed(look: fn(&[u8])) {
    LOOK.get_or_init(|| look);
}

/// What is allocated, as a point to measure from.
pub(crate) struct Mark {
    now: usize,
    with_c: usize,
}

impl Mark {
    pub(crate) fn set() -> Self {
        MOST.store(NOW.load(Relaxed), Relaxed);
        Self { now: NOW.load(Relaxed), with_c: of_the_c_library() }
    }

    /// How much more is allocated now.
    pub(crate) fn growth(&self) -> usize {
        let with_c = of_the_c_library().saturating_sub(self.with_c);
        NOW.load(Relaxed).saturating_sub(self.now).max(with_c)
    }

    /// How much more was allocated at most.
    pub(crate) fn peak(&self) -> usize {
        MOST.load(Relaxed).saturating_sub(self.now).max(self.growth())
    }
}
