use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

const PKCS8: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
const SPKI: &str = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n";
const PARAMETERS: &str = "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n";
const PKCS1_PUBLIC: &str = "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n";
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
const OPENSSH: &str = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
/// As `openssl rsa -traditional -aes128` begins it.
const RFC_1421: &str = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,A226D2C4D4EFAAC28494FF4973C56935\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";

const HALVES: [Wanted; 2] = [Wanted::PrivateKey, Wanted::PublicKey];

fn found(text: impl AsRef<[u8]>) -> [Option<Found>; 2] {
    HALVES.map(|wanted| find(wanted, text.as_ref()).err())
}

#[track_caller]
fn takes(wanted: Wanted, key: &str, text: impl AsRef<[u8]>) {
    let block = find(wanted, text.as_ref());
    assert_eq!(block.map(|block| String::from_utf8_lossy(block.text).into_owned()), Ok(key.to_string()));
}

#[test]
fn the_key_is_found_whatever_surrounds_it() {
    let latin_1 = b"Bag Attributes\n    friendlyName: Schl\xfcssel\nKey Attributes: <No Attributes>\n";
    takes(Wanted::PrivateKey, PKCS8, [&latin_1[..], PKCS8.as_bytes(), latin_1].concat());
    takes(Wanted::PublicKey, SPKI, format!("\u{feff}{SPKI}"));
    for others in [CERTIFICATE, PARAMETERS, SPKI, ENCRYPTED, OPENSSH, "-----BEGIN PRIVATE KEY-----\nAAAA\n"] {
        takes(Wanted::PrivateKey, PKCS8, format!("{others}{PKCS8}"));
    }
    for others in [CERTIFICATE, PKCS8, SEC1, ENCRYPTED] {
        takes(Wanted::PublicKey, SPKI, format!("{others}{SPKI}{others}"));
    }
    takes(Wanted::PrivateKey, SEC1, format!("{PARAMETERS}{SEC1}"));
    takes(Wanted::PublicKey, PKCS1_PUBLIC, PKCS1_PUBLIC);
}

#[test]
fn lines_may_end_as_they_like() {
    for end in ["\r\n", "\r", "  \n", "\n"] {
        let [key, other] = [PKCS8, CERTIFICATE].map(|pem| pem.replace('\n', end));
        takes(Wanted::PrivateKey, &key, format!("{other}{key}{other}"));
    }
    takes(Wanted::PrivateKey, PKCS8.trim_end(), PKCS8.trim_end());
}

#[test]
fn what_is_there_instead_is_told_apart() {
    for private in [PKCS8, SEC1] {
        assert_eq!(found(private), [None, Some(Found::PrivateKey)]);
    }
    assert_eq!(found(SPKI), [Some(Found::PublicKey), None]);
    assert_eq!(found(PKCS1_PUBLIC), [Some(Found::PublicKey), None]);
    for encrypted in [ENCRYPTED, RFC_1421] {
        assert_eq!(found(encrypted), [Some(Found::EncryptedPrivateKey); 2]);
        assert_eq!(found(format!("{CERTIFICATE}{encrypted}")), [Some(Found::EncryptedPrivateKey); 2]);
    }
    assert_eq!(found(OPENSSH), [Some(Found::OpenSshPrivateKey); 2]);
    assert_eq!(found(CERTIFICATE), [Some(Found::Certificate); 2]);
    assert_eq!(found(format!("{CERTIFICATE}{PKCS8}")), [None, Some(Found::PrivateKey)]);
    assert_eq!(found(format!("{PARAMETERS}{CERTIFICATE}")), [Some(Found::Certificate); 2]);
    assert_eq!(found(PARAMETERS), [Some(Found::Other); 2]);
    assert_eq!(found(format!("{PKCS8}{SEC1}{SPKI}{SPKI}")), [Some(Found::Several); 2]);
    let cut = [Some(Found::Cut), Some(Found::PrivateKey)];
    assert_eq!(found("-----BEGIN PRIVATE KEY-----\nAAAA\n"), cut);
    assert_eq!(found("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), cut);
    assert_eq!(found(format!("{CERTIFICATE}-----BEGIN PRIVATE KEY-----\n{CERTIFICATE}{OPENSSH}")), cut);
    assert_eq!(found("-----BEGIN CERTIFICATE-----\nAAAA\n"), [Some(Found::Certificate); 2]);
    for nothing in
        ["", "a text\n", "x-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY", "----BEGIN PRIVATE KEY-----"]
    {
        assert_eq!(found(nothing), [Some(Found::Nothing); 2], "{nothing}");
    }
}

#[test]
fn files_of_other_kinds_are_told_apart() {
    let utf_16: Vec<u8> = "\u{feff}-----BEGIN".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(found(&utf_16), [Some(Found::Utf16); 2]);
    // RFC 8410 section 10.3 and 10.1, in DER.
    let private = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20\xd4\xee\x72\xdb\xf9\x13\x58\x4a\xd5\xb6\xd8\xf1\xf7\x69\xf8\xad\x3a\xfe\x7c\x28\xcb\xf1\xd4\xfb\xe0\x97\xa8\x8f\x44\x75\x58\x42";
    assert_eq!(found(private), [Some(Found::Der); 2]);
    assert_eq!(found([&b"\x30\x82\x04\xbe\x02\x01\x00"[..], &[0; 1210]].concat()), [Some(Found::Der); 2]);
    assert_eq!(found(b"\x30\x82\x05\x10\x02\x01\x03\x30\x82"), [Some(Found::Pkcs12); 2]);
    for line in ["ssh-ed25519 AAAAC3Nz me@here\n", "ecdsa-sha2-nistp256 AAAA", "---- BEGIN SSH2 PUBLIC KEY ----\n"] {
        assert_eq!(found(line), [Some(Found::OpenSshPublicKey); 2]);
    }
}

#[test]
fn the_host_has_the_last_word() {
    let import = |wanted, algorithm, text: &str, error| {
        super::import(wanted, algorithm, text.as_bytes(), |_| Err::<(), _>(error)).unwrap_err()
    };
    let because = |found| Error::Pem(PemError { wanted: Wanted::PrivateKey, found });
    let private = |algorithm, text, error| import(Wanted::PrivateKey, algorithm, text, error);
    assert_eq!(private("Ed25519", PKCS8, Error::InvalidKey), Error::InvalidKey);
    assert_eq!(private("Ed25519", PKCS8, Error::UnsupportedEncoding), Error::UnsupportedEncoding);
    assert_eq!(private("ML-DSA-44", PKCS8, Error::UnsupportedEncoding), because(Found::WithoutSeed));
    assert_eq!(private("ECDSA_P256_SHA256", SEC1, Error::InvalidKey), because(Found::Older));
    assert_eq!(private("ECDSA_P256_SHA256", SEC1, Error::TooManyHandles), Error::TooManyHandles);
    let public = import(Wanted::PublicKey, "RSA_PSS_2048_SHA256", PKCS1_PUBLIC, Error::UnsupportedEncoding);
    assert_eq!(public, Error::Pem(PemError { wanted: Wanted::PublicKey, found: Found::Older }));
}

#[test]
fn file_names_can_be_pasted_into_a_shell() {
    let error = PemError { wanted: Wanted::PrivateKey, found: Found::EncryptedPrivateKey };
    for (name, quoted) in [
        ("key.pem", "key.pem"),
        ("schlüssel-1.pem", "schlüssel-1.pem"),
        ("my key.pem", "'my key.pem'"),
        ("it's; rm -rf ~", "'it'\\''s; rm -rf ~'"),
        ("$HOME`id`", "'$HOME`id`'"),
        ("", "''"),
        ("a\nb\u{1b}[2J\\'", "$'a\\nb\\033[2J\\\\\\''"),
        ("\u{9b}", "$'\\302\\233'"),
    ] {
        assert_eq!(
            error.in_file(name).to_string(),
            format!("the key is under a password; `openssl pkey -in {quoted} -out key.pem` takes it off")
        );
    }
    assert_eq!(error.to_string(), "the key is under a password; `openssl pkey -in FILE -out key.pem` takes it off");
    assert_eq!((error.wanted(), error.found()), (Wanted::PrivateKey, Found::EncryptedPrivateKey));
}
