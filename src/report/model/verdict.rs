//! What a report comes to.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// All findings in one.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verdict {
    /// `red`, `amber` or `green`; `none` where no row was used.
    pub colour: &'static str,
    /// A sentence.
    pub text: String,
}

/// Something that a reader has to know.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Finding {
    /// What it is, for programs.
    pub code: &'static str,
    /// `fail`, `warn` or `note`.
    pub severity: &'static str,
    /// A sentence.
    pub text: String,
    /// The computer that measured; empty where it is not one alone.
    pub host: String,
    /// When it began.
    pub from: Option<DateTime<Utc>>,
    /// When it was over; none where it lasts, or has no time.
    pub to: Option<DateTime<Utc>>,
    /// Rows, packets, days: what the sentence is based on.
    pub n: u64,
}
