//! AEGIS (draft-irtf-cfrg-aegis-aead) with tags of 128 bits.
//!
//! By libaegis, in C, which looks for the AES instructions of the processor when it runs. The crate's own Rust does so when it is compiled:
//! built for any processor it has no AES but in software, and takes 200 times as long for 16 KiB.

use zeroize::Zeroizing;

use crate::backend::traits::Aead;
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, in_wiped_frame};

/// The tag size of all of them, in bytes.
const TAG_LEN: usize = 16;

macro_rules! aegis {
    ($($(#[$doc:meta])* $name:ident: $library:ident::$aegis:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// There is no schedule.
        #[derive(Clone)]
        pub(crate) struct $name(Zeroizing<aegis::$library::Key>);

        impl $name {
            /// `invalid_key` if the size is not that of the cipher's keys.
            pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
                raw.try_into().map(|raw| Self(Zeroizing::new(raw))).map_err(|_| Errno::InvalidKey)
            }
        }

        impl Aead for $name {
            type Nonce = aegis::$library::Nonce;

            const LEAVES_PIECES: bool = true;

            fn held(&self) -> usize {
                0
            }

            fn seal(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &mut [u8]) -> Result<(), Errno> {
                let cipher = || aegis::$library::$aegis::<TAG_LEN>::new(&self.0, nonce);
                tag.copy_from_slice(&in_wiped_frame::<STACK_OF_WORK, _>(|| cipher().encrypt_in_place(buffer, ad)));
                Ok(())
            }

            fn open(&self, nonce: &Self::Nonce, ad: &[u8], buffer: &mut [u8], tag: &[u8]) -> Result<(), Errno> {
                let tag = tag.try_into().map_err(|_| Errno::InvalidTag)?;
                let cipher = || aegis::$library::$aegis::<TAG_LEN>::new(&self.0, nonce);
                in_wiped_frame::<STACK_OF_WORK, _>(|| cipher().decrypt_in_place(buffer, tag, ad)).map_err(|_| Errno::InvalidTag)
            }
        }
    )*};
}

aegis! {
    /// A key of AEGIS-128L.
    Key128L: aegis128l::Aegis128L;
    /// A key of AEGIS-128X2.
    Key128X2: aegis128x2::Aegis128X2;
    /// A key of AEGIS-128X4.
    Key128X4: aegis128x4::Aegis128X4;
    /// A key of AEGIS-256.
    Key256: aegis256::Aegis256;
    /// A key of AEGIS-256X2.
    Key256X2: aegis256x2::Aegis256X2;
    /// A key of AEGIS-256X4.
    Key256X4: aegis256x4::Aegis256X4;
}
