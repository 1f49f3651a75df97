//! The key numbers, and the failures by their cause.

use std::fmt::Write as _;

use super::clocks;
use super::head::{self, is_of_the_lab, knows_all_outages};
use super::head::{connects, median};
use super::schedule;
use crate::doc::chart::quantile_of_all;
use crate::doc::number::{self, counted, grouped, millis, quantile, seconds, share};
use crate::doc::parts::{estimate, filled, main_section};
use crate::doc::{Block, Cell, NamedValue, Paragraph, Section, Spark, Table};
use crate::report::model::{Overview, Report};
use crate::schema::Metric;

/// The section.
pub fn section(report: &Report) -> Section {
    let overview = &report.overview;
    let mut blocks = vec![
        Block::Paragraph(Paragraph::new(head::sentence(report))),
        Block::Facts(facts(report)),
    ];
    blocks.extend(sparks(report).map(Block::Sparks));
    blocks.extend(filled(
        Table::of("failures", "Failures by cause", &overview.failed_by_cause)
            .key("cause", "cause", |cause| cause.name.clone())
            .numbers("rows", "rows", |cause| Cell::some(cause.count))
            .numbers("of_failures", "of failures", |cause| {
                share_of(cause.count, overview.failed)
            })
            .numbers("of_all", "of all", |cause| {
                share_of(cause.count, overview.rows)
            })
            .table(),
    ));
    blocks.extend(filled(
        Table::of(
            "explained",
            "Slow probes by where their time went",
            &overview.explained,
        )
        .key("explain", "where the time went", |why| why.name.clone())
        .numbers("rows", "rows", |why| why.count)
        .numbers("of_all", "of all", |why| share_of(why.count, overview.rows))
        .table(),
    ));
    main_section("overview", "Overview", blocks)
}

/// Hours that make a line of marks.
const FEWEST_HOURS: usize = 3;

/// Medians and failures, hour by hour; hours in which nobody measured are left out.
fn sparks(report: &Report) -> Option<Vec<Spark>> {
    let hours = || report.heat.days.iter().flat_map(|day| &day.hours).flatten();
    if hours().count() < FEWEST_HOURS {
        return None;
    }
    let failed: Vec<Option<f64>> = hours().map(|hour| Some(hour.failed as f64)).collect();
    let medians: Vec<Option<f64>> = hours().map(|hour| hour.p50_ms).collect();
    let line = |label, unit, values: Vec<Option<f64>>| Spark {
        label,
        unit,
        each: "h",
        values,
    };
    let label = match report.heat.metric {
        Some("turn") => "Median TURN",
        _ => "Median connect",
    };
    let has_median = medians.iter().any(Option::is_some);
    let mut lines: Vec<Spark> = has_median
        .then(|| line(label, "ms", medians))
        .into_iter()
        .collect();
    if report.overview.failed > 0 {
        lines.push(line("Failed rows", "", failed));
    }
    (!lines.is_empty()).then_some(lines)
}

fn share_of(part: u64, whole: u64) -> Cell {
    Cell::of(
        (whole > 0).then(|| part as f64 * 100.0 / whole as f64),
        Cell::Percent,
    )
}

fn facts(report: &Report) -> Vec<NamedValue> {
    let overview = &report.overview;
    let rate = rate(overview);
    let mut facts = vec![
        NamedValue::new("Probes", overview.rows)
            .note(rate.map_or_else(String::new, number::rate))
            .minor(),
        succeeded(report),
        failed(report),
    ];
    if is_of_the_lab(report) {
        facts.insert(
            0,
            NamedValue::new("Measured in", Cell::from("the lab"))
                .note("embedded relays, no network"),
        );
    }
    let of_series: u64 = report.series.iter().map(|series| series.outages).sum();
    let all = report
        .series
        .iter()
        .flat_map(|series| &series.longest_outages);
    let longest = all.max_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let all_s = longest.map(|outage| outage.seconds);
    let longest = longest.filter(|outage| outage.seconds > 0.0).map(|outage| {
        let at_least = if outage.is_cut() { "at least " } else { "" };
        format!("longest {at_least}{}", seconds(outage.seconds))
    });
    let unknown = (!knows_all_outages(report)).then(|| "could not tell for some series".to_owned());
    let rolled = head::outages_in_rollups(report);
    let at_least =
        (rolled > 0).then(|| "at least: roll-ups only know the longest of each series".to_owned());
    let outages = overview.outages;
    let shared = (of_series > outages).then(|| {
        format!(
            "{} of single series, as several had one together",
            grouped(of_series)
        )
    });
    let untold: u64 = report
        .kinds
        .bursts
        .iter()
        .map(|one| one.outages_untold)
        .sum();
    let untold = (untold > 0).then(|| {
        format!(
            "could not tell in {} of a watch with losses, as the file does not have the columns of outages",
            counted(untold, "minute", "minutes")
        )
    });
    let watched = head::outages_of_watches(report);
    let longest = match head::longest_of_watches(report) {
        Some(length) if !all_s.is_some_and(|known| known >= length) => {
            Some(format!("longest {}", seconds(length)))
        }
        _ => longest,
    };
    let note = longest.into_iter().chain(shared).chain(untold);
    let note: Vec<String> = note.chain(at_least).chain(unknown).collect();
    facts.push(
        NamedValue::new(
            "Outages",
            outages.saturating_add(rolled).saturating_add(watched),
        )
        .note(note.join("; ")),
    );
    if let Some(median) = median(report) {
        // as many values as every p95 needs
        let curves = connects(report);
        let values: u64 = curves.iter().map(|curve| curve.n).sum();
        let p95 = quantile_of_all(&curves, 95.0).filter(|_| values >= 20);
        let p95 = p95.map(|p95| format!("95 % within {} ms", quantile(p95)));
        let median = Cell::Quantile(median);
        facts.push(NamedValue::new("Median connect, ms", median).note(p95.unwrap_or_default()));
    }
    facts.extend(median_of_turn(report));
    if report.slow.regions.iter().any(|region| region.connects > 0) {
        let slow: u64 = report.slow.regions.iter().map(|region| region.slow).sum();
        let over = format!("over {} ms", millis(report.slow.threshold_ms));
        facts.push(NamedValue::new("Slow connects", slow).note(over));
    }
    if let Some(missed) = overview.missed_slots {
        facts.push(
            NamedValue::new("Missed slots", missed)
                .note("of the schedule, without a row")
                .minor(),
        );
    }
    if let Some(plan) = &report.overview.schedule {
        let note = format!(
            "{}; the pauses between them are not gaps",
            schedule::often(plan)
        );
        facts.push(
            NamedValue::new(
                "Schedule",
                Cell::from(schedule::times(plan, report.hours_are())),
            )
            .note(note)
            .minor(),
        );
    }
    if report.kinds.rollups.is_empty() {
        facts.push(gaps(report).minor());
    }
    facts.extend(clocks::facts(report).into_iter().map(NamedValue::minor));
    if report.addresses.distinct > 0 {
        let note = if report.addresses.capped {
            "at least"
        } else {
            ""
        };
        facts.push(
            NamedValue::new("Relay addresses", report.addresses.distinct)
                .note(note)
                .minor(),
        );
    }
    if overview.rows_without_time > 0 {
        let note = "in no chart, no outage and no gap";
        facts.push(
            NamedValue::new("Rows without time", overview.rows_without_time)
                .note(note)
                .minor(),
        );
    }
    facts
}

/// Rows a minute; of a schedule while it ran.
fn rate(overview: &Overview) -> Option<f64> {
    let rate = match (&overview.schedule, overview.span_s) {
        (Some(plan), Some(span)) => {
            let ran = span - overview.gaps_s - plan.pauses_s;
            let timed = overview.rows.saturating_sub(overview.rows_without_time);
            // one interval less than rows in each run
            let intervals = timed.saturating_sub(plan.pauses).saturating_sub(1);
            Some(intervals as f64 * 60.0 / ran)
        }
        _ => overview.probes_per_minute,
    };
    rate.filter(|rate| rate.is_finite() && *rate > 0.0)
}

/// The median round trip of TURN, where nothing connects.
fn median_of_turn(report: &Report) -> Option<NamedValue> {
    if median(report).is_some() {
        return None;
    }
    let (_, curves) = report
        .curves
        .iter()
        .find(|(metric, _)| *metric == Metric::Turn)?;
    let values: u64 = curves.iter().map(|curve| curve.n).sum();
    let p95 = quantile_of_all(curves, 95.0).filter(|_| values >= 20);
    let p95 = p95.map(|p95| format!("95 % within {} ms", quantile(p95)));
    let median = Cell::Quantile(quantile_of_all(curves, 50.0)?);
    Some(NamedValue::new("Median TURN, ms", median).note(p95.unwrap_or_default()))
}

/// The share of the rows that are OK, and its confidence interval.
fn succeeded(report: &Report) -> NamedValue {
    let overview = &report.overview;
    let (low, high) = (overview.ok_low_percent, overview.ok_high_percent);
    let share = estimate(overview.ok_percent, low, high);
    let rows = (!share.is_empty()).then(|| counted(overview.ok, "row", "rows"));
    NamedValue::new("Succeeded", share).note(rows.unwrap_or_default())
}

fn failed(report: &Report) -> NamedValue {
    let overview = &report.overview;
    let answered = overview.answered.saturating_sub(overview.ok);
    let mut note = match overview.failed {
        0 => String::new(),
        failed => share(failed, overview.rows),
    };
    #[rustfmt::skip]
    let cases = [
        (answered, "answered with an error: the path worked"),
        (overview.undecided,
            "got a TLS alert or an unusable certificate: something answered"),
        (overview.failed_here, "failed here, on the measuring computer",
        ),
    ];
    for (rows, what) in cases {
        if rows > 0 {
            let _ = write!(note, "; {} {what}", grouped(rows));
        }
    }
    NamedValue::new("Failed", overview.failed).note(note)
}

fn gaps(report: &Report) -> NamedValue {
    let overview = &report.overview;
    let nobody = if report.series.len() > 1 {
        "no series"
    } else {
        "nothing was"
    };
    let together = seconds(overview.gaps_s);
    let slept: f64 = (overview.longest_gaps.iter())
        .filter_map(|gap| gap.slept_s)
        .sum();
    let missing = overview.schedule.as_ref().map(schedule::missing);
    let note = (overview.gaps > 0).then(|| {
        let mut note = format!("{nobody} measured for {together}");
        if let Some(missing) = missing.filter(|missing| !missing.is_empty()) {
            note += " (";
            note += &missing;
            note += ")";
        }
        if slept > 0.0 {
            note += ", of which the machine slept for ";
            note += &seconds(slept);
        }
        note
    });
    NamedValue::new("Gaps", overview.gaps).note(note.unwrap_or_default())
}
