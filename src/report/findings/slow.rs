//! Slow connects and what they were, and the quality over UDP.

use std::fmt::Write as _;

use super::found::{About, Found, name};
use crate::doc::number::{counted, grouped, millis, percent, share};
use crate::judge::severity::Severity;
use crate::stats::wilson;

/// Slow connects are worth a look from this share on.
const SLOW_SHARE: f64 = 0.005;

pub(super) fn all(about: &About<'_>) -> Vec<Found> {
    let mut found = quality(about);
    found.extend(slow(about));
    found.extend(held(about));
    found
}

/// Bursts that broke a limit of Microsoft's.
fn quality(about: &About<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for burst in &about.report.kinds.bursts {
        let broken: Vec<_> = burst.verdicts.iter().filter(|line| line.fail > 0).collect();
        let lines: Vec<String> = broken
            .iter()
            .map(|line| {
                let judged = line.pass + line.fail + line.too_few;
                format!(
                    "{} in {} of {}",
                    line.name,
                    grouped(line.fail),
                    grouped(judged)
                )
            })
            .collect();
        if lines.is_empty() {
            continue;
        }
        let what = if burst.mode == "watch" {
            "minutes"
        } else {
            "bursts"
        };
        let mut text = format!(
            "Quality over UDP from {} to {} breaks Microsoft's limits: {} {what}",
            host(&burst.host),
            name(&burst.target),
            lines.join(", "),
        );
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
        text.push_str(
            ". Calls suffer from it (certain); whose part of the way it is these rows do not tell.",
        );
        #[allow(clippy::cast_precision_loss)] // to sort by
        let weight = broken.iter().map(|line| line.fail as f64).sum::<f64>();
        found.push(
            Found::new(Severity::Fail, weight, "quality", text)
                .host(&burst.host)
                .n(burst.sent),
        );
    }
    found
}

/// Slow connects.
fn slow(about: &About<'_>) -> Option<Found> {
    let slow = &about.report.slow;
    let sum =
        |of: fn(&crate::report::model::SlowRegion) -> u64| slow.regions.iter().map(of).sum::<u64>();
    let (connects, count) = (sum(|one| one.connects), sum(|one| one.slow));
    let (low, _) = wilson(count, connects)?;
    if count == 0 {
        return None;
    }
    let mut parts = Vec::new();
    for (rows, what) in [
        (
            sum(|one| one.syn_lost),
            "by a lost SYN (certain: the kernel counted it)",
        ),
        (
            sum(|one| one.syn_likely_lost),
            "likely by a lost SYN, as the time is that of its timer",
        ),
        (sum(|one| one.unexplained), "for another reason"),
    ] {
        if rows > 0 {
            parts.push(format!("{} {what}", grouped(rows)));
        }
    }
    let text = format!(
        "{} of {} connects ({}) took longer than {} ms: {}.",
        grouped(count),
        grouped(connects),
        share(count, connects),
        millis(slow.threshold_ms),
        parts.join(", "),
    );
    let severity = if low >= SLOW_SHARE {
        Severity::Warn
    } else {
        Severity::Note
    };
    // of many only the slowest are kept, and the first of these need not be the first
    let all = (slow.slowest.len() as u64 == count).then_some(&slow.slowest);
    let at = |row: Option<&crate::report::model::SlowRow>| row.and_then(|row| row.at);
    Some(
        Found::new(severity, low * 100.0, "slow-connects", text)
            .when(
                at(all.and_then(|all| all.first())),
                at(all.and_then(|all| all.last())),
            )
            .n(connects),
    )
}

/// Held connections that did not come to their end.
fn held(about: &About<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for group in &about.report.kinds.held {
        let fine = ["done", "interrupted"];
        let bad = group
            .ended
            .iter()
            .filter(|end| !fine.contains(&end.name.as_str()));
        let listed: Vec<String> = bad
            .clone()
            .map(|end| format!("{} {}", grouped(end.count), end.name))
            .collect();
        let count: u64 = bad.map(|end| end.count).sum();
        if count == 0 {
            continue;
        }
        let text = format!(
            "{} from {} to {} did not last: {}.",
            counted(count, "held connection", "held connections"),
            host(&group.host),
            name(&group.target),
            listed.join(", ")
        );
        #[allow(clippy::cast_precision_loss)] // to sort by
        let weight = count as f64;
        found.push(
            Found::new(Severity::Warn, weight, "held-ended", text)
                .host(&group.host)
                .n(group.held),
        );
    }
    found
}

fn host(host: &str) -> String {
    match host {
        "" => "here".to_owned(),
        host => name(host),
    }
}
