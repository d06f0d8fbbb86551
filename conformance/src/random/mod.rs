//! Random sequences of calls, valid and nearly valid, that a model answers (`--random`).
//!
//! The model keeps what a guest has made: keys, option sets, states, tags, array outputs, key pairs. It knows by the oracles of the
//! suite what must come out, and which error where. A sequence is a [`Case`] like any other, so that it runs on any
//! engine; the same seed gives the same case for ever, on every machine.

mod asymmetric;
mod cipher;
mod objects;
mod symmetric;

use wasi_crypto_interface::Errno::{Closed, InvalidHandle};

use crate::args;
use crate::calls::close_function;
use crate::case::{Case, Expect, Handle, Kind};
use crate::cases::symmetric::oracle::Random;
use asymmetric::Pair;
use cipher::Cipher;
use objects::{Array, Key, Options, Tag};
use symmetric::State;

/// `count` sequences, of this seed and those after it.
pub fn cases(seed: u64, count: u32) -> Vec<Case> {
    (0..u64::from(count)).map(|i| sequence(seed.wrapping_add(i))).collect()
}

/// The seed of a sequence, from its id.
pub(crate) fn seed_of(id: &str) -> Option<u64> {
    id.strip_prefix("random/")?.parse().ok()
}

/// The calls of one sequence, but for those that an operation consists of.
const STEPS: u32 = 40;

fn sequence(seed: u64) -> Case {
    let mut world = World::new(seed);
    for _ in 0..STEPS {
        world.step();
    }
    world.end()
}

/// The model.
struct World {
    c: Case,
    random: Random,
    keys: Vec<Key>,
    options: Vec<Options>,
    states: Vec<State>,
    ciphers: Vec<Cipher>,
    tags: Vec<Tag>,
    arrays: Vec<Array>,
    pairs: Vec<Pair>,
    /// What is not open any more.
    closed: Vec<Handle>,
    /// Dumped signatures, judged at the end.
    judged: Vec<asymmetric::Judged>,
}

impl World {
    fn new(seed: u64) -> Self {
        let c = Case::new(format!("random/{seed}"), &["SEC-UB-011"]).kind(Kind::Api);
        Self {
            c,
            random: Random::new(&format!("sequence {seed}")),
            keys: Vec::new(),
            options: Vec::new(),
            states: Vec::new(),
            ciphers: Vec::new(),
            tags: Vec::new(),
            arrays: Vec::new(),
            pairs: Vec::new(),
            closed: Vec::new(),
            judged: Vec::new(),
        }
    }

    fn step(&mut self) {
        match self.random.below(100) {
            0..=7 => self.import_key(),
            8..=9 => self.import_wrong_key(),
            10..=12 => self.export_key(),
            13..=16 => self.make_options(),
            17..=21 => self.open_state(),
            22..=24 => self.open_wrongly(),
            25..=38 => self.absorb(),
            39..=50 => self.squeeze(),
            51..=54 => self.clone_state(),
            55..=58 => self.open_cipher(),
            59..=62 => self.absorb_cipher(),
            63..=68 => self.encrypt(),
            69..=75 => self.decrypt(),
            76..=77 => self.clone_cipher(),
            78..=82 => self.use_tag(),
            83..=87 => self.use_array(),
            88..=91 => self.close_something(),
            92..=94 => self.use_closed(),
            _ => self.asymmetric(),
        }
    }

    /// Everything that is left is read and closed.
    fn end(mut self) -> Case {
        while !self.arrays.is_empty() {
            self.read_array(0);
        }
        for i in 0..self.states.len() {
            self.squeeze_of(i);
        }
        for handle in self.open_handles() {
            self.c.close(handle);
        }
        asymmetric::judge(self.c, self.judged)
    }

    /// What has a function that closes it.
    fn open_handles(&self) -> Vec<Handle> {
        let mut handles: Vec<Handle> = self.keys.iter().map(|key| key.handle).collect();
        handles.extend(self.options.iter().map(|options| options.handle));
        handles.extend(self.states.iter().map(|state| state.handle));
        handles.extend(self.ciphers.iter().map(|cipher| cipher.handle));
        handles.extend(self.tags.iter().map(|tag| tag.handle));
        handles.extend(self.pairs.iter().flat_map(Pair::handles));
        handles
    }

    fn close_something(&mut self) {
        let open = self.open_handles();
        if open.is_empty() {
            return;
        }
        let handle = open[self.below(open.len())];
        self.c.close(handle);
        self.forget(handle);
        self.closed.push(handle);
    }

    fn forget(&mut self, handle: Handle) {
        self.keys.retain(|key| key.handle != handle);
        self.options.retain(|options| options.handle != handle);
        self.states.retain(|state| state.handle != handle);
        self.ciphers.retain(|cipher| cipher.handle != handle);
        self.tags.retain(|tag| tag.handle != handle);
        // A pair whose one half is closed is of no more use here.
        for pair in self.pairs.extract_if(.., |pair| pair.handles().contains(&handle)) {
            for half in pair.handles().into_iter().filter(|half| *half != handle) {
                self.c.close(half);
            }
        }
    }

    /// A closed handle, where it is closed again, or where another function or one for another type takes it.
    fn use_closed(&mut self) {
        let (open, closed) = (self.open_handles(), self.closed.clone());
        if closed.is_empty() {
            return;
        }
        let handle = closed[self.below(closed.len())];
        match self.random.below(5) {
            // C4.
            0 => self.c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(handle),
            1 => self.c.expect(InvalidHandle).absorb(handle, "nothing"),
            2 => drop(self.c.expect(InvalidHandle).tag_len(handle)),
            3 => drop(self.c.expect(InvalidHandle).key_export(handle)),
            _ => {
                let Some(other) = open.get(self.below(open.len().max(1))).copied() else { return };
                let function = close_function(handle.ty).filter(|_| other.ty != handle.ty);
                if let Some(function) = function {
                    let expect = Expect::only(InvalidHandle).or_info([Closed]);
                    self.c.expect(expect).call(function, args![other]);
                }
            }
        }
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random.below(bound as u32) as usize
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.random.below(n) == 0
    }

    /// Bytes without a pattern.
    fn bytes(&mut self, len: u32) -> Vec<u8> {
        (0..len).map(|_| self.random.next() as u8).collect()
    }

    /// So many, often 0 or near to the size of a block.
    fn some_len(&mut self) -> u32 {
        match self.random.below(4) {
            0 => 0,
            1 => 62 + self.random.below(5),
            2 => self.random.below(32),
            _ => self.random.below(300),
        }
    }

    /// The case takes part of these algorithms.
    fn needs(&mut self, algorithm: &str) {
        if !self.c.algorithms.iter().any(|known| known == algorithm) {
            self.c.algorithms.push(algorithm.to_owned());
        }
    }

    /// The case is about this, too.
    fn about(&mut self, requirement: &str) {
        if !self.c.requirements.iter().any(|known| known == requirement) {
            self.c.requirements.push(requirement.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::defects;

    #[test]
    fn a_seed_gives_the_same_case_and_another_another() {
        let [one, same, other] = [7, 7, 8].map(sequence);
        assert_eq!(crate::repro::wasm(&one), crate::repro::wasm(&same));
        assert_ne!(crate::repro::wasm(&one), crate::repro::wasm(&other));
    }

    #[test]
    fn sequences_fit_the_catalogue_and_do_everything() {
        let cases = cases(0, 300);
        assert_eq!(defects(&cases), Vec::<String>::new());
        for function in [
            "symmetric_key_import",
            "symmetric_key_export",
            "options_set",
            "symmetric_state_open",
            "symmetric_state_clone",
            "symmetric_state_squeeze_key",
            "symmetric_state_encrypt_detached",
            "symmetric_state_decrypt",
            "symmetric_tag_verify",
            "array_output_pull",
            "keypair_import",
            "signature_state_sign",
            "signature_verification_state_verify",
            "kx_dh",
        ] {
            assert!(cases.iter().any(|case| case.calls(function)), "{function}");
        }
    }
}
