//! The resources of the WIT package, as types.
//!
//! Embedders name them to wasmtime's `bindgen!` where their own interfaces pass on keys, and make resources of handles with
//! [`Resource::new_own`](::wasmtime::component::Resource::new_own):
//! a key that [`WasiCryptoCtx::import_keypair`](crate::WasiCryptoCtx::import_keypair) puts into the context is `Resource::<Keypair>::new_own(handle)`.
//! A handle is to become one resource at most, of its own type; one of another type answers `invalid-handle`.

/// Types that are only names.
macro_rules! resources {
    ($($name:ident: $text:literal;)*) => {$(
        #[doc = concat!("The resource `", $text, "`.")]
        #[derive(Debug)]
        pub enum $name {}
    )*};
}

resources! {
    ArrayOutput: "array-output";
    Options: "options";
    SecretsManager: "secrets-manager";
    Keypair: "keypair";
    SignatureState: "signature-state";
    Signature: "signature";
    Publickey: "publickey";
    Secretkey: "secretkey";
    SignatureVerificationState: "signature-verification-state";
    SymmetricState: "symmetric-state";
    SymmetricKey: "symmetric-key";
    SymmetricTag: "symmetric-tag";
}
