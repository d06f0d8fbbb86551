//! BLAKE3, with a key or without (<https://github.com/BLAKE3-team/BLAKE3-specs>).

use blake3::Hasher;

use crate::backend::traits::Xof;
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{STACK_OF_KEY, STACK_OF_WORK, Wiped, in_wiped_frame};

/// The size of a key, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// BLAKE3 under way.
#[derive(Clone)]
pub(crate) struct Blake3 {
    hasher: Box<Wiped<Hasher>>,
    /// How many bytes of the output have been squeezed.
    squeezed: u64,
}

impl Blake3 {
    /// `invalid_key` if the size of the key is not 32 bytes.
    pub(crate) fn new(key: Option<&[u8]>) -> Result<Self, Errno> {
        let hasher = match key {
            None => Hasher::new(),
            Some(key) => Hasher::new_keyed(key.try_into().map_err(|_| Errno::InvalidKey)?),
        };
        Ok(Self { hasher: Wiped::boxed(hasher), squeezed: 0 })
    }
}

/// What is longer, the library hashes by halves, which takes more of the stack.
const IN_ONE_PIECE: usize = 4 << 10;

impl Xof for Blake3 {
    fn held(&self) -> usize {
        size_of::<Hasher>() + ALLOCATION
    }

    fn update(&mut self, data: &[u8]) {
        let update = || _ = self.hasher.update(data);
        if data.len() > IN_ONE_PIECE {
            in_wiped_frame::<STACK_OF_KEY, _>(update);
        } else {
            in_wiped_frame::<STACK_OF_WORK, _>(update);
        }
    }

    fn squeeze(&mut self, out: &mut [u8]) {
        in_wiped_frame::<STACK_OF_WORK, _>(|| {
            let mut reader = self.hasher.finalize_xof();
            reader.set_position(self.squeezed);
            reader.fill(out);
        });
        self.squeezed += out.len() as u64;
    }
}
