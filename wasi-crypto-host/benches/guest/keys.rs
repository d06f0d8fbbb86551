//! The keys of the conformance suite, which everybody knows.

use pem_rfc7468::decode_vec;

/// A key pair in DER.
pub(crate) struct KeyFiles {
    /// `PrivateKeyInfo`.
    pub(crate) secret: Vec<u8>,
    /// `SubjectPublicKeyInfo`.
    pub(crate) public: Vec<u8>,
}

impl KeyFiles {
    pub(crate) fn new(secret: &str, public: &str) -> Self {
        let der = |pem: &str| decode_vec(pem.as_bytes()).expect("the test keys are PEM").1;
        Self { secret: der(secret), public: der(public) }
    }

    /// The key itself, of algorithms whose DER ends with it.
    pub(crate) fn raw_secret<const N: usize>(&self) -> &[u8; N] {
        self.secret.last_chunk().expect("a longer file")
    }

    /// Likewise; for elliptic curves the uncompressed point.
    pub(crate) fn raw_public<const N: usize>(&self) -> &[u8; N] {
        self.public.last_chunk().expect("a longer file")
    }
}

/// Reads a pair of files by the first part of their names.
macro_rules! key_files {
    ($name:literal) => {
        $crate::keys::KeyFiles::new(
            include_str!(concat!("../../../conformance/test-keys/", $name, ".secret.pem")),
            include_str!(concat!("../../../conformance/test-keys/", $name, ".public.pem")),
        )
    };
}

pub(crate) use key_files;
