//! Reads DER (X.690), as strictly as it is written.

/// What is left of a run of DER values.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const SEQUENCE: u8 = 0x30;

impl<'a> Reader<'a> {
    pub(crate) fn new(der: &'a [u8]) -> Self {
        Self(der)
    }

    /// The values inside the one value of this tag that `der` is.
    pub(crate) fn inside(der: &'a [u8], tag: u8) -> Result<Self, String> {
        let mut reader = Self(der);
        let content = reader.take(tag)?;
        reader.end()?;
        Ok(Self(content))
    }

    /// The tag of the next value.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next value, which must have this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Result<&'a [u8], String> {
        match self.peek() {
            Some(found) if found == tag => {}
            Some(found) => return Err(format!("a DER value has tag {found:#04x} where {tag:#04x} belongs")),
            None => return Err(format!("the DER ends where a value of tag {tag:#04x} belongs")),
        }
        let (len, header) = length(&self.0[1..]).ok_or("a DER length is cut off or not the shortest form")?;
        let rest = &self.0[1 + header..];
        let (content, rest) = rest.split_at_checked(len).ok_or("a DER value is cut off")?;
        self.0 = rest;
        Ok(content)
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(format!("{} bytes follow the DER", self.0.len())) }
    }
}

/// The length that `der` begins with, and the size of that.
fn length(der: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*der.first()?);
    if first < 0x80 {
        return Some((first, 1));
    }
    let bytes = der.get(1..=first & 0x7f).filter(|bytes| (1..=4).contains(&bytes.len()))?;
    let len = bytes.iter().fold(0, |len, byte| len << 8 | usize::from(*byte));
    let shortest = bytes[0] != 0 && len >= 0x80;
    shortest.then_some((len, 1 + bytes.len()))
}

/// The bytes of a non-negative INTEGER without its leading zero.
pub(crate) fn unsigned(content: &[u8]) -> Result<&[u8], String> {
    match content {
        [] => Err("an INTEGER is empty".into()),
        [0, next, ..] if *next < 0x80 => Err("an INTEGER has a needless leading zero".into()),
        [0, rest @ ..] if !rest.is_empty() => Ok(rest),
        [first, ..] if *first >= 0x80 => Err("an INTEGER is negative".into()),
        _ => Ok(content),
    }
}
