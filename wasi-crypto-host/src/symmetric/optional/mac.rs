//! More MACs: AES-CMAC (RFC 4493, NIST SP 800-38B), KMAC (NIST SP 800-185) with the option `context` as its customization.

use std::sync::Arc;

use crate::backend::cmac::{self, Aes128, Aes256};
use crate::backend::kmac::{Kmac128, Kmac256};
use crate::backend::traits::{Mac, MacKey};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::options::BytesOption;
use crate::symmetric::algorithm::{Algorithm, KeyLen, Parameter};
use crate::symmetric::mac::{Authentication, ReadyKey, row};
use crate::symmetric::traits::{Given, Key, Keyed, State};

pub(super) static ALGORITHMS: &[Algorithm] = &[
    row("AES-128-CMAC", 16, KeyLen::exactly(16), &Ready(cmac::Key::<Aes128>::new)),
    row("AES-256-CMAC", 16, KeyLen::exactly(32), &Ready(cmac::Key::<Aes256>::new)),
    customized("KMAC-128", Kmac128::TAG_LEN, 16, &Customized(Kmac128::new)),
    customized("KMAC-256", Kmac256::TAG_LEN, 32, &Customized(Kmac256::new)),
];

/// Keys of any length; they are generated with `key_len` bytes, which is the strength.
const fn customized(name: &'static str, tag_len: usize, key_len: usize, keyed: &'static dyn Keyed) -> Algorithm {
    let options = &[Parameter::Bytes(BytesOption::Context, usize::MAX)];
    Algorithm { options, ..row(name, tag_len, KeyLen::any(key_len), keyed) }
}

/// An algorithm, and how its keys are made ready.
struct Ready<K>(fn(&[u8]) -> Result<K, Errno>);

impl<K: MacKey> Keyed for Ready<K> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(ReadyKey(self.0(raw)?)))
    }
}

/// One whose customization comes before the key, so that there is nothing to do with a key alone.
struct Customized<M>(fn(&[u8], &[u8]) -> M);

impl<M: Mac> Keyed for Customized<M> {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        Ok(Arc::new(CustomizedKey { begin: self.0, raw: Arc::clone(raw) }))
    }
}

struct CustomizedKey<M> {
    begin: fn(&[u8], &[u8]) -> M,
    raw: Arc<BookedSecret>,
}

impl<M: Mac> Key for CustomizedKey<M> {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        let customization = given.options.get(BytesOption::Context).unwrap_or_default();
        Ok(State::Authenticate(Box::new(Authentication((self.begin)(&self.raw, customization)))))
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}
