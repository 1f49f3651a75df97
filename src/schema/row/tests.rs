//! Failed rows that were answered all the same.

use super::*;

/// A row of ours that failed in the turn phase with this reply.
fn failed(reply: &str) -> (bool, Option<u64>) {
    let cells = ["turn-error", "turn", reply, "26000", "54000"];
    let names = [
        "Status",
        "failed_phase",
        "turn_reply",
        "turn_us",
        "total_us",
    ];
    let layout = Layout::new(Dialect::Turnprobe, names.map(str::to_owned).to_vec());
    let text = cells.concat();
    let mut end = 0;
    let ends = cells.map(|cell| {
        end += u32::try_from(cell.len()).unwrap();
        end
    });
    let row = Row::new(&layout, &text, &ends, None);
    assert!(!row.is_ok());
    assert_eq!(row.times()[Metric::Total as usize], None);
    (row.was_answered(), row.times()[Metric::Turn as usize])
}

#[test]
fn an_error_that_was_answered_has_its_round_trip() {
    for reply in ["300", "508", "success"] {
        assert_eq!(failed(reply), (true, Some(26_000)), "{reply}");
    }
    for reply in ["silent", "malformed", "icmp", "closed", "alert", "http", ""] {
        assert_eq!(failed(reply), (false, None), "{reply}");
    }
}
