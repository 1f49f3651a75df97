//! Stores among the inputs: one becomes an input for each of its tables, read as they are at one moment.

use std::path::Path;

use super::input::{Input, StoreTable};
use crate::measure::rows::{ROWS, RowFacts};
use crate::schema::StoredTable;
use crate::store::{Snapshot, Span, is_database, is_server};

use super::origin::TableOrigin;

/// The inputs with the tables of each store in its place. A server is known by the certificates in `roots`, or by those that it is known by anyway.
pub(super) fn with_tables(inputs: Vec<Input>, roots: Option<&Path>) -> Vec<Input> {
    let tables = |input| match input {
        Input::File(path) if is_server(path.as_os_str()) => {
            // the name has a password in it, or may
            let found = server(&path, roots).and_then(|origin| tables(&origin));
            found.unwrap_or_else(|why| unusable("postgres://...".to_owned(), why))
        }
        // what cannot be read is told by whoever reads its text
        Input::File(path) if is_database(&path).unwrap_or(false) => {
            let snapshot = Snapshot::open(&path).map_err(|error| error.to_string());
            let found = snapshot.and_then(|snapshot| tables(&TableOrigin::File(snapshot)));
            found.unwrap_or_else(|why| unusable(path.display().to_string(), why))
        }
        input => vec![input],
    };
    inputs.into_iter().flat_map(tables).collect()
}

/// The inputs with this table of each store in place of the others, where it has rows. Its roll-ups are also those of rows that are still
/// there.
pub fn of_table(inputs: Vec<Input>, name: &str) -> Vec<Input> {
    let span = Span {
        rollups_of_rows: true,
        ..Span::default()
    };
    let of = readable().find(|table| table.stored.table == name);
    let mut stores = Vec::new();
    let wanted = |input| {
        let Input::Table(StoreTable { origin, .. }) = input else {
            return Some(input);
        };
        if stores.contains(&origin) {
            return None;
        }
        stores.push(origin.clone());
        let of = of.clone()?;
        let has_rows = origin.has_rows(&of, span).unwrap_or(true);
        has_rows.then_some(Input::Table(StoreTable { origin, of, span }))
    };
    inputs.into_iter().filter_map(wanted).collect()
}

/// Their names.
pub fn readable_tables() -> impl Iterator<Item = &'static str> {
    readable().map(|table| table.stored.table)
}

/// The tables that a report makes something of.
fn readable() -> impl Iterator<Item = StoredTable> {
    let read = ROWS.iter().filter(|row| row.dialect.is_some());
    read.filter_map(RowFacts::table)
}

/// The inputs with only those rows of stores that begin in a time, as far as the stores can tell: what is read of them still has to be
/// looked at. Where none does, all are read, so that it can be told which there are.
pub fn within(inputs: Vec<Input>, span: Span) -> Vec<Input> {
    if span == Span::default() {
        return inputs;
    }
    let has_any = |input: &Input| match input {
        Input::Table(table) => table.origin.has_rows(&table.of, span).unwrap_or(true),
        _ => true,
    };
    if !inputs.iter().any(has_any) {
        return inputs;
    }
    let bounded = |input| match input {
        Input::Table(table) => Input::Table(StoreTable { span, ..table }),
        input => input,
    };
    inputs.into_iter().map(bounded).collect()
}

fn unusable(name: String, why: String) -> Vec<Input> {
    vec![Input::Unusable {
        name,
        why,
        again: false,
    }]
}

#[cfg(feature = "postgres")]
fn server(url: &Path, roots: Option<&Path>) -> Result<TableOrigin, String> {
    let remote = crate::postgres::Remote::open(&url.to_string_lossy(), roots);
    Ok(TableOrigin::Server(
        remote.map_err(|error| error.to_string())?,
    ))
}

#[cfg(not(feature = "postgres"))]
fn server(_: &Path, _: Option<&Path>) -> Result<TableOrigin, String> {
    Err(crate::store::NO_SERVERS.to_owned())
}

/// The tables of a store that have rows; where none has, the first one.
fn tables(origin: &TableOrigin) -> Result<Vec<Input>, String> {
    let read: Vec<StoredTable> = readable().collect();
    let mut tables = Vec::new();
    for table in &read {
        if origin.has_rows(table, Span::default())? {
            tables.push(table);
        }
    }
    if tables.is_empty() {
        tables.extend(read.first());
    }
    let input = |table: &StoredTable| {
        Input::Table(StoreTable {
            origin: origin.clone(),
            of: table.clone(),
            span: Span::default(),
        })
    };
    Ok(tables.into_iter().map(input).collect())
}
