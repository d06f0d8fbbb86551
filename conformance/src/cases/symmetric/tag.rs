//! Tags: SYM-TAG-*.

use wasi_crypto_interface::Errno::{Closed, InvalidHandle, InvalidLength, InvalidTag, Overflow, VerificationFailed};

use super::{Aead, MACS, TAG_LEN, bad_tag, case, mac_key, oracle, sealing};
use crate::case::{Case, Expect, Handle, Kind};

pub(super) fn cases() -> Vec<Case> {
    let sources = MACS.map(|(name, len)| Source::Mac(name, len)).into_iter().chain(sealing().map(Source::Aead));
    let mut cases = Vec::new();
    for source in sources {
        cases.extend([
            length(&source),
            pull_closes(&source),
            pull_into_too_little(&source),
            pull_into_too_much(&source),
            verify(&source),
            verify_each_bit(&source),
            verify_other_lengths(&source),
            verify_keeps(&source),
            close(&source),
            outlives_its_state(&source),
            pull_at_the_end_of_memory(&source),
        ]);
    }
    cases.extend(MACS.map(|(name, _)| two_tags_of_one_state(name)));
    cases
}

/// Where a tag comes from.
enum Source {
    Mac(&'static str, u32),
    Aead(Aead),
}

const MESSAGE: [u8; 24] = *b"what the tag is made of.";

impl Source {
    fn case(&self, behaviour: &str, requirements: &[&str]) -> Case {
        case("tag", self.name(), behaviour, requirements)
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Mac(name, _) => name,
            Self::Aead(aead) => aead.name,
        }
    }

    fn len(&self) -> u32 {
        match self {
            Self::Mac(_, len) => *len,
            Self::Aead(_) => TAG_LEN,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Mac(name, _) => oracle::mac(name, &mac_key(name), &MESSAGE),
            Self::Aead(aead) => aead.seal(b"ad", &MESSAGE).1,
        }
    }

    fn state(&self, c: &mut Case) -> Handle {
        match self {
            Self::Mac(name, _) => {
                let key = c.key_import(name, mac_key(name));
                let state = c.state_open(name, Some(key), None);
                c.absorb(state, MESSAGE);
                state
            }
            Self::Aead(aead) => aead.open(c, b"ad"),
        }
    }

    fn tag_of(&self, c: &mut Case, state: Handle) -> Handle {
        match self {
            Self::Mac(..) => c.squeeze_tag(state),
            Self::Aead(_) => c.encrypt_detached(state, MESSAGE, MESSAGE.len() as u32).1,
        }
    }

    fn tag(&self, c: &mut Case) -> Handle {
        let state = self.state(c);
        self.tag_of(c, state)
    }
}

fn length(source: &Source) -> Case {
    let mut c = source.case("length", &["SYM-TAG-LEN-004", "SYM-TAG-001", "SYM-TAG-003", "SYM-ENC-036"]);
    let tag = source.tag(&mut c);
    for _ in 0..2 {
        let len = c.tag_len(tag);
        c.equal(len, source.len());
    }
    c.tag_pull_eq(tag, source.bytes());
    c
}

fn pull_closes(source: &Source) -> Case {
    let mut c = source.case("pull-closes", &["SYM-TAG-PULL-005", "SYM-TAG-CLOSE-008", "HANDLE-CONSUME-002"]);
    let tag = source.tag(&mut c);
    c.tag_pull_eq(tag, source.bytes());
    c.expect(InvalidHandle).tag_len(tag);
    let (out, size) = c.expect(InvalidHandle).tag_pull(tag, source.len());
    c.untouched(out);
    c.observe().untouched(size);
    c.expect(InvalidHandle).tag_verify(tag, source.bytes());
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(tag);
    c
}

fn pull_into_too_little(source: &Source) -> Case {
    let mut c = source.case("pull-into-too-little", &["SYM-TAG-PULL-006", "HANDLE-CONSUME-003"]);
    let tag = source.tag(&mut c);
    for len in [0, 1, source.len() - 1] {
        let (out, size) = c.expect(Overflow).tag_pull(tag, len);
        c.untouched(out);
        c.observe().untouched(size);
    }
    c.tag_pull_eq(tag, source.bytes());
    c
}

/// C28: an error, or the number of bytes that came.
fn pull_into_too_much(source: &Source) -> Case {
    let mut c = source.case("pull-into-too-much", &["SYM-TAG-PULL-007", "HANDLE-CONSUME-003"]);
    let tag = source.tag(&mut c);
    c.alternative("an error, and the tag stays", |c| {
        for len in [source.len() + 1, 2 * source.len(), 1000] {
            let (out, _) = c.expect(InvalidLength).tag_pull(tag, len);
            c.untouched(out);
        }
        c.tag_pull_eq(tag, source.bytes());
    });
    c.alternative("the number of bytes that came", |c| {
        let (out, size) = c.tag_pull(tag, source.len() + 1);
        c.equal(size, source.len());
        c.same(out.slice(0, source.len()), source.bytes());
        c.untouched(out.slice(source.len(), 1));
    });
    c
}

fn verify(source: &Source) -> Case {
    let mut c = source.case("verify", &["SYM-TAG-VERIFY-001"]);
    let tag = source.tag(&mut c);
    c.tag_verify(tag, source.bytes());
    let mut wrong = source.bytes();
    wrong.reverse();
    c.expect(bad_tag()).tag_verify(tag, wrong);
    c
}

fn verify_each_bit(source: &Source) -> Case {
    let mut c = source.case("verify-each-bit", &["SYM-TAG-VERIFY-002"]);
    let tag = source.tag(&mut c);
    for bit in 0..source.len() as usize * 8 {
        let mut forged = source.bytes();
        forged[bit / 8] ^= 1 << (bit % 8);
        c.expect(bad_tag()).tag_verify(tag, forged);
    }
    c
}

/// A prefix must not verify, the empty one included, nor the tag with something behind it.
fn verify_other_lengths(source: &Source) -> Case {
    let mut c = source.case("verify-other-lengths", &["SYM-TAG-VERIFY-002"]).kind(Kind::Robustness);
    let tag = source.tag(&mut c);
    let longer = [source.bytes(), source.bytes(), vec![0; 100]].concat();
    let len = source.len() as usize;
    let expect = Expect::only(InvalidTag).or_warn([VerificationFailed, InvalidLength, Overflow]);
    for other in (0..len).chain([len + 1, len + 16, 2 * len, longer.len()]) {
        c.expect(expect).tag_verify(tag, &longer[..other]);
    }
    c.tag_verify(tag, source.bytes());
    c
}

/// Whether verifying uses the tag up is not said; that it can be closed says that it does not.
fn verify_keeps(source: &Source) -> Case {
    let mut c = source.case("verify-keeps-the-tag", &["SYM-TAG-VERIFY-004"]);
    let tag = source.tag(&mut c);
    let wrong = vec![0; source.len() as usize];
    c.alternative("the tag stays", |c| {
        c.tag_verify(tag, source.bytes());
        c.expect(bad_tag()).tag_verify(tag, wrong);
        c.tag_verify(tag, source.bytes());
        c.tag_pull_eq(tag, source.bytes());
    });
    c.alternative("the tag is used up", |c| {
        c.tag_verify(tag, source.bytes());
        c.expect(InvalidHandle).tag_verify(tag, source.bytes());
    });
    c
}

fn close(source: &Source) -> Case {
    let mut c = source.case("close", &["SYM-TAG-CLOSE-008", "HANDLE-CLOSED-006"]);
    let tag = source.tag(&mut c);
    c.close(tag);
    c.expect(InvalidHandle).tag_len(tag);
    c.expect(InvalidHandle).tag_verify(tag, source.bytes());
    c.expect(InvalidHandle).tag_pull(tag, source.len());
    c.expect(Expect::only(Closed).or_info([InvalidHandle])).close(tag);
    c
}

fn outlives_its_state(source: &Source) -> Case {
    let mut c = source.case("outlives-its-state", &["SYM-TAG-001", "HANDLE-SAFECLOSE-007"]);
    let state = source.state(&mut c);
    let tag = source.tag_of(&mut c, state);
    c.close(state);
    c.tag_verify(tag, source.bytes());
    c.tag_pull_eq(tag, source.bytes());
    c
}

fn pull_at_the_end_of_memory(source: &Source) -> Case {
    let mut c = source.case("pull-at-the-end-of-memory", &["SYM-TAG-PULL-005"]).kind(Kind::Memory);
    let tag = source.tag(&mut c);
    let (tail, size) = (c.tail(source.len()), c.size_slot());
    c.tag_verify(tag, source.bytes());
    c.call("symmetric_tag_pull", crate::args![tag, tail, size.at()]);
    c.equal(size, source.len());
    c.same(tail, source.bytes());
    c
}

fn two_tags_of_one_state(algorithm: &str) -> Case {
    let mut c = case("tag", algorithm, "two-of-one-state", &["SYM-TAG-001", "SYM-MAC-003"]);
    let raw = mac_key(algorithm);
    let key = c.key_import(algorithm, &raw);
    let state = c.state_open(algorithm, Some(key), None);
    c.absorb(state, "one");
    let first = c.squeeze_tag(state);
    c.absorb(state, " two");
    let second = c.squeeze_tag(state);
    c.expect(bad_tag()).tag_verify(first, oracle::mac(algorithm, &raw, b"one two"));
    c.tag_pull_eq(second, oracle::mac(algorithm, &raw, b"one two"));
    c.tag_pull_eq(first, oracle::mac(algorithm, &raw, b"one"));
    c
}
