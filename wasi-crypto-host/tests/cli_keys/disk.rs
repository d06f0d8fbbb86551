//! Disks that are full, and such as cannot be written to: small file systems that nobody has but the shell of a test.

use std::path::Path;

use crate::place::{Finished, Place};

/// A disk without any room left, and with ever more of it again.
#[test]
fn a_full_disk_is_told_and_what_was_there_stays() {
    let script = r#"
        head -c 1000000 /dev/zero >disk/other 2>said || true
        full='keys.db is full, or its disk is; make room'
        fails "$full" generate --namespace tenant Ed25519
        fails "$full" rotate --namespace tenant $key
        fails "$full" revoke --namespace tenant $key --version 1
        fails "$full" list
        made=1
        for _ in $(seq 15); do
            truncate -s -10000 disk/other
            if wasi-crypto keys rotate --namespace tenant $key >printed 2>said; then
                made=$((made + 1))
                [ $(cat printed) = $made ]
            else
                grep -q -F "$full" said
            fi
        done
        [ $made -gt 1 ]
        rm disk/other
        wasi-crypto keys export --namespace tenant $key --version 1 | cmp - public.pem
        [ "$(wasi-crypto keys check)" = "tenant: $made versions open" ]
        wasi-crypto keys audit --namespace tenant --verify >said
    "#;
    on_small_disk("full-disk", script);
}

/// Where nobody has the store open, SQLite cannot even read it there.
#[test]
fn a_disk_that_cannot_be_written_to_is_told_and_what_was_there_stays() {
    let script = r#"
        mount -o remount,ro disk
        read_only='keys.db can be read only; open it for writing'
        fails "$read_only" generate --namespace tenant Ed25519
        fails "$read_only" rotate --namespace tenant $key
        fails "$read_only" revoke --namespace tenant $key --version 1
        fails "$read_only" expire --namespace tenant $key --version 1 --at 7d
        fails "$read_only" rewrap --renew
        fails "$read_only" init
        fails 'files cannot be made beside it' list
        mount -o remount,rw disk
        wasi-crypto keys export --namespace tenant $key | cmp - public.pem
        [ "$(wasi-crypto keys check)" = 'tenant: 1 version opens' ]
    "#;
    on_small_disk("read-only-disk", script);
}

/// Runs a script with a store on a disk of 400 KiB, in which there is the key pair `$key`, whose public half is in a file.
fn on_small_disk(name: &str, script: &str) {
    let place = Place::empty(name);
    std::fs::create_dir(place.path("disk")).unwrap();
    let mount = "mount -t tmpfs -o size=400k none disk";
    let shell = |script: &str| {
        let mut path = Path::new(env!("CARGO_BIN_EXE_wasi-crypto")).parent().unwrap().as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        let mut unshare = place.command("unshare");
        unshare.args(["--mount", "--map-root-user", "sh", "-eux", "-c", script]).env("PATH", path);
        unshare.env("WASI_CRYPTO_SECRETS", "sqlite:disk/keys.db").output()
    };
    if !shell(mount).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: nobody but the superuser can mount a file system here");
        return;
    }
    let begin = r#"
        wasi-crypto keys init >said
        key=$(wasi-crypto keys generate --namespace tenant Ed25519)
        wasi-crypto keys export --namespace tenant $key >public.pem
        fails() {
            sentence=$1
            shift
            if wasi-crypto keys "$@" >printed 2>said; then return 1; fi
            cat said >&2
            grep -q -F "$sentence" said
        }
    "#;
    Finished(shell(&[mount, begin, script].concat()).unwrap()).exits(0);
}
