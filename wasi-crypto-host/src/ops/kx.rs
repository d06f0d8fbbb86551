//! Diffie-Hellman and key encapsulation.

use crate::array_output::ArrayOutput;
use crate::errno::Errno;
use crate::ops::asymmetric_common::{public_of, secret_of};
use crate::ops::common::open_array_output;
use crate::ops::{Bytes, Objects};
use crate::options::AlgorithmType;
use crate::secret::Secret;

/// The shared secret of two keys of one algorithm, as an array output.
pub(crate) fn kx_dh(objects: &mut impl Objects, public: u32, secret: u32) -> Result<u32, Errno> {
    let public = public_of(objects, public)?;
    let secret = secret_of(objects, secret)?;
    public.algorithm.check_type(AlgorithmType::KeyExchange)?;
    secret.algorithm.check_type(AlgorithmType::KeyExchange)?;
    if !std::ptr::eq(public.algorithm, secret.algorithm) {
        return Err(Errno::IncompatibleKeys);
    }
    secret.origin.check_use()?;
    let shared = secret.key.agree(&*public.key)?;
    open_array_output(objects, shared)
}

/// A new secret, and the ciphertext that carries it, as array outputs.
pub(crate) fn kx_encapsulate(objects: &mut impl Objects, public: u32) -> Result<[u32; 2], Errno> {
    objects.check_room(2)?;
    let public = public_of(objects, public)?;
    public.algorithm.check_type(AlgorithmType::KeyExchange)?;
    let (secret, encapsulated) = public.key.encapsulate()?;
    objects.insert_both(ArrayOutput::new(secret), ArrayOutput::new(Secret::from_vec(encapsulated)))
}

/// The secret that a ciphertext carries, as an array output.
pub(crate) fn kx_decapsulate(objects: &mut impl Objects, secret: u32, encapsulated: impl Bytes) -> Result<u32, Errno> {
    let secret = secret_of(objects, secret)?;
    secret.algorithm.check_type(AlgorithmType::KeyExchange)?;
    secret.origin.check_use()?;
    let shared = secret.key.decapsulate(&encapsulated.get_at_most(MAX_CIPHERTEXT))?;
    open_array_output(objects, shared)
}

/// No ciphertext of any algorithm is longer, in bytes.
const MAX_CIPHERTEXT: usize = 16 << 10;
