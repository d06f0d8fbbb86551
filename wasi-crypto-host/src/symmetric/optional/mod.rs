//! The algorithms that the specification calls optional, and password hashes beyond it, one file a family; builds may leave them out.

mod aead;
mod argon2;
mod cbc;
mod ctr;
mod hash;
mod mac;
mod memory_hard;
mod scrypt;
mod session;
mod siv;
mod xof;

use crate::symmetric::algorithm::Algorithm;

pub(crate) static ALGORITHMS: &[&[Algorithm]] = &[
    aead::ALGORITHMS,
    siv::ALGORITHMS,
    cbc::ALGORITHMS,
    ctr::ALGORITHMS,
    hash::ALGORITHMS,
    xof::ALGORITHMS,
    mac::ALGORITHMS,
    session::ALGORITHMS,
    argon2::ALGORITHMS,
    scrypt::ALGORITHMS,
];
