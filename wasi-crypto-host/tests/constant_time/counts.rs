//! How many instructions a call takes, which must be as many for each secret. callgrind counts them, where times only tell what lies above
//! the noise; it does not see that one instruction takes longer than another.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use crate::keys::{ALGORITHMS, KEY_EXCHANGE, RAW, SIGNATURES, TEXTS, random_scalars, scalars, texts};
use crate::{
    CIPHERS, Guest, INPUT, MACS, Measured, OUTPUT, SLOT, authentication, paddings, stops_early, tag_comparison,
};

/// Rounds with each secret before the first that counts, and rounds that count. Where memory lies makes some of
/// them longer or shorter, whatever the secret, for some rounds.
const WARM: usize = 4;
const COUNTED: usize = 5;
/// At most.
const SECRETS: usize = 4;

/// The same work with one secret and with others: in one memory, as some instructions are for where things lie.
struct Case {
    name: String,
    secrets: usize,
    /// Works with the secret of this number.
    run: Box<dyn FnMut(usize)>,
}

impl Case {
    fn new(name: &str, secrets: usize, run: impl FnMut(usize) + 'static) -> Self {
        Self { name: name.to_owned(), secrets, run: Box::new(run) }
    }

    /// What is measured, with its fixed input and some of the others, and something behind each call.
    fn inputs(name: &str, mut case: Measured, behind: impl Fn(&Guest) + 'static) -> Self {
        let inputs: Vec<Vec<u8>> = [&case.fixed].into_iter().chain(&case.others).take(SECRETS).cloned().collect();
        Self::new(name, inputs.len(), move |secret| {
            case.close();
            case.guest.put(INPUT, &inputs[secret]);
            written_down(&mut || {
                case.call();
                behind(&case.guest);
            });
        })
    }
}

/// What callgrind writes down when it is left. It heeds one option for each function only.
#[inline(never)]
fn written_down(work: &mut dyn FnMut()) {
    counted_alone(work);
    black_box(());
}

/// What callgrind counts, and nothing around it.
#[inline(never)]
fn counted_alone(work: &mut dyn FnMut()) {
    work();
    black_box(());
}

fn cases() -> Vec<Case> {
    let mut measured = Vec::new();
    for mac in MACS {
        measured.push((format!("{}, tag_verify", mac.0), tag_comparison(mac.0, mac.1)));
    }
    for cipher in CIPHERS {
        measured.push((format!("{}, decrypt", cipher.0), authentication(cipher)));
    }
    measured.push(("AES-128-CBC, padding".to_owned(), paddings()));
    for algorithm in ALGORITHMS {
        measured.push((format!("{}, scalar or seed", algorithm.1), scalars(algorithm)));
    }
    for algorithm in TEXTS {
        measured.push((format!("{}, PEM", algorithm.1), texts(algorithm)));
    }
    let mut cases: Vec<Case> = measured.into_iter().map(|(name, case)| Case::inputs(&name, case, |_| {})).collect();
    cases.push(sign());
    cases.push(agree("X25519", &base_point()));
    cases.push(agree("P256-SHA256", &generator()));
    cases
}

/// Signs the same message.
fn sign() -> Case {
    let mut guest = Guest::new();
    let secrets = import_secrets(&mut guest, SIGNATURES, "Ed25519");
    let mut pair = |secret: &u32| {
        let public = guest.get("publickey_from_secretkey", &[*secret]);
        guest.get("keypair_from_pk_and_sk", &[public, *secret])
    };
    let pairs: Vec<u32> = secrets.iter().map(&mut pair).collect();
    let [message, len] = guest.put(INPUT, &[5; 64]);
    Case::new("Ed25519, sign", SECRETS, move |secret| {
        let state = guest.get("signature_state_open", &[pairs[secret]]);
        guest.succeed("signature_state_update", &[state, message, len]);
        written_down(&mut || guest.succeed("signature_state_sign", &[state, SLOT as u32]));
        let signature = guest.result();
        guest.succeed("signature_close", &[signature]);
        guest.succeed("signature_state_close", &[state]);
    })
}

/// Agrees with the same public key.
fn agree(algorithm: &'static str, public: &[u8]) -> Case {
    let mut guest = Guest::new();
    let secrets = import_secrets(&mut guest, KEY_EXCHANGE, algorithm);
    let [name, name_len] = guest.put(OUTPUT, algorithm.as_bytes());
    let [key, len] = guest.put(INPUT, public);
    let public = guest.get("publickey_import", &[KEY_EXCHANGE, name, name_len, key, len, RAW]);
    Case::new(&format!("{algorithm}, dh"), SECRETS, move |secret| {
        written_down(&mut || guest.succeed("kx_dh", &[public, secrets[secret], SLOT as u32]));
        let output = guest.result();
        // An output that has been pulled is closed.
        guest.get("array_output_pull", &[output, OUTPUT as u32, 64]);
    })
}

fn import_secrets(guest: &mut Guest, kind: u32, algorithm: &str) -> Vec<u32> {
    let [name, name_len] = guest.put(OUTPUT, algorithm.as_bytes());
    let import = |key: &Vec<u8>| {
        let [key, len] = guest.put(INPUT, key);
        guest.get("secretkey_import", &[kind, name, name_len, key, len, RAW])
    };
    random_scalars(32).iter().take(SECRETS).map(import).collect()
}

/// RFC 7748 section 4.1.
fn base_point() -> Vec<u8> {
    let mut point = vec![0; 32];
    point[0] = 9;
    point
}

/// SP 800-186 section 3.2.1.3, uncompressed (SEC 1 section 2.3.3).
fn generator() -> Vec<u8> {
    crate::keys::hex(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    )
}

/// A call with a comparison behind it that stops early.
fn planted() -> Case {
    let case = tag_comparison("AES-128-CMAC", 16);
    let end = case.others[0].clone();
    Case::inputs("planted", case, move |guest| {
        black_box(stops_early(&guest.memory[INPUT..][..16], &end));
    })
}

/// Nothing by itself: what [`calls_take_as_many_instructions_with_one_secret_as_with_another`] has callgrind run.
#[test]
#[ignore = "a process of another test"]
fn under_callgrind() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    for mut case in cases().into_iter().chain([planted()]) {
        for _ in 0..WARM + COUNTED {
            (0..case.secrets).for_each(|secret| (case.run)(secret));
        }
    }
}

const VARIABLE: &str = "WASI_CRYPTO_UNDER_CALLGRIND";

#[test]
#[ignore = "wants valgrind, an optimized build and a minute: cargo xtask constant-time"]
fn calls_take_as_many_instructions_with_one_secret_as_with_another() {
    let folder = std::env::temp_dir().join(format!("wasi-crypto-counts-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let counts = count(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    let counts = counts.unwrap_or_else(|cause| panic!("{cause}"));

    let mut counts = counts.into_iter();
    // Of each round, what all secrets took, one behind the other; and whether they differ in most.
    let mut rounds = |secrets: usize| {
        let runs: Vec<u64> = counts.by_ref().take((WARM + COUNTED) * secrets).collect();
        let rounds: Vec<Vec<u64>> = runs.chunks(secrets).skip(WARM).map(<[u64]>::to_vec).collect();
        let differ = rounds.iter().filter(|round| round.iter().any(|count| *count != round[0])).count();
        (rounds, differ > COUNTED / 2)
    };
    let mut unequal = Vec::new();
    for case in cases() {
        let (rounds, differ) = rounds(case.secrets);
        println!("{:<44} {:>9} instructions", case.name, rounds[0][0]);
        if differ {
            unequal.push(format!("{}: {rounds:?}", case.name));
        }
    }
    assert!(unequal.is_empty(), "instructions tell secrets apart:\n{}", unequal.join("\n"));
    let (planted, differ) = rounds(planted().secrets);
    assert!(differ, "a planted leak is not found: {planted:?}");
}

/// The instructions of each run, in their order.
fn count(folder: &Path) -> Result<Vec<u64>, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--toggle-collect=*counted_alone*", "--dump-after=*written_down*"]);
    valgrind.arg(format!("--callgrind-out-file={}", folder.join("counts").display()));
    valgrind.arg(std::env::current_exe().map_err(|cause| cause.to_string())?);
    valgrind.args(["--exact", "--ignored", "--test-threads=1", "counts::under_callgrind"]).env(VARIABLE, "1");
    let output = valgrind.output().map_err(|cause| format!("cannot run valgrind ({cause}): install it"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        return Err(format!("what callgrind runs failed: {}", String::from_utf8_lossy(&said)));
    }
    let numbered = (1..).map(|number| folder.join(format!("counts.{number}"))).take_while(|path| path.exists());
    let of_run = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|cause| cause.to_string())?;
        let total = text.lines().find_map(|line| line.strip_prefix("summary: ").or(line.strip_prefix("totals: ")));
        total.and_then(|total| total.trim().parse().ok()).ok_or_else(|| format!("no sum in {}", path.display()))
    };
    numbered.map(of_run).collect()
}
