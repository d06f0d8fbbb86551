//! Hashes, MACs, key derivation, ciphers.

functions! {
    in "wasi_ephemeral_crypto_symmetric";

    required symmetric_key_generate(algorithm: String, options: OptOptions) -> [Handle(SymmetricKey)];
    required symmetric_key_import(algorithm: String, raw: ConstPointer, raw_len: Size) -> [Handle(SymmetricKey)];
    required symmetric_key_export(symmetric_key: Handle(SymmetricKey)) -> [Handle(ArrayOutput)];
    required symmetric_key_close(symmetric_key: Handle(SymmetricKey)) -> [];
    optional symmetric_key_generate_managed(
        secrets_manager: Handle(SecretsManager),
        algorithm: String,
        options: OptOptions,
    ) -> [Handle(SymmetricKey)];
    optional symmetric_key_store_managed(
        secrets_manager: Handle(SecretsManager),
        symmetric_key: Handle(SymmetricKey),
        symmetric_key_id: Pointer,
        symmetric_key_id_max_len: Size,
    ) -> [];
    optional symmetric_key_replace_managed(
        secrets_manager: Handle(SecretsManager),
        symmetric_key_old: Handle(SymmetricKey),
        symmetric_key_new: Handle(SymmetricKey),
    ) -> [Version];
    optional symmetric_key_id(
        symmetric_key: Handle(SymmetricKey),
        symmetric_key_id: Pointer,
        symmetric_key_id_max_len: Size,
    ) -> [Size, Version];
    optional symmetric_key_from_id(
        secrets_manager: Handle(SecretsManager),
        symmetric_key_id: ConstPointer,
        symmetric_key_id_len: Size,
        symmetric_key_version: Version,
    ) -> [Handle(SymmetricKey)];
    required symmetric_state_open(
        algorithm: String,
        key: OptSymmetricKey,
        options: OptOptions,
    ) -> [Handle(SymmetricState)];
    required symmetric_state_options_get(
        handle: Handle(SymmetricState),
        name: String,
        value: Pointer,
        value_max_len: Size,
    ) -> [Size];
    required symmetric_state_options_get_u64(handle: Handle(SymmetricState), name: String) -> [U64];
    required symmetric_state_clone(handle: Handle(SymmetricState)) -> [Handle(SymmetricState)];
    required symmetric_state_close(handle: Handle(SymmetricState)) -> [];
    required symmetric_state_absorb(handle: Handle(SymmetricState), data: ConstPointer, data_len: Size) -> [];
    required symmetric_state_squeeze(handle: Handle(SymmetricState), out: Pointer, out_len: Size) -> [];
    required symmetric_state_squeeze_tag(handle: Handle(SymmetricState)) -> [Handle(SymmetricTag)];
    required symmetric_state_squeeze_key(handle: Handle(SymmetricState), alg_str: String) -> [Handle(SymmetricKey)];
    required symmetric_state_max_tag_len(handle: Handle(SymmetricState)) -> [Size];
    required symmetric_state_encrypt(
        handle: Handle(SymmetricState),
        out: Pointer,
        out_len: Size,
        data: ConstPointer,
        data_len: Size,
    ) -> [Size];
    required symmetric_state_encrypt_detached(
        handle: Handle(SymmetricState),
        out: Pointer,
        out_len: Size,
        data: ConstPointer,
        data_len: Size,
    ) -> [Handle(SymmetricTag)];
    required symmetric_state_decrypt(
        handle: Handle(SymmetricState),
        out: Pointer,
        out_len: Size,
        data: ConstPointer,
        data_len: Size,
    ) -> [Size];
    required symmetric_state_decrypt_detached(
        handle: Handle(SymmetricState),
        out: Pointer,
        out_len: Size,
        data: ConstPointer,
        data_len: Size,
        raw_tag: ConstPointer,
        raw_tag_len: Size,
    ) -> [Size];
    required symmetric_state_ratchet(handle: Handle(SymmetricState)) -> [];
    required symmetric_tag_len(symmetric_tag: Handle(SymmetricTag)) -> [Size];
    required symmetric_tag_pull(symmetric_tag: Handle(SymmetricTag), buf: Pointer, buf_len: Size) -> [Size];
    required symmetric_tag_verify(
        symmetric_tag: Handle(SymmetricTag),
        expected_raw_tag_ptr: ConstPointer,
        expected_raw_tag_len: Size,
    ) -> [];
    required symmetric_tag_close(symmetric_tag: Handle(SymmetricTag)) -> [];
}
