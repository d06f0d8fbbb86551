//! Cryptography for WebAssembly guests, done by the host: [WASI-Crypto](https://github.com/WebAssembly/wasi-crypto) 0.10
//! with the names that users of [RustCrypto](https://github.com/RustCrypto) know.
//!
//! The host hashes and encrypts at native speed, and keeps the keys unless they are exported. A guest needs no random number
//! generator and no cryptographic code of its own. `no_std`, with `alloc`.
//!
//! A whole program, which encrypts a message under a password, and authenticates it again:
//!
//! ```no_run
//! use wasi_crypto_bindings::{Error, Hkdf, Hmac, Sha256, XChaCha20Poly1305, pbkdf2_hmac, random};
//!
//! fn main() -> Result<(), Error> {
//!     let digest = Sha256::try_digest(b"abc")?;
//!     assert_eq!(digest[..4], [0xba, 0x78, 0x16, 0xbf]);
//!
//!     // From a password to two independent keys.
//!     let (mut salt, mut secret) = ([0; 16], [0; 32]);
//!     random::fill(&mut salt)?;
//!     pbkdf2_hmac::<Sha256>(b"correct horse", &salt, 600_000, &mut secret)?;
//!     let keys = Hkdf::<Sha256>::from_prk(&secret)?;
//!     let (mut encryption_key, mut mac_key) = ([0; 32], [0; 32]);
//!     keys.expand(b"encryption", &mut encryption_key)?;
//!     keys.expand(b"authentication", &mut mac_key)?;
//!
//!     // The host chooses the nonce, and gives nothing back that is not authentic.
//!     let cipher = XChaCha20Poly1305::import(&encryption_key)?;
//!     let (nonce, mut sealed) = cipher.seal_with_random_nonce(b"header", b"attack at dawn")?;
//!     assert_eq!(cipher.open(&nonce, b"header", &sealed)?, b"attack at dawn");
//!     sealed[0] ^= 1;
//!     assert_eq!(cipher.open(&nonce, b"header", &sealed), Err(Error::InvalidTag));
//!
//!     let tag = Hmac::<Sha256>::try_new(&mac_key)?.try_chain_update(b"message")?.try_finalize()?;
//!     Hmac::<Sha256>::try_new(&mac_key)?.try_chain_update(b"message")?.try_verify(&tag)
//! }
//! ```
//!
//! Signatures and key exchange, with keys as OpenSSL writes and reads them:
//!
//! ```no_run
//! use wasi_crypto_bindings::Error;
//! use wasi_crypto_bindings::kx::{SecretKey, X25519};
//! use wasi_crypto_bindings::signature::{Ed25519, SigningKey, VerifyingKey};
//!
//! fn main() -> Result<(), Error> {
//!     let key = SigningKey::<Ed25519>::generate()?;
//!     let pem = key.try_verifying_key()?.to_pem()?;
//!     let signature = key.try_sign(b"attack at dawn")?;
//!
//!     let key = VerifyingKey::<Ed25519>::from_pem(&pem)?;
//!     key.verify(b"attack at dawn", &signature)?;
//!     assert_eq!(key.verify(b"attack at noon", &signature), Err(Error::VerificationFailed));
//!
//!     let (ours, theirs) = (SecretKey::<X25519>::generate()?, SecretKey::<X25519>::generate()?);
//!     let secret = ours.diffie_hellman(&theirs.public_key()?)?;
//!     assert_eq!(secret, theirs.diffie_hellman(&ours.public_key()?)?);
//!     Ok(())
//! }
//! ```
//!
//! Build them for `wasm32-wasip1` and run them with a host that has wasi-crypto: `wasi-crypto run program.wasm`.
//! Outside WebAssembly everything compiles, and every call answers [`Error::NotImplemented`].
//!
//! # Errors or panics
//!
//! Every call can fail: the host may lack an algorithm, or the guest may hold as many handles as it may. Every method of this
//! crate's own says so with an [`Error`]. RustCrypto's traits often cannot; there the methods panic. Where a trait
//! has taken the plain name, this crate's method is called `try_…`: `Digest::update` panics, [`Sha256::try_update`] does not.
//!
//! # What is where
//!
//! | | |
//! |---|---|
//! | [`hash`] | [`Sha256`], [`Sha384`], [`Sha512`], [`Sha512_256`], BLAKE2b, Ascon |
//! | [`xof`] | hash functions with an output of any length: BLAKE3, cSHAKE, TurboSHAKE, KangarooTwelve |
//! | [`hmac`] | [`Hmac`], [`HmacKey`] |
//! | [`mac`] | other MACs: AES-CMAC, KMAC |
//! | [`hkdf`] | [`Hkdf`] |
//! | [`mod@pbkdf2`] | [`pbkdf2_hmac`] |
//! | [`mod@argon2`], [`scrypt`] | [`Argon2`], [`Scrypt`]: password hashing that is hard on memory |
//! | [`mod@aead`] | [`Aes128Gcm`], [`Aes256Gcm`], [`ChaCha20Poly1305`], [`XChaCha20Poly1305`], AES-GCM-SIV, AEGIS, Ascon, Xoodyak |
//! | [`siv`], [`cipher`] | AES-SIV; AES-CTR and AES-CBC, which authenticate nothing |
//! | [`xoodyak`] | sessions of Xoodyak |
//! | [`mod@signature`] | [`SigningKey`](signature::SigningKey), [`VerifyingKey`](signature::VerifyingKey), [`Signature`](signature::Signature): RSA, ECDSA, Ed25519, Ed448, ML-DSA |
//! | [`kx`] | [`SecretKey`](kx::SecretKey), [`PublicKey`](kx::PublicKey): X25519, X448, P-256, P-384, ML-KEM, X-Wing |
//! | [`batch`] | many messages with one call: `seal_batch`, `open_batch`, `tag_batch`, `sign_batch`, [`verify`](batch::verify) |
//! | [`pem`] | what is wrong with a key file, as a sentence with advice |
//! | [`random`] | random bytes |
//! | [`secrets`] | [`SecretsManager`](secrets::SecretsManager): keys and secrets that the host keeps from one run to the next |
//! | [`symmetric`] | any symmetric algorithm of the host, by its name |
//! | [`asymmetric`] | any algorithm of signatures or key exchange, by its name |
//! | [`raw`] | all 86 functions of the interface |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `digest` | yes | the traits of [`digest`](https://docs.rs/digest/0.11) 0.11: `Digest` and `Mac` with all that they stand on |
//! | `aead` | yes | the traits of [`aead`](https://docs.rs/aead/0.6) 0.6: `Aead`, `AeadInOut`, `KeyInit` |
//! | `cipher` | yes | the traits of [`cipher`](https://docs.rs/cipher/0.5) 0.5: `StreamCipher`, `StreamCipherSeek`, `BlockModeEncrypt`, `BlockModeDecrypt`, `KeyIvInit` |
//! | `signature` | yes | the traits of [`signature`](https://docs.rs/signature/3) 3: `Signer`, `Verifier`, `Keypair`, `SignatureEncoding` |
//! | `password-hash` | yes | the traits of [`password-hash`](https://docs.rs/password-hash/0.6) 0.6, with PHC strings: `PasswordHasher`, `PasswordVerifier` |
//! | `jwk` | no | the module `jwk`: public keys as JSON Web Keys, `from_jwk` and `to_jwk` |
//! | `rand_core` | no | `random::HostRng`, a generator for crates that take one of [`rand_core`](https://docs.rs/rand_core/0.10) 0.10 |
#![no_std]
#![deny(unsafe_code, missing_docs)]

extern crate alloc;

#[macro_use]
mod imports;

pub mod aead;
pub mod argon2;
pub mod asymmetric;
pub mod batch;
pub mod cipher;
#[cfg(any(target_env = "p2", wasi_crypto_component))]
mod component;
mod error;
pub mod hash;
pub mod hkdf;
pub mod hmac;
mod host;
#[cfg(feature = "jwk")]
pub mod jwk;
mod keyed;
pub mod kx;
pub mod mac;
mod password;
pub mod pbkdf2;
pub mod pem;
mod public_key;
pub mod random;
pub mod raw;
pub mod scrypt;
pub mod secrets;
pub mod signature;
pub mod siv;
pub mod symmetric;
pub mod xof;
pub mod xoodyak;

pub use crate::aead::{Aes128Gcm, Aes256Gcm, ChaCha20Poly1305, XChaCha20Poly1305};
pub use crate::argon2::Argon2;
pub use crate::error::Error;
pub use crate::hash::{Sha256, Sha384, Sha512, Sha512_256};
pub use crate::hkdf::Hkdf;
pub use crate::hmac::{Hmac, HmacKey};
pub use crate::pbkdf2::pbkdf2_hmac;
pub use crate::scrypt::Scrypt;
#[cfg(feature = "digest")]
pub use digest::{Digest, Mac};
