//! Signatures of a message of 64 bytes. Deterministic where the scheme allows, so that no randomness is asked for.

use std::hint::black_box;

use ed25519_dalek::{Signer, Verifier};
use ml_dsa::{B32, MlDsa65, Signature};
use rsa::Pkcs1v15Sign;
use rsa::sha2::Digest;
use sha2::Sha256;

use crate::buffers::{export, put};
use crate::keys::{ECDSA_K256, ECDSA_P256, ED25519, ML_DSA_65, ML_DSA_65_PUBLIC, RSA_2048};

const MESSAGE: [u8; 64] = [3; 64];

export! {
    fn ed25519_sign(_input, output) {
        put(output, &ED25519.sign(black_box(&MESSAGE)).to_bytes())
    }
    fn ed25519_verify(input, _output) {
        let signature = ed25519_dalek::Signature::from_bytes(input.first_chunk()?);
        ED25519.verifying_key().verify(black_box(&MESSAGE), &signature).ok()
    }
    fn ecdsa_p_256_sign(_input, output) {
        let signature: p256::ecdsa::Signature = ECDSA_P256.sign(black_box(&MESSAGE));
        put(output, &signature.to_bytes())
    }
    fn ecdsa_p_256_verify(input, _output) {
        let signature = p256::ecdsa::Signature::from_slice(input.first_chunk::<64>()?).ok()?;
        ECDSA_P256.verifying_key().verify(black_box(&MESSAGE), &signature).ok()
    }
    fn ecdsa_k_256_sign(_input, output) {
        let signature: k256::ecdsa::Signature = ECDSA_K256.sign(black_box(&MESSAGE));
        put(output, &signature.to_bytes())
    }
    fn ecdsa_k_256_verify(input, _output) {
        let signature = k256::ecdsa::Signature::from_slice(input.first_chunk::<64>()?).ok()?;
        ECDSA_K256.verifying_key().verify(black_box(&MESSAGE), &signature).ok()
    }
    // Without blinding, which would need randomness and a little more time.
    fn rsa_2048_pkcs1_sign(_input, output) {
        let digest = Sha256::digest(black_box(&MESSAGE));
        put(output, &RSA_2048.sign(Pkcs1v15Sign::new::<rsa::sha2::Sha256>(), &digest).ok()?)
    }
    fn rsa_2048_pkcs1_verify(input, _output) {
        let digest = Sha256::digest(black_box(&MESSAGE));
        let padding = Pkcs1v15Sign::new::<rsa::sha2::Sha256>();
        RSA_2048.as_public_key().verify(padding, &digest, input.first_chunk::<256>()?).ok()
    }
    // How long a signature takes is a matter of chance, so each has another number in the place of randomness.
    fn ml_dsa_65_sign(_input, output) {
        let mut randomness = B32::default();
        randomness.copy_from_slice(output.first_chunk::<32>()?);
        put(output, &ML_DSA_65.sign_internal(&[&[0, 0], black_box(&MESSAGE)], &randomness).encode())
    }
    fn ml_dsa_65_verify(input, _output) {
        let signature = Signature::<MlDsa65>::decode(input.get(..3309)?.try_into().ok()?)?;
        ML_DSA_65_PUBLIC.verify_with_context(black_box(&MESSAGE), &[], &signature).then_some(())
    }
}
