//! What leaves the store, and where to.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::place::{FAILED, MISUSED, Place, RFC_8410_PUBLIC, RFC_8410_SECRET};

#[test]
fn of_a_key_pair_the_public_half_is_written_unless_the_secret_is_asked_for() {
    let place = Place::new("export");
    place.file("key.pem", RFC_8410_SECRET);
    let key = place.tenant("import", &["Ed25519", "key.pem"]).exits(0).stdout();
    let key = key.trim_end();
    place.tenant("export", &[key]).exits(0).prints(RFC_8410_PUBLIC).silent();
    place.tenant("export", &["--output", "public.pem", key]).exits(0).prints("").silent();
    assert_eq!(place.read("public.pem"), RFC_8410_PUBLIC);
    place.tenant("export", &["--secret", key]).exits(0).prints(RFC_8410_SECRET);

    place.tenant("export", &["--secret", "--output", "out.pem", key]).exits(0).prints("").silent();
    assert_eq!(place.read("out.pem"), RFC_8410_SECRET);
    assert_eq!(place.path("out.pem").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    place
        .tenant("export", &["--secret", "--output", "public.pem", key])
        .exits(FAILED)
        .says("cannot write public.pem: File exists");
    assert_eq!(place.read("public.pem"), RFC_8410_PUBLIC);
}

/// The key itself in base64 is that of RFC 8410 section 10.1, which ends with it.
#[test]
fn what_is_exported_is_told_as_json_without_any_secret() {
    let place = Place::new("export-json");
    place.file("key.pem", RFC_8410_SECRET);
    let made = place.json("import", &["Ed25519", "key.pem"]);
    let key = made["identifier"].as_str().unwrap();
    assert_eq!((&made["version"], &made["imported"]), (&1.into(), &true.into()));
    let public = place.json("export", &[key]);
    assert_eq!((&public["identifier"], &public["version"]), (&made["identifier"], &1.into()));
    assert_eq!((&public["public_key"], &public["secret"]), (&RFC_8410_PUBLIC.into(), &false.into()));
    let raw = place.json("export", &[key, "--encoding", "raw"]);
    assert_eq!(
        (&raw["encoding"], &raw["public_key"]),
        (&"raw".into(), &"Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=".into())
    );

    place.tenant("export", &[key, "--secret", "--json"]).exits(MISUSED).prints("").says("is not put into JSON");
    let secret = place.json("export", &[key, "--secret", "--output", "out.pem"]);
    assert_eq!((&secret["public_key"], &secret["secret"]), (&serde_json::Value::Null, &true.into()));
    assert_eq!(place.read("out.pem"), RFC_8410_SECRET);
    assert_eq!(place.json("export", &[key, "--output", "public.pem"])["public_key"], serde_json::Value::Null);
    assert_eq!(place.read("public.pem"), RFC_8410_PUBLIC);
}

#[test]
fn what_has_no_public_half_is_exported_by_name_only() {
    let place = Place::new("export-symmetric");
    place.file("key", [7; 32]);
    let key = place.tenant("import", &["AES-256-GCM", "key"]).exits(0).stdout();
    place.tenant("export", &[key.trim_end()]).exits(MISUSED).says("a symmetric key has no public half").prints("");
    assert_eq!(place.tenant("export", &["--secret", key.trim_end()]).exits(0).0.stdout, [7; 32]);

    place.file("token", "s3cret\n");
    place.tenant("import", &["secret", "token"]).exits(MISUSED).says("say when by --expires");
    let token = place.tenant("import", &["secret", "token", "--expires", "1d"]).exits(0).stdout();
    let token = token.trim_end();
    place.tenant("export", &[token]).exits(MISUSED).says("a secret has no public half");
    place.tenant("export", &["--secret", token]).exits(0).prints("s3cret\n");
    place.tenant("rotate", &[token]).exits(MISUSED).says("name the file that has the new one by --from");
    place.file("token", "another");
    place.tenant("rotate", &[token, "--from", "token", "--expires", "1d"]).exits(0).prints("2\n");
    place.tenant("export", &["--secret", token]).exits(0).prints("another");
}

#[test]
fn nothing_secret_is_written_to_a_terminal() {
    let place = Place::new("terminal");
    let (pair, aes) = (place.generate("Ed25519"), place.generate("AES-256-GCM"));
    let on_terminal = |args: &str| {
        let line = format!("{} keys export --namespace tenant {args}", env!("CARGO_BIN_EXE_wasi-crypto"));
        place.command("script").args(["--quiet", "--return", "--command", &line, "typescript"]).output()
    };
    let Ok(public) = on_terminal(&pair) else {
        eprintln!("skipped: there is no command `script` (Debian: bsdutils), which makes a terminal");
        return;
    };
    assert!(String::from_utf8_lossy(&public.stdout).contains("-----BEGIN PUBLIC KEY-----"));
    for key in [&pair, &aes] {
        let refused = on_terminal(&format!("--secret {key}")).unwrap();
        let text = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(text.contains("not shown on a terminal; write it into a file by --output FILE"), "{text}");
        assert!(!text.contains("PRIVATE KEY"));
        assert_eq!(refused.status.code(), Some(MISUSED));
    }
}

#[test]
fn a_root_key_that_is_given_in_the_place_of_its_source_is_not_repeated() {
    let place = Place::new("given");
    let root_key = place.read("root.key").trim_end().to_owned();
    let refused =
        place.keys(["check", "--root-key", &root_key]).exits(MISUSED).says("file:PATH, env:NAME or command:LINE");
    assert!(!refused.stderr().contains(&root_key));
    let mut command = place.command("wasi-crypto");
    let help = command.args(["keys", "check", "--help"]).env("WASI_CRYPTO_ROOT_KEY", &root_key).output().unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains(&root_key));
}

#[test]
fn whoever_does_not_read_on_makes_no_failure() {
    let place = Place::new("unread");
    let key = place.generate("Ed25519");
    for args in [
        &["list"][..],
        &["list", "--namespace", "tenant"],
        &["list", "--namespace", "tenant", "--json"],
        &["show", "--namespace", "tenant", &key],
        &["export", "--namespace", "tenant", &key],
        &["export", "--namespace", "tenant", "--secret", &key],
        &["check"],
        &["audit", "--namespace", "tenant"],
        &["generate", "--namespace", "tenant", "Ed25519"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = place.command("wasi-crypto");
        let output = command.arg("keys").args(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap()),
            (Some(0), String::new()),
            "{args:?}"
        );
    }
}

#[test]
fn every_command_has_an_example_and_a_form_for_programs() {
    let place = Place::empty("help");
    for command in [
        "init", "list", "show", "generate", "import", "rotate", "revoke", "expire", "export", "rewrap", "check",
        "backup", "restore", "audit",
    ] {
        let help = place.keys([command, "--help"]).exits(0).stdout();
        let examples = help.split_once("\nExample").unwrap_or_else(|| panic!("{help}")).1;
        assert!(examples.contains(&format!("wasi-crypto keys {command} ")), "{help}");
        // In lines that are not broken.
        assert!(examples.lines().all(|line| line.len() <= 100), "{help}");
        assert!(help.contains("--json") && help.contains("The JSON form is"), "{help}");
    }
}
