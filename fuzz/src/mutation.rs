//! Changes to DER that keep most of it in order: the lengths around a change are made to fit, unless they are what is changed.

use crate::bytes::Bytes;

/// Changes DER as the bytes say, and anything else byte by byte.
pub fn mutate(encoded: &[u8], bytes: &mut Bytes<'_>) -> Vec<u8> {
    let edits = bytes.byte() % 4 + 1;
    let Some(mut nodes) = parse(encoded, 0) else { return mutate_bytes(encoded, edits, bytes) };
    for _ in 0..edits {
        let mut index = usize::from(bytes.byte()) % count(&nodes).max(1);
        edit(&mut nodes, &mut index, bytes);
    }
    let mut out = Vec::new();
    nodes.iter().for_each(|node| node.write(&mut out));
    out
}

/// The bare key in a `SubjectPublicKeyInfo` or `PrivateKeyInfo`, and whether it is a sequence of several values. Of a single value,
/// such as the octet string of Ed25519, only what it holds: that is the raw key.
pub fn inner(der: &[u8], is_public: bool) -> Option<(Vec<u8>, bool)> {
    let outer = parse(der, 0)?;
    let [Node { tag: SEQUENCE, content: Content::Nodes(parts), .. }] = outer.as_slice() else { return None };
    if is_public {
        let [_, Node { tag: BIT_STRING, content, .. }] = parts.as_slice() else { return None };
        return Some((content.bytes(), false));
    }
    let [_, _, Node { tag: OCTET_STRING, content, .. }, ..] = parts.as_slice() else { return None };
    match content {
        Content::Nodes(nodes) if nodes[0].tag == SEQUENCE => Some((content.bytes(), true)),
        Content::Nodes(nodes) => Some((nodes[0].content.bytes(), false)),
        Content::Bytes(_) => None,
    }
}

/// Puts a raw key, changed as the bytes say, into the place of the bare key in a `SubjectPublicKeyInfo` or `PrivateKeyInfo`.
pub fn replace_inner(der: &[u8], raw: &[u8], is_public: bool, bytes: &mut Bytes<'_>) -> Option<Vec<u8>> {
    let mut outer = parse(der, 0)?;
    let [Node { content: Content::Nodes(parts), .. }] = outer.as_mut_slice() else { return None };
    let string = parts.get_mut(if is_public { 1 } else { 2 })?;
    let place = match &mut string.content {
        content if is_public => content,
        Content::Bytes(_) => return None,
        Content::Nodes(nodes) => match &mut nodes[0] {
            // Of an elliptic curve: a version, then the scalar.
            Node { tag: SEQUENCE, content: Content::Nodes(values), .. } => &mut values.get_mut(1)?.content,
            Node { content, .. } => content,
        },
    };
    let edits = bytes.byte() % 4;
    *place = Content::Bytes(mutate_bytes(raw, edits, bytes));
    Some(Content::Nodes(outer).bytes())
}

/// A value with its tag.
#[derive(Clone)]
struct Node {
    tag: u8,
    /// What stands before nested values, such as the number of unused bits of a bit string.
    prefix: Vec<u8>,
    content: Content,
    length: Length,
}

#[derive(Clone)]
enum Content {
    Bytes(Vec<u8>),
    Nodes(Vec<Node>),
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Nodes(nodes) => {
                let mut bytes = Vec::new();
                nodes.iter().for_each(|node| node.write(&mut bytes));
                bytes
            }
        }
    }
}

/// How the length is written.
#[derive(Clone, Copy)]
enum Length {
    Right,
    /// In more bytes than it needs.
    Padded(u8),
    /// So much too large, or too small.
    Wrong(i8),
    Indefinite,
}

const BIT_STRING: u8 = 3;
const OCTET_STRING: u8 = 4;
const SEQUENCE: u8 = 0x30;
const CONSTRUCTED: u8 = 0x20;

/// Deeper than any key.
const MAX_DEPTH: u8 = 6;

/// Values in a row that fill `der`; strings that are values again are taken apart, too.
fn parse(mut der: &[u8], depth: u8) -> Option<Vec<Node>> {
    let mut nodes = Vec::new();
    while let [tag, length, rest @ ..] = der {
        let (len, rest) = match *length {
            short @ 0..=0x7f => (usize::from(short), rest),
            0x81 => (usize::from(*rest.first()?), &rest[1..]),
            0x82 => (usize::from(u16::from_be_bytes(*rest.first_chunk()?)), &rest[2..]),
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(len)?;
        nodes.push(Node::new(*tag, content, depth));
        der = rest;
    }
    (der.is_empty() && !nodes.is_empty() && depth < MAX_DEPTH).then_some(nodes)
}

impl Node {
    fn new(tag: u8, content: &[u8], depth: u8) -> Self {
        let (prefix, nested) = match (tag, content) {
            (BIT_STRING, [unused, nested @ ..]) => (&[*unused][..], nested),
            _ => (&[][..], content),
        };
        let nodes = match tag {
            BIT_STRING | OCTET_STRING => parse(nested, depth + 1),
            _ if tag & CONSTRUCTED != 0 => parse(nested, depth + 1),
            _ => None,
        };
        let content = nodes.map_or_else(|| Content::Bytes(nested.to_vec()), Content::Nodes);
        Self { tag, prefix: prefix.to_vec(), content, length: Length::Right }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let body = [self.prefix.clone(), self.content.bytes()].concat();
        out.push(self.tag);
        match self.length {
            Length::Right => write_len(body.len(), 0, out),
            Length::Padded(more) => write_len(body.len(), usize::from(more), out),
            Length::Wrong(by) => write_len(body.len().saturating_add_signed(by.into()), 0, out),
            Length::Indefinite => out.push(0x80),
        }
        out.extend_from_slice(&body);
        if matches!(self.length, Length::Indefinite) {
            out.extend_from_slice(&[0, 0]);
        }
    }

    /// The content as bytes, to change them.
    fn flatten(&mut self) -> &mut Vec<u8> {
        if let Content::Nodes(_) = self.content {
            self.content = Content::Bytes(self.content.bytes());
        }
        match &mut self.content {
            Content::Bytes(bytes) => bytes,
            Content::Nodes(_) => unreachable!("it has just been replaced"),
        }
    }
}

/// Writes a length in as few bytes as it needs, and some more.
fn write_len(len: usize, more: usize, out: &mut Vec<u8>) {
    let bytes = len.to_be_bytes();
    let needed = bytes.len() - bytes.iter().take_while(|byte| **byte == 0).count();
    if len < 0x80 && more == 0 {
        out.push(len as u8);
        return;
    }
    let count = needed.max(1) + more.saturating_sub(usize::from(len < 0x80)).min(8);
    out.push(0x80 | count as u8);
    out.extend(std::iter::repeat_n(0, count.saturating_sub(bytes.len())));
    out.extend_from_slice(&bytes[bytes.len().saturating_sub(count)..]);
}

fn count(nodes: &[Node]) -> usize {
    let nested = |node: &Node| if let Content::Nodes(nodes) = &node.content { count(nodes) } else { 0 };
    nodes.iter().map(|node| 1 + nested(node)).sum()
}

/// Changes the node of this index, counted in the order in which they are written.
fn edit(nodes: &mut Vec<Node>, index: &mut usize, bytes: &mut Bytes<'_>) -> bool {
    for at in 0..nodes.len() {
        if *index == 0 {
            edit_node(nodes, at, bytes);
            return true;
        }
        *index -= 1;
        if let Content::Nodes(nested) = &mut nodes[at].content
            && edit(nested, index, bytes)
        {
            return true;
        }
    }
    false
}

fn edit_node(nodes: &mut Vec<Node>, at: usize, bytes: &mut Bytes<'_>) {
    let node = &mut nodes[at];
    match bytes.byte() % 16 {
        0 => node.tag = bytes.byte(),
        1 => node.content = Content::Bytes(bytes.short().to_vec()),
        2 => drop(nodes.remove(at)),
        3 => {
            let copy = node.clone();
            nodes.insert(at, copy);
        }
        4 => {
            let zeros = bytes.byte() % 40;
            node.flatten().splice(0..0, vec![0; zeros.into()]);
        }
        5 => {
            let less = usize::from(bytes.byte() % 40);
            let content = node.flatten();
            content.truncate(content.len().saturating_sub(less));
        }
        6 => node.flatten().extend_from_slice(bytes.short()),
        7 => node.length = Length::Padded(bytes.byte() % 8 + 1),
        8 => node.length = Length::Wrong(bytes.byte() as i8),
        9 => node.length = Length::Indefinite,
        10 => {
            let other = usize::from(bytes.byte()) % nodes.len();
            nodes.swap(at, other);
        }
        11 => nodes.insert(at + 1, Node::new(bytes.byte(), bytes.short(), 0)),
        12 => mutate_byte(node.flatten(), bytes),
        13 => {
            let content = node.flatten();
            let zeros = content.iter().take_while(|byte| **byte == 0).count();
            content.drain(..zeros);
        }
        14 => {
            let tag = [SEQUENCE, 0xa0, 0xa1, OCTET_STRING, bytes.byte()][usize::from(bytes.byte() % 5)];
            let (inner, prefix) = (nodes.remove(at), Vec::new());
            let outer = Node { tag, prefix, content: Content::Nodes(vec![inner]), length: Length::Right };
            nodes.insert(at, outer);
        }
        _ => node.prefix = bytes.short().to_vec(),
    }
}

fn mutate_bytes(encoded: &[u8], edits: u8, bytes: &mut Bytes<'_>) -> Vec<u8> {
    let mut out = encoded.to_vec();
    for _ in 0..edits {
        match bytes.byte() % 5 {
            0 => mutate_byte(&mut out, bytes),
            1 => out.truncate(out.len().saturating_sub(bytes.byte().into())),
            2 => out.extend_from_slice(bytes.short()),
            3 => {
                out.splice(0..0, bytes.short().iter().copied());
            }
            _ => {
                let from = usize::from(bytes.u16()) % (out.len() + 1);
                out.drain(..from);
            }
        }
    }
    out
}

fn mutate_byte(content: &mut [u8], bytes: &mut Bytes<'_>) {
    let at = usize::from(bytes.u16());
    let by = bytes.byte();
    if !content.is_empty() {
        let at = at % content.len();
        content[at] = content[at].wrapping_add(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A P-256 key, whose PKCS#8 has values in an octet string and in a bit string.
    const KEY: &[u8] = &[
        0x30, 0x1a, 0x02, 1, 0, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x09, 0x30, 0x07, 0x02, 1, 1, 0x04, 2,
        7, 8, 0x03, 3, 0, 0x05, 0,
    ];

    #[test]
    fn what_is_parsed_is_written_again() {
        let nodes = parse(KEY, 0).unwrap();
        assert_eq!(count(&nodes), 10);
        let mut out = Vec::new();
        nodes.iter().for_each(|node| node.write(&mut out));
        assert_eq!(out, KEY);
    }

    #[test]
    fn the_lengths_around_a_change_fit() {
        // One edit, of the seventh value: zeros in front of the number 1.
        let longer = mutate(KEY, &mut Bytes::new(&[0, 6, 4, 2]));
        assert_eq!(longer.len(), KEY.len() + 2);
        assert_eq!(&longer[..2], [0x30, 0x1c]);
        assert_eq!(&longer[12..21], [0x04, 0x0b, 0x30, 0x09, 0x02, 3, 0, 0, 1]);
    }

    #[test]
    fn the_bare_key_is_found_and_replaced() {
        let public = [0x30, 11, 0x30, 3, 0x06, 1, 9, 0x03, 4, 0, 2, 3, 3];
        assert_eq!(inner(&public, true), Some((vec![2, 3, 3], false)));
        // One edit: 3 more in the first byte.
        let changed = replace_inner(&public, &[2, 8], true, &mut Bytes::new(&[1, 0, 0, 0, 3])).unwrap();
        assert_eq!(changed, [0x30, 10, 0x30, 3, 0x06, 1, 9, 0x03, 3, 0, 5, 8]);
    }

    #[test]
    fn a_length_can_be_longer_than_it_needs_to_be() {
        let mut out = Vec::new();
        write_len(5, 1, &mut out);
        write_len(5, 2, &mut out);
        write_len(200, 1, &mut out);
        write_len(200, 0, &mut out);
        assert_eq!(out, [0x81, 5, 0x82, 0, 5, 0x82, 0, 200, 0x81, 200]);
    }
}
