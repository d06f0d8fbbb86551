//! Key pairs that the guest holds before anything is measured.

use crate::guest::Guest;

/// The numbers of the interface for `algorithm_type`.
pub(crate) const SIGNATURES: u32 = 0;
pub(crate) const KEY_EXCHANGE: u32 = 2;

/// The numbers of the interface for the encoding of a key.
pub(crate) const RAW: u32 = 0;
pub(crate) const PKCS8: u32 = 1;

/// A key pair, and its halves.
pub(crate) struct Handles {
    pub(crate) keypair: u32,
    pub(crate) publickey: u32,
    pub(crate) secretkey: u32,
}

impl Handles {
    pub(crate) fn import(
        guest: &mut Guest,
        algorithm_type: u32,
        algorithm: &str,
        encoded: &[u8],
        encoding: u32,
    ) -> Self {
        let mut memory = [&[0; 8][..], algorithm.as_bytes(), encoded].concat();
        let (name_len, len) = (algorithm.len() as u32, encoded.len() as u32);
        let args = [algorithm_type, 8, name_len, 8 + name_len, len, encoding, 0];
        let keypair = guest.call_for_handle("keypair_import", &mut memory, &args);
        let publickey = guest.call_for_handle("keypair_publickey", &mut memory, &[keypair, 0]);
        let secretkey = guest.call_for_handle("keypair_secretkey", &mut memory, &[keypair, 0]);
        Self { keypair, publickey, secretkey }
    }

    /// A state that signs, and has the message.
    pub(crate) fn signing(&self, guest: &mut Guest, message: &[u8]) -> u32 {
        let state = guest.call_for_handle("signature_state_open", &mut [0; 4], &[self.keypair, 0]);
        guest.call("signature_state_update", &mut message.to_vec(), &[state, 0, message.len() as u32]);
        state
    }

    /// A state that verifies, and has the message.
    pub(crate) fn verifying(&self, guest: &mut Guest, message: &[u8]) -> u32 {
        let state = guest.call_for_handle("signature_verification_state_open", &mut [0; 4], &[self.publickey, 0]);
        guest.call("signature_verification_state_update", &mut message.to_vec(), &[state, 0, message.len() as u32]);
        state
    }
}

/// A signature in its raw form.
pub(crate) fn import_signature(guest: &mut Guest, algorithm: &str, raw: &[u8]) -> u32 {
    let mut memory = [&[0; 8][..], algorithm.as_bytes(), raw].concat();
    let (name_len, len) = (algorithm.len() as u32, raw.len() as u32);
    guest.call_for_handle("signature_import", &mut memory, &[8, name_len, 8 + name_len, len, RAW, 0])
}
