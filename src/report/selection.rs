//! What of a report is wanted.

use crate::schema::Metric;

/// What of a report a person wants to see.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Metrics of the groups; empty for all by region and by transport and the connect time by
    /// the rest.
    pub metrics: Vec<Metric>,
    /// Groups by these columns only; empty for all that have something to tell.
    pub by: Vec<Vec<String>>,
}
