//! X448 (RFC 7748), by the ladder of ed448-goldilocks: the crate `x448` around it would bring a compiler of derived code along.

use ed448_goldilocks::elliptic_curve::bigint::U448;
use ed448_goldilocks::elliptic_curve::scalar::FromUintUnchecked;
use ed448_goldilocks::{EdwardsScalar, MontgomeryPoint};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The size of keys and shared secrets in bytes.
pub(crate) const KEY_LEN: usize = 56;

pub(crate) struct SecretKey(Zeroizing<[u8; KEY_LEN]>);

impl SecretKey {
    pub(crate) fn new(raw: &[u8; KEY_LEN]) -> Self {
        Self(Zeroizing::new(*raw))
    }

    pub(crate) fn raw(&self) -> &[u8; KEY_LEN] {
        &self.0
    }

    pub(crate) fn public(&self) -> [u8; KEY_LEN] {
        self.times(&MontgomeryPoint::GENERATOR).0
    }

    /// The shared secret. `None` if the public key has low order, so that anybody knows it.
    pub(crate) fn agree(&self, public: &[u8; KEY_LEN]) -> Option<Secret> {
        let shared = Zeroizing::new(self.times(&MontgomeryPoint(*public)).0);
        let is_known = bool::from(shared.ct_eq(&[0; KEY_LEN]));
        (!is_known).then(|| Secret::from(&shared[..]))
    }
}

impl SecretKey {
    /// The scalar as RFC 7748 section 5 decodes it, times a point of the curve or its twist. Its last bit is 0, as the library's ladder needs.
    fn times(&self, point: &MontgomeryPoint) -> MontgomeryPoint {
        let mut clamped = self.0.clone();
        clamped[0] &= 252;
        clamped[KEY_LEN - 1] |= 128;
        let scalar = Zeroizing::new(EdwardsScalar::from_uint_unchecked(U448::from_le_slice(&*clamped)));
        point * &*scalar
    }
}

/// Whether the bytes are the canonical encoding of a point on the curve, not on its twist, of the prime-order subgroup.
///
/// Of such a point, and of the point (0, 0), the order less one gives the opposite, which has the same u. A point with another one of low order added
/// gives another u, as the order less one is 2 modulo 4; a point on the twist does, since that has no points of this order.
pub(crate) fn is_sound(public: &[u8; KEY_LEN]) -> bool {
    let less_one = -EdwardsScalar::ONE;
    *public != [0; KEY_LEN] && (&MontgomeryPoint(*public) * &less_one).0 == *public
}
