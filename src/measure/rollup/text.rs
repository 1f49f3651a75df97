//! What roll-ups do not contain, in words.

use super::finished::RollupTotals;
use crate::doc::number::counted;

/// What is known of single rows alone, so that a report of roll-ups does not have it.
pub const NOT_IN_ROLLUPS: &str = "Not in roll-ups, as only single rows have it: when outages \
    began and ended and how many there were, gaps and missed slots, each slow connect and what \
    explains it, addresses and names of relays, certificates and what they show about the path, \
    resolvers, addresses of this end, clocks that were set. If a table or sentence about these \
    is missing, it was not checked, and nothing is said about it.";

/// What the rest of a verdict does not know of them.
pub const NOT_LOOKED_AT: &str = "; roll-ups say nothing of gaps, certificates and single probes";

/// What of so many rows is in roll-ups: `3,600 probes in 12 roll-ups and 60 rows`; nothing where there are none.
pub fn used(all: &[RollupTotals], rows: u64) -> Option<String> {
    let one = all.first()?;
    let probes = counted(one.probes, "probe", "probes");
    let rolled = format!(
        "{probes} in {}",
        counted(one.rollups, "roll-up", "roll-ups")
    );
    Some(match rows.saturating_sub(one.probes) {
        0 => rolled,
        rest => format!("{rolled} and {}", counted(rest, "row", "rows")),
    })
}
