//! What families ask of a primitive, whichever library it is from.

use crate::errno::Errno;
use crate::secret::Secret;

/// A hash of fixed length under way.
pub(crate) trait Hash: Clone + Send + Sync + 'static {
    /// Bytes to book for what it allocates.
    const HELD: usize;

    fn update(&mut self, data: &[u8]);

    /// The size of the hash in bytes.
    fn output_len(&self) -> usize;

    /// Fills `out`, which is not longer than the hash, with the front of the hash of all data so far. More can follow.
    fn finish_into(&self, out: &mut [u8]);
}

/// A hash that can begin with a key and a salt.
pub(crate) trait SaltedHash: Hash {
    /// The longest key, in bytes. The shortest has one.
    const MAX_KEY_LEN: usize;

    /// The longest salt, in bytes. Shorter ones are filled up with zeros, and none is the same as an empty one.
    const MAX_SALT_LEN: usize;

    /// `invalid_key` or `invalid_length` for a key or salt of another size.
    fn new(key: Option<&[u8]>, salt: &[u8]) -> Result<Self, Errno>;
}

/// A hash with an output of any length, under way.
pub(crate) trait Xof: Clone + Send + Sync + 'static {
    /// Bytes to book for what it allocates.
    fn held(&self) -> usize;

    /// Not any more after [`squeeze`](Self::squeeze).
    fn update(&mut self, data: &[u8]);

    /// Fills `out` with the next bytes of the output.
    fn squeeze(&mut self, out: &mut [u8]);
}

/// A prepared key of a MAC.
pub(crate) trait MacKey: Send + Sync + 'static {
    type Context: Mac;

    /// Bytes to book for what it allocates.
    const HELD: usize;

    /// Whether pieces of the key are left on the stack when a MAC begins.
    const LEAVES_PIECES: bool = false;

    fn begin(&self) -> Self::Context;
}

/// A MAC under way.
pub(crate) trait Mac: Clone + Send + Sync + 'static {
    /// Bytes to book for what it allocates.
    const HELD: usize;

    fn update(&mut self, data: &[u8]);

    /// The tag of all data so far; more can follow.
    fn tag(&self) -> Secret;
}

/// A key of an AEAD, ready to use. Clones are cheap.
pub(crate) trait Aead: Clone + Send + Sync + 'static {
    /// An array of bytes.
    type Nonce: Copy + AsRef<[u8]> + for<'a> TryFrom<&'a [u8]> + Send + Sync;

    /// Whether pieces of the key are left on the stack when it is cloned.
    const LEAVES_PIECES: bool = false;

    /// Bytes to book for what it allocates, which clones may share.
    fn held(&self) -> usize;

    /// Encrypts `buffer` in place and fills `tag`, which has as many bytes as the tags of the algorithm.
    fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno>;

    /// Decrypts `buffer` in place. `invalid_tag` if it does not verify; the buffer then holds anything.
    fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno>;
}

/// A block cipher in a mode that works on whole blocks.
pub(crate) trait BlockMode: Clone + Send + Sync + 'static {
    /// Bytes to book for what it allocates, which clones may share.
    fn held(&self) -> usize;

    /// Encrypts blocks in place.
    fn encrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]]);

    /// Decrypts blocks in place, and the one that comes after them.
    fn decrypt(&self, iv: &[u8; BLOCK], blocks: &mut [[u8; BLOCK]], last: &mut [u8; BLOCK]);
}

/// A block cipher in counter mode.
pub(crate) trait CounterMode: Clone + Send + Sync + 'static {
    /// Bytes to book for what it allocates, which clones may share.
    fn held(&self) -> usize;

    /// Encrypts or decrypts in place, from this block of the counter on, a big-endian number.
    fn apply(&self, counter: &[u8; BLOCK], data: &mut [u8]);
}

/// The block size of AES, in bytes.
pub(crate) const BLOCK: usize = 16;
