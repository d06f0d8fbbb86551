//! More authenticated encryption: XChaCha20-Poly1305, AES-GCM-SIV, AEGIS, Ascon.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::backend::aes_gcm_siv::{self, Aes128, Aes256};
use crate::backend::{aegis, ascon, xchacha20_poly1305};
use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::symmetric::aead::{Cipher, Ready, row};
use crate::symmetric::algorithm::{Algorithm, NoncePolicy};
use crate::symmetric::traits::{Given, Key, Keyed, State};

pub(super) static ALGORITHMS: &[Algorithm] = &[
    row("XCHACHA20-POLY1305", 32, NoncePolicy::Automatic(24), &XChaCha),
    row("AES-128-GCM-SIV", 16, NoncePolicy::Given(12), &Ready(aes_gcm_siv::Key::<Aes128>::new)),
    row("AES-256-GCM-SIV", 32, NoncePolicy::Given(12), &Ready(aes_gcm_siv::Key::<Aes256>::new)),
    row("AEGIS-128L", 16, NoncePolicy::Given(16), &Ready(aegis::Key128L::new)),
    row("AEGIS-128X2", 16, NoncePolicy::Given(16), &Ready(aegis::Key128X2::new)),
    row("AEGIS-128X4", 16, NoncePolicy::Given(16), &Ready(aegis::Key128X4::new)),
    row("AEGIS-256", 32, NoncePolicy::Automatic(32), &Ready(aegis::Key256::new)),
    row("AEGIS-256X2", 32, NoncePolicy::Automatic(32), &Ready(aegis::Key256X2::new)),
    row("AEGIS-256X4", 32, NoncePolicy::Automatic(32), &Ready(aegis::Key256X4::new)),
    Algorithm { cost: 2, ..row("ASCON-AEAD", 16, NoncePolicy::Given(16), &Ready(ascon::Key::new)) },
];

/// XChaCha20-Poly1305, whose nonce makes another key of ChaCha20-Poly1305.
struct XChaCha;

impl Keyed for XChaCha {
    fn prepare(&self, raw: &Arc<BookedSecret>) -> Result<Arc<dyn Key>, Errno> {
        let raw = raw[..].try_into().map_err(|_| Errno::InvalidKey)?;
        Ok(Arc::new(XChaChaKey(Zeroizing::new(raw))))
    }
}

struct XChaChaKey(Zeroizing<[u8; 32]>);

impl Key for XChaChaKey {
    fn open(&self, given: &Given<'_>) -> Result<State, Errno> {
        Cipher::open(xchacha20_poly1305::Subkey::new(&self.0, &given.nonce()?)?, given)
    }

    fn held(&self) -> usize {
        size_of::<Self>() + COUNTS + ALLOCATION
    }
}
