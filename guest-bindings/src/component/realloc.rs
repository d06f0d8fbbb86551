//! Memory for what the host gives, where the standard library has no function for that: it has one for `wasm32-wasip2`.

use alloc::alloc::{Layout, alloc, handle_alloc_error, realloc};

/// As the canonical ABI wants it: memory that [`List`](super::lists::List) gives back to the same allocator.
///
/// # Safety
///
/// `old` is what this has returned for `old_len` and `align`, or `old_len` is 0.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, new_len: usize) -> *mut u8 {
    if old_len == 0 && new_len == 0 {
        // An address of nothing, which is aligned.
        return align as *mut u8;
    }
    // SAFETY: alignments of the ABI are powers of two up to 8, and its lengths those of lists in this memory; neither is 0 here, and
    // the caller says where `old` comes from.
    let (start, layout) = unsafe {
        let new = Layout::from_size_align_unchecked(new_len, align);
        match old_len {
            0 => (alloc(new), new),
            _ => (realloc(old, Layout::from_size_align_unchecked(old_len, align), new_len), new),
        }
    };
    if start.is_null() { handle_alloc_error(layout) } else { start }
}
