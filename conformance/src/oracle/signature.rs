//! Verifies signatures: ECDSA and RSA by RustCrypto, secp256k1 by libsecp256k1, Ed25519 by ed25519-compact, ML-DSA by
//! RustCrypto, too.

use ml_dsa::{MlDsa44, MlDsa65, MlDsa87, MlDsaParams};
use p256::ecdsa::signature::Verifier;
use rsa::pkcs8::DecodePublicKey;
use rsa::sha2::{Digest, Sha256, Sha384, Sha512};

/// Whether the raw signature is one of the message; the public key is in the encoding that test keys usually have.
pub(crate) fn verify(algorithm: &str, public: &[u8], message: &[u8], signature: &[u8]) -> Result<(), String> {
    let verified = match algorithm {
        "ECDSA_P256_SHA256" => ecdsa_p256(public, message, signature),
        "ECDSA_P384_SHA384" => ecdsa_p384(public, message, signature),
        "ECDSA_K256_SHA256" => ecdsa_secp256k1(public, message, signature),
        "Ed25519" => ed25519(public, message, signature),
        "ML-DSA-44" => ml_dsa::<MlDsa44>(public, message, signature),
        "ML-DSA-65" => ml_dsa::<MlDsa65>(public, message, signature),
        "ML-DSA-87" => ml_dsa::<MlDsa87>(public, message, signature),
        _ => match algorithm.split('_').collect::<Vec<_>>()[..] {
            ["RSA", "PKCS1", _, "SHA256"] => pkcs1_sha256(public, message, signature),
            ["RSA", "PKCS1", _, "SHA384"] => pkcs1_sha384(public, message, signature),
            ["RSA", "PKCS1", _, "SHA512"] => pkcs1_sha512(public, message, signature),
            ["RSA", "PSS", _, "SHA256"] => pss_sha256(public, message, signature),
            ["RSA", "PSS", _, "SHA384"] => pss_sha384(public, message, signature),
            ["RSA", "PSS", _, "SHA512"] => pss_sha512(public, message, signature),
            _ => return Err(format!("no oracle knows {algorithm}")),
        },
    };
    verified.ok_or_else(|| "an independent implementation refuses the signature".to_owned())
}

fn ecdsa_p256(public: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let signature = p256::ecdsa::Signature::from_slice(signature).ok()?;
    p256::ecdsa::VerifyingKey::from_sec1_bytes(public).ok()?.verify(message, &signature).ok()
}

fn ecdsa_p384(public: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let signature = p384::ecdsa::Signature::from_slice(signature).ok()?;
    p384::ecdsa::VerifyingKey::from_sec1_bytes(public).ok()?.verify(message, &signature).ok()
}

fn ecdsa_secp256k1(public: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let mut signature = secp256k1::ecdsa::Signature::from_compact(signature).ok()?;
    // The library refuses a high s, which ECDSA does not.
    signature.normalize_s();
    let public = secp256k1::PublicKey::from_slice(public).ok()?;
    let digest = secp256k1::Message::from_digest(Sha256::digest(message).into());
    secp256k1::ecdsa::verify(&signature, digest, &public).ok()
}

fn ed25519(public: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let signature = ed25519_compact::Signature::from_slice(signature).ok()?;
    ed25519_compact::PublicKey::from_slice(public).ok()?.verify(message, &signature).ok()
}

fn ml_dsa<P: MlDsaParams>(public: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let public = ml_dsa::VerifyingKey::<P>::decode(public.try_into().ok()?);
    let signature = ml_dsa::Signature::<P>::decode(signature.try_into().ok()?)?;
    public.verify_with_context(message, b"", &signature).then_some(())
}

/// PSS has a salt as long as the hash, and MGF1 with the same hash.
macro_rules! rsa {
    ($($name:ident: $scheme:ident, $hash:ident;)*) => {
        $(fn $name(public: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
            let key = rsa::PublicKey::from_public_key_der(public).ok()?;
            let signature = rsa::$scheme::Signature::try_from(signature).ok()?;
            rsa::$scheme::VerifyingKey::<$hash>::new(key).verify(message, &signature).ok()
        })*
    };
}

rsa! {
    pkcs1_sha256: pkcs1v15, Sha256;
    pkcs1_sha384: pkcs1v15, Sha384;
    pkcs1_sha512: pkcs1v15, Sha512;
    pss_sha256: pss, Sha256;
    pss_sha384: pss, Sha384;
    pss_sha512: pss, Sha512;
}
