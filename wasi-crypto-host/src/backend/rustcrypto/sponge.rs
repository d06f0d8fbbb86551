//! Hash functions on Keccak with an output of any length: cSHAKE (NIST SP 800-185 section 3), TurboSHAKE and KangarooTwelve (RFC 9861).

use cshake::digest::{CustomizedInit, ExtendableOutput, Update, XofReader};
use cshake::{CShake128, CShake256};
use k12::{CustomKt128, CustomKt256};
use turboshake::{TurboShake128, TurboShake256};

use crate::backend::traits::Xof;
use crate::booking::ALLOCATION;
use crate::secret::Wiped;

/// One of them under way.
#[derive(Clone)]
pub(crate) struct Sponge<H: ExtendableOutput<Reader: Clone> + Clone> {
    phase: Box<Wiped<Phase<H, H::Reader>>>,
    /// Bytes to book for what the library allocates.
    allocated: usize,
}

#[derive(Clone)]
enum Phase<H, R> {
    Absorbing(H),
    Squeezing(R),
}

impl Sponge<CShake128> {
    pub(crate) fn cshake_128(customization: &[u8]) -> Self {
        Self::new(CShake128::new_customized(customization), 0)
    }
}

impl Sponge<CShake256> {
    pub(crate) fn cshake_256(customization: &[u8]) -> Self {
        Self::new(CShake256::new_customized(customization), 0)
    }
}

impl Sponge<TurboShake128> {
    pub(crate) fn turboshake_128() -> Self {
        Self::new(TurboShake128::default(), 0)
    }
}

impl Sponge<TurboShake256> {
    pub(crate) fn turboshake_256() -> Self {
        Self::new(TurboShake256::default(), 0)
    }
}

impl Sponge<CustomKt128> {
    pub(crate) fn kt_128(customization: &[u8]) -> Self {
        Self::new(CustomKt128::new_customized(customization), kept(customization))
    }
}

impl Sponge<CustomKt256> {
    pub(crate) fn kt_256(customization: &[u8]) -> Self {
        Self::new(CustomKt256::new_customized(customization), kept(customization))
    }
}

/// KangarooTwelve hashes its customization last, with its length in up to 9 bytes.
fn kept(customization: &[u8]) -> usize {
    customization.len() + 9 + ALLOCATION
}

impl<H: ExtendableOutput<Reader: Clone> + Clone> Sponge<H> {
    fn new(hash: H, allocated: usize) -> Self {
        let allocated = allocated + size_of::<Phase<H, H::Reader>>() + ALLOCATION;
        Self { phase: Wiped::boxed(Phase::Absorbing(hash)), allocated }
    }
}

impl<H> Xof for Sponge<H>
where
    H: ExtendableOutput<Reader: Clone + Send + Sync + 'static> + Update + Clone + Send + Sync + 'static,
{
    fn held(&self) -> usize {
        self.allocated
    }

    fn update(&mut self, data: &[u8]) {
        if let Phase::Absorbing(hash) = &mut **self.phase {
            hash.update(data);
        }
    }

    fn squeeze(&mut self, out: &mut [u8]) {
        if let Phase::Absorbing(hash) = &**self.phase {
            **self.phase = Phase::Squeezing(hash.clone().finalize_xof());
        }
        if let Phase::Squeezing(reader) = &mut **self.phase {
            reader.read(out);
        }
    }
}
