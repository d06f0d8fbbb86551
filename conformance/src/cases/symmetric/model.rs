//! Random sequences of absorb, squeeze, clone and close over several states, compared with a model that keeps all
//! that was absorbed (SYM-HASH-006). The sequences are the same in every run.

use super::oracle::{self, Random};
use super::{HASHES, HKDFS, MACS, case, mac_key};
use crate::case::{Case, Handle};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for seed in 0..SEEDS {
        cases.extend(
            HASHES.map(|(name, len)| run(seed, Subject { name: name.into(), hash: name, len, kind: Kind::Hash })),
        );
        cases
            .extend(MACS.map(|(name, len)| run(seed, Subject { name: name.into(), hash: name, len, kind: Kind::Mac })));
        cases.extend(HKDFS.map(|(hash, len)| {
            run(seed, Subject { name: format!("HKDF-EXPAND/{hash}"), hash, len, kind: Kind::Expand })
        }));
    }
    cases
}

const SEEDS: u32 = 10;
const STEPS: u32 = 60;
const MAX_STATES: usize = 5;

struct Subject {
    name: String,
    hash: &'static str,
    /// The length of the hash.
    len: u32,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hash,
    Mac,
    Expand,
}

impl Subject {
    fn key(&self) -> Vec<u8> {
        if self.kind == Kind::Mac { mac_key(self.hash) } else { oracle::bytes("key", 64) }
    }

    fn open(&self, c: &mut Case, key: Option<Handle>) -> (Handle, Vec<u8>) {
        (c.state_open(&self.name, key, None), Vec::new())
    }

    fn squeeze(&self, c: &mut Case, random: &mut Random, state: Handle, absorbed: &[u8]) {
        let key = self.key();
        match self.kind {
            Kind::Hash => {
                let len = random.below(self.len + 1) as usize;
                c.squeeze_eq(state, &oracle::hash(self.hash, absorbed)[..len]);
            }
            Kind::Mac => c.squeeze_tag_eq(state, oracle::mac(self.hash, &key, absorbed)),
            Kind::Expand => {
                let len = random.below(3 * self.len);
                c.squeeze_eq(state, oracle::hkdf_expand(self.hash, &key, absorbed, len));
            }
        }
    }
}

fn run(seed: u32, subject: Subject) -> Case {
    let requirements: &[&str] = match subject.kind {
        Kind::Hash => &["SYM-HASH-002", "SYM-HASH-004", "SYM-HASH-006", "SYM-HASH-007", "SYM-CLONE-012"],
        Kind::Mac => &["SYM-MAC-002", "SYM-MAC-003", "SYM-CLONE-012"],
        Kind::Expand => &["SYM-HKDF-006", "SYM-CLONE-012", "SYM-STATE-002"],
    };
    let mut c = case("model", &subject.name, &format!("sequence-{seed}"), requirements);
    let mut random = Random::new(&format!("{} {seed}", subject.name));
    let pool = oracle::bytes("pool", 512);
    let data = c.data(&pool);
    let key = (subject.kind != Kind::Hash).then(|| c.key_import(&subject.name, subject.key()));
    let mut states = vec![subject.open(&mut c, key)];
    for _ in 0..STEPS {
        let chosen = random.below(states.len() as u32) as usize;
        match random.below(10) {
            0..=4 => {
                let len = random.below(200);
                let from = random.below(512 - len);
                let (state, absorbed) = &mut states[chosen];
                c.absorb(*state, data.slice(from, len));
                absorbed.extend_from_slice(&pool[from as usize..][..len as usize]);
            }
            5..=7 => {
                let (state, absorbed) = &states[chosen];
                subject.squeeze(&mut c, &mut random, *state, absorbed);
            }
            8 if states.len() < MAX_STATES => {
                let (state, absorbed) = states[chosen].clone();
                let copy = c.state_clone(state);
                states.push((copy, absorbed));
            }
            _ => {
                let (state, _) = states.swap_remove(chosen);
                c.close(state);
                if states.is_empty() {
                    states.push(subject.open(&mut c, key));
                }
            }
        }
    }
    for (state, absorbed) in &states {
        subject.squeeze(&mut c, &mut random, *state, absorbed);
    }
    c
}
