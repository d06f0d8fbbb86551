//! Guests as components, which call the WIT package: what the bindings promise holds there, too.

use crate::guest::Guest;
use crate::other_languages::HELLO;
use crate::{sealed_file, sha256sum, sign_file};

/// But for what WIT has no way to ask for; those tests are marked as ignored.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_tests_inside_the_guest_pass() {
    let options = ["--secrets", "memory:", "--namespace", "tenant", "--max-handles", "1000"];
    let run = Guest::component("in_guest", "in_guest").with_options(&options).run(&["--test-threads=1"]);
    eprintln!("{}", run.stdout);
    let run = run.exits(0);
    assert!(run.stdout.contains("imports::the_host_links_every_import ... ok"), "no function has another type");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn digests_are_those_of_fips_180_4() {
    sha256sum::check_digests(&sha256sum::with_files(Guest::component("sha256sum", "sums")));
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn signatures_are_those_of_openssl() {
    let guest = |test| sign_file::with_file(Guest::component("sign_file", test));
    sign_file::check_both_ways(&guest("ecdsa"), sign_file::EC_P256, "ECDSA_P256_SHA256", "-sha256");
    sign_file::check_ed25519(&guest("ed25519"));
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn what_a_component_seals_a_module_opens_and_the_other_way_round() {
    let component = || Guest::component("sealed_file", "sealed");
    let module = || Guest::new("sealed_file", "of_component");
    sealed_file::check_exchange(&component(), &module());
    sealed_file::check_exchange(&module(), &component());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn python_hashes_signs_and_seals() {
    let Some(guest) = Guest::python("hello") else {
        return eprintln!("skipped: `cargo xtask guests` found no componentize-py");
    };
    let new_keys = "a message of 14 bytes, signed and sealed to 94, opened and verified\nnot with another header\n";
    guest.run(&[]).exits(1).says("hello: unsupported_feature");
    guest.with_store().run(&[]).exits(0).prints(&format!("{HELLO}{new_keys}"));
}
