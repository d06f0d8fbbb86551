//! One call with a hundred entries against a hundred calls with one, by a guest that has the entries in a list either
//! way.

use std::cell::RefCell;
use std::time::Duration;

use wasi_crypto_host::{Hostcall, JobPool, ListType, ParamType, ResultType, WasiCryptoCtx};

use crate::guest::{APART, DATA, Guest, LIST};
use crate::handles::SIGNATURES;
use crate::measure::Contender;
use crate::{Bench, KEY, NONCE, TAG_LEN, in_batches, timed};

const ENTRIES: u32 = 100;
/// The size of each message.
const LEN: u32 = 64;
/// Behind all lists.
const RESULTS: u32 = 1 << 16;

/// The functions that are measured, and the calls that do the same for one entry.
const FUNCTIONS: [[&str; 2]; 4] = [
    [ENCRYPT, "symmetric_state_encrypt"],
    [SQUEEZE_TAG, "symmetric_state_squeeze_tag"],
    [SIGN, "signature_state_sign"],
    [VERIFY, "signature_verification_state_verify"],
];
const ENCRYPT: &str = "batch_symmetric_state_encrypt";
const SQUEEZE_TAG: &str = "batch_symmetric_state_squeeze_tag";
const SIGN: &str = "batch_signature_state_sign";
const VERIFY: &str = "batch_signature_state_verify";

/// For each function, a loop of single calls (`single_…`), and the one call (`batch_…`). Both take list, entries and
/// results.
pub(crate) fn to_wat() -> String {
    let exports = FUNCTIONS.iter().map(|[batch, single]| {
        let (list, result) = lists(batch);
        let operands: String = (list.fields().iter())
            .map(|field| format!(" (i32.load offset={} (local.get $list))", field.offset))
            .chain((result.fields().len() > 1).then(|| " (local.get $result)".to_owned()))
            .collect();
        let header = "(param $list i32) (param $n i32) (param $result i32) (result i32)";
        let step = |name, len| format!("(local.set ${name} (i32.add (local.get ${name}) (i32.const {len})))");
        format!(
            "(func (export \"single_{batch}\") {header} (local $status i32)
                (loop $again
                    (local.set $status (i32.or (local.get $status) (call ${single}{operands})))
                    {} {}
                    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $status))
            (func (export \"{batch}\") {header} (call ${batch} (local.get $list) (local.get $n) (local.get $result)))\n",
            step("list", list.record_len()),
            step("result", result.record_len()),
        )
    });
    exports.collect()
}

fn lists(function: &str) -> (ListType, ListType) {
    let hostcall = Hostcall::find(function).expect("a function of the interface");
    match (hostcall.params()[0].ty, hostcall.results()[0]) {
        (ParamType::List(list), ResultType::List(result)) => (list, result),
        _ => panic!("{function} takes a list and gives one"),
    }
}

pub(crate) fn groups(bench: &mut Bench) {
    let guest = RefCell::new(Guest::new());
    encryption(bench, &guest);
    tags(bench, &guest);
    for algorithm in ["Ed25519", "ECDSA_P256_SHA256", "RSA_PSS_2048_SHA256"] {
        signatures(bench, algorithm);
    }
}

fn encryption(bench: &mut Bench, guest: &RefCell<Guest>) {
    let (key, options) = {
        let mut guest = guest.borrow_mut();
        (guest.import("AES-256-GCM", &KEY), guest.nonce(&NONCE))
    };
    let sealed_len = LEN + TAG_LEN as u32;
    let run = |function: &'static str| {
        move |n: u32| {
            let guest = &mut *guest.borrow_mut();
            // A state encrypts once.
            let states: Vec<u32> = (0..n).map(|_| guest.open("AES-256-GCM", Some(key), Some(options))).collect();
            let entry = |(at, state): (u32, &u32)| [*state, APART + 128 * at, sealed_len, DATA + LEN * at, LEN];
            put(guest, (0..).zip(&states).flat_map(entry));
            let taken = timed(|| guest.run_named(function, (LIST, n, RESULTS)));
            check(guest, n, 8);
            states.iter().for_each(|state| guest.call("symmetric_state_close", &mut [], &[*state]));
            taken
        }
    };
    compare(bench, "AES-256-GCM encrypt, 64 B", [run("single_batch_symmetric_state_encrypt"), run(ENCRYPT)]);
}

fn tags(bench: &mut Bench, guest: &RefCell<Guest>) {
    let states: Vec<u32> = {
        let mut guest = guest.borrow_mut();
        let key = guest.import("HMAC/SHA-256", &KEY);
        let states = (0..ENTRIES).map(|_| guest.open("HMAC/SHA-256", Some(key), None)).collect::<Vec<_>>();
        let absorb = |state: &u32| guest.call("symmetric_state_absorb", &mut [3; LEN as usize], &[*state, 0, LEN]);
        states.iter().for_each(absorb);
        states
    };
    let states = &states;
    let run =
        |function| move |n| give_handles(&mut guest.borrow_mut(), function, &states[..n as usize], "symmetric_tag");
    compare(bench, "HMAC-SHA-256 tag, 64 B", [run("single_batch_symmetric_state_squeeze_tag"), run(SQUEEZE_TAG)]);
}

/// What a guest has for a hundred signatures.
struct Signing {
    signing: Vec<u32>,
    verifying: Vec<u32>,
    signatures: Vec<u32>,
}

impl Signing {
    fn new(guest: &mut Guest, algorithm: &str) -> Self {
        let mut memory = [&[0; 8][..], &[1; 8], algorithm.as_bytes()].concat();
        let args = [SIGNATURES, 16, algorithm.len() as u32, 8, 0];
        let pair = guest.call_for_handle("keypair_generate", &mut memory, &args);
        let public = guest.call_for_handle("keypair_publickey", &mut [0; 4], &[pair, 0]);
        let message = |at: u32| [at as u8; LEN as usize];
        let mut states = |prefix: &str, key: u32| -> Vec<u32> {
            let open = |at| {
                let state = guest.call_for_handle(&format!("{prefix}_open"), &mut [0; 4], &[key, 0]);
                guest.call(&format!("{prefix}_update"), &mut message(at), &[state, 0, LEN]);
                state
            };
            (0..ENTRIES).map(open).collect()
        };
        let (signing, verifying) = (states("signature_state", pair), states("signature_verification_state", public));
        let sign = |state: &u32| guest.call_for_handle("signature_state_sign", &mut [0; 4], &[*state, 0]);
        let signatures = signing.iter().map(sign).collect();
        Self { signing, verifying, signatures }
    }
}

/// By calls, by a batch on one thread, and by one on as many as there are processors.
fn signatures(bench: &mut Bench, algorithm: &str) {
    let guests = [1, std::thread::available_parallelism().map_or(1, usize::from)].map(|threads| {
        RefCell::new(Guest::with(WasiCryptoCtx::builder().job_pool(JobPool::new(threads).batch_threads(threads))))
    });
    let states = guests.each_ref().map(|guest| Signing::new(&mut guest.borrow_mut(), algorithm));
    for (what, single, batch) in
        [("sign", "single_batch_signature_state_sign", SIGN), ("verify", "single_batch_signature_state_verify", VERIFY)]
    {
        let run = |which: usize, function: &'static str| {
            let (guest, states) = (&guests[which], &states[which]);
            move |n: u32| {
                let guest = &mut *guest.borrow_mut();
                let Signing { signing, verifying, signatures } = states;
                if what == "sign" {
                    return give_handles(guest, function, &signing[..n as usize], "signature");
                }
                let pairs = verifying.iter().zip(signatures).take(n as usize);
                put(guest, pairs.flat_map(|(state, signature)| [*state, *signature]));
                let taken = timed(|| guest.run_named(function, (LIST, n, RESULTS)));
                check(guest, n, 2);
                taken
            }
        };
        for entries in [2, 4, 8, 16, ENTRIES] {
            let name = format!("batch: {algorithm} {what}, 64 B, {entries} entries");
            if bench.wants(&name) {
                let contenders = vec![
                    contender("calls", entries, run(0, single)),
                    contender("a batch on one thread", entries, run(0, batch)),
                    contender("a batch, side by side", entries, run(1, batch)),
                ];
                bench.measure(&name, contenders, entries);
            }
        }
    }
}

fn contender<'a>(name: &str, entries: u32, mut run: impl FnMut(u32) -> Duration + 'a) -> Contender<'a> {
    Contender::new(name, move |times| in_batches(times, entries, &mut run))
}

/// A run whose entries are states and whose results are handles, which are closed when it is over.
fn give_handles(guest: &mut Guest, function: &str, states: &[u32], made: &str) -> Duration {
    let n = states.len() as u32;
    put(guest, states.iter().copied());
    let taken = timed(|| guest.run_named(function, (LIST, n, RESULTS)));
    check(guest, n, 8);
    for result in guest.read(RESULTS, 8 * n as usize).chunks(8) {
        let handle = u32::from_le_bytes([result[0], result[1], result[2], result[3]]);
        guest.call(&format!("{made}_close"), &mut [], &[handle]);
    }
    taken
}

fn put(guest: &mut Guest, list: impl Iterator<Item = u32>) {
    guest.write(LIST, &list.flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
    guest.write(RESULTS, &[0; 8 * ENTRIES as usize]);
}

/// Every result is a success; single calls leave those fields as they were, and say so themselves.
fn check(guest: &Guest, n: u32, record_len: usize) {
    let results = guest.read(RESULTS, n as usize * record_len);
    assert!(results.chunks(record_len).all(|result| result[record_len.min(6) - 2..record_len.min(6)] == [0, 0]));
}

/// The time is that of one entry.
fn compare(bench: &mut Bench, name: &str, [mut single, mut batch]: [impl FnMut(u32) -> Duration; 2]) {
    let name = format!("batch: {name}");
    if bench.wants(&name) {
        let contenders = vec![
            Contender::new("100 calls", |times| in_batches(times, ENTRIES, &mut single)),
            Contender::new("a batch of 100", |times| in_batches(times, ENTRIES, &mut batch)),
        ];
        bench.measure(&name, contenders, ENTRIES);
    }
}
