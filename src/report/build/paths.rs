//! What the certificates tell of the way.

use crate::measure::folds::Finished;
use crate::measure::probe::text::paths::sentences;
use crate::report::model::{TlsPathFinding, TlsPaths};
use crate::stats::units::moment;

/// Of the folded rows.
pub fn of(rows: &Finished) -> TlsPaths {
    let paths = &rows.paths;
    let findings = paths.findings().into_iter();
    TlsPaths {
        judged: paths.judged(),
        unjudged: paths.unjudged(),
        untrusted: paths.untrusted(),
        findings: findings
            .map(|(finding, seen)| TlsPathFinding {
                tls_path: finding.path.as_str(),
                name: finding.name.clone(),
                issuer: finding.issuer.clone(),
                evidence: seen.evidence.clone(),
                rows: seen.rows,
                first: seen.first.map(moment),
                last: seen.last.map(moment),
            })
            .collect(),
        told: sentences(paths),
    }
}
