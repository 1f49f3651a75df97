//! How much of a file became no row, in rows: a line may be what is left of hundreds.

use super::kind::{KINDS, TroubleKind};
use crate::record::Counter as _;

/// Kinds of lines that were rows once.
const LOST_ROWS: [TroubleKind; 9] = [
    TroubleKind::NoHeader,
    TroubleKind::Fields,
    TroubleKind::Commas,
    TroubleKind::Quotes,
    TroubleKind::Open,
    TroubleKind::Torn,
    TroubleKind::Json,
    TroubleKind::Long,
    TroubleKind::Binary,
];

/// Kinds of lines in which NUL bytes stand in place of rows.
const NULS: [TroubleKind; 2] = [TroubleKind::Zeros, TroubleKind::Nuls];

/// Rows that are many, if they are more than one in a hundred, too.
const MANY: u64 = 10;

/// Whether so many are lost, beside so many rows, that nobody knows what a file would say with them: more than a few that were
/// torn, which every night may have.
pub fn are_many(lost: u64, rows: u64) -> bool {
    lost >= MANY && lost.saturating_mul(100) > rows
}

/// How many rows bytes are about, where so many others are so many rows.
pub fn rows_of(bytes: u64, rows: u64, others: u64) -> u64 {
    let all = u128::from(bytes).saturating_mul(u128::from(rows));
    let half = u128::from(others / 2);
    let about = all.saturating_add(half).checked_div(u128::from(others));
    about.map_or(0, |about| u64::try_from(about).unwrap_or(u64::MAX))
}

/// Bytes of lines, and of those that became no row.
#[derive(Debug, Default)]
pub(super) struct Lost {
    /// Of all lines.
    pub taken: u64,
    /// What is wrong with the line at hand.
    pub of: Option<TroubleKind>,
    bytes: [u64; KINDS.len()],
}

impl Lost {
    /// Adds the bytes of the line at hand, and how many of them are NUL.
    pub fn add(&mut self, bytes: u64, nuls: u64) {
        let Some(kind) = self.of.take() else {
            return;
        };
        if LOST_ROWS.contains(&kind) {
            self.bytes[kind as usize].raise(bytes);
        } else if NULS.contains(&kind) {
            self.bytes[kind as usize].raise(nuls);
        }
    }

    /// How many rows the lines of a kind were, by the bytes of a usual row of the file, which has so many; each line that was
    /// a row is one at least.
    pub fn rows(&self, kind: TroubleKind, lines: u64, rows: u64) -> u64 {
        let lines = if LOST_ROWS.contains(&kind) { lines } else { 0 };
        let bytes = self.bytes[kind as usize];
        let of_rows = self.taken.saturating_sub(self.bytes.iter().sum());
        if bytes == 0 {
            return lines;
        }
        lines.max(rows_of(bytes, rows, of_rows))
    }

    /// What is said of lines that were more rows than lines.
    pub fn told(&self, kind: TroubleKind, lines: u64, rows: u64) -> String {
        if rows <= lines {
            return String::new();
        }
        let bytes = self.bytes[kind as usize];
        if NULS.contains(&kind) {
            format!("; {bytes} bytes of them, in the place of about {rows} rows")
        } else {
            format!("; {bytes} bytes, about {rows} rows")
        }
    }
}
