//! The output formats: a document for people, JSON, and a CSV of the main table.

use anyhow::Context as _;
use serde::Serialize;

use crate::cli::files::{DocumentFormat, json};
use crate::cli::terminal;
use crate::cli::values::Color;
use crate::doc::{self, Document, Paragraph, Room, Section};
use crate::record::{plain, with_marks};
use crate::zone::Zone;

/// A document of these sections.
pub(super) fn document(title: String, verdict: Paragraph, sections: Vec<Section>) -> Document {
    Document {
        title,
        maker: concat!("turnprobe ", env!("CARGO_PKG_VERSION")).to_owned(),
        zone: Zone::Utc,
        about: Vec::new(),
        verdict,
        sections,
        footer: String::new(),
    }
}

/// A table for programs: its head and its lines.
pub(super) struct ProgramTable<const N: usize> {
    pub(super) head: [&'static str; N],
    pub(super) lines: Vec<[String; N]>,
}

impl<const N: usize> ProgramTable<N> {
    fn csv(&self) -> anyhow::Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(self.head)?;
        for line in &self.lines {
            // a spreadsheet must not take it for a formula
            let cells = line
                .iter()
                .map(|cell| with_marks(&plain(cell)).into_owned());
            out.write_record(cells)?;
        }
        let bytes = out.into_inner().context("the lines as CSV")?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Prints one of the forms.
pub(super) fn print<const N: usize>(
    format: DocumentFormat,
    color: Color,
    document: &Document,
    facts: &impl Serialize,
    lines: &ProgramTable<N>,
) -> anyhow::Result<()> {
    let room = Room::of(terminal::width());
    let text = match format {
        DocumentFormat::Table => doc::terminal(document, &room),
        DocumentFormat::Markdown => doc::markdown(document, None),
        DocumentFormat::Json => json(facts)?,
        DocumentFormat::Csv => lines.csv()?,
    };
    terminal::print(&text, terminal::stdout(color))
}
