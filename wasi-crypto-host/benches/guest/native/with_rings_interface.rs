//! ring, and AWS-LC through aws-lc-rs, which has ring's interface and more.

/// What the libraries share. Around it each has what they do differently: `ecdsa_pair`, `modulus_len` and `verifier`.
macro_rules! shared {
    ($krate:ident, $library:ident) => {
        use std::hint::black_box;

        use ::$krate::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
        use ::$krate::digest;
        use ::$krate::rand::SystemRandom;
        use ::$krate::signature::{
            self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair,
            VerificationAlgorithm,
        };

        use crate::native::{Library, MESSAGE, Native, Output, SignatureKey, random};

        pub(crate) fn ed25519(seed: &[u8]) -> SignatureKey {
            let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("a seed of 32 bytes");
            SignatureKey {
                library: Library::$library,
                verify: verifier(&signature::ED25519, pair.public_key().as_ref()),
                sign: Box::new(move |out| out.put(&[pair.sign(black_box(&MESSAGE)).as_ref()])),
            }
        }

        pub(crate) fn ecdsa_p256(pkcs8: &[u8]) -> SignatureKey {
            ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &signature::ECDSA_P256_SHA256_FIXED, pkcs8)
        }

        pub(crate) fn ecdsa_p384(pkcs8: &[u8]) -> SignatureKey {
            ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, &signature::ECDSA_P384_SHA384_FIXED, pkcs8)
        }

        pub(crate) fn rsa_pkcs1_sha256(pkcs8: &[u8]) -> SignatureKey {
            rsa(&signature::RSA_PKCS1_SHA256, &signature::RSA_PKCS1_2048_8192_SHA256, pkcs8)
        }

        pub(crate) fn rsa_pkcs1_sha512(pkcs8: &[u8]) -> SignatureKey {
            rsa(&signature::RSA_PKCS1_SHA512, &signature::RSA_PKCS1_2048_8192_SHA512, pkcs8)
        }

        pub(crate) fn rsa_pss_sha256(pkcs8: &[u8]) -> SignatureKey {
            rsa(&signature::RSA_PSS_SHA256, &signature::RSA_PSS_2048_8192_SHA256, pkcs8)
        }

        pub(crate) fn generate_ed25519() -> Native<'static> {
            Native::new(Library::$library, |out| {
                let pair = Ed25519KeyPair::from_seed_unchecked(&random::<32>()).expect("a seed of 32 bytes");
                out.put(&[pair.public_key().as_ref()])
            })
        }

        pub(crate) fn import_rsa(pkcs8: &[u8]) -> Native<'_> {
            reads(move || RsaKeyPair::from_pkcs8(black_box(pkcs8)).expect("an RSA key"))
        }

        pub(crate) fn import_p256(pkcs8: &[u8]) -> Native<'_> {
            reads(move || ecdsa_pair(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, black_box(pkcs8)))
        }

        pub(crate) fn import_ed25519<'a>(seed: &'a [u8], public: &'a [u8]) -> Native<'a> {
            reads(move || Ed25519KeyPair::from_seed_and_public_key(black_box(seed), public).expect("an Ed25519 key"))
        }

        fn reads<'a, K>(read: impl Fn() -> K + 'a) -> Native<'a> {
            Native::new(Library::$library, move |_| {
                black_box(read());
            })
        }

        pub(crate) fn sha_256(message: &[u8]) -> Native<'_> {
            Native::new(Library::$library, move |out| {
                out.put(&[digest::digest(&digest::SHA256, black_box(message)).as_ref()])
            })
        }

        pub(crate) fn aes_256_gcm<'a>(key: &[u8], nonce: [u8; 12], message: &'a [u8]) -> Native<'a> {
            seal(&aead::AES_256_GCM, key, nonce, message)
        }

        pub(crate) fn chacha20_poly1305<'a>(key: &[u8], nonce: [u8; 12], message: &'a [u8]) -> Native<'a> {
            seal(&aead::CHACHA20_POLY1305, key, nonce, message)
        }

        /// The ciphertext, and the tag behind it.
        fn seal<'a>(algorithm: &'static aead::Algorithm, key: &[u8], nonce: [u8; 12], message: &'a [u8]) -> Native<'a> {
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key).expect("a key of 32 bytes"));
            Native::new(Library::$library, move |out| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                let (ciphertext, rest) = out.room(message.len() + algorithm.tag_len()).split_at_mut(message.len());
                ciphertext.copy_from_slice(black_box(message));
                let tag = key.seal_in_place_separate_tag(nonce, Aad::empty(), ciphertext).expect("a short message");
                rest.copy_from_slice(tag.as_ref());
            })
        }

        fn ecdsa(
            signing: &'static EcdsaSigningAlgorithm,
            verification: &'static dyn VerificationAlgorithm,
            pkcs8: &[u8],
        ) -> SignatureKey {
            let (pair, random) = (ecdsa_pair(signing, pkcs8), SystemRandom::new());
            SignatureKey {
                library: Library::$library,
                verify: verifier(verification, pair.public_key().as_ref()),
                sign: Box::new(move |out| {
                    out.put(&[pair.sign(&random, black_box(&MESSAGE)).expect("there is randomness").as_ref()])
                }),
            }
        }

        fn rsa(
            signing: &'static dyn RsaEncoding,
            verification: &'static dyn VerificationAlgorithm,
            pkcs8: &[u8],
        ) -> SignatureKey {
            let (pair, random) = (RsaKeyPair::from_pkcs8(pkcs8).expect("an RSA key"), SystemRandom::new());
            let len = modulus_len(&pair);
            SignatureKey {
                library: Library::$library,
                verify: verifier(verification, pair.public_key().as_ref()),
                sign: Box::new(move |out| {
                    pair.sign(signing, &random, black_box(&MESSAGE), out.room(len)).expect("a key that signs");
                }),
            }
        }
    };
}

pub(crate) mod ring {
    use ::ring::signature::UnparsedPublicKey;

    shared!(ring, Ring);

    fn ecdsa_pair(algorithm: &'static EcdsaSigningAlgorithm, pkcs8: &[u8]) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(algorithm, pkcs8, &SystemRandom::new()).expect("an ECDSA key")
    }

    fn modulus_len(pair: &RsaKeyPair) -> usize {
        pair.public().modulus_len()
    }

    /// ring reads the key again each time.
    fn verifier(algorithm: &'static dyn VerificationAlgorithm, public: &[u8]) -> Box<dyn Fn(&Output) -> bool> {
        let key = UnparsedPublicKey::new(algorithm, public.to_vec());
        Box::new(move |signature| key.verify(black_box(&MESSAGE), signature.bytes()).is_ok())
    }
}

pub(crate) mod aws_lc {
    use ::aws_lc_rs::agreement::{self, PrivateKey};
    use ::aws_lc_rs::kem::{self, Ciphertext, DecapsulationKey, EncapsulationKey};
    use ::aws_lc_rs::signature::{ParsedPublicKey, PqdsaKeyPair};

    shared!(aws_lc_rs, AwsLc);

    fn ecdsa_pair(algorithm: &'static EcdsaSigningAlgorithm, pkcs8: &[u8]) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).expect("an ECDSA key")
    }

    fn modulus_len(pair: &RsaKeyPair) -> usize {
        pair.public_modulus_len()
    }

    fn verifier(algorithm: &'static dyn VerificationAlgorithm, public: &[u8]) -> Box<dyn Fn(&Output) -> bool> {
        let key = ParsedPublicKey::new(algorithm, public).expect("a public key");
        Box::new(move |signature| key.verify_sig(black_box(&MESSAGE), signature.bytes()).is_ok())
    }

    pub(crate) fn ecdsa_k256(pkcs8: &[u8]) -> SignatureKey {
        ecdsa(&signature::ECDSA_P256K1_SHA256_FIXED_SIGNING, &signature::ECDSA_P256K1_SHA256_FIXED, pkcs8)
    }

    pub(crate) fn ml_dsa_65(seed: &[u8]) -> SignatureKey {
        let pair = PqdsaKeyPair::from_seed(&signature::ML_DSA_65_SIGNING, seed).expect("a seed of 32 bytes");
        let len = pair.algorithm().signature_len();
        SignatureKey {
            library: Library::AwsLc,
            verify: verifier(&signature::ML_DSA_65, pair.public_key().as_ref()),
            sign: Box::new(move |out| {
                pair.sign(black_box(&MESSAGE), out.room(len)).expect("there is randomness");
            }),
        }
    }

    /// From a `SubjectPublicKeyInfo`.
    pub(crate) fn import_public_p256(spki: &[u8]) -> Native<'_> {
        reads(move || ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, black_box(spki)).expect("a public key"))
    }

    pub(crate) fn import_public_rsa(spki: &[u8]) -> Native<'_> {
        reads(move || {
            ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, black_box(spki)).expect("a public key")
        })
    }

    pub(crate) fn x25519(secret: &[u8], peer: &[u8]) -> Native<'static> {
        let secret = PrivateKey::from_private_key(&agreement::X25519, secret).expect("a secret key");
        agree(secret, peer)
    }

    pub(crate) fn ecdh_p256(pkcs8: &[u8], peer: &[u8]) -> Native<'static> {
        agree(PrivateKey::from_private_key_der(&agreement::ECDH_P256, pkcs8).expect("a secret key"), peer)
    }

    pub(crate) fn ecdh_p384(pkcs8: &[u8], peer: &[u8]) -> Native<'static> {
        agree(PrivateKey::from_private_key_der(&agreement::ECDH_P384, pkcs8).expect("a secret key"), peer)
    }

    fn agree(secret: PrivateKey, peer: &[u8]) -> Native<'static> {
        let peer = agreement::UnparsedPublicKey::new(secret.algorithm(), peer);
        let peer = agreement::ParsedPublicKey::try_from(&peer).expect("a public key");
        Native::new(Library::AwsLc, move |out| {
            agreement::agree(&secret, peer.clone(), (), |shared| {
                out.put(&[shared]);
                Ok(())
            })
            .expect("keys that agree")
        })
    }

    pub(crate) fn encapsulate_ml_kem_768(public: &[u8]) -> Native<'static> {
        let key = EncapsulationKey::new(&kem::ML_KEM_768, public).expect("an encapsulation key");
        Native::new(Library::AwsLc, move |out| {
            let (ciphertext, secret) = key.encapsulate().expect("there is randomness");
            out.put(&[secret.as_ref(), ciphertext.as_ref()])
        })
    }

    /// `expanded` is the key without its seed, as FIPS 203 encodes it.
    pub(crate) fn decapsulate_ml_kem_768(expanded: &[u8], ciphertext: Vec<u8>) -> Native<'static> {
        let key = DecapsulationKey::new(&kem::ML_KEM_768, expanded).expect("a decapsulation key");
        Native::new(Library::AwsLc, move |out| {
            let secret = key.decapsulate(Ciphertext::from(&*ciphertext)).expect("a ciphertext");
            out.put(&[secret.as_ref()])
        })
    }

    pub(crate) fn generate_p256() -> Native<'static> {
        Native::new(Library::AwsLc, |out| {
            let pair = EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING);
            out.put(&[pair.expect("there is randomness").public_key().as_ref()])
        })
    }

    pub(crate) fn generate_x25519() -> Native<'static> {
        Native::new(Library::AwsLc, |out| {
            let secret = PrivateKey::generate(&agreement::X25519).expect("there is randomness");
            out.put(&[secret.compute_public_key().expect("a secret key").as_ref()])
        })
    }

    pub(crate) fn generate_ml_kem_768() -> Native<'static> {
        Native::new(Library::AwsLc, |out| {
            let key = DecapsulationKey::generate(&kem::ML_KEM_768).expect("there is randomness");
            let public = key.encapsulation_key().and_then(|public| public.key_bytes().map(|raw| raw.as_ref().to_vec()));
            out.put(&[&public.expect("a generated key has its public half")])
        })
    }

    pub(crate) fn generate_ml_dsa_65() -> Native<'static> {
        Native::new(Library::AwsLc, |out| {
            let pair = PqdsaKeyPair::generate(&signature::ML_DSA_65_SIGNING).expect("there is randomness");
            out.put(&[pair.public_key().as_ref()])
        })
    }
}
