//! What a report says, section by section.

mod charts;
mod clocks;
mod groups;
mod head;
mod hours;
mod input;
mod overview;
mod paths;
mod relays;
pub(super) mod schedule;
mod series;
mod slow;
mod verdict;

pub use input::problems;

use super::model::Report;
use super::worst::Selection;
use crate::doc::{Document, Section};

/// The report as a person reads it.
pub fn document(report: &Report, wanted: &Selection) -> Document {
    let mut document = written(report, wanted, groups::sections(report, wanted));
    if wanted.by.is_empty() {
        // of name resolutions alone a picture says little of the way
        let first = charts::first(report, wanted).filter(|_| charts::has_way(report));
        let first = first.or_else(|| charts::of_a_kind(&mut document.sections));
        let first = first.or_else(|| charts::first(report, wanted));
        document.sections.splice(0..0, first);
    }
    document.sections.insert(0, verdict::section(report));
    document
        .sections
        .retain(|section| !section.blocks.is_empty());
    document
}

/// The report as a program reads it: with all groups and all their metrics, whether or not they
/// say something new.
pub fn figures(report: &Report, wanted: &Selection) -> Document {
    let mut groups = groups::all(report, wanted);
    let mut document = written(report, wanted, Vec::new());
    groups.append(&mut document.sections);
    groups.push(verdict::figures(report));
    document.sections = groups;
    document
}

fn written(report: &Report, wanted: &Selection, groups: Vec<Section>) -> Document {
    let mut sections = Vec::new();
    if report.overview.rows > 0 || !head::has_others(report) {
        sections.push(overview::section(report));
    }
    let whole = wanted.by.is_empty();
    // what is wrong comes first
    let (grave, way): (Vec<_>, Vec<_>) = whole
        .then(|| paths::section(report))
        .into_iter()
        .partition(|_| report.tls_paths.untrusted > 0);
    sections.extend(grave);
    if whole {
        sections.push(charts::section(report, wanted));
    }
    let (main, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|section| section.main);
    sections.extend(main);
    if whole {
        sections.extend([slow::section(report), series::section(report)]);
        sections.extend(report.kinds.sections());
        sections.extend(way);
        sections.extend([
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
        verdict: verdict::line(report),
        sections,
        footer: "Quantiles are nearest-rank: exact below 1,000 values, within 0.6 % from there \
                 on. Counts, minimum, mean, maximum and standard deviation are exact. The times \
                 of a phase are from the rows that completed it."
            .to_owned(),
    }
}
