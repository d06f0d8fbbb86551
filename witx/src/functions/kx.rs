//! Diffie-Hellman, key encapsulation.

functions! {
    in "wasi_ephemeral_crypto_kx";

    required kx_dh(pk: Handle(Publickey), sk: Handle(Secretkey)) -> [Handle(ArrayOutput)];
    required kx_encapsulate(pk: Handle(Publickey)) -> [Handle(ArrayOutput), Handle(ArrayOutput)];
    required kx_decapsulate(
        sk: Handle(Secretkey),
        encapsulated_secret: ConstPointer,
        encapsulated_secret_len: Size,
    ) -> [Handle(ArrayOutput)];
}
