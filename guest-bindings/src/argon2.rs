//! Argon2, version 1.3 (RFC 9106): password hashing that is hard on memory, which is the host's and counts as the guest's.
//!
//! With the feature `password-hash` also by the traits of [`password_hash`](https://docs.rs/password-hash/0.6), from and to PHC strings:
//!
#![cfg_attr(feature = "password-hash", doc = "```no_run")]
#![cfg_attr(not(feature = "password-hash"), doc = "```ignore")]
//! use password_hash::phc::PasswordHash;
//! use password_hash::{PasswordHasher, PasswordVerifier};
//! use wasi_crypto_bindings::Argon2;
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let stored = Argon2::default().hash_password_with_salt(b"correct horse", b"16 random bytes.")?.to_string();
//! // The string says with which of the three, and with which costs.
//! Argon2::default().verify_password(b"correct horse", &PasswordHash::new(&stored)?)?;
//! # Ok(())
//! # }
//! ```

use crate::error::Error;
use crate::password::Costs;

/// Which of the three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// The one to take: what it reads first does not depend on the password, what it reads later does.
    #[default]
    Argon2id,
    /// What it reads does not depend on the password: against whoever can see that, and weaker otherwise.
    Argon2i,
    /// What it reads depends on the password from the start.
    Argon2d,
}

/// The costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    m_cost: u32,
    t_cost: u32,
    p_cost: u32,
    #[cfg(feature = "password-hash")]
    output_len: usize,
}

/// Argon2 with its costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Argon2 {
    algorithm: Algorithm,
    params: Params,
}

impl Params {
    /// `m_cost` KiB of memory, at least 8 for each lane; `t_cost` passes over it; `p_cost` lanes, which the host of this project computes one after
    /// the other. Whether it has and allows them, the host says when it is asked to work.
    pub const fn new(m_cost: u32, t_cost: u32, p_cost: u32) -> Self {
        Self {
            m_cost,
            t_cost,
            p_cost,
            #[cfg(feature = "password-hash")]
            output_len: crate::password::OUTPUT_LEN,
        }
    }

    fn costs(self) -> Costs {
        Costs { memory: u64::from(self.m_cost) * 1024, ops: self.t_cost.into(), parallelism: self.p_cost.into() }
    }
}

/// 19 MiB, two passes, one lane: what OWASP recommends.
impl Default for Params {
    fn default() -> Self {
        Self::new(19 * 1024, 2, 1)
    }
}

impl Argon2 {
    /// One of the three with costs; [`default`](Self::default) is Argon2id with the default ones.
    pub const fn new(algorithm: Algorithm, params: Params) -> Self {
        Self { algorithm, params }
    }

    /// Fills `out`, at least 4 bytes, from a password and a salt of at least 8 bytes.
    ///
    /// ```no_run
    /// use wasi_crypto_bindings::Argon2;
    ///
    /// let mut key = [0; 32];
    /// Argon2::default().hash_password_into(b"correct horse", b"16 random bytes.", &mut key)?;
    /// # Ok::<(), wasi_crypto_bindings::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidLength`](Error::InvalidLength) for a size or cost that Argon2 cannot have, [`ParametersMissing`](Error::ParametersMissing) for a
    /// cost of 0, [`Overflow`](Error::Overflow) if it takes more memory than the guest may hold,
    /// [`ProhibitedOperation`](Error::ProhibitedOperation) if it is more work than the host allows,
    /// [`UnsupportedAlgorithm`](Error::UnsupportedAlgorithm): Argon2 is not in the specification's tables, and not every host has it.
    pub fn hash_password_into(&self, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), Error> {
        self.params.costs().derive(self.algorithm.name(), password, salt, out)
    }
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Argon2id => "ARGON2ID",
            Self::Argon2i => "ARGON2I",
            Self::Argon2d => "ARGON2D",
        }
    }
}

#[cfg(feature = "password-hash")]
mod traits {
    use password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
    use password_hash::{CustomizedPasswordHasher, Error, PasswordHasher, Result};

    use super::{Algorithm, Argon2, Params};
    use crate::password::{OUTPUT_LEN, refused};

    /// Version 1.3.
    const VERSION: u32 = 0x13;

    const ALGORITHMS: [(Algorithm, Ident); 3] = [
        (Algorithm::Argon2id, Ident::new_unwrap("argon2id")),
        (Algorithm::Argon2i, Ident::new_unwrap("argon2i")),
        (Algorithm::Argon2d, Ident::new_unwrap("argon2d")),
    ];

    impl CustomizedPasswordHasher<PasswordHash> for Argon2 {
        type Params = Params;

        fn hash_password_customized(
            &self,
            password: &[u8],
            salt: &[u8],
            algorithm: Option<&str>,
            version: Option<u32>,
            params: Params,
        ) -> Result<PasswordHash> {
            let (algorithm, ident) = ALGORITHMS
                .into_iter()
                .find(|(own, ident)| algorithm.map_or(*own == self.algorithm, |name| name == ident.as_str()))
                .ok_or(Error::Algorithm)?;
            if version.is_some_and(|version| version != VERSION) {
                return Err(Error::Version);
            }
            let salt = Salt::new(salt)?;
            let mut room = zeroize::Zeroizing::new([0; Output::MAX_LENGTH]);
            let out = room.get_mut(..params.output_len).ok_or(Error::OutputSize)?;
            Self::new(algorithm, params).hash_password_into(password, &salt, out).map_err(refused)?;
            let mut written = ParamsString::new();
            for (name, value) in [("m", params.m_cost), ("t", params.t_cost), ("p", params.p_cost)] {
                written.add_decimal(name, value)?;
            }
            let (salt, hash) = (Some(salt), Some(Output::new(out)?));
            Ok(PasswordHash { algorithm: ident, version: Some(VERSION), params: written, salt, hash })
        }
    }

    impl PasswordHasher<PasswordHash> for Argon2 {
        fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> Result<PasswordHash> {
            self.hash_password_customized(password, salt, None, None, self.params)
        }
    }

    impl TryFrom<&PasswordHash> for Params {
        type Error = Error;

        fn try_from(hash: &PasswordHash) -> Result<Self> {
            // Of version 1.0, which strings without a number are.
            if hash.version.is_none() {
                return Err(Error::Version);
            }
            let output_len = hash.hash.map_or(OUTPUT_LEN, |hash| hash.len());
            let mut params = Self { output_len, ..Self::default() };
            for (name, value) in hash.params.iter() {
                let cost = match name.as_str() {
                    "m" => &mut params.m_cost,
                    "t" => &mut params.t_cost,
                    "p" => &mut params.p_cost,
                    _ => return Err(Error::ParamsInvalid),
                };
                *cost = value.decimal().map_err(|_| Error::ParamsInvalid)?;
            }
            Ok(params)
        }
    }
}
