//! Bursts without verdicts: judged again by their figures, as far as these go.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::found::{Inputs, RankedFinding, name};
use super::rates::LOST_SHARE;
use super::slow::{host, judged, rows_of};
use crate::doc::number::{grouped, percent};
use crate::judge::severity::Severity;
use crate::measure::burst::finished::BurstTotals;
use crate::stats::units::percent as share;

/// One finding for each computer and target that it is a warning for, and one for all others that lack the same.
pub(super) fn all(about: &Inputs<'_>) -> Vec<RankedFinding> {
    let bursts = &about.report.kinds.bursts;
    let again = bursts.iter().filter(|burst| burst.judged_again > 0);
    let mut alike: BTreeMap<_, Vec<&BurstTotals>> = BTreeMap::new();
    for (place, burst) in again.enumerate() {
        let own = (severity(burst) == Severity::Warn).then_some(place);
        let missing = unknown(&[burst]).into_iter().map(|(name, _)| name);
        let missing: Vec<&str> = missing.collect();
        let key = (own, rows_of(burst), burst.odd_word.as_deref(), missing);
        alike.entry(key).or_default().push(burst);
    }
    alike.into_values().map(|bursts| told(&bursts)).collect()
}

/// Lines of the table that could not be judged, in its order: in how many of how many rows.
fn unknown(bursts: &[&BurstTotals]) -> Vec<(&'static str, [u64; 2])> {
    let mut all: BTreeMap<usize, (&'static str, [u64; 2])> = BTreeMap::new();
    for burst in bursts {
        for (place, line) in burst.verdicts.iter().enumerate() {
            if line.unknown > 0 {
                let (_, [unknown, of]) = all.entry(place).or_insert((line.name, [0; 2]));
                *unknown = unknown.saturating_add(line.unknown);
                *of = of.saturating_add(judged(line));
            }
        }
    }
    all.into_values().collect()
}

fn severity(burst: &BurstTotals) -> Severity {
    let loss = burst.loss_percent.unwrap_or(0.0);
    let is_unknown = burst.verdicts.iter().any(|line| line.unknown > 0);
    if is_unknown && loss >= LOST_SHARE * 100.0 {
        Severity::Warn
    } else {
        Severity::Note
    }
}

fn told(bursts: &[&BurstTotals]) -> RankedFinding {
    let first = bursts[0];
    let sum = |of: fn(&BurstTotals) -> u64| {
        let all = bursts.iter().map(|burst| of(burst));
        all.fold(0, u64::saturating_add)
    };
    let distinct = |of: fn(&BurstTotals) -> &String| {
        let all: BTreeSet<&String> = bursts.iter().map(|burst| of(burst)).collect();
        all.len() as u64
    };
    let [hosts, targets] = [
        distinct(|burst| &burst.host),
        distinct(|burst| &burst.target),
    ];
    let from = match hosts {
        1 => host(&first.host),
        _ => format!("{} computers", grouped(hosts)),
    };
    let to = match targets {
        1 => name(&first.target),
        _ => format!("{} targets", grouped(targets)),
    };
    let such_as = first.odd_word.as_ref().map_or_else(String::new, |word| {
        format!(" or unknown words such as {}", name(word))
    });
    let mut text = format!(
        "The verdicts in {} of {} {} over UDP from {from} to {to} are missing{such_as}: ",
        grouped(sum(|burst| burst.judged_again)),
        grouped(sum(|burst| burst.bursts)),
        rows_of(first),
    );
    let unknown = unknown(bursts).into_iter();
    let unknown: Vec<String> = unknown
        .map(|(name, [unknown, of])| format!("{name} in {} of {}", grouped(unknown), grouped(of)))
        .collect();
    text.push_str(if unknown.is_empty() {
        "they were judged again by the figures of the rows"
    } else {
        "they were judged again by the figures of the rows, and where these are missing too could not be judged: "
    });
    text.push_str(&unknown.join(", "));
    let [sent, lost] = [sum(|burst| burst.sent), sum(|burst| burst.lost)];
    let missing = share(lost, sent);
    if let Some(missing) = missing {
        let _ = write!(
            text,
            "; {} of {} packets were lost ({})",
            grouped(lost),
            grouped(sent),
            percent(missing)
        );
    }
    text.push('.');
    let finding = RankedFinding::new(
        severity(first),
        missing.unwrap_or(0.0),
        "quality-unknown",
        text,
    );
    let finding = if hosts == 1 {
        finding.host(&first.host)
    } else {
        finding
    };
    finding.n(sent)
}
