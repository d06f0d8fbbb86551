//! Option sets: parameters that a guest sets by name before it opens a state.

use std::ops::Deref;
use std::sync::Arc;

pub(crate) use wasi_crypto_interface::AlgorithmType;

use crate::booking::{ALLOCATION, BookedSecret, COUNTS};
use crate::errno::Errno;
use crate::limits::Account;
use crate::secret::{Secret, wipe};

/// An option set, as its handle holds it. States that were opened with it share the values until either changes.
pub(crate) struct OptionSet {
    pub(crate) algorithm_type: AlgorithmType,
    values: Arc<Options>,
}

/// The values of the options of symmetric algorithms. The other types have none.
#[derive(Clone, Default)]
pub(crate) struct Options {
    bytes: [Option<Value>; 3],
    numbers: [Option<u64>; 3],
    /// Scratch memory that the guest offers (start and length). It stays as it is: other threads of the guest could change it. Its size says
    /// how much memory a password hash is to take up, as `memory_limit` does.
    buffer: Option<(u32, u32)>,
}

/// Bytes that a guest gave. Copies of long ones share them.
#[derive(Clone)]
pub(crate) enum Value {
    /// Such as a nonce: the option set has room for it.
    Short(Short),
    Long(Arc<BookedSecret>),
}

/// As long as any nonce, in bytes.
const SHORT: usize = 32;

/// So many of the bytes. Wiped on drop.
#[derive(Clone)]
pub(crate) struct Short {
    bytes: [u8; SHORT],
    len: usize,
}

impl Drop for Short {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

/// The option names of the specification, with the spellings of its examples as aliases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Bytes(BytesOption),
    Number(NumberOption),
    Buffer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BytesOption {
    Context,
    Salt,
    Nonce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberOption {
    MemoryLimit,
    OpsLimit,
    Parallelism,
}

const NAMES: &[(&str, Name)] = &[
    ("nonce", Name::Bytes(BytesOption::Nonce)),
    ("salt", Name::Bytes(BytesOption::Salt)),
    ("context", Name::Bytes(BytesOption::Context)),
    ("ops_limit", Name::Number(NumberOption::OpsLimit)),
    ("memory_limit", Name::Number(NumberOption::MemoryLimit)),
    ("parallelism", Name::Number(NumberOption::Parallelism)),
    ("buffer", Name::Buffer),
    ("opslimit", Name::Number(NumberOption::OpsLimit)),
    ("memlimit", Name::Number(NumberOption::MemoryLimit)),
    ("threads", Name::Number(NumberOption::Parallelism)),
    ("memory", Name::Buffer),
];

impl Name {
    /// `unsupported_option` for a name that no algorithm knows.
    pub(crate) fn parse(name: &[u8]) -> Result<Self, Errno> {
        let known = NAMES.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name));
        known.map(|(_, name)| *name).ok_or(Errno::UnsupportedOption)
    }

    pub(crate) fn bytes(self) -> Result<BytesOption, Errno> {
        if let Self::Bytes(option) = self { Ok(option) } else { Err(Errno::UnsupportedOption) }
    }

    pub(crate) fn number(self) -> Result<NumberOption, Errno> {
        if let Self::Number(option) = self { Ok(option) } else { Err(Errno::UnsupportedOption) }
    }
}

impl OptionSet {
    pub(crate) fn new(algorithm_type: AlgorithmType) -> Self {
        Self { algorithm_type, values: Arc::default() }
    }

    /// Bytes to book, besides those of long values.
    pub(crate) fn held(&self) -> usize {
        Options::HELD
    }

    /// Whether no option is set.
    pub(crate) fn is_empty(&self) -> bool {
        let Options { bytes, numbers, buffer } = &*self.values;
        bytes.iter().all(Option::is_none) && numbers.iter().all(Option::is_none) && buffer.is_none()
    }

    /// The values now; later changes do not reach them.
    pub(crate) fn snapshot(&self) -> Arc<Options> {
        Arc::clone(&self.values)
    }

    /// Whether an option may be set to so many bytes, before they are copied from where they are. `overflow` if they are too many.
    pub(crate) fn check_set(&self, name: &[u8], len: usize, account: &Account<'_>) -> Result<(), Errno> {
        self.known(name)?.bytes()?;
        if len > SHORT.max(account.limits.gathered_bytes) { Err(Errno::Overflow) } else { Ok(()) }
    }

    /// Sets an option to bytes. `overflow` if the guest would hold too much.
    pub(crate) fn set(&mut self, name: &[u8], value: &[u8], account: &Account<'_>) -> Result<(), Errno> {
        self.check_set(name, value.len(), account)?;
        let option = self.known(name)?.bytes()?;
        if value.len() <= SHORT {
            Short::put(value, &mut Arc::make_mut(&mut self.values).bytes[option as usize]);
        } else {
            let long = Value::long(value, account)?;
            Arc::make_mut(&mut self.values).bytes[option as usize] = Some(long);
        }
        Ok(())
    }

    /// Sets an option to a number.
    pub(crate) fn set_u64(&mut self, name: &[u8], value: u64) -> Result<(), Errno> {
        let option = self.known(name)?.number()?;
        Arc::make_mut(&mut self.values).numbers[option as usize] = Some(value);
        Ok(())
    }

    /// Sets an option to guest memory that the host may use.
    pub(crate) fn set_guest_buffer(&mut self, name: &[u8], start: u32, len: u32) -> Result<(), Errno> {
        if self.known(name)? != Name::Buffer {
            return Err(Errno::UnsupportedOption);
        }
        Arc::make_mut(&mut self.values).buffer = Some((start, len));
        Ok(())
    }

    fn known(&self, name: &[u8]) -> Result<Name, Errno> {
        match self.algorithm_type {
            AlgorithmType::Symmetric => Name::parse(name),
            AlgorithmType::Signatures | AlgorithmType::KeyExchange => Err(Errno::UnsupportedOption),
        }
    }
}

impl Options {
    /// No option set.
    pub(crate) const DEFAULT: Self = Self { bytes: [const { None }; 3], numbers: [None; 3], buffer: None };

    /// Bytes to book for a set and for each snapshot of one, since a change makes them differ.
    pub(crate) const HELD: usize = size_of::<Self>() + COUNTS + ALLOCATION;

    pub(crate) fn get(&self, option: BytesOption) -> Option<&[u8]> {
        self.value(option).map(|value| &**value)
    }

    /// The same, to keep.
    pub(crate) fn value(&self, option: BytesOption) -> Option<&Value> {
        self.bytes[option as usize].as_ref()
    }

    pub(crate) fn number(&self, option: NumberOption) -> Option<u64> {
        let offered = match option {
            NumberOption::MemoryLimit => self.buffer.map(|(_, len)| len.into()),
            NumberOption::OpsLimit | NumberOption::Parallelism => None,
        };
        self.numbers[option as usize].or(offered)
    }
}

impl Value {
    /// Books a long value before it copies it. `overflow` if it is longer than the guest may make it, or hold.
    fn long(bytes: &[u8], account: &Account<'_>) -> Result<Self, Errno> {
        let held = BookedSecret::held(bytes.len());
        let booking = account.reserve(held)?;
        Ok(Self::Long(Arc::new(BookedSecret::new(Secret::from(bytes), booking))))
    }
}

impl Short {
    const EMPTY: Self = Self { bytes: [0; SHORT], len: 0 };

    /// Writes a short value where it is to stay: one that is moved there is copied in other pieces than it was written in, which stalls.
    fn put(value: &[u8], place: &mut Option<Value>) {
        *place = Some(Value::Short(Self::EMPTY));
        if let Some(Value::Short(short)) = place {
            short.bytes[..value.len()].copy_from_slice(value);
            short.len = value.len();
        }
    }
}

impl Deref for Value {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Short(Short { bytes, len }) => &bytes[..*len],
            Self::Long(bytes) => bytes,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::booking::Ledger;
    use crate::limits::Limits;

    /// Values that any symmetric algorithm can be opened with, but for a nonce.
    pub(crate) fn for_any_algorithm() -> Options {
        let mut options = Options::DEFAULT;
        options.bytes[BytesOption::Salt as usize] = Some(Value::Short(Short { bytes: [7; SHORT], len: 8 }));
        options.numbers[NumberOption::OpsLimit as usize] = Some(2);
        options.numbers[NumberOption::MemoryLimit as usize] = Some(8192);
        options
    }

    /// Sets an option of a guest that may gather 100 bytes and holds all but 500 of what it may.
    fn set(options: &mut OptionSet, name: &str, value: &[u8]) -> Result<(), Errno> {
        let limits = Limits { bytes: 1000, gathered_bytes: 100, ..Limits::default() };
        let (mut held, mut total, ledger) = (0, 500, Ledger::default());
        let account = Account { held: &mut held, total: &mut total, ledger: &ledger, limits: &limits };
        options.set(name.as_bytes(), value, &account)
    }

    #[test]
    fn bytes_are_kept_under_their_name_whatever_their_length() {
        let mut options = OptionSet::new(AlgorithmType::Symmetric);
        assert!(options.is_empty());
        for (name, option) in
            [("nonce", BytesOption::Nonce), ("SALT", BytesOption::Salt), ("Context", BytesOption::Context)]
        {
            for len in [0, 1, 31, 32, 33, 100, 7] {
                let value: Vec<u8> = (1..=len).collect();
                assert_eq!(set(&mut options, name, &value), Ok(()));
                assert_eq!(options.snapshot().get(option), Some(&value[..]), "{name}");
                assert!(!options.is_empty());
            }
            assert_eq!(set(&mut options, name, &[1; 101]), Err(Errno::Overflow));
            assert_eq!(options.snapshot().get(option), Some(&[1, 2, 3, 4, 5, 6, 7][..]), "as it was");
        }
        let kept = options.snapshot();
        set(&mut options, "salt", b"").unwrap();
        assert_eq!(kept.get(BytesOption::Salt).map(<[u8]>::len), Some(7), "what was opened with it stays as it is");
        for name in ["nonc", "ops_limit", "buffer", ""] {
            assert_eq!(set(&mut options, name, b""), Err(Errno::UnsupportedOption), "{name}");
        }
    }

    /// The reserved names, and the spellings of the specification's examples.
    #[test]
    fn numbers_are_kept_under_their_names_and_aliases() {
        for (names, option) in [
            (["ops_limit", "opslimit"], NumberOption::OpsLimit),
            (["memory_limit", "MemLimit"], NumberOption::MemoryLimit),
            (["parallelism", "threads"], NumberOption::Parallelism),
        ] {
            for name in names {
                let mut options = OptionSet::new(AlgorithmType::Symmetric);
                assert_eq!(options.snapshot().number(option), None);
                assert_eq!(options.set_u64(name.as_bytes(), 1 << 40), Ok(()));
                assert_eq!(options.snapshot().number(option), Some(1 << 40), "{name}");
                assert!(!options.is_empty());
                let set = options.snapshot();
                let others = [NumberOption::OpsLimit, NumberOption::MemoryLimit, NumberOption::Parallelism];
                assert_eq!(others.into_iter().filter(|other| set.number(*other).is_some()).count(), 1);
            }
        }
        let mut options = OptionSet::new(AlgorithmType::Symmetric);
        assert_eq!(options.set_u64(b"salt", 1), Err(Errno::UnsupportedOption));
        assert!(options.is_empty());
    }

    #[test]
    fn a_buffer_says_how_much_memory_there_is_unless_a_limit_does() {
        for name in ["buffer", "memory"] {
            let mut options = OptionSet::new(AlgorithmType::Symmetric);
            assert_eq!(options.set_guest_buffer(name.as_bytes(), 64, 4096), Ok(()));
            assert!(!options.is_empty());
            assert_eq!(options.snapshot().number(NumberOption::MemoryLimit), Some(4096));
            assert_eq!(options.snapshot().number(NumberOption::OpsLimit), None);
            options.set_u64(b"memory_limit", 8192).unwrap();
            assert_eq!(options.snapshot().number(NumberOption::MemoryLimit), Some(8192));
            assert_eq!(options.set_guest_buffer(b"salt", 0, 0), Err(Errno::UnsupportedOption));
        }
    }

    #[test]
    fn other_types_have_no_options() {
        for ty in [AlgorithmType::Signatures, AlgorithmType::KeyExchange] {
            let mut options = OptionSet::new(ty);
            assert_eq!(set(&mut options, "salt", b""), Err(Errno::UnsupportedOption));
            assert_eq!(options.set_u64(b"ops_limit", 1), Err(Errno::UnsupportedOption));
            assert_eq!(options.set_guest_buffer(b"buffer", 0, 0), Err(Errno::UnsupportedOption));
            assert!(options.is_empty());
        }
    }

    /// What a set takes up: itself, two counts, and what an allocator adds.
    #[test]
    fn a_set_is_booked_with_all_that_it_takes_up() {
        let options = OptionSet::new(AlgorithmType::Symmetric);
        assert_eq!(options.held(), size_of::<Options>() + 2 * size_of::<usize>() + ALLOCATION);
        assert!(options.held() <= 512, "{}", options.held());
    }
}
