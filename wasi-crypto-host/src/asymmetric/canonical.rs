//! Secret keys as a store keeps them: in the one encoding that the algorithm's standard has for keys at rest.
//!
//! That is PKCS#8 `PrivateKeyInfo` (RFC 5958), which names the kind of key; with a seed in it where the key has one (RFC 9881, RFC 9935). X-Wing
//! has no such form yet: its secret key is the draft's seed of 32 bytes.

use crate::asymmetric::algorithm::Algorithm;
use crate::asymmetric::encoding::Form;
use crate::asymmetric::key::Keypair;
use crate::errno::Errno;
use crate::held::Held;
use crate::origin::Origin;
use crate::secret::{STACK_OF_SECRET_KEY, Secret, in_wiped_frame};

impl Held<Keypair> {
    /// The secret, which gives the public half, too. Whoever keeps it keeps the name of the algorithm beside it.
    pub(crate) fn to_canonical(&self) -> Result<Secret, Errno> {
        in_wiped_frame::<STACK_OF_SECRET_KEY, _>(|| self.key.export(form(self.algorithm)))
    }

    /// Reads what [`to_canonical`](Self::to_canonical) wrote of a key of this algorithm. `invalid_key` if it is nothing of the kind.
    pub(crate) fn from_canonical(algorithm: &'static Algorithm, bytes: &[u8], origin: Origin) -> Result<Self, Errno> {
        let read = || algorithm.keys.import_secret(bytes, form(algorithm));
        Ok(Self::new(algorithm, in_wiped_frame::<STACK_OF_SECRET_KEY, _>(read)?, origin))
    }
}

fn form(algorithm: &Algorithm) -> Form {
    if algorithm.keys.has_der() { Form::Der } else { Form::Raw }
}

#[cfg(test)]
mod tests {
    use ml_kem::kem::KeyInit;
    use ml_kem::{ml_kem_512, ml_kem_768, ml_kem_1024};

    use super::*;
    use crate::asymmetric::algorithm::PublicKey;
    use crate::asymmetric::pem;
    use crate::options::AlgorithmType;

    const KEPT: Origin = Origin::Host { exportable: false };

    /// An algorithm, the canonical form of a secret key and the public half as somebody else has them.
    struct Known {
        algorithm: &'static Algorithm,
        secret: Vec<u8>,
        public: Vec<u8>,
    }

    impl Known {
        /// A key of the suite, whose README says where they come from.
        fn new(algorithm: &'static Algorithm) -> Self {
            let stem = match algorithm.name {
                "X-WING" => return Self::x_wing(algorithm),
                "Ed25519" => "ed25519",
                "X25519" => "x25519",
                "Ed448" => "ed448",
                "X448" => "x448",
                "ECDSA_P256_SHA256" | "P256-SHA256" => "p256",
                "ECDSA_P384_SHA384" | "P384-SHA384" => "p384",
                "ECDSA_K256_SHA256" => "secp256k1",
                name if name.contains("_2048_") => "rsa2048",
                name if name.contains("_3072_") => "rsa3072",
                name if name.contains("_4096_") => "rsa4096",
                name => &name.to_ascii_lowercase().replace('-', "_"),
            };
            let read = |part: &str, label| {
                let path = format!("{}/../conformance/test-keys/{stem}.{part}.pem", env!("CARGO_MANIFEST_DIR"));
                pem::read(&std::fs::read(path).unwrap(), &[label]).unwrap().1.to_vec()
            };
            let public = algorithm.keys.import_public(&read("public", "PUBLIC KEY"), Form::Der).ok().unwrap();
            Self { algorithm, secret: read("secret", "PRIVATE KEY"), public: public.canonical().unwrap() }
        }

        /// The first vector of the draft.
        fn x_wing(algorithm: &'static Algorithm) -> Self {
            let text = include_str!("../../tests/post_quantum/x_wing.txt").replace("\n    ", "");
            let field = |name: &str| {
                let hex = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap();
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..][..2], 16).unwrap()).collect()
            };
            Self { algorithm, secret: field("sk"), public: field("pk") }
        }
    }

    fn public_of(key: &Held<Keypair>) -> std::sync::Arc<dyn PublicKey> {
        key.key.public_key().ok().unwrap()
    }

    /// Whether what one of the keys makes is what the other one's public half, or the other one, takes.
    fn works_as(one: &Held<Keypair>, other: &Held<Keypair>) {
        let name = one.algorithm.name;
        if one.algorithm.algorithm_type() == AlgorithmType::Signatures {
            let sign = |key: &Held<Keypair>| {
                let mut signer = key.key.shared.clone().signer().ok().unwrap();
                signer.update(b"message");
                signer.sign().unwrap()
            };
            let mut verifier = public_of(other).verifier().ok().unwrap();
            verifier.update(b"message");
            assert_eq!(verifier.verify(&sign(one)), Ok(()), "{name}");
            if name.starts_with("Ed") || name.starts_with("RSA_PKCS1") {
                assert_eq!(sign(one), sign(other), "{name}");
            }
        } else if let Ok((shared, ciphertext)) = public_of(other).encapsulate() {
            assert_eq!(*one.key.decapsulate(&ciphertext).unwrap(), *shared, "{name}");
        } else {
            let peer = one.algorithm.keys.generate(&crate::stop::StopHandle::new()).ok().unwrap();
            let shared = one.key.agree(&*peer.public_key().ok().unwrap()).unwrap();
            assert_eq!(*shared, *peer.agree(&*public_of(other)).unwrap(), "{name}");
        }
    }

    #[test]
    fn every_key_comes_back_from_what_a_store_keeps_of_it() {
        for Known { algorithm, secret, public } in Algorithm::all().map(Known::new) {
            let key = Held::<Keypair>::from_canonical(algorithm, &secret, Origin::Guest).ok().unwrap();
            let canonical = key.to_canonical().unwrap();
            assert_eq!(*canonical, secret, "{}: others write the same", algorithm.name);
            assert_eq!(public_of(&key).canonical().unwrap(), public, "{}", algorithm.name);
            let again = Held::<Keypair>::from_canonical(algorithm, &canonical, KEPT).ok().unwrap();
            assert_eq!(again.origin, KEPT);
            works_as(&key, &again);
            works_as(&again, &key);
        }
    }

    #[test]
    fn nothing_else_is_read_as_what_a_store_keeps() {
        let known: Vec<Known> = Algorithm::all().map(Known::new).collect();
        for Known { algorithm, secret, .. } in &known {
            let read = |bytes: &[u8]| Held::<Keypair>::from_canonical(algorithm, bytes, Origin::Guest).err();
            // Every length that is short; those of RSA keys take too long.
            for len in (0..secret.len()).step_by(if secret.len() > 1000 { 97 } else { 1 }) {
                assert_eq!(read(&secret[..len]), Some(Errno::InvalidKey), "{}: {len} bytes", algorithm.name);
            }
            assert_eq!(read(&[secret, &[0][..]].concat()), Some(Errno::InvalidKey), "{}", algorithm.name);
            for other in known.iter().filter(|other| other.secret != *secret) {
                assert!(read(&other.secret).is_some(), "{} reads {}", algorithm.name, other.algorithm.name);
            }
        }
    }

    #[expect(deprecated, reason = "the form that the test is about")]
    fn expanded(key: &impl ml_kem::ExpandedKeyEncoding) -> Vec<u8> {
        key.to_expanded_bytes().to_vec()
    }

    /// ML-KEM keys without a seed (RFC 9935 section 6) have a form without it.
    #[test]
    fn an_expanded_key_comes_back_as_one() {
        for (algorithm, seed) in [("ML-KEM-512", [1; 64]), ("ML-KEM-768", [2; 64]), ("ML-KEM-1024", [3; 64])] {
            let algorithm = Algorithm::find(AlgorithmType::KeyExchange, algorithm.as_bytes()).ok().unwrap();
            let expanded = match algorithm.name {
                "ML-KEM-512" => expanded(&ml_kem_512::DecapsulationKey::new_from_slice(&seed).unwrap()),
                "ML-KEM-768" => expanded(&ml_kem_768::DecapsulationKey::new_from_slice(&seed).unwrap()),
                _ => expanded(&ml_kem_1024::DecapsulationKey::new_from_slice(&seed).unwrap()),
            };
            let key = algorithm.keys.import_secret(&expanded, Form::Raw).ok().unwrap();
            let key = Held::<Keypair>::by_guest(algorithm, key);
            let again = Held::<Keypair>::from_canonical(algorithm, &key.to_canonical().unwrap(), KEPT).ok().unwrap();
            assert_eq!(*again.key.export(Form::Raw).unwrap(), expanded, "{}", algorithm.name);
            works_as(&key, &again);
        }
    }
}
