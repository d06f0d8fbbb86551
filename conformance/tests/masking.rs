//! What a host does not have fails once, and what lies behind it is judged all the same.
//!
//! The workers of these tests are this very program, as in `bad_hosts.rs`.

use std::time::Duration;

use wasi_crypto_conformance::engine::embedded::serve;
use wasi_crypto_conformance::engine::worker::WorkerEngine;
use wasi_crypto_conformance::engine::{EngineInfo, EngineKind};
use wasi_crypto_conformance::runner::{Report, Settings, run};
use wasi_crypto_conformance::{Case, CaseResult, Verdict, suite};
use wasi_crypto_host::{GuestMemory, WasiCryptoCtx, hostcalls};
use wasi_crypto_interface::Errno;
use wasi_crypto_interface::Errno::{InvalidKey, InvalidSignature, Success, UnsupportedEncoding};
use wasmtime::{Caller, Extern, Linker};

const ASYMMETRIC: &str = "wasi_ephemeral_crypto_asymmetric_common";
const SIGNATURES: &str = "wasi_ephemeral_crypto_signatures";

const RAW: u32 = 0;
const PKCS8: u32 = 1;
const PEM: u32 = 2;

/// 12 algorithms in two areas: without a fallback, some 700 cases fail at their first step.
#[test]
fn a_host_that_reads_rsa_keys_as_pkcs_1_only_fails_once_for_each_algorithm_and_encoding() {
    let report = run_on("host_that_reads_pkcs_1", of_rsa());
    let failed = failed(&report);
    for result in &failed {
        assert!(result.id.starts_with("probe/key/RSA_"), "{result:?}");
        assert!(result.id.ends_with("/import"), "{result:?}");
    }
    // pkcs8 and pem.
    assert_eq!(failed.len(), 24, "{failed:#?}");
    let first = find(&report, "probe/key/RSA_PKCS1_2048_SHA256/pkcs8/import");
    assert_eq!(
        first.observed,
        "keypair, publickey, secretkey: it answers invalid_key; it reads PKCS#1 in the place of pkcs8"
    );
    for id in ["signatures/RSA_PSS_2048_SHA256/sign-and-verify", "vector/wycheproof/rsa_signature_2048_sha256/1"] {
        assert_eq!(find(&report, id).verdict, Verdict::Pass, "{:?}", find(&report, id));
    }
    let subject = find(&report, "encodings/RSA_PSS_4096_SHA512/keypair/pkcs8/import");
    assert_eq!(subject.verdict, Verdict::Na);
    let sentence = "the host does not read RSA_PSS_4096_SHA512 keypairs as pkcs8: it answers invalid_key";
    assert_eq!(subject.observed, sentence);
    let behind: Vec<_> = report.cases.iter().filter(|result| !result.id.starts_with("encodings/")).collect();
    let passed = behind.iter().filter(|result| result.verdict == Verdict::Pass).count();
    assert!(passed * 100 > behind.len() * 99, "{passed} of {}", behind.len());
}

#[test]
fn a_fault_behind_a_missing_encoding_is_found() {
    let report = run_on("host_that_reads_pkcs_1_and_verifies_everything", of_rsa());
    let forged = find(&report, "signatures/RSA_PSS_2048_SHA256/other-message-fails");
    assert_eq!(forged.verdict, Verdict::Fail, "{forged:?}");
    assert!(forged.observed.contains("signature_verification_state_verify answered success"), "{forged:?}");
    assert!(forged.observed.contains(
        "; the key goes in as PKCS#1 in the place of pkcs8, as the host does not read RSA_PSS_2048_SHA256 keypairs as \
         pkcs8: it answers invalid_key"
    ));
}

#[test]
fn a_host_without_raw_scalars_is_asked_with_others() {
    let of_ec = |case: &Case| case.id().contains("ECDSA_") || case.id().contains("/P256-SHA256/");
    let cases: Vec<Case> = suite::all().into_iter().filter(of_ec).collect();
    for (host, expected) in [("host_without_raw_keys", 4), ("host_that_does_not_say_that_it_has_no_raw_keys", 4)] {
        let report = run_on(host, cases.clone());
        let failed = failed(&report);
        assert!(failed.len() <= expected, "{host}: {failed:#?}");
        let sign = find(&report, "signatures/ECDSA_P256_SHA256/sign-and-verify");
        assert_eq!(sign.verdict, Verdict::Pass, "{host}: {sign:?}");
        let passed = report.count(Verdict::Pass);
        assert!(passed * 10 > report.cases.len() * 8, "{host}: {passed} of {}", report.cases.len());
    }
}

#[test]
fn a_host_that_reads_no_key_pair_is_asked_with_pairs_that_it_makes() {
    let of_ed25519 = |case: &Case| case.id().starts_with("signatures/Ed25519/");
    let cases: Vec<Case> = suite::all().into_iter().filter(of_ed25519).collect();
    let report = run_on("host_that_reads_no_ed25519", cases.clone());
    let failed = failed(&report);
    assert!(failed.iter().all(|result| result.id.starts_with("probe/key/Ed25519/")), "{failed:#?}");
    assert!(failed.len() <= 3, "{failed:#?}");
    let sign = find(&report, "signatures/Ed25519/other-message-fails");
    assert_eq!(sign.verdict, Verdict::Pass, "{sign:?}");
    assert!(report.count(Verdict::Pass) * 2 > cases.len(), "{} of {}", report.count(Verdict::Pass), cases.len());
}

#[test]
fn a_host_that_reads_no_raw_signatures_fails_once_for_each_algorithm() {
    let of_ed25519 = |case: &Case| case.id().starts_with("signatures/Ed25519/");
    let cases: Vec<Case> = suite::all().into_iter().filter(of_ed25519).collect();
    let report = run_on("host_that_reads_no_signatures", cases);
    let failed = failed(&report);
    let ids: Vec<&str> = failed.iter().map(|result| result.id.as_str()).collect();
    assert_eq!(ids, ["probe/signature/ECDSA_P256_SHA256/raw/import", "probe/signature/Ed25519/raw/import"]);
}

fn of_rsa() -> Vec<Case> {
    let of_rsa = |case: &Case| {
        let areas = ["signatures", "encodings", "keypairs", "public-keys", "secret-keys", "vector"];
        // Those that generate take minutes, and those with malformed keys know no other encoding.
        let generates = case.id().contains("generate");
        case.algorithm_name().is_some_and(|name| name.starts_with("RSA_"))
            && areas.iter().any(|area| case.id().starts_with(&format!("{area}/")))
            && !generates
    };
    suite::all().into_iter().filter(of_rsa).collect()
}

fn failed(report: &Report) -> Vec<&CaseResult> {
    report.probes.iter().chain(&report.cases).filter(|result| result.verdict.is_unexpected()).collect()
}

fn find<'a>(report: &'a Report, id: &str) -> &'a CaseResult {
    let mut results = report.probes.iter().chain(&report.cases);
    results.find(|result| result.id == id).unwrap_or_else(|| panic!("no result {id}"))
}

fn run_on(host: &str, cases: Vec<Case>) -> Report {
    let args = ["--exact", host, "--ignored", "--nocapture", "--test-threads=1"];
    let info = EngineInfo { name: "test".to_owned(), version: String::new(), kind: EngineKind::Worker };
    let engine = WorkerEngine::new(info, std::env::current_exe().unwrap(), args.map(Into::into));
    let settings = Settings { jobs: 2, timeout: Duration::from_secs(20), ..Settings::default() };
    run(&engine, &cases, &settings, &|_, _| ()).unwrap()
}

// ---- the hosts ----

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_reads_pkcs_1() {
    serve_imports(read_pkcs_1, |_| Ok(()));
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_reads_pkcs_1_and_verifies_everything() {
    serve_imports(read_pkcs_1, |linker| {
        let verify = |_: Caller<'_, WasiCryptoCtx>, _: u32, _: u32| 0u32;
        linker.func_wrap(SIGNATURES, "signature_verification_state_verify", verify).map(drop)
    });
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_without_raw_keys() {
    serve_imports(|key| if key.is_ec() && key.encoding == RAW { Err(UnsupportedEncoding) } else { Ok(None) }, no_more);
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_does_not_say_that_it_has_no_raw_keys() {
    serve_imports(|key| if key.is_ec() && key.encoding == RAW { Err(InvalidKey) } else { Ok(None) }, no_more);
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_reads_no_ed25519() {
    let read =
        |key: &Key| if key.algorithm == "Ed25519" && key.kind != "publickey" { Err(InvalidKey) } else { Ok(None) };
    serve_imports(read, no_more);
}

#[test]
#[ignore = "started by the other tests as their worker"]
fn host_that_reads_no_signatures() {
    serve_imports(
        |_| Ok(None),
        |linker| {
            let import = |_: Caller<'_, WasiCryptoCtx>, _: u32, _: u32, _: u32, _: u32, _: u32, _: u32| {
                InvalidSignature.number() as u32
            };
            linker.func_wrap(SIGNATURES, "signature_import", import).map(drop)
        },
    );
}

fn no_more(_: &mut Linker<WasiCryptoCtx>) -> wasmtime::Result<()> {
    Ok(())
}

/// A key that a guest imports.
struct Key {
    kind: &'static str,
    algorithm: String,
    encoded: Vec<u8>,
    encoding: u32,
}

impl Key {
    fn is_ec(&self) -> bool {
        self.algorithm.starts_with("ECDSA") || self.algorithm.starts_with("P256") || self.algorithm.starts_with("P384")
    }
}

/// RSA keys in PKCS#1 where PKCS#8 belongs, and no PEM.
fn read_pkcs_1(key: &Key) -> Result<Option<Vec<u8>>, Errno> {
    if !key.algorithm.starts_with("RSA_") {
        return Ok(None);
    }
    if key.encoding != PKCS8 {
        return Err(if key.encoding == PEM { InvalidKey } else { UnsupportedEncoding });
    }
    // In PKCS#8, an INTEGER 0 and a SEQUENCE come first, or a SEQUENCE alone.
    let inside = key.encoded.get(4..).unwrap_or_default();
    let is_pkcs_1 = match key.kind {
        "publickey" => inside.first() == Some(&0x02),
        _ => inside.starts_with(&[2, 1, 0, 2]),
    };
    if !is_pkcs_1 {
        return Err(InvalidKey);
    }
    // AlgorithmIdentifier of rsaEncryption with NULL, RFC 8017 appendix A.
    let identifier = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let long = |tag: u8, content: &[u8]| {
        let len = (content.len() as u16).to_be_bytes();
        [&[tag, 0x82], &len[..], content].concat()
    };
    let content = match key.kind {
        "publickey" => [&identifier[..], &long(3, &[&[0], &*key.encoded].concat())].concat(),
        _ => [b"\x02\x01\x00", &identifier[..], &long(4, &key.encoded)].concat(),
    };
    Ok(Some(long(0x30, &content)))
}

/// This project's host, where `read` looks at each key before: it refuses it, or gives other bytes for it.
fn serve_imports(
    read: fn(&Key) -> Result<Option<Vec<u8>>, Errno>,
    spoil: fn(&mut Linker<WasiCryptoCtx>) -> wasmtime::Result<()>,
) {
    let link = |linker: &mut Linker<WasiCryptoCtx>| {
        wasi_crypto_host::wasmtime::add_to_linker(linker, |ctx: &mut WasiCryptoCtx| ctx)?;
        linker.allow_shadowing(true);
        for kind in ["keypair", "publickey", "secretkey"] {
            let import = move |mut caller: Caller<'_, WasiCryptoCtx>,
                               ty: u32,
                               name: u32,
                               name_len: u32,
                               data: u32,
                               data_len: u32,
                               encoding: u32,
                               result: u32| {
                let Some(Extern::Memory(memory)) = caller.get_export("memory") else { panic!("guests export memory") };
                let (memory, ctx) = memory.data_and_store_mut(&mut caller);
                import(read, kind, ctx, memory, [ty, name, name_len, data, data_len, encoding, result])
            };
            linker.func_wrap(ASYMMETRIC, &format!("{kind}_import"), import)?;
        }
        spoil(linker)
    };
    serve(link, || WasiCryptoCtx::builder().build().unwrap(), |_, _| Ok(())).unwrap();
}

fn import(
    read: fn(&Key) -> Result<Option<Vec<u8>>, Errno>,
    kind: &'static str,
    ctx: &mut WasiCryptoCtx,
    memory: &mut [u8],
    args: [u32; 7],
) -> u32 {
    let name = format!("{kind}_import");
    let function = hostcalls().iter().find(|function| function.name() == name).unwrap();
    let [ty, name, name_len, data, data_len, encoding, result] = args;
    let range = |start: u32, len: u32| start as usize..start as usize + len as usize;
    let (Some(algorithm), Some(encoded)) = (memory.get(range(name, name_len)), memory.get(range(data, data_len)))
    else {
        let args = args.map(u64::from);
        return ctx.call(function, GuestMemory::unshared(memory), &args).number().into();
    };
    let algorithm = String::from_utf8_lossy(algorithm).into_owned();
    let key = Key { kind, algorithm, encoded: encoded.to_vec(), encoding };
    match read(&key) {
        Err(errno) => errno.number().into(),
        Ok(None) => ctx.call(function, GuestMemory::unshared(memory), &args.map(u64::from)).number().into(),
        Ok(Some(other)) => {
            // In a memory of its own: the name, the key, and room for the handle.
            let mut own = [&[0; 4], key.algorithm.as_bytes(), &other].concat();
            let end = 4 + name_len;
            let args = [ty, 4, name_len, end, other.len() as u32, encoding, 0].map(u64::from);
            let errno = ctx.call(function, GuestMemory::unshared(&mut own), &args);
            if errno == Success {
                memory[range(result, 4)].copy_from_slice(&own[..4]);
            }
            errno.number().into()
        }
    }
}
