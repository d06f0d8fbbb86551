//! A shared memory is read and written by whole words, and is to look as if it were by bytes.

use wasi_crypto_host::SharedMemory as _;
use wasmtime::{MemoryType, SharedMemory};

use crate::guest::engine;
use crate::support::{PAGE, Random};

fn memory() -> SharedMemory {
    SharedMemory::new(&engine(), MemoryType::shared(1, 1)).unwrap()
}

#[test]
fn every_range_is_what_was_written_and_nothing_beside_it_changes() {
    let (memory, mut model, mut random) = (memory(), vec![0; PAGE], Random(1));
    assert_eq!(memory.len(), PAGE);
    for round in 0..20_000 {
        let most = if round % 100 == 0 { PAGE } else { 40 };
        let len = random.below(most + 1);
        // At the end, every other time.
        let offset = if round % 2 == 0 { PAGE - len } else { random.below(PAGE - len + 1) };
        let bytes = random.bytes(len);
        memory.write(offset, &bytes);
        model[offset..offset + len].copy_from_slice(&bytes);
        let around = offset.saturating_sub(9)..(offset + len + 9).min(PAGE);
        let mut read = vec![0; around.len()];
        memory.read(around.start, &mut read);
        assert_eq!(read, model[around], "{len} bytes at {offset}");
    }
    let mut all = vec![0; PAGE];
    memory.read(0, &mut all);
    assert_eq!(all, model);
}

#[test]
fn threads_that_write_bytes_of_one_word_do_not_undo_each_other() {
    let memory = memory();
    // Each has its bytes of every third, which lie in words of all.
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let memory = &memory;
            scope.spawn(move || {
                for round in 1..=200 {
                    for at in (thread..3000).step_by(3) {
                        memory.write(at, &[round]);
                    }
                    let mut read = vec![0; 3000];
                    memory.read(0, &mut read);
                    assert!(read.iter().skip(thread).step_by(3).all(|byte| *byte == round));
                }
            });
        }
    });
}
