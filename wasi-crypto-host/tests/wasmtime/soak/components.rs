//! The guests of the server that are components.

use crate::passthrough;

/// Makes a MAC of a message with the key of an identifier; an empty one if that fails.
pub(super) fn honest() -> String {
    let module = r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "secrets-manager-open" (func $manager (param i32 i32 i32)))
        (import "lowered" "symmetric-key-from-id" (func $key (param i32 i32 i32 i32 i64 i32)))
        (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-absorb" (func $absorb (param i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-squeeze-tag" (func $tag (param i32 i32)))
        (import "lowered" "symmetric-tag-pull" (func $pull (param i32 i32)))
        (data (i32.const 32768) "HMAC/SHA-256")
        (func $result (result i32) (i32.load (i32.const 32804)))
        (func (export "run") (param $id i32) (param $id-len i32) (param $message i32) (param $len i32) (result i32)
            (local $manager i32) (local $state i32)
            (call $manager (i32.const 0) (i32.const 0) (i32.const 32800))
            (local.set $manager (call $result))
            ;; The latest version.
            (call $key (local.get $manager) (local.get $id) (local.get $id-len) (i32.const 1) (i64.const 0) (i32.const 32800))
            (call $open
                (i32.const 32768) (i32.const 12) (i32.const 1) (call $result) (i32.const 0) (i32.const 0) (i32.const 32800))
            (local.set $state (call $result))
            (call $absorb (local.get $state) (local.get $message) (local.get $len) (i32.const 32800))
            (call $tag (local.get $state) (i32.const 32800))
            (call $pull (call $result) (i32.const 32800))
            ;; Where the list is and how long.
            (i32.const 32804)))"#;
    passthrough::with_lifts(
        module,
        r#"(func (export "run") (param "identifier" (list u8)) (param "message" (list u8)) (result (list u8))
            (canon lift (core func $guest "run") (memory $memory "memory") (realloc (func $memory "realloc"))))"#,
    )
}

/// Those that do harm, as far as they are let.
pub(super) fn hostile() -> Vec<(&'static str, String)> {
    HOSTILE.map(|(name, module)| (name, passthrough::with_exports(module, &[("run", 0)]))).into()
}

pub(super) const HOSTILE: [(&str, &str); 5] = [
    // All the resources that it gets, each with data, then all the memory.
    (
        "component-leak",
        r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-clone" (func $clone (param i32 i32)))
        (import "lowered" "options-open" (func $options (param i32 i32)))
        (data (i32.const 32768) "SHA-256")
        (func (export "run") (result i32)
            (call $open
                (i32.const 32768) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32800))
            (loop $more
                (call $clone (i32.load (i32.const 32804)) (i32.const 32816))
                (call $options (i32.const 1) (i32.const 32832))
                (br_if $more (i32.eqz (i32.or (i32.load8_u (i32.const 32816)) (i32.load8_u (i32.const 32832))))))
            (loop $memory (br_if $memory (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
            (i32.const 0)))"#,
    ),
    // Batches of thousands of entries whose answers fill its memory, until it is ended.
    (
        "component-batch",
        r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "lowered" "batch-symmetric-state-squeeze" (func $squeeze (param i32 i32 i32)))
        (data (i32.const 32768) "SHA-512")
        (func (export "run") (result i32) (local $at i32)
            (call $open
                (i32.const 32768) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32800))
            (local.set $at (i32.const 40000))
            (loop $fill
                (i32.store (local.get $at) (i32.load (i32.const 32804)))
                (br_if $fill (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (i32.const 64000))))
            (loop (call $squeeze (i32.const 40000) (i32.const 6000) (i32.const 32816)) (br 0))
            (i32.const 0)))"#,
    ),
    // All its memory hashed in one call, again and again.
    (
        "component-absorb",
        r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "symmetric-state-open" (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "lowered" "symmetric-state-absorb" (func $absorb (param i32 i32 i32 i32)))
        (data (i32.const 32768) "SHA-512")
        (func (export "run") (result i32)
            (drop (memory.grow (i32.const 100)))
            (call $open
                (i32.const 32768) (i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32800))
            (loop
                (call $absorb (i32.load (i32.const 32804)) (i32.const 0) (i32.mul (memory.size) (i32.const 65536))
                    (i32.const 32816))
                (br 0))
            (i32.const 0)))"#,
    ),
    // Keys that take long, for somebody who has gone.
    (
        "component-leave",
        r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "keypair-generate" (func $generate (param i32 i32 i32 i32 i32 i32)))
        (data (i32.const 32768) "RSA_PKCS1_4096_SHA512")
        (func (export "run") (result i32)
            (loop
                (call $generate
                    (i32.const 0) (i32.const 32768) (i32.const 21) (i32.const 0) (i32.const 0) (i32.const 32800))
                (br 0))
            (i32.const 0)))"#,
    ),
    // Resources that it never had, which ends it.
    (
        "component-forge",
        r#"(module
        (import "memory" "memory" (memory 1))
        (import "lowered" "options-open" (func $options (param i32 i32)))
        (import "lowered" "symmetric-state-squeeze" (func $squeeze (param i32 i32)))
        (func (export "run") (result i32)
            (call $options (i32.const 1) (i32.const 32800))
            (call $squeeze (i32.load (i32.const 32804)) (i32.const 32816))
            (i32.const 0)))"#,
    ),
];
