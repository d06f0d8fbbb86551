//! The runner sees what hosts do wrong, in exactly the cases where they do it, and goes on.
//!
//! The workers of these tests are this very program: the ignored tests at the bottom serve guests with this project's
//! host, one function of which misbehaves.

use std::time::Duration;

use wasi_crypto_conformance::engine::embedded::serve;
use wasi_crypto_conformance::engine::worker::WorkerEngine;
use wasi_crypto_conformance::engine::{EngineInfo, EngineKind};
use wasi_crypto_conformance::runner::{Report, Settings, run};
use wasi_crypto_conformance::{Case, CaseResult, Expect, Pointer, Relation, Strength, Value, Verdict, args};
use wasi_crypto_host::{GuestMemory, Hostcall, WasiCryptoCtx, hostcalls};
use wasi_crypto_interface::CoreType;
use wasi_crypto_interface::Errno::{GuestError, InvalidHandle, InvalidOperation, Success, UnsupportedFeature};
use wasmtime::{Caller, Extern, FuncType, Linker, Val, ValType};

const SYMMETRIC: &str = "wasi_ephemeral_crypto_symmetric";

/// SHA-256 of "abc" (FIPS 180-4, example).
const ABC: [u8; 32] = [
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61,
    0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
];

// ---- traps, crashes, time-outs ----

#[test]
fn a_trap_is_the_verdict_of_its_case_alone() {
    assert_only_ratchet(&run_on("host_that_traps", ratchet_and_others()), Verdict::Trap, "out of patience");
}

#[test]
fn an_abort_is_a_crash_of_its_case_alone() {
    assert_only_ratchet(&run_on("host_that_aborts", ratchet_and_others()), Verdict::Crash, "signal");
}

#[test]
fn a_panic_is_a_crash_of_its_case_alone_and_its_message_is_kept() {
    assert_only_ratchet(&run_on("host_that_panics", ratchet_and_others()), Verdict::Crash, "the host lost its nerve");
}

#[test]
fn a_hang_is_a_timeout_of_its_case_alone() {
    assert_only_ratchet(&run_on("host_that_hangs", ratchet_and_others()), Verdict::Timeout, "no answer in time");
}

#[test]
fn a_wrong_answer_fails_its_case_alone() {
    let report = run_on("host_that_answers_guest_error", ratchet_and_others());
    assert_only_ratchet(&report, Verdict::Fail, "symmetric_state_ratchet answered guest_error (confirmed alone)");
    assert_eq!(find(&report, "ratchet/1").expected, "invalid_operation");
}

#[test]
fn a_trap_that_is_allowed_is_information() {
    let cases = ratchet_and_others().into_iter().map(Case::may_trap).collect();
    assert_only_ratchet(&run_on("host_that_traps", cases), Verdict::Info, "out of patience");
}

/// Ten cases, of which those called `ratchet/…` call the function that the hosts get wrong.
fn ratchet_and_others() -> Vec<Case> {
    let case = |n: usize| {
        let mut c = Case::new(if n % 4 == 1 { format!("ratchet/{n}") } else { format!("other/{n}") }, &[]);
        let state = c.state_open("SHA-256", None, None);
        if n % 4 == 1 {
            c.expect(InvalidOperation).ratchet(state);
        }
        c.absorb(state, "abc");
        c.squeeze_eq(state, ABC);
        c
    };
    (0..10).map(case).collect()
}

fn assert_only_ratchet(report: &Report, verdict: Verdict, observed: &str) {
    assert_eq!(report.cases.len(), 10);
    for result in &report.cases {
        if result.id.starts_with("ratchet") {
            assert_eq!(result.verdict, verdict, "{result:?}");
            assert!(result.observed.contains(observed), "{result:?}");
        } else {
            assert_eq!(result.verdict, Verdict::Pass, "{result:?}");
        }
    }
}

// ---- what is not there ----

#[test]
fn a_host_that_answers_the_same_to_everything_is_found_out() {
    let report = run_on("host_that_only_pretends", ratchet_and_others());
    let found = find(&report, "probe/host");
    assert_eq!(found.verdict, Verdict::Fail);
    assert!(found.observed.contains("guest_error"), "{found:?}");
    assert_eq!(report.count(Verdict::Na), 10);
    assert_eq!((report.cases.len(), report.probes.len()), (10, 1));
}

#[test]
fn a_function_that_cannot_be_linked_fails_once_and_its_cases_do_not_apply() {
    let report = run_on("host_without_ratchet", ratchet_and_others());
    let probe = find(&report, "probe/function/symmetric_state_ratchet");
    assert_eq!(probe.verdict, Verdict::Fail);
    assert!(probe.observed.starts_with("link error"), "{probe:?}");
    assert_eq!(find(&report, "probe/function/symmetric_state_squeeze").verdict, Verdict::Pass);
    assert_eq!(find(&report, "ratchet/1").verdict, Verdict::Na);
    assert_eq!(find(&report, "ratchet/1").observed, "the host has no symmetric_state_ratchet");
    assert_eq!(find(&report, "other/2").verdict, Verdict::Pass);
}

#[test]
fn an_algorithm_that_is_missing_makes_its_cases_not_applicable() {
    let mut c = Case::new("missing", &[]).algorithm("SHA-1");
    c.state_open("SHA-1", None, None);
    let report = run_on("good_host", vec![c]);
    assert_eq!(
        (find(&report, "missing").verdict, find(&report, "missing").observed.as_str()),
        (Verdict::Na, "the host has no SHA-1")
    );
    assert_eq!(find(&report, "probe/algorithm/SHA-256").verdict, Verdict::Pass);
    assert_eq!(find(&report, "probe/algorithm/Ed448").verdict, Verdict::Na);
}

// ---- the checks can fail ----

#[test]
fn a_wrong_byte_a_touched_guard_and_a_touched_input_are_seen() {
    let hash = || {
        let mut c = Case::new("hash", &[]);
        let state = c.state_open("SHA-256", None, None);
        c.absorb(state, "abc");
        c.squeeze_eq(state, ABC);
        c
    };
    for (host, observed) in [
        ("host_with_a_wrong_byte", "step 3: bytes bb7816bf"),
        ("host_that_writes_before_its_buffer", "outside of any buffer were changed"),
        ("host_that_writes_behind_its_buffer", "outside of any buffer were changed"),
        ("host_that_writes_to_its_input", "input data was changed"),
        ("host_with_an_unknown_status", "the unknown status 31"),
    ] {
        let report = run_on(host, vec![hash()]);
        let result = find(&report, "hash");
        assert_eq!(result.verdict, Verdict::Fail, "{host}: {result:?}");
        assert!(result.observed.contains(observed), "{host}: {result:?}");
    }
    assert_eq!(find(&run_on("good_host", vec![hash()]), "hash").verdict, Verdict::Pass);
}

#[test]
fn every_check_can_hold_and_can_fail() {
    type Check = fn(&mut Case, bool);
    let checks: [(&str, Check); 9] = [
        ("same", |c, good| {
            let data = c.data("abc");
            c.same(data, if good { "abc" } else { "abd" });
        }),
        ("differ", |c, good| {
            let data = c.data("abc");
            c.differ(data, if good { "abd" } else { "abc" });
        }),
        ("untouched", |c, good| {
            let buffer = c.buffer(100);
            if !good {
                c.fill(buffer.slice(99, 1), 0);
            }
            c.untouched(buffer);
        }),
        ("equal", |c, good| c.equal(1u64 << 40, if good { 1u64 << 40 } else { 0 })),
        ("not equal", |c, good| c.number(7, Relation::NotEqual, if good { 8 } else { 7 })),
        ("at most", |c, good| c.number(7, Relation::AtMost, if good { 7 } else { 6 })),
        ("at least", |c, good| c.number(7, Relation::AtLeast, if good { 7 } else { 8 })),
        ("answer", |c, good| {
            let other = if good { InvalidHandle } else { UnsupportedFeature };
            c.expect(other).ratchet(0);
        }),
        ("oracle", |c, good| c.dump(if good { "right" } else { "wrong" })),
    ];
    let mut cases = Vec::new();
    for (name, check) in checks {
        for good in [true, false] {
            let mut c = Case::new(format!("{name}/{good}"), &[]).oracle(|dumps| match dumps {
                [dump] if dump != b"right" => Err("not right".to_owned()),
                _ => Ok(()),
            });
            check(&mut c, good);
            cases.push(c);
        }
    }
    for result in run_on("good_host", cases).cases {
        let expected = if result.id.ends_with("true") { Verdict::Pass } else { Verdict::Fail };
        assert_eq!(result.verdict, expected, "{result:?}");
    }
}

#[test]
fn loops_arithmetic_and_the_end_of_memory_work_as_written() {
    let mut c = Case::new("machine", &[]);
    // Five handles in a row, all different from the first but itself.
    let handles = c.scratch(20);
    c.repeat(5, |c| c.call("options_open", args![1, handles.start().each(4)]));
    c.equal(Value::Round, 5);
    c.repeat(4, |c| c.number(handles.start().plus(4).each(4).load(), Relation::NotEqual, handles.start().load()));
    c.repeat(5, |c| c.call("options_close", args![handles.start().each(4).load()]));
    // A loop that a call ends: closing goes wrong in round 0.
    c.repeat(5, |c| {
        c.stop_at(wasi_crypto_interface::Errno::Closed).call("options_close", args![handles.start().each(4).load()]);
    });
    c.equal(Value::Round, 0);
    c.repeat(0, |c| c.equal(1, 2));
    // Input and output at the end of memory, which then moves.
    for _ in 0..2 {
        let (state, tail) = (c.state_open("SHA-256", None, None), c.tail(32));
        c.copy(tail.start().plus(29), "abc");
        c.absorb(state, tail.slice(29, 3));
        c.call("symmetric_state_squeeze", args![state, tail]);
        c.same(tail, ABC);
        c.expect(GuestError).call("symmetric_state_squeeze", args![state, (tail.start().plus(1), 32)]);
        c.expect(GuestError).call("symmetric_state_squeeze", args![state, (Pointer::end(0), 1)]);
        c.grow(1);
    }
    let wide = c.wide_slot();
    c.store_u64(wide.at(), 0x0102_0304_0506_0708u64);
    c.same(wide, [8, 7, 6, 5, 4, 3, 2, 1]);
    let slot = c.unaligned(4, 3);
    c.call("options_open", args![1, slot.start()]);
    c.call("options_close", args![slot.start().load()]);
    let report = run_on("good_host", vec![c]);
    assert_eq!(find(&report, "machine").verdict, Verdict::Pass, "{:?}", find(&report, "machine"));
}

// ---- verdicts ----

#[test]
fn what_is_tolerated_is_information_or_a_warning_and_a_failure_when_strict() {
    let case = |id: &str, strength: Strength, expect: Expect| {
        let mut c = Case::new(id, &[]).strength(strength);
        let state = c.state_open("SHA-256", None, None);
        c.expect(expect).ratchet(state);
        c
    };
    let mut should = Case::new("should", &[]);
    should.should().equal(1, 2);
    let mut observe = Case::new("observe", &[]);
    observe.observe().equal(1, 2);
    let mut both = Case::new("worst", &[]);
    both.should().equal(1, 2);
    both.observe().equal(1, 2);
    let mut second = Case::new("second alternative", &[]);
    second.alternative("streams", |c| c.expect(Success).ratchet(0));
    second.alternative("copies", |c| c.expect(InvalidHandle).ratchet(0));
    let cases = vec![
        case("best", Strength::Must, Expect::only(InvalidOperation).or_info([UnsupportedFeature])),
        case("allowed", Strength::Must, Expect::only(UnsupportedFeature).or_info([InvalidOperation])),
        case("tolerated", Strength::Must, Expect::only(UnsupportedFeature).or_warn_any_error()),
        case("not met", Strength::Should, Expect::only(UnsupportedFeature)),
        case("not done", Strength::May, Expect::only(UnsupportedFeature)),
        should,
        observe,
        both,
        second,
    ];
    let expected = [
        ("best", Verdict::Pass),
        ("allowed", Verdict::Info),
        ("tolerated", Verdict::Warn),
        ("not met", Verdict::Warn),
        ("not done", Verdict::Info),
        ("should", Verdict::Warn),
        ("observe", Verdict::Info),
        ("worst", Verdict::Warn),
        ("second alternative", Verdict::Info),
    ];
    let report = run_on("good_host", cases.clone());
    for (id, verdict) in expected {
        assert_eq!(find(&report, id).verdict, verdict, "{:?}", find(&report, id));
    }
    assert_eq!(find(&report, "second alternative").observed, "copies");
    assert_eq!(find(&report, "second alternative").expected, "streams");
    let strict = run(&engine("good_host"), &cases, &Settings { strict: true, ..settings() }, &|_, _| ()).unwrap();
    for (id, verdict) in expected {
        let expected = if verdict == Verdict::Pass { Verdict::Pass } else { Verdict::Fail };
        assert_eq!(find(&strict, id).verdict, expected, "{:?}", find(&strict, id));
    }
}

#[test]
fn a_call_in_progress_is_repeated() {
    let mut c = Case::new("slow", &[]);
    let state = c.state_open("SHA-256", None, None);
    c.absorb(state, "abc");
    c.squeeze_eq(state, ABC);
    assert_eq!(find(&run_on("host_that_takes_its_time", vec![c]), "slow").verdict, Verdict::Pass);
}

#[test]
fn a_failure_that_does_not_happen_alone_is_called_order_dependent() {
    let cases = ["first", "second"].map(|id| {
        let mut c = Case::new(id, &[]);
        let state = c.state_open("SHA-256", None, None);
        c.expect(InvalidOperation).ratchet(state);
        c
    });
    let engine = engine("host_that_can_do_it_once");
    let report = run(&engine, &cases, &Settings { jobs: 1, ..settings() }, &|_, _| ()).unwrap();
    assert_eq!(find(&report, "first").verdict, Verdict::Pass);
    assert_eq!(find(&report, "second").verdict, Verdict::Fail);
    assert!(find(&report, "second").observed.contains("order dependent"), "{:?}", find(&report, "second"));
}

#[test]
fn what_fails_only_now_and_then_is_a_warning_when_it_is_tried_again() {
    let cases = ["first", "second"].map(|id| {
        let mut c = Case::new(id, &[]);
        let state = c.state_open("SHA-256", None, None);
        c.expect(InvalidOperation).ratchet(state);
        c
    });
    let settings = Settings { jobs: 1, retry: 1, ..settings() };
    let report = run(&engine("host_that_can_do_it_once"), &cases, &settings, &|_, _| ()).unwrap();
    let second = find(&report, "second");
    assert_eq!(second.verdict, Verdict::Warn);
    assert!(
        second.observed.starts_with("not always: step ") && second.observed.ends_with("attempt 2 went well"),
        "{second:?}"
    );
    // What always fails goes on to.
    let settings = Settings { retry: 3, ..settings };
    let report = run(&engine("host_that_answers_guest_error"), &ratchet_and_others(), &settings, &|_, _| ()).unwrap();
    assert_only_ratchet(&report, Verdict::Fail, "symmetric_state_ratchet answered guest_error (confirmed alone)");
}

#[test]
fn what_is_left_after_the_first_failure_is_skipped_if_so_wished() {
    let cases: Vec<Case> = (0..250)
        .map(|n| {
            let mut c = Case::new(format!("case/{n}"), &[]);
            let state = c.state_open("SHA-256", None, None);
            if n == 120 {
                c.expect(InvalidOperation).ratchet(state);
            }
            c
        })
        .collect();
    let settings = Settings { jobs: 1, fail_fast: true, ..settings() };
    let report = run(&engine("host_that_answers_guest_error"), &cases, &settings, &|_, _| ()).unwrap();
    let verdicts: Vec<Verdict> = report.cases.iter().map(|result| result.verdict).collect();
    assert_eq!(verdicts[120], Verdict::Fail);
    assert!(verdicts[..120].iter().chain(&verdicts[121..200]).all(|verdict| *verdict == Verdict::Pass), "{verdicts:?}");
    assert!(verdicts[200..].iter().all(|verdict| *verdict == Verdict::Skip), "{verdicts:?}");
}

#[test]
fn an_engine_that_cannot_be_started_is_a_sentence() {
    let engine = WorkerEngine::new(info(), "/nowhere/to/be/found".into(), []);
    let error = run(&engine, &ratchet_and_others(), &settings(), &|_, _| ()).unwrap_err();
    assert!(error.starts_with("cannot start the worker /nowhere/to/be/found: "), "{error}");
}

// ---- how the tests run cases ----

fn run_on(host: &str, cases: Vec<Case>) -> Report {
    run(&engine(host), &cases, &settings(), &|_, _| ()).unwrap()
}

fn settings() -> Settings {
    Settings { jobs: 2, timeout: Duration::from_secs(2), ..Settings::default() }
}

fn engine(host: &str) -> WorkerEngine {
    let args = ["--exact", host, "--ignored", "--nocapture", "--test-threads=1"];
    WorkerEngine::new(info(), std::env::current_exe().unwrap(), args.map(Into::into))
}

fn info() -> EngineInfo {
    EngineInfo { name: "test".to_owned(), version: String::new(), kind: EngineKind::Worker }
}

fn find<'a>(report: &'a Report, id: &str) -> &'a CaseResult {
    report
        .probes
        .iter()
        .chain(&report.cases)
        .find(|result| result.id == id)
        .unwrap_or_else(|| panic!("no result {id}: {report:?}"))
}

// ---- the hosts ----

/// The number of `in_progress`.
const IN_PROGRESS: u32 = 28;

struct Guest {
    crypto: WasiCryptoCtx,
    calls: u32,
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn good_host() {
    serve_spoilt(|_| Ok(()));
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_traps() {
    serve_ratchet(|_| Err(wasmtime::format_err!("out of patience")));
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_aborts() {
    serve_ratchet(|_| std::process::abort());
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_panics() {
    serve_ratchet(|_| panic!("the host lost its nerve"));
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_hangs() {
    serve_ratchet(|_| {
        loop {
            std::thread::park();
        }
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_answers_guest_error() {
    serve_ratchet(|_| Ok(1));
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_can_do_it_once() {
    serve_ratchet(|guest| {
        guest.calls += 1;
        Ok(if guest.calls == 1 { 22 } else { 17 })
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_with_a_wrong_byte() {
    serve_squeeze(|_, memory, out| {
        memory[out] ^= 1;
        0
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_writes_before_its_buffer() {
    serve_squeeze(|_, memory, out| {
        memory[out - 1] = 0;
        0
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_writes_behind_its_buffer() {
    serve_squeeze(|_, memory, out| {
        memory[out + ABC.len() + 15] = 0;
        0
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_writes_to_its_input() {
    serve_squeeze(|_, memory, _| {
        let input = memory.windows(3).position(|bytes| bytes == b"abc").unwrap();
        memory[input + 2] = b'd';
        0
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_with_an_unknown_status() {
    serve_squeeze(|_, _, _| 31);
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_takes_its_time() {
    serve_squeeze(|guest, _, _| {
        guest.calls += 1;
        if guest.calls < 10 { IN_PROGRESS } else { 0 }
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_only_pretends() {
    serve(
        |linker| {
            hostcalls().iter().try_for_each(|function| {
                linker.func_new(function.module(), function.name(), func_type(linker, function), |_, _, results| {
                    results[0] = Val::I32(1);
                    Ok(())
                })?;
                Ok(())
            })
        },
        || (),
        |_, _| Ok(()),
    )
    .unwrap();
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_without_ratchet() {
    let functions = || hostcalls().iter().filter(|function| function.name() != "symmetric_state_ratchet");
    serve(|linker| functions().try_for_each(|function| link_alone(linker, function)), guest, |_, _| Ok(())).unwrap();
}

/// Serves guests with this project's host after `spoil` has replaced some of its functions.
fn serve_spoilt(spoil: impl Fn(&mut Linker<Guest>) -> wasmtime::Result<()>) {
    let link = |linker: &mut Linker<Guest>| {
        wasi_crypto_host::wasmtime::add_to_linker(linker, |guest: &mut Guest| &mut guest.crypto)?;
        linker.allow_shadowing(true);
        spoil(linker)
    };
    serve(link, guest, |_, _| Ok(())).unwrap();
}

fn serve_ratchet(ratchet: fn(&mut Guest) -> wasmtime::Result<u32>) {
    serve_spoilt(|linker| {
        let ratchet = move |mut caller: Caller<'_, Guest>, _: u32| ratchet(caller.data_mut());
        linker.func_wrap(SYMMETRIC, "symmetric_state_ratchet", ratchet).map(drop)
    });
}

/// A host whose `squeeze` writes the digest of "abc", and then may do something to guest memory.
fn serve_squeeze(spoil: fn(&mut Guest, &mut [u8], usize) -> u32) {
    serve_spoilt(|linker| {
        let squeeze = move |mut caller: Caller<'_, Guest>, _: u32, out: u32, _: u32| {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else { panic!("guests export memory") };
            let (memory, guest) = memory.data_and_store_mut(&mut caller);
            memory[out as usize..][..ABC.len()].copy_from_slice(&ABC);
            spoil(guest, memory, out as usize)
        };
        linker.func_wrap(SYMMETRIC, "symmetric_state_squeeze", squeeze).map(drop)
    });
}

/// Links one function of this project's host, as an adapter for any engine would.
fn link_alone(linker: &mut Linker<Guest>, function: &'static Hostcall) -> wasmtime::Result<()> {
    let call = move |mut caller: Caller<'_, Guest>, params: &[Val], results: &mut [Val]| {
        let args = params.iter().map(|param| match param {
            Val::I64(n) => *n as u64,
            n => u64::from(n.unwrap_i32() as u32),
        });
        let args: Vec<u64> = args.collect();
        let Some(Extern::Memory(memory)) = caller.get_export("memory") else { panic!("guests export memory") };
        let (memory, guest) = memory.data_and_store_mut(&mut caller);
        let errno = guest.crypto.call(function, GuestMemory::unshared(memory), &args);
        results[0] = Val::I32(errno.number().into());
        Ok(())
    };
    linker.func_new(function.module(), function.name(), func_type(linker, function), call).map(drop)
}

fn func_type<T>(linker: &Linker<T>, function: &Hostcall) -> FuncType {
    let params = function.core_params().into_iter().map(|ty| match ty {
        CoreType::I32 => ValType::I32,
        CoreType::I64 => ValType::I64,
    });
    FuncType::new(linker.engine(), params, [ValType::I32])
}

fn guest() -> Guest {
    Guest { crypto: WasiCryptoCtx::builder().build().unwrap(), calls: 0 }
}
