//! An outage of one or several series, and its words.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{most_first, name};
use crate::doc::number::{grouped, seconds};
use crate::record::Cause;
use crate::stats::survey::SeriesName;

/// Failures that begin so long after each other may have one cause, in microseconds.
pub(super) const TOGETHER_US: i64 = 60_000_000;

/// Outages of one or several series that overlap.
pub(super) struct OutageEvent<'a> {
    pub(super) from: i64,
    pub(super) to: i64,
    /// The longest of them.
    pub(super) length: u64,
    pub(super) open: bool,
    pub(super) begun: bool,
    pub(super) rows: u64,
    /// The region of all rows, by number; none where they are of several.
    pub(super) region: Option<usize>,
    pub(super) causes: BTreeMap<&'a str, u64>,
    pub(super) series: BTreeSet<usize>,
}

/// An outage's time counts, and for how many.
pub(super) fn weight(length: u64, series: usize) -> f64 {
    1e6 + length as f64 * series as f64 / 1e6
}

pub(super) fn length(us: u64) -> String {
    seconds(crate::stats::units::seconds(us))
}

/// Who got no answer from what.
pub(super) fn whom(names: &[&SeriesName]) -> String {
    if let [[host, target, transport]] = names {
        let from = match host.as_str() {
            "" => String::new(),
            host => format!("{} to ", name(host)),
        };
        return format!("{from}{} over {}", name(target), name(transport));
    }
    let distinct = |part: usize| {
        let all: BTreeSet<&str> = names.iter().map(|name| name[part].as_str()).collect();
        all.into_iter().map(name).collect::<Vec<_>>()
    };
    let [hosts, targets, transports] = [0, 1, 2].map(distinct);
    let few = |of: Vec<String>, many: &str| match of.len() {
        1..=3 => of.join(", "),
        n => format!("{} {many}", grouped(n as u64)),
    };
    format!(
        "{} to {} over {}",
        few(hosts, "computers"),
        few(targets, "targets"),
        few(transports, "transports")
    )
}

/// The causes, the most frequent one with what it means.
pub(super) fn causes(causes: &BTreeMap<&str, u64>) -> String {
    let mut all: Vec<(&str, u64)> = causes
        .iter()
        .map(|(cause, count)| (*cause, *count))
        .collect();
    most_first(&mut all, |(cause, count)| (*count, (*cause).to_owned()));
    let Some((most, _)) = all.first() else {
        return String::new();
    };
    let meaning = Cause::of_word(most).map(|cause| {
        let meaning = cause.meaning().split(';').next().unwrap_or_default();
        format!(": {meaning}")
    });
    let others = match all.len() {
        1 => String::new(),
        2 => format!("; also {}", name(all[1].0)),
        n => format!("; and {} other causes", n - 1),
    };
    format!(" ({}{}{others})", name(most), meaning.unwrap_or_default())
}
