//! What a fold of rows is asked for.

use crate::endpoints::Ranges;
use crate::zone::Zone;

/// What a survey is asked for.
#[derive(Debug, Clone)]
pub struct SurveyOptions {
    /// Zone of hours and days.
    pub zone: Zone,
    /// Connects over this many microseconds are slow.
    pub slow_us: u64,
    /// Tables by columns of the file, besides those that are always made.
    pub by: Vec<Vec<String>>,
    /// Most groups of a table.
    pub most_groups: usize,
    /// Whether all rows of each slot are there, so that missed slots can be counted.
    pub whole_slots: bool,
    /// How long an outage lasts at least, in microseconds; none where the number of lost rows decides.
    pub outage_us: Option<u64>,
    /// Ranges of Teams, for rows that do not say themselves whether their address is in them.
    pub ranges: Ranges,
    /// Whether they go before what rows say, but for rows of the lab.
    pub rejudge: bool,
}
