//! How much memory a process uses.

/// Bytes of memory that a process and what it has started have in use, as far as the system tells.
#[cfg(target_os = "linux")]
pub(super) fn in_use(process: u32) -> Option<u64> {
    /// Deeper, a chain of processes is not followed.
    const DEPTH: u32 = 8;
    fn of_tree(process: u32, depth: u32) -> u64 {
        let own = resident(process).unwrap_or(0);
        let children = if depth == 0 { Vec::new() } else { children(process) };
        children.into_iter().fold(own, |sum, child| sum.saturating_add(of_tree(child, depth - 1)))
    }
    Some(of_tree(process, DEPTH))
}

/// Elsewhere nobody is asked.
#[cfg(not(target_os = "linux"))]
pub(super) fn in_use(_: u32) -> Option<u64> {
    None
}

#[cfg(target_os = "linux")]
fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// Those that its first thread has started.
#[cfg(target_os = "linux")]
fn children(process: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    list.split_ascii_whitespace().filter_map(|id| id.parse().ok()).collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_written_to_counts() {
        let before = in_use(std::process::id()).unwrap();
        let much = std::hint::black_box(vec![1u8; 64 << 20]);
        let after = in_use(std::process::id()).unwrap();
        drop(much);
        assert!(before > 1 << 20 && after > before + (32 << 20), "{before} {after}");
        assert_eq!(in_use(u32::MAX), Some(0), "there is no such process");
    }
}
