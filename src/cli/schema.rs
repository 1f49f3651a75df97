//! `turnprobe schema`: the columns.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;

use super::args::{RowArg, SchemaFormat};
use crate::record::{Burst, Hold, Packet, Record, Sample};
use crate::schema::{Column, RowKind};

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    r#type: &'static str,
    unit: &'static str,
    since: &'static str,
    default: bool,
    meaning: &'static str,
}

impl<R> From<&Column<R>> for Entry {
    fn from(column: &Column<R>) -> Self {
        Self {
            name: column.name,
            r#type: column.kind.as_str(),
            unit: column.unit,
            since: column.since,
            default: column.default,
            meaning: column.meaning,
        }
    }
}

/// The columns as text.
pub fn render(row: RowArg, format: SchemaFormat, width: u16) -> String {
    let entries: Vec<Entry> = match row {
        RowArg::Probe => Record::table().iter().map(Entry::from).collect(),
        RowArg::Burst => Burst::table().iter().map(Entry::from).collect(),
        RowArg::Packet => Packet::table().iter().map(Entry::from).collect(),
        RowArg::Hold => Hold::table().iter().map(Entry::from).collect(),
        RowArg::Sample => Sample::table().iter().map(Entry::from).collect(),
    };
    match format {
        SchemaFormat::Json => serde_json::to_string_pretty(&entries).unwrap_or_default() + "\n",
        SchemaFormat::Table => table(&entries, width),
    }
}

fn table(entries: &[Entry], width: u16) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(["name", "type", "unit", "since", "meaning"]);
    for column in entries {
        let meaning = if column.default {
            column.meaning.to_owned()
        } else {
            format!("{} (only with --columns)", column.meaning)
        };
        table.add_row([
            column.name,
            column.r#type,
            column.unit,
            column.since,
            &meaning,
        ]);
    }
    // all but the meaning stand whole
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 1));
        if index < 4 {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let lines: Vec<_> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n") + "\n"
}
