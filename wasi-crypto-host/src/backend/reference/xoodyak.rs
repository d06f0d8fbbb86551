//! Xoodyak (NIST Lightweight Cryptography, final round): the mode Cyclist on the permutation Xoodoo.
//!
//! The permutation is the library's. Its Cyclist leaves out the one block of an empty message, and so has another tag for it than the
//! specification; and it takes what is absorbed in one piece. That is why the mode is written here (section 2.2, "Xoodyak, a lightweight
//! cryptographic scheme").

use subtle::ConstantTimeEq;
use xoodyak::Xoodoo;

use crate::booking::ALLOCATION;
use crate::secret::{STACK_OF_WORK, Secret, Wiped, in_wiped_frame, wipe};

/// The size of a key, in bytes.
pub(crate) const KEY_LEN: usize = 16;

/// The size of a nonce, in bytes.
pub(crate) const NONCE_LEN: usize = 16;

/// The size of a tag, in bytes.
pub(crate) const TAG_LEN: usize = 16;

/// The size of the state, in bytes.
const STATE_LEN: usize = 48;

/// How many bytes are absorbed and squeezed between two permutations.
const HASH_RATE: usize = 16;
const KEYED_ABSORB_RATE: usize = 44;
const KEYED_SQUEEZE_RATE: usize = 24;

/// How many bytes a ratchet takes out of the state.
const RATCHET_LEN: usize = 16;

/// What tells one use of the permutation from another.
mod domain {
    pub(super) const NONE: u8 = 0;
    pub(super) const ABSORB_KEY: u8 = 2;
    pub(super) const ABSORB: u8 = 3;
    pub(super) const RATCHET: u8 = 0x10;
    pub(super) const SQUEEZE_KEY: u8 = 0x20;
    pub(super) const SQUEEZE: u8 = 0x40;
    pub(super) const CRYPT: u8 = 0x80;
}

/// A session with a key, or a hash without.
#[derive(Clone)]
pub(crate) struct Xoodyak(Box<Wiped<Cyclist>>);

#[derive(Clone)]
struct Cyclist {
    state: Xoodoo,
    is_keyed: bool,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// The permutation came last.
    Up,
    /// A block was added last.
    Down,
    /// A block is being added: so many bytes of it are there, and this is its domain.
    Adding(usize, u8),
}

impl Xoodyak {
    /// Bytes to book for what it allocates.
    pub(crate) const HELD: usize = size_of::<Cyclist>() + ALLOCATION;

    /// Without a key.
    pub(crate) fn hash() -> Self {
        Self(Wiped::boxed(Cyclist { state: Xoodoo::default(), is_keyed: false, phase: Phase::Up }))
    }

    /// With a key, and a nonce or none.
    pub(crate) fn keyed(key: &[u8; KEY_LEN], nonce: Option<&[u8; NONCE_LEN]>) -> Self {
        let mut session = Self(Wiped::boxed(Cyclist { state: Xoodoo::default(), is_keyed: true, phase: Phase::Up }));
        let id: &[u8] = nonce.map_or(&[], |nonce| nonce);
        session.0.begin(domain::ABSORB_KEY);
        session.0.add(key);
        session.0.add(id);
        session.0.add(&[id.len() as u8]);
        session
    }

    /// Begins one piece of data to absorb, be it empty.
    pub(crate) fn begin_absorbing(&mut self) {
        self.0.begin(domain::ABSORB);
    }

    /// Goes on with it.
    pub(crate) fn absorb(&mut self, data: &[u8]) {
        if !matches!(self.0.phase, Phase::Adding(..)) {
            self.begin_absorbing();
        }
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.add(data));
    }

    pub(crate) fn squeeze(&mut self, out: &mut [u8]) {
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.squeeze(out, domain::SQUEEZE));
    }

    /// Bytes that are for a key.
    pub(crate) fn squeeze_key(&mut self, out: &mut [u8]) {
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.squeeze(out, domain::SQUEEZE_KEY));
    }

    /// Encrypts in place, and fills the tag.
    pub(crate) fn encrypt(&mut self, message: &mut [u8], tag: &mut [u8]) {
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.crypt(message, |plain, _| plain));
        self.squeeze(tag);
    }

    /// Decrypts in place. Whether the tag is right; the message is anything if it is not.
    pub(crate) fn decrypt(&mut self, message: &mut [u8], tag: &[u8]) -> bool {
        in_wiped_frame::<STACK_OF_WORK, _>(|| self.0.crypt(message, |_, plain| plain));
        let mut computed = Secret::zeroed(TAG_LEN);
        self.squeeze(&mut computed);
        computed.ct_eq(tag).into()
    }

    /// Makes what came before unrecoverable.
    pub(crate) fn ratchet(&mut self) {
        let mut rolled = [0; RATCHET_LEN];
        self.0.squeeze(&mut rolled, domain::RATCHET);
        self.0.begin(domain::NONE);
        self.0.add(&rolled);
        wipe(&mut rolled);
    }
}

impl Cyclist {
    fn absorb_rate(&self) -> usize {
        if self.is_keyed { KEYED_ABSORB_RATE } else { HASH_RATE }
    }

    fn squeeze_rate(&self) -> usize {
        if self.is_keyed { KEYED_SQUEEZE_RATE } else { HASH_RATE }
    }

    /// Permutes, in a domain that only sessions have.
    fn up(&mut self, domain: u8) {
        self.end();
        if self.is_keyed && domain != domain::NONE {
            self.state.add_byte(domain, STATE_LEN - 1);
        }
        self.state.permute();
        self.phase = Phase::Up;
    }

    /// Ends a block: padding, and the domain.
    fn down(&mut self, len: usize, domain: u8) {
        self.state.add_byte(1, len);
        self.state.add_byte(self.color(domain), STATE_LEN - 1);
        self.phase = Phase::Down;
    }

    /// Adds a whole block with its end, all of the state in one go: the permutation would wait for single bytes to arrive in memory.
    #[inline(always)]
    fn add_block<const LEN: usize>(&mut self, bytes: [u8; LEN], domain: u8) {
        let mut block = [0; STATE_LEN];
        block[..LEN].copy_from_slice(&bytes);
        block[LEN] = 1;
        block[STATE_LEN - 1] = self.color(domain);
        self.state.add_bytes(&block);
        self.phase = Phase::Down;
    }

    /// What is added of a domain, of which hashes have one bit only.
    fn color(&self, domain: u8) -> u8 {
        if self.is_keyed { domain } else { domain & 1 }
    }

    /// Begins blocks to add, the first of them in this domain.
    fn begin(&mut self, domain: u8) {
        self.end();
        if self.phase != Phase::Up {
            self.up(domain::NONE);
        }
        self.phase = Phase::Adding(0, domain);
    }

    fn end(&mut self) {
        if let Phase::Adding(len, domain) = self.phase {
            self.down(len, domain);
        }
    }

    /// Adds more to the block that was begun, and blocks after it.
    fn add(&mut self, data: &[u8]) {
        let rate = self.absorb_rate();
        let mut data =
            if self.is_keyed { self.add_blocks::<KEYED_ABSORB_RATE>(data) } else { self.add_blocks::<HASH_RATE>(data) };
        while let Phase::Adding(len, _) = self.phase
            && !data.is_empty()
        {
            if len == rate {
                self.begin(domain::NONE);
                continue;
            }
            let (now, later) = data.split_at(data.len().min(rate - len));
            if len == 0 {
                self.state.add_bytes(now);
            } else {
                (len..).zip(now).for_each(|(at, byte)| self.state.add_byte(*byte, at));
            }
            if let Phase::Adding(len, _) = &mut self.phase {
                *len += now.len();
            }
            data = later;
        }
    }

    /// Adds whole blocks, but the last, if none is begun. Returns what is left.
    fn add_blocks<'a, const RATE: usize>(&mut self, mut data: &'a [u8]) -> &'a [u8] {
        while let Phase::Adding(0, domain) = self.phase
            && let Some((block, later)) = data.split_first_chunk::<RATE>()
            && !later.is_empty()
        {
            self.add_block(*block, domain);
            self.state.permute();
            self.phase = Phase::Adding(0, domain::NONE);
            data = later;
        }
        data
    }

    fn squeeze(&mut self, out: &mut [u8], domain: u8) {
        self.up(domain);
        let mut chunks = out.chunks_mut(self.squeeze_rate());
        if let Some(first) = chunks.next() {
            self.state.extract_bytes(first);
        }
        for chunk in chunks {
            self.add_block([], domain::NONE);
            self.up(domain::NONE);
            self.state.extract_bytes(chunk);
        }
    }

    /// Changes a message by the stream, and adds the plain text, which is what `plain` says of a byte before and after. A message of no
    /// bytes is a block, too.
    fn crypt(&mut self, message: &mut [u8], plain: impl Fn(u8, u8) -> u8) {
        let mut stream = [0; KEYED_SQUEEZE_RATE];
        let mut domain = domain::CRYPT;
        let (blocks, rest) = message.as_chunks_mut::<KEYED_SQUEEZE_RATE>();
        let ends_with_block = rest.is_empty() && !blocks.is_empty();
        for block in blocks {
            self.up(domain);
            self.state.extract_bytes(&mut stream);
            let before = *block;
            block.iter_mut().zip(stream).for_each(|(byte, stream)| *byte ^= stream);
            let added = std::array::from_fn(|at| plain(before[at], block[at]));
            self.add_block::<KEYED_SQUEEZE_RATE>(added, domain::NONE);
            domain = domain::NONE;
        }
        if !ends_with_block {
            self.up(domain);
            self.state.extract_bytes(&mut stream);
            for (at, (byte, stream)) in rest.iter_mut().zip(stream).enumerate() {
                let before = *byte;
                *byte ^= stream;
                self.state.add_byte(plain(before, *byte), at);
            }
            self.down(rest.len(), domain::NONE);
        }
        wipe(&mut stream);
    }
}
