//! Options, array outputs, the secrets manager.

functions! {
    in "wasi_ephemeral_crypto_common";

    required options_open(algorithm_type: AlgorithmType) -> [Handle(Options)];
    required options_close(handle: Handle(Options)) -> [];
    required options_set(handle: Handle(Options), name: String, value: ConstPointer, value_len: Size) -> [];
    required options_set_u64(handle: Handle(Options), name: String, value: U64) -> [];
    required options_set_guest_buffer(handle: Handle(Options), name: String, buffer: Pointer, buffer_len: Size) -> [];
    required array_output_len(array_output: Handle(ArrayOutput)) -> [Size];
    required array_output_pull(array_output: Handle(ArrayOutput), buf: Pointer, buf_len: Size) -> [Size];
    optional secrets_manager_open(options: OptOptions) -> [Handle(SecretsManager)];
    optional secrets_manager_close(secrets_manager: Handle(SecretsManager)) -> [];
    optional secrets_manager_invalidate(
        secrets_manager: Handle(SecretsManager),
        key_id: ConstPointer,
        key_id_len: Size,
        key_version: Version,
    ) -> [];
}
