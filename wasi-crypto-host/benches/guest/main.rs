//! What a host call costs: a guest on wasmtime against the same library called natively, in one process and one run.
//!
//! `cargo xtask bench [--backend ring|aws-lc-rs|both]`, or
//! `cargo bench --workspace --features=wasi-crypto-host/cli --bench guest -- [--rounds N] [--filter TEXT] [--json FILE]
//! [--software-guest FILE]`. `--filter` chooses groups by a part of their names. Contenders take turns; times are medians of the
//! rounds, ratios medians of the ratios within a round.
//!
//! The first groups are single calls. Then come whole operations: everything that a guest calls for one signature, one
//! agreement, one key, and the same done
//!
//! - natively, with the keys prepared, by ring, RustCrypto and AWS-LC, as far as they can do it. The library that the host of
//!   this build uses is what all are compared with; the feature `aws-lc-rs` chooses another host.
//! - by a guest that does without a host, on RustCrypto: the package `rustcrypto-guest`, which `cargo xtask bench` compiles and
//!   passes.
//!
//! They end with a table; and another says of each function how long it can hold up its caller (the group `slowest calls`). Each contender first does its work once and has its result checked. `cargo test` with `--bench guest`
//! does the same in one round, without figures.

mod batch;
#[cfg(feature = "component")]
mod component;
mod guest;
mod handles;
mod import;
mod keys;
mod managed;
mod measure;
mod native;
mod operation;
#[cfg(feature = "optional-algorithms")]
mod optional;
#[cfg(feature = "component")]
#[path = "../../tests/component/passthrough.rs"]
mod passthrough;
mod public_key;
#[cfg(feature = "component")]
mod requests;
mod sequences;
mod slowest;
mod software;
mod summary;
#[path = "../../tests/support/mod.rs"]
mod support;
mod symmetric;

use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use guest::{APART, DATA, Guest, LIST};
use measure::{Contender, Figure, measure};
use operation::Operations;
// What the host of this build has its ciphers from.
#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
#[cfg(not(feature = "aws-lc-rs"))]
use ring::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::{digest, hmac};
use software::Software;

const SIZES: [(u32, &str); 4] = [(64, "64 B"), (1 << 10, "1 KiB"), (16 << 10, "16 KiB"), (1 << 20, "1 MiB")];
const KEY: [u8; 32] = [7; 32];
const NONCE: [u8; 12] = [9; 12];
const TAG_LEN: usize = 16;

fn main() {
    let mut bench = Bench { options: Options::parse(), figures: Vec::new() };
    empty_calls(&mut bench);
    live_handles(&mut bench);
    hashes(&mut bench);
    for (name, algorithm) in [("AES-256-GCM", &AES_256_GCM), ("CHACHA20-POLY1305", &CHACHA20_POLY1305)] {
        let key = LessSafeKey::new(UnboundKey::new(algorithm, &KEY).expect("32 bytes"));
        encryption(&mut bench, name, &key);
        decryption(&mut bench, name, &key);
    }
    messages(&mut bench);
    batch::groups(&mut bench);
    managed::groups(&mut bench);
    #[cfg(feature = "component")]
    {
        component::groups(&mut bench);
        requests::groups(&mut bench);
    }
    operations(&mut bench);
    if bench.wants("slowest calls") {
        println!("slowest calls");
        bench.print(&slowest::table());
    }
    bench.finish();
}

/// All that a guest calls for one operation, against the libraries called natively and a guest that does without a host.
fn operations(bench: &mut Bench) {
    let guest = Guest::new();
    let software = bench.options.software_guest.as_ref().map(|file| {
        Software::load(guest.engine(), file.as_ref()).unwrap_or_else(|cause| {
            eprintln!("error: cannot load the guest {file}: {cause:#}");
            std::process::exit(1);
        })
    });
    let software = software.map(RefCell::new);
    if software.is_none() {
        println!("There is no --software-guest, so operations are measured without `{}`.", operation::WITHOUT_HOST);
    }
    let first = bench.figures.len();
    let mut operations = Operations::new(bench, guest, software.as_ref());
    public_key::operations(&mut operations);
    symmetric::operations(&mut operations);
    let first_import = operations.measured();
    import::operations(&mut operations);

    let (operations, imports) = bench.figures[first..].split_at(first_import - first);
    bench.print(&summary::table("operation", operation::COLUMNS, operations));
    bench.print(&summary::table("key", import::COLUMNS, imports));
    #[cfg(feature = "optional-algorithms")]
    {
        optional::groups(bench, software.as_ref());
        if let (None, Some(software)) = (&bench.options.filter, software) {
            software.into_inner().check_all_found();
        }
    }
}

/// What a call costs before it does anything.
fn empty_calls(bench: &mut Bench) {
    const NAME: &str = "empty call";
    if !bench.wants(NAME) {
        return;
    }
    let guest = RefCell::new(Guest::new());
    let (tag, core_tag) = {
        let mut guest = guest.borrow_mut();
        let key = guest.import("HMAC/SHA-256", &KEY);
        let state = guest.open("HMAC/SHA-256", Some(key), None);
        (guest.tag(state), guest.tag(state))
    };
    let mut own = Guest::with_own_functions();
    let own_tag = {
        let key = own.import("HMAC/SHA-256", &KEY);
        let state = own.open("HMAC/SHA-256", Some(key), None);
        own.tag(state)
    };
    let mut memory = vec![0; 64];
    let with_tag_len = |bound: bool| {
        let guest = &guest;
        move |times| {
            guest.borrow_mut().bind(bound);
            timed(|| guest.borrow_mut().run(|loops| &loops.tag_len, (tag, times)))
        }
    };
    bench.group(
        NAME,
        vec![
            Contender::timed("an import that does nothing", |times| {
                guest.borrow_mut().run(|loops| &loops.nothing, times);
            }),
            Contender::new("symmetric_tag_len, memory bound", with_tag_len(true)),
            Contender::timed("symmetric_tag_len, functions of the instance", |times| {
                own.run(|loops| &loops.tag_len, (own_tag, times));
            }),
            Contender::new("symmetric_tag_len, memory looked up", with_tag_len(false)),
            Contender::timed("symmetric_tag_len, without an engine", |times| {
                guest.borrow_mut().core_calls("symmetric_tag_len", &mut memory, &[core_tag, 8], times);
            }),
        ],
    );
}

/// Calls on handles in random order, of 1 to a million that are open. An object lies in one line of the processor's cache: beside them, what
/// it takes the memory to bring one line of as many, where the next is asked for when the last is there.
fn live_handles(bench: &mut Bench) {
    const NAME: &str = "live handles";
    const LEAST: usize = 1 << 14;
    if !bench.wants(NAME) {
        return;
    }
    let contender = |live: usize| {
        let mut guest = Guest::new();
        let key = guest.import("HMAC/SHA-256", &KEY);
        let state = guest.open("HMAC/SHA-256", Some(key), None);
        let mut handles: Vec<u32> = (0..live).map(|_| guest.tag(state)).collect();
        shuffle(&mut handles);
        let len = live.max(LEAST);
        let list: Vec<u8> = handles.iter().cycle().take(len).flat_map(|handle| handle.to_le_bytes()).collect();
        guest.write(LIST, &list);
        let mut at = 0;
        Contender::timed(&format!("symmetric_tag_len, {live} open"), move |mut times| {
            while times > 0 {
                let now = times.min((len - at) as u32);
                guest.run(|loops| &loops.tag_lens, (LIST + 4 * at as u32, now));
                at = (at + now as usize) % len;
                times -= now;
            }
        })
    };
    let lines = |live: usize| {
        let lines = vec![Line([0; 64]); live];
        let mut order: Vec<u32> = (0..live as u32).collect();
        shuffle(&mut order);
        let mut at = 0;
        Contender::timed(&format!("a line of memory, {live} of them"), move |times| {
            let mut zero = 0;
            for _ in 0..times {
                zero = black_box(usize::from(lines[order[at] as usize + zero].0[0]));
                at = if at + 1 == live { 0 } else { at + 1 };
            }
        })
    };
    let powers = (0..=6).map(|power| 10usize.pow(power));
    bench.group(NAME, powers.clone().map(contender).chain(powers.map(lines)).collect());
}

/// As large as a slot of the table.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([u8; 64]);

fn hashes(bench: &mut Bench) {
    let guest = RefCell::new(Guest::new());
    let (hash, mac) = {
        let mut guest = guest.borrow_mut();
        let key = guest.import("HMAC/SHA-256", &KEY);
        (guest.open("SHA-256", None, None), guest.open("HMAC/SHA-256", Some(key), None))
    };
    let absorb = |state: u32, len: u32| {
        let guest = &guest;
        move |times| guest.borrow_mut().run(|loops| &loops.absorb, (state, DATA, len, times))
    };
    let message = vec![3; 1 << 20];
    for (len, size) in SIZES {
        let message = &message[..len as usize];
        let mut context = digest::Context::new(&digest::SHA256);
        bench.group(
            &format!("SHA-256 update, {size}"),
            vec![
                Contender::timed("native", |times| (0..times).for_each(|_| context.update(black_box(message)))),
                Contender::timed("guest", absorb(hash, len)),
            ],
        );
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &KEY));
        bench.group(
            &format!("HMAC-SHA-256 update, {size}"),
            vec![
                Contender::timed("native", |times| (0..times).for_each(|_| context.update(black_box(message)))),
                Contender::timed("guest", absorb(mac, len)),
            ],
        );
        bench.group(
            &format!("SHA-256 from open to close, {size}"),
            vec![
                Contender::timed("native", |times| {
                    for _ in 0..times {
                        black_box(digest::digest(&digest::SHA256, black_box(message)));
                    }
                }),
                Contender::timed("guest", |times| {
                    guest.borrow_mut().run(|loops| &loops.hash, (DATA, len, times));
                }),
            ],
        );
    }
}

/// The call that encrypts, alone. A state encrypts once, so states are opened beforehand, in batches that fit the cache.
fn encryption(bench: &mut Bench, name: &str, key: &LessSafeKey) {
    let guest = RefCell::new(Guest::new());
    let (key_handle, options) = {
        let mut guest = guest.borrow_mut();
        (guest.import(name, &KEY), guest.nonce(&NONCE))
    };
    for (len, size) in SIZES {
        let batch = if len > 1 << 14 { 4 } else { 64 };
        let with_guest = |out: u32| {
            let guest = &guest;
            move |times: u32| {
                let guest = &mut *guest.borrow_mut();
                in_batches(times, batch, |n| {
                    let states: Vec<u32> = (0..n).map(|_| guest.open(name, Some(key_handle), Some(options))).collect();
                    guest.write(LIST, &states.iter().flat_map(|state| state.to_le_bytes()).collect::<Vec<u8>>());
                    let taken = timed(|| guest.run(|loops| &loops.encrypt, (LIST, out, DATA, len, n)));
                    states.iter().for_each(|state| guest.call("symmetric_state_close", &mut [], &[*state]));
                    taken
                })
            }
        };
        let len = len as usize;
        let (mut message, mut output) = (vec![3; len + TAG_LEN], vec![0; len + TAG_LEN]);
        bench.group(
            &format!("{name} encrypt in place, {size}"),
            vec![
                Contender::new("native", |times| {
                    in_batches(times, batch, |n| timed(|| (0..n).for_each(|_| seal(key, black_box(&mut message)))))
                }),
                Contender::new("guest", with_guest(DATA)),
            ],
        );
        bench.group(
            &format!("{name} encrypt elsewhere, {size}"),
            vec![
                Contender::new("native", |times| {
                    in_batches(times, batch, |n| {
                        timed(|| {
                            for _ in 0..n {
                                output[..len].copy_from_slice(black_box(&message[..len]));
                                seal(key, black_box(&mut output));
                            }
                        })
                    })
                }),
                Contender::new("guest", with_guest(APART)),
            ],
        );
    }
}

/// Decryption may be repeated as long as the output is not in place.
fn decryption(bench: &mut Bench, name: &str, key: &LessSafeKey) {
    let guest = RefCell::new(Guest::new());
    let state = {
        let mut guest = guest.borrow_mut();
        let (key, options) = (guest.import(name, &KEY), guest.nonce(&NONCE));
        guest.open(name, Some(key), Some(options))
    };
    for (len, size) in SIZES {
        let mut sealed = vec![3; len as usize + TAG_LEN];
        seal(key, &mut sealed);
        guest.borrow_mut().write(DATA, &sealed);
        let mut output = vec![0; len as usize + TAG_LEN];
        bench.group(
            &format!("{name} decrypt elsewhere, {size}"),
            vec![
                Contender::timed("native", |times| {
                    for _ in 0..times {
                        output.copy_from_slice(black_box(&sealed));
                        let nonce = Nonce::assume_unique_for_key(NONCE);
                        let opened = key.open_in_place(nonce, Aad::empty(), black_box(&mut output));
                        assert!(opened.is_ok(), "the message is authentic");
                    }
                }),
                Contender::timed("guest", |times| {
                    guest.borrow_mut().run(|loops| &loops.decrypt, (state, APART, DATA, len, times));
                }),
            ],
        );
    }
}

/// All that a guest does for one message: options, nonce, state, associated data, encryption, and closing both.
fn messages(bench: &mut Bench) {
    let guest = RefCell::new(Guest::new());
    {
        let mut guest = guest.borrow_mut();
        let key = guest.import("AES-256-GCM", &KEY);
        guest.write(132, &key.to_le_bytes());
    }
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &KEY).expect("32 bytes"));
    for (len, size) in &SIZES[..3] {
        let mut message = vec![3; *len as usize + TAG_LEN];
        let mut number = 0u64;
        bench.group(
            &format!("AES-256-GCM message from options to close, {size}"),
            vec![
                Contender::timed("native", |times| {
                    for _ in 0..times {
                        number += 1;
                        let mut nonce = NONCE;
                        nonce[..8].copy_from_slice(&number.to_le_bytes());
                        let (message, tag) = black_box(&mut message[..]).split_at_mut(*len as usize);
                        let nonce = Nonce::assume_unique_for_key(nonce);
                        let ad = Aad::from(black_box(b"header bytes."));
                        let sealed = key.seal_in_place_separate_tag(nonce, ad, message);
                        tag.copy_from_slice(sealed.expect("a short message").as_ref());
                    }
                }),
                Contender::timed("guest", |times| {
                    guest.borrow_mut().run(|loops| &loops.message, (DATA, *len, times));
                }),
            ],
        );
    }
}

/// Encrypts all but the last 16 bytes, which become the tag.
fn seal(key: &LessSafeKey, buffer: &mut [u8]) {
    let (message, tag) = buffer.split_at_mut(buffer.len() - TAG_LEN);
    let sealed = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(NONCE), Aad::empty(), message);
    tag.copy_from_slice(sealed.expect("a short message").as_ref());
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn in_batches(mut times: u32, batch: u32, mut run: impl FnMut(u32) -> Duration) -> Duration {
    let mut taken = Duration::ZERO;
    while times > 0 {
        let n = times.min(batch);
        taken += run(n);
        times -= n;
    }
    taken
}

/// Any order will do that no prefetcher guesses.
fn shuffle(handles: &mut [u32]) {
    let mut seed = 1u64;
    for i in (1..handles.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        handles.swap(i, (seed >> 33) as usize % (i + 1));
    }
}

/// Runs groups and keeps the figures.
struct Bench {
    options: Options,
    figures: Vec<Figure>,
}

impl Bench {
    fn wants(&self, group: &str) -> bool {
        self.options.filter.as_ref().is_none_or(|filter| group.contains(filter))
    }

    /// Measures contenders for the same work and prints the figures. The first is what the others are compared with.
    fn group(&mut self, name: &str, contenders: Vec<Contender<'_>>) {
        if self.wants(name) {
            self.measure(name, contenders, 1);
        }
    }

    fn measure(&mut self, name: &str, contenders: Vec<Contender<'_>>, least: u32) {
        println!("{name}");
        for figure in measure(name, contenders, self.options.rounds, least) {
            self.print(&format!("  {figure}\n"));
            self.figures.push(figure);
        }
    }

    /// Prints figures, unless this is a test, whose times mean nothing.
    fn print(&self, figures: &str) {
        if !self.options.is_test {
            print!("{figures}");
        }
    }

    fn finish(self) {
        let Some(path) = &self.options.json else { return };
        let figures: Vec<_> = self.figures.iter().map(Figure::to_json).collect();
        let report = serde_json::json!({
            "schema": 1,
            "backend": if cfg!(feature = "aws-lc-rs") { "aws-lc-rs" } else { "ring" },
            "rounds": self.options.rounds,
            "figures": figures,
        });
        if let Err(error) = std::fs::write(path, format!("{report:#}\n")) {
            eprintln!("error: cannot write the figures to {path}: {error}");
            std::process::exit(1);
        }
    }
}

struct Options {
    is_test: bool,
    rounds: usize,
    filter: Option<String>,
    json: Option<String>,
    software_guest: Option<String>,
}

impl Options {
    fn parse() -> Self {
        // `cargo bench` passes this, `cargo test` does not.
        let is_test = std::env::args().all(|arg| arg != "--bench");
        let rounds = if is_test { 1 } else { 101 };
        let mut options = Self { is_test, rounds, filter: None, json: None, software_guest: None };
        let mut args = std::env::args().skip(1);
        while let Some(arg) = args.next() {
            let mut value = || {
                args.next().unwrap_or_else(|| {
                    eprintln!("error: {arg} needs a value");
                    std::process::exit(2);
                })
            };
            match arg.as_str() {
                "--bench" => {}
                "--rounds" => match value().parse() {
                    Ok(rounds) if rounds > 0 => options.rounds = rounds,
                    _ => usage("--rounds takes a number above 0"),
                },
                "--filter" => options.filter = Some(value()),
                "--json" => options.json = Some(value()),
                "--software-guest" => options.software_guest = Some(value()),
                other => usage(&format!("unknown argument {other}")),
            }
        }
        options
    }
}

fn usage(problem: &str) -> ! {
    eprintln!("error: {problem}\nusage: [--rounds N] [--filter TEXT] [--json FILE] [--software-guest FILE]");
    std::process::exit(2);
}
