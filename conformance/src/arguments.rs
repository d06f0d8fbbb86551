//! What the builder takes as the arguments of a call: places in guest memory, numbers, bytes, and what becomes of each.

use crate::case::{Buffer, Handle, Pointer, Region, Size, Value, Wide};

/// One argument of a call; made by [`args!`](crate::args).
#[derive(Clone, Debug)]
pub enum Arg {
    /// One core argument.
    Value(Value),
    /// Two core arguments: pointer and length.
    Data(Data),
    /// A pointer to an optional handle.
    Optional(Option<Value>),
}

/// Bytes with a length.
#[derive(Clone, Debug)]
pub enum Data {
    /// Input data of this content.
    Bytes(Vec<u8>),
    /// What lies there in guest memory: pointer and length.
    Range(Value, Value),
}

/// The arguments of a call: numbers, pointers, handles, sizes; strings, byte strings and buffers, which stand for
/// pointer and length; `None` and `Some(handle)` for optional handles.
///
/// ```
/// use wasi_crypto_conformance::{Case, args};
///
/// let mut c = Case::new("example", &[]);
/// let no: Option<wasi_crypto_conformance::Handle> = None;
/// let state = c.open("symmetric_state_open", args!["SHA-256", no, no]);
/// let out = c.buffer(32);
/// c.call("symmetric_state_squeeze", args![state, out]);
/// ```
#[macro_export]
macro_rules! args {
    ($($arg:expr),* $(,)?) => { vec![$($crate::Arg::from($arg)),*] };
}

impl Pointer {
    pub(crate) const fn new(region: Region, offset: u32) -> Self {
        Self { region, offset, stride: 0 }
    }

    /// An address as it stands.
    pub fn absolute(address: u32) -> Self {
        Self::new(Region::Absolute, address)
    }

    /// The address so many bytes behind the end of linear memory: 0 is the first one outside.
    pub fn end(bytes_behind: u32) -> Self {
        Self::new(Region::End, bytes_behind)
    }

    /// The address so many bytes further on; wraps.
    pub fn plus(self, bytes: u32) -> Self {
        Self { offset: self.offset.wrapping_add(bytes), ..self }
    }

    /// The address so many bytes before; wraps.
    pub fn minus(self, bytes: u32) -> Self {
        Self { offset: self.offset.wrapping_sub(bytes), ..self }
    }

    /// Inside a loop: the address moves on by so many bytes with each round.
    pub fn each(self, bytes: u32) -> Self {
        assert!(self.region != Region::End, "the end of memory does not move with a loop");
        Self { stride: bytes, ..self }
    }

    /// The `u32` that lies there.
    pub fn load(self) -> Value {
        Value::U32At(self, 0)
    }
}

impl Buffer {
    /// Where it starts.
    pub fn start(self) -> Pointer {
        self.start
    }

    /// Its length in bytes.
    pub fn len(self) -> u32 {
        self.len
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// `len` bytes of it, beginning with byte `from`.
    pub fn slice(self, from: u32, len: u32) -> Self {
        assert!(from + len <= self.len, "bytes {from} to {} of a buffer of {}", from + len, self.len);
        Self { start: self.start.plus(from), len }
    }
}

impl Handle {
    /// The place.
    pub fn at(self) -> Pointer {
        self.at
    }

    /// The handle's number plus `n`, wrapping.
    pub fn plus(self, n: u32) -> Value {
        Value::U32At(self.at, n)
    }
}

impl Size {
    /// The place.
    pub fn at(self) -> Pointer {
        self.at
    }
}

impl Wide {
    /// The place.
    pub fn at(self) -> Pointer {
        self.at
    }
}

/// Lists what can stand where, as conversions.
macro_rules! conversions {
    ($($from:ty => $to:ty: $value:ident => $convert:expr;)*) => {
        $(impl From<$from> for $to {
            fn from($value: $from) -> Self {
                $convert
            }
        })*
    };
}

conversions! {
    u32 => Value: n => Value::Number(n.into());
    i32 => Value: n => Value::Number((n as u32).into());
    u64 => Value: n => Value::Number(n);
    Pointer => Value: pointer => Value::Address(pointer);
    Handle => Value: handle => Value::U32At(handle.at, 0);
    Size => Value: size => Value::U32At(size.at, 0);
    Wide => Value: wide => Value::U64At(wide.at);

    Value => Arg: value => Arg::Value(value);
    u32 => Arg: n => Arg::Value(n.into());
    i32 => Arg: n => Arg::Value(n.into());
    u64 => Arg: n => Arg::Value(n.into());
    Pointer => Arg: pointer => Arg::Value(pointer.into());
    Handle => Arg: handle => Arg::Value(handle.into());
    Size => Arg: size => Arg::Value(size.into());
    Wide => Arg: wide => Arg::Value(wide.into());
    Data => Arg: data => Arg::Data(data);
    &str => Arg: text => Arg::Data(text.into());
    &[u8] => Arg: bytes => Arg::Data(bytes.into());
    Vec<u8> => Arg: bytes => Arg::Data(bytes.into());
    Buffer => Arg: buffer => Arg::Data(buffer.into());
    Option<Value> => Arg: handle => Arg::Optional(handle);
    Option<Handle> => Arg: handle => Arg::Optional(handle.map(Value::from));

    &str => Data: text => Data::Bytes(text.as_bytes().to_vec());
    &[u8] => Data: bytes => Data::Bytes(bytes.to_vec());
    Vec<u8> => Data: bytes => Data::Bytes(bytes);
    &Vec<u8> => Data: bytes => Data::Bytes(bytes.clone());
    Buffer => Data: buffer => Data::Range(buffer.start.into(), buffer.len.into());
    Handle => Data: handle => Data::Range(handle.at.into(), 4u32.into());
    Size => Data: size => Data::Range(size.at.into(), 4u32.into());
    Wide => Data: wide => Data::Range(wide.at.into(), 8u32.into());
}

impl<const N: usize> From<&[u8; N]> for Arg {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Data(bytes.into())
    }
}

impl<const N: usize> From<[u8; N]> for Arg {
    fn from(bytes: [u8; N]) -> Self {
        Self::Data(bytes.into())
    }
}

impl<const N: usize> From<&[u8; N]> for Data {
    fn from(bytes: &[u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl<const N: usize> From<[u8; N]> for Data {
    fn from(bytes: [u8; N]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

/// A pointer and a length, known or read at run time.
impl<P: Into<Value>, L: Into<Value>> From<(P, L)> for Data {
    fn from((start, len): (P, L)) -> Self {
        Self::Range(start.into(), len.into())
    }
}

impl<P: Into<Value>, L: Into<Value>> From<(P, L)> for Arg {
    fn from(range: (P, L)) -> Self {
        Self::Data(range.into())
    }
}
