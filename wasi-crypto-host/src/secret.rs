//! Memory for secrets: wiped when it is given up, and never shown.
#![allow(unsafe_code, reason = "wiping what has been dropped needs `MaybeUninit`; see `Wiped`")]

use std::fmt;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use zeroize::optimization_barrier;

/// Secret bytes. Wiped on drop and when they move because they grow.
#[derive(Default)]
pub(crate) struct Secret(Vec<u8>);

impl Secret {
    /// `len` zero bytes.
    pub(crate) fn zeroed(len: usize) -> Self {
        Self(vec![0; len])
    }

    /// Takes bytes over without a copy.
    pub(crate) fn from_vec(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes that are allocated.
    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// The bytes that will be allocated when so many are added: half as many again where that must grow, so that a byte
    /// is moved three times at most, however small the pieces.
    pub(crate) fn capacity_with(&self, more: usize) -> usize {
        let (len, capacity) = (self.0.len() + more, self.0.capacity());
        if len <= capacity { capacity } else { len.max(capacity + capacity / 2) }
    }

    pub(crate) fn extend_from_slice(&mut self, more: &[u8]) {
        self.grow_to(self.capacity_with(more.len()));
        self.0.extend_from_slice(more);
    }

    /// Makes sure that so many bytes are allocated.
    pub(crate) fn grow_to(&mut self, capacity: usize) {
        if self.0.capacity() == 0 {
            // In place: by way of another vector, it would be copied in other pieces than it was written in, which stalls.
            return self.0.reserve_exact(capacity);
        }
        if capacity > self.0.capacity() {
            let mut grown = Vec::with_capacity(capacity);
            grown.extend_from_slice(&self.0);
            drop(Self(std::mem::replace(&mut self.0, grown)));
        }
    }
}

impl From<&[u8]> for Secret {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Deref for Secret {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Secret {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// Overwrites bytes with zeros, in a way that the compiler keeps.
pub(crate) fn wipe(bytes: &mut [u8]) {
    if bytes.is_empty() {
        // The C library's `memset` needs 40 ns for no bytes at the address that an empty vector has.
        return;
    }
    bytes.fill(0);
    optimization_barrier(bytes);
}

/// Overwrites places that hold no values with zeros, in a way that the compiler keeps: all of their bytes. Assigning `MaybeUninit::zeroed()`
/// would leave what lies where the type has nothing, as between its fields.
pub(crate) fn wipe_unused<T>(places: &mut [MaybeUninit<T>]) {
    let (start, len) = (places.as_mut_ptr().cast::<MaybeUninit<u8>>(), size_of_val(places));
    // SAFETY: the places are so many bytes, which need not be initialized and are borrowed mutably.
    let bytes = unsafe { std::slice::from_raw_parts_mut(start, len) };
    bytes.fill(MaybeUninit::zeroed());
    optimization_barrier(bytes);
}

/// So much of a stack is overwritten, in bytes, on threads that do nothing but work with secrets, after each piece of it: it takes some
/// microseconds.
pub(crate) const STACK_OF_THREAD: usize = 128 << 10;
/// After work with a secret key of a signature or a key exchange, for which secp256k1 uses most, 42 KiB. To read a key of ML-KEM or X-Wing and all
/// work with ML-DSA take more, and overwrite that themselves.
pub(crate) const STACK_OF_SECRET_KEY: usize = 48 << 10;
/// After a key of a signature or a key exchange was generated, for which RSA uses most, 49 KiB, or one of ML-KEM or X-Wing was read.
pub(crate) const STACK_OF_NEW_KEY: usize = 64 << 10;
/// After a symmetric key was made ready, or a state of it, for which libraries use 7 KiB at most.
pub(crate) const STACK_OF_KEY: usize = 12 << 10;
/// After a password was hashed, for which Argon2 uses 13 KiB.
pub(crate) const STACK_OF_PASSWORD: usize = 16 << 10;
/// After work with what is ready, by libraries that leave something: it takes 50 ns.
pub(crate) const STACK_OF_WORK: usize = 4 << 10;

/// Overwrites so much of the stack below the caller's frame with zeros: what functions that have returned left there. Libraries keep keys
/// there while they work, and what they make of them.
#[inline(never)]
pub(crate) fn wipe_stack<const LEN: usize>() {
    let below = [0_u8; LEN];
    optimization_barrier(&below);
}

/// Does work in a frame of its own, and overwrites the stack from there on.
#[inline(always)]
pub(crate) fn in_wiped_frame<const LEN: usize, R>(work: impl FnOnce() -> R) -> R {
    in_frame_wiped_by(wipe_stack::<LEN>, work)
}

/// The same, by a [`wipe_stack`] that goes as deep as the work does.
#[inline(always)]
pub(crate) fn in_frame_wiped_by<R>(wipe_stack: impl FnOnce(), work: impl FnOnce() -> R) -> R {
    #[inline(never)]
    fn call<R>(work: impl FnOnce() -> R) -> R {
        work()
    }

    let result = call(work);
    wipe_stack();
    result
}

/// A value of a library that does not wipe its own keys and states (ring), wiped when it is dropped.
///
/// It lives in a box or behind a pointer with a count, itself or in its owner, whose memory is the value's only lasting place: what the
/// library left on the stack while it built the value is out of our reach, and so would be what is left where a value was moved from.
pub(crate) struct Wiped<T>(MaybeUninit<T>);

impl<T> Wiped<T> {
    /// For an owner that is not moved any more, or not before there is something to wipe.
    pub(crate) fn new(value: T) -> Self {
        Self(MaybeUninit::new(value))
    }

    pub(crate) fn boxed(value: T) -> Box<Self> {
        Box::new(Self::new(value))
    }

    pub(crate) fn shared(value: T) -> Arc<Self> {
        Arc::new(Self::new(value))
    }
}

impl<T> Deref for Wiped<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: initialized by `new`, and un-initialized by `drop` alone.
        unsafe { self.0.assume_init_ref() }
    }
}

impl<T> DerefMut for Wiped<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`.
        unsafe { self.0.assume_init_mut() }
    }
}

impl<T: Clone> Clone for Wiped<T> {
    fn clone(&self) -> Self {
        Self::new(T::clone(self))
    }
}

impl<T> Drop for Wiped<T> {
    fn drop(&mut self) {
        // SAFETY: initialized by `new`; nothing reads the value after this, since `self` is being dropped.
        unsafe { self.0.assume_init_drop() };
        wipe_unused(std::slice::from_mut(&mut self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", Secret::from(&b"key"[..])), "Secret(3 bytes)");
    }

    #[test]
    fn wiping_leaves_zeros() {
        let mut bytes = *b"password";
        wipe(&mut bytes);
        assert_eq!(bytes, [0; 8]);
    }

    #[test]
    fn places_are_wiped_where_their_type_has_nothing() {
        #[repr(C)]
        struct WithGaps(u8, u64, Option<Vec<u64>>);

        const LEN: usize = size_of::<WithGaps>();
        let mut place = MaybeUninit::<WithGaps>::uninit();
        // SAFETY: a `WithGaps` is so many bytes.
        unsafe { place.as_mut_ptr().cast::<u8>().write_bytes(0xa5, LEN) };
        wipe_unused(std::slice::from_mut(&mut place));
        // SAFETY: all of its bytes have just been written.
        let bytes = unsafe { std::slice::from_raw_parts(place.as_ptr().cast::<u8>(), LEN) };
        assert_eq!(bytes, [0; LEN]);
    }

    #[test]
    fn a_growing_secret_keeps_its_bytes() {
        let mut secret = Secret::default();
        for i in 0..=255 {
            secret.extend_from_slice(&[i; 3]);
        }
        assert!((0..=255u8).flat_map(|i| [i; 3]).eq(secret.iter().copied()));
    }

    #[test]
    fn a_secret_with_room_enough_stays_where_it_is() {
        let mut secret = Secret::default();
        secret.grow_to(100);
        secret.extend_from_slice(&[1; 50]);
        let place = secret.as_ptr();
        secret.grow_to(secret.capacity());
        assert_eq!(secret.as_ptr(), place);
    }

    #[test]
    fn a_growing_secret_takes_up_what_it_said_and_is_seldom_moved() {
        let (mut secret, mut moved) = (Secret::default(), 0);
        for _ in 0..10_000 {
            let (before, announced) = (secret.capacity(), secret.capacity_with(7));
            secret.extend_from_slice(&[1; 7]);
            assert_eq!(secret.capacity(), announced);
            moved += if announced == before { 0 } else { secret.len() };
        }
        assert!(moved < 3 * secret.len(), "{moved} bytes moved for {}", secret.len());
        assert!(secret.capacity() <= secret.len() * 3 / 2);
    }

    #[test]
    fn a_wiped_value_is_dropped_once() {
        let counter = std::rc::Rc::new(());
        let wiped = Wiped::boxed(counter.clone());
        let clone = wiped.clone();
        drop(wiped);
        assert_eq!(std::rc::Rc::strong_count(&clone), 2);
        drop(clone);
        assert_eq!(std::rc::Rc::strong_count(&counter), 1);
    }
}
