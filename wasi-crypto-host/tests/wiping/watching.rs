//! An allocator that looks at what is freed.
#![allow(unsafe_code, reason = "an allocator that looks at what is freed is one")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Watching;

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// A secret is found by any aligned or unaligned piece of this size.
pub(crate) const PIECE: usize = 8;
pub(crate) const MOST: usize = 16;

thread_local! {
    /// Whether freed blocks are looked at.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    /// The pieces to look for.
    static PIECES: Cell<[u64; MOST]> = const { Cell::new([0; MOST]) };
    /// The size of the last block that still held one, if any did.
    static FOUND: Cell<Option<usize>> = const { Cell::new(None) };
}

// SAFETY: memory comes from the system's allocator and goes back to it as it came; in between only bytes of the block are read,
// which are initialized because all memory is handed out zeroed. Nothing here allocates or unwinds.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if WATCHED.get() {
            // SAFETY: the block is the caller's to give up, and `layout.size()` bytes long.
            unsafe { look(ptr, layout.size()) };
        }
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(ptr, layout) }
    }

    // `realloc` is the trait's own: allocate, copy, `dealloc`. So what growing leaves behind is looked at, too.
}

/// # Safety
///
/// `ptr` must be valid for reads of `len` bytes.
unsafe fn look(ptr: *const u8, len: usize) {
    let (pieces, mut window) = (PIECES.get(), 0u64);
    for i in 0..len {
        // SAFETY: `i` is inside. Volatile, so that what the owner wrote last is what is seen, dead or not.
        window = window << 8 | u64::from(unsafe { ptr.add(i).read_volatile() });
        if i + 1 >= PIECE && window != 0 && pieces.contains(&window) {
            FOUND.set(Some(len));
        }
    }
}

/// Looks for `secret`, in pieces, in all that `work` frees on this thread.
pub(crate) fn freed_with<R>(secret: &[u8], work: impl FnOnce() -> R) -> (R, Option<usize>) {
    let mut pieces = [0; MOST];
    for (piece, bytes) in pieces.iter_mut().zip(secret.chunks_exact(PIECE)) {
        *piece = u64::from_be_bytes(bytes.try_into().unwrap());
    }
    PIECES.set(pieces);
    FOUND.set(None);
    WATCHED.set(true);
    let result = work();
    WATCHED.set(false);
    (result, FOUND.get())
}
