//! What the certificates tell of the way to the relays.

use chrono::{DateTime, Utc};
use serde::Serialize;

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
