//! When it did not work, when nothing was measured, and what changed.

use crate::arrange::Arrange as _;
use std::collections::{BTreeMap, BTreeSet};

use super::schedule;
use crate::doc::number::{counted, grouped};
use crate::doc::parts;
use crate::doc::parts::{filled, listed, main_section};
use crate::doc::{Block, Cell, Paragraph, Section, ShownRows, Table};
use crate::report::model::{ListedOutage, Report, ReportedSeries};
use crate::stats::Count;

/// Series of an outage that are named.
const NAMED: usize = 3;

/// Availability and outages of each series, and the gaps.
pub fn section(report: &Report) -> Section {
    let mut blocks = Vec::new();
    if !report.series.is_empty() {
        blocks.push(Block::Table(availability(report)));
        blocks.push(Block::Paragraph(Paragraph::new(explained(report))));
    }
    blocks.extend(filled(outages(report)));
    blocks.extend(filled(lost(report)));
    blocks.extend(filled(gaps(report)));
    main_section("outages", "Availability and outages", blocks)
}

fn availability(report: &Report) -> Table {
    // the worst first
    let mut all: Vec<&ReportedSeries> = report.series.iter().collect();
    all.arrange_by(|a, b| {
        let answered = |series: &ReportedSeries| series.answered_percent.unwrap_or(100.0);
        let worst = answered(a).total_cmp(&answered(b));
        worst.then(b.outages.cmp(&a.outages))
    });
    let seconds = |n: u64, seconds| Cell::of((n > 0).then_some(seconds), Cell::Seconds);
    // where no row names a computer, nothing is to be told apart
    let has_hosts = all.iter().any(|series| !series.host.is_empty());
    Table::of("availability", "", all)
        .key("host", "host", |series| {
            Cell::of(has_hosts.then_some(&*series.host), |host| {
                Cell::name(host, "host")
            })
        })
        .key("target", "target", |series| series.target.clone())
        .key("transport", "transport", |series| series.transport.clone())
        .numbers("answered_percent", "answered", |series| {
            Cell::of(series.answered_percent, |percent| Cell::Estimate {
                percent,
                low: series.answered_low_percent,
                high: series.answered_high_percent,
            })
        })
        .numbers("rows", "rows", |series| series.outcomes.rows)
        .numbers("ok", "ok", |series| series.outcomes.ok)
        .numbers("errors", "answered with an error", |series| {
            Cell::some(series.outcomes.answered.saturating_sub(series.outcomes.ok))
        })
        .numbers("failed_here", "failed here", |series| {
            Cell::some(series.outcomes.failed_here)
        })
        .numbers("undecided", "alerts", |series| {
            Cell::some(series.outcomes.undecided)
        })
        .numbers("lost_probes", "lost probes", |series| {
            Cell::some(series.lost_probes)
        })
        .numbers("outages", "outages", |series| outages_of(series))
        .numbers("outages_time", "in outages", |series| {
            seconds(series.outages, series.outages_s)
        })
        .numbers("gaps", "gaps", |series| {
            series.in_rollups.is_none().then_some(series.gaps)
        })
        .numbers("gaps_time", "in gaps", |series| {
            seconds(series.gaps, series.gaps_s)
        })
        .numbers("rows_out_of_order", "out of order", |series| {
            Cell::some(series.rows_out_of_order)
        })
        .table()
}

/// How many outages; of roll-ups only whether there was one.
fn outages_of(series: &ReportedSeries) -> Cell {
    match series.in_rollups {
        Some(rolled) if rolled.is_outage => {
            let known = series.outages.saturating_add(1);
            Cell::from(format!("at least {}", grouped(known)))
        }
        _ => series.outages.into(),
    }
}

fn explained(report: &Report) -> String {
    let late = report.series.iter().map(|series| series.rows_out_of_order);
    let late: u64 = late.sum();
    let mut text = "Answered is the share of rows that the relay answered, with its 95 % \
                    interval (Wilson). A row that failed because the answer was an error counts \
                    as answered, as the path worked. An outage is a run of lost rows that is too \
                    long for chance (or as long as --outage says); it lasts from the first of \
                    them to the next answer. All other lost rows are lost probes. A gap is a \
                    stretch without rows of ten times the usual interval, at least a minute."
        .to_owned();
    let schedules = report.series.iter().map(|one| &one.schedule);
    if schedules
        .chain([&report.overview.schedule])
        .any(Option::is_some)
    {
        text += " If runs repeat at the same time of the day or hour, the pauses between them \
                 are not gaps; runs that did not take place, ended early or began late are.";
    }
    let here: u64 = report
        .series
        .iter()
        .map(|series| series.outcomes.failed_here)
        .sum();
    if here > 0 {
        text += " A row that failed here, on the measuring computer (no free port, its own \
                 firewall), says nothing about the relay: it counts in no share, and neither \
                 begins nor ends an outage.";
    }
    let undecided: u64 = report
        .series
        .iter()
        .map(|series| series.outcomes.undecided)
        .sum();
    if undecided > 0 {
        text += " A TLS alert or an unusable certificate counts in no share: something answered, \
                 either the relay or a device in front of it.";
    }
    if report
        .series
        .iter()
        .any(|series| series.in_rollups.is_some())
    {
        text += " Of probes in roll-ups, only the longest time without an answer and the most \
                 lost in a row are known: whether there was an outage, but not how many. \
                 Roll-ups say nothing about gaps.";
    }
    if late > 0 {
        text += " ";
        text += &counted(late, "row", "rows");
        text += " came too late to be put in time order (overlapping or unordered files): they \
                 count in the tables, but not in the outages.";
    }
    text
}

/// A run of lost rows, and whose it is.
type OwnedRun<'a> = (&'a ReportedSeries, &'a ListedOutage);

fn outages(report: &Report) -> Table {
    let mut together: BTreeMap<usize, Vec<OwnedRun<'_>>> = BTreeMap::new();
    let mut listed: u64 = 0;
    for series in &report.series {
        for outage in &series.longest_outages {
            let known = together.entry(outage.event).or_default();
            listed = listed.saturating_add(u64::from(known.is_empty()));
            known.push((series, outage));
        }
    }
    let several = together.values().any(|runs| runs.len() > 1);
    let caption = if several {
        "The longest outages, each once for all series that had it together"
    } else {
        "The longest outages"
    };
    let mut table = runs(report, "outages", caption, together.into_values().collect());
    table.unlisted = report.overview.outages.saturating_sub(listed);
    table
}

/// Lost rows in runs too short for an outage; the last ones where there are many.
fn lost(report: &Report) -> Table {
    let caption = "Lost probes, in no outage of their series";
    let all = report.series.iter().flat_map(|series| {
        let runs = series.lost_runs.iter();
        runs.map(move |run| vec![(series, run)])
    });
    let mut table = runs(report, "lost", caption, all.collect());
    for (place, row) in (0..).zip(&mut table.rows) {
        row.weight = place;
    }
    let lost: u64 = report.series.iter().map(|one| one.lost_probes).sum();
    let listed = report.series.iter().flat_map(|one| &one.lost_runs);
    table.unlisted = lost.saturating_sub(listed.map(|run| run.rows).sum());
    table
}

/// Runs of lost rows, those that belong together in one row, in the order of time.
fn runs(
    report: &Report,
    id: &'static str,
    caption: &'static str,
    mut all: Vec<Vec<OwnedRun<'_>>>,
) -> Table {
    let several = report.series.len() > 1;
    // what all series have in common tells nothing
    let mut different: Vec<fn(&ReportedSeries) -> &str> =
        vec![|one| &one.host, |one| &one.target, |one| &one.transport];
    different.retain(|part| {
        let mut parts = report.series.iter().map(part);
        parts
            .next()
            .is_some_and(|first| parts.any(|other| other != first))
    });
    all.retain(|runs| !runs.is_empty());
    let from = |runs: &Vec<OwnedRun<'_>>| runs.iter().map(|(_, run)| run.from).min();
    let longest = |runs: &Vec<OwnedRun<'_>>| {
        let seconds = runs.iter().map(|(_, run)| run.seconds);
        seconds.fold(0.0, f64::max)
    };
    all.arrange_by_key(from);
    Table::of(id, caption, all)
        .key("from", "from", |runs| Cell::of(from(runs), Cell::from))
        .words("to", "to", |runs| {
            let to = runs.iter().map(|(_, run)| run.to).max();
            Cell::of(to, Cell::from)
        })
        .spare()
        .numbers("length", "length", |runs| {
            let length = if runs.iter().any(|(_, run)| run.is_cut()) {
                Cell::AtLeast
            } else {
                Cell::Seconds
            };
            length(longest(runs))
        })
        .numbers("rows", "rows", |runs| {
            runs.iter().map(|(_, run)| run.rows).sum::<u64>()
        })
        .words("series", "series", |runs| {
            let names = runs.iter().map(|(series, _)| {
                let name = different.iter().map(|part| part(series));
                name.collect::<Vec<_>>().join(" ")
            });
            Cell::of(several.then(|| whose(runs, names)), Cell::from)
        })
        .words("causes", "causes", |runs| listed(&causes(runs)))
        .weight(|runs| weight(longest(runs)))
        .table()
        .keep(ShownRows::Heaviest)
}

/// The longest are shown where not all have room.
fn weight(seconds: f64) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // for the order alone
    let weight = (seconds.max(0.0) * 1e3) as u64;
    weight
}

/// The series of an outage: its name, or how many.
fn whose(runs: &[OwnedRun<'_>], names: impl Iterator<Item = String>) -> String {
    let names: BTreeSet<String> = names.collect();
    if names.len() <= NAMED {
        return names.into_iter().collect::<Vec<_>>().join(", ");
    }
    let hosts: BTreeSet<&str> = runs.iter().map(|(series, _)| &*series.host).collect();
    format!(
        "{} series of {}",
        grouped(names.len() as u64),
        counted(hosts.len() as u64, "computer", "computers")
    )
}

/// The causes of all of them, the most frequent first.
fn causes(runs: &[OwnedRun<'_>]) -> Vec<Count> {
    if let [(_, only)] = runs {
        return only.causes.clone();
    }
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for cause in runs.iter().flat_map(|(_, run)| &run.causes) {
        let sum = sums.entry(&cause.name).or_default();
        *sum = sum.saturating_add(cause.count);
    }
    let mut causes: Vec<Count> = sums
        .into_iter()
        .map(|(name, count)| Count {
            name: name.to_owned(),
            count,
        })
        .collect();
    causes.arrange_by_key(|cause| std::cmp::Reverse(cause.count));
    causes
}

fn gaps(report: &Report) -> Table {
    let overview = &report.overview;
    let caption = match report.series.len() {
        0 | 1 => "Gaps: when nothing was measured",
        _ => "Gaps: when no series measured",
    };
    // of a schedule a gap begins and ends where rows should have been
    let (from, to) = match overview.schedule {
        Some(_) => ("from", "to"),
        None => ("last row before", "first row after"),
    };
    let mut table = Table::of("gaps", caption, &overview.longest_gaps)
        .key("from", from, |gap| gap.from)
        .words("to", to, |gap| gap.to)
        .numbers("length", "length", |gap| Cell::Seconds(gap.seconds))
        .words("what", "what", |gap| {
            Cell::of(schedule::gap(gap), Cell::from)
        })
        .numbers("slept", "machine slept", |gap| {
            Cell::of(gap.slept_s, Cell::Seconds)
        })
        .weight(|gap| weight(gap.seconds))
        .table()
        .keep(ShownRows::Heaviest);
    table.unlisted = overview.gaps.saturating_sub(table.rows.len() as u64);
    table
}

/// What came and went.
pub fn events(report: &Report) -> Section {
    let table = Table::of("events", "", &report.events)
        .key("when", "when", |event| event.at)
        .words("what", "what", |event| event.kind)
        .words("which", "which", |event| event.what.clone())
        .table();
    parts::section("events", "Events", filled(table).into_iter().collect())
}
