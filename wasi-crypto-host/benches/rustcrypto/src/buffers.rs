//! Where the benchmark puts what an operation needs, and finds its result.

use std::hint::black_box;
use std::sync::{LazyLock, Mutex};

/// Room for a message of 16 KiB and a tag.
const SIZE: usize = (16 << 10) + 16;

pub(crate) static INPUT: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(|| Mutex::new(vec![0; SIZE]));
pub(crate) static OUTPUT: LazyLock<Mutex<Vec<u8>>> = LazyLock::new(|| Mutex::new(vec![0; SIZE]));

/// Does a thing over and over, and returns 0 if it succeeded each time.
pub(crate) fn repeat(times: u32, mut work: impl FnMut(&[u8], &mut [u8]) -> Option<()>) -> u32 {
    let (Ok(input), Ok(mut output)) = (INPUT.lock(), OUTPUT.lock()) else { return 2 };
    let succeeded = (0..times).all(|_| work(black_box(&input), &mut output).is_some());
    u32::from(!succeeded)
}

/// Exports functions whose bodies are such work.
macro_rules! export {
    ($(fn $name:ident($input:ident, $output:ident) $body:block)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $name(times: u32) -> u32 {
            $crate::buffers::repeat(times, |$input, $output| $body)
        })*
    };
}

/// Puts bytes at the beginning of the output.
pub(crate) fn put(output: &mut [u8], bytes: &[u8]) -> Option<()> {
    output.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(())
}

pub(crate) use export;
