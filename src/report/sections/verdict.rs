//! The verdict of a report, and its findings.

use crate::doc::parts::main_section;
use crate::doc::{Block, Cell, Paragraph, Point, Section, Style, Table};
use crate::judge::severity::{Colour, Severity};
use crate::report::model::Report;

/// Everything in a sentence, its colour in words before it.
pub fn line(report: &Report) -> Paragraph {
    let verdict = &report.verdict;
    let style = match Colour::of_word(verdict.colour) {
        Some(Colour::Red) => Style::Bad,
        Some(Colour::Amber) => Style::Warn,
        Some(Colour::Green) => Style::Good,
        None => Style::Plain,
    };
    let text = match style {
        Style::Plain => verdict.text.clone(),
        _ => format!("{}: {}", verdict.colour.to_uppercase(), verdict.text),
    };
    Paragraph { text, style }
}

fn style(severity: &str) -> Style {
    match Severity::of_word(severity) {
        Some(Severity::Fail) => Style::Bad,
        Some(Severity::Warn) => Style::Warn,
        Some(Severity::Note) | None => Style::Plain,
    }
}

/// The findings, the worst first; nothing where there are none.
pub fn section(report: &Report) -> Section {
    let points = report.findings.iter().map(|finding| Point {
        word: finding.severity,
        style: style(finding.severity),
        text: finding.text.clone(),
    });
    let points: Vec<Point> = points.collect();
    let blocks = (!points.is_empty()).then_some(Block::Points(points));
    Section {
        at_once: true,
        ..main_section("findings", "Findings", blocks.into_iter().collect())
    }
}

/// The same for programs.
pub fn figures(report: &Report) -> Section {
    let table = Table::of("findings", "", &report.findings)
        .key("code", "code", |finding| finding.code)
        .words("severity", "severity", |finding| {
            Cell::Text(finding.severity.into(), style(finding.severity))
        })
        .words("text", "text", |finding| finding.text.clone())
        .words("host", "host", |finding| finding.host.clone())
        .words("from", "from", |finding| finding.from)
        .words("to", "to", |finding| finding.to)
        .numbers("rows", "n", |finding| finding.n)
        .table();
    main_section("findings", "Findings", vec![Block::Table(table)])
}
