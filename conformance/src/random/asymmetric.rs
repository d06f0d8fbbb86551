//! Key pairs, signatures and key exchange of the model, by ed25519-compact and RustCrypto.

use p256::ecdsa::signature::Signer;
use p256::elliptic_curve::sec1::ToSec1Point;
use wasi_crypto_interface::AlgorithmType;
use wasi_crypto_interface::Errno::{IncompatibleKeys, InvalidHandle, InvalidKey, InvalidSignature, VerificationFailed};

use super::World;
use super::fixed::Judged;
use super::objects::Array;
use crate::calls::{Encoding, Given, KeyKind, SignatureEncoding};
use crate::case::{Expect, Handle};

/// A key pair: the object itself where the algorithm has one in raw form, and its halves.
#[derive(Clone)]
pub(super) struct Pair {
    known: Known,
    pair: Option<Handle>,
    public: Handle,
    secret: Handle,
}

/// What the model knows of a pair: everything.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Known {
    family: Family,
    seed: [u8; 32],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Ed25519,
    EcdsaP256,
    EcdhP256,
    X25519,
}

impl Family {
    const ALL: [Self; 4] = [Self::Ed25519, Self::EcdsaP256, Self::EcdhP256, Self::X25519];

    fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::EcdsaP256 => "ECDSA_P256_SHA256",
            Self::EcdhP256 => "P256-SHA256",
            Self::X25519 => "X25519",
        }
    }

    fn signs(self) -> bool {
        matches!(self, Self::Ed25519 | Self::EcdsaP256)
    }

    fn ty(self) -> AlgorithmType {
        if self.signs() { AlgorithmType::Signatures } else { AlgorithmType::KeyExchange }
    }
}

impl Pair {
    pub(super) fn handles(&self) -> Vec<Handle> {
        self.pair.into_iter().chain([self.public, self.secret]).collect()
    }
}

impl Known {
    fn ed25519(&self) -> ed25519_compact::KeyPair {
        ed25519_compact::KeyPair::from_seed(ed25519_compact::Seed::new(self.seed))
    }

    fn p256(&self) -> p256::SecretKey {
        p256::SecretKey::from_slice(&self.seed).expect("it was chosen so")
    }

    fn x25519(&self) -> ed25519_compact::x25519::SecretKey {
        ed25519_compact::x25519::SecretKey::new(self.seed)
    }

    /// The public key, uncompressed where it is a point.
    fn public(&self) -> Vec<u8> {
        match self.family {
            Family::Ed25519 => self.ed25519().pk.to_vec(),
            Family::X25519 => self.x25519().recover_public_key().expect("of a clamped scalar").to_vec(),
            _ => self.p256().public_key().to_sec1_point(false).as_bytes().to_vec(),
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.family {
            Family::Ed25519 => self.ed25519().sk.sign(message, None).to_vec(),
            _ => {
                let signature: p256::ecdsa::Signature = p256::ecdsa::SigningKey::from(self.p256()).sign(message);
                signature.to_bytes().to_vec()
            }
        }
    }
}

impl World {
    pub(super) fn asymmetric(&mut self) {
        if self.pairs.len() < 2 || self.one_in(8) {
            return self.import_pair();
        }
        let (at, beside) = (self.below(self.pairs.len()), self.below(self.pairs.len()));
        let (pair, other) = (self.pairs[at].clone(), self.pairs[beside].clone());
        match self.random.below(5) {
            0 => self.export_half(&pair),
            1 => self.join_halves(&pair, &other),
            2 if pair.known.family.signs() => self.sign(&pair),
            _ if pair.known.family.signs() => self.verify(&pair),
            _ => self.agree(&pair, &other),
        }
    }

    fn import_pair(&mut self) {
        let Some(family) = self.some_of(Family::ALL, |family| family.name()) else { return };
        let mut seed: [u8; 32] = self.bytes(32).try_into().expect("so many bytes");
        // Below the order of P-256, and not 0.
        seed[0] &= 0x7f;
        seed[31] |= 1;
        let ty = family.ty();
        self.needs(family.name());
        let known = Known { family, seed };
        let c = &mut self.c;
        let pair = if family == Family::X25519 {
            let secret = c.import(KeyKind::Secretkey, ty, family.name(), seed, Encoding::Raw);
            Pair { known, pair: None, public: c.publickey_of(secret), secret }
        } else {
            let raw = match family {
                Family::Ed25519 => [&seed[..], &known.public()].concat(),
                _ => seed.to_vec(),
            };
            let pair = c.import(KeyKind::Keypair, ty, family.name(), raw, Encoding::Raw);
            Pair { known, pair: Some(pair), public: c.keypair_publickey(pair), secret: c.keypair_secretkey(pair) }
        };
        self.about("KP-IMPORT-001");
        self.pairs.push(pair);
    }

    fn export_half(&mut self, pair: &Pair) {
        let point = matches!(pair.known.family, Family::EcdsaP256 | Family::EcdhP256);
        let (handle, bytes) = if point {
            (self.c.export(pair.public, Encoding::Sec), pair.known.public())
        } else if self.one_in(2) {
            (self.c.export(pair.public, Encoding::Raw), pair.known.public())
        } else {
            (self.c.export(pair.secret, Encoding::Raw), pair.known.seed.to_vec())
        };
        self.about("PK-EXPORT-011");
        self.arrays.push(Array { handle, bytes, read: 0 });
    }

    fn join_halves(&mut self, pair: &Pair, other: &Pair) {
        self.about("KP-FROM-005");
        if pair.known.family != other.known.family {
            let expect = Expect::only(IncompatibleKeys);
            let slot = self.c.expect(expect).keypair_from_halves(pair.public, other.secret);
            self.c.untouched(slot);
        } else if pair.known != other.known {
            let expect = Expect::only(InvalidKey).or_info([IncompatibleKeys]);
            self.c.expect(expect).keypair_from_halves(pair.public, other.secret);
        } else {
            let joined = self.c.keypair_from_halves(pair.public, pair.secret);
            self.c.close(joined);
        }
    }

    /// Twice: the second signature is of all that came so far.
    fn sign(&mut self, pair: &Pair) {
        let Some(keypair) = pair.pair else { return };
        let state = self.c.signature_state_open(keypair);
        let mut message = Vec::new();
        for _ in 0..2 {
            for _ in 0..self.random.below(3) {
                let len = self.some_len();
                let piece = self.bytes(len);
                self.c.signature_update(state, &piece);
                message.extend(piece);
            }
            let bytes = self.c.sign_raw(state, Given::Signature, 64);
            if pair.known.family == Family::Ed25519 {
                self.about("SIG-DET-017");
                self.c.same(bytes, pair.known.sign(&message));
            } else {
                self.c.dump(bytes);
                let (algorithm, public) = (pair.known.family.name(), pair.known.public());
                self.judged.push(Judged::Signature { algorithm, public, message: message.clone() });
            }
        }
        self.about("SIG-SIGN-011");
        self.c.expect(InvalidHandle).verify(state, state);
        self.c.close(state);
    }

    fn verify(&mut self, pair: &Pair) {
        let len = self.some_len();
        let message = self.bytes(len);
        let mut signature = pair.known.sign(&message);
        let state = self.c.verification_state_open(pair.public);
        let cut = self.below(message.len() + 1);
        self.c.verification_update(state, &message[..cut]);
        self.c.verification_update(state, &message[cut..]);
        let name = pair.known.family.name();
        self.about("SIG-VER-005");
        if self.one_in(4) {
            let len = self.below(64);
            let slot =
                self.c.expect(InvalidSignature).signature_import(name, &signature[..len], SignatureEncoding::Raw);
            self.c.untouched(slot);
        }
        let good = self.c.signature_import(name, &signature, SignatureEncoding::Raw);
        self.c.verify(state, good);
        // A bit of r: it stays in range, with a probability that no seed will see otherwise.
        signature[8 + self.below(16)] ^= 1;
        let bad = self.c.signature_import(name, &signature, SignatureEncoding::Raw);
        let fails = Expect::only(VerificationFailed).or_info([InvalidSignature]);
        self.c.expect(fails).verify(state, bad);
        self.c.verification_update(state, "more");
        self.c.expect(fails).verify(state, good);
        for handle in [good, bad, state] {
            self.c.close(handle);
        }
    }

    fn agree(&mut self, pair: &Pair, other: &Pair) {
        if other.known.family.signs() {
            return;
        }
        if pair.known.family != other.known.family {
            self.about("KX-DH-006");
            let slot = self.c.expect(IncompatibleKeys).dh(other.public, pair.secret);
            return self.c.untouched(slot);
        }
        let secret = match pair.known.family {
            Family::X25519 => {
                let public = other.known.x25519().recover_public_key().expect("of a clamped scalar");
                public.dh(&pair.known.x25519()).expect("no point of low order").to_vec()
            }
            _ => {
                let (own, public) = (pair.known.p256(), other.known.p256().public_key());
                p256::ecdh::diffie_hellman(own.to_nonzero_scalar(), public.as_affine()).raw_secret_bytes().to_vec()
            }
        };
        self.about("KX-DH-004");
        let array = self.c.dh(other.public, pair.secret);
        let (bytes, count) = self.c.pull(array, 32);
        self.c.equal(count, 32);
        // C17: a host may hash it.
        if pair.known.family == Family::EcdhP256 {
            self.c.observe();
        }
        self.c.same(bytes, secret);
    }
}
