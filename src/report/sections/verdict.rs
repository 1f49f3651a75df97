//! The verdict of a report, and its findings.

use crate::doc::parts::main_section;
use crate::doc::{Block, Cell, Paragraph, Point, Section, Style, Table, TableColumn};
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
    let table = Table::new(
        "findings",
        "",
        vec![TableColumn::words("code", "code")],
        vec![
            TableColumn::words("severity", "severity"),
            TableColumn::words("text", "text"),
            TableColumn::words("host", "host"),
            TableColumn::words("from", "from"),
            TableColumn::words("to", "to"),
            TableColumn::number("rows", "n"),
        ],
    )
    .rows(report.findings.iter().map(|finding| {
        let cells = [
            Cell::Text(finding.severity.into(), style(finding.severity)),
            finding.text.clone().into(),
            finding.host.clone().into(),
            Cell::of(finding.from, Cell::Time),
            Cell::of(finding.to, Cell::Time),
            finding.n.into(),
        ];
        ([Cell::from(finding.code)], cells)
    }));
    main_section("findings", "Findings", vec![Block::Table(table)])
}
