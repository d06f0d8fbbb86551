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
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;
    use std::time::{Duration, Instant};

    use super::*;

    /// Of a process that another has started, since what other tests do counts for this one.
    #[test]
    fn memory_that_is_written_to_counts() {
        // `tail` keeps what has no end of a line.
        let script = "{ head -c 67108864 /dev/zero; sleep 60; } | tail -n 1";
        let mut shell = Command::new("sh").args(["-c", script]).process_group(0).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while in_use(shell.id()).unwrap() < 64 << 20 {
            assert!(Instant::now() < deadline, "{:?}", in_use(shell.id()));
            std::thread::sleep(Duration::from_millis(10));
        }
        _ = Command::new("kill").args(["-9", "--", &format!("-{}", shell.id())]).status();
        shell.wait().unwrap();
        assert_eq!(in_use(u32::MAX), Some(0), "there is no such process");
    }
}
