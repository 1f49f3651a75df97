//! A long series holds no more memory at its end than in its middle.

use std::process::Stdio;
use std::time::Duration;

use crate::namespace::Namespace;
use crate::process::{MOST_MEMORY, forget_peak, peak};
use crate::rows::{in_file, number, turnprobe};

const PROBES: usize = 20_000;

#[test]
#[ignore = "needs root, nftables and tshark"]
fn the_second_ten_thousand_probes_hold_no_more_memory_than_the_first() {
    let namespace = Namespace::new("steady");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    // the delays of the lab are those of the relays: only many in flight make it fast
    let line = format!("--lab -n {PROBES} -i 0 --concurrency 64 -q --columns slot,Status --output");
    let mut command = turnprobe(&namespace, &line);
    let mut child = command.arg(&file).stdout(Stdio::null()).spawn().unwrap();
    let written = || std::fs::metadata(&file).map_or(0, |data| data.len());
    // a row such as "12345","OK"
    let half = (PROBES / 2 * 13) as u64;
    while written() < half && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let first = peak(&child).unwrap();
    forget_peak(&child);
    let mut second = 0;
    while child.try_wait().unwrap().is_none() {
        second = peak(&child).unwrap_or(second).max(second);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(child.wait().unwrap().success());
    let rows = in_file(&file);
    assert_eq!(rows.len(), PROBES);
    assert!(rows.iter().all(|row| row["Status"] == "OK"));
    assert_eq!(
        rows.iter().map(|row| number(row, "slot")).max(),
        Some(PROBES as u64 - 1)
    );
    assert!(
        second > 0 && second <= first + 512,
        "{first} KiB, then {second} KiB"
    );
    assert!(first < MOST_MEMORY, "{first} KiB");
}
