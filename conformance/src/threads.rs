//! A guest with threads, as wasi-threads has them: it imports its memory, which is shared, and `thread-spawn`, and exports
//! `wasi_thread_start`. All its threads work with the same handles at the same time.
//!
//! The other guests have one thread, and nothing but WebAssembly 1.0. This one is made by hand, and runs where the engine takes it.

use std::fmt::Write as _;

use wasi_crypto_interface::optional_handle;

use crate::args;
use crate::case::{Case, Kind};
use crate::cases::symmetric::oracle;
use crate::guest::Program;

/// How many threads there are, and how often each goes round.
const THREADS: u32 = 4;
const ROUNDS: u32 = 1000;

const KEY: &[u8] = b"a key that all threads have";
const MESSAGE: &[u8] = b"what each of them authenticates";
const PIECE: &[u8] = b"x";

/// Each thread absorbs into one hash state, whose digest is right in the end, and opens, uses and closes states and tags of its own, with a
/// key of all. The steps are those of a thread's round, by whose numbers the guest tells what went wrong.
pub(crate) fn case() -> Case {
    let mut c = Case::new("threads/handles-of-all", &["HANDLE-THREAD-001"])
        .kind(Kind::Stress)
        .algorithm("SHA-256")
        .algorithm("HMAC/SHA-256");
    let key = c.key_import("HMAC/SHA-256", KEY);
    let all = c.state_open("SHA-256", None, None);
    c.absorb(all, PIECE);
    let own = c.state_open("HMAC/SHA-256", Some(key), None);
    c.absorb(own, MESSAGE);
    let tag = c.squeeze_tag(own);
    c.call("symmetric_tag_verify", args![tag, oracle::mac("HMAC/SHA-256", KEY, MESSAGE)]);
    c.close(tag);
    c.close(own);
    c.squeeze_eq(all, oracle::hash("SHA-256", &PIECE.repeat((THREADS * ROUNDS) as usize)));
    c.own_guest = Some(guest);
    c
}

/// A guest that starts no thread, and says so: it runs where the other does.
pub(crate) fn question() -> Case {
    let mut c = Case::new("threads", &[]);
    c.own_guest = Some(|| module("", "", "(call $passed)"));
    c
}

const STATE_OPEN: u32 = 1;
const SQUEEZE: u32 = 10;
/// The number of the step that compares the digest.
const DIGEST: u32 = 11;

/// Memory: 0 the key, 4 the state of all, 8 and 12 what went wrong (0: nothing), 16 how many threads are done, 64 to 112 the line, 128 on
/// constants, 1024 on 64 bytes for each thread: its state, its tag, an optional key.
fn guest() -> Vec<u8> {
    let case = case();
    let mut imports = String::new();
    let functions = Program::of(&case)[0].functions();
    let mut known: Vec<&str> = Vec::new();
    for function in functions {
        if !known.contains(&function.name()) {
            known.push(function.name());
            let params = " i32".repeat(function.core_params().len());
            let (module, name) = (function.module(), function.name());
            writeln!(imports, "(import \"{module}\" \"{name}\" (func ${name} (param{params}) (result i32)))").unwrap();
        }
    }
    let mut data = String::new();
    let mut place = 128;
    let mut constant = |bytes: &[u8]| {
        let text: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        writeln!(data, "(data $d{place} \"{text}\")").unwrap();
        let at = place;
        place += bytes.len().next_multiple_of(16);
        (at, bytes.len())
    };
    let (hmac, hmac_len) = constant(b"HMAC/SHA-256");
    let (hash, hash_len) = constant(b"SHA-256");
    let (key, key_len) = constant(KEY);
    let (message, message_len) = constant(MESSAGE);
    let (piece, piece_len) = constant(PIECE);
    let (tag, tag_len) = constant(&oracle::mac("HMAC/SHA-256", KEY, MESSAGE));
    let (digest, digest_len) = constant(&oracle::hash("SHA-256", &PIECE.repeat((THREADS * ROUNDS) as usize)));
    let constants = [
        (hmac, hmac_len),
        (hash, hash_len),
        (key, key_len),
        (message, message_len),
        (piece, piece_len),
        (tag, tag_len),
        (digest, digest_len),
    ];
    let mut start = String::new();
    for (at, len) in constants {
        writeln!(start, "(memory.init $d{at} (i32.const {at}) (i32.const 0) (i32.const {len}))").unwrap();
    }
    let (some, none, handle) = (optional_handle::SOME, optional_handle::NONE, optional_handle::HANDLE_OFFSET);
    // No key and no options are at 496, the output of the last squeeze at 512.
    write!(
        start,
        "(i32.store8 (i32.const 496) (i32.const {none}))
        (call $check (i32.const 0) (call $symmetric_key_import
            (i32.const {hmac}) (i32.const {hmac_len}) (i32.const {key}) (i32.const {key_len}) (i32.const 0)))
        (call $check (i32.const {STATE_OPEN}) (call $symmetric_state_open
            (i32.const {hash}) (i32.const {hash_len}) (i32.const 496) (i32.const 496) (i32.const 4)))
        (loop $spawn
            (if (i32.le_s (call $spawn (local.get $i)) (i32.const 0))
                (then
                    (call $check (i32.const {STATE_OPEN}) (i32.const 0xffff))
                    (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))))
            (br_if $spawn (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {THREADS}))))
        (loop $wait
            (local.set $done (i32.atomic.load (i32.const 16)))
            (if (i32.lt_u (local.get $done) (i32.const {THREADS})) (then
                (drop (memory.atomic.wait32 (i32.const 16) (local.get $done) (i64.const 1000000000)))
                (br $wait))))
        (call $check (i32.const {SQUEEZE}) (call $symmetric_state_squeeze
            (i32.load (i32.const 4)) (i32.const 512) (i32.const {digest_len})))
        (local.set $i (i32.const 0))
        (loop $compare
            (if (i32.ne (i32.load8_u offset=512 (local.get $i)) (i32.load8_u offset={digest} (local.get $i)))
                (then (call $check (i32.const {DIGEST}) (i32.load8_u offset=512 (local.get $i)))))
            (br_if $compare (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {digest_len}))))
        (if (i32.eqz (i32.atomic.load (i32.const 12))) (then (call $passed)) (else (call $failed)))"
    )
    .unwrap();
    let key_at = 16 + handle;
    let thread = format!(
        "(local.set $own (i32.add (i32.const 1024) (i32.mul (local.get $arg) (i32.const 64))))
        (i32.store8 offset=16 (local.get $own) (i32.const {some}))
        (i32.store (i32.add (local.get $own) (i32.const {key_at})) (i32.load (i32.const 0)))
        (loop $again
            (call $check (i32.const 2) (call $symmetric_state_absorb
                (i32.load (i32.const 4)) (i32.const {piece}) (i32.const {piece_len})))
            (call $check (i32.const 4) (call $symmetric_state_open (i32.const {hmac}) (i32.const {hmac_len})
                (i32.add (local.get $own) (i32.const 16)) (i32.const 496) (local.get $own)))
            (call $check (i32.const 5) (call $symmetric_state_absorb
                (i32.load (local.get $own)) (i32.const {message}) (i32.const {message_len})))
            (call $check (i32.const 6) (call $symmetric_state_squeeze_tag
                (i32.load (local.get $own)) (i32.add (local.get $own) (i32.const 4))))
            (call $check (i32.const 7) (call $symmetric_tag_verify
                (i32.load offset=4 (local.get $own)) (i32.const {tag}) (i32.const {tag_len})))
            (call $check (i32.const 8) (call $symmetric_tag_close (i32.load offset=4 (local.get $own))))
            (call $check (i32.const 9) (call $symmetric_state_close (i32.load (local.get $own))))
            (br_if $again (i32.lt_u
                (local.tee $round (i32.add (local.get $round) (i32.const 1))) (i32.const {ROUNDS}))))
        (drop (i32.atomic.rmw.add (i32.const 16) (i32.const 1)))
        (drop (memory.atomic.notify (i32.const 16) (i32.const 1)))"
    );
    module(&(imports + &data), &thread, &start)
}

/// The frame: what is imported and exported, and the lines that the runner reads.
fn module(declarations: &str, thread: &str, start: &str) -> Vec<u8> {
    let (imports, data): (Vec<&str>, Vec<&str>) = declarations.lines().partition(|line| line.starts_with("(import"));
    let (imports, data) = (imports.join("\n"), data.join("\n"));
    let text = format!(
        r#"(module
        {imports}
        (import "env" "memory" (memory 1 1 shared))
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (export "memory" (memory 0))
        {data}
        (data $line "@wcc P 00000000 00000000 \n")
        ;; The first thing that goes wrong is kept: 1 + step at 12, the status at 8.
        (func $check (param $step i32) (param $status i32)
            (if (local.get $status) (then
                (if (i32.eqz (i32.atomic.rmw.cmpxchg
                        (i32.const 12) (i32.const 0) (i32.add (local.get $step) (i32.const 1))))
                    (then (i32.atomic.store (i32.const 8) (local.get $status)))))))
        (func $hex (param $at i32) (param $value i32) (local $i i32) (local $digit i32)
            (loop $next
                (local.set $digit (i32.and (i32.const 15) (i32.shr_u (local.get $value)
                    (i32.sub (i32.const 28) (i32.mul (local.get $i) (i32.const 4))))))
                (i32.store8 (i32.add (local.get $at) (local.get $i)) (i32.add (local.get $digit)
                    (select (i32.const 87) (i32.const 48) (i32.gt_u (local.get $digit) (i32.const 9)))))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8)))))
        (func $write (param $len i32)
            (i32.store (i32.const 32) (i32.const 64))
            (i32.store (i32.const 36) (local.get $len))
            (if (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 40)) (then (unreachable))))
        (func $passed
            (memory.init $line (i32.const 64) (i32.const 0) (i32.const 26))
            (call $write (i32.const 26)))
        (func $failed
            (memory.init $line (i32.const 64) (i32.const 0) (i32.const 26))
            (i32.store8 (i32.const 69) (i32.const 70))
            (call $hex (i32.const 80) (i32.sub (i32.load (i32.const 12)) (i32.const 1)))
            (call $hex (i32.const 89) (i32.load (i32.const 8)))
            (i32.store8 (i32.const 97) (i32.const 10))
            (call $write (i32.const 34)))
        (func (export "wasi_thread_start") (param $tid i32) (param $arg i32) (local $own i32) (local $round i32)
            {thread})
        (func (export "_start") (local $i i32) (local $done i32)
            {start}))"#
    );
    wat::parse_str(text).expect("the guest with threads is valid")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Step;

    #[test]
    fn steps_have_the_numbers_that_the_guest_tells() {
        let case = case();
        let steps = Program::of(&case)[0].numbered_steps();
        let name = |number: u32| match steps[number as usize] {
            Step::Call { function, .. } => function.name(),
            _ => "",
        };
        assert_eq!(name(STATE_OPEN), "symmetric_state_open");
        assert_eq!(name(7), "symmetric_tag_verify");
        assert_eq!(name(SQUEEZE), "symmetric_state_squeeze");
        assert_eq!(steps.len(), DIGEST as usize + 1);
    }

    #[test]
    fn both_guests_are_valid() {
        assert!(guest().starts_with(b"\0asm") && (question().own_guest.unwrap())().starts_with(b"\0asm"));
    }
}
