//! The example `sha256sum`. Digests are those of FIPS 180-4's examples.

use crate::guest::Guest;

const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const MILLION_A: &str = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

fn guest(test: &str) -> Guest {
    let guest = Guest::new("sha256sum", test);
    guest.write("abc", "abc");
    guest.write("empty", "");
    guest.write("million", [b'a'; 1_000_000]);
    guest
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn digests_are_those_of_fips_180_4() {
    let guest = guest("sums");
    let lines = format!("{ABC}  abc\n{EMPTY}  empty\n{MILLION_A}  million\n");
    guest.run(&["abc", "empty", "million"]).exits(0).prints(&lines);
    guest.run(&["--tag", "abc"]).exits(0).prints(&format!("SHA256 (abc) = {ABC}\n"));
    guest.run(&["-b", "abc"]).exits(0).prints(&format!("{ABC} *abc\n"));
    guest.run_with(&[], &[], b"abc").exits(0).prints(&format!("{ABC}  -\n"));
    guest.run_with(&["-", "empty"], &[], b"abc").exits(0).prints(&format!("{ABC}  -\n{EMPTY}  empty\n"));
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
    guest.write("list", format!("# a comment\n{good}{}\n{ABC}\n", "ü".repeat(40)));
    guest.run(&["-c", "list"]).exits(0).says("WARNING: 3 lines are improperly formatted").prints("abc: OK\n");
    guest.run(&["-c", "--strict", "list"]).exits(1);
    guest.run(&["-c", "-w", "list"]).exits(0).says("list: 1: not a line").says("list: 3: not a line");
    guest.run(&["-c", "abc"]).exits(1).says("no line with a SHA-256 digest found");
    guest.run(&["-c", "missing"]).exits(1).says("missing: No such file");
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
