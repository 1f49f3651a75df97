//! What the certificates of many rows tell of the way to the relays: the same for rows just measured
//! and rows of files.

use crate::record::Arrange as _;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::HourCounts;
use super::survey::groups::OTHER;
use crate::record::{Counter as _, Tls, TlsPath};

/// Most pairs of a name and an issuer that are told apart.
const MOST_FINDINGS: usize = 1_000;

/// Most computers that are told apart.
const MOST_HOSTS: usize = 1_000;

/// Rows by what their certificates tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    judged: u64,
    unjudged: u64,
    unreadable: u64,
    without_column: u64,
    fine: u64,
    findings: BTreeMap<PathFinding, Occurrences>,
    hosts: BTreeSet<String>,
}

/// What is not as it should be, or worth a word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathFinding {
    /// What it is.
    pub path: TlsPath,
    /// The name that was asked for.
    pub name: String,
    /// Who issued the server's certificate.
    pub issuer: String,
}

/// When and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Occurrences {
    /// Rows.
    pub rows: u64,
    /// Time of the earliest row, in microseconds since 1970.
    pub first: Option<i64>,
    /// Time of the latest row.
    pub last: Option<i64>,
    /// When they were.
    pub hours: HourCounts,
    /// What speaks for it in one of the rows, the least certain.
    pub evidence: String,
    /// Whether the rows differ in it.
    pub differs: bool,
    /// The computers that have such rows, at most 1,000.
    pub hosts: BTreeSet<String>,
}

/// What a row says.
#[derive(Debug, Clone, Copy)]
pub struct CertificateRow<'a> {
    /// What its certificate tells; `None` where the row has no word for it.
    pub path: Option<TlsPath>,
    /// Whether its file has such words: then one that is missing is lost.
    pub has_column: bool,
    /// Whether this program wrote it: then the column was there, unless nobody wanted it.
    pub is_ours: bool,
    /// What speaks for it.
    pub evidence: &'a str,
    /// When, in microseconds since 1970.
    pub at: Option<i64>,
    /// The computer that measured; empty where it is not known, or there is no other.
    pub host: &'a str,
}

/// Notes a computer.
fn note(hosts: &mut BTreeSet<String>, host: &str) {
    if !hosts.contains(host) && hosts.len() < MOST_HOSTS {
        hosts.insert(host.to_owned());
    }
}

impl Paths {
    /// Takes a row with a certificate in. The name that was asked for and the issuer are looked at only where there is
    /// something to tell of them.
    pub fn take(&mut self, row: CertificateRow<'_>, name_and_issuer: impl FnOnce() -> [String; 2]) {
        let Some(path) = row.path else {
            self.unjudged.raise(1);
            self.unreadable.raise(u64::from(row.has_column));
            let is_left_out = row.is_ours && !row.has_column;
            self.without_column.raise(u64::from(is_left_out));
            return;
        };
        self.judged.raise(1);
        note(&mut self.hosts, row.host);
        self.fine.raise(u64::from(path.is_fine()));
        if path == TlsPath::Direct && !row.evidence.contains(TlsPath::SUSPICIOUS) {
            return;
        }
        let of = |[name, issuer]: [String; 2]| PathFinding { path, name, issuer };
        let mut finding = of(name_and_issuer());
        if self.findings.len() >= MOST_FINDINGS && !self.findings.contains_key(&finding) {
            finding = of([OTHER; 2].map(str::to_owned));
        }
        let seen = self.findings.entry(finding).or_insert_with(|| Occurrences {
            evidence: row.evidence.to_owned(),
            ..Occurrences::default()
        });
        seen.rows.raise(1);
        seen.hours.add(row.at);
        note(&mut seen.hosts, row.host);
        if seen.evidence != row.evidence {
            seen.differs = true;
            // what is likely of one is not certain of all
            if row.evidence.starts_with("likely") && !seen.evidence.starts_with("likely") {
                row.evidence.clone_into(&mut seen.evidence);
            }
        }
        if let Some(at) = row.at {
            seen.first = Some(seen.first.map_or(at, |first| first.min(at)));
            seen.last = Some(seen.last.map_or(at, |last| last.max(at)));
        }
    }

    /// Takes the certificate of a row just measured in, where it has one.
    pub fn take_tls(&mut self, tls: &Tls, name: &str, started: DateTime<Utc>) {
        if let Some(certificate) = &tls.certificate {
            let row = CertificateRow {
                path: tls.path,
                has_column: false,
                is_ours: false,
                evidence: &tls.path_evidence,
                at: Some(started.timestamp_micros()),
                host: "",
            };
            self.take(row, || [name.to_owned(), certificate.issuer.clone()]);
        }
    }

    /// Rows whose certificate was judged.
    pub fn judged(&self) -> u64 {
        self.judged
    }

    /// Computers whose certificates were judged.
    pub fn hosts(&self) -> usize {
        self.hosts.len()
    }

    /// Rows with a certificate that have no word for it.
    pub fn unjudged(&self) -> u64 {
        self.unjudged
    }

    /// Of them those of files that have such words.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// Of them those of files of ours that do not have them.
    pub fn without_column(&self) -> u64 {
        self.without_column
    }

    /// Judged rows that are neither direct nor lack a certificate alone.
    pub fn untrusted(&self) -> u64 {
        self.judged.saturating_sub(self.fine)
    }

    /// What is not direct, or direct and suspicious: the gravest first, of equal weight the most frequent.
    pub fn findings(&self) -> Vec<(&PathFinding, &Occurrences)> {
        let mut all: Vec<_> = self.findings.iter().collect();
        all.arrange_by_key(|(finding, seen)| (weight(finding.path), Reverse(seen.rows)));
        all
    }
}

/// The place of a finding: somebody who looks into TLS before everything else.
fn weight(path: TlsPath) -> u8 {
    match path {
        TlsPath::Inspected => 0,
        TlsPath::PrivateRoot | TlsPath::SelfSigned => 1,
        TlsPath::Expired | TlsPath::NotYetValid | TlsPath::WrongName => 2,
        TlsPath::Unknown => 3,
        TlsPath::Direct => 4,
        TlsPath::IncompleteChain => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(paths: &mut Paths, path: Option<TlsPath>, at: i64, issuer: &str) {
        let row = CertificateRow {
            path,
            has_column: path.is_none(),
            is_ours: true,
            evidence: "seen",
            at: Some(at),
            host: "",
        };
        paths.take(row, || ["relay.example", issuer].map(str::to_owned));
    }

    #[test]
    fn rows_are_counted_by_what_they_tell_and_a_missing_certificate_is_no_distrust() {
        let mut paths = Paths::default();
        for (path, at) in [
            (TlsPath::Direct, 1),
            (TlsPath::IncompleteChain, 2),
            (TlsPath::IncompleteChain, 3),
            (TlsPath::Inspected, 5),
            (TlsPath::Inspected, 4),
            (TlsPath::Expired, 6),
        ] {
            take(&mut paths, Some(path), at, "CN=Example");
        }
        take(&mut paths, None, 7, "CN=Example");
        assert_eq!((paths.judged(), paths.unjudged()), (6, 1));
        assert_eq!(paths.unreadable(), 1);
        assert_eq!(paths.untrusted(), 3);
        let found: Vec<_> = paths
            .findings()
            .iter()
            .map(|(finding, seen)| (finding.path, seen.rows, seen.first, seen.last))
            .collect();
        assert_eq!(
            found,
            [
                (TlsPath::Inspected, 2, Some(4), Some(5)),
                (TlsPath::Expired, 1, Some(6), Some(6)),
                (TlsPath::IncompleteChain, 2, Some(2), Some(3)),
            ]
        );
    }

    #[test]
    fn memory_does_not_grow_with_names() {
        let mut paths = Paths::default();
        for number in 0..2_000 {
            let issuer = format!("CN={number}");
            take(&mut paths, Some(TlsPath::Unknown), 0, &issuer);
        }
        assert_eq!(paths.findings().len(), MOST_FINDINGS + 1);
        assert_eq!(paths.untrusted(), 2_000);
    }
}
