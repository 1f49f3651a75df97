//! How much of a report is listed.

use crate::schema::Metric;

/// Gaps, events and outages that a report lists.
pub(super) const MOST_LISTED: usize = 100;

/// The metrics that a group holds, in the order of their numbers.
pub(super) const METRICS: [Metric; Metric::COUNT] = Metric::ALL;
