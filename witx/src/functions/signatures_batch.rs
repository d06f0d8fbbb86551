//! Signing and verifying, many at once.

functions! {
    in "wasi_ephemeral_crypto_signatures_batch";

    optional batch_signature_state_sign(states: List(SignatureStates)) -> [List(Signatures)];
    optional batch_signature_state_verify(states: List(VerificationInputs)) -> [List(Errnos)];
}
