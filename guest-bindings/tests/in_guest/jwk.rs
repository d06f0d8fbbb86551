//! JSON Web Keys: the examples of RFC 7515, 7638 and 8037, which the host must accept, use, and write again.
#![cfg(feature = "jwk")]

use base64ct::{Base64UrlUnpadded, Encoding};
use wasi_crypto_bindings::asymmetric::{AlgorithmType, PublicKey, SecretKeyEncoding};
use wasi_crypto_bindings::kx::{self, P384, SecretKey, X25519};
use wasi_crypto_bindings::signature::{
    Algorithm, EcdsaK256Sha256, EcdsaP256Sha256, Ed25519, RsaPkcs1_2048Sha256, RsaPss2048Sha256, RsaPss3072Sha384,
    Signature, SigningKey, VerifyingKey,
};
use wasi_crypto_bindings::{Error, Sha256};

use crate::hex;

/// RFC 7515 appendix A.2.
const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RSA_JWS: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

/// RFC 7515 appendix A.3.
const P256_JWK: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
const P256_JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

/// RFC 8037 appendix A.2 and A.4.
const ED25519_JWK: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_JWS: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// Checks a JSON Web Signature, and that the key comes out as RFC 7638 writes it.
fn verifies<A: Algorithm>(jwk: &str, jws: &str, written: &str) {
    let key = VerifyingKey::<A>::from_jwk(jwk).unwrap();
    key.validate().unwrap();
    let (message, signature) = jws.rsplit_once('.').unwrap();
    let signature = Signature::from_bytes(Base64UrlUnpadded::decode_vec(signature).unwrap()).unwrap();
    key.verify(message.as_bytes(), &signature).unwrap();
    assert_eq!(key.verify(&message.as_bytes()[1..], &signature), Err(Error::VerificationFailed));
    assert_eq!(key.to_jwk().unwrap(), written);
}

#[test]
fn keys_of_the_rfcs_verify_their_signatures() {
    let rsa = format!(r#"{{"kty":"RSA","n":"{RSA_N}","e":"AQAB","alg":"RS256","use":"sig"}}"#);
    let written = format!(r#"{{"e":"AQAB","kty":"RSA","n":"{RSA_N}"}}"#);
    verifies::<RsaPkcs1_2048Sha256>(&rsa, RSA_JWS, &written);
    let written = r#"{"crv":"P-256","kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    verifies::<EcdsaP256Sha256>(P256_JWK, P256_JWS, written);
    let written = r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    verifies::<Ed25519>(ED25519_JWK, ED25519_JWS, written);

    // RFC 8037 appendix A.3: the thumbprint.
    let thumbprint = Base64UrlUnpadded::encode_string(&Sha256::try_digest(written).unwrap());
    assert_eq!(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn keys_of_the_rfcs_agree() {
    // RFC 8037 appendix A.6, which has the keys of RFC 7748 section 6.1.
    let bob = r#"{"kty":"OKP","crv":"X25519","kid":"Bob","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#;
    let alice = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let alice = SecretKey::<X25519>::import(&alice, SecretKeyEncoding::Raw).unwrap();
    let secret = alice.diffie_hellman(&kx::PublicKey::from_jwk(bob).unwrap()).unwrap();
    assert_eq!(*secret, hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"));
    let written = r#"{"crv":"X25519","kty":"OKP","x":"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo"}"#;
    assert_eq!(alice.public_key().unwrap().to_jwk().unwrap(), written);
}

/// The base point is the public key to 1: SEC 2 sections 2.4.1 and 2.5.1.
#[test]
fn the_other_curves_have_their_coordinates() {
    let base64 = |hexadecimal| Base64UrlUnpadded::encode_string(&hex(hexadecimal));
    let x = base64("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
    let y = base64("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
    let jwk = format!(r#"{{"crv":"secp256k1","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let one = [&[0; 31][..], &[1]].concat();
    let key = SigningKey::<EcdsaK256Sha256>::import_secret(&one, SecretKeyEncoding::Raw).unwrap();
    assert_eq!(key.try_verifying_key().unwrap().to_jwk().unwrap(), jwk);
    let read = VerifyingKey::<EcdsaK256Sha256>::from_jwk(&jwk).unwrap();
    read.verify(b"message", &key.try_sign(b"message").unwrap()).unwrap();

    let x = base64("aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7");
    let y = base64("3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f");
    let jwk = format!(r#"{{"crv":"P-384","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let one = [&[0; 47][..], &[1]].concat();
    let key = SecretKey::<P384>::import(&one, SecretKeyEncoding::Raw).unwrap();
    assert_eq!(key.public_key().unwrap().to_jwk().unwrap(), jwk);
    kx::PublicKey::<P384>::from_jwk(&jwk).unwrap().validate().unwrap();
}

#[test]
fn the_host_judges_the_key_itself() {
    // Not on the curve; the host says so.
    let off_curve = P256_JWK.replace("f83OJ", "f83OK");
    assert_eq!(VerifyingKey::<EcdsaP256Sha256>::from_jwk(off_curve).unwrap_err(), Error::InvalidKey);
    let rsa = format!(r#"{{"kty":"RSA","n":"{RSA_N}","e":"AQAB"}}"#);
    VerifyingKey::<RsaPss2048Sha256>::from_jwk(&rsa).unwrap();
    assert_eq!(VerifyingKey::<RsaPss3072Sha384>::from_jwk(&rsa).unwrap_err(), Error::InvalidKey);
    // Another algorithm's name for a key.
    let key = PublicKey::from_jwk(AlgorithmType::Signatures, "Ed25519", ED25519_JWK).unwrap();
    assert!(key.to_jwk("ECDSA_P256_SHA256").is_err() && key.to_jwk("RSA_PSS_2048_SHA256").is_err());
}
