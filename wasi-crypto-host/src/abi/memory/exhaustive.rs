//! All ranges and overlaps of a small memory, against what they mean: no arithmetic here is right for most numbers only.

use std::cell::RefCell;

use super::tests::TestShared;
use super::*;

/// Room for each way in which two ranges can lie to each other, with bytes before, between and behind.
const SIZE: u32 = if cfg!(miri) { 3 } else { 8 };

/// Numbers around all bounds: of the memory, of 32 bits and of their half.
fn numbers() -> impl Iterator<Item = u32> + Clone {
    const HALF: u32 = 1 << 31;
    (0..SIZE + 3).chain(HALF - 2..=HALF + 2).chain(u32::MAX - SIZE - 2..=u32::MAX)
}

/// All ranges that lie in the memory.
fn ranges() -> impl Iterator<Item = (u32, u32)> + Clone {
    (0..=SIZE).flat_map(|start| (0..=SIZE - start).map(move |len| (start, len)))
}

#[test]
fn a_range_is_taken_if_all_its_bytes_are_there() {
    for size in 0..=SIZE {
        let mut bytes = vec![0; size as usize];
        let memory = GuestMemory::unshared(&mut bytes);
        for (start, len) in numbers().flat_map(|start| numbers().map(move |len| (start, len))) {
            let is_inside = len == 0 || u64::from(start) + u64::from(len) <= size.into();
            let found = memory.range(start, len);
            assert_eq!(found.is_ok(), is_inside, "{start}+{len} in {size}");
            if let Ok(Range { start: first, len: found }) = found {
                assert!(first + found <= size as usize && found == len as usize);
            }
            for record_len in [1, 2, 7, 20, 1 << 20] {
                let bytes = u64::from(len) * record_len;
                let is_inside = bytes == 0 || u64::from(start) + bytes <= size.into();
                let found = memory.list(start, len, record_len as usize).is_ok();
                assert_eq!(found, is_inside, "{len} records of {record_len} at {start} in {size}");
            }
        }
    }
}

#[test]
fn ranges_overlap_if_they_have_a_byte_in_common() {
    let mut bytes = [0; SIZE as usize];
    let memory = GuestMemory::unshared(&mut bytes);
    for (one, other) in ranges().flat_map(|one| ranges().map(move |other| (one, other))) {
        let has = |(start, len): (u32, u32), byte: u32| (start..start + len).contains(&byte);
        let expected = (0..SIZE).any(|byte| has(one, byte) && has(other, byte));
        let range = |(start, len): (u32, u32)| memory.range(start, len).unwrap();
        assert_eq!(range(one).overlaps(&range(other)), expected, "{one:?} {other:?}");
    }
}

#[test]
fn a_transform_reads_all_of_its_input_and_changes_its_output_alone() {
    let original: Vec<u8> = (0..SIZE as u8).collect();
    let pairs = ranges().flat_map(|output| ranges().map(move |data| (output, data)));
    for (output, data) in pairs.filter(|(output, data)| data.1 <= output.1) {
        let run = |mut memory: GuestMemory<'_>| {
            let (to, from) = (memory.range(output.0, output.1).unwrap(), memory.range(data.0, data.1).unwrap());
            memory.transform(to, from, |bytes| {
                assert_eq!(bytes.len(), output.1 as usize);
                assert_eq!(bytes[..data.1 as usize], original[data.0 as usize..][..data.1 as usize]);
                bytes.fill(0xff);
            });
        };
        let mut expected = original.clone();
        expected[output.0 as usize..][..output.1 as usize].fill(0xff);
        let mut borrowed = original.clone();
        run(GuestMemory::unshared(&mut borrowed));
        assert_eq!(borrowed, expected, "{output:?} {data:?}");
        let shared = TestShared(RefCell::new(original.clone()));
        run(GuestMemory::shared(&shared));
        assert_eq!(shared.0.into_inner(), expected, "{output:?} {data:?}, shared");
    }
}
