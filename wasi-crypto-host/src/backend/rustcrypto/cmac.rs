//! AES-CMAC (RFC 4493, NIST SP 800-38B).

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac as _};

use crate::backend::traits::{Mac, MacKey};
use crate::booking::ALLOCATION;
use crate::errno::Errno;
use crate::secret::{Secret, Wiped};

/// A key with its schedule worked out.
pub(crate) struct Key(Context);

impl Key {
    /// `invalid_key` if the size is not 16 bytes.
    pub(crate) fn new(raw: &[u8]) -> Result<Self, Errno> {
        let mac = Cmac::<Aes128>::new_from_slice(raw).map_err(|_| Errno::InvalidKey)?;
        Ok(Self(Context(Wiped::boxed(mac))))
    }
}

impl MacKey for Key {
    type Context = Context;

    const HELD: usize = Context::HELD;

    fn begin(&self) -> Context {
        self.0.clone()
    }
}

/// A MAC under way.
#[derive(Clone)]
pub(crate) struct Context(Box<Wiped<Cmac<Aes128>>>);

impl Mac for Context {
    const HELD: usize = size_of::<Cmac<Aes128>>() + ALLOCATION;

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn tag(&self) -> Secret {
        Secret::from(&Cmac::clone(&self.0).finalize().into_bytes()[..])
    }
}
