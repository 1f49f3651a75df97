//! `turnprobe schema`: the columns.

use serde::Serialize;

use super::args::{RowArg, SchemaFormat};
use crate::doc::{self, Cell, Column, Room, Table};
use crate::measure::burst::{Burst, Packet};
use crate::measure::hold::{Hold, Sample};
use crate::record::Record;
use crate::schema::{self, RowKind};
use crate::zone::Zone;

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    r#type: &'static str,
    unit: &'static str,
    since: &'static str,
    default: bool,
    meaning: &'static str,
}

impl<R> From<&schema::Column<R>> for Entry {
    fn from(column: &schema::Column<R>) -> Self {
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
    let columns = ["type", "unit", "since", "meaning"].map(|head| Column::words(head, head));
    let table = Table::new(
        "columns",
        "",
        vec![Column::words("name", "name")],
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
    let room = Room {
        columns: usize::from(width),
        rows: None,
        hint: "",
    };
    doc::terminal_table(&table, Zone::Utc, &room)
}
