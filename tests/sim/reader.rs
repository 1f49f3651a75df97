//! A reader of stdout that stands still for so long that the queue is full.

use std::time::Duration;

use crate::namespace::Namespace;
use crate::process::peak;
use crate::rows::{no_panic, number, parse, turnprobe};

#[test]
#[ignore = "needs root, nftables and tshark"]
fn while_ten_thousand_rows_wait_for_a_reader_slots_are_missed_and_no_row_is_lost() {
    const SLOTS: u64 = 40_000;
    let namespace = Namespace::new("reader");
    let line = format!("127.0.0.1:1 -i 1ms -n {SLOTS} --concurrency 8 --format csv");
    let child = turnprobe(&namespace, &line).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(45));
    let memory = peak(&child).unwrap();
    let output = child.wait_with_output().unwrap();
    no_panic(&output);
    // nothing listens there
    assert_eq!(output.status.code(), Some(1));
    let rows = parse(std::str::from_utf8(&output.stdout).unwrap());
    let mut slots: Vec<_> = rows.iter().map(|row| number(row, "slot")).collect();
    slots.sort_unstable();
    slots.dedup();
    assert_eq!(slots.len(), rows.len());
    // those that wait in a pipe of 64 KiB and on their way are more
    let most = 10_000 + 64 * 1024 / 400 + 64 + 2 * 8;
    assert!((10_000..most).contains(&rows.len()), "{}", rows.len());
    let missed = SLOTS - slots.len() as u64;
    let stderr = String::from_utf8(output.stderr).unwrap();
    let summary = format!(
        "{} sent, 0 ok, {0} failed (100 %), {missed} missed slots",
        rows.len()
    );
    assert!(stderr.contains(&summary), "{summary}: {stderr}");
    // the row waited, its probe did not
    for row in &rows {
        assert!(number(row, "total_us") < 5_000_000 && number(row, "lag_us") < 5_000_000);
    }
    assert!(memory < 64 << 10, "{memory} KiB");
}
