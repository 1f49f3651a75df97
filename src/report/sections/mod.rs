//! What a report says, section by section.

mod charts;
mod groups;
mod head;
mod input;
mod overview;
mod packets;
mod relays;
mod series;
mod slow;
mod tls_held;

use super::model::{Count, Report, Times};
use crate::doc::{Block, Cell, Column, Document, Section, Table};
use crate::schema::Metric;

/// What of a report a person wants to see.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Metrics of the groups; empty for all by region and by transport and the connect time by
    /// the rest.
    pub metrics: Vec<Metric>,
    /// Groups by these columns only; empty for all that have something to tell.
    pub by: Vec<Vec<String>>,
}

/// The report as a person reads it.
pub fn document(report: &Report, wanted: &Selection) -> Document {
    written(report, wanted, groups::sections(report, wanted))
}

/// The report as a program reads it: with all groups and all their metrics, whether or not they
/// say something new.
pub fn figures(report: &Report, wanted: &Selection) -> Document {
    let mut groups = groups::all(report, wanted);
    let mut document = written(report, wanted, Vec::new());
    groups.append(&mut document.sections);
    document.sections = groups;
    document
}

fn written(report: &Report, wanted: &Selection, groups: Vec<Section>) -> Document {
    let mut sections = vec![overview::section(report)];
    let whole = wanted.by.is_empty();
    if whole {
        sections.push(charts::section(report));
    }
    let (main, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|section| section.main);
    sections.extend(main);
    if whole {
        sections.extend([
            slow::section(report),
            series::section(report),
            packets::section(report),
            tls_held::section(report),
            series::events(report),
            relays::certificates(report),
            relays::addresses(report),
        ]);
    }
    sections.extend(rest);
    sections.extend([input::notes(report), input::section(report)]);
    sections.retain(|section| !section.blocks.is_empty());
    Document {
        title: head::title(report),
        maker: format!("turnprobe {}", report.tool_version),
        zone: report.time_zone,
        about: head::about(report),
        verdict: head::verdict(report),
        sections,
        footer: "Quantiles are by the nearest rank: exact below 1,000 values, above within 0.6 %. Counts, smallest, \
                 mean, largest and standard deviation are exact. Times of a phase are of the rows that \
                 completed it."
            .to_owned(),
    }
}

fn section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Section {
    Section {
        id,
        title,
        main: false,
        blocks,
    }
}

/// A section that gets its room before the others.
fn main_section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Section {
    Section {
        main: true,
        ..section(id, title, blocks)
    }
}

/// A table, where it has rows.
fn filled(table: Table) -> Option<Block> {
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// `2 reset-handshake, 1 dns-timeout`.
fn listed(counts: &[Count]) -> String {
    let all = counts.iter().map(|count| format!("{} {}", count.count, count.name));
    all.collect::<Vec<_>>().join(", ")
}

/// A share in percent, where it is known.
fn percent(share: Option<f64>) -> Cell {
    Cell::of(share, Cell::Percent)
}

/// A share in percent with its interval, where they are known.
fn estimate(percent: Option<f64>, low: Option<f64>, high: Option<f64>) -> Cell {
    let of = |((percent, low), high)| Cell::Estimate { percent, low, high };
    Cell::of(percent.zip(low).zip(high), of)
}

/// The mean of times over bursts or connections.
fn mean(times: Option<Times>) -> Cell {
    Cell::of(times, |times| Cell::Quantile(times.mean_ms))
}

/// Who measured what: the columns of a key.
fn host_and_target() -> Vec<Column> {
    vec![Column::words("host", "host"), Column::words("target", "target")]
}
