//! The parts of a report that are no groups.

use std::fmt::Write as _;

use super::grid::Grid;
use super::view::{View, heading};
use crate::report::model::{Count, Gap, Outage, Report, Series};
use crate::report::number::{self, counted, millis};
use crate::report::text::{cut, named, time};
use crate::report::wrapped;

/// Longest name that is printed whole.
pub const LONGEST: usize = 120;

/// Gaps that are printed, the longest.
const MOST_GAPS: usize = 5;

/// A line of the overview: a word and what it says, wrapped.
fn fact(out: &mut String, word: &str, text: &str, width: usize) {
    let mut word = word;
    for line in wrapped(text, width.saturating_sub(13)) {
        let _ = writeln!(out, "  {word:<10} {line}");
        word = "";
    }
}

/// What was read, when, and what came of it.
pub fn overview(out: &mut String, report: &Report, width: usize) {
    let (all, zone) = (&report.overview, report.time_zone);
    heading(out, "Overview");
    let input = &report.input;
    let mut read = format!(
        "{}, {}, {}",
        counted(input.files.len() as u64, "file", "files"),
        counted(input.rows, "row", "rows"),
        number::bytes(input.bytes),
    );
    if input.rows_used != input.rows {
        let _ = write!(read, "; used {}", counted(input.rows_used, "row", "rows"));
    }
    fact(out, "read", &read, width);
    if report.interrupted {
        fact(
            out,
            "",
            "\x1b[31minterrupted: the numbers are of what was read so far\x1b[0m",
            width + 9,
        );
    }
    for filter in &report.filters {
        fact(out, "filter", &cut(filter, LONGEST), width);
    }
    match all.first.zip(all.last) {
        Some((first, last)) => {
            let span = number::seconds(all.span_s.unwrap_or_default());
            let text = format!("{} to {} ({span})", time(zone, first), time(zone, last));
            fact(out, "span", &text, width);
        }
        None if all.rows == 0 => fact(out, "span", "no row", width),
        None => fact(out, "span", "the rows have no time", width),
    }
    if let Some(rate) = all.probes_per_minute {
        fact(out, "rate", &number::rate(rate), width);
    }
    let share = number::share(all.failed, all.rows);
    fact(
        out,
        "outcome",
        &format!("{} ok, {} failed ({share})", all.ok, all.failed),
        width,
    );
    for cause in &all.failed_by_cause {
        let _ = writeln!(
            out,
            "  {:<10} {:>8}  {}",
            "",
            cause.count,
            cut(&cause.name, width - 24)
        );
    }
    if all.answered > all.ok {
        let text = format!(
            "{} of the failed answered with an error: the path worked",
            all.answered - all.ok
        );
        fact(out, "", &text, width);
    }
    if !all.explained.is_empty() {
        fact(out, "slow", "probes by where their time went", width);
    }
    for why in &all.explained {
        let name = cut(&why.name, width - 24);
        let _ = writeln!(out, "  {:<10} {:>8}  {name}", "", why.count);
    }
    if let Some(missed) = all.missed_slots {
        fact(out, "missed", &counted(missed, "slot", "slots"), width);
    }
    gaps(out, report, width);
    if all.rows_without_time > 0 && all.first.is_some() {
        let text = format!(
            "{} without a time",
            counted(all.rows_without_time, "row", "rows")
        );
        fact(out, "", &text, width);
    }
    fact(out, "time zone", &zone.to_string(), width);
}

/// When nobody measured.
fn gaps(out: &mut String, report: &Report, width: usize) {
    let all = &report.overview;
    if all.gaps == 0 {
        fact(out, "gaps", "none", width);
        return;
    }
    let of_all = match report.series.len() {
        0 | 1 => "",
        _ => " in which no series measured",
    };
    let text = format!(
        "{}{of_all}, together {}",
        counted(all.gaps, "gap", "gaps"),
        number::seconds(all.gaps_s)
    );
    fact(out, "gaps", &text, width);
    let mut longest: Vec<&Gap> = all.longest_gaps.iter().collect();
    longest.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    longest.truncate(MOST_GAPS);
    longest.sort_by_key(|gap| gap.from);
    for gap in &longest {
        let [from, to] = [gap.from, gap.to].map(|at| time(report.time_zone, at));
        let text = format!("{from} to {to} ({})", number::seconds(gap.seconds));
        fact(out, "", &text, width);
    }
    if let Some(more @ 1..) = all.gaps.checked_sub(longest.len() as u64) {
        let more = format!("and {}", counted(more, "shorter one", "shorter ones"));
        fact(out, "", &more, width);
    }
}

/// Slow connects by region and what explains them.
pub fn slow(out: &mut String, report: &Report, view: &View) {
    let slow = &report.slow;
    if slow.regions.iter().all(|region| region.connects == 0) {
        return;
    }
    heading(
        out,
        &format!("Connects over {} ms", millis(slow.threshold_ms)),
    );
    if slow.slowest.is_empty() {
        out.push_str("none\n");
        return;
    }
    let mut grid = Grid::new(&[
        "region",
        "connects",
        "slow",
        "lost SYN",
        "likely lost",
        "other",
    ]);
    for region in &slow.regions {
        let numbers = [
            region.connects,
            region.slow,
            region.syn_lost,
            region.syn_likely_lost,
            region.unexplained,
        ];
        grid.row(
            named(&region.region, "region", LONGEST),
            numbers.map(|n| n.to_string()).to_vec(),
        );
    }
    push(out, grid.lines(view.width));
    let note = "lost SYN: the kernel sent it again, as it or its answer was lost. likely lost: the kernel's \
                count is missing and the time is that of a SYN timer; not proven.";
    push(out, wrapped(note, view.width));
    out.push('\n');
    for row in slow
        .slowest
        .iter()
        .take(view.top.unwrap_or(usize::MAX).max(1))
    {
        let at = row
            .at
            .map_or_else(String::new, |at| time(report.time_zone, at));
        let text = format!(
            "{at} {:>6} ms  {}  {}  {}",
            millis(row.connect_ms),
            cut(&row.address, 45),
            cut(&row.region, 20),
            row.explanation.trim_end_matches(", not proven")
        );
        push(out, wrapped(text.trim(), view.width));
    }
}

/// Availability and outages of each series.
pub fn series(out: &mut String, report: &Report, view: &View) {
    if report.series.is_empty() {
        return;
    }
    heading(out, "Availability and outages");
    // the worst first
    let mut all: Vec<&Series> = report.series.iter().collect();
    all.sort_by(|a, b| {
        let worst = a.answered_percent.total_cmp(&b.answered_percent);
        worst.then(b.outages.cmp(&a.outages))
    });
    let most = view.top.unwrap_or(usize::MAX).max(1);
    for series in all.iter().take(most) {
        one_series(out, report, series, view);
    }
    if all.len() > most {
        let _ = writeln!(
            out,
            "and {} at least as available; --top 0 shows all",
            counted((all.len() - most) as u64, "more series", "more series")
        );
    }
}

fn one_series(out: &mut String, report: &Report, series: &Series, view: &View) {
    let name = format!(
        "{} {} {}",
        cut(&series.host, 60),
        cut(&series.target, LONGEST),
        cut(&series.transport, 20)
    );
    let [share, low, high] = number::percents([
        series.answered_percent,
        series.answered_low_percent,
        series.answered_high_percent,
    ]);
    let mut availability = format!(
        "{}: {share} answered (95 % interval {low} to {high}), {} of {}",
        name.trim(),
        series.answered,
        counted(series.rows, "row", "rows"),
    );
    if series.answered > series.ok {
        let errors = counted(series.answered - series.ok, "error", "errors");
        let _ = write!(availability, ", {errors} among them");
    }
    push(out, wrapped(&availability, view.width));
    if series.outages > 0 {
        let text = format!(
            "  {}, together {}; the longest:",
            counted(series.outages, "outage", "outages"),
            number::seconds(series.outages_s)
        );
        push(out, wrapped(&text, view.width));
    }
    let mut longest: Vec<&Outage> = series.longest_outages.iter().collect();
    longest.sort_by(|a, b| b.seconds.total_cmp(&a.seconds).then(b.rows.cmp(&a.rows)));
    longest.truncate(view.top.unwrap_or(usize::MAX).min(10));
    longest.sort_by_key(|outage| outage.from);
    for outage in longest {
        let open = if outage.open {
            ", no answer seen after it"
        } else {
            ""
        };
        let text = format!(
            "{}  {:>10}  {}{open}: {}",
            time(report.time_zone, outage.from),
            number::seconds(outage.seconds),
            counted(outage.rows, "row", "rows"),
            causes(&outage.causes),
        );
        for line in wrapped(&text, view.width - 2) {
            let _ = writeln!(out, "  {line}");
        }
    }
    if series.gaps > 0 && report.series.len() > 1 {
        let text = format!(
            "  {}, together {}",
            counted(series.gaps, "gap", "gaps"),
            number::seconds(series.gaps_s)
        );
        push(out, wrapped(&text, view.width));
    }
    if series.rows_out_of_order > 0 {
        let text = format!(
            "  {} came too late to be brought into time order (overlapping or unordered files): they \
             are in the tables, not in the outages",
            counted(series.rows_out_of_order, "row", "rows")
        );
        push(out, wrapped(&text, view.width));
    }
}

fn causes(causes: &[Count]) -> String {
    let all: Vec<_> = causes
        .iter()
        .map(|cause| format!("{} {}", cause.count, cut(&cause.name, 60)))
        .collect();
    all.join(", ")
}

/// What changed.
pub fn events(out: &mut String, report: &Report, view: &View) {
    if report.events.is_empty() {
        return;
    }
    heading(out, "Events");
    let most = view.top.unwrap_or(usize::MAX).max(1);
    for event in report.events.iter().take(most) {
        let text = format!(
            "{}  {}  {}",
            time(report.time_zone, event.at),
            event.kind,
            cut(&event.what, LONGEST)
        );
        push(out, wrapped(&text, view.width));
    }
    if report.events.len() > most {
        let _ = writeln!(
            out,
            "and {} more; --top 0 shows all",
            report.events.len() - most
        );
    }
}

/// What was wrong in the files, and what is to be known about them.
pub fn problems(out: &mut String, report: &Report, width: usize) {
    if !report.input.notes.is_empty() {
        heading(out, "Notes");
        for note in &report.input.notes {
            push(out, wrapped(&cut(note, 500), width));
        }
    }
    if report.input.problems.is_empty() {
        return;
    }
    heading(out, "Problems in the input");
    for problem in &report.input.problems {
        let place = problem
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let text = format!(
            "{}{place}: {}",
            cut(&problem.file, 300),
            cut(&problem.what, 500)
        );
        push(out, wrapped(&text, width));
    }
}

/// Adds lines.
pub fn push(out: &mut String, lines: Vec<String>) {
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
}
