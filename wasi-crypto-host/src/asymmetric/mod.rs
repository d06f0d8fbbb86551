//! Signatures and key exchange. On top the registry; below it one file a family; below those what families share: traits, key objects,
//! encodings.

pub(crate) mod algorithm;
mod canonical;
pub(crate) mod der;
pub(crate) mod ec;
pub(crate) mod encoding;
mod import_export;
pub(crate) mod key;
pub(crate) mod kx;
pub(crate) mod pem;
pub(crate) mod private_key_choice;
mod registry;
pub(crate) mod rfc8410;
pub(crate) mod sec1;
pub(crate) mod signatures;
