//! Guests as components, which call the WIT package: what the bindings promise holds there, too.

use crate::guest::{Guest, module};
use crate::other_languages::HELLO;
use crate::{sealed_file, sha256sum, sign_file};

/// But for what WIT has no way to ask for; those tests are marked as ignored.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_tests_inside_the_guest_pass() {
    check_tests_inside(Guest::component("in_guest", "in_guest"));
}

fn check_tests_inside(guest: Guest) {
    let options = ["--secrets", "memory:", "--namespace", "tenant", "--max-handles", "1000"];
    let run = guest.with_options(&options).run(&["--test-threads=1"]);
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

/// Whose modules were compiled for `wasm32-wasip1`.
#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn components_that_are_made_of_modules_do_the_same() {
    check_tests_inside(Guest::component("adapted/in_guest", "adapted_in_guest"));
    let adapted = || Guest::component("adapted/sealed_file", "adapted_sealed");
    let component = || Guest::component("sealed_file", "of_adapted");
    sealed_file::check_exchange(&adapted(), &component());
    sealed_file::check_exchange(&component(), &adapted());
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn a_component_signs_for_another() {
    let guest = Guest::component("composed", "composed").with_store();
    guest.write("order", "attack at dawn");
    let verify =
        ["pkeyutl", "-verify", "-pubin", "-inkey", "order.pem", "-rawin", "-in", "order", "-sigfile", "order.sig"];
    let identifier = guest.run(&["order"]).exits(0).stdout.trim().to_owned();
    guest.openssl(&verify);
    let (signature, public) = (guest.read("order.sig"), guest.read("order.pem"));

    guest.write("order", "attack at noon");
    guest.run(&["order", &identifier]).exits(0);
    guest.openssl(&verify);
    assert!(guest.read("order.pem") == public && guest.read("order.sig") != signature);
    guest.run(&["order", &"0".repeat(64)]).exits(1).says("there is no such key");
    Guest::component("composed", "composed_without_keys").run(&["order"]).exits(1).says("keeps no keys");
}

#[test]
#[ignore = "runs compiled guests: `cargo xtask guests`, then `cargo test … -- --ignored`"]
fn the_component_that_has_others_sign_imports_no_cryptography() {
    let client = std::fs::read(module("components/client")).unwrap();
    let imports = |name: &[u8]| client.windows(name.len()).any(|bytes| bytes == name);
    assert!(imports(b"demo:signing/signer@0.1.0") && !imports(b"wasi:crypto"));
    Guest::component("client", "client").run(&["order"]).exits(126).says("demo:signing/signer");
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
