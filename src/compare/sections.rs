//! A comparison as a document.

use super::chart::chart;
use super::keys::{KEY, hundredths, key, several_paths, spread};
use super::model::{ComparedFailures, ComparedLine, ComparedSide, Comparison};
use crate::doc::number::counted;
use crate::doc::parts::{self, filled, quantile};
use crate::doc::text::{cut, named, time};
use crate::doc::{Block, Cell, Document, Paragraph, Section, ShownRows, Style, Table};
use crate::report::problems;
use crate::stats::compare::{Decision, FailurePart};

/// Everything.
pub fn document(of: &Comparison) -> Document {
    let mut sections = vec![sentences(of, true), differences(of), chart(of)];
    sections.extend([
        failures(of),
        times(of),
        sentences(of, false),
        notes(of),
        input(of),
    ]);
    sections.retain(|section| !section.blocks.is_empty());
    Document {
        title: format!("{} against {}", cut(&of.b.name, 60), cut(&of.a.name, 60)),
        maker: format!("turnprobe {}", of.tool_version),
        zone: of.time_zone,
        about: about(of),
        verdict: Paragraph::new(of.verdict.clone()),
        sections,
        footer: "Differences are between the medians of ten-minute blocks that both sides \
                 measured, or of days, by the Hodges-Lehmann method with exact 95 % intervals. A \
                 difference matters from 1 ms and 2 % on."
            .to_owned(),
    }
}

/// The differences alone, as a part of another document.
pub fn section(of: &Comparison, title: &'static str) -> Section {
    let mut blocks = vec![Block::Paragraph(Paragraph::new(of.verdict.clone()))];
    blocks.extend(filled(table(of)));
    parts::section("compare", title, blocks)
}

fn about(of: &Comparison) -> Vec<Paragraph> {
    let mut lines: Vec<_> = [("A", &of.a), ("B", &of.b)]
        .map(|(letter, side)| Paragraph::new(side_line(of, letter, side)))
        .into();
    if !of.filters.is_empty() {
        let filters: Vec<_> = of
            .filters
            .iter()
            .take(12)
            .map(|filter| cut(filter, 120))
            .collect();
        lines.push(Paragraph::new(format!(
            "Only rows with {}",
            filters.join(", ")
        )));
    }
    let problems: u64 = of.input.problems.iter().map(|problem| problem.count).sum();
    if problems > 0 {
        let problems = counted(problems, "problem", "problems");
        lines.push(Paragraph::new(format!(
            "{problems} in the files, listed at the end"
        )));
    }
    if of.interrupted {
        lines.push(Paragraph::bad(
            "Interrupted: reading was stopped before the end, and all numbers are of what was read until then.",
        ));
    }
    lines
}

fn side_line(of: &Comparison, letter: &str, side: &ComparedSide) -> String {
    let shown: Vec<String> = side.what.iter().take(3).map(|what| cut(what, 60)).collect();
    let more = side.what.len().saturating_sub(3);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let when = side
        .first
        .zip(side.last)
        .map_or_else(String::new, |(first, last)| {
            format!(
                ", {} to {}",
                time(of.time_zone, first),
                time(of.time_zone, last)
            )
        });
    let rows = counted(side.rows, "row", "rows");
    format!("{letter}: {}{more}, {rows}{when}", shown.join(", "))
}

/// Lines of all regions first; those of single regions where these are no others.
fn sums_up(of: &Comparison, place: usize) -> bool {
    let line = &of.lines[place];
    let before = place.checked_sub(1).map(|before| &of.lines[before]);
    before.is_none_or(|before| {
        (&before.transport, &before.target, before.metric)
            != (&line.transport, &line.target, line.metric)
    })
}

/// A sentence for each line, of all regions or of single ones.
fn sentences(of: &Comparison, summing_up: bool) -> Section {
    let several = several_paths(of);
    // what all rest on stands in the verdict
    let first = of.lines.first().map(|line| line.basis);
    let same = of.lines.iter().all(|line| Some(line.basis) == first) && !several;
    let lines = of.lines.iter().enumerate();
    let chosen = lines.filter(|(place, _)| sums_up(of, *place) == summing_up);
    let chosen = chosen.map(|(_, line)| line);
    // and the first line as well
    let said_before = |line: &&ComparedLine| {
        of.verdict
            .to_lowercase()
            .contains(&line.text.to_lowercase())
    };
    let blocks = chosen.filter(|line| !said_before(line)).map(|line| {
        let mut about: Vec<String> = Vec::new();
        if several {
            about.extend([cut(&line.transport, 20), cut(&line.target, 60)]);
        }
        let text = if same { &line.brief } else { &line.text };
        if same && !summing_up {
            about.push(named(
                line.region.as_deref().unwrap_or_default(),
                "region",
                40,
            ));
        }
        let text = match about.as_slice() {
            [] => text.clone(),
            about => format!("{}: {text}", about.join(" ")),
        };
        Block::Paragraph(Paragraph {
            text,
            style: worse(line),
        })
    });
    let blocks = blocks.collect();
    if summing_up {
        return parts::section("sentences", "The other times", blocks);
    }
    parts::section("regions", "Region by region", blocks)
}

/// What a difference is to the reader.
fn worse(line: &ComparedLine) -> Style {
    match line
        .difference_ms
        .filter(|_| line.verdict == Decision::Differs)
    {
        Some(found) if found.value > 0.0 => Style::Bad,
        Some(_) => Style::Good,
        None => Style::Plain,
    }
}

fn fails_more(of: &ComparedFailures) -> Style {
    match of
        .difference_points
        .filter(|_| of.verdict == Decision::Differs)
    {
        Some(found) if found.value > 0.0 => Style::Bad,
        Some(_) => Style::Good,
        None => Style::Plain,
    }
}

fn differences(of: &Comparison) -> Section {
    parts::main_section(
        "compare",
        "Differences",
        filled(table(of)).into_iter().collect(),
    )
}

fn table(of: &Comparison) -> Table {
    Table::of("compare", "B less A in ms, with 95 % interval", &of.lines)
        .keys(KEY, |line| key(line))
        .numbers("p50_a", "A p50", |line| quantile(line.a.p50_ms))
        .numbers("p50_b", "B p50", |line| quantile(line.b.p50_ms))
        .numbers("difference", "difference", |line| {
            match line.difference_ms {
                Some(found) => spread(found),
                None => Cell::of(line.bare_difference_ms, |ms| Cell::Quantile(hundredths(ms))),
            }
        })
        .numbers("ratio", "ratio", |line| {
            Cell::of(line.ratio, |ratio| Cell::Ratio(ratio.value))
        })
        .spare()
        .numbers("p95_difference", "of the p95", |line| {
            Cell::of(line.p95_difference_ms, spread)
        })
        .spare()
        .words("verdict", "verdict", |line| {
            Cell::Text(line.verdict.as_str().into(), worse(line))
        })
        .table()
        .keep(ShownRows::All)
}

fn times(of: &Comparison) -> Section {
    // the medians stand beside their difference
    let table = Table::of("times", "Times of both in ms", &of.lines)
        .keys(KEY, |line| key(line))
        .numbers("n_a", "A n", |line| line.a.n)
        .numbers("n_b", "B n", |line| line.b.n)
        .numbers("p95_a", "A p95", |line| quantile(line.a.p95_ms))
        .numbers("p95_b", "B p95", |line| quantile(line.b.p95_ms))
        .numbers("p99_a", "A p99", |line| quantile(line.a.p99_ms))
        .numbers("p99_b", "B p99", |line| quantile(line.b.p99_ms))
        .table()
        .keep(ShownRows::All);
    parts::section("times", "Times", filled(table).into_iter().collect())
}

fn failures(of: &Comparison) -> Section {
    let table = Table::of(
        "failures",
        "Failures, difference in percentage points",
        &of.failures,
    )
    .key("path", "path", |failures| path(failures))
    .numbers("rows_a", "A rows", |failures| failures.a.rows)
    .numbers("failed_a", "A failed", |failures| failures.a.failed)
    .numbers("rows_b", "B rows", |failures| failures.b.rows)
    .numbers("failed_b", "B failed", |failures| failures.b.failed)
    .numbers("points", "difference", |failures| {
        Cell::of(failures.difference_points, |of| Cell::Estimate {
            percent: of.value,
            low: of.low,
            high: of.high,
        })
    })
    .words("verdict", "verdict", |failures| {
        Cell::Text(failures.verdict.as_str().into(), fails_more(failures))
    })
    .table()
    .keep(ShownRows::All);
    parts::section("failures", "Failures", filled(table).into_iter().collect())
}

fn path(of: &ComparedFailures) -> String {
    let rows = match of.of {
        FailurePart::Rows => "",
        FailurePart::Requests => ", requests",
    };
    format!("{} {}{rows}", of.transport, of.target)
}

fn notes(of: &Comparison) -> Section {
    let notes = of.notes.iter().chain(&of.input.notes);
    let blocks = notes.map(|note| Block::Paragraph(Paragraph::new(note.clone())));
    parts::section("notes", "Notes", blocks.collect())
}

fn input(of: &Comparison) -> Section {
    parts::section(
        "input",
        "Input",
        filled(problems(&of.input)).into_iter().collect(),
    )
}
