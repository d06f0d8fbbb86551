//! The algorithms that the specification calls optional, one file a family; builds may leave them out.

mod aead;
mod cbc;
mod ctr;
mod hash;
mod mac;
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
];
