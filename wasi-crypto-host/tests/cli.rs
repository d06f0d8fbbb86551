//! The `wasi-crypto` command, from outside: exit statuses, output and sentences.

#[path = "support/hex.rs"]
mod hex;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const NOT_STARTED: i32 = 126;
const NOT_FOUND: i32 = 127;
const TRAPPED: i32 = 134;
const TIMED_OUT: i32 = 142;

const LOOP: &str = r#"(module (memory (export "memory") 1) (func (export "_start") (loop $forever (br $forever))))"#;

/// Exits with the status 7.
const EXIT_7: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (func (export "_start") (call $exit (i32.const 7))))"#;

/// Writes its standard input to its standard output, up to 64 bytes.
const CAT: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\10\00\00\00\40\00\00\00") ;; 64 bytes at 16
    (func (export "_start")
        (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;

/// Writes the SHA-256 hash of "abc" to its standard output, and leaves the state open.
const HASH: &str = r#"(module
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
        (func $open (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb" (func $absorb (param i32 i32 i32) (result i32)))
    (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_squeeze" (func $squeeze (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "SHA-256") (data (i32.const 16) "abc") (data (i32.const 32) "\01")
    (data (i32.const 48) "\80\00\00\00\20\00\00\00") ;; 32 bytes at 128
    (func (export "_start")
        (drop (call $open (i32.const 0) (i32.const 7) (i32.const 32) (i32.const 32) (i32.const 64)))
        (drop (call $absorb (i32.load (i32.const 64)) (i32.const 16) (i32.const 3)))
        (drop (call $squeeze (i32.load (i32.const 64)) (i32.const 128) (i32.const 32)))
        (drop (call $write (i32.const 1) (i32.const 48) (i32.const 1) (i32.const 56)))))"#;

// Running

#[test]
fn the_guests_exit_status_is_the_exit_status() {
    let dir = Dir::new("exit");
    dir.run(&[], EXIT_7).exits(7).silent();
    dir.run(&[], r#"(module (memory (export "memory") 1) (func (export "_start")))"#).exits(0).silent();
    dir.run(&[], r#"(module (func (export "_start")))"#).exits(0).silent();
}

#[test]
fn a_status_that_wasi_does_not_allow_is_a_failure() {
    let guest = EXIT_7.replace("i32.const 7", "i32.const 200");
    Dir::new("exit-200").run(&[], &guest).exits(TRAPPED).says("guest.wat was stopped: exit with invalid exit status");
}

#[test]
fn a_guest_in_binary_form_runs() {
    let dir = Dir::new("binary");
    // (module (func (export "_start")))
    let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";
    let file = dir.file("guest.wasm", module);
    dir.command(["run".as_ref(), file.as_os_str()]).exits(0).silent();
}

#[test]
fn the_guest_gets_arguments_and_the_variables_it_is_given() {
    /// Writes all its arguments or variables, each with its final zero byte.
    fn echo(what: &str) -> String {
        r#"(module
            (import "wasi_snapshot_preview1" "WHAT_sizes_get" (func $sizes (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "WHAT_get" (func $get (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (memory (export "memory") 1)
            (data (i32.const 0) "\00\10\00\00") ;; the bytes at 4096, their number by sizes_get
            (func (export "_start")
                (drop (call $sizes (i32.const 8) (i32.const 4)))
                (drop (call $get (i32.const 64) (i32.const 4096)))
                (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#
            .replace("WHAT", what)
    }
    let dir = Dir::new("args");
    let file = dir.file("guest.wat", echo("args"));
    let guest = file.to_str().unwrap();
    dir.command(["run", guest, "--statistics", "b c", ""])
        .exits(0)
        .prints(b"guest.wat\0--statistics\0b c\0\0")
        .silent();
    dir.run(&[], &echo("environ")).exits(0).prints(b"").silent();
    dir.run(&["--env", "A=1=2", "--env=CARGO_PKG_NAME"], &echo("environ"))
        .exits(0)
        .prints(b"A=1=2\0CARGO_PKG_NAME=wasi-crypto-host\0");
    dir.run(&["--env", "NOT_SET_ANYWHERE"], &echo("environ")).exits(NOT_STARTED).says("--env NOT_SET_ANYWHERE");
}

#[test]
fn the_guest_reads_standard_input() {
    let dir = Dir::new("stdin");
    let mut child = dir.spawn(&[], CAT);
    child.stdin.take().unwrap().write_all(b"words").unwrap();
    Finished(child.wait_with_output().unwrap()).exits(0).prints(b"words").silent();
}

#[test]
fn the_guest_reaches_the_directories_it_is_given_and_no_others() {
    /// Writes the first 64 bytes of `input` in its first directory, or exits with the error of opening it.
    const READ: &str = r#"(module
        (import "wasi_snapshot_preview1" "path_open"
            (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\80\00\00\00\40\00\00\00") ;; 64 bytes at 128
        (data (i32.const 64) "input")
        (func (export "_start") (local $error i32)
            (local.set $error (call $open (i32.const 3) (i32.const 0) (i32.const 64) (i32.const 5) (i32.const 0)
                (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 32)))
            (if (local.get $error) (then (call $exit (local.get $error))))
            (drop (call $read (i32.load (i32.const 32)) (i32.const 0) (i32.const 1) (i32.const 4)))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))"#;
    /// `badf` of WASI.
    const BAD_DESCRIPTOR: i32 = 8;

    let dir = Dir::new("dir");
    dir.file("input", "contents");
    let here = dir.0.to_str().unwrap();
    dir.run(&["--dir", here], READ).exits(0).prints(b"contents").silent();
    dir.run(&["--dir", &format!("{here}::/data"), "--timeout", "60s"], READ).exits(0).prints(b"contents").silent();
    dir.run(&[], READ).exits(BAD_DESCRIPTOR).prints(b"");
    dir.run(&["--dir", "no/such/place"], READ).exits(NOT_STARTED).says("the directory no/such/place of --dir");
}

#[test]
fn wasi_crypto_is_linked() {
    // FIPS 180-4, example of SHA-256.
    let digest = hex::hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Dir::new("hash").run(&[], HASH).exits(0).prints(&digest).silent();
}

#[test]
fn statistics_count_calls_and_what_is_left_open() {
    let run = Dir::new("statistics").run(&["--statistics"], HASH).exits(0);
    assert_eq!(run.0.stdout.len(), 32, "statistics do not go to standard output");
    for (line, value) in [
        ("peak guest memory", "64 KiB"),
        ("wasi-crypto calls", "3"),
        ("symmetric_state_open", "1"),
        ("symmetric_state_absorb", "1"),
        ("symmetric_state_squeeze", "1"),
        ("handles left open", "1"),
        ("symmetric_state ", "1"),
    ] {
        let found = run.stderr().lines().find_map(|text| text.trim_start().strip_prefix(line).map(str::to_owned));
        assert_eq!(found.as_deref().map(str::trim), Some(value), "{line} in:\n{}", run.stderr());
    }
    run.says("time to run").says("bytes left held");
}

#[test]
fn statistics_are_printed_for_a_guest_that_fails() {
    let dir = Dir::new("statistics-failed");
    dir.run(&["--statistics", "--timeout", "50ms"], LOOP).exits(TIMED_OUT).says("peak guest memory   64 KiB");
}

// Limits

#[test]
fn a_guest_that_runs_too_long_is_stopped_whatever_it_does() {
    /// Sleeps for an hour, by the monotonic clock.
    const SLEEP: &str = r#"(module
        (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (i32.store (i32.const 16) (i32.const 1))
            (i64.store (i32.const 24) (i64.const 3_600_000_000_000))
            (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))"#;
    /// Derives a key with PBKDF2 for longer than a second.
    const DERIVE: &str = r#"(module
        (import "wasi_ephemeral_crypto_common" "options_open" (func $options (param i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_common" "options_set"
            (func $set (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_common" "options_set_u64" (func $set_u64 (param i32 i32 i32 i64) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
            (func $open (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb"
            (func $absorb (param i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_squeeze"
            (func $squeeze (param i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "PBKDF2-SHA-512") (data (i32.const 16) "ops_limit") (data (i32.const 32) "salt")
        (data (i32.const 48) "\01")
        (func $check (param i32) (if (local.get 0) (then unreachable)))
        (func (export "_start")
            (call $check (call $options (i32.const 1) (i32.const 68)))
            (call $check (call $set_u64 (i32.load (i32.const 68)) (i32.const 16) (i32.const 9) (i64.const 10000000)))
            (call $check (call $set
                (i32.load (i32.const 68)) (i32.const 32) (i32.const 4) (i32.const 32) (i32.const 4)))
            (call $check (call $open (i32.const 0) (i32.const 14) (i32.const 48) (i32.const 64) (i32.const 72)))
            (call $check (call $absorb (i32.load (i32.const 72)) (i32.const 0) (i32.const 8)))
            (call $check (call $squeeze (i32.load (i32.const 72)) (i32.const 128) (i32.const 64)))))"#;

    /// Hashes 4 GiB with SHA-512 in one call, which takes some five seconds.
    const HASH_ALL: &str = r#"(module
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
            (func $open (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_absorb"
            (func $absorb (param i32 i32 i32) (result i32)))
        (memory (export "memory") 65536)
        (data (i32.const 0) "SHA-512")
        (data (i32.const 32) "\01")
        (func (export "_start")
            (drop (call $open (i32.const 0) (i32.const 7) (i32.const 32) (i32.const 32) (i32.const 64)))
            (drop (call $absorb (i32.load (i32.const 64)) (i32.const 0) (i32.const -1)))))"#;

    let dir = Dir::new("timeout");
    for guest in [LOOP, SLEEP, DERIVE, HASH_ALL, CAT] {
        // Standard input stays open and empty, which is what `CAT` waits for.
        let child = dir.spawn(&["--timeout", "200ms"], guest);
        Finished(wait(child)).exits(TIMED_OUT).says("guest.wat was stopped after 200ms (--timeout)");
    }
    dir.run(&["--timeout", "60s"], EXIT_7).exits(7).silent();
}

/// The thread of the guest is in the system's hands then, and cannot look at any clock.
#[test]
fn a_guest_whose_output_nobody_reads_is_stopped_in_time_too() {
    const WRITE_FOREVER: &str = r#"(module
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\10\00\00\00\00\10\00\00")
        (func (export "_start")
            (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))) (br 0))))"#;

    let dir = Dir::new("unread");
    let to_errors = WRITE_FOREVER.replace("$write (i32.const 1)", "$write (i32.const 2)");
    // It leaves a few bytes of room, in which no sentence fits.
    let nearly_full = to_errors
        .replace("\\00\\10\\00\\00", "\\f8\\ff\\00\\00")
        .replace("(loop (drop", "(drop")
        .replace("(br 0)", "(loop (br 0)")
        .replace(r#"(memory (export "memory") 1)"#, r#"(memory (export "memory") 2)"#);
    for guest in [WRITE_FOREVER, &to_errors, &nearly_full] {
        let mut child = dir.spawn(&["--timeout", "200ms"], guest);
        let _unread = (child.stdout.take(), child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(TIMED_OUT), "{guest}");
    }
    let mut child = dir.spawn(&["--timeout", "200ms"], WRITE_FOREVER);
    let _unread = child.stdout.take();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(errors.contains("guest.wat was stopped after 200ms (--timeout)"), "{errors}");
    child.wait().unwrap();
}

/// As text, it has a megabyte.
#[test]
fn a_guest_that_takes_too_long_to_compile_is_not_waited_for() {
    let dir = Dir::new("compiling");
    let (locals, branches) = (4_000, 20_000);
    let mut function = format!("(local {})", "i64 ".repeat(locals));
    for branch in 0..branches {
        let local = branch * 7_919 % locals;
        function += &format!("(if (i32.load (i32.const 0)) (then (local.set {local} (i64.const {branch}))))");
    }
    for local in 0..locals {
        function += &format!("(i64.store (i32.const 0) (local.get {local}))");
    }
    let guest = format!("(module (memory 1) (func (export \"_start\") {function}))");
    dir.run(&["--timeout", "50ms"], &guest).exits(TIMED_OUT).says("guest.wat is not compiled after 10s (--timeout)");
}

/// Each takes up memory that is no memory of the guest's.
#[test]
fn a_guest_with_a_limit_has_few_instances() {
    let dir = Dir::new("instances");
    let guest = |instances: usize| {
        let instances = "(core instance (instantiate $m))".repeat(instances);
        let run = r#"(core module $r (func (export "run") (result i32) (i32.const 0)))
            (core instance $run (instantiate $r))
            (func $run (result (result)) (canon lift (core func $run "run")))
            (instance $face (export "run" (func $run)))
            (export "wasi:cli/run@0.2.0" (instance $face))"#;
        format!("(component (core module $m) {instances} {run})")
    };
    dir.run(&["--max-memory-size", "1MiB"], &guest(63)).exits(0).silent();
    dir.run(&["--max-memory-size", "1MiB"], &guest(64)).exits(NOT_STARTED).says("instance count too high");
    dir.run(&[], &guest(64)).exits(0).silent();
}

#[test]
fn a_guest_that_wants_too_much_memory_is_refused_it() {
    /// Exits with 1 if it cannot have 1 MiB more.
    const GROW: &str = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (func (export "_start")
            (if (i32.lt_s (memory.grow (i32.const 16)) (i32.const 0)) (then (call $exit (i32.const 1))))))"#;

    let dir = Dir::new("memory");
    dir.run(&[], GROW).exits(0).silent();
    dir.run(&["--max-memory-size", "2MiB"], GROW).exits(0).silent();
    dir.run(&["--max-memory-size", "1MiB"], GROW).exits(1).silent();
    dir.run(&["--max-memory-size", "63KiB"], GROW)
        .exits(NOT_STARTED)
        .says("guest.wat cannot be started: it asked for 64 KiB of memory, and --max-memory-size allows 63 KiB");
    let trap = GROW.replace("(call $exit (i32.const 1))", "unreachable");
    dir.run(&["--max-memory-size", "1MiB"], &trap)
        .exits(TRAPPED)
        .says("before, it asked for 1.1 MiB of memory, and --max-memory-size allows 1 MiB");
}

#[test]
fn a_guest_that_opens_too_many_handles_is_refused_them() {
    /// Opens two states, and exits with the error of the second.
    const OPEN: &str = r#"(module
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
            (func $open (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "SHA-256") (data (i32.const 32) "\01")
        (func $state (result i32)
            (call $open (i32.const 0) (i32.const 7) (i32.const 32) (i32.const 32) (i32.const 64)))
        (func (export "_start")
            (drop (call $state))
            (call $exit (call $state))))"#;

    let dir = Dir::new("handles");
    let too_many = i32::from(wasi_crypto_host::Errno::TooManyHandles.number());
    dir.run(&["--max-handles", "2"], OPEN).exits(0).silent();
    dir.run(&["--max-handles", "1"], OPEN).exits(too_many).silent();
    dir.run(&["--max-handles", "0"], OPEN).exits(NOT_STARTED).says("the limit on open handles is 0");
}

#[test]
fn a_guest_has_only_the_algorithms_that_it_is_allowed() {
    /// Opens a state of SHA-256, and exits with the error.
    const OPEN: &str = r#"(module
        (import "wasi_ephemeral_crypto_symmetric" "symmetric_state_open"
            (func $open (param i32 i32 i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "SHA-256") (data (i32.const 32) "\01")
        (func (export "_start")
            (call $exit (call $open (i32.const 0) (i32.const 7) (i32.const 32) (i32.const 32) (i32.const 64)))))"#;

    let dir = Dir::new("algorithms");
    let unsupported = i32::from(wasi_crypto_host::Errno::UnsupportedAlgorithm.number());
    dir.run(&["--allow-algorithms", "Ed25519,sha-256"], OPEN).exits(0).silent();
    dir.run(&["--allow-algorithms", "Ed25519", "--allow-algorithms", "SHA-256"], OPEN).exits(0).silent();
    dir.run(&["--allow-algorithms", "Ed25519,SHA-512"], OPEN).exits(unsupported).silent();
    dir.run(&["--allow-algorithms", "Ed25519,SHA256"], OPEN)
        .exits(NOT_STARTED)
        .says("this build has no algorithm SHA256");
}

// What goes wrong

#[test]
fn a_trap_is_told_with_its_cause_and_place() {
    let guest = r#"(module
        (memory (export "memory") 1)
        (func $inner unreachable)
        (func $outer (export "_start") (call $inner)))"#;
    let dir = Dir::new("trap");
    let run = dir.run(&[], guest).exits(TRAPPED);
    run.says("guest.wat trapped: wasm `unreachable` instruction executed\n  in inner (at offset")
        .says("\n  in outer (at");

    let endless = r#"(module (memory (export "memory") 1) (func $again (export "_start") (call $again)))"#;
    dir.run(&[], endless).exits(TRAPPED).says("guest.wat trapped: call stack exhausted\n  in again");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let dir = Dir::new("unreadable");
    dir.command(["run", "no/such.wasm"]).exits(NOT_FOUND).says("cannot read no/such.wasm: No such file");
    dir.command(["run", dir.0.to_str().unwrap()]).exits(NOT_FOUND).says("Is a directory");
}

#[test]
fn what_is_no_module_is_told_for_what_it_is() {
    let dir = Dir::new("foreign");
    let component = b"\0asm\x0d\0\x01\0";
    let of_the_future = b"\0asm\x0e\0\x01\0";
    let by_wasmtime = wasmtime::Engine::default().precompile_module(EXIT_7.as_bytes()).unwrap();
    let cases: [(&[u8], &str); 9] = [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0", "is neither a WebAssembly module or component (.wasm), nor its text form (.wat)"),
        (component, "exports no `wasi:cli/run`, so it is no WASI command"),
        (b"(component (type (fun)))", "is not a valid WebAssembly component: "),
        (of_the_future, "is neither a WebAssembly module of version 1 nor a component as of WASI 0.2"),
        (&by_wasmtime, "was compiled by wasmtime itself"),
        (b"(module (fun))", "is not a valid WebAssembly module: expected valid module field"),
        (b"\0asm\x01\0\0\0\x01\x7f", "is not a valid WebAssembly module: "),
        (b"(module (func (result i32)))", "is not a valid WebAssembly module: "),
    ];
    for (contents, sentence) in cases {
        let file = dir.file("guest", contents);
        let file = file.to_str().unwrap();
        dir.command(["run", file]).exits(NOT_STARTED).says(&format!("{file} {sentence}"));
    }
}

#[test]
fn an_import_that_is_not_there_is_named() {
    let dir = Dir::new("imports");
    dir.run(&[], r#"(module (import "env" "gettimeofday" (func)) (func (export "_start")))"#)
        .exits(NOT_STARTED)
        .says("guest.wat imports `gettimeofday` from `env`, which is neither in WASI preview 1 nor in wasi-crypto");
    dir.run(&[], r#"(module (import "wasi_ephemeral_crypto_kx" "kx_dh" (func)) (func (export "_start")))"#)
        .exits(NOT_STARTED)
        .says("guest.wat cannot be linked: ")
        .says("wasi_ephemeral_crypto_kx::kx_dh");
}

#[test]
fn a_module_that_is_no_command_is_told_so() {
    let dir = Dir::new("no-start");
    for guest in
        ["(module)", r#"(module (func (export "_start") (param i32)))"#, r#"(module (memory (export "_start") 1))"#]
    {
        dir.run(&[], guest).exits(NOT_STARTED).says("guest.wat exports no function `_start`");
    }
}

#[test]
fn wrong_use_of_the_command_is_explained() {
    let dir = Dir::new("usage");
    dir.command(["run"]).exits(2).says("<FILE>");
    dir.command(["run", "--timeout", "5", "x.wasm"]).exits(2).says("such as 5s or 500ms");
    dir.command(["run", "--max-memory-size", "lots", "x.wasm"]).exits(2).says("such as 64MiB");
    let help = dir.command(["run", "--help"]).exits(0);
    assert!(String::from_utf8_lossy(&help.0.stdout).contains("Exit status:\n  0 to 125  the guest's own"));
}

// Compiling ahead of time

#[test]
fn a_compiled_module_runs() {
    let dir = Dir::new("compiled");
    let compiled = dir.compile(EXIT_7);
    dir.run_compiled(&compiled).exits(7).silent();
    dir.command(["compile".as_ref(), compiled.as_os_str(), "-o".as_ref(), compiled.as_os_str()])
        .exits(1)
        .says("guest.cwasm is compiled already");
}

/// Whoever makes a guest could put machine code into a file of any name, and the right hashes before it.
#[test]
fn a_compiled_module_runs_only_where_that_is_allowed() {
    let dir = Dir::new("trusted");
    let compiled = std::fs::read(dir.compile(EXIT_7)).unwrap();
    for name in ["guest.cwasm", "guest.wasm", "guest.wat"] {
        let file = dir.file(name, &compiled);
        dir.command(["run".as_ref(), file.as_os_str()])
            .exits(NOT_STARTED)
            .says(&format!("{name} is compiled, and runs outside of any sandbox"))
            .says("give --allow-precompiled");
        dir.run_compiled(&file).exits(7).silent();
    }
}

#[test]
fn a_damaged_compiled_module_is_refused() {
    let dir = Dir::new("damaged");
    let good = std::fs::read(dir.compile(EXIT_7)).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damaged = [16, 47, 48, 79, 80, good.len() / 2, good.len() - 1].map(flipped);
    let cut = [16, 17, 47, 48, 79, 80, good.len() - 1].map(|len| good[..len].to_vec());
    let longer = [good.as_slice(), b"\0"].concat();
    for bytes in damaged.into_iter().chain(cut).chain([longer]) {
        let file = dir.file("damaged.cwasm", bytes);
        dir.run_compiled(&file)
            .exits(NOT_STARTED)
            .says("damaged.cwasm is damaged; compile it again with `wasi-crypto compile`");
    }
}

#[test]
fn a_compiled_module_for_another_version_or_processor_is_refused() {
    /// Where the layout keeps its version, the hash of the rest, and that of the engine's settings.
    const VERSION: usize = 15;
    const HASH: std::ops::Range<usize> = 16..48;
    const SETTINGS: usize = 48;

    let dir = Dir::new("stale");
    let mut other_settings = std::fs::read(dir.compile(EXIT_7)).unwrap();
    let mut other_layout = other_settings.clone();
    other_settings[SETTINGS] ^= 1;
    let hash = ring::digest::digest(&ring::digest::SHA256, &other_settings[SETTINGS..]);
    other_settings[HASH].copy_from_slice(hash.as_ref());
    other_layout[VERSION] += 1;
    for bytes in [other_settings, other_layout] {
        let file = dir.file("stale.cwasm", bytes);
        dir.run_compiled(&file).exits(NOT_STARTED).says(
            "stale.cwasm was compiled by another version of wasi-crypto or for another processor; compile it again",
        );
    }
}

#[test]
fn compiling_what_cannot_be_read_compiled_or_written_says_so() {
    let dir = Dir::new("compile-fails");
    let guest = dir.file("guest.wat", EXIT_7);
    let guest = guest.to_str().unwrap();
    let broken = dir.file("broken.wat", "(module");
    dir.command(["compile", "no/such.wasm", "-o", "out"]).exits(1).says("cannot read no/such.wasm");
    dir.command(["compile", broken.to_str().unwrap(), "-o", "out"]).exits(1).says("broken.wat is not a valid");
    dir.command(["compile", guest, "-o", "no/such/out"]).exits(1).says("cannot write no/such/out: No such file");
}

// Algorithms

#[test]
fn algorithms_are_listed_as_a_table() {
    let list = Dir::new("algorithms").command(["algorithms"]).exits(0).silent();
    let text = String::from_utf8(list.0.stdout).unwrap();
    let row = |name: &str| {
        let row = text.lines().find(|line| line.split_whitespace().next() == Some(name)).unwrap();
        row.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    assert!(text.starts_with("Symmetric "));
    assert_eq!(row("AES-256-GCM"), "32 12 16");
    assert_eq!(row("XCHACHA20-POLY1305"), "32 24, or left out 16");
    assert_eq!(row("SHA-256"), "- - -");
    assert_eq!(row("BLAKE3"), "32 or none - -");
    assert_eq!(row("AES-256-CBC"), "32 16 -");
    assert!(text.contains(" of 86 functions\n"));
}

/// As in `wasi-crypto algorithms | head -1`; here the reader is gone before the first byte.
#[test]
fn whoever_does_not_read_on_makes_no_failure() {
    let unread = |args: &[&str], stderr: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wasi-crypto"));
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        if stderr {
            command.stderr(writer)
        } else {
            command.stdout(writer)
        };
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for args in [&["algorithms"][..], &["algorithms", "--json"], &["--help"]] {
        assert_eq!(unread(args, false), (Some(0), String::new()), "{args:?}");
    }
    assert_eq!(unread(&["run", "missing"], true).0, Some(NOT_FOUND));
}

#[test]
fn algorithms_are_listed_as_json() {
    let list = Dir::new("json").command(["algorithms", "--json"]).exits(0).silent();
    let list: serde_json::Value = serde_json::from_slice(&list.0.stdout).unwrap();
    assert_eq!(list["schema"], 1);
    assert_eq!(list["version"], env!("CARGO_PKG_VERSION"));

    let algorithms = list["algorithms"].as_array().unwrap();
    assert_eq!(algorithms.len(), wasi_crypto_host::algorithms().count());
    let chacha = algorithms.iter().find(|algorithm| algorithm["name"] == "CHACHA20-POLY1305").unwrap();
    let expected = serde_json::json!({
        "name": "CHACHA20-POLY1305", "type": "symmetric",
        "key_bytes": 32, "key_optional": false, "nonce_bytes": 12, "nonce_optional": false, "tag_bytes": 16,
    });
    assert_eq!(*chacha, expected);

    let functions = list["functions"].as_array().unwrap();
    assert_eq!(functions.len(), 86);
    let open = functions.iter().find(|function| function["name"] == "symmetric_state_open").unwrap();
    let expected = serde_json::json!({
        "module": "wasi_ephemeral_crypto_symmetric", "name": "symmetric_state_open", "implemented": true,
    });
    assert_eq!(*open, expected);
    assert!(functions.iter().all(|function| function["implemented"] == true));
}

// Helpers

/// A folder for the files of one test.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli").join(name);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, contents).unwrap();
        file
    }

    fn command<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Finished {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wasi-crypto"));
        Finished(command.args(args).current_dir(&self.0).stdin(Stdio::null()).output().unwrap())
    }

    /// `wasi-crypto run OPTIONS guest.wat`
    fn run(&self, options: &[&str], guest: &str) -> Finished {
        let file = self.file("guest.wat", guest);
        self.command(["run"].iter().chain(options).copied().chain([file.to_str().unwrap()]))
    }

    /// Like [`run`](Self::run), with standard input open.
    fn spawn(&self, options: &[&str], guest: &str) -> Child {
        let file = self.file("guest.wat", guest);
        let mut command = Command::new(env!("CARGO_BIN_EXE_wasi-crypto"));
        command.arg("run").args(options).arg(file);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run_compiled(&self, file: &Path) -> Finished {
        self.command(["run".as_ref(), "--allow-precompiled".as_ref(), file.as_os_str()])
    }

    fn compile(&self, guest: &str) -> PathBuf {
        let file = self.file("guest.wat", guest);
        let compiled = self.0.join("guest.cwasm");
        let args = ["compile".as_ref(), file.as_os_str(), "-o".as_ref(), compiled.as_os_str()];
        self.command(args).exits(0).silent();
        compiled
    }
}

/// Waits without closing standard input first, as `wait_with_output` would.
fn wait(mut child: Child) -> Output {
    let stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    output
}

/// A command that has ended.
struct Finished(Output);

impl Finished {
    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    #[track_caller]
    fn exits(self, status: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(status), "{}", self.stderr());
        self
    }

    #[track_caller]
    fn prints(self, expected: &[u8]) -> Self {
        assert_eq!(String::from_utf8_lossy(&self.0.stdout), String::from_utf8_lossy(expected));
        assert_eq!(self.0.stdout, expected);
        self
    }

    #[track_caller]
    fn says(self, sentence: &str) -> Self {
        assert!(self.stderr().contains(sentence), "{sentence:?} is not in:\n{}", self.stderr());
        self
    }

    #[track_caller]
    fn silent(self) -> Self {
        assert_eq!(self.stderr(), "");
        self
    }
}
