//! AES-CMAC (RFC 4493, NIST SP 800-38B).

use cmac::block_api::CmacCipher;
use cmac::{Cmac, KeyInit, Mac as _};

use crate::backend::traits::{Mac, MacKey};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{STACK_OF_WORK, Secret, Wiped, in_wiped_frame};

pub(crate) use aes::{Aes128, Aes256};

/// A key with its schedule worked out.
pub(crate) struct Key<C: CmacCipher>(Context<C>);

impl<C: CmacCipher + KeyInit> Key<C> {
    /// `invalid_key` if the size is not that of the cipher's keys.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        let mac = Cmac::new_from_slice(raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Context(Wiped::boxed(mac))))
    }
}

impl<C: CmacCipher + Clone + Send + Sync + 'static> MacKey for Key<C> {
    type Context = Context<C>;

    const HELD: usize = Context::<C>::HELD;

    const LEAVES_PIECES: bool = true;

    fn begin(&self) -> Context<C> {
        self.0.clone()
    }
}

/// A MAC under way.
#[derive(Clone)]
pub(crate) struct Context<C: CmacCipher>(Box<Wiped<Cmac<C>>>);

impl<C: CmacCipher + Clone + Send + Sync + 'static> Mac for Context<C> {
    const HELD: usize = size_of::<Cmac<C>>() + ALLOCATION;

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn tag(&self) -> Secret {
        in_wiped_frame::<STACK_OF_WORK, _>(|| Secret::from(&Cmac::clone(&self.0).finalize().into_bytes()[..]))
    }
}
