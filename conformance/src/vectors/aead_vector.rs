//! How vectors of ciphers are written down here.

/// A vector, in hexadecimal digits.
pub(super) struct Vector {
    pub(super) algorithm: &'static str,
    pub(super) source: &'static str,
    pub(super) key: &'static str,
    pub(super) nonce: &'static str,
    pub(super) ad: &'static str,
    /// `None`: the tag shall be refused.
    pub(super) message: Option<&'static str>,
    pub(super) ciphertext: &'static str,
    pub(super) tag: &'static str,
}
