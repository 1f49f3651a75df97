//! What of a report is wanted.

use crate::schema::Metric;
use crate::words::words;

words! {
    /// By what the groups of a table are sorted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Sort {
        /// The slowest first.
        P95 = "p95": "the highest 95th percentile first",
        /// Those that fail most first.
        Failed = "failed": "the highest share of failed rows first",
        /// Those with most rows first.
        Rows = "n": "the most rows first",
        /// By name.
        Name = "name": "by name",
    }
}

/// What of a report a person wants to see.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Metrics of the groups; empty for all by region and by transport and the connect time by
    /// the rest.
    pub metrics: Vec<Metric>,
    /// By what groups are sorted; none for the worst first, and hours and days in their order.
    pub sort: Option<Sort>,
    /// Groups by these columns only; empty for all that have something to tell.
    pub by: Vec<Vec<String>>,
}
