//! What the certificates show about the path to the relays.

use crate::doc::number::counted;
use crate::doc::parts::{filled, main_section};
use crate::doc::{Block, Cell, Paragraph, Section, Style, Table};
use crate::report::model::Report;

/// The section; nothing where every certificate leads to a public root.
pub fn section(report: &Report) -> Section {
    let paths = &report.tls_paths;
    let said = paths.told.iter().map(|said| format!("{said}."));
    let http = report.http_told.iter().map(|said| format!("{said}."));
    let said = said.chain(unjudged(report)).chain(http);
    let mut blocks: Vec<Block> = said
        .map(|said| Block::Paragraph(Paragraph::new(said)))
        .collect();
    let table = Table::of("tls_paths", "", &paths.findings)
        .key("tls_path", "TLS path", |finding| {
            let style = match finding.tls_path {
                "incomplete-chain" | "unknown" => Style::Plain,
                _ => Style::Bad,
            };
            Cell::Text(finding.tls_path.into(), style)
        })
        .numbers("rows", "rows", |finding| finding.rows)
        .words("name", "name", |finding| finding.name.clone())
        .words("issuer", "issuer", |finding| finding.issuer.clone())
        .words("evidence", "evidence", |finding| finding.evidence.clone())
        .words("seen", "seen", |finding| {
            let seen = finding.first.zip(finding.last);
            Cell::of(seen, |(first, last)| Cell::Span(first, last))
        })
        .table();
    blocks.extend(filled(table));
    main_section("tls_paths", "What is on the TLS path", blocks)
}

/// What of the rows that have no word for it.
pub(super) fn unjudged(report: &Report) -> Option<String> {
    let rows = report.tls_paths.unjudged;
    (rows > 0).then(|| {
        format!(
            "For {} with a certificate it could not be determined whether TLS is inspected: the \
             file has no column for it (written by an earlier version or by another program), or \
             has a word that this version does not know.",
            counted(rows, "row", "rows")
        )
    })
}
