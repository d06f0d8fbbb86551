//! Public keys as JSON Web Keys (feature `jwk`): RFC 7517 and 7518 for RSA and elliptic curves, RFC 8812 for secp256k1,
//! RFC 8037 for Ed25519 and X25519. ML-DSA, ML-KEM and X-Wing have none.
//!
//! ```no_run
//! use wasi_crypto_bindings::signature::{Ed25519, VerifyingKey};
//!
//! // RFC 8037 appendix A.2
//! let jwk = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
//! let key = VerifyingKey::<Ed25519>::from_jwk(jwk)?;
//! assert_eq!(key.to_jwk()?, r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#);
//! # Ok::<(), wasi_crypto_bindings::Error>(())
//! ```
//!
//! Reading is strict: names come once, base64url has no padding and no second form, coordinates are of full length, numbers have no
//! leading zeros; `kty`, `crv`, `alg`, `use` and `key_ops` must allow what the key is for. Other members are ignored,
//! as RFC 7517 asks for; but a key that has private members is refused, since it should not be where public keys are.
//!
//! What is written are the members that RFC 7638 hashes for the thumbprint of a key, in its order and form, and nothing else.

pub(crate) mod error;
mod members;
mod rsa;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::asymmetric::{AlgorithmType, PublicKey, PublicKeyEncoding};
use crate::error::Error;
pub use error::JwkError;
use members::Members;

impl PublicKey {
    /// Reads a public key from a JSON Web Key; see [`jwk`](crate::jwk).
    ///
    /// # Errors
    ///
    /// [`Jwk`](Error::Jwk) with the reason, [`UnsupportedEncoding`](Error::UnsupportedEncoding) if the algorithm has none;
    /// and as for [`import`](Self::import).
    pub fn from_jwk(algorithm_type: AlgorithmType, algorithm: &str, jwk: impl AsRef<[u8]>) -> Result<Self, Error> {
        import(algorithm_type, algorithm, jwk.as_ref())
    }

    /// Writes the public key as a JSON Web Key; see [`jwk`](crate::jwk). `algorithm` is that of the key.
    ///
    /// # Errors
    ///
    /// [`UnsupportedEncoding`](Error::UnsupportedEncoding) if the algorithm has none, [`InvalidKey`](Error::InvalidKey) if
    /// the key is of another one.
    pub fn to_jwk(&self, algorithm: &str) -> Result<String, Error> {
        export(algorithm, self)
    }
}

/// What keys of an algorithm look like.
#[derive(Clone, Copy)]
enum Form {
    /// `kty` EC, with coordinates of so many bytes.
    Curve { name: &'static str, len: usize },
    /// `kty` OKP, with a string of 32 bytes.
    Octets { name: &'static str },
    /// `kty` RSA.
    Rsa,
}

impl Form {
    fn of(algorithm: &str) -> Result<Self, Error> {
        let is = |name: &str| algorithm.eq_ignore_ascii_case(name);
        if is("ECDSA_P256_SHA256") || is("P256-SHA256") {
            Ok(Self::Curve { name: "P-256", len: 32 })
        } else if is("ECDSA_P384_SHA384") || is("P384-SHA384") {
            Ok(Self::Curve { name: "P-384", len: 48 })
        } else if is("ECDSA_K256_SHA256") {
            Ok(Self::Curve { name: "secp256k1", len: 32 })
        } else if is("Ed25519") {
            Ok(Self::Octets { name: "Ed25519" })
        } else if is("X25519") {
            Ok(Self::Octets { name: "X25519" })
        } else if algorithm.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("RSA_")) {
            Ok(Self::Rsa)
        } else {
            Err(Error::UnsupportedEncoding)
        }
    }

    const fn kty(self) -> &'static str {
        match self {
            Self::Curve { .. } => "EC",
            Self::Octets { .. } => "OKP",
            Self::Rsa => "RSA",
        }
    }
}

/// Reads a public key.
fn import(algorithm_type: AlgorithmType, algorithm: &str, jwk: &[u8]) -> Result<PublicKey, Error> {
    let (encoded, encoding) = decode(algorithm_type, algorithm, jwk)?;
    PublicKey::import(algorithm_type, algorithm, &encoded, encoding)
}

/// Writes a public key of this algorithm.
fn export(algorithm: &str, key: &PublicKey) -> Result<String, Error> {
    let base64 = Base64UrlUnpadded::encode_string;
    // Another form of output would be a fault of the host, or another algorithm's.
    match Form::of(algorithm)? {
        Form::Curve { name, len } => match key.export(PublicKeyEncoding::Sec)?.as_slice() {
            [4, point @ ..] if point.len() == 2 * len => {
                let (x, y) = point.split_at(len);
                Ok(format!(r#"{{"crv":"{name}","kty":"EC","x":"{}","y":"{}"}}"#, base64(x), base64(y)))
            }
            _ => Err(Error::InvalidKey),
        },
        Form::Octets { name } => match key.export(PublicKeyEncoding::Raw)? {
            raw if raw.len() == 32 => Ok(format!(r#"{{"crv":"{name}","kty":"OKP","x":"{}"}}"#, base64(&raw))),
            _ => Err(Error::InvalidKey),
        },
        Form::Rsa => {
            let info = key.export(PublicKeyEncoding::Pkcs8)?;
            let (n, e) = rsa::numbers(&info).ok_or(Error::InvalidKey)?;
            Ok(format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, base64(e), base64(n)))
        }
    }
}

/// The key in an encoding of the host.
fn decode(algorithm_type: AlgorithmType, algorithm: &str, jwk: &[u8]) -> Result<(Vec<u8>, PublicKeyEncoding), Error> {
    let form = Form::of(algorithm)?;
    let members = Members::parse(jwk)?;
    if members.are_private() {
        return Err(JwkError::Private.into());
    }
    members.expect("kty", form.kty())?;
    check_use(algorithm_type, algorithm, &members)?;
    Ok(match form {
        Form::Curve { name, len } => {
            members.expect("crv", name)?;
            (
                ["x", "y"].iter().try_fold(alloc::vec![4], |point, name| append(point, name, &members, len))?,
                PublicKeyEncoding::Sec,
            )
        }
        Form::Octets { name } => {
            members.expect("crv", name)?;
            (append(Vec::new(), "x", &members, 32)?, PublicKeyEncoding::Raw)
        }
        Form::Rsa => {
            let [n, e] = ["n", "e"].map(|name| number(name, &members));
            (rsa::info(&n?, &e?), PublicKeyEncoding::Pkcs8)
        }
    })
}

/// What the key says of itself must allow this algorithm.
fn check_use(algorithm_type: AlgorithmType, algorithm: &str, members: &Members) -> Result<(), JwkError> {
    if members.text("alg")?.is_some_and(|alg| !fits(alg, algorithm)) {
        return Err(JwkError::Unsuitable("alg"));
    }
    let (its_use, its_operations) = match algorithm_type {
        AlgorithmType::Signatures => ("sig", &["verify"][..]),
        AlgorithmType::KeyExchange => ("enc", &["deriveKey", "deriveBits"][..]),
    };
    if members.text("use")?.is_some_and(|value| value != its_use) {
        return Err(JwkError::Unsuitable("use"));
    }
    let Some(operations) = members.texts("key_ops")? else { return Ok(()) };
    if operations.iter().enumerate().any(|(i, operation)| operations[..i].contains(operation)) {
        return Err(JwkError::Malformed("key_ops"));
    }
    // Web Cryptography writes that nothing can be done with the public key of a key exchange alone.
    let is_empty = algorithm_type == AlgorithmType::KeyExchange && operations.is_empty();
    if is_empty || its_operations.iter().any(|operation| operations.contains(operation)) {
        Ok(())
    } else {
        Err(JwkError::Unsuitable("key_ops"))
    }
}

/// Whether a name of RFC 7518, 8037, 8812 or 9864 stands for an algorithm.
fn fits(alg: &str, algorithm: &str) -> bool {
    let algorithm = algorithm.to_ascii_uppercase();
    let rsa = |scheme: &str, hash: &str| algorithm.starts_with(scheme) && algorithm.ends_with(hash);
    match alg {
        "EdDSA" | "Ed25519" => algorithm == "ED25519",
        "ES256" => algorithm == "ECDSA_P256_SHA256",
        "ES384" => algorithm == "ECDSA_P384_SHA384",
        "ES256K" => algorithm == "ECDSA_K256_SHA256",
        "RS256" => rsa("RSA_PKCS1_", "_SHA256"),
        "RS384" => rsa("RSA_PKCS1_", "_SHA384"),
        "RS512" => rsa("RSA_PKCS1_", "_SHA512"),
        "PS256" => rsa("RSA_PSS_", "_SHA256"),
        "PS384" => rsa("RSA_PSS_", "_SHA384"),
        "PS512" => rsa("RSA_PSS_", "_SHA512"),
        "ECDH-ES" | "ECDH-ES+A128KW" | "ECDH-ES+A192KW" | "ECDH-ES+A256KW" => {
            matches!(algorithm.as_str(), "X25519" | "P256-SHA256" | "P384-SHA384")
        }
        _ => false,
    }
}

/// A member of exactly so many bytes, behind others.
fn append(mut bytes: Vec<u8>, name: &'static str, members: &Members, len: usize) -> Result<Vec<u8>, JwkError> {
    let value = octets(name, members)?;
    if value.len() != len {
        return Err(JwkError::Malformed(name));
    }
    bytes.extend_from_slice(&value);
    Ok(bytes)
}

/// A positive number, without leading zeros.
fn number(name: &'static str, members: &Members) -> Result<Vec<u8>, JwkError> {
    octets(name, members).and_then(|bytes| match bytes.first() {
        None | Some(0) => Err(JwkError::Malformed(name)),
        _ => Ok(bytes),
    })
}

fn octets(name: &'static str, members: &Members) -> Result<Vec<u8>, JwkError> {
    let text = members.text(name)?.ok_or(JwkError::Missing(name))?;
    Base64UrlUnpadded::decode_vec(text).map_err(|_| JwkError::Malformed(name))
}

#[cfg(test)]
mod tests;
