//! RustCrypto, and the curves of dalek.

use std::hint::black_box;

use k256::ecdsa::signature::{Signer, Verifier};
use ml_dsa::{ExpandedSigningKey, MlDsa65, Signature, SigningKey, VerifyingKey};
use ml_kem::array::Array;
use ml_kem::ml_kem_768;
use p256::elliptic_curve::sec1::ToSec1Point;
use pkcs8::DecodePrivateKey;
use x_wing::{Decapsulate, KeyExport, KeyInit, TryKeyInit};
use x25519_dalek::{PublicKey, StaticSecret};

use crate::native::{Library, MESSAGE, Native, SignatureKey, random};

pub(crate) fn ecdsa_k256(pkcs8: &[u8]) -> SignatureKey {
    let key = k256::ecdsa::SigningKey::from_pkcs8_der(pkcs8).expect("an ECDSA key");
    let public = *key.verifying_key();
    SignatureKey {
        library: Library::RustCrypto,
        sign: Box::new(move |out| {
            let signature: k256::ecdsa::Signature = key.sign(black_box(&MESSAGE));
            out.put(&[&signature.to_bytes()])
        }),
        verify: Box::new(move |signature| {
            let signature = k256::ecdsa::Signature::from_slice(signature.bytes());
            // The library refuses a high s, which ECDSA does not.
            signature.is_ok_and(|signature| public.verify(black_box(&MESSAGE), &signature.normalize_s()).is_ok())
        }),
    }
}

/// Signs with fresh randomness, as the host does.
pub(crate) fn ml_dsa_65(seed: &[u8]) -> SignatureKey {
    // Not pre-hashed; a context of no bytes (FIPS 204 algorithm 2).
    const PREFIX: &[u8] = &[0, 0];
    let key = ExpandedSigningKey::<MlDsa65>::from_seed(seed.try_into().expect("a seed of 32 bytes"));
    let public: VerifyingKey<MlDsa65> = key.verifying_key();
    SignatureKey {
        library: Library::RustCrypto,
        sign: Box::new(move |out| {
            out.put(&[&key.sign_internal(&[PREFIX, black_box(&MESSAGE)], &Array(random())).encode()])
        }),
        verify: Box::new(move |signature| {
            let signature = signature.bytes().try_into().ok().and_then(Signature::decode);
            signature.is_some_and(|signature| public.verify_with_context(black_box(&MESSAGE), &[], &signature))
        }),
    }
}

pub(crate) fn x25519(secret: &[u8; 32], peer: &[u8; 32]) -> Native<'static> {
    let (secret, peer) = (StaticSecret::from(*secret), PublicKey::from(*peer));
    Native::new(Library::RustCrypto, move |out| out.put(&[secret.diffie_hellman(&peer).as_bytes()]))
}

macro_rules! agreement {
    ($name:ident, $krate:ident) => {
        pub(crate) fn $name(pkcs8: &[u8], peer: &[u8]) -> Native<'static> {
            let secret = $krate::SecretKey::from_pkcs8_der(pkcs8).expect("a secret key");
            let peer = $krate::PublicKey::from_sec1_bytes(peer).expect("a point");
            Native::new(Library::RustCrypto, move |out| {
                let shared = $krate::ecdh::diffie_hellman(secret.to_nonzero_scalar(), peer.as_affine());
                out.put(&[shared.raw_secret_bytes()])
            })
        }
    };
}

agreement!(ecdh_p256, p256);
agreement!(ecdh_p384, p384);

pub(crate) fn generate_p256() -> Native<'static> {
    Native::new(Library::RustCrypto, |out| {
        // Nearly every number of this size is a scalar.
        let secret = p256::SecretKey::from_slice(&random::<32>()).expect("a scalar");
        out.put(&[secret.public_key().to_sec1_point(false).as_bytes()])
    })
}

pub(crate) fn generate_x25519() -> Native<'static> {
    Native::new(Library::RustCrypto, |out| out.put(&[PublicKey::from(&StaticSecret::from(random())).as_bytes()]))
}

pub(crate) fn generate_ml_kem_768() -> Native<'static> {
    Native::new(Library::RustCrypto, |out| {
        let key = ml_kem_768::DecapsulationKey::new_from_slice(&random::<64>()).expect("a seed of 64 bytes");
        out.put(&[&key.encapsulation_key().to_bytes()])
    })
}

pub(crate) fn generate_ml_dsa_65() -> Native<'static> {
    Native::new(Library::RustCrypto, |out| {
        let key = SigningKey::<MlDsa65>::from_seed(&Array(random()));
        out.put(&[&AsRef::<VerifyingKey<MlDsa65>>::as_ref(&key).encode()])
    })
}

/// Encapsulation to a public key, and decapsulation with a key from its seed.
macro_rules! kem {
    ($encapsulate:ident, $decapsulate:ident, $public:ty, $secret:ty) => {
        pub(crate) fn $encapsulate(public: &[u8]) -> Native<'static> {
            let key = <$public>::new_from_slice(public).expect("an encapsulation key");
            Native::new(Library::RustCrypto, move |out| {
                let (ciphertext, secret) = key.encapsulate_deterministic(&Array(random()));
                out.put(&[&secret, &ciphertext])
            })
        }

        pub(crate) fn $decapsulate(seed: &[u8], ciphertext: Vec<u8>) -> Native<'static> {
            let key = <$secret>::new_from_slice(seed).expect("a seed");
            Native::new(Library::RustCrypto, move |out| {
                out.put(&[&key.decapsulate_slice(&ciphertext).expect("a ciphertext")])
            })
        }
    };
}

kem!(
    encapsulate_ml_kem_768,
    decapsulate_ml_kem_768,
    ml_kem::ml_kem_768::EncapsulationKey,
    ml_kem::ml_kem_768::DecapsulationKey
);
kem!(encapsulate_x_wing, decapsulate_x_wing, x_wing::EncapsulationKey, x_wing::DecapsulationKey);
