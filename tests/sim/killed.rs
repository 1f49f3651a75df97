//! `kill -9` at any moment: the file holds whole rows, and only probes in flight are lost.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::namespace::Namespace;
use crate::process::signal;
use crate::rows::{Row, in_file, no_panic, number, turnprobe};

const RUNS: u64 = 200;

/// The rows of each run by their slots.
fn runs(file: &Path) -> BTreeMap<String, Vec<u64>> {
    let mut runs: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let slot = |row: &Row| (row["run_id"].clone(), number(row, "slot"));
    for (run, slot) in in_file(file).iter().map(slot) {
        runs.entry(run).or_default().push(slot);
    }
    for slots in runs.values_mut() {
        slots.sort_unstable();
    }
    runs
}

/// A generator of moments (xorshift64); the same ones each time.
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
#[ignore = "needs root, nftables and tshark"]
fn two_hundred_kills_leave_whole_rows_and_lose_no_more_than_what_was_in_flight() {
    let namespace = Namespace::new("killed");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("probes.csv");
    let mut state = 0x9e37_79b9_7f4a_7c15;
    for run in 0..RUNS {
        // back to back no slot is missed; with an interval the writes come in bursts
        let interval = if run % 2 == 0 { "0" } else { "1ms" };
        let line =
            format!("--lab -i {interval} --concurrency 8 --label pace={interval} -q --output");
        let mut command = turnprobe(&namespace, &line);
        let mut child = command.arg(&file).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random(&mut state) % 500));
        signal(&child, "KILL");
        child.wait().unwrap();
    }
    let whole = turnprobe(&namespace, "--lab -n 1 -q --output")
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(whole.status.code(), Some(0));
    no_panic(&whole);

    let rows = in_file(&file);
    assert!(
        rows.iter()
            .all(|row| row["Status"] == "OK" && row["world"] == "lab")
    );
    let back_to_back: Vec<_> = rows.iter().filter(|row| row["label"] == "pace=0").collect();
    let runs = runs(&file);
    assert!(
        runs.len() > 50,
        "only {} of the runs came to write",
        runs.len()
    );
    for (run, slots) in &runs {
        assert!(
            slots.windows(2).all(|pair| pair[0] < pair[1]),
            "{run} has a slot twice"
        );
        if back_to_back.iter().any(|row| row["run_id"] == *run) {
            let last = slots.last().unwrap();
            let missing = last + 1 - slots.len() as u64;
            // 8 in flight, and as many rows on their way to the file
            assert!(
                missing <= 16,
                "{run} lost {missing} rows before slot {last}"
            );
        }
    }
}
