//! Password hashing: salt and costs as options, absorb the password, squeeze a key, or as a tag the string to store of a password.
//! One file a function; below them what they have in common.

pub(crate) mod argon2;
pub(crate) mod pbkdf2;
pub(crate) mod scrypt;

mod state;
