//! AES-SIV with CMAC (RFC 5297).

use aes_siv::KeyInit;
use aes_siv::siv::{Aes128Siv, Aes256Siv, MAX_HEADERS};
use zeroize::Zeroizing;

use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Wiped, in_wiped_frame};

/// The most components of associated data, a nonce among them.
pub(crate) const MAX_COMPONENTS: usize = MAX_HEADERS;

/// The size of a tag, which is the synthetic initialization vector, in bytes.
pub(crate) const TAG_LEN: usize = 16;

/// A key.
pub(crate) trait SivKey: Sized + Send + Sync + 'static {
    /// Its schedules, which change with use.
    type Schedules: Siv;

    /// Its size in bytes.
    const LEN: usize;

    /// `invalid_key` for another size.
    fn new(raw: &[u8]) -> Result<Self, Errno>;

    fn begin(&self) -> Self::Schedules;
}

/// The schedules of a key.
pub(crate) trait Siv: Send + Sync + 'static {
    /// Bytes to book for what they allocate.
    const HELD: usize;

    /// Encrypts `buffer` in place and gives the tag. `overflow` for more than [`MAX_COMPONENTS`].
    fn seal<'a>(
        &mut self,
        components: impl Iterator<Item = &'a [u8]>,
        buffer: &mut [u8],
    ) -> Result<[u8; TAG_LEN], Errno>;

    /// Decrypts `buffer` in place. `invalid_tag` if it does not verify; the buffer then holds anything.
    fn open<'a>(
        &mut self,
        components: impl Iterator<Item = &'a [u8]>,
        buffer: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Errno>;
}

macro_rules! siv {
    ($($key:ident, $schedules:ident: $library:ty, $len:literal;)*) => {$(
        pub(crate) struct $key(Zeroizing<[u8; $len]>);

        impl SivKey for $key {
            type Schedules = $schedules;

            const LEN: usize = $len;

            fn new(raw: &[u8]) -> Result<Self, Errno> {
                raw.try_into().map(|raw| Self(Zeroizing::new(raw))).map_err(|_| Errno::InvalidKey)
            }

            fn begin(&self) -> $schedules {
                $schedules(Wiped::boxed(<$library>::new((&*self.0).into())))
            }
        }

        pub(crate) struct $schedules(Box<Wiped<$library>>);

        impl Siv for $schedules {
            const HELD: usize = size_of::<$library>() + ALLOCATION;

            fn seal<'a>(
                &mut self,
                components: impl Iterator<Item = &'a [u8]>,
                buffer: &mut [u8],
            ) -> Result<[u8; TAG_LEN], Errno> {
                let sealed = in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.encrypt_inout_detached(components, buffer.into()));
                sealed.map(Into::into).map_err(|_| Errno::Overflow)
            }

            fn open<'a>(
                &mut self,
                components: impl Iterator<Item = &'a [u8]>,
                buffer: &mut [u8],
                tag: &[u8; TAG_LEN],
            ) -> Result<(), Errno> {
                let opened = in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.decrypt_inout_detached(components, buffer.into(), tag.into()));
                opened.map_err(|_| Errno::InvalidTag)
            }
        }
    )*};
}

siv! {
    Key128, Siv128: Aes128Siv, 32;
    Key256, Siv256: Aes256Siv, 64;
}
