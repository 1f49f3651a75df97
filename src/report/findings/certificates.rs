//! Certificates: what is on the TLS path, what has expired or will, what was renewed.

use crate::record::Arrange as _;
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::clock;
use super::found::{Inputs, RankedFinding, name};
use super::stretch::stretch;
use super::validity::{self, ValidityEnd};
use crate::doc::number::{counted, grouped};
use crate::judge::severity::Severity;
use crate::record::TlsPath;
use crate::report::model::{CertificateFacts, KeyGroup, TlsPathFinding};
use crate::stats::paths::Occurrences;

/// A certificate that ends so soon after the last row is told.
const SOON_DAYS: i64 = 14;

/// Characters of a date.
const DATE: usize = 10;

pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = ways(about);
    found.extend(ends(about));
    found.extend(renewed(about));
    found.extend(unchecked(about));
    found.extend(unreadable(about));
    found.extend(unknown_ways(about));
    found
}

/// What is on the way.
fn ways(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let paths = &about.report.tls_paths;
    let seen = about.rows.paths.findings();
    let told = paths.findings.iter().zip(&paths.told).zip(seen);
    told.filter_map(|((finding, said), (_, seen))| {
        let (code, mut severity) = grave(finding)?;
        let weight = finding.rows as f64;
        let mut text = said.trim_end_matches('.').to_owned();
        let all = about.rows.paths.hosts();
        let hosts: Vec<&str> = seen.hosts.iter().map(String::as_str).collect();
        let mut host = "";
        if hosts.len() < all && hosts.iter().all(|host| !host.is_empty()) {
            let who = match hosts[..] {
                [only] => {
                    host = only;
                    format!("only {}", name(only))
                }
                [one, other] => format!("only {} and {}", name(one), name(other)),
                _ => format!("only {}", grouped(hosts.len() as u64)),
            };
            let _ = write!(
                text,
                "; {who} of the {} whose certificates were judged",
                counted(all as u64, "computer", "computers"),
            );
        }
        let when =
            rows_of(about, seen).and_then(|rows| stretch(about, "such rows", &seen.hours, rows));
        if let Some(when) = &when {
            let _ = write!(text, "; {}", when.text);
        }
        if let Some(clock) = clock::explains(about, finding) {
            severity = Severity::Note;
            let _ = write!(text, "; {clock}");
        }
        text.push('.');
        Some(
            RankedFinding::new(severity, weight, code, text)
                .host(host)
                .when(
                    when.as_ref().map(|when| when.from).or(finding.first),
                    when.as_ref().map(|when| when.to).or(finding.last),
                )
                .n(finding.rows),
        )
    })
    .collect()
}

/// The first and the last row of the computers that saw something; those of all where they are not known.
fn rows_of(about: &Inputs<'_>, seen: &Occurrences) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let groups = about.tables("host").flat_map(|table| &table.groups);
    let of_them: Vec<_> = groups
        .filter(|group| seen.hosts.contains(&group.key[0]))
        .collect();
    let first = of_them.iter().filter_map(|group| group.first).min();
    let last = of_them.iter().filter_map(|group| group.last).max();
    let overview = &about.report.overview;
    first.or(overview.first).zip(last.or(overview.last))
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

/// Certificates with the end of their validity; none where it cannot be read.
fn dated(about: &Inputs<'_>) -> Vec<(KeyGroup, CertificateFacts, Option<ValidityEnd>)> {
    let groups = about.report.certificates();
    let seen = groups.iter().filter_map(|group| group.certificate.as_ref());
    let texts = seen.flat_map(|one| [one.not_before.as_str(), one.not_after.as_str()]);
    let order = validity::order(texts);
    let paths = &about.report.tls_paths;
    let is_valid = paths.unjudged == 0 && paths.judged > 0 && !says_expired(about);
    let dated = groups.into_iter().filter_map(|group| {
        let certificate = group.certificate.clone()?;
        let end = validity::end(
            &certificate.not_before,
            &certificate.not_after,
            about.zone(),
            order,
        );
        // the probes themselves have found it valid
        let valid_at = group.last.filter(|_| is_valid);
        let end = end.map(|end| valid_at.map_or(end, |last| end.behind(last)));
        Some((group, certificate, end))
    });
    dated.collect()
}

/// Those with an end that can be read.
fn certificates(about: &Inputs<'_>) -> Vec<(KeyGroup, CertificateFacts, ValidityEnd)> {
    let dated = dated(about).into_iter();
    let read = dated.filter_map(|(group, certificate, end)| Some((group, certificate, end?)));
    read.collect()
}

/// Whether probes have found a certificate expired.
fn says_expired(about: &Inputs<'_>) -> bool {
    let mut findings = about.report.tls_paths.findings.iter();
    findings.any(|finding| finding.tls_path == TlsPath::Expired.as_str())
}

/// Certificates of which nobody can tell whether they have expired.
fn unchecked(about: &Inputs<'_>) -> Option<RankedFinding> {
    // whether they have expired the probes themselves have judged
    let is_judged = about.report.tls_paths.unjudged == 0;
    let last_row = about.report.overview.last?;
    let mut dated = dated(about);
    // one that can be two days is told where the answer depends on which it is
    dated.retain(|(group, certificate, end)| {
        let is_open = |end: ValidityEnd| {
            let last = group.last.unwrap_or(last_row);
            let soon = last_row + TimeDelta::days(SOON_DAYS);
            end.or.is_some() && !end.is_before(last) && !end.is_after(soon)
        };
        let is_there = !certificate.not_after.trim().is_empty();
        // a cell that was emptied
        let is_gone = !is_there && !certificate.not_before.trim().is_empty();
        (is_there || is_gone) && end.is_none_or(is_open)
    });
    let (_, first, _) = dated.first()?;
    let (whose, it_has) = match dated.len() {
        1 => ("the certificate".to_owned(), "it has"),
        n => (format!("{} certificates", grouped(n as u64)), "they have"),
    };
    let text = format!(
        "Until when {whose} of {} (issuer {}) {} valid could not be told{} (`{}`): whether {} was not checked.",
        name(&first.subject),
        name(&first.issuer),
        if dated.len() == 1 { "is" } else { "are" },
        if dated.len() == 1 { "" } else { ", the first" },
        name(&first.not_after),
        match (is_judged, dated.len()) {
            (true, 1) => "it ends soon".to_owned(),
            (true, _) => "they end soon".to_owned(),
            (false, _) => format!("{it_has} expired"),
        },
    );
    let rows = dated.iter().map(|(group, ..)| group.n);
    let rows = rows.fold(0_u64, u64::saturating_add);
    Some(RankedFinding::new(Severity::Note, 1.0, "certificate-unchecked", text).n(rows))
}

/// Rows whose word for what their certificates show is lost.
fn unreadable(about: &Inputs<'_>) -> Option<RankedFinding> {
    let rows = about.rows.paths.unreadable();
    let text = format!(
        "Whether TLS is inspected could not be determined in {} with a certificate, as `tls_path` is empty or an unknown word there.",
        counted(rows, "row", "rows"),
    );
    (rows > 0)
        .then(|| RankedFinding::new(Severity::Warn, rows as f64, "tls-path-unknown", text).n(rows))
}

/// Rows with a certificate of files of ours without the column for what it shows.
fn unknown_ways(about: &Inputs<'_>) -> Option<RankedFinding> {
    let rows = about.rows.paths.without_column();
    let text = format!(
        "Whether TLS is inspected is not known of {} with a certificate: the column `tls_path` is missing in the file.",
        counted(rows, "row", "rows"),
    );
    (rows > 0).then(|| RankedFinding::new(Severity::Note, 0.0, "tls-path-unknown", text).n(rows))
}

/// Certificates of one subject and issuer, of which relays have several, that share an end of their validity to tell.
struct ExpiryGroup {
    subject: String,
    issuer: String,
    count: u64,
    /// The first of the ends.
    end: ValidityEnd,
    /// When one of them was seen last.
    last: DateTime<Utc>,
    rows: u64,
}

impl ExpiryGroup {
    fn put(
        all: &mut Vec<Self>,
        group: &KeyGroup,
        certificate: &CertificateFacts,
        end: ValidityEnd,
        last: DateTime<Utc>,
    ) {
        let is_it = |one: &&mut Self| {
            one.subject == certificate.subject && one.issuer == certificate.issuer
        };
        if let Some(one) = all.iter_mut().find(is_it) {
            one.count += 1;
            if end.at < one.end.at {
                one.end = end;
            }
            one.last = one.last.max(last);
            one.rows = one.rows.saturating_add(group.n);
            return;
        }
        all.push(Self {
            subject: certificate.subject.clone(),
            issuer: certificate.issuer.clone(),
            count: 1,
            end,
            last,
            rows: group.n,
        });
    }

    /// Whose they are, and the verb.
    fn whose(&self, one: &str, many: &str) -> String {
        let of = format!("of {} (issuer {})", name(&self.subject), name(&self.issuer));
        match self.count {
            1 => format!("The certificate {of} {one}"),
            n => format!("{} certificates {of} {many}, the first", grouped(n)),
        }
    }
}

/// What has expired while it was seen, or will soon.
fn ends(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let says_expired = says_expired(about);
    let (mut expired, mut soon) = (Vec::new(), Vec::new());
    let right = |at: Option<DateTime<Utc>>| at.and_then(|at| clock::corrected(about, at));
    let Some(last_row) = right(about.report.overview.last) else {
        return Vec::new();
    };
    for (group, certificate, end) in certificates(about) {
        let Some(last) = right(group.last) else {
            continue;
        };
        let left = end.at - last_row;
        // one that gave way to another says nothing of what comes
        let is_in_use = last_row - last <= TimeDelta::days(1);
        if end.is_before(last) {
            ExpiryGroup::put(&mut expired, &group, &certificate, end, last);
        } else if end.or.is_some() {
            // `unchecked` tells of it
        } else if is_in_use && left >= TimeDelta::zero() && left <= TimeDelta::days(SOON_DAYS) {
            ExpiryGroup::put(&mut soon, &group, &certificate, end, last);
        }
    }
    expired.retain(|_| !says_expired);
    let expired = expired.iter().map(|one| {
        let whose = one.whose("expired", "expired");
        let seen = match one.count {
            1 => "was still seen",
            _ => "they were still seen",
        };
        let text = format!(
            "{whose} {}, and {seen} until {}.",
            told(about, one.end),
            about.time(one.last)
        );
        RankedFinding::new(Severity::Fail, 1.0, "tls-date", text)
            .when(Some(one.end.at), None)
            .n(one.rows)
    });
    let soon = soon.iter().map(|one| {
        let whose = one.whose("is valid until", "end soon");
        let days = u64::try_from((one.end.at - last_row).num_days()).unwrap_or(0);
        let text = format!(
            "{whose} {}, {} after the last row.",
            told(about, one.end),
            counted(days, "day", "days")
        );
        RankedFinding::new(Severity::Warn, 1.0, "certificate-ends", text)
            .when(None, Some(one.end.at))
            .n(one.rows)
    });
    expired.chain(soon).collect()
}

/// An end in words, as far as it is known.
fn told(about: &Inputs<'_>, end: ValidityEnd) -> String {
    let told = |at: DateTime<Utc>| {
        let time = about.time(at);
        let shown = if end.has_time { time.len() } else { DATE };
        time.chars().take(shown).collect::<String>()
    };
    match end.or {
        None => told(end.at),
        Some(or) => format!(
            "{} or {} (nothing shows which number of its date is the day)",
            told(end.at),
            told(or)
        ),
    }
}

/// Whether one certificate went when another came: relays may have several side by side.
fn took_over(old: &KeyGroup, new: &KeyGroup, last_row: DateTime<Utc>) -> bool {
    let (Some(begin), Some(gone), Some(came)) = (old.first, old.last, new.first) else {
        return false;
    };
    // neither was there nearly all the time of the other
    let is_new = (came - begin) * 10 >= gone - begin;
    is_new && (last_row - gone) * 10 >= last_row - came && gone < last_row
}

/// One that took the place of another with the same subject and issuer.
fn renewed(about: &Inputs<'_>) -> Option<RankedFinding> {
    let mut all = certificates(about);
    all.retain(|(group, ..)| group.first.is_some());
    all.arrange_by_key(|(group, ..)| group.first);
    let last_row = about.report.overview.last?;
    let renewals: Vec<_> = all
        .iter()
        .enumerate()
        .filter(|(place, (group, new, end))| {
            let mut before = all[..*place].iter();
            before.any(|(of_old, old, old_end)| {
                let is_later = old.subject == new.subject && end.at > old_end.at;
                is_later && took_over(of_old, group, last_row)
            })
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
        told(about, *end),
    );
    Some(
        RankedFinding::new(Severity::Note, 0.5, "certificate-renewed", text)
            .when(last.first, None)
            .n(renewals.len() as u64),
    )
}
