use alloc::format;
use alloc::string::ToString;

use super::*;

const SIGNATURES: AlgorithmType = AlgorithmType::Signatures;
const KEY_EXCHANGE: AlgorithmType = AlgorithmType::KeyExchange;

/// RFC 8037 appendix A.2.
const ED25519: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
/// RFC 7515 appendix A.3, the public members.
const P256: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;

fn ed25519(members: &str) -> Result<(), Error> {
    decode(SIGNATURES, "Ed25519", format!("{{{members}}}").as_bytes()).map(|_| ())
}

fn p256(members: &str) -> Result<(), Error> {
    decode(SIGNATURES, "ECDSA_P256_SHA256", format!("{{{members}}}").as_bytes()).map(|_| ())
}

fn x25519(members: &str) -> Result<(), Error> {
    let key = r#""kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08""#;
    decode(KEY_EXCHANGE, "X25519", format!("{{{key}{members}}}").as_bytes()).map(|_| ())
}

fn refused(error: JwkError) -> Result<(), Error> {
    Err(Error::Jwk(error))
}

#[test]
fn members_become_the_encodings_of_the_host() {
    let (raw, encoding) = decode(SIGNATURES, "ed25519", format!("{{{ED25519}}}").as_bytes()).unwrap();
    // RFC 8032 section 7.1, test 1.
    assert_eq!((&raw[..4], raw.len(), encoding), (&[0xd7, 0x5a, 0x98, 0x01][..], 32, PublicKeyEncoding::Raw));
    let (sec, encoding) = decode(SIGNATURES, "ECDSA_P256_SHA256", format!("{{{P256}}}").as_bytes()).unwrap();
    // RFC 7515 gives the bytes, too: x begins 127, 205, 206, and y ends 136, 229, 173.
    assert_eq!(
        (&sec[..4], &sec[62..], encoding),
        (&[4, 127, 205, 206][..], &[136, 229, 173][..], PublicKeyEncoding::Sec)
    );
    assert!(decode(KEY_EXCHANGE, "P256-SHA256", format!("{{{P256}}}").as_bytes()).is_ok());
}

#[test]
fn the_key_must_be_for_the_algorithm_and_the_use() {
    for fitting in
        ["", r#","alg":"EdDSA""#, r#","alg":"Ed25519","use":"sig""#, r#","key_ops":["sign","verify"],"kid":"1""#]
    {
        assert_eq!(ed25519(&format!("{ED25519}{fitting}")), Ok(()), "{fitting}");
    }
    for (unfitting, member) in [
        (r#","alg":"ES256""#, "alg"),
        (r#","alg":"eddsa""#, "alg"),
        (r#","use":"enc""#, "use"),
        (r#","use":"""#, "use"),
        (r#","key_ops":["sign"]"#, "key_ops"),
        (r#","key_ops":[]"#, "key_ops"),
    ] {
        assert_eq!(ed25519(&format!("{ED25519}{unfitting}")), refused(JwkError::Unsuitable(member)), "{unfitting}");
    }
    for fitting in
        ["", r#","use":"enc""#, r#","alg":"ECDH-ES+A256KW""#, r#","key_ops":[]"#, r#","key_ops":["deriveBits"]"#]
    {
        assert_eq!(x25519(fitting), Ok(()), "{fitting}");
    }
    for (unfitting, member) in
        [(r#","use":"sig""#, "use"), (r#","key_ops":["verify"]"#, "key_ops"), (r#","alg":"EdDSA""#, "alg")]
    {
        assert_eq!(x25519(unfitting), refused(JwkError::Unsuitable(member)), "{unfitting}");
    }
    assert_eq!(ed25519(P256), refused(JwkError::Unsuitable("kty")));
    assert_eq!(ed25519(&ED25519.replace("Ed25519", "X25519")), refused(JwkError::Unsuitable("crv")));
    assert_eq!(p256(&P256.replace("P-256", "secp256k1")), refused(JwkError::Unsuitable("crv")));
}

#[test]
fn names_of_algorithms_are_those_of_the_rfcs() {
    for (alg, algorithm) in [
        ("ES256", "ECDSA_P256_SHA256"),
        ("ES384", "ECDSA_P384_SHA384"),
        ("ES256K", "ECDSA_K256_SHA256"),
        ("RS256", "RSA_PKCS1_2048_SHA256"),
        ("RS384", "RSA_PKCS1_3072_SHA384"),
        ("RS512", "RSA_PKCS1_4096_SHA512"),
        ("PS256", "RSA_PSS_2048_SHA256"),
        ("PS384", "rsa_pss_3072_sha384"),
        ("PS512", "RSA_PSS_4096_SHA512"),
        ("ECDH-ES", "P384-SHA384"),
    ] {
        assert!(fits(alg, algorithm), "{alg}");
        assert!(!fits(alg, "Ed25519") && !fits(alg, "RSA_PSS_2048_SHA224"), "{alg}");
    }
    assert!(!fits("RS256", "RSA_PSS_2048_SHA256") && !fits("HS256", "RSA_PSS_2048_SHA256"));
}

#[test]
fn what_is_missing_or_malformed_is_named() {
    for (json, error) in [
        ("", JwkError::NotAnObject),
        ("[]", JwkError::NotAnObject),
        ("\"kty\"", JwkError::NotAnObject),
        ("{}}", JwkError::NotAnObject),
        ("{\"kty\":\"OKP\",}", JwkError::NotAnObject),
        ("{}", JwkError::Missing("kty")),
        ("{\"kty\":1}", JwkError::Malformed("kty")),
        ("{\"kty\":\"OKP\"}", JwkError::Missing("crv")),
        ("{\"kty\":\"okp\"}", JwkError::Unsuitable("kty")),
        ("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", JwkError::Missing("x")),
        ("{\"kty\":\"OKP\",\"kty\":\"OKP\"}", JwkError::Duplicate),
        ("{\"kty\":\"OKP\",\"\\u006bty\":\"OKP\"}", JwkError::Duplicate),
        ("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":null}", JwkError::Private),
    ] {
        let decoded = decode(SIGNATURES, "Ed25519", json.as_bytes()).map(|_| ());
        assert_eq!(decoded, refused(error), "{json}");
    }
    assert_eq!(decode(SIGNATURES, "Ed25519", b"{\"kty\":\"\xff\"}").map(|_| ()), refused(JwkError::NotAnObject));

    // Padding, the other alphabet, white space, bits behind the last byte, another length.
    for x in [
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUR o",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ",
        "",
        "AA11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ] {
        let members = ED25519.replace("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", x);
        assert_eq!(ed25519(&members), refused(JwkError::Malformed("x")), "{x}");
    }
    assert_eq!(
        ed25519(&format!(r#"{ED25519},"key_ops":["verify","verify"]"#)),
        refused(JwkError::Malformed("key_ops"))
    );
    assert_eq!(ed25519(&format!(r#"{ED25519},"key_ops":"verify""#)), refused(JwkError::Malformed("key_ops")));
    // Members that mean nothing here.
    assert_eq!(ed25519(&format!(r#"{ED25519},"kid":1,"x5c":["MII"],"other":{{"a":1,"a":2}}"#)), Ok(()));
    // A coordinate without its leading zeros (RFC 7518 section 6.2.1.2).
    let short =
        P256.replace("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "zc4ncPbEXUGDy-5v20t7WAczNXvp7xO6z248e9FURQ");
    assert_eq!(p256(&short), refused(JwkError::Malformed("x")));
}

#[test]
fn rsa_numbers_have_no_leading_zeros() {
    let rsa = |n: &str, e: &str| {
        let json = format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
        decode(SIGNATURES, "RSA_PSS_2048_SHA256", json.as_bytes()).map(|(info, _)| info)
    };
    // 0x80, 65537; the lengths stay below 128 here.
    let info = rsa("gA", "AQAB").unwrap();
    assert_eq!(rsa::numbers(&info), Some((&[0x80][..], &[1, 0, 1][..])));
    assert_eq!(info[info.len() - 9..], [0x02, 0x02, 0, 0x80, 0x02, 0x03, 1, 0, 1]);
    assert_eq!(rsa("AIA", "AQAB"), Err(Error::Jwk(JwkError::Malformed("n"))));
    assert_eq!(rsa("gA", "AAEAAQ"), Err(Error::Jwk(JwkError::Malformed("e"))));
    assert_eq!(rsa("gA", ""), Err(Error::Jwk(JwkError::Malformed("e"))));
    for len in [126, 127, 128, 255, 256, 65_000] {
        let n = alloc::vec![0xff; len];
        assert_eq!(rsa::numbers(&rsa::info(&n, &[3])), Some((&n[..], &[3][..])));
    }
}

#[test]
fn algorithms_without_json_web_keys_say_so() {
    for algorithm in ["ML-DSA-44", "X-WING", "AES-256-GCM", "é"] {
        assert_eq!(decode(SIGNATURES, algorithm, b"{}").map(|_| ()), Err(Error::UnsupportedEncoding));
    }
}

#[test]
fn errors_are_sentences() {
    assert_eq!(
        Error::from(JwkError::Unsuitable("alg")).to_string(),
        "the JSON Web Key says in `alg` that it is for another algorithm or use (invalid_key)"
    );
}
