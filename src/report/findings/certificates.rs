//! Certificates: what is on the way of TLS, what has expired or will, what was renewed.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::found::{About, Found, name};
use crate::doc::number::counted;
use crate::judge::severity::Severity;
use crate::record::TlsPath;
use crate::report::model::{Certificate, Group, TlsPathFinding};

/// A certificate that ends so soon after the last row is told.
const SOON_DAYS: i64 = 14;

pub(super) fn all(about: &About<'_>) -> Vec<Found> {
    let mut found = ways(about);
    found.extend(ends(about));
    found.extend(renewed(about));
    found
}

/// What is on the way.
fn ways(about: &About<'_>) -> Vec<Found> {
    let paths = &about.report.tls_paths;
    let told = paths.findings.iter().zip(&paths.told);
    told.filter_map(|(finding, said)| {
        let (code, severity) = grave(finding)?;
        #[allow(clippy::cast_precision_loss)] // to sort by
        let weight = finding.rows as f64;
        Some(
            Found::new(
                severity,
                weight,
                code,
                format!("{}.", said.trim_end_matches('.')),
            )
            .when(finding.first, finding.last)
            .n(finding.rows),
        )
    })
    .collect()
}

fn grave(finding: &TlsPathFinding) -> Option<(&'static str, Severity)> {
    let is = |path: TlsPath| finding.tls_path == path.as_str();
    if is(TlsPath::Inspected) {
        Some(("tls-inspected", Severity::Warn))
    } else if is(TlsPath::Expired) || is(TlsPath::NotYetValid) {
        Some(("tls-date", Severity::Fail))
    } else if is(TlsPath::WrongName) {
        Some(("tls-wrong-name", Severity::Fail))
    } else if is(TlsPath::SelfSigned) || is(TlsPath::PrivateRoot) || is(TlsPath::Unknown) {
        Some(("tls-untrusted", Severity::Warn))
    } else {
        None
    }
}

/// Certificates with the end of their validity, as far as it can be read.
fn certificates(about: &About<'_>) -> Vec<(Group, Certificate, DateTime<Utc>)> {
    let groups = about.report.certificates().into_iter();
    groups
        .filter_map(|group| {
            let certificate = group.certificate.clone()?;
            let end = end(&certificate.not_after)?;
            Some((group, certificate, end))
        })
        .collect()
}

/// The end of a validity as our files have it.
fn end(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim().trim_end_matches('Z');
    let read = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(read.and_utc())
}

/// What has expired while it was seen, or will soon.
fn ends(about: &About<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    let says_expired = about
        .report
        .tls_paths
        .findings
        .iter()
        .any(|finding| finding.tls_path == TlsPath::Expired.as_str());
    let last_row = about.report.overview.last;
    for (group, certificate, end) in certificates(about) {
        let (Some(last), Some(last_row)) = (group.last, last_row) else {
            continue;
        };
        let whose = format!(
            "The certificate of {} (issuer {})",
            name(&certificate.subject),
            name(&certificate.issuer)
        );
        if last > end {
            if !says_expired {
                let text = format!(
                    "{whose} expired {}, and was still seen until {}.",
                    about.time(end),
                    about.time(last)
                );
                found.push(
                    Found::new(Severity::Fail, 1.0, "tls-date", text)
                        .when(Some(end), None)
                        .n(group.n),
                );
            }
            continue;
        }
        let left = end - last_row;
        // one that gave way to another says nothing of what comes
        let is_in_use = last_row - last <= TimeDelta::days(1);
        if is_in_use && left >= TimeDelta::zero() && left <= TimeDelta::days(SOON_DAYS) {
            let days = u64::try_from(left.num_days()).unwrap_or(0);
            let text = format!(
                "{whose} is valid until {}, {} after the last row.",
                about.time(end),
                counted(days, "day", "days")
            );
            found.push(
                Found::new(Severity::Warn, 1.0, "certificate-ends", text)
                    .when(None, Some(end))
                    .n(group.n),
            );
        }
    }
    found
}

/// One that took the place of another with the same subject and issuer.
fn renewed(about: &About<'_>) -> Option<Found> {
    let mut all = certificates(about);
    all.retain(|(group, ..)| group.first.is_some());
    all.sort_by_key(|(group, ..)| group.first);
    let renewals: Vec<_> = all
        .iter()
        .enumerate()
        .filter(|(place, (_, new, end))| {
            let mut before = all[..*place].iter();
            before.any(|(_, old, old_end)| old.subject == new.subject && end > old_end)
        })
        .map(|(_, one)| one)
        .collect();
    let (last, certificate, end) = renewals.last()?;
    let text = format!(
        "{}; the last one {}: {} by {}, valid until {}.",
        match renewals.len() {
            1 => "A certificate was renewed".to_owned(),
            n => format!("Certificates were renewed {n} times"),
        },
        last.first.map(|at| about.time(at)).unwrap_or_default(),
        name(&certificate.subject),
        name(&certificate.issuer),
        about.time(*end),
    );
    Some(
        Found::new(Severity::Note, 0.5, "certificate-renewed", text)
            .when(last.first, None)
            .n(renewals.len() as u64),
    )
}
