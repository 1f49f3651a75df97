//! The kinds of measurement, a line each: its folder, its rows with their tables, and, by the name that it has in
//! a report, how many of its rows are folded and what that comes to. A kind with a fold has `finished::of` and
//! `sections::section` too. One without rows of its own is what other programs measure: files of theirs are read.

use crate::schema::group::names;

/// Hands the kinds to a macro.
macro_rules! kinds {
    ($to:ident) => {
        $to! {
            probe [Record columns::PROBE];
            burst [Burst columns::BURST, Packet packet_columns::PACKET] bursts: fold::BurstRows => finished::BurstTotals;
            hold [Hold columns::HOLD, Sample sample_columns::SAMPLE] held: fold::HeldRows => finished::HeldTotals;
            ladder [Rung columns::LADDER];
            rollup [Rollup columns::ROLLUP] rollups: fold::RollupRows => finished::RollupTotals;
            ping [] pings: fold::PingRows => finished::PingTotals;
            assessment [] assessments: fold::AssessmentRows => finished::AssessmentTotals;
        }
    };
}
pub(crate) use kinds;

macro_rules! tables {
    ($($kind:ident [$($row:ident $($table:ident)::+),*] $($field:ident: $($fold:ident)::+ => $($total:ident)::+)?;)+) => {
        /// Names of the columns of each kind of row.
        pub(crate) const TABLES: &[&[&str]] = &[$($(&names(&super::$kind::$($table)::+),)*)+];
    };
}

kinds!(tables);
