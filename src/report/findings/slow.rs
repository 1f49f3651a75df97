//! Slow connects and their reasons, and the quality over UDP.

use std::fmt::Write as _;

use super::found::{Inputs, RankedFinding, name};
use super::rates::part;
use super::stretch::of_all;
use crate::doc::number::{grouped, millis, percent, share};
use crate::judge::severity::Severity;
use crate::measure::burst::finished::{BurstTotals, VerdictCounts};
use crate::stats::survey::OTHER;
use crate::stats::wilson;

/// Slow connects are worth a look from this share on.
const SLOW_SHARE: f64 = 0.005;

/// Slow connects of which it is said that they are one computer's, at least: a few are somebody's by chance.
const FEWEST: u64 = 5;

/// Bursts that break a limit are a fault where they are surely more than this share, and worth a look where they are that.
const BROKEN_SHARE: f64 = 0.01;

pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = quality(about);
    found.extend(slow(about));
    found
}

/// Bursts that broke a limit of Microsoft's.
fn quality(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let mut found = Vec::new();
    for burst in &about.report.kinds.bursts {
        let broken: Vec<_> = burst.verdicts.iter().filter(|line| line.fail > 0).collect();
        let lines: Vec<String> = broken
            .iter()
            .map(|line| {
                let judged = judged(line);
                format!(
                    "{} in {} of {}",
                    line.name,
                    grouped(line.fail),
                    grouped(judged)
                )
            })
            .collect();
        found.extend(uncounted(burst));
        if lines.is_empty() {
            continue;
        }
        let mut text = format!(
            "Quality over UDP from {} to {} exceeds Microsoft's limits: {} {}",
            host(&burst.host),
            name(&burst.target),
            lines.join(", "),
            rows_of(burst),
        );
        if let Some([first, last]) = burst.broken.filter(|[first, last]| first < last) {
            let (first, last) = (about.time(first), about.time(last));
            let _ = write!(text, " from {first} to {last}");
        } else if let Some([only, _]) = burst.broken {
            let _ = write!(text, " at {}", about.time(only));
        }
        if let Some(loss) = burst.loss_percent {
            let _ = write!(
                text,
                "; {} of {} packets lost ({})",
                grouped(burst.lost),
                grouped(burst.sent),
                percent(loss)
            );
        }
        if let Some(rtt) = burst.rtt_p95 {
            let _ = write!(
                text,
                ", round trip p95 {} ms on average",
                millis(rtt.mean_ms)
            );
        }
        let severity = grave(&broken);
        text.push_str(match severity {
            Severity::Fail => ". Calls suffer from this (certain)",
            _ => ". Calls at those moments suffer from this (certain), but there were few",
        });
        text.push_str("; these rows do not show which part of the path causes it.");
        let weight = broken.iter().map(|line| line.fail as f64).sum::<f64>();
        found.push(
            RankedFinding::new(severity, weight, "quality", text)
                .host(&burst.host)
                .when(
                    burst.broken.map(|[first, _]| first),
                    burst.broken.map(|[_, last]| last),
                )
                .n(burst.sent),
        );
    }
    found
}

/// What a row of these is.
pub(super) fn rows_of(burst: &BurstTotals) -> &'static str {
    match burst.mode.as_str() {
        "watch" => "minutes",
        _ => "bursts",
    }
}

/// Rows that belong to a line, whatever is known of them.
pub(super) fn judged(line: &VerdictCounts) -> u64 {
    line.pass + line.fail + line.too_few + line.unknown
}

/// Bursts that do not say how many packets they lost.
fn uncounted(burst: &BurstTotals) -> Option<RankedFinding> {
    if burst.uncounted == 0 {
        return None;
    }
    let mut text = format!(
        "What was lost in {} of {} {} over UDP from {} to {} could not be determined: their counts of packets (`sent`, `received`, \
         `lost`) are missing, cannot be read or contradict each other",
        grouped(burst.uncounted),
        grouped(burst.bursts),
        rows_of(burst),
        host(&burst.host),
        name(&burst.target),
    );
    if let Some(loss) = burst.loss_percent {
        let _ = write!(
            text,
            "; in the others {} of {} packets were lost ({})",
            grouped(burst.lost),
            grouped(burst.sent),
            percent(loss)
        );
    }
    let severity = if burst.loss_unknown > 0 {
        Severity::Warn
    } else {
        text.push_str("; their verdicts on the loss are known");
        Severity::Note
    };
    text.push('.');
    let weight = burst.uncounted as f64;
    Some(
        RankedFinding::new(severity, weight, "loss-unknown", text)
            .host(&burst.host)
            .n(burst.bursts),
    )
}

/// How grave failed lines are, by their share of the bursts.
fn grave(broken: &[&VerdictCounts]) -> Severity {
    let of_line = |line: &&VerdictCounts| grave_share(line.fail, judged(line));
    broken.iter().map(of_line).min().unwrap_or(Severity::Note)
}

/// How grave it is that so many of these exceed a limit: of thousands some do on any path.
pub(super) fn grave_share(broken: u64, judged: u64) -> Severity {
    let (low, _) = wilson(broken, judged).unwrap_or((0.0, 1.0));
    match (low > BROKEN_SHARE, part(broken, judged) >= BROKEN_SHARE) {
        (true, _) => Severity::Fail,
        (_, true) => Severity::Warn,
        _ => Severity::Note,
    }
}

/// Slow connects.
fn slow(about: &Inputs<'_>) -> Option<RankedFinding> {
    let slow = &about.report.slow;
    let sum = |of: fn(&crate::report::model::ReportedSlowRegion) -> u64| {
        slow.regions.iter().map(of).sum::<u64>()
    };
    let (connects, count) = (sum(|one| one.connects), sum(|one| one.slow));
    let (low, _) = wilson(count, connects)?;
    if count == 0 {
        return None;
    }
    let mut parts = Vec::new();
    #[rustfmt::skip]
    let cases = [
        (sum(|one| one.syn_lost),
            "because of a lost SYN (certain: the kernel counted it)"),
        (sum(|one| one.syn_likely_lost), "likely because of a lost SYN, as the time matches its timer"),
        (sum(|one| one.unexplained), "for another reason"),
        (sum(|one| one.in_rollups), "in roll-ups, which do not say why (could not tell)"),
    ];
    for (rows, what) in cases {
        if rows > 0 {
            parts.push(format!("{} {what}", grouped(rows)));
        }
    }
    let when = of_all(about, "slow connects", &about.rows.slow.hours);
    let most = most_of(about, count);
    let text = format!(
        "{} of {} connects ({}) took longer than {} ms: {}{}{}.",
        grouped(count),
        grouped(connects),
        share(count, connects),
        millis(slow.threshold_ms),
        parts.join(", "),
        most.map_or_else(String::new, |(host, slow, of)| format!(
            "; {} of them from {} ({} of its connects)",
            if slow == count {
                "all".to_owned()
            } else {
                grouped(slow)
            },
            name(host),
            share(slow, of),
        )),
        when.as_ref()
            .map_or_else(String::new, |when| format!("; {}", when.text)),
    );
    let severity = if low >= SLOW_SHARE {
        Severity::Warn
    } else {
        Severity::Note
    };
    // of many only the slowest are kept, and the first of these need not be the first
    let all = (slow.slowest.len() as u64 == count).then_some(&slow.slowest);
    let at = |row: Option<&crate::report::model::ReportedSlowRow>| row.and_then(|row| row.at);
    Some(
        RankedFinding::new(severity, low * 100.0, "slow-connects", text)
            .host(most.map_or("", |(host, ..)| host))
            .when(
                when.as_ref()
                    .map(|when| when.from)
                    .or(at(all.and_then(|all| all.first()))),
                when.as_ref()
                    .map(|when| when.to)
                    .or(at(all.and_then(|all| all.last()))),
            )
            .n(connects),
    )
}

/// The computer of several that has nearly all of the slow connects and does not have nearly all connects, with both.
fn most_of<'a>(about: &Inputs<'a>, count: u64) -> Option<(&'a str, u64, u64)> {
    /// In percent.
    const MOST: u64 = 80;
    let mut by_host = vec![(0_u64, 0_u64); about.rows.hosts.len()];
    let buckets = about.rows.timeline.values();
    for (key, cell) in buckets.flat_map(crate::stats::survey::Bucket::cells) {
        let sum = by_host.get_mut(key.host)?;
        *sum = (sum.0 + cell.slow, sum.1 + cell.connect.total());
    }
    let connects: u64 = by_host.iter().map(|(_, connects)| connects).sum();
    let all = by_host.into_iter().zip(&about.rows.hosts);
    let ((slow, of), host) = all.max_by_key(|((slow, _), _)| *slow)?;
    let is_most = count >= FEWEST && slow * 100 >= count * MOST && of * 100 < connects * MOST;
    (is_most && !host.is_empty() && host != OTHER).then_some((host.as_str(), slow, of))
}

/// A computer as a sentence about it names it.
pub(super) fn host(host: &str) -> String {
    match host {
        "" => "here".to_owned(),
        host => name(host),
    }
}
