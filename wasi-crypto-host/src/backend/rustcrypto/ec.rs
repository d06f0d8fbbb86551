//! The curves P-256, P-384 (FIPS 186-5) and secp256k1 (SEC 2): keys, encodings and ECDH of RustCrypto. See `ecdh`, `ecdsa`.

use pkcs8::{AssociatedOid, EncodePrivateKey, EncodePublicKey, ObjectIdentifier};

use crate::backend::digest;
use crate::errno::Errno;
use crate::secret::Secret;

/// What the keys of one curve can do.
pub(crate) trait Curve: Send + Sync + 'static {
    type Secret: Send + Sync + 'static;
    type Public: PartialEq + Send + Sync + 'static;
    /// What RustCrypto prepares to sign with.
    type DigestSigner: Send + Sync + 'static;

    const OID: ObjectIdentifier;

    /// The size of a scalar and of a coordinate in bytes.
    const FIELD_LEN: usize;

    /// The hash that ECDSA on this curve signs.
    const DIGEST: &'static digest::Algorithm;

    /// A scalar from 1 to the order less one, big-endian.
    fn secret_from_raw(raw: &[u8]) -> Option<Self::Secret>;
    fn secret_to_raw(secret: &Self::Secret) -> Secret;
    fn secret_to_sec1(secret: &Self::Secret) -> Option<Secret>;
    fn secret_to_pkcs8(secret: &Self::Secret) -> Option<Secret>;

    /// A point on the curve other than the identity, compressed or not. The only reader of points.
    fn public_from_sec1(point: &[u8]) -> Option<Self::Public>;
    fn public_to_sec1(public: &Self::Public, compressed: bool) -> Vec<u8>;
    fn public_to_spki(public: &Self::Public) -> Option<Vec<u8>>;
    fn public_of(secret: &Self::Secret) -> Self::Public;

    /// The x coordinate of the shared point.
    fn diffie_hellman(secret: &Self::Secret, public: &Self::Public) -> Secret;

    fn digest_signer(secret: &Self::Secret) -> Self::DigestSigner;
    /// Signs a digest with the nonce of RFC 6979; returns r ‖ s.
    fn sign_digest(signer: &Self::DigestSigner, digest: &[u8]) -> Result<Vec<u8>, Errno>;
    /// Verifies r ‖ s; any s, high or low.
    fn verify_digest(public: &Self::Public, digest: &[u8], signature: &[u8]) -> Result<(), Errno>;

    /// r ‖ s, both from 1 to the order less one, from itself.
    fn signature_from_raw(raw: &[u8]) -> Option<Vec<u8>>;
    /// r ‖ s from a strict DER `ECDSA-Sig-Value` (RFC 3279).
    fn signature_from_der(der: &[u8]) -> Option<Vec<u8>>;
    fn signature_to_der(raw: &[u8]) -> Option<Vec<u8>>;
}

pub(crate) struct P256;
pub(crate) struct P384;
pub(crate) struct K256;

macro_rules! curve {
    ($name:ident, $krate:ident::$curve:ident, $field_len:literal, $digest:expr) => {
        impl Curve for $name {
            type Secret = $krate::SecretKey;
            type Public = $krate::PublicKey;
            type DigestSigner = $krate::ecdsa::SigningKey;

            const OID: ObjectIdentifier = $krate::$curve::OID;
            const FIELD_LEN: usize = $field_len;
            const DIGEST: &'static digest::Algorithm = $digest;

            fn secret_from_raw(raw: &[u8]) -> Option<Self::Secret> {
                (raw.len() == $field_len).then(|| $krate::SecretKey::from_slice(raw).ok())?
            }

            fn secret_to_raw(secret: &Self::Secret) -> Secret {
                let mut bytes = secret.to_bytes();
                let raw = Secret::from(&bytes[..]);
                crate::secret::wipe(&mut bytes);
                raw
            }

            fn secret_to_sec1(secret: &Self::Secret) -> Option<Secret> {
                Some(Secret::from(&secret.to_sec1_der().ok()?[..]))
            }

            fn secret_to_pkcs8(secret: &Self::Secret) -> Option<Secret> {
                Some(Secret::from(secret.to_pkcs8_der().ok()?.as_bytes()))
            }

            fn public_from_sec1(point: &[u8]) -> Option<Self::Public> {
                // Tags 2 to 4: neither the identity nor the hybrid and compact forms, which our encodings do not have.
                matches!(point.first(), Some(2..=4)).then(|| $krate::PublicKey::from_sec1_bytes(point).ok())?
            }

            fn public_to_sec1(public: &Self::Public, compressed: bool) -> Vec<u8> {
                use $krate::elliptic_curve::sec1::ToSec1Point;
                public.to_sec1_point(compressed).as_bytes().to_vec()
            }

            fn public_to_spki(public: &Self::Public) -> Option<Vec<u8>> {
                Some(public.to_public_key_der().ok()?.into_vec())
            }

            fn public_of(secret: &Self::Secret) -> Self::Public {
                secret.public_key()
            }

            fn diffie_hellman(secret: &Self::Secret, public: &Self::Public) -> Secret {
                let shared =
                    $krate::elliptic_curve::ecdh::diffie_hellman(secret.to_nonzero_scalar(), public.as_affine());
                Secret::from(&shared.raw_secret_bytes()[..])
            }

            fn digest_signer(secret: &Self::Secret) -> Self::DigestSigner {
                secret.into()
            }

            fn sign_digest(signer: &Self::DigestSigner, digest: &[u8]) -> Result<Vec<u8>, Errno> {
                use $krate::ecdsa::{Signature, signature::hazmat::PrehashSigner};
                let signature: Signature = signer.sign_prehash(digest).map_err(|_| Errno::AlgorithmFailure)?;
                Ok(signature.to_bytes().to_vec())
            }

            fn verify_digest(public: &Self::Public, digest: &[u8], signature: &[u8]) -> Result<(), Errno> {
                use $krate::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
                let signature = Signature::from_slice(signature).map_err(|_| Errno::InvalidSignature)?;
                // The library for secp256k1 refuses a high s, which ECDSA does not.
                let verified = VerifyingKey::from(public).verify_prehash(digest, &signature.normalize_s());
                verified.map_err(|_| Errno::VerificationFailed)
            }

            fn signature_from_raw(raw: &[u8]) -> Option<Vec<u8>> {
                $krate::ecdsa::Signature::from_slice(raw).ok().map(|signature| signature.to_bytes().to_vec())
            }

            fn signature_from_der(der: &[u8]) -> Option<Vec<u8>> {
                $krate::ecdsa::Signature::from_der(der).ok().map(|signature| signature.to_bytes().to_vec())
            }

            fn signature_to_der(raw: &[u8]) -> Option<Vec<u8>> {
                Some($krate::ecdsa::Signature::from_slice(raw).ok()?.to_der().as_bytes().to_vec())
            }
        }
    };
}

curve!(P256, p256::NistP256, 32, &digest::SHA256);
curve!(P384, p384::NistP384, 48, &digest::SHA384);
curve!(K256, k256::Secp256k1, 32, &digest::SHA256);
