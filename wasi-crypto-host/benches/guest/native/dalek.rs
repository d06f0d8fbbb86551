//! ed25519-dalek.

use std::hint::black_box;

use ed25519_dalek::{Signature, Signer, SigningKey};

use crate::native::{Library, MESSAGE, Native, SignatureKey, random};

pub(crate) fn ed25519(seed: &[u8; 32]) -> SignatureKey {
    let key = SigningKey::from_bytes(seed);
    let public = key.verifying_key();
    SignatureKey {
        library: Library::Dalek,
        sign: Box::new(move |out| out.put(&[&key.sign(black_box(&MESSAGE)).to_bytes()])),
        verify: Box::new(move |signature| {
            let signature = Signature::from_slice(signature.bytes());
            signature.is_ok_and(|signature| public.verify_strict(black_box(&MESSAGE), &signature).is_ok())
        }),
    }
}

pub(crate) fn generate_ed25519() -> Native<'static> {
    Native::new(Library::Dalek, |out| out.put(&[SigningKey::from_bytes(&random()).verifying_key().as_bytes()]))
}
