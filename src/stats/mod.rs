//! Streaming and mergeable statistics. Pure: values in, summaries out.

// what strangers send and write: an overflow would be a panic, or a wrong number
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod added;
mod chao;
pub mod charts;
pub mod compare;
mod distribution;
pub mod expo;
mod failures;
mod hour_counts;
mod moments;
mod outcomes;
mod over_time;
mod pairs;
pub mod paths;
mod rough;
mod share;
mod statistics;
pub mod survey;
mod tally;
mod times;
mod trips;
pub mod units;

pub use added::{Added, Difference, Inspects, PhaseSpan};
pub use chao::{Richness, chao1};
pub use distribution::Distribution;
pub use expo::Expo;
pub use failures::FailuresByCause;
pub use hour_counts::HourCounts;
pub use moments::Moments;
pub use outcomes::Outcomes;
pub use over_time::{Mergeable, OverTime};
pub use pairs::RoundTripPairs;
pub use rough::Rough;
pub use share::{share, wilson};
pub use statistics::{Count, Statistics};
pub use survey::{SurveyFold, SurveyOptions, SurveyResult};
pub use tally::{MOST_DISTINCT, ReceiveWindow, Tally, WayTaken, WayTally};
pub use times::Times;
pub use trips::Trips;

use crate::schema::Row;

/// What a kind of measurement makes of the rows of files, beside what all rows have in common: takes in rows of any kind and keeps
/// to its own.
pub trait RowFold: Default {
    /// Takes a row in, if it is one of its kind.
    fn take(&mut self, row: &Row<'_>);

    /// Whether the row is a detail of another one, such as a sample of a held connection: then it is
    /// no measurement of its own, and nobody else counts it.
    fn is_detail(_row: &Row<'_>) -> bool {
        false
    }

    /// Details taken in.
    fn details(&self) -> u64 {
        0
    }

    /// There are no more rows.
    fn finish(&mut self) {}
}
