//! scrypt (RFC 7914): password hashing that is hard on memory, which is the host's and counts as the guest's.
//!
//! With the feature `password-hash`, [`Scrypt`] has the traits of [`password_hash`](https://docs.rs/password-hash/0.6), as
//! [`argon2`](crate::argon2) shows.

use crate::error::Error;
use crate::password::Costs;

/// The costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    log_n: u8,
    r: u32,
    p: u32,
    #[cfg(feature = "password-hash")]
    output_len: usize,
}

/// scrypt with its costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scrypt {
    params: Params,
}

impl Params {
    /// N as a power of 2, r and p: 128 · N · r bytes of memory, filled and read p times. Whether it has and allows them, the host says when it is
    /// asked to work.
    pub const fn new(log_n: u8, r: u32, p: u32) -> Self {
        Self {
            log_n,
            r,
            p,
            #[cfg(feature = "password-hash")]
            output_len: crate::password::OUTPUT_LEN,
        }
    }

    fn costs(self) -> Costs {
        let n = 1u64.checked_shl(self.log_n.into()).unwrap_or_default();
        let memory = 128u64.saturating_mul(n).saturating_mul(self.r.into());
        Costs { memory, ops: n, parallelism: self.p.into() }
    }
}

/// N = 2¹⁴, r = 8, p = 5: of what OWASP recommends, what a host with default limits has memory for (16 MiB).
impl Default for Params {
    fn default() -> Self {
        Self::new(14, 8, 5)
    }
}

impl Scrypt {
    /// scrypt with these costs.
    pub const fn new(params: Params) -> Self {
        Self { params }
    }

    /// Fills `out` from a password and a salt.
    ///
    /// # Errors
    ///
    /// As [`Argon2::hash_password_into`](crate::Argon2::hash_password_into).
    pub fn hash_password_into(&self, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), Error> {
        self.params.costs().derive("SCRYPT", password, salt, out)
    }
}

#[cfg(feature = "password-hash")]
mod traits {
    use password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
    use password_hash::{CustomizedPasswordHasher, Error, PasswordHasher, Result};

    use super::{Params, Scrypt};
    use crate::password::{OUTPUT_LEN, refused};

    const IDENT: Ident = Ident::new_unwrap("scrypt");

    impl CustomizedPasswordHasher<PasswordHash> for Scrypt {
        type Params = Params;

        fn hash_password_customized(
            &self,
            password: &[u8],
            salt: &[u8],
            algorithm: Option<&str>,
            version: Option<u32>,
            params: Params,
        ) -> Result<PasswordHash> {
            if algorithm.is_some_and(|name| name != IDENT.as_str()) {
                return Err(Error::Algorithm);
            }
            if version.is_some() {
                return Err(Error::Version);
            }
            let salt = Salt::new(salt)?;
            let mut room = zeroize::Zeroizing::new([0; Output::MAX_LENGTH]);
            let out = room.get_mut(..params.output_len).ok_or(Error::OutputSize)?;
            Self::new(params).hash_password_into(password, &salt, out).map_err(refused)?;
            let mut written = ParamsString::new();
            for (name, value) in [("ln", params.log_n.into()), ("r", params.r), ("p", params.p)] {
                written.add_decimal(name, value)?;
            }
            let (salt, hash) = (Some(salt), Some(Output::new(out)?));
            Ok(PasswordHash { algorithm: IDENT, version: None, params: written, salt, hash })
        }
    }

    impl PasswordHasher<PasswordHash> for Scrypt {
        fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
            self.hash_password_customized(password, salt, None, None, self.params)
        }
    }

    impl TryFrom<&PasswordHash> for Params {
        type Error = Error;

        fn try_from(hash: &PasswordHash) -> Result<Self> {
            let output_len = hash.hash.map_or(OUTPUT_LEN, |hash| hash.len());
            let mut params = Self { output_len, ..Self::default() };
            for (name, value) in hash.params.iter() {
                let value = value.decimal().map_err(|_| Error::ParamsInvalid)?;
                match name.as_str() {
                    "ln" => params.log_n = u8::try_from(value).map_err(|_| Error::ParamsInvalid)?,
                    "r" => params.r = value,
                    "p" => params.p = value,
                    _ => return Err(Error::ParamsInvalid),
                }
            }
            Ok(params)
        }
    }
}
