//! What the order of the rows of a series is made of.

use crate::schema::{Row, id};

/// The shortest time without an answer that a watch calls an outage, in microseconds.
pub const WATCH_OUTAGE_US: u64 = 1_000_000;

/// What a row says of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowReply {
    /// The relay answered, be it with an error.
    Answer,
    /// It did not, for the cause of this number.
    Nothing(u32),
    /// This computer alone failed, or something answered that may not be the relay: somebody measured, and learned
    /// nothing of the relay.
    Here,
    /// A row that a filter leaves out: it shows that somebody measured, and when the path worked.
    Beside {
        /// Whether the relay answered.
        answered: bool,
    },
}

/// Requests that a row stands for, sent one after the other: 1, but for a row of a watch whose packets went without an
/// answer for as long as it calls an outage.
pub(super) fn requests(row: &Row<'_>) -> u64 {
    if row.get(id!(mode)) != "watch" || row.number(id!(received)) != Some(0) {
        return 1;
    }
    let sent = row.number(id!(sent)).unwrap_or(1).max(1);
    let interval = row.number(id!(interval_us)).unwrap_or(0);
    if sent.saturating_mul(interval) >= WATCH_OUTAGE_US {
        sent
    } else {
        1
    }
}

/// What the order of rows is made of.
#[derive(Debug, Clone, Copy)]
pub struct Observation {
    /// When, in microseconds since 1970 by the clock of then.
    pub at: i64,
    /// Where it lies on the axis of its run.
    pub axis: i64,
    /// By how much the clock was set by now since the run began.
    pub set: i64,
    /// Number of the run; 0 where that is not known.
    pub run: u64,
    /// What came of it.
    pub reply: RowReply,
    /// Requests sent one after the other that it stands for: 1, but for a minute of a watch without any answer.
    pub requests: u64,
    /// Number of the region.
    pub region: usize,
    /// Number of the address; none where there is none.
    pub address: Option<u32>,
    /// Number of the file.
    pub file: u32,
    /// Of equal rows the same: what was measured, in brief.
    pub measured: u32,
}
