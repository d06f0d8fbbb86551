//! The page for operators, as somebody would follow it.

use std::path::Path;

use crate::openssl;
use crate::place::{Finished, Place};

#[test]
fn the_commands_of_the_page_for_operators_work_one_after_the_other() {
    if openssl::is_missing() {
        return;
    }
    let page = include_str!("../../KEYS.md");
    let blocks: Vec<&str> =
        page.split("```sh\n").skip(1).map(|rest| rest.split_once("```").expect("an open block").0).collect();
    assert!(blocks.len() > 10);

    let place = Place::empty("page");
    place.file("page.sh", blocks.concat());
    place.file("guest.wasm", r#"(module (func (export "_start")))"#);
    let programs = Path::new(env!("CARGO_BIN_EXE_wasi-crypto")).parent().unwrap().to_owned();
    let mut path = programs.into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut shell = place.command("sh");
    shell.env_remove("WASI_CRYPTO_SECRETS").env_remove("WASI_CRYPTO_ROOT_KEY");
    shell.args(["-eux", "page.sh"]).env("PATH", path).env("TOKEN", "s3cret");
    let done = Finished(shell.output().unwrap()).exits(0);
    let printed = done.stdout();
    for sentence in [
        "the root key ",
        "the store keys.db was made",
        "ECDSA_P256_SHA256",
        "revoked: version 1",
        "bytes were copied to keys-copy.db",
        "1 namespace is in keys.db",
        "tenant-42: 4 versions open",
        "1 namespace was rewrapped",
    ] {
        assert!(printed.contains(sentence), "{sentence:?} is not in:\n{printed}\n{}", done.stderr());
    }
    assert_ne!(place.read("public.pem"), place.read("public-2.pem"));
}
