//! Key encapsulation, whatever the library.

use pkcs8::ObjectIdentifier;

use crate::errno::Errno;
use crate::secret::Secret;

/// What the keys of one mechanism can do. Functions that read return `invalid_key`.
pub(crate) trait Kem: Send + Sync + 'static {
    type Secret: Send + Sync + 'static;
    type Public: Send + Sync + 'static;

    /// Names the keys in DER. `None` if no standard does.
    const OID: Option<ObjectIdentifier>;

    /// Sizes in bytes.
    const SEED_LEN: usize;
    const PUBLIC_LEN: usize;

    fn secret_from_seed(seed: &[u8]) -> Result<Self::Secret, Errno>;
    /// The seed; `None` if the key was made without.
    fn seed_of(secret: &Self::Secret) -> Option<Secret>;

    /// Reads a secret key in the form without a seed, if the mechanism has one.
    fn secret_from_expanded(expanded: &[u8]) -> Result<Self::Secret, Errno>;
    /// The secret key in the form without a seed; `None` if the mechanism has none.
    fn expanded_of(secret: &Self::Secret) -> Option<Secret>;

    fn public_of(secret: &Self::Secret) -> Self::Public;
    fn public_from_raw(raw: &[u8]) -> Result<Self::Public, Errno>;
    fn public_to_raw(public: &Self::Public) -> Vec<u8>;
    /// Whether the key passes the checks that [`public_from_raw`](Self::public_from_raw) does not make.
    fn is_sound(public: &Self::Public) -> bool;

    /// A new secret and its ciphertext.
    fn encapsulate(public: &Self::Public) -> Result<(Secret, Vec<u8>), Errno>;
    /// The secret, or a pseudo-random one if the ciphertext was made otherwise.
    /// `verification_failed` if it has the wrong length.
    fn decapsulate(secret: &Self::Secret, ciphertext: &[u8]) -> Result<Secret, Errno>;
}
