//! The example `jwt`, with keys that the test sees to as an operator does. Tokens are verified by ring.

use std::io::{BufRead as _, BufReader, Write as _};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};

use crate::guest::Guest;

const UNKNOWN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The guest, and a key that it made.
fn guest_with_key(test: &str, algorithm: &str) -> (Guest, String) {
    let guest = Guest::new("jwt", test).with_store();
    let key = guest.run(&["new", "--algorithm", algorithm]).exits(0).stdout;
    let key = key.trim_end().to_owned();
    assert_eq!(key.len(), 64);
    (guest, key)
}

/// Checks the signature of a token with a public key in PEM, and returns its header and its claims.
#[track_caller]
fn verified(token: &str, public_pem: &str) -> [String; 2] {
    let (message, signature) = token.trim_end().rsplit_once('.').unwrap();
    let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
    let parts = message.split('.').map(|part| String::from_utf8(Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap());
    let [header, claims]: [String; 2] = parts.collect::<Vec<_>>().try_into().unwrap();

    let base64: String = public_pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = Base64::decode_vec(&base64).unwrap();
    // RFC 8410 section 4 and RFC 5480 section 2: the key is what the encoding ends with.
    if header.starts_with(r#"{"alg":"EdDSA","#) {
        let key = UnparsedPublicKey::new(&ED25519, &der[der.len() - 32..]);
        key.verify(message.as_bytes(), &signature).expect("ring verifies it");
    } else {
        assert!(header.starts_with(r#"{"alg":"ES256","#), "{header}");
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &der[der.len() - 65..]);
        key.verify(message.as_bytes(), &signature).expect("ring verifies it");
    }
    [header, claims]
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn tokens_are_signed_by_a_key_of_the_host() {
    for (algorithm, name) in [("eddsa", "EdDSA"), ("ES256", "ES256")] {
        let (guest, key) = guest_with_key(&format!("jwt_{name}"), algorithm);
        let public = guest.run(&["public", "--key", &key]).exits(0).stdout;
        guest.operator("export", &[&key]).exits(0).prints(&public);

        let sign = ["sign", "--key", &key, "--issuer", "a \"b\" \\ ü", "--lifetime", "60"];
        let tokens = guest.run_with(&sign, &[], "alice\nbob\u{1}\n".as_bytes()).exits(0).stdout;
        let [alice, bob]: [&str; 2] = tokens.lines().collect::<Vec<_>>().try_into().unwrap();
        let [header, claims] = verified(alice, &public);
        assert_eq!(header, format!(r#"{{"alg":"{name}","kid":"{key}/1","typ":"JWT"}}"#));
        let number = |name: &str| -> u64 {
            let value = claims.split_once(&format!(r#""{name}":"#)).unwrap().1;
            value.split(',').next().unwrap().parse().unwrap()
        };
        assert_eq!(number("exp"), number("iat") + 60);
        // RFC 8259 section 7.
        assert!(claims.ends_with(r#","iss":"a \"b\" \\ ü","sub":"alice"}"#), "{claims}");
        assert!(verified(bob, &public)[1].ends_with(r#""sub":"bob\u0001"}"#));
    }
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_rotation_is_picked_up_while_the_guest_runs() {
    let (guest, key) = guest_with_key("jwt_rotation", "EdDSA");
    let public = |version: &str| guest.operator("export", &["--version", version, &key]).exits(0).stdout;
    let mut child = guest.start(&["sign", "--key", &key, "--issuer", "example.org"], &[]);
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut token = || {
        stdin.write_all(b"alice\n").unwrap();
        lines.next().unwrap().unwrap()
    };

    assert!(verified(&token(), &public("1"))[0].contains(&format!("{key}/1\"")));
    guest.operator("rotate", &[&key]).exits(0);
    assert!(verified(&token(), &public("2"))[0].contains(&format!("{key}/2\"")));
    guest.run(&["rotate", "--key", &key]).exits(0).prints("3\n");
    assert!(verified(&token(), &public("3"))[0].contains(&format!("{key}/3\"")));
    guest.operator("revoke", &["--version", "3", &key]).exits(0);
    assert!(verified(&token(), &public("2"))[0].contains(&format!("{key}/2\"")));
    drop((stdin, lines));
    assert!(child.wait().unwrap().success());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn keys_that_cannot_be_used_are_called_that() {
    let (guest, key) = guest_with_key("jwt_keys", "EdDSA");
    guest.run(&["public", "--key", UNKNOWN]).exits(3).says("the host has nothing of this identifier");
    let other = guest.operator("generate", &["ECDSA_P384_SHA384"]).exits(0).stdout;
    guest.run(&["public", "--key", other.trim_end()]).exits(3).says("an algorithm that this program does not have");
    guest.operator("expire", &["--version", "1", "--at", "now", &key]).exits(0);
    guest.run(&["public", "--key", &key]).exits(3).says("has expired");

    let without = Guest::new("jwt", "jwt_without");
    without.run(&["new"]).exits(1).says("run it by `wasi-crypto run --secrets URL --namespace NAME`");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn wrong_command_lines_exit_with_2() {
    let guest = Guest::new("jwt", "jwt_usage");
    guest.run(&[]).exits(2).says("expected `new`, `sign`, `public` or `rotate`");
    guest.run(&["forge"]).exits(2).says("'forge' is none of new, sign, public and rotate");
    guest.run(&["public"]).exits(2).says("`public` needs --key IDENTIFIER");
    guest.run(&["public", "--key", "a5"]).exits(2).says("--key needs an identifier of 64 hexadecimal digits");
    guest.run(&["sign", "--key", UNKNOWN]).exits(2).says("`sign` needs --issuer NAME");
    guest.run(&["new", "--key", UNKNOWN]).exits(2).says("`new` does not take all of these options");
    guest.run(&["new", "--algorithm", "none"]).exits(2).says("--algorithm needs EdDSA or ES256");
    assert!(guest.run(&["--help"]).exits(0).stdout.starts_with("Usage: jwt new"));
}
