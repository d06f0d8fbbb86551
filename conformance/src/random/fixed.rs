//! RSA and key encapsulation of the model, with test keys. What the host makes of them is random: the oracles judge it.

use wasi_crypto_interface::Errno::{
    IncompatibleKeys, InvalidHandle, InvalidOperation, InvalidSignature, UnsupportedFeature, VerificationFailed,
};

use super::World;
use crate::calls::{Given, KeyKind, SignatureEncoding};
use crate::case::{Buffer, Case, Expect, Handle};
use crate::oracle::{kem, signature};
use crate::test_keys::{self, TestKey};

/// A test key, and its halves in the guest.
#[derive(Clone)]
pub(super) struct Fixed {
    key: &'static TestKey,
    /// Of RSA.
    pair: Option<Handle>,
    public: Handle,
    /// Of key encapsulation.
    secret: Option<Handle>,
}

/// Something that the host made, of which an oracle must approve.
pub(super) enum Judged {
    /// One dump: a raw signature.
    Signature { algorithm: &'static str, public: Vec<u8>, message: Vec<u8> },
    /// Two dumps: what is encapsulated, and the secret.
    Secret { algorithm: &'static str, seed: Vec<u8> },
}

/// Adds the judgement of all that was dumped.
pub(super) fn judge(c: Case, judged: Vec<Judged>) -> Case {
    c.oracle(move |dumps| {
        let mut dumps = dumps.iter();
        let mut next = || dumps.next().ok_or_else(|| "less came out than was made".to_owned());
        judged.iter().try_for_each(|judged| match judged {
            Judged::Signature { algorithm, public, message } => signature::verify(algorithm, public, message, next()?),
            Judged::Secret { algorithm, seed } => kem::check(algorithm, seed, next()?, next()?),
        })
    })
}

const ALGORITHMS: [&str; 6] =
    ["RSA_PKCS1_2048_SHA256", "RSA_PSS_2048_SHA256", "ML-KEM-512", "ML-KEM-768", "ML-KEM-1024", "X-WING"];

const SECRET_LEN: u32 = 32;

impl Fixed {
    pub(super) fn handles(&self) -> Vec<Handle> {
        self.pair.into_iter().chain([self.public]).chain(self.secret).collect()
    }
}

impl World {
    pub(super) fn fixed(&mut self) {
        if self.fixed.is_empty() || self.one_in(4) {
            self.import_fixed();
        }
        let at = self.below(self.fixed.len());
        let fixed = self.fixed[at].clone();
        match (fixed.pair, fixed.secret) {
            (Some(pair), _) => self.sign_and_verify(&fixed, pair),
            (None, Some(secret)) => self.encapsulate(&fixed, secret),
            (None, None) => (),
        }
    }

    fn import_fixed(&mut self) {
        let Some(algorithm) = self.some_of(ALGORITHMS, |name| *name) else { return };
        let key = test_keys::of(algorithm);
        self.needs(key.algorithm);
        let is_rsa = key.family.is_rsa();
        let pair = is_rsa.then(|| key.import(&mut self.c, KeyKind::Keypair));
        let secret = (!is_rsa).then(|| key.import(&mut self.c, KeyKind::Secretkey));
        let public = match (pair, self.one_in(2)) {
            (Some(pair), true) => self.c.keypair_publickey(pair),
            _ => key.import(&mut self.c, KeyKind::Publickey),
        };
        self.about("PK-IMPORT-001");
        self.fixed.push(Fixed { key, pair, public, secret });
    }

    /// What the host has signed, it verifies, and not for another message, nor when a bit was changed or a byte is missing.
    fn sign_and_verify(&mut self, Fixed { key, public, .. }: &Fixed, pair: Handle) {
        let len = self.some_len();
        let message = self.bytes(len);
        let cut = self.below(message.len() + 1);
        let state = self.c.signature_state_open(pair);
        self.c.signature_update(state, &message[..cut]);
        self.c.signature_update(state, &message[cut..]);
        let bytes = self.c.sign_raw(state, Given::Signature, key.signature_len);
        self.about("SIG-SIGN-011");
        self.c.dump(bytes);
        let encoded = key.usual_form(KeyKind::Publickey).to_vec();
        self.judged.push(Judged::Signature { algorithm: key.algorithm, public: encoded, message: message.clone() });

        let good = self.c.signature_import(key.algorithm, bytes, SignatureEncoding::Raw);
        let verification = self.c.verification_state_open(*public);
        self.c.verification_update(verification, &message);
        self.c.verify(verification, good);
        let changed = self.changed(bytes);
        // A number above the modulus may be refused at import; here the first byte stays.
        let bad = self.c.signature_import(key.algorithm, changed, SignatureEncoding::Raw);
        let fails = Expect::only(VerificationFailed).or_info([InvalidSignature]);
        self.about("SIG-VER-005");
        self.c.expect(fails).verify(verification, bad);
        self.c.verification_update(verification, "more");
        self.c.expect(fails).verify(verification, good);
        let slot = self.c.expect(InvalidSignature).signature_import(
            key.algorithm,
            bytes.slice(0, key.signature_len - 1),
            SignatureEncoding::Raw,
        );
        self.c.untouched(slot);
        for handle in [good, bad, verification, state] {
            self.c.close(handle);
        }
    }

    fn encapsulate(&mut self, Fixed { key, public, .. }: &Fixed, secret: Handle) {
        match self.random.below(5) {
            0 => {
                self.about("KX-DEC-012");
                let len = self.random.below(2 * key.ciphertext_len);
                let wrong = self.bytes(if len == key.ciphertext_len { len + 1 } else { len });
                let slot = self.c.expect(VerificationFailed).decapsulate(secret, wrong);
                return self.c.untouched(slot);
            }
            1 => {
                // C1: nothing is agreed upon with such keys.
                let undefined = Expect::only(InvalidOperation).or_info([UnsupportedFeature]);
                let slot = self.c.expect(undefined).dh(*public, secret);
                return self.c.untouched(slot);
            }
            2 => {
                self.c.expect(InvalidHandle).encapsulate(secret);
                self.c.expect(InvalidHandle).decapsulate(*public, vec![7; key.ciphertext_len as usize]);
                return self.incompatible(key, *public);
            }
            _ => (),
        }
        self.about("KX-KEM-009");
        let (shared, encapsulated) = self.c.encapsulate(*public);
        let shared = self.pulled(shared, SECRET_LEN);
        let encapsulated = self.pulled(encapsulated, key.ciphertext_len);
        self.c.dump(encapsulated);
        self.c.dump(shared);
        let seed = key.usual_form(KeyKind::Secretkey).to_vec();
        self.judged.push(Judged::Secret { algorithm: key.algorithm, seed });
        let opened = self.c.decapsulate(secret, encapsulated);
        let opened = self.pulled(opened, SECRET_LEN);
        self.c.same(opened, shared);
        // C20: what nobody has encapsulated gives another secret, and no error.
        let changed = self.changed(encapsulated);
        let other = self.c.decapsulate(secret, changed);
        let other = self.pulled(other, SECRET_LEN);
        self.c.differ(other, shared);
    }

    /// A public key and a secret key of two algorithms.
    fn incompatible(&mut self, key: &TestKey, public: Handle) {
        let other = self.fixed.iter().find(|other| other.key.algorithm != key.algorithm && other.secret.is_some());
        let Some(secret) = other.and_then(|other| other.secret) else { return };
        self.about("KP-FROM-005");
        let slot = self.c.expect(IncompatibleKeys).keypair_from_halves(public, secret);
        self.c.untouched(slot);
    }

    fn pulled(&mut self, array: Handle, len: u32) -> Buffer {
        let (bytes, count) = self.c.pull(array, len);
        self.c.equal(count, len);
        bytes
    }

    /// The same bytes, but for some that are 0 now, and were not with a probability that no seed will see otherwise.
    fn changed(&mut self, bytes: Buffer) -> Buffer {
        let changed = self.c.buffer(bytes.len());
        self.c.copy(changed.start(), bytes);
        let at = 8 + self.random.below(bytes.len() - 32);
        self.c.fill(changed.slice(at, 8), 0);
        changed
    }
}
