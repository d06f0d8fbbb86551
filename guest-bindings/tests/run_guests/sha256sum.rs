//! The example `sha256sum`. Digests are those of FIPS 180-4's examples.

use crate::guest::Guest;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const MILLION_A: &str = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

fn guest(test: &str) -> Guest {
    with_files(Guest::new("sha256sum", test))
}

pub(crate) fn with_files(guest: Guest) -> Guest {
    guest.write("abc", "abc");
    guest.write("empty", "");
    guest.write("million", [b'a'; 1_000_000]);
    guest
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn digests_are_those_of_fips_180_4() {
    check_digests(&guest("sums"));
}

pub(crate) fn check_digests(guest: &Guest) {
    let lines = format!("{ABC}  abc\n{EMPTY}  empty\n{MILLION_A}  million\n");
    guest.run(&["abc", "empty", "million"]).exits(0).prints(&lines);
    guest.run(&["--tag", "abc"]).exits(0).prints(&format!("SHA256 (abc) = {ABC}\n"));
    guest.run(&["-b", "abc"]).exits(0).prints(&format!("{ABC} *abc\n"));
    guest.run_with(&[], &[], b"abc").exits(0).prints(&format!("{ABC}  -\n"));
    guest.run_with(&["-", "empty"], &[], b"abc").exits(0).prints(&format!("{ABC}  -\n{EMPTY}  empty\n"));
}

/// Digests of the crate `blake3`'s `test_vectors.json` (no bytes), and of `b3sum` 1.5.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn digests_of_blake3_are_those_of_b3sum() {
    const ABC: &str = "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85";
    const EMPTY: &str = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    let guest = guest("blake3");
    guest.run(&["--blake3", "abc", "empty"]).exits(0).prints(&format!("{ABC}  abc\n{EMPTY}  empty\n"));
    guest.run(&["--blake3", "--tag", "abc"]).exits(0).prints(&format!("BLAKE3 (abc) = {ABC}\n"));
    guest.write("list", format!("{ABC}  abc\nBLAKE3 (empty) = {EMPTY}\n"));
    guest.run(&["--blake3", "-c", "list"]).exits(0).prints("abc: OK\nempty: OK\n");
    // A line that names its algorithm is of that one, one that does not is of the one that was asked for.
    guest.run(&["-c", "list"]).exits(1).prints("abc: FAILED\nempty: OK\n");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn files_that_cannot_be_read_do_not_stop_the_others() {
    let guest = guest("unreadable");
    let run = guest.run(&["missing", "abc"]).exits(1).says("sha256sum: missing: No such file");
    run.prints(&format!("{ABC}  abc\n"));
    guest.run(&["."]).exits(1).says("sha256sum: .: ");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn lists_in_both_formats_are_checked() {
    let guest = guest("check");
    guest.write("list", format!("{ABC}  abc\nSHA256 (empty) = {EMPTY}\r\n{} *million\n", MILLION_A.to_uppercase()));
    guest.run(&["-c", "list"]).exits(0).prints("abc: OK\nempty: OK\nmillion: OK\n");
    guest.run(&["--check", "--quiet", "list"]).exits(0).prints("");
    guest.run_with(&["-c"], &[], format!("{ABC}  abc\n").as_bytes()).exits(0).prints("abc: OK\n");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn what_does_not_match_or_is_missing_fails_the_check() {
    let guest = guest("mismatch");
    guest.write("list", format!("{EMPTY}  abc\n{EMPTY}  empty\n{ABC}  missing\n"));
    let run = guest.run(&["-c", "list"]).exits(1);
    let run = run.says("WARNING: 1 computed checksum did NOT match").says("WARNING: 1 listed file could not be read");
    run.prints("abc: FAILED\nempty: OK\nmissing: FAILED open or read\n");
    guest.run(&["-c", "--status", "list"]).exits(1).prints("");

    guest.write("list", format!("{EMPTY}  empty\n{ABC}  missing\n"));
    guest.run(&["-c", "--ignore-missing", "list"]).exits(0).prints("empty: OK\n");
    guest.write("list", format!("{ABC}  missing\n"));
    guest.run(&["-c", "--ignore-missing", "list"]).exits(1).says("no file was verified");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn lines_in_another_format_are_counted() {
    let guest = guest("format");
    let good = format!("{ABC}  abc\n");
    guest.write("list", format!("x\n{good}{}\n{ABC}\n", "ü".repeat(40)));
    guest.run(&["-c", "list"]).exits(0).says("WARNING: 3 lines are improperly formatted").prints("abc: OK\n");
    guest.run(&["-c", "--strict", "list"]).exits(1);
    let warned = guest.run(&["-c", "-w", "list"]).exits(0);
    warned.says("list: 1: improperly formatted SHA256 checksum line").says("list: 3: improperly");
    guest.run(&["-c", "abc"]).exits(1).says("no properly formatted checksum lines found");
    guest.run(&["-c", "missing"]).exits(1).says("missing: No such file");

    // A line that is too long is one malformed line, whatever it ends with.
    guest.write("list", format!("{}{good}{good}", "#".repeat((1 << 20) + 1)));
    guest.run(&["-c", "list"]).exits(0).prints("abc: OK\n");
    guest.write("list", format!("{}{good}{good}", "x".repeat(1 << 20)));
    guest.run(&["-c", "list"]).exits(0).says("WARNING: 1 line is").prints("abc: OK\n");
}

/// What coreutils 9.1 printed, and the exit code, for lists in which H stands for the digest of the file `abc`.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn lists_are_read_as_coreutils_does() {
    let guest = guest("coreutils");
    for name in ["*abc", "*", " ", "a)b", "a b"] {
        guest.write(name, "abc");
    }
    for (list, stdout, status) in [
        // Comments and empty lines are nothing; blanks make neither.
        ("# c\n\nH  abc\n", "abc: OK\n", 0),
        ("#\n\r\nH  abc\r\n", "abc: OK\n", 0),
        (" # c\nH  abc\n", "abc: OK\n", 1),
        (" \nH  abc\n", "abc: OK\n", 1),
        ("# only\n\n", "", 1),
        ("", "", 1),
        // Blanks in front, and one or two between.
        ("  H  abc\n\t H *abc", "abc: OK\nabc: OK\n", 0),
        ("H abc\nH\tabc\nH a b\n", "abc: OK\nabc: OK\na b: OK\n", 0),
        ("H abc\nH *abc\nH  abc\n", "abc: OK\n*abc: OK\n abc: FAILED open or read\n", 1),
        ("H  abc\nH abc\n", "abc: OK\n", 1),
        ("H *abc\nH abc\nH **abc\n", "abc: OK\n*abc: OK\n", 1),
        ("H   abc\n", " abc: FAILED open or read\n", 1),
        ("H  \nH *\n", " : OK\n*: OK\n", 0),
        ("H \nH\n", "", 1),
        // Other digests.
        ("H0  abc\nba78  abc\n", "", 1),
        // With the algorithm.
        ("SHA256 (abc) = H\nSHA256(abc)= H\nSHA256 (abc)=H\n", "abc: OK\nabc: OK\nabc: OK\n", 0),
        (" SHA256 (a)b)  =\t H\n", "a)b: OK\n", 0),
        ("H  abc\nSHA256 (abc) = H\nH abc\n", "abc: OK\nabc: OK\n", 1),
        ("SHA256 (abc) = H \nSHA256  (abc) = H\nSHA256 H\n", "", 1),
        ("sha256 (abc) = H\nSHA-256 (abc) = H\nSHA2-256(abc)= H\nSHA512 (abc) = H\n", "", 1),
        // Escapes.
        ("\\H  abc\n \\SHA256 (abc) = H\n", "abc: OK\nabc: OK\n", 0),
        ("\\H  a\\qbc\n\\H  abc\\\n", "", 1),
    ] {
        let list = list.replace('H', ABC).replace(&format!("S{ABC}A"), "SHA");
        let run = guest.run_with(&["-c", "--strict"], &[], list.as_bytes());
        assert_eq!((run.stdout.as_str(), run.status), (stdout, Some(status)), "{list:?} {}", run.stderr);
    }

    let list = [format!("# {ABC}").as_bytes(), b"  \xe4\n", format!("{ABC}  abc\n{ABC}  \u{fc}\n").as_bytes()].concat();
    guest.run_with(&["-c"], &[], &list).exits(1).prints("abc: OK\n\u{fc}: FAILED open or read\n");
    let list = [ABC.as_bytes(), b"  \xe4\n"].concat();
    guest.run_with(&["-c"], &[], &list).exits(1).prints("\u{fffd}: FAILED open or read\n");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn awkward_names_come_through_print_and_check() {
    let guest = guest("names");
    guest.write("back\\slash", "abc");
    guest.write("two\nlines", "abc");
    guest.write("-c", "abc");
    let run = guest.run(&["back\\slash", "two\nlines", "--", "-c"]).exits(0);
    let list = format!("\\{ABC}  back\\\\slash\n\\{ABC}  two\\nlines\n{ABC}  -c\n");
    guest.write("list", &run.prints(&list).stdout);
    guest.run(&["-c", "list"]).exits(0).prints("\\back\\\\slash: OK\n\\two\\nlines: OK\n-c: OK\n");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn wrong_command_lines_exit_with_2() {
    let guest = guest("usage");
    guest.run(&["--frobnicate"]).exits(2).says("unknown option '--frobnicate'");
    guest.run(&["--quiet", "abc"]).exits(2).says("go with --check only");
    guest.run(&["--tag", "--check", "abc"]).exits(2).says("--tag");
    assert!(guest.run(&["--help"]).exits(0).stdout.starts_with("Usage: sha256sum"));
}
