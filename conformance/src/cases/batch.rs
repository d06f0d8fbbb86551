//! The batch functions (requirements BATCH-*): each entry is answered as a single call would be.
//!
//! The text defines no layout for lists. Cases are recommendations, since a host may have made another of it than
//! this project's proposal.

use wasi_crypto_interface::Errno::{
    GuestError, InvalidHandle, InvalidTag, Overflow, Success, TooManyHandles, UnsupportedFeature, VerificationFailed,
};
use wasi_crypto_interface::HandleType;

use super::fixture::{self, ED25519_KEYPAIR, ED25519_SIGNATURE, RAW};
use crate::args;
use crate::arguments::Arg;
use crate::calls::{BatchResults, Given};
use crate::case::{Buffer, Case, Expect, Handle, Kind, Pointer, Strength, Value};

pub(super) fn cases() -> Vec<Case> {
    let each = Batch::ALL.into_iter().flat_map(|batch| {
        [
            equal_to_single_calls(batch),
            a_closed_handle_fails_alone(batch),
            the_same_state_twice(batch),
            mixed_algorithms(batch),
            outside_of_memory(batch),
            empty(batch),
        ]
    });
    each.chain(Batch::WITH_RANGES.map(ranges_outside_fail_alone))
        .chain([
            a_forgery_fails_alone(Batch::Decrypt),
            a_forgery_fails_alone(Batch::DecryptDetached),
            a_wrong_signature_fails_alone(),
            more_results_than_handles(),
        ])
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Batch {
    Squeeze,
    SqueezeTag,
    Encrypt,
    EncryptDetached,
    Decrypt,
    DecryptDetached,
    Sign,
    Verify,
}

impl Batch {
    const ALL: [Self; 8] = [
        Self::Squeeze,
        Self::SqueezeTag,
        Self::Encrypt,
        Self::EncryptDetached,
        Self::Decrypt,
        Self::DecryptDetached,
        Self::Sign,
        Self::Verify,
    ];

    /// Those whose entries name memory.
    const WITH_RANGES: [Self; 5] =
        [Self::Squeeze, Self::Encrypt, Self::EncryptDetached, Self::Decrypt, Self::DecryptDetached];

    fn function(self) -> &'static str {
        match self {
            Self::Squeeze => "batch_symmetric_state_squeeze",
            Self::SqueezeTag => "batch_symmetric_state_squeeze_tag",
            Self::Encrypt => "batch_symmetric_state_encrypt",
            Self::EncryptDetached => "batch_symmetric_state_encrypt_detached",
            Self::Decrypt => "batch_symmetric_state_decrypt",
            Self::DecryptDetached => "batch_symmetric_state_decrypt_detached",
            Self::Sign => "batch_signature_state_sign",
            Self::Verify => "batch_signature_state_verify",
        }
    }

    /// The algorithm of the states, and another one of the same kind.
    fn algorithms(self) -> [&'static str; 2] {
        match self {
            Self::Squeeze => ["SHA-256", "SHA-512"],
            Self::SqueezeTag => ["HMAC/SHA-256", "HMAC/SHA-512"],
            Self::Encrypt | Self::EncryptDetached | Self::Decrypt | Self::DecryptDetached => {
                ["AES-256-GCM", "CHACHA20-POLY1305"]
            }
            Self::Sign | Self::Verify => ["Ed25519", "ECDSA_P256_SHA256"],
        }
    }

    /// The requirement about what it gives (1), or about when it refuses (2).
    fn requirement(self, number: u32) -> String {
        let name = self.function().trim_start_matches("batch_").to_uppercase();
        format!("BATCH-{name}-00{number}")
    }

    fn case(self, behaviour: &str, requirement: &str) -> Case {
        let id = format!("batch/{}/{behaviour}", self.function().trim_start_matches("batch_"));
        Case::new(id, &[requirement]).algorithm(self.algorithms()[0]).strength(Strength::Should)
    }

    /// A state that has taken in the message of an entry.
    fn state(self, c: &mut Case, at: usize) -> Handle {
        let [algorithm, _] = self.algorithms();
        match self {
            Self::Squeeze => {
                let state = c.state_open(algorithm, None, None);
                c.absorb(state, MESSAGES[at]);
                state
            }
            Self::SqueezeTag => {
                let key = c.key_import(algorithm, [7; 32]);
                let state = c.state_open(algorithm, Some(key), None);
                c.absorb(state, MESSAGES[at]);
                state
            }
            Self::Sign => {
                let state = fixture::object(c, HandleType::SignatureState);
                c.signature_update(state, MESSAGES[at]);
                state
            }
            // RFC 8032 has a signature of the empty message.
            Self::Verify => fixture::object(c, HandleType::SignatureVerificationState),
            _ => c.aead_open(algorithm, [7; 32], [at as u8; 12]),
        }
    }

    /// An entry that succeeds with this state.
    fn entry(self, c: &mut Case, state: Handle, at: usize) -> Entry {
        let message = MESSAGES[at];
        let len = message.len() as u32;
        let (fields, output) = match self {
            Self::Squeeze => {
                let output = c.buffer(32);
                (args![state, output], Some(output))
            }
            Self::SqueezeTag | Self::Sign => (args![state], None),
            Self::Encrypt => {
                let output = c.buffer(len + TAG_LEN);
                (args![state, output, message], Some(output))
            }
            Self::EncryptDetached => {
                let output = c.buffer(len);
                (args![state, output, message], Some(output))
            }
            Self::Decrypt => {
                let (sealed, output) = (self.sealed(c, at), c.buffer(len));
                (args![state, output, sealed], Some(output))
            }
            Self::DecryptDetached => {
                let (sealed, output) = (self.sealed(c, at), c.buffer(len));
                (args![state, output, sealed.slice(0, len), sealed.slice(len, TAG_LEN)], Some(output))
            }
            Self::Verify => {
                let signature = fixture::object(c, HandleType::Signature);
                (args![state, signature], None)
            }
        };
        Entry { fields, output }
    }

    fn fresh(self, c: &mut Case, at: usize) -> Entry {
        let state = self.state(c, at);
        self.entry(c, state, at)
    }

    /// The message of an entry as a single call encrypts it, with its tag.
    fn sealed(self, c: &mut Case, at: usize) -> Buffer {
        let state = self.state(c, at);
        c.encrypt(state, MESSAGES[at], MESSAGES[at].len() as u32 + TAG_LEN).0
    }

    /// Checks an entry that succeeded against single calls.
    fn check(self, c: &mut Case, results: BatchResults, place: u32, entry: &Entry, at: usize, given: Given) {
        c.batch_status(results, place, Success);
        let len = MESSAGES[at].len() as u32;
        match (self, entry.output) {
            (Self::Squeeze, Some(output)) => {
                let state = self.state(c, at);
                let single = c.squeeze(state, 32);
                c.same(output, single);
            }
            (Self::Encrypt, Some(output)) => {
                c.equal(results.size(place), len + TAG_LEN);
                let single = self.sealed(c, at);
                c.same(output, single);
            }
            (Self::EncryptDetached, Some(output)) => {
                let single = self.sealed(c, at);
                c.same(output, single.slice(0, len));
                let (tag, size) = c.tag_pull(results.handle(place), TAG_LEN);
                c.equal(size, TAG_LEN);
                c.same(tag, single.slice(len, TAG_LEN));
            }
            (Self::Decrypt | Self::DecryptDetached, Some(output)) => {
                c.equal(results.size(place), len);
                c.same(output, MESSAGES[at]);
            }
            (Self::SqueezeTag, _) => {
                let state = self.state(c, at);
                let single = c.squeeze_tag(state);
                let ((one, _), (other, size)) = (c.tag_pull(single, 32), c.tag_pull(results.handle(place), 32));
                c.equal(size, 32);
                c.same(other, one);
            }
            (Self::Sign, _) => {
                let state = self.state(c, at);
                let single = c.sign_raw(state, given, 64);
                let made = c.signature_bytes(results.handle(place), given, 64);
                c.same(made, single);
            }
            _ => {}
        }
    }

    /// The rest of a case, which looks at what was made: once for each thing that signing may give.
    fn finish(self, c: &mut Case, rest: impl Fn(&mut Case, Given)) {
        match self {
            Self::Sign => c.for_each_given(rest),
            _ => rest(c, Given::Signature),
        }
    }
}

struct Entry {
    fields: Vec<Arg>,
    output: Option<Buffer>,
}

impl Entry {
    /// The same with another handle.
    fn with_handle(&self, handle: Value) -> Vec<Arg> {
        let rest = self.fields[1..].iter().cloned();
        std::iter::once(Arg::from(handle)).chain(rest).collect()
    }
}

/// What is hashed, signed or encrypted by the entries.
const MESSAGES: [&[u8]; 3] = [b"abc", b"a", &[0x5a; 100]];

/// The size of the tags of all ciphers here, in bytes.
const TAG_LEN: u32 = 16;

fn equal_to_single_calls(batch: Batch) -> Case {
    let mut c = batch.case("equal-to-single-calls", &batch.requirement(1));
    let entries: Vec<Entry> = (0..MESSAGES.len()).map(|at| batch.fresh(&mut c, at)).collect();
    let results = c.batch(batch.function(), entries.iter().map(|entry| entry.fields.clone()).collect());
    batch.finish(&mut c, |c, given| {
        for (at, entry) in entries.iter().enumerate() {
            batch.check(c, results, at as u32, entry, at, given);
        }
    });
    c
}

fn a_closed_handle_fails_alone(batch: Batch) -> Case {
    let mut c = batch.case("closed-handle-fails-alone", &batch.requirement(1));
    let entries: Vec<Entry> = (0..MESSAGES.len()).map(|at| batch.fresh(&mut c, at)).collect();
    let closed = batch.state(&mut c, 1);
    c.close(closed);
    let mut fields: Vec<Vec<Arg>> = entries.iter().map(|entry| entry.fields.clone()).collect();
    fields[1] = entries[1].with_handle(closed.into());
    let results = c.batch(batch.function(), fields);
    c.batch_failed(results, 1, InvalidHandle);
    if let Some(output) = entries[1].output {
        c.untouched(output);
    }
    batch.finish(&mut c, |c, given| {
        for at in [0, 2] {
            batch.check(c, results, at as u32, &entries[at], at, given);
        }
    });
    c
}

/// One after the other: what the first entry does to the state, the second one sees.
fn the_same_state_twice(batch: Batch) -> Case {
    let mut c = batch.case("same-state-twice", &batch.requirement(1));
    let state = batch.state(&mut c, 0);
    let entries = [batch.entry(&mut c, state, 0), batch.entry(&mut c, state, 0)];
    let results = c.batch(batch.function(), entries.iter().map(|entry| entry.fields.clone()).collect());
    if matches!(batch, Batch::Encrypt | Batch::EncryptDetached) {
        batch.check(&mut c, results, 0, &entries[0], 0, Given::Signature);
        // Never two messages with one nonce.
        c.batch_failed(results, 1, wasi_crypto_interface::Errno::NonceRequired);
        c.untouched(entries[1].output.expect("a cipher has an output"));
        return c;
    }
    batch.finish(&mut c, |c, given| {
        for (place, entry) in (0..).zip(&entries) {
            batch.check(c, results, place, entry, 0, given);
        }
    });
    c
}

fn mixed_algorithms(batch: Batch) -> Case {
    let [_, other] = batch.algorithms();
    let mut c = batch.case("mixed-algorithms", &batch.requirement(2)).algorithm(other);
    let entries: Vec<Entry> = (0..2).map(|at| batch.fresh(&mut c, at)).collect();
    let other = match batch {
        Batch::Squeeze => c.state_open(other, None, None),
        Batch::SqueezeTag => {
            let key = c.key_import(other, [7; 32]);
            c.state_open(other, Some(key), None)
        }
        Batch::Sign | Batch::Verify => {
            let keypair = c.keypair_generate(wasi_crypto_interface::AlgorithmType::Signatures, other);
            if batch == Batch::Sign {
                c.signature_state_open(keypair)
            } else {
                let public = c.keypair_publickey(keypair);
                c.verification_state_open(public)
            }
        }
        _ => c.aead_open(other, [7; 32], [1; 12]),
    };
    let fields = vec![entries[0].fields.clone(), entries[1].with_handle(other.into())];
    c.expect(UnsupportedFeature);
    let results = c.batch(batch.function(), fields);
    c.untouched(results.array());
    entries.iter().filter_map(|entry| entry.output).for_each(|output| c.untouched(output));
    // Nothing was done: the state of the first entry is as good as new.
    let results = c.batch(batch.function(), vec![entries[0].fields.clone()]);
    batch.finish(&mut c, |c, given| batch.check(c, results, 0, &entries[0], 0, given));
    c
}

fn outside_of_memory(batch: Batch) -> Case {
    let mut c = batch.case("lists-outside", "BATCH-ABI-001").kind(Kind::Memory).may_trap();
    let entry = batch.fresh(&mut c, 0);
    let list = c.batch_list(batch.function(), vec![entry.fields.clone()]);
    let results = c.batch_results(batch.function(), 1);
    let (list, array) = (list.start(), results.array().start());
    let outside = || Expect::only(GuestError).or_info_any_error();
    for pointer in [Pointer::end(0), Pointer::end(0).minus(1), Pointer::absolute(u32::MAX)] {
        c.expect(outside()).call(batch.function(), args![list, 1, pointer]);
        c.expect(outside()).call(batch.function(), args![pointer, 1, array]);
    }
    for len in [u32::MAX, 1 << 30, 1 << 28] {
        c.expect(outside()).call(batch.function(), args![list, len, array]);
    }
    c.untouched(results.array());
    entry.output.into_iter().for_each(|output| c.untouched(output));
    c.call(batch.function(), args![list, 1, array]);
    batch.finish(&mut c, |c, given| batch.check(c, results, 0, &entry, 0, given));
    c
}

fn empty(batch: Batch) -> Case {
    let mut c = batch.case("empty", "BATCH-ABI-001");
    let memory = c.buffer(64);
    c.call(batch.function(), args![memory.start(), 0, memory.start()]);
    c.untouched(memory);
    c
}

fn ranges_outside_fail_alone(batch: Batch) -> Case {
    let mut c = batch.case("range-outside-fails-alone", &batch.requirement(1)).kind(Kind::Memory);
    let entries: Vec<Entry> = (0..MESSAGES.len()).map(|at| batch.fresh(&mut c, at)).collect();
    let mut fields: Vec<Vec<Arg>> = entries.iter().map(|entry| entry.fields.clone()).collect();
    // Its output.
    let len = entries[1].output.map_or(0, Buffer::len);
    fields[1][1] = Arg::from((Pointer::end(0).minus(len - 1), len));
    let results = c.batch(batch.function(), fields);
    c.batch_failed(results, 1, GuestError);
    for at in [0, 2] {
        batch.check(&mut c, results, at as u32, &entries[at], at, Given::Signature);
    }
    c
}

fn a_forgery_fails_alone(batch: Batch) -> Case {
    let mut c = batch.case("forgery-fails-alone", &batch.requirement(1));
    let entries: Vec<Entry> = (0..MESSAGES.len()).map(|at| batch.fresh(&mut c, at)).collect();
    // The state of the second entry has another nonce than the ciphertext of this one.
    let len = MESSAGES[0].len() as u32;
    let (sealed, output) = (batch.sealed(&mut c, 0), c.buffer(len));
    let state = batch.state(&mut c, 1);
    let forged = match batch {
        Batch::Decrypt => args![state, output, sealed],
        _ => args![state, output, sealed.slice(0, len), sealed.slice(len, TAG_LEN)],
    };
    let results = c.batch(batch.function(), vec![entries[0].fields.clone(), forged, entries[2].fields.clone()]);
    c.batch_failed(results, 1, InvalidTag);
    c.differ(output, MESSAGES[0]);
    for (place, at) in [(0, 0), (2, 2)] {
        batch.check(&mut c, results, place, &entries[at], at, Given::Signature);
    }
    c
}

fn a_wrong_signature_fails_alone() -> Case {
    let batch = Batch::Verify;
    let mut c = batch.case("wrong-signature-fails-alone", &batch.requirement(1));
    let mut changed = ED25519_SIGNATURE;
    // Of the first half, which is a point.
    changed[..32].copy_from_slice(&ED25519_KEYPAIR[32..]);
    let wrong = c.open("signature_import", args!["Ed25519", changed, RAW]);
    let entries: Vec<Entry> = (0..2).map(|at| batch.fresh(&mut c, at)).collect();
    let state = batch.state(&mut c, 0);
    let fields = vec![entries[0].fields.clone(), args![state, wrong], entries[1].fields.clone()];
    let results = c.batch(batch.function(), fields);
    c.batch_status(results, 0, Success);
    c.batch_failed(results, 1, VerificationFailed);
    c.batch_status(results, 2, Success);
    c
}

fn more_results_than_handles() -> Case {
    const MANY: u32 = 200_000;
    let batch = Batch::SqueezeTag;
    let mut c = batch.case("more-results-than-handles", &batch.requirement(1)).kind(Kind::Stress);
    let state = batch.state(&mut c, 0);
    let (handles, opened) = (c.scratch(4 * MANY), c.size_slot());
    c.repeat(MANY, |c| {
        c.stop_at(TooManyHandles).stop_at(Overflow).call("options_open", args![1, handles.start().each(4)]);
    });
    c.store_u32(opened.at(), Value::Round);
    c.observe().number(opened, crate::case::Relation::AtMost, MANY - 1);
    // Room for one.
    c.call("options_close", args![handles.start().load()]);
    let entry = Entry { fields: args![state], output: None };
    let results = c.batch(batch.function(), vec![args![state], args![state], args![state]]);
    c.batch_status(results, 0, Success);
    c.batch_failed(results, 1, TooManyHandles);
    c.batch_failed(results, 2, TooManyHandles);
    // With the handles of the others closed, there is room to compare.
    c.repeat(10, |c| c.call("options_close", args![handles.start().plus(4).each(4).load()]));
    batch.check(&mut c, results, 0, &entry, 0, Given::Signature);
    c
}
