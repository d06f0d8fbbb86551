//! libcrux.

use std::hint::black_box;

use libcrux_ml_dsa::{MLDSASignature, ml_dsa_65};
use libcrux_ml_kem::mlkem768;

use crate::native::{Library, MESSAGE, Native, SignatureKey, random};

/// The figures are to be those of the vector code. It is missing where LIBCRUX_DISABLE_SIMD256 was set when libcrux was first compiled.
#[cfg(target_arch = "x86_64")]
const _: fn([u8; 64]) -> mlkem768::MlKem768KeyPair = mlkem768::avx2::generate_key_pair;

pub(crate) fn ml_dsa_65(seed: &[u8; 32]) -> SignatureKey {
    let pair = ml_dsa_65::generate_key_pair(*seed);
    SignatureKey {
        library: Library::Libcrux,
        sign: Box::new(move |out| {
            let signature = ml_dsa_65::sign(&pair.signing_key, black_box(&MESSAGE), &[], random());
            out.put(&[signature.expect("one of hundreds of attempts succeeds").as_slice()])
        }),
        verify: Box::new(move |signature| {
            let signature = signature.bytes().try_into().map(MLDSASignature::new);
            let verify = |signature| ml_dsa_65::verify(&pair.verification_key, black_box(&MESSAGE), &[], &signature);
            signature.is_ok_and(|signature| verify(signature).is_ok())
        }),
    }
}

pub(crate) fn generate_ml_dsa_65() -> Native<'static> {
    Native::new(Library::Libcrux, |out| out.put(&[ml_dsa_65::generate_key_pair(random()).verification_key.as_slice()]))
}

pub(crate) fn generate_ml_kem_768() -> Native<'static> {
    Native::new(Library::Libcrux, |out| out.put(&[mlkem768::generate_key_pair(random()).pk()]))
}

pub(crate) fn encapsulate_ml_kem_768(public: &[u8]) -> Native<'static> {
    let key = public.try_into().expect("an encapsulation key");
    Native::new(Library::Libcrux, move |out| {
        let (ciphertext, secret) = mlkem768::encapsulate(&key, random());
        out.put(&[&secret, ciphertext.as_slice()])
    })
}

pub(crate) fn decapsulate_ml_kem_768(seed: &[u8; 64], ciphertext: &[u8]) -> Native<'static> {
    let pair = mlkem768::generate_key_pair(*seed);
    let ciphertext = ciphertext.try_into().expect("a ciphertext");
    Native::new(Library::Libcrux, move |out| out.put(&[&mlkem768::decapsulate(pair.private_key(), &ciphertext)]))
}
