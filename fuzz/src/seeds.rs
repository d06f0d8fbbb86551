//! The inputs that a fuzzer begins with, and the words it may put into them: made from the table of functions and the algorithms, so
//! that what is new is in them at once.

use std::fs;
use std::io;
use std::path::Path;

use wasi_crypto_host::{AlgorithmType, hostcalls};

use crate::keys::{DER, ENCODINGS, Part};
use crate::known::known;
use crate::{cli_files, oracle, runner};

/// If this variable is set, a target writes its seeds to `seeds/` in the folder that it names and its words to `words`, and ends.
pub const VARIABLE: &str = "WASI_CRYPTO_FUZZ_SEEDS";

/// A target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the targets")]
pub enum Target {
    Calls,
    Encodings,
    Differential,
    Oracle,
    Store,
    Threads,
    Runner,
    CliFiles,
}

/// Writes the seeds of a target and ends the process, if that is asked for.
pub fn write_if_asked(target: Target) {
    let Some(folder) = std::env::var_os(VARIABLE) else { return };
    match write(target, folder.as_ref()) {
        Ok(()) => std::process::exit(0),
        Err(cause) => {
            eprintln!("cannot write seeds to {}: {cause}", folder.display());
            std::process::exit(1)
        }
    }
}

fn write(target: Target, folder: &Path) -> io::Result<()> {
    let seeds = seeds(target);
    let place = folder.join("seeds");
    fs::create_dir_all(&place)?;
    for (index, seed) in seeds.iter().enumerate() {
        fs::write(place.join(format!("{index:04}")), seed)?;
    }
    fs::write(folder.join("words"), words())
}

fn seeds(target: Target) -> Vec<Vec<u8>> {
    match target {
        Target::Calls => of_calls(),
        Target::Encodings => of_encodings(),
        Target::Differential => of_differential(),
        Target::Oracle => of_oracle(),
        Target::Store => of_store(),
        Target::Threads => of_threads(),
        Target::Runner => runner::seeds(),
        Target::CliFiles => cli_files::seeds(),
    }
}

/// A few calls that belong together for each algorithm, in each way.
fn of_calls() -> Vec<Vec<u8>> {
    // The ways one after the other, with wide bounds; and narrow ones of several kinds. Each story has three of them.
    const HEADERS: [[u8; 2]; 8] = [[0, 0], [1, 0], [2, 0], [3, 0], [0, 130], [1, 155], [2, 185], [0, 170]];
    let with_headers = |(index, story): (usize, Vec<u8>)| {
        [0, 3, 6].map(|more| [&HEADERS[(index + more) % HEADERS.len()][..], &story].concat())
    };
    stories().into_iter().enumerate().flat_map(with_headers).collect()
}

fn of_differential() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = stories().iter().map(|story| [&[0, 0][..], story].concat()).collect();
    for (index, _) in known().iter().enumerate() {
        for (maker, generates) in [(0, 0), (1, 1), (2, 0), (3, 1)] {
            let header = [1, index as u8, maker, generates];
            seeds.push([&header[..], &[10, 200, 90, 0, 3], &[b'x'; 100]].concat());
        }
    }
    seeds
}

/// Every key and signature in every encoding: as it is, and as something to be changed.
fn of_encodings() -> Vec<Vec<u8>> {
    let asymmetric = known().iter().filter(|known| known.info.algorithm_type != AlgorithmType::Symmetric);
    let mut seeds = Vec::new();
    for (index, known) in asymmetric.enumerate() {
        for (part, encoding, form) in &known.forms {
            let at = |place: Option<usize>| place.unwrap_or(0) as u8;
            let part = at(Part::ALL.iter().position(|other| other == part));
            let header = [index as u8, part, at(ENCODINGS.iter().position(|other| other == encoding))];
            seeds.push([&header[..], &[0], form].concat());
            // One edit each, of the first values of the DER.
            for edit in [
                &[1, 0, 1, 4, 1][..],
                &[1, 0, 2, 0, 2],
                &[1, 0, 4, 12, 0, 0, 1],
                &[2],
                &[2, 1, 0, 0, 0, 1],
                &[2, 0, 76, 1],
            ] {
                seeds.push([&header[..], edit].concat());
            }
        }
    }
    seeds
}

/// Each algorithm, with little and with more.
fn of_oracle() -> Vec<Vec<u8>> {
    let algorithms = 0..oracle::ALGORITHMS as u8;
    algorithms.flat_map(|index| [10, 300].map(|len| [&[index, index % 4, 40][..], &vec![b'x'; len]].concat())).collect()
}

/// A few keys and secrets, with and without faults, bounds and an audit trail.
fn of_store() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (bounds, trail) in [(0, 0), (0, 1), (0, 2), (255, 1), (149, 0)] {
        for fault in [0, 170, 186, 190, 220, 230, 240, 250] {
            let mut seed = vec![bounds, trail];
            for kind in 0..3 {
                // Who: the first process without a fault, the second with one.
                seed.extend([8 * kind, 0, 0, 0, 0, 32, kind, 0]);
                for operation in [1, 2, 3, 4, 5, 2, 6, 7, 3] {
                    seed.extend([operation, 64 + 1 + 2, kind, 0, 0, 0, fault]);
                    seed.extend([8 * kind, 0, 20, kind, 100]);
                }
            }
            seeds.push(seed);
        }
    }
    seeds
}

/// The beginning of each story in one thread, and the rest in several.
fn of_threads() -> Vec<Vec<u8>> {
    let seed = |(index, story): (usize, Vec<u8>)| {
        let (threads, stop) = [(0, 0), (2, 0), (1, 200)][index % 3];
        let common = story.len().min(400) / 2;
        let [low, high, ..] = common.to_le_bytes();
        let mut seed = [&[0, threads, stop, low, high], &story[..common]].concat();
        // Any cut will do: what is read there is steps, too.
        for (nth, piece) in (0..).zip(story[common..].chunks(9).take(20)) {
            seed.push(nth);
            seed.extend_from_slice(piece);
        }
        seed
    };
    stories().into_iter().enumerate().map(seed).collect()
}

/// Sequences of steps that make sense.
fn stories() -> Vec<Vec<u8>> {
    let mut stories = Vec::new();
    let symmetric = known().iter().filter(|known| known.info.algorithm_type == AlgorithmType::Symmetric);
    for (index, known) in symmetric.enumerate() {
        let index = index as u8;
        // The choice of so many bytes for the nonce; and the salt of a password.
        let nonce = match known.info.nonce_len {
            Some(24) => 1,
            Some(16) => 4,
            Some(32) => 5,
            _ => 0,
        };
        let mut story = Story::default();
        story.call("options_open", &[]).call("options_set", &[0, 0, nonce]).call("options_set", &[0, 1, 2]);
        // What Argon2 takes, and scrypt: 8 passes over 8 KiB, or N = 8 and r = 8.
        story.call("options_set_u64", &[0, 2, 8]).call("options_set_u64", &[0, 5, 224]);
        story.0.extend(8192_u64.to_le_bytes());
        for key in ["symmetric_key_import", "symmetric_key_generate"] {
            story.call(key, &[index]).call("symmetric_state_open", &[index]);
            story.call("symmetric_state_absorb", &[0, 20]).call("symmetric_state_clone", &[]);
            story.call("symmetric_state_options_get", &[]).call("symmetric_state_options_get_u64", &[0, 2]);
            story.call("symmetric_state_max_tag_len", &[]).call("symmetric_state_encrypt", &[0, 0, 0, 40]);
            story.call("symmetric_state_decrypt", &[0, 64]).call("symmetric_state_open", &[index]);
            story.call("symmetric_state_encrypt_detached", &[0, 64, 0, 30]);
            story.call("symmetric_tag_len", &[]).call("symmetric_tag_pull", &[]);
            story.call("symmetric_state_decrypt_detached", &[]);
            story.call("symmetric_state_squeeze", &[]).call("symmetric_state_squeeze_tag", &[]);
            story.call("symmetric_tag_pull", &[]).call("symmetric_state_squeeze_tag", &[]);
            story.call("symmetric_tag_verify", &[]).call("symmetric_tag_close", &[]);
            for target in 0..16 {
                story.call("symmetric_state_squeeze_key", &[0, target]);
            }
            story.call("symmetric_state_ratchet", &[]).call("symmetric_key_export", &[]);
            story.call("array_output_len", &[]).call("array_output_pull", &[]);
            story.call("symmetric_state_close", &[]).call("symmetric_key_close", &[]);
        }
        stories.push(story.0);
        stories.push(symmetric_batches(index, nonce, if known.info.name.ends_with("-CTR") { 32 } else { 0 }));
        if known.info.key_len.is_some() {
            stories.push(managed("symmetric_key", &[0, index], &[index]));
        }
    }
    let asymmetric = known().iter().filter(|known| known.info.algorithm_type != AlgorithmType::Symmetric);
    for (index, known) in asymmetric.enumerate() {
        let index = index as u8;
        for (start, encodings) in [("keypair_import", 3), ("keypair_generate", 1)] {
            for encoding in 0..encodings {
                let mut story = Story::default();
                // Of an import, the encoding comes last.
                story.call(start, &[0, index, 0, 0, if start == "keypair_import" { encoding } else { 0 }]);
                story.call("keypair_publickey", &[]).call("keypair_secretkey", &[]);
                story.call("keypair_from_pk_and_sk", &[]).call("publickey_from_secretkey", &[]);
                story.call("publickey_verify", &[]);
                for part in ["keypair", "publickey", "secretkey"] {
                    story.call(&format!("{part}_export"), &[0, encoding]).call("array_output_pull", &[]);
                    story.call(&format!("{part}_import"), &[0, index, 0, 0, encoding]);
                }
                story.call("kx_dh", &[]).call("array_output_pull", &[]);
                story.call("kx_encapsulate", &[]).call("array_output_pull", &[]).call("kx_decapsulate", &[]);
                story.call("signature_state_open", &[]).call("signature_state_update", &[0, 50]);
                story.call("signature_state_sign", &[]).call("signature_verification_state_open", &[]);
                story.call("signature_verification_state_update", &[0, 50]);
                story.call("signature_verification_state_verify", &[]).call("signature_export", &[0, encoding]);
                story.call("array_output_pull", &[]).call("signature_import", &[index, 0, 0, encoding]);
                story.call("signature_close", &[]).call("keypair_close", &[]);
                stories.push(story.0);
            }
        }
        if !known.info.name.starts_with("RSA") {
            stories.push(managed("keypair", &[0, 0, index], &[0, index]));
        }
        if known.info.algorithm_type == AlgorithmType::Signatures {
            stories.extend([1, 2].map(|pairs| signature_batches(index, pairs)));
        }
    }
    stories.push(external_secrets());
    stories.push(all_functions());
    stories
}

/// Keys that are kept for the guest: one that the host makes and one of the guest's, loaded, replaced and revoked.
fn managed(kind: &str, managed: &[u8], own: &[u8]) -> Vec<u8> {
    let mut story = Story::default();
    story.call("secrets_manager_open", &[]).call(&format!("{kind}_generate_managed"), managed);
    story.call(&format!("{kind}_id"), &[]).call(&format!("{kind}_from_id"), &[]);
    story.call(&format!("{kind}_export"), &[0, 0]).call(&format!("{kind}_generate"), own);
    // The newest key in the place of the one before it.
    story.call(&format!("{kind}_replace_managed"), &[0, 1, 0]).call(&format!("{kind}_from_id"), &[0, 0, 0, 1]);
    story.call(&format!("{kind}_generate"), own).call(&format!("{kind}_store_managed"), &[]);
    story.call(&format!("{kind}_from_id"), &[]).call("keypair_publickey", &[]).call("keypair_secretkey", &[]);
    story.call("signature_state_open", &[]).call("signature_state_sign", &[]);
    story.call("secrets_manager_invalidate", &[0, 0, 0, 1]).call(&format!("{kind}_from_id"), &[]);
    story.call("secrets_manager_invalidate", &[0, 0, 0, 202]).call(&format!("{kind}_from_id"), &[0, 0, 0, 2]);
    story.call(&format!("{kind}_close"), &[]).call("secrets_manager_close", &[]);
    story.0
}

/// Secrets that are no keys; one of them has expired.
fn external_secrets() -> Vec<u8> {
    let mut story = Story::default();
    story.call("secrets_manager_open", &[]);
    for expiration in [0, 112, 111] {
        story.call("external_secret_store", &[0, 20, 0, expiration]).call("external_secret_from_id", &[]);
        story.call("array_output_pull", &[]).call("external_secret_replace", &[0, 40, 0, 0]);
        story.call("external_secret_from_id", &[0, 0, 0, 1]).call("array_output_pull", &[]);
        story.call("external_secret_encapsulate", &[0, 9, 0, expiration]).call("array_output_pull", &[]);
        story.call("external_secret_decapsulate", &[]).call("array_output_pull", &[]);
        story.call("external_secret_invalidate", &[]).call("external_secret_from_id", &[]);
    }
    story.0
}

/// States of one algorithm, worked on together: as many as a list has entries, and two lists more than there are states. `output` chooses the
/// room for what comes of a message.
fn symmetric_batches(algorithm: u8, nonce: u8, output: u8) -> Vec<u8> {
    let mut story = Story::default();
    story.call("options_open", &[]).call("options_set", &[0, 0, nonce]).call("options_set", &[0, 1, 2]);
    story.call("options_set_u64", &[0, 2, 100]).call("symmetric_key_import", &[algorithm]);
    for count in [2, 5] {
        for _ in 0..count {
            story.call("symmetric_state_open", &[algorithm]).call("symmetric_state_absorb", &[0, 20]);
        }
        story.list("batch_symmetric_state_encrypt", count, &[0, output, 30]);
        story.list("batch_symmetric_state_decrypt", count, &[0, 64 | output, 0]);
        for _ in 0..count {
            story.call("symmetric_state_open", &[algorithm]);
        }
        story.list("batch_symmetric_state_encrypt_detached", count, &[0, 0, 10]);
        for at in 0..count {
            // Its tags, each to a place of its own.
            story.call("symmetric_tag_pull", &[0, 192]).0.extend([16 * at, 0x70, 16]);
        }
        story.list("batch_symmetric_state_decrypt_detached", count, &[0, 0, 0, 0]);
        story.list("batch_symmetric_state_squeeze", count, &[0, 0]);
        story.list("batch_symmetric_state_squeeze_tag", count, &[0]);
        // The same state several times, and a handle that is none.
        story.list("batch_symmetric_state_squeeze", 3, &[160, 176]);
        story.list("batch_symmetric_state_squeeze_tag", 2, &[224]);
        // Nothing, to a place that there is not.
        story.call("symmetric_state_open", &[algorithm]).call("symmetric_state_open", &[algorithm]);
        story.list(
            "batch_symmetric_state_encrypt_detached",
            2,
            &[0, 240, 240, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0],
        );
    }
    story.0
}

/// Signatures that are made and verified together.
fn signature_batches(algorithm: u8, pairs: u8) -> Vec<u8> {
    let mut story = Story::default();
    for _ in 0..pairs {
        story.call("keypair_import", &[0, algorithm, 0, 0, 1]).call("keypair_publickey", &[]);
    }
    for count in [2, 4] {
        for at in 0..count {
            story.call("signature_state_open", &[at % 2]).call("signature_state_update", &[0, 50]);
        }
        story.list("batch_signature_state_sign", count, &[0]);
        for at in 0..count {
            story.call("signature_verification_state_open", &[at % 2]);
            story.call("signature_verification_state_update", &[0, 50]);
        }
        story.list("batch_signature_state_verify", count, &[0, 0]);
        story.list("batch_signature_state_verify", count, &[0, 1]);
    }
    story.0
}

/// Each function once, with what fits.
fn all_functions() -> Vec<u8> {
    let mut story = Story::default();
    for hostcall in hostcalls() {
        story.call(hostcall.name(), &[]);
    }
    story.0
}

/// Steps as [`Step`](crate::step::Step) reads them.
#[derive(Default)]
struct Story(Vec<u8>);

impl Story {
    /// A call with these choices for its parameters and results, and 0 for the others: what fits.
    fn call(&mut self, name: &str, choices: &[u8]) -> &mut Self {
        let index = hostcalls().iter().position(|hostcall| hostcall.name() == name).expect("a function of the table");
        let len = hostcalls()[index].params().len() + hostcalls()[index].results().len();
        self.0.push(index as u8);
        self.0.extend((0..len).map(|at| choices.get(at).copied().unwrap_or(0)));
        self
    }

    /// A call with a list of so many entries, whose fields but sizes have these choices.
    fn list(&mut self, name: &str, entries: u8, choices: &[u8]) -> &mut Self {
        // Two are read for 0.
        self.call(name, &[(entries + 5) % 7]);
        (0..entries).for_each(|_| self.0.extend(choices));
        self
    }
}

/// A dictionary for the fuzzer: names, labels of PEM, and the first bytes of the DER of each kind of key.
fn words() -> String {
    let mut words: Vec<Vec<u8>> = known().iter().map(|known| known.info.name.into()).collect();
    words.extend(
        ["@wcc ", "[[expect]]", "engine = ", "verdict = ", "command = ", "algorithms = ", "\"schema\":3"]
            .map(Vec::from),
    );
    words.extend(["nonce", "salt", "-----BEGIN ", "-----END ", "PRIVATE KEY-----", "PUBLIC KEY-----"].map(Vec::from));
    for known in known() {
        // A version and an algorithm identifier, or only that, stand within so many bytes.
        let starts = known.forms.iter().filter(|(_, encoding, _)| *encoding == DER);
        words.extend(starts.map(|(_, _, form)| form[..form.len().min(28)].to_vec()));
    }
    words.sort();
    words.dedup();
    let line = |word: &Vec<u8>| {
        let escaped: String = word.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        format!("\"{escaped}\"\n")
    };
    words.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wasi_crypto_host::{Errno, algorithms};

    use super::*;
    use crate::bytes::Bytes;
    use crate::checked::Checked;
    use crate::step::{History, Step};
    use crate::ways::{Bounds, Way};

    /// A row of the table that no seed works with would be fuzzed by chance only.
    #[test]
    fn every_algorithm_of_the_table_is_worked_with() {
        let works = ["symmetric_state_open", "signature_state_open", "kx_dh", "kx_encapsulate"];
        let mut seen = BTreeSet::new();
        for story in stories() {
            let mut bytes = Bytes::new(&story);
            let (mut guest, mut history) = (Checked::new(Way::ALL[0], Bounds::WIDE), History::default());
            while !bytes.is_empty() {
                let step = Step::read(&mut bytes, &mut guest, &history);
                if step.is_left_out || guest.checked_call(step.hostcall, &step.args) != Errno::Success {
                    continue;
                }
                history.note(&step, &guest.memory);
                if works.contains(&step.hostcall.name()) {
                    seen.extend(guest.algorithm_of_call(step.hostcall, &step.args));
                }
            }
        }
        let missing: Vec<_> = algorithms().map(|info| info.name).filter(|name| !seen.contains(name)).collect();
        assert_eq!(missing, [""; 0]);
    }

    /// Some of the seeds, as this is not optimized; a fuzzer begins with all of them.
    fn run(target: Target, each: usize, work: fn(&[u8])) {
        let seeds = seeds(target);
        assert!(seeds.len() > 10);
        for (index, seed) in seeds.iter().enumerate().step_by(each) {
            let result = std::panic::catch_unwind(|| work(seed));
            assert!(result.is_ok(), "seed {index} of {target:?}: {seed:?}");
        }
    }

    #[test]
    fn calls_hold_on_seeds() {
        run(Target::Calls, 41, crate::calls);
    }

    #[test]
    fn stores_hold_on_seeds() {
        run(Target::Store, 1, crate::store);
    }

    #[test]
    fn threads_hold_on_seeds() {
        run(Target::Threads, 23, crate::threads);
    }

    #[test]
    fn independent_implementations_agree_on_seeds() {
        run(Target::Oracle, 3, crate::oracle);
    }

    #[test]
    fn encodings_hold_on_seeds() {
        run(Target::Encodings, 37, crate::encodings);
        for seed in seeds(Target::Encodings).iter().filter(|seed| seed.len() > 1500) {
            crate::encodings(seed);
        }
    }

    #[test]
    fn all_ways_agree_on_seeds() {
        run(Target::Differential, 67, crate::differential);
    }

    #[test]
    fn what_the_suite_reads_holds_on_seeds() {
        run(Target::Runner, 1, crate::runner);
    }

    #[test]
    fn what_the_command_line_reads_holds_on_seeds() {
        run(Target::CliFiles, 43, crate::cli_files);
    }
}
