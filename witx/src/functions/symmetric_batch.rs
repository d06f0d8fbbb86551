//! The symmetric operations, many at once.

functions! {
    in "wasi_ephemeral_crypto_symmetric_batch";

    optional batch_symmetric_state_squeeze(batch: List(Squeeze)) -> [List(Errnos)];
    optional batch_symmetric_state_squeeze_tag(states: List(SymmetricStates)) -> [List(Tags)];
    optional batch_symmetric_state_encrypt(batch: List(Crypt)) -> [List(Sizes)];
    optional batch_symmetric_state_encrypt_detached(batch: List(Crypt)) -> [List(Tags)];
    optional batch_symmetric_state_decrypt(batch: List(Crypt)) -> [List(Sizes)];
    optional batch_symmetric_state_decrypt_detached(batch: List(DecryptDetached)) -> [List(Sizes)];
}
