//! The verdict of a report, and what the certificates show about the path.

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
pub struct ReportedFinding {
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

/// Rows with a certificate, by what it tells.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TlsPaths {
    /// Rows whose certificate was judged.
    pub judged: u64,
    /// Rows with a certificate that have no `tls_path`: of them inspection could not be told.
    pub unjudged: u64,
    /// Judged rows that are neither `direct` nor `incomplete-chain`.
    pub untrusted: u64,
    /// What is not `direct`, the gravest first.
    pub findings: Vec<TlsPathFinding>,
    /// The same in words.
    #[serde(skip)]
    pub told: Vec<String>,
}

/// Rows with the same `tls_path`, name and issuer.
#[derive(Debug, Clone, Serialize)]
pub struct TlsPathFinding {
    /// The word of the column.
    pub tls_path: &'static str,
    /// The name that was asked for.
    pub name: String,
    /// Who issued the certificate.
    pub issuer: String,
    /// What speaks for it in the first such row.
    pub evidence: String,
    /// Rows.
    pub rows: u64,
    /// The earliest of them.
    pub first: Option<DateTime<Utc>>,
    /// The latest.
    pub last: Option<DateTime<Utc>>,
}

/// Something that differs from the time before.
#[derive(Debug, Clone)]
pub struct EarlierDifference {
    /// Whether it is worse, and by so much that it is worth a look.
    pub worse: bool,
    /// How much, to sort by.
    pub weight: f64,
    /// In a sentence, without its full stop.
    pub text: String,
    /// Values of this time.
    pub n: u64,
}
