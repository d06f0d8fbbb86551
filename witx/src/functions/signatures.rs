//! Signing, verifying.

functions! {
    in "wasi_ephemeral_crypto_signatures";

    required signature_export(signature: Handle(Signature), encoding: SignatureEncoding) -> [Handle(ArrayOutput)];
    required signature_import(
        algorithm: String,
        encoded: ConstPointer,
        encoded_len: Size,
        encoding: SignatureEncoding,
    ) -> [Handle(Signature)];
    required signature_state_open(kp: Handle(Keypair)) -> [Handle(SignatureState)];
    required signature_state_update(state: Handle(SignatureState), input: ConstPointer, input_len: Size) -> [];
    required signature_state_sign(state: Handle(SignatureState)) -> [Handle(ArrayOutput)];
    required signature_state_close(state: Handle(SignatureState)) -> [];
    required signature_verification_state_open(kp: Handle(Publickey)) -> [Handle(SignatureVerificationState)];
    required signature_verification_state_update(
        state: Handle(SignatureVerificationState),
        input: ConstPointer,
        input_len: Size,
    ) -> [];
    required signature_verification_state_verify(
        state: Handle(SignatureVerificationState),
        signature: Handle(Signature),
    ) -> [];
    required signature_verification_state_close(state: Handle(SignatureVerificationState)) -> [];
    required signature_close(signature: Handle(Signature)) -> [];
}
