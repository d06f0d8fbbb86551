//! Password hashing: salt and costs as options, absorb the password, squeeze a key, or as a tag the string to store of a password.

pub(crate) mod pbkdf2;
pub(crate) mod state;
