//! `turnprobe schema`: the columns.

use super::args::SchemaFormat;
use crate::doc::{self, Cell, Room, Table, TableColumn};
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
    let columns = ["type", "unit", "since", "meaning"].map(|head| TableColumn::words(head, head));
    let table = Table::new(
        "columns",
        "",
        vec![TableColumn::words("name", "name")],
        columns.to_vec(),
    );
    let table = table.rows(entries.iter().map(|column| {
        let meaning = if column.default {
            Cell::from(column.meaning)
        } else {
            Cell::from(format!("{} (only with --columns)", column.meaning))
        };
        let cells = [column.r#type, column.unit, column.since].map(Cell::from);
        let [kind, unit, since] = cells;
        ([Cell::from(column.name)], [kind, unit, since, meaning])
    }));
    doc::terminal_table(&table, Zone::Utc, &Room::of(width))
}
