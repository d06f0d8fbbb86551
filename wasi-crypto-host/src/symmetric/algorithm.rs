//! What there is to know of a symmetric algorithm before any key or state exists: a row of the registry.

use crate::errno::Errno;
use crate::options::{BytesOption, NumberOption, Options};
use crate::symmetric::traits::{Keyed, KeyedOrNot, Keyless};

/// A symmetric algorithm.
pub(crate) struct Algorithm {
    /// In its canonical spelling.
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) key: KeyPolicy,
    pub(crate) nonce: NoncePolicy,
    /// The options that it takes besides a nonce; others make no difference to it.
    pub(crate) options: &'static [Parameter],
    /// How often a byte of a message counts against what one call may work on: more than once for what needs more than 1.5 ns for it.
    pub(crate) cost: usize,
}

/// What an algorithm is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Gives bytes: a hash, the second step of a key derivation.
    Squeeze,
    /// A MAC with tags of so many bytes.
    Mac(usize),
    /// The first step of a key derivation, which gives a key.
    DeriveKey,
    /// A password hash.
    Stretch,
    Cipher(Sealing),
    /// A cipher that also squeezes, gives tags and keys; without a key, if it works so, it squeezes only.
    Session(Sealing),
}

/// What a cipher adds to a message. So small that it fits into a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sealing {
    /// A tag of so many bytes, which can also be apart.
    Tag(u8),
    /// Padding to whole blocks of so many bytes, one byte at least. There is no tag.
    Padding(u8),
    Nothing,
}

/// Whether states are opened with a key.
#[derive(Clone, Copy)]
pub(crate) enum KeyPolicy {
    None(&'static dyn Keyless),
    Optional(KeyLen, &'static dyn KeyedOrNot),
    Required(KeyLen, &'static dyn Keyed),
}

/// The sizes of keys, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyLen {
    pub(crate) generated: usize,
    least: usize,
    most: usize,
}

/// Whether states are opened with a nonce, and its size in bytes: at most [`MAX_NONCE_LEN`] where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoncePolicy {
    None,
    /// The guest must choose one.
    Given(usize),
    /// The host chooses a random one if the guest does not.
    Automatic(usize),
    /// The guest may choose one, and the algorithm works without, too.
    Optional(NonceLen),
}

/// The sizes of nonces that may be left out, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NonceLen {
    Exactly(usize),
    /// Any size, none included.
    Any,
}

/// An option that an algorithm takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    RequiredBytes(BytesOption),
    RequiredNumber(NumberOption),
    /// At most so many bytes.
    Bytes(BytesOption, usize),
}

/// No cipher has longer tags or blocks, in bytes.
pub(crate) const MAX_TAG_LEN: usize = 64;

/// No cipher has longer nonces, in bytes.
pub(crate) const MAX_NONCE_LEN: usize = 32;

impl Algorithm {
    /// The most bytes that encryption adds, or the size of a MAC's tag. `invalid_operation` if it is neither.
    pub(crate) fn max_tag_len(&self) -> Result<usize, Errno> {
        match self.kind {
            Kind::Mac(len) => Ok(len),
            Kind::Cipher(sealing) | Kind::Session(sealing) => Ok(sealing.most_added()),
            Kind::Squeeze | Kind::DeriveKey | Kind::Stretch => Err(Errno::InvalidOperation),
        }
    }

    /// The size of an authentication tag, if it has any.
    pub(crate) fn tag_len(&self) -> Option<usize> {
        match self.kind {
            Kind::Mac(len) => Some(len),
            Kind::Cipher(sealing) | Kind::Session(sealing) => sealing.tag_len().ok(),
            Kind::Squeeze | Kind::DeriveKey | Kind::Stretch => None,
        }
    }

    /// What it adds to a message. `invalid_operation` if it does not encrypt.
    #[inline(always)]
    pub(crate) fn sealing(&self) -> Result<Sealing, Errno> {
        match self.kind {
            Kind::Cipher(sealing) | Kind::Session(sealing) => Ok(sealing),
            _ => Err(Errno::InvalidOperation),
        }
    }

    /// `parameters_missing`, or `invalid_length` for bytes that are too many.
    pub(crate) fn check_options(&self, options: &Options) -> Result<(), Errno> {
        self.options.iter().try_for_each(|parameter| match *parameter {
            Parameter::RequiredBytes(option) => options.get(option).map(|_| ()).ok_or(Errno::ParametersMissing),
            Parameter::RequiredNumber(option) => options.number(option).map(|_| ()).ok_or(Errno::ParametersMissing),
            Parameter::Bytes(option, most) => match options.get(option) {
                Some(value) if value.len() > most => Err(Errno::InvalidLength),
                _ => Ok(()),
            },
        })
    }
}

impl Sealing {
    /// The length of the sealed text of a message of `len` bytes.
    #[inline(always)]
    pub(crate) fn sealed_len(self, len: usize) -> usize {
        match self {
            Self::Tag(tag) => len.saturating_add(tag.into()),
            Self::Padding(block) => len.saturating_add(usize::from(block) - len % usize::from(block)),
            Self::Nothing => len,
        }
    }

    /// The most bytes that are added.
    #[inline(always)]
    pub(crate) fn most_added(self) -> usize {
        match self {
            Self::Tag(len) | Self::Padding(len) => len.into(),
            Self::Nothing => 0,
        }
    }

    /// How much of a sealed text comes before its end, which is a tag or the last block, and so [this long](Self::most_added).
    /// `invalid_tag` if no sealed text has this length.
    #[inline(always)]
    pub(crate) fn len_before_end(self, sealed_len: usize) -> Result<usize, Errno> {
        match self {
            Self::Padding(block) if !sealed_len.is_multiple_of(block.into()) => Err(Errno::InvalidTag),
            _ => sealed_len.checked_sub(self.most_added()).ok_or(Errno::InvalidTag),
        }
    }

    /// How much of the end can belong to the message, at most.
    #[inline(always)]
    pub(crate) fn message_in_end(self) -> usize {
        match self {
            Self::Tag(_) | Self::Nothing => 0,
            Self::Padding(block) => block.into(),
        }
    }

    /// The size of a tag that is apart. `invalid_operation` if there is none.
    #[inline(always)]
    pub(crate) fn tag_len(self) -> Result<usize, Errno> {
        match self {
            Self::Tag(len) => Ok(len.into()),
            Self::Padding(_) | Self::Nothing => Err(Errno::InvalidOperation),
        }
    }
}

impl KeyPolicy {
    /// The size of generated keys, if the algorithm takes keys.
    pub(crate) fn generated_len(self) -> Option<usize> {
        match self {
            Self::None(_) => None,
            Self::Optional(len, _) | Self::Required(len, _) => Some(len.generated),
        }
    }
}

impl KeyLen {
    /// One size only.
    pub(crate) const fn exactly(len: usize) -> Self {
        Self { generated: len, least: len, most: len }
    }

    /// Any size, none included.
    pub(crate) const fn any(generated: usize) -> Self {
        Self { generated, least: 0, most: usize::MAX }
    }

    /// Keys are generated with the least size.
    pub(crate) const fn at_least(least: usize) -> Self {
        Self { generated: least, least, most: usize::MAX }
    }

    /// Keys are generated with the greatest size.
    pub(crate) const fn between(least: usize, most: usize) -> Self {
        Self { generated: most, least, most }
    }

    /// `invalid_key` for a size that the algorithm does not take.
    pub(crate) fn check(self, len: usize) -> Result<(), Errno> {
        if (self.least..=self.most).contains(&len) { Ok(()) } else { Err(Errno::InvalidKey) }
    }
}

impl NoncePolicy {
    /// The size of nonces, if there are any, and they have one.
    pub(crate) fn len(self) -> Option<usize> {
        match self {
            Self::None | Self::Optional(NonceLen::Any) => None,
            Self::Given(len) | Self::Automatic(len) | Self::Optional(NonceLen::Exactly(len)) => Some(len),
        }
    }

    /// Whether a state can be opened without a nonce from the guest.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Automatic(_) | Self::Optional(_))
    }

    /// The nonce for a new state. One that is not given is chosen in `room`.
    ///
    /// `invalid_nonce` for a size that the algorithm does not take, `nonce_required` if there must be one, `rng_error`.
    pub(crate) fn choose<'a>(
        self,
        given: Option<&'a [u8]>,
        room: &'a mut [u8; MAX_NONCE_LEN],
        fill: impl FnOnce(&mut [u8]) -> Result<(), Errno>,
    ) -> Result<Option<&'a [u8]>, Errno> {
        match (self, given) {
            (Self::None, _) | (Self::Optional(_), None) => Ok(None),
            (Self::Optional(NonceLen::Any), Some(nonce)) => Ok(Some(nonce)),
            (Self::Given(len) | Self::Automatic(len) | Self::Optional(NonceLen::Exactly(len)), Some(nonce)) => {
                if nonce.len() == len { Ok(Some(nonce)) } else { Err(Errno::InvalidNonce) }
            }
            (Self::Given(_), None) => Err(Errno::NonceRequired),
            (Self::Automatic(len), None) => {
                let nonce = room.get_mut(..len).ok_or(Errno::InternalError)?;
                fill(nonce)?;
                Ok(Some(nonce))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PKCS#7, RFC 5652 section 6.3: one byte at least, and a whole block after whole blocks.
    #[test]
    fn padded_texts_are_whole_blocks_and_longer_than_their_message() {
        let padding = Sealing::Padding(16);
        for (len, sealed) in [(0, 16), (1, 16), (15, 16), (16, 32), (17, 32), (31, 32), (32, 48)] {
            assert_eq!(padding.sealed_len(len), sealed, "{len}");
            assert_eq!(padding.len_before_end(sealed), Ok(sealed - 16));
        }
        for len in [0, 1, 15, 17, 31, 33] {
            assert_eq!(padding.len_before_end(len), Err(Errno::InvalidTag), "{len}");
        }
        assert_eq!((padding.most_added(), padding.tag_len()), (16, Err(Errno::InvalidOperation)));
    }

    #[test]
    fn a_stream_adds_nothing() {
        for len in [0, 1, 16, 1000] {
            assert_eq!((Sealing::Nothing.sealed_len(len), Sealing::Nothing.len_before_end(len)), (len, Ok(len)));
        }
        assert_eq!((Sealing::Nothing.most_added(), Sealing::Nothing.tag_len()), (0, Err(Errno::InvalidOperation)));
    }

    #[test]
    fn tags_are_added_to_any_message() {
        let tag = Sealing::Tag(16);
        for len in [0, 1, 16, 1000] {
            assert_eq!(tag.sealed_len(len), len + 16);
            assert_eq!(tag.len_before_end(len + 16), Ok(len));
        }
        assert_eq!(tag.len_before_end(15), Err(Errno::InvalidTag));
        assert_eq!((tag.most_added(), tag.tag_len()), (16, Ok(16)));
        assert_eq!(tag.sealed_len(usize::MAX), usize::MAX);
    }

    #[test]
    fn a_nonce_is_given_or_chosen_as_the_row_says() {
        let mut room = [0; MAX_NONCE_LEN];
        let mut choose = |policy: NoncePolicy, given| {
            let fill = |nonce: &mut [u8]| {
                nonce.fill(7);
                Ok(())
            };
            policy.choose(given, &mut room, fill).map(|nonce| nonce.map(<[u8]>::to_vec))
        };
        assert_eq!(choose(NoncePolicy::None, Some(&[1; 5])), Ok(None));
        assert_eq!(choose(NoncePolicy::Given(12), None), Err(Errno::NonceRequired));
        assert_eq!(choose(NoncePolicy::Automatic(24), None), Ok(Some(vec![7; 24])));
        let of_any_size = NoncePolicy::Optional(NonceLen::Any);
        for nonce in [&[][..], &[7; 5], &[1; 1000]] {
            assert_eq!(choose(of_any_size, Some(nonce)), Ok(Some(nonce.to_vec())));
        }
        let of_one_size = NoncePolicy::Optional(NonceLen::Exactly(12));
        assert_eq!((choose(of_any_size, None), choose(of_one_size, None)), (Ok(None), Ok(None)));
        for policy in [NoncePolicy::Given(12), NoncePolicy::Automatic(12), of_one_size] {
            assert_eq!(choose(policy, Some(&[1; 12])), Ok(Some(vec![1; 12])));
            for len in [0, 11, 13, 16] {
                assert_eq!(choose(policy, Some(&[1; 16][..len])), Err(Errno::InvalidNonce), "{len}");
            }
        }
    }
}
