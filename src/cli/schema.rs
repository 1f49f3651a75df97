//! `turnprobe schema`: the columns.

use super::args::SchemaFormat;
use crate::doc::{self, Room, Table};
use crate::measure::rows::RowFacts;
use crate::schema::ColumnFacts;
use crate::zone::Zone;

/// The columns as text.
pub fn render(row: &RowFacts, format: SchemaFormat, width: u16) -> String {
    let columns = (row.columns)();
    match format {
        SchemaFormat::Json => serde_json::to_string_pretty(&columns).unwrap_or_default() + "\n",
        SchemaFormat::Table => table(&columns, width),
    }
}

fn table(entries: &[ColumnFacts], width: u16) -> String {
    let table = Table::of("columns", "", entries)
        .key("name", "name", |column| column.name)
        .words("type", "type", |column| column.r#type)
        .words("unit", "unit", |column| column.unit)
        .words("since", "since", |column| column.since)
        .words("meaning", "meaning", |column| {
            let more = if column.default {
                ""
            } else {
                " (only with --columns)"
            };
            format!("{}{more}", column.meaning)
        })
        .table();
    doc::terminal_table(&table, Zone::Utc, &Room::of(width))
}
