//! A run of the program that is looked at and meddled with from outside.

use std::process::{Child, Command, Output};
use std::time::Duration;

/// A signal to a process.
pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(child.id().to_string())
        .status();
    assert!(status.unwrap().success());
}

/// The most memory that a process held at a time since its start, or since [`forget_peak`], in
/// KiB; `None` when it has ended.
pub fn peak(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Begins the peak anew (proc(5), clear_refs).
pub fn forget_peak(child: &Child) {
    std::fs::write(format!("/proc/{}/clear_refs", child.id()), "5").unwrap();
}

/// Waits for the end of a run and tells the most memory that it held.
pub fn watched(mut child: Child) -> (Output, u64) {
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(&child).unwrap_or_default());
        std::thread::sleep(Duration::from_millis(20));
    }
    (child.wait_with_output().unwrap(), most)
}

/// What the program may hold at most, in KiB; some 26 MiB of it are the pages of a debug build, which a release has not.
pub const MOST_MEMORY: u64 = 52 << 10;
