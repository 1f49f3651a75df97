//! When it did not work, when nothing was measured, and what changed.

use super::schedule;
use crate::doc::number::{counted, grouped};
use crate::doc::parts;
use crate::doc::parts::{filled, listed, main_section};
use crate::doc::{Block, Cell, Paragraph, Section, ShownRows, Table};
use crate::report::model::{ListedOutage, Report, ReportedSeries};

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
    all.sort_by(|a, b| {
        let answered = |series: &ReportedSeries| series.answered_percent.unwrap_or(100.0);
        let worst = answered(a).total_cmp(&answered(b));
        worst.then(b.outages.cmp(&a.outages))
    });
    let seconds = |n: u64, seconds| Cell::of((n > 0).then_some(seconds), Cell::Seconds);
    Table::of("availability", "", all)
        .key("host", "host", |series| series.host.clone())
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

fn outages(report: &Report) -> Table {
    let mut table = runs(report, "outages", "The longest outages", |one| {
        &one.longest_outages
    });
    let shown = table.rows.len() as u64;
    let outages: u64 = report.series.iter().map(|series| series.outages).sum();
    table.unlisted = outages.saturating_sub(shown);
    table
}

/// Lost rows in runs too short for an outage; the last ones where there are many.
fn lost(report: &Report) -> Table {
    let mut table = runs(
        report,
        "lost",
        "Lost probes, in no outage of their series",
        |one| &one.lost_runs,
    );
    for (place, row) in (0..).zip(&mut table.rows) {
        row.weight = place;
    }
    let lost: u64 = report.series.iter().map(|one| one.lost_probes).sum();
    let listed = report.series.iter().flat_map(|one| &one.lost_runs);
    table.unlisted = lost.saturating_sub(listed.map(|run| run.rows).sum());
    table
}

/// Runs of lost rows of all series, in the order of time.
fn runs(
    report: &Report,
    id: &'static str,
    caption: &'static str,
    of: fn(&ReportedSeries) -> &Vec<ListedOutage>,
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
    let all = report.series.iter().flat_map(|series| {
        let runs = of(series).iter();
        runs.map(move |run| (series, run))
    });
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(_, run)| run.from);
    Table::of(id, caption, all)
        .key("from", "from", |(_, run)| run.from)
        .words("to", "to", |(_, run)| run.to)
        .spare()
        .numbers("length", "length", |(_, run)| {
            let length = if run.is_cut() {
                Cell::AtLeast
            } else {
                Cell::Seconds
            };
            length(run.seconds)
        })
        .numbers("rows", "rows", |(_, run)| run.rows)
        .words("series", "series", |(series, _)| {
            let name = different.iter().map(|part| part(series));
            let name = name.collect::<Vec<_>>().join(" ");
            Cell::of(several.then_some(name), Cell::from)
        })
        .words("causes", "causes", |(_, run)| listed(&run.causes))
        .weight(|(_, run)| weight(run.seconds))
        .table()
        .keep(ShownRows::Heaviest)
}

/// The longest are shown where not all have room.
fn weight(seconds: f64) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // for the order alone
    let weight = (seconds.max(0.0) * 1e3) as u64;
    weight
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
