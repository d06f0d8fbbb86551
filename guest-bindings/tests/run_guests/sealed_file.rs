//! The example `sealed_file`.

use ring::{aead, hkdf, hmac, pbkdf2};

use crate::guest::{Guest, Run};

const HEADER_LEN: usize = 76;
const PIECE_LEN: usize = 65_536;
const PASSWORD: &str = "SEAL_PASSWORD=correct horse";
const WRONG_PASSWORD: &str = "SEAL_PASSWORD=battery staple";

fn guest(test: &str) -> Guest {
    Guest::new("sealed_file", test)
}

fn seal(guest: &Guest, content: &[u8]) -> Vec<u8> {
    guest.write("plain", content);
    // The least that is allowed, to save time.
    let args = ["seal", "--force", "--iterations", "100000", "plain", "sealed"];
    guest.run_with(&args, &[PASSWORD], b"").exits(0).prints("");
    guest.read("sealed")
}

fn open(guest: &Guest, password: &str) -> Run {
    guest.run_with(&["open", "sealed", "opened"], &[password], b"")
}

/// Opens a sealed file that must not open, and checks that it leaves nothing behind.
#[track_caller]
fn does_not_open(guest: &Guest, sealed: &[u8], status: i32, sentence: &str) {
    guest.write("sealed", sealed);
    open(guest, PASSWORD).exits(status).says(sentence).prints("");
    assert!(!guest.path("opened").exists() && !guest.path("opened.partial").exists());
}

fn content(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 31) >> 3) as u8).collect()
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn what_is_sealed_opens_again() {
    for len in [0, 1, PIECE_LEN - 1, PIECE_LEN, PIECE_LEN + 1, 3 * PIECE_LEN + 7] {
        let guest = guest("round_trip");
        let sealed = seal(&guest, &content(len));
        assert_eq!(sealed.len(), HEADER_LEN + len + len.div_ceil(PIECE_LEN).max(1) * 16);
        open(&guest, PASSWORD).exits(0).prints("");
        assert_eq!(guest.read("opened"), content(len));
        assert!(!guest.path("sealed.partial").exists() && !guest.path("opened.partial").exists());
    }
}

/// One of the two is a module, the other a component.
pub(crate) fn check_exchange(sealing: &Guest, opening: &Guest) {
    let content = content(PIECE_LEN + 7);
    opening.write("sealed", seal(sealing, &content));
    open(opening, PASSWORD).exits(0).prints("");
    assert_eq!(opening.read("opened"), content);
}

/// The format as its documentation describes it, opened without the bindings.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_file_is_what_the_documentation_says() {
    let guest = guest("format");
    let sealed = seal(&guest, &content(PIECE_LEN + 100));
    let (header, body) = sealed.split_at(HEADER_LEN);
    assert_eq!(&header[..8], b"WCSEALED");
    assert_eq!(header[8], 1);
    assert_eq!(header[9..13], 100_000_u32.to_be_bytes());
    assert_eq!(header[36..44], (PIECE_LEN as u64 + 100).to_be_bytes());

    let mut secret = [0; 32];
    let iterations = 100_000.try_into().unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &header[13..29], b"correct horse", &mut secret);
    let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &secret);
    let key = |info: &[u8]| {
        let mut key = [0; 32];
        prk.expand(&[info], hkdf::HKDF_SHA256).unwrap().fill(&mut key).unwrap();
        key
    };
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key(b"WCSEALED 1 header")), &header[..44], &header[44..]).unwrap();

    let cipher = aead::UnboundKey::new(&aead::AES_256_GCM, &key(b"WCSEALED 1 content")).unwrap();
    let cipher = aead::LessSafeKey::new(cipher);
    let mut opened = Vec::new();
    for (number, is_last, piece) in [(0, 0, &body[..PIECE_LEN + 16]), (1, 1, &body[PIECE_LEN + 16..])] {
        let nonce = [&header[29..36], &[0, 0, 0, number, is_last]].concat();
        let nonce = aead::Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let mut piece = piece.to_vec();
        opened.extend_from_slice(cipher.open_in_place(nonce, aead::Aad::from(header), &mut piece).unwrap());
    }
    assert_eq!(opened, content(PIECE_LEN + 100));
}

/// Version 2: the secret by another implementation of Argon2.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn with_argon2id_the_secret_is_made_by_that() {
    let guest = guest("argon2id");
    guest.write("plain", content(100));
    guest.run_with(&["seal", "--argon2id", "plain", "sealed"], &[PASSWORD], b"").exits(0).prints("");
    let sealed = guest.read("sealed");
    let (header, body) = sealed.split_at(HEADER_LEN);
    assert_eq!(header[8], 2);
    assert_eq!(header[9..13], (2_u32 << 24 | 19 << 10).to_be_bytes());

    let params = argon2::Params::new(19 << 10, 2, 1, Some(32)).unwrap();
    let mut blocks = vec![argon2::Block::new(); params.block_count()];
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    let mut secret = [0; 32];
    argon2.hash_password_into_with_memory(b"correct horse", &header[13..29], &mut secret, &mut blocks).unwrap();
    let prk = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &secret);
    let mut key = [0; 32];
    prk.expand(&[b"WCSEALED 2 content"], hkdf::HKDF_SHA256).unwrap().fill(&mut key).unwrap();
    let cipher = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_256_GCM, &key).unwrap());
    let nonce = aead::Nonce::try_assume_unique_for_key(&[&header[29..36], &[0, 0, 0, 0, 1]].concat()).unwrap();
    assert_eq!(cipher.open_in_place(nonce, aead::Aad::from(header), &mut body.to_vec()).unwrap(), content(100));

    open(&guest, PASSWORD).exits(0).prints("");
    assert_eq!(guest.read("opened"), content(100));
    does_not_open_with(&guest, WRONG_PASSWORD);
}

/// Seen before a byte is written.
#[track_caller]
fn does_not_open_with(guest: &Guest, password: &str) {
    let args = ["open", "--force", "sealed", "other"];
    guest.run_with(&args, &[password], b"").exits(3).says("the password is wrong");
    assert!(!guest.path("other").exists());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_same_content_is_never_sealed_alike() {
    let guest = guest("fresh");
    let (one, two) = (seal(&guest, b"content"), seal(&guest, b"content"));
    assert_ne!(one[13..29], two[13..29], "salt");
    assert_ne!(one[29..36], two[29..36], "nonce prefix");
    assert_ne!(one[HEADER_LEN..], two[HEADER_LEN..]);
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_wrong_password_is_called_that() {
    let guest = guest("password");
    seal(&guest, b"content");
    open(&guest, WRONG_PASSWORD).exits(3).says("the password is wrong");
    assert!(!guest.path("opened").exists() && !guest.path("opened.partial").exists());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_cut_file_is_called_that() {
    let guest = guest("cut");
    let sealed = seal(&guest, &content(2 * PIECE_LEN));
    for len in [4, 8, HEADER_LEN - 1, HEADER_LEN, HEADER_LEN + PIECE_LEN + 16, sealed.len() - 1] {
        does_not_open(&guest, &sealed[..len], 4, &format!("the file is cut: it has {len} bytes of "));
    }
    does_not_open(&guest, &[&sealed[..], b"more"].concat(), 4, "4 bytes behind its end");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_foreign_file_is_called_that() {
    let guest = guest("foreign");
    for foreign in [&b""[..], b"W?", b"PK\x03\x04 and so on", &[0; 1000]] {
        does_not_open(&guest, foreign, 4, "this is not a sealed file");
    }
    let mut sealed = seal(&guest, b"content");
    sealed[8] = 3;
    does_not_open(&guest, &sealed, 4, "version 3");
    sealed[8] = 2;
    sealed[9..13].fill(0xff);
    does_not_open(&guest, &sealed, 4, "255 passes over 16777215 KiB");
    sealed[8] = 1;
    sealed[9..13].fill(0xff);
    does_not_open(&guest, &sealed, 4, "4294967295 iterations");
    sealed[9..13].fill(0);
    does_not_open(&guest, &sealed, 4, "0 iterations");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn nothing_is_written_of_a_file_that_was_changed() {
    let guest = guest("changed");
    let sealed = seal(&guest, &content(2 * PIECE_LEN + 10));
    let changed = |at: usize| {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        changed
    };
    for at in [13, 30, 44, HEADER_LEN - 1] {
        does_not_open(&guest, &changed(at), 3, "or the first 76 bytes of the file were changed");
    }
    let second_piece = HEADER_LEN + PIECE_LEN + 16;
    does_not_open(&guest, &changed(HEADER_LEN), 4, "changed or damaged at or behind byte 76;");
    does_not_open(&guest, &changed(second_piece), 4, &format!("at or behind byte {second_piece};"));
    does_not_open(&guest, &changed(sealed.len() - 1), 4, "the password is right");

    let (first, second) = sealed[HEADER_LEN..][..2 * (PIECE_LEN + 16)].split_at(PIECE_LEN + 16);
    let swapped = [&sealed[..HEADER_LEN], second, first, &sealed[HEADER_LEN + 2 * (PIECE_LEN + 16)..]].concat();
    does_not_open(&guest, &swapped, 4, "at or behind byte 76;");

    // A shorter length in the header, and the file cut to fit.
    let mut shorter = sealed[..second_piece].to_vec();
    shorter[36..44].copy_from_slice(&(PIECE_LEN as u64).to_be_bytes());
    does_not_open(&guest, &shorter, 3, "the password is wrong (or the first 76 bytes");
    // A length that no file can have.
    let mut endless = sealed;
    endless[36..44].fill(0xff);
    does_not_open(&guest, &endless, 4, "the file is cut");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_password_comes_from_a_file_or_standard_input_too() {
    let guest = guest("sources");
    seal(&guest, b"content");
    guest.write("password", "correct horse\nand a second line\n");
    guest.run(&["open", "--password-file", "password", "sealed", "a"]).exits(0);
    guest.run_with(&["open", "--password-file", "-", "sealed", "b"], &[], b"correct horse\r\n").exits(0);
    guest.run_with(&["open", "sealed", "c"], &[], b"correct horse").exits(0).says("Password");
    for opened in ["a", "b", "c"] {
        assert_eq!(guest.read(opened), b"content");
    }
    guest.run_with(&["open", "sealed", "d"], &[], b"\n").exits(2).says("the password is empty");
    guest.run_with(&["open", "sealed", "d"], &[], &[b'x'; 5000]).exits(2).says("longer than 4096 bytes");
    guest.run(&["open", "--password-file", "missing", "sealed", "d"]).exits(1).says("missing: there is no such file");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn files_are_not_replaced_unless_forced() {
    let guest = guest("replace");
    seal(&guest, b"content");
    guest.write("opened", "precious");
    open(&guest, PASSWORD).exits(2).says("opened exists already");
    assert_eq!(guest.read("opened"), b"precious");
    guest.run_with(&["open", "--force", "sealed", "opened"], &[WRONG_PASSWORD], b"").exits(3);
    assert_eq!(guest.read("opened"), b"precious", "kept until the new one is verified");
    guest.run_with(&["open", "--force", "sealed", "opened"], &[PASSWORD], b"").exits(0);
    assert_eq!(guest.read("opened"), b"content");

    guest.write("other.partial", "");
    guest.run_with(&["open", "sealed", "other"], &[PASSWORD], b"").exits(2).says("other.partial exists");
    assert!(guest.path("other.partial").exists(), "it may be another run's");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn wrong_command_lines_exit_with_2() {
    let guest = guest("usage");
    guest.write("plain", "content");
    guest.run(&["seal", "plain"]).exits(2).says("expected `seal INPUT OUTPUT`");
    guest.run(&["shut", "plain", "sealed"]).exits(2).says("'shut' is neither seal nor open");
    guest.run(&["open", "--iterations", "200000", "plain", "x"]).exits(2).says("--iterations goes with seal");
    guest.run(&["seal", "--iterations", "1000", "plain", "x"]).exits(2).says("from 100000 to 10000000");
    guest.run(&["open", "--argon2id", "plain", "x"]).exits(2).says("--argon2id goes with seal");
    guest
        .run(&["seal", "--argon2id", "--iterations", "200000", "plain", "x"])
        .exits(2)
        .says("leave it or --argon2id out");
    guest.run(&["seal", "--frobnicate", "plain", "x"]).exits(2).says("unknown option '--frobnicate'");
    guest.run_with(&["seal", ".", "x"], &[PASSWORD], b"").exits(2).says("not a regular file");
    guest.run_with(&["seal", "missing", "x"], &[PASSWORD], b"").exits(1).says("missing: there is no such file");
    assert!(guest.run(&["--help"]).exits(0).stdout.starts_with("Usage: sealed_file seal"));
}
