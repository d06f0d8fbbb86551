//! JSON Web Tokens (RFC 7519) in their compact form.

use std::fmt::Write as _;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use wasi_crypto_bindings::Error;

use crate::key::Key;

/// What a token claims.
pub(crate) struct Claims<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) subject: &'a str,
    /// Seconds since 1970.
    pub(crate) issued_at: u64,
    /// Seconds since 1970.
    pub(crate) expires: u64,
}

/// The token, signed.
pub(crate) fn sign(key: &Key, claims: &Claims<'_>) -> Result<String, Error> {
    let header =
        format!(r#"{{"alg":"{}","kid":"{}/{}","typ":"JWT"}}"#, key.algorithm().name(), key.identifier(), key.version());
    let Claims { issuer, subject, issued_at, expires } = claims;
    let claims = format!(
        r#"{{"exp":{expires},"iat":{issued_at},"iss":{},"sub":{}}}"#,
        json_string(issuer),
        json_string(subject)
    );
    let [header, claims] = [header, claims].map(|part| Base64UrlUnpadded::encode_string(part.as_bytes()));
    let message = format!("{header}.{claims}");
    let signature = key.sign(message.as_bytes())?;
    Ok(format!("{message}.{}", Base64UrlUnpadded::encode_string(&signature)))
}

/// A text as JSON writes it (RFC 8259 section 7).
fn json_string(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\0'..='\x1f' => {
                // Writing to a string cannot fail.
                let _ = write!(json, "\\u{:04x}", u32::from(character));
            }
            _ => json.push(character),
        }
    }
    json.push('"');
    json
}
