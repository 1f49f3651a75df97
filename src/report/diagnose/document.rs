//! A diagnosis as a person reads it: the verdict, what follows from it and what to do, then everything that was
//! checked.

use super::charts;
use super::verdict::{sentence, untold, word};
use super::words::{listed, next, said, words};
use crate::arrange::Arrange as _;
use crate::doc::parts::{main_section, section};
use crate::doc::text::{cut, time};
use crate::doc::{Block, Cell, Document, Paragraph, Point, Section, ShownRows, Style, Table};
use crate::judge::diagnose::{
    Check, CheckState, Confidence, Diagnosis, Facts, Finding, VerdictOutcome,
};
use crate::judge::severity::Severity;
use crate::zone::Zone;

/// The document.
pub fn document(facts: &Facts, diagnosis: &Diagnosis, zone: Zone) -> Document {
    let sections = [
        findings(diagnosis),
        notes(diagnosis),
        checks(diagnosis),
        charts::section(facts),
    ];
    let about = &facts.about;
    Document {
        title: format!("Diagnosis of {}", cut(about.target.as_str(), 80)),
        maker: format!("turnprobe {}", cut(about.tool_version.as_str(), 20)),
        zone,
        about: vec![Paragraph::new(head(facts, zone))],
        verdict: Paragraph {
            text: format!("{}: {}", word(diagnosis.verdict.outcome), sentence(diagnosis)),
            style: match diagnosis.verdict.outcome {
                VerdictOutcome::Fault => Style::Bad,
                VerdictOutcome::Warning | VerdictOutcome::CouldNotTell => Style::Warn,
                VerdictOutcome::Ok => Style::Good,
            },
        },
        sections: sections.into_iter().filter(|section| !section.blocks.is_empty()).collect(),
        footer: "Certain: the system or the protocol said so; likely: a control worked; possible: there \
                 was only silence. What is not known never counts as good."
            .to_owned(),
    }
}

fn head(facts: &Facts, zone: Zone) -> String {
    let about = &facts.about;
    let mut parts = Vec::new();
    parts.extend(about.started.map(|started| time(zone, started)));
    let took = crate::doc::number::seconds(about.took_ms as f64 / 1e3);
    parts.push(format!("took {took}"));
    parts.extend([&about.system, &about.world].map(|word| cut(word.as_str(), 20)));
    parts.extend(about.quick.then(|| "the short form".to_owned()));
    parts.extend(about.offline.then(|| "relays only".to_owned()));
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Fail => Style::Bad,
        Severity::Warn => Style::Warn,
        Severity::Note => Style::Plain,
    }
}

/// The root causes in the order of the verdict, each with what follows from it.
fn findings(diagnosis: &Diagnosis) -> Section {
    let is_root = |finding: &&Finding| finding.is_fault() && finding.explained_by.is_none();
    let mut roots: Vec<&Finding> = diagnosis.findings.iter().filter(is_root).collect();
    let place = |finding: &&Finding| {
        let mut named = diagnosis.verdict.roots.iter();
        named
            .position(|code| *code == finding.code)
            .unwrap_or(usize::MAX)
    };
    roots.arrange_by_key(place);
    let mut points = Vec::new();
    for root in roots {
        points.push(Point {
            word: root.severity.as_str(),
            style: style(root.severity),
            text: whole(root),
        });
        points.extend(diagnosis.following(root.code).map(|finding| Point {
            word: "follows",
            style: Style::Plain,
            text: format!(
                "{} [{}, from {}]",
                said(finding),
                finding.code.as_str(),
                root.code.as_str()
            ),
        }));
    }
    let blocks = (!points.is_empty()).then_some(Block::Points(points));
    Section {
        at_once: true,
        ..main_section("findings", "Findings", blocks.into_iter().collect())
    }
}

/// A root cause with whose it is, what to do, and what would settle it.
fn whole(finding: &Finding) -> String {
    let mut text = format!(
        "{} [{}] Party: {}, {}. Next: {}",
        said(finding),
        finding.code.as_str(),
        finding.party.as_str(),
        finding.confidence.as_str(),
        next(finding)
    );
    let settle = words(finding.code).settle;
    if finding.confidence == Confidence::Possible && !settle.is_empty() {
        text.push_str(" What would settle it: ");
        text.push_str(settle);
        text.push('.');
    }
    text
}

fn notes(diagnosis: &Diagnosis) -> Section {
    let notes = diagnosis
        .findings
        .iter()
        .filter(|finding| !finding.is_fault());
    let points: Vec<Point> = notes
        .map(|finding| Point {
            word: Severity::Note.as_str(),
            style: Style::Plain,
            text: format!("{} [{}]", said(finding), finding.code.as_str()),
        })
        .collect();
    let blocks = (!points.is_empty()).then_some(Block::Points(points));
    section("notes", "Good to know", blocks.into_iter().collect())
}

fn state(check: &Check) -> Cell {
    let (word, style) = match check.state {
        CheckState::Ok => ("ok", Style::Good),
        CheckState::Fault => ("fault", Style::Bad),
        CheckState::Warning => ("warning", Style::Warn),
        CheckState::CouldNotTell => ("could not tell", Style::Warn),
        CheckState::LeftOut => ("left out", Style::Plain),
    };
    Cell::Text(word.into(), style)
}

fn detail(diagnosis: &Diagnosis, check: &Check) -> String {
    let finding = check.code.and_then(|code| diagnosis.finding(code));
    match (check.state, finding) {
        (CheckState::Ok, Some(note)) if check.told.is_empty() => note.code.meaning().to_owned(),
        (CheckState::Ok, _) => listed(&check.told),
        (_, Some(finding)) => match finding.explained_by {
            Some(root) => format!(
                "{} (follows from {})",
                finding.code.meaning(),
                root.as_str()
            ),
            None => finding.code.meaning().to_owned(),
        },
        (_, None) => untold(check).unwrap_or_default(),
    }
}

fn checks(diagnosis: &Diagnosis) -> Section {
    let looked_at = diagnosis
        .checks
        .iter()
        .filter(|check| check.state != CheckState::LeftOut);
    let table = Table::of("checks", "", looked_at)
        .key("item", "what", |check| check.item.meaning())
        .words("state", "how", |check| state(check))
        .words("detail", "", |check| detail(diagnosis, check))
        .table()
        .keep(ShownRows::All);
    let left_out = diagnosis
        .checks
        .iter()
        .filter(|check| check.state == CheckState::LeftOut);
    let left_out: Vec<&str> = left_out.map(|check| check.item.meaning()).collect();
    let mut blocks = Vec::new();
    if !table.rows.is_empty() {
        blocks.push(Block::Table(table));
    }
    if !left_out.is_empty() {
        let text = format!("Not requested: {}.", left_out.join(", "));
        blocks.push(Block::Paragraph(Paragraph::new(text)));
    }
    main_section("checks", "What was checked", blocks)
}
