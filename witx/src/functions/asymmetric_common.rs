//! Key pairs, public keys, secret keys.

functions! {
    in "wasi_ephemeral_crypto_asymmetric_common";

    required keypair_generate(
        algorithm_type: AlgorithmType,
        algorithm: String,
        options: OptOptions,
    ) -> [Handle(Keypair)];
    required keypair_import(
        algorithm_type: AlgorithmType,
        algorithm: String,
        encoded: ConstPointer,
        encoded_len: Size,
        encoding: KeypairEncoding,
    ) -> [Handle(Keypair)];
    optional keypair_generate_managed(
        secrets_manager: Handle(SecretsManager),
        algorithm_type: AlgorithmType,
        algorithm: String,
        options: OptOptions,
    ) -> [Handle(Keypair)];
    optional keypair_store_managed(
        secrets_manager: Handle(SecretsManager),
        kp: Handle(Keypair),
        kp_id: Pointer,
        kp_id_max_len: Size,
    ) -> [];
    optional keypair_replace_managed(
        secrets_manager: Handle(SecretsManager),
        kp_old: Handle(Keypair),
        kp_new: Handle(Keypair),
    ) -> [Version];
    optional keypair_id(kp: Handle(Keypair), kp_id: Pointer, kp_id_max_len: Size) -> [Size, Version];
    optional keypair_from_id(
        secrets_manager: Handle(SecretsManager),
        kp_id: ConstPointer,
        kp_id_len: Size,
        kp_version: Version,
    ) -> [Handle(Keypair)];
    required keypair_from_pk_and_sk(publickey: Handle(Publickey), secretkey: Handle(Secretkey)) -> [Handle(Keypair)];
    required keypair_export(kp: Handle(Keypair), encoding: KeypairEncoding) -> [Handle(ArrayOutput)];
    required keypair_publickey(kp: Handle(Keypair)) -> [Handle(Publickey)];
    required keypair_secretkey(kp: Handle(Keypair)) -> [Handle(Secretkey)];
    required keypair_close(kp: Handle(Keypair)) -> [];
    required publickey_import(
        algorithm_type: AlgorithmType,
        algorithm: String,
        encoded: ConstPointer,
        encoded_len: Size,
        encoding: PublickeyEncoding,
    ) -> [Handle(Publickey)];
    required publickey_export(pk: Handle(Publickey), encoding: PublickeyEncoding) -> [Handle(ArrayOutput)];
    required publickey_verify(pk: Handle(Publickey)) -> [];
    required publickey_from_secretkey(sk: Handle(Secretkey)) -> [Handle(Publickey)];
    required publickey_close(pk: Handle(Publickey)) -> [];
    required secretkey_import(
        algorithm_type: AlgorithmType,
        algorithm: String,
        encoded: ConstPointer,
        encoded_len: Size,
        encoding: SecretkeyEncoding,
    ) -> [Handle(Secretkey)];
    required secretkey_export(sk: Handle(Secretkey), encoding: SecretkeyEncoding) -> [Handle(ArrayOutput)];
    required secretkey_close(sk: Handle(Secretkey)) -> [];
}
