//! The account of a guest's memory.

use wasmtime::ResourceLimiter;

/// What wasmtime needs for one element of a table.
const TABLE_ELEMENT_BYTES: usize = size_of::<usize>();

/// Counts the memory that a guest takes, tables included, and keeps it under a limit.
///
/// What is allowed here and then fails for want of system memory stays counted: wasmtime does not say which growth failed.
pub(crate) struct MemoryLimiter {
    limit: Option<usize>,
    taken: usize,
    refused: Option<usize>,
}

impl MemoryLimiter {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        Self { limit, taken: 0, refused: None }
    }

    /// The bytes that the guest has, which are the most it ever had: memories and tables do not shrink.
    pub(crate) fn peak(&self) -> usize {
        self.taken
    }

    /// The limit, and how many bytes the guest last asked for above it.
    pub(crate) fn refused(&self) -> Option<(usize, usize)> {
        self.limit.zip(self.refused)
    }

    fn grow(&mut self, by: usize) -> bool {
        let wanted = self.taken.saturating_add(by);
        if self.limit.is_some_and(|limit| wanted > limit) {
            self.refused = Some(wanted);
            return false;
        }
        self.taken = wanted;
        true
    }
}

impl ResourceLimiter for MemoryLimiter {
    /// An instance takes up memory for each of its globals and functions, which nobody asks about: up to 16 MB.
    fn instances(&self) -> usize {
        if self.limit.is_some() { MOST_INSTANCES } else { wasmtime::DEFAULT_INSTANCE_LIMIT }
    }

    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        // Above its own maximum the memory will not grow, and nothing is to be counted.
        Ok(maximum.is_none_or(|maximum| desired <= maximum) && self.grow(desired - current))
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(maximum.is_none_or(|maximum| desired <= maximum)
            && self.grow((desired - current).saturating_mul(TABLE_ELEMENT_BYTES)))
    }
}

/// So many instances a guest with a limit may have: more than commands that were composed of others do.
const MOST_INSTANCES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_covers_all_memories_and_tables_together() {
        let mut limiter = MemoryLimiter::new(Some(200_000));
        assert!(limiter.memory_growing(0, 65536, None).unwrap());
        assert!(limiter.memory_growing(0, 65536, None).unwrap());
        assert!(limiter.table_growing(0, 1000, None).unwrap());
        assert!(!limiter.memory_growing(65536, 131_072, None).unwrap());
        assert_eq!(limiter.peak(), 131_072 + 1000 * TABLE_ELEMENT_BYTES);
        assert_eq!(limiter.refused(), Some((200_000, 196_608 + 1000 * TABLE_ELEMENT_BYTES)));
    }

    #[test]
    fn growth_above_the_guests_own_maximum_is_not_our_refusal() {
        let mut limiter = MemoryLimiter::new(Some(1 << 30));
        assert!(!limiter.memory_growing(65536, 131_072, Some(65536)).unwrap());
        assert_eq!((limiter.refused(), limiter.peak()), (None, 0));
    }
}
