//! Stores in a database, and root keys in a token.

use crate::place::{FAILED, Finished, MISUSED, Place};

#[cfg(feature = "postgres")]
#[test]
fn a_store_in_a_database_is_used_like_one_in_a_file() {
    use crate::postgres_server::Server;

    let place = Place::empty("database");
    let Some(mut server) = Server::start("cli", &["fsync=off"]) else { return };
    let url = server.database("keys");
    let keys = |args: &[&str]| {
        let mut command = place.command("wasi-crypto");
        Finished(command.env("WASI_CRYPTO_SECRETS", &url).arg("keys").args(args).output().unwrap())
    };
    let tenant = |args: &[&str]| keys(&[&args[..1], &["--namespace", "tenant"], &args[1..]].concat());
    keys(&["list"]).exits(FAILED).says("has no store of keys yet").says("make it with `wasi-crypto keys init`");
    assert!(keys(&["init"]).exits(0).stdout().contains("the PostgreSQL store keys at "));
    assert!(keys(&["init"]).exits(0).stdout().contains("is there\n"));
    let id = tenant(&["generate", "Ed25519"]).exits(0).stdout().trim_end().to_owned();
    tenant(&["rotate", &id]).exits(0);
    tenant(&["revoke", &id, "--version", "1"]).exits(0);
    assert!(keys(&["list"]).exits(0).stdout().contains("tenant"));
    assert!(tenant(&["export", &id]).exits(0).stdout().starts_with("-----BEGIN PUBLIC KEY-----"));
    keys(&["check"]).exits(0).prints("tenant: 1 version opens\n");
    let end = tenant(&["audit", "--verify"]).exits(0).stdout();
    assert!(end.starts_with("3:"), "{end}");
    keys(&["backup", "copy.db"]).exits(MISUSED).says("pg_dump --schema=wasi_crypto");
    assert!(!place.path("copy.db").exists());
    keys(&["rewrap", "--old-root-key", "file:root.key", "--root-key", "file:new.key", "--make-root-key"]).exits(0);
    keys(&["check"]).exits(FAILED).says("the namespace tenant needs the root key");
    keys(&["check", "--root-key", "file:new.key"]).exits(0);
    let renewed = keys(&["rewrap", "--renew", "--root-key", "file:new.key"]).exits(0).stdout();
    assert!(renewed.ends_with("\ntenant: 1 version was sealed again, with key 2\n"), "{renewed}");
    tenant(&["rotate", &id, "--root-key", "file:new.key"]).exits(0);
    keys(&["check", "--root-key", "file:new.key"]).exits(0).prints("tenant: 2 versions open\n");
    let since = ["audit", "--verify", "--root-key", "file:new.key", "--since", end.trim_end()];
    assert!(tenant(&since).exits(0).stdout().starts_with("6:"));

    place.file("guest.wat", r#"(module (func (export "_start")))"#);
    let run = |secrets: &str| {
        let mut command = place.command("wasi-crypto");
        command.args(["run", "--secrets", secrets, "--root-key", "file:new.key", "--namespace", "tenant", "guest.wat"]);
        Finished(command.output().unwrap())
    };
    run(&url).exits(0);
    server.stop();
    let password = url.replace("keys@", "keys:hunter2@");
    let refused = run(&password).exits(126).says("cannot be reached");
    assert!(!refused.stderr().contains("hunter2"));
    let mut help = place.command("wasi-crypto");
    let help = Finished(help.env("WASI_CRYPTO_SECRETS", password).args(["keys", "list", "--help"]).output().unwrap());
    assert!(!help.exits(0).stdout().contains("hunter2"));
}

#[cfg(feature = "pkcs11")]
#[test]
fn a_root_key_goes_from_a_file_into_a_token_and_back() {
    const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
    let place = Place::new("token");
    if !std::path::Path::new(MODULE).exists() {
        eprintln!("left out: SoftHSM is not installed (on Debian: apt-get install softhsm2)");
        return;
    }
    std::fs::create_dir(place.path("tokens")).unwrap();
    let settings = format!("directories.tokendir = {}\n", place.path("tokens").display());
    let settings = place.file("softhsm2.conf", settings);
    let pin = place.file("pin", "1234\n");
    std::fs::set_permissions(&pin, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut token = std::process::Command::new("softhsm2-util");
    token.args(["--init-token", "--free", "--label", "keys", "--so-pin", "0000", "--pin", "1234"]);
    assert!(token.env("SOFTHSM2_CONF", &settings).output().unwrap().status.success());
    let uri = format!("pkcs11:token=keys;object=root?module-path={MODULE}&pin-source=file:pin");
    let keys = |args: &[&str]| {
        let mut command = place.command("wasi-crypto");
        Finished(command.env("SOFTHSM2_CONF", &settings).arg("keys").args(args).output().unwrap())
    };

    let id = place.generate("Ed25519");
    let public = place.tenant("export", &[&id]).exits(0).stdout();
    let moved = keys(&["rewrap", "--old-root-key", "file:root.key", "--root-key", &uri, "--make-root-key"]).exits(0);
    assert!(moved.stdout().contains("1 namespace was rewrapped"));
    place.keys(["check"]).exits(FAILED).says("the namespace tenant needs the root key");
    keys(&["check", "--root-key", &uri]).exits(0);
    keys(&["init", "--root-key", &uri]).exits(0);
    let exported = keys(&["export", "--namespace", "tenant", "--root-key", &uri, &id]).exits(0).stdout();
    assert_eq!(exported, public);
    keys(&["rotate", "--namespace", "tenant", "--root-key", &uri, &id]).exits(0);
    let renewed = keys(&["rewrap", "--renew", "--root-key", &uri]).exits(0).stdout();
    assert!(renewed.ends_with("\ntenant: 2 versions were sealed again, with key 2\n"), "{renewed}");
    keys(&["check", "--root-key", &uri]).exits(0).prints("tenant: 2 versions open\n");

    keys(&["rewrap", "--old-root-key", &uri, "--root-key", "file:root.key"]).exits(0);
    place.keys(["check"]).exits(0).prints("tenant: 2 versions open\n");
    keys(&["init", "--secrets", "new.db", "--root-key", &uri.replace("object=root", "object=new")]).exits(0);
    keys(&["check", "--root-key", &uri.replace("object=root", "object=none")]).exits(FAILED).says("is not there");
    keys(&["check", "--root-key", "pkcs11:object=root"]).exits(MISUSED).says("names no library of the token");
}
