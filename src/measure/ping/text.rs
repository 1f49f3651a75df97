//! Pings in a sentence.

use super::finished::PingTotals;
use crate::doc::number::{counted, share};

/// How many pings were answered; nothing where there are none.
pub fn told(all: &[PingTotals]) -> Option<String> {
    let sum = |of: fn(&PingTotals) -> u64| all.iter().map(of).fold(0, u64::saturating_add);
    let (pings, lost) = (sum(|one| one.pings), sum(|one| one.lost));
    if sum(|one| one.rows) == 0 {
        return None;
    }
    if pings == 0 {
        return Some("End2End-Ping: no row has numbers that can be read.".to_owned());
    }
    let failed = match sum(|one| one.failed) {
        0 => String::new(),
        failed => format!("; {} without any answer", counted(failed, "row", "rows")),
    };
    let unreadable = match sum(|one| one.unreadable) {
        0 => String::new(),
        rows => format!(
            "; {} without readable counts of pings and losses, in none of these numbers",
            counted(rows, "row is", "rows are")
        ),
    };
    Some(format!(
        "End2End-Ping: {} of {} were answered and {} lost{failed}{unreadable}.",
        share(pings - lost, pings),
        counted(pings, "ping", "pings"),
        share(lost, pings),
    ))
}
