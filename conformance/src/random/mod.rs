//! Random sequences of calls, valid and nearly valid, that a model answers (`--random`).
//!
//! The model keeps what a guest has made: keys, option sets, states, tags, array outputs, key pairs. It knows by the oracles of the
//! suite what must come out, and which error where. A sequence is a [`Case`] like any other, so that it runs on any
//! engine; the same seed gives the same case for ever, on every machine.
//!
//! What a step does hangs on the seed, on its number and on what is there, so that steps can be left out: a sequence that
//! fails is made as short as it can be ([`shrink`]).

mod asymmetric;
mod bare;
mod cipher;
mod fixed;
mod objects;
mod outside;
mod shrink;
mod symmetric;

use wasi_crypto_interface::Errno::{Closed, InvalidHandle};

use crate::args;
use crate::calls::close_function;
use crate::case::{Case, Expect, Handle, Kind};
use crate::cases::symmetric::oracle::Random;
use crate::catalogue::{Tier, algorithms};
use asymmetric::Pair;
use bare::Bare;
use cipher::Cipher;
use fixed::{Fixed, Judged};
use objects::{Array, Key, Options, Tag};
use symmetric::State;

pub use shrink::shrink;

/// `count` sequences, of this seed and those after it.
pub fn cases(seed: u64, count: u32) -> Vec<Case> {
    (0..u64::from(count)).map(|i| sequence(seed.wrapping_add(i))).collect()
}

/// The options of the command line that make a sequence, by its id.
pub(crate) fn options_of(id: &str) -> Option<String> {
    let (seed, steps) = parts_of(id)?;
    let steps = steps.map_or_else(String::new, |steps| format!(" --steps {steps}"));
    Some(format!("--random 1 --seed {seed}{steps}"))
}

fn parts_of(id: &str) -> Option<(u64, Option<&str>)> {
    let name = id.strip_prefix("random/")?;
    let (seed, steps) = name.split_once('/').map_or((name, None), |(seed, steps)| (seed, Some(steps)));
    Some((seed.parse().ok()?, steps))
}

/// The steps of one sequence; each is some calls.
const STEPS: u32 = 40;

/// The step behind all others: everything that is left is read and closed.
const LAST: u32 = STEPS;

fn sequence(seed: u64) -> Case {
    part(format!("random/{seed}"), seed, &(0..=LAST).collect::<Vec<u32>>())
}

/// A sequence without some of its steps; those that are left, by their numbers, come in this order. They count from 0 on.
pub fn part_of_sequence(seed: u64, steps: &[u32]) -> Case {
    let names: Vec<String> = steps.iter().map(ToString::to_string).collect();
    part(format!("random/{seed}/{}", names.join(",")), seed, steps)
}

fn part(id: String, seed: u64, steps: &[u32]) -> Case {
    let mut world = World::new(id, seed);
    for step in steps {
        world.random = Random::new(&format!("sequence {seed}, step {step}"));
        match *step {
            LAST => world.end(),
            _ => world.step(),
        }
    }
    fixed::judge(world.c, world.judged)
}

/// The model.
struct World {
    c: Case,
    random: Random,
    keys: Vec<Key>,
    options: Vec<Options>,
    states: Vec<State>,
    ciphers: Vec<Cipher>,
    bare: Vec<Bare>,
    tags: Vec<Tag>,
    arrays: Vec<Array>,
    pairs: Vec<Pair>,
    fixed: Vec<Fixed>,
    /// What is not open any more.
    closed: Vec<Handle>,
    /// What the host made and nobody can foresee, judged at the end.
    judged: Vec<Judged>,
    /// Whether some calls point out of memory, which a host may answer with a trap.
    is_wild: bool,
    /// Whether only what every host must have takes part, so that hosts without more have such sequences, too.
    is_common: bool,
}

impl World {
    fn new(id: String, seed: u64) -> Self {
        let (is_wild, c) = (seed.is_multiple_of(4), Case::new(id, &["SEC-UB-011"]));
        Self {
            c: if is_wild { c.kind(Kind::Memory).may_trap() } else { c.kind(Kind::Api) },
            is_wild,
            is_common: seed.is_multiple_of(3),
            random: Random::new(&format!("sequence {seed}")),
            keys: Vec::new(),
            options: Vec::new(),
            states: Vec::new(),
            ciphers: Vec::new(),
            bare: Vec::new(),
            tags: Vec::new(),
            arrays: Vec::new(),
            pairs: Vec::new(),
            fixed: Vec::new(),
            closed: Vec::new(),
            judged: Vec::new(),
        }
    }

    fn step(&mut self) {
        if self.is_wild && self.one_in(4) {
            return self.point_outside();
        }
        match self.random.below(100) {
            0..=7 => self.import_key(),
            8..=9 => self.import_wrong_key(),
            10..=12 => self.export_key(),
            13..=16 => self.make_options(),
            17..=21 => self.open_state(),
            22..=24 => self.open_wrongly(),
            25..=35 => self.absorb(),
            36..=38 => self.bare(),
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
            92..=93 => self.use_closed(),
            94..=95 => self.fixed(),
            _ => self.asymmetric(),
        }
    }

    /// Everything that is left is read and closed.
    fn end(&mut self) {
        while !self.arrays.is_empty() {
            self.read_array(0);
        }
        for i in 0..self.states.len() {
            self.squeeze_of(i);
        }
        while let Some(handle) = self.open_handles().first().copied() {
            self.c.close(handle);
            self.forget(handle);
        }
    }

    /// What has a function that closes it.
    fn open_handles(&self) -> Vec<Handle> {
        let mut handles: Vec<Handle> = self.keys.iter().map(|key| key.handle).collect();
        handles.extend(self.options.iter().map(|options| options.handle));
        handles.extend(self.states.iter().map(|state| state.handle));
        handles.extend(self.ciphers.iter().map(|cipher| cipher.handle));
        handles.extend(self.bare.iter().map(|bare| bare.handle));
        handles.extend(self.tags.iter().map(|tag| tag.handle));
        handles.extend(self.pairs.iter().flat_map(Pair::handles));
        handles.extend(self.fixed.iter().flat_map(Fixed::handles));
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
        self.bare.retain(|bare| bare.handle != handle);
        self.tags.retain(|tag| tag.handle != handle);
        // A pair whose one half is closed is of no more use here.
        let pairs = self.pairs.extract_if(.., |pair| pair.handles().contains(&handle)).flat_map(|pair| pair.handles());
        let fixed = self.fixed.extract_if(.., |key| key.handles().contains(&handle)).flat_map(|key| key.handles());
        for half in pairs.chain(fixed).filter(|half| *half != handle) {
            self.c.close(half);
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

    /// One of these algorithms. None where there is none that every host must have, and only such may take part.
    fn some_of<T, N: AsRef<str>>(&mut self, all: impl IntoIterator<Item = T>, name: impl Fn(&T) -> N) -> Option<T> {
        let mut all: Vec<T> = all.into_iter().collect();
        if self.is_common {
            all.retain(|one| is_required(name(one).as_ref()));
        }
        (!all.is_empty()).then(|| all.swap_remove(self.random.below(all.len() as u32) as usize))
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

fn is_required(algorithm: &str) -> bool {
    algorithms().iter().any(|known| known.name == algorithm && known.tier == Tier::Required)
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
    fn steps_can_be_left_out_and_the_others_stay_what_they_are() {
        let whole = part_of_sequence(7, &(0..=LAST).collect::<Vec<u32>>());
        assert_eq!(crate::repro::wasm(&whole), crate::repro::wasm(&sequence(7)));
        let (first, more) = (part_of_sequence(7, &[0]), part_of_sequence(7, &(0..=LAST / 2).collect::<Vec<u32>>()));
        assert!(first.steps.len() < more.steps.len() && more.steps.len() < whole.steps.len());
        assert_eq!(format!("{:?}", first.steps), format!("{:?}", &more.steps[..first.steps.len()]));
        assert_eq!(options_of(first.id()).as_deref(), Some("--random 1 --seed 7 --steps 0"));
        assert_eq!(options_of("random/12").as_deref(), Some("--random 1 --seed 12"));
        assert_eq!(options_of("array/len"), None);
    }

    #[test]
    fn sequences_fit_the_catalogue_and_do_everything() {
        let cases = cases(0, 300);
        assert_eq!(defects(&cases), Vec::<String>::new());
        assert!(cases.iter().any(|case| case.kind == Kind::Memory));
        for function in [
            "kx_encapsulate",
            "kx_decapsulate",
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
            assert!(cases.iter().any(|case| case.functions().contains(function)), "{function}");
        }
    }
}
