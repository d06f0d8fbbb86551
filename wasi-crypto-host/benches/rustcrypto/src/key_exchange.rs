//! Key agreement of a key with itself, and key encapsulation to it.

use ml_kem::kem::Decapsulate;
use ml_kem::{B32, ml_kem_768};

use crate::buffers::{export, put};
use crate::keys::{ML_KEM_768, P256, P256_PUBLIC, X25519, X25519_PUBLIC};

export! {
    fn x25519(_input, output) {
        put(output, X25519.diffie_hellman(&X25519_PUBLIC).as_bytes())
    }
    fn ecdh_p_256(_input, output) {
        let shared = p256::ecdh::diffie_hellman(P256.to_nonzero_scalar(), P256_PUBLIC.as_affine());
        put(output, shared.raw_secret_bytes())
    }
    // The last secret in the place of randomness.
    fn ml_kem_768_encapsulate(_input, output) {
        let randomness = B32::from(*output.first_chunk::<32>()?);
        let (ciphertext, secret) = ML_KEM_768.encapsulation_key().encapsulate_deterministic(&randomness);
        put(output, &secret)?;
        put(output.get_mut(32..)?, &ciphertext)
    }
    fn ml_kem_768_decapsulate(input, output) {
        let ciphertext: &ml_kem_768::Ciphertext = input.get(..1088)?.try_into().ok()?;
        put(output, &ML_KEM_768.decapsulate(ciphertext))
    }
}
