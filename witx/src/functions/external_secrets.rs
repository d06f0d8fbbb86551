//! Secrets that are not keys.

functions! {
    in "wasi_ephemeral_crypto_external_secrets";

    optional external_secret_store(
        secrets_manager: Handle(SecretsManager),
        secret: ConstPointer,
        secret_len: Size,
        expiration: Timestamp,
        secret_id: Pointer,
        secret_id_max_len: Size,
    ) -> [];
    optional external_secret_replace(
        secrets_manager: Handle(SecretsManager),
        secret: ConstPointer,
        secret_len: Size,
        expiration: Timestamp,
        secret_id: ConstPointer,
        secret_id_len: Size,
    ) -> [Version];
    optional external_secret_from_id(
        secrets_manager: Handle(SecretsManager),
        secret_id: ConstPointer,
        secret_id_len: Size,
        secret_version: Version,
    ) -> [Handle(ArrayOutput)];
    optional external_secret_invalidate(
        secrets_manager: Handle(SecretsManager),
        secret_id: ConstPointer,
        secret_id_len: Size,
        secret_version: Version,
    ) -> [];
    optional external_secret_encapsulate(
        secrets_manager: Handle(SecretsManager),
        secret: ConstPointer,
        secret_len: Size,
        expiration: Timestamp,
    ) -> [Handle(ArrayOutput)];
    optional external_secret_decapsulate(
        secrets_manager: Handle(SecretsManager),
        encrypted_secret: ConstPointer,
        encrypted_secret_len: Size,
    ) -> [Handle(ArrayOutput)];
}
